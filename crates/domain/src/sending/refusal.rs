//! Why something may not be done. A refusal carries no code of any dialect.

use thiserror::Error;

/// The domain's reasons. Each dialect maps them to its codes in one table of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
pub enum Refusal {
    /// The site has switched conversations off.
    #[error("conversations are switched off")]
    ConversationsOff,
    /// The sender's role has no right to send.
    #[error("the sender's role may not send messages")]
    RoleForbids,
    /// Private site, and the sender's membership has run out.
    #[error("the sender's membership has run out")]
    MembershipExpired,
    /// There is no such sender (only a back end can name one).
    #[error("there is no such sender")]
    SenderUnknown,
    /// The sender has been deleted.
    #[error("the sender has been deleted")]
    SenderDeleted,
    /// The sender is disabled.
    #[error("the sender is disabled")]
    SenderDisabled,
    /// A back end has banned the sender for a time.
    #[error("the sender is banned for a time")]
    SenderBanned,
    /// A back end has muted the sender.
    #[error("the sender is muted")]
    SenderMuted,
    /// There is no such recipient.
    #[error("there is no such recipient")]
    RecipientUnknown,
    /// The recipient has been deleted.
    #[error("the recipient has been deleted")]
    RecipientDeleted,
    /// The recipient is disabled.
    #[error("the recipient is disabled")]
    RecipientDisabled,
    /// Sender and recipient are the same user.
    #[error("nobody can write to themself")]
    Oneself,
    /// A block relation stands between the two.
    #[error("a block stands between sender and recipient")]
    Blocked,
    /// The recipient accepts nobody.
    #[error("the recipient accepts no messages")]
    AcceptsNobody,
    /// The recipient accepts only those it follows.
    #[error("the recipient accepts only users it follows")]
    AcceptsFollowed,
    /// The recipient accepts only those it follows and verified users.
    #[error("the recipient accepts only users it follows and verified users")]
    AcceptsFollowedOrVerified,
    /// The site lets users write only to those on whose whitelist they are.
    #[error("the sender is not on the recipient's whitelist")]
    NotListed,
    /// No such file, or not uploaded by the sender for this recipient.
    #[error("there is no such file for this recipient")]
    FileUnknown,
    /// The file is disabled.
    #[error("the file is disabled")]
    FileDisabled,
    /// Files of this kind are not allowed in conversations.
    #[error("files of this kind are not allowed")]
    FileKindForbidden,
    /// The text holds a word that is refused, or nothing but words that are removed.
    #[error("the text contains a forbidden word")]
    ForbiddenWord,
    /// Messages of that type tell clients what to do; only the server itself makes them.
    #[error("messages of this type steer clients, and only the server itself makes them")]
    TypeReserved,
    /// The text is too long, at the latest after words were replaced.
    #[error("the text is too long")]
    TextTooLong,
    /// The sender has used up its sends for now.
    #[error("too many messages, try again in {retry_after_ms} ms")]
    TooFast {
        /// Milliseconds until the next send can be accepted.
        retry_after_ms: i64,
    },
}
