//! What back ends keep for their users binds both dialects.

use serde_json::{Value, json};

use crate::calls::{Answer, now_ms, post, text_content, try_call};
use crate::on_every_database;
use crate::site::Site;

on_every_database!(
    a_blacklist_of_one_dialect_binds_the_other,
    a_whitelist_binds_apps_where_it_is_on,
    a_back_end_makes_users_who_are_users_of_apps,
    a_token_is_kept_as_its_hash_and_ends_when_told_to,
    banned_and_muted_users_send_nothing_from_apps_and_back_ends_still_do,
    a_deactivated_user_is_out_of_use_in_both_dialects,
    preferences_are_read_as_they_were_set,
    a_conversation_is_pinned_for_apps_also_before_its_first_message,
    every_endpoint_wants_a_signature,
);

fn set(site: &Site, path: &str, fields: &[(&str, &str)]) {
    site.call_back_end(path, fields).is(200, 200);
}

fn read(site: &Site, path: &str, fields: &[(&str, &str)]) -> Value {
    let answer = site.call_back_end(path, fields);
    let mut body = answer.is(200, 200).body.clone();
    body.as_object_mut().unwrap().remove("code");
    body
}

fn a_blacklist_of_one_dialect_binds_the_other(site: &Site) {
    let list = || read(site, "/user/blacklist/query.json", &[("userId", "bob")])["users"].clone();
    let verified = || {
        site.publish(&[
            ("fromUserId", "alice"),
            ("toUserId", "bob"),
            ("objectName", "RC:TxtMsg"),
            ("content", &text_content("hi")),
            ("verifyBlacklist", "1"),
        ])
    };
    verified().is(200, 200);
    site.send_text(&site.alice, "bob", "hi").is(200, 0);
    assert_eq!(list(), json!([]));
    let pair = [("userId", "bob"), ("blackUserId", "alice")];
    for path in ["/user/blacklist/add.json", "//user/blocklist/add.json"] {
        set(site, path, &pair);
        assert_eq!(list(), json!(["alice"]));
        site.send_text(&site.alice, "bob", "hi").is(200, 36608);
        verified().is(403, 1005);
        site.publish_text("alice", "bob", "a back end speaks for its users").is(200, 200);
    }
    let alice = site.get_as(&site.bob, "user/alice/detail");
    assert_eq!(alice.is(200, 0).body["data"]["detail"]["interactive"]["blockStatus"], true);
    set(site, "/user/blacklist/remove.json", &pair);
    assert_eq!(list(), json!([]));
    site.send_text(&site.alice, "bob", "hi").is(200, 0);
    verified().is(200, 200);
    // A block from an app is on the list of the back end.
    let block = json!({"interactiveType": "block", "markType": "user", "fsid": "alice"}).to_string();
    site.call_as(&site.bob, "POST", "user/mark", &block).is(200, 0);
    assert_eq!(list(), json!(["alice"]));
    // Oneself on one's own list is passed over.
    for (other, status, code) in [("nobody", 404, 1004), ("bob", 200, 200)] {
        let pair = [("userId", "bob"), ("blackUserId", other)];
        site.call_back_end("/user/blacklist/add.json", &pair).is(status, code);
    }
    assert_eq!(list(), json!(["alice"]));
}

fn a_whitelist_binds_apps_where_it_is_on(site: &Site) {
    let pair = [("userId", "bob"), ("whiteUserId", "carol")];
    set(site, "/user/whitelist/add.json", &pair);
    assert_eq!(read(site, "/user/whitelist/query.json", &[("userId", "bob")]), json!({"users": ["carol"]}));
    site.send_text(&site.alice, "bob", "it is off").is(200, 0);
    site.sixin(&["setting", "set", "user_whitelist", "true"]);
    site.send_text(&site.alice, "bob", "not listed").is(200, 36608);
    site.send_text(&site.carol, "bob", "listed").is(200, 0);
    site.send_text(&site.bob, "carol", "the other way she lists nobody").is(200, 36608);
    site.publish_text("alice", "bob", "a back end speaks for its users").is(200, 200);
    set(site, "/user/whitelist/remove.json", &pair);
    site.send_text(&site.carol, "bob", "not any more").is(200, 36608);
}

