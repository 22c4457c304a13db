use super::*;

fn with(key: &str, value: &str) -> Settings {
    Settings::new(BTreeMap::from([(key.to_owned(), value.to_owned())]))
}

#[test]
fn every_default_passes_its_own_check() {
    for known in KNOWN {
        assert!(check(known.key, known.default).is_ok(), "{}", known.key);
    }
}

#[test]
fn an_unknown_setting_and_a_value_that_does_not_fit_are_refused() {
    assert!(matches!(check("no_such", "1"), Err(SettingError::Unknown { .. })));
    for (key, value) in [
        ("conversation_status", "yes"),
        ("default_role", "four"),
        ("site_mode", "open"),
        ("conversation_files", "image"),
        ("default_timezone", "Europe/Berlin"),
        ("site_name", "\u{200b}"),
        ("site_name", "my\u{202e}site"),
        ("site_desc", "two\nlines"),
        ("conversation_status", "TRUE"),
        ("default_role", "0"),
        ("site_private_end_after", "3"),
        ("nickname_max", "65"),
        ("nickname_min", ""),
        ("image_max_size", "0"),
        ("audio_max_time", "1m"),
        ("document_url_expire", "525601"),
        ("cache_minutes", "-1"),
        ("conversation_files", r#"["picture"]"#),
        ("language_menus", r#"["en"]"#),
        ("language_menus", "[]"),
        ("site_url", "example.org"),
        ("image_bucket_domain", "ftp://bucket.example"),
        ("image_extension_names", ".png"),
    ] {
        assert!(matches!(check(key, value), Err(SettingError::BadValue { .. })), "{key}");
    }
}

#[test]
fn a_mistyped_name_is_told_what_was_meant_and_a_value_what_is_right() {
    let said = |key, value| check(key, value).unwrap_err().to_string();
    assert!(said("site_mod", "public").contains("did you mean site_mode?"));
    assert!(said("zzz", "1").contains("sixin setting list"));
    assert!(said("image_max_size", "50 MB").contains("a whole number from 1 to 10240"));
    assert!(said("site_mode", "open").contains("public or private"));
    assert!(said("conversation_files", "[1]").contains(r#""image", "video", "audio", "document""#));
}

#[test]
fn settings_that_contradict_each_other_are_refused() {
    let settings = with("x", "");
    for (key, value, named) in [
        ("nickname_min", "21", "at most nickname_max, 20"),
        ("nickname_max", "1", "at least nickname_min, 2"),
        ("default_language", "tlh", "en, zh-Hans, zh-Hant"),
    ] {
        let error = check_beside(&settings, key, value).unwrap_err().to_string();
        assert!(error.contains(named), "{error}");
    }
    for (key, value) in [("nickname_min", "20"), ("nickname_max", "2"), ("default_language", "en")] {
        assert!(check_beside(&settings, key, value).is_ok(), "{key}");
    }
}

#[test]
fn keys_of_an_operators_own_have_a_form_and_say_nothing_of_what_the_server_does() {
    assert!(check("client.theme_color", "#ff0000").is_ok_and(|accepted| accepted.is_public));
    assert!(check(&format!("client.{}", "x".repeat(57)), "").is_ok());
    let long = format!("client.{}", "x".repeat(58));
    for key in ["client.", "client.Theme", "client.a b", "client.a.b", "client.é", &long] {
        assert!(matches!(check(key, "1"), Err(SettingError::BadOwnKey(_))), "{key}");
    }
    for key in ["client.site_mode", "client.image_bucket_domain", "client.password_length", "client.utc"] {
        assert!(matches!(check(key, "1"), Err(SettingError::NotOwn(_))), "{key}");
    }
    assert_eq!(check("client.text", &"x".repeat(65_536)), Err(SettingError::OwnTooLong));
}

#[test]
fn a_tag_finds_the_language_that_serves_it() {
    let settings = with("x", "");
    let tag = |asked| settings.language(asked).map(|language| language.tag.as_str());
    assert_eq!(tag("en-US"), Some("en"));
    assert_eq!(tag("zh-Hans-CN"), Some("zh-Hans"));
    assert_eq!(tag("ZH_tw"), Some("zh-Hant"));
    assert_eq!(tag("tlh"), None);
}

#[test]
fn a_row_overrides_its_default() {
    let settings = Settings::new(BTreeMap::new());
    assert!(settings.is_on("conversation_status"));
    assert_eq!(settings.default_role(), Some(RoleId(4)));
    assert_eq!(settings.site_mode(), Some(SiteMode::Public));
    assert!(!with("conversation_status", "false").is_on("conversation_status"));
    assert_eq!(with("default_role", "").default_role(), None);
    assert_eq!(with("site_mode", "secret").site_mode(), None);
}

#[test]
fn only_listed_kinds_of_file_are_allowed() {
    assert!(with("x", "").allows_file(FileKind::Image));
    assert!(!with("x", "").allows_file(FileKind::Video));
    assert!(with("conversation_files", r#"["video"]"#).allows_file(FileKind::Video));
    assert!(!with("conversation_files", "broken").allows_file(FileKind::Image));
}

#[test]
fn a_disabled_language_is_no_language() {
    let settings = with("language_menus", r#"[{"langTag":"en","isEnable":false},{"langTag":"fr"}]"#);
    assert!(settings.language("en").is_none());
    assert_eq!(settings.default_language().map(|language| language.tag.as_str()), Some("fr"));
}

#[test]
fn offsets_are_the_known_ones_only() {
    for (text, minutes) in
        [("+8", 480), ("8", 480), ("-3.5", -210), ("+5.75", 345), ("0", 0), ("+14", 840), ("-12", -720)]
    {
        assert_eq!(offset_minutes(text), Some(minutes), "{text}");
    }
    for text in ["", "+", "8.1", "+14.5", "-12.5", "+5.25", "-5.75", "1e1", "inf", "NaN", "++8", "+ 8", "８"]
    {
        assert_eq!(offset_minutes(text), None, "{text}");
    }
}

#[test]
fn extensions_are_told_by_kind_in_lower_case() {
    assert_eq!(
        with("x", "").extensions(FileKind::Audio),
        ["mp3", "wav", "m4a", "ogg", "oga", "opus", "webm", "aac", "amr"]
    );
    assert_eq!(with("image_extension_names", " PNG,, gif ,").extensions(FileKind::Image), ["png", "gif"]);
    for kind in [FileKind::Image, FileKind::Video, FileKind::Audio, FileKind::Document] {
        assert!(!with("x", "").extensions(kind).is_empty(), "{}", kind.name());
    }
}
