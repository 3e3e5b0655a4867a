//! What the agent in a CPython process says to memviz: messages, one behind the other in a stream of
//! bytes. Both sides include this file; it needs nothing but the standard library.
//!
//! A message is its length in four bytes, little end first, and that many bytes: a tag, and fields in the
//! order in which they are written here. Numbers are written seven bits at a time, the lowest first;
//! texts and lists begin with their length.

/// Raised with every change of what stands here.
pub const VERSION: u64 = 3;

/// Names two descriptors to the agent: that of the shared memory, and that of its own file.
pub const ENV_RING: &str = "MEMVIZ_AGENT_RING";
/// What to record: see [`Settings`].
pub const ENV_SETTINGS: &str = "MEMVIZ_AGENT_SETTINGS";
/// What `LD_PRELOAD` was before, where it was set.
pub const ENV_PRELOAD: &str = "MEMVIZ_AGENT_PRELOAD";

/// Tags of messages.
pub mod tag {
    /// The agent has found an interpreter that it knows: version of these messages, the interpreter's
    /// own words about itself.
    pub const HELLO: u8 = 1;
    /// Nothing is recorded: why.
    pub const FAILED: u8 = 2;
    /// The next file of the program's own: its path.
    pub const FILE: u8 = 3;
    /// The next value that other messages name by its number, from 0.
    pub const VALUE: u8 = 4;
    /// The next code object.
    pub const CODE: u8 = 5;
    /// The next object, from 1.
    pub const OBJECT: u8 = 6;
    /// What an object is like now.
    pub const STATE: u8 = 7;
    /// An object has died.
    pub const DIED: u8 = 8;
    /// Something has happened to an object.
    pub const INCIDENT: u8 = 9;
    /// A step, made of what was said since the last one.
    pub const STEP: u8 = 10;
    /// The bound on steps was reached.
    pub const LIMIT: u8 = 11;
    /// How the main module was left.
    pub const LEFT: u8 = 12;
    /// Something was written behind the last step: 1 or 2, and the bytes.
    pub const WRITTEN: u8 = 13;
    /// A run of the collector has ended.
    pub const COLLECTION: u8 = 14;
}

/// The granularity of [`Settings`] at which each instruction is a step.
pub const INSTRUCTIONS: u64 = 2;

/// Where an instruction leads, one byte for each number that an instruction may have.
pub mod flow {
    pub const ON: u8 = b'.';
    pub const FORWARD: u8 = b'f';
    pub const FORWARD_ALWAYS: u8 = b'F';
    pub const BACK: u8 = b'b';
    pub const BACK_ALWAYS: u8 = b'B';
    /// Out of the code, or to a handler.
    pub const ENDS: u8 = b'e';
    /// It is the first part of the argument of the one behind it.
    pub const EXTENDS: u8 = b'x';
    pub const MAKES_GENERATOR: u8 = b'g';
    /// It is the first of a generator, which begins with a value on its stack.
    pub const BEGINS_GENERATOR: u8 = b's';
    /// To a place in the code, not so far from here.
    pub const TO: u8 = b't';
    pub const TO_ALWAYS: u8 = b'T';
    /// It calls what stands below its arguments; below those and the names of some; below a tuple and
    /// perhaps a dict of all; a method below its arguments. Then on.
    pub const CALLS: u8 = b'c';
    pub const CALLS_WITH_NAMES: u8 = b'n';
    pub const CALLS_WITH_ALL: u8 = b'a';
    pub const CALLS_METHOD: u8 = b'm';
}

/// What to record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Files under this folder are the program's own; empty: none.
    pub folder: String,
    /// A file name that is no path and whose code is the program's own.
    pub inline: String,
    /// Steps after which the recording ends.
    pub max_steps: u64,
    /// 0: calls, 1: lines, 2: instructions and lines.
    pub granularity: u64,
    /// Also the names that the interpreter puts into namespaces.
    pub implicit_names: bool,
    /// Where each instruction leads, where steps are instructions: see [`flow`].
    pub flows: String,
}

impl Settings {
    /// One line, for an environment variable.
    pub fn to_text(&self) -> String {
        let Settings {
            folder,
            inline,
            max_steps,
            granularity,
            implicit_names,
            flows,
        } = self;
        let names = u8::from(*implicit_names);
        format!("{VERSION} {max_steps} {granularity} {names} {flows} {inline}\n{folder}")
    }

