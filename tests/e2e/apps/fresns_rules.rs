//! The header stage and the decision procedure of the Fresns dialect, code by code.

use serde_json::json;

use crate::calls::{SEND, now_ms, post};
use crate::on_every_database;
use crate::site::Site;

on_every_database!(
    each_header_that_is_wrong_has_its_code,
    a_session_proves_its_own_user_only,
    a_time_stamp_holds_for_five_minutes_in_both_directions,
    the_site_may_forbid_sending,
    a_private_site_ends_with_the_membership,
    recipients_decide_who_may_write_to_them,
    a_user_changes_what_others_see_of_it_and_who_may_write_to_it,
    whom_a_user_blocks_can_not_write_to_it_and_whom_it_follows_can,
    words_are_replaced_before_they_are_stored_or_refuse_the_message,
    messages_are_in_the_callers_language_and_times_in_the_callers_zone,
);

fn body() -> Vec<u8> {
    json!({ "uidOrUsername": "bob", "message": "hi" }).to_string().into_bytes()
}

fn code_with(site: &Site, changes: &[(&'static str, Option<&str>)]) -> i64 {
    let answer = post(&site.url(SEND), &site.user_headers(&site.alice, changes), &body());
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.body["data"].is_null(), answer.code() != 0);
    answer.code()
}

fn each_header_that_is_wrong_has_its_code(site: &Site) {
    let off = site.sixin(&["app-key", "create", "--dialect", "fresns", "--platform", "5"]);
    let off = off["app_id"].as_str().unwrap();
    site.sixin(&["app-key", "disable", off]);
    for (name, value, code) in [
        ("platformId", None, 31_101),
        ("platformId", Some("14"), 31_101),
        ("platformId", Some("six"), 31_101),
        ("platformId", Some("6"), 31_102),
        ("version", None, 31_201),
        ("appId", None, 31_301),
        ("appId", Some("nobody00"), 31_301),
        ("appId", Some(off), 31_301),
        ("appId", Some(site.rong.id.as_str()), 31_301),
        ("timestamp", None, 31_000),
        ("timestamp", Some("soon"), 31_000),
        ("timestamp", Some("12345678901234"), 31_000),
        ("sign", Some(""), 31_302),
        ("sign", Some("0123456789abcdef0123456789abcdef"), 31_302),
        ("token", None, 31_503),
        ("deviceInfo", None, 31_701),
        ("deviceInfo", Some("[]"), 31_702),
        ("deviceInfo", Some("{"), 31_702),
        ("langTag", Some("tlh"), 31_401),
        ("timezone", Some("+99"), 31_402),
    ] {
        assert_eq!(code_with(site, &[(name, value)]), code, "{name} {value:?}");
    }
    assert_eq!(site.messages(), 0);
    assert_eq!(code_with(site, &[]), 0);
}

fn a_session_proves_its_own_user_only(site: &Site) {
    let bob_uid = site.bob.uid.to_string();
    for (changes, code) in [
        (vec![("aid", None), ("uid", None), ("token", None)], 31_501),
        (vec![("uid", None)], 31_601),
        (vec![("aid", Some("nobody00"))], 31_502),
        (vec![("token", Some("wrong"))], 31_603),
        (vec![("token", Some(site.bob.token.as_str()))], 31_603),
        (vec![("uid", Some(bob_uid.as_str()))], 31_603),
        (vec![("uid", Some("1"))], 31_603),
        (vec![("uid", Some("alice"))], 31_000),
    ] {
        assert_eq!(code_with(site, &changes), code, "{changes:?}");
    }
    site.change("UPDATE session_tokens SET platform_id = 6");
    assert_eq!(code_with(site, &[]), 31_103);
    site.change("UPDATE session_tokens SET platform_id = 5, expired_at = 1000");
    assert_eq!(code_with(site, &[]), 31_504);
    site.change("UPDATE session_tokens SET expired_at = NULL");
    assert_eq!(code_with(site, &[]), 0);
    site.sixin(&["user", "disable", "alice"]);
    assert_eq!(code_with(site, &[]), 35_202);
    site.sixin(&["user", "disable", "alice", "--undo"]);
    site.change("UPDATE users SET deleted_at = 1000 WHERE username = 'alice'");
    assert_eq!(code_with(site, &[]), 35_203);
    site.change("UPDATE users SET deleted_at = NULL");
    site.sixin(&["session", "revoke", "alice"]);
    assert_eq!(code_with(site, &[]), 31_603);
    assert_eq!(site.messages(), 1);
}

fn a_time_stamp_holds_for_five_minutes_in_both_directions(site: &Site) {
    for minutes in [-6, 6] {
        let off = now_ms() + minutes * 60_000;
        assert_eq!(code_with(site, &[("timestamp", Some(&off.to_string()))]), 31_303);
        assert_eq!(code_with(site, &[("timestamp", Some(&(off / 1000).to_string()))]), 31_303);
    }
    for minutes in [-4, 4] {
        let near = now_ms() + minutes * 60_000;
        assert_eq!(code_with(site, &[("timestamp", Some(&near.to_string()))]), 0);
        assert_eq!(code_with(site, &[("timestamp", Some(&(near / 1000).to_string()))]), 0);
    }
}

fn the_site_may_forbid_sending(site: &Site) {
    site.sixin(&["setting", "set", "conversation_status", "false"]);
    assert_eq!(code_with(site, &[]), 36_600);
    site.sixin(&["setting", "set", "conversation_status", "true"]);
    site.sixin(&["user", "role", "alice", "2"]);
    assert_eq!(code_with(site, &[]), 36_114);
    site.sixin(&["user", "role", "alice", "2", "--hours", "-1"]);
    assert_eq!(code_with(site, &[]), 0);
    site.sixin(&["user", "role", "alice", "4", "--hours", "-1", "--restore", "3"]);
    assert_eq!(code_with(site, &[]), 36_114);
    site.sixin(&["user", "role", "alice", "1"]);
    assert_eq!(code_with(site, &[]), 0);
    site.sixin(&["role", "set", "1", "--permission", "conversation=false"]);
    assert_eq!(code_with(site, &[]), 36_114);
    site.sixin(&["role", "set", "1", "--enabled", "false"]);
    assert_eq!(code_with(site, &[]), 0);
    site.sixin(&["setting", "set", "default_role", ""]);
    assert_eq!(code_with(site, &[]), 36_114);
    assert_eq!(site.messages(), 3);
}

fn a_private_site_ends_with_the_membership(site: &Site) {
    site.change("UPDATE users SET expired_at = 1000 WHERE username = 'alice'");
    assert_eq!(code_with(site, &[]), 0);
    site.sixin(&["setting", "set", "site_mode", "private"]);
    assert_eq!(code_with(site, &[]), 35_303);
    site.sixin(&["setting", "set", "site_private_end_after", "2"]);
    assert_eq!(code_with(site, &[]), 35_302);
    // The recipient's membership does not matter, nor does one that has no end.
    site.change("UPDATE users SET expired_at = CASE username WHEN 'bob' THEN 1000 END");
    assert_eq!(code_with(site, &[]), 0);
    site.change("UPDATE configs SET item_value = 'hidden' WHERE item_key = 'site_mode'");
    assert_eq!(code_with(site, &[]), 33_102);
    assert_eq!(site.messages(), 2);
}

fn recipients_decide_who_may_write_to_them(site: &Site) {
    let to = |name: &str| site.send_text(&site.alice, name, "hi").code();
    let limit = |limit: i64| {
        site.change(&format!("UPDATE users SET conversation_limit = {limit} WHERE username = 'bob'"));
        to("bob")
    };
    assert_eq!(to("nobody"), 35_201);
    assert_eq!(to("99999999999"), 35_201);
    assert_eq!(to("alice"), 36_603);
    assert_eq!(to(&site.alice.uid.to_string()), 36_603);
    assert_eq!([limit(1), limit(2), limit(3), limit(4)], [0, 36_606, 36_607, 36_608]);
    site.change("UPDATE users SET verified_status = 1 WHERE username = 'alice'");
    assert_eq!([limit(2), limit(3)], [36_606, 0]);
    let id = |name: &str| {
        site.database.number(&format!("SELECT id AS number FROM users WHERE username = '{name}'"))
    };
    let follow = |from: &str, to: &str| {
        let (from, to) = (id(from), id(to));
        site.change(&format!("DELETE FROM user_follows; INSERT INTO user_follows (user_id, follow_type, follow_id) VALUES ({from}, 1, {to})"));
    };
    follow("alice", "bob");
    assert_eq!(limit(2), 36_606);
    follow("bob", "alice");
    assert_eq!([limit(2), limit(3), limit(4)], [0, 0, 36_608]);
    assert_eq!(limit(1), 0);
    site.sixin(&["user", "block", "alice", "bob"]);
    assert_eq!(to("bob"), 0);
    site.sixin(&["user", "block", "bob", "alice"]);
    assert_eq!(to("bob"), 36_608);
    site.sixin(&["user", "disable", "bob"]);
    assert_eq!(to("bob"), 35_202);
    site.sixin(&["user", "delete", "bob"]);
    assert_eq!(to("bob"), 35_203);
}

fn words_are_replaced_before_they_are_stored_or_refuse_the_message(site: &Site) {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "赌博\treplace\t**\nbad\nSTRASSE\treplace\n").unwrap();
    site.sixin(&["block-word", "import", file.path().to_str().unwrap()]);
    let sent = site.send_text(&site.alice, "bob", "不要赌博, Straße 1");
    assert_eq!(sent.body["data"]["content"], "不要**,  1");
    assert_eq!(site.database.lines("SELECT message_text AS line FROM conversation_messages"), ["不要**,  1"]);
    assert_eq!(site.database.lines("SELECT latest_message_brief AS line FROM conversations"), ["不要**,  1"]);
    site.send_text(&site.alice, "bob", "this is bAd").is(200, 36_605);
    site.send_text(&site.alice, "bob", "straße").is(200, 36_605);
    site.sixin(&["block-word", "remove", "bad"]);
    site.send_text(&site.alice, "bob", "this is bad").is(200, 0);
    assert_eq!(site.messages(), 2);
}

