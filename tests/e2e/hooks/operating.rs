//! What operators do with hooks.

use super::moderator;
use crate::database::TestDatabase;
use crate::site::Site;
use crate::webhooks::receiver::{HERE, Receiver, Reply};

#[test]
fn what_is_no_hook_is_refused_by_name() {
    let site = Site::on(TestDatabase::sqlite(), &[]);
    let url = "https://app.example/ask";
    let refused = |arguments: &[&str], why: &str| {
        let said = site.try_here("hook", arguments, "secret\n", &[]).unwrap_err();
        assert!(said.contains(why), "{arguments:?}: {said}");
    };
    refused(&["add", "ftp://app.example/"], "https://");
    refused(&["add", "https://10.1.2.3/"], "not on the public internet");
    refused(&["add", url, "--own-secret"], "whsec_");
    refused(&["add", url, "--dialects", "sms"], "sms");
    refused(&["add", url, "--dialects", ""], "name dialects");
    refused(&["add", url, "--object-names", "a b"], "a b");
    refused(&["add", url, "--deadline-ms", "99"], "100 to 5000");
    refused(&["add", url, "--max-in-flight", "0"], "from 1 to 1024");
    refused(&["add", url, "--on-failure", "shrug"], "deliver, refuse");
    refused(&["add", url, "--kind", "rongcloud"], "app key");
    refused(&["add", url, "--app-key", &site.rong.id], "secret of its own");
    for command in ["test", "pause", "resume", "remove", "rotate"] {
        refused(&[command, "99"], "there is no hook 99");
    }
    assert_eq!(site.database.number("SELECT COUNT(*) AS number FROM hooks"), 0);
}

#[test]
fn a_hook_is_shown_without_its_secret_tested_and_rotated() {
    let site = Site::on(TestDatabase::sqlite(), HERE);
    let added = site.hook(&["add", "https://me:hidden@app.example/ask?token=hidden", "--name", "words"]);
    assert!(added["secret"].as_str().unwrap().starts_with("whsec_") && !added.to_string().contains("hidden"));
    let listed = site.hook(&["list"]).to_string();
    assert!(listed.contains("https://***@app.example/ask?***") && !listed.contains("whsec_"), "{listed}");
    site.hook(&["remove", "1"]);
    let (good, bad) = (moderator(), Receiver::start(|_, _| Reply::Says("hidden")));
    let (good_id, bad_id) = (site.asked(&good, &[]), site.asked(&bad, &[]));
    assert_eq!(site.hook(&["test", &good_id])["decision"], "allow");
    assert_eq!(good.received()[0].json()["type"], "hook.test");
    let said = site.try_here("hook", &["test", &bad_id], "", &[]).unwrap_err();
    assert!(said.contains("can't be read") && !said.contains("hidden"), "{said}");
    site.hook(&["rotate", &good_id, "--overlap-hours", "1"]);
    site.hook(&["test", &good_id]);
    assert_eq!(good.received()[1].header("webhook-signature").split(' ').count(), 2);
    let strict =
        crate::site::command(&site.database.url()).args(["--json", "hook", "test", &good_id]).output();
    assert!(String::from_utf8(strict.unwrap().stderr).unwrap().contains("webhooks.allow"));
}
