//! The stages of a file as the embedded interpreter has them: by the tokenizer, parser, symbol
//! table and code generator that are compiled into it. Nothing of the file is run.

mod arguments;
mod code;
mod constants;
mod decode;
mod embedded;
mod failure;
mod foreign;
mod line_ends;
mod names;
mod positions;
mod tokens;
mod tree;

pub(crate) use embedded::of_running;
pub use embedded::{failure_of, of_bytes};
pub use foreign::{ForeignError, of_python};

use std::thread;

/// Address space for the stack on which files are understood: parser, code generator and what drops
/// their trees call themselves once for each level of a file. Only what is used takes memory.
const STACK: usize = 1 << 30;

/// Runs on a stack that is deep enough for any file.
fn on_deep_stack<R: Send>(run: impl FnOnce() -> R + Send) -> std::io::Result<R> {
    thread::scope(|scope| {
        let thread = thread::Builder::new()
            .name("stages".to_owned())
            .stack_size(STACK)
            .spawn_scoped(scope, run)?;
        let done = thread.join();
        Ok(done.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })
}
