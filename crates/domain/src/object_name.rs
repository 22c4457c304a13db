//! RongCloud's name for the type of a message.

use thiserror::Error;

/// Longest object name in characters (facts: rongcloud 5.1, 15.2).
pub const MAX_OBJECT_NAME_CHARS: usize = 32;
/// The prefix reserved for built-in types.
pub const BUILT_IN_PREFIX: &str = "RC:";
/// Text, the type whose text both dialects show.
pub const TEXT: &str = "RC:TxtMsg";

/// The built-in types: those of the seed and of facts: rongcloud 15.1.
pub const BUILT_IN: [&str; 26] = [
    TEXT,
    "RC:ImgMsg",
    "RC:GIFMsg",
    "RC:VcMsg",
    "RC:HQVCMsg",
    "RC:SightMsg",
    "RC:VidMsg",
    "RC:FileMsg",
    "RC:LBSMsg",
    "RC:ImgTextMsg",
    "RC:ReferenceMsg",
    "RC:CombineMsg",
    "RC:StreamMsg",
    "RC:InfoNtf",
    "RC:ContactNtf",
    "RC:ProfileNtf",
    "RC:CmdNtf",
    "RC:CmdMsg",
    "RC:RcCmd",
    "RC:RcNtf",
    "RC:ReadNtf",
    "RC:TypSts",
    "RC:RRReqMsg",
    "RC:RRRspMsg",
    "RC:SRSMsg",
    "RC:MsgExMsg",
];

/// The built-in types that are only for the moment: signals between devices, which no log shows (facts: rongcloud 9.3,
/// 15.1 "stored").
pub const MOMENTARY: [&str; 8] = [
    "RC:CmdMsg",
    "RC:RcNtf",
    "RC:ReadNtf",
    "RC:TypSts",
    "RC:RRReqMsg",
    "RC:RRRspMsg",
    "RC:SRSMsg",
    "RC:MsgExMsg",
];

/// The name of a message type, built in or custom.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ObjectName(String);

/// Why a text can't be an object name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ObjectNameError {
    /// Nothing was given.
    #[error("must not be empty")]
    Empty,
    /// More than 32 characters.
    #[error("must be at most 32 characters long")]
    TooLong,
    /// Begins with `RC:` and is none of the built-in types.
    #[error("begins with RC: but is not a built-in type")]
    UnknownBuiltIn,
    /// A control character or outer white space.
    #[error("must not contain control characters or begin or end with white space")]
    ForbiddenCharacter,
}

impl ObjectName {
    /// The type of a text.
    #[must_use]
    pub fn text() -> Self {
        Self(TEXT.to_owned())
    }

    /// Checks and takes an object name (facts: rongcloud 15.2).
    ///
    /// # Errors
    /// Says which rule the text breaks.
    pub fn new(text: impl Into<String>) -> Result<Self, ObjectNameError> {
        let text = text.into();
        if text.is_empty() {
            return Err(ObjectNameError::Empty);
        }
        if text.chars().count() > MAX_OBJECT_NAME_CHARS {
            return Err(ObjectNameError::TooLong);
        }
        if text.starts_with(BUILT_IN_PREFIX) && !BUILT_IN.contains(&text.as_str()) {
            return Err(ObjectNameError::UnknownBuiltIn);
        }
        if text.chars().any(char::is_control) || text.trim() != text {
            return Err(ObjectNameError::ForbiddenCharacter);
        }
        Ok(Self(text))
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the content must follow the rules of a built-in type.
    #[must_use]
    pub fn is_built_in(&self) -> bool {
        self.0.starts_with(BUILT_IN_PREFIX)
    }

    /// What stands for a message of this type where only a line can be shown (design, chapter 2: brief).
    #[must_use]
    pub fn marker(&self) -> String {
        match self.0.as_str() {
            "RC:ImgMsg" | "RC:GIFMsg" => "[image]".to_owned(),
            "RC:VcMsg" | "RC:HQVCMsg" => "[audio]".to_owned(),
            "RC:VidMsg" | "RC:SightMsg" => "[video]".to_owned(),
            "RC:FileMsg" => "[document]".to_owned(),
            other => format!("[{other}]"),
        }
    }
}

impl std::fmt::Display for ObjectName {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_type_is_known() {
        for name in BUILT_IN {
            assert!(ObjectName::new(name).is_ok(), "{name}");
        }
    }

    #[test]
    fn what_is_only_for_the_moment_is_built_in() {
        assert!(MOMENTARY.iter().all(|name| BUILT_IN.contains(name)));
    }

    #[test]
    fn an_unknown_rc_type_is_refused() {
        assert_eq!(ObjectName::new("RC:Nope"), Err(ObjectNameError::UnknownBuiltIn));
        assert_eq!(ObjectName::new("RC:"), Err(ObjectNameError::UnknownBuiltIn));
    }

    #[test]
    fn a_custom_type_has_32_characters_at_most() {
        assert!(ObjectName::new("x".repeat(32)).is_ok());
        assert!(ObjectName::new("型".repeat(32)).is_ok());
        assert_eq!(ObjectName::new("x".repeat(33)), Err(ObjectNameError::TooLong));
        assert_eq!(ObjectName::new(""), Err(ObjectNameError::Empty));
        assert_eq!(ObjectName::new("a\nb"), Err(ObjectNameError::ForbiddenCharacter));
    }
}
