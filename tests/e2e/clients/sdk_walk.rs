//! Every call of RongCloud's own server SDK for Python, unmodified, on both databases.

use std::process::Command;

use serde_json::json;

use crate::back_ends::rongcloud_messages::shown;
use crate::clients::{prepared, run, scripts};
use crate::on_every_database;
use crate::site::Site;

on_every_database!(every_call_of_the_python_sdk_is_answered_or_refused_as_not_for_two_users);

fn every_call_of_the_python_sdk_is_answered_or_refused_as_not_for_two_users(site: &Site) {
    let Some(python) = prepared("SIXIN_TEST_PYTHON") else { return };
    let mut command = Command::new(python);
    command.arg(scripts("python").join("sdk_walk.py")).env("PYTHONDONTWRITEBYTECODE", "1");
    run(site, command, &[]);
    // What it was told is so, in the store and for apps.
    let hello = "Hello from Python: 你好 & + %";
    assert_eq!(shown(site, &site.bob, "alice"), [hello, hello, "hi Bob", "hi Bob"]);
    assert_eq!(shown(site, &site.carol, "alice"), ["hi Carol 你"; 2]);
    assert_eq!(shown(site, &site.alice, "bob"), [hello]);
    assert_eq!(shown(site, &site.bob, "dora"), [hello; 0]);
    let dora = site.get_as(&site.alice, "user/dora/detail").is(200, 0).body["data"]["detail"].clone();
    assert_eq!((&dora["nickname"], &dora["avatar"]), (&json!("Dora B"), &json!("https://example.com/d.png")));
    assert_eq!(site.database.lines("SELECT word AS line FROM block_words"), ["three"]);
    site.send_text(&site.alice, "bob", "three").is(200, 36605);
    site.send_text(&site.bob, "dora", "on her blacklist").is(200, 36608);
    site.send_text(&site.carol, "dora", "not any more").is(200, 0);
}
