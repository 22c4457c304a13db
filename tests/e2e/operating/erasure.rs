//! A user is erased: nothing of it is left anywhere, and nothing else is gone.

use serde_json::{Value, json};

use crate::back_ends::rongcloud_messages::{recall, uid};
use crate::database::TestDatabase;
use crate::on_every_database;
use crate::site::{PATIENCE, Server, Site, command, sixin, sixin_with_input};
use crate::upload::{FOR_BOB, fetch, form, png};

on_every_database!(
    nothing_of_an_erased_user_is_left_and_nothing_else_is_gone,
    all_that_belongs_to_a_user_and_nothing_of_others_is_exported,
    who_was_erased_is_erased_again_after_a_restore,
    over_the_network_the_same_is_handed_out_and_taken_away,
);

/// In everything the erased user has said, been called or uploaded.
const OWN: &str = "zanzibar";

fn nothing_of_an_erased_user_is_left_and_nothing_else_is_gone(site: &Site) {
    let dora = dora(site);
    let picture = site.upload_form(&dora, &form(&FOR_BOB, Some(("zanzibar.png", &png(300, 200)))));
    let fid = picture.is(200, 0).body["data"]["fid"].clone();
    let long = "zanzibar ".repeat(300);
    for text in ["zanzibar from an app", &long] {
        site.send_text(&dora, "bob", text).is(200, 0);
    }
    site.send(&dora, &json!({"uidOrUsername": "bob", "fid": fid})).is(200, 0);
    let of_bob = |path: &str| site.get_as(&site.bob, path).is(200, 0).body["data"]["list"].clone();
    let url = of_bob("conversation/dora-zanzibar/messages?orderDirection=asc")[2]["file"]["imageDefaultUrl"]
        .clone();
    assert_eq!(fetch(url.as_str().unwrap(), &[]).0, 200);
    // One content that several share, one that was changed, and one that is expanded.
    let content = json!({"content": long, "extra": "zanzibar"}).to_string();
    let several = [
        ("fromUserId", "dora-zanzibar"),
        ("toUserId", "alice"),
        ("toUserId", "bob"),
        ("toUserId", "carol"),
        ("objectName", "RC:TxtMsg"),
        ("content", &content),
        ("pushContent", "zanzibar"),
    ];
    site.publish(&several).is(200, 200);
    site.publish_text("bob", "dora-zanzibar", "an answer of bob").is(200, 200);
    site.call_back_end(
        "/user/remarks/set.json",
        &[("userId", "alice"), ("remarks", r#"[{"id":"dora-zanzibar","remark":"zanzibar"}]"#)],
    );
    assert!(found(&site.database).len() > 6, "{:?}", found(&site.database));

    let refused = command(&site.database.url()).args(["user", "erase", "dora-zanzibar"]).output().unwrap();
    assert!(String::from_utf8_lossy(&refused.stderr).contains("--yes"));
    let erased = site.sixin(&["user", "erase", "dora-zanzibar", "--yes"]);
    assert_eq!(erased["messages"], 6, "{erased}");
    // The server sweeps bytes by itself, after a minute at most.
    let begun = std::time::Instant::now();
    while site.database.number("SELECT COUNT(*) AS number FROM files") > 0 {
        assert!(begun.elapsed() < PATIENCE, "the file is still there");
        std::thread::sleep(std::time::Duration::from_millis(500));
    }
    assert_eq!(found(&site.database), Vec::<String>::new());
    assert_eq!(walked(&site.server.files.path().join("kept")), 0, "files of an erased user are gone");
    assert_ne!(fetch(url.as_str().unwrap(), &[]).0, 200);

    let list = of_bob("conversation/list");
    assert_eq!(list.as_array().unwrap().len(), 1);
    let other = list[0]["user"]["username"].as_str().unwrap();
    assert!(other.starts_with("[erased]"), "{list}");
    let id = site.database.lines("SELECT username AS line FROM users WHERE username LIKE '[erased]%'");
    assert_eq!(id, [other]);
    let texts = site.database.lines(
        "SELECT message_text AS line FROM conversation_messages WHERE message_text IS NOT NULL ORDER BY id",
    );
    assert_eq!(texts.iter().filter(|text| *text == "[erased]").count(), 6);
    let kept = site.database.number(
        "SELECT COUNT(*) AS number FROM conversation_messages WHERE content LIKE '%an answer of bob%' OR message_text LIKE '%an answer of bob%'",
    );
    assert_eq!(kept, 1, "what others wrote stays");
    sixin(&site.database.url(), &["check"]);
    // Name, number and address are free.
    let again = ["user", "create", "dora-zanzibar", "--uid", "424242", "--email", "zanzibar@example.org"];
    site.sixin(&again);
    site.publish_text("dora-zanzibar", "bob", "somebody else").is(200, 200);
    assert_eq!(of_bob("conversation/list").as_array().unwrap().len(), 2);
}

fn all_that_belongs_to_a_user_and_nothing_of_others_is_exported(site: &Site) {
    let dora = dora(site);
    let picture = site.upload_form(&dora, &form(&FOR_BOB, Some(("zanzibar.png", &png(300, 200)))));
    let fid = picture.is(200, 0).body["data"]["fid"].clone();
    site.send(&dora, &json!({"uidOrUsername": "bob", "fid": fid})).is(200, 0);
    let long = "zanzibar ".repeat(300);
    let content = json!({"content": long}).to_string();
    let mut several =
        vec![("fromUserId", "dora-zanzibar"), ("objectName", "RC:TxtMsg"), ("content", &*content)];
    several.extend([("toUserId", "alice"), ("toUserId", "bob")]);
    site.publish(&several).is(200, 200);
    site.publish_text("bob", "dora-zanzibar", "for dora").is(200, 200);
    site.publish_text("bob", "alice", "a secret of bob").is(200, 200);
    let back = site.publish_text("bob", "dora-zanzibar", "a slip of bob");
    recall(site, "bob", "dora-zanzibar", &uid(&back), &[]).is(200, 200);

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("dora.zip");
    let mut export = command(&site.database.url());
    export.env("SIXIN__FILES__FOLDER", site.server.files.path().join("kept"));
    export.env("SIXIN__FILES__ARRIVING", site.server.files.path().join("arriving"));
    let output = export.args(["--json", "user", "export", "dora-zanzibar"]).arg(&file).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&told["messages"], &told["files"], &told["missing_files"]),
        (&json!(4), &json!(6), &json!(0))
    );

    let (mut all, mut pictures) = (String::new(), 0);
    let mut zip = zip::ZipArchive::new(std::fs::File::open(&file).unwrap()).unwrap();
    for number in 0..zip.len() {
        let mut entry = zip.by_index(number).unwrap();
        if entry.name().unwrap().starts_with("files/") {
            let mut bytes = Vec::new();
            std::io::Read::read_to_end(&mut entry, &mut bytes).unwrap();
            pictures += usize::from(image::load_from_memory(&bytes).is_ok());
        } else {
            std::io::Read::read_to_string(&mut entry, &mut all).unwrap();
        }
    }
    assert_eq!(pictures, 6);
    for own in ["zanzibar@example.org", "Dora Zanzibar", &long, "for dora", "zanzibar.png", r#""uid":424242"#]
    {
        assert!(all.contains(own), "{own} is missing: {all}");
    }
    let hash = site.database.lines("SELECT HEX(token_hash) AS line FROM session_tokens").join(" ");
    assert!(!hash.is_empty() && !all.contains("token_hash") && !all.contains("b_read_seq"));
    for of_others in ["a secret of bob", "a slip of bob", &dora.token] {
        assert!(!all.contains(of_others), "{of_others} is somebody else's");
    }
    let refused = command(&TestDatabase::sqlite().url()).arg("restore").arg(&file).output().unwrap();
    assert!(String::from_utf8_lossy(&refused.stderr).contains("damaged"), "it is no backup");
}

/// Somebody with an address, a number and a profile.
fn dora(site: &Site) -> crate::site::Person {
    let created = site.sixin(&[
        "user",
        "create",
        "dora-zanzibar",
        "--uid",
        "424242",
        "--nickname",
        "Dora Zanzibar",
        "--email",
        "zanzibar@example.org",
    ]);
    let session = site.sixin(&["session", "create", "dora-zanzibar", "--platform", "5"]);
    crate::site::Person {
        uid: created["uid"].as_i64().unwrap(),
        aid: created["aid"].as_str().unwrap().to_owned(),
        token: session["token"].as_str().unwrap().to_owned(),
    }
}

/// The tables, and rows of them, in which anything of the erased user still is: a backup has all there is.
pub(crate) fn found(database: &TestDatabase) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("all");
    sixin(&database.url(), &["backup", file.to_str().unwrap(), "--without-files"]);
    let mut zip = zip::ZipArchive::new(std::fs::File::open(&file).unwrap()).unwrap();
    let mut found = Vec::new();
    for number in 0..zip.len() {
        let mut entry = zip.by_index(number).unwrap();
        let name = entry.name().unwrap().into_owned();
        let mut text = String::new();
        std::io::Read::read_to_string(&mut entry, &mut text).unwrap();
        let lines = text.lines().filter(|line| line.to_lowercase().contains(OWN));
        found.extend(lines.map(|line| format!("{name}: {line}")));
    }
    found
}

