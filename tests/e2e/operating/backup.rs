//! Backups while messages are sent, restored into either database; and moves from one to the other.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};

use crate::database::TestDatabase;
use crate::on_every_database;
use crate::site::{Server, Site, command, sixin};
use crate::upload::fetch;

on_every_database!(
    what_was_acknowledged_before_a_backup_is_in_it,
    a_damaged_backup_changes_nothing,
    a_site_moves_to_the_other_database_and_back,
);

/// Who sends while a backup is made.
const SENDERS: usize = 8;

/// How often: `SIXIN_BACKUP_ROUNDS` times, which the nightly run sets.
fn rounds() -> u32 {
    std::env::var("SIXIN_BACKUP_ROUNDS").map_or(3, |rounds| rounds.parse().unwrap())
}

/// The kinds of database there are here, each empty.
fn databases() -> Vec<TestDatabase> {
    [Some(TestDatabase::sqlite()), TestDatabase::mysql()].into_iter().flatten().collect()
}

fn what_was_acknowledged_before_a_backup_is_in_it(site: &Site) {
    let picture = site.picture_for_bob();
    let body = json!({"uidOrUsername": "bob", "fid": picture["fid"]});
    site.send(&site.alice, &body).is(200, 0);
    let folder = tempfile::tempdir().unwrap();
    let acknowledged = Mutex::new(BTreeSet::new());
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..SENDERS {
            scope.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    let id = publish(site);
                    assert!(acknowledged.lock().unwrap().insert(id), "{id} was given twice");
                }
            });
        }
        for round in 1..=rounds() {
            let file = folder.path().join(format!("{round}.sixin"));
            let before = acknowledged.lock().unwrap().clone();
            let made = backup(site, &file);
            assert_eq!((&made["files"], &made["missing_files"]), (&json!(6), &json!(0)), "{made}");
            for database in databases() {
                is_all_in(site, &file, database, &before, &acknowledged);
            }
        }
        is_over.store(true, Ordering::Relaxed);
    });
    assert!(acknowledged.into_inner().unwrap().len() > 100, "there was no load");
}

/// A message from alice to bob; its id.
fn publish(site: &Site) -> i64 {
    let answer = site.publish_text("alice", "bob", "hi");
    answer.is(200, 200).body["messageId"].as_str().unwrap().parse().unwrap()
}

/// The same files as the site's server has.
fn backup(site: &Site, file: &Path) -> Value {
    let mut backup = command(&site.database.url());
    backup.env("SIXIN__FILES__FOLDER", site.server.files.path().join("kept"));
    backup.env("SIXIN__FILES__ARRIVING", site.server.files.path().join("arriving"));
    let output = backup.args(["--json", "backup"]).arg(file).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Restores into that database, and goes on there.
fn is_all_in(
    site: &Site,
    file: &Path,
    database: TestDatabase,
    before: &BTreeSet<i64>,
    acknowledged: &Mutex<BTreeSet<i64>>,
) {
    let epoch = site.database.lines("SELECT epoch AS line FROM log_heads");
    let files = tempfile::tempdir().unwrap();
    let places = [("FOLDER", "kept"), ("ARRIVING", "arriving")]
        .map(|(name, folder)| (format!("SIXIN__FILES__{name}"), files.path().join(folder)));
    let output =
        command(&database.url()).envs(places.clone()).args(["--json", "restore"]).arg(file).output().unwrap();
    let (out, error) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}{error}");
    let ids: BTreeSet<i64> = database
        .lines("SELECT CONCAT('', id) AS line FROM conversation_messages")
        .iter()
        .map(|id| id.parse().unwrap())
        .collect();
    let lost: Vec<_> = before.difference(&ids).collect();
    assert!(
        lost.is_empty(),
        "{} of {} acknowledged messages are not in the backup",
        lost.len(),
        before.len()
    );
    assert_ne!(database.lines("SELECT epoch AS line FROM log_heads"), epoch, "the history has another name");
    let places: Vec<(&str, &str)> =
        places.iter().map(|(name, path)| (name.as_str(), path.to_str().unwrap())).collect();
    let restored = Site {
        server: Server::start(&database.url(), &places),
        rong: site.rong.clone(),
        fresns: site.fresns.clone(),
        alice: site.alice.clone(),
        bob: site.bob.clone(),
        carol: site.carol.clone(),
        database,
    };
    let id = publish(&restored);
    assert!(!acknowledged.lock().unwrap().contains(&id), "{id} was given twice");
    let messages = restored.get_as(&restored.bob, "conversation/alice/messages?orderDirection=asc");
    let seen = &messages.is(200, 0).body["data"]["list"][0]["file"];
    for size in ["imageDefaultUrl", "imageSquareUrl"] {
        let (status, _, bytes) = fetch(seen[size].as_str().unwrap(), &[]);
        assert_eq!(status, 200, "{size} of {seen}");
        image::load_from_memory(&bytes).unwrap();
    }
}

