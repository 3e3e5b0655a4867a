//! Steps: what the interpreter tells of the program's own code, and what is found then.

use crate::agent::{Agent, agent};
use crate::bytecode::Instruction;
use crate::describe::text_in;
use crate::dicts::general_lookup;
use crate::exceptions::write_exception;
use crate::frames::{self, Running, function_name, name};
use crate::holders::holders;
use crate::library;
use crate::memory::{AddressMap, listen};
use crate::monitor;
use crate::offsets::object;
use crate::output;
use crate::program::Program;
use crate::python::{Addr, before_object, count_of, type_of, word};
use crate::standard_input;
use crate::streams::{self, Told};
use crate::wire::{Writer, tag};
use std::rc::Rc;

/// What a step is taken for; the numbers stand in messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Event {
    Call,
    Resume,
    Throw,
    Line,
    Return,
    Yield,
    Unwind,
    Exception,
    Instruction,
    Exit,
}

/// Where a step is.
#[derive(Clone, Copy)]
struct Place {
    file: u64,
    line: u32,
    /// The line of this call that has just run.
    ran: Option<u32>,
    /// The instruction that is about to run, where the step is one.
    instruction: Option<Instruction>,
}

#[derive(Default)]
pub struct Steps {
    taken: u64,
    /// The line that each running frame was last told to run.
    lines: AddressMap<u32>,
    /// The newest thread, as far as is known.
    pub newest_thread: Addr,
    /// Threads in the order of their first steps.
    threads: Vec<usize>,
    main_frame: Addr,
    /// The main module has been left.
    pub left: bool,
    /// The calls of the thread that took the last step.
    frames: Vec<Rc<Running>>,
    /// What was told of its own calls, each with the serials that stand in it.
    told_frames: Vec<(Rc<Running>, Vec<u64>)>,
    /// How far the standard streams have been told.
    pub told: [Told; 2],
    /// What was read since the last step, each behind how many bytes of standard output.
    pub read: Vec<(u64, String)>,
    /// What was raised last, where the interpreter does not say it again.
    pub raised: Addr,
    /// Its class, which the interpreter holds while it tells of that.
    pub raised_type: Addr,
    /// And the traceback that goes with it.
    pub traceback: Addr,
    /// Incidents since the last step.
    incidents: Vec<(u8, Addr)>,
}

/// Code is about to run: where it is the program's, it is listened to from here on.
///
/// # Safety
/// `code` must be a living code object, and the interpreter's lock be held.
pub unsafe fn about_to_run(code: Addr) {
    let Some(agent) = agent() else { return };
    // SAFETY: the caller's.
    unsafe {
        let python = agent.python;
        if agent.program.own_file(code, &python).is_none() {
            return;
        }
        agent.inside = true;
        let mut count = agent.collector.count();
        if !agent.started {
            agent.collector.begin(&python);
            count = agent.collector.count();
            agent.python.general_lookup = general_lookup(&python);
            monitor::begin(&python);
            standard_input::begin(&python);
            listen(&python);
            if python.layout.minor < 13 {
                let mut listed = agent.collector.listed(2);
                listed.extend(frames::objects((python.thread_state)(), &python));
                agent.memory.note_old(&listed, &python);
            }
            output::COPIES.store(true, std::sync::atomic::Ordering::Relaxed);
            agent.started = true;
            agent.program.knows_deaths = true;
        }
        let mut new = Vec::new();
        agent
            .program
            .add_code(code, &python, &mut |one| new.push(one));
        if !new.is_empty() {
            monitor::listen_to(&new, &python, agent.program.settings.granularity);
        }
        agent.collector.set_count(count);
        agent.inside = false;
    }
}

/// An event of code. `number`: the line, where the event says it; the place of an instruction, in bytes.
/// `passed`: what is returned or raised.
///
/// # Safety
/// The interpreter must call this, with its lock held.
pub unsafe fn event(event: Event, number: Option<u32>, passed: Addr) {
    let Some(agent) = agent() else { return };
    if agent.inside || agent.over || !agent.started {
        return;
    }
    agent.inside = true;
    // SAFETY: the caller's.
    unsafe { take(agent, event, number, passed) };
    agent.inside = false;
}

