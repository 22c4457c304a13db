//! The test-suite of RongCloud's own server SDK for Node, unmodified, on both databases.

use std::path::PathBuf;
use std::process::Command;

use crate::clients::{prepared, run, scripts};
use crate::on_every_database;
use crate::site::Site;

on_every_database!(the_test_suite_of_the_node_sdk_passes_but_for_what_is_not_for_two_users);

/// What the suite signs with; it stands in its `spec/helpers/data.js`.
const KEY: (&str, &str) = ("8luwapkvucoil", "y0icysjl4h3LWz");
/// Whom it takes for granted; one more it makes by itself.
const USERS: [&str; 6] = ["1001", "sea9901", "sea9902", "__SYSTEM__", "member01", "watergroup"];
const SPECS: [&str; 5] = [
    "userSpec.js",
    "message/privateSpec.js",
    "message/historySpec.js",
    "sensitiveSpec.js",
    "conversationSpec.js",
];

fn the_test_suite_of_the_node_sdk_passes_but_for_what_is_not_for_two_users(site: &Site) {
    let Some(modules) = prepared("SIXIN_TEST_NODE") else { return };
    site.sixin_with_input(&["app-key", "import", KEY.0, "--dialect", "rongcloud", "--allow-short"], KEY.1);
    for user in USERS {
        site.sixin(&["user", "create", user]);
    }
    let mut command = Command::new("node");
    command.env("NODE_PATH", PathBuf::from(modules).join("node_modules"));
    command.arg(scripts("node").join("sdk-spec.js"));
    run(site, command, &[("SIXIN_SDK_SPECS", &SPECS.join(","))]);
    // What it sends is there: one text, and a template for each of two users.
    assert_eq!(site.messages(), 3);
}