fn messages_are_in_the_callers_language_and_times_in_the_callers_zone(site: &Site) {
    let send = |to: &str, language: Option<&str>, zone: Option<&str>| {
        let headers = site.user_headers(&site.alice, &[("langTag", language), ("timezone", zone)]);
        let body = json!({ "uidOrUsername": to, "message": "hi" }).to_string();
        post(&site.url(SEND), &headers, body.as_bytes()).body
    };
    let message = |language| send("alice", language, None)["message"].as_str().unwrap().to_owned();
    let (en, hans, hant) = (message(Some("en")), message(Some("zh-Hans")), message(Some("zh-Hant")));
    assert!(en.is_ascii() && en != hans && hans != hant);
    assert_eq!(message(None), hans);
    let datetime =
        |language, zone| send("bob", language, zone)["data"]["datetime"].as_str().unwrap().to_owned();
    let (utc, kathmandu) = (datetime(Some("zh-Hans"), Some("0")), datetime(Some("zh-Hans"), Some("+5.75")));
    assert_ne!(utc, kathmandu);
    assert!(utc.starts_with("20") && datetime(Some("en"), Some("0")).contains("/20"), "{utc}");
    site.sixin(&["setting", "set", "default_language", "en"]);
    assert_eq!(message(None), en);
}

