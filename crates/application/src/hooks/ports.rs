//! Where rules and decisions are kept, and how somebody is asked.

use std::sync::Arc;

use async_trait::async_trait;
use sixin_domain::access::app_key::{AppKey, Secret};
use sixin_domain::hook::rule::{HookKind, HookRule, ObjectNames, OnFailure, Origin, Origins};
use sixin_domain::hook::verdict::{HookFailure, Outcome, Verdict};
use sixin_domain::id::{HookId, MessageId, UserId};
use sixin_domain::message::delivery::DeliveryOptions;
use sixin_domain::time::Millis;
use sixin_domain::user::User;
use sixin_domain::webhook::receiver_url::ReceiverUrl;

use crate::ports::StoreResult;

/// The rules, ready for use.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait HookRules: Send + Sync {
    /// All of them, in the order in which they are asked. Whoever asks often keeps them.
    async fn rules(&self) -> StoreResult<Arc<Vec<Arc<HookRule>>>>;
}

/// A message that somebody is asked about.
#[derive(Debug, Clone)]
pub struct AskedMessage {
    /// By which dialect it came.
    pub origin: Origin,
    /// Who sends it.
    pub from: Arc<User>,
    /// Who would get it.
    pub to: Vec<Arc<User>>,
    /// Its type, as RongCloud's clients know it.
    pub object_name: String,
    /// Its content of that type.
    pub content: String,
    /// The text in it, if it has one.
    pub text: Option<String>,
    /// How it is to reach devices, or `None` where its sender left that open.
    pub delivery: Option<DeliveryOptions>,
}

/// A question.
#[derive(Debug, Clone)]
pub struct Question {
    /// Who is asked.
    pub rule: Arc<HookRule>,
    /// The app key that signs, of RongCloud's kind.
    pub key: Option<AppKey>,
    /// About what; `None` stands for a test.
    pub message: Option<AskedMessage>,
    /// The time.
    pub at: Millis,
    /// A number nobody can guess, for those signatures that need one.
    pub nonce: String,
}

/// Asks.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait HookAsker: Send + Sync {
    /// Asks once. MUST connect only to addresses that the operator allows, follow nothing and read a bounded answer. The caller
    /// waits no longer than the rule has it, and drops what is not ready then.
    async fn ask(&self, question: Question) -> Result<Verdict, HookFailure>;
}

/// What became of a question, kept for those who look into it later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Who was asked.
    pub hook: HookId,
    /// When.
    pub at: Millis,
    /// Who sent the message.
    pub sender: UserId,
    /// Who would have got it, the first of them.
    pub recipient: UserId,
    /// How many would have got it.
    pub recipients: usize,
    /// The message, the first of them, if it was stored.
    pub message: Option<MessageId>,
    /// What became of it.
    pub outcome: Outcome,
    /// How long the question took, in milliseconds.
    pub took_ms: i64,
    /// What the sender was told, or why there was no answer.
    pub reason: String,
}

/// Keeps decisions.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait HookDecisions: Send + Sync {
    /// Keeps these.
    async fn keep(&self, decisions: &[Decision]) -> StoreResult<()>;

    /// The latest first, of one rule or of all, at most `limit`.
    async fn latest(&self, hook: Option<HookId>, limit: i64) -> StoreResult<Vec<Decision>>;
}

/// A rule that is to be.
#[derive(Debug, Clone)]
pub struct NewRule {
    /// What the operator calls it.
    pub name: String,
    /// In which form is asked.
    pub kind: HookKind,
    /// Where.
    pub url: ReceiverUrl,
    /// What is signed with; empty of RongCloud's kind.
    pub secret: Secret,
    /// The app key whose secret signs, of RongCloud's kind.
    pub app_id: Option<String>,
    /// Of which dialects messages are asked about.
    pub origins: Origins,
    /// And of which types.
    pub object_names: ObjectNames,
    /// How long an answer may take, in milliseconds.
    pub deadline_ms: i64,
    /// What follows where there is none.
    pub on_failure: OnFailure,
    /// How many questions may be under way at a time, of each process.
    pub max_in_flight: usize,
}

/// A change of a rule by an operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RuleChange {
    /// It has another secret; the former one is signed with too until then.
    Secret(Secret, Millis),
    /// It is not asked, or is again.
    Paused(bool),
}

/// What operators do with rules. Every change MUST move the generation of its rule on, and tell the epoch of hooks.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait HookAdmin: Send + Sync {
    /// Adds one, and answers its number.
    async fn add(&self, rule: &NewRule, at: Millis) -> StoreResult<HookId>;

    /// All of them, in the order of their numbers.
    async fn list(&self) -> StoreResult<Vec<HookRule>>;

    /// Changes one; `false` if there is none of that number.
    async fn change(&self, id: HookId, change: &RuleChange) -> StoreResult<bool>;

    /// Removes one; `false` if there is none. Its decisions stay.
    async fn remove(&self, id: HookId) -> StoreResult<bool>;
}
