//! Files: uploaded, sent, seen by those who see their message, and by nobody else.

use serde_json::{Value, json};

use crate::calls::{Answer, try_call};
use crate::database::TestDatabase;
use crate::on_every_database;
use crate::site::{Person, Server, Site};
use crate::upload::{FOR_BOB, UPLOAD, fetch, form, png};

on_every_database!(
    a_picture_is_uploaded_sent_and_seen_in_all_its_sizes,
    a_file_is_sent_once_by_its_uploader_to_the_user_it_was_uploaded_for,
    links_are_only_for_the_uploader_and_for_who_still_sees_a_message_with_the_file,
    a_forged_or_changed_link_shows_nothing,
    forms_that_are_wrong_are_refused_by_name_and_leave_nothing_behind,
    files_that_are_not_what_they_say_are_refused_and_leave_nothing_behind,
    a_file_is_kept_as_what_it_holds_whatever_its_name_says,
    a_photo_tells_no_place_unless_the_site_says_so,
    sounds_and_documents_are_handed_out_to_be_saved_and_in_parts,
);

fn send(site: &Site, from: &Person, to: &str, fid: &Value) -> Answer {
    let body = json!({"uidOrUsername": to, "fid": fid}).to_string();
    site.call_as(from, "POST", "conversation/send-message", &body)
}

fn link(site: &Site, person: &Person, fid: &Value, query: &str) -> Answer {
    site.get_as(person, &format!("common/file/{}/link{query}", fid.as_str().unwrap()))
}

fn header<'a>(headers: &'a [(String, String)], name: &str) -> &'a str {
    headers.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
}

fn a_picture_is_uploaded_sent_and_seen_in_all_its_sizes(site: &Site) {
    let original = png(600, 300);
    let file = site.picture_for_bob();
    assert_eq!(
        (&file["type"], &file["name"], &file["mime"], &file["imageWidth"], &file["imageLong"]),
        (&json!(1), &json!("cat.png"), &json!("image/png"), &json!(600), &json!(false))
    );
    let sent = send(site, &site.alice, "bob", &file["fid"]);
    assert_eq!((&sent.body["data"]["type"], &sent.body["data"]["content"]), (&json!(2), &Value::Null));
    let list = site.get_as(&site.bob, "conversation/list").body["data"]["list"].clone();
    assert_eq!(list[0]["latestMessage"]["message"], "[image]");
    let messages = site.get_as(&site.bob, "conversation/alice/messages").body["data"]["list"].clone();
    let seen = &messages[0]["file"];
    for (key, width, height) in [
        ("imageDefaultUrl", 600, 300),
        ("imageConfigUrl", 600, 300),
        ("imageAvatarUrl", 200, 200),
        ("imageRatioUrl", 400, 200),
        ("imageSquareUrl", 300, 300),
        ("imageBigUrl", 600, 300),
    ] {
        let (status, headers, bytes) = fetch(seen[key].as_str().unwrap(), &[]);
        assert_eq!(status, 200, "{key}");
        let picture = image::load_from_memory(&bytes).unwrap();
        assert_eq!((picture.width(), picture.height()), (width, height), "{key}");
        assert_eq!(header(&headers, "x-content-type-options"), "nosniff");
        assert_eq!(header(&headers, "content-security-policy"), "default-src 'none'; sandbox");
        let name = if key == "imageDefaultUrl" { "cat.png" } else { "cat.jpg" };
        assert_eq!(header(&headers, "content-disposition"), format!("inline; filename*=UTF-8''{name}"));
        assert!(header(&headers, "content-type").starts_with("image/"));
        assert!(key != "imageDefaultUrl" || bytes == original);
    }
}

fn a_file_is_sent_once_by_its_uploader_to_the_user_it_was_uploaded_for(site: &Site) {
    let fid = site.picture_for_bob()["fid"].clone();
    send(site, &site.carol, "bob", &fid).is(200, 37_500);
    send(site, &site.alice, "carol", &fid).is(200, 37_500);
    assert_eq!(site.messages(), 0);
    send(site, &site.alice, "bob", &fid).is(200, 0);
    send(site, &site.alice, "bob", &fid).is(200, 37_500);
    assert_eq!(site.messages(), 1);
    let bound =
        "SELECT COUNT(*) AS number FROM file_usages u JOIN conversation_messages m ON m.id = u.table_id";
    assert_eq!(site.database.number(bound), 1);
}

