//! A request, as far as it matters here: its head.

use std::io::{self, Read};

/// The longest head that is read, and the most lines of it.
const LONGEST: usize = 16 * 1024;
const MOST_HEADERS: usize = 64;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Request {
    pub method: String,
    /// The path with what is asked behind it.
    pub target: String,
    /// Whom the client takes the server for. `None` unless it says so exactly once.
    pub host: Option<String>,
}

/// Reads a request's head. `None` where it is none.
pub(super) fn read_request(from: &mut impl Read) -> io::Result<Option<Request>> {
    let mut bytes = Vec::new();
    let mut piece = [0; 2048];
    while bytes.len() < LONGEST {
        let read = from.read(&mut piece)?;
        if read == 0 {
            return Ok(None);
        }
        bytes.extend_from_slice(&piece[..read]);
        match parsed(&bytes) {
            Ok(None) => {}
            Ok(Some(request)) => return Ok(Some(request)),
            Err(_) => return Ok(None),
        }
    }
    Ok(None)
}

/// `None` where more of it is to come.
fn parsed(bytes: &[u8]) -> Result<Option<Request>, httparse::Error> {
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut request = httparse::Request::new(&mut headers);
    if request.parse(bytes)?.is_partial() {
        return Ok(None);
    }
    let is_host = |header: &&httparse::Header<'_>| header.name.eq_ignore_ascii_case("host");
    let mut hosts = request.headers.iter().filter(is_host);
    let host = match (hosts.next(), hosts.next()) {
        (Some(host), None) => Some(String::from_utf8_lossy(host.value).into_owned()),
        _ => None,
    };
    Ok(Some(Request {
        method: request.method.unwrap_or_default().to_owned(),
        target: request.path.unwrap_or_default().to_owned(),
        host,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Request> {
        read_request(&mut text.as_bytes()).expect("memory can be read")
    }

    #[test]
    fn a_head_is_read_and_nothing_else_is_one() {
        let found = read("GET /a?b=1 HTTP/1.1\r\nHOST: here:1\r\nX: y\r\n\r\nbody");
        let found = found.expect("it is a request");
        assert_eq!((&*found.method, &*found.target), ("GET", "/a?b=1"));
        assert_eq!(found.host.as_deref(), Some("here:1"));
        let twice = read("GET / HTTP/1.1\r\nHost: a\r\nhost: b\r\n\r\n");
        assert_eq!(twice.expect("it is a request").host, None);
        for wrong in [
            "",
            "GET /",
            "\u{1}\r\n\r\n",
            "GET / HTTP/1.1\r\nno colon\r\n\r\n",
        ] {
            assert_eq!(read(wrong), None, "{wrong:?}");
        }
        let endless = format!("GET / HTTP/1.1\r\nX: {}", "y".repeat(2 * LONGEST));
        assert_eq!(read(&endless), None);
    }
}
