//! The codes of this dialect, their HTTP statuses, and which one a client gets for which rule: the only table of its kind
//! here. What goes wrong besides rules is in `failures`.

use actix_web::http::StatusCode;
use sixin_application::ports::Cause;
use sixin_domain::sending::refusal::Refusal;

/// What a caller is told whose key belongs to another request.
pub(crate) const KEY_REUSED: &str = "Idempotency-Key (or, without one, msgRandom) was used for another request; \
                                     nothing was stored, use a new one";

/// The codes of this dialect: those of the specification, and the few of RongCloud's own for what it has no code for
/// (docs/wire/rongcloud.md#codes).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Code {
    /// A fault of the server.
    Internal,
    /// A signature part is missing or wrong.
    Signature,
    /// The specification's "AppKey does not exist".
    AppKeyUnknown,
    /// The specification's "parameter error".
    Parameter,
    /// The specification's "user does not exist".
    UserUnknown,
    /// The specification's "user is in the blacklist".
    Blacklisted,
    /// The specification's "content format error".
    ContentFormat,
    /// The specification's "message type unsupported".
    TypeUnsupported,
    /// Too many sends.
    TooFast,
    /// The server can't take the message now.
    Busy,
    /// What is asked for is not for two users.
    NotActivated,
    /// There are too many sensitive words.
    TooManyWords,
    /// Somebody who was asked objects to the message.
    Denied,
}

impl Code {
    /// Every code there is.
    pub(crate) const ALL: [Self; 13] = [
        Self::Internal,
        Self::Signature,
        Self::AppKeyUnknown,
        Self::Parameter,
        Self::UserUnknown,
        Self::Blacklisted,
        Self::ContentFormat,
        Self::TypeUnsupported,
        Self::TooFast,
        Self::Busy,
        Self::NotActivated,
        Self::TooManyWords,
        Self::Denied,
    ];

    /// The number, its HTTP status, and the text its error message begins with (the specification's own where it has
    /// one).
    pub(crate) fn row(self) -> (i64, StatusCode, &'static str) {
        match self {
            Self::Internal => (1000, StatusCode::INTERNAL_SERVER_ERROR, "服务内部错误"),
            Self::Signature => (1001, StatusCode::UNAUTHORIZED, "签名错误"),
            Self::AppKeyUnknown => (1002, StatusCode::UNAUTHORIZED, "AppKey不存在"),
            Self::Parameter => (1003, StatusCode::BAD_REQUEST, "参数错误"),
            Self::UserUnknown => (1004, StatusCode::NOT_FOUND, "用户不存在"),
            Self::Blacklisted => (1005, StatusCode::FORBIDDEN, "用户被加入黑名单"),
            Self::ContentFormat => (1006, StatusCode::BAD_REQUEST, "消息内容格式错误"),
            Self::TypeUnsupported => (1007, StatusCode::BAD_REQUEST, "消息类型不支持"),
            Self::TooFast => (1008, StatusCode::TOO_MANY_REQUESTS, "发送频率超过限制"),
            Self::Busy => (1050, StatusCode::SERVICE_UNAVAILABLE, "服务繁忙"),
            Self::NotActivated => (1009, not_activated(), "服务未开通"),
            Self::TooManyWords => (1019, StatusCode::BAD_REQUEST, "敏感词数量超过限制"),
            // What RongCloud's clients are told of a message that a callback has rejected.
            Self::Denied => (20112, StatusCode::FORBIDDEN, "消息被拒绝"),
        }
    }

    /// What the code says, in English.
    pub(crate) fn meaning(self) -> &'static str {
        match self {
            Self::Internal => "a fault of the server",
            Self::Signature => "a part of the signature is missing or wrong",
            Self::AppKeyUnknown => "there is no such app key",
            Self::Parameter => "a parameter is missing or wrong",
            Self::UserUnknown => "there is no such user",
            Self::Blacklisted => "a block, or the recipient's settings, stand in the way",
            Self::ContentFormat => "the content does not fit its type",
            Self::TypeUnsupported => "the type of the message is not supported",
            Self::TooFast => "too many messages; see Retry-After",
            Self::Busy => "the server can't do it now; see Retry-After",
            Self::NotActivated => "not for two users, so not served",
            Self::TooManyWords => "there are too many sensitive words",
            Self::Denied => "a hook that is asked before messages are stored has refused it",
        }
    }

    /// The code for a rule that says no.
    pub(crate) fn of(refusal: Refusal) -> Self {
        match refusal {
            Refusal::SenderUnknown
            | Refusal::SenderDeleted
            | Refusal::SenderDisabled
            | Refusal::RecipientUnknown
            | Refusal::RecipientDeleted
            | Refusal::RecipientDisabled => Self::UserUnknown,
            Refusal::Blocked
            | Refusal::AcceptsNobody
            | Refusal::NotListed
            | Refusal::AcceptsFollowed
            | Refusal::AcceptsFollowedOrVerified => Self::Blacklisted,
            Refusal::TypeReserved => Self::TypeUnsupported,
            Refusal::ForbiddenWord | Refusal::TextTooLong => Self::ContentFormat,
            Refusal::TooFast { .. } => Self::TooFast,
            Refusal::Oneself
            | Refusal::ConversationsOff
            | Refusal::RoleForbids
            | Refusal::SenderBanned
            | Refusal::SenderMuted
            | Refusal::MembershipExpired
            | Refusal::FileUnknown
            | Refusal::FileDisabled
            | Refusal::FileKindForbidden => Self::Parameter,
        }
    }
}

/// 430, which no standard names (docs/wire/rongcloud.md#code-1009).
fn not_activated() -> StatusCode {
    StatusCode::from_u16(430).unwrap_or(StatusCode::FORBIDDEN)
}

/// Why a request is not answered with 200.
#[derive(Debug)]
pub(crate) struct Failure {
    /// The code.
    pub(crate) code: Code,
    /// The HTTP status, usually that of the code.
    pub(crate) status: StatusCode,
    /// In English: which parameter or user, and what to mend.
    pub(crate) detail: String,
    /// When to try again.
    pub(crate) retry_after_ms: Option<i64>,
    /// What is nobody's fault but ours. It is logged where the failure is answered.
    pub(crate) cause: Option<Cause>,
}

impl Failure {
    /// A failure with the status of its code.
    pub(crate) fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, status: code.row().1, detail: detail.into(), retry_after_ms: None, cause: None }
    }

    /// A parameter error.
    pub(crate) fn parameter(detail: impl Into<String>) -> Self {
        Self::new(Code::Parameter, detail)
    }

    /// The same failure with its cause, for the log.
    pub(crate) fn because(self, cause: impl Into<Cause>) -> Self {
        Self { cause: Some(cause.into()), ..self }
    }

    /// A failure after which it makes sense to try again.
    pub(crate) fn later(code: Code, detail: impl Into<String>, after_ms: i64) -> Self {
        Self { retry_after_ms: Some(after_ms), ..Self::new(code, detail) }
    }
}
