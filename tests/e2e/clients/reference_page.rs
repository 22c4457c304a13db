//! The reference page in a real Chromium: keys are entered, and what is tried out is signed.

use std::process::Command;

use crate::clients::{prepared, run, scripts};
use crate::database::TestDatabase;
use crate::site::Site;

#[test]
fn what_is_tried_out_on_the_reference_page_is_signed() {
    // Empty where there is no browser, which `cargo xtask test` tells at its end.
    let Some(browser) = prepared("SIXIN_TEST_CHROMIUM").filter(|path| !path.is_empty()) else { return };
    let site = Site::on(TestDatabase::sqlite(), &[]);
    let mut command = Command::new("node");
    command
        .args(["--experimental-websocket", "--no-warnings"])
        .arg(scripts("node").join("reference-page.js"));
    command.env("SIXIN_TEST_CHROMIUM", browser);
    run(&site, command, &[]);
}
