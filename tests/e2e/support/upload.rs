//! Forms with files, as clients send them.

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use serde_json::Value;
use std::io::Cursor;

use crate::calls::{Answer, Headers, agent, try_call};
use crate::site::{Person, Site};

pub(crate) const UPLOAD: &str = "/api/v2/common/upload-file";
const BOUNDARY: &str = "----sixin-7MA4YWxkTrZu0gW";

/// What a picture for bob is uploaded with.
pub(crate) const FOR_BOB: [(&str, &str); 6] = [
    ("usageType", "6"),
    ("tableName", "conversation_messages"),
    ("tableColumn", "message_file_id"),
    ("tableKey", "bob"),
    ("type", "image"),
    ("uploadMode", "file"),
];

/// A picture of that size.
pub(crate) fn png(width: u32, height: u32) -> Vec<u8> {
    let picture: DynamicImage =
        RgbImage::from_fn(width, height, |x, y| Rgb([(x % 256) as u8, (y % 256) as u8, 90])).into();
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// A form of these fields and, behind them, a file.
pub(crate) fn form(fields: &[(&str, &str)], file: Option<(&str, &[u8])>) -> Vec<u8> {
    let mut form = Vec::new();
    for (name, value) in fields {
        let part =
            format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        form.extend_from_slice(part.as_bytes());
    }
    if let Some((name, bytes)) = file {
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        );
        form.extend_from_slice(head.as_bytes());
        form.extend_from_slice(bytes);
        form.extend_from_slice(b"\r\n");
    }
    form.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    form
}

/// The headers of a call whose body is a form.
pub(crate) fn with_form(mut headers: Headers) -> Headers {
    headers.retain(|(name, _)| !name.eq_ignore_ascii_case("content-type"));
    headers.push(("Content-Type".to_owned(), format!("multipart/form-data; boundary={BOUNDARY}")));
    headers
}

impl Site {
    /// Somebody uploads a form.
    pub(crate) fn upload_form(&self, person: &Person, form: &[u8]) -> Answer {
        let headers = with_form(self.user_headers(person, &[]));
        try_call("POST", &self.url(UPLOAD), &headers, form).unwrap()
    }

    /// Somebody uploads a file for bob.
    pub(crate) fn upload(&self, person: &Person, kind: &str, name: &str, bytes: &[u8]) -> Answer {
        let fields = FOR_BOB.map(|(key, value)| (key, if key == "type" { kind } else { value }));
        self.upload_form(person, &form(&fields, Some((name, bytes))))
    }

    /// Alice uploads a picture for bob; the object of the file.
    pub(crate) fn picture_for_bob(&self) -> Value {
        let answer = self.upload(&self.alice, "image", "cat.png", &png(600, 300));
        answer.is(200, 0).body["data"].clone()
    }
}

/// Reads an address without any headers but these: status, headers and bytes.
pub(crate) fn fetch(url: &str, headers: &[(&str, &str)]) -> (u16, Vec<(String, String)>, Vec<u8>) {
    let mut call = ureq::http::Request::builder().method("GET").uri(url);
    for (name, value) in headers {
        call = call.header(*name, *value);
    }
    let mut answer = agent().run(call.body(()).unwrap()).unwrap();
    let headers = answer.headers().iter();
    let headers = headers.map(|(key, value)| (key.to_string(), value.to_str().unwrap().to_owned())).collect();
    let bytes = answer.body_mut().with_config().limit(100 << 20).read_to_vec().unwrap();
    (answer.status().as_u16(), headers, bytes)
}
