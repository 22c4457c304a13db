//! Messages, there and back, and what becomes of them.

use serde_json::{Value, json};

use super::Device;
use super::device::{token, with};
use crate::on_every_database;
use crate::site::Site;

on_every_database!(
    a_message_reaches_the_other_side_and_ones_own_devices_once,
    messages_cross_the_dialects_both_ways,
    all_kinds_of_content_arrive_as_they_were_sent,
    a_repeat_is_stored_once_and_a_page_is_complete,
    what_is_for_the_moment_is_never_stored,
    reading_is_known_on_both_sides_and_all_devices,
    a_sender_who_wants_a_receipt_gets_one,
    a_message_is_taken_back_everywhere,
    a_message_says_something_else_everywhere,
    a_message_carries_pairs,
    messages_are_deleted_and_histories_cleared_for_oneself,
);

/// Two users, each on a device.
fn two(site: &Site) -> Option<(Device, Device)> {
    Some((Device::connected(site, "alice")?, Device::connected(site, "bob")?))
}

fn history(device: &Device, peer: &str) -> Vec<Value> {
    let found =
        device.call("getHistoryMessages", &json!([with(peer), { "timestamp": 0, "count": 50, "order": 0 }]));
    found.is(0)["list"].as_array().unwrap().clone()
}

