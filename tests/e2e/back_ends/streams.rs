//! Messages that grow while a back end writes them.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::back_ends::rongcloud_messages::{history, recall};
use crate::calls::{Answer, agent, back_end_headers, now_ms, post};
use crate::live::streams::{Events, Follow, Told, Who, doors};
use crate::on_every_database;
use crate::site::{PATIENCE, Site};

on_every_database!(
    a_message_grows_for_everybody_who_is_connected_and_is_one_in_every_list,
    a_writer_goes_on_where_it_was_cut_off,
    whoever_was_away_gets_the_whole_text,
    a_device_reads_a_message_as_a_stream,
    a_message_whose_writer_dies_ends,
    only_its_writer_adds_to_a_message,
    a_word_that_comes_in_pieces_is_replaced_where_the_site_wants_that,
);

const PATH: &str = "/v3/message/private/publish_stream.json";
const STATE: &str = "/v3/message/get_stream.json";

fn publish(site: &Site, (from, to): (&str, &str), content: Value) -> Answer {
    let body = json!({"fromUserId": from, "toUserId": to, "objectName": "RC:StreamMsg", "content": content});
    site.call_back_end_json(PATH, &body, &[])
}

/// The beginning of an answer of alice, who is a machine, to bob.
fn begun(site: &Site, text: &str) -> String {
    let content = json!({"content": text, "seq": 1, "complete": false, "type": "markdown"});
    publish(site, ("alice", "bob"), content).is(200, 200).body["messageUID"].as_str().unwrap().to_owned()
}

fn add(site: &Site, uid: &str, seq: i64, text: &str, complete: bool) -> Answer {
    let content = json!({"content": text, "seq": seq, "complete": complete, "messageUID": uid});
    publish(site, ("alice", "bob"), content)
}

/// The content of the only message as bob's history shows it.
fn read(site: &Site) -> Value {
    let found = history(site, "bob", "alice", (0, now_ms() + 60_000), 10);
    assert_eq!(found.len(), 1);
    serde_json::from_str(found[0]["content"].as_str().unwrap()).unwrap()
}

