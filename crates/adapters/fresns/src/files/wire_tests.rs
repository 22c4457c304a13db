//! Files on the wire: what an upload and a link are answered with, and how the bytes are handed out.

use actix_web::test::TestRequest;
use actix_web::web::Bytes;
use async_trait::async_trait;
use sixin_application::files::ports::{ArrivingFile, FileBytesError, OpenFile, StagedFile};
use sixin_application::files::read_file::{LinkedFile, ReadFileError};
use sixin_application::files::upload_file::{Arrival, UploadError, UploadPurpose, UploadRequest};
use sixin_application::ports::StoreError;
use sixin_domain::file::upload::UploadRefusal;
use sixin_domain::file::{FileKind, Keeping, StoredFile};
use sixin_web::testing::{Answer, call};

use crate::sending::wire_tests::{image, known, with_headers};
use crate::testing::Mocks;

const FIELDS: [(&str, &str); 7] = [
    ("usageType", "6"),
    ("tableName", "conversation_messages"),
    ("tableColumn", "message_file_id"),
    ("tableKey", " bob "),
    ("type", "image"),
    ("uploadMode", "file"),
    ("moreJson", r#"{ "a": 1 }"#),
];

pub(crate) fn kept() -> StoredFile {
    StoredFile {
        keeping: Keeping::Kept,
        thumbnail_extension: Some("png".into()),
        sha: Some("5a".repeat(32)),
        ..image()
    }
}

/// Takes whatever arrives.
pub(crate) struct Anything(pub(crate) u64);

#[async_trait]
impl ArrivingFile for Anything {
    async fn write(&mut self, piece: Bytes) -> Result<(), FileBytesError> {
        self.0 += piece.len() as u64;
        Ok(())
    }

    async fn finish(self: Box<Self>) -> Result<StagedFile, FileBytesError> {
        let (md5, sha256) = (String::new(), String::new());
        Ok(StagedFile { path: "x".into(), size: self.0, md5, sha256, guard: Box::new(()) })
    }
}

fn form(bytes: &[u8]) -> Vec<u8> {
    form_of(b"filename=\"a.png\"", bytes)
}

fn form_of(file_name: &[u8], bytes: &[u8]) -> Vec<u8> {
    form_with(&FIELDS, file_name, bytes)
}

pub(crate) fn form_with(fields: &[(&str, &str)], file_name: &[u8], bytes: &[u8]) -> Vec<u8> {
    let part = |(name, value): (&str, &str)| {
        format!("--xyz\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let file = [b"--xyz\r\nContent-Disposition: form-data; name=\"file\"; ", file_name, b"\r\n\r\n"].concat();
    // The file first: fields may come in any order.
    [&file, bytes, b"\r\n", fields.iter().copied().map(part).collect::<String>().as_bytes(), b"--xyz--\r\n"]
        .concat()
}

async fn upload(mocks: Mocks, bytes: &[u8]) -> Answer {
    upload_form(mocks, form(bytes)).await
}

async fn upload_form(mut mocks: Mocks, form: Vec<u8>) -> Answer {
    mocks.upload.expect_begin().returning(|_| Ok(Arrival { file: Box::new(Anything(0)), most_bytes: 10 }));
    let request = TestRequest::post().uri("/api/v2/common/upload-file").set_payload(form);
    let kind = ("content-type", "multipart/form-data; boundary=xyz");
    call(mocks.api(), with_headers(request, &[]).insert_header(kind)).await
}

#[actix_web::test]
async fn an_upload_is_answered_with_the_file_and_links_to_it() {
    let mut mocks = known();
    let as_sent = |_: &_, request: &UploadRequest, staged: &StagedFile| {
        let more_json = Some(r#"{"a":1}"#.to_owned());
        let (kind, name) = (FileKind::Image, "a.png".into());
        let purpose = UploadPurpose::MessageTo("bob".into());
        *request == UploadRequest { kind, name, purpose, more_json, is_sensitive: false, platform: 5 }
            && staged.size == 10
    };
    mocks.upload.expect_finish().withf(as_sent).returning(|_, _, _| Ok(kept()));
    insta::assert_snapshot!(upload(mocks, b"ten bytes!").await.wire());
}

#[actix_web::test]
async fn a_file_has_the_name_that_was_meant_however_a_client_writes_it() {
    for (written, name) in [
        (&b"filename=\"_.png\"; filename*=UTF-8''%E7%8C%AB.png"[..], "猫.png"),
        ("filename=\"猫.png\"".as_bytes(), "猫.png"),
        (b"filename=\"caf\xe9.png\"", "café.png"),
        (b"filename*=x-unknown''a; filename=\"b.png\"", "b.png"),
        (b"filename=a.png;", "a.png"),
        (b"filename=\"a\\\"b.png\"", "a\"b.png"),
        (b"filename=\"\"", ""),
    ] {
        let mut mocks = known();
        let as_meant = move |_: &_, request: &UploadRequest, _: &StagedFile| request.name == name;
        mocks.upload.expect_finish().withf(as_meant).returning(|_, _, _| Ok(kept()));
        assert_eq!(upload_form(mocks, form_of(written, b"x")).await.code(), 0, "{name}");
    }
}

#[actix_web::test]
async fn a_part_without_a_name_is_refused() {
    for head in
        ["", "Content-Disposition: form-data\r\n", "Content-Disposition: form-data; filename=a.png\r\n"]
    {
        let form = format!("--xyz\r\n{head}\r\nx\r\n--xyz--\r\n").into_bytes();
        assert_eq!(upload_form(known(), form).await.code(), 30_000, "{head}");
    }
}

#[actix_web::test]
async fn what_is_wrong_with_a_file_is_told_and_named() {
    for (refusal, code) in [
        (UploadRefusal::KindForbidden, 36_310),
        (UploadRefusal::ExtensionForbidden, 36_310),
        (UploadRefusal::ContentWrong, 36_310),
        (UploadRefusal::TooLarge, 36_113),
        (UploadRefusal::TooLong, 36_113),
        (UploadRefusal::Empty, 30_000),
    ] {
        let mut mocks = known();
        mocks.upload.expect_finish().returning(move |_, _, _| Err(UploadError::File(refusal)));
        let answer = upload(mocks, b"x").await;
        assert_eq!((answer.status.as_u16(), answer.code()), (200, code), "{refusal:?}");
        let message = answer.json()["message"].as_str().unwrap().to_owned();
        assert!(message.ends_with(": file"));
        assert_eq!(message.contains(" - image (png, gif, jpg, "), code == 36_310, "{message}");
    }
    let too_large = upload(known(), b"eleven bytes").await;
    assert_eq!(too_large.code(), 36_113, "and nothing is finished");
}

#[actix_web::test]
async fn a_server_that_can_not_take_a_file_says_when_to_try_again() {
    for error in [|| UploadError::Busy, || UploadError::Bytes(FileBytesError::Unavailable("full".into()))] {
        let mut mocks = known();
        mocks.upload.expect_finish().returning(move |_, _, _| Err(error()));
        let answer = upload(mocks, b"x").await;
        assert_eq!((answer.status.as_u16(), answer.header("retry-after")), (503, Some("1")));
    }
}

#[actix_web::test]
async fn a_link_leads_to_the_file_as_it_was_uploaded() {
    let mut mocks = known();
    mocks
        .read_file
        .expect_shown()
        .withf(|user, fid, within| (user.0, fid, *within) == (1, "kQ3vX8pZ", Some(5021)))
        .returning(|_, _, _| Ok(kept()));
    let uri = "/api/v2/common/file/kQ3vX8pZ/link?type=conversation&fsid=5021";
    let answer = call(mocks.api(), with_headers(TestRequest::get().uri(uri), &[])).await;
    insta::assert_snapshot!(answer.wire());
}

fn readable(kind: FileKind, extension: &str) -> Mocks {
    let (mut mocks, extension) = (Mocks::default(), extension.to_owned());
    mocks.read_file.expect_linked().returning(move |_| {
        let file = StoredFile { kind, name: "猫 1.png".into(), ..kept() };
        let (path, extension) = ("p".into(), extension.clone());
        Ok(LinkedFile { file, path, extension, size: Some(10), left_ms: 61_500 })
    });
    mocks.read_file.expect_open().returning(|_, part| {
        let part = part.unwrap_or(0..10);
        let length = part.end - part.start;
        Ok(OpenFile { length, bytes: Box::pin(Once(Some(Bytes::from(vec![b'x'; length as usize])))) })
    });
    mocks
}

/// One piece.
struct Once(Option<Bytes>);

impl futures_core::Stream for Once {
    type Item = Result<Bytes, FileBytesError>;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        std::task::Poll::Ready(self.0.take().map(Ok))
    }
}

const LINK: &str = "/files/kQ3vX8pZ?expires=1668062100&sign=5ec7e7";

async fn read(mocks: Mocks, headers: &[(&'static str, &'static str)]) -> String {
    let mut request = TestRequest::get().uri(LINK);
    for header in headers {
        request = request.insert_header(*header);
    }
    let answer = call(mocks.api(), request).await;
    let mut names: Vec<_> =
        answer.headers.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
    names.sort();
    format!("HTTP {}\n{}\n\n{}", answer.status.as_u16(), names.join("\n"), answer.text)
}

#[actix_web::test]
async fn a_picture_is_shown_and_all_else_saved_and_nothing_is_guessed_or_run() {
    let (picture, document) = (readable(FileKind::Image, "png"), readable(FileKind::Document, "md"));
    let part = readable(FileKind::Video, "mp4");
    insta::assert_snapshot!(format!(
        "{}\n\n{}\n\n{}",
        read(picture, &[]).await,
        read(document, &[]).await,
        read(part, &[("range", "bytes=2-4")]).await,
    ));
}

#[actix_web::test]
async fn whoever_has_the_bytes_already_and_whoever_asks_for_none_that_are_there_gets_none() {
    let tag = "\"5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a\"";
    assert!(read(readable(FileKind::Image, "png"), &[("if-none-match", tag)]).await.starts_with("HTTP 304"));
    let outside = read(readable(FileKind::Image, "png"), &[("range", "bytes=10-")]).await;
    assert!(outside.starts_with("HTTP 416") && outside.contains("content-range: bytes */10"), "{outside}");
}

#[actix_web::test]
async fn a_link_that_does_not_work_shows_nothing() {
    for (error, status) in [
        (|| ReadFileError::LinkWrong, 403),
        (|| ReadFileError::Unknown, 404),
        (|| ReadFileError::Disabled, 404),
        (|| ReadFileError::Bytes(FileBytesError::Unavailable("gone".into())), 503),
        (|| ReadFileError::Store(StoreError::Unavailable("gone".into())), 503),
        (|| ReadFileError::Store(StoreError::Fault("odd".into())), 500),
    ] as [(fn() -> ReadFileError, u16); 6]
    {
        let mut mocks = Mocks::default();
        mocks.read_file.expect_linked().returning(move |_| Err(error()));
        assert!(read(mocks, &[]).await.starts_with(&format!("HTTP {status}\n")));
    }
    for link in
        ["/files/x", "/files/x?expires=a&sign=b", "/files/x?expires=1", "/files/x?expires=1&sign=b&size=q"]
    {
        let answer = call(Mocks::default().api(), TestRequest::get().uri(link)).await;
        assert_eq!(answer.status.as_u16(), 403, "{link}");
    }
}
