//! The words back ends keep are the block words of the site, in both dialects.

use serde_json::{Value, json};

use crate::calls::{Answer, text_content};
use crate::on_every_database;
use crate::site::Site;

on_every_database!(
    words_of_a_back_end_bind_apps_at_once_and_back_ends_where_the_site_says_so,
    words_are_listed_and_let_go_without_touching_what_they_block_elsewhere,
    ten_thousand_words_are_kept_and_no_more,
);

fn add(site: &Site, word: &str, replacement: &str) -> Answer {
    site.call_back_end("/sensitiveword/add.json", &[("word", word), ("replaceWord", replacement)])
}

fn list(site: &Site, kind: &str) -> Value {
    site.call_back_end("/sensitiveword/list.json", &[("type", kind)]).is(200, 200).body["words"].clone()
}

fn last(site: &Site) -> String {
    let messages = site.get_as(&site.bob, "conversation/alice/messages");
    messages.is(200, 0).body["data"]["list"][0]["content"].as_str().unwrap().to_owned()
}

fn words_of_a_back_end_bind_apps_at_once_and_back_ends_where_the_site_says_so(site: &Site) {
    site.send_text(&site.alice, "bob", "darn, heck").is(200, 0);
    add(site, "darn", "***").is(200, 200);
    add(site, "heck", "").is(200, 200);
    site.send_text(&site.alice, "bob", "DARNed").is(200, 0);
    assert_eq!(last(site), "***ed");
    site.send_text(&site.alice, "bob", "what the heck").is(200, 36605);
    site.publish_text("alice", "bob", "darn, what the heck").is(200, 200);
    site.sixin(&["setting", "set", "publish_block_words", "true"]);
    site.publish_text("alice", "bob", "darn it").is(200, 200);
    assert_eq!(last(site), "*** it");
    let refused = site.publish_text("alice", "bob", "what the heck");
    let text = refused.is(400, 1006).body["errorMessage"].as_str().unwrap();
    assert!(!text.contains("heck"), "a refusal names no word: {text}");
    site.call_back_end("/sensitiveword/delete.json", &[("word", "heck")]).is(200, 200);
    site.call_back_end("/sensitiveword/delete.json", &[("word", "heck")]).is(200, 200);
    site.send_text(&site.alice, "bob", "what the heck").is(200, 0);
    site.publish_text("alice", "bob", "what the heck").is(200, 200);
}

fn words_are_listed_and_let_go_without_touching_what_they_block_elsewhere(site: &Site) {
    site.change(
        "INSERT INTO block_words (word, content_mode, user_mode, conversation_mode, replace_word, created_at) \
         VALUES ('shared', 2, 2, 1, '#', 0)",
    );
    let batch = json!({"words": [
        {"word": "shared"}, {"word": "two words"}, {"word": "a*b", "replaceWord": "x"}, {"word": "a*b", "replaceWord": "y"},
    ]});
    let body = batch.to_string();
    crate::calls::post(&site.url("/sensitiveword/batch/add.json"), &site.back_end(), body.as_bytes())
        .is(200, 200);
    let refused = |word: &str| json!({"type": "1", "word": word, "replaceWord": ""});
    let replaced = json!({"type": "0", "word": "a*b", "replaceWord": "y"});
    assert_eq!(list(site, "2"), json!([refused("shared"), refused("two words"), replaced]));
    assert_eq!(list(site, "0"), json!([replaced]));
    site.send_text(&site.alice, "bob", "of two words").is(200, 36605);
    site.send_text(&site.alice, "bob", "1a*b2").is(200, 0);
    assert_eq!(last(site), "1y2");
    let gone = [("words", "shared"), ("words", "two words"), ("words", "never there")];
    site.call_back_end("/sensitiveword/batch/delete.json", &gone).is(200, 200);
    site.send_text(&site.alice, "bob", "shared two words").is(200, 0);
    let left = site.database.lines(
        "SELECT word AS line FROM block_words WHERE content_mode = 2 AND user_mode = 2 AND replace_word = '#'",
    );
    assert_eq!(left, ["shared"]);
    for wrong in ["", "-", " x", &"x".repeat(33)] {
        add(site, wrong, "").is(400, 1003);
    }
    add(site, &"词".repeat(32), &"*".repeat(64)).is(200, 200);
    add(site, "x", &"*".repeat(65)).is(400, 1003);
    assert!(!site.server.log().contains("two words"), "words are not logged");
}

fn ten_thousand_words_are_kept_and_no_more(site: &Site) {
    for batch in 0..200 {
        let words: Vec<Value> =
            (0..50).map(|number| json!({"word": format!("w{batch}x{number}y")})).collect();
        let body = json!({"words": words}).to_string();
        crate::calls::post(&site.url("/sensitiveword/batch/add.json"), &site.back_end(), body.as_bytes())
            .is(200, 200);
    }
    add(site, "one more", "").is(400, 1019);
    add(site, "w7x7y", "kept already").is(200, 200);
    assert_eq!(list(site, "2").as_array().unwrap().len(), 10_000);
    site.send_text(&site.alice, "bob", "a w199x49y b").is(200, 36605);
    site.send_text(&site.alice, "bob", "w7x7y").is(200, 0);
    assert_eq!(last(site), "kept already");
    site.publish(&[
        ("fromUserId", "alice"),
        ("toUserId", "bob"),
        ("objectName", "RC:TxtMsg"),
        ("content", &text_content("w1x1y")),
    ])
    .is(200, 200);
}
