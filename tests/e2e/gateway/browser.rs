//! The SDK in a real Chromium, on a page of another origin.

use std::path::PathBuf;
use std::process::Command;

use super::device::token;
use crate::clients::{prepared, run, scripts};
use crate::site::Site;

#[test]
fn alice_and_bob_chat_on_a_page_of_their_own() {
    // Empty where there is no browser, which `cargo xtask test` tells at its end.
    let Some(browser) = prepared("SIXIN_TEST_CHROMIUM").filter(|path| !path.is_empty()) else { return };
    let Some(modules) = prepared("SIXIN_TEST_NODE") else { return };
    let site = Site::on_sqlite();
    let mut command = Command::new("node");
    command.args(["--experimental-websocket", "--no-warnings"]).arg(scripts("node").join("chat-browser.js"));
    command.env("NODE_PATH", PathBuf::from(modules).join("node_modules"));
    let tokens = ["alice", "bob"].map(|name| token(&site, name));
    let more = [
        ("SIXIN_TEST_CHROMIUM", &*browser),
        ("SIXIN_ALICE_TOKEN", &*tokens[0]),
        ("SIXIN_BOB_TOKEN", &*tokens[1]),
    ];
    run(&site, command, &more);
    assert_eq!(site.messages(), 4);
}
