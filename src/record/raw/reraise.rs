//! The interpreter's note, one for each thread, that it has told a re-raise: until the exception is
//! handled it tells no other one.
//!
//! What the recording listens to changes the note, and with it what a tool of the program's is told.
//! It is a byte among the thread's own variables; the self-test finds it by having the interpreter
//! write it. Where it cannot be found, each re-raise is told.

use super::LayoutError;
use rustpython_vm::VirtualMachine;
use rustpython_vm::scope::Scope;
use std::ffi::c_void;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Events by their place in the interpreter's list, which PEP 669 fixes.
const EXCEPTION_HANDLED: u32 = 1 << 12;
const RERAISE: u32 = 1 << 15;

/// Where the byte stands among a thread's variables, and 1; 0 where that is not known.
static PLACE: AtomicUsize = AtomicUsize::new(0);

/// Raises an exception a second time, and handles it.
const SOURCE: &str = "\
try:
    try:
        raise ValueError
    except ValueError:
        raise
except ValueError:
    pass
";

/// Whether the note can be written.
pub(crate) fn is_known() -> bool {
    PLACE.load(Ordering::Relaxed) != 0
}

/// Writes the note of the current thread.
pub(crate) fn set(told: bool) {
    let Some(place) = PLACE.load(Ordering::Relaxed).checked_sub(1) else {
        return;
    };
    if let Some((start, _)) = own_variables() {
        // SAFETY: the byte is the thread's own, a `bool`, and nothing else runs on the thread.
        unsafe { ((start + place) as *mut bool).write_volatile(told) }
    }
}

/// Finds the note.
pub(super) fn self_test(vm: &VirtualMachine) -> Result<(), LayoutError> {
    let failed = |_| LayoutError::Header("the sample of a re-raise does not run");
    let code = vm
        .compile(SOURCE, rustpython_vm::compiler::Mode::Exec, "<memviz>")
        .map_err(|_| LayoutError::Header("the sample of a re-raise does not compile"))?;
    let Some((start, length)) = own_variables() else {
        return Ok(());
    };
    let mut candidates: Vec<usize> = (0..length).collect();
    let before = vm.state.monitoring_events.load();
    for (events, expected) in [(EXCEPTION_HANDLED, 0), (RERAISE, 1)].repeat(3) {
        vm.state.monitoring_events.store(events);
        let scope: Scope = vm.new_scope_with_builtins();
        let done = vm.run_code_obj(code.clone(), scope);
        vm.state.monitoring_events.store(before);
        done.map_err(failed)?;
        candidates.retain(|place| {
            // SAFETY: the place lies among the thread's variables.
            let byte = unsafe { ((start + place) as *const u8).read_volatile() };
            byte == expected
        });
    }
    if let [place] = candidates[..] {
        PLACE.store(place + 1, Ordering::Relaxed);
        set(false);
    }
    Ok(())
}

/// Where the current thread's variables of this program stand, and how many bytes they are.
#[cfg(target_os = "linux")]
fn own_variables() -> Option<(usize, usize)> {
    struct Found {
        code: usize,
        place: Option<(usize, usize)>,
    }
    unsafe extern "C" fn look(
        info: *mut libc::dl_phdr_info,
        _: libc::size_t,
        found: *mut c_void,
    ) -> libc::c_int {
        // SAFETY: the system hands over a description that is valid during the call, and what it was
        // given.
        let (info, found, parts) = unsafe {
            let info = &*info;
            let count = usize::from(info.dlpi_phnum);
            let parts = std::slice::from_raw_parts(info.dlpi_phdr, count);
            (info, &mut *found.cast::<Found>(), parts)
        };
        let holds_code = parts.iter().any(|part| {
            let from = info.dlpi_addr as usize + part.p_vaddr as usize;
            part.p_type == libc::PT_LOAD
                && (from..from + part.p_memsz as usize).contains(&found.code)
        });
        if !holds_code {
            return 0;
        }
        let variables = parts.iter().find(|part| part.p_type == libc::PT_TLS);
        found.place = variables
            .filter(|_| !info.dlpi_tls_data.is_null())
            .map(|part| (info.dlpi_tls_data as usize, part.p_memsz as usize));
        1
    }
    let mut found = Found {
        code: own_variables as *const () as usize,
        place: None,
    };
    // SAFETY: the function writes only what it is given.
    unsafe { libc::dl_iterate_phdr(Some(look), (&raw mut found).cast()) };
    found.place
}

#[cfg(not(target_os = "linux"))]
fn own_variables() -> Option<(usize, usize)> {
    None
}
