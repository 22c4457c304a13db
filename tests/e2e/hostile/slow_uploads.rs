//! Users who take their time to upload, on real sockets.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::database::TestDatabase;
use crate::site::{PATIENCE, Person, Site};
use crate::upload::{FOR_BOB, UPLOAD, form, png, with_form};

/// Somebody begins to upload a document of 1 MB; only the head and the first bytes of the form are sent.
fn begun(site: &Site, person: &Person) -> TcpStream {
    let form = form(&FOR_BOB, Some(("a.pdf", b"")));
    let headers = with_form(site.user_headers(person, &[]));
    let named = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect::<String>();
    let head =
        format!("POST {UPLOAD} HTTP/1.1\r\nHost: im.example.com\r\n{named}Content-Length: 1000000\r\n\r\n");
    let mut socket = TcpStream::connect(site.server.url.trim_start_matches("http://")).unwrap();
    socket.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
    socket.write_all(head.as_bytes()).unwrap();
    // All but the end of the form, with which the file would end.
    let end = form.windows(4).rposition(|bytes| bytes == b"\r\n--").unwrap();
    socket.write_all(&form[..end]).unwrap();
    socket
}

/// What has been answered by now.
fn answer(socket: &mut TcpStream) -> String {
    let mut bytes = [0; 4096];
    let read = socket.read(&mut bytes).unwrap_or(0);
    String::from_utf8_lossy(&bytes[..read]).into_owned()
}

/// Waits until so many files are on their way.
fn arriving(site: &Site, count: usize) {
    let (start, folder) = (Instant::now(), site.server.files.path().join("arriving"));
    while std::fs::read_dir(&folder).map_or(0, Iterator::count) != count {
        assert!(start.elapsed() < PATIENCE);
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn an_upload_that_trickles_is_cut_off_though_it_never_pauses() {
    let speed =
        [("SIXIN__FILES__SLOW_START_SECONDS", "1"), ("SIXIN__FILES__LEAST_BYTES_PER_SECOND", "10000")];
    let site = Site::on(TestDatabase::sqlite(), &speed);
    let (mut slow, mut fast) = (begun(&site, &site.alice), begun(&site, &site.carol));
    let start = Instant::now();
    let (mut told, mut sent) = (String::new(), 0);
    while told.is_empty() {
        assert!(start.elapsed() < Duration::from_secs(8), "well before the pause that is allowed");
        // It may have been cut off since it last looked for an answer.
        let _ = slow.write_all(b"a");
        fast.write_all(&[b'a'; 5000]).unwrap();
        sent += 5000;
        told = answer(&mut slow);
    }
    assert!(start.elapsed() >= Duration::from_millis(800), "not before its slow start is over");
    assert!(told.starts_with("HTTP/1.1 408 ") && told.contains("\"code\":408"), "{told}");
    assert!(sent < 900_000 && answer(&mut fast).is_empty(), "who is fast enough may go on");
}

#[test]
fn a_user_has_two_uploads_on_their_way_and_leaves_room_for_others() {
    let site = Site::on_sqlite();
    let (first, _second) = (begun(&site, &site.alice), begun(&site, &site.alice));
    arriving(&site, 2);
    let third = site.upload(&site.alice, "image", "a.png", &png(9, 9));
    third.is(503, 503);
    assert!(third.header("retry-after").is_some());
    site.upload(&site.carol, "image", "a.png", &png(9, 9)).is(200, 0);
    drop(first);
    arriving(&site, 1);
    site.upload(&site.alice, "image", "a.png", &png(9, 9)).is(200, 0);
}
