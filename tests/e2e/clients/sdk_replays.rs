//! What RongCloud's own server SDKs put on the wire, byte for byte, and what each needs to find in the answer
//! (docs/wire/rongcloud.md#bodies).

mod go;
mod go_messages;
mod go_users;
mod java;
mod java_users;
mod meanings;
mod others;
mod php;
mod php_users;
mod python;

use sixin_application::access::ports::{Signatures, SignedParts};
use sixin_domain::access::app_key::Secret;
use sixin_signature::HttpSignatures;

use crate::calls::Answer;
use crate::raw::{exchange, request};
use crate::site::Site;

const RECALL: &str = "/message/recall.json";
const QUERY: &str = "/v3/message/private/query.json";
const CLEAN: &str = "/conversation/message/history/clean.json";
/// Seconds, as every SDK sends them.
const SECONDS: &str = "1732233600";

fn signature(site: &Site, nonce: &str, timestamp: &str) -> String {
    let parts = SignedParts::NonceAndTime { nonce: nonce.to_owned(), timestamp: timestamp.to_owned() };
    HttpSignatures.sign(&parts, &Secret::new(site.rong.secret.as_str()))
}

/// A signed call with more headers, those of the SDK.
fn call(
    site: &Site,
    path: &str,
    (nonce, timestamp): (&str, &str),
    more: &[(&str, &str)],
    body: &str,
) -> Answer {
    let signature = signature(site, nonce, timestamp);
    let signed = [
        ("App-Key", site.rong.id.as_str()),
        ("Nonce", nonce),
        ("Timestamp", timestamp),
        ("Signature", &signature),
    ];
    exchange(site, &request(path, &[&signed[..], more].concat(), body)).0
}

/// Escapes all but letters, digits and `kept`; a space becomes `space`.
fn escaped(text: &str, kept: &str, space: &str) -> String {
    let byte = |byte: u8| match byte {
        b' ' => space.to_owned(),
        _ if byte.is_ascii_alphanumeric() || kept.bytes().any(|other| other == byte) => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}

/// Go's `QueryEscape`.
fn go_escaped(text: &str) -> String {
    escaped(text, "-_.~", "+")
}

/// The contents of all stored messages, in the order in which they were sent.
fn contents(site: &Site) -> Vec<String> {
    let content = "SELECT COALESCE(m.content, c.content) AS line FROM conversation_messages m";
    site.database
        .lines(&format!("{content} LEFT JOIN message_contents c ON c.id = m.content_id ORDER BY m.id"))
}

/// The UID of the first message of a publish that went well, in the types that Go's strict decoder wants: `code` a number,
/// each UID and user a text.
#[track_caller]
fn uid(published: &Answer) -> String {
    published.is(200, 200);
    let uids = published.body["messageUIDs"].as_array().unwrap();
    assert!(published.body["code"].is_i64() && !uids.is_empty(), "{published:?}");
    for entry in uids {
        let uid = entry["messageUID"].as_str().unwrap();
        assert!(entry["userId"].is_string() && uid.len() == 19, "{entry}");
    }
    uids[0]["messageUID"].as_str().unwrap().to_owned()
}

/// A refusal that every SDK can read: not 2xx (Node looks at nothing else), a JSON body (without one Java crashes), a
/// numeric code (Go) and a text (PHP, Java, Go, Node).
#[track_caller]
fn refused(answer: &Answer, status: u16, code: i64) {
    answer.is(status, code);
    assert!(!(200..300).contains(&answer.status) && answer.body["code"].is_i64(), "{answer:?}");
    assert!(!answer.body["errorMessage"].as_str().unwrap().is_empty(), "{answer:?}");
    assert_eq!(answer.header("content-type"), Some("application/json; charset=utf-8"));
    // Go does not undo what nobody asked for.
    assert_eq!(answer.header("content-encoding"), None);
}