/// How many files are below a folder.
pub(crate) fn walked(folder: &std::path::Path) -> usize {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| if path.is_dir() { walked(&path) } else { 1 }).sum()
}

fn who_was_erased_is_erased_again_after_a_restore(site: &Site) {
    let dora = dora(site);
    site.send_text(&dora, "bob", "zanzibar").is(200, 0);
    let folder = tempfile::tempdir().unwrap();
    let before = folder.path().join("before");
    sixin(&site.database.url(), &["backup", before.to_str().unwrap(), "--without-files"]);
    site.sixin(&["user", "erase", "dora-zanzibar", "--yes"]);
    let list = command(&site.database.url()).args(["user", "erased"]).output().unwrap().stdout;
    let list = String::from_utf8(list).unwrap();
    assert_eq!(list.lines().count(), 1);
    let restored = TestDatabase::sqlite();
    sixin(&restored.url(), &["restore", before.to_str().unwrap()]);
    assert!(!found(&restored).is_empty(), "the backup was from before");
    // Somebody else who got that number is let alone.
    let mut other: Value = serde_json::from_str(&list).unwrap();
    other["created_at"] = json!(1);
    let both = format!("{other}\n{list}");
    let again = sixin_with_input(&restored.url(), &["user", "erase-again"], &both);
    assert_eq!((again["erased"].as_array().unwrap().len(), &again["listed"]), (1, &json!(2)));
    assert_eq!(found(&restored), Vec::<String>::new());
    let server = Server::start(&restored.url(), &[]);
    assert_eq!(crate::calls::get(&format!("{}/health", server.url)).0, 200);
}