fn links_are_only_for_the_uploader_and_for_who_still_sees_a_message_with_the_file(site: &Site) {
    let fid = site.picture_for_bob()["fid"].clone();
    link(site, &site.alice, &fid, "").is(200, 0);
    link(site, &site.bob, &fid, "").is(200, 37_500);
    let sent = send(site, &site.alice, "bob", &fid).is(200, 0).body["data"]["id"].clone();
    let answer = link(site, &site.bob, &fid, "");
    let (status, _, bytes) = fetch(answer.is(200, 0).body["data"]["originalUrl"].as_str().unwrap(), &[]);
    assert_eq!((status, bytes), (200, png(600, 300)));
    link(site, &site.bob, &fid, &format!("?type=conversation&fsid={sent}")).is(200, 0);
    link(site, &site.bob, &fid, "?type=conversation&fsid=1").is(200, 37_500);
    link(site, &site.carol, &fid, "").is(200, 37_500);
    link(site, &site.bob, &json!("nobodys"), "").is(200, 37_500);
    link(site, &site.bob, &fid, "?type=post").is(200, 30_002);
    link(site, &site.bob, &fid, "?fsid=-1").is(200, 30_000);
    let body = json!({"type": "message", "messageIds": sent.to_string()}).to_string();
    site.call_as(&site.bob, "DELETE", "conversation/delete", &body).is(200, 0);
    link(site, &site.bob, &fid, "").is(200, 37_500);
    link(site, &site.alice, &fid, "").is(200, 0);
    site.change("UPDATE files SET is_enable = 0");
    link(site, &site.alice, &fid, "").is(200, 37_501);
}

fn a_forged_or_changed_link_shows_nothing(site: &Site) {
    let file = site.picture_for_bob();
    let url = file["imageAvatarUrl"].as_str().unwrap();
    let other = site.picture_for_bob();
    let foreign = url.replace(file["fid"].as_str().unwrap(), other["fid"].as_str().unwrap());
    let (before, sign) = url.split_once("sign=").unwrap();
    let expires = before.split_once("expires=").unwrap().1.trim_end_matches('&');
    let later = (expires.parse::<i64>().unwrap() + 1).to_string();
    for changed in [
        foreign,
        url.replace("size=avatar&", ""),
        url.replace("size=avatar", "size=big"),
        url.replace("size=avatar", "size=huge"),
        url.replace(expires, &later),
        url.replace(expires, "9999999999999999999999"),
        url.replace(sign, &"0".repeat(64)),
        before.to_owned(),
        url.split_once('?').unwrap().0.to_owned(),
    ] {
        let (status, headers, bytes) = fetch(&changed, &[]);
        assert_eq!(
            (status, header(&headers, "content-type")),
            (403, "application/json; charset=utf-8"),
            "{changed}"
        );
        assert!(bytes.len() < 200, "{changed}");
    }
    assert_eq!(fetch(url, &[]).0, 200);
    assert!(!site.server.log().contains(sign), "links are not logged");
    site.database.execute("UPDATE files SET is_enable = 0");
    assert_eq!(fetch(url, &[]).0, 404);
}

/// Nothing of what was refused is left, neither in the database nor on disk.
fn nothing_is_left(site: &Site) {
    assert_eq!(site.database.number("SELECT COUNT(*) AS number FROM files"), 0);
    for folder in ["arriving", "kept"] {
        let folder = site.server.files.path().join(folder);
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0, "{folder:?}");
    }
}

