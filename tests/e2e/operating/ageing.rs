//! What is too old is gone from everywhere, and nothing else is.

use serde_json::{Value, json};

use crate::database::TestDatabase;
use crate::on_every_database;
use crate::operating::erasure::{found, walked};
use crate::site::{PATIENCE, Site, command, sixin};
use crate::upload::{FOR_BOB, fetch, form, png};

on_every_database!(what_is_too_old_is_gone_from_everywhere_and_what_is_younger_stays);

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// Makes everything that was stored so far so many days older: messages are known as old by their ids, of which 12 bits are no time.
fn age(site: &Site, days: i64) {
    let (ms, ids) = (days * DAY_MS, (days * DAY_MS) << 12);
    for sql in [
        format!("UPDATE conversation_messages SET id = id - {ids}, created_at = created_at - {ms}"),
        format!("UPDATE message_contents SET id = id - {ids}"),
        format!(
            "UPDATE conversation_messages SET content_id = content_id - {ids} WHERE content_id IS NOT NULL"
        ),
        format!(
            "UPDATE message_revisions SET message_id = message_id - {ids}, replaced_at = replaced_at - {ms}"
        ),
        format!("UPDATE message_expansions SET message_id = message_id - {ids}"),
        format!("UPDATE file_usages SET table_id = table_id - {ids} WHERE table_id IS NOT NULL"),
        format!("UPDATE conversations SET last_sent_at = last_sent_at - {ms}"),
    ] {
        site.database.execute(&sql);
    }
    for of in ["", "a_", "b_"] {
        site.database.execute(&format!(
            "UPDATE conversations SET {of}latest_message_id = {of}latest_message_id - {ids}, \
             {of}latest_message_time = {of}latest_message_time - {ms} WHERE {of}latest_message_id IS NOT NULL"
        ));
    }
    let hours = days * 24;
    for of in ["a_", "b_"] {
        let moved = format!("UPDATE conversations SET {of}latest_hour = {of}latest_hour - {hours}");
        site.database.execute(&moved);
    }
}

