//! What SIGHUP changes beside the certificate.

use std::time::{Duration, Instant};

use crate::database::TestDatabase;
use crate::site::{PATIENCE, Server};

#[test]
fn sighup_has_the_log_follow_its_file_and_names_what_waits_for_a_start() {
    let (database, folder) = (TestDatabase::sqlite(), tempfile::tempdir().unwrap());
    crate::site::sixin(&database.url(), &["migrate"]);
    let file = folder.path().join("sixin.toml");
    let write = |text: &str| std::fs::write(&file, text).unwrap();
    write("[log]\nlevel = \"info\"\nformat = \"json\"\n");
    let mut command = crate::site::command(&database.url());
    command.env("SIXIN__SERVER__LISTEN", "127.0.0.1:0").env("SIXIN__METRICS__LISTEN", "127.0.0.1:0");
    command.arg("--config").arg(&file).arg("serve");
    let server = Server::spawn(command);
    let reload = |outcome: &str| {
        let metric = format!("sixin_reloads_total{{outcome=\"{outcome}\"}}");
        let (before, begun) = (server.metric(&metric), Instant::now());
        server.signal("-HUP");
        while server.metric(&metric) == before {
            assert!(begun.elapsed() < PATIENCE, "{}", server.log());
            std::thread::sleep(Duration::from_millis(10));
        }
    };
    let ask = |path: &str| {
        crate::calls::get(&format!("{}{path}", server.url));
    };
    let lines = |path: &str| server.log().lines().filter(|line| line.contains(path)).count();
    ask("/first");
    server.log_with(&["/first"]);
    write("[log]\nlevel = \"warn\"\nformat = \"json\"\n[server]\nworkers = 3\n[rate]\nsends = 7\n");
    reload("done");
    let log = server.log_with(&["takes effect at the next start"]);
    let line = log.lines().find(|line| line.contains("at the next start")).unwrap();
    assert!(line.contains("rate.sends, server.workers"), "{line}");
    ask("/quiet");
    write("[log]\nlevel = \"nonsense\"\nformat = \"json\"\n");
    reload("refused");
    server.log_with(&["log.level"]);
    write("[log]\nlevel = \"info\"\nformat = \"json\"\n");
    reload("done");
    ask("/last");
    server.log_with(&["/last"]);
    assert_eq!(lines("/quiet"), 0);
    assert_eq!(crate::calls::get(&format!("{}/health", server.url)).0, 200);
}
