//! Receivers over TLS: whom one takes at its word, and what is said of others.

use std::net::TcpListener;
use std::sync::Arc;

use rcgen::{KeyPair, date_time_ymd};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use tempfile::TempDir;

use super::receiver::{HERE, Receiver, Reply, in_order};
use crate::authority::{Authority, named};
use crate::database::TestDatabase;
use crate::site::Site;

/// A receiver with a certificate. It is reached under the name `localhost`.
fn receiver(certificate: &rcgen::Certificate, key: &KeyPair) -> Receiver {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://localhost:{}/hook", listener.local_addr().unwrap().port());
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
        )
        .unwrap();
    let config = Arc::new(config);
    let open = move |stream| -> Box<dyn super::receiver::Talk> {
        let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
        Box::new(StreamOwned::new(connection, stream))
    };
    Receiver::on(listener, url, open, |_, _| Reply::Status(200))
}

#[test]
fn a_receiver_with_a_certificate_of_a_known_authority_is_told_and_others_are_named_and_told_nothing() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let file = authority.file();
    let trusts = ("SIXIN__WEBHOOKS__CA_FILE", file.to_str().unwrap());
    let settings = [HERE[0], ("SIXIN__WEBHOOKS__RETRY_SECONDS", "1,1"), trusts];
    let site = Site::on(TestDatabase::sqlite(), &settings);
    let key = KeyPair::generate().unwrap();
    let mut expired = named("localhost");
    (expired.not_before, expired.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2021, 1, 1));
    let mut early = named("localhost");
    (early.not_before, early.not_after) = (date_time_ymd(4000, 1, 1), date_time_ymd(4001, 1, 1));
    let good = receiver(&authority.certificate(&named("localhost"), &key), &key);
    let (id, secret) = site.told(&good, &["--events", "message.created"]);
    assert_eq!(site.try_webhook_with(&["test", &id], "", &[trusts]).unwrap()["taken"], true);
    let of_nobody = "signed by nobody who is trusted (webhooks.ca_file)";
    let refused = [
        (authority.certificate(&named("another.example"), &key), "its certificate is for another name"),
        (authority.certificate(&expired, &key), "its certificate has expired"),
        (authority.certificate(&early, &key), "its certificate can't be trusted"),
        (named("localhost").self_signed(&key).unwrap(), of_nobody),
        (stranger.certificate(&named("localhost"), &key), of_nobody),
    ];
    let refused = refused.map(|(certificate, why)| {
        let receiver = receiver(&certificate, &key);
        let (id, secret) = site.told(&receiver, &["--events", "message.created"]);
        let said = site.try_webhook_with(&["test", &id], "", &[trusts]).unwrap_err();
        assert!(said.contains(why) && !said.contains(&secret), "not {why}: {said}");
        (receiver, id, why)
    });
    let said = site.try_webhook(&["test", &id], "").unwrap_err();
    assert!(said.contains(of_nobody) && !said.contains(&secret), "without the setting: {said}");
    let sent = site.publish_texts(("alice", "bob"), 3);
    good.until_texts(&site, &sent);
    assert!(in_order(&good.texts(), &sent));
    for (receiver, id, why) in refused {
        let begun = std::time::Instant::now();
        loop {
            let dead = site.webhook(&["dead-letters", &id]);
            if dead["why"].as_str().is_some_and(|said| said.contains(why)) {
                break;
            }
            assert!(begun.elapsed() < crate::site::PATIENCE, "{why}: {dead}");
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        let rows = site.webhook_rows();
        let is_it = |row: &&serde_json::Value| row["id"].as_i64() == id.parse().ok();
        let row = rows.iter().find(is_it).unwrap();
        assert!(row["last_failure"].as_str().unwrap().contains(why), "{row}");
        assert!(receiver.received().is_empty(), "{why}");
    }
}

#[test]
fn without_the_certificates_that_it_is_told_to_believe_a_server_does_not_start() {
    let folder = TempDir::new().unwrap();
    let database = TestDatabase::sqlite();
    crate::site::sixin(&database.url(), &["migrate"]);
    let file = folder.path().join("none.pem");
    for (content, why) in [(None, "can't be read"), (Some("nothing"), "no certificate in PEM")] {
        if let Some(content) = content {
            std::fs::write(&file, content).unwrap();
        }
        let output = crate::site::command(&database.url())
            .env("SIXIN__WEBHOOKS__CA_FILE", &file)
            .arg("serve")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            !output.status.success() && said.contains("webhooks.ca_file") && said.contains(why),
            "{said}"
        );
    }
}
