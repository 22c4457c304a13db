//! The reference page in a real Chromium: keys are entered, and what is tried out is signed.

use std::process::Command;

use crate::clients::{run, scripts};
use crate::database::TestDatabase;
use crate::site::Site;

#[test]
fn what_is_tried_out_on_the_reference_page_is_signed() {
    // `cargo xtask test` says so where there is no browser.
    let Ok(browser) = std::env::var("SIXIN_TEST_CHROMIUM") else { return };
    let site = Site::on(TestDatabase::sqlite(), &[]);
    let mut command = Command::new("node");
    command
        .args(["--experimental-websocket", "--no-warnings"])
        .arg(scripts("node").join("reference-page.js"));
    command.env("SIXIN_TEST_CHROMIUM", browser);
    run(&site, command, &[]);
}
