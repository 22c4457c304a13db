//! Which code a client gets, and why. The only table of its kind in this dialect.

use actix_web::http::StatusCode;
use sixin_application::access::authenticate_user::CallerRefusal;
use sixin_application::access::ports::PasswordError;
use sixin_application::access::sign_in::SignInError;
use sixin_application::conversations::read_conversations::ConversationError;
use sixin_application::delivery::passes::PassRefusal;
use sixin_application::files::read_file::ReadFileError;
use sixin_application::files::upload_file::UploadError;
use sixin_application::ports::{Cause, StoreError};
use sixin_application::sending::pipeline::SendError;
use sixin_application::users::edit_user::EditError;
use sixin_application::users::mark_user::MarkError;
use sixin_domain::access::session::SessionRefusal;
use sixin_domain::file::upload::UploadRefusal;
use sixin_domain::hook::verdict::Reason;
use sixin_domain::sending::refusal::Refusal;
use sixin_domain::user::profile_edit::EditRefusal;
use sixin_web::answer::reply::TRY_AGAIN_MS;
use sixin_web::request::body::BodyError;
use sixin_web::request::idempotency::{BadKey, HEADER};
use sixin_web::request::multipart::FormError;

use crate::messages::{self, Row};
use crate::v3;

/// The code of a send that came too fast (ours, the documentation has none: docs/design.md#rate).
pub(crate) const TOO_FAST: i64 = 36117;

/// The code of a body or a parameter that is not what it should be.
pub(crate) const MALFORMED: i64 = 30000;
/// The code of a parameter that is missing.
pub(crate) const MISSING: i64 = 30001;
/// The code of a parameter whose value is none of those it may have.
pub(crate) const NOT_ALLOWED: i64 = 30002;
/// The code of a user that does not exist. The documented 31602 tells clients that their own session is dead, and they sign
/// out.
pub(crate) const USER_UNKNOWN: i64 = 35201;
/// The code of a verification code that is not the right one.
pub(crate) const CODE_WRONG: i64 = 33203;
/// The code of a sign-in with neither password nor verification code, and of a user who has a password.
pub(crate) const PASSWORD_MISSING: i64 = 34111;
/// The code of a site on which nobody registers.
pub(crate) const NO_REGISTRATION: i64 = 34201;
/// The code of what only a user may do, where none is signed in.
pub(crate) const USER_MISSING: i64 = 31601;
/// The code of a text that should be a JSON object.
pub(crate) const NO_OBJECT: i64 = 30004;
/// The code of uploading what was put elsewhere: there is no elsewhere.
pub(crate) const NO_STORAGE: i64 = 32100;
/// The code of two parameters of which only one may be given.
pub(crate) const EXCLUSIVE: i64 = 30005;
/// The code of an idempotency key that belongs to another request (ours: docs/design.md#send-once).
pub(crate) const KEY_REUSED: i64 = 30002;

/// Why a request is not answered with code 0. The message is looked up by code and language.
#[derive(Debug)]
pub(crate) struct Failure {
    /// The code.
    pub(crate) code: i64,
    /// 200 for all that the API itself refuses (docs/wire/fresns.md#envelope).
    pub(crate) status: StatusCode,
    /// When to try again.
    pub(crate) retry_after_ms: Option<i64>,
    /// The parameter that is to blame, which the message names.
    pub(crate) parameter: Option<&'static str>,
    /// What is said instead of what the code says, where a code has two causes.
    pub(crate) words: Option<&'static Row>,
    /// What is said instead of either: the words of somebody who was asked.
    pub(crate) reason: Option<Reason>,
    /// What is said besides, for whoever meets it.
    pub(crate) more: String,
    /// What is nobody's fault but ours. It is logged where the failure is answered.
    pub(crate) cause: Option<Cause>,
}