fn a_message_reaches_the_other_side_and_ones_own_devices_once(site: &Site) {
    let telephone = [
        ("Authorization".to_owned(), format!("Bearer {}", token(site, "bob"))),
        ("Content-Type".to_owned(), "application/json".to_owned()),
    ];
    let body = json!({ "platform": "other", "token": "telephone" }).to_string();
    let registered = crate::calls::post(&site.url("/live/devices"), &telephone.to_vec(), body.as_bytes());
    assert_eq!(registered.status, 200, "{}", registered.body);
    let Some((alice, bob)) = two(site) else { return };
    let Some(second) = Device::connected(site, "alice") else { return };
    let (uid, sent_at) = alice.text("bob", "hello from the SDK");
    let got = bob.messages(1).remove(0);
    assert_eq!(
        (&got["messageUId"], &got["sentTime"], &got["targetId"]),
        (&json!(uid), &json!(sent_at), &json!("alice"))
    );
    assert_eq!((&got["messageDirection"], &got["isOffLineMessage"]), (&json!(2), &json!(false)));
    let own = second.messages(1).remove(0);
    assert_eq!(
        (&own["messageUId"], &own["targetId"]),
        (&json!(uid), &json!("bob")),
        "it is in the chat with bob"
    );
    assert_eq!((&own["messageDirection"], &own["senderUserId"]), (&json!(1), &json!("alice")));
    for (device, peer) in [(&alice, "bob"), (&bob, "alice")] {
        let found = history(device, peer);
        assert_eq!(
            (found.len(), &found[0]["messageUId"], &found[0]["senderUserId"]),
            (1, &json!(uid), &json!("alice"))
        );
    }
    alice.settle(site);
    alice.has_not("MESSAGES");
    // Whoever has it is not woken for it.
    let has_it = "SELECT COUNT(*) AS number FROM push_acks AS a JOIN users AS u ON u.id = a.user_id \
        WHERE u.username = 'bob' AND a.pos >= (SELECT MIN(pos) FROM conversation_messages)";
    let begun = std::time::Instant::now();
    while site.database.number(has_it) == 0 {
        assert!(begun.elapsed() < crate::site::PATIENCE, "that it has arrived is not noted");
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    // Somebody who was not there gets it, and the next time nothing.
    let Some(late) = Device::new(site, "bob") else { return };
    late.connect(&token(site, "bob")).is(0);
    late.wait("PULL_OFFLINE_MESSAGE_FINISHED");
    let got = late.messages(1);
    assert_eq!((got.len(), &got[0]["isOffLineMessage"]), (1, &json!(true)));
    late.call("disconnect", &json!([]));
    late.forget();
    late.connect(&token(site, "bob")).is(0);
    late.wait("PULL_OFFLINE_MESSAGE_FINISHED");
    late.has_not("MESSAGES");
}

fn messages_cross_the_dialects_both_ways(site: &Site) {
    let Some((alice, bob)) = two(site) else { return };
    site.send_text(&site.alice, "bob", "from an app").is(200, 0);
    site.publish_text("alice", "bob", "from a back end").is(200, 200);
    assert_eq!(bob.texts(2), ["from an app", "from a back end"]);
    assert_eq!(
        alice.texts(1),
        ["from an app"],
        "a publish without isIncludeSender does not show to its sender"
    );
    let (uid, _) = bob.text("alice", "from the SDK");
    assert_eq!(alice.texts(1), ["from the SDK"]);
    let shown = site.get_as(&site.alice, "conversation/bob/messages");
    let messages = shown.is(200, 0).body["data"]["list"].as_array().unwrap();
    assert!(messages.iter().any(|message| message["content"] == "from the SDK"), "{messages:?}");
    let query = [("userId", "alice"), ("targetId", "bob"), ("startTime", "0"), ("endTime", "9999999999999")];
    let found = site.call_back_end("/v3/message/private/query.json", &query);
    assert!(found.body.to_string().contains(&uid), "{}", found.body);
}

fn all_kinds_of_content_arrive_as_they_were_sent(site: &Site) {
    let Some((alice, bob)) = two(site) else { return };
    let kinds = [
        ("RC:TxtMsg", json!({ "content": "with 😀 and \u{1F1E9}\u{1F1EA}", "extra": "x" })),
        ("RC:ImgMsg", json!({ "content": "thumb", "imageUri": "https://files.example/a.png" })),
        ("RC:HQVCMsg", json!({ "remoteUrl": "https://files.example/a.aac", "duration": 3 })),
        (
            "RC:SightMsg",
            json!({ "sightUrl": "https://files.example/a.mp4", "content": "", "duration": 3, "size": 5, "name": "a" }),
        ),
        (
            "RC:FileMsg",
            json!({ "name": "a.txt", "size": 5, "type": "txt", "fileUrl": "https://files.example/a.txt" }),
        ),
        ("RC:LBSMsg", json!({ "latitude": 1.5, "longitude": 2.5, "poi": "here", "content": "" })),
        (
            "RC:GIFMsg",
            json!({ "gifDataSize": 3, "remoteUrl": "https://files.example/a.gif", "width": 1, "height": 1 }),
        ),
        ("RC:ImgTextMsg", json!({ "title": "t", "content": "c", "imageUri": "", "url": "" })),
        ("RC:InfoNtf", json!({ "message": "info" })),
        ("RC:VcMsg", json!({ "content": "b3B1cw==", "duration": 2 })),
        (
            "RC:ReferenceMsg",
            json!({
                "referMsgUserId": "bob", "referMsg": { "content": "before" }, "referMsgUid": "AAAA-BBBB-CCCC-DDDD",
                "objName": "RC:TxtMsg", "content": "about that",
            }),
        ),
        (
            "RC:CombineMsg",
            json!({
                "remoteUrl": "https://files.example/a.html", "conversationType": 1, "nameList": ["a", "b"],
                "summaryList": ["a: hi"],
            }),
        ),
        ("my:gift", json!({ "what": "rose", "n": 5 })),
    ];
    for (class, content) in &kinds {
        alice.call("send", &json!(["bob", class, content])).is(0);
        let got = bob.messages(1).remove(0);
        assert_eq!((&got["messageType"], &got["content"]), (&json!(class), content));
    }
    assert_eq!(history(&bob, "alice").len(), kinds.len());
    // The longest content there may be, and names that are no plain letters.
    let long = "x".repeat(131_072 - r#"{"x":""}"#.len());
    alice.call("send", &json!(["bob", "my:long", { "x": long }])).is(0);
    assert_eq!(bob.messages(1)[0]["content"]["x"], long);
    let Some(odd) = Device::connected(site, "naïve 😀 ß@语") else { return };
    alice.text("naïve 😀 ß@语", "to a name like that");
    assert_eq!(odd.texts(1), ["to a name like that"]);
    odd.text("alice", "from one");
    assert_eq!(alice.messages(1)[0]["targetId"], "naïve 😀 ß@语");
}

fn a_repeat_is_stored_once_and_a_page_is_complete(site: &Site) {
    let Some((alice, bob)) = two(site) else { return };
    for number in 0..25 {
        alice.text("bob", &number.to_string());
    }
    let numbers: Vec<String> = (0..25).map(|number| number.to_string()).collect();
    assert_eq!(bob.texts(25), numbers, "in order, once");
    let page = |timestamp: &Value, order| {
        let asked = json!([with("alice"), { "timestamp": timestamp, "count": 10, "order": order }]);
        let answer = bob.call("getHistoryMessages", &asked);
        let found = answer.is(0).clone();
        let texts: Vec<String> = found["list"]
            .as_array()
            .unwrap()
            .iter()
            .map(|message| message["content"]["content"].as_str().unwrap().to_owned())
            .collect();
        (texts, found["hasMore"].as_bool().unwrap(), found["list"].clone())
    };
    let (mut all, mut time) = (Vec::new(), json!(0));
    for has_more in [true, true, false] {
        let (texts, more, list) = page(&time, 0);
        assert_eq!(more, has_more);
        all = [texts, all].concat();
        time = list[0]["sentTime"].clone();
    }
    assert_eq!(all, numbers, "backwards");
    let (mut all, mut time) = (Vec::new(), json!(1));
    for has_more in [true, true, false] {
        let (texts, more, list) = page(&time, 1);
        assert_eq!(more, has_more);
        all.extend(texts);
        time = list.as_array().unwrap().last().unwrap()["sentTime"].clone();
    }
    assert_eq!(all, numbers, "forwards");
    bob.call(
        "getHistoryMessages",
        &json!([with("nobody-there"), { "timestamp": 0, "count": 5, "order": 0 }]),
    )
    .is(26_010);
}

fn what_is_for_the_moment_is_never_stored(site: &Site) {
    let Some((alice, bob)) = two(site) else { return };
    alice.call("sendTypingStatusMessage", &json!([with("bob"), "RC:TxtMsg"])).is(0);
    let typing = bob.wait_for("TYPING_STATUS", |said| said.to_string().contains("userId"));
    assert_eq!(typing["status"][0]["targetId"], "alice");
    let flags = json!({ "isPersited": false, "isCounted": false, "isStatus": true });
    alice
        .call("send", &json!(["bob", "my:status", { "mood": "fine" }, { "isStatusMessage": true }, flags]))
        .is(0);
    assert_eq!(bob.messages(1)[0]["content"], json!({ "mood": "fine" }));
    let flags = json!({ "isPersited": false, "isCounted": false });
    alice.call("send", &json!(["bob", "my:signal", { "go": "on" }, {}, flags])).is(0);
    assert_eq!(bob.messages(1)[0]["content"], json!({ "go": "on" }));
    assert_eq!(site.messages(), 0);
    assert_eq!(
        site.database.number("SELECT COUNT(*) AS number FROM transient_messages"),
        1,
        "the signal waits"
    );
    assert!(history(&bob, "alice").is_empty());
}

fn unread(device: &Device, peer: &str) -> i64 {
    device.call("getUnreadCount", &json!([with(peer)])).is(0).as_i64().unwrap()
}

fn reading_is_known_on_both_sides_and_all_devices(site: &Site) {
    let Some((alice, bob)) = two(site) else { return };
    let Some(second) = Device::connected(site, "bob") else { return };
    let (_, first_at) = alice.text("bob", "one");
    let (uid, last_at) = alice.text("bob", "two");
    bob.messages(2);
    second.messages(2);
    assert_eq!((unread(&bob, "alice"), unread(&second, "alice")), (2, 2));
    let unread_here = || site.database.number("SELECT a_unread + b_unread AS number FROM conversations");
    assert_eq!(unread_here(), 2);
    // Only as far as the reader has come.
    bob.call("sendSyncReadStatusMessage", &json!([with("alice"), first_at])).is(0);
    alice.wait_for("READ_RECEIPT_RECEIVED", |said| said["sentTime"] == first_at);
    assert_eq!(unread_here(), 1);
    bob.call("sendReadReceiptMessage", &json!(["alice", uid, last_at])).is(0);
    let receipt = alice.wait_for("READ_RECEIPT_RECEIVED", |said| said["sentTime"] == last_at);
    assert_eq!(receipt["conversation"]["targetId"], "bob");
    second.wait_for("CONVERSATION", |said| {
        said["conversationList"][0]["conversation"]["unreadMessageCount"] == 0
    });
    assert_eq!((unread(&second, "alice"), unread_here()), (0, 0));
    // An app of the other dialect reads.
    alice.text("bob", "three");
    bob.messages(1);
    let listed = site.get_as(&site.bob, "conversation/list");
    let id = &listed.is(200, 0).body["data"]["list"][0]["id"];
    let body = json!({ "type": "conversation", "conversationId": id }).to_string();
    site.call_as(&site.bob, "PUT", "conversation/mark-as-read", &body).is(200, 0);
    alice.wait("READ_RECEIPT_RECEIVED");
    bob.wait_for("CONVERSATION", |said| {
        said["conversationList"][0]["conversation"]["unreadMessageCount"] == 0
    });
}

fn a_sender_who_wants_a_receipt_gets_one(site: &Site) {
    let Some((alice, bob)) = two(site) else { return };
    let send = |text: &str| {
        let sent = alice.call("text", &json!(["bob", text, { "needReceipt": true }]));
        sent.is(0)["messageUId"].as_str().unwrap().to_owned()
    };
    let (first, second) = (send("one"), send("two"));
    assert_eq!(bob.messages(2)[0]["needReceipt"], true);
    let counts = || {
        let found = alice.call("getMessageReadReceiptInfoV5", &json!([with("bob"), [first, second]]));
        let found = found.is(0).as_array().unwrap().clone();
        found.iter().map(|one| one["readCount"].as_i64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(counts(), [0, 0]);
    bob.call("sendReadReceiptResponseV5", &json!([with("alice"), [first]])).is(0);
    let told = alice.wait("MESSAGE_RECEIPT_RESPONSE_V5");
    assert!(told.to_string().contains(&first) && told.to_string().contains("\"bob\""), "{told}");
    assert_eq!(counts(), [1, 0]);
    let got =
        bob.call("getHistoryMessages", &json!([with("alice"), { "timestamp": 0, "count": 1, "order": 0 }]));
    let last_at = got.is(0)["list"][0]["sentTime"].clone();
    bob.call("sendReadReceiptMessage", &json!(["alice", second, last_at])).is(0);
    alice.wait_for("MESSAGE_RECEIPT_RESPONSE_V5", |told| told.to_string().contains(&second));
    assert_eq!(counts(), [1, 1]);
}

fn a_message_is_taken_back_everywhere(site: &Site) {
    let Some((alice, bob)) = two(site) else { return };
    let Some(second) = Device::connected(site, "alice") else { return };
    let (uid, sent_at) = alice.text("bob", "taken back");
    bob.messages(1);
    second.messages(1);
    assert_eq!(unread(&bob, "alice"), 1);
    bob.call("recallMessage", &json!([with("alice"), { "messageUId": uid, "sentTime": sent_at }])).is(25_107);
    alice
        .call(
            "recallMessage",
            &json!([with("bob"), { "messageUId": "AAAA-BBBB-CCCC-DDDD", "sentTime": sent_at }]),
        )
        .is(25_101);
    alice.call("recallMessage", &json!([with("bob"), { "messageUId": uid, "sentTime": sent_at }])).is(0);
    for device in [&bob, &second] {
        let command = device.messages(1).remove(0);
        assert_eq!(
            (&command["messageType"], &command["content"]["messageUId"]),
            (&json!("RC:RcCmd"), &json!(uid))
        );
    }
    assert_eq!(unread(&bob, "alice"), 0);
    for (device, peer) in [(&bob, "alice"), (&alice, "bob"), (&second, "bob")] {
        let left = history(device, peer);
        let what = (left.len(), &left[0]["messageType"], &left[0]["messageUId"], &left[0]["sentTime"]);
        assert_eq!(what, (1, &json!("RC:RcNtf"), &json!(uid), &json!(sent_at)));
        assert_eq!(left[0]["content"]["operatorId"], "alice");
    }
    let notice = json!({ "messageUId": uid, "sentTime": sent_at, "messageDirection": 2 });
    bob.call("deleteMessages", &json!([with("alice"), [notice]])).is(0);
    assert_eq!((history(&bob, "alice").len(), history(&alice, "bob").len()), (0, 1));
    // By a back end, and to somebody who was away.
    let answer = site.publish_text("alice", "bob", "of a back end");
    let uid = answer.is(200, 200).body["messageUIDs"][0]["messageUID"].as_str().unwrap().to_owned();
    bob.messages(1);
    let recall = [
        ("fromUserId", "alice"),
        ("targetId", "bob"),
        ("conversationType", "1"),
        ("messageUID", &uid),
        ("sentTime", "1"),
        ("isDelete", "1"),
    ];
    site.call_back_end("/message/recall.json", &recall).is(200, 200);
    let told = bob.messages(1).remove(0);
    assert_eq!((&told["content"]["messageUId"], &told["content"]["isDelete"]), (&json!(uid), &json!(true)));
    assert_eq!((history(&bob, "alice").len(), history(&alice, "bob").len()), (0, 1), "no notice of it");
    let Some(late) = Device::connected(site, "bob") else { return };
    let kinds: Vec<Value> = late.messages(2).iter().map(|message| message["messageType"].clone()).collect();
    assert_eq!(kinds, ["RC:RcCmd", "RC:RcCmd"], "only that something was taken back");
}

fn a_message_says_something_else_everywhere(site: &Site) {
    let Some((alice, bob)) = two(site) else { return };
    let Some(second) = Device::connected(site, "alice") else { return };
    let (uid, _) = alice.text("bob", "befor");
    bob.messages(1);
    second.messages(1);
    let modify = |device: &Device, peer: &str, uid: &str, text: &str| {
        let asked =
            json!([{ "messageUId": uid, "messageContent": { "content": text }, "conversation": with(peer) }]);
        device.call("modifyMessageWithParams", &asked)
    };
    modify(&bob, "alice", &uid, "not mine").is(20_114);
    modify(&alice, "bob", "AAAA-BBBB-CCCC-DDDD", "none").is(22_201);
    site.sixin(&["block-word", "add", "curse", "--mode", "refuse"]);
    modify(&alice, "bob", &uid, "a curse").is(21_501);
    let before = &history(&bob, "alice")[0];
    assert_eq!((&before["isModifyMessage"], &before["modifyInfo"]), (&json!(false), &Value::Null));
    let asked_at = crate::calls::now_ms();
    modify(&alice, "bob", &uid, "after").is(0);
    for device in [&bob, &second] {
        let told = device.wait("MESSAGE_MODIFIED");
        assert_eq!((&told[0]["content"]["content"], &told[0]["messageUId"]), (&json!("after"), &json!(uid)));
    }
    for (device, peer) in [(&bob, "alice"), (&alice, "bob")] {
        let shown = &history(device, peer)[0];
        assert_eq!(
            (&shown["content"]["content"], &shown["isModifyMessage"]),
            (&json!("after"), &json!(true))
        );
        let at = shown["modifyInfo"]["timestamp"].as_i64().unwrap_or_else(|| panic!("{shown}"));
        assert!((asked_at..=crate::calls::now_ms()).contains(&at), "{shown}");
    }
}

fn a_message_carries_pairs(site: &Site) {
    let Some((alice, bob)) = two(site) else { return };
    let options = json!({ "canIncludeExpansion": true, "expansion": { "a": "1" } });
    let sent = alice.call("text", &json!(["bob", "with pairs", options]));
    let uid = sent.is(0)["messageUId"].clone();
    let got = bob.messages(1).remove(0);
    assert_eq!((&got["expansion"], &got["canIncludeExpansion"]), (&json!({ "a": "1" }), &json!(true)));
    let mut message = got.clone();
    message["targetId"] = "alice".into();
    bob.call("updateMessageExpansion", &json!([{ "b": "2" }, message])).is(0);
    let told = alice.wait_for("EXPANSION", |said| said["updatedExpansion"].is_object());
    assert_eq!(told["updatedExpansion"]["messageUId"], uid);
    assert_eq!(told["updatedExpansion"]["expansion"]["b"], "2");
    bob.call("removeMessageExpansionForKey", &json!([["a"], message])).is(0);
    let told = alice.wait_for("EXPANSION", |said| said["deletedExpansion"].is_object());
    assert_eq!(told["deletedExpansion"]["deletedKeys"], json!(["a"]));
    assert_eq!(history(&alice, "bob")[0]["expansion"], json!({ "b": "2" }));
}

fn messages_are_deleted_and_histories_cleared_for_oneself(site: &Site) {
    let Some((alice, bob)) = two(site) else { return };
    let (first, first_at) = alice.text("bob", "one");
    let (second, second_at) = alice.text("bob", "two");
    alice.text("bob", "three");
    bob.messages(3);
    let found = bob.call(
        "getMessagesByUIds",
        &json!([{ "conversationIdentifier": with("alice"), "messageUIds": [first, second] }]),
    );
    let uids: Vec<&Value> = found.is(0).as_array().unwrap().iter().map(|one| &one["messageUId"]).collect();
    assert_eq!(uids, [&json!(first), &json!(second)]);
    let one = json!({ "messageUId": first, "sentTime": first_at, "messageDirection": 2 });
    bob.call("deleteMessages", &json!([with("alice"), [one]])).is(0);
    assert_eq!((history(&bob, "alice").len(), history(&alice, "bob").len()), (2, 3));
    bob.call("clearHistoryMessages", &json!([with("alice"), second_at])).is(0);
    assert_eq!((history(&bob, "alice").len(), history(&alice, "bob").len()), (1, 3));
    bob.call("clearHistoryMessages", &json!([with("alice"), 0])).is(0);
    assert_eq!((history(&bob, "alice").len(), history(&alice, "bob").len()), (0, 3));
}
