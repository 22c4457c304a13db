//! What each use case can answer instead of what was asked for, as a failure of this dialect.

use actix_web::http::StatusCode;
use sixin_application::access::authenticate_back_end::BackEndRefusal;
use sixin_application::conversations::keep_tags::TagError;
use sixin_application::messages::change_messages::ChangeError;
use sixin_application::messages::expand_messages::ExpandError;
use sixin_application::messages::grow_messages::GrowError;
use sixin_application::messages::read_history::HistoryError;
use sixin_application::messages::read_logs::LogError;
use sixin_application::ports::StoreError;
use sixin_application::sending::pipeline::SendError;
use sixin_application::sending::publish_message::PublishError;
use sixin_application::site::keep_sensitive_words::WordsError;
use sixin_application::users::keep_friends::FriendError;
use sixin_application::users::keep_profiles::ProfileError;
use sixin_application::users::named_users::UsersError;
use sixin_domain::message::growing::GrowthRefusal;
use sixin_domain::sending::refusal::Refusal;
use sixin_web::answer::reply::TRY_AGAIN_MS;
use sixin_web::request::body::BodyError;
use sixin_web::request::idempotency::BadKey;

use crate::codes::{Code, Failure, KEY_REUSED};

/// What a caller is told that signs twice with the same.
const REPLAYED: &str = "this Nonce and Timestamp have been used before; sign each request anew";

impl From<BodyError> for Failure {
    fn from(error: BodyError) -> Self {
        let status = match error {
            BodyError::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            BodyError::TooSlow => StatusCode::REQUEST_TIMEOUT,
            BodyError::Encoding(_) | BodyError::Charset(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            BodyError::Broken => StatusCode::BAD_REQUEST,
        };
        Self { status, ..Self::parameter(error.to_string()) }
    }
}

impl From<BadKey> for Failure {
    fn from(_: BadKey) -> Self {
        Self::parameter("header Idempotency-Key must be 1 to 255 visible ASCII characters, given once")
    }
}

impl From<BackEndRefusal> for Failure {
    fn from(refusal: BackEndRefusal) -> Self {
        match refusal {
            BackEndRefusal::KeyUnknown => {
                Self::new(Code::AppKeyUnknown, "there is no such app key, or it is disabled; check App-Key")
            }
            BackEndRefusal::SignatureWrong => Self::new(
                Code::Signature,
                "the signature does not match; Signature is the hex SHA-1 of secret, Nonce and Timestamp",
            ),
            BackEndRefusal::Stale => Self::new(
                Code::Signature,
                "Timestamp is more than five minutes off; sign again with the present time",
            ),
            BackEndRefusal::Replayed => Self::new(Code::Signature, REPLAYED),
            BackEndRefusal::Store(error) => error.into(),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let failure = match error {
            StoreError::Unavailable(_) => {
                Self::later(Code::Busy, "the database is not available; try again later", TRY_AGAIN_MS)
            }
            StoreError::Fault(_) => {
                Self::new(Code::Internal, "an internal error occurred; nothing was stored")
            }
        };
        failure.because(error)
    }
}

impl Failure {
    /// The refusal of a request whose nonce was used before, unless the fault is ours: then this one may have used it.
    pub(crate) fn or_replayed(self) -> Self {
        if self.status.is_server_error() { self } else { BackEndRefusal::Replayed.into() }
    }
}

/// The parameter that names the user a rule is about.
fn named(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::SenderUnknown | Refusal::SenderDeleted | Refusal::SenderDisabled => "fromUserId",
        _ => "toUserId",
    }
}

/// What to mend.
fn mend(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::SenderUnknown | Refusal::RecipientUnknown => "make the user first, or check the spelling",
        Refusal::Blocked => "verifyBlacklist=1 leaves out those on whose relation a block stands",
        Refusal::Oneself => "name another user",
        _ => "leave this user out",
    }
}

impl From<PublishError> for Failure {
    fn from(error: PublishError) -> Self {
        match error {
            PublishError::User { refusal, user } => Self::new(
                Code::of(refusal),
                format!("{}: {refusal} ({user}); {}", named(refusal), mend(refusal)),
            ),
            PublishError::Send(error) => error.into(),
        }
    }
}

impl From<SendError> for Failure {
    fn from(error: SendError) -> Self {
        match error {
            SendError::Refused(Refusal::TooFast { retry_after_ms }) => Self::later(
                Code::TooFast,
                "fromUserId has sent too many messages; try again after the seconds in Retry-After",
                retry_after_ms,
            ),
            SendError::Refused(refusal) => Self::new(Code::of(refusal), refusal.to_string()),
            SendError::Denied(reason) => {
                let said = reason.map(|reason| reason.text().to_owned());
                Self::new(Code::Denied, said.unwrap_or_else(|| "nothing was stored".to_owned()))
            }
            error @ SendError::Unjudged => {
                let told =
                    "whoever has to be asked about messages does not answer; nothing was stored, try again";
                Self::later(Code::Busy, told, TRY_AGAIN_MS).because(error)
            }
            SendError::Replayed => Self::new(Code::Signature, REPLAYED),
            SendError::KeyReused => Self { status: StatusCode::CONFLICT, ..Self::parameter(KEY_REUSED) },
            error @ SendError::Busy(_) => {
                let told = "too much waits to be stored; nothing was stored, try again";
                Self::later(Code::Busy, told, TRY_AGAIN_MS).because(error)
            }
            error @ SendError::Unknown => {
                let told = "storing took too long; the message may or may not be stored";
                Self::later(Code::Busy, told, TRY_AGAIN_MS).because(error)
            }
            SendError::Store(error) => error.into(),
        }
    }
}

