//! What `docs/live.md` shows works as it stands there: in Python, with curl, and behind nginx.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::json;

use super::streams::{Events, Follow, Socket, Who};
use crate::clients::sdk_clients::prepared;
use crate::database::TestDatabase;
use crate::nginx::{Running, nginx};
use crate::site::{PATIENCE, Site};

/// The first block of the page in a language.
fn sample(language: &str) -> String {
    let page = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/live.md");
    let text = std::fs::read_to_string(page).unwrap();
    let begin = text.split(&format!("```{language}\n")).nth(1).unwrap();
    begin.split("```").next().unwrap().to_owned()
}

fn device(site: &Site) -> String {
    match Who::device(site, "bob") {
        Who::Device(token) => token,
        Who::App(_) => unreachable!(),
    }
}

#[test]
fn the_sample_in_python_follows() {
    let Some(python) = prepared("SIXIN_TEST_PYTHON") else { return };
    let site = Site::on(TestDatabase::sqlite(), &[]);
    let program = sample("python")
        + "\nimport os\nfor event, data in follow(os.environ['SERVER'], os.environ['TOKEN']):\n    print(event, data['content'], flush=True)\n";
    let mut command = Command::new(python);
    command.args(["-c", &program]).env("SERVER", &site.server.url).env("TOKEN", device(&site));
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let _running = Running(child);
    // It is there once its poll waits.
    let begun = std::time::Instant::now();
    while site.server.metric("sixin_live_connections") == 0 {
        assert!(begun.elapsed() < PATIENCE, "it does not poll");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    for number in 0..3 {
        site.publish_text("alice", "bob", &format!("to Python {number}")).is(200, 200);
        let mut line = String::new();
        lines.read_line(&mut line).unwrap();
        assert_eq!(line.trim(), format!(r#"message {{"content":"to Python {number}"}}"#));
    }
}

#[test]
fn the_sample_with_curl_shows_what_the_page_shows() {
    if std::env::var("SIXIN_TEST_NO_CLIENTS").is_ok() {
        return;
    }
    let site = Site::on(TestDatabase::sqlite(), &[]);
    let line = sample("sh").replace("http://127.0.0.1:8686", &site.server.url);
    let line = line.replace("curl -N", "curl -sS -N --max-time 3");
    let child = Command::new("sh").args(["-c", line.trim()]).env("TOKEN", device(&site)).output().unwrap();
    let shown = String::from_utf8_lossy(&child.stdout);
    for part in ["retry: ", "event: ready\nid: ", "event: caught_up\ndata: {}\n"] {
        assert!(shown.contains(part), "{shown}{}", String::from_utf8_lossy(&child.stderr));
    }
}

#[test]
fn events_and_frames_pass_through_nginx_as_they_come() {
    // Empty where there is none, which `cargo xtask test` tells at its end.
    let Some(program) = prepared("SIXIN_TEST_NGINX").filter(|path| !path.is_empty()) else { return };
    let site = Site::on(TestDatabase::sqlite(), &[]);
    let directory = tempfile::tempdir().unwrap();
    let location = sample("nginx").replace("http://127.0.0.1:8686", &site.server.url);
    let (_running, port) = nginx(Path::new(&program), directory.path(), "", &location);
    let address = format!("http://127.0.0.1:{port}");
    let who = Who::device(&site, "bob");
    let mut events = Events::at(&address, "/live/events", &who.headers(&site));
    let mut socket = Socket::try_at(&address, "/live/ws", &who.headers(&site)).unwrap();
    socket.say(&json!({ "t": "since" }));
    events.until("caught_up");
    socket.until("caught_up");
    for number in 0..3 {
        let text = format!("through nginx {number}");
        site.publish_text("alice", "bob", &text).is(200, 200);
        assert_eq!(events.until("message").text().as_deref(), Some(&*text), "at once, not gathered");
        assert_eq!(socket.until("message").text().as_deref(), Some(&*text));
    }
}
