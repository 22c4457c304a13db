//! Go 4.0.7: escapes with `+`, sends everything it knows, much of it empty, in any order; its decoder is strict.

use serde_json::{Value, json};

use super::{CLEAN, QUERY, RECALL, SECONDS, call, contents, go_escaped, refused, uid};
use crate::calls::{Answer, PUBLISH};
use crate::on_every_database;
use crate::site::Site;

on_every_database!(
    go_sends_everything_and_much_of_it_empty,
    go_sends_the_size_of_a_file_as_a_text,
    go_asks_for_a_history_in_texts_and_reads_it_strictly,
    go_recalls_cleans_and_keeps_blacklists,
);

/// What every content of this SDK ends with.
pub(super) const EMPTY_USER: &str =
    r#""user":{"id":"","name":"","icon":"","portrait":"","extra":""},"extra":"""#;

pub(super) fn go(site: &Site, path: &str, content_type: &str, body: &str) -> Answer {
    let headers = [
        ("User-Agent", "rc-go-sdk/4.0.7"),
        ("Content-Type", content_type),
        ("X-Request-Id", "8e03978e-40d5-43e8-bc93-6894a57f9324"),
        ("Accept-Encoding", "gzip"),
    ];
    // Nineteen digits: longer than documented.
    let answer = call(site, path, ("8674665223082153551", SECONDS), &headers, body);
    assert_eq!(answer.header("x-request-id"), Some("8e03978e-40d5-43e8-bc93-6894a57f9324"));
    answer
}

pub(super) fn form(site: &Site, path: &str, body: &str) -> Answer {
    go(site, path, "application/x-www-form-urlencoded", body)
}

/// `PrivateSend`, whose map has no order.
fn send(site: &Site, object_name: &str, content: &str, more: &str) -> Answer {
    let (object_name, content) = (go_escaped(object_name), go_escaped(content));
    let body = format!(
        "verifyBlacklist=0&content={content}&isCounted=1&pushData=&toUserId=bob&toUserId=carol&expansion=false&\
         pushContent=&count=0&fromUserId=alice&isIncludeSender=0&disablePush=false&contentAvailable=0&pushExt=&\
         isPersisted=1&objectName={object_name}{more}"
    );
    form(site, PUBLISH, &body)
}

fn go_sends_everything_and_much_of_it_empty(site: &Site) {
    let content = format!(r#"{{"content":"a+b & 你 100%",{EMPTY_USER}}}"#);
    let published = send(site, "RC:TxtMsg", &content, "");
    uid(&published);
    let users: Vec<&Value> =
        published.body["messageUIDs"].as_array().unwrap().iter().map(|one| &one["userId"]).collect();
    assert_eq!(users, ["bob", "carol"]);
    assert_eq!(contents(site), [content.as_str(), &content]);
    // isCounted decides; count is 0 in every request of this SDK that sets no badge.
    let list = site.get_as(&site.bob, "conversation/list").body["data"]["list"][0].clone();
    assert_eq!(
        (&list["unreadCount"], &list["latestMessage"]["message"]),
        (&json!(1), &json!("a+b & 你 100%"))
    );
    refused(&send(site, "RC:TxtMsg", &format!("{{{EMPTY_USER}}}"), ""), 400, 1006);
    refused(&send(site, "RC:Nope", &content, ""), 400, 1007);
    assert_eq!(site.messages(), 2);
}

fn go_sends_the_size_of_a_file_as_a_text(site: &Site) {
    let file = format!(
        r#"{{"name":"a.pdf","size":"1024","type":"pdf","fileUrl":"https://example.com/a.pdf",{EMPTY_USER}}}"#
    );
    uid(&send(site, "RC:FileMsg", &file, "&disableUpdateLastMsg=true&busChannel=b1"));
    // This SDK has `operation` where a name is expected.
    let command = format!(r#"{{"operation":"go","data":"{{}}",{EMPTY_USER}}}"#);
    uid(&send(site, "RC:CmdNtf", &command, ""));
    assert_eq!(contents(site), [file.as_str(), &file, &command, &command]);
}

fn go_asks_for_a_history_in_texts_and_reads_it_strictly(site: &Site) {
    let content = go_escaped(r#"{"content":"hi"}"#);
    let extra = go_escaped(r#"{"k":"v"}"#);
    let sent = form(
        site,
        PUBLISH,
        &format!(
            "fromUserId=alice&toUserId=bob&objectName=RC%3ATxtMsg&content={content}&expansion=true&extraContent={extra}&\
         busChannel=b1&count=1&pushData=&pushContent="
        ),
    );
    let uid = uid(&sent);
    let body = r#"{"busChannel":"","endTime":"4102444800000","includeStart":"false","pageSize":"10","startTime":"1","targetId":"alice","userId":"bob"}"#;
    let answer = go(site, QUERY, "application/json", body);
    let [message] = &answer.is(200, 200).body["data"].as_array().unwrap()[..] else { panic!("{answer:?}") };
    assert_eq!(message["messageUID"], json!(uid));
    assert!(message["msgTime"].is_i64() && message["expansion"] == json!(true), "{message}");
    for (key, text) in [
        ("targetId", "alice"),
        ("fromUserId", "alice"),
        ("objectName", "RC:TxtMsg"),
        ("content", r#"{"content":"hi"}"#),
        ("extraContent", r#"{"k":"v"}"#),
        ("busChannel", "b1"),
    ] {
        assert_eq!(message[key].as_str(), Some(text), "{key}");
    }
    let nobody = body.replace("alice", "nobody");
    refused(&go(site, QUERY, "application/json", &nobody), 404, 1004);
}

fn go_recalls_cleans_and_keeps_blacklists(site: &Site) {
    let uid = uid(&send(site, "RC:TxtMsg", &format!(r#"{{"content":"hi",{EMPTY_USER}}}"#), ""));
    let recall = format!(
        "fromUserId=alice&targetId=bob&messageUID={uid}&sentTime=1732233600000&conversationType=1&isAdmin=0&isDelete=0&\
         extra=&disablePush=false"
    );
    form(site, RECALL, &recall).is(200, 200);
    let clean = "conversationType=1&fromUserId=carol&targetId=alice&msgTimestamp=";
    form(site, CLEAN, clean).is(200, 200);
    for (person, with) in [(&site.bob, "alice"), (&site.carol, "alice")] {
        let shown = site.get_as(person, &format!("conversation/{with}/messages"));
        assert_eq!(shown.is(200, 0).body["data"]["list"], json!([]), "{with}");
    }
    form(site, "/user/blacklist/add.json", "userId=bob&blackUserId=alice&blackUserId=carol").is(200, 200);
    let listed =
        form(site, "//user/blacklist/query.json", "userId=bob&pageToken=&size=").body["users"].clone();
    // Plain texts, and not objects.
    let mut users: Vec<&str> = listed.as_array().unwrap().iter().map(|user| user.as_str().unwrap()).collect();
    users.sort_unstable();
    assert_eq!(users, ["alice", "carol"]);
    form(site, "/user/blacklist/remove.json", "userId=bob&blackUserId=alice&blackUserId=carol").is(200, 200);
}
