//! The page and the pictures of `memviz stages`.

use super::STANDARD_INPUT;
use super::run::{StagesOfRun, view_name};
use crate::cli::args::{StageName, StagesArgs, StagesFormat};
use crate::cli::names::{PLAYER_NAME, STAGES_FOLDER, STAGES_PAGE_NAME};
use crate::cli::outputs::{is_own, write_stage_pictures, write_stages_page};
use crate::cli::problem::Problem;
use crate::cli::say::say;
use crate::export::StagesChoice;
use crate::narrate::NO_INSTRUCTIONS;
use crate::player::{StagesRun, stages_page};
use crate::render::{errors_picture, machine_picture, stages_pictures};
use crate::trace::stages::Stages;
use std::path::{Path, PathBuf};

/// Writes the page, or a picture of each stage.
pub(super) fn drawn(
    args: &StagesArgs,
    all: &[Stages],
    choice: &StagesChoice,
    run: Option<&StagesOfRun>,
) -> Result<(), Problem> {
    let Some(first) = all.first() else {
        return Ok(());
    };
    let folder = Path::new("output").join(stem(&first.file.path));
    let out = |name| args.out.clone().unwrap_or_else(|| folder.join(name));
    let written = match args.format {
        StagesFormat::Svg => pictures(args, all, choice, run, out(STAGES_FOLDER))?,
        _ => page(args, all, choice, run, out(STAGES_PAGE_NAME))?,
    };
    say!("stages: {}", written.display());
    Ok(())
}

fn stem(path: &str) -> String {
    match Path::new(path).file_stem() {
        Some(stem) if path != STANDARD_INPUT => stem.to_string_lossy().into_owned(),
        _ => "stdin".to_owned(),
    }
}

fn page(
    args: &StagesArgs,
    all: &[Stages],
    choice: &StagesChoice,
    run: Option<&StagesOfRun>,
    file: PathBuf,
) -> Result<PathBuf, Problem> {
    let views: Vec<&str> = args.view.iter().map(|view| view_name(*view)).collect();
    // The player of the same run stands beside its second page.
    let player = is_own(&file.with_file_name(PLAYER_NAME)).then(|| PLAYER_NAME.to_owned());
    let run = run.map(|run| {
        let machine = run.machine.as_deref();
        let page = StagesRun::new(all, &run.trace, machine, &run.errors, player);
        run.outside.on_page(page, all, &run.trace)
    });
    let page = stages_page(all, choice.within, &views, run.as_ref());
    write_stages_page(&file, &page, args.force)?;
    Ok(file)
}

/// A picture of each stage of each file, and of the machine where a step is chosen.
fn pictures(
    args: &StagesArgs,
    all: &[Stages],
    choice: &StagesChoice,
    run: Option<&StagesOfRun>,
    folder: PathBuf,
) -> Result<PathBuf, Problem> {
    let theme = args.theme.into();
    let mut pictures = Vec::new();
    for (stages, name) in all.iter().zip(names(all)) {
        let own = stages_pictures(stages, &choice.stages, choice.within, theme);
        let own = own.into_iter();
        pictures.extend(own.map(|(stage, picture)| (name.replace('*', stage), picture)));
    }
    let has_step = args.step.is_some();
    if args.view.contains(&StageName::Machine) || has_step {
        let facts = run.and_then(|run| run.machine.as_deref());
        let facts = facts.ok_or_else(|| Problem::new(NO_INSTRUCTIONS))?;
        let one = facts.first().filter(|_| has_step).zip(args.step);
        let (one, file) = one
            .and_then(|(one, _)| Some((one, one.file?)))
            .ok_or_else(|| {
                Problem::new("a picture of the machine shows one step that is an instruction")
                    .hint("name it with --step N; --view machine lists them as text")
            })?;
        let picture = machine_picture(all, file, one, theme);
        pictures.push(("machine".to_owned(), picture));
    }
    if let (Some(run), true) = (run, args.view.contains(&StageName::Errors)) {
        let picture = errors_picture(&run.trace, all, &run.errors, theme);
        pictures.push(("errors".to_owned(), picture));
    }
    for (name, picture) in run.iter().flat_map(|run| run.pictures(theme)) {
        pictures.push((name.to_owned(), picture));
    }
    write_stage_pictures(&folder, &pictures, args.force)?;
    Ok(folder)
}

/// What the pictures of each are called, with `*` for the stage: where there are several files or
/// Pythons, by them as well.
fn names(all: &[Stages]) -> Vec<String> {
    let is_same = |of: &dyn Fn(&Stages) -> String| all.iter().all(|one| of(one) == of(&all[0]));
    let path = |one: &Stages| {
        one.file
            .path
            .trim_end_matches(".py")
            .replace(['/', '\\', '*'], "-")
    };
    let python = |one: &Stages| format!("{}-{}", one.engine.name, one.engine.version);
    let (same_path, same_python) = (is_same(&path), is_same(&python));
    let mut names: Vec<String> = Vec::new();
    for one in all {
        let mut name = "*".to_owned();
        if !same_path {
            name = format!("{}-{name}", path(one).trim_start_matches('-'));
        }
        if !same_python {
            name = format!("{name}-{}", python(one));
        }
        // The same Python by two names.
        let again = names
            .iter()
            .filter(|known| known.starts_with(&name))
            .count();
        names.push(match again {
            0 => name,
            again => format!("{name}-{}", again + 1),
        });
    }
    names
}
