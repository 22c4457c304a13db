//! Files that RongCloud messages point to: kept by somebody else, and never fetched by us
//! (docs/wire/rongcloud.md#outside-files).

use serde_json::{Map, Value};

use crate::file::FileKind;
use crate::message::object_name::ObjectName;

/// Longest address that is shown, in bytes.
const MAX_URL_BYTES: usize = 2048;

/// What a message says of a file elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutsideFile {
    /// What kind of file.
    pub kind: FileKind,
    /// Where; http or https.
    pub url: String,
    /// Its name, if the message tells.
    pub name: Option<String>,
    /// Bytes, if the message tells.
    pub size: Option<i64>,
    /// How long it plays in seconds, if the message tells.
    pub seconds: Option<i64>,
    /// Width and height in pixels, if the message tells.
    pub pixels: Option<(i64, i64)>,
}

/// Which kinds of message point to a file, and in which field the address stands.
const POINTERS: [(&str, FileKind, &str); 6] = [
    ("RC:ImgMsg", FileKind::Image, "imageUri"),
    ("RC:GIFMsg", FileKind::Image, "remoteUrl"),
    ("RC:HQVCMsg", FileKind::Audio, "remoteUrl"),
    ("RC:SightMsg", FileKind::Video, "sightUrl"),
    ("RC:VidMsg", FileKind::Video, "videoUri"),
    ("RC:FileMsg", FileKind::Document, "fileUrl"),
];

/// The file a message points to, if it does.
#[must_use]
pub fn outside_file(object_name: &ObjectName, content: &str) -> Option<OutsideFile> {
    let (_, kind, field) = *POINTERS.iter().find(|(name, ..)| *name == object_name.as_str())?;
    let fields: Map<String, Value> = serde_json::from_str(content).ok()?;
    let url = fields.get(field)?.as_str().filter(|url| is_address(url))?.to_owned();
    let number = |name: &str| number(fields.get(name)?);
    Some(OutsideFile {
        kind,
        url,
        name: fields.get("name").and_then(Value::as_str).filter(|name| !name.is_empty()).map(str::to_owned),
        size: number("size").or_else(|| number("gifDataSize")),
        seconds: number("duration"),
        pixels: number("width").zip(number("height")),
    })
}

/// A number that is not negative; the Go SDK writes some as texts.
fn number(value: &Value) -> Option<i64> {
    let number = match value {
        Value::String(text) => text.parse().ok(),
        other => other.as_i64(),
    };
    number.filter(|number| *number >= 0)
}

/// http or https, and nothing in it that could end a place where it is written.
fn is_address(url: &str) -> bool {
    let rest = ["http://", "https://"].iter().find_map(|scheme| {
        let (start, rest) = url.split_at_checked(scheme.len())?;
        start.eq_ignore_ascii_case(scheme).then_some(rest)
    });
    let is_plain =
        |text: &str| !text.chars().any(|c| c.is_control() || c.is_whitespace() || "<>\"`\\".contains(c));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/') && is_plain(rest))
        && url.len() <= MAX_URL_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn file(name: &str, content: &str) -> Option<OutsideFile> {
        outside_file(&ObjectName::new(name).unwrap(), content)
    }

    #[test]
    fn each_kind_of_message_has_its_address_in_a_field_of_its_own() {
        for (name, field, kind) in [
            ("RC:ImgMsg", "imageUri", FileKind::Image),
            ("RC:GIFMsg", "remoteUrl", FileKind::Image),
            ("RC:HQVCMsg", "remoteUrl", FileKind::Audio),
            ("RC:SightMsg", "sightUrl", FileKind::Video),
            ("RC:VidMsg", "videoUri", FileKind::Video),
            ("RC:FileMsg", "fileUrl", FileKind::Document),
        ] {
            let found = file(name, &format!(r#"{{"{field}":"https://cdn.example/a"}}"#)).unwrap();
            assert_eq!((found.kind, found.url.as_str()), (kind, "https://cdn.example/a"));
            assert_eq!(file(name, r#"{"elsewhere":"https://cdn.example/a"}"#), None);
        }
        assert_eq!(file("RC:TxtMsg", r#"{"imageUri":"https://cdn.example/a"}"#), None);
        assert_eq!(file("RC:VcMsg", r#"{"content":"AAAA","duration":3}"#), None);
    }

    #[test]
    fn what_else_the_message_tells_is_kept_also_numbers_as_texts() {
        let found = file(
            "RC:FileMsg",
            r#"{"fileUrl":"http://f.example/x","name":"plan.pdf","size":"120","duration":-1,"width":3,"height":4}"#,
        )
        .unwrap();
        assert_eq!((found.name.as_deref(), found.size, found.seconds), (Some("plan.pdf"), Some(120), None));
        assert_eq!(found.pixels, Some((3, 4)));
    }

    #[test]
    fn only_addresses_of_the_web_are_shown() {
        for url in [
            "",
            "https://",
            "https:///etc/passwd",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "ftp://x/y",
            "//x/y",
            "https://x/\u{7}",
            "https://x/a b",
            "https://x/\"onload=",
            &format!("https://x/{}", "a".repeat(2048)),
        ] {
            let content = serde_json::json!({"imageUri": url}).to_string();
            assert_eq!(file("RC:ImgMsg", &content), None, "{url}");
        }
        assert!(file("RC:ImgMsg", r#"{"imageUri":"HTTPS://x/y"}"#).is_some());
    }

    proptest! {
        #[test]
        fn no_content_makes_it_panic(content in "\\PC{0,80}", url in "\\PC{0,40}") {
            let _ = file("RC:FileMsg", &content);
            let _ = file("RC:ImgMsg", &serde_json::json!({"imageUri": url}).to_string());
        }
    }
}
