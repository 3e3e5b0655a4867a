//! Which pages have been written of those that hold what can hold references.
//!
//! The system keeps the books: the region is registered with it so that a page that is protected is
//! opened by the first write, without a signal or a fault that anybody sees, also by a write of the
//! system's own (`userfaultfd`, asynchronous write protection); and it tells which pages are open
//! (`PAGEMAP_SCAN`). Linux has both from 6.7 on. Some containers forbid the first.
//!
//! The program must not find a descriptor that it has not opened. The one that the registration hangs
//! on is sent to the process beside it, which never takes it out of the socket; the other one is opened
//! for each question and closed again, while the program stands still.

use super::slab;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::net::UnixStream;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

/// Bytes of a page. Where the system's pages are larger, this way is not taken.
pub(crate) const PAGE_BYTES: usize = 1 << 12;

/// No block of the program's stands below: a smaller number is none's address.
pub(crate) const LOWEST_ADDRESS: usize = 1 << 32;

/// What the headers of Linux 6.7 say; older ones do not.
mod linux {
    pub(super) const UFFD_USER_MODE_ONLY: libc::c_int = 1;
    pub(super) const UFFD_API: u64 = 0xAA;
    pub(super) const UFFD_FEATURE_WP_UNPOPULATED: u64 = 1 << 13;
    pub(super) const UFFD_FEATURE_WP_ASYNC: u64 = 1 << 15;
    pub(super) const UFFDIO_REGISTER_MODE_WP: u64 = 1 << 1;
    pub(super) const UFFDIO_API: libc::c_ulong = 0xC018_AA3F;
    pub(super) const UFFDIO_REGISTER: libc::c_ulong = 0xC020_AA00;
    pub(super) const PAGEMAP_SCAN: libc::c_ulong = 0xC060_6610;
    pub(super) const PM_SCAN_WP_MATCHING: u64 = 1;
    pub(super) const PAGE_IS_WRITTEN: u64 = 1 << 1;

    #[repr(C)]
    #[derive(Default)]
    pub(super) struct Api {
        pub api: u64,
        pub features: u64,
        pub ioctls: u64,
    }

    #[repr(C)]
    #[derive(Default)]
    pub(super) struct Register {
        pub start: u64,
        pub len: u64,
        pub mode: u64,
        pub ioctls: u64,
    }

    #[repr(C)]
    #[derive(Default)]
    pub(super) struct Scan {
        pub size: u64,
        pub flags: u64,
        pub start: u64,
        pub end: u64,
        pub walk_end: u64,
        pub vec: u64,
        pub vec_len: u64,
        pub max_pages: u64,
        pub category_inverted: u64,
        pub category_mask: u64,
        pub category_anyof_mask: u64,
        pub return_mask: u64,
    }

    #[repr(C)]
    #[derive(Default, Clone, Copy)]
    pub(super) struct Range {
        pub start: u64,
        pub end: u64,
        pub categories: u64,
    }
}

/// The end of the socket that leads to the process beside this one, until a recording takes it.
static KEEPER: Mutex<Option<UnixStream>> = Mutex::new(None);
/// The region is registered with the system.
static REGISTERED: AtomicBool = AtomicBool::new(false);

/// Takes the end of a socket whose other end stays open in another process for as long as this one
/// lives.
pub(crate) fn set_keeper(socket: UnixStream) {
    *KEEPER.lock().unwrap_or_else(|e| e.into_inner()) = Some(socket);
}

/// Registers the region with the system, where that is possible, and gives up the socket.
pub(crate) fn register() {
    let keeper = KEEPER.lock().unwrap_or_else(|e| e.into_inner()).take();
    let registered = keeper.is_some_and(|keeper| register_with(&keeper).is_ok());
    REGISTERED.store(registered, Ordering::SeqCst);
}

fn register_with(keeper: &UnixStream) -> io::Result<()> {
    // SAFETY: only asks.
    let page_bytes = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    let (start, _, end) = slab::word_region();
    if page_bytes != PAGE_BYTES as libc::c_long || start == 0 {
        return Err(io::ErrorKind::Unsupported.into());
    }
    let flags = libc::O_CLOEXEC | libc::O_NONBLOCK | linux::UFFD_USER_MODE_ONLY;
    // SAFETY: makes a descriptor, which is checked.
    let made = unsafe { libc::syscall(libc::SYS_userfaultfd, flags) };
    let made = checked(made as libc::c_int)?;
    // SAFETY: the descriptor is new, and nobody else's.
    let made = unsafe { OwnedFd::from_raw_fd(made) };
    let mut api = linux::Api {
        api: linux::UFFD_API,
        features: linux::UFFD_FEATURE_WP_ASYNC | linux::UFFD_FEATURE_WP_UNPOPULATED,
        ..linux::Api::default()
    };
    // SAFETY: the request's own structure, which it may write to.
    checked(unsafe { libc::ioctl(made.as_raw_fd(), linux::UFFDIO_API as _, &mut api) })?;
    let mut register = linux::Register {
        start: start as u64,
        len: (end - start) as u64,
        mode: linux::UFFDIO_REGISTER_MODE_WP,
        ioctls: 0,
    };
    // SAFETY: as above. The region is a mapping of this process that stays for good; large pages, which
    // could be told only as a whole, are not wanted in it.
    unsafe {
        libc::madvise(start as *mut _, end - start, libc::MADV_NOHUGEPAGE);
        let request = linux::UFFDIO_REGISTER;
        checked(libc::ioctl(made.as_raw_fd(), request as _, &mut register))?;
    }
    send(keeper, made.as_raw_fd())
}

