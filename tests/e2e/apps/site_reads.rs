//! What clients read about the site and its users.

use serde_json::{Value, json};

use crate::calls::{Answer, try_call};
use crate::on_every_database;
use crate::site::Site;

on_every_database!(
    settings_are_told_as_they_are_in_force_and_secrets_never,
    roles_are_told_to_everybody_and_on_a_private_site_to_its_users,
    block_words_are_listed_by_what_they_are_blocked_in,
    a_user_is_shown_to_users_and_on_a_public_site_to_anybody,
    a_panel_tells_a_user_what_is_unread_and_which_files_are_taken,
);

/// Reads without being signed in.
fn get(site: &Site, path: &str) -> Answer {
    let headers = site.user_headers(&site.alice, &[("aid", None), ("uid", None), ("token", None)]);
    try_call("GET", &site.url(&format!("/api/v2/{path}")), &headers, b"").unwrap()
}

fn data(site: &Site, path: &str) -> Value {
    get(site, path).is(200, 0).body["data"].clone()
}

fn settings_are_told_as_they_are_in_force_and_secrets_never(site: &Site) {
    site.sixin(&["setting", "set", "site_mode", "private"]);
    site.sixin(&["setting", "set", "image_bucket_domain", "https://bucket.example"]);
    site.change("INSERT INTO configs (item_key, item_value, is_api, created_at) VALUES ('image_secret_key', 'hush', 1, 0)");
    let asked = "global/configs?keys=site_mode,image_bucket_domain,image_secret_key&tags=interactives";
    let settings = data(site, asked)["list"].clone();
    let expected = json!({
        "site_mode": "private", "conversation_status": true, "conversation_files": ["image"],
        "follow_user_setting": true, "block_user_setting": true,
    });
    assert_eq!(settings, expected);
    let all = data(site, "global/configs?isAll=true&pageSize=100").to_string();
    assert!(!all.contains("bucket") && !all.contains("hush"), "{all}");
}

fn roles_are_told_to_everybody_and_on_a_private_site_to_its_users(site: &Site) {
    let all = data(site, "global/roles");
    assert_eq!(all["pagination"]["total"], 4);
    let general = json!({
        "rid": 4, "nicknameColor": null, "name": "General User", "nameDisplay": false, "icon": null,
        "iconDisplay": false, "permission": {"conversation": true}, "status": true,
    });
    assert_eq!(all["list"][3], general);
    site.change("UPDATE roles SET deleted_at = 1 WHERE id = 1");
    let system = data(site, "global/roles?ids=1,2,3,4&type=2");
    assert_eq!((&system["list"][0]["rid"], &system["pagination"]["total"]), (&json!(2), &json!(2)));
    assert_eq!(data(site, "global/roles?ids=1")["list"], json!([]));
    site.sixin(&["setting", "set", "site_mode", "private"]);
    get(site, "global/roles").is(200, 31501);
    assert_eq!(site.get_as(&site.alice, "global/roles").is(200, 0).body["data"]["pagination"]["total"], 3);
}

fn block_words_are_listed_by_what_they_are_blocked_in(site: &Site) {
    site.sixin(&["block-word", "add", "darn", "--mode", "replace", "--with", "***"]);
    site.change(
        "INSERT INTO block_words (word, content_mode, user_mode, conversation_mode, created_at) \
         VALUES ('heck', 3, 1, 1, 0)",
    );
    let darn = json!({
        "word": "darn", "contentMode": 1, "userMode": 1, "conversationMode": 2, "replaceWord": "***",
    });
    let words = data(site, "global/block-words?type=conversation");
    assert_eq!((&words["list"], &words["pagination"]["total"]), (&json!([darn]), &json!(1)));
    assert_eq!(data(site, "global/block-words?type=content")["list"][0]["word"], "heck");
    let second = data(site, "global/block-words?pageSize=1&page=2");
    assert_eq!((&second["list"][0]["word"], &second["pagination"]["total"]), (&json!("heck"), &json!(2)));
    get(site, "global/block-words?page=0").is(200, 30000);
}

fn a_user_is_shown_to_users_and_on_a_public_site_to_anybody(site: &Site) {
    let by_name = data(site, "user/bob/detail")["detail"].clone();
    assert_eq!((&by_name["nickname"], &by_name["uid"]), (&json!("Bob"), &json!(site.bob.uid)));
    assert_eq!(
        (&by_name["conversation"]["status"], &by_name["conversation"]["code"]),
        (&json!(false), &json!(31601))
    );
    let by_number = data(site, &format!("user/{}/detail?whitelistKeys=username", site.bob.uid));
    assert_eq!(by_number, json!({"detail": {"username": "bob"}}));
    let seen = || site.get_as(&site.alice, "user/bob/detail").is(200, 0).body["data"]["detail"].clone();
    assert_eq!((&seen()["conversation"]["code"], &seen()["deactivate"]), (&json!(0), &json!(false)));
    get(site, "user/nobody/detail").is(200, 35201);
    site.sixin(&["user", "delete", "bob"]);
    assert_eq!((&seen()["conversation"]["code"], &seen()["deactivate"]), (&json!(35203), &json!(true)));
    site.sixin(&["setting", "set", "site_mode", "private"]);
    get(site, "user/bob/detail").is(200, 31501);
    assert_eq!(seen()["username"], "bob");
}

fn a_panel_tells_a_user_what_is_unread_and_which_files_are_taken(site: &Site) {
    for text in ["one", "two"] {
        site.send_text(&site.alice, "bob", text).is(200, 0);
    }
    site.send_text(&site.carol, "bob", "three").is(200, 0);
    site.sixin(&["setting", "set", "document_extension_names", "pdf,txt"]);
    let panel = |person| site.get_as(person, "user/panel").is(200, 0).body["data"].clone();
    let bobs = panel(&site.bob);
    assert_eq!(bobs["conversations"], json!({"conversationCount": 2, "unreadMessages": 3}));
    assert_eq!(bobs["fileAccept"]["documents"], ".pdf,.txt");
    assert_eq!(
        bobs["fileAccept"]["audios"],
        "audio/mp3,audio/wav,audio/m4a,audio/ogg,audio/oga,audio/opus,audio/webm,audio/aac,audio/amr"
    );
    assert_eq!(panel(&site.alice)["conversations"], json!({"conversationCount": 1, "unreadMessages": 0}));
    get(site, "user/panel").is(200, 31501);
}
