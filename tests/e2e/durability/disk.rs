//! A disk that does not keep what it was told to keep.

use std::path::PathBuf;

use xtask::shims::{self, Shim};

use crate::calls::get;
use crate::database::TestDatabase;
use crate::site::Site;

/// A site whose server's disk fails while the answered file exists.
fn site(durability: &str) -> (Site, PathBuf, tempfile::TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let (library, trigger) =
        (shims::build(Shim::Sync, directory.path()).unwrap(), directory.path().join("fails"));
    let configuration = [
        ("LD_PRELOAD", library.to_str().unwrap()),
        (shims::FAILS_VARIABLE, trigger.to_str().unwrap()),
        ("SIXIN__DATABASE__DURABILITY", durability),
    ];
    (Site::on(TestDatabase::sqlite(), &configuration), trigger, directory)
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_fails_to_sync_gets_no_message_acknowledged_and_recovery_works() {
    let (site, trigger, _directory) = site("full");
    site.publish_text("alice", "bob", "before").is(200, 200);
    std::fs::write(&trigger, "").unwrap();
    site.publish_text("alice", "bob", "meanwhile").is(503, 1050);
    site.send_text(&site.bob, "alice", "meanwhile").is(503, 503);
    site.server.log_with(&["disk I/O error"]);
    let (status, health) = get(&site.url("/health"));
    assert!(status == 503 && health.contains("the database can't be written"), "{health}");
    std::fs::remove_file(&trigger).unwrap();
    site.publish_text("alice", "bob", "after").is(200, 200);
    assert_eq!(get(&site.url("/health")).0, 200);
    assert_eq!(
        site.database.lines("SELECT message_text AS line FROM conversation_messages ORDER BY seq"),
        ["before", "after"]
    );
}

/// Shows that the test above bites: a server that is configured not to sync acknowledges what is not on disk.
#[cfg(target_os = "linux")]
#[test]
fn a_weak_server_does_not_notice_the_same_failure_and_health_says_that_it_is_weak() {
    let (site, trigger, _directory) = site("weak");
    std::fs::write(&trigger, "").unwrap();
    site.publish_text("alice", "bob", "meanwhile").is(200, 200);
    let (status, health) = get(&site.url("/health"));
    assert!(status == 200 && health.contains("weak"), "{health}");
}
