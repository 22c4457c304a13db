use super::*;
use crate::site::role::with_permissions;
use proptest::prelude::*;
use std::collections::BTreeMap;

fn settings(rows: &[(&str, &str)]) -> Settings {
    Settings::new(rows.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect::<BTreeMap<_, _>>())
}

#[test]
fn a_role_s_limit_holds_before_that_of_the_site_also_written_as_text() {
    let site = settings(&[("video_max_size", "7"), ("video_max_time", "30")]);
    let own = with_permissions(r#"[{"permKey":"video_max_size","permValue":"2"}]"#);
    let of = |role| UploadLimits::of(FileKind::Video, &site, role);
    assert_eq!(of(None), UploadLimits { bytes: 7 << 20, seconds: Some(30) });
    assert_eq!(of(Some(&own)), UploadLimits { bytes: 2 << 20, seconds: Some(30) });
}

#[test]
fn what_the_site_does_not_set_has_the_documented_limits() {
    for (kind, megabytes, seconds) in [
        (FileKind::Image, 5, None),
        (FileKind::Video, 50, Some(60)),
        (FileKind::Audio, 50, Some(60)),
        (FileKind::Document, 10, None),
    ] {
        let limits = UploadLimits::of(kind, &settings(&[]), None);
        assert_eq!(limits, UploadLimits { bytes: megabytes << 20, seconds }, "{kind:?}");
    }
}

#[test]
fn nothing_is_allowed_by_a_limit_below_zero() {
    let site = settings(&[("image_max_size", "-1")]);
    assert_eq!(UploadLimits::of(FileKind::Image, &site, None).bytes, 0);
}

#[test]
fn a_name_keeps_neither_folders_nor_characters_that_deceive() {
    for (text, name, extension) in [
        ("cat.PNG", "cat.PNG", "png"),
        ("C:\\pictures\\cat.png", "cat.png", "png"),
        ("../../etc/cron.d/cat.png", "cat.png", "png"),
        (".png", "file.png", "png"),
        ("...png", "file.png", "png"),
        ("..a", "file.a", "a"),
        ("\u{202e}gpj.exe", "gpj.exe", "exe"),
        ("a\r\nX: b.png", "aX: b.png", "png"),
        ("猫.jpeg", "猫.jpeg", "jpeg"),
    ] {
        let found = FileName::parse(text);
        assert_eq!(found.extension().as_deref(), Some(extension), "{text:?}");
        assert_eq!(found.with_extension(extension), name, "{text:?}");
    }
}

#[test]
fn a_name_gets_the_extension_of_what_the_file_holds() {
    for (text, name) in [
        ("cat", "cat.png"),
        ("cat.", "cat.png"),
        ("", "file.png"),
        ("...", "file.png"),
        ("cat.jpg", "cat.png"),
        ("cat.png.exe", "cat.png"),
        ("cat.jpg.", "cat.jpg.png"),
        ("a.PNG", "a.PNG"),
        ("png", "png.png"),
        ("a.p g", "a.p g.png"),
        ("a.\u{e9}", "a.\u{e9}.png"),
        ("Plan v1.2", "Plan v1.2.png"),
        ("a.png/", "file.png"),
        ("no.extension", "no.extension.png"),
        ("\u{202e}gpj.exe", "gpj.png"),
    ] {
        assert_eq!(FileName::parse(text).with_extension("png"), name, "{text:?}");
    }
    let long = FileName::parse(&"x".repeat(300)).with_extension("png");
    assert_eq!(long.chars().count(), NAME_CHARS);
}

const JPEG: [Form; 2] =
    [Form { kind: FileKind::Image, extension: "jpg" }, Form { kind: FileKind::Image, extension: "jpeg" }];
const FILM_OR_SOUND: [Form; 2] =
    [Form { kind: FileKind::Video, extension: "mp4" }, Form { kind: FileKind::Audio, extension: "m4a" }];

#[test]
fn a_file_is_kept_as_what_it_is_whatever_was_said() {
    use FileKind::*;
    let all = settings(&[("conversation_files", r#"["image","video","audio","document"]"#)]);
    let kept = |forms: &[Form], said, extension| {
        form_to_keep(forms, said, extension, &all).map(|form| (form.kind, form.extension))
    };
    assert_eq!(kept(&JPEG, Image, Some("jpeg")), Ok((Image, "jpeg")));
    assert_eq!(kept(&JPEG, Image, Some("png")), Ok((Image, "jpg")));
    assert_eq!(kept(&JPEG, Document, Some("pdf")), Ok((Image, "jpg")));
    assert_eq!(kept(&JPEG, Video, None), Ok((Image, "jpg")));
    assert_eq!(kept(&FILM_OR_SOUND, Audio, Some("mp3")), Ok((Audio, "m4a")));
    assert_eq!(kept(&FILM_OR_SOUND, Image, Some("m4a")), Ok((Video, "mp4")));
    assert_eq!(kept(&[], Image, Some("png")), Err(UploadRefusal::ContentWrong));
    let archive = [Form { kind: Document, extension: "zip" }];
    assert_eq!(kept(&archive, Document, Some("rar")), Ok((Document, "zip")));
    assert_eq!(kept(&archive, Image, Some("jpg")), Err(UploadRefusal::ContentWrong));
}

#[test]
fn what_a_site_does_not_allow_is_not_kept_under_another_name() {
    use FileKind::*;
    let sounds =
        settings(&[("conversation_files", r#"["image","audio"]"#), ("image_extension_names", "jpeg,png")]);
    assert_eq!(form_to_keep(&JPEG, Image, Some("jpg"), &sounds).unwrap().extension, "jpeg");
    let film = form_to_keep(&FILM_OR_SOUND, Image, Some("mp4"), &sounds);
    assert_eq!(film, Err(UploadRefusal::KindForbidden), "a film is no sound unless it is said to be one");
    let none = settings(&[("image_extension_names", "gif")]);
    assert_eq!(form_to_keep(&JPEG, Image, Some("gif"), &none), Err(UploadRefusal::ExtensionForbidden));
    assert_eq!(taken(&sounds).split(" (").next(), Some("image"));
    assert!(taken(&sounds).starts_with("image (jpeg, png), audio (mp3, "), "{}", taken(&sounds));
}

#[test]
fn kinds_and_extensions_the_site_does_not_list_are_refused() {
    let site = settings(&[("conversation_files", r#"["image"]"#), ("image_extension_names", "png, JPG")]);
    assert_eq!(check_allowed(FileKind::Image, "png", &site), Ok(()));
    assert_eq!(check_allowed(FileKind::Image, "jpg", &site), Ok(()));
    let svg = check_allowed(FileKind::Image, "svg", &site);
    assert_eq!(svg, Err(UploadRefusal::ExtensionForbidden));
    let pdf = check_allowed(FileKind::Document, "pdf", &site);
    assert_eq!(pdf, Err(UploadRefusal::KindForbidden));
}

#[test]
fn a_path_tells_kind_and_day() {
    let at = Millis(1_763_856_000_000);
    assert_eq!(path(FileKind::Image, at, "abc", "png"), "images/conversations/202511/23/abc.png");
}

proptest! {
    #[test]
    fn any_name_becomes_safe(text in "\\PC{0,300}|[./\\\\a-z\r\n]{0,40}") {
        let found = FileName::parse(&text);
        let own = found.extension().unwrap_or("png".into());
        for extension in ["png", &own] {
            let name = found.with_extension(extension);
            prop_assert!(!name.contains(['/', '\\', '\r', '\n', '\0']));
            prop_assert!(name.chars().count() <= NAME_CHARS);
            let end = format!(".{extension}");
            prop_assert!(name.to_ascii_lowercase().ends_with(&end));
            prop_assert!(!name.starts_with('.'));
        }
    }
}
