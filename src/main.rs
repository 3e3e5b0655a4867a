//! The program `memviz`.

#[cfg(feature = "python")]
memviz::install_recorder!();

fn main() {
    std::process::exit(memviz::cli::main(std::env::args_os()));
}