    /// The settings that a line says; `None` where it is none of this version.
    pub fn of_text(text: &str) -> Option<Settings> {
        let (numbers, folder) = text.split_once('\n')?;
        let mut parts = numbers.splitn(6, ' ');
        let mut number = || parts.next()?.parse::<u64>().ok();
        if number()? != VERSION {
            return None;
        }
        Some(Settings {
            max_steps: number()?,
            granularity: number()?,
            implicit_names: number()? != 0,
            flows: parts.next()?.to_owned(),
            inline: parts.next()?.to_owned(),
            folder: folder.to_owned(),
        })
    }
}

/// A value that texts are made from, read from memory without asking its object.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Value {
    None,
    True,
    False,
    Ellipsis,
    NotImplemented,
    /// Sign, and digits of 30 bits, the lowest first.
    Int(bool, Vec<u32>),
    /// An int of so many bits, too long to be written out.
    LongInt(u64),
    /// The bits of a double.
    Float(u64),
    /// Those of both parts.
    Complex(u64, u64),
    /// The first characters, and how many there are in all.
    Str(String, u64),
    /// The first bytes, and how many there are in all.
    Bytes(Vec<u8>, u64),
    ByteArray(Vec<u8>, u64),
    /// First, behind the last, step.
    Range(Box<[Value; 3]>),
    /// A short tuple that is a key.
    Tuple(Vec<Value>),
    /// Anything else, by the name of its type.
    Other(String),
    /// A name, not in quotes.
    Name(String),
    /// The bits of a float of half the size.
    Single(u32),
    /// Values side by side.
    Row(Vec<Value>),
    /// Values in rows and columns.
    Table(Vec<Vec<Value>>),
    /// What an object says of itself: each with what it is, which may be empty.
    Facts(Vec<(String, Value)>),
}

/// Kinds of labels; some have a number or value with them.
pub mod label {
    pub const INDEX: u8 = 0;
    pub const VALUE: u8 = 1;
    pub const KEY: u8 = 2;
    pub const ATTR: u8 = 3;
    pub const ELEMENT: u8 = 4;
    pub const CELL: u8 = 5;
    pub const DEFAULT: u8 = 6;
    pub const KW_DEFAULT: u8 = 7;
    pub const CLOSURE: u8 = 8;
    pub const NAMED: u8 = 9;
    pub const REFERENT: u8 = 10;
}

/// Puts fields behind one another.
#[derive(Debug, Default)]
pub struct Writer(pub Vec<u8>);

impl Writer {
    pub fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.0.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }

    /// A number that may be missing.
    pub fn option(&mut self, number: Option<u64>) {
        self.number(number.map_or(0, |number| number + 1));
    }

    pub fn byte(&mut self, byte: u8) {
        self.0.push(byte);
    }

    pub fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }

    pub fn value(&mut self, value: &Value) {
        let (tag, rest) = match value {
            Value::None => (0, None),
            Value::True => (1, None),
            Value::False => (2, None),
            Value::Ellipsis => (3, None),
            Value::NotImplemented => (4, None),
            Value::Int(..) => (5, Some(())),
            Value::LongInt(_) => (6, Some(())),
            Value::Float(_) => (7, Some(())),
            Value::Complex(..) => (8, Some(())),
            Value::Str(..) => (9, Some(())),
            Value::Bytes(..) => (10, Some(())),
            Value::ByteArray(..) => (11, Some(())),
            Value::Range(_) => (12, Some(())),
            Value::Tuple(_) => (13, Some(())),
            Value::Other(_) => (14, Some(())),
            Value::Name(_) => (15, Some(())),
            Value::Single(_) => (16, Some(())),
            Value::Row(_) => (17, Some(())),
            Value::Facts(_) => (18, Some(())),
            Value::Table(_) => (19, Some(())),
        };
        self.byte(tag);
        if rest.is_some() {
            self.value_rest(value);
        }
    }

    fn value_rest(&mut self, value: &Value) {
        match value {
            Value::Int(negative, digits) => {
                self.byte(u8::from(*negative));
                self.number(digits.len() as u64);
                digits
                    .iter()
                    .for_each(|digit| self.number(u64::from(*digit)));
            }
            Value::LongInt(bits) => self.number(*bits),
            Value::Float(bits) => self.0.extend(bits.to_le_bytes()),
            Value::Complex(real, imaginary) => {
                self.0.extend(real.to_le_bytes());
                self.0.extend(imaginary.to_le_bytes());
            }
            Value::Str(text, length) => {
                self.bytes(text.as_bytes());
                self.number(*length);
            }
            Value::Bytes(data, length) | Value::ByteArray(data, length) => {
                self.bytes(data);
                self.number(*length);
            }
            Value::Range(parts) => parts.iter().for_each(|part| self.value(part)),
            Value::Table(rows) => {
                self.number(rows.len() as u64);
                for row in rows {
                    self.number(row.len() as u64);
                    row.iter().for_each(|value| self.value(value));
                }
            }
            Value::Single(bits) => self.number(u64::from(*bits)),
            Value::Facts(facts) => {
                self.number(facts.len() as u64);
                for (name, value) in facts {
                    self.bytes(name.as_bytes());
                    self.value(value);
                }
            }
            Value::Tuple(parts) | Value::Row(parts) => {
                self.number(parts.len() as u64);
                parts.iter().for_each(|part| self.value(part));
            }
            Value::Other(name) | Value::Name(name) => self.bytes(name.as_bytes()),
            _ => {}
        }
    }
}

