//! The administration API.

use serde_json::{Value, json};

use crate::calls::{PUBLISH, form, post, text_content, try_call};
use crate::on_every_database;
use crate::site::Site;

on_every_database!(
    nobody_gets_in_without_a_token_that_holds,
    each_role_may_do_what_it_may_and_the_server_says_so,
    a_token_may_do_no_more_than_its_scopes,
    users_are_found_made_kept_from_things_and_deleted,
    every_change_has_its_row_in_the_audit,
    a_conversation_is_read_with_what_was_recalled_and_edited,
    a_search_finds_by_user_text_and_time,
    settings_roles_words_and_keys_are_what_the_command_line_has,
    bad_input_is_told_and_changes_nothing,
);

fn nobody_gets_in_without_a_token_that_holds(site: &Site) {
    let token = site.operator_with_token("olga", "administrator");
    assert_eq!(site.admin(&token, "GET", "/users", &Value::Null).status, 200);
    for wrong in ["", "sxo_wrong", &token[1..], &site.alice.token] {
        let answer = site.admin(wrong, "GET", "/users", &Value::Null);
        assert_eq!((answer.status, &answer.body["error"]), (401, &json!("unauthorized")), "{wrong}");
    }
    let bare = try_call("GET", &site.url("/admin/v1/users"), &Vec::new(), b"").unwrap();
    assert_eq!(bare.status, 401);
    // Switched off, its tokens do nothing; on again they do.
    site.sixin(&["operator", "disable", "olga"]);
    assert_eq!(site.admin(&token, "GET", "/users", &Value::Null).status, 401);
    site.sixin(&["operator", "disable", "olga", "--undo"]);
    assert_eq!(site.admin(&token, "GET", "/users", &Value::Null).status, 200);
}

fn each_role_may_do_what_it_may_and_the_server_says_so(site: &Site) {
    let calls: [(&str, &str, Value, [u16; 3]); 16] = [
        ("GET", "/overview", Value::Null, [200, 200, 200]),
        ("GET", "/users/alice", Value::Null, [200, 200, 200]),
        ("GET", "/settings", Value::Null, [200, 200, 200]),
        ("POST", "/users/alice/restrict", json!({"action": "unmute"}), [403, 200, 200]),
        ("POST", "/users", json!({"username": "alice"}), [403, 409, 409]),
        (
            "POST",
            "/conversations/read",
            json!({"first": "alice", "second": "bob", "reason": "a dispute"}),
            [403, 200, 200],
        ),
        ("POST", "/messages/search", json!({"text": "x", "reason": "a dispute"}), [403, 200, 200]),
        ("PUT", "/settings/nickname_max", json!({"value": "40"}), [403, 403, 200]),
        ("POST", "/app-keys", json!({"dialect": "rongcloud"}), [403, 403, 200]),
        ("POST", "/webhooks/1/do", json!({"action": "pause"}), [403, 403, 404]),
        ("GET", "/audit", Value::Null, [403, 403, 200]),
        ("DELETE", "/users/carol?reason=spam", Value::Null, [403, 403, 200]),
        ("POST", "/users/bob/export", json!({"reason": ""}), [403, 403, 400]),
        ("POST", "/users/bob/erase", json!({"username": "carol", "reason": "a dispute"}), [403, 403, 400]),
        ("GET", "/retention", Value::Null, [200, 200, 200]),
        ("POST", "/retention", Value::Null, [403, 403, 200]),
    ];
    for (at, role) in ["viewer", "support", "administrator"].into_iter().enumerate() {
        let token = site.operator_with_token(role, role);
        for (method, path, body, statuses) in &calls {
            let answer = site.admin(&token, method, path, body);
            assert_eq!(answer.status, statuses[at], "{role} {method} {path}: {answer:?}");
            if answer.status == 403 {
                assert_eq!(answer.body["error"], "forbidden");
            }
        }
    }
}

fn a_token_may_do_no_more_than_its_scopes(site: &Site) {
    site.operator("olga", "administrator");
    let token = site.token("olga", "users,users.restrict");
    assert_eq!(site.admin(&token, "GET", "/users", &Value::Null).status, 200);
    let muted = json!({"action": "mute"});
    assert_eq!(site.admin(&token, "POST", "/users/alice/restrict", &muted).status, 200);
    for (method, path) in [("GET", "/settings"), ("GET", "/audit"), ("DELETE", "/users/alice")] {
        assert_eq!(site.admin(&token, method, path, &Value::Null).status, 403, "{path}");
    }
}

