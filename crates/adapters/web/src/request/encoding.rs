//! What a body is wrapped in: compressions, character sets, and the mark some editors begin a text with.

use std::io::Read;

use actix_web::HttpRequest;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderName};
use actix_web::web::Bytes;
use flate2::read::{MultiGzDecoder, ZlibDecoder};

use crate::request::body::BodyError;

/// What a text in UTF-8 may begin with without saying anything.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";
/// How much of an unknown name is told back.
const NAME_CHARS: usize = 32;

/// The bytes that were meant, at most so many.
pub(super) fn decoded(request: &HttpRequest, body: Bytes, limit: usize) -> Result<Bytes, BodyError> {
    let encoding = text(request, &CONTENT_ENCODING).to_ascii_lowercase();
    let body = match encoding.as_str() {
        "" | "identity" => body,
        "gzip" | "x-gzip" => unpacked(MultiGzDecoder::new(&*body), limit)?,
        "deflate" => unpacked(ZlibDecoder::new(&*body), limit)?,
        _ => return Err(BodyError::Encoding(named(&encoding))),
    };
    match charset(&text(request, &CONTENT_TYPE)) {
        Some(charset) if !is_read(&charset, &body) => Err(BodyError::Charset(named(&charset))),
        _ => Ok(without_mark(body)),
    }
}

/// Reads what was packed, up to a limit, so that a small body can't become a large one.
fn unpacked(packed: impl Read, limit: usize) -> Result<Bytes, BodyError> {
    let mut bytes = Vec::new();
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    packed.take(most).read_to_end(&mut bytes).map_err(|_| BodyError::Broken)?;
    if bytes.len() > limit { Err(BodyError::TooLarge(limit)) } else { Ok(Bytes::from(bytes)) }
}

/// The character set that a content type names.
fn charset(content_type: &str) -> Option<String> {
    let parameters = content_type.split(';').skip(1).filter_map(|parameter| parameter.split_once('='));
    let mut charsets = parameters.filter(|(name, _)| name.trim().eq_ignore_ascii_case("charset"));
    let charset = charsets.next()?.1.trim().trim_matches('"').to_ascii_lowercase();
    Some(charset).filter(|charset| !charset.is_empty())
}

/// Texts are read as UTF-8. Where all bytes are ASCII they mean the same in the sets that old HTTP libraries name without
/// being asked (Apache's client: ISO-8859-1).
fn is_read(charset: &str, body: &[u8]) -> bool {
    match charset {
        "utf-8" | "utf8" => true,
        "us-ascii" | "ascii" | "iso-8859-1" | "latin1" | "windows-1252" => body.is_ascii(),
        _ => false,
    }
}

fn without_mark(mut body: Bytes) -> Bytes {
    if body.starts_with(BYTE_ORDER_MARK) { body.split_off(BYTE_ORDER_MARK.len()) } else { body }
}

fn text(request: &HttpRequest, name: &HeaderName) -> String {
    let value = request.headers().get(name).map(|value| String::from_utf8_lossy(value.as_bytes()));
    value.map(|value| value.trim().to_owned()).unwrap_or_default()
}

fn named(name: &str) -> String {
    name.chars().filter(char::is_ascii_graphic).take(NAME_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;
    use flate2::Compression;
    use flate2::write::{GzEncoder, ZlibEncoder};
    use std::io::Write;

    fn read(encoding: &str, content_type: &str, body: &[u8], limit: usize) -> Result<Bytes, BodyError> {
        let request = TestRequest::default()
            .insert_header((CONTENT_ENCODING, encoding))
            .insert_header((CONTENT_TYPE, content_type))
            .to_http_request();
        decoded(&request, Bytes::copy_from_slice(body), limit)
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut packed = GzEncoder::new(Vec::new(), Compression::best());
        packed.write_all(bytes).unwrap();
        packed.finish().unwrap()
    }

    #[test]
    fn what_is_packed_is_read_within_the_limit_of_what_it_holds() {
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
        zlib.write_all(b"a=1").unwrap();
        assert_eq!(read("deflate", "", &zlib.finish().unwrap(), 10).unwrap(), "a=1");
        for encoding in ["gzip", "GZIP", "x-gzip", " gzip "] {
            assert_eq!(read(encoding, "", &gzip(b"a=1"), 3).unwrap(), "a=1", "{encoding}");
        }
        let bomb = gzip(&vec![b'x'; 10_000_000]);
        assert!(matches!(read("gzip", "", &bomb, 100_000), Err(BodyError::TooLarge(100_000))));
        assert!(matches!(read("gzip", "", b"a=1", 100), Err(BodyError::Broken)));
        assert!(matches!(read("gzip", "", &gzip(b"a=1")[..12], 100), Err(BodyError::Broken)));
    }

    #[test]
    fn what_can_not_be_read_is_named() {
        for encoding in ["br", "zstd", "compress", "gzip, gzip", "utf-8"] {
            let refused = read(encoding, "", b"a=1", 100).unwrap_err();
            assert!(
                matches!(&refused, BodyError::Encoding(name) if encoding.starts_with(&name[..2])),
                "{refused}"
            );
        }
        for charset in ["gbk", "GB18030", "utf-16", "\"big5\"", "shift_jis"] {
            let refused = read("", &format!("application/json; charset={charset}"), b"{}", 100).unwrap_err();
            assert!(matches!(refused, BodyError::Charset(_)), "{charset}");
        }
        let long = read(&"x".repeat(1000), "", b"", 1).unwrap_err().to_string();
        assert!(long.len() < 200, "{long}");
    }

    #[test]
    fn utf_8_has_several_names_and_ascii_is_part_of_it() {
        for content_type in [
            "",
            "text/plain",
            "a/b; charset=UTF-8",
            "a/b;charset=\"utf8\"",
            "a/b; Charset=utf-8 ; x=y",
            "a/b; charset=",
        ] {
            assert!(read("identity", content_type, "a=型".as_bytes(), 100).is_ok(), "{content_type}");
        }
        assert!(read("", "a/b; charset=ISO-8859-1", b"a=%E5", 100).is_ok());
        assert!(read("", "a/b; charset=ISO-8859-1", b"a=\xE5", 100).is_err());
    }

    #[test]
    fn a_byte_order_mark_says_nothing() {
        assert_eq!(read("", "", b"\xEF\xBB\xBF{}", 100).unwrap(), "{}");
        assert_eq!(read("gzip", "", &gzip(b"\xEF\xBB\xBFa=1"), 100).unwrap(), "a=1");
        assert_eq!(read("", "", b"\xEF\xBB", 100).unwrap(), &b"\xEF\xBB"[..]);
    }
}