fn whom_a_user_blocks_can_not_write_to_it_and_whom_it_follows_can(site: &Site) {
    let mark = |kind: &str, fsid: &serde_json::Value| {
        let body = json!({"interactiveType": kind, "markType": "user", "fsid": fsid}).to_string();
        site.call_as(&site.bob, "POST", "user/mark", &body)
    };
    let alice = json!("alice");
    site.sixin(&["setting", "set", "block_user_setting", "false"]);
    mark("block", &alice).is(200, 35_301);
    site.sixin(&["setting", "set", "block_user_setting", "true"]);
    // Known to both sides from the very next message on, whatever was in memory.
    for _ in 0..3 {
        site.send_text(&site.alice, "bob", "hi").is(200, 0);
        mark("block", &alice).is(200, 0);
        site.send_text(&site.alice, "bob", "hi").is(200, 36_608);
        let shown = site.get_as(&site.bob, "user/alice/detail").body["data"]["detail"].clone();
        assert_eq!(shown["interactive"]["blockStatus"], true);
        mark("block", &alice).is(200, 0);
    }
    site.change("UPDATE users SET conversation_limit = 2 WHERE username = 'bob'");
    site.send_text(&site.alice, "bob", "hi").is(200, 36_606);
    mark("follow", &json!(site.alice.uid)).is(200, 0);
    site.send_text(&site.alice, "bob", "hi").is(200, 0);
    mark("follow", &json!("bob")).is(200, 36_202);
    mark("follow", &json!("nobody")).is(200, 35_201);
    mark("follow", &json!(-3)).is(200, 30_000);
    mark("like", &alice).is(200, 30_002);
    let post = r#"{"interactiveType":"follow","markType":"post","fsid":"alice"}"#;
    site.call_as(&site.bob, "POST", "user/mark", post).is(200, 30_002);
    site.call_as(&site.bob, "POST", "user/mark", "{}").is(200, 30_001);
}