fn get_token(site: &Site, user: &str, name: &str, portrait: &str) -> Answer {
    let fields = [("userId", user), ("name", name), ("portraitUri", portrait)];
    site.call_back_end("/user/getToken.json", &fields)
}

fn a_back_end_makes_users_who_are_users_of_apps(site: &Site) {
    site.publish_text("alice", "Dora-1", "too early").is(404, 1004);
    get_token(site, "Dora-1", "Dora", "http://example.org/d.png").is(200, 200);
    site.publish_text("alice", "Dora-1", "hi").is(200, 200);
    site.send_text(&site.alice, "Dora-1", "hi").is(200, 0);
    let shown = || {
        let detail = site.get_as(&site.alice, "user/Dora-1/detail").is(200, 0).body["data"]["detail"].clone();
        (detail["nickname"].clone(), detail["avatar"].clone())
    };
    assert_eq!(shown(), (json!("Dora"), json!("http://example.org/d.png")));
    // Go and Python send what they don't change as empty texts.
    set(site, "/user/refresh.json", &[("userId", "Dora-1"), ("name", "Dora B"), ("portraitUri", "")]);
    assert_eq!(shown(), (json!("Dora B"), json!("http://example.org/d.png")));
    get_token(site, "Dora-1", "Dora C", "").is(200, 200);
    assert_eq!(shown().0, json!("Dora C"));
    let info = read(site, "/user/info.json", &[("userId", "Dora-1")]);
    assert_eq!(
        (&info["userName"], &info["userPortrait"]),
        (&json!("Dora C"), &json!("http://example.org/d.png"))
    );
    let page = read(site, "/user/query.json", &[("order", "1"), ("pageSize", "2")]);
    assert_eq!(
        (&page["total"], &page["users"][0]["userId"], page["users"].as_array().unwrap().len()),
        (&json!(4), &json!("Dora-1"), 2)
    );
    assert_eq!(page["users"][0]["regTime"], info["createTime"]);
    assert_eq!(read(site, "/user/checkOnline.json", &[("userId", "Dora-1")]), json!({"status": "0"}));
    // A plain number is its own uid, which may be somebody's already.
    get_token(site, "424242", "Number", "").is(200, 200);
    assert_eq!(
        site.get_as(&site.alice, "user/424242/detail").is(200, 0).body["data"]["detail"]["username"],
        "424242"
    );
    get_token(site, &site.bob.uid.to_string(), "Not Bob", "").is(400, 1003);
    site.sixin(&["user", "delete", "Dora-1"]);
    get_token(site, "Dora-1", "Dora", "").is(404, 1004);
    site.call_back_end("/user/info.json", &[("userId", "Dora-1")]).is(404, 1004);
}

fn a_token_is_kept_as_its_hash_and_ends_when_told_to(site: &Site) {
    let count = || site.database.number("SELECT COUNT(*) AS number FROM device_tokens");
    let first = get_token(site, "alice", "Alice", "").is(200, 200).body["token"].as_str().unwrap().to_owned();
    let second =
        get_token(site, "alice", "Alice", "").is(200, 200).body["token"].as_str().unwrap().to_owned();
    assert!(first != second && first.len() <= 256);
    let kept = format!("SELECT COUNT(*) AS number FROM device_tokens WHERE token_hash = '{first}'");
    assert_eq!((count(), site.database.number(&kept)), (2, 0));
    assert!(!site.server.log().contains(&first));
    let expire = |time: i64| {
        let time = time.to_string();
        set(site, "/user/token/expire.json", &[("userId", "alice"), ("userId", "bob"), ("time", &time)]);
    };
    expire(now_ms() - 3_600_000);
    assert_eq!(count(), 2);
    expire(now_ms() + 3_600_000);
    assert_eq!(count(), 0);
    get_token(site, "alice", "Alice", "").is(200, 200);
    assert_eq!(count(), 1, "those made later work");
}

