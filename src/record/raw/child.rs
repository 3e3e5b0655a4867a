//! The program in a process of its own, so that memviz outlives it: what the system needs for that.
//!
//! The child stays in its parent's process group and session, so the terminal's signals come to both
//! of them, and only the child heeds them. A signal that somebody sends to the parent is handed on.

use std::io;
use std::os::fd::RawFd;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::Duration;

/// The child, while it lives.
static CHILD: AtomicI32 = AtomicI32::new(0);

/// Signals that can be handed on: what a user or another program sends to end, stop or tell something.
const HANDED_ON: [libc::c_int; 14] = [
    libc::SIGHUP,
    libc::SIGINT,
    libc::SIGQUIT,
    libc::SIGTERM,
    libc::SIGUSR1,
    libc::SIGUSR2,
    libc::SIGALRM,
    libc::SIGVTALRM,
    libc::SIGPROF,
    libc::SIGTSTP,
    libc::SIGTTIN,
    libc::SIGTTOU,
    libc::SIGCONT,
    libc::SIGWINCH,
];

/// Which of the two processes this is.
pub(crate) enum Side {
    Parent(Child),
    Child,
}

/// What the parent knows of the child, and how it dealt with signals before.
pub(crate) struct Child {
    pid: libc::pid_t,
    before: Vec<(libc::c_int, libc::sigaction)>,
}

/// What has become of the child.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    Runs,
    Exited(i32),
    Killed(i32),
}

/// Splits this process, which must have one thread, in two. In the parent all descriptors but standard
/// error and those of `own` are closed: who waits for the program to close its end waits for the child
/// alone. In the child those of `own` are closed.
pub(crate) fn fork(own: &[RawFd]) -> io::Result<Side> {
    // SAFETY: values that the calls below set before they are read.
    let (mut all, mut before): (libc::sigset_t, libc::sigset_t) = unsafe { std::mem::zeroed() };
    // SAFETY: the set is ours; no signal may come between the fork and the handlers.
    unsafe {
        libc::sigfillset(&mut all);
        libc::pthread_sigmask(libc::SIG_BLOCK, &all, &mut before);
    }
    // SAFETY: only asks.
    let parent = unsafe { libc::getpid() };
    // SAFETY: there is one thread, so that no lock is held by one that the child does not have.
    let pid = unsafe { libc::fork() };
    let side = match pid {
        -1 => Err(io::Error::last_os_error()),
        0 => {
            die_with(parent);
            for descriptor in own {
                // SAFETY: the caller says that the descriptor is its own, and uses it in the parent
                // alone.
                unsafe { libc::close(*descriptor) };
            }
            Ok(Side::Child)
        }
        pid => {
            CHILD.store(pid, Ordering::SeqCst);
            let before = HANDED_ON.iter().chain(&[libc::SIGCHLD, libc::SIGXFSZ]);
            let before = before.map(|signal| (*signal, listen_to(*signal)));
            let before = before.collect();
            close_all_but(own);
            Ok(Side::Parent(Child { pid, before }))
        }
    };
    // SAFETY: the set is the one from before.
    unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &before, std::ptr::null_mut()) };
    side
}

/// Has the system end this process when its parent is gone.
#[cfg(target_os = "linux")]
fn die_with(parent: libc::pid_t) {
    // SAFETY: sets a property of this process.
    unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) };
    // SAFETY: only asks; where the parent went before the property was set, this process goes too.
    unsafe {
        if libc::getppid() != parent {
            libc::_exit(1);
        }
    }
}

#[cfg(not(target_os = "linux"))]
fn die_with(_: libc::pid_t) {}

/// Deals with a signal in the parent; returns how it was dealt with before.
fn listen_to(signal: libc::c_int) -> libc::sigaction {
    // SAFETY: values that are set before they are read.
    let (mut action, mut before): (libc::sigaction, libc::sigaction) =
        unsafe { std::mem::zeroed() };
    let handler: extern "C" fn(libc::c_int, *mut libc::siginfo_t, *mut libc::c_void) = hand_on;
    action.sa_sigaction = match signal {
        // A file that may not grow is an error of the call that writes.
        libc::SIGXFSZ => libc::SIG_IGN,
        _ => handler as usize,
    };
    action.sa_flags = libc::SA_SIGINFO;
    // SAFETY: the handler calls nothing that may not be called in a handler; a pause of the parent's
    // ends with it, so it does not restart calls.
    unsafe {
        libc::sigemptyset(&mut action.sa_mask);
        libc::sigaction(signal, &action, &mut before);
    }
    before
}

