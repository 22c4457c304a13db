//! Both dialects over one store.

use serde_json::json;

use crate::calls::{FORM, PUBLISH, SEND, back_end_headers, form, now_ms, post, text_content};
use crate::on_every_database;
use crate::site::{Key, Site, sixin_with_input};

on_every_database!(
    a_message_of_either_dialect_is_in_the_same_conversation,
    the_seeds_curl_sample_works_as_printed,
    the_body_of_the_seeds_javascript_sample_works_under_both_content_types,
    aliases_doubled_slashes_and_upper_case_signatures_are_accepted,
    a_thousand_recipients_are_one_call,
    a_user_sends_by_uid_and_by_name,
    a_file_message_goes_to_the_peer_it_was_uploaded_for,
    a_rotated_secret_and_its_follower_both_work,
    a_strict_key_takes_a_request_once,
);

fn a_message_of_either_dialect_is_in_the_same_conversation(site: &Site) {
    let published = site.publish_text("alice", "bob", "from her back end");
    published.is(200, 200);
    let sent = site.send_text(&site.bob, "alice", "from his app");
    sent.is(200, 0);
    assert_eq!(sent.body["data"]["content"], "from his app");
    assert_eq!(sent.body["data"]["user"]["nickname"], "Bob");
    assert_eq!(site.database.number("SELECT COUNT(*) AS number FROM conversations"), 1);
    assert_eq!(
        site.database.lines(
            "SELECT CONCAT_WS(' ', seq, message_text) AS line FROM conversation_messages ORDER BY seq"
        ),
        ["1 from her back end", "2 from his app"]
    );
    let ids: Vec<i64> = site
        .database
        .lines("SELECT CONCAT(id, '') AS line FROM conversation_messages ORDER BY seq")
        .iter()
        .map(|id| id.parse().unwrap())
        .collect();
    assert_eq!(published.body["messageId"], ids[0].to_string());
    assert_eq!(sent.body["data"]["id"], ids[1]);
}