/// Waits for what the server does by itself.
fn until(site: &Site, what: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    let begun = Instant::now();
    loop {
        let content = read(site);
        if is_so(&content) {
            return content;
        }
        assert!(begun.elapsed() < PATIENCE, "{what}: {content}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// What a stream tells until the text is that.
fn follow(stream: &mut dyn Follow, text: &str) -> Vec<Told> {
    let mut seen = Vec::new();
    while seen.last().is_none_or(|told: &Told| told.text().as_deref() != Some(text)) {
        seen.push(stream.until("grown"));
    }
    seen
}

fn a_message_grows_for_everybody_who_is_connected_and_is_one_in_every_list(site: &Site) {
    let (app, device) = (Who::app(&site.bob), Who::device(site, "bob"));
    let mut streams: Vec<_> = [&app, &device].into_iter().flat_map(|who| doors(site, who, None)).collect();
    for (door, stream) in &mut streams {
        if *door != "poll" {
            stream.until("caught_up");
        }
    }
    let uid = begun(site, "1");
    let mut whole = "1".to_owned();
    for seq in 2..=40 {
        whole += &format!(" {seq}");
        add(site, &uid, seq, &format!(" {seq}"), false).is(200, 200);
        std::thread::sleep(Duration::from_millis(20));
    }
    // What was kept is told though nothing follows.
    assert_eq!(until(site, "all pieces", |content| content["content"] == *whole)["complete"], false);
    add(site, &uid, 41, ".", true).is(200, 200);
    whole += ".";
    for (door, stream) in &mut streams {
        let text = stream.until("message").text();
        // Whoever asks for the first time when it is over is shown all of it.
        if *door == "poll" {
            assert_eq!(text.as_deref(), Some(&*whole));
            continue;
        }
        assert_eq!(text.as_deref(), Some("1"), "{door}");
        let told = follow(stream.as_mut(), &whole);
        assert!((2..=20).contains(&told.len()), "{door}: {} steps of 41", told.len());
        let texts: Vec<String> = told.iter().map(|told| told.text().unwrap()).collect();
        assert!(texts.windows(2).all(|pair| pair[1].starts_with(&pair[0])), "{texts:?}");
    }
    let content = read(site);
    assert_eq!(
        (&content["complete"], &content["seq"], &content["type"]),
        (&json!(true), &json!(41), &json!("markdown"))
    );
    let list = site.get_as(&site.bob, "conversation/list");
    let conversation = &list.is(200, 0).body["data"]["list"][0];
    assert_eq!(conversation["unreadCount"], 1);
    assert_eq!(conversation["latestMessage"]["message"], *whole);
    assert_eq!(site.messages(), 1);
    assert_eq!(site.database.number("SELECT COUNT(*) AS number FROM growing_messages"), 0);
}

fn a_writer_goes_on_where_it_was_cut_off(site: &Site) {
    let uid = begun(site, "a");
    for _ in 0..3 {
        add(site, &uid, 2, "b", false).is(200, 200);
    }
    let gap = add(site, &uid, 4, "d", false);
    assert!(gap.is(400, 1003).body["errorMessage"].as_str().unwrap().contains("has the number 3"));
    let state = || site.call_back_end_json(STATE, &json!({"messageUID": uid}), &[]);
    let found = state();
    let body = &found.is(200, 200).body;
    assert_eq!(
        (&body["seq"], &body["isGrowing"], &body["content"]["content"]),
        (&json!(2), &json!(true), &json!("ab"))
    );
    for _ in 0..2 {
        add(site, &uid, 3, "c", true).is(200, 200);
    }
    add(site, &uid, 4, "d", false).is(400, 1003);
    let found = state();
    let body = &found.is(200, 200).body;
    assert_eq!(
        (&body["complete"], &body["isGrowing"], &body["content"]["content"]),
        (&json!(true), &json!(false), &json!("abc"))
    );
    // The first piece is known by its key.
    let content = json!({"content": "x", "seq": 1});
    let body =
        json!({"fromUserId": "alice", "toUserId": "carol", "objectName": "RC:StreamMsg", "content": content});
    let first = || site.call_back_end_json(PATH, &body, &[("Idempotency-Key", "one")]);
    let (one, again) = (first(), first());
    assert_eq!(one.is(200, 200).body, again.is(200, 200).body);
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    // A strict key signs each piece anew.
    let strict = site.strict_key();
    let mut headers = back_end_headers(&strict, "1", &now_ms().to_string());
    headers.push(("Content-Type".to_owned(), "application/json".to_owned()));
    let piece = json!({"content": "y", "seq": 2, "messageUID": one.body["messageUID"]});
    let body =
        json!({"fromUserId": "alice", "toUserId": "carol", "objectName": "RC:StreamMsg", "content": piece});
    post(&site.url(PATH), &headers, body.to_string().as_bytes()).is(200, 200);
    post(&site.url(PATH), &headers, body.to_string().as_bytes()).is(401, 1001);
}

fn whoever_was_away_gets_the_whole_text(site: &Site) {
    let device = Who::device(site, "bob");
    let mut stream = Events::open(site, &device, None);
    stream.until("caught_up");
    let uid = begun(site, "a");
    stream.until("message");
    let cursor = stream.last_id.clone().unwrap();
    drop(stream);
    for seq in 2..=5 {
        add(site, &uid, seq, "b", seq == 5).is(200, 200);
    }
    let mut back = Events::open(site, &device, Some(&cursor));
    follow(&mut back, "abbbb");
}

fn a_device_reads_a_message_as_a_stream(site: &Site) {
    let token = match Who::device(site, "bob") {
        Who::Device(token) => token,
        Who::App(_) => unreachable!(),
    };
    let uid = begun(site, "Hel");
    let path = format!("{STATE}?sdkVersion=5.38.0&platform=Websocket&messageUID={uid}");
    let key = site.rong.id.clone();
    let url = site.url(&path);
    let reader = std::thread::spawn(move || {
        let mut call = agent().get(&url);
        call = call.header("App-Key", key).header("Authorization", format!("Bearer {token}"));
        let mut answer = call.call().unwrap();
        let kind = answer.headers().get("content-type").unwrap().to_str().unwrap().to_owned();
        (answer.status().as_u16(), kind, answer.body_mut().read_to_string().unwrap())
    });
    std::thread::sleep(Duration::from_millis(500));
    add(site, &uid, 2, "lo", false).is(200, 200);
    std::thread::sleep(Duration::from_millis(400));
    add(site, &uid, 3, " bob\n", true).is(200, 200);
    let (status, kind, text) = reader.join().unwrap();
    assert_eq!((status, kind.as_str()), (200, "text/event-stream"));
    let events: Vec<&str> = text.split_terminator("\n\n").collect();
    assert_eq!(
        events,
        [
            "event:init\ndata:{}",
            r#"data:{"content":"Hel"}"#,
            r#"data:{"content":"lo"}"#,
            r#"data:{"content":" bob\n"}"#,
            "event:complete\ndata:{\"complete\":true,\"completeReason\":0,\"stopReason\":0}",
        ]
    );
    let refused = |token: &str, path: &str| {
        let url = site.url(path);
        let headers = vec![
            ("App-Key".to_owned(), site.rong.id.clone()),
            ("Authorization".to_owned(), format!("Bearer {token}")),
        ];
        crate::calls::try_call("GET", &url, &headers, b"").unwrap()
    };
    refused("no", &path).is(401, 39_005);
    let Who::Device(carol) = Who::device(site, "carol") else { unreachable!() };
    refused(&carol, &path).is(404, 39_005);
    refused(&carol, STATE).is(400, 39_005);
}

fn a_message_whose_writer_dies_ends(site: &Site) {
    site.sixin(&["setting", "set", "publish_stream_timeout", "5"]);
    let uid = begun(site, "a");
    add(site, &uid, 2, "b", false).is(200, 200);
    let content = until(site, "the end", |content| content["stopReason"] == 1);
    assert_eq!((&content["content"], &content["complete"]), (&json!("ab"), &json!(false)));
    add(site, &uid, 2, "b", false).is(200, 200);
    add(site, &uid, 3, "c", true).is(400, 1003);
}

fn only_its_writer_adds_to_a_message(site: &Site) {
    let uid = begun(site, "a");
    let piece = json!({"content": "b", "seq": 2, "messageUID": uid});
    publish(site, ("bob", "alice"), piece.clone()).is(400, 1003);
    publish(site, ("alice", "carol"), piece.clone()).is(400, 1003);
    publish(site, ("alice", "nobody"), piece).is(404, 1004);
    let text = site.publish_text("alice", "bob", "hi").body["messageId"].as_str().unwrap().to_owned();
    add(site, &text, 2, "b", false).is(400, 1003);
    site.call_back_end_json(STATE, &json!({"messageUID": text}), &[]).is(400, 1003);
    let long = "x".repeat(131_072);
    add(site, &uid, 2, &long, false).is(400, 1006);
    recall(site, "alice", "bob", &uid, &[]).is(200, 200);
    add(site, &uid, 2, "b", false).is(400, 1003);
}

fn a_word_that_comes_in_pieces_is_replaced_where_the_site_wants_that(site: &Site) {
    site.call_back_end("/sensitiveword/add.json", &[("word", "darn"), ("replaceWord", "***")]).is(200, 200);
    site.call_back_end("/sensitiveword/add.json", &[("word", "worse")]).is(200, 200);
    site.sixin(&["setting", "set", "publish_block_words", "true"]);
    let uid = begun(site, "it is da");
    add(site, &uid, 2, "rn it", false).is(200, 200);
    assert_eq!(until(site, "the word", |content| content["seq"] == 2)["content"], "it is *** it");
    add(site, &uid, 3, " wor", false).is(200, 200);
    add(site, &uid, 4, "se", false).is(400, 1006);
    add(site, &uid, 4, "ld", true).is(200, 200);
    assert_eq!(read(site)["content"], "it is *** it world");
}