/// Hands a signal on to the child that somebody has sent to this process alone, as far as can be told:
/// what the system itself sends to a process group comes to the child anyway.
extern "C" fn hand_on(signal: libc::c_int, info: *mut libc::siginfo_t, _: *mut libc::c_void) {
    let child = CHILD.load(Ordering::SeqCst);
    if signal == libc::SIGCHLD || child == 0 || info.is_null() {
        return;
    }
    // SAFETY: the system has filled it in.
    let (code, sender) = unsafe { ((*info).si_code, (*info).si_pid()) };
    let is_sent = [libc::SI_USER, libc::SI_QUEUE, libc::SI_TKILL].contains(&code);
    if is_sent && sender != child {
        // SAFETY: sends a signal to the child, which has not been waited for.
        unsafe { libc::kill(child, signal) };
    }
}

/// Closes what this process has inherited and does not use: the program's ends of pipes.
fn close_all_but(own: &[RawFd]) {
    // SAFETY: opens a file and puts it in the place of descriptors that this process does not use.
    unsafe {
        let nothing = libc::open(c"/dev/null".as_ptr(), libc::O_RDWR | libc::O_CLOEXEC);
        if nothing >= 0 {
            libc::dup2(nothing, 0);
            libc::dup2(nothing, 1);
        }
    }
    let folder = ["/proc/self/fd", "/dev/fd"].into_iter();
    let listed = folder
        .filter_map(|folder| std::fs::read_dir(folder).ok())
        .next();
    let listed: Vec<RawFd> = listed
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .collect();
    for descriptor in listed {
        if descriptor > 2 && !own.contains(&descriptor) {
            // SAFETY: nothing in this process knows it: it was inherited. That of the listing itself
            // is closed already.
            unsafe { libc::close(descriptor) };
        }
    }
}

impl Child {
    /// What has become of the child. Where the terminal has stopped it, this process stops as well: so
    /// whoever started it learns of that, and goes on with both.
    pub(crate) fn status(&self) -> Status {
        let mut status = 0;
        // SAFETY: the child is this process's own; the answer goes to `status`.
        let found =
            unsafe { libc::waitpid(self.pid, &mut status, libc::WNOHANG | libc::WUNTRACED) };
        if found != self.pid {
            return Status::Runs;
        }
        if libc::WIFSTOPPED(status) {
            let by_terminal = [libc::SIGTSTP, libc::SIGTTIN, libc::SIGTTOU];
            if by_terminal.contains(&libc::WSTOPSIG(status)) || is_in_foreground() {
                // SAFETY: stops this process, and goes on with the child when it is let go on.
                unsafe {
                    libc::raise(libc::SIGSTOP);
                    libc::kill(self.pid, libc::SIGCONT);
                }
            }
            return Status::Runs;
        }
        CHILD.store(0, Ordering::SeqCst);
        if libc::WIFSIGNALED(status) {
            Status::Killed(libc::WTERMSIG(status))
        } else {
            Status::Exited(libc::WEXITSTATUS(status))
        }
    }

    /// Deals with signals as before the child was started.
    pub(crate) fn take_back(self) {
        for (signal, before) in &self.before {
            if *signal == libc::SIGXFSZ {
                continue;
            }
            // SAFETY: the disposition is the one from before.
            unsafe { libc::sigaction(*signal, before, std::ptr::null_mut()) };
        }
    }
}

/// Waits for a moment, or until a signal comes: that of the child's end does.
pub(crate) fn pause(duration: Duration) {
    let time = libc::timespec {
        tv_sec: duration.as_secs() as libc::time_t,
        tv_nsec: duration.subsec_nanos().into(),
    };
    // SAFETY: only waits; what is left of the time is not asked for.
    unsafe { libc::nanosleep(&time, std::ptr::null_mut()) };
}

/// Whether the terminal's keys go to this process.
fn is_in_foreground() -> bool {
    // SAFETY: only asks.
    let (foreground, own) = unsafe { (libc::tcgetpgrp(2), libc::getpgrp()) };
    foreground == own
}

/// Ends this process as its child was ended: by the same signal, without a second image of its memory.
pub(crate) fn die_of(signal: libc::c_int) {
    let none = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: a value that the next call sets.
    let mut set: libc::sigset_t = unsafe { std::mem::zeroed() };
    // SAFETY: sets properties of this process that is about to end; where it does not end, the caller
    // gives an exit code.
    unsafe {
        libc::setrlimit(libc::RLIMIT_CORE, &none);
        libc::signal(signal, libc::SIG_DFL);
        libc::sigemptyset(&mut set);
        libc::sigaddset(&mut set, signal);
        libc::pthread_sigmask(libc::SIG_UNBLOCK, &set, std::ptr::null_mut());
        libc::raise(signal);
    }
}
