//! What is not connected to, and what is no webhook.

use std::time::Duration;

use super::receiver::Receiver;
use crate::database::TestDatabase;
use crate::site::{Site, command};

fn refused(site: &Site, arguments: &[&str], input: &str, why: &str) {
    let said = site.try_webhook(arguments, input).unwrap_err();
    assert!(said.contains(why), "{arguments:?}: {said}");
}

/// What a command says that has no leave to connect to this machine.
fn strictly(site: &Site, arguments: &[&str]) -> (bool, String) {
    let output = command(&site.database.url()).args(["--json", "webhook"]).args(arguments).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(said).unwrap())
}

#[test]
fn only_the_public_internet_is_connected_to_unless_the_operator_says_otherwise() {
    let site = Site::on(TestDatabase::sqlite(), &[]);
    let receiver = Receiver::willing();
    for url in [
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://169.254.169.254/",
        "https://10.1.2.3/",
        "https://0x7f000001/",
    ] {
        let (is_done, said) = strictly(&site, &["add", url]);
        assert!(!is_done && said.contains("not on the public internet"), "{url}: {said}");
    }
    let (is_done, said) = strictly(&site, &["add", "http://app.example/"]);
    assert!(!is_done && said.contains("https"), "{said}");
    // One that leads there by name, or that was added when that was allowed, is refused when it is connected to.
    let port = receiver.url.rsplit(':').next().unwrap().trim_end_matches("/hook");
    let (is_done, _) = strictly(&site, &["add", &format!("https://localhost:{port}/hook")]);
    assert!(is_done);
    let (is_done, said) = strictly(&site, &["test", "1"]);
    assert!(!is_done && said.contains("webhooks.allow"), "{said}");
    let (id, _) = site.told(&receiver, &[]);
    let (is_done, said) = strictly(&site, &["test", &id]);
    assert!(!is_done && said.contains("webhooks.allow"), "{said}");
    site.publish_texts(("alice", "bob"), 1);
    std::thread::sleep(Duration::from_secs(3));
    assert!(receiver.received().is_empty());
    let why = site.database.lines("SELECT last_failure AS line FROM webhook_parked");
    assert!(why.iter().all(|why| why.contains("webhooks.allow")) && why.len() == 2, "{why:?}");
}

#[test]
fn what_is_no_webhook_is_refused_by_name() {
    let site = Site::on(TestDatabase::sqlite(), &[]);
    let url = "https://app.example/hook";
    refused(&site, &["add", url, "--own-secret"], "whsec_c2hvcnQ=\n", "24 to 64 bytes");
    refused(&site, &["add", url, "--own-secret"], "secret\n", "whsec_");
    refused(&site, &["add", url, "--events", "message.create"], "", "message.create");
    refused(&site, &["add", "ftp://app.example/"], "", "https://app.example/hook");
    refused(&site, &["add", url, "--max-in-flight", "0"], "", "from 1 to 256");
    refused(&site, &["add", url, "--kind", "rongcloud-route"], "", "app key");
    refused(&site, &["add", url, "--kind", "rongcloud-route", "--app-key", "nobody"], "", "nobody");
    refused(
        &site,
        &["add", url, "--kind", "rongcloud-route", "--app-key", &site.fresns.id],
        "",
        &site.fresns.id,
    );
    refused(&site, &["add", url, "--server-messages"], "", "rongcloud-route");
    refused(&site, &["test", "99"], "", "there is no webhook 99");
    assert_eq!(site.database.number("SELECT COUNT(*) AS number FROM webhook_endpoints"), 0);
}

#[test]
fn secrets_are_shown_once_and_passwords_never() {
    let site = Site::on(TestDatabase::sqlite(), &[]);
    let added = site.webhook(&["add", "https://me:hidden@app.example/hook?token=hidden"]);
    let secret = added["secret"].as_str().unwrap();
    assert!(secret.starts_with("whsec_") && !added.to_string().contains("hidden"));
    let listed = site.webhook(&["list"]).to_string();
    assert!(listed.contains("https://***@app.example/hook?***") && !listed.contains("whsec_"), "{listed}");
}