unsafe fn take(agent: &mut Agent, event: Event, number: Option<u32>, passed: Addr) {
    // SAFETY: the interpreter waits while this looks at its memory.
    unsafe {
        let python = agent.python;
        agent.collector.look_for_import(&python);
        let thread = (python.thread_state)();
        let mut instruction = None;
        if let (Event::Instruction, Some(offset)) = (event, number) {
            let frame = frames::innermost(thread, &python);
            let code = word(frame + python.layout.frame.code);
            let Program {
                bytecode, settings, ..
            } = &mut agent.program;
            instruction = bytecode.run(frame, code, offset, settings.flows.as_bytes());
            if instruction.is_none() {
                return;
            }
        }
        let before = std::mem::take(&mut agent.steps.frames);
        let running = frames::calls(thread, &before, &mut agent.program, &python);
        agent.program.bytecode.running = None;
        let Some(top) = running.last() else { return };
        let (Some(file), false) = (top.own, agent.steps.left) else {
            return;
        };
        let line = number.filter(|_| event != Event::Instruction);
        let name = function_name(top.code, &python);
        if event == Event::Call && name == "<module>" {
            let globals = word(top.at + python.layout.frame.globals);
            if let Some(name) = text_in(globals, "__name__", &python) {
                agent.program.add_module(name);
            }
            if agent.steps.main_frame == 0 {
                agent.steps.main_frame = top.at;
            }
        }
        if event == Event::Call && name == "__del__" && top.from_c {
            let this = top.names.first().map_or(0, |name| name.to);
            let collects = agent.collector.is_running();
            agent
                .steps
                .incidents
                .push((if collects { 2 } else { 0 }, this));
        }
        let ran = agent
            .steps
            .lines
            .get(&top.at)
            .copied()
            .filter(|_| event != Event::Call);
        let here = line.or(top.line).or(ran).unwrap_or(top.first_line);
        let shown = match event {
            Event::Line | Event::Instruction | Event::Call => here,
            _ => ran.unwrap_or(here),
        };
        let at = top.at;
        let is_main_left =
            at == agent.steps.main_frame && matches!(event, Event::Return | Event::Unwind);
        let place = Place {
            file,
            line: shown,
            ran,
            instruction,
        };
        tell(agent, event, place, passed, &running);
        if is_main_left {
            leave_main(agent, event, passed, place, &running);
        }
        match event {
            Event::Line | Event::Instruction => {
                agent.steps.lines.insert(at, here);
            }
            Event::Return | Event::Unwind => {
                agent.steps.lines.remove(&at);
            }
            _ => {}
        }
        agent.steps.frames = running;
        if agent.steps.taken >= agent.program.settings.max_steps && !agent.steps.left {
            agent.ring.send(&[tag::LIMIT]);
            monitor::end(&python);
            agent.stop();
        }
    }
}

/// Nobody has caught an exception: it is about to be printed.
///
/// # Safety
/// `of` must be a living exception, and the interpreter's lock be held.
pub unsafe fn uncaught(of: Addr) {
    let Some(agent) = agent() else { return };
    if !agent.steps.left {
        return;
    }
    let mut message = Writer::default();
    message.byte(tag::LEFT);
    message.byte(1);
    // SAFETY: the caller's.
    unsafe { write_exception(agent, of, &mut message) };
    agent.flush();
    agent.ring.send(&message.0);
}

