//! The server of a player: on this machine's own address, for those who know its token.
//!
//! It hands out what the board shows, and reads no file. A page of somebody else's that makes a browser
//! ask it does not know the token; one that has the browser take the server for its own (by a name that
//! leads to 127.0.0.1) is known by that name.

use super::board::Board;
use super::request::{Request, read_request};
use crate::cli::names::{PLAYER_NAME, STAGES_PAGE_NAME};
use crate::player::waiting_page;
use std::fmt::Write as _;
use std::io::{self, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

/// How long a client may take to ask, or to take what it has asked for.
const SLOWEST: Duration = Duration::from_secs(10);
/// How long a page waits for news before it is told that there are none.
const PATIENCE: Duration = Duration::from_secs(25);
/// Pages that wait at the same time, each with a thread.
const MOST_CLIENTS: usize = 64;
/// Bytes of the token: nobody guesses them.
const TOKEN_LENGTH: usize = 16;

/// A server that runs until memviz ends.
#[derive(Debug)]
pub(in crate::cli) struct Server {
    host: String,
    token: String,
}

impl Server {
    /// Starts it.
    pub(in crate::cli) fn start(board: Arc<Board>) -> io::Result<Server> {
        let mut random = [0; TOKEN_LENGTH];
        getrandom::fill(&mut random).map_err(io::Error::other)?;
        let token = random.iter().fold(String::new(), |mut token, byte| {
            let _ = write!(token, "{byte:02x}");
            token
        });
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let host = listener.local_addr()?.to_string();
        let site = Arc::new(Site {
            host: host.clone(),
            token: token.clone(),
            board,
        });
        thread::Builder::new()
            .name("server".to_owned())
            .spawn(move || accept(&listener, &site))?;
        Ok(Server { host, token })
    }

    /// Where the player is.
    pub(in crate::cli) fn address(&self) -> String {
        format!("http://{}/{}/", self.host, self.token)
    }
}

/// Each client has a thread of its own: most of them wait.
fn accept(listener: &TcpListener, site: &Arc<Site>) {
    let clients = Arc::new(AtomicUsize::new(0));
    for stream in listener.incoming() {
        let Ok(stream) = stream else { continue };
        if clients.fetch_add(1, Ordering::Relaxed) >= MOST_CLIENTS {
            clients.fetch_sub(1, Ordering::Relaxed);
            continue;
        }
        let (site, own) = (Arc::clone(site), Arc::clone(&clients));
        let started = thread::Builder::new().spawn(move || {
            // A client that goes away has nothing to be told.
            let _ = site.serve(stream);
            own.fetch_sub(1, Ordering::Relaxed);
        });
        if started.is_err() {
            clients.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

/// What is served, and to whom.
struct Site {
    host: String,
    token: String,
    board: Arc<Board>,
}

/// An answer: its status, its type, and what it says.
struct Answer(&'static str, &'static str, Arc<str>);

impl Answer {
    fn words(status: &'static str, words: &str) -> Answer {
        Answer(status, "text/plain", format!("{words}\n").into())
    }

    fn page(page: Arc<str>) -> Answer {
        Answer("200 OK", "text/html", page)
    }
}

impl Site {
    fn serve(&self, mut stream: TcpStream) -> io::Result<()> {
        stream.set_read_timeout(Some(SLOWEST))?;
        stream.set_write_timeout(Some(SLOWEST))?;
        let answer = match read_request(&mut stream)? {
            Some(request) => self.answer(&request),
            None => Answer::words("400 Bad Request", "this is no request"),
        };
        let Answer(status, kind, body) = answer;
        let head = format!(
            "HTTP/1.1 {status}\r\nContent-Type: {kind}; charset=utf-8\r\nContent-Length: {}\r\n\
             Connection: close\r\nCache-Control: no-store\r\nReferrer-Policy: no-referrer\r\n\
             X-Content-Type-Options: nosniff\r\nX-Frame-Options: SAMEORIGIN\r\n\
             Cross-Origin-Resource-Policy: same-origin\r\nCross-Origin-Opener-Policy: same-origin\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes())?;
        stream.write_all(body.as_bytes())
    }

    fn answer(&self, request: &Request) -> Answer {
        if request.host.as_deref() != Some(&*self.host) {
            return Answer::words("403 Forbidden", "this server has another name");
        }
        let inside = request.target.strip_prefix('/');
        let inside = inside.and_then(|target| target.strip_prefix(&*self.token));
        let Some(inside) = inside.and_then(|target| target.strip_prefix('/')) else {
            let words = "the address wants the token that memviz has printed";
            return Answer::words("403 Forbidden", words);
        };
        if request.method != "GET" {
            return Answer::words("405 Method Not Allowed", "there is nothing to be sent here");
        }
        let (path, asked) = inside.split_once('?').unwrap_or((inside, ""));
        let found = match path {
            "" | PLAYER_NAME => Some(Answer::page(self.player())),
            STAGES_PAGE_NAME => self.board.stages().map(Answer::page),
            "news" => self.news(asked),
            _ => None,
        };
        found.unwrap_or_else(|| Answer::words("404 Not Found", "there is no such page"))
    }

    /// The player, or a page that waits for it.
    fn player(&self) -> Arc<str> {
        self.board.player().unwrap_or_else(|| {
            let problem = self.board.news().problem;
            waiting_page(problem.as_deref()).into()
        })
    }

    /// `after=N`: the news behind the N-th, as soon as there are some.
    fn news(&self, asked: &str) -> Option<Answer> {
        let after = asked.strip_prefix("after=")?.parse().ok()?;
        let news = serde_json::to_string(&self.board.wait(after, PATIENCE)).ok()?;
        Some(Answer("200 OK", "application/json", news.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(site: &Site, target: &str, host: &str) -> &'static str {
        let request = Request {
            method: "GET".to_owned(),
            target: target.to_owned(),
            host: Some(host.to_owned()),
        };
        site.answer(&request).0
    }

    #[test]
    fn only_who_knows_name_and_token_is_answered() {
        let board = Board::default();
        board.show("<page>", None);
        let site = Site {
            host: "127.0.0.1:80".to_owned(),
            token: "abc".to_owned(),
            board: Arc::new(board),
        };
        let here = "127.0.0.1:80";
        for path in [
            "/abc/",
            "/abc/index.html",
            "/abc/news?after=0",
            "/abc/?wide=1",
        ] {
            assert_eq!(asked(&site, path, here), "200 OK", "{path}");
        }
        for path in [
            "/",
            "/abc",
            "/abd/",
            "/abcd/",
            "abc/",
            "/x/../abc/",
            "//abc/",
            "*",
        ] {
            assert_eq!(asked(&site, path, here), "403 Forbidden", "{path}");
        }
        for path in [
            "/abc/stages.html",
            "/abc/news",
            "/abc/news?after=x",
            "/abc/../etc",
            "/abc/trace.memviz",
        ] {
            assert_eq!(asked(&site, path, here), "404 Not Found", "{path}");
        }
        for host in [
            "",
            "localhost:80",
            "127.0.0.1",
            "127.0.0.1:81",
            "evil.example:80",
        ] {
            assert_eq!(asked(&site, "/abc/", host), "403 Forbidden", "{host}");
        }
        let post = Request {
            method: "POST".to_owned(),
            target: "/abc/".to_owned(),
            host: Some(here.to_owned()),
        };
        assert_eq!(site.answer(&post).0, "405 Method Not Allowed");
        assert_eq!(
            site.answer(&Request { host: None, ..post }).0,
            "403 Forbidden"
        );
    }
}
