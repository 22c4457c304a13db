//! A message on its way is shown to those who may object, before it gets an id.

use std::collections::HashMap;
use std::sync::Arc;

use sixin_domain::hook::replacement::{BadReplacement, Replacement};
use sixin_domain::hook::rule::{HookRule, Origin};
use sixin_domain::hook::verdict::{Consequence, HookFailure, Outcome, Reason, Verdict, consequence};
use sixin_domain::id::UserId;
use sixin_domain::message::Saying;
use sixin_domain::message::body::Body;
use sixin_domain::message::typed::{type_name, typed};
use sixin_domain::sending::limits::Limits;
use sixin_domain::sending::refusal::Refusal;
use sixin_domain::time::Millis;
use sixin_domain::user::User;
use tracing::Instrument;

use super::asking::{Asking, question};
use super::decisions::DecisionLog;
use super::ports::{AskedMessage, Decision, HookRules};
use crate::TRACES;
use crate::access::ports::AppKeys;
use crate::ports::{Clock, SecretSource, StoreError, StoreResult};
use crate::sending::back_end_texts::BackEndTexts;
use crate::sending::pipeline::{Draft, SendError};
use crate::sending::ports::Stored;
use crate::site::block_words::applied;
use crate::site::ports::{BlockWordSource, SettingSource};
use crate::users::ports::Users;
use crate::webhooks::ports::FileAddresses;

/// So long all questions about one send may take together, in milliseconds.
const MOST_MS: i64 = 10_000;

/// Rules that are asked about a send.
pub type Rules = Vec<Arc<HookRule>>;

/// Shows messages to those who may object.
pub struct BeforeSend {
    /// Who that is.
    pub rules: Arc<dyn HookRules>,
    /// Asks them.
    pub asking: Asking,
    /// What they are called who send and get.
    pub users: Arc<dyn Users>,
    /// The app keys that sign.
    pub keys: Arc<dyn AppKeys>,
    /// Where files are.
    pub addresses: Arc<dyn FileAddresses>,
    /// What of that depends on the site.
    pub settings: Arc<dyn SettingSource>,
    /// What becomes of forbidden words in other texts of users.
    pub block_words: Arc<dyn BlockWordSource>,
    /// And in those of back ends.
    pub texts: Arc<BackEndTexts>,
    /// How long texts may be.
    pub limits: Limits,
    /// Keeps what they have said.
    pub decisions: Arc<DecisionLog>,
    /// Chance.
    pub secrets: Arc<dyn SecretSource>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// Why a send is not stored.
#[derive(Debug)]
enum Objection {
    /// Somebody objects.
    Denied(Option<Reason>),
    /// Nobody could be asked.
    Unjudged,
    /// The store could not say who is asked, or about whom.
    Store(StoreError),
}

impl From<StoreError> for Objection {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<Objection> for SendError {
    fn from(objection: Objection) -> Self {
        match objection {
            Objection::Denied(reason) => Self::Denied(reason),
            Objection::Unjudged => Self::Unjudged,
            Objection::Store(error) => Self::Store(error),
        }
    }
}

/// What follows from an answer: whether nobody else is asked, or an objection.
struct WhatFollows {
    outcome: Outcome,
    reason: String,
    next: Result<bool, Objection>,
}

/// Questions about one send: to whom, until when, and what was said.
struct Inquiry<'a> {
    rules: &'a [Arc<HookRule>],
    origin: Origin,
    sender: Arc<User>,
    until: Millis,
    decisions: Vec<Decision>,
}

impl BeforeSend {
    /// Who is asked about such a send: nobody where there are no rules.
    ///
    /// # Errors
    /// If the store could not say.
    pub async fn rules_for(&self, draft: &Draft) -> StoreResult<Rules> {
        let rules = self.rules.rules().await?;
        let name = type_name(&draft.envelope.body);
        let is_asked = |rule: &&Arc<HookRule>| rule.is_of(draft.origin) && rule.object_names.have(name);
        Ok(rules.iter().filter(is_asked).cloned().collect())
    }

