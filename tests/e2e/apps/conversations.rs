//! Users read and change their conversations, whichever dialect the messages came through.

use serde_json::{Value, json};

use crate::on_every_database;
use crate::site::{Person, Site};

on_every_database!(
    each_side_reads_marks_pins_and_deletes_for_itself,
    what_back_ends_publish_shows_in_lists_and_messages,
    foreign_and_unknown_ids_show_and_change_nothing,
    single_messages_are_marked_and_deleted,
    long_lists_are_read_by_page_and_by_cursor,
    a_word_added_later_is_replaced_in_what_is_shown,
    former_members_of_a_private_site_read_only_what_is_older_where_that_is_allowed,
);

const IMAGE: &str = r#"{"content":"AAAA","imageUri":"https://cdn.example/a.png"}"#;

fn data(site: &Site, person: &Person, path: &str) -> Value {
    let answer = site.get_as(person, &format!("conversation/{path}"));
    answer.is(200, 0).body["data"].clone()
}

fn list(site: &Site, person: &Person) -> Vec<Value> {
    data(site, person, "list")["list"].as_array().unwrap().clone()
}

fn messages(site: &Site, person: &Person, conversation: i64) -> Vec<Value> {
    data(site, person, &format!("{conversation}/messages"))["list"].as_array().unwrap().clone()
}

fn contents(messages: &[Value]) -> Vec<&str> {
    messages.iter().map(|message| message["content"].as_str().unwrap_or("a file")).collect()
}

/// The id of somebody's only conversation.
fn only(site: &Site, person: &Person) -> i64 {
    let list = list(site, person);
    assert_eq!(list.len(), 1, "{list:?}");
    list[0]["id"].as_i64().unwrap()
}

fn change(site: &Site, person: &Person, method: &str, what: &str, body: &Value) {
    site.call_as(person, method, &format!("conversation/{what}"), &body.to_string()).is(200, 0);
}

/// Unread, messages, latest, pinned.
fn view(site: &Site, person: &Person, conversation: i64) -> (i64, i64, Value, bool) {
    let detail = data(site, person, &format!("{conversation}/detail"));
    let number = |key: &str| detail[key].as_i64().unwrap();
    let latest = detail["latestMessage"]["message"].clone();
    (number("unreadCount"), number("messageCount"), latest, detail["isPin"].as_bool().unwrap())
}

fn each_side_reads_marks_pins_and_deletes_for_itself(site: &Site) {
    site.send_text(&site.alice, "bob", "one").is(200, 0);
    site.send_text(&site.alice, "bob", "two").is(200, 0);
    let id = only(site, &site.bob);
    let whole = json!({"type": "conversation", "conversationId": id});
    assert_eq!(view(site, &site.bob, id), (2, 2, json!("two"), false));
    assert_eq!(list(site, &site.bob)[0]["user"]["username"], "alice");
    // Reading marks nothing.
    assert_eq!(contents(&messages(site, &site.bob, id)), ["two", "one"]);
    assert_eq!(messages(site, &site.alice, id)[0]["readStatus"], false);
    change(site, &site.bob, "PUT", "mark-as-read", &whole);
    assert_eq!(view(site, &site.bob, id).0, 0);
    assert!(messages(site, &site.alice, id).iter().all(|message| message["readStatus"] == true));
    change(site, &site.bob, "PUT", "pin", &json!({"conversationId": id}));
    assert_eq!((view(site, &site.bob, id).3, view(site, &site.alice, id).3), (true, false));
    assert_eq!(data(site, &site.bob, "list?isPin=true")["pagination"]["total"], 1);
    assert_eq!(data(site, &site.alice, "list?isPin=true")["list"], json!([]));
    change(site, &site.bob, "DELETE", "delete", &whole);
    assert_eq!(list(site, &site.bob), [] as [Value; 0]);
    assert_eq!(view(site, &site.alice, id), (0, 2, json!("two"), false));
    // The next message brings it back, alone.
    site.send_text(&site.alice, "bob", "three").is(200, 0);
    assert_eq!(view(site, &site.bob, id), (1, 1, json!("three"), true));
    assert_eq!(contents(&messages(site, &site.bob, id)), ["three"]);
    assert_eq!(contents(&messages(site, &site.alice, id)), ["three", "two", "one"]);
    // By the name of the other, too.
    assert_eq!(data(site, &site.bob, "alice/detail")["id"], id);
}

