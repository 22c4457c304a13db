//! Node, .NET, a host that reserves header names, sealtalk's own client, axios, and a third-party client in Go.

use serde_json::json;

use super::{SECONDS, call, contents, escaped, go_escaped, refused, signature, uid};
use crate::calls::{Answer, FORM, PUBLISH, now_ms};
use crate::on_every_database;
use crate::raw::{exchange, request};
use crate::site::Site;

on_every_database!(
    node_signs_once_and_looks_at_nothing_but_the_status,
    node_sends_nulls_in_the_lists_of_a_template,
    node_mutes_with_a_number_and_an_array_for_one_user,
    dotnet_signs_in_capitals_over_http_1_0,
    signing_headers_have_other_names_where_a_host_reserves_them,
    sealtalk_signs_with_milliseconds,
    axios_has_two_ways_and_a_client_in_go_a_third_to_name_several_recipients,
);

const CONTENT: &str = r#"{"content":"hi!"}"#;

/// What all of these publish, to nobody yet.
fn text() -> String {
    format!("fromUserId=alice&objectName=RC%3ATxtMsg&content={}", go_escaped(CONTENT))
}

fn node(site: &Site, path: &str, body: &str) -> Answer {
    let headers = [("Content-Type", FORM), ("User-Agent", "rc-nodejs-sdk/3.1.1")];
    call(site, path, ("12345678", SECONDS), &headers, body)
}