fn forms_that_are_wrong_are_refused_by_name_and_leave_nothing_behind(site: &Site) {
    let picture = png(9, 9);
    let with = |changes: &[(&'static str, Option<&'static str>)]| {
        let fields = crate::calls::fields(&FOR_BOB, changes);
        site.upload_form(&site.alice, &form(&fields, Some(("a.png", &picture))))
    };
    for (name, value, code) in [
        ("usageType", None, 30_001),
        ("usageType", Some("7"), 30_002),
        ("usageType", Some("six"), 30_000),
        ("tableName", Some("posts"), 30_002),
        ("tableColumn", Some("id; DROP TABLE files"), 30_002),
        ("tableKey", None, 30_001),
        ("type", Some("program"), 30_002),
        ("type", None, 30_001),
        ("uploadMode", Some("magic"), 30_002),
        ("fileInfo", Some("[{}]"), 30_005),
        ("tableId", Some("1"), 30_005),
        ("moreJson", Some("[1]"), 30_004),
        ("moreJson", Some("{"), 30_004),
    ] {
        let answer = with(&[(name, value)]);
        assert_eq!(answer.code(), code, "{name}={value:?}: {answer:?}");
        assert!(answer.body["message"].as_str().unwrap().ends_with(&format!(": {name}")), "{answer:?}");
    }
    with(&[("uploadMode", Some("fileInfo"))]).is(200, 32_100);
    with(&[("tableKey", Some("nobody"))]).is(200, 35_201);
    with(&[("tableKey", Some("99999999"))]).is(200, 35_201);
    with(&[("tableKey", Some("alice"))]).is(200, 36_603);
    let whole = form(&FOR_BOB, Some(("a.png", &picture)));
    site.upload_form(&site.alice, &form(&FOR_BOB, None)).is(200, 30_001);
    site.upload_form(&site.alice, &whole[..whole.len() - 60]).is(200, 30_000);
    site.upload_form(&site.alice, &whole[..80]).is(200, 30_000);
    site.upload_form(&site.alice, b"").is(200, 30_000);
    site.upload_form(&site.alice, &form(&[("x", &"y".repeat(70_000))], None)).is(200, 30_000);
    let two = [&whole[..whole.len() - 31], &whole[..]].concat();
    site.upload_form(&site.alice, &two).is(200, 30_000);
    let json = try_call("POST", &site.url(UPLOAD), &site.user_headers(&site.alice, &[]), b"{}").unwrap();
    json.is(200, 30_000);
    site.sixin(&["setting", "set", "conversation_files", "[]"]);
    site.upload_form(&site.alice, &whole).is(200, 36_310);
    nothing_is_left(site);
}

