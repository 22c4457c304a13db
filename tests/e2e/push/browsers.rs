//! Browsers are woken by the server itself, through Web Push.

use std::time::Instant;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::agreement::{ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey, agree_ephemeral};
use ring::hkdf::{HKDF_SHA256, KeyType, Prk, Salt};
use ring::rand::SystemRandom;
use serde_json::{Value, json};

use super::configuration;
use crate::database::TestDatabase;
use crate::site::{PATIENCE, Site, command};
use crate::webhooks::receiver::{Received, Receiver, Reply};

/// A key that opens nothing.
const KEY: &str = "-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgosuz1L+SlLy6sCM+
2g9tgWvdddA4BQFrqo/sAVWteDOhRANCAASToDDppY/Krg1V99vP3rUAQRbJwtCo
p2uo7n/H+Q268uXGoIRX9GAAfcsMMTSdXYFJFRMjBqlsA1UdN6YEUX60
-----END PRIVATE KEY-----";

/// A browser with a subscription, which can read one push.
struct Browser {
    own: EphemeralPrivateKey,
    public: Vec<u8>,
    secret: [u8; 16],
}

struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

fn derived<const N: usize>(key: &Prk, info: &[&[u8]]) -> [u8; N] {
    let mut bytes = [0; N];
    key.expand(info, Length(N)).unwrap().fill(&mut bytes).unwrap();
    bytes
}

impl Browser {
    fn new() -> Self {
        let own = EphemeralPrivateKey::generate(&ECDH_P256, &SystemRandom::new()).unwrap();
        let public = own.compute_public_key().unwrap().as_ref().to_vec();
        Self { own, public, secret: *b"sixteen bytes :)" }
    }

    fn subscription(&self, endpoint: &str) -> Value {
        let keys = json!({ "p256dh": URL_SAFE_NO_PAD.encode(&self.public), "auth": URL_SAFE_NO_PAD.encode(self.secret) });
        json!({ "platform": "webpush", "language": "en", "subscription": { "endpoint": endpoint, "expirationTime": null, "keys": keys } })
    }

    /// What a push says, by RFC 8291 and RFC 8188.
    fn read(self, body: &[u8]) -> Value {
        let (salt, theirs, sealed) = (&body[..16], &body[21..86], &body[86..]);
        assert_eq!((u32::from_be_bytes(body[16..20].try_into().unwrap()), body[20]), (4096, 65));
        let info: [&[u8]; 3] = [b"WebPush: info\0", &self.public, theirs];
        let their_key = UnparsedPublicKey::new(&ECDH_P256, theirs);
        let input: [u8; 32] = agree_ephemeral(self.own, &their_key, |agreed| {
            derived(&Salt::new(HKDF_SHA256, &self.secret).extract(agreed), &info)
        })
        .unwrap();
        let key = Salt::new(HKDF_SHA256, salt).extract(&input);
        let nonce: [u8; 12] = derived(&key, &[b"Content-Encoding: nonce\0"]);
        let key: [u8; 16] = derived(&key, &[b"Content-Encoding: aes128gcm\0"]);
        let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key).unwrap());
        let mut sealed = sealed.to_vec();
        let text = key.open_in_place(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut sealed).unwrap();
        assert_eq!(text.last(), Some(&2), "it is the last record");
        serde_json::from_slice(&text[..text.len() - 1]).unwrap()
    }
}

/// A site that wakes browsers by itself.
fn on_each(test: fn(&Site)) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("vapid.pem");
    std::fs::write(&file, KEY).unwrap();
    let mut configuration = configuration();
    configuration.push(("SIXIN__PUSH__WEBPUSH__KEY_FILE", file.to_str().unwrap()));
    configuration.push(("SIXIN__PUSH__WEBPUSH__SUBJECT", "mailto:me@example.org"));
    test(&Site::on(TestDatabase::sqlite(), &configuration));
    if let Some(database) = TestDatabase::mysql() {
        test(&Site::on(database, &configuration));
    }
}

fn metric(site: &Site, outcome: &str) -> u64 {
    site.server.metric(&format!("sixin_push_sent_total{{platform=\"webpush\",outcome=\"{outcome}\"}}"))
}