impl From<ChangeError> for Failure {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::Users(error) => error.into(),
            ChangeError::MessageUnknown => Self::parameter(format!("{error}; check the message's UID or id")),
            ChangeError::Elsewhere => Self::parameter(format!(
                "{error}; check fromUserId, targetId and the message's UID (the messageId of a publish is that of its \
                 first recipient)"
            )),
            ChangeError::NotOwn => {
                Self::parameter(format!("{error}; name that user as fromUserId, or recall with isAdmin=1"))
            }
            ChangeError::Recalled => Self::parameter(format!("{error}; publish a new one")),
            ChangeError::OtherType => {
                Self::parameter(format!("{error}; objectName must be that of the message"))
            }
            ChangeError::File => Self::parameter(format!("{error}, which can't be changed; recall it")),
            ChangeError::Content(rule) => Self::new(Code::ContentFormat, rule),
            ChangeError::Refused(refusal) => Self::new(Code::of(refusal), refusal.to_string()),
            ChangeError::Store(error) => error.into(),
        }
    }
}

impl From<GrowError> for Failure {
    fn from(error: GrowError) -> Self {
        match error {
            GrowError::Message(error) => error.into(),
            GrowError::NotGrowing => Self::parameter(format!("{error}; check messageUID")),
            GrowError::Refused(GrowthRefusal::TooLong(_)) => {
                Self::new(Code::ContentFormat, error.to_string())
            }
            GrowError::Refused(GrowthRefusal::Gap(_)) => {
                Self::parameter(format!("{error}; send it, and then what follows"))
            }
            GrowError::Refused(_) => Self::parameter(format!("{error}; publish a new one")),
        }
    }
}

impl From<HistoryError> for Failure {
    fn from(error: HistoryError) -> Self {
        match error {
            HistoryError::Users(error) => error.into(),
            HistoryError::Store(error) => error.into(),
        }
    }
}

impl From<ExpandError> for Failure {
    fn from(error: ExpandError) -> Self {
        match error {
            ExpandError::Users(error) => error.into(),
            ExpandError::MessageUnknown => Self::parameter(format!("{error}; check msgUID")),
            ExpandError::Elsewhere => Self::parameter(format!("{error}; check userId, targetId and msgUID")),
            ExpandError::NotExpandable => Self::parameter(format!("{error}; publish a new one with it")),
            ExpandError::Refused(refusal) => Self::parameter(refusal.to_string()),
            ExpandError::Store(error) => error.into(),
        }
    }
}

impl From<LogError> for Failure {
    fn from(error: LogError) -> Self {
        match error {
            LogError::NoSuchHour => {
                Self::parameter("date must be an hour as yyyyMMddHH, ten digits of a day and hour that exist")
            }
            LogError::LinkWrong | LogError::Unknown => Self::parameter(error.to_string()),
            LogError::Overload(_) => Self::later(Code::Busy, error.to_string(), TRY_AGAIN_MS),
            LogError::Store(error) => error.into(),
        }
    }
}

impl From<UsersError> for Failure {
    fn from(error: UsersError) -> Self {
        match error {
            UsersError::Unknown(_) => Self::new(
                Code::UserUnknown,
                format!("{error}; make it with /user/getToken.json, or check the spelling"),
            ),
            UsersError::Left(_) => Self::new(Code::UserUnknown, format!("{error}; name another")),
            UsersError::Unseen | UsersError::Reserved(_) => {
                Self::parameter(format!("{error}; take another userId"))
            }
            UsersError::NumberTaken(_) => Self::parameter(format!("{error}; take another userId")),
            UsersError::Oneself(_) => Self::parameter(format!("{error}; name another user")),
            UsersError::ListFull(_) => Self::parameter(format!("{error}; take somebody off first")),
            UsersError::Busy => Self::later(
                Code::Busy,
                "the server can't make ids at the moment; nothing was changed, try again",
                TRY_AGAIN_MS,
            ),
            UsersError::Store(error) => error.into(),
        }
    }
}

impl From<FriendError> for Failure {
    fn from(error: FriendError) -> Self {
        match error {
            FriendError::Users(error) => error.into(),
            FriendError::Refused(_) | FriendError::NoFriend(_) => Self::parameter(error.to_string()),
        }
    }
}

impl From<ProfileError> for Failure {
    fn from(error: ProfileError) -> Self {
        match error {
            ProfileError::Users(error) => error.into(),
            ProfileError::Rule(rule) => Self::parameter(rule.to_string()),
        }
    }
}

impl From<TagError> for Failure {
    fn from(error: TagError) -> Self {
        match error {
            TagError::Users(error) => error.into(),
            TagError::Unknown(_) => {
                Self::parameter(format!("{error}; make it with /user/conversation/tag/set.json"))
            }
            TagError::TooMany(_) => Self::parameter(format!("{error}; remove one first")),
        }
    }
}

impl From<WordsError> for Failure {
    fn from(error: WordsError) -> Self {
        match error {
            WordsError::Word(_) => Self::parameter(error.to_string()),
            WordsError::TooMany => Self::new(Code::TooManyWords, format!("{error}; delete some first")),
            WordsError::Store(error) => error.into(),
        }
    }
}
