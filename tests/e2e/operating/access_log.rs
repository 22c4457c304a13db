//! Which requests leave a line in the log.

use std::time::{Duration, Instant};

use crate::calls::get;
use crate::database::TestDatabase;
use crate::live::streams::{Who, poll};
use crate::site::{PATIENCE, Server, Site};

/// How often a path stands in the lines of requests.
fn lines(server: &Server, path: &str) -> usize {
    let path = format!("\"path\":\"{path}\"");
    server.log().lines().filter(|line| line.contains(&path)).count()
}

#[test]
fn with_errors_alone_what_failed_or_was_refused_or_slow_is_logged_and_nothing_else() {
    let site = Site::on(TestDatabase::sqlite(), &[("SIXIN__LOG__ACCESS", "errors")]);
    let server = &site.server;
    assert_eq!(get(&site.url("/health")).0, 200);
    site.publish_text("alice", "bob", "hi").is(200, 200);
    site.send_text(&site.alice, "bob", "hi").is(200, 0);
    // Fresns refuses with 200 and a code.
    assert_ne!(site.send_text(&site.alice, "alice", "to herself").code(), 0);
    site.publish_text("alice", "nobody", "hi").is(404, 1004);
    assert_eq!(get(&site.url("/nowhere")).0, 404);
    // Whoever waits for news is not slow.
    assert_eq!(poll(&site, &Who::app(&site.carol), "?wait=2").status, 200);
    assert_eq!(get(&site.url("/last")).0, 404);
    server.log_with(&["\"/last\""]);
    let found = ["/health", crate::calls::PUBLISH, crate::calls::SEND, "/nowhere", "/live/poll"];
    assert_eq!(found.map(|path| lines(server, path)), [0, 1, 1, 1, 0], "{}", server.log());
    // All are counted, logged or not.
    let health = "sixin_http_requests_total{method=\"GET\",route=\"/health\",status=\"200\"}";
    assert_eq!(server.metric(health), 1);
}

#[test]
fn of_what_did_not_fail_a_share_is_logged_as_sighup_finds_it() {
    let (database, folder) = (TestDatabase::sqlite(), tempfile::tempdir().unwrap());
    crate::site::sixin(&database.url(), &["migrate"]);
    let file = folder.path().join("sixin.toml");
    let write = |access: &str| {
        std::fs::write(&file, format!("[log]\nformat = \"json\"\naccess = {access}\n")).unwrap();
    };
    write("0.2");
    let mut command = crate::site::command(&database.url());
    command.env("SIXIN__SERVER__LISTEN", "127.0.0.1:0").env("SIXIN__METRICS__LISTEN", "127.0.0.1:0");
    command.arg("--config").arg(&file).arg("serve");
    let server = Server::spawn(command);
    let ask = |times: usize| {
        for _ in 0..times {
            assert_eq!(get(&format!("{}/health", server.url)).0, 200);
        }
        get(&format!("{}/asked{times}", server.url));
        server.log_with(&[&format!("/asked{times}")]);
        lines(&server, "/health")
    };
    let share = ask(300);
    assert!((30..100).contains(&share), "{share} of 300");
    write("\"all\"");
    server.signal("-HUP");
    let begun = Instant::now();
    while server.metric("sixin_reloads_total{outcome=\"done\"}") == 0 {
        assert!(begun.elapsed() < PATIENCE, "{}", server.log());
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(ask(40), share + 40);
}
