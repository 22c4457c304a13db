//! Devices are woken: who, by what, with which words, and who is left alone.

mod browsers;
mod devices;
mod requested;
mod surviving;

use serde_json::Value;

use crate::calls::{Answer, try_call};
use crate::database::TestDatabase;
use crate::site::{Person, Site};
use crate::webhooks::receiver::{HERE, Receiver};

/// For how long messages wait in these tests, in milliseconds.
const GRACE: u64 = 800;

/// What sites of these tests are configured with.
fn configuration() -> Vec<(&'static str, &'static str)> {
    let mut configuration = HERE.to_vec();
    configuration.push(("SIXIN__PUSH__GRACE_MILLISECONDS", "800"));
    configuration
}

fn on_each(test: fn(&Site)) {
    test(&Site::on(TestDatabase::sqlite(), &configuration()));
    if let Some(database) = TestDatabase::mysql() {
        test(&Site::on(database, &configuration()));
    }
}

impl Site {
    /// A receiver that is told whose devices are to be woken.
    fn gateway(&self) -> Receiver {
        let receiver = Receiver::willing();
        self.told(&receiver, &["--events", "push.requested"]);
        // Whoever tells it has to find that there is one.
        self.until_told(&receiver);
        receiver
    }

    /// Publishes until the receiver is told, and only then goes on.
    #[track_caller]
    fn until_told(&self, receiver: &Receiver) {
        let before = receiver.received().len();
        self.publish_text("bob", "carol", "is anybody there?").is(200, 200);
        receiver.until(self, "the first push", |receiver| receiver.received().len() > before);
    }

    /// Calls a live door as a user of an app.
    fn call_live(&self, person: &Person, method: &str, path: &str, body: &str) -> Answer {
        try_call(method, &self.url(path), &self.user_headers(person, &[]), body.as_bytes()).unwrap()
    }

    /// Registers a device of a user of an app.
    pub(crate) fn register_device(&self, person: &Person, body: &Value) -> Answer {
        self.call_live(person, "POST", "/live/devices", &body.to_string())
    }
}

/// What pushes to a user say: what happened, title and text.
fn told(receiver: &Receiver, user: &str) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let all = receiver.received().into_iter().map(|received| received.json()["data"].clone());
    all.filter(|data| data["userId"] == user)
        .map(|data| (text(&data["reason"]), text(&data["title"]), text(&data["body"])))
        .collect()
}

/// The texts of pushes to a user.
fn texts(receiver: &Receiver, user: &str) -> Vec<String> {
    told(receiver, user).into_iter().map(|(_, _, text)| text).collect()
}
