//! What differs about two runs as wholes: what no name led to, what was printed behind the last step,
//! how it ended.

use super::model::{DifferenceKind, Fact, Reason};
use super::walk::Walk;
use crate::trace::{ObjId, Outcome};
use std::collections::BTreeMap;

impl Walk<'_> {
    /// Compares how many objects of each type were made that no name ever led to.
    pub(super) fn births(&mut self) {
        let mut types: BTreeMap<&str, [u32; 2]> = BTreeMap::new();
        for side in [0, 1] {
            let trace = self.sides[side].trace();
            for (info, number) in trace.objects.iter().zip(1..) {
                let id = ObjId(number);
                let is_paired = self.pairs.partner(side, id).is_some();
                // What a name led to differs as a value.
                let is_named = self.pairs.is_named(side, id);
                if info.born.is_some() && !is_paired && !is_named {
                    let name = trace.symbols.text(info.type_name);
                    types.entry(name).or_default()[side] += 1;
                }
            }
        }
        let knows = self.sides.each_ref().map(|side| side.run.knows.deaths);
        for (name, counts) in types {
            if counts[0] == counts[1] {
                continue;
            }
            // Who does not tell deaths does not tell what came and went either.
            let facts = [0, 1].map(|side| match knows[side] {
                true => Fact::Objects(counts[side]),
                false => Fact::Unknown,
            });
            let reason = match knows {
                [true, true] => Reason::Temporary,
                _ => Reason::DeathsUnknown,
            };
            self.differs(DifferenceKind::Births, name.to_owned(), facts, Some(reason));
        }
    }

    /// Compares what was printed at the end, and how the runs ended.
    pub(super) fn ending(&mut self) {
        for side in &mut self.sides {
            let end = &side.run.trace.header.at_exit;
            side.stdout.push_str(&end.stdout);
            side.stderr.push_str(&end.stderr);
        }
        self.output();
        let [one, other] = self.sides.each_ref().map(|side| &side.run.trace.header);
        if one.exit_code == other.exit_code && ended_alike(&one.outcome, &other.outcome) {
            return;
        }
        let facts = [one, other].map(|header| Fact::Ending {
            outcome: header.outcome.clone(),
            code: header.exit_code,
        });
        self.differs(DifferenceKind::Ending, String::new(), facts, None);
    }
}

/// Whether two runs have ended the same way; an exception, at the same lines.
fn ended_alike(one: &Outcome, other: &Outcome) -> bool {
    // Interpreters have paths of their own for a file.
    let plain = |outcome: &Outcome| {
        let mut outcome = outcome.clone();
        if let Outcome::Exception { traceback, .. } = &mut outcome {
            for entry in traceback {
                let name = entry.file.rsplit('/').next().unwrap_or_default();
                entry.file = name.to_owned();
            }
        }
        outcome
    };
    plain(one) == plain(other)
}