/// Takes fields out again. Where there is nothing left, all that follows is zero or empty, and
/// [`Reader::is_whole`] says so.
#[derive(Debug)]
pub struct Reader<'b> {
    rest: &'b [u8],
    broken: bool,
}

impl<'b> Reader<'b> {
    pub fn new(bytes: &'b [u8]) -> Reader<'b> {
        Reader {
            rest: bytes,
            broken: false,
        }
    }

    /// Whether everything that was taken out was there.
    pub fn is_whole(&self) -> bool {
        !self.broken
    }

    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub fn byte(&mut self) -> u8 {
        match self.rest.split_first() {
            Some((byte, rest)) => {
                self.rest = rest;
                *byte
            }
            None => {
                self.broken = true;
                0
            }
        }
    }

    pub fn number(&mut self) -> u64 {
        let mut number = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte();
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return number;
            }
        }
        self.broken = true;
        0
    }

    pub fn option(&mut self) -> Option<u64> {
        self.number().checked_sub(1)
    }

    /// A length that cannot be more than there are bytes left.
    pub fn length(&mut self) -> usize {
        let length = self.number();
        if length > self.rest.len() as u64 {
            self.broken = true;
            return 0;
        }
        length as usize
    }

    pub fn bytes(&mut self) -> &'b [u8] {
        let length = self.length();
        let (bytes, rest) = self.rest.split_at(length);
        self.rest = rest;
        bytes
    }

    pub fn text(&mut self) -> String {
        String::from_utf8_lossy(self.bytes()).into_owned()
    }

    fn eight(&mut self) -> u64 {
        (0..8).fold(0, |sum, at| sum | u64::from(self.byte()) << (8 * at))
    }

    pub fn value(&mut self) -> Value {
        match self.byte() {
            0 => Value::None,
            1 => Value::True,
            2 => Value::False,
            3 => Value::Ellipsis,
            4 => Value::NotImplemented,
            5 => {
                let negative = self.byte() != 0;
                let length = self.length();
                let digits = (0..length).map(|_| self.number() as u32).collect();
                Value::Int(negative, digits)
            }
            6 => Value::LongInt(self.number()),
            7 => Value::Float(self.eight()),
            8 => Value::Complex(self.eight(), self.eight()),
            9 => Value::Str(self.text(), self.number()),
            10 => Value::Bytes(self.bytes().to_vec(), self.number()),
            11 => Value::ByteArray(self.bytes().to_vec(), self.number()),
            12 => Value::Range(Box::new([self.value(), self.value(), self.value()])),
            13 => {
                let length = self.length();
                Value::Tuple((0..length).map(|_| self.value()).collect())
            }
            14 => Value::Other(self.text()),
            15 => Value::Name(self.text()),
            16 => Value::Single(self.number() as u32),
            17 => {
                let length = self.length();
                Value::Row((0..length).map(|_| self.value()).collect())
            }
            19 => {
                let rows = self.length();
                let rows = (0..rows).map(|_| {
                    let length = self.length();
                    (0..length).map(|_| self.value()).collect()
                });
                Value::Table(rows.collect())
            }
            18 => {
                let length = self.length();
                let facts = (0..length).map(|_| (self.text(), self.value()));
                Value::Facts(facts.collect())
            }
            _ => {
                self.broken = true;
                Value::None
            }
        }
    }
}