/// Takes the step: meets what is new, finds what has changed, and tells all of it.
unsafe fn tell(
    agent: &mut Agent,
    event: Event,
    place: Place,
    passed: Addr,
    running: &[Rc<Running>],
) {
    // SAFETY: as above.
    unsafe {
        let python = agent.python;
        let thread = (python.thread_state)();
        agent.objects.survey(&python);
        let others = other_threads(agent, thread);
        let everywhere: Vec<&Rc<Running>> = running
            .iter()
            .chain(others.iter().flat_map(|(_, all)| all))
            .collect();
        agent.objects.running = everywhere.iter().map(|one| one.at).collect();
        let bodies = everywhere.iter().filter(|one| one.own.is_some());
        let bodies = bodies.filter(|one| one.namespace != 0);
        agent.objects.bodies = bodies.map(|one| Rc::clone(one)).collect();
        for name in everywhere
            .iter()
            .filter(|one| one.own.is_some())
            .flat_map(|one| &one.names)
        {
            if name.kind == name::CELL || name.kind == name::FREE {
                agent
                    .objects
                    .cells
                    .entry(name.to)
                    .or_insert_with(|| name.name.to_string());
            }
        }
        let mut written = Writer::default();
        written.byte(tag::STEP);
        written.byte(event as u8);
        written.number(place.file);
        written.number(u64::from(place.line));
        written.option(place.ran.map(u64::from));
        let number = thread_number(agent, thread);
        let many = agent.steps.threads.len() > 1 || !others.is_empty();
        written.option(many.then_some(number));
        let top = running.last().map_or(0, |top| top.at);
        let offset = match place.instruction {
            Some(instruction) => Some(u64::from(instruction.offset)),
            None => u64::try_from(frames::offset(top, &python)).ok(),
        };
        written.option(offset);
        Instruction::write(place.instruction, &mut written);
        let suppresses = matches!(event, Event::Exception | Event::Unwind)
            && passed != 0
            && crate::python::byte(passed + python.layout.exception.suppress_context) != 0;
        written.byte(u8::from(suppresses));
        let before = std::mem::take(&mut agent.steps.told_frames);
        agent.steps.told_frames = write_frames(agent, running, &before, &mut written);
        written.number(others.len() as u64);
        for (number, frames) in &others {
            written.number(*number);
            write_frames(agent, frames, &[], &mut written);
        }
        let held = holders(agent, event, passed, thread, &everywhere);
        let (python_ref, program, memory, objects) = (
            &agent.python,
            &mut agent.program,
            &agent.memory,
            &mut agent.objects,
        );
        for (_, of) in &agent.steps.incidents {
            objects.meet(*of, python_ref, program, memory);
        }
        meet_unnamed(agent);
        let objects = &mut agent.objects;
        objects.look(&agent.python, &mut agent.program, &agent.memory);
        let steps = agent.steps.taken;
        let more = library::holders(agent, &everywhere, &held, steps);
        let objects = &mut agent.objects;
        let mut all = Vec::new();
        for one in held.into_iter().chain(more) {
            let by = objects.name(&one.by);
            if let Some(to) = objects.known(one.to) {
                all.push((one.kind, by, to, one.certain));
            }
        }
        written.number(all.len() as u64);
        for (kind, by, to, certain) in all {
            written.byte(kind);
            written.byte(u8::from(certain));
            written.number(by);
            written.number(to);
        }
        for (kind, of) in std::mem::take(&mut agent.steps.incidents) {
            if let Some(serial) = agent.objects.known(of) {
                let mut incident = Writer::default();
                incident.byte(tag::INCIDENT);
                incident.byte(kind);
                incident.number(serial);
                agent.objects.out.push(incident.0);
            }
        }
        let [out, errors] = output::take();
        let held = streams::held_back(c"stdout", 1, &python);
        written.bytes(&agent.steps.told[0].fresh(&out, &held));
        let held = streams::held_back(c"stderr", 2, &python);
        written.bytes(&agent.steps.told[1].fresh(&errors, &held));
        let read = std::mem::take(&mut agent.steps.read);
        written.number(read.len() as u64);
        for (behind, text) in read {
            written.number(behind);
            written.bytes(text.as_bytes());
        }
        agent.flush();
        agent.ring.send(&written.0);
        agent.steps.taken += 1;
    }
}

