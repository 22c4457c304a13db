//! The page of the demo in a real Chromium: Alice and Bob chat.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::clients::{prepared, scripts};
use crate::site::BINARY;

/// Has them chat on the page that a demo announces so.
fn chat(announced: &str, options: &[&str]) {
    // Empty where there is no browser, which `cargo xtask test` tells at its end.
    let Some(browser) = prepared("SIXIN_TEST_CHROMIUM").filter(|path| !path.is_empty()) else { return };
    let directory = tempfile::tempdir().unwrap();
    let mut demo = Command::new(BINARY)
        .current_dir(directory.path())
        .args(["demo", "--listen", "127.0.0.1:0"])
        .args(options)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(demo.stdout.take().unwrap()).lines().map_while(Result::ok);
    let page = lines.into_iter().find_map(|line| Some(line.split_once(announced)?.1.to_owned()));
    let mut command = Command::new("node");
    command.args(["--experimental-websocket", "--no-warnings"]).arg(scripts("node").join("people-page.js"));
    command.env("SIXIN_TEST_CHROMIUM", browser).env("SIXIN_PAGE", page.unwrap_or_default());
    let output = command.output();
    let _ = demo.kill();
    let _ = demo.wait();
    let output = output.unwrap();
    let text =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && text.contains("chatted"), "{text}");
}

#[test]
fn alice_and_bob_chat_on_the_page_of_the_demo() {
    chat("your browser at ", &[]);
}

#[test]
fn alice_chats_with_the_sdk_of_rongcloud_in_her_app() {
    let Some(modules) = prepared("SIXIN_TEST_NODE") else { return };
    let modules = Path::new(&modules).join("node_modules");
    chat("SDK in Alice's app: ", &["--client-sdk", &modules.to_string_lossy()]);
}
