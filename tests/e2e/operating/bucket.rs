//! Files in a bucket that speaks S3.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::json;

use crate::clients::{prepared, scripts};
use crate::database::TestDatabase;
use crate::site::{PATIENCE, Server, Site};
use crate::upload::{fetch, png};

/// A double of S3 with one empty bucket; it ends with this.
struct Bucket {
    double: Child,
    address: String,
}

impl Bucket {
    fn start(python: &str) -> Self {
        let mut command = Command::new(python);
        command.arg(scripts("python").join("bucket.py")).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut double = command.env("PYTHONDONTWRITEBYTECODE", "1").stderr(Stdio::null()).spawn().unwrap();
        let mut address = String::new();
        BufReader::new(double.stdout.take().unwrap()).read_line(&mut address).unwrap();
        assert!(address.starts_with("http://"), "no double of S3");
        Self { double, address: address.trim().to_owned() }
    }

    fn configuration(&self) -> Vec<(&'static str, &str)> {
        vec![
            ("SIXIN__FILES__PLACE", "bucket"),
            ("SIXIN__FILES__BUCKET__ENDPOINT", &self.address),
            ("SIXIN__FILES__BUCKET__NAME", "files"),
            ("SIXIN__FILES__BUCKET__ACCESS_KEY_ID", "id"),
            ("SIXIN__FILES__BUCKET__SECRET_ACCESS_KEY", "secret"),
            ("SIXIN__FILES__BUCKET__PATH_STYLE", "true"),
        ]
    }

    /// How many objects there are.
    fn objects(&self) -> usize {
        let (status, _, list) = fetch(&format!("{}/files?list-type=2", self.address), &[]);
        assert_eq!(status, 200);
        String::from_utf8(list).unwrap().matches("<Key>").count()
    }
}

impl Drop for Bucket {
    fn drop(&mut self) {
        let _ = self.double.kill();
        let _ = self.double.wait();
    }
}

#[test]
fn files_are_kept_in_a_bucket_read_from_it_and_removed_from_it() {
    let Some(python) = prepared("SIXIN_TEST_PYTHON") else { return };
    let bucket = Bucket::start(&python);
    let mut site = Site::on(TestDatabase::sqlite(), &bucket.configuration());
    site.sixin(&["setting", "set", "conversation_files", r#"["image","document"]"#]);
    let picture = site.picture_for_bob();
    let (status, _, bytes) = fetch(picture["imageDefaultUrl"].as_str().unwrap(), &[]);
    assert_eq!((status, bytes), (200, png(600, 300)));
    let (status, _, bytes) = fetch(picture["imageAvatarUrl"].as_str().unwrap(), &[]);
    assert_eq!((status, image::load_from_memory(&bytes).unwrap().width()), (200, 200));
    // Of several parts: larger than one part may be, smaller than the limit.
    let document =
        [b"%PDF-1.7\n".to_vec(), (0..9 << 20).map(|number| (number % 251) as u8).collect()].concat();
    let large = site.upload(&site.alice, "document", "a.pdf", &document);
    let url = large.is(200, 0).body["data"]["documentUrl"].as_str().unwrap().to_owned();
    assert!(fetch(&url, &[]).2 == document);
    let (status, _, part) = fetch(&url, &[("Range", "bytes=9000000-9000009")]);
    assert_eq!((status, part.as_slice()), (206, &document[9_000_000..9_000_010]));
    assert_eq!(bucket.objects(), 7);
    let body = json!({"uidOrUsername": "bob", "fid": picture["fid"]}).to_string();
    site.call_as(&site.alice, "POST", "conversation/send-message", &body).is(200, 0);
    site.server.terminate();
    site.server.wait();
    site.database.execute("UPDATE file_usages SET created_at = created_at - 86400001");
    site.server = Server::start(&site.database.url(), &bucket.configuration());
    let begun = std::time::Instant::now();
    while bucket.objects() > 6 {
        assert!(begun.elapsed() < PATIENCE, "{}", site.server.log());
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    assert!(!site.server.log().contains("secret"));
}

#[test]
fn a_bucket_that_does_not_answer_costs_an_upload_and_nothing_else() {
    // Nothing listens there.
    let configuration = [
        ("SIXIN__FILES__PLACE", "bucket"),
        ("SIXIN__FILES__BUCKET__ENDPOINT", "http://127.0.0.1:9"),
        ("SIXIN__FILES__BUCKET__NAME", "files"),
        ("SIXIN__FILES__BUCKET__ACCESS_KEY_ID", "id"),
        ("SIXIN__FILES__BUCKET__SECRET_ACCESS_KEY", "secret"),
    ];
    let site = Site::on(TestDatabase::sqlite(), &configuration);
    let answer = site.upload(&site.alice, "image", "a.png", &png(9, 9));
    assert_eq!((answer.status, answer.header("retry-after")), (503, Some("1")), "{answer:?}");
    assert_eq!(site.database.number("SELECT COUNT(*) AS number FROM files WHERE keeping = 2"), 0);
    site.send_text(&site.alice, "bob", "hi").is(200, 0);
}
