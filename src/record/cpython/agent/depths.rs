//! How high the value stack is at each instruction of a code object: in events of instructions the
//! interpreter does not say it. The compiler's own reckoning, with the interpreter's own effects.

use crate::wire::flow;

/// An entry of a code object's table of exceptions.
#[derive(Debug, Clone, Copy)]
struct Handler {
    /// Instructions that it guards, in units of two bytes.
    start: usize,
    end: usize,
    target: usize,
    /// How high the stack is where the handler begins.
    depth: i32,
}

/// The stack's height before each unit of two bytes; `None` where nothing leads there.
///
/// `flows` says of each instruction's number where it leads; `unit`, of how many bytes an argument that is
/// a place counts; `effect` of an instruction, its argument and whether it jumps, how much higher it leaves
/// the stack.
pub fn depths(
    code: &[u8],
    exceptions: &[u8],
    flows: &[u8],
    unit: u32,
    effect: &dyn Fn(u8, u32, bool) -> i32,
) -> Vec<Option<i32>> {
    let units = code.len() / 2;
    let handlers = handlers(exceptions);
    let mut found: Vec<Option<i32>> = vec![None; units];
    let begins = code
        .first()
        .and_then(|opcode| flows.get(usize::from(*opcode)));
    let mut open = vec![(0, i32::from(begins == Some(&flow::BEGINS_GENERATOR)))];
    let mut is_handled = vec![false; handlers.len()];
    while let Some((mut at, mut depth)) = open.pop() {
        let mut argument = 0u32;
        while at < units && found[at].is_none() {
            found[at] = Some(depth);
            for (handler, is_handled) in handlers.iter().zip(&mut is_handled) {
                if (handler.start..handler.end).contains(&at) && !*is_handled {
                    *is_handled = true;
                    open.push((handler.target, handler.depth));
                }
            }
            let (opcode, low) = (code[2 * at], code[2 * at + 1]);
            let flow = flows.get(usize::from(opcode)).copied().unwrap_or(flow::ON);
            argument = argument << 8 | u32::from(low);
            at += 1;
            if flow == flow::EXTENDS {
                continue;
            }
            let behind = behind_caches(code, at);
            let place = (argument * unit / 2) as usize;
            let target = match flow {
                flow::FORWARD | flow::FORWARD_ALWAYS => Some(behind + place),
                flow::BACK | flow::BACK_ALWAYS => behind.checked_sub(place),
                flow::TO | flow::TO_ALWAYS => Some(place),
                _ => None,
            };
            if let Some(target) = target {
                open.push((target, depth + effect(opcode, argument, true)));
            }
            let leaves = [
                flow::FORWARD_ALWAYS,
                flow::BACK_ALWAYS,
                flow::TO_ALWAYS,
                flow::ENDS,
            ];
            if leaves.contains(&flow) {
                break;
            }
            depth = match flow {
                // What wakes it puts a value there.
                flow::MAKES_GENERATOR => 1,
                _ => depth + effect(opcode, argument, false),
            };
            (at, argument) = (behind, 0);
        }
    }
    found
}

/// The place of the next instruction: units that are zero are room for the interpreter's notes.
fn behind_caches(code: &[u8], mut at: usize) -> usize {
    while code.get(2 * at) == Some(&0) {
        at += 1;
    }
    at
}

/// Reads the table: numbers of six bits a byte, the highest first; bit 6 says that there is more.
fn handlers(table: &[u8]) -> Vec<Handler> {
    let mut bytes = table.iter();
    let mut number = move || -> Option<usize> {
        let mut all = 0;
        loop {
            let byte = *bytes.next()?;
            all = all << 6 | usize::from(byte & 63);
            if byte & 64 == 0 {
                return Some(all);
            }
        }
    };
    let mut found = Vec::new();
    while let (Some(start), Some(length), Some(target), Some(depth)) =
        (number(), number(), number(), number())
    {
        // The exception, and the place that raised it where that is kept as well.
        let pushed = 1 + (depth & 1) as i32;
        found.push(Handler {
            start,
            end: start + length,
            target,
            depth: (depth >> 1) as i32 + pushed,
        });
    }
    found
}
