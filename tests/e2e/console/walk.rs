//! The console in a real Chromium, with the policy it is served with.

use std::path::PathBuf;
use std::process::Command;

use super::PASSWORD;
use crate::clients::{prepared, run, scripts};
use crate::database::TestDatabase;
use crate::site::Site;

#[test]
fn an_operator_walks_through_the_console_in_a_browser() {
    // Empty where there is no browser, which `cargo xtask test` tells at its end.
    let Some(browser) = prepared("SIXIN_TEST_CHROMIUM").filter(|path| !path.is_empty()) else { return };
    let Some(modules) = prepared("SIXIN_TEST_NODE") else { return };
    let site = Site::on(TestDatabase::sqlite(), &[]);
    site.operator("olga", "administrator");
    site.send_text(&site.alice, "bob", "hello").is(200, 0);
    let mut command = Command::new("node");
    command.args(["--experimental-websocket", "--no-warnings"]).arg(scripts("node").join("console-page.js"));
    command.env("NODE_PATH", PathBuf::from(modules).join("node_modules"));
    command.env("SIXIN_TEST_CHROMIUM", browser).env("SIXIN_OPERATOR_PASSWORD", PASSWORD);
    run(&site, command, &[]);
    let rows = site.audit(20);
    for row in ["olga sign-in olga", "olga user.mute alice", "olga conversation.read alice bob"] {
        assert!(rows.iter().any(|one| one == row), "{row} is not in {rows:?}");
    }
}
