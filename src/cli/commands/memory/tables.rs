//! The tables: at most 100 columns, and each line says what it is about.

use crate::analyse::{
    Amount, EndOfRun, Line, LineLife, MemoryLife, TypeLife, WholeHeap, census_sum,
};
use crate::cli::commands::ask::place;
use crate::narrate;
use crate::trace::{Symbol, Trace};
use std::fmt::Write as _;
use unicode_width::UnicodeWidthChar;

const WIDTH: usize = 100;
/// Rows of the table of steps.
const MOMENTS: u32 = 20;
const BAR: u64 = 40;

pub(super) fn tell(trace: &Trace, life: &MemoryLife, whole: &WholeHeap, top: usize) -> String {
    let mut out = String::new();
    summary(&mut out, trace, life);
    over_the_steps(&mut out, trace, life);
    types(&mut out, trace, life, top);
    lines(&mut out, trace, life, top);
    end(&mut out, trace, life, top);
    whole_interpreter(&mut out, trace, whole, top);
    out
}

/// A `String` takes everything.
macro_rules! line {
    ($out:expr, $($words:tt)*) => {{ let _ = writeln!($out, "{}", cut(&format!($($words)*))); }};
}

fn summary(out: &mut String, trace: &Trace, life: &MemoryLife) {
    let header = &trace.header;
    let ended = trace.steps.last().map_or_else(String::new, |last| {
        narrate::outcome(header, &last.head, &trace.symbols)
    });
    line!(
        out,
        "memory of {}: {} steps; it {ended}",
        header.script,
        life.steps
    );
    line!(out, "");
    line!(
        out,
        "made in the run   {} objects, {} of them dead by the last step",
        life.made,
        life.died
    );
    line!(
        out,
        "short-lived       {} of the dead were gone before the next step; their sizes are not known",
        life.fleeting
    );
    if life.out_of_sight > 0 {
        line!(
            out,
            "out of sight      {}: alive or not, the program does not refer to them any more",
            life.out_of_sight
        );
    }
    if let Some(peak) = &life.peak {
        let place = place(trace, peak.line);
        line!(
            out,
            "peak              step {}: {}; {place}",
            peak.step,
            amount(peak.alive)
        );
    }
    if let Some((step, most)) = life.most_objects {
        line!(out, "most objects      step {step}: {}", amount(most));
    }
    line!(
        out,
        "last step         step {}: {}",
        life.steps,
        amount(life.all.at(life.steps))
    );
    line!(
        out,
        "older             {} of what start-up and the library made, met by the program",
        amount(life.older.at(life.steps))
    );
    line!(out, "");
    line!(
        out,
        "Bytes are what each object's type says of it (its __sizeof__, with the header). What one does"
    );
    line!(
        out,
        "not say is counted as an object without bytes. Parts drawn in their owner (an instance's dict)"
    );
    line!(
        out,
        "are not counted apart. What is older is in none of the tables."
    );
}

/// What start-up had made before the first line, and by how much imports made it grow: of all there is,
/// not of what the program has met alone.
fn whole_interpreter(out: &mut String, trace: &Trace, whole: &WholeHeap, top: usize) {
    let Some(start) = &whole.start else { return };
    let (objects, bytes) = census_sum(start);
    line!(
        out,
        "\nthe whole interpreter, all that the program never met included"
    );
    line!(
        out,
        "before the first line: {objects} objects, {bytes} bytes"
    );
    line!(out, "  objects       bytes  type");
    for one in start.types.iter().take(top) {
        line!(out, "{:>9}  {:>10}  {}", one.objects, one.bytes, one.name);
    }
    if whole.imports.is_empty() {
        return;
    }
    line!(
        out,
        "imports: by how much it grew while each ran for the first time"
    );
    line!(out, "  objects       bytes  steps      place");
    for one in whole.imports.iter().take(top) {
        let head = trace.steps.get((one.step as usize).wrapping_sub(1));
        let at = head.map_or_else(String::new, |step| {
            place(
                trace,
                Line {
                    file: step.head.file,
                    line: step.head.line,
                },
            )
        });
        let steps = format!("{}-{}", one.step, one.until);
        line!(
            out,
            "{:>9}  {:>10}  {steps:<9}  {at}",
            one.objects,
            one.bytes
        );
    }
}

