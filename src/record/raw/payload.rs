//! The own data of native objects, word by word, for references that the interpreter's walk of an
//! object leaves out.
//!
//! Many of RustPython's native types do not say what they refer to. A word of such an object is
//! taken for a reference where it leads to the header of a living object: to memory that can be
//! read, whose second word is one of the interpreter's tables of native functions, whose class is a
//! class, and whose count is not zero. (A block that has been freed has lost its second word to the allocator, or its
//! count is zero.) A list that the data holds elsewhere is followed where the words beside its
//! address are its room and its length, and the allocator says that the block has just that room.

use super::LayoutError;
use super::header::ObjPtr;
use super::slab;
use super::tables::table_of;
use rustpython_vm::object::SIZEOF_PYOBJECT_HEAD;
use rustpython_vm::{AsObject, PyObject, VirtualMachine};
use std::ffi::c_void;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicUsize, Ordering};

const WORD: usize = size_of::<usize>();
/// Nothing of a program's stands below.
const LOWEST: usize = 1 << 16;
/// Longer lists are not followed.
const LONGEST: usize = 1 << 20;
/// Elements of lists are not larger, in words.
const WIDEST: usize = 8;
/// What the allocator gives at least.
const SMALLEST: usize = 3 * WORD;

/// The part of the program in memory in which the tables stand; found by [`self_test`].
static TABLES_START: AtomicUsize = AtomicUsize::new(0);
static TABLES_END: AtomicUsize = AtomicUsize::new(0);

/// Which word of a header leads to the object's class, and the table of all classes; found by
/// [`self_test`].
static CLASS_WORD: AtomicUsize = AtomicUsize::new(0);
static CLASS_TABLE: AtomicUsize = AtomicUsize::new(0);

/// A reference that was found in an object's data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Found {
    /// How many bytes from the object's start the word stands; `None`: in a list elsewhere.
    pub offset: Option<isize>,
    pub to: ObjPtr,
}

/// An object's data as it was when it was looked through.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Data {
    words: Vec<usize>,
    /// Lists that references were found in: their addresses and their words.
    lists: Vec<(usize, Vec<usize>)>,
    pub found: Vec<Found>,
}

impl Data {
    /// Looks through an object's data and the lists that it holds elsewhere. `ring`: one of these is a
    /// queue that goes round.
    pub(crate) fn of(object: ObjPtr, ring: bool) -> Data {
        let mut data = Data {
            words: words_of(object).collect(),
            ..Data::default()
        };
        let words = std::mem::take(&mut data.words);
        if ring {
            data.search_ring(&words);
        } else {
            data.search(&words, true, 2);
        }
        data.words = words;
        data
    }

    /// Whether the object's data is word for word what it was.
    pub(crate) fn is_as_it_was(&self, object: ObjPtr) -> bool {
        // While the object is as it was its lists are where they were, the outermost first.
        words_of(object).eq(self.words.iter().copied())
            && self.lists.iter().all(|(at, known)| {
                // SAFETY: what leads to the list has not changed, so that it is still there.
                let word = |i: usize| unsafe { (*at as *const usize).add(i).read_volatile() };
                known.iter().enumerate().all(|(i, old)| word(i) == *old)
            })
    }

    /// The offset of the last word from the object's start, in bytes.
    pub(crate) fn end(&self) -> isize {
        (SIZEOF_PYOBJECT_HEAD + self.words.len().saturating_sub(1) * WORD) as isize
    }

    /// There is room for one reference and nothing else.
    pub(crate) fn is_one_word(&self) -> bool {
        self.words.len() == 1
    }

    fn search(&mut self, words: &[usize], inline: bool, depth: usize) {
        for (i, word) in words.iter().enumerate() {
            if let Some(to) = object_at(*word) {
                let offset = (SIZEOF_PYOBJECT_HEAD + i * WORD) as isize;
                self.found.push(Found {
                    offset: inline.then_some(offset),
                    to,
                });
            } else if depth > 0 {
                self.search_list(words, i, depth);
            }
        }
    }

