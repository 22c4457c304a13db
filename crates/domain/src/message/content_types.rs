//! The built-in message types and the fields of their content (docs/wire/rongcloud.md#types).

use crate::message::object_name::STREAM;

/// What a field of a content holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A string.
    Text,
    /// A string that must be there and not be empty.
    NeededText,
    /// A string that must be there and have something to see in it.
    Words,
    /// A number.
    Number,
    /// A number that must be there.
    NeededNumber,
    /// A number of seconds, not negative; some clients send it as a string.
    Duration,
    /// A number; Go sends it as a string (docs/wire/rongcloud.md#client-quirks).
    Size,
    /// An object.
    Object,
    /// An array.
    List,
}

type Field = (&'static str, Kind);

/// The checked fields of each type. Fields that are not listed, `user` and `extra` among them, pass unseen: Go's
/// structs always carry empty ones (docs/wire/rongcloud.md#client-quirks). Types that are not listed must only be
/// objects.
const TYPES: &[(&str, &[Field])] = &[
    ("RC:TxtMsg", &[("content", Kind::Words)]),
    (STREAM, &[("content", Kind::Text), ("type", Kind::Text)]),
    ("RC:ImgMsg", &[("imageUri", Kind::NeededText), ("content", Kind::Text)]),
    ("RC:GIFMsg", &[("remoteUrl", Kind::NeededText), ("width", Kind::Number), ("height", Kind::Number)]),
    ("RC:VcMsg", &[("content", Kind::NeededText), ("duration", Kind::Duration)]),
    ("RC:HQVCMsg", &[("remoteUrl", Kind::NeededText), ("name", Kind::Text), ("duration", Kind::Duration)]),
    (
        "RC:SightMsg",
        &[
            ("sightUrl", Kind::NeededText),
            ("content", Kind::Text),
            ("name", Kind::Text),
            ("duration", Kind::Duration),
            ("size", Kind::Size),
        ],
    ),
    (
        "RC:VidMsg",
        &[
            ("videoUri", Kind::NeededText),
            ("content", Kind::Text),
            ("imageUri", Kind::Text),
            ("duration", Kind::Duration),
        ],
    ),
    (
        "RC:FileMsg",
        &[
            ("name", Kind::NeededText),
            ("fileUrl", Kind::NeededText),
            ("size", Kind::Size),
            ("type", Kind::Text),
        ],
    ),
    (
        "RC:LBSMsg",
        &[
            ("latitude", Kind::NeededNumber),
            ("longitude", Kind::NeededNumber),
            ("poi", Kind::Text),
            ("content", Kind::Text),
        ],
    ),
    (
        "RC:ImgTextMsg",
        &[("title", Kind::Text), ("content", Kind::Text), ("imageUri", Kind::Text), ("url", Kind::Text)],
    ),
    (
        "RC:ReferenceMsg",
        &[
            ("content", Kind::Text),
            ("referMsgUserId", Kind::Text),
            ("objName", Kind::Text),
            ("referMsgUid", Kind::Text),
            ("referMsg", Kind::Object),
        ],
    ),
    ("RC:CombineMsg", &[("remoteUrl", Kind::Text), ("nameList", Kind::List), ("summaryList", Kind::List)]),
    ("RC:CombineV2Msg", &[("remoteUrl", Kind::Text), ("nameList", Kind::List), ("summaryList", Kind::List)]),
    ("RC:InfoNtf", &[("message", Kind::Text)]),
    (
        "RC:ContactNtf",
        &[
            ("operation", Kind::Text),
            ("sourceUserId", Kind::Text),
            ("targetUserId", Kind::Text),
            ("message", Kind::Text),
        ],
    ),
    ("RC:ProfileNtf", &[("operation", Kind::Text)]),
    ("RC:CmdNtf", &[("name", Kind::Text)]),
    ("RC:CmdMsg", &[("name", Kind::Text)]),
    ("RC:TypSts", &[("typingContentType", Kind::Text)]),
];

/// The fields of a type that are checked.
pub(crate) fn fields(object_name: &str) -> &'static [Field] {
    TYPES.iter().find(|(name, _)| *name == object_name).map_or(&[], |(_, fields)| fields)
}
