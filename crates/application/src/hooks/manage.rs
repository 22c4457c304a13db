//! What operators do with rules.

use std::sync::Arc;

use sixin_domain::access::app_key::Secret;
use sixin_domain::hook::rule::{
    DEADLINES_MS, FilterError, HookKind, HookRule, MOST_IN_FLIGHT, ObjectNames, OnFailure, Origins,
};
use sixin_domain::hook::verdict::{HookFailure, Verdict};
use sixin_domain::id::HookId;
use sixin_domain::text::visible::is_name;
use sixin_domain::webhook::address::AddressPolicy;
use sixin_domain::webhook::receiver_url::{ReceiverUrl, ReceiverUrlError};
use thiserror::Error;

use super::asking::{Asking, question};
use super::ports::{Decision, HookAdmin, HookAsker, HookDecisions, NewRule, RuleChange};
use crate::access::ports::AppKeys;
use crate::ports::{Clock, SecretSource, StoreError};
use crate::webhooks::signing::{self, SigningError};

/// So many decisions are shown at most.
pub const MOST_SHOWN: i64 = 1_000;

/// Why something was not done with a rule.
#[derive(Debug, Error)]
pub enum HookError {
    /// The address.
    #[error(transparent)]
    Url(#[from] ReceiverUrlError),
    /// The dialects or types.
    #[error(transparent)]
    Filter(#[from] FilterError),
    /// What is signed with.
    #[error(transparent)]
    Signing(#[from] SigningError),
    /// A name that nobody can see, or that turns the text around it.
    #[error(
        "the name must be one line with something to see in it and no characters that turn the text around"
    )]
    BadName,
    /// Too little time to answer, or so much that senders would give up.
    #[error("the deadline must be from 100 to 5000 milliseconds")]
    Deadline,
    /// Too many questions at a time, or none.
    #[error("there must be from 1 to 1024 questions at a time")]
    InFlight,
    /// There is no such rule.
    #[error("there is no hook {0}")]
    NotFound(HookId),
    /// The test has got no answer.
    #[error("the hook did not answer the test: {0}")]
    NotAnswered(HookFailure),
    /// The store could not.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a rule is to be.
#[derive(Debug, Clone)]
pub struct RuleSpec {
    /// Where is asked.
    pub url: String,
    /// In which form.
    pub kind: HookKind,
    /// What it is called.
    pub name: String,
    /// Of which dialects messages are asked about, with commas between them.
    pub origins: String,
    /// And of which types; none for all.
    pub object_names: String,
    /// The app key that signs, of RongCloud's kind.
    pub app_id: Option<String>,
    /// A secret that the receiver has already; else a fresh one is made.
    pub secret: Option<Secret>,
    /// How long an answer may take, in milliseconds.
    pub deadline_ms: i64,
    /// What follows where there is none.
    pub on_failure: OnFailure,
    /// How many questions may be under way at a time.
    pub max_in_flight: usize,
}

/// Manages rules.
pub struct ManageHooks {
    /// Where they are kept.
    pub hooks: Arc<dyn HookAdmin>,
    /// What was decided.
    pub decisions: Arc<dyn HookDecisions>,
    /// The app keys.
    pub keys: Arc<dyn AppKeys>,
    /// Asks, for tests.
    pub asker: Arc<dyn HookAsker>,
    /// Chance.
    pub secrets: Arc<dyn SecretSource>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Where those may be who are asked.
    pub policy: AddressPolicy,
}

impl ManageHooks {
    /// Adds a rule. Its secret, where it has one of its own, is to be shown now and never again.
    ///
    /// # Errors
    /// See [`HookError`].
    pub async fn add(&self, spec: RuleSpec) -> Result<(HookId, NewRule), HookError> {
        let url = ReceiverUrl::parse(&spec.url)?;
        url.check(&self.policy)?;
        if !spec.name.is_empty() && !is_name(&spec.name) {
            return Err(HookError::BadName);
        }
        if !DEADLINES_MS.contains(&spec.deadline_ms) {
            return Err(HookError::Deadline);
        }
        if !(1..=MOST_IN_FLIGHT).contains(&spec.max_in_flight) {
            return Err(HookError::InFlight);
        }
        let origins = Origins::parse(&spec.origins)?;
        let object_names = ObjectNames::parse(&spec.object_names)?;
        let asked = (spec.app_id.as_deref(), spec.secret.as_ref());
        let with = (&*self.keys, &*self.secrets);
        let secret = signing::first(spec.kind == HookKind::RongCloud, asked, with).await?;
        let rule = NewRule {
            name: spec.name,
            kind: spec.kind,
            url,
            secret,
            app_id: spec.app_id,
            origins,
            object_names,
            deadline_ms: spec.deadline_ms,
            on_failure: spec.on_failure,
            max_in_flight: spec.max_in_flight,
        };
        let id = self.hooks.add(&rule, self.clock.now()).await?;
        Ok((id, rule))
    }

    /// All rules, in the order in which they are asked.
    ///
    /// # Errors
    /// If the store could not.
    pub async fn list(&self) -> Result<Vec<HookRule>, HookError> {
        Ok(self.hooks.list().await?)
    }

    /// One rule.
    ///
    /// # Errors
    /// See [`HookError`].
    pub async fn find(&self, id: HookId) -> Result<HookRule, HookError> {
        let found = self.list().await?.into_iter().find(|rule| rule.id == id);
        found.ok_or(HookError::NotFound(id))
    }

    /// Asks about a message that is none.
    ///
    /// # Errors
    /// See [`HookError`].
    pub async fn test(&self, id: HookId) -> Result<Verdict, HookError> {
        let rule = self.find(id).await?;
        let deadline_ms = rule.deadline_ms;
        let with = (&*self.keys, &*self.secrets);
        let question = question(Arc::new(rule), None, self.clock.now(), with).await?;
        let asking = Asking::new(Arc::clone(&self.asker), Arc::clone(&self.clock));
        asking.ask(question, deadline_ms).await.map_err(HookError::NotAnswered)
    }

    /// Gives a standard rule a fresh secret; the present one is signed with too for a while.
    ///
    /// # Errors
    /// See [`HookError`].
    pub async fn rotate(&self, id: HookId, overlap_ms: i64) -> Result<Secret, HookError> {
        if self.find(id).await?.kind == HookKind::RongCloud {
            return Err(SigningError::NoOwnSecret.into());
        }
        let secret = signing::fresh(&*self.secrets);
        let until = self.clock.now().plus(overlap_ms);
        self.change(id, &RuleChange::Secret(secret.clone(), until)).await?;
        Ok(secret)
    }

    /// Has a rule asked, or not.
    ///
    /// # Errors
    /// See [`HookError`].
    pub async fn set_running(&self, id: HookId, is_running: bool) -> Result<(), HookError> {
        self.change(id, &RuleChange::Paused(!is_running)).await
    }

    /// Removes a rule. What was decided by it stays for as long as decisions are kept.
    ///
    /// # Errors
    /// See [`HookError`].
    pub async fn remove(&self, id: HookId) -> Result<(), HookError> {
        if self.hooks.remove(id).await? { Ok(()) } else { Err(HookError::NotFound(id)) }
    }

    /// What was decided, the latest first, of one rule or of all.
    ///
    /// # Errors
    /// If the store could not.
    pub async fn decisions(&self, id: Option<HookId>, limit: i64) -> Result<Vec<Decision>, HookError> {
        Ok(self.decisions.latest(id, limit.clamp(1, MOST_SHOWN)).await?)
    }

    async fn change(&self, id: HookId, change: &RuleChange) -> Result<(), HookError> {
        if self.hooks.change(id, change).await? { Ok(()) } else { Err(HookError::NotFound(id)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::ports::MockAppKeys;
    use crate::hooks::ports::{MockHookAdmin, MockHookAsker, MockHookDecisions};
    use crate::hooks::testing::rule;
    use crate::ports::{MockClock, MockSecretSource};
    use sixin_domain::hook::rule::{DEFAULT_DEADLINE_MS, DEFAULT_IN_FLIGHT};
    use sixin_domain::time::Millis;

    fn spec() -> RuleSpec {
        RuleSpec {
            url: "https://hook.example/ask".into(),
            kind: HookKind::Standard,
            name: "words".into(),
            origins: "fresns".into(),
            object_names: String::new(),
            app_id: None,
            secret: None,
            deadline_ms: DEFAULT_DEADLINE_MS,
            on_failure: OnFailure::Deliver,
            max_in_flight: DEFAULT_IN_FLIGHT,
        }
    }

    fn manage(hooks: MockHookAdmin, asker: MockHookAsker) -> ManageHooks {
        let mut keys = MockAppKeys::new();
        keys.expect_find().returning(|_| Ok(None));
        let mut secrets = MockSecretSource::new();
        secrets.expect_alphanumeric().returning(|length| "x".repeat(length));
        secrets.expect_number().return_const(1_i64);
        let mut clock = MockClock::new();
        clock.expect_now().return_const(Millis(1_000));
        clock.expect_steady().return_const(Millis(1_000));
        ManageHooks {
            hooks: Arc::new(hooks),
            decisions: Arc::new(MockHookDecisions::new()),
            keys: Arc::new(keys),
            asker: Arc::new(asker),
            secrets: Arc::new(secrets),
            clock: Arc::new(clock),
            policy: AddressPolicy::default(),
        }
    }

    #[tokio::test]
    async fn what_no_rule_can_be_is_refused_and_not_kept() {
        let manage = manage(MockHookAdmin::new(), MockHookAsker::new());
        for wrong in [
            RuleSpec { url: "https://127.0.0.1/".into(), ..spec() },
            RuleSpec { url: "http://hook.example/".into(), ..spec() },
            RuleSpec { name: "\u{202e}".into(), ..spec() },
            RuleSpec { deadline_ms: 99, ..spec() },
            RuleSpec { deadline_ms: 5_001, ..spec() },
            RuleSpec { max_in_flight: 0, ..spec() },
            RuleSpec { max_in_flight: 1_025, ..spec() },
            RuleSpec { origins: String::new(), ..spec() },
            RuleSpec { object_names: "a b".into(), ..spec() },
            RuleSpec { secret: Some(Secret::new("whsec_c2hvcnQ=")), ..spec() },
            RuleSpec { app_id: Some("app".into()), ..spec() },
            RuleSpec { kind: HookKind::RongCloud, ..spec() },
            RuleSpec { kind: HookKind::RongCloud, app_id: Some("unknown".into()), ..spec() },
        ] {
            assert!(manage.add(wrong.clone()).await.is_err(), "{wrong:?}");
        }
    }

    #[tokio::test]
    async fn a_rule_has_a_secret_of_its_own_and_a_new_one_beside_the_former() {
        let mut hooks = MockHookAdmin::new();
        hooks.expect_add().once().returning(|_, _| Ok(HookId(3)));
        hooks.expect_list().returning(|| Ok(vec![rule(3)]));
        let change = |change: &RuleChange| matches!(change, RuleChange::Secret(_, Millis(1_500)));
        hooks
            .expect_change()
            .once()
            .withf(move |id, said| *id == HookId(3) && change(said))
            .returning(|_, _| Ok(true));
        let manage = manage(hooks, MockHookAsker::new());
        let (id, added) = manage.add(spec()).await.unwrap();
        assert!(id == HookId(3) && added.secret.reveal().starts_with("whsec_"));
        manage.rotate(id, 500).await.unwrap();
        assert!(matches!(manage.rotate(HookId(4), 500).await, Err(HookError::NotFound(HookId(4)))));
    }

    #[tokio::test]
    async fn a_test_says_what_the_hook_said_or_why_it_said_nothing() {
        let mut hooks = MockHookAdmin::new();
        hooks.expect_list().returning(|| Ok(vec![rule(3)]));
        let mut asker = MockHookAsker::new();
        asker
            .expect_ask()
            .once()
            .withf(|question| question.message.is_none())
            .returning(|_| Ok(Verdict::Allow { is_final: false }));
        asker.expect_ask().once().returning(|_| Err(HookFailure::Status(404)));
        let manage = manage(hooks, asker);
        assert_eq!(manage.test(HookId(3)).await.unwrap(), Verdict::Allow { is_final: false });
        let failed = manage.test(HookId(3)).await.unwrap_err().to_string();
        assert_eq!(failed, "the hook did not answer the test: it answered 404");
    }
}
