//! What clients are told of a refusal: the numbers that the SDK has names for (docs/client-sdk.md#codes).

use sixin_application::conversations::keep_tags::TagError;
use sixin_application::conversations::read_conversations::ConversationError;
use sixin_application::files::client_uploads::ClientUploadError;
use sixin_application::messages::change_messages::ChangeError;
use sixin_application::messages::expand_messages::ExpandError;
use sixin_application::messages::read_history::HistoryError;
use sixin_application::ports::StoreError;
use sixin_application::sending::pipeline::SendError;
use sixin_application::users::edit_user::EditError;
use sixin_application::users::keep_profiles::ProfileError;
use sixin_application::users::named_users::UsersError;
use sixin_domain::message::expansion::ExpansionRefusal;
use sixin_domain::sending::refusal::Refusal;
use sixin_domain::user::profile_edit::EditRefusal;
use sixin_web::answer::reply;

/// A status that is not 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Code(pub(crate) u16);

impl Code {
    /// There is a block between the two.
    pub(crate) const BLOCKED: Self = Self(405);
    /// The recipient lets only others write.
    pub(crate) const NOT_LISTED: Self = Self(407);
    /// The sender is muted.
    pub(crate) const MUTED: Self = Self(20106);
    /// Somebody who was asked objects to the message.
    pub(crate) const DENIED: Self = Self(20112);
    /// It is too late to change the message, or it is not the sender's.
    pub(crate) const UNCHANGEABLE: Self = Self(20114);
    /// It is too long.
    pub(crate) const TOO_LONG: Self = Self(20115);
    /// Messages of that class can't be changed.
    pub(crate) const CLASS_UNCHANGEABLE: Self = Self(20116);
    /// Too many messages.
    pub(crate) const TOO_FAST: Self = Self(20604);
    /// The user may not.
    pub(crate) const NOT_ALLOWED: Self = Self(20605);
    /// Clients may not send that class.
    pub(crate) const CLASS_REFUSED: Self = Self(20606);
    /// A word that is refused.
    pub(crate) const FORBIDDEN_WORD: Self = Self(21501);
    /// There is no such message.
    pub(crate) const MESSAGE_UNKNOWN: Self = Self(22201);
    /// The message carries no pairs.
    pub(crate) const NOT_EXPANDABLE: Self = Self(22202);
    /// The pairs break a rule.
    pub(crate) const PAIRS: Self = Self(22203);
    /// There is nothing to take back.
    pub(crate) const NOTHING_TO_RECALL: Self = Self(25101);
    /// The store could not.
    pub(crate) const STORE: Self = Self(25102);
    /// The message is somebody else's.
    pub(crate) const NOT_OWN: Self = Self(25107);
    /// The request breaks a rule.
    pub(crate) const PARAMETER: Self = Self(26010);
    /// There is no such message to have a receipt.
    pub(crate) const RECEIPT_UNKNOWN: Self = Self(26322);
    /// More users are watched than may be.
    pub(crate) const TOO_MANY_WATCHED: Self = Self(26022);
    /// sixin does not do this.
    pub(crate) const UNSUPPORTED: Self = Self(35004);
}

impl From<StoreError> for Code {
    fn from(error: StoreError) -> Self {
        let (status, cause) = match &error {
            StoreError::Unavailable(cause) => (actix_web::http::StatusCode::SERVICE_UNAVAILABLE, cause),
            StoreError::Fault(cause) => (actix_web::http::StatusCode::INTERNAL_SERVER_ERROR, cause),
        };
        reply::log(status, cause);
        Self::STORE
    }
}

