//! The header that names a part of a form and its file, as clients really write it.

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use percent_encoding::percent_decode;

use crate::request::encoded_words;

/// What `Content-Disposition` says of a part.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Disposition {
    /// The name of the field.
    pub name: Option<String>,
    /// The name of the file, not yet made safe; `None` if the part is no file.
    pub file_name: Option<String>,
}

impl Disposition {
    /// Reads the header. What can't be read is not there; of what is given twice, the first counts.
    pub fn parse(header: &[u8]) -> Self {
        let parameters = parameters(header);
        let first = |name: &str| {
            let mut found = parameters.iter().filter(|parameter| parameter.name == name);
            found.next()
        };
        let extended = |name: &str| first(name).and_then(|found| extended(&found.value));
        let plain = |name: &str| first(name).map(Parameter::text);
        // RFC 8187 has this order: the form that can name all characters comes first.
        let file_name = extended("filename*").filter(|name| !name.is_empty());
        Self {
            name: plain("name").or_else(|| extended("name*")),
            // A value that can't be read leaves the part a file.
            file_name: file_name
                .or_else(|| plain("filename"))
                .or_else(|| first("filename*").map(|_| String::new())),
        }
    }
}

struct Parameter {
    /// In lower case.
    name: String,
    value: Vec<u8>,
    is_quoted: bool,
}

impl Parameter {
    fn text(&self) -> String {
        let text = guessed(&self.value);
        let text = if self.is_quoted { as_browsers_quote(&text) } else { text };
        encoded_words::decoded(&text)
    }
}

fn parameters(header: &[u8]) -> Vec<Parameter> {
    let mut parameters = Vec::new();
    let mut rest = header.iter().position(|byte| *byte == b';').and_then(|at| header.get(at + 1..));
    while let Some(text) = rest {
        let Some(equals) = text.iter().position(|byte| *byte == b'=') else { break };
        let (name, value) = text.split_at(equals);
        let name =
            String::from_utf8_lossy(name.trim_ascii()).trim_start_matches(';').trim().to_ascii_lowercase();
        let value = value.get(1..).unwrap_or_default().trim_ascii_start();
        let quoted = value.strip_prefix(b"\"").and_then(quoted);
        let is_quoted = quoted.is_some();
        let (value, behind) = quoted.unwrap_or_else(|| unquoted(value));
        parameters.push(Parameter { name, value, is_quoted });
        rest = behind.iter().position(|byte| *byte == b';').and_then(|at| behind.get(at + 1..));
    }
    parameters
}

/// A value up to its closing quote, and what stands behind that. A backslash says that a quote or a backslash follows, as
/// curl and Python write it; before anything else it is one, as browsers on Windows send whole paths. One before the last
/// quote of all is one too.
fn quoted(text: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let last = text.iter().rposition(|byte| *byte == b'"')?;
    let (mut value, mut at) = (Vec::new(), 0);
    while let Some(byte) = text.get(at) {
        match (byte, text.get(at + 1)) {
            (b'"', _) => return Some((value, text.get(at + 1..).unwrap_or_default())),
            (b'\\', Some(next @ (b'"' | b'\\'))) if at + 1 < last => {
                value.push(*next);
                at += 1;
            }
            _ => value.push(*byte),
        }
        at += 1;
    }
    None
}

/// A value without quotes: up to a semicolon behind which another parameter begins. React Native leaves those of names as
/// they are.
fn unquoted(text: &[u8]) -> (Vec<u8>, &[u8]) {
    let ends = |at: &usize| {
        let behind = text.get(at + 1..).unwrap_or_default().trim_ascii_start();
        let name =
            behind.iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"*-_".contains(byte)).count();
        text.get(*at) == Some(&b';')
            && (behind.is_empty()
                || name > 0
                    && behind.get(name..).is_some_and(|rest| rest.trim_ascii_start().starts_with(b"=")))
    };
    let end = (0..text.len()).find(ends).unwrap_or(text.len());
    let (value, behind) = text.split_at(end);
    // The opening quote of a value that has no other.
    let value = value.trim_ascii();
    (value.strip_prefix(b"\"").unwrap_or(value).to_vec(), behind)
}

/// RFC 8187: character set, language, and bytes of which some are written as `%` and two digits. Some write it in quotes.
fn extended(value: &[u8]) -> Option<String> {
    let mut parts = value.splitn(3, |byte| *byte == b'\'');
    let (set, _language, bytes) = (parts.next()?, parts.next()?, parts.next()?);
    let encoding = Encoding::for_label(set)?;
    let bytes: Vec<u8> = percent_decode(bytes).collect();
    let text = encoding.decode_without_bom_handling_and_without_replacement(&bytes)?;
    Some(text.into_owned())
}

/// Bytes as UTF-8, which nearly all clients send; else each as a character of its own.
fn guessed(bytes: &[u8]) -> String {
    let text = UTF_8.decode_without_bom_handling_and_without_replacement(bytes);
    text.unwrap_or_else(|| WINDOWS_1252.decode_without_bom_handling(bytes).0).into_owned()
}

