//! The published libraries of Standard Webhooks take what a receiver got, as it is.

use std::path::PathBuf;
use std::process::Command;

use serde_json::{Map, Value};
use ureq::http::{HeaderMap, HeaderName, HeaderValue};

use super::receiver::{HERE, Received, Receiver};
use crate::clients::{prepared, run, scripts};
use crate::database::TestDatabase;
use crate::site::Site;

/// Has somebody look at an event, signed while its secret is rotated too.
fn verifies(looks: impl Fn(&Site, &Received, &str)) {
    let site = Site::on(TestDatabase::sqlite(), HERE);
    let receiver = Receiver::willing();
    let (id, former) = site.told(&receiver, &[]);
    site.publish_texts(("alice", "bob"), 1);
    receiver.until(&site, "one", |receiver| !receiver.received().is_empty());
    let present = site.webhook(&["rotate", &id])["secret"].as_str().unwrap().to_owned();
    std::thread::sleep(std::time::Duration::from_secs(2));
    site.publish_texts(("alice", "carol"), 1);
    receiver.until(&site, "another", |receiver| receiver.received().len() > 1);
    let received = receiver.received();
    for (received, secret) in [(&received[0], &former), (&received[1], &former), (&received[1], &present)] {
        looks(&site, received, secret);
    }
}

/// Has a program look at it.
fn program_verifies(program: impl Fn() -> Command) {
    verifies(|site, received, secret| {
        let headers: Map<String, Value> =
            received.headers.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect();
        let headers = Value::Object(headers).to_string();
        let settings = [
            ("SIXIN_WEBHOOK_SECRET", secret),
            ("SIXIN_WEBHOOK_HEADERS", &headers),
            ("SIXIN_WEBHOOK_BODY", &received.body),
        ];
        run(site, program(), &settings);
    });
}

#[test]
fn the_library_in_rust_verifies_an_event() {
    verifies(|_, received, secret| {
        let library = standardwebhooks::Webhook::new(secret).unwrap();
        let mut headers = HeaderMap::new();
        for (name, value) in &received.headers {
            headers.insert(HeaderName::try_from(name).unwrap(), HeaderValue::try_from(value).unwrap());
        }
        library.verify(&received.bytes, &headers).unwrap();
        let forged = received.body.replace("alice", "carol");
        assert!(library.verify(forged.as_bytes(), &headers).is_err());
        for (name, value) in [("webhook-id", "msg_1"), ("webhook-timestamp", "1614265330")] {
            let mut headers = headers.clone();
            headers.insert(name, HeaderValue::from_static(value));
            assert!(library.verify(&received.bytes, &headers).is_err(), "another {name}");
        }
    });
}

#[test]
fn the_library_in_python_verifies_an_event() {
    let Some(python) = prepared("SIXIN_TEST_PYTHON") else { return };
    program_verifies(|| {
        let mut command = Command::new(&python);
        command.arg(scripts("python").join("webhook_verify.py")).env("PYTHONDONTWRITEBYTECODE", "1");
        command
    });
}

#[test]
fn the_library_in_javascript_verifies_an_event() {
    let Some(modules) = prepared("SIXIN_TEST_NODE") else { return };
    program_verifies(|| {
        let mut command = Command::new("node");
        command.env("NODE_PATH", PathBuf::from(&modules).join("node_modules"));
        command.arg(scripts("node").join("webhook-verify.js"));
        command
    });
}