    /// Asks those about a send, in their order, once for each thing that is said in it. One objection is enough: then nobody
    /// gets anything. Answers the send as it is to be stored, and what was said of it, which is to be kept.
    ///
    /// # Errors
    /// [`SendError::Denied`], [`SendError::Unjudged`], or what the store says.
    pub async fn judged(
        &self,
        draft: Draft,
        rules: &[Arc<HookRule>],
    ) -> Result<(Draft, Vec<Decision>), SendError> {
        if rules.is_empty() {
            return Ok((draft, Vec::new()));
        }
        let sender = self.named(&[draft.envelope.sender]).await?.pop();
        let sender = sender.ok_or_else(|| StoreError::Fault("the sender is gone".into()))?;
        let until = self.clock.steady().plus(MOST_MS);
        let mut inquiry = Inquiry { rules, origin: draft.origin, sender, until, decisions: Vec::new() };
        match self.all(draft, &mut inquiry).await {
            Ok(draft) => Ok((draft, inquiry.decisions)),
            Err(objection) => {
                self.decisions.note(inquiry.decisions);
                Err(objection.into())
            }
        }
    }

    /// Has kept what was said of a send, once it is known what became of it.
    pub fn keep(&self, mut decisions: Vec<Decision>, stored: Option<&Stored>) {
        if decisions.is_empty() {
            return;
        }
        for decision in &mut decisions {
            let placed = stored.iter().flat_map(|stored| &stored.placed);
            let mine = placed.filter(|placed| placed.recipient == decision.recipient);
            decision.message = mine.map(|placed| placed.id).next();
        }
        self.decisions.note(decisions);
    }

    /// These users, in this order.
    async fn named(&self, ids: &[UserId]) -> StoreResult<Vec<Arc<User>>> {
        let found = self.users.find_numbered(ids).await?;
        let found: HashMap<UserId, Arc<User>> = found.into_iter().map(|user| (user.id, user)).collect();
        Ok(ids.iter().filter_map(|id| found.get(id).cloned()).collect())
    }

    /// Everything that is said in a send.
    async fn all(&self, mut draft: Draft, inquiry: &mut Inquiry<'_>) -> Result<Draft, Objection> {
        let common = Saying { body: draft.envelope.body.clone(), delivery: draft.envelope.delivery.clone() };
        let file = draft.attachment.as_ref().map(|(file, _)| file);
        let address = match file {
            None => String::new(),
            Some(file) => self.addresses.address(file, &*self.settings.settings().await?),
        };
        let shown = |saying: &Saying| typed(saying.body.clone(), file, |_| address.clone());
        let mut said: Vec<(Option<Saying>, Vec<UserId>)> = Vec::new();
        for addressee in &draft.recipients {
            let own = addressee.own.as_deref();
            match said.iter_mut().find(|(known, _)| known.as_ref() == own) {
                Some((_, users)) => users.push(addressee.user),
                None => said.push((own.cloned(), vec![addressee.user])),
            }
        }
        for (own, users) in said {
            let saying = own.clone().unwrap_or_else(|| common.clone());
            let judged = self.one(&saying, &shown, &users, inquiry).await?;
            if judged == saying {
                continue;
            }
            if own.is_none() {
                draft.envelope.body = judged.body;
                draft.envelope.delivery = judged.delivery;
                continue;
            }
            let mine = draft.recipients.iter_mut().filter(|addressee| users.contains(&addressee.user));
            mine.for_each(|addressee| addressee.own = Some(Box::new(judged.clone())));
        }
        Ok(draft)
    }

    /// One thing that is said, as it may be stored.
    async fn one(
        &self,
        saying: &Saying,
        shown: &(dyn Fn(&Saying) -> (String, String) + Send + Sync),
        users: &[UserId],
        inquiry: &mut Inquiry<'_>,
    ) -> Result<Saying, Objection> {
        let to = self.named(users).await?;
        let mut saying = saying.clone();
        for rule in inquiry.rules {
            let (object_name, content) = shown(&saying);
            let message = AskedMessage {
                origin: inquiry.origin,
                from: Arc::clone(&inquiry.sender),
                to: to.clone(),
                object_name,
                content,
                text: saying.body.text().map(str::to_owned),
                delivery: saying.delivery.clone(),
            };
            let (at, started) = (self.clock.now(), self.clock.steady());
            let answer = self.ask(rule, message, inquiry.until.since(started)).await?;
            let took_ms = self.clock.steady().since(started);
            let what_follows = self.settled(answer, rule, &mut saying, inquiry.origin).await?;
            let WhatFollows { outcome, reason, next } = what_follows;
            inquiry.heard(rule, users, (at, took_ms), outcome, reason);
            if next? {
                break;
            }
        }
        Ok(saying)
    }

