//! Running an installed `dot`.

use std::io::{self, Read, Write};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Why Graphviz laid out nothing.
#[derive(Debug, thiserror::Error)]
pub enum GraphvizError {
    #[error("there is no Graphviz on this machine")]
    Missing,
    #[error("Graphviz could not be run: {0}")]
    Io(#[from] io::Error),
    #[error("Graphviz took longer than {0} seconds for one step")]
    TooLong(u64),
    #[error("Graphviz gave up: {0}")]
    Failed(String),
}

const SECONDS: u64 = 60;

/// Has `dot` lay out a graph; returns what it says, in its JSON.
pub(super) fn run(source: &str) -> Result<String, GraphvizError> {
    let mut child = Command::new("dot")
        .arg("-Tjson0")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => GraphvizError::Missing,
            _ => GraphvizError::Io(error),
        })?;
    let (Some(mut input), Some(output), Some(errors)) =
        (child.stdin.take(), child.stdout.take(), child.stderr.take())
    else {
        return Err(GraphvizError::Failed(
            "it has no input or output".to_owned(),
        ));
    };
    let source = source.to_owned();
    let feed = thread::spawn(move || input.write_all(source.as_bytes()));
    let (laid_out, said) = (reader(output), reader(errors));
    let deadline = Instant::now() + Duration::from_secs(SECONDS);
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if Instant::now() > deadline {
            child.kill()?;
            child.wait()?;
            return Err(GraphvizError::TooLong(SECONDS));
        }
        thread::sleep(Duration::from_millis(2));
    };
    let failed = |_| GraphvizError::Failed("its output could not be read".to_owned());
    // What it did not read, it says itself.
    let _ = feed.join();
    let laid_out = laid_out.join().map_err(failed)??;
    let said = said.join().map_err(failed)??;
    if status.success() {
        Ok(laid_out)
    } else {
        let why = said.lines().next().unwrap_or("no reason given");
        Err(GraphvizError::Failed(why.to_owned()))
    }
}

fn reader(mut from: impl Read + Send + 'static) -> thread::JoinHandle<io::Result<String>> {
    thread::spawn(move || {
        let mut text = String::new();
        from.read_to_string(&mut text).map(|_| text)
    })
}