fn checked(answer: libc::c_int) -> io::Result<libc::c_int> {
    match answer {
        0.. => Ok(answer),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Sends a descriptor through a socket.
fn send(socket: &UnixStream, descriptor: RawFd) -> io::Result<()> {
    /// A control message with one descriptor.
    #[repr(C)]
    struct Control {
        header: libc::cmsghdr,
        descriptor: RawFd,
    }
    let mut byte = 0_u8;
    let mut content = libc::iovec {
        iov_base: (&raw mut byte).cast(),
        iov_len: 1,
    };
    // SAFETY: zeros are values of both.
    let (mut control, mut message): (Control, libc::msghdr) = unsafe { std::mem::zeroed() };
    // SAFETY: only computes.
    control.header.cmsg_len = unsafe { libc::CMSG_LEN(size_of::<RawFd>() as _) } as _;
    control.header.cmsg_level = libc::SOL_SOCKET;
    control.header.cmsg_type = libc::SCM_RIGHTS;
    control.descriptor = descriptor;
    message.msg_iov = &mut content;
    message.msg_iovlen = 1;
    message.msg_control = (&raw mut control).cast();
    message.msg_controllen = size_of::<Control>() as _;
    // SAFETY: all that the message leads to lives during the call.
    let sent = unsafe { libc::sendmsg(socket.as_raw_fd(), &message, libc::MSG_NOSIGNAL) };
    match sent {
        1 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// How many times in a row a page is taken for written without asking, once it was found written: at
/// first, and at most. A page that is written at each step would cost a fault at each.
const OPEN_ROUNDS: (u16, u16) = (8, 512);
/// So many rounds are closed pages remembered for, as a multiple of those that they were open for.
const REMEMBERED: u32 = 4;
/// Where more pages than this are written that were protected, all are protected again at once.
const STORM: usize = 256;
/// Ranges that one question can be answered with.
const RANGES: usize = 1024;

/// What is known of a page.
#[derive(Debug, Clone, Copy, Default)]
struct Page {
    /// For how many rounds it stays open yet; 0: it is protected.
    left: u16,
    /// For how many rounds it was opened.
    rounds: u16,
    /// When it was protected again.
    closed: u32,
}

/// Asks which pages of the region have been written.
pub(crate) struct Written {
    start: usize,
    pages: Vec<Page>,
    round: u32,
    ranges: Vec<linux::Range>,
}

impl Written {
    /// Protects all pages, so that those which are written from now on are known. `None` where the
    /// system does not do that.
    pub(crate) fn begin() -> Option<Written> {
        if !REGISTERED.load(Ordering::SeqCst) {
            return None;
        }
        let (start, _, _) = slab::word_region();
        let mut written = Written {
            start,
            pages: Vec::new(),
            round: 0,
            ranges: vec![linux::Range::default(); RANGES],
        };
        let pagemap = Pagemap::open().ok()?;
        written.restart(&pagemap).ok()?;
        written.sees_a_write(&pagemap).ok()?.then_some(written)
    }

    /// The number of the page that an address lies in, if it is one of the region.
    #[inline]
    pub(crate) fn page_of(&self, address: usize) -> Option<usize> {
        let (start, next, _) = slab::word_region();
        (start <= address && address < next).then(|| (address - self.start) / PAGE_BYTES)
    }

    /// Protects all pages anew.
    fn restart(&mut self, pagemap: &Pagemap) -> io::Result<()> {
        let (start, next, _) = slab::word_region();
        self.pages.clear();
        // The answers are of no interest, and need not be all of them.
        let mut at = start;
        while at < next {
            let (_, end) = pagemap.scan(at, next, true, &mut self.ranges)?;
            at = end;
        }
        Ok(())
    }

    /// Whether a write that is sure to happen is seen, and nothing is that has not happened.
    fn sees_a_write(&mut self, pagemap: &Pagemap) -> io::Result<bool> {
        let (start, next, _) = slab::word_region();
        // What lies below that is a number and no address.
        // SAFETY: only asks.
        let heap_end = unsafe { libc::sbrk(0) } as usize;
        if start == next || heap_end < LOWEST_ADDRESS || start < LOWEST_ADDRESS {
            return Ok(false);
        }
        let mut ask = || {
            let end = start + PAGE_BYTES;
            let (found, _) = pagemap.scan(start, end, false, &mut self.ranges)?;
            io::Result::Ok(found == 1)
        };
        let before = ask()?;
        // SAFETY: the first page is in use and stays so, and the program stands still: it finds there
        // what was there.
        unsafe {
            let word = start as *mut usize;
            word.write_volatile(word.read_volatile());
        }
        Ok(!before && ask()?)
    }

    /// Replaces `out` by the numbers of the pages that may have been written since this was last asked,
    /// in order.
    pub(crate) fn ask(&mut self, out: &mut Vec<u32>) -> io::Result<()> {
        out.clear();
        self.round += 1;
        let pagemap = Pagemap::open()?;
        let (start, next, _) = slab::word_region();
        self.pages
            .resize((next - start) / PAGE_BYTES, Page::default());
        let mut at = start;
        let mut fresh = 0;
        while at < next {
            let (found, end) = pagemap.scan(at, next, false, &mut self.ranges)?;
            for range in &self.ranges[..found] {
                let first = (range.start as usize - start) / PAGE_BYTES;
                let last = (range.end as usize - start) / PAGE_BYTES;
                let closed = self.pages[first..last].iter().filter(|page| page.left == 0);
                fresh += closed.count();
                out.extend(first as u32..last as u32);
            }
            at = end;
        }
        // Something has gone through all of memory, and will not do so at each step.
        let is_storm = fresh > STORM;
        let mut to_close: Vec<(usize, usize)> = Vec::new();
        for page in out.iter().map(|page| *page as usize) {
            let stays_open = match &mut self.pages[page] {
                Page { left: 0, .. } if is_storm => false,
                page => page.stays_open(self.round),
            };
            if !stays_open {
                match to_close.last_mut() {
                    Some((_, end)) if *end == page => *end += 1,
                    _ => to_close.push((page, page + 1)),
                }
            }
        }
        for (first, end) in to_close {
            let mut at = start + first * PAGE_BYTES;
            let end = start + end * PAGE_BYTES;
            while at < end {
                (_, at) = pagemap.scan(at, end, true, &mut self.ranges)?;
            }
        }
        Ok(())
    }
}

impl Page {
    /// Counts a round in which the page was open. Whether it stays so.
    fn stays_open(&mut self, round: u32) -> bool {
        if self.left == 0 {
            let (least, most) = OPEN_ROUNDS;
            let again = round - self.closed <= u32::from(self.rounds) * REMEMBERED;
            self.rounds = match again && self.rounds > 0 {
                true => (self.rounds * 2).min(most),
                false => least,
            };
            self.left = self.rounds;
        }
        self.left -= 1;
        if self.left == 0 {
            self.closed = round;
        }
        self.left > 0
    }
}

/// What the system says of this process's pages.
struct Pagemap(OwnedFd);

impl Pagemap {
    fn open() -> io::Result<Pagemap> {
        let flags = libc::O_RDONLY | libc::O_CLOEXEC;
        // SAFETY: the name ends with a zero.
        let opened = unsafe { libc::open(c"/proc/self/pagemap".as_ptr(), flags) };
        let opened = checked(opened)?;
        // SAFETY: the descriptor is new, and nobody else's.
        Ok(Pagemap(unsafe { OwnedFd::from_raw_fd(opened) }))
    }

    /// Puts ranges of written pages into `ranges`, and protects them if so asked. Returns how many
    /// there are, and up to where was looked.
    fn scan(
        &self,
        start: usize,
        end: usize,
        protect: bool,
        ranges: &mut [linux::Range],
    ) -> io::Result<(usize, usize)> {
        let mut scan = linux::Scan {
            size: size_of::<linux::Scan>() as u64,
            flags: if protect {
                linux::PM_SCAN_WP_MATCHING
            } else {
                0
            },
            start: start as u64,
            end: end as u64,
            vec: ranges.as_mut_ptr() as u64,
            vec_len: ranges.len() as u64,
            category_mask: linux::PAGE_IS_WRITTEN,
            return_mask: linux::PAGE_IS_WRITTEN,
            ..linux::Scan::default()
        };
        // SAFETY: the request's own structure and the ranges, to which it writes no more than fit.
        let found = unsafe { libc::ioctl(self.0.as_raw_fd(), linux::PAGEMAP_SCAN as _, &mut scan) };
        let found = checked(found)? as usize;
        match scan.walk_end as usize > start {
            true => Ok((found, scan.walk_end as usize)),
            false => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }
}