    /// Looks through the list whose address is the word at a place, if it is one.
    fn search_list(&mut self, words: &[usize], place: usize, depth: usize) {
        let at = words[place];
        let beside = |by: isize| {
            let place = place.checked_add_signed(by)?;
            words.get(place).copied()
        };
        // A vector has its room before its address; a boxed slice has none.
        let length = beside(1).filter(|length| (1..=LONGEST).contains(length));
        let Some(length) = length else { return };
        let room = beside(-1).filter(|room| (length..=LONGEST).contains(room));
        let Some(bytes) = block_bytes(at) else { return };
        for room in room.into_iter().chain([length]) {
            for width in widths(room, at, bytes) {
                let Some(list) = peek(at, length * width) else {
                    return;
                };
                if self.search_elements(at, &list, width, depth) {
                    return;
                }
            }
        }
    }

    /// Looks through a queue that goes round in its room: room, address, place of the first, length.
    fn search_ring(&mut self, words: &[usize]) {
        for part in words.windows(4) {
            let [room, at, first, length] = *part else {
                return;
            };
            if room > LONGEST || first >= room || length > room {
                continue;
            }
            let is_room = block_bytes(at).is_some_and(|bytes| widths(room, at, bytes).contains(&1));
            let Some(list) = is_room.then(|| peek(at, room)).flatten() else {
                continue;
            };
            let taken = (0..length).map(|i| list[(first + i) % room]);
            let objects: Option<Vec<ObjPtr>> = taken.map(object_at).collect();
            if let Some(objects) = objects {
                let found = objects.into_iter().map(|to| Found { offset: None, to });
                self.found.extend(found);
                self.lists.push((at, list));
            }
        }
    }

    /// Looks through a list's elements of `width` words; false where they are none.
    fn search_elements(&mut self, at: usize, list: &[usize], width: usize, depth: usize) -> bool {
        let rows = || list.chunks_exact(width);
        let fields: Vec<usize> = (0..width)
            .filter(|field| {
                let mut objects = rows().filter(|row| row[*field] != 0).peekable();
                objects.peek().is_some() && objects.all(|row| object_at(row[*field]).is_some())
            })
            .collect();
        for row in rows() {
            let objects = fields.iter().filter_map(|field| object_at(row[*field]));
            self.found
                .extend(objects.map(|to| Found { offset: None, to }));
        }
        if !fields.is_empty() {
            self.lists.push((at, list.to_vec()));
            return true;
        }
        // Its elements may be lists themselves.
        let before = (self.found.len(), self.lists.len());
        if width < 2 || depth < 2 {
            return false;
        }
        self.lists.push((at, list.to_vec()));
        self.search(list, false, depth - 1);
        let is_one = self.found.len() > before.0;
        if !is_one {
            self.lists.truncate(before.1);
        }
        is_one
    }
}

/// How many words the elements of a list may have, by its room and its block's address and bytes.
fn widths(room: usize, at: usize, bytes: usize) -> Vec<usize> {
    let fits = |width: &usize| {
        let asked = room * width * WORD;
        if slab::holds(at) {
            return bytes == slab::rounded(asked);
        }
        let given = ((asked + WORD).next_multiple_of(2 * WORD) - WORD).max(SMALLEST);
        // What would be left of a free block and be too small for one goes with it.
        bytes == given || bytes == given + 2 * WORD
    };
    let all = (1..=WIDEST).filter(fits);
    // The smallest block is as large for one element of one word as for more.
    let smallest = if slab::holds(at) {
        slab::rounded(1)
    } else {
        SMALLEST
    };
    all.take(if bytes == smallest && room == 1 {
        1
    } else {
        WIDEST
    })
    .collect()
}

/// The keys of an ordered dict in their order. Its data holds a list of linked entries: key, hash,
/// the place of the one before and of the one behind, each with a mark that there is one.
pub(crate) fn linked_keys(object: ObjPtr) -> Option<Vec<ObjPtr>> {
    const ENTRY: usize = 6;
    let words: Vec<usize> = words_of(object).collect();
    words.windows(3).find_map(|part| {
        let [room, at, length] = *part else {
            return None;
        };
        if !(1..=LONGEST).contains(&length) || !(length..=LONGEST).contains(&room) {
            return None;
        }
        let is_room = block_bytes(at).is_some_and(|bytes| widths(room, at, bytes).contains(&ENTRY));
        let list = is_room.then(|| peek(at, length * ENTRY)).flatten()?;
        (0..ENTRY).find_map(|key| linked(&list, ENTRY, key))
    })
}

