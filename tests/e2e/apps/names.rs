//! Names and texts that nobody can see, or that turn the text around them.

use serde_json::json;

use crate::on_every_database;
use crate::site::{Site, command};

on_every_database!(
    names_nobody_can_see_or_that_turn_the_text_around_are_refused_wherever_one_is_set,
    messages_of_invisible_signs_only_are_empty_in_both_dialects,
    a_preview_is_cut_between_what_readers_take_for_characters,
);

const UNSEEN: [&str; 4] = ["\u{200b}\u{2060}", "\u{3164}\u{3164}", "\u{ad}\u{ad}\u{ad}", "\u{2800}\u{fe0f}"];
const TURNING: [&str; 3] = ["ann\u{202e}nna", "\u{2067}ann", "ann\u{200f}"];

fn names_nobody_can_see_or_that_turn_the_text_around_are_refused_wherever_one_is_set(site: &Site) {
    let url = site.database.url();
    let refused = |arguments: &[&str]| {
        let output = command(&url).args(arguments).output().unwrap();
        assert!(!output.status.success(), "{arguments:?}");
    };
    let back_end =
        |path: &str, fields: &[(&str, &str)]| site.call_back_end(path, fields).is(400, 1003).code();
    for name in UNSEEN.into_iter().chain(TURNING) {
        let edit =
            |what: &str| site.call_as(&site.bob, "PUT", "user/edit", &json!({ what: name }).to_string());
        edit("nickname").is(200, 30_000);
        if TURNING.contains(&name) {
            edit("location").is(200, 30_000);
        }
        refused(&["user", "create", name]);
        refused(&["user", "create", "dora", "--nickname", name]);
        refused(&["user", "create", "dora", "--aid", name]);
        refused(&["app-key", "create", "--dialect", "rongcloud", "--name", name]);
        refused(&["role", "set", "4", "--name", name]);
        refused(&["setting", "set", "site_name", name]);
        back_end("/user/getToken.json", &[("userId", name), ("name", "Ann")]);
        back_end("/user/getToken.json", &[("userId", "emil"), ("name", name)]);
        back_end("/user/refresh.json", &[("userId", "alice"), ("name", name)]);
        let remarks = json!([{"id": "bob", "remark": name}]).to_string();
        back_end("/user/remarks/set.json", &[("userId", "alice"), ("remarks", &remarks)]);
    }
    let emoji = json!({"nickname": "👩\u{200d}🚀 می\u{200c}خواهم"}).to_string();
    site.call_as(&site.bob, "PUT", "user/edit", &emoji).is(200, 0);
}

fn messages_of_invisible_signs_only_are_empty_in_both_dialects(site: &Site) {
    for text in UNSEEN {
        site.send_text(&site.alice, "bob", text).is(200, 30_001);
        site.publish_text("alice", "bob", text).is(400, 1006);
    }
    assert_eq!(site.messages(), 0);
    site.send_text(&site.alice, "bob", "❤\u{fe0f}").is(200, 0);
    site.publish_text("alice", "bob", "\u{200b}.").is(200, 200);
}

fn a_preview_is_cut_between_what_readers_take_for_characters(site: &Site) {
    let text = "x".repeat(253) + "👩\u{200d}🚀";
    let preview = || {
        let list = site.get_as(&site.bob, "conversation/list").is(200, 0).body["data"]["list"].clone();
        list[0]["latestMessage"]["message"].clone()
    };
    site.send_text(&site.alice, "bob", &text).is(200, 0);
    assert_eq!(preview(), json!("x".repeat(253)));
    site.publish_text("alice", "bob", &("y".repeat(254) + "e\u{301}")).is(200, 200);
    assert_eq!(preview(), json!("y".repeat(254)));
}