fn over_the_network_the_same_is_handed_out_and_taken_away(site: &Site) {
    let dora = dora(site);
    let picture = site.upload_form(&dora, &form(&FOR_BOB, Some(("zanzibar.png", &png(300, 200)))));
    let fid = picture.is(200, 0).body["data"]["fid"].clone();
    site.send(&dora, &json!({"uidOrUsername": "bob", "fid": fid})).is(200, 0);
    site.send_text(&dora, "bob", "zanzibar").is(200, 0);
    let admin = site.operator_with_token("olga", "administrator");
    let support = site.operator_with_token("sam", "support");
    let call = |token: &str, what: &str, body: Value| {
        site.admin(token, "POST", &format!("/users/dora-zanzibar/{what}"), &body)
    };
    let because = json!({"reason": "dora asked for it"});
    for (token, what, body, status) in [
        (&support, "export", because.clone(), 403),
        (&support, "erase", json!({"username": "dora-zanzibar", "reason": "dora asked for it"}), 403),
        (&admin, "export", json!({}), 400),
        (&admin, "export", json!({"reason": " "}), 400),
        (&admin, "erase", because.clone(), 400),
        (&admin, "erase", json!({"username": "dora", "reason": "dora asked for it"}), 400),
        (&admin, "erase", json!({"username": "dora-zanzibar", "reason": ""}), 400),
    ] {
        assert_eq!(call(token, what, body.clone()).status, status, "{what} {body}");
    }
    assert_eq!(site.admin(&admin, "POST", "/users/nobody/export", &because).status, 404);
    let rows = || site.audit(9).iter().filter(|row| row.contains(" user.e")).cloned().collect::<Vec<_>>();
    assert_eq!(rows(), Vec::<String>::new(), "nothing was done");

    let exported = exported(site, &admin, "dora-zanzibar");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("dora.zip");
    let mut export = command(&site.database.url());
    export.env("SIXIN__FILES__FOLDER", site.server.files.path().join("kept"));
    export.env("SIXIN__FILES__ARRIVING", site.server.files.path().join("arriving"));
    assert!(export.args(["user", "export", "dora-zanzibar"]).arg(&file).output().unwrap().status.success());
    assert_eq!(
        entries(&exported),
        entries(&std::fs::read(&file).unwrap()),
        "the same as on the command line"
    );
    assert_eq!(entries(&exported).iter().filter(|(name, _)| name.starts_with("files/")).count(), 6);
    assert_eq!(walked(&site.server.files.path().join("arriving")), 0, "nothing waits any more");
    assert_eq!(rows(), ["command line user.export dora-zanzibar", "olga user.export dora-zanzibar"]);

    let erased = call(&admin, "erase", json!({"username": "dora-zanzibar", "reason": "dora asked for it"}));
    assert_eq!((erased.status, &erased.body["messages"]), (200, &json!(2)), "{}", erased.body);
    assert!(erased.body["left"].as_str().unwrap().starts_with("[erased]"));
    let begun = std::time::Instant::now();
    while site.database.number("SELECT COUNT(*) AS number FROM files") > 0 {
        assert!(begun.elapsed() < PATIENCE, "the file is still there");
        std::thread::sleep(std::time::Duration::from_millis(500));
    }
    assert_eq!(found(&site.database), Vec::<String>::new());
    assert!(rows()[0].starts_with("olga user.erase [erased]"), "{:?}", rows());
    sixin(&site.database.url(), &["check"]);
}

