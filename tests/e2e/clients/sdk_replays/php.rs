//! PHP 3.4.2: `true` is 1 and `false` and null are empty texts; paths with a doubled slash; JSON with real numbers.

use serde_json::json;

use super::{CLEAN, QUERY, RECALL, SECONDS, call, contents, escaped, refused, uid};
use crate::calls::{Answer, PUBLISH};
use crate::on_every_database;
use crate::site::Site;

on_every_database!(
    php_sends_false_and_null_as_empty_texts,
    php_recalls_with_every_key_of_its_caller,
    php_reads_a_history_with_numbers_and_cleans_it,
);

pub(super) fn php(site: &Site, path: &str, content_type: &str, body: &str) -> Answer {
    let headers = [
        ("User-Agent", "rc-php-sdk/3.4.2"),
        ("Accept", "*/*"),
        ("Content-Type", content_type),
        ("X-Request-ID", "4f6c0f7e9d1f4f0e8c520b6f6b1f7a10"),
    ];
    call(site, path, ("1804289383", SECONDS), &headers, body)
}

pub(super) fn form(site: &Site, path: &str, body: &str) -> Answer {
    php(site, path, "application/x-www-form-urlencoded", body)
}

/// A content as `urlencode` writes it.
fn send(site: &Site, path: &str, content: &str, more: &str) -> Answer {
    let content = escaped(content, "-_.", "+");
    let body = format!(
        "fromUserId=alice&toUserId=bob&toUserId=carol&objectName=RC%3ATxtMsg&content={content}{more}"
    );
    form(site, path, &body)
}

fn php_sends_false_and_null_as_empty_texts(site: &Site) {
    let content = r#"{"content":"hi \u4f60 ~*'()","extra":null}"#;
    // Callers pass what they like; the SDK passes every key on.
    let more = "&pushContent=&pushData=&expansion=&disablePush=1&isIncludeSender=1&isPersisted=1&verifyBlacklist=&\
                isCounted=&contentAvailable=&somethingElse=1";
    let published = send(site, &format!("/{PUBLISH}"), content, more);
    uid(&published);
    // `isset($code) && $code != 200` is an error to this SDK.
    assert_eq!(published.body["code"], json!(200));
    assert_eq!(contents(site), [content, content]);
    let list = site.get_as(&site.bob, "conversation/list").body["data"]["list"][0].clone();
    assert_eq!((&list["unreadCount"], &list["latestMessage"]["message"]), (&json!(1), &json!("hi 你 ~*'()")));
    let own = site.get_as(&site.alice, "conversation/list").body["data"]["list"].clone();
    assert_eq!(own.as_array().unwrap().len(), 2, "isIncludeSender=1");
    // An array that the caller forgot to encode comes in fragments.
    let fragments = "fromUserId=alice&toUserId=bob&objectName=RC%3ATxtMsg&content=hi&content=extra";
    refused(&form(site, PUBLISH, fragments), 400, 1003);
    assert_eq!(site.messages(), 2);
}

fn php_recalls_with_every_key_of_its_caller(site: &Site) {
    let uid = uid(&send(site, PUBLISH, r#"{"content":"hi"}"#, ""));
    let recall = |user: &str| {
        format!(
            "targetId=bob&sentTime=1732233600000&fromUserId={user}&messageUID={uid}&conversationType=1&isAdmin=&isDelete="
        )
    };
    refused(&form(site, RECALL, &recall("carol")), 400, 1003);
    assert_eq!(form(site, RECALL, &recall("alice")).is(200, 200).body, json!({"code": 200}));
    let shown = site.get_as(&site.bob, "conversation/alice/messages");
    assert_eq!(shown.is(200, 0).body["data"]["list"], json!([]));
    let shown = site.get_as(&site.carol, "conversation/alice/messages");
    assert_eq!(
        shown.is(200, 0).body["data"]["list"].as_array().unwrap().len(),
        1,
        "each recipient has its own"
    );
}

fn php_reads_a_history_with_numbers_and_cleans_it(site: &Site) {
    uid(&send(site, PUBLISH, r#"{"content":"hi"}"#, ""));
    let query = |include: &str| {
        let body = format!(
            r#"{{"userId":"bob","targetId":"alice","startTime":1,"endTime":4102444800000,"pageSize":100,"includeStart":{include}}}"#
        );
        php(site, QUERY, "application/json", &body)
    };
    for include in ["true", "false"] {
        let answer = query(include);
        assert_eq!(answer.is(200, 200).body["data"].as_array().unwrap().len(), 1);
        assert_eq!(answer.body["data"][0]["extraContent"], json!(""));
    }
    form(site, CLEAN, "conversationType=1&fromUserId=bob&targetId=alice&msgTimestamp=").is(200, 200);
    assert_eq!(query("true").is(200, 200).body["data"], json!([]));
}
