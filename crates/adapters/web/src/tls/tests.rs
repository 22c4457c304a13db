use std::path::PathBuf;

use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use sixin_domain::time::Millis;
use tempfile::TempDir;

use super::*;

/// 2026-11-27.
const NOW: Millis = Millis(1_795_737_600_000);

struct Files {
    folder: TempDir,
}

impl Files {
    fn new() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

fn made(key: &KeyPair, from: (i32, u8, u8), to: (i32, u8, u8)) -> String {
    let mut params = CertificateParams::new(vec!["im.example.org".to_owned()]).unwrap();
    params.not_before = date_time_ymd(from.0, from.1, from.2);
    params.not_after = date_time_ymd(to.0, to.1, to.2);
    pem("CERTIFICATE", params.self_signed(key).unwrap().der())
}

fn pem(label: &str, der: &[u8]) -> String {
    use base64::Engine;
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    let lines: Vec<&str> =
        text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

fn key_pem(key: &KeyPair) -> String {
    pem("PRIVATE KEY", &key.serialize_der())
}

#[test]
fn a_pair_is_read_with_the_time_at_which_it_ends() {
    let (files, key) = (Files::new(), KeyPair::generate().unwrap());
    let certificate = files.write("c.pem", &made(&key, (2026, 11, 1), (2027, 2, 1)));
    let pair = Pair::read(&certificate, &files.write("k.pem", &key_pem(&key)), NOW).unwrap();
    assert_eq!(pair.ends_at, Millis(1_801_440_000_000));
    assert!(Tls::new(pair).is_ok());
}

#[test]
fn a_pair_that_clients_would_refuse_is_refused_by_the_file_and_without_a_word_of_the_key() {
    let (files, key, other) = (Files::new(), KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let good = files.write("good.pem", &made(&key, (2026, 1, 1), (2027, 1, 1)));
    let good_key = files.write("good.key", &key_pem(&key));
    let other_key = files.write("other.key", &key_pem(&other));
    let expired = files.write("expired.pem", &made(&key, (2020, 1, 1), (2026, 11, 26)));
    let early = files.write("early.pem", &made(&key, (2026, 11, 28), (2030, 1, 1)));
    let nothing = files.write("nothing.pem", "hunter2\n");
    let broken =
        files.write("broken.pem", "-----BEGIN CERTIFICATE-----\naHVudGVyMg==\n-----END CERTIFICATE-----\n");
    let broken_key = files.write("broken.key", &pem("PRIVATE KEY", b"hunter2"));
    let locked = files.write("locked.key", &pem("ENCRYPTED PRIVATE KEY", b"hunter2"));
    for (certificate, key, said) in [
        (&files.path("none.pem"), &good_key, "none.pem can't be read"),
        (&good, &files.path("none.key"), "none.key can't be read"),
        (&files.folder.path().to_owned(), &good_key, "can't be read"),
        (&nothing, &good_key, "nothing.pem holds no certificate"),
        (&good, &nothing, "nothing.pem holds no private key"),
        (&good, &locked, "encrypted"),
        (&broken, &good_key, "broken.pem can't be used"),
        (&good, &broken_key, "broken.key can't be used"),
        (&good, &other_key, "other.key is not that of the first certificate"),
        (&expired, &good_key, "expired.pem has expired"),
        (&early, &good_key, "early.pem is not valid yet"),
    ] {
        let error = Pair::read(certificate, key, NOW).unwrap_err();
        let text = error.to_string();
        assert!(text.contains(said), "not {said}: {text}");
        assert!(!format!("{text}{error:?}").contains("hunter2"), "{text}");
    }
}
