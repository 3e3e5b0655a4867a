//! The only module with `unsafe` code: reads of the interpreter's object headers, the hook that
//! sees every death, the recorder's own heap, and the tap on standard output.
//!
//! It leans on the memory layout of `rustpython-vm` 0.6.0, which is pinned to the byte in
//! `Cargo.toml`; [`header::self_test`] checks what is leaned on at every start.
#![allow(unsafe_code)]

pub(crate) mod buffers;
pub(crate) mod child;
pub(crate) mod collections;
mod death_log;
pub(crate) mod deaths;
pub(crate) mod descriptors;
pub(crate) mod ending;
pub(crate) mod fast_read;
pub(crate) mod fork;
pub(crate) mod frames;
pub(crate) mod free_lists;
pub(crate) mod header;
pub(crate) mod heap;
pub mod install;
pub(crate) mod locks;
pub(crate) mod marks;
pub(crate) mod output;
pub(crate) mod payload;
pub(crate) mod pipe;
pub(crate) mod process;
mod region;
pub(crate) mod reraise;
pub(crate) mod ring;
pub(crate) mod slab;
pub(crate) mod stack;
pub(crate) mod tables;
pub(crate) mod world;
pub(crate) mod written;

/// Why the interpreter that was built in cannot be observed.
#[derive(Debug, thiserror::Error)]
pub enum LayoutError {
    #[error("the interpreter's object header is not laid out as expected: {0}")]
    Header(&'static str),
    #[error("the interpreter's type tables cannot be made writable: {0}")]
    Protect(std::io::Error),
}