fn node_signs_once_and_looks_at_nothing_but_the_status(site: &Site) {
    // Arrays first, spaces as %20, and what is not there as a text.
    let content = escaped(r#"{"content":"a b!"}"#, "-_.!~*'()", "%20");
    let body = format!(
        "toUserId=bob&toUserId=carol&fromUserId=alice&objectName=RC%3ATxtMsg&content={content}&count=undefined&\
         isPersisted=undefined&pushContent=undefined&expansion=false"
    );
    for _ in 0..3 {
        uid(&node(site, PUBLISH, &body));
    }
    assert_eq!(site.messages(), 6);
    assert_eq!(contents(site)[0], r#"{"content":"a b!"}"#);
    refused(&node(site, PUBLISH, &body.replace("carol", "nobody")), 404, 1004);
    let black = node(site, "/user/blacklist/add.json", "blackUserId=bob&blackUserId=carol&userId=alice");
    assert_eq!(black.is(200, 200).body, json!({"code": 200}));
}

/// As it was captured from the SDK.
fn node_sends_nulls_in_the_lists_of_a_template(site: &Site) {
    const CAPTURED: &str = r#"{"fromUserId":"a","objectName":"RC:TxtMsg","content":"{\"content\":\"hi {n}\"}","toUserId":["b","c"],"values":[{"{n}":"B"},{"{n}":"C"}],"pushContent":["p","q"],"pushData":[null,null]}"#;
    for name in ["a", "b", "c"] {
        site.sixin(&["user", "create", name]);
    }
    let headers = [("Content-Type", "application/json"), ("User-Agent", "rc-nodejs-sdk/3.1.1")];
    let path = "/message/private/publish_template.json";
    let published = call(site, path, ("12345678", SECONDS), &headers, CAPTURED);
    uid(&published);
    let users = published.body["messageUIDs"].as_array().unwrap().iter().map(|one| one["userId"].clone());
    assert_eq!(users.collect::<Vec<_>>(), ["b", "c"]);
    assert_eq!(contents(site), [r#"{"content":"hi B"}"#, r#"{"content":"hi C"}"#]);
    let delivery = site.database.lines("SELECT delivery AS line FROM conversation_messages ORDER BY id");
    assert_eq!(delivery, [r#"{"pushContent":"p"}"#, r#"{"pushContent":"q"}"#]);
}

fn node_mutes_with_a_number_and_an_array_for_one_user(site: &Site) {
    for name in ["a", "b"] {
        site.sixin(&["user", "create", name]);
    }
    let whose = "conversationType=1&requestId=a";
    let muted = || {
        let body = format!("targetId=b&{whose}");
        node(site, "/conversation/notification/get.json", &body).is(200, 200).body["isMuted"].clone()
    };
    for number in [1, 0] {
        let body = format!("targetId=b&isMuted={number}&{whose}");
        let answer = node(site, "/conversation/notification/set.json", &body);
        assert_eq!(answer.is(200, 200).body, json!({"code": 200}));
        assert_eq!(muted(), json!(number));
    }
    node(site, "/user/blacklist/add.json", "blackUserId=alice&userId=bob").is(200, 200);
    site.send_text(&site.alice, "bob", "hi").is(200, 36608);
    let listed = node(site, "/user/blacklist/query.json", "userId=bob&pageToken=undefined&size=undefined");
    assert_eq!(listed.is(200, 200).body, json!({"code": 200, "users": ["alice"]}));
    node(site, "/user/blacklist/remove.json", "blackUserId=alice&userId=bob").is(200, 200);
    site.send_text(&site.alice, "bob", "hi").is(200, 0);
}

fn dotnet_signs_in_capitals_over_http_1_0(site: &Site) {
    let signature = signature(site, "1559595546", SECONDS).to_uppercase();
    let headers = [
        ("App-Key", site.rong.id.as_str()),
        ("Nonce", "1559595546"),
        ("Timestamp", SECONDS),
        ("Signature", &signature),
        ("Content-Type", FORM),
    ];
    let request = String::from_utf8(request(PUBLISH, &headers, &format!("{}&toUserId=bob", text()))).unwrap();
    let (answer, _) = exchange(site, request.replacen("HTTP/1.1", "HTTP/1.0", 1).as_bytes());
    uid(&answer);
    assert_eq!(contents(site), [CONTENT]);
}

fn signing_headers_have_other_names_where_a_host_reserves_them(site: &Site) {
    let signature = signature(site, "14314", SECONDS);
    let parts = [site.rong.id.as_str(), "14314", SECONDS, &signature];
    let body = format!("{}&toUserId=bob", text());
    for names in [
        ["RC-App-Key", "RC-Nonce", "RC-Timestamp", "RC-Signature"],
        ["rc-app-key", "RC-NONCE", "Timestamp", "signature"],
    ] {
        let mut headers: Vec<(&str, &str)> = names.into_iter().zip(parts).collect();
        headers.push(("Content-Type", FORM));
        uid(&exchange(site, &request(PUBLISH, &headers, &body)).0);
    }
    // The plain name comes before its alias.
    let headers = [
        ("App-Key", "nobody"),
        ("RC-App-Key", parts[0]),
        ("Nonce", parts[1]),
        ("Timestamp", parts[2]),
        ("Signature", parts[3]),
    ];
    refused(&exchange(site, &request(PUBLISH, &headers, &body)).0, 401, 1002);
    assert_eq!(site.messages(), 2);
}

fn sealtalk_signs_with_milliseconds(site: &Site) {
    let now = now_ms().to_string();
    for timestamp in [now.as_str(), "1408710653000"] {
        uid(&call(
            site,
            PUBLISH,
            ("483920", timestamp),
            &[("Content-Type", FORM)],
            &format!("{}&toUserId=bob", text()),
        ));
    }
    assert_eq!(site.messages(), 2);
}

fn axios_has_two_ways_and_a_client_in_go_a_third_to_name_several_recipients(site: &Site) {
    let json = json!({
        "fromUserId": "alice", "toUserId": ["bob", "carol"], "objectName": "RC:TxtMsg", "content": CONTENT, "count": 1,
        "isPersisted": 1, "verifyBlacklist": false,
    });
    for body in [
        // axios since 1.0
        format!("{}&toUserId%5B%5D=bob&toUserId%5B%5D=carol", text()),
        format!("{}&toUserId[]=bob&toUserId[]=carol", text()),
        // axios before 1.0, under the same content type
        json.to_string(),
        // feymanlee
        format!("{}&toUserId=bob%2Ccarol&pushContent=&pushData=", text()),
        // and one recipient twice is one recipient
        format!("{}&toUserId=bob&toUserId=carol&toUserId=bob", text()),
    ] {
        let before = site.messages();
        let published = call(site, PUBLISH, ("14314", SECONDS), &[("Content-Type", FORM)], &body);
        uid(&published);
        let users = published.body["messageUIDs"].as_array().unwrap().iter().map(|one| one["userId"].clone());
        assert_eq!(users.collect::<Vec<_>>(), ["bob", "carol"], "{body}");
        assert_eq!(site.messages(), before + 2, "{body}");
    }
    assert_eq!(contents(site), [CONTENT; 10]);
}