fn what_back_ends_publish_shows_in_lists_and_messages(site: &Site) {
    site.publish_text("alice", "bob", "a text").is(200, 200);
    let publish = |name: &str, content: &str, more: &[(&str, &str)]| {
        let mut fields =
            vec![("fromUserId", "alice"), ("toUserId", "bob"), ("objectName", name), ("content", content)];
        fields.extend(more);
        site.publish(&fields).is(200, 200);
    };
    publish("RC:ImgMsg", IMAGE, &[]);
    publish("My:Gift", "{}", &[("isCounted", "0")]);
    let id = only(site, &site.bob);
    // The sender has nothing in its own view: a back end includes it only where it says so.
    assert_eq!(list(site, &site.alice), [] as [Value; 0]);
    assert_eq!(view(site, &site.bob, id), (2, 3, json!("[My:Gift]"), false));
    let shown = messages(site, &site.bob, id);
    assert_eq!(contents(&shown), ["[My:Gift]", "a file", "a text"]);
    let file = &shown[1]["file"];
    assert_eq!((&file["fid"], &file["type"]), (&Value::Null, &json!(1)));
    assert_eq!(file["imageDefaultUrl"], "https://cdn.example/a.png");
    publish(
        "RC:ImgMsg",
        r#"{"content":"AAAA","imageUri":"javascript:alert(1)"}"#,
        &[("isIncludeSender", "1")],
    );
    assert_eq!(messages(site, &site.bob, id)[0]["content"], "[image]");
    assert_eq!(view(site, &site.alice, id), (0, 1, json!("[image]"), false));
}

fn foreign_and_unknown_ids_show_and_change_nothing(site: &Site) {
    site.send_text(&site.alice, "bob", "for bob only").is(200, 0);
    let id = only(site, &site.bob);
    let message = messages(site, &site.bob, id)[0]["id"].as_i64().unwrap();
    let get = |path: String| site.get_as(&site.carol, &format!("conversation/{path}"));
    for what in ["detail", "messages"] {
        // One answer for a conversation of others and for none, so that strangers can't find out which there are.
        let refused = get(format!("{id}/{what}"));
        assert_eq!(refused.is(200, 36601).body, get(format!("{}/{what}", id + 1)).is(200, 36601).body);
        get(format!("99999999999999999999/{what}")).is(200, 36601);
        get(format!("nobody/{what}")).is(200, 35201);
        get(format!("alice/{what}")).is(200, 36601);
        get(format!("carol/{what}")).is(200, 36603);
    }
    // A bound that is a message of another conversation.
    site.send_text(&site.carol, "alice", "hi").is(200, 0);
    let own = only(site, &site.carol);
    get(format!("{own}/messages?before={message}")).is(200, 32201);
    let change = |method: &str, what: &str, body: Value| {
        site.call_as(&site.carol, method, &format!("conversation/{what}"), &body.to_string())
    };
    for (method, what) in [("PUT", "mark-as-read"), ("DELETE", "delete")] {
        for id in [id, id + 1] {
            change(method, what, json!({"type": "conversation", "conversationId": id})).is(200, 36601);
        }
        change(method, what, json!({"type": "message", "messageIds": message.to_string()})).is(200, 0);
    }
    change("PUT", "pin", json!({"conversationId": id})).is(200, 36601);
    assert_eq!(view(site, &site.bob, id), (1, 1, json!("for bob only"), false));
    assert_eq!(messages(site, &site.alice, id)[0]["readStatus"], false);
}

