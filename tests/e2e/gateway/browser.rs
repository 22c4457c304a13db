//! The SDK in a real Chromium, on a page of another origin: over HTTP, and over TLS behind a proxy.

use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rcgen::{CertificateParams, CertifiedKey, KeyPair};

use super::device::token;
use crate::clients::{prepared, run, scripts};
use crate::database::TestDatabase;
use crate::nginx::nginx;
use crate::site::Site;

/// Alice and Bob chat on a page; `more` says where it and the site are.
fn chat(site: &Site, more: &[(&str, &str)]) {
    // Empty where there is no browser, which `cargo xtask test` tells at its end.
    let Some(browser) = prepared("SIXIN_TEST_CHROMIUM").filter(|path| !path.is_empty()) else { return };
    let Some(modules) = prepared("SIXIN_TEST_NODE") else { return };
    site.sixin(&["setting", "set", "conversation_files", r#"["image","video","audio"]"#]);
    let mut command = Command::new("node");
    command.args(["--experimental-websocket", "--no-warnings"]).arg(scripts("node").join("chat-browser.js"));
    command.env("NODE_PATH", PathBuf::from(modules).join("node_modules"));
    let tokens = ["alice", "bob"].map(|name| token(site, name));
    let mut settings = vec![
        ("SIXIN_TEST_CHROMIUM", &*browser),
        ("SIXIN_ALICE_TOKEN", &*tokens[0]),
        ("SIXIN_BOB_TOKEN", &*tokens[1]),
    ];
    settings.extend(more);
    run(site, command, &settings);
    assert_eq!(site.messages(), 7);
}

#[test]
fn alice_and_bob_chat_on_a_page_of_their_own() {
    chat(&Site::on_sqlite(), &[]);
}

/// A certificate for this machine, and its key, in two files.
fn certificate(directory: &Path) -> [PathBuf; 2] {
    let params = CertificateParams::new(vec!["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
    let key = KeyPair::generate().unwrap();
    let CertifiedKey { cert, signing_key } =
        CertifiedKey { cert: params.self_signed(&key).unwrap(), signing_key: key };
    let pem = |name: &str, what: &str, der: &[u8]| {
        let text = STANDARD.encode(der);
        let lines: Vec<&str> =
            text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
        let file = directory.join(name);
        let text = format!("-----BEGIN {what}-----\n{}\n-----END {what}-----\n", lines.join("\n"));
        std::fs::write(&file, text).unwrap();
        file
    };
    [
        pem("certificate.pem", "CERTIFICATE", cert.der()),
        pem("key.pem", "PRIVATE KEY", &signing_key.serialize_der()),
    ]
}

#[test]
fn alice_and_bob_chat_over_tls_behind_a_proxy() {
    let Some(program) = prepared("SIXIN_TEST_NGINX").filter(|path| !path.is_empty()) else { return };
    let site = Site::on(TestDatabase::sqlite(), &[("SIXIN__SERVER__TRUSTED_PROXIES", "127.0.0.1")]);
    let directory = tempfile::tempdir().unwrap();
    let [certificate, key] = certificate(directory.path());
    let lines = format!(
        "ssl_certificate {}; ssl_certificate_key {};\nlocation / {{ proxy_pass {}; proxy_http_version 1.1;\n\
         proxy_set_header Host $http_host; proxy_set_header X-Forwarded-Proto $scheme;\n\
         proxy_set_header X-Forwarded-For $remote_addr;\n\
         proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $connection_upgrade; }}",
        certificate.display(),
        key.display(),
        site.server.url
    );
    let (_running, port) = nginx(Path::new(&program), directory.path(), "ssl", &lines);
    let address = format!("https://127.0.0.1:{port}");
    let [certificate, key] = [certificate.to_str().unwrap(), key.to_str().unwrap()];
    chat(
        &site,
        &[
            ("SIXIN_URL", &address),
            ("SIXIN_PAGE_CERTIFICATE", certificate),
            ("SIXIN_PAGE_KEY", key),
            ("NODE_EXTRA_CA_CERTS", certificate),
        ],
    );
}