#[test]
fn a_browser_is_woken_once_for_a_burst_with_what_only_it_can_read_and_forgotten_once_it_is_gone() {
    on_each(|site| {
        let service = Receiver::start(|_, before| match before {
            0 => Reply::Status(503),
            1 => Reply::Status(201),
            _ => Reply::Status(410),
        });
        let browser = Browser::new();
        let registered = site.register_device(&site.bob, &browser.subscription(&service.url));
        assert_eq!(registered.status, 200, "{}", registered.body);
        let list = || site.call_live(&site.bob, "GET", "/live/devices", "").body;
        assert_eq!(list()["applicationServerKey"].as_str().map(str::len), Some(87));
        for number in 0..3 {
            site.publish_text("alice", "bob", &format!("hello {number}")).is(200, 200);
        }
        // Nobody else is woken.
        site.publish_text("bob", "alice", "no device").is(200, 200);
        service.until(site, "the second try", |service| service.received().len() == 2);
        let requests = service.received();
        let header = |request: &Received, name: &str| request.header(name).to_owned();
        assert_eq!(header(&requests[0], "topic"), header(&requests[1], "topic"));
        let said = browser.read(&requests[1].bytes);
        assert_eq!(
            (&said["title"], &said["body"], &said["badge"]),
            (&"Alice".into(), &"hello 2".into(), &3.into())
        );
        assert!(said["id"].as_str().unwrap().starts_with("msg_"));
        // The browser has unsubscribed.
        site.publish_text("alice", "bob", "gone").is(200, 200);
        service.until(site, "the third push", |service| service.received().len() == 3);
        let begun = Instant::now();
        while list()["devices"] != json!([]) {
            assert!(begun.elapsed() < PATIENCE, "{}", site.server.log());
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        site.publish_text("alice", "bob", "nobody").is(200, 200);
        assert_eq!((metric(site, "taken"), metric(site, "gone")), (1, 1));
    });
}

#[test]
fn a_subscription_that_leads_into_the_network_of_the_server_is_not_connected_to() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("vapid.pem");
    std::fs::write(&file, KEY).unwrap();
    let configuration = [
        ("SIXIN__PUSH__GRACE_MILLISECONDS", "300"),
        ("SIXIN__PUSH__WEBPUSH__KEY_FILE", file.to_str().unwrap()),
        ("SIXIN__PUSH__WEBPUSH__SUBJECT", "mailto:me@example.org"),
    ];
    let site = &Site::on(TestDatabase::sqlite(), &configuration);
    let service = Receiver::willing();
    site.register_device(&site.bob, &Browser::new().subscription(&service.url));
    site.publish_text("alice", "bob", "hello").is(200, 200);
    let begun = Instant::now();
    while metric(site, "refused") == 0 {
        assert!(begun.elapsed() < PATIENCE, "{}", site.server.log());
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert!(service.received().is_empty());
    assert!(!site.server.log().contains(&service.url), "addresses of subscriptions are not logged");
}

#[test]
fn a_key_that_is_none_keeps_the_server_from_starting_and_is_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key.pem");
    std::fs::write(&file, "not-a-key-but-secret").unwrap();
    let database = TestDatabase::sqlite();
    for key in ["WEBPUSH__KEY_FILE", "APNS__KEY_FILE", "FCM__ACCOUNT_FILE"] {
        let mut server = command(&database.url());
        server
            .env(format!("SIXIN__PUSH__{key}"), &file)
            .env("SIXIN__PUSH__WEBPUSH__SUBJECT", "mailto:me@example.org");
        server.env("SIXIN__PUSH__APNS__KEY_ID", "K").env("SIXIN__PUSH__APNS__TEAM_ID", "T");
        let listen = ["SERVER", "METRICS"].map(|part| (format!("SIXIN__{part}__LISTEN"), "127.0.0.1:0"));
        let output = server.envs(listen).arg("serve").output().unwrap();
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        let name = format!("push.{}", key.to_lowercase().replace("__", "."));
        assert!(!output.status.success() && said.contains(&name) && !said.contains("secret"), "{said}");
    }
}
