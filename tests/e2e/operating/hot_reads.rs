//! Hot reads are memory reads, and yet a change takes effect within two seconds.

use std::time::{Duration, Instant};

use crate::calls::Answer;
use crate::database::TestDatabase;
use crate::site::{Person, Site, sixin};

/// The promise.
const SOON: Duration = Duration::from_secs(2);
/// What the answer itself may take on a busy machine.
const GRACE: Duration = Duration::from_secs(1);

/// A site that looks for changes as often as one in production.
fn site(database: TestDatabase) -> Site {
    Site::on(database, &[("SIXIN__CACHE__POLL_MILLISECONDS", "1000")])
}

/// Changes something by the command line and waits for the code that shows it.
#[track_caller]
fn changes(site: &Site, arguments: &[&str], call: impl Fn() -> Answer, before: i64, after: i64) {
    assert_eq!(call().code(), before, "before {arguments:?}");
    // The site's own way would wait until the server has noticed.
    sixin(&site.database.url(), arguments);
    let changed = Instant::now();
    loop {
        let answer = call();
        if answer.code() == after {
            return;
        }
        assert_eq!(answer.code(), before, "after {arguments:?}");
        assert!(changed.elapsed() < SOON + GRACE, "{arguments:?} has no effect: {answer:?}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn every_change_by_the_command_line_takes_effect_within_two_seconds(database: TestDatabase) {
    let site = site(database);
    let send = |person: &Person| site.send_text(person, "bob", "oh heck");
    let (alice, carol) = (|| send(&site.alice), || send(&site.carol));
    let publish = || site.publish_text("alice", "bob", "hi");
    // Everything that is about to change is in memory.
    for _ in 0..2 {
        alice().is(200, 0);
        carol().is(200, 0);
        publish().is(200, 200);
    }
    changes(&site, &["block-word", "add", "heck"], alice, 0, 36_605);
    changes(&site, &["block-word", "remove", "heck"], alice, 36_605, 0);
    changes(&site, &["setting", "set", "conversation_status", "false"], alice, 0, 36_600);
    changes(&site, &["setting", "set", "conversation_status", "true"], alice, 36_600, 0);
    changes(&site, &["role", "set", "4", "--permission", "conversation=false"], alice, 0, 36_114);
    changes(&site, &["user", "role", "alice", "1"], alice, 36_114, 0);
    changes(&site, &["user", "block", "bob", "alice"], alice, 0, 36_608);
    changes(&site, &["user", "block", "bob", "alice", "--undo"], alice, 36_608, 0);
    changes(&site, &["user", "disable", "bob"], alice, 0, 35_202);
    changes(&site, &["user", "disable", "bob", "--undo"], alice, 35_202, 0);
    changes(&site, &["session", "revoke", "alice"], alice, 0, 31_603);
    changes(&site, &["app-key", "disable", &site.rong.id], publish, 200, 1002);
    changes(&site, &["app-key", "disable", &site.fresns.id], carol, 36_114, 31_301);
}

#[test]
fn every_change_on_sqlite_takes_effect_within_two_seconds() {
    every_change_by_the_command_line_takes_effect_within_two_seconds(TestDatabase::sqlite());
}

#[test]
fn every_change_on_mysql_takes_effect_within_two_seconds() {
    if let Some(database) = TestDatabase::mysql() {
        every_change_by_the_command_line_takes_effect_within_two_seconds(database);
    }
}

const READS: &str = r#"sixin_statements_total{pool="read"}"#;
const WRITES: &str = r#"sixin_statements_total{pool="write"}"#;

fn a_send_in_steady_state_runs_no_statement_outside_its_batch(database: TestDatabase) {
    const SENDS: u64 = 60;
    let site = site(database);
    let metric = |name: &str| site.server.metric(name);
    let both = || {
        site.send_text(&site.alice, "bob", "hi").is(200, 0);
        site.publish_text("alice", "bob", "hi").is(200, 200);
    };
    (0..3).for_each(|_| both());
    let before = [READS, WRITES].map(metric);
    let (polls, begun) = (metric("sixin_cache_polls_total"), Instant::now());
    (0..SENDS / 2).for_each(|_| both());
    let after = [READS, WRITES].map(metric);
    let polls = metric("sixin_cache_polls_total") - polls + 1;
    assert!(polls <= begun.elapsed().as_secs() + 3, "{polls} polls in {:?}", begun.elapsed());
    let reads = after[0] - before[0];
    // The log is looked at every two seconds, since nobody is connected, and every second whether there are webhooks.
    let looks = begun.elapsed().as_secs() * 3 / 2 + 3;
    let beside = polls + looks;
    assert!(reads <= beside, "{reads} statements beside the batches, of {polls} polls and {looks} looks");
    // BEGIN, the conversation, a look at it, the head of the log and a look at that, the message, COMMIT.
    let batches = SENDS * 7;
    let writes = after[1] - before[1];
    // The lease is renewed now and then, and nonces and old messages are swept.
    assert!((batches..batches + SENDS).contains(&writes), "{writes} statements for {batches} of batches");
    assert!(metric(r#"sixin_cache_hits_total{cache="users_by_name"}"#) >= SENDS / 2);
    assert!(metric(r#"sixin_cache_misses_total{cache="users_by_name"}"#) > 0);
}

#[test]
fn a_send_in_steady_state_on_sqlite_runs_no_statement_outside_its_batch() {
    a_send_in_steady_state_runs_no_statement_outside_its_batch(TestDatabase::sqlite());
}

#[test]
fn a_send_in_steady_state_on_mysql_runs_no_statement_outside_its_batch() {
    if let Some(database) = TestDatabase::mysql() {
        a_send_in_steady_state_runs_no_statement_outside_its_batch(database);
    }
}
