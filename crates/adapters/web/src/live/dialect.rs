//! What a dialect adds to live streams: who calls, and how things look.

use std::rc::Rc;

use actix_web::{HttpRequest, HttpResponse};
use async_trait::async_trait;
use sixin_application::conversations::read_conversations::ConversationError;
use sixin_application::delivery::passes::{LiveGuest, PassRefusal};
use sixin_application::delivery::stream::LiveItem;
use sixin_application::ports::StoreResult;
use sixin_application::sending::pipeline::SendError;
use sixin_domain::access::live_ticket::LiveProof;
use sixin_domain::log::Position;
use sixin_domain::user::username::UserRef;

/// How a dialect speaks over live streams.
#[async_trait(?Send)]
pub trait LiveDialect: Send + Sync {
    /// Whether who was let in by that speaks this dialect.
    fn is_for(&self, proof: &LiveProof) -> bool;

    /// Whether a request shows credentials of this dialect.
    fn is_shown_by(&self, request: &HttpRequest) -> bool;

    /// Lets in whoever shows such credentials, or says why not.
    async fn enter(&self, request: &HttpRequest) -> Result<LiveGuest, HttpResponse>;

    /// Says why not, in the dialect's own way. The status MUST be that of HTTP: a browser's EventSource reads nothing else.
    async fn refuse(&self, request: &HttpRequest, refusal: PassRefusal) -> HttpResponse;

    /// How the guest is spoken to.
    fn voice(&self, request: &HttpRequest, guest: &LiveGuest) -> Rc<dyn LiveVoice>;
}

/// How one guest is spoken to.
#[async_trait(?Send)]
pub trait LiveVoice {
    /// What items look like to the guest; those that are nothing to it are left out.
    async fn frames(&self, guest: &LiveGuest, items: Vec<LiveItem>) -> StoreResult<Vec<Frame>>;

    /// The user that a text names, if it can name anybody.
    fn user(&self, text: &str) -> Option<UserRef>;

    /// The id that a text of this dialect stands for.
    fn message_id(&self, text: &str) -> Option<i64>;

    /// Why a message was not sent.
    fn refused_send(&self, error: SendError) -> Refused;

    /// Why nothing was marked.
    fn refused_mark(&self, error: ConversationError) -> Refused;
}

/// Something to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// Its kind.
    pub event: &'static str,
    /// Where it stands in the log; `None` of what is live only.
    pub position: Option<Position>,
    /// What it shows: JSON on one line.
    pub data: String,
}

/// Why something was not done, as the dialect says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The dialect's code.
    pub code: i64,
    /// In words.
    pub message: String,
    /// When to try again, in milliseconds, where that helps.
    pub retry_after_ms: Option<i64>,
}