/// Meets the new instances of the program's classes that no name leads to any more.
///
/// # Safety
/// The interpreter's lock must be held.
pub unsafe fn meet_unnamed(agent: &mut Agent) {
    let recent = std::mem::take(&mut agent.memory.recent);
    if agent.program.classes.is_empty() {
        return;
    }
    for block in recent {
        if !agent.memory.fresh.contains_key(&block) || agent.objects.is_known_block(block) {
            continue;
        }
        // SAFETY: the block was given out and not back.
        unsafe {
            if let Some(at) = instance_in(block, agent) {
                let (program, memory) = (&mut agent.program, &agent.memory);
                agent.objects.meet(at, &agent.python, program, memory);
            }
        }
    }
}

/// The instance of a class of the program's that stands in a block. Where one would stand follows from
/// its class; that there is none tell what would be its count, which is a small number, and what the
/// collector keeps before it, which is none.
unsafe fn instance_in(block: Addr, agent: &Agent) -> Option<Addr> {
    const SMALL: usize = 1 << 20;
    let minor = agent.python.layout.minor;
    // SAFETY: every block is at least as large as what is read here, or stands before others.
    let is_one = |before: usize| unsafe {
        let at = block + before;
        let class = word(at + object::TYPE);
        let collectors = if before < 16 { 0 } else { word(at - 16) };
        // An object without the collector's part begins with its count; one of the program's, with
        // pointers.
        let begins = if before < 16 { 0 } else { word(block) };
        (1..SMALL).contains(&word(at))
            && agent.program.classes.contains_key(&class)
            && before_object(class, minor) == before
            && [collectors, begins]
                .iter()
                .all(|one| *one == 0 || *one > SMALL)
    };
    let before = [0, 16, 32].into_iter().find(|before| is_one(*before))?;
    Some(block + before)
}

unsafe fn write_frames(
    agent: &mut Agent,
    running: &[Rc<Running>],
    before: &[(Rc<Running>, Vec<u64>)],
    written: &mut Writer,
) -> Vec<(Rc<Running>, Vec<u64>)> {
    let mut own: Vec<(&Rc<Running>, bool)> = Vec::new();
    // Whether native code stands between a call and the one of the program's before it.
    let mut through_c = false;
    for frame in running {
        through_c |= frame.from_c;
        if frame.own.is_some() {
            own.push((frame, through_c));
            through_c = false;
        }
    }
    written.number(own.len() as u64);
    // SAFETY: the frames are those of a thread.
    let seen = unsafe { seen_objects(agent, running) };
    let mut told = Vec::with_capacity(own.len());
    for (place, (frame, through_c)) in own.into_iter().enumerate() {
        let before_it = told
            .iter()
            .map(|(frame, _): &(Rc<Running>, _)| frame.namespace);
        let is_repeated = frame.namespace != 0 && { before_it }.any(|one| one == frame.namespace);
        let is_seen = seen.contains(&frame.object);
        // SAFETY: names lead to living objects.
        let serials = unsafe { serials(agent, frame, is_seen, is_repeated) };
        let is_same = before.get(place).is_some_and(|(old, serials_before)| {
            Rc::ptr_eq(old, frame) && *serials_before == serials
        });
        written.byte(u8::from(is_same) | u8::from(through_c) << 1);
        if !is_same {
            // SAFETY: as above.
            unsafe { write_frame(agent, frame, is_repeated, &serials, written) };
        }
        told.push((Rc::clone(frame), serials));
    }
    told
}

/// The frame objects that the program sees: those that somebody else holds as well.
unsafe fn seen_objects(agent: &Agent, running: &[Rc<Running>]) -> Vec<Addr> {
    let layout = &agent.python.layout;
    let mut seen = Vec::new();
    // Where every call has an object, that leads to the one of the call before it.
    let mut is_led_to = false;
    for frame in running.iter().rev().filter(|frame| frame.object != 0) {
        // SAFETY: a frame's object lives as long as the frame.
        let count = unsafe { count_of(frame.object, layout.minor) };
        let is_seen = is_led_to
            || agent.objects.known(frame.object).is_some()
            || count.is_some_and(|count| count > frame.object_count);
        if is_seen {
            seen.push(frame.object);
            is_led_to = layout.has_frame_objects();
        }
    }
    seen
}

