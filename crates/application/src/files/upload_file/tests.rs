use super::*;
use crate::files::ports::{MockFileBytes, MockFiles, MockMediaInspector, Thumbnail};
use crate::ports::{MockClock, MockSecretSource};
use crate::sending::rate::CountedWhat;
use crate::site::ports::MockRoles;
use crate::testing::{general_role, new_user, stored_file, user};
use crate::users::ports::{MockRelations, MockUsers};
use mockall::Sequence;
use sixin_domain::file::media::ThumbnailSize;
use sixin_domain::id::{FileId, ID_EPOCH};
use sixin_domain::sending::rate::Rate;
use sixin_domain::site::role::{RoleBook, parse_permissions};
use sixin_domain::site::settings::Settings;
use sixin_domain::user::ConversationLimit;
use sixin_domain::user::username::Uid;
use std::collections::{BTreeMap, HashMap};

/// Ann, number 1, uploads; bob, number 2 and uid 10002, accepts everybody; cid, number 3, nobody.
fn uploading(files: MockFiles, bytes: MockFileBytes, media: MockMediaInspector) -> FileUploading {
    let mut users = MockUsers::new();
    let people = || {
        let closed = Arc::new(sixin_domain::user::User {
            conversation_limit: ConversationLimit::Nobody,
            ..new_user(3, "cid")
        });
        [user(1, "ann"), user(2, "bob"), closed]
    };
    users.expect_find().returning(move |who| {
        Ok(people().into_iter().find(|user| match who {
            UserRef::Uid(uid) => user.uid == *uid,
            UserRef::Username(name) => user.username == *name,
        }))
    });
    users
        .expect_find_numbered()
        .returning(move |ids| Ok(people().into_iter().filter(|user| ids.contains(&user.id)).collect()));
    let mut relations = MockRelations::new();
    relations.expect_between().returning(|_, _| Ok(HashMap::new()));
    let mut roles = MockRoles::new();
    let mut role = general_role();
    role.permissions.extend(parse_permissions(r#"[{"permKey":"image_max_size","permValue":1}]"#));
    roles.expect_of().returning(|_| Ok(Vec::new()));
    roles.expect_of_each().returning(|_| Ok(HashMap::new()));
    roles.expect_book().returning(move || Ok(Arc::new(RoleBook(vec![role.clone()]))));
    let mut secrets = MockSecretSource::new();
    secrets.expect_alphanumeric().returning(|length| "r".repeat(length));
    let mut clock = MockClock::new();
    clock.expect_now().return_const(ID_EPOCH);
    clock.expect_steady().return_const(ID_EPOCH);
    let (users, roles, clock) = (Arc::new(users), Arc::new(roles), Arc::new(clock));
    FileUploading {
        files: Arc::new(files),
        bytes: Arc::new(bytes),
        media: Arc::new(media),
        users: users.clone(),
        profiles: Arc::new(Profiles {
            users,
            roles: roles.clone(),
            relations: Arc::new(relations),
            clock: clock.clone(),
        }),
        roles,
        rate: Arc::new(SendRate::new(Rate { sends: 2, window_ms: 1000 }, CountedWhat::Uploads, None)),
        places: Arc::new(UploadPlaces::new(2)),
        secrets: Arc::new(secrets),
        clock,
    }
}

fn ann(rows: &[(&str, &str)]) -> Viewer {
    let rows = rows.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    Viewer { user: user(1, "ann"), settings: Arc::new(Settings::new(rows.collect::<BTreeMap<_, _>>())) }
}

fn request(to: &str, kind: FileKind, name: &str) -> UploadRequest {
    let purpose = UploadPurpose::MessageTo(to.into());
    UploadRequest { kind, name: name.into(), purpose, more_json: None, is_sensitive: false, platform: 5 }
}

fn staged(size: u64) -> StagedFile {
    StagedFile { path: "x".into(), size, md5: "m".into(), sha256: "s".into(), guard: Box::new(()) }
}

/// What comes of a file that is refused before it is looked into.
async fn refused(
    forms: &'static [Form],
    rows: &[(&str, &str)],
    request: UploadRequest,
    size: u64,
) -> UploadError {
    let uploading = uploading(MockFiles::new(), MockFileBytes::new(), recognises(forms));
    uploading.finish(&ann(rows), request, staged(size)).await.unwrap_err()
}

const PNG: &[Form] = &[Form { kind: FileKind::Image, extension: "png" }];
const FILM: &[Form] = &[Form { kind: FileKind::Video, extension: "mp4" }];

/// Recognises whatever comes as that.
fn recognises(forms: &'static [Form]) -> MockMediaInspector {
    let mut media = MockMediaInspector::new();
    media.expect_recognise().returning(move |_, _| Ok(forms));
    media
}

fn finds(forms: &'static [Form], seconds: Option<u64>) -> MockMediaInspector {
    let mut media = recognises(forms);
    media.expect_strip().returning(|_, _| Ok(false));
    media.expect_inspect().returning(move |_, _| Ok(Inspected { seconds, ..Inspected::default() }));
    media
}

#[tokio::test]
async fn a_file_is_entered_first_then_kept_and_only_then_there() {
    let (mut files, mut bytes) = (MockFiles::new(), MockFileBytes::new());
    let mut media = recognises(PNG);
    media.expect_strip().returning(|_, _| Ok(false));
    let thumbnail = || Thumbnail { size: ThumbnailSize::Avatar, extension: "jpg", bytes: vec![1] };
    media.expect_inspect().withf(|_, extension| extension == "png").returning(move |_, _| {
        Ok(Inspected { pixels: Some((3, 4)), seconds: None, thumbnails: vec![thumbnail()] })
    });
    let mut order = Sequence::new();
    let path = "images/conversations/202401/01/rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr.png";
    files
        .expect_register()
        .once()
        .in_sequence(&mut order)
        .withf(move |file, upload| {
            (file.path.as_str(), file.name.as_str(), file.pixels) == (path, "a.PNG", Some((3, 4)))
                && (file.mime.as_str(), file.thumbnail_extension.as_deref()) == ("image/png", Some("jpg"))
                && (upload.addressee.as_deref(), upload.uploader.0, upload.platform) == (Some("10002"), 1, 5)
        })
        .returning(|_, _| Ok(FileId(5)));
    let put = move |to: &str, _: &Vec<u8>| to == format!("{path}.avatar.jpg");
    bytes.expect_put().once().in_sequence(&mut order).withf(put).returning(|_, _| Ok(()));
    let keep = move |_: &StagedFile, to: &str| to == path;
    bytes.expect_keep().once().in_sequence(&mut order).withf(keep).returning(|_, _| Ok(()));
    files.expect_arrived().once().in_sequence(&mut order).returning(|_| Ok(()));
    files.expect_find().returning(|_| Ok(Some((stored_file(FileKind::Image), Vec::new()))));
    let uploading = uploading(files, bytes, media);
    let request = request("10002", FileKind::Image, "C:\\a.PNG");
    let file = uploading.finish(&ann(&[]), request, staged(10)).await.unwrap();
    assert_eq!(file.kind, FileKind::Image);
}

#[tokio::test]
async fn bytes_that_could_not_be_kept_are_no_file() {
    let (mut files, mut bytes) = (MockFiles::new(), MockFileBytes::new());
    files.expect_register().returning(|_, _| Ok(FileId(5)));
    bytes.expect_keep().returning(|_, _| Err(FileBytesError::Unavailable("full".into())));
    let uploading = uploading(files, bytes, finds(PNG, None));
    let result = uploading.finish(&ann(&[]), request("bob", FileKind::Image, "a.png"), staged(10)).await;
    assert!(matches!(result, Err(UploadError::Bytes(_))), "and it is not marked as arrived");
}

#[tokio::test]
async fn a_file_is_taken_only_for_someone_the_user_may_write_to() {
    for (to, refusal) in [
        ("nobody", Refusal::RecipientUnknown),
        (" no name ", Refusal::RecipientUnknown),
        ("ann", Refusal::Oneself),
        ("cid", Refusal::AcceptsNobody),
    ] {
        let error = refused(PNG, &[], request(to, FileKind::Image, "a.png"), 10).await;
        assert!(matches!(error, UploadError::Refused(found) if found == refusal), "{to}: {error:?}");
    }
    assert_eq!(user(2, "bob").uid, Uid(10_002));
}

#[tokio::test]
async fn a_file_for_contents_has_the_id_it_is_to_have_and_is_for_whoever_may_send_at_all() {
    let contents = |name: &str| UploadRequest {
        purpose: UploadPurpose::Contents { fid: "given".into() },
        ..request("", FileKind::Image, name)
    };
    let (mut files, mut bytes) = (MockFiles::new(), MockFileBytes::new());
    files
        .expect_register()
        .once()
        .withf(|file, upload| (file.fid.as_str(), &upload.addressee) == ("given", &None))
        .returning(|_, _| Ok(FileId(5)));
    bytes.expect_keep().returning(|_, _| Ok(()));
    files.expect_arrived().returning(|_| Ok(()));
    files.expect_find().returning(|_| Ok(Some((stored_file(FileKind::Image), Vec::new()))));
    let taking = uploading(files, bytes, finds(PNG, None));
    taking.finish(&ann(&[]), contents("a.png"), staged(10)).await.unwrap();
    let off = refused(PNG, &[("conversation_status", "false")], contents("a.png"), 10).await;
    assert!(matches!(off, UploadError::Refused(Refusal::ConversationsOff)), "{off:?}");
    let mut muted = ann(&[]);
    Arc::make_mut(&mut muted.user).restrictions.is_muted = true;
    let uploading = uploading(MockFiles::new(), MockFileBytes::new(), recognises(PNG));
    let refused = uploading.finish(&muted, contents("a.png"), staged(10)).await;
    assert!(matches!(refused, Err(UploadError::Refused(Refusal::SenderMuted))));
}

#[tokio::test]
async fn what_the_site_or_the_role_does_not_allow_is_refused_before_it_is_looked_into() {
    use UploadRefusal::*;
    let all = ("conversation_files", r#"["image","video","audio","document"]"#);
    for (forms, kind, name, size, refusal) in [
        (&[][..], FileKind::Image, "a.svg", 10, ExtensionForbidden),
        (&[], FileKind::Image, "a", 10, ExtensionForbidden),
        (&[], FileKind::Image, "a.png", 10, ContentWrong),
        (&[], FileKind::Image, "a.png", (1 << 20) + 1, TooLarge),
        (&[], FileKind::Video, "a.rmvb", 10, ContentWrong),
        (FILM, FileKind::Video, "a.mp4", 10, ExtensionForbidden),
        (PNG, FileKind::Image, "a.png", 0, Empty),
        (PNG, FileKind::Image, "a.png", (1 << 20) + 1, TooLarge),
        // What it is decides, not what is said.
        (PNG, FileKind::Document, "a.pdf", (1 << 20) + 1, TooLarge),
    ] {
        let odd = ("video_extension_names", "rmvb");
        let error = refused(forms, &[all, odd], request("bob", kind, name), size).await;
        assert!(matches!(error, UploadError::File(found) if found == refusal), "{name}: {error:?}");
    }
    let error = refused(FILM, &[], request("bob", FileKind::Image, "a.png"), 10).await;
    assert!(matches!(error, UploadError::File(KindForbidden)));
}

/// What is entered for a file of these forms.
async fn entered(
    rows: &[(&str, &str)],
    forms: &'static [Form],
    strips: bool,
    request: UploadRequest,
) -> NewFile {
    let (mut files, mut bytes, mut media) = (MockFiles::new(), MockFileBytes::new(), recognises(forms));
    let (told, found) = std::sync::mpsc::channel();
    files.expect_register().returning(move |file, _| {
        told.send(file.clone()).unwrap();
        Err(StoreError::Fault("far enough".into()))
    });
    media.expect_strip().returning(move |_, _| Ok(strips));
    media.expect_inspect().returning(|_, _| Ok(Inspected::default()));
    bytes.expect_measure().returning(|staged| Ok(StagedFile { size: 7, md5: "clean".into(), ..staged }));
    let uploading = uploading(files, bytes, media);
    let result = uploading.finish(&ann(rows), request, staged(10)).await;
    assert!(matches!(result, Err(UploadError::Store(_))));
    found.recv().unwrap()
}

#[tokio::test]
async fn a_file_is_kept_as_what_it_holds_under_a_name_that_says_so() {
    let all = [("conversation_files", r#"["image","video","document"]"#)];
    for (forms, kind, name, kept) in [
        (PNG, FileKind::Image, "cat.jpg", (FileKind::Image, "cat.png", "image/png")),
        (PNG, FileKind::Document, "cat.pdf", (FileKind::Image, "cat.png", "image/png")),
        (FILM, FileKind::Image, "cat", (FileKind::Video, "cat.mp4", "video/mp4")),
    ] {
        let file = entered(&all, forms, false, request("bob", kind, name)).await;
        assert_eq!((file.kind, file.name.as_str(), file.mime.as_str()), kept);
        assert!(
            file.path.ends_with(&file.extension) && file.path.starts_with(kept.0.name()),
            "{}",
            file.path
        );
    }
}

#[tokio::test]
async fn size_and_hashes_of_a_picture_are_those_without_what_it_does_not_show() {
    let picture = || request("bob", FileKind::Image, "a.png");
    let measured = async |rows: &[(&str, &str)], strips| {
        let file = entered(rows, PNG, strips, picture()).await;
        (file.size, file.md5)
    };
    assert_eq!(measured(&[], true).await, (7, "clean".into()));
    assert_eq!(measured(&[], false).await, (10, "m".into()), "nothing was taken out");
    assert_eq!(measured(&[("image_strip_metadata", "false")], true).await, (10, "m".into()));
}

#[tokio::test]
async fn what_can_not_be_looked_into_is_taken_where_the_site_says_so() {
    let rows = [
        ("conversation_files", r#"["video"]"#),
        ("video_extension_names", "rmvb"),
        ("upload_unchecked_media", "true"),
    ];
    let (mut files, mut bytes) = (MockFiles::new(), MockFileBytes::new());
    let is_plain = |file: &NewFile, _: &NewUpload| file.mime == "application/octet-stream";
    files.expect_register().withf(is_plain).returning(|_, _| Ok(FileId(5)));
    bytes.expect_keep().returning(|_, _| Ok(()));
    files.expect_arrived().returning(|_| Ok(()));
    files.expect_find().returning(|_| Ok(Some((stored_file(FileKind::Video), Vec::new()))));
    let uploading = uploading(files, bytes, recognises(&[]));
    let request = request("bob", FileKind::Video, "a.rmvb");
    assert!(uploading.finish(&ann(&rows), request, staged(10)).await.is_ok());
}

#[tokio::test]
async fn what_plays_longer_than_allowed_is_refused() {
    let rows = [("conversation_files", r#"["video"]"#)];
    let finish = async |seconds| {
        let mut files = MockFiles::new();
        files.expect_register().returning(|_, _| Err(StoreError::Fault("far enough".into())));
        let uploading = uploading(files, MockFileBytes::new(), finds(FILM, Some(seconds)));
        uploading.finish(&ann(&rows), request("bob", FileKind::Video, "a.mp4"), staged(10)).await.unwrap_err()
    };
    assert!(matches!(finish(60).await, UploadError::Store(_)));
    assert!(matches!(finish(61).await, UploadError::File(UploadRefusal::TooLong)));
}

#[tokio::test]
async fn only_so_many_bytes_arrive_as_the_most_generous_limit_allows_and_only_so_often() {
    let begin =
        async |uploading: &FileUploading, rows: &[(&str, &str)]| uploading.begin(&ann(rows)).await.err();
    let mut bytes = MockFileBytes::new();
    bytes.expect_stage().times(2).returning(|| Err(FileBytesError::Busy));
    let uploading = uploading(MockFiles::new(), bytes, MockMediaInspector::new());
    for _ in 0..2 {
        assert!(matches!(begin(&uploading, &[]).await, Some(UploadError::Busy)));
    }
    let too_fast = begin(&uploading, &[]).await;
    assert!(matches!(too_fast, Some(UploadError::Refused(Refusal::TooFast { .. }))), "{too_fast:?}");
    let none = begin(&uploading, &[("conversation_files", "[]")]).await;
    assert!(matches!(none, Some(UploadError::File(UploadRefusal::KindForbidden))));
}

/// A file of which nothing arrives.
struct Nothing;

#[async_trait]
impl ArrivingFile for Nothing {
    async fn write(&mut self, _: bytes::Bytes) -> Result<(), FileBytesError> {
        Ok(())
    }

    async fn finish(self: Box<Self>) -> Result<StagedFile, FileBytesError> {
        Ok(staged(0))
    }
}

#[tokio::test]
async fn a_user_holds_two_places_from_the_first_byte_until_a_file_is_kept_or_given_up() {
    let mut bytes = MockFileBytes::new();
    bytes.expect_stage().returning(|| Ok(Box::new(Nothing)));
    let uploading = FileUploading {
        rate: Arc::new(SendRate::new(Rate { sends: 4, window_ms: 1000 }, CountedWhat::Uploads, None)),
        ..uploading(MockFiles::new(), bytes, MockMediaInspector::new())
    };
    let begin = async || uploading.begin(&ann(&[])).await;
    let (first, second) = (begin().await.unwrap(), begin().await.unwrap());
    for _ in 0..9 {
        assert!(matches!(begin().await.err(), Some(UploadError::Busy)), "and that counts as no upload");
    }
    drop(first);
    let third = begin().await.unwrap();
    let arrived = second.file.finish().await.unwrap();
    assert!(matches!(begin().await.err(), Some(UploadError::Busy)), "it is still to be kept");
    drop(arrived);
    assert!(begin().await.is_ok());
    drop(third);
}
