//! The program `memviz`.

fn main() {
    std::process::exit(memviz::cli::main(std::env::args_os()));
}