/// What the client is told; the cause is for the log.
#[cfg(test)]
impl PartialEq for Failure {
    fn eq(&self, other: &Self) -> bool {
        let told = |failure: &Self| (failure.code, failure.status, failure.retry_after_ms, failure.parameter);
        told(self) == told(other) && self.words.map(|row| row.0) == other.words.map(|row| row.0)
    }
}

impl Failure {
    /// A refusal of the API, in HTTP 200.
    pub(crate) fn new(code: i64) -> Self {
        Self {
            code,
            status: StatusCode::OK,
            retry_after_ms: None,
            parameter: None,
            words: None,
            reason: None,
            more: String::new(),
            cause: None,
        }
    }

    /// A refusal of the API because of one parameter.
    pub(crate) fn of(code: i64, parameter: &'static str) -> Self {
        Self { parameter: Some(parameter), ..Self::new(code) }
    }

    /// The same failure in the numbers of 3.x: what is said of it stays.
    pub(crate) fn renumbered(self) -> Self {
        let code = v3::codes::renumbered(self.code);
        let words = self.words.or_else(|| messages::row(self.code).filter(|_| code != self.code));
        Self { code, words, ..self }
    }

    /// The refusal of a request whose signature was used before, unless the fault is ours: then this one may have used it.
    pub(crate) fn or_replayed(self) -> Self {
        if self.status.is_server_error() { self } else { CallerRefusal::Replayed.into() }
    }

    /// A failure whose code is its HTTP status.
    fn transport(status: StatusCode) -> Self {
        Self { status, ..Self::new(i64::from(status.as_u16())) }
    }

    /// The same failure with its cause, for the log.
    fn because(self, cause: impl Into<Cause>) -> Self {
        Self { cause: Some(cause.into()), ..self }
    }

    fn unavailable() -> Self {
        Self { retry_after_ms: Some(TRY_AGAIN_MS), ..Self::transport(StatusCode::SERVICE_UNAVAILABLE) }
    }
}

impl From<BodyError> for Failure {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::TooLarge(_) => Self::transport(StatusCode::PAYLOAD_TOO_LARGE),
            BodyError::TooSlow => Self::transport(StatusCode::REQUEST_TIMEOUT),
            BodyError::Encoding(_) | BodyError::Charset(_) => {
                Self::transport(StatusCode::UNSUPPORTED_MEDIA_TYPE)
            }
            BodyError::Broken => Self::new(MALFORMED),
        }
    }
}

impl From<BadKey> for Failure {
    fn from(_: BadKey) -> Self {
        Self::of(MALFORMED, HEADER)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let failure = match error {
            StoreError::Unavailable(_) => Self::unavailable(),
            StoreError::Fault(_) => Self::transport(StatusCode::INTERNAL_SERVER_ERROR),
        };
        failure.because(error)
    }
}

impl From<CallerRefusal> for Failure {
    fn from(refusal: CallerRefusal) -> Self {
        let code = match refusal {
            CallerRefusal::KeyUnknown => 31301,
            CallerRefusal::KeyKindWrong => 31304,
            CallerRefusal::PlatformWrong => 31102,
            CallerRefusal::Stale | CallerRefusal::Replayed => 31303,
            CallerRefusal::SignatureWrong => 31302,
            CallerRefusal::LanguageUnknown => 31401,
            CallerRefusal::TimezoneUnknown => 31402,
            CallerRefusal::Session(refusal) => of_session(refusal),
            CallerRefusal::Store(error) => return error.into(),
        };
        Self::new(code)
    }
}

/// Rows 8 to 22 of docs/wire/fresns.md#header-checks.
fn of_session(refusal: SessionRefusal) -> i64 {
    match refusal {
        SessionRefusal::AccountUnknown => 31502,
        SessionRefusal::AccountSessionUnknown => 31505,
        SessionRefusal::UserSessionUnknown => 31603,
        SessionRefusal::OtherPlatform => 31103,
        SessionRefusal::ForeignUser => 35201,
        SessionRefusal::Expired => 31504,
        SessionRefusal::SiteModeUnknown => 33102,
        SessionRefusal::AccountMissing => 31501,
        SessionRefusal::UserMissing => USER_MISSING,
        SessionRefusal::UserDisabled => 35202,
        SessionRefusal::UserDeleted => 35203,
        SessionRefusal::MembershipExpired => 35303,
    }
}

