//! Go 4.0.7 keeps users, their lists and the words of a site. Numbers, texts and objects are what its structures say.

use serde_json::{Value, json};

use super::go::{form, go};
use super::{go_escaped, refused};
use crate::calls::text_content;
use crate::on_every_database;
use crate::site::Site;

on_every_database!(
    go_names_a_user_and_keeps_what_it_sends_as_empty_texts,
    go_reads_banned_users_as_objects_and_a_status_as_a_text,
    go_asks_for_the_deactivated_with_a_doubled_slash,
    go_mutes_one_user_and_reads_names,
    go_reads_the_type_of_a_word_as_a_text,
    go_names_remarks_with_capitals,
    go_reads_levels_and_silent_times_as_numbers,
);

/// The body of an answer that went well.
#[track_caller]
fn read(site: &Site, path: &str, body: &str) -> Value {
    form(site, path, body).is(200, 200).body.clone()
}

fn go_names_a_user_and_keeps_what_it_sends_as_empty_texts(site: &Site) {
    let named =
        read(site, "/user/getToken.json", "name=Dora+D%26E&userId=dora&portraitUri=https%3A%2F%2Fx%2Fd");
    assert_eq!(named["userId"].as_str(), Some("dora"));
    assert!(!named["token"].as_str().unwrap().is_empty());
    let shown = || {
        let detail = site.get_as(&site.alice, "user/dora/detail").is(200, 0).body["data"]["detail"].clone();
        [detail["nickname"].as_str().unwrap().to_owned(), detail["avatar"].as_str().unwrap().to_owned()]
    };
    read(site, "/user/refresh.json", "name=&portraitUri=&userId=dora");
    assert_eq!(shown(), ["Dora D&E", "https://x/d"]);
    read(site, "/user/refresh.json", "name=Dora&portraitUri=&userId=dora");
    assert_eq!(shown(), ["Dora", "https://x/d"]);
    // Without a name it asks for nothing at all; whoever leaves out that check is refused.
    refused(&form(site, "/user/getToken.json", "name=&portraitUri=&userId=dora"), 400, 1003);
    let info = read(site, "/user/info.json", "userId=dora");
    for key in ["userId", "userName", "userPortrait", "createTime"] {
        assert!(info[key].is_string(), "{key}: {info}");
    }
}

fn go_reads_banned_users_as_objects_and_a_status_as_a_text(site: &Site) {
    assert_eq!(read(site, "/user/checkOnline.json", "userId=alice")["status"], json!("0"));
    refused(&form(site, "/user/checkOnline.json", "userId=nobody"), 404, 1004);
    read(site, "/user/block.json", "minute=10&userId=alice");
    // This call has no parameter, so it has no body.
    let banned = read(site, "/user/block/query.json", "");
    let [user] = &banned["users"].as_array().unwrap()[..] else { panic!("{banned}") };
    assert_eq!((&user["userId"], user["blockEndTime"].as_str().unwrap().len()), (&json!("alice"), 19));
    site.send_text(&site.alice, "bob", "hi").is(200, 35301);
    read(site, "/user/unblock.json", "userId=alice");
    assert_eq!(read(site, "/user/block/query.json", "")["users"], json!([]));
    site.send_text(&site.alice, "bob", "hi").is(200, 0);
}

fn go_asks_for_the_deactivated_with_a_doubled_slash(site: &Site) {
    let done = read(site, "/user/deactivate.json", "userId=alice%2Ccarol");
    assert!(!done["operateId"].as_str().unwrap().is_empty());
    let page = |number: u32| {
        read(site, "//user/deactivate/query.json", &format!("pageNo={number}&pageSize=1"))["users"].clone()
    };
    assert_eq!((page(1), page(2), page(3)), (json!(["carol"]), json!(["alice"]), json!([])));
    site.send_text(&site.bob, "alice", "hi").is(200, 35202);
    read(site, "/user/reactivate.json", "userId=alice%2Ccarol");
    assert_eq!(page(1), json!([]));
    site.send_text(&site.bob, "alice", "hi").is(200, 0);
}