impl From<Refusal> for Code {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Blocked => Self::BLOCKED,
            Refusal::NotListed
            | Refusal::AcceptsNobody
            | Refusal::AcceptsFollowed
            | Refusal::AcceptsFollowedOrVerified => Self::NOT_LISTED,
            Refusal::SenderMuted => Self::MUTED,
            Refusal::ConversationsOff
            | Refusal::RoleForbids
            | Refusal::MembershipExpired
            | Refusal::SenderUnknown
            | Refusal::SenderDeleted
            | Refusal::SenderDisabled
            | Refusal::SenderBanned => Self::NOT_ALLOWED,
            Refusal::RecipientUnknown
            | Refusal::RecipientDeleted
            | Refusal::RecipientDisabled
            | Refusal::Oneself
            | Refusal::FileUnknown
            | Refusal::FileDisabled
            | Refusal::FileKindForbidden => Self::PARAMETER,
            Refusal::TypeReserved => Self::CLASS_REFUSED,
            Refusal::ForbiddenWord => Self::FORBIDDEN_WORD,
            Refusal::TextTooLong => Self::TOO_LONG,
            Refusal::TooFast { .. } => Self::TOO_FAST,
        }
    }
}

impl From<SendError> for Code {
    fn from(error: SendError) -> Self {
        match error {
            SendError::Refused(refusal) => refusal.into(),
            SendError::Replayed | SendError::KeyReused => Self::PARAMETER,
            SendError::Denied(_) => Self::DENIED,
            SendError::Busy(_) | SendError::Unknown | SendError::Unjudged => Self::STORE,
            SendError::Store(error) => error.into(),
        }
    }
}

impl From<UsersError> for Code {
    fn from(error: UsersError) -> Self {
        match error {
            UsersError::Store(error) => error.into(),
            UsersError::Busy => Self::STORE,
            _ => Self::PARAMETER,
        }
    }
}

impl From<TagError> for Code {
    fn from(error: TagError) -> Self {
        match error {
            TagError::Users(error) => error.into(),
            TagError::Unknown(_) | TagError::TooMany(_) => Self::PARAMETER,
        }
    }
}

impl From<ProfileError> for Code {
    fn from(error: ProfileError) -> Self {
        match error {
            ProfileError::Users(error) => error.into(),
            ProfileError::Rule(_) => Self::PARAMETER,
        }
    }
}

impl From<EditError> for Code {
    fn from(error: EditError) -> Self {
        match error {
            EditError::Refused(EditRefusal::ForbiddenWord(_)) => Self::FORBIDDEN_WORD,
            EditError::Refused(_) | EditError::Rule(_) => Self::PARAMETER,
            EditError::MembershipExpired => Self::NOT_ALLOWED,
            EditError::Store(error) => error.into(),
        }
    }
}

impl From<ClientUploadError> for Code {
    fn from(_: ClientUploadError) -> Self {
        // A ticket is refused only for its key.
        Self::PARAMETER
    }
}

impl From<ConversationError> for Code {
    fn from(error: ConversationError) -> Self {
        match error {
            ConversationError::Store(error) => error.into(),
            ConversationError::MembershipExpired => Self::NOT_ALLOWED,
            _ => Self::PARAMETER,
        }
    }
}

impl From<HistoryError> for Code {
    fn from(error: HistoryError) -> Self {
        match error {
            HistoryError::Users(error) => error.into(),
            HistoryError::Store(error) => error.into(),
        }
    }
}

impl From<ChangeError> for Code {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::Users(error) => error.into(),
            ChangeError::MessageUnknown | ChangeError::Elsewhere => Self::MESSAGE_UNKNOWN,
            ChangeError::NotOwn | ChangeError::Recalled => Self::UNCHANGEABLE,
            ChangeError::OtherType | ChangeError::File => Self::CLASS_UNCHANGEABLE,
            ChangeError::Content(_) => Self::PARAMETER,
            ChangeError::Refused(refusal) => refusal.into(),
            ChangeError::Store(error) => error.into(),
        }
    }
}

impl From<ExpandError> for Code {
    fn from(error: ExpandError) -> Self {
        match error {
            ExpandError::Users(error) => error.into(),
            ExpandError::MessageUnknown | ExpandError::Elsewhere => Self::MESSAGE_UNKNOWN,
            ExpandError::Refused(ExpansionRefusal::Recalled) => Self::MESSAGE_UNKNOWN,
            ExpandError::NotExpandable => Self::NOT_EXPANDABLE,
            ExpandError::Refused(ExpansionRefusal::TooMany) => Self::PAIRS,
            ExpandError::Store(error) => error.into(),
        }
    }
}
