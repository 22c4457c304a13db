//! What the options of a publish do.

use serde_json::{Value, json};

use crate::calls::{fields, text_content};
use crate::on_every_database;
use crate::site::Site;

on_every_database!(
    each_option_does_what_the_design_says,
    blocks_count_only_when_asked_for_and_in_either_direction,
    every_built_in_type_and_any_custom_type_is_published,
    delivery_options_are_kept_with_the_message,
    block_words_apply_to_back_ends_only_where_the_site_says_so,
);

fn base(content: &str) -> Vec<(&str, &str)> {
    vec![("fromUserId", "alice"), ("toUserId", "bob"), ("objectName", "RC:TxtMsg"), ("content", content)]
}

fn publish(site: &Site, changes: &[(&str, Option<&str>)]) {
    let content = text_content("hi");
    site.publish(&fields(&base(&content), changes)).is(200, 200);
}

fn each_option_does_what_the_design_says(site: &Site) {
    let view = || {
        // alice was made first, so she is side a.
        let sql = "SELECT CONCAT_WS(' ', last_seq, a_message_count, b_message_count, b_unread) AS line FROM conversations";
        site.database.lines(sql).pop().unwrap_or_default()
    };
    publish(site, &[("isPersisted", Some("0"))]);
    assert_eq!(view(), "");
    assert_eq!(site.database.number("SELECT COUNT(*) AS number FROM transient_messages"), 1);
    publish(site, &[]);
    assert_eq!(view(), "1 0 1 1");
    publish(site, &[("isIncludeSender", Some("1"))]);
    assert_eq!(view(), "2 1 2 2");
    publish(site, &[("isCounted", Some("0"))]);
    assert_eq!(view(), "3 1 3 2");
    publish(site, &[("count", Some("0"))]);
    assert_eq!(view(), "4 1 4 2");
    publish(site, &[("count", Some("0")), ("isCounted", Some("1"))]);
    assert_eq!(view(), "5 1 5 3");
    publish(site, &[("count", Some("77"))]);
    assert_eq!(view(), "6 1 6 4");
    let latest = "SELECT latest_message_id AS number FROM conversations";
    let before = site.database.number(latest);
    publish(site, &[("disableUpdateLastMsg", Some("true"))]);
    assert_eq!(site.database.number(latest), before);
    assert_eq!(view(), "7 1 7 5");
}

