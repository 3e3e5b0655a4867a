//! `memviz why`: what keeps an object alive, as text and as a picture.

use super::ask::{Question, count_in_words, print};
use crate::analyse::{Chain, Liveness, Root, Source, Why, Words, objects_of, why};
use crate::cli::args::WhyArgs;
use crate::cli::outputs::is_own;
use crate::cli::problem::Problem;
use crate::cli::saved::beside;
use crate::cli::say::say;
use crate::layout::{PageOptions, plan};
use crate::render::{SvgOptions, svg};
use crate::trace::{Count, ObjId};
use crate::view::{Counts, Scenes, Subset, ViewFilter, ViewOptions};
use std::fs;

/// What is said of a root that only a count tells of.
const UNSEEN: &str = "in a place that is not recorded";

pub(in crate::cli) fn run(args: &WhyArgs) -> Result<(), Problem> {
    let question = Question::new(&args.ask)?;
    let (id, step) = (question.found.id, question.found.step);
    let answer = why(question.words(), id, step);
    let told = tell(&question, &answer, usize::from(args.chains))?;
    print(&(question.head() + &told + &question.others()))?;
    if matches!(answer.fate, Liveness::Reachable | Liveness::Garbage) {
        return draw(question, &answer, args);
    }
    question.log_reading();
    Ok(())
}

fn tell(question: &Question, answer: &Why, limit: usize) -> Result<String, Problem> {
    let words = question.words();
    let count = count_in_words(answer.count);
    let mut out = match answer.fate {
        Liveness::Unborn => return Ok("it is not there yet\n".to_owned()),
        Liveness::Dead(death) => return Ok(question.death_in_words(death)? + "\n"),
        Liveness::Garbage if !words.trace.header.knowledge.tells_lives() => {
            "no name leads to it, and it is not freed yet: what holds it is not known\n".to_owned()
        }
        Liveness::Garbage => format!("nothing: garbage waiting for the collector ({count})\n"),
        Liveness::Reachable if answer.count == Count::Immortal => {
            "immortal: it lives as long as the process, whatever refers to it\n".to_owned()
        }
        Liveness::Reachable if answer.count == Count::Unknown => "it is kept alive by\n".to_owned(),
        Liveness::Reachable => format!("{count}; it is kept alive by\n"),
    };
    let more = |all: usize| match all.saturating_sub(limit) {
        0 => String::new(),
        more => format!("  ... and {more} more (--chains N shows more)\n"),
    };
    for (number, chain) in (1..).zip(answer.chains.iter().take(limit)) {
        out.push_str(&format!("  {number}. {}\n", in_words(chain, words)));
    }
    out.push_str(&more(answer.chains.len()));
    if !answer.idle.is_empty() {
        out.push_str(match answer.fate {
            Liveness::Garbage => "only garbage refers to it:\n",
            _ => "not by these, which live only by it or are garbage:\n",
        });
    }
    for owner in answer.idle.iter().take(limit) {
        out.push_str(&format!("  {}\n", words.owner(owner)));
    }
    Ok(out + &more(answer.idle.len()))
}

/// `globals head → Node #3 .rest → Node #5`.
fn in_words(chain: &Chain, words: Words<'_>) -> String {
    let mut out = match chain.root {
        Root::Frame(place) => words.place(Source::Frame(place)),
        Root::OtherFrame(thread, place) => words.place(Source::OtherFrame(thread, place)),
        Root::Interpreter => words.place(Source::Interpreter),
        Root::Immortal => "immortal".to_owned(),
        Root::Unseen => format!("the interpreter: {UNSEEN}"),
    };
    for link in &chain.links {
        let labels: Vec<String> = link
            .labels
            .iter()
            .map(|label| label.display(&words.trace.symbols))
            .collect();
        if !labels.is_empty() {
            out.push_str(&format!(" {}", labels.join(" and ")));
        }
        out.push_str(&format!(" → {}", words.object(link.to)));
    }
    out
}

/// What of the chains the interpreter itself holds, and by what.
fn held(question: &Question, chains: &[Chain]) -> Vec<(String, ObjId)> {
    let symbols = &question.file.trace.symbols;
    let mut held = Vec::new();
    for chain in chains {
        let Some(first) = chain.links.first() else {
            continue;
        };
        let by: Vec<String> = match chain.root {
            Root::Interpreter => first
                .labels
                .iter()
                .map(|label| label.display(symbols))
                .collect(),
            Root::Unseen => vec![UNSEEN.to_owned()],
            Root::Frame(_) | Root::OtherFrame(..) | Root::Immortal => Vec::new(),
        };
        for by in by {
            if !held.contains(&(by.clone(), first.to)) {
                held.push((by, first.to));
            }
        }
    }
    held
}

/// Draws the chains alone.
fn draw(question: Question, answer: &Why, args: &WhyArgs) -> Result<(), Problem> {
    let (id, step) = (question.found.id, question.found.step);
    let limit = usize::from(args.chains);
    let only = Subset {
        objects: objects_of(question.words(), answer, id, limit),
        about: Some(id),
        held: held(&question, &answer.chains[..answer.chains.len().min(limit)]),
    };
    let title = question.title.clone();
    let place = format!("step {step} of {}", question.file.steps());
    // What is new shows against the step before.
    let before = match step {
        1 => None,
        _ => question
            .file
            .step(step - 1)
            .map_err(|error| question.unread(error))?,
    };
    question.log_reading();
    let trace = question.file.trace.excerpt(before, question.step, step);
    let last = trace.steps.len() as u32;
    let options = ViewOptions {
        choice: ViewFilter {
            steps: vec![(last, last)],
            only: Some(only),
            no_marks: true,
            ..ViewFilter::default()
        },
        counts: Counts::Always,
        ..ViewOptions::default()
    };
    let Some(mut scene) = Scenes::new(&trace, &options).next() else {
        return Ok(());
    };
    scene.caption.event = match answer.fate {
        Liveness::Garbage => format!("nothing keeps {title} alive"),
        _ => format!("what keeps {title} alive"),
    };
    (scene.number, scene.caption.step) = (step, place);
    // They tell of the step and of the run, and nothing here shows these.
    scene.caption.words.clear();
    scene.caption.output.clear();
    let scenes = || std::iter::once(scene.clone());
    let plan = plan(scenes()).on_pages(scenes, PageOptions::default());
    let text = svg(
        &plan.picture(&scene),
        &SvgOptions {
            theme: args.theme.into(),
        },
    );
    let path = match &args.out {
        Some(path) => path.clone(),
        None => beside(&args.ask.trace).join(format!("why-{}-at-{step}.svg", id.0)),
    };
    if path.exists() && !is_own(&path) && !args.force {
        return Err(Problem::new(format!("{} is not memviz's", path.display()))
            .hint("name another file with --out FILE, or say --force to write over it"));
    }
    fs::write(&path, text).map_err(|error| {
        Problem::new(format!("cannot write to {}: {error}", path.display()))
            .hint("choose another file with --out FILE")
    })?;
    say!("memviz: {}", path.display());
    Ok(())
}
