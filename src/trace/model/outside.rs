//! What stands around the objects of a program: the modules that it loads, what it has open, and what
//! the interpreter does when it goes.

use super::files::FileId;
use super::objects::ObjId;
use serde::{Deserialize, Serialize};

/// One fact of that kind, in the order in which they were found. A recorder tells what it can see; what
/// it cannot is absent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum OutsideFact {
    /// A module stands in the interpreter's table of modules. Modules count from 0.
    Module(ModuleFact),
    /// A module of that number is an object of the trace.
    ModuleObject {
        /// The module's number.
        module: u32,
        /// The object.
        object: ObjId,
    },
    /// What is known of something that can be open or held, wherever that changes.
    Resource(ResourceFact),
    /// An object that held an open descriptor began to be taken apart: what takes it apart closes it.
    DiedOpen {
        /// The step by which it was seen; the last one, for what dies while the interpreter goes.
        step: u32,
        /// The object.
        object: ObjId,
        /// The descriptor.
        descriptor: i32,
    },
    /// A function that the interpreter is to call when it goes, in the order of the calls.
    ExitFunction(ExitFunction),
    /// Something that happened behind the last step.
    Exit(ExitEvent),
    /// How many objects there are in the whole interpreter.
    Census(Census),
}

/// A module, as it was when it was first seen in the table of modules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModuleFact {
    /// How many steps had been taken; 0: it was there before the first line.
    pub after: u32,
    /// The name under which it stands in the table.
    pub name: String,
    /// The type of what loaded it.
    pub loader: Option<String>,
    /// What found it, where only one finder can have.
    pub finder: Option<String>,
    /// Where it came from: a path, `built-in`, `frozen`.
    pub origin: Option<String>,
    /// Where its compiled code is kept, or would be.
    pub cached: Option<String>,
    /// There was such a file when the module was seen.
    pub is_cached: bool,
    /// It is a package.
    pub is_package: bool,
    /// The program's own file that it is made of.
    pub own: Option<FileId>,
    /// Its body had begun to run when it was seen: it is made of Python code.
    pub has_body: bool,
    /// Whose code had it imported, where a body began and so the calls under way were seen.
    pub importer: Option<Importer>,
}

/// Code that imports: the innermost call under way that is not the import system's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Importer {
    /// The module that it stands in.
    pub module: Option<String>,
    /// The function.
    pub function: String,
    /// The program's own file, if it is one.
    pub own: Option<FileId>,
    /// The line.
    pub line: u32,
}

/// What can be open, held or running.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ResourceKind {
    /// A file, by the object that holds its descriptor.
    File,
    /// A socket.
    Socket,
    /// A lock that anybody may release.
    Lock,
    /// A lock that its owner may take again.
    ReentrantLock,
    /// Another process.
    Process,
    /// A file that is to be removed when it is closed.
    TemporaryFile,
    /// A folder that is to be removed with all that is in it.
    TemporaryFolder,
}

impl ResourceKind {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            ResourceKind::File => "file",
            ResourceKind::Socket => "socket",
            ResourceKind::Lock => "lock",
            ResourceKind::ReentrantLock => "reentrant lock",
            ResourceKind::Process => "process",
            ResourceKind::TemporaryFile => "temporary file",
            ResourceKind::TemporaryFolder => "temporary folder",
        }
    }

    /// Whether it is a lock.
    pub fn is_lock(self) -> bool {
        matches!(self, ResourceKind::Lock | ResourceKind::ReentrantLock)
    }
}

/// The state of a resource from a step on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourceFact {
    /// The step at which it was found like this.
    pub step: u32,
    /// The line that ran before that step; 0 where it is not known.
    pub line: u32,
    /// The program's own file of that line.
    pub file: FileId,
    /// The object.
    pub object: ObjId,
    /// What it is.
    pub kind: ResourceKind,
    /// Open; locked; not waited for; on the disk.
    pub is_open: bool,
    /// The operating system's number of what is open.
    pub descriptor: Option<i32>,
    /// Of a file, how it was opened; of a socket, its family and type.
    pub mode: Option<String>,
    /// A name or path, where the object has one.
    pub name: Option<String>,
    /// Closing the object leaves the descriptor open: it is another one's.
    pub is_borrowed: bool,
    /// The number of the thread that holds a lock, from 1.
    pub owner: Option<u32>,
    /// The number of a process, and what it ended with once it was waited for.
    pub process: Option<(i32, Option<i32>)>,
}

/// A function that is registered to be called when the interpreter goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExitFunction {
    /// Its name.
    pub name: String,
    /// The program's own file that it stands in.
    pub own: Option<FileId>,
    /// Its first line there.
    pub line: Option<u32>,
    /// The object, where it is in the trace.
    pub object: Option<ObjId>,
}

/// Something that happened while the interpreter went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExitEvent {
    /// The registered function of that number, from 0, began.
    Called(u32),
    /// The `__del__` of an object began.
    Finalized(ObjId),
    /// An object died.
    Freed(ObjId),
    /// The program wrote to standard output.
    Wrote(String),
}

/// The objects of the whole interpreter at a moment, counted by type, the most bytes first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Census {
    /// How many steps had been taken; 0: before the first line.
    pub after: u32,
    /// What it is taken for.
    pub moment: CensusMoment,
    /// All that is there.
    pub types: Vec<TypeCount>,
}

/// When a census is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CensusMoment {
    /// Before the first line.
    Start,
    /// Before an import statement of the program's that is to load something.
    BeforeImport,
    /// Behind it.
    AfterImport,
}

/// How many objects of a type there are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypeCount {
    /// The type's name.
    pub name: String,
    /// How many.
    pub objects: u32,
    /// Their bytes, of those that know them.
    pub bytes: u64,
}
