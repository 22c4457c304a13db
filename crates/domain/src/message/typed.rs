//! Any body as a type and a content of it, as RongCloud's clients know them (docs/wire/rongcloud.md#history).

use serde_json::{Value, json};

use crate::file::{FileKind, StoredFile};
use crate::message::body::Body;
use crate::message::object_name::TEXT;

/// Type and content of a body. `address` says where a file is.
#[must_use]
pub fn typed(
    body: Body,
    file: Option<&StoredFile>,
    address: impl FnOnce(&StoredFile) -> String,
) -> (String, String) {
    let of_type = |name: &str, content: Value| (name.to_owned(), content.to_string());
    match (body, file) {
        (Body::Typed { object_name, content, .. }, _) => (object_name.as_str().to_owned(), content),
        (Body::Text(text), _) => of_type(TEXT, json!({"content": text})),
        (Body::File { .. }, Some(file)) => {
            let url = address(file);
            match file.kind {
                FileKind::Image => of_type("RC:ImgMsg", json!({"content": "", "imageUri": url})),
                FileKind::Video => of_type(
                    "RC:SightMsg",
                    json!({"sightUrl": url, "content": "", "duration": file.video_time.unwrap_or(0),
                           "size": file.size.unwrap_or(0), "name": file.name}),
                ),
                FileKind::Audio => of_type(
                    "RC:HQVCMsg",
                    json!({"remoteUrl": url, "duration": file.audio_time.unwrap_or(0), "name": file.name}),
                ),
                FileKind::Document => of_type(
                    "RC:FileMsg",
                    json!({"name": file.name, "size": file.size.unwrap_or(0), "type": file.extension,
                           "fileUrl": url}),
                ),
            }
        }
        (body @ Body::File { .. }, None) => of_type(TEXT, json!({"content": body.brief()})),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::FileId;

    #[test]
    fn a_text_of_an_app_is_a_text_message_and_a_file_that_is_gone_its_brief() {
        let nowhere = |_: &StoredFile| String::new();
        let text = typed(Body::Text("say \"hi\"".to_owned()), None, nowhere);
        assert_eq!(text, (TEXT.to_owned(), r#"{"content":"say \"hi\""}"#.to_owned()));
        let gone = typed(Body::File { file: FileId(1), kind: FileKind::Image }, None, nowhere);
        assert_eq!(gone.1, r#"{"content":"[image]"}"#);
    }
}
