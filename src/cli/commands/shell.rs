//! What a shell and `man` want of memviz, made from its arguments.

use crate::cli::args::{Cli, CompletionsArgs, ManArgs};
use crate::cli::problem::Problem;
use clap::CommandFactory;
use clap_mangen::Man;
use std::io::{self, Write};
use std::path::Path;

/// `memviz man`: the manual page on standard output, or a folder of pages.
pub(in crate::cli) fn man(args: &ManArgs) -> Result<(), Problem> {
    match &args.out {
        Some(folder) => pages(folder).map_err(|error| {
            Problem::new(format!("cannot write to {}: {error}", folder.display()))
                .hint("name a folder that can be written to")
        }),
        None => {
            let mut page = Vec::new();
            let made = Man::new(Cli::command()).render(&mut page);
            printed(made.map(|()| page))
        }
    }
}

/// One page for memviz and one for each command. Clap has the names of the files, and writes only those.
fn pages(folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    clap_mangen::generate_to(Cli::command(), folder)
}

/// `memviz completions`: a shell's script on standard output.
pub(in crate::cli) fn completions(args: &CompletionsArgs) -> Result<(), Problem> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "memviz", &mut script);
    printed(Ok(script))
}

/// Whoever reads may stop reading.
fn printed(text: io::Result<Vec<u8>>) -> Result<(), Problem> {
    let mut out = io::stdout().lock();
    match text.and_then(|text| out.write_all(&text)) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Problem::new(format!("cannot write: {error}")))
        }
        _ => Ok(()),
    }
}