fn a_user_changes_what_others_see_of_it_and_who_may_write_to_it(site: &Site) {
    let edit = |body: serde_json::Value| site.call_as(&site.bob, "PUT", "user/edit", &body.to_string());
    let seen = || site.get_as(&site.alice, "user/bob/detail").body["data"]["detail"].clone();
    site.change(
        "INSERT INTO block_words (word, content_mode, user_mode, conversation_mode, replace_word, created_at) \
         VALUES ('darn', 1, 2, 1, '*', 0), ('heck', 1, 3, 1, NULL, 0)",
    );
    // Seen by others from the very next call on, whatever was in memory.
    for (nickname, shown) in [("Bobby", "Bobby"), ("Darn Bob", "* Bob")] {
        edit(json!({"nickname": nickname, "bio": "hi", "gender": 1, "timezone": "-3.5"})).is(200, 0);
        let seen = seen();
        assert_eq!(
            (&seen["nickname"], &seen["bio"], &seen["gender"]),
            (&json!(shown), &json!("hi"), &json!(1))
        );
        edit(json!({"bio": ""})).is(200, 0);
    }
    assert_eq!((&seen()["bio"], &seen()["nickname"]), (&serde_json::Value::Null, &json!("* Bob")));
    site.send_text(&site.alice, "bob", "hi").is(200, 0);
    edit(json!({"conversationLimit": 4})).is(200, 0);
    site.send_text(&site.alice, "bob", "hi").is(200, 36_608);
    for (body, code, name) in [
        (json!({}), 30_001, ""),
        (json!({"nickname": "B"}), 30_000, "nickname"),
        (json!({"nickname": "What the heck"}), 33_301, "nickname"),
        (json!({"nickname": ["B"]}), 30_000, "nickname"),
        (json!({"conversationLimit": 5}), 30_002, "conversationLimit"),
        (json!({"gender": -1}), 30_000, "gender"),
        (json!({"timezone": "Berlin"}), 30_000, "timezone"),
        (json!({"username": "robert"}), 30_002, "username"),
        (json!({"bio": "x".repeat(100_000)}), 30_000, "bio"),
    ] {
        let answer = edit(body);
        assert_eq!(answer.code(), code, "{answer:?}");
        assert!(answer.body["message"].as_str().unwrap().ends_with(name), "{answer:?}");
    }
    assert_eq!(seen()["nickname"], "* Bob");
}
