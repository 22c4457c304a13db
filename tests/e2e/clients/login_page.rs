//! The sign-in page of apps of Fresns 3.x in a real Chromium, with the policy it is served with.

use std::process::Command;

use crate::clients::{prepared, run, scripts};
use crate::database::TestDatabase;
use crate::site::Site;

#[test]
fn whoever_signs_in_on_the_page_is_signed_in_to_the_app_and_to_no_other_page() {
    // Empty where there is no browser, which `cargo xtask test` tells at its end.
    let Some(browser) = prepared("SIXIN_TEST_CHROMIUM").filter(|path| !path.is_empty()) else { return };
    let site = Site::on(TestDatabase::sqlite(), &[]);
    let dora = ["user", "create", "dora", "--email", "dora@example.org", "--password", "-"];
    site.sixin_with_input(&dora, "correct horse");
    let mut command = Command::new("node");
    command.args(["--experimental-websocket", "--no-warnings"]).arg(scripts("node").join("login-page.js"));
    command.env("SIXIN_TEST_CHROMIUM", browser);
    run(&site, command, &[]);
}
