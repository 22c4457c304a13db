//! What a message says.

use unicode_segmentation::UnicodeSegmentation;

use crate::file::FileKind;
use crate::file::outside::outside_file;
use crate::id::FileId;
use crate::message::object_name::ObjectName;

/// Longest brief in characters (docs/design.md#brief).
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
        /// The text in an `RC:TxtMsg`, or in an `RC:StreamMsg` that has some.
        text: Option<String>,
    },
}

impl Body {
    /// The line that stands for the message in a list, at most 255 characters (docs/design.md#brief).
    #[must_use]
    pub fn brief(&self) -> String {
        match self {
            Self::Text(text) | Self::Typed { text: Some(text), .. } => cut(text).to_owned(),
            Self::File { kind, .. } => kind.marker(),
            Self::Typed { object_name, text: None, .. } => object_name.marker(),
        }
    }

    /// The text in it, if it is one.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Typed { text: Some(text), .. } => Some(text),
            Self::File { .. } | Self::Typed { text: None, .. } => None,
        }
    }

    /// Whether it shows as a file: one that is kept here, or one a RongCloud message points to.
    #[must_use]
    pub fn is_file(&self) -> bool {
        match self {
            Self::File { .. } => true,
            Self::Typed { object_name, content, text: None } => outside_file(object_name, content).is_some(),
            Self::Text(_) | Self::Typed { text: Some(_), .. } => false,
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

/// The beginning of a text, at most 255 characters, cut between what readers take for characters: a flag, a family or a
/// letter with its accents stays whole. Of one that is longer than a brief, as much as fits.
fn cut(text: &str) -> &str {
    let Some((most, _)) = text.char_indices().nth(MAX_BRIEF_CHARS) else { return text };
    let ends = text.grapheme_indices(true).map(|(start, cluster)| start + cluster.len());
    let end = ends.take_while(|end| *end <= most).last().unwrap_or(most);
    text.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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
    fn a_brief_ends_between_what_readers_take_for_characters() {
        let brief = |text: String| Body::Text(text).brief();
        let astronaut = "👩\u{200d}🚀";
        assert_eq!(brief("x".repeat(253) + astronaut), "x".repeat(253), "three characters that show as one");
        assert_eq!(brief("x".repeat(252) + astronaut + "y"), "x".repeat(252) + astronaut);
        assert_eq!(brief("x".repeat(254) + "e\u{301}"), "x".repeat(254));
        assert_eq!(brief("🇩🇪".repeat(200)), "🇩🇪".repeat(127));
        assert_eq!(brief("\r\n".repeat(200)), "\r\n".repeat(127));
        let endless = "e".to_owned() + &"\u{301}".repeat(300);
        assert_eq!(
            brief(endless.clone()).chars().count(),
            255,
            "one that is longer than a brief is cut all the same"
        );
        assert!(endless.starts_with(&brief(endless.clone())));
    }

    proptest! {
        #[test]
        fn a_brief_is_a_beginning_of_whole_characters(text in "(\\PC|[\u{200d}\u{301}🇩🇪👩🚀]){0,400}") {
            let brief = Body::Text(text.clone()).brief();
            prop_assert!(text.starts_with(&brief) && brief.chars().count() <= 255);
            prop_assert!(brief == text || brief.chars().count() > 0);
        }
    }

    #[test]
    fn what_shows_as_a_file_is_told_by_the_body_and_not_by_its_brief() {
        assert!(Body::File { file: FileId(1), kind: FileKind::Image }.is_file());
        assert!(!Body::Text("[image]".into()).is_file() && FileKind::is_marker("[image]"));
        let picture = |content: &str| Body::Typed {
            object_name: ObjectName::new("RC:ImgMsg").unwrap(),
            content: content.into(),
            text: None,
        };
        let whole = picture(r#"{"imageUri":"https://a.example/b.png"}"#);
        assert!(whole.is_file() && FileKind::is_marker(&whole.brief()));
        assert!(!picture("{}").is_file());
        assert!(!typed("RC:TxtMsg", Some("hi")).is_file());
        for brief in ["", "[", "[]", "image", "[images]", "[RC:LBSMsg]"] {
            assert!(!FileKind::is_marker(brief), "{brief}");
        }
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
