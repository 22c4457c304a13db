//! Python: escapes nothing but the content, writes booleans as `True`, and encodes a content twice that is a text already.

use serde_json::{Value, json};

use super::{RECALL, SECONDS, call, contents, refused, signature, uid};
use crate::calls::{Answer, FORM, PUBLISH};
use crate::on_every_database;
use crate::raw::exchange;
use crate::site::Site;

on_every_database!(
    python_escapes_nothing_but_the_content,
    python_encodes_a_content_twice_and_it_is_unwrapped_once,
    python_sends_bodies_of_no_bytes_and_clients_send_bodies_of_unknown_length,
    python_asks_with_no_bytes_who_is_banned,
    python_lets_go_of_one_word_as_the_text_of_a_list,
    python_writes_the_json_of_a_template_by_hand,
);

/// As it was captured from the SDK: `pushContent` was `a+b&c`.
const CAPTURED: &str = "fromUserId=a&toUserId=b&toUserId=c&objectName=RC:TxtMsg&content=%7B%22content%22%3A%20%22hi%20%26%20%2B%20%5Cu4f60%20/x%22%7D&pushContent=a+b&c&isIncludeSender=1&expansion=True&disablePush=True";
const TWICE: &str = "fromUserId=alice&toUserId=bob&objectName=RC:TxtMsg&content=%22%7B%5C%22content%5C%22%3A%5C%22hello%5C%22%7D%22";

fn python(site: &Site, path: &str, body: &str) -> Answer {
    let headers = [
        ("Accept-Encoding", "identity"),
        // It tries whether the body is JSON.
        ("Content-Type", if body.starts_with('{') { "application/json" } else { FORM }),
        ("User-Agent", "rc-python-sdk/3.1.1"),
        ("Connection", "close"),
    ];
    call(site, path, ("318472655", SECONDS), &headers, body)
}

fn python_escapes_nothing_but_the_content(site: &Site) {
    for name in ["a", "b", "c"] {
        site.sixin(&["user", "create", name]);
    }
    let published = python(site, PUBLISH, CAPTURED);
    let uid = uid(&published);
    let content = r#"{"content": "hi & + \u4f60 /x"}"#;
    assert_eq!(contents(site), [content, content]);
    let texts = site.database.lines("SELECT message_text AS line FROM conversation_messages");
    assert_eq!(texts, ["hi & + 你 /x"; 2]);
    let delivery = site.database.lines("SELECT delivery AS line FROM conversation_messages").remove(0);
    let delivery: Value = serde_json::from_str(&delivery).unwrap();
    assert_eq!(
        (&delivery["pushContent"], &delivery["expansion"], &delivery["disablePush"]),
        (&json!("a b"), &json!(true), &json!(true))
    );
    let recall = format!(
        "fromUserId=a&conversationType=1&targetId=b&messageUID={uid}&sentTime=1732233600000&isAdmin=0&isDelete=0&disablePush=False"
    );
    python(site, RECALL, &recall).is(200, 200);
    assert_eq!(
        site.database
            .number("SELECT COUNT(*) AS number FROM conversation_messages WHERE recalled_at IS NULL"),
        1
    );
    // What is not 2xx this SDK hands on as bytes, so they should say something.
    refused(&python(site, PUBLISH, &CAPTURED.replace("expansion=True", "expansion=Perhaps")), 400, 1003);
}

