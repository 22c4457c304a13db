//! Hooks: somebody is asked before a message is stored.

mod deciding;
mod failing;
mod operating;
mod rongcloud;

use serde_json::Value;

use crate::site::Site;
use crate::webhooks::receiver::{Received, Receiver, Reply};

impl Site {
    /// Has a receiver asked about messages; answers the number of the hook once the server knows it.
    fn asked(&self, receiver: &Receiver, more: &[&str]) -> String {
        let added = self.hook(&[&["add", receiver.url.as_str()], more].concat());
        added["id"].to_string()
    }

    /// Runs `sixin hook` where this machine may be connected to, and returns once the server knows what changed.
    fn hook(&self, arguments: &[&str]) -> Value {
        let said = self.try_here("hook", arguments, "", &[]).unwrap();
        self.settle();
        said
    }

    /// What was decided, the latest first.
    fn decisions(&self, more: &[&str]) -> Vec<Value> {
        let output = crate::site::command(&self.database.url())
            .args(["--json", "hook", "decisions"])
            .args(more)
            .output()
            .unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout)
            .unwrap()
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// The same once there are so many.
    fn until_decisions(&self, count: usize) -> Vec<Value> {
        let begun = std::time::Instant::now();
        loop {
            let found = self.decisions(&[]);
            if found.len() >= count {
                return found;
            }
            assert!(begun.elapsed() < crate::site::PATIENCE, "{found:?}\n{}", self.server.log());
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
    }
}

/// The text it is asked about.
fn text(received: &Received) -> String {
    received.json()["data"]["text"].as_str().unwrap_or_default().to_owned()
}

/// One that looks at the text: `no` is denied, `why` with a reason, `darn` is replaced, the rest is allowed.
fn moderator() -> Receiver {
    Receiver::start(|received, _| {
        Reply::Says(match text(received).as_str() {
            "no" => r#"{"decision":"deny"}"#,
            "why" => r#"{"decision":"deny","reason":"no advertising"}"#,
            "darn" => r#"{"decision":"replace","text":"d**n"}"#,
            _ => r#"{"decision":"allow"}"#,
        })
    })
}