/// The objects of a linked list's entries in the order of their links, if it is one.
fn linked(list: &[usize], entry: usize, key: usize) -> Option<Vec<ObjPtr>> {
    let rows: Vec<&[usize]> = list.chunks_exact(entry).collect();
    let taken: Vec<usize> = (0..rows.len()).filter(|row| rows[*row][key] != 0).collect();
    for row in &taken {
        object_at(rows[*row][key])?;
    }
    let link = |row: usize, at: usize| match rows[row][at] {
        0 => Some(None),
        1 => Some(Some(rows[row][at + 1])).filter(|to| to.is_some_and(|to| to < rows.len())),
        _ => None,
    };
    let are_links =
        |at: usize| key != at && key != at + 1 && taken.iter().all(|row| link(*row, at).is_some());
    let places = (0..entry - 3).filter(|at| are_links(*at));
    for before in places {
        // Fields of one type stand in the order in which they are declared.
        for behind in (before + 2..entry - 1).filter(|at| are_links(*at)) {
            let agree = taken.iter().all(|row| match link(*row, behind).flatten() {
                Some(next) => link(next, before).flatten() == Some(*row),
                None => true,
            });
            let mut firsts = taken.iter().filter(|row| link(**row, before) == Some(None));
            let (Some(first), None, true) = (firsts.next(), firsts.next(), agree) else {
                continue;
            };
            let next = |row: &usize| link(*row, behind).flatten();
            let order = std::iter::successors(Some(*first), next).take(taken.len() + 1);
            let objects: Vec<ObjPtr> = order.filter_map(|row| object_at(rows[row][key])).collect();
            if objects.len() == taken.len() {
                return Some(objects);
            }
        }
    }
    None
}

/// The words of an object's own data.
fn words_of(object: ObjPtr) -> impl Iterator<Item = usize> {
    let end = object.object().class().slots().basicsize;
    let start = object.address();
    (SIZEOF_PYOBJECT_HEAD / WORD..end / WORD).map(move |word| {
        // SAFETY: an object's block holds its header and its type's data, which end where its class
        // says. What lies between two fields has no meaning, but it can be read.
        unsafe { (start as *const usize).add(word).read_volatile() }
    })
}

/// The bytes of an object's own data, also where they end within a word.
pub(crate) fn bytes_of(object: ObjPtr) -> impl Iterator<Item = u8> {
    let end = object.object().class().slots().basicsize;
    let start = object.address();
    (SIZEOF_PYOBJECT_HEAD..end).map(move |byte| {
        // SAFETY: as above.
        unsafe { (start as *const u8).add(byte).read_volatile() }
    })
}

/// Whether an object has data of its own beside what every object has.
pub(crate) fn has_data(object: &PyObject) -> bool {
    object.class().slots().basicsize > SIZEOF_PYOBJECT_HEAD
}

/// The living object that a word leads to.
fn object_at(word: usize) -> Option<ObjPtr> {
    if word < LOWEST || !word.is_multiple_of(WORD) {
        return None;
    }
    let header = peek(word, SIZEOF_PYOBJECT_HEAD / WORD)?;
    let tables = TABLES_START.load(Ordering::Relaxed)..TABLES_END.load(Ordering::Relaxed);
    let class = header[CLASS_WORD.load(Ordering::Relaxed)];
    if !tables.contains(&header[1]) || tables.contains(&word) || class < LOWEST {
        return None;
    }
    // Its class is a class.
    if peek(class, 2)?[1] != CLASS_TABLE.load(Ordering::Relaxed) {
        return None;
    }
    let pointer = ObjPtr::from_raw(NonNull::new(word as *mut PyObject)?);
    (pointer.object().strong_count() > 0).then_some(pointer)
}

