//! How a program has ended.

use super::values;
use super::wire::Value;
use crate::record::run::Exit;
use crate::trace::{Outcome, TracebackEntry};

/// How the main module was left.
pub(super) enum Left {
    Returned,
    Raised {
        type_name: String,
        arguments: Vec<(Option<String>, Value)>,
        traceback: Vec<TracebackEntry>,
    },
}

impl Left {
    /// The end of the run, where its process has ended so; `None` where something else ended it.
    pub(super) fn outcome(self, exit: Exit) -> Option<Outcome> {
        match (self, exit) {
            (Left::Raised { type_name, .. }, _) if type_name == "KeyboardInterrupt" => {
                Some(Outcome::Interrupted)
            }
            (_, Exit::Signal(_)) => None,
            (Left::Returned, _) => Some(Outcome::Finished),
            (Left::Raised { type_name, .. }, _) if type_name == "SystemExit" => {
                Some(Outcome::Exit { code: exit.code() })
            }
            (
                Left::Raised {
                    type_name,
                    arguments,
                    traceback,
                },
                _,
            ) => Some(Outcome::Exception {
                type_name,
                message: message_of(&arguments),
                traceback,
            }),
        }
    }
}

/// An exception's own text, made from its arguments.
fn message_of(arguments: &[(Option<String>, Value)]) -> String {
    match arguments {
        [] => String::new(),
        [(Some(text), _)] => text.clone(),
        [(None, value)] => values::key(value),
        several => {
            let parts: Vec<String> = several
                .iter()
                .map(|(_, value)| values::key(value))
                .collect();
            format!("({})", parts.join(", "))
        }
    }
}