/// Steps that are equally far from each other, the peak among them.
fn over_the_steps(out: &mut String, trace: &Trace, life: &MemoryLife) {
    let peak = life.peak.as_ref().map(|peak| peak.step);
    let rows = MOMENTS.min(life.steps);
    let mut steps: Vec<u32> = (1..=rows)
        .map(|row| (u64::from(row) * u64::from(life.steps) / u64::from(rows)) as u32)
        .chain([1])
        .chain(peak)
        .collect();
    steps.sort_unstable();
    steps.dedup();
    let most = life.all.most().bytes.max(1);
    line!(out, "\n  step   line  objects       bytes  over the steps");
    for step in steps {
        let alive = life.all.at(step);
        let bar = "#".repeat((alive.bytes * BAR / most) as usize);
        let note = if peak == Some(step) { " peak" } else { "" };
        let line = trace.steps[step as usize - 1].head.line;
        line!(
            out,
            "{step:>6} {line:>6} {:>8} {:>11}  {bar}{note}",
            alive.objects,
            alive.bytes
        );
    }
}

fn types(out: &mut String, trace: &Trace, life: &MemoryLife, top: usize) {
    if life.types.is_empty() {
        return;
    }
    let peak = life.peak.as_ref().map_or(0, |peak| peak.step);
    line!(
        out,
        "\n  made    died  at peak       bytes  at end       bytes  by type"
    );
    for of in life.types.iter().take(top) {
        let (at_peak, at_end) = (of.alive.at(peak), of.alive.at(life.steps));
        let name = trace.symbols.text(of.type_name);
        line!(
            out,
            "{}  {name}",
            type_row(of.made, of.died, at_peak, at_end)
        );
    }
    let rest = life.types.get(top..).unwrap_or_default();
    if !rest.is_empty() {
        let sum = |of: fn(&TypeLife) -> usize| rest.iter().map(of).sum();
        let at = |step: u32| {
            rest.iter()
                .fold(Amount::default(), |sum, of| sum.plus(of.alive.at(step)))
        };
        let row = type_row(
            sum(|of| of.made),
            sum(|of| of.died),
            at(peak),
            at(life.steps),
        );
        line!(out, "{row}  {} more types (--top N shows more)", rest.len());
    }
}

fn type_row(made: usize, died: usize, at_peak: Amount, at_end: Amount) -> String {
    format!(
        "{made:>6}  {died:>6}  {:>7}  {:>10}  {:>6}  {:>10}",
        at_peak.objects, at_peak.bytes, at_end.objects, at_end.bytes
    )
}

fn lines(out: &mut String, trace: &Trace, life: &MemoryLife, top: usize) {
    if life.lines.is_empty() {
        return;
    }
    line!(
        out,
        "\n  born    died  at peak    left       bytes  by line (died: while it ran)"
    );
    let row = |of: &LineLife| {
        format!(
            "{:>6}  {:>6}  {:>7}  {:>6}  {:>10}",
            of.born, of.died, of.at_peak.objects, of.left.objects, of.left.bytes
        )
    };
    for of in life.lines.iter().take(top) {
        line!(out, "{}  {}", row(of), place(trace, of.line));
    }
    if let Some(rest) = life.lines.get(top..).filter(|rest| !rest.is_empty()) {
        line!(
            out,
            "... and {} more lines (--top N shows more)",
            rest.len()
        );
    }
}

fn end(out: &mut String, trace: &Trace, life: &MemoryLife, top: usize) {
    let end = &life.end;
    line!(out, "\nat the end");
    line!(
        out,
        "left at the last step    {}",
        sum(trace, &end.left, top)
    );
    line!(
        out,
        "freed at exit            {}",
        sum(trace, &end.freed, top)
    );
    match &end.never_freed {
        Some(kept) => line!(out, "never freed              {}", sum(trace, kept, top)),
        None => line!(
            out,
            "never freed              not known: the interpreter's own end was not recorded"
        ),
    }
}

fn sum(trace: &Trace, list: &[(Symbol, Amount)], top: usize) -> String {
    if list.is_empty() {
        return "nothing".to_owned();
    }
    let types: Vec<String> = list
        .iter()
        .take(top)
        .map(|(name, of)| format!("{} {}", of.objects, trace.symbols.text(*name)))
        .collect();
    format!("{}: {}", amount(EndOfRun::sum(list)), types.join(", "))
}

fn amount(amount: Amount) -> String {
    let objects = match amount.objects {
        1 => "1 object".to_owned(),
        count => format!("{count} objects"),
    };
    match amount.unsized_objects {
        0 => format!("{objects}, {} bytes", amount.bytes),
        count if count == amount.objects => format!("{objects} of unknown size"),
        count => format!(
            "{objects}, {} bytes and {count} of unknown size",
            amount.bytes
        ),
    }
}

/// A line as it may stand in the table.
fn cut(line: &str) -> String {
    let mut width = 0;
    let mut out = String::new();
    for c in line.chars() {
        width += c.width().unwrap_or(0);
        if width >= WIDTH && line.chars().count() > out.chars().count() + 1 {
            out.push('…');
            return out;
        }
        out.push(c);
    }
    out
}