/// Whoever is not let in to a live stream. The status is that of HTTP, since a browser's EventSource reads nothing else.
impl From<PassRefusal> for Failure {
    fn from(refusal: PassRefusal) -> Self {
        let code = match refusal {
            PassRefusal::Session(refusal) => of_session(refusal),
            PassRefusal::Banned => of_refusal(Refusal::SenderBanned),
            PassRefusal::DeviceUnknown | PassRefusal::Ticket => 31603,
            PassRefusal::Store(error) => return error.into(),
        };
        Self::new(code)
    }
}

impl From<SignInError> for Failure {
    fn from(error: SignInError) -> Self {
        let code = match error {
            // 31502 and 34301 are documented for unknown accounts, and would tell who has one
            // (docs/wire/fresns.md#sign-in).
            SignInError::AccountPasswordWrong => 34304,
            SignInError::Locked => 34306,
            SignInError::AccountDisabled => 34307,
            SignInError::AccountDeleted => 34308,
            SignInError::Session(refusal) => of_session(refusal),
            SignInError::UserUnknown => USER_UNKNOWN,
            SignInError::UserPasswordMissing => PASSWORD_MISSING,
            SignInError::UserPasswordWrong => 35204,
            SignInError::LoginTokenUnknown => 31506,
            SignInError::LoginTokenOver => 31507,
            SignInError::Password(PasswordError::Busy) => return Self::unavailable(),
            SignInError::Password(PasswordError::Fault) => {
                return Self::transport(StatusCode::INTERNAL_SERVER_ERROR);
            }
            SignInError::Store(error) => return error.into(),
        };
        Self::new(code)
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::TooFast { retry_after_ms } => Self {
                status: StatusCode::TOO_MANY_REQUESTS,
                retry_after_ms: Some(retry_after_ms),
                ..Self::new(TOO_FAST)
            },
            refusal => Self::new(of_refusal(refusal)),
        }
    }
}

impl From<FormError> for Failure {
    fn from(error: FormError) -> Self {
        match error {
            FormError::Broken | FormError::TooMuch => Self::new(MALFORMED),
            FormError::SeveralFiles => Self::of(MALFORMED, "file"),
            FormError::FileTooLarge => UploadError::from(UploadRefusal::TooLarge).into(),
            FormError::TooSlow => Self::transport(StatusCode::REQUEST_TIMEOUT),
            FormError::File(error) => UploadError::from(error).into(),
        }
    }
}

impl From<UploadError> for Failure {
    fn from(error: UploadError) -> Self {
        match error {
            UploadError::File(refusal) => Self::of(of_upload(refusal), "file"),
            UploadError::Refused(refusal) => refusal.into(),
            UploadError::Busy => Self::unavailable(),
            UploadError::Bytes(error) => Self::unavailable().because(error),
            UploadError::Store(error) => error.into(),
        }
    }
}

/// See docs/wire/fresns.md#files. There is no code yet for what plays too long.
fn of_upload(refusal: UploadRefusal) -> i64 {
    match refusal {
        UploadRefusal::KindForbidden | UploadRefusal::ExtensionForbidden | UploadRefusal::ContentWrong => {
            36310
        }
        UploadRefusal::TooLarge | UploadRefusal::TooLong => 36113,
        UploadRefusal::Empty => MALFORMED,
    }
}

impl From<ReadFileError> for Failure {
    fn from(error: ReadFileError) -> Self {
        match error {
            ReadFileError::Unknown | ReadFileError::LinkWrong => Refusal::FileUnknown.into(),
            ReadFileError::Disabled => Refusal::FileDisabled.into(),
            ReadFileError::Bytes(error) => Self::unavailable().because(error),
            ReadFileError::Store(error) => error.into(),
        }
    }
}