fn users_are_found_made_kept_from_things_and_deleted(site: &Site) {
    let token = site.operator_with_token("olga", "administrator");
    let call = |method: &str, path: &str, body: Value| site.admin(&token, method, path, &body);
    let made = call(
        "POST",
        "/users",
        json!({"username": "dora", "nickname": "Dora 语", "email": "dora@example.org", "password": "correct horse"}),
    );
    assert_eq!(made.status, 200, "{made:?}");
    let found = call("GET", "/users?q=%E8%AF%AD", Value::Null);
    assert_eq!(found.body["users"][0]["username"], "dora");
    assert_eq!(found.body["users"].as_array().unwrap().len(), 1);
    // One part after the other has everybody once.
    let (mut all, mut after) = (Vec::new(), String::new());
    loop {
        let part = call("GET", &format!("/users?limit=2{after}"), Value::Null);
        let names = part.body["users"].as_array().unwrap().iter();
        all.extend(names.map(|user| user["username"].as_str().unwrap().to_owned()));
        let Some(next) = part.body["next"].as_i64() else { break };
        after = format!("&after={next}");
    }
    assert_eq!(all, ["alice", "bob", "carol", "dora"]);
    let detail = call("GET", "/users/dora", Value::Null).body;
    assert_eq!((&detail["email"], &detail["has_password"]), (&json!("dora@example.org"), &json!(true)));
    let detail = call("GET", &format!("/users/{}", site.alice.uid), Value::Null).body;
    assert_eq!(detail["sessions"][0]["platform"], 5);
    assert!(!detail.to_string().contains(&site.alice.token));
    // A ban holds for what an app sends, two seconds later at most.
    let restrict = |body: Value| assert_eq!(call("POST", "/users/alice/restrict", body).status, 200);
    restrict(json!({"action": "ban", "minutes": 5, "reason": "spam"}));
    site.settle();
    assert_ne!(site.send_text(&site.alice, "bob", "hi").code(), 0);
    assert!(call("GET", "/users/alice", Value::Null).body["user"]["banned_until"].is_i64());
    restrict(json!({"action": "unban"}));
    site.settle();
    site.send_text(&site.alice, "bob", "hi").is(200, 0);
    // Sessions end.
    let ended = call("POST", "/users/alice/sessions/revoke", json!({}));
    assert_eq!((ended.status, &ended.body["count"]), (200, &json!(1)));
    site.settle();
    site.send_text(&site.alice, "bob", "hi").is(200, 31_603);
    assert_eq!(call("DELETE", "/users/dora?reason=left", Value::Null).status, 200);
    assert_eq!(call("GET", "/users/dora", Value::Null).body["user"]["state"], "deleted");
    assert_eq!(call("GET", "/users/nobody", Value::Null).status, 404);
}

fn every_change_has_its_row_in_the_audit(site: &Site) {
    let token = site.operator_with_token("olga", "administrator");
    let changes: [(&str, &str, Value, &str); 12] = [
        ("POST", "/users", json!({"username": "dora"}), "user.create dora"),
        ("POST", "/users/bob/password", json!({"password": "correct horse"}), "user.password bob"),
        ("POST", "/users/bob/sessions/revoke", json!({"platform": 5}), "session.revoke bob"),
        ("POST", "/users/bob/restrict", json!({"action": "ban", "minutes": 5}), "user.ban bob"),
        ("POST", "/users/bob/restrict", json!({"action": "disable"}), "user.disable bob"),
        ("DELETE", "/users/dora", Value::Null, "user.delete dora"),
        ("PUT", "/settings/nickname_max", json!({"value": "40"}), "setting.set nickname_max"),
        ("DELETE", "/settings/nickname_max", Value::Null, "setting.reset nickname_max"),
        ("PUT", "/roles/4", json!({"permission": "conversation=true"}), "role.set 4"),
        ("PUT", "/block-words", json!({"word": "darn", "mode": "refuse"}), "block-word.put darn"),
        ("DELETE", "/block-words?word=darn", Value::Null, "block-word.remove darn"),
        (
            "POST",
            "/conversations/read",
            json!({"first": "alice", "second": "bob", "reason": "a dispute"}),
            "conversation.read alice bob",
        ),
    ];
    for (method, path, body, row) in changes {
        let answer = site.admin(&token, method, path, &body);
        assert_eq!(answer.status, 200, "{method} {path}: {answer:?}");
        assert_eq!(site.audit(1), [format!("olga {row}")]);
    }
    // What only shows something writes nothing, and what is refused for its role neither.
    let count = || site.database.number("SELECT COUNT(*) AS number FROM audit_log");
    let viewer = site.operator_with_token("vera", "viewer");
    let before = count();
    for path in ["/users", "/users/alice", "/settings", "/overview", "/webhooks", "/hooks", "/audit"] {
        site.admin(&token, "GET", path, &Value::Null);
    }
    assert_eq!(site.admin(&viewer, "DELETE", "/users/bob", &Value::Null).status, 403);
    assert_eq!(count(), before);
    let page = site.admin(&token, "GET", "/audit?who=olga&action=user.&limit=2", &Value::Null).body;
    assert_eq!(page["rows"][0]["action"], "user.delete");
    assert_eq!(page["rows"][0]["address"], "127.0.0.1");
    let older = format!("/audit?who=olga&action=user.&before={}", page["next"]);
    let older = site.admin(&token, "GET", &older, &Value::Null).body;
    assert_eq!(older["rows"][0]["action"], "user.ban");
}

