//! How long things may be (docs/design.md#limits).

/// Fewest characters of a password; clients read it as `password_length` (docs/wire/fresns.md#settings).
pub const PASSWORD_CHARS: usize = 8;
/// Most bytes of a password; ours.
pub const PASSWORD_BYTES: usize = 256;

/// Limits a deployment may change; the defaults are the design's. All in bytes, but for `recipients`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Text in the content of an `RC:TxtMsg` (docs/wire/rongcloud.md#specification, note 1).
    pub typed_text_bytes: usize,
    /// Text of a Fresns message.
    pub text_bytes: usize,
    /// Content of any other RongCloud type.
    pub content_bytes: usize,
    /// `pushContent` and `pushData`, each (docs/wire/rongcloud.md#publish).
    pub push_bytes: usize,
    /// Recipients of one publish.
    pub recipients: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            typed_text_bytes: 4096,
            text_bytes: 65_535,
            content_bytes: 128 * 1024,
            push_bytes: 1000,
            recipients: 1000,
        }
    }
}