impl From<SendError> for Failure {
    fn from(error: SendError) -> Self {
        match error {
            SendError::Refused(refusal) => refusal.into(),
            SendError::Denied(reason) => Self {
                words: Some(&messages::DENIED),
                reason,
                ..Self::new(of_refusal(Refusal::ForbiddenWord))
            },
            // A signature that was used before is one whose time is over.
            SendError::Replayed => Self::new(31303),
            SendError::KeyReused => Self {
                status: StatusCode::CONFLICT,
                words: Some(&messages::KEY_REUSED),
                ..Self::of(KEY_REUSED, HEADER)
            },
            error @ (SendError::Busy(_) | SendError::Unknown | SendError::Unjudged) => {
                Self::unavailable().because(error)
            }
            SendError::Store(error) => error.into(),
        }
    }
}

impl From<ConversationError> for Failure {
    fn from(error: ConversationError) -> Self {
        let code = match error {
            // 36602 is documented for those of others, and would tell strangers which there are.
            ConversationError::NoSuchConversation(_) => 36601,
            ConversationError::PeerUnknown => USER_UNKNOWN,
            ConversationError::Oneself => 36603,
            ConversationError::MessageUnknown => 32201,
            ConversationError::MembershipExpired => 35302,
            ConversationError::TooNew => 35304,
            ConversationError::Store(error) => return error.into(),
        };
        Self::new(code)
    }
}

impl From<EditError> for Failure {
    fn from(error: EditError) -> Self {
        match error {
            EditError::Refused(EditRefusal::Nothing) => Self::new(MISSING),
            EditError::Refused(EditRefusal::Malformed(name)) => Self::of(MALFORMED, name),
            EditError::Refused(EditRefusal::ForbiddenWord(name)) => Self::of(33301, name),
            EditError::Rule(_) => Self::of(MALFORMED, "profile"),
            EditError::MembershipExpired => Self::new(35302),
            EditError::Store(error) => error.into(),
        }
    }
}

impl From<MarkError> for Failure {
    fn from(error: MarkError) -> Self {
        let code = match error {
            MarkError::Unknown => USER_UNKNOWN,
            MarkError::Deleted => 35203,
            MarkError::Oneself => 36202,
            MarkError::SwitchedOff => 35301,
            MarkError::TooMany => 36116,
            MarkError::MembershipExpired => 35302,
            MarkError::Store(error) => return error.into(),
        };
        Self::new(code)
    }
}

/// Steps 5 to 19 of docs/wire/fresns.md#send-steps.
pub(crate) fn of_refusal(refusal: Refusal) -> i64 {
    match refusal {
        Refusal::ConversationsOff => 36600,
        Refusal::RoleForbids => 36114,
        Refusal::SenderBanned | Refusal::SenderMuted => 35301,
        Refusal::MembershipExpired => 35302,
        Refusal::RecipientUnknown => USER_UNKNOWN,
        Refusal::Oneself => 36603,
        Refusal::SenderDeleted | Refusal::RecipientDeleted => 35203,
        Refusal::SenderDisabled | Refusal::RecipientDisabled => 35202,
        // Who may not write is not told by whose list.
        Refusal::Blocked | Refusal::AcceptsNobody | Refusal::NotListed => 36608,
        Refusal::AcceptsFollowedOrVerified => 36607,
        Refusal::AcceptsFollowed => 36606,
        Refusal::FileUnknown => 37500,
        Refusal::FileDisabled => 37501,
        Refusal::FileKindForbidden => 36310,
        Refusal::ForbiddenWord | Refusal::TypeReserved => 36605,
        Refusal::TextTooLong => 33302,
        // Neither reaches this table: the sender is the caller, and the rate has a status of its own.
        Refusal::SenderUnknown => 35201,
        Refusal::TooFast { .. } => TOO_FAST,
    }
}