/// Publishes as a back end and answers the id.
fn publish(site: &Site, from: &str, to: &str, text: &str) -> String {
    let content = text_content(text);
    let fields =
        [("fromUserId", from), ("toUserId", to), ("objectName", "RC:TxtMsg"), ("content", content.as_str())];
    let answer = post(&site.url(PUBLISH), &site.back_end(), &form(&fields));
    answer.is(200, 200);
    answer.body["messageUIDs"][0]["messageUID"].as_str().unwrap_or_default().to_owned()
}

fn a_conversation_is_read_with_what_was_recalled_and_edited(site: &Site) {
    let token = site.operator_with_token("olga", "support");
    publish(site, "alice", "bob", "first words");
    publish(site, "bob", "alice", "an answer");
    publish(site, "alice", "bob", "something rude");
    let id = site.database.number("SELECT MAX(id) AS number FROM conversation_messages");
    // As a recall and an edit leave them.
    site.database.execute(&format!(
        "UPDATE conversation_messages SET recalled_at = created_at + 5, is_enable = 0 WHERE id = {id}"
    ));
    let edited = site.database.number("SELECT MIN(id) AS number FROM conversation_messages");
    site.database.execute(&format!(
        "INSERT INTO message_revisions (message_id, message_text, content, replaced_at) VALUES ({edited}, 'as it was', NULL, 7)"
    ));
    let read = |body: Value| site.admin(&token, "POST", "/conversations/read", &body);
    let whole = read(json!({"first": "bob", "second": "alice", "reason": "dispute 4711"}));
    assert_eq!(whole.status, 200, "{whole:?}");
    let messages = whole.body["messages"].as_array().unwrap();
    assert_eq!(messages.len(), 3);
    assert_eq!(messages[0]["message"]["text"], "something rude");
    assert!(messages[0]["message"]["recalled_at"].is_i64());
    assert_eq!((&messages[0]["first_sees"], &messages[0]["second_sees"]), (&json!(false), &json!(false)));
    assert_eq!((&messages[1]["second_sees"], &messages[1]["message"]["from"]), (&json!(true), &json!("bob")));
    assert_eq!(messages[2]["message"]["revisions"][0]["text"], "as it was");
    let older = read(json!({"first": "bob", "second": "alice", "reason": "dispute 4711", "before": 2}));
    assert_eq!(older.body["messages"].as_array().unwrap().len(), 1);
    let nothing = read(json!({"first": "bob", "second": "carol", "reason": "dispute 4711"}));
    assert_eq!(nothing.body["messages_stored"], 0);
    for (body, status) in [
        (json!({"first": "bob", "second": "alice", "reason": " "}), 400),
        (json!({"first": "bob", "second": "alice"}), 400),
        (json!({"first": "bob", "second": "bob", "reason": "dispute"}), 400),
        (json!({"first": "bob", "second": "nobody", "reason": "dispute"}), 404),
    ] {
        assert_eq!(read(body.clone()).status, status, "{body}");
    }
}

fn a_search_finds_by_user_text_and_time(site: &Site) {
    let token = site.operator_with_token("olga", "support");
    publish(site, "alice", "bob", "where is my Refund");
    publish(site, "carol", "bob", "no refund here");
    publish(site, "bob", "carol", "hello");
    let search = |body: Value| {
        let answer = site.admin(&token, "POST", "/messages/search", &body);
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.body
    };
    let count = |body: Value| search(body)["messages"].as_array().unwrap().len();
    let all = search(json!({"text": "REFUND", "reason": "a dispute"}));
    assert_eq!(all["messages"].as_array().unwrap().len(), 2);
    assert_eq!((&all["looked_at"], &all["next"]), (&json!(3), &Value::Null));
    assert_eq!(all["messages"][0]["from"], "carol");
    assert_eq!(count(json!({"user": "carol", "reason": "a dispute"})), 2);
    assert_eq!(count(json!({"user": "carol", "text": "refund", "reason": "a dispute"})), 1);
    assert_eq!(count(json!({"user": "alice", "other": "carol", "reason": "a dispute"})), 0);
    let sent_at = all["messages"][1]["sent_at"].as_i64().unwrap();
    assert_eq!(count(json!({"text": "refund", "until": sent_at - 1000, "reason": "a dispute"})), 0);
    assert_eq!(count(json!({"text": "refund", "since": sent_at - 1000, "reason": "a dispute"})), 2);
    let everything = site.admin(&token, "POST", "/messages/search", &json!({"reason": "a dispute"}));
    assert_eq!(everything.status, 400);
}