fn go_mutes_one_user_and_reads_names(site: &Site) {
    let muted = || read(site, "/user/chat/fb/querylist.json", "num=100&offset=0&type=PERSON");
    read(site, "/user/chat/fb/set.json", "state=1&type=PERSON&userId=alice");
    assert_eq!(muted(), json!({"code": 200, "total": 1, "users": ["alice"]}));
    site.send_text(&site.alice, "bob", "hi").is(200, 35301);
    read(site, "/user/chat/fb/set.json", "state=0&type=PERSON&userId=alice");
    assert_eq!(muted(), json!({"code": 200, "total": 0, "users": []}));
    refused(&form(site, "/user/chat/fb/set.json", "state=1&type=GROUP&userId=alice"), 430, 1009);
}

fn go_reads_the_type_of_a_word_as_a_text(site: &Site) {
    read(site, "/sensitiveword/add.json", &format!("word=darn&replaceWord={}", go_escaped("*+*")));
    // It wants a replacement and leaves it out where a word is to be refused.
    read(site, "/sensitiveword/add.json", "word=heck");
    let refused_word = json!({"type": "1", "word": "heck", "replaceWord": ""});
    assert_eq!(read(site, "/sensitiveword/list.json", "")["words"], json!([refused_word]));
    let replaced = json!({"type": "0", "word": "darn", "replaceWord": "*+*"});
    assert_eq!(read(site, "/sensitiveword/list.json", "type=0")["words"], json!([replaced]));
    site.send_text(&site.alice, "bob", "what the heck").is(200, 36605);
    read(site, "/sensitiveword/batch/delete.json", "words=darn&words=heck");
    assert_eq!(read(site, "/sensitiveword/list.json", "type=2")["words"], json!([]));
    site.send_text(&site.alice, "bob", "what the heck").is(200, 0);
    let batch = r#"{"words":[{"word":"darn","replaceWord":""}]}"#;
    go(site, "/sensitiveword/batch/add.json", "application/json", batch).is(200, 200);
    site.send_text(&site.alice, "bob", "darn").is(200, 36605);
}

/// Its structure for a remark says nothing about JSON, so the members are called as in Go.
fn go_names_remarks_with_capitals(site: &Site) {
    let remarks = go_escaped(r#"[{"Id":"bob","Remark":"Bobby & B"},{"Id":"carol","Remark":"C"}]"#);
    read(site, "/user/remarks/set.json", &format!("remarks={remarks}&userId=alice"));
    read(site, "/user/remarks/del.json", "targetId=carol&userId=alice");
    let kept = read(site, "/user/remarks/get.json", "page=1&size=50&userId=alice");
    assert_eq!(kept, json!({"code": 200, "total": 1, "users": [{"id": "bob", "remark": "Bobby & B"}]}));
}

fn go_reads_levels_and_silent_times_as_numbers(site: &Site) {
    let conversation = "conversationType=1&requestId=bob&targetId=alice";
    read(site, "/conversation/notification/set.json", &format!("{conversation}&isMuted=1&unpushLevel=5"));
    let level = read(site, "/conversation/notification/get.json", conversation);
    assert_eq!(level, json!({"code": 200, "isMuted": 1, "unpushLevel": 5}));
    read(site, "/user/blockPushPeriod/set.json", "level=1&period=480&startTime=22%3A00%3A00&userId=bob");
    let night = read(site, "/user/blockPushPeriod/get.json", "userId=bob")["data"].clone();
    assert_eq!(night, json!({"startTime": "22:00:00", "period": 480, "unPushLevel": 1, "level": 1}));
    read(site, "/user/blockPushPeriod/delete.json", "userId=bob");
    // A muted conversation still counts what arrives.
    let content = go_escaped(&text_content("hi"));
    let body =
        format!("content={content}&fromUserId=alice&objectName=RC%3ATxtMsg&toUserId=bob&isCounted=1&count=1");
    read(site, crate::calls::PUBLISH, &body);
    let list = site.get_as(&site.bob, "conversation/list").is(200, 0).body["data"]["list"].clone();
    assert_eq!(list[0]["unreadCount"], json!(1));
}
