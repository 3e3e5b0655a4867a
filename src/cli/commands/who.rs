//! `memviz who`: the direct owners of an object.

use super::ask::{Question, count_in_words, print};
use crate::analyse::{Liveness, fate, ledger};
use crate::cli::args::AskArgs;
use crate::cli::problem::Problem;

pub(in crate::cli) fn run(args: &AskArgs) -> Result<(), Problem> {
    let question = Question::new(args)?;
    let words = question.words();
    let (trace, state) = (words.trace, words.state);
    let (id, step) = (question.found.id, question.found.step);
    let (held, granularity) = (&words.head.held, trace.header.granularity);
    let ledger = ledger(state, &trace.objects, held, granularity);
    let mut out = question.head();
    let Some(object) = state.heap.get(&id) else {
        out.push_str(&match fate(trace, state, &ledger, id, step) {
            Liveness::Dead(death) => question.death_in_words(death)?,
            _ => "it is not there yet".to_owned(),
        });
        question.log_reading();
        return print(&(out + "\n"));
    };
    let knows = trace.header.knowledge.tells_lives();
    out.push_str(&format!("{}\n", count_in_words(object.refcount)));
    if !knows && !ledger.owners(id).is_empty() {
        out.push_str("found to refer to it:\n");
    }
    for owner in ledger.owners(id) {
        out.push_str(&format!("  {}\n", words.owner(owner)));
    }
    let unexplained = ledger.unexplained(id, object.refcount);
    if unexplained > 0 {
        out.push_str(&format!(
            "  {unexplained} held by the interpreter, in a place that is not recorded\n"
        ));
    }
    let mut weak = String::new();
    for (from, other) in &state.heap {
        for reference in other.refs.iter().filter(|r| r.weak && r.to == id) {
            let label = reference.label.display(&trace.symbols);
            weak.push_str(&format!("  {} {label}\n", words.object(*from)));
        }
    }
    if !weak.is_empty() {
        out.push_str(match knows {
            true => "weakly, which adds nothing to the count:\n",
            false => "weakly, which keeps nothing alive:\n",
        });
        out.push_str(&weak);
    }
    if !ledger.is_reachable(id) {
        out.push_str(match knows {
            true => "nothing reaches it: garbage waiting for the collector\n",
            false => "no name leads to it, and it is not freed yet\n",
        });
    }
    out.push_str(&question.others());
    question.log_reading();
    print(&out)
}
