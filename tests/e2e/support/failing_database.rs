//! A database in trouble: a clear error, nothing acknowledged, and afterwards everything works again.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use diesel::connection::SimpleConnection;

use crate::calls::get;
use crate::database::TestDatabase;
use crate::site::{BINARY, PATIENCE, Server, Site, command};

#[test]
fn a_locked_database_is_unavailable_until_it_is_free() {
    // Patient enough to see both batches fail, one after the other, before anybody is told "unknown".
    let patient = [("SIXIN__COMMITTER__ANSWER_TIMEOUT_SECONDS", "30")];
    let site = Site::on(TestDatabase::sqlite(), &patient);
    let mut other = site.database.open_sqlite();
    other.batch_execute("BEGIN IMMEDIATE").unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let refused = site.publish_text("alice", "bob", "hi");
            refused.is(503, 1050);
            assert!(refused.header("retry-after").is_some());
        });
        site.send_text(&site.alice, "bob", "hi").is(503, 503);
    });
    other.batch_execute("ROLLBACK").unwrap();
    assert_eq!(site.messages(), 0);
    site.publish_text("alice", "bob", "hi").is(200, 200);
}

#[test]
fn a_full_queue_is_answered_at_once_with_503_and_when_to_come_again() {
    const SENDERS: usize = 8;
    let small = [
        ("SIXIN__COMMITTER__QUEUE_UNITS", "1"),
        ("SIXIN__COMMITTER__BATCH_UNITS", "1"),
        ("SIXIN__COMMITTER__ANSWER_TIMEOUT_SECONDS", "60"),
    ];
    let site = Site::on(TestDatabase::sqlite(), &small);
    let mut other = site.database.open_sqlite();
    other.batch_execute("BEGIN IMMEDIATE").unwrap();
    let (answer, answers) = std::sync::mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..SENDERS {
            let (answer, site) = (answer.clone(), &site);
            scope.spawn(move || answer.send(site.publish_text("alice", "bob", "hi")).unwrap());
        }
        // One is with the writer and one waits, at most; all others are answered while the database is still locked.
        for _ in 0..SENDERS - 2 {
            let refused = answers.recv_timeout(PATIENCE).unwrap();
            refused.is(503, 1050);
            assert!(refused.header("retry-after").is_some());
        }
        assert!(site.server.metric("sixin_queue_refused_total") >= SENDERS as u64 - 2);
        other.batch_execute("ROLLBACK").unwrap();
    });
    let taken = answers.try_iter().filter(|answer| answer.status == 200).count();
    assert!((1..=2).contains(&taken), "{taken}");
    assert_eq!(site.messages(), taken as i64);
}

#[test]
fn a_database_file_that_is_gone_is_unavailable() {
    let site = Site::on_sqlite();
    let (file, away) = (site.database.file(), site.database.file().with_extension("away"));
    std::fs::rename(&file, &away).unwrap();
    site.publish_text("alice", "bob", "hi").is(503, 1050);
    assert_eq!(get(&site.url("/health")).0, 503);
    std::fs::rename(&away, &file).unwrap();
    site.publish_text("alice", "bob", "hi").is(200, 200);
    assert_eq!(site.messages(), 1);
}

/// The shell ignores SIGXFSZ, which its child inherits, so that a write past the limit fails as one to a full disk.
#[test]
fn a_full_disk_is_unavailable_and_nothing_is_acknowledged() {
    let mut site = Site::on_sqlite();
    let url = site.database.url();
    let free = command(&url);
    let mut full = std::process::Command::new("sh");
    full.args(["-c", "trap '' XFSZ; ulimit -f 1024; exec \"$0\" serve", BINARY]);
    full.envs(free.get_envs().filter_map(|(name, value)| Some((name, value?))));
    for (name, value) in [
        ("SIXIN__SERVER__LISTEN", "127.0.0.1:0"),
        ("SIXIN__METRICS__LISTEN", "127.0.0.1:0"),
        ("SIXIN__LOG__FORMAT", "json"),
        ("SIXIN__RATE__SENDS", "100000"),
    ] {
        full.env(name, value);
    }
    site.server = Server::spawn(full);
    let text = "x".repeat(60_000);
    let mut acknowledged = 0;
    let refused = loop {
        let answer = site.send_text(&site.alice, "bob", &text);
        if answer.code() != 0 {
            break answer;
        }
        acknowledged += 1;
        assert!(acknowledged < 200, "the limit is never reached");
    };
    refused.is(503, 503);
    site.server = Server::start(&url, &[]);
    assert!(site.messages() >= acknowledged);
    site.publish_text("alice", "bob", "room again").is(200, 200);
}