fn single_messages_are_marked_and_deleted(site: &Site) {
    for text in ["one", "two", "three"] {
        site.send_text(&site.alice, "bob", text).is(200, 0);
    }
    let id = only(site, &site.bob);
    let ids: Vec<String> =
        messages(site, &site.bob, id).iter().map(|message| message["id"].to_string()).collect();
    let these = |ids: &[String]| json!({"type": "message", "messageIds": ids.join(",")});
    change(site, &site.bob, "PUT", "mark-as-read", &these(&ids[1..]));
    assert_eq!(view(site, &site.bob, id).0, 1);
    let read: Vec<Value> =
        messages(site, &site.alice, id).iter().map(|message| message["readStatus"].clone()).collect();
    assert_eq!(read, [false, true, true]);
    change(site, &site.bob, "DELETE", "delete", &these(&ids[..1]));
    assert_eq!(view(site, &site.bob, id), (0, 2, json!("two"), false));
    assert_eq!(view(site, &site.alice, id).1, 3);
}

fn long_lists_are_read_by_page_and_by_cursor(site: &Site) {
    for number in 0..7 {
        site.send_text(&site.alice, "bob", &format!("text {number}")).is(200, 0);
    }
    site.send_text(&site.carol, "bob", "hi").is(200, 0);
    let id = data(site, &site.bob, "alice/detail")["id"].as_i64().unwrap();
    let first = data(site, &site.bob, "list?pageSize=1");
    assert_eq!(first["list"][0]["user"]["username"], "carol");
    let next = first["nextCursor"].as_str().unwrap();
    let second = data(site, &site.bob, &format!("list?pageSize=1&cursor={next}"));
    assert_eq!((&second["list"][0]["id"], &second["nextCursor"]), (&json!(id), &Value::Null));
    assert_eq!(data(site, &site.bob, "list?page=9")["list"], json!([]));
    let part = |query: &str| data(site, &site.bob, &format!("{id}/messages?{query}"));
    let texts = |found: &Value| -> Vec<String> {
        let list = found["list"].as_array().unwrap();
        list.iter().map(|message| message["content"].as_str().unwrap().to_owned()).collect()
    };
    let page = part("page=2&pageSize=3");
    assert_eq!(texts(&page), ["text 3", "text 2", "text 1"]);
    assert_eq!((&page["pagination"]["total"], &page["paginate"]["lastPage"]), (&json!(7), &json!(3)));
    let before = page["list"][1]["id"].as_i64().unwrap();
    assert_eq!(texts(&part(&format!("before={before}"))), ["text 1", "text 0"]);
    assert_eq!(texts(&part(&format!("after={before}&orderDirection=asc&pageSize=2"))), ["text 3", "text 4"]);
    assert_eq!(texts(&part("pageSize=2&pageListDirection=asc")), ["text 5", "text 6"]);
}

fn a_word_added_later_is_replaced_in_what_is_shown(site: &Site) {
    site.send_text(&site.alice, "bob", "well, darn").is(200, 0);
    let id = only(site, &site.bob);
    site.sixin(&["block-word", "add", "darn", "--mode", "replace", "--with", "***"]);
    assert_eq!(view(site, &site.bob, id).2, "well, ***");
    assert_eq!(contents(&messages(site, &site.bob, id)), ["well, ***"]);
}

fn former_members_of_a_private_site_read_only_what_is_older_where_that_is_allowed(site: &Site) {
    let old = site.send_text(&site.alice, "bob", "old").is(200, 0).body["data"]["id"].clone();
    site.send_text(&site.alice, "bob", "new").is(200, 0);
    site.change(&format!(
        "UPDATE users SET expired_at = (SELECT created_at FROM conversation_messages WHERE id = {old}) \
         WHERE username = 'bob'"
    ));
    site.sixin(&["setting", "set", "site_private_end_after", "2"]);
    site.sixin(&["setting", "set", "site_mode", "private"]);
    let id = only(site, &site.bob);
    assert_eq!(contents(&messages(site, &site.bob, id)), ["old"]);
    assert_eq!(contents(&messages(site, &site.alice, id)), ["new", "old"]);
    assert_eq!(view(site, &site.bob, id), (2, 2, json!(""), false));
    let latest = list(site, &site.bob)[0]["latestMessage"].clone();
    assert_eq!(
        (&latest["id"], &latest["message"]),
        (&Value::Null, &json!("")),
        "that there is one, not what"
    );
    site.get_as(&site.bob, &format!("conversation/{id}/messages?after={old}")).is(200, 35_304);
    site.send_text(&site.bob, "alice", "still here?").is(200, 35_302);
}