    /// What follows from an answer; a change is made.
    async fn settled(
        &self,
        answer: Result<Verdict, HookFailure>,
        rule: &HookRule,
        saying: &mut Saying,
        origin: Origin,
    ) -> StoreResult<WhatFollows> {
        let failure = answer.as_ref().err().map(ToString::to_string);
        let follows = |outcome, reason, next| Ok(WhatFollows { outcome, reason, next });
        match (consequence(answer, rule.on_failure), failure) {
            (Consequence::GoOn, None) => follows(Outcome::Allowed, String::new(), Ok(false)),
            (Consequence::GoOn, Some(why)) => follows(Outcome::FailedDelivered, why, Ok(false)),
            (Consequence::Store, _) => follows(Outcome::Allowed, String::new(), Ok(true)),
            (Consequence::Deny(reason), _) => {
                let told = reason.as_ref().map(|reason| reason.text().to_owned()).unwrap_or_default();
                follows(Outcome::Denied, told, Err(Objection::Denied(reason)))
            }
            (Consequence::Unjudged, why) => {
                follows(Outcome::FailedRefused, why.unwrap_or_default(), Err(Objection::Unjudged))
            }
            (Consequence::Change(with, is_final), _) => match self.replaced(saying, &with, origin).await? {
                Ok(changed) => {
                    *saying = changed;
                    follows(Outcome::Replaced, String::new(), Ok(is_final))
                }
                Err(bad) => follows(Outcome::BadReplacement, bad.to_string(), Err(Objection::Denied(None))),
            },
        }
    }

    async fn ask(
        &self,
        rule: &Arc<HookRule>,
        message: AskedMessage,
        most_ms: i64,
    ) -> StoreResult<Result<Verdict, HookFailure>> {
        let with = (&*self.keys, &*self.secrets);
        let question = question(Arc::clone(rule), Some(message), self.clock.now(), with).await?;
        let step = tracing::trace_span!(target: TRACES, "ask a hook", hook = rule.id.0);
        Ok(self.asking.ask(question, most_ms).instrument(step).await)
    }

    /// What is to be stored instead, looked at as if it had been sent so.
    async fn replaced(
        &self,
        saying: &Saying,
        with: &Replacement,
        origin: Origin,
    ) -> StoreResult<Result<Saying, BadReplacement>> {
        let mut changed = match with.applied(saying, &self.limits) {
            Ok(changed) => changed,
            Err(bad) => return Ok(Err(bad)),
        };
        if changed.body == saying.body {
            return Ok(Ok(changed));
        }
        match self.filtered(changed.body, origin).await {
            Ok(body) => {
                changed.body = body;
                Ok(Ok(changed))
            }
            Err(SendError::Store(error)) => Err(error),
            Err(SendError::Refused(Refusal::ForbiddenWord)) => Ok(Err(BadReplacement::ForbiddenWord)),
            Err(_) => Ok(Err(BadReplacement::Text)),
        }
    }

    /// The same without forbidden words.
    async fn filtered(&self, body: Body, origin: Origin) -> Result<Body, SendError> {
        match (body, origin) {
            (Body::Text(text), _) => {
                let filter = self.block_words.filter().await?;
                let text = applied::<SendError>(&filter, &text).await?.unwrap_or(text);
                let is_short = text.len() <= self.limits.text_bytes;
                if is_short { Ok(Body::Text(text)) } else { Err(Refusal::TextTooLong.into()) }
            }
            (Body::Typed { object_name, content, text }, origin) => {
                let (content, text) = match origin {
                    Origin::RongCloud => self.texts.filtered::<SendError>(&content, text.as_deref()).await?,
                    Origin::Fresns | Origin::Client => {
                        self.texts.always_filtered::<SendError>(&content, text.as_deref()).await?
                    }
                };
                Ok(Body::Typed { object_name, content, text })
            }
            (body @ Body::File { .. }, _) => Ok(body),
        }
    }
}

impl Inquiry<'_> {
    fn heard(
        &mut self,
        rule: &HookRule,
        users: &[UserId],
        (at, took_ms): (Millis, i64),
        outcome: Outcome,
        reason: String,
    ) {
        let hook = rule.id.to_string();
        metrics::counter!("sixin_hook_questions_total", "hook" => hook.clone(), "outcome" => outcome.name())
            .increment(1);
        let seconds = std::time::Duration::from_millis(u64::try_from(took_ms).unwrap_or(0)).as_secs_f64();
        metrics::histogram!("sixin_hook_seconds", "hook" => hook).record(seconds);
        let Some(&recipient) = users.first() else { return };
        self.decisions.push(Decision {
            hook: rule.id,
            at,
            sender: self.sender.id,
            recipient,
            recipients: users.len(),
            message: None,
            outcome,
            took_ms,
            reason,
        });
    }
}

#[cfg(test)]
mod tests;
