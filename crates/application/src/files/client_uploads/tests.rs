use std::sync::atomic::{AtomicI64, Ordering};

use super::*;
use crate::access::ports::{MockSignatures, SignedParts};
use crate::delivery::passes::{LiveGuest, MockLivePasses};
use crate::files::ports::MockFiles;
use crate::files::upload_file::MockUploadFile;
use crate::ports::MockClock;
use crate::testing::{stored_file, user};
use sixin_domain::access::app_key::Secret;
use sixin_domain::access::live_ticket::LiveProof;
use sixin_domain::file::upload::UploadRefusal;
use sixin_domain::site::settings::Settings;
use sixin_domain::time::Millis;

const NOW: Millis = Millis(1_795_348_800_000);

fn pass() -> LivePass {
    LivePass { user: UserId(7), proof: LiveProof::Device { token: [1; 32] } }
}

fn viewer() -> Viewer {
    Viewer { user: user(7, "mira"), settings: Arc::new(Settings::default()) }
}

/// A signature that tells one text from another.
fn signature(parts: &SignedParts) -> String {
    let SignedParts::Link(text) = parts else { return String::new() };
    let sum = text.bytes().fold(7_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    format!("{sum:016x}").repeat(4)
}

/// Uploads of Mira, whose device is let in if `stands`; `kept` are the public ids that are in use; the time is `seconds` after the
/// tickets were written.
fn uploading(stands: bool, kept: Vec<String>, seconds: Arc<AtomicI64>) -> ClientUploading {
    let mut passes = MockLivePasses::new();
    passes.expect_look_again().returning(move |pass| {
        if stands {
            Ok(LiveGuest { pass: pass.clone(), viewer: viewer(), ends_at: None })
        } else {
            Err(PassRefusal::DeviceUnknown)
        }
    });
    let mut signatures = MockSignatures::new();
    signatures.expect_sign().returning(|parts, _| signature(parts));
    signatures.expect_verify().returning(|parts, _, said| signature(parts) == said);
    let clock = || {
        let (mut clock, seconds) = (MockClock::new(), Arc::clone(&seconds));
        clock.expect_now().returning(move || NOW.plus(seconds.load(Ordering::Relaxed) * 1000));
        Arc::new(clock)
    };
    let links = FileLinks { secret: Secret::new("secret"), signatures: Arc::new(signatures), clock: clock() };
    let mut files = MockFiles::new();
    files.expect_find().returning(move |fid| {
        let file = || StoredFile { fid: fid.to_owned(), ..stored_file(FileKind::Image) };
        Ok(kept.iter().any(|kept| kept == fid).then(|| (file(), Vec::new())))
    });
    let mut upload = MockUploadFile::new();
    upload.expect_begin().returning(|_| Err(UploadError::Busy));
    upload.expect_finish().returning(|_, request, _| {
        assert_eq!((request.kind, request.name.as_str()), (FileKind::Image, "cat.png"));
        let UploadPurpose::Contents { fid } = request.purpose else { return Err(UploadError::Busy) };
        Ok(StoredFile { fid, ..stored_file(FileKind::Image) })
    });
    ClientUploading {
        passes: Arc::new(passes),
        upload_file: Arc::new(upload),
        files: Arc::new(files),
        links: Arc::new(links),
        clock: clock(),
    }
}

fn of(stands: bool) -> ClientUploading {
    uploading(stands, Vec::new(), Arc::default())
}

fn staged() -> (String, StagedFile) {
    let staged = StagedFile {
        path: "a".into(),
        size: 1,
        md5: String::new(),
        sha256: String::new(),
        guard: Box::new(()),
    };
    ("cat.png".to_owned(), staged)
}

#[tokio::test]
async fn a_ticket_stands_for_who_got_it_and_for_a_quarter_of_an_hour() {
    let seconds = Arc::new(AtomicI64::new(0));
    let uploading = uploading(true, Vec::new(), Arc::clone(&seconds));
    let ticket = uploading.ticket(&pass(), FileKind::Image, "a.png").unwrap().text;
    let begun = uploading.begin(&ticket).await;
    assert!(
        matches!(begun, Err(ClientUploadError::Upload(UploadError::Busy))),
        "it gets as far as all uploads"
    );
    seconds.store(900, Ordering::Relaxed);
    assert!(matches!(uploading.begin(&ticket).await, Err(ClientUploadError::Ticket)));
    let gone = of(false);
    let ticket = gone.ticket(&pass(), FileKind::Image, "a.png").unwrap().text;
    assert!(matches!(gone.begin(&ticket).await, Err(ClientUploadError::Pass(PassRefusal::DeviceUnknown))));
}

#[tokio::test]
async fn a_ticket_that_was_changed_is_none() {
    let uploading = of(true);
    let ticket = uploading.ticket(&pass(), FileKind::Image, "a.png").unwrap().text;
    for other in ["", "x", ".", &ticket.replacen(".7.", ".8.", 1), &ticket[1..], &ticket[..ticket.len() - 1]]
    {
        assert!(matches!(uploading.begin(other).await, Err(ClientUploadError::Ticket)), "{other}");
    }
    for key in ["", &"k".repeat(256)] {
        assert!(matches!(uploading.ticket(&pass(), FileKind::Image, key), Err(ClientUploadError::Ticket)));
    }
}

fn ticket() -> UploadTicket {
    UploadTicket::new(pass(), FileKind::Image, "a.png".into(), NOW).unwrap()
}

#[tokio::test]
async fn a_file_is_named_by_its_user_and_its_key_and_taken_once() {
    let first = of(true);
    let file = first.finish(&viewer(), ticket(), "a.png", staged()).await.unwrap();
    assert_eq!((file.fid.len(), &file.fid), (32, &first.links.fid_of_upload(UserId(7), "a.png")));
    let other = first.finish(&viewer(), ticket(), "b.png", staged()).await;
    assert!(matches!(other, Err(ClientUploadError::Ticket)), "the key is that of the ticket");
    let again = uploading(true, vec![file.fid], Arc::default());
    let second = again.finish(&viewer(), ticket(), "a.png", staged()).await;
    assert!(matches!(second, Err(ClientUploadError::There)));
    let link = again.link(UserId(7), "a.png").await.unwrap().unwrap();
    assert!(again.links.works_for(&link).is_some_and(|left| left > 1_000_000_000_000), "it lasts");
    assert_eq!(again.link(UserId(8), "a.png").await.unwrap(), None, "others have names of their own");
}

#[tokio::test]
async fn what_all_uploads_refuse_is_refused() {
    let mut uploading = of(true);
    let mut upload = MockUploadFile::new();
    upload.expect_finish().returning(|_, _, _| Err(UploadRefusal::TooLarge.into()));
    uploading.upload_file = Arc::new(upload);
    let refused = uploading.finish(&viewer(), ticket(), "a.png", staged()).await;
    assert!(matches!(refused, Err(ClientUploadError::Upload(UploadError::File(UploadRefusal::TooLarge)))));
}
