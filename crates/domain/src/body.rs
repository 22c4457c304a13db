//! What a message says.

use crate::file::FileKind;
use crate::id::FileId;
use crate::object_name::ObjectName;

/// Longest brief in characters (facts: fresns 6.6).
pub const MAX_BRIEF_CHARS: usize = 255;

/// The content of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// Plain text, born in the Fresns dialect.
    Text(String),
    /// A stored file.
    File {
        /// The file.
        file: FileId,
        /// Its kind, for the brief.
        kind: FileKind,
    },
    /// Content born in the RongCloud dialect.
    Typed {
        /// The type of the content.
        object_name: ObjectName,
        /// The content, byte for byte as it came.
        content: String,
        /// The text in an `RC:TxtMsg`.
        text: Option<String>,
    },
}

impl Body {
    /// The line that stands for the message in a list, at most 255 characters (design, chapter 2).
    #[must_use]
    pub fn brief(&self) -> String {
        match self {
            Self::Text(text) | Self::Typed { text: Some(text), .. } => {
                text.chars().take(MAX_BRIEF_CHARS).collect()
            }
            Self::File { kind, .. } => kind.marker(),
            Self::Typed { object_name, text: None, .. } => object_name.marker(),
        }
    }

    /// Bytes the body occupies in memory and on disk, near enough for bounds.
    #[must_use]
    pub fn weight(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::File { .. } => 16,
            Self::Typed { content, text, .. } => content.len() + text.as_ref().map_or(0, String::len),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(name: &str, text: Option<&str>) -> Body {
        Body::Typed {
            object_name: ObjectName::new(name).unwrap(),
            content: "{}".into(),
            text: text.map(str::to_owned),
        }
    }

    #[test]
    fn the_brief_of_a_text_is_its_first_255_characters() {
        assert_eq!(Body::Text("语".repeat(300)).brief(), "语".repeat(255));
        assert_eq!(typed("RC:TxtMsg", Some("hi")).brief(), "hi");
    }

    #[test]
    fn the_brief_of_a_file_is_its_kind_in_brackets() {
        let brief = |kind| Body::File { file: FileId(1), kind }.brief();
        assert_eq!(brief(FileKind::Image), "[image]");
        assert_eq!(brief(FileKind::Video), "[video]");
        assert_eq!(brief(FileKind::Audio), "[audio]");
        assert_eq!(brief(FileKind::Document), "[document]");
    }

    #[test]
    fn the_brief_of_a_typed_message_is_the_kind_or_the_name() {
        for (name, brief) in [
            ("RC:ImgMsg", "[image]"),
            ("RC:GIFMsg", "[image]"),
            ("RC:VcMsg", "[audio]"),
            ("RC:HQVCMsg", "[audio]"),
            ("RC:VidMsg", "[video]"),
            ("RC:SightMsg", "[video]"),
            ("RC:FileMsg", "[document]"),
            ("RC:LBSMsg", "[RC:LBSMsg]"),
            ("My:Gift", "[My:Gift]"),
        ] {
            assert_eq!(typed(name, None).brief(), brief);
        }
    }
}