/// The dead object of a class whose block at an address is still as it was left.
pub(super) fn is_dead_of(address: usize, class: ObjPtr) -> Option<ObjPtr> {
    let header = peek(address, SIZEOF_PYOBJECT_HEAD / WORD)?;
    let tables = TABLES_START.load(Ordering::Relaxed)..TABLES_END.load(Ordering::Relaxed);
    let is_of = header[CLASS_WORD.load(Ordering::Relaxed)] == class.address();
    let pointer = ObjPtr::from_raw(NonNull::new(address as *mut PyObject)?);
    (is_of && tables.contains(&header[1]) && pointer.is_dying()).then_some(pointer)
}

/// How many bytes there are in the block that has been given to the program at an address.
fn block_bytes(at: usize) -> Option<usize> {
    if slab::holds(at) {
        return slab::block_bytes(at);
    }
    if at < LOWEST || !at.is_multiple_of(2 * WORD) {
        return None;
    }
    // It stands in the word before, and three flags.
    let size = peek(at - WORD, 1)?[0] & !7;
    (size.is_multiple_of(2 * WORD) && size >= 4 * WORD).then(|| size - WORD)
}

/// Some words of memory, where they can be read.
fn peek(address: usize, words: usize) -> Option<Vec<usize>> {
    let mut out = vec![0usize; words];
    let bytes = words * WORD;
    if slab::is_readable(address, bytes) {
        for (i, word) in out.iter_mut().enumerate() {
            // SAFETY: what the blocks are cut from is mapped for good.
            *word = unsafe { (address as *const usize).add(i).read_volatile() };
        }
        return Some(out);
    }
    let ours = libc::iovec {
        iov_base: out.as_mut_ptr().cast::<c_void>(),
        iov_len: bytes,
    };
    let theirs = libc::iovec {
        iov_base: address as *mut c_void,
        iov_len: bytes,
    };
    // SAFETY: the system writes at most the bytes that `out` has, and fails where the address
    // cannot be read.
    let read = unsafe { libc::process_vm_readv(libc::getpid(), &ours, 1, &theirs, 1, 0) };
    (read == bytes as isize).then_some(out)
}

/// Finds the part of the program in memory in which the interpreter's tables stand.
pub(super) fn self_test(vm: &VirtualMachine) -> Result<(), LayoutError> {
    unsafe extern "C" fn look(
        info: *mut libc::dl_phdr_info,
        _: libc::size_t,
        table: *mut c_void,
    ) -> libc::c_int {
        // SAFETY: the system hands over a description that is valid during the call.
        let (start, parts) = unsafe {
            let info = &*info;
            let count = usize::from(info.dlpi_phnum);
            let parts = std::slice::from_raw_parts(info.dlpi_phdr, count);
            (info.dlpi_addr as usize, parts)
        };
        for part in parts.iter().filter(|part| part.p_type == libc::PT_LOAD) {
            let from = start + part.p_vaddr as usize;
            let to = from + part.p_memsz as usize;
            if (from..to).contains(&(table as usize)) {
                TABLES_START.store(from, Ordering::SeqCst);
                TABLES_END.store(to, Ordering::SeqCst);
                return 1;
            }
        }
        0
    }
    let none = vm.ctx.none();
    let table = table_of(&*none as *const PyObject);
    // SAFETY: the function only reads what it is given.
    let found = unsafe { libc::dl_iterate_phdr(Some(look), table as *mut c_void) };
    if found != 1 {
        return Err(LayoutError::Header(
            "the types' tables are not where they seem",
        ));
    }
    let list = vm.ctx.new_list(vec![none]);
    let class = ObjPtr::of(vm.ctx.types.list_type.as_object());
    let list = ObjPtr::of(list.as_object());
    let header = peek(list.address(), SIZEOF_PYOBJECT_HEAD / WORD).unwrap_or_default();
    let places: Vec<usize> = (0..header.len())
        .filter(|at| header[*at] == class.address())
        .collect();
    let [place] = places[..] else {
        return Err(LayoutError::Header(
            "an object's class is not in its header",
        ));
    };
    CLASS_WORD.store(place, Ordering::SeqCst);
    CLASS_TABLE.store(table_of(class.object()), Ordering::SeqCst);
    if object_at(list.address()) != Some(list) || object_at(table).is_some() {
        return Err(LayoutError::Header("an object is not known as one"));
    }
    Ok(())
}