fn blocks_count_only_when_asked_for_and_in_either_direction(site: &Site) {
    site.sixin(&["user", "block", "bob", "alice"]);
    let content = text_content("hi");
    let to_both = |verify: &'static str, from: &'static str| {
        let mut fields =
            fields(&base(&content), &[("fromUserId", Some(from)), ("verifyBlacklist", Some(verify))]);
        fields.retain(|(key, _)| *key != "toUserId");
        let other = if from == "alice" { "bob" } else { "alice" };
        fields.extend([("toUserId", other), ("toUserId", "carol")]);
        let answer = site.publish(&fields);
        answer.is(200, 200);
        let delivered = answer.body["messageUIDs"].as_array().unwrap().clone();
        delivered.iter().map(|one| one["userId"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(to_both("0", "alice"), ["bob", "carol"]);
    assert_eq!(to_both("1", "alice"), ["carol"]);
    assert_eq!(to_both("1", "bob"), ["carol"]);
    let refused = site.publish(&fields(&base(&content), &[("verifyBlacklist", Some("1"))]));
    refused.is(403, 1005);
    assert!(refused.body["errorMessage"].as_str().unwrap().starts_with("用户被加入黑名单"));
    site.sixin(&["user", "block", "bob", "alice", "--undo"]);
    assert_eq!(to_both("1", "alice"), ["bob", "carol"]);
}

fn every_built_in_type_and_any_custom_type_is_published(site: &Site) {
    let built_in: &[(&str, Value)] = &[
        ("RC:ImgMsg", json!({ "imageUri": "http://example.com/image.jpg", "content": "图片描述" })),
        ("RC:VcMsg", json!({ "content": "语音内容", "duration": 10 })),
        (
            "RC:VidMsg",
            json!({ "content": "x", "imageUri": "http://e.com/t.jpg", "videoUri": "http://e.com/v.mp4", "duration": 30 }),
        ),
        ("RC:GIFMsg", json!({ "remoteUrl": "http://e.com/x.gif" })),
        ("RC:HQVCMsg", json!({ "remoteUrl": "http://e.com/x.aac", "duration": 3 })),
        ("RC:SightMsg", json!({ "sightUrl": "http://e.com/x.mp4", "duration": 3, "size": 5 })),
        (
            "RC:FileMsg",
            json!({ "name": "a.pdf", "size": "12", "fileUrl": "http://e.com/a.pdf", "type": "pdf" }),
        ),
        ("RC:LBSMsg", json!({ "latitude": 1.5, "longitude": -2.5, "poi": "here" })),
        ("RC:InfoNtf", json!({ "message": "hello" })),
        ("RC:CmdMsg", json!({ "name": "x", "data": "{}" })),
    ];
    for (name, content) in built_in {
        let content = content.to_string();
        publish(site, &[("objectName", Some(name)), ("content", Some(&content))]);
    }
    for content in ["not json at all", "{\"a\":1}", "  spaces  ", "🙂", "0"] {
        publish(site, &[("objectName", Some("My:Type")), ("content", Some(content))]);
    }
    let briefs = site.database.lines("SELECT latest_message_brief AS line FROM conversations");
    assert_eq!(briefs, ["[My:Type]"]);
    let kept = site.database.lines(
        "SELECT content AS line FROM conversation_messages WHERE object_name = 'My:Type' ORDER BY seq",
    );
    assert_eq!(kept, ["not json at all", "{\"a\":1}", "  spaces  ", "🙂", "0"]);
}

fn delivery_options_are_kept_with_the_message(site: &Site) {
    publish(
        site,
        &[
            ("pushContent", Some("a push")),
            ("pushData", Some("data")),
            ("contentAvailable", Some("1")),
            ("expansion", Some("True")),
            ("extraContent", Some("{\"key\":\"value\"}")),
            ("disablePush", Some("false")),
            ("pushExt", Some("{\"title\":\"t\"}")),
            ("busChannel", Some("channel1")),
            ("needReadReceipt", Some("1")),
            ("msgRandom", Some("9007199254740993")),
            ("count", Some("-1")),
        ],
    );
    let kept: Value =
        serde_json::from_str(&site.database.lines("SELECT delivery AS line FROM conversation_messages")[0])
            .unwrap();
    for key in [
        "pushContent",
        "pushData",
        "contentAvailable",
        "expansion",
        "extraContent",
        "disablePush",
        "pushExt",
        "busChannel",
        "needReadReceipt",
        "msgRandom",
        "count",
    ] {
        assert!(!kept[key].is_null(), "{key} is lost: {kept}");
    }
    assert_eq!(kept["msgRandom"].as_i64(), Some(9_007_199_254_740_993));
}

fn block_words_apply_to_back_ends_only_where_the_site_says_so(site: &Site) {
    site.sixin(&["block-word", "add", "darn", "--mode", "replace", "--with", "d**n"]);
    let stored = || {
        site.database.lines("SELECT content AS line FROM conversation_messages ORDER BY seq").pop().unwrap()
    };
    site.publish_text("alice", "bob", "Darn it").is(200, 200);
    assert_eq!(stored(), text_content("Darn it"));
    site.sixin(&["setting", "set", "publish_block_words", "true"]);
    site.publish_text("alice", "bob", "Darn it").is(200, 200);
    assert_eq!(stored(), text_content("d**n it"));
    site.sixin(&["block-word", "add", "heck"]);
    site.publish_text("alice", "bob", "what the HECK").is(400, 1006);
    assert_eq!(site.messages(), 2);
}
