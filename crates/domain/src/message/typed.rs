//! Any body as a type and a content of it, as RongCloud's clients know them (docs/wire/rongcloud.md#history).

use serde_json::{Value, json};

use crate::file::{FileKind, StoredFile};
use crate::message::body::Body;
use crate::message::object_name::TEXT;

/// The type of a file, as RongCloud's clients know it.
fn type_of_file(kind: FileKind) -> &'static str {
    match kind {
        FileKind::Image => "RC:ImgMsg",
        FileKind::Video => "RC:SightMsg",
        FileKind::Audio => "RC:HQVCMsg",
        FileKind::Document => "RC:FileMsg",
    }
}

/// The type of a body.
#[must_use]
pub fn type_name(body: &Body) -> &str {
    match body {
        Body::Typed { object_name, .. } => object_name.as_str(),
        Body::Text(_) => TEXT,
        Body::File { kind, .. } => type_of_file(*kind),
    }
}

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
            let content = match file.kind {
                FileKind::Image => json!({"content": "", "imageUri": url}),
                FileKind::Video => {
                    json!({"sightUrl": url, "content": "", "duration": file.video_time.unwrap_or(0),
                           "size": file.size.unwrap_or(0), "name": file.name})
                }
                FileKind::Audio => {
                    json!({"remoteUrl": url, "duration": file.audio_time.unwrap_or(0), "name": file.name})
                }
                FileKind::Document => {
                    json!({"name": file.name, "size": file.size.unwrap_or(0), "type": file.extension,
                           "fileUrl": url})
                }
            };
            of_type(type_of_file(file.kind), content)
        }
        (body @ Body::File { .. }, None) => of_type(TEXT, json!({"content": body.brief()})),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::FileId;

    #[test]
    fn the_type_of_a_body_is_known_without_its_file() {
        let file = |kind| Body::File { file: FileId(1), kind };
        assert_eq!(type_name(&Body::Text("a".into())), TEXT);
        assert_eq!(type_name(&file(FileKind::Image)), "RC:ImgMsg");
        assert_eq!(type_name(&file(FileKind::Document)), "RC:FileMsg");
    }

    #[test]
    fn a_text_of_an_app_is_a_text_message_and_a_file_that_is_gone_its_brief() {
        let nowhere = |_: &StoredFile| String::new();
        let text = typed(Body::Text("say \"hi\"".to_owned()), None, nowhere);
        assert_eq!(text, (TEXT.to_owned(), r#"{"content":"say \"hi\""}"#.to_owned()));
        let gone = typed(Body::File { file: FileId(1), kind: FileKind::Image }, None, nowhere);
        assert_eq!(gone.1, r#"{"content":"[image]"}"#);
    }
}
