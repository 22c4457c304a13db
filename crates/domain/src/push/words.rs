//! The text of a notification, in the language of whoever sees it.

use serde_json::Value;

use crate::file::{FileKind, StoredFile};
use crate::message::body::Body;

/// What a notification says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Words {
    /// This, in any language.
    Said(String),
    /// A picture.
    Image,
    /// Something to hear.
    Voice,
    /// A film.
    Video,
    /// A file of that name.
    File(String),
    /// A place.
    Location,
    /// A page with a picture.
    Page,
    /// Messages of others, passed on.
    History,
    /// What there was to see was taken back.
    Recalled,
    /// Something; what it is stays hidden.
    Something,
}

impl Words {
    /// What stands for a message whose sender has given no text for it (docs/push.md#texts). `None`: such a message wakes nobody by
    /// itself, among them all types of others than RongCloud.
    #[must_use]
    pub fn of(body: &Body, file: Option<&StoredFile>) -> Option<Self> {
        match body {
            Body::Text(_) | Body::Typed { text: Some(_), .. } => Some(Self::Said(body.brief())),
            Body::File { kind, .. } => Some(match kind {
                FileKind::Image => Self::Image,
                FileKind::Audio => Self::Voice,
                FileKind::Video => Self::Video,
                FileKind::Document => Self::File(file.map(|file| file.name.clone()).unwrap_or_default()),
            }),
            Body::Typed { object_name, content, text: None } => {
                let member = |name: &str| {
                    let content: Value = serde_json::from_str(content).ok()?;
                    content.get(name)?.as_str().map(str::to_owned)
                };
                let said = |name: &str| {
                    let text = member(name).filter(|text| !text.trim().is_empty())?;
                    Some(Self::Said(Body::Text(text).brief()))
                };
                match object_name.as_str() {
                    "RC:ImgMsg" | "RC:GIFMsg" => Some(Self::Image),
                    "RC:VcMsg" | "RC:HQVCMsg" => Some(Self::Voice),
                    "RC:SightMsg" | "RC:VidMsg" => Some(Self::Video),
                    "RC:FileMsg" => Some(Self::File(member("name").unwrap_or_default())),
                    "RC:LBSMsg" => Some(Self::Location),
                    "RC:ImgTextMsg" => Some(Self::Page),
                    "RC:CombineMsg" | "RC:CombineV2Msg" => Some(Self::History),
                    "RC:ReferenceMsg" | "RC:StreamMsg" => said("content"),
                    "RC:ContactNtf" => said("message"),
                    _ => None,
                }
            }
        }
    }

    /// The text for somebody who reads that language: Chinese for those that begin with `zh`, else English.
    #[must_use]
    pub fn spelled(&self, language: &str) -> String {
        let is_chinese = language.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("zh"));
        let pick = |chinese: &str, english: &str| if is_chinese { chinese } else { english }.to_owned();
        match self {
            Self::Said(text) => text.clone(),
            Self::Image => pick("[图片]", "[Image]"),
            Self::Voice => pick("[语音]", "[Voice]"),
            Self::Video => pick("[视频]", "[Video]"),
            Self::File(name) => format!("{} {name}", pick("[文件]", "[File]")).trim_end().to_owned(),
            Self::Location => pick("[位置]", "[Location]"),
            Self::Page => pick("[图文]", "[Page]"),
            Self::History => pick("[聊天记录]", "[Chat history]"),
            Self::Recalled => pick("撤回了一条消息", "Recalled a message"),
            Self::Something => pick("您收到了一条新消息", "You have a new message"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::id::FileId;
    use crate::message::object_name::ObjectName;

    fn typed(name: &str, content: &str) -> Body {
        Body::Typed { object_name: ObjectName::new(name).unwrap(), content: content.to_owned(), text: None }
    }

    #[test]
    fn each_type_has_its_text_and_types_of_others_have_none() {
        let words = |body: &Body| Words::of(body, None).map(|words| words.spelled("en"));
        assert_eq!(words(&Body::Text("hi".into())).as_deref(), Some("hi"));
        assert_eq!(words(&Body::Text("语".repeat(300))).unwrap().chars().count(), 255);
        for (name, content, expected) in [
            ("RC:ImgMsg", "{}", Some("[Image]")),
            ("RC:HQVCMsg", "{}", Some("[Voice]")),
            ("RC:SightMsg", "{}", Some("[Video]")),
            ("RC:FileMsg", r#"{"name":"a.pdf"}"#, Some("[File] a.pdf")),
            ("RC:FileMsg", "{}", Some("[File]")),
            ("RC:LBSMsg", "{}", Some("[Location]")),
            ("RC:ReferenceMsg", r#"{"content":"yes"}"#, Some("yes")),
            ("RC:ReferenceMsg", r#"{"content":" "}"#, None),
            ("RC:InfoNtf", r#"{"message":"m"}"#, None),
            ("RC:CmdMsg", "{}", None),
            ("My:Gift", r#"{"content":"a gift"}"#, None),
        ] {
            assert_eq!(words(&typed(name, content)).as_deref(), expected, "{name} {content}");
        }
        let picture = Body::File { file: FileId(1), kind: FileKind::Image };
        assert_eq!(Words::of(&picture, None).unwrap().spelled("zh-Hans"), "[图片]");
    }

    #[test]
    fn whoever_reads_no_chinese_reads_english() {
        for (language, expected) in
            [("zh", "[语音]"), ("ZH-tw", "[语音]"), ("", "[Voice]"), ("z", "[Voice]"), ("é", "[Voice]")]
        {
            assert_eq!(Words::Voice.spelled(language), expected, "{language}");
        }
    }

    proptest! {
        #[test]
        fn no_content_makes_it_panic(content in "\\PC{0,40}", language in "\\PC{0,4}") {
            if let Some(words) = Words::of(&typed("RC:FileMsg", &content), None) {
                let _ = words.spelled(&language);
            }
        }
    }
}