/// Runs a command that has to go well, with that age of messages.
fn with_age(site: &Site, days: &str, arguments: &[&str]) -> Vec<Value> {
    let mut run = command(&site.database.url());
    run.env("SIXIN__RETENTION__MESSAGES", days).env("SIXIN__RETENTION__REVISIONS", days);
    let output = run.arg("--json").args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn what_is_too_old_is_gone_from_everywhere_and_what_is_younger_stays(site: &Site) {
    let picture = || {
        let picture = site.upload_form(&site.alice, &form(&FOR_BOB, Some(("zanzibar.png", &png(300, 200)))));
        picture.is(200, 0).body["data"]["fid"].clone()
    };
    let list = |path: &str| site.get_as(&site.bob, path).is(200, 0).body["data"]["list"].clone();
    let pictures = || -> Vec<String> {
        let all = list("conversation/alice/messages?orderDirection=asc");
        let urls = all.as_array().unwrap().iter().filter_map(|one| one["file"]["imageDefaultUrl"].as_str());
        urls.map(str::to_owned).collect()
    };
    site.send_text(&site.alice, "bob", "zanzibar one").is(200, 0);
    site.send(&site.alice, &json!({"uidOrUsername": "bob", "fid": picture()})).is(200, 0);
    let content = json!({"content": "zanzibar ".repeat(300)}).to_string();
    let shared = [
        ("fromUserId", "carol"),
        ("toUserId", "alice"),
        ("toUserId", "bob"),
        ("objectName", "RC:TxtMsg"),
        ("content", &*content),
    ];
    site.publish(&shared).is(200, 200);
    let old_picture = pictures().remove(0);
    age(site, 9);
    sixin(&site.database.url(), &["check"]);

    let young = site.upload_form(&site.alice, &form(&FOR_BOB, Some(("young.png", &png(200, 300)))));
    let young = young.is(200, 0).body["data"]["fid"].clone();
    site.send(&site.alice, &json!({"uidOrUsername": "bob", "fid": young})).is(200, 0);
    site.send_text(&site.bob, "alice", "an answer").is(200, 0);
    let before = list("conversation/alice/messages?orderDirection=asc");

    let due = with_age(site, "3", &["retention", "run", "--dry-run"]);
    assert_eq!(
        (&due[0]["what"], &due[0]["due"], &due[0]["days"]),
        (&json!("messages"), &json!(4), &json!(3))
    );
    assert_eq!(site.messages(), 6, "nothing was removed");
    let removed = with_age(site, "3", &["retention", "run"]);
    assert_eq!(removed[0]["removed"], json!({"messages": 4, "revisions": 0}));
    assert_eq!(with_age(site, "3", &["retention", "run"])[0]["removed"]["messages"], 0);
    assert_eq!(site.audit(1), ["command line retention.run "]);
    assert_eq!(
        sixin(&site.database.url(), &["retention", "run"])["removed"],
        json!({}),
        "all is kept for ever"
    );

    sixin(&site.database.url(), &["check"]);
    let after = list("conversation/alice/messages?orderDirection=asc");
    assert_eq!(after.as_array().unwrap().len(), 2);
    for (kept, was) in after.as_array().unwrap().iter().zip(before.as_array().unwrap().iter().skip(2)) {
        for what in ["id", "seq", "content", "datetime"] {
            assert!(kept[what] == was[what] && (what == "content" || !kept[what].is_null()), "{kept} {was}");
        }
    }
    let conversations = list("conversation/list");
    let with = |name: &str| {
        let all = conversations.as_array().unwrap().iter();
        all.clone().find(|one| one["user"]["username"] == name).unwrap().clone()
    };
    assert_eq!(with("alice")["messageCount"], 2);
    assert_eq!((&with("carol")["unreadCount"], &with("carol")["messageCount"]), (&json!(0), &json!(0)));
    // The server removes bytes by itself, after a minute at most.
    let begun = std::time::Instant::now();
    while site.database.number("SELECT COUNT(*) AS number FROM files") > 1 {
        assert!(begun.elapsed() < PATIENCE, "the file is still there");
        std::thread::sleep(std::time::Duration::from_millis(500));
    }
    assert_ne!(fetch(&old_picture, &[]).0, 200);
    assert_eq!(fetch(&pictures()[0], &[]).0, 200, "a younger one stays");
    assert_eq!(walked(&site.server.files.path().join("kept")), 6, "one picture in all its sizes");
    assert_eq!(found(&site.database), Vec::<String>::new());
    site.send_text(&site.carol, "bob", "later").is(200, 0);
    sixin(&site.database.url(), &["check"]);
}

#[test]
fn servers_remove_what_is_too_old_by_themselves_and_when_an_operator_says_so() {
    let ages = [("SIXIN__RETENTION__MESSAGES", "3"), ("SIXIN__RETENTION__AUDIT", "400")];
    let site = Site::on(TestDatabase::sqlite(), &ages);
    let token = site.operator_with_token("olga", "administrator");
    site.send_text(&site.alice, "bob", "zanzibar").is(200, 0);
    age(&site, 9);
    site.send_text(&site.alice, "bob", "young").is(200, 0);
    let shown = site.admin(&token, "GET", "/retention", &Value::Null);
    let days: Vec<&Value> = shown.body["kept"].as_array().unwrap().iter().map(|kept| &kept["days"]).collect();
    assert_eq!(days, [&json!(3), &Value::Null, &Value::Null, &json!(400)], "{}", shown.body);
    let ran = site.admin(&token, "POST", "/retention", &Value::Null);
    assert_eq!((ran.status, &ran.body["more"]), (200, &json!(false)), "{}", ran.body);
    assert_eq!(site.audit(1), ["olga retention.run "]);
    assert_eq!((site.messages(), found(&site.database)), (1, Vec::new()));
    site.send_text(&site.alice, "bob", "zanzibar").is(200, 0);
    age(&site, 9);
    let begun = std::time::Instant::now();
    while site.messages() > 0 {
        assert!(begun.elapsed() < PATIENCE, "servers do so all the time: {}", site.server.log());
        std::thread::sleep(std::time::Duration::from_millis(500));
    }
    site.server.log_with(&["what was too old is gone"]);
    sixin(&site.database.url(), &["check"]);
}
