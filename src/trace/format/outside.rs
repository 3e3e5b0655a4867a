//! What a trace says of the world around its objects.

use super::ReadError;
use crate::trace::check::Known;
use crate::trace::{ExitEvent, Header, OutsideFact};

/// Facts that name nothing that is not there.
pub(super) fn checked(
    facts: Vec<OutsideFact>,
    header: &Header,
    objects: usize,
) -> Result<Vec<OutsideFact>, ReadError> {
    let known = Known(objects);
    let is_file = |file: Option<crate::trace::FileId>| {
        file.is_none_or(|file| usize::from(file.0) < header.files.len())
    };
    // Modules come one after the other.
    let (mut modules, mut functions, mut last) = (0, 0, 0);
    let mut holds = |fact: &OutsideFact| match fact {
        OutsideFact::Module(module) => {
            modules += 1;
            let is_next = module.after >= std::mem::replace(&mut last, module.after);
            let importer = module.importer.as_ref();
            is_next
                && module.after <= header.steps
                && is_file(module.own)
                && is_file(importer.and_then(|importer| importer.own))
        }
        OutsideFact::ModuleObject { module, object } => *module < modules && known.all([object]),
        OutsideFact::Resource(resource) => {
            (1..=header.steps).contains(&resource.step)
                && is_file(Some(resource.file))
                && known.all([&resource.object])
        }
        OutsideFact::DiedOpen { step, object, .. } => {
            (1..=header.steps).contains(step) && known.all([object])
        }
        OutsideFact::ExitFunction(function) => {
            functions += 1;
            is_file(function.own) && known.all(&function.object)
        }
        OutsideFact::Exit(ExitEvent::Called(number)) => *number < functions,
        OutsideFact::Exit(ExitEvent::Finalized(object) | ExitEvent::Freed(object)) => {
            known.all([object])
        }
        OutsideFact::Exit(ExitEvent::Wrote(_)) => true,
        OutsideFact::Census(census) => census.after <= header.steps,
    };
    match facts.iter().all(&mut holds) {
        true => Ok(facts),
        false => Err(ReadError::Damaged("a fact names what is not there")),
    }
}