fn banned_and_muted_users_send_nothing_from_apps_and_back_ends_still_do(site: &Site) {
    let alice = [("userId", "alice")];
    let mute = |state| {
        set(site, "/user/chat/fb/set.json", &[("userId", "alice"), ("state", state), ("type", "PERSON")]);
    };
    let muted = || read(site, "/user/chat/fb/querylist.json", &[("type", "PERSON")]);
    let send = |code| {
        site.send_text(&site.alice, "bob", "hi").is(200, code);
    };
    let is_still_spoken_for = || {
        send(35301);
        site.publish_text("alice", "bob", "a back end speaks for her").is(200, 200);
        site.send_text(&site.bob, "alice", "messages to her arrive").is(200, 0);
        site.get_as(&site.alice, "conversation/bob/messages").is(200, 0);
    };
    send(0);
    mute("1");
    is_still_spoken_for();
    assert_eq!(muted(), json!({"total": 1, "users": ["alice"]}));
    mute("0");
    assert_eq!(muted(), json!({"total": 0, "users": []}));
    send(0);
    set(site, "/user/block.json", &[("userId", "alice"), ("minute", "10")]);
    is_still_spoken_for();
    let banned = read(site, "/user/block/query.json", &[]);
    assert_eq!(banned["users"][0]["userId"], "alice");
    assert_eq!(banned["users"][0]["blockEndTime"].as_str().unwrap().len(), 19);
    set(site, "/user/unblock.json", &alice);
    assert_eq!(read(site, "/user/block/query.json", &[]), json!({"users": []}));
    send(0);
    // A ban ends by itself.
    set(site, "/user/block.json", &[("userId", "alice"), ("minute", "1")]);
    site.change("UPDATE user_restrictions SET banned_until = 1");
    send(0);
    site.call_back_end("/user/block.json", &[("userId", "nobody"), ("minute", "10")]).is(404, 1004);
}

fn a_deactivated_user_is_out_of_use_in_both_dialects(site: &Site) {
    let done = read(site, "/user/deactivate.json", &[("userId", "alice,carol")]);
    assert!(!done["operateId"].as_str().unwrap().is_empty());
    let deactivated = read(site, "/user/deactivate/query.json", &[]);
    assert_eq!(deactivated, json!({"users": ["carol", "alice"]}));
    site.send_text(&site.alice, "bob", "hi").is(200, 35202);
    site.send_text(&site.bob, "alice", "hi").is(200, 35202);
    site.publish_text("alice", "bob", "hi").is(404, 1004);
    site.publish_text("bob", "alice", "hi").is(404, 1004);
    get_token(site, "alice", "Alice", "").is(404, 1004);
    read(site, "/user/reactivate.json", &[("userId", "alice")]);
    assert_eq!(read(site, "/user/deactivate/query.json", &[]), json!({"users": ["carol"]}));
    site.send_text(&site.alice, "bob", "hi").is(200, 0);
    site.publish_text("bob", "alice", "hi").is(200, 200);
}