fn python_encodes_a_content_twice_and_it_is_unwrapped_once(site: &Site) {
    uid(&python(site, PUBLISH, TWICE));
    // Of a type of one's own any text is a content, this one too.
    uid(&python(site, PUBLISH, &TWICE.replace("RC:TxtMsg", "My:Note")));
    let thrice =
        TWICE.replace("%22%7B%5C%22content%5C%22%3A%5C%22hello%5C%22%7D%22", "%22%5C%22%7B%7D%5C%22%22");
    refused(&python(site, PUBLISH, &thrice), 400, 1006);
    assert_eq!(contents(site), [r#"{"content":"hello"}"#, r#""{\"content\":\"hello\"}""#]);
}

fn python_sends_bodies_of_no_bytes_and_clients_send_bodies_of_unknown_length(site: &Site) {
    for path in [PUBLISH, RECALL, "/user/blacklist/query.json"] {
        refused(&python(site, path, ""), 400, 1003);
    }
    let signature = signature(site, "318472655", SECONDS);
    let head = format!(
        "POST {PUBLISH} HTTP/1.1\r\nHost: x\r\nApp-Key: {}\r\nNonce: 318472655\r\nTimestamp: {SECONDS}\r\n\
         Signature: {signature}\r\nContent-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n",
        site.rong.id
    );
    // In pieces that end within an escape.
    let pieces: Vec<String> = TWICE
        .as_bytes()
        .chunks(7)
        .map(|piece| format!("{:x}\r\n{}\r\n", piece.len(), String::from_utf8_lossy(piece)))
        .collect();
    let (answer, _) = exchange(site, format!("{head}{}0\r\n\r\n", pieces.concat()).as_bytes());
    uid(&answer);
    assert_eq!(contents(site), [r#"{"content":"hello"}"#]);
}

fn python_asks_with_no_bytes_who_is_banned(site: &Site) {
    let banned = || python(site, "/user/block/query.json", "").is(200, 200).body["users"].clone();
    assert_eq!(banned(), json!([]));
    python(site, "/user/block.json", "userId=alice&userId=bob&minute=1").is(200, 200);
    let users = banned();
    assert_eq!(users.as_array().unwrap().len(), 2);
    assert!(users.as_array().unwrap().iter().all(|user| user["blockEndTime"].is_string()), "{users}");
    site.send_text(&site.alice, "carol", "hi").is(200, 35301);
    // What it does not know it sends as nothing: neither name nor portrait changes.
    python(site, "/user/refresh.json", "userId=carol&name=&portraitUri=").is(200, 200);
    let info = python(site, "/user/info.json", "userId=carol");
    assert_eq!(info.is(200, 200).body["userName"], json!("Carol"));
}

fn python_lets_go_of_one_word_as_the_text_of_a_list(site: &Site) {
    for word in ["word=one", "word=two", "word=three words&replaceWord=*+*"] {
        python(site, "/sensitiveword/add.json", word).is(200, 200);
    }
    let words = |kind: &str| {
        let listed = python(site, "/sensitiveword/list.json", kind).is(200, 200).body["words"].clone();
        let word = |word: &Value| word["word"].as_str().unwrap().to_owned();
        listed.as_array().unwrap().iter().map(word).collect::<Vec<_>>()
    };
    // A replacement is sent as it is, so a plus arrives as a space.
    let replaced = python(site, "/sensitiveword/list.json", "type=0").body["words"][0].clone();
    assert_eq!(replaced, json!({"type": "0", "word": "three words", "replaceWord": "* *"}));
    assert_eq!(words("type=1"), ["one", "two"]);
    python(site, "/sensitiveword/batch/delete.json", "words=one&words=three words").is(200, 200);
    assert_eq!(words("type=2"), ["two"]);
    // A single one goes to another path, and is written as Python writes a list.
    python(site, "/sensitiveword/delete.json", "word=['two']").is(200, 200);
    assert_eq!(words("type=2"), [""; 0]);
}

fn python_writes_the_json_of_a_template_by_hand(site: &Site) {
    const TEMPLATE: &str = "/message/private/publish_template.json";
    let body = |content: &str, more: &str| {
        format!(
            r#"{{"fromUserId":"alice","toUserId":["bob","carol"],"objectName":"RC:TxtMsg","values":[{{"{{n}}":"B"}},{{"{{n}}":"7"}}],"content":"{content}","pushContent":["to {{n}}","to {{n}}"]{more}}}"#
        )
    };
    let once = body(r#"{\"content\": \"hi {n}\"}"#, r#","pushData":["",""],"disablePush":"True""#);
    uid(&python(site, TEMPLATE, &once));
    assert_eq!(contents(site), [r#"{"content": "hi B"}"#, r#"{"content": "hi 7"}"#]);
    let delivery = site.database.lines("SELECT delivery AS line FROM conversation_messages ORDER BY id");
    let delivery: Value = serde_json::from_str(&delivery[0]).unwrap();
    assert_eq!((&delivery["disablePush"], &delivery["pushContent"]), (&json!(true), &json!("to B")));
    // Quotes within quotes it escapes once too few, so neither a text with one nor a content that is a text is JSON.
    for content in [r#"{\"content\": \"say \\"hi\\"\"}"#, r#"\"{\\"content\\": \\"ho {n}\\"}\""#] {
        refused(&python(site, TEMPLATE, &body(content, "")), 400, 1003);
    }
    // With enough of them it is the text of a text, as in a publish.
    uid(&python(site, TEMPLATE, &body(r#"\"{\\\"content\\\": \\\"ho {n}\\\"}\""#, "")));
    assert_eq!(contents(site)[2..], [r#"{"content": "ho B"}"#, r#"{"content": "ho 7"}"#]);
    assert_eq!(site.messages(), 4);
}