/// The signature printed in the specification is that of the sample secret of its time
/// (docs/wire/rongcloud.md#signature-vectors).
fn the_seeds_curl_sample_works_as_printed(site: &Site) {
    for name in ["user1", "user2"] {
        site.sixin(&["user", "create", name]);
    }
    let import = ["app-key", "import", "your-app-key", "--dialect", "rongcloud", "--allow-short"];
    sixin_with_input(&site.database.url(), &import, "Y1W2MeFwwwRxa0\n");
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let headers = vec![
        header("App-Key", "your-app-key"),
        header("Nonce", "14314"),
        header("Timestamp", "1408710653000"),
        header("Signature", "30be0bbca9c9b2e27578701e9fda2358a814c88f"),
        header("Content-Type", FORM),
    ];
    let body = b"fromUserId=user1&toUserId=user2&objectName=RC:TxtMsg&content=%7B%22content%22%3A%22Hello%20World%22%7D";
    let answer = post(&site.url(PUBLISH), &headers, body);
    answer.is(200, 200);
    assert!(answer.body["messageId"].is_string() && answer.body["sentTime"].is_i64());
    assert_eq!(
        site.database.lines("SELECT content AS line FROM conversation_messages"),
        [r#"{"content":"Hello World"}"#]
    );
}

fn the_body_of_the_seeds_javascript_sample_works_under_both_content_types(site: &Site) {
    let body = json!({
        "fromUserId": "alice", "toUserId": "bob", "objectName": "RC:TxtMsg",
        "content": text_content("Hello World"), "pushContent": "您收到一条新消息",
        "count": 1, "verifyBlacklist": 0, "isPersisted": 1, "isCounted": 1, "isIncludeSender": 0,
    });
    for content_type in [FORM, "application/json"] {
        let mut headers = back_end_headers(&site.rong, "7", &now_ms().to_string());
        headers.push(("Content-Type".into(), content_type.into()));
        post(&site.url(PUBLISH), &headers, body.to_string().as_bytes()).is(200, 200);
    }
    let kept = site.database.lines("SELECT delivery AS line FROM conversation_messages");
    assert!(kept.iter().all(|kept| kept.contains("您收到一条新消息")), "{kept:?}");
    // The sender asked for no copy, so its own view stays empty.
    assert_eq!(
        site.database.number("SELECT a_message_count + b_message_count AS number FROM conversations"),
        2
    );
}

fn aliases_doubled_slashes_and_upper_case_signatures_are_accepted(site: &Site) {
    let content = text_content("hi");
    let body = form(&[
        ("fromUserId", "alice"),
        ("toUserId[]", "bob"),
        ("objectName", "RC:TxtMsg"),
        ("content", &content),
    ]);
    let headers = back_end_headers(&site.rong, "483920.5173928474", "1732233600")
        .into_iter()
        .map(|(name, value)| {
            let value = if name == "Signature" { value.to_uppercase() } else { value };
            (format!("rc-{name}"), value)
        })
        .collect();
    post(&site.url("//message//private/publish.json"), &headers, &body).is(200, 200);
    let body = json!({ "uidOrUsername": "bob", "message": "hi" }).to_string();
    let doubled = SEND.replace('/', "//");
    post(&site.url(&doubled), &site.user_headers(&site.alice, &[]), body.as_bytes()).is(200, 0);
}

fn a_thousand_recipients_are_one_call(site: &Site) {
    let names: Vec<String> = (0..1000).map(|number| format!("r{number:04}")).collect();
    for (chunk, names) in names.chunks(250).enumerate() {
        let row = |(number, name): (usize, &String)| {
            format!("(1, {}, '{name}', '{name}')", 100 + chunk * 250 + number)
        };
        let rows: Vec<String> = names.iter().enumerate().map(row).collect();
        let insert = "INSERT INTO users (account_id, uid, username, nickname) VALUES ";
        site.database.execute(&format!("{insert}{}", rows.join(", ")));
    }
    let content = json!({ "blob": "x".repeat(120_000) }).to_string();
    let mut fields = vec![("fromUserId", "alice"), ("objectName", "My:Blob"), ("content", content.as_str())];
    fields.extend(names.iter().map(|name| ("toUserId", name.as_str())));
    let answer = site.publish(&fields);
    answer.is(200, 200);
    let delivered = answer.body["messageUIDs"].as_array().unwrap();
    let order: Vec<&str> = delivered.iter().map(|one| one["userId"].as_str().unwrap()).collect();
    assert_eq!(order, names);
    assert_eq!(site.database.number("SELECT COUNT(*) AS number FROM conversations"), 1000);
    assert_eq!(site.database.number("SELECT COUNT(*) AS number FROM message_contents"), 1);
    fields.push(("toUserId", "bob"));
    site.publish(&fields).is(400, 1003);
    assert_eq!(site.messages(), 1000);
}

fn a_user_sends_by_uid_and_by_name(site: &Site) {
    site.sixin(&["user", "create", "4711"]);
    site.sixin(&["user", "create", "00012"]);
    for to in [site.bob.uid.to_string().as_str(), "bob", "4711", "00012"] {
        site.send_text(&site.alice, to, "hi").is(200, 0);
    }
    assert_eq!(site.database.number("SELECT COUNT(*) AS number FROM conversations"), 3);
}

fn a_file_message_goes_to_the_peer_it_was_uploaded_for(site: &Site) {
    let alice = site.database.number("SELECT id AS number FROM users WHERE username = 'alice'");
    site.database.execute(
        "INSERT INTO files (fid, type, name, extension, path, size) VALUES ('AbCdEf12', 1, 'cat.png', 'png', 'c/cat.png', 2097152)",
    );
    let file = site.database.number("SELECT id AS number FROM files");
    site.database.execute(&format!(
        "INSERT INTO file_usages (file_id, usage_type, platform_id, table_name, table_column, table_key, user_id) \
         VALUES ({file}, 6, 5, 'conversation_messages', 'message_file_id', 'bob', {alice})"
    ));
    let send = |person, to: &str| site.send(person, &json!({ "uidOrUsername": to, "fid": "AbCdEf12" }));
    send(&site.alice, "carol").is(200, 37_500);
    send(&site.carol, "bob").is(200, 37_500);
    let sent = send(&site.alice, &site.bob.uid.to_string());
    sent.is(200, 0);
    let data = &sent.body["data"];
    assert_eq!((&data["type"], &data["content"]), (&json!(2), &json!(null)));
    assert_eq!((&data["file"]["fid"], &data["file"]["size"]), (&json!("AbCdEf12"), &json!("2 MB")));
    assert_eq!(site.database.lines("SELECT latest_message_brief AS line FROM conversations"), ["[image]"]);
    let bound = site.database.number("SELECT table_id AS number FROM file_usages");
    assert_eq!(data["id"], bound);
    send(&site.alice, "bob").is(200, 37_500);
    assert_eq!(site.messages(), 1);
}

fn a_rotated_secret_and_its_follower_both_work(site: &Site) {
    let rotated = site.sixin(&["app-key", "rotate", &site.rong.id]);
    let fresh = Key { id: site.rong.id.clone(), secret: rotated["secret"].as_str().unwrap().to_owned() };
    let content = text_content("hi");
    let body = form(&[
        ("fromUserId", "alice"),
        ("toUserId", "bob"),
        ("objectName", "RC:TxtMsg"),
        ("content", &content),
    ]);
    let call = |key: &Key| post(&site.url(PUBLISH), &back_end_headers(key, "1", "2"), &body);
    call(&site.rong).is(200, 200);
    call(&fresh).is(200, 200);
    let rotated = site.sixin(&["app-key", "rotate", &site.rong.id, "--overlap-hours", "0"]);
    assert_ne!(rotated["secret"], fresh.secret);
    call(&site.rong).is(401, 1001);
}

fn a_strict_key_takes_a_request_once(site: &Site) {
    let key = site.strict_key();
    let content = text_content("hi");
    let body = form(&[
        ("fromUserId", "alice"),
        ("toUserId", "bob"),
        ("objectName", "RC:TxtMsg"),
        ("content", &content),
    ]);
    let call = |nonce: &str, time: i64| {
        post(&site.url(PUBLISH), &back_end_headers(&key, nonce, &time.to_string()), &body)
    };
    let now = now_ms();
    call("1", now).is(200, 200);
    call("1", now).is(401, 1001);
    call("2", now).is(200, 200);
    call("3", now / 1000).is(200, 200);
    for off in [-360_000, 360_000] {
        call("4", now + off).is(401, 1001);
    }
    assert_eq!(site.messages(), 3);
}