fn preferences_are_read_as_they_were_set(site: &Site) {
    let alice = [("userId", "alice")];
    let period = || read(site, "/user/blockPushPeriod/get.json", &alice)["data"].clone();
    assert_eq!(period()["period"], 0);
    let night = [("userId", "alice"), ("startTime", "22:00:00"), ("period", "480"), ("level", "5")];
    set(site, "/user/blockPushPeriod/set.json", &night);
    assert_eq!(period(), json!({"startTime": "22:00:00", "period": 480, "unPushLevel": 5, "level": 5}));
    set(site, "/user/blockPushPeriod/delete.json", &alice);
    assert_eq!(period()["startTime"], "");

    let remarks = r#"[{"id":"bob","remark":"Bobby, \"B\""},{"id":"carol","remark":"C"}]"#;
    set(site, "/user/remarks/set.json", &[("userId", "alice"), ("remarks", remarks)]);
    set(site, "/user/remarks/del.json", &[("userId", "alice"), ("targetId", "carol")]);
    let kept = json!({"total": 1, "users": [{"id": "bob", "remark": "Bobby, \"B\""}]});
    assert_eq!(read(site, "/user/remarks/get.json", &alice), kept);
    let unknown = [("userId", "alice"), ("remarks", r#"[{"id":"nobody","remark":"x"}]"#)];
    site.call_back_end("/user/remarks/set.json", &unknown).is(404, 1004);

    let whose = [("conversationType", "1"), ("requestId", "alice"), ("targetId", "bob")];
    let level = || read(site, "/conversation/notification/get.json", &whose);
    assert_eq!(level(), json!({"isMuted": 0, "unpushLevel": 0}));
    set(site, "/conversation/notification/set.json", &[&whose[..], &[("isMuted", "1")]].concat());
    assert_eq!(level(), json!({"isMuted": 1, "unpushLevel": 5}));
    let all = &whose[..2];
    set(site, "/conversation/type/notification/set.json", &[all, &[("unpushLevel", "-1")]].concat());
    assert_eq!(
        read(site, "/conversation/type/notification/get.json", all),
        json!({"isMuted": 0, "unpushLevel": -1})
    );
    assert_eq!(level()["unpushLevel"], 5);
    site.call_back_end(
        "/conversation/notification/get.json",
        &[("conversationType", "3"), whose[1], whose[2]],
    )
    .is(430, 1009);
}

fn a_conversation_is_pinned_for_apps_also_before_its_first_message(site: &Site) {
    let pin = |top| {
        let fields = [("userId", "bob"), ("conversationType", "1"), ("targetId", "alice"), ("setTop", top)];
        set(site, "/conversation/top/set.json", &fields);
    };
    let list = || site.get_as(&site.bob, "conversation/list").is(200, 0).body["data"]["list"].clone();
    pin("true");
    assert_eq!(list(), json!([]));
    site.publish_text("alice", "bob", "first").is(200, 200);
    assert_eq!((&list()[0]["isPin"], list().as_array().unwrap().len()), (&json!(true), 1));
    pin("false");
    assert_eq!(list()[0]["isPin"], false);
}

fn every_endpoint_wants_a_signature(site: &Site) {
    let document: Value = serde_json::from_str(include_str!("../../../openapi/sixin.json")).unwrap();
    let paths: Vec<&String> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .filter(|(_, item)| item["post"]["tags"] == json!(["rongcloud"]))
        .map(|(path, _)| path)
        .collect();
    assert!(paths.len() > 40, "{paths:?}");
    for path in paths {
        let url = site.url(path);
        post(&url, &Vec::new(), b"").is(401, 1001);
        let mut forged = site.back_end();
        forged.iter_mut().find(|(name, _)| name == "Signature").unwrap().1 = "0".repeat(40);
        post(&url, &forged, b"").is(401, 1001);
        let mut unknown = site.back_end();
        unknown.iter_mut().find(|(name, _)| name == "App-Key").unwrap().1 = "nokey".into();
        post(&url, &unknown, b"").is(401, 1002);
        // With one, an empty body is either enough or told what is missing.
        let answer = post(&url, &site.back_end(), b"");
        let is_off = path == "/message/system/publish.json" && (answer.status, answer.code()) == (430, 1009);
        let is_told = matches!((answer.status, answer.code()), (200, 200) | (400, 1003));
        assert!(is_told || is_off, "{path}: {answer:?}");
        // There devices read, who have tokens and no signatures.
        let is_for_devices = path == "/v3/message/get_stream.json";
        let wanted = if is_for_devices { 401 } else { 405 };
        assert_eq!(try_call("GET", &url, &site.back_end(), b"").unwrap().status, wanted, "{path}");
    }
}
