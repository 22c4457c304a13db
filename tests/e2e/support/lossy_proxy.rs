//! A proxy that loses answers, for clients that must repeat what was not answered.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

const GAVE_UP: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";

/// What becomes of an answer instead of being passed on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Instead {
    /// The connection ends.
    HangUp,
    /// 503, as a proxy says that gave up waiting.
    GiveUp,
    /// Nothing, until the client does not wait any longer.
    KeepSilent,
}

/// Passes everything on, but not the answers to the first requests for that path: the server gets them and does what they
/// ask for, and this is what becomes of its answers. Returns the address, and how many such requests there were.
pub(crate) fn lossy_proxy(
    server: &str,
    path: &'static str,
    instead: &'static [Instead],
) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (server, asked) = (server.trim_start_matches("http://").to_owned(), Arc::new(AtomicUsize::new(0)));
    let count = Arc::clone(&asked);
    std::thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            let (server, count) = (TcpStream::connect(&server).unwrap(), Arc::clone(&count));
            std::thread::spawn(move || pass_on(client, server, path, (&count, instead)));
        }
    });
    (address, asked)
}

fn pass_on(
    mut client: TcpStream,
    mut server: TcpStream,
    path: &str,
    (count, instead): (&AtomicUsize, &[Instead]),
) {
    let (answers, to_client) = (server.try_clone().unwrap(), client.try_clone().unwrap());
    let forgets = Arc::new(OnceLock::new());
    let forgotten = Arc::clone(&forgets);
    std::thread::spawn(move || answer(answers, to_client, &forgotten));
    let mut bytes = [0; 65_536];
    while let Ok(length @ 1..) = client.read(&mut bytes) {
        let is_meant = String::from_utf8_lossy(&bytes[..length]).starts_with(&format!("POST {path} "));
        if is_meant && let Some(instead) = instead.get(count.fetch_add(1, Ordering::SeqCst)) {
            let _ = forgets.set(*instead);
        }
        if server.write_all(&bytes[..length]).is_err() {
            break;
        }
    }
    let _ = server.shutdown(Shutdown::Both);
}

fn answer(mut answers: TcpStream, mut client: TcpStream, instead: &OnceLock<Instead>) {
    let mut bytes = [0; 65_536];
    while let Ok(length @ 1..) = answers.read(&mut bytes) {
        let passed_on = match instead.get() {
            None => client.write_all(&bytes[..length]),
            Some(Instead::HangUp) => break,
            Some(Instead::KeepSilent) => continue,
            Some(Instead::GiveUp) => {
                let _ = client.write_all(GAVE_UP);
                break;
            }
        };
        if passed_on.is_err() {
            break;
        }
    }
    let _ = client.shutdown(Shutdown::Both);
}
