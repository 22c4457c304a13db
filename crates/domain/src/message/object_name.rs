//! RongCloud's name for the type of a message.

use thiserror::Error;

/// Longest object name in characters (docs/wire/rongcloud.md#custom-types).
pub const MAX_OBJECT_NAME_CHARS: usize = 32;
/// The prefix reserved for built-in types.
pub const BUILT_IN_PREFIX: &str = "RC:";
/// Text, the type whose text both dialects show.
pub const TEXT: &str = "RC:TxtMsg";
/// A text that may grow after it was sent.
pub const STREAM: &str = "RC:StreamMsg";

/// What becomes of messages of a type whose sender says nothing about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeping {
    /// Kept in the conversation, and counted as unread.
    Counted,
    /// Kept, and not counted: a notice.
    Silent,
    /// Not kept: a signal between devices, which only waits for delivery.
    Signal,
}

/// The built-in types with what becomes of them: those of the specification, and those that the kits of RongCloud's
/// clients register.
const BUILT_IN: [(&str, Keeping); 63] = [
    (TEXT, Keeping::Counted),
    ("RC:ImgMsg", Keeping::Counted),
    ("RC:GIFMsg", Keeping::Counted),
    ("RC:VcMsg", Keeping::Counted),
    ("RC:HQVCMsg", Keeping::Counted),
    ("RC:SightMsg", Keeping::Counted),
    ("RC:VidMsg", Keeping::Counted),
    ("RC:FileMsg", Keeping::Counted),
    ("RC:LBSMsg", Keeping::Counted),
    ("RC:ImgTextMsg", Keeping::Counted),
    ("RC:ReferenceMsg", Keeping::Counted),
    ("RC:CombineMsg", Keeping::Counted),
    ("RC:CombineV2Msg", Keeping::Counted),
    (STREAM, Keeping::Counted),
    ("RC:CardMsg", Keeping::Counted),
    ("RC:StkMsg", Keeping::Counted),
    ("RC:VSTMsg", Keeping::Counted),
    ("RC:VCSummary", Keeping::Counted),
    ("RC:PSImgTxtMsg", Keeping::Counted),
    ("RC:PSMultiImgTxtMsg", Keeping::Counted),
    ("RC:RLStart", Keeping::Counted),
    ("RC:InfoNtf", Keeping::Silent),
    ("RC:ContactNtf", Keeping::Silent),
    ("RC:ProfileNtf", Keeping::Silent),
    ("RC:CmdNtf", Keeping::Silent),
    ("RC:GrpNtf", Keeping::Silent),
    ("RC:DizNtf", Keeping::Silent),
    ("RC:CmdMsg", Keeping::Signal),
    ("RC:RcCmd", Keeping::Signal),
    ("RC:RcNtf", Keeping::Signal),
    ("RC:ReadNtf", Keeping::Signal),
    ("RC:RecNtf", Keeping::Signal),
    ("RC:TypSts", Keeping::Signal),
    ("RC:RRReqMsg", Keeping::Signal),
    ("RC:RRRspMsg", Keeping::Signal),
    ("RC:SRSMsg", Keeping::Signal),
    ("RC:MsgExMsg", Keeping::Signal),
    ("RC:DRMsg", Keeping::Signal),
    ("RC:Delivered", Keeping::Signal),
    ("RC:InterceptMsg", Keeping::Signal),
    ("RC:BurnNtf", Keeping::Signal),
    ("RC:RLJoin", Keeping::Signal),
    ("RC:RLQuit", Keeping::Signal),
    ("RC:RLEnd", Keeping::Signal),
    ("RC:RL", Keeping::Signal),
    ("RC:VCInvite", Keeping::Signal),
    ("RC:VCRinging", Keeping::Signal),
    ("RC:VCAccept", Keeping::Signal),
    ("RC:VCHangup", Keeping::Signal),
    ("RC:VCModifyMedia", Keeping::Signal),
    ("RC:VCModifyMem", Keeping::Signal),
    ("RC:PSCmd", Keeping::Signal),
    ("RC:chrmKVNotiMsg", Keeping::Signal),
    // As Go's SDK writes it.
    ("RC:ChrmKVNotiMsg", Keeping::Signal),
    ("RC:CSCha", Keeping::Signal),
    ("RC:CsChaR", Keeping::Signal),
    ("RC:CsEva", Keeping::Signal),
    ("RC:CsContact", Keeping::Signal),
    ("RC:CsHs", Keeping::Signal),
    ("RC:CsHsR", Keeping::Signal),
    ("RC:CsSp", Keeping::Signal),
    ("RC:CsEnd", Keeping::Signal),
    ("RC:CsUpdate", Keeping::Signal),
];

/// The names of the built-in types.
pub fn built_in() -> impl Iterator<Item = &'static str> {
    BUILT_IN.iter().map(|(name, _)| *name)
}

/// The built-in types that are only for the moment, which no log shows even where a back end has one kept
/// (docs/wire/rongcloud.md#hourly-log).
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

/// The types that steer clients. `RC:LogCmdMsg` and `RC:CCConfigChangeRequestMsg`, by which RongCloud's own kits hand out logs and
/// tokens, are no types that can be named here at all.
const STEERING: [&str; 2] = ["RC:RcCmd", "RC:RcNtf"];

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
    /// Whether clients do by themselves what a message of that type tells them to: only a server may send it.
    #[must_use]
    pub fn steers_clients(&self) -> bool {
        STEERING.contains(&self.0.as_str())
    }

    /// The type of a text.
    #[must_use]
    pub fn text() -> Self {
        Self(TEXT.to_owned())
    }

    /// The type of a text that may grow.
    #[must_use]
    pub fn stream() -> Self {
        Self(STREAM.to_owned())
    }

    /// Checks and takes an object name (docs/wire/rongcloud.md#custom-types).
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
        if text.starts_with(BUILT_IN_PREFIX) && kept_by_name(&text).is_none() {
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

    /// What becomes of a message of this type whose sender says nothing about it. Custom types are messages.
    #[must_use]
    pub fn keeping(&self) -> Keeping {
        kept_by_name(&self.0).unwrap_or(Keeping::Counted)
    }

    /// What stands for a message of this type where only a line can be shown (docs/design.md#brief).
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

fn kept_by_name(name: &str) -> Option<Keeping> {
    BUILT_IN.iter().find(|(known, _)| *known == name).map(|(_, keeping)| *keeping)
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
        for name in built_in() {
            assert!(ObjectName::new(name).is_ok(), "{name}");
        }
    }

    #[test]
    fn what_is_only_for_the_moment_is_built_in() {
        let is_signal = |name| ObjectName::new(name).unwrap().keeping() == Keeping::Signal;
        assert!(MOMENTARY.into_iter().all(is_signal));
    }

    #[test]
    fn the_type_says_what_becomes_of_a_message() {
        for (names, keeping) in [
            (&["RC:TxtMsg", "RC:CombineV2Msg", "RC:VCSummary", "My:Gift", "x"][..], Keeping::Counted),
            (&["RC:InfoNtf", "RC:ContactNtf", "RC:ProfileNtf", "RC:CmdNtf", "RC:GrpNtf"], Keeping::Silent),
            (
                &["RC:TypSts", "RC:ReadNtf", "RC:RcCmd", "RC:CmdMsg", "RC:VCInvite", "RC:MsgExMsg"],
                Keeping::Signal,
            ),
        ] {
            for name in names {
                assert_eq!(ObjectName::new(*name).unwrap().keeping(), keeping, "{name}");
            }
        }
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
