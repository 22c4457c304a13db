//! The page of the demo in a real Chromium: Alice and Bob chat.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use crate::clients::{prepared, scripts};
use crate::site::BINARY;

#[test]
fn alice_and_bob_chat_on_the_page_of_the_demo() {
    // Empty where there is no browser, which `cargo xtask test` tells at its end.
    let Some(browser) = prepared("SIXIN_TEST_CHROMIUM").filter(|path| !path.is_empty()) else { return };
    let directory = tempfile::tempdir().unwrap();
    let mut demo = Command::new(BINARY)
        .current_dir(directory.path())
        .args(["demo", "--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(demo.stdout.take().unwrap()).lines().map_while(Result::ok);
    let address =
        |line: String| Some(line.split_once("your browser at ")?.1.trim_end_matches("/demo/").to_owned());
    let url = lines.into_iter().find_map(address);
    let mut command = Command::new("node");
    command.args(["--experimental-websocket", "--no-warnings"]).arg(scripts("node").join("people-page.js"));
    command.env("SIXIN_TEST_CHROMIUM", browser).env("SIXIN_URL", url.unwrap_or_default());
    let output = command.output();
    let _ = demo.kill();
    let _ = demo.wait();
    let output = output.unwrap();
    let text =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && text.contains("chatted"), "{text}");
}