fn settings_roles_words_and_keys_are_what_the_command_line_has(site: &Site) {
    let token = site.operator_with_token("olga", "administrator");
    let call = |method: &str, path: &str, body: Value| {
        let answer = site.admin(&token, method, path, &body);
        assert_eq!(answer.status, 200, "{method} {path}: {answer:?}");
        answer.body
    };
    call("PUT", "/settings/nickname_max", json!({"value": "33"}));
    assert_eq!(site.sixin(&["setting", "get", "nickname_max"])["value"], "33");
    call("PUT", "/block-words", json!({"word": "darn", "mode": "replace", "with": "d**n"}));
    let tried = call("POST", "/block-words/try", json!({"text": "Darn it"}));
    assert_eq!((&tried["outcome"], &tried["text"]), (&json!("changed"), &json!("d**n it")));
    site.sixin(&["block-word", "add", "spam", "--mode", "refuse"]);
    assert_eq!(call("POST", "/block-words/try", json!({"text": "spam"}))["outcome"], "refused");
    assert_eq!(call("GET", "/block-words", Value::Null)["words"].as_array().unwrap().len(), 2);
    let made = call("POST", "/app-keys", json!({"dialect": "rongcloud", "name": "orders"}));
    let app_id = made["app_id"].as_str().unwrap().to_owned();
    let rotated = call("POST", &format!("/app-keys/{app_id}/rotate"), json!({"overlap_hours": 1}));
    assert_ne!(rotated["secret"], made["secret"]);
    call("PUT", &format!("/app-keys/{app_id}/enabled"), json!({"enabled": false}));
    let shown = site.sixin(&["app-key", "show", &app_id]);
    assert_eq!((&shown["enabled"], &shown["name"]), (&json!(false), &json!("orders")));
    let listed = call("GET", "/app-keys", Value::Null).to_string();
    assert!(listed.contains(&app_id) && !listed.contains(rotated["secret"].as_str().unwrap()));
    assert!(!listed.contains(&site.rong.secret));
    let roles = call("GET", "/roles", Value::Null);
    assert!(roles["roles"].as_array().unwrap().iter().any(|role| role["id"] == 4));
}

fn bad_input_is_told_and_changes_nothing(site: &Site) {
    let token = site.operator_with_token("olga", "administrator");
    let users = || site.database.number("SELECT COUNT(*) AS number FROM users");
    let before = users();
    for (method, path, body, status) in [
        ("POST", "/users", json!({"username": ""}), 400),
        ("POST", "/users", json!({"username": "x", "nickname": 5}), 400),
        ("POST", "/users", json!({"username": "x", "unknown": true}), 400),
        ("POST", "/users", json!({"username": "x", "uid": -1}), 400),
        ("POST", "/users", json!({"username": "x", "password": "short"}), 400),
        ("POST", "/users", json!([]), 400),
        ("POST", "/users/bob/restrict", json!({"action": "ban"}), 400),
        ("POST", "/users/bob/restrict", json!({"action": "ban", "minutes": 0}), 400),
        ("POST", "/users/bob/restrict", json!({"action": "eat"}), 400),
        ("GET", "/users?limit=0", Value::Null, 400),
        ("GET", "/users?limit=x", Value::Null, 400),
        ("GET", "/users/%00", Value::Null, 404),
        ("GET", "/audit?before=x", Value::Null, 400),
        ("PUT", "/settings/no_such", json!({"value": "1"}), 400),
        ("PUT", "/settings/nickname_max", json!({"value": "x"}), 400),
        ("PUT", "/roles/x", json!({}), 404),
        ("PUT", "/roles/0", json!({}), 400),
        ("DELETE", "/block-words", Value::Null, 400),
        ("POST", "/app-keys", json!({"dialect": "smtp"}), 400),
        ("POST", "/app-keys/none/rotate", json!({}), 404),
        ("POST", "/webhooks/9/do", json!({"action": "retry"}), 404),
        ("POST", "/webhooks/9/do", json!({"action": "replay"}), 400),
        ("POST", "/hooks/9/do", json!({"action": "pause"}), 404),
        ("PATCH", "/users", Value::Null, 405),
    ] {
        let answer = site.admin(&token, method, path, &body);
        assert_eq!(answer.status, status, "{method} {path} {body}: {answer:?}");
        if status != 405 {
            assert!(answer.body["error"].is_string() && answer.body["message"].is_string());
        }
    }
    assert_eq!(users(), before);
}