/// The serials of what a call names: its function and its frame object, 0 where there is none, and its
/// names.
unsafe fn serials(
    agent: &mut Agent,
    frame: &Running,
    is_seen: bool,
    is_repeated: bool,
) -> Vec<u64> {
    let python = agent.python;
    let mut all = Vec::with_capacity(frame.names.len() + 2);
    // SAFETY: names lead to living objects.
    unsafe {
        all.push(match frame.function {
            0 => 0,
            at if type_of(at) == python.types.function => meet(agent, at),
            _ => 0,
        });
        all.push(if is_seen {
            meet(agent, frame.object)
        } else {
            0
        });
        for name in frame.told_names(is_repeated) {
            all.push(meet(agent, name.to));
        }
    }
    all
}

unsafe fn write_frame(
    agent: &mut Agent,
    frame: &Running,
    is_repeated: bool,
    serials: &[u64],
    written: &mut Writer,
) {
    let python = agent.python;
    // SAFETY: the frame's code lives as long as the frame.
    let code = unsafe { agent.program.code(frame.code, &python) };
    written.number(code);
    let line = frame
        .line
        .or_else(|| agent.steps.lines.get(&frame.at).copied());
    written.number(u64::from(line.unwrap_or(frame.first_line)));
    written.number(frame.arguments);
    written.number(serials[0]);
    written.number(serials[1]);
    written.number(serials.len() as u64 - 2);
    for (name, to) in frame.told_names(is_repeated).zip(&serials[2..]) {
        let text = agent.objects.name(&name.name);
        written.byte(name.kind);
        written.number(text);
        written.number(*to);
    }
}

/// The serial of a living object.
///
/// # Safety
/// There must be one, and the interpreter's lock be held.
pub unsafe fn meet(agent: &mut Agent, at: Addr) -> u64 {
    let (program, memory) = (&mut agent.program, &agent.memory);
    // SAFETY: the caller's.
    unsafe { agent.objects.meet(at, &agent.python, program, memory) }
}

unsafe fn thread_number(agent: &mut Agent, thread: Addr) -> u64 {
    // SAFETY: it is a thread's state.
    let identifier = unsafe { word(thread + agent.python.layout.thread_id) };
    let threads = &mut agent.steps.threads;
    let place = threads.iter().position(|one| *one == identifier);
    let place = place.unwrap_or_else(|| {
        threads.push(identifier);
        threads.len() - 1
    });
    place as u64 + 1
}

/// The calls of the other threads that run code of the program's own.
unsafe fn other_threads(agent: &mut Agent, current: Addr) -> Vec<(u64, Vec<Rc<Running>>)> {
    let mut all = Vec::new();
    let python = agent.python;
    // SAFETY: threads are linked; none goes while the lock is held.
    unsafe {
        let interpreter = (python.call.interpreter)();
        let mut thread = (python.call.thread_head)(interpreter);
        while thread != 0 {
            if thread != current {
                let calls = frames::calls(thread, &[], &mut agent.program, &python);
                if calls.iter().any(|one| one.own.is_some()) {
                    all.push((thread_number(agent, thread), calls));
                }
            }
            thread = (python.call.thread_next)(thread);
        }
    }
    all.sort_by_key(|(number, _)| *number);
    all
}

/// The main module is left: how, and the last step.
unsafe fn leave_main(
    agent: &mut Agent,
    event: Event,
    passed: Addr,
    place: Place,
    running: &[Rc<Running>],
) {
    // SAFETY: as above.
    unsafe {
        let mut message = Writer::default();
        message.byte(tag::LEFT);
        if event == Event::Unwind && passed != 0 {
            message.byte(1);
            write_exception(agent, passed, &mut message);
        } else {
            message.byte(0);
        }
        agent.flush();
        agent.ring.send(&message.0);
        let uncaught = if event == Event::Unwind { passed } else { 0 };
        let place = Place {
            ran: Some(place.line),
            instruction: None,
            ..place
        };
        tell(agent, Event::Exit, place, uncaught, running);
        agent.steps.left = true;
    }
}