/// Passes bytes on to a server until it is cut.
struct Wire {
    address: String,
    cut: Arc<AtomicBool>,
}

impl Wire {
    fn to(target: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let cut = Arc::new(AtomicBool::new(false));
        let is_cut = Arc::clone(&cut);
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let (target, is_cut) = (target.clone(), Arc::clone(&is_cut));
                std::thread::spawn(move || {
                    if is_cut.load(Ordering::SeqCst) {
                        return;
                    }
                    let server = TcpStream::connect(&target).unwrap();
                    let back =
                        (server.try_clone().unwrap(), client.try_clone().unwrap(), Arc::clone(&is_cut));
                    std::thread::spawn(move || pass(back.0, back.1, &back.2));
                    pass(client, server, &is_cut);
                });
            }
        });
        Self { address, cut }
    }
}

/// Copies until the wire is cut; then both ends see the connection break.
fn pass(mut from: TcpStream, mut to: TcpStream, cut: &AtomicBool) {
    from.set_read_timeout(Some(std::time::Duration::from_millis(20))).unwrap();
    let mut buffer = [0; 65_536];
    while !cut.load(Ordering::SeqCst) {
        match from.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => {
                if to.write_all(&buffer[..read]).is_err() {
                    break;
                }
            }
            Err(error)
                if matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => {}
            Err(_) => break,
        }
    }
    let _ = from.shutdown(Shutdown::Both);
    let _ = to.shutdown(Shutdown::Both);
}

#[test]
fn a_mysql_server_that_is_gone_is_unavailable_until_it_is_back() {
    let Some(database) = TestDatabase::mysql() else { return };
    let mut site = Site::on(database, &[]);
    let url = site.database.url();
    let host = url.strip_prefix("mysql://").unwrap().split('/').next().unwrap().to_owned();
    let (user, place) = host.rsplit_once('@').map_or(("", host.as_str()), |(user, place)| (user, place));
    let place = if place.contains(':') { place.to_owned() } else { format!("{place}:3306") };
    let wire = Wire::to(place);
    let at = if user.is_empty() { String::new() } else { format!("{user}@") };
    let name = url.rsplit('/').next().unwrap();
    let separator = if name.contains('?') { '&' } else { '?' };
    let through = format!("mysql://{at}{}/{name}{separator}prefer_socket=false", wire.address);
    site.server = Server::start(&through, &[("SIXIN__DATABASE__TIMEOUT_SECONDS", "1")]);
    site.publish_text("alice", "bob", "before").is(200, 200);
    wire.cut.store(true, Ordering::SeqCst);
    site.publish_text("alice", "bob", "meanwhile").is(503, 1050);
    site.send_text(&site.alice, "bob", "meanwhile").is(503, 503);
    assert_eq!(get(&site.url("/health")).0, 503);
    assert_eq!(site.messages(), 1);
    wire.cut.store(false, Ordering::SeqCst);
    let mut tries = 0;
    while site.publish_text("alice", "bob", "after").status != 200 {
        tries += 1;
        assert!(tries < 30, "the server does not recover: {}", site.server.log());
        std::thread::sleep(std::time::Duration::from_millis(500));
    }
    assert_eq!(site.messages(), 2);
    assert_eq!(get(&site.url("/health")).0, 200);
}
