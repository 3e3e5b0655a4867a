//! A player that shows the last run of a script that is being written: what is watched, what an open
//! page is told, and the server that it asks.

mod board;
mod request;
mod server;
mod sources;

pub(super) use board::Board;
pub(super) use server::Server;
pub(super) use sources::{Contents, FolderWatch, Sources};
