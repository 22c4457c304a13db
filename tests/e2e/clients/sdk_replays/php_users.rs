//! PHP 3.4.2 keeps lists and preferences, and says to each its own with numbers where others have texts.

use serde_json::{Value, json};

use super::php::{form, php};
use super::{contents, escaped, refused, uid};
use crate::on_every_database;
use crate::site::Site;

on_every_database!(
    php_names_users_as_numbers_in_a_template,
    php_unmutes_with_what_it_calls_get,
    php_bans_and_lists_with_true_and_false,
    php_keeps_pairs_remarks_and_words,
);

/// The body of an answer that went well.
#[track_caller]
fn read(site: &Site, path: &str, body: &str) -> Value {
    form(site, path, body).is(200, 200).body.clone()
}

/// A key that looks like a number is one in PHP, so the users of such names are numbers in the list of recipients.
fn php_names_users_as_numbers_in_a_template(site: &Site) {
    for user in ["70001", "70002"] {
        site.sixin(&["user", "create", user]);
    }
    let body = r#"{"fromUserId":"alice","objectName":"RC:TxtMsg","content":"{\"content\":\"{n} has {s}\"}","toUserId":[70001,70002,"bob"],"values":[{"{n}":"\u5c0f","{s}":90},{"{n}":"B","{s}":1.5},[]],"pushData":["",null,""],"pushContent":["{n}",null,"p"]}"#;
    let published = php(site, "/message/private/publish_template.json", "application/json", body);
    uid(&published);
    let users: Vec<&Value> =
        published.body["messageUIDs"].as_array().unwrap().iter().map(|one| &one["userId"]).collect();
    assert_eq!(users, ["70001", "70002", "bob"]);
    let told = [r#"{"content":"小 has 90"}"#, r#"{"content":"B has 1.5"}"#, r#"{"content":"{n} has {s}"}"#];
    assert_eq!(contents(site), told);
}

fn php_unmutes_with_what_it_calls_get(site: &Site) {
    let set = |muted: &str| {
        let body = format!("targetId=alice&isMuted={muted}&conversationType=1&requestId=bob");
        form(site, "/conversation/notification/set.json", &body)
    };
    let muted = || {
        let body = "targetId=alice&conversationType=1&requestId=bob";
        read(site, "/conversation/notification/get.json", body)["isMuted"].clone()
    };
    set("1").is(200, 200);
    assert_eq!(muted(), json!(1));
    // Its `get` goes to set.json with isMuted=0 and reads a success.
    assert_eq!(set("0").is(200, 200).body, json!({"code": 200}));
    assert_eq!(muted(), json!(0));
    // A false is an empty text, which is none.
    set("1").is(200, 200);
    refused(&set(""), 400, 1003);
    assert_eq!(muted(), json!(1));
}

fn php_bans_and_lists_with_true_and_false(site: &Site) {
    // A minute of true is 1; the caller's other keys come along.
    read(site, "/user/block.json", "userId=alice&userId=carol&minute=1&reason=&isLong=");
    let banned = read(site, "/user/block/query.json", "page=&size=");
    assert_eq!(banned["users"].as_array().unwrap().len(), 2);
    site.send_text(&site.alice, "bob", "hi").is(200, 35301);
    read(site, "/user/unblock.json", "userId=alice&userId=carol&minute=");
    refused(&form(site, "/user/block.json", "userId=alice&minute="), 400, 1003);
    site.send_text(&site.alice, "bob", "hi").is(200, 0);
    for (list, who) in [("blacklist", "blackUserId"), ("whitelist", "whiteUserId")] {
        let names = || {
            read(site, &format!("/user/{list}/query.json"), "userId=bob&pageToken=&size=")["users"].clone()
        };
        let pair = format!("userId=bob&{who}=alice&notify=1&silent=");
        read(site, &format!("//user/{list}/add.json"), &pair);
        assert_eq!(names(), json!(["alice"]), "{list}");
        if list == "blacklist" {
            site.send_text(&site.alice, "bob", "hi").is(200, 36608);
        }
        read(site, &format!("/user/{list}/remove.json"), &pair);
        assert_eq!(names(), json!([]), "{list}");
    }
    site.send_text(&site.alice, "bob", "hi").is(200, 0);
}

fn php_keeps_pairs_remarks_and_words(site: &Site) {
    let remarks = escaped(r#"[{"id":"bob","remark":"\u5907\u6ce8"}]"#, "-_.", "+");
    read(site, "/user/remarks/set.json", &format!("userId=alice&remarks={remarks}&replace=1&keep="));
    // Neither page nor size is given where both are null.
    let kept = read(site, "/user/remarks/get.json", "userId=alice&page=&size=");
    assert_eq!((&kept["total"], &kept["users"]), (&json!(1), &json!([{"id": "bob", "remark": "备注"}])));
    read(site, "/sensitiveword/add.json", "word=darn&replaceWord=%2A%2A&type=0");
    let words = read(site, "/sensitiveword/list.json", "type=2")["words"].clone();
    assert_eq!(words, json!([{"type": "0", "word": "darn", "replaceWord": "**"}]));
    read(site, "/sensitiveword/batch/delete.json", "words=darn");
    assert_eq!(read(site, "/sensitiveword/list.json", "type=2")["words"], json!([]));
    let content = escaped(r#"{"content":"hi"}"#, "-_.", "+");
    let published = form(
        site,
        crate::calls::PUBLISH,
        &format!(
            "fromUserId=alice&toUserId=bob&objectName=RC%3ATxtMsg&content={content}&expansion=1&extraContent="
        ),
    );
    let uid = uid(&published);
    let pair = escaped(r#"{"type":"3"}"#, "-_.", "+");
    let set =
        format!("msgUID={uid}&userId=alice&targetId=bob&conversationType=1&extraKeyVal={pair}&isSyncSender=");
    read(site, "/message/expansion/set.json", &set);
    let pairs =
        read(site, "/message/expansion/query.json", &format!("msgUID={uid}&pageNo="))["extraContent"].clone();
    assert_eq!(pairs["type"]["v"], json!("3"));
    let gone = set.replace(&format!("extraKeyVal={pair}"), "extraKey=%5B%22type%22%5D");
    read(site, "/message/expansion/delete.json", &gone);
    let pairs = read(site, "/message/expansion/query.json", &format!("msgUID={uid}"))["extraContent"].clone();
    assert_eq!(pairs, json!({}));
}
