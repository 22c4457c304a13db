//! Files that the SDK uploads for the contents of its messages.

use serde_json::{Value, json};

use super::Device;
use crate::calls::{Answer, try_call};
use crate::on_every_database;
use crate::site::Site;
use crate::upload::{fetch, form, png, with_form};

on_every_database!(
    a_file_is_uploaded_by_the_sdk_and_read_by_everybody_who_has_the_message,
    an_upload_needs_a_ticket_and_keeps_the_rules_of_all_uploads,
);

const NOTES: &str = "some notes\n";

fn a_file_is_uploaded_by_the_sdk_and_read_by_everybody_who_has_the_message(site: &Site) {
    // Of the kinds of files only pictures are taken unless the site says so.
    site.sixin(&["setting", "set", "conversation_files", r#"["image","document"]"#]);
    let Some(alice) = Device::connected(site, "alice") else { return };
    let Some(bob) = Device::connected(site, "bob") else { return };
    alice.call("sendFileMessage", &json!(["bob", "notes.txt", "text/plain", { "text": NOTES }])).is(0);
    let got = bob.messages(1).remove(0);
    let content = &got["content"];
    assert_eq!((&got["messageType"], &content["name"]), (&json!("RC:FileMsg"), &json!("notes.txt")));
    let read = |url: &Value| {
        let (status, headers, bytes) = fetch(url.as_str().unwrap(), &[]);
        (status, String::from_utf8(bytes).unwrap(), headers)
    };
    let (status, text, headers) = read(&content["fileUrl"]);
    assert_eq!((status, text.as_str()), (200, NOTES));
    let policy = headers.iter().find(|(name, _)| name == "content-security-policy");
    assert_eq!(policy.unwrap().1, "default-src 'none'; sandbox");
    // An app of the other dialect finds it where it finds all files.
    let shown = site.get_as(&site.bob, "conversation/alice/messages").body["data"]["list"][0].clone();
    assert!(shown.to_string().contains(content["fileUrl"].as_str().unwrap()), "{shown}");
    // The sweep leaves it: its message does not name it.
    assert_eq!(site.database.number("SELECT COUNT(*) AS number FROM files WHERE deleted_at IS NULL"), 1);
}

/// Where the SDK is told to upload a file, and what it calls it.
fn place(device: &Device, kind: i64, name: &str) -> (String, String) {
    let asked = device.call("getFileToken", &json!([kind, name]));
    let places: Value = serde_json::from_str(asked.is(0)["ossConfig"].as_str().unwrap()).unwrap();
    (places[0]["qiniu"].as_str().unwrap().to_owned(), asked.is(0)["fileName"].as_str().unwrap().to_owned())
}

fn upload(place: &str, fields: &[(&str, &str)], file: Option<(&str, &[u8])>) -> Answer {
    try_call("POST", place, &with_form(Vec::new()), &form(fields, file)).unwrap()
}

fn an_upload_needs_a_ticket_and_keeps_the_rules_of_all_uploads(site: &Site) {
    let Some(alice) = Device::connected(site, "alice") else { return };
    let (at, key) = place(&alice, 1, "a.png");
    let at = at.as_str();
    let picture = png(40, 20);
    let fields = [("token", "x"), ("key", key.as_str())];
    let file = Some(("a.png", picture.as_slice()));
    let refused = |status: u16, place: &str, fields: &[(&str, &str)], file: Option<(&str, &[u8])>| {
        let answer = upload(place, fields, file);
        assert_eq!(answer.status, status, "{place} {fields:?} {}", answer.body);
        assert!(answer.body["error"].is_string(), "{}", answer.body);
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"), "pages read why");
    };
    for wrong in [at.replace("ticket=", "ticket=x"), at.replace('?', "?x"), format!("{at}0")] {
        refused(401, &wrong, &fields, file);
    }
    refused(401, at, &[("key", "another")], file);
    refused(400, at, &[], file);
    refused(400, at, &fields, None);
    refused(400, at, &fields, Some(("a.png", b"")));
    refused(415, at, &fields, Some(("a.png", b"no picture")));
    assert_eq!(site.database.number("SELECT COUNT(*) AS number FROM files"), 0);
    let answer = upload(at, &fields, file);
    assert_eq!((answer.status, &answer.body["key"]), (200, &json!(key)), "{}", answer.body);
    refused(409, at, &fields, file);
    let large = vec![b'x'; 6 << 20];
    refused(413, &place(&alice, 1, "large.png").0, &fields, Some(("a.png", &large)));
    // Whoever may not write uploads nothing, and whoever was put out neither.
    let (place, key) = place(&alice, 1, "later.png");
    let fields = [("key", key.as_str())];
    site.call_back_end("/user/chat/fb/set.json", &[("userId", "alice"), ("state", "1"), ("type", "PERSON")])
        .is(200, 200);
    refused(403, &place, &fields, file);
    site.call_back_end("/user/token/expire.json", &[("userId", "alice"), ("time", "9999999999999")])
        .is(200, 200);
    refused(401, &place, &fields, file);
    assert_eq!(site.database.number("SELECT COUNT(*) AS number FROM files"), 1);
    let (log, secret) = (site.server.log(), at.rsplit_once('.').unwrap().1);
    assert!(!log.contains(secret), "tickets stand in no log");
}