/// What the administration API hands out of a user.
fn exported(site: &Site, token: &str, user: &str) -> Vec<u8> {
    let call = ureq::http::Request::builder()
        .method("POST")
        .uri(site.url(&format!("/admin/v1/users/{user}/export")))
        .header("Authorization", format!("Bearer {token}"))
        .header("Content-Type", "application/json");
    let body = json!({"reason": "dora asked for it"}).to_string();
    let mut answer = crate::calls::agent().run(call.body(body).unwrap()).unwrap();
    let header = |name: &str| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
    assert_eq!(header("content-type").as_deref(), Some("application/zip"));
    assert!(header("content-disposition").unwrap().starts_with("attachment; filename=\"user-424242.zip\""));
    assert!(header("cache-control").unwrap().contains("no-store"));
    let size: usize = header("content-length").unwrap().parse().unwrap();
    let bytes = answer.body_mut().read_to_vec().unwrap();
    assert_eq!(bytes.len(), size);
    bytes
}

/// The entries of an archive, and how large each is.
fn entries(bytes: &[u8]) -> Vec<(String, u64)> {
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let count = zip.len();
    let entry = |number| {
        let entry = zip.by_index(number).unwrap();
        (entry.name().unwrap().into_owned(), entry.size())
    };
    (0..count).map(entry).collect()
}
