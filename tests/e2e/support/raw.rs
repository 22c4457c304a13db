//! Requests byte for byte as a client puts them on the wire.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::calls::Answer;
use crate::site::{PATIENCE, Site};

/// Sends a request as it is and reads the answer, which must be JSON, to its end. The connection may still be open.
pub(crate) fn exchange(site: &Site, request: &[u8]) -> (Answer, TcpStream) {
    let mut socket = TcpStream::connect(site.server.url.trim_start_matches("http://")).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    socket.write_all(request).unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        socket.read_exact(&mut byte).unwrap();
        head.extend(byte);
    }
    let head = String::from_utf8(head).unwrap();
    let mut lines = head.trim_end().split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let named = |line: &str| {
        let (name, value) = line.split_once(": ").unwrap();
        (name.to_ascii_lowercase(), value.to_owned())
    };
    let headers: Vec<(String, String)> = lines.map(named).collect();
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let mut body = vec![0; length.unwrap().1.parse().unwrap()];
    socket.read_exact(&mut body).unwrap();
    assert!(!body.is_empty(), "an answer without a body: {head}");
    (Answer { status, headers, body: serde_json::from_slice(&body).unwrap() }, socket)
}

/// A request with these headers, the first of them `Host`, and a body of known length.
pub(crate) fn request(path: &str, headers: &[(&str, &str)], body: &str) -> Vec<u8> {
    let length = body.len().to_string();
    let mut head = format!("POST {path} HTTP/1.1\r\nHost: im.example.com\r\n");
    for (name, value) in headers.iter().chain(&[("Content-Length", length.as_str())]) {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    format!("{head}\r\n{body}").into_bytes()
}
