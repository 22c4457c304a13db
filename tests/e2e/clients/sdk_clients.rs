//! Real clients against the built binary: the specification's JavaScript sample, RongCloud's own SDKs, and
//! schemathesis.

use std::path::PathBuf;
use std::process::Command;

use crate::database::TestDatabase;
use crate::site::Site;
use crate::walk::{account, signed_in};

/// Where the repository's client scripts are.
pub(crate) fn scripts(kind: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/clients").join(kind)
}

/// What `cargo xtask test` prepared, or `None` where it was told to leave clients out.
pub(crate) fn prepared(variable: &str) -> Option<String> {
    let value = std::env::var(variable).ok();
    assert!(
        value.is_some() || std::env::var("SIXIN_TEST_NO_CLIENTS").is_ok(),
        "{variable} is not set: run `cargo xtask test`, or set SIXIN_TEST_NO_CLIENTS=1"
    );
    value
}

/// Runs a client that must succeed, with what it needs to know in its environment, and more.
pub(crate) fn run(site: &Site, mut command: Command, more: &[(&str, &str)]) {
    command
        .env("SIXIN_URL", &site.server.url)
        .env("SIXIN_APP_KEY", &site.rong.id)
        .env("SIXIN_APP_SECRET", &site.rong.secret)
        .env("SIXIN_FROM", "alice")
        .env("SIXIN_TO", "bob,carol")
        .env("SIXIN_FRESNS_APP_ID", &site.fresns.id)
        .env("SIXIN_FRESNS_SECRET", &site.fresns.secret)
        .env("SIXIN_FRESNS_PLATFORM", "5")
        .env("SIXIN_FRESNS_AID", &site.alice.aid)
        .env("SIXIN_FRESNS_UID", site.alice.uid.to_string())
        .env("SIXIN_FRESNS_TOKEN", &site.alice.token);
    command.envs(more.iter().copied());
    let output = command.output().unwrap();
    let text =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}\n{text}\nserver log:\n{}", site.server.log());
}

fn node(arguments: &[&str], messages: i64) {
    let Some(modules) = prepared("SIXIN_TEST_NODE") else { return };
    let site = Site::on_sqlite();
    let mut command = Command::new("node");
    command.env("NODE_PATH", PathBuf::from(modules).join("node_modules"));
    command.arg(scripts("node").join(arguments[0])).args(&arguments[1..]);
    run(&site, command, &[]);
    assert_eq!(site.messages(), messages);
}

fn python(script: &str) -> Option<Site> {
    let python = prepared("SIXIN_TEST_PYTHON")?;
    let site = Site::on(TestDatabase::sqlite(), &[]);
    let (aid, token, _) = account(&site, "dora");
    let mut command = Command::new(python);
    command.arg(scripts("python").join(script)).env("PYTHONDONTWRITEBYTECODE", "1");
    // Those of 3.x send both tokens.
    let (of_account, emil) = signed_in(&site, "emil");
    let uid = emil.uid.to_string();
    // An operator who puts nobody out of use, and leaves the site as it is.
    site.operator("olga", "administrator");
    let operator = site.token("olga", "overview,users,site,messages,words,receivers,audit");
    let known = [
        ("SIXIN_ADMIN_TOKEN", operator.as_str()),
        ("SIXIN_FRESNS_ACCOUNT_AID", aid.as_str()),
        ("SIXIN_FRESNS_ACCOUNT_TOKEN", &token),
        ("SIXIN_FRESNS3_AID", &emil.aid),
        ("SIXIN_FRESNS3_AID_TOKEN", &of_account),
        ("SIXIN_FRESNS3_UID", &uid),
        ("SIXIN_FRESNS3_UID_TOKEN", &emil.token),
    ];
    run(&site, command, &known);
    Some(site)
}

#[test]
fn the_seeds_javascript_sample_works_with_a_present_axios() {
    node(&["seed-javascript.js", "axios"], 1);
}

#[test]
fn the_seeds_javascript_sample_works_with_an_axios_of_its_time() {
    node(&["seed-javascript.js", "axios-old"], 1);
}

#[test]
fn rongclouds_node_sdk_publishes_to_one_and_to_several() {
    node(&["sdk-publish.js"], 3);
}

#[test]
fn rongclouds_node_sdk_understands_our_errors() {
    node(&["sdk-errors.js"], 0);
}

#[test]
fn rongclouds_node_sdk_asks_for_logs_as_its_own_test_suite_does() {
    node(&["sdk-logs.js"], 0);
}

#[test]
fn rongclouds_python_sdk_publishes() {
    if let Some(site) = python("sdk_publish.py") {
        assert!(site.messages() > 0);
    }
}

#[test]
fn the_api_keeps_what_its_document_promises() {
    python("contract.py");
}