/// What browsers write for the three characters that would end a quoted value; they leave all others as they are, `%` too.
fn as_browsers_quote(text: &str) -> String {
    let mut text = text.to_owned();
    for (written, meant) in [("%22", "\""), ("%0D", "\r"), ("%0d", "\r"), ("%0A", "\n"), ("%0a", "\n")] {
        text = text.replace(written, meant);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn file_name(header: &[u8]) -> Option<String> {
        Disposition::parse(header).file_name
    }

    #[test]
    fn a_name_is_read_from_every_form_that_clients_write_it_in() {
        for (written, name) in [
            // curl and Python: a backslash before quotes and backslashes.
            (&br#"filename="a\"b\\c.png""#[..], r#"a"b\c.png"#),
            // Browsers: percent signs for three characters, and no others.
            (br#"filename="a%22b%20c.png""#, r#"a"b%20c.png"#),
            // Old browsers on Windows, and a name that ends in a backslash.
            (br#"filename="C:\pictures\cat.png""#, r"C:\pictures\cat.png"),
            (br#"filename="cat.png\""#, r"cat.png\"),
            ("filename=\"猫.png\"".as_bytes(), "猫.png"),
            (b"filename=\"caf\xe9.png\"", "café.png"),
            (b"filename=cat.png", "cat.png"),
            (b"filename = \"cat.png\" ", "cat.png"),
            (b"FileName=\"cat.png\"; x=y", "cat.png"),
            (br#"filename="a;b=c.png"; filename2="d""#, "a;b=c.png"),
            (b"filename=my cat.png", "my cat.png"),
            (b"filename=\"cat.png", "cat.png"),
            // Spring, JavaMail.
            (b"filename=\"=?UTF-8?B?54yrLnBuZw==?=\"", "猫.png"),
            (b"filename==?utf-8?Q?=E7=8C=AB=5F1.png?=", "猫_1.png"),
            (b"filename=\"=?iso-8859-1?q?caf=E9.png?=\"", "café.png"),
            // RFC 8187, and RFC 2231 in quotes.
            (b"filename*=UTF-8''%E7%8C%AB%20%22.png", "猫 \".png"),
            (b"filename*=utf-8'en'cat.png", "cat.png"),
            (b"filename*=iso-8859-1''caf%e9.png", "café.png"),
            (b"filename*=gbk''%C3%A8.png", "猫.png"),
            (b"filename*=\"UTF-8''%E7%8C%AB.png\"", "猫.png"),
            // React Native: encodeURI leaves semicolons.
            (b"filename*=utf-8''a;b.png", "a;b.png"),
            (b"filename*=UTF-8''100%.png", "100%.png"),
        ] {
            let header = [b"form-data; name=\"file\"; ", written].concat();
            let found = Disposition::parse(&header);
            assert_eq!(found.file_name.as_deref(), Some(name), "{}", String::from_utf8_lossy(&header));
            assert_eq!(found.name.as_deref(), Some("file"));
        }
    }

    #[test]
    fn the_form_that_can_name_all_characters_comes_first_wherever_it_stands() {
        for header in [
            "form-data; filename=\"_.png\"; filename*=UTF-8''%E7%8C%AB.png; name=file",
            "form-data; FILENAME*=UTF-8''%E7%8C%AB.png; filename=\"_.png\"",
        ] {
            assert_eq!(file_name(header.as_bytes()).as_deref(), Some("猫.png"), "{header}");
        }
        // Unless it can't be read.
        for extended in ["UTF-8''%FF.png", "x-nothing''a.png", "a.png", "UTF-8'a.png", "''a.png", "UTF-8''"] {
            let header = format!("form-data; name=file; filename*={extended}; filename=\"b.png\"");
            assert_eq!(file_name(header.as_bytes()).as_deref(), Some("b.png"), "{header}");
        }
        let alone = file_name(b"form-data; name=file; filename*=x-nothing''a.png");
        assert_eq!(alone.as_deref(), Some(""), "it is a file nevertheless");
    }

    #[test]
    fn a_part_without_a_file_name_is_no_file() {
        let found = Disposition::parse(b"form-data; name=\"type\"");
        assert_eq!(found, Disposition { name: Some("type".into()), file_name: None });
        for header in
            [&b""[..], b"form-data", b"form-data;", b"form-data; ; =", b";=;=;\"", b"form-data; name"]
        {
            assert_eq!(Disposition::parse(header).file_name, None, "{header:?}");
        }
        assert_eq!(file_name(b"form-data; name=\"file\"; filename=\"\"").as_deref(), Some(""));
    }

    proptest! {
        #[test]
        fn what_curl_and_browsers_write_is_what_they_meant(name in "[^\u{0}-\u{1f}%=]{1,40}") {
            let curl = name.replace('\\', "\\\\").replace('"', "\\\"");
            let header = format!("form-data; name=\"file\"; filename=\"{curl}\"");
            prop_assert_eq!(file_name(header.as_bytes()), Some(name.clone()));
            let escaped = percent_encoding::utf8_percent_encode(&name, percent_encoding::NON_ALPHANUMERIC);
            let header = format!("form-data; filename*=UTF-8''{escaped}; name=file");
            prop_assert_eq!(file_name(header.as_bytes()), Some(name));
        }

        #[test]
        fn no_header_makes_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..80), text in "[;=\"\\\\*'%a?Q_-]{0,40}") {
            Disposition::parse(&bytes);
            Disposition::parse(text.as_bytes());
        }
    }
}