fn a_damaged_backup_changes_nothing(site: &Site) {
    site.publish_text("alice", "bob", "hi").is(200, 200);
    let folder = tempfile::tempdir().unwrap();
    let whole = folder.path().join("whole");
    backup(site, &whole);
    let bytes = std::fs::read(&whole).unwrap();
    let (cut, changed) = (folder.path().join("cut"), folder.path().join("changed"));
    std::fs::write(&cut, &bytes[..bytes.len() - 10]).unwrap();
    let mut bytes = bytes;
    // Behind the head of the first entry is what it holds.
    bytes[80] ^= 1;
    std::fs::write(&changed, &bytes).unwrap();
    let url = site.database.url();
    assert_eq!(verified(&url, &whole), "");
    for file in [&cut, &changed] {
        assert!(verified(&url, file).contains("damaged"), "{}", verified(&url, file));
        let database = TestDatabase::sqlite();
        let refused = refusal(&database.url(), &["restore", file.to_str().unwrap()]);
        assert!(refused.contains("damaged"), "{refused}");
        sixin(&database.url(), &["migrate"]);
        assert_eq!(database.number("SELECT COUNT(*) AS number FROM users"), 0);
    }
    let text = |path: &PathBuf| path.to_str().unwrap().to_owned();
    assert!(refusal(&url, &["restore", &text(&whole)]).contains("holds a site already"));
    assert!(refusal(&url, &["backup", &text(&whole)]).contains("is there already"));
    assert!(refusal(&url, &["restore", &text(&folder.path().join("none"))]).contains("No such file"));
}

/// What `backup --verify` says against a file.
fn verified(url: &str, file: &Path) -> String {
    let output = command(url).args(["backup", "--verify"]).arg(file).output().unwrap();
    assert_eq!(output.status.success(), output.stderr.is_empty());
    String::from_utf8(output.stderr).unwrap()
}

/// Why a command is refused.
fn refusal(url: &str, arguments: &[&str]) -> String {
    let output = command(url).args(arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

fn a_site_moves_to_the_other_database_and_back(site: &Site) {
    for (from, to) in [("alice", "bob"), ("bob", "alice"), ("carol", "alice")] {
        site.publish_text(from, to, "hello 你好").is(200, 200);
    }
    site.send_text(&site.alice, "bob", "from an app").is(200, 0);
    let url = site.database.url();
    let there = site.messages();
    let elsewhere = match site.database {
        TestDatabase::Sqlite { .. } => TestDatabase::mysql(),
        TestDatabase::Mysql { .. } => Some(TestDatabase::sqlite()),
    };
    let Some(elsewhere) = elsewhere else { return };
    let refused = refusal(&url, &["move", "--to", &elsewhere.url()]);
    assert!(refused.contains("stop them first"), "{refused}");
    site.server.terminate();
    site.server.wait();
    sixin(&url, &["move", "--to", &elsewhere.url()]);
    let server = Server::start(&elsewhere.url(), &[]);
    let list = format!("{}/api/v2/conversation/list", server.url);
    let answer = crate::calls::try_call("GET", &list, &site.user_headers(&site.alice, &[]), b"").unwrap();
    assert_eq!(answer.is(200, 0).body["data"]["list"].as_array().unwrap().len(), 2, "sessions went along");
    server.terminate();
    server.wait();
    let back = match site.database {
        TestDatabase::Sqlite { .. } => Some(TestDatabase::sqlite()),
        TestDatabase::Mysql { .. } => TestDatabase::mysql(),
    };
    let back = back.unwrap();
    sixin(&url, &["move", "--from", &elsewhere.url(), "--to", &back.url()]);
    let ids = |database: &TestDatabase| {
        database.lines("SELECT CONCAT_WS(' ', id, seq, pos, message_text, content) AS line FROM conversation_messages ORDER BY id")
    };
    assert_eq!(ids(&site.database), ids(&back));
    assert_eq!(i64::try_from(ids(&back).len()).unwrap(), there);
    let epoch = "SELECT epoch AS line FROM log_heads";
    assert_eq!(site.database.lines(epoch), back.lines(epoch), "nothing was lost, so streams go on");
}