fn files_that_are_not_what_they_say_are_refused_and_leave_nothing_behind(site: &Site) {
    site.sixin(&["setting", "set", "conversation_files", r#"["image","document","audio"]"#]);
    let picture = png(9, 9);
    let mut huge = picture.clone();
    huge[16..24].copy_from_slice(&[40_000_u32.to_be_bytes(), 40_000_u32.to_be_bytes()].concat());
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";
    let polyglot = [&picture[..], b"<script>alert(1)</script>"].concat();
    for (kind, name, bytes) in [
        ("image", "zip.jpg", &b"PK\x03\x04 an archive"[..]),
        ("image", "drawing.svg", svg),
        ("image", "drawing.png", svg),
        ("image", "huge.png", &huge),
        ("image", "both.png", &polyglot),
        ("document", "cat.svg", &polyglot),
        ("document", "program.pdf", b"MZ\x90\0"),
        ("audio", "noise.mp3", &[0x55; 5000]),
        ("video", "film.mp4", b"not allowed here"),
    ] {
        let answer = site.upload(&site.alice, kind, name, bytes);
        assert_eq!((answer.status, answer.code()), (200, 36_310), "{name}: {answer:?}");
        let message = answer.body["message"].as_str().unwrap();
        assert!(message.contains("image (png, ") && message.contains("document (doc, "), "{message}");
        assert!(!message.contains("video"), "{message}");
    }
    site.upload(&site.alice, "image", "nothing.png", b"").is(200, 30_000);
    site.upload(&site.alice, "image", "large.png", &vec![0; (5 << 20) + 1]).is(200, 36_113);
    site.upload(&site.alice, "image", "larger.png", &vec![0; 12 << 20]).is(200, 36_113);
    nothing_is_left(site);
    let kept = site.upload(&site.alice, "image", "../../../etc/cat.png", &picture);
    assert_eq!(kept.is(200, 0).body["data"]["name"], "cat.png");
}

fn a_file_is_kept_as_what_it_holds_whatever_its_name_says(site: &Site) {
    site.sixin(&["setting", "set", "conversation_files", r#"["image","document","audio"]"#]);
    let picture = png(9, 9);
    for (kind, name, kept) in [
        ("image", "cat.jpg", "cat.png"),
        ("image", "cat", "cat.png"),
        ("image", "cat.png.exe", "cat.png"),
        ("document", "Cat.PNG", "Cat.PNG"),
        ("audio", "cat.mp3", "cat.png"),
        ("image", "", "file.png"),
    ] {
        let answer = site.upload(&site.alice, kind, name, &picture);
        let file = &answer.is(200, 0).body["data"];
        assert_eq!((&file["name"], &file["type"]), (&json!(kept), &json!(1)), "{name}");
        assert_eq!((&file["mime"], &file["extension"]), (&json!("image/png"), &json!("png")), "{name}");
        let (_, headers, _) = fetch(file["imageDefaultUrl"].as_str().unwrap(), &[]);
        assert_eq!(header(&headers, "content-type"), "image/png");
        send(site, &site.alice, "bob", &file["fid"]).is(200, 0);
    }
}

/// A photo with a place in it, turned by a quarter.
fn photo() -> Vec<u8> {
    let mut plain = std::io::Cursor::new(Vec::new());
    let picture = image::load_from_memory(&png(60, 30)).unwrap().into_rgb8();
    picture.write_to(&mut plain, image::ImageFormat::Jpeg).unwrap();
    let plain = plain.into_inner();
    let exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0GPS 52.5 13.4";
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    [&plain[..2], &[0xff, 0xe1], &length, exif, &plain[2..], b"a film"].concat()
}

fn a_photo_tells_no_place_unless_the_site_says_so(site: &Site) {
    let photo = photo();
    let kept = || {
        let file = site.upload(&site.alice, "image", "a.jpg", &photo).is(200, 0).body["data"].clone();
        assert_eq!((&file["imageWidth"], &file["imageHeight"]), (&json!(30), &json!(60)), "as it is turned");
        let (_, _, bytes) = fetch(file["imageDefaultUrl"].as_str().unwrap(), &[]);
        let sized =
            format!("SELECT size AS number FROM files WHERE fid = '{}'", file["fid"].as_str().unwrap());
        assert_eq!(site.database.number(&sized), i64::try_from(bytes.len()).unwrap());
        let shown = image::load_from_memory(&bytes).unwrap();
        assert!(shown == image::load_from_memory(&photo).unwrap(), "bit for bit");
        bytes
    };
    let bytes = kept();
    assert!(!bytes.windows(3).any(|window| window == b"GPS") && !bytes.ends_with(b"film"));
    assert!(bytes.windows(6).any(|window| window == b"Exif\0\0"), "how it is turned is kept");
    site.sixin(&["setting", "set", "image_strip_metadata", "false"]);
    let begun = std::time::Instant::now();
    while kept() != photo {
        assert!(begun.elapsed() < crate::site::PATIENCE);
    }
}

fn sounds_and_documents_are_handed_out_to_be_saved_and_in_parts(site: &Site) {
    site.sixin(&["setting", "set", "conversation_files", r#"["document","audio"]"#]);
    let text = "你好, world\n".repeat(100);
    let file = site.upload(&site.alice, "document", "plan 猫.md", text.as_bytes());
    let url = file.is(200, 0).body["data"]["documentUrl"].as_str().unwrap().to_owned();
    let (status, headers, bytes) = fetch(&url, &[]);
    assert_eq!((status, bytes.as_slice()), (200, text.as_bytes()));
    assert!(header(&headers, "content-disposition").starts_with("attachment;"));
    let tag = header(&headers, "etag").to_owned();
    assert_eq!(fetch(&url, &[("If-None-Match", &tag)]).0, 304);
    let (status, headers, bytes) = fetch(&url, &[("Range", "bytes=1-3")]);
    assert_eq!((status, bytes.as_slice()), (206, &text.as_bytes()[1..4]));
    assert_eq!(header(&headers, "content-range"), format!("bytes 1-3/{}", text.len()));
    assert_eq!(fetch(&url, &[("Range", "bytes=9999-")]).0, 416);
    let sound = [&[0xff, 0xfb, 0x90, 0x00][..], &[0; 413]].concat().repeat(100);
    let heard = site.upload(&site.alice, "audio", "a.mp3", &sound);
    assert_eq!(heard.is(200, 0).body["data"]["audioTime"], 3);
    site.upload(&site.alice, "audio", "long.mp3", &sound.repeat(30)).is(200, 36_113);
    let voice = [&b"#!AMR\n"[..], &[&[0x3c][..], &[0; 31]].concat().repeat(101)].concat();
    let file = site.upload(&site.alice, "audio", "voice.tmp", &voice).is(200, 0).body["data"].clone();
    assert_eq!(
        (&file["name"], &file["audioTime"], &file["mime"]),
        (&json!("voice.amr"), &json!(3), &json!("audio/amr"))
    );
}

/// The most memory a server has had in use, in kilobytes.
#[cfg(target_os = "linux")]
pub(crate) fn memory(server: &Server) -> i64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[test]
#[cfg(target_os = "linux")]
fn memory_does_not_grow_with_a_file() {
    let site = Site::on_sqlite();
    site.sixin(&["setting", "set", "conversation_files", r#"["document"]"#]);
    site.sixin(&["setting", "set", "document_max_size", "80"]);
    let document = |megabytes: usize| [b"%PDF-1.7\n".to_vec(), vec![b'x'; megabytes << 20]].concat();
    let small = site.upload(&site.alice, "document", "a.pdf", &document(8));
    small.is(200, 0);
    let before = memory(&site.server);
    let large = site.upload(&site.alice, "document", "a.pdf", &document(72));
    let url = large.is(200, 0).body["data"]["documentUrl"].as_str().unwrap().to_owned();
    assert_eq!(fetch(&url, &[]).2.len(), document(72).len());
    let grown = memory(&site.server) - before;
    assert!(grown < 24 * 1024, "{grown} kB for 72 MB");
}

#[test]
fn uploads_are_limited_for_each_user() {
    let site = Site::on(TestDatabase::sqlite(), &[("SIXIN__FILES__UPLOADS_A_MINUTE", "2")]);
    site.picture_for_bob();
    site.picture_for_bob();
    let third = site.upload(&site.alice, "image", "a.png", &png(9, 9));
    third.is(429, 36_117);
    assert!(third.header("retry-after").is_some());
    site.upload(&site.carol, "image", "a.png", &png(9, 9)).is(200, 0);
}

#[test]
fn what_nobody_sends_within_a_day_is_removed_and_what_was_sent_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (kept, arriving) = (path("kept"), path("arriving"));
    let places = [("SIXIN__FILES__FOLDER", kept.as_str()), ("SIXIN__FILES__ARRIVING", arriving.as_str())];
    let mut site = Site::on(TestDatabase::sqlite(), &places);
    let (sent, unsent) = (site.picture_for_bob(), site.picture_for_bob());
    send(&site, &site.alice, "bob", &sent["fid"]).is(200, 0);
    site.server.terminate();
    site.server.wait();
    site.database.execute("UPDATE file_usages SET created_at = created_at - 86400001");
    site.server = Server::start(&site.database.url(), &places);
    let begun = std::time::Instant::now();
    while site.database.number("SELECT COUNT(*) AS number FROM files") > 1 {
        assert!(begun.elapsed() < crate::site::PATIENCE, "{}", site.server.log());
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    send(&site, &site.alice, "bob", &unsent["fid"]).is(200, 37_500);
    link(&site, &site.bob, &sent["fid"], "").is(200, 0);
    let mut files = Vec::new();
    let mut folders = vec![folder.path().join("kept")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    assert_eq!(files.len(), 6, "one picture and its thumbnails: {files:?}");
}
