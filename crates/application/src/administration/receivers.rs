//! Webhooks and hooks.

use std::collections::HashMap;
use std::sync::Arc;

use sixin_domain::access::app_key::Secret;
use sixin_domain::hook::rule::HookRule;
use sixin_domain::hook::verdict::Verdict;
use sixin_domain::id::{EndpointId, HookId, UserId};
use sixin_domain::log::Position;
use sixin_domain::operator::audit::Action;
use sixin_domain::operator::permission::Permission;
use sixin_domain::time::Millis;
use sixin_domain::user::User;

use super::app_keys::check_overlap;
use super::{AdminError, Deed, Desk};
use crate::hooks::manage::{ManageHooks, RuleSpec};
use crate::hooks::ports::{Decision, NewRule};
use crate::operators::caller::Caller;
use crate::users::ports::Users;
use crate::webhooks::manage::{EndpointReport, EndpointSpec, ManageWebhooks};
use crate::webhooks::ports::{NewEndpoint, ParkedEvent};

const HOUR_MS: i64 = 60 * 60 * 1000;

/// What is done with a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WebhookDeed {
    /// It waits.
    Pause,
    /// It goes on.
    Resume,
    /// It gets a test.
    Test,
    /// It is told again what happened since then.
    Replay(Millis),
    /// It is told one event again.
    ReplayOne(Position),
    /// Its dead letters are tried again.
    Retry,
    /// Its dead letters are forgotten.
    Forget,
    /// It is removed, with all that waits for it.
    Remove,
}

impl WebhookDeed {
    fn name(self) -> &'static str {
        match self {
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Test => "test",
            Self::Replay(_) | Self::ReplayOne(_) => "replay",
            Self::Retry => "retry",
            Self::Forget => "forget",
            Self::Remove => "remove",
        }
    }
}

/// What is done with a hook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HookDeed {
    /// It is asked no more.
    Pause,
    /// It is asked again.
    Resume,
    /// It is removed.
    Remove,
}

impl HookDeed {
    fn name(self) -> &'static str {
        match self {
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Remove => "remove",
        }
    }
}

/// What hooks said, and who the users are.
pub type Decisions = (Vec<Decision>, HashMap<UserId, Arc<User>>);

/// Looks after webhooks and hooks.
pub struct AdministerReceivers {
    /// What is written down.
    pub desk: Desk,
    /// Webhooks.
    pub webhooks: ManageWebhooks,
    /// Hooks.
    pub hooks: ManageHooks,
    /// Names users.
    pub users: Arc<dyn Users>,
}

impl AdministerReceivers {
    /// All webhooks and what waits for them. Their secrets are to be shown to nobody.
    ///
    /// # Errors
    /// See [`AdminError`].
    pub async fn webhooks(&self, caller: &Caller) -> Result<Vec<EndpointReport>, AdminError> {
        caller.need(Permission::SeeSite)?;
        Ok(self.webhooks.list().await?)
    }

    /// What a webhook was not told and is not tried any more.
    ///
    /// # Errors
    /// See [`AdminError`].
    pub async fn dead_letters(
        &self,
        caller: &Caller,
        id: EndpointId,
    ) -> Result<Vec<ParkedEvent>, AdminError> {
        caller.need(Permission::SeeSite)?;
        self.webhooks.find(id).await?;
        Ok(self.webhooks.dead_letters(id).await?)
    }

    /// Adds a webhook. Its secret, where it has one of its own, is to be shown now and never again.
    ///
    /// # Errors
    /// See [`AdminError`].
    pub async fn add_webhook(
        &self,
        caller: &Caller,
        spec: EndpointSpec,
    ) -> Result<(EndpointId, NewEndpoint), AdminError> {
        let (name, kind) = (spec.name.clone(), spec.kind.name());
        let deed = Deed::new(Permission::KeepReceivers, Action::WebhookAdd, "").with("name", name);
        self.desk.carry_out(caller, deed.with("kind", kind), self.webhooks.add(spec)).await
    }

    /// Gives a webhook a fresh secret, which is to be shown once; the present one signs too for so many more hours.
    ///
    /// # Errors
    /// See [`AdminError`].
    pub async fn rotate_webhook(
        &self,
        caller: &Caller,
        id: EndpointId,
        overlap_hours: i64,
    ) -> Result<Secret, AdminError> {
        check_overlap(overlap_hours)?;
        let target = id.to_string();
        let deed =
            Deed::new(Permission::KeepReceivers, Action::WebhookChange, &target).with("change", "rotate");
        self.desk.carry_out(caller, deed, self.webhooks.rotate(id, overlap_hours * HOUR_MS)).await
    }

    /// Does something with a webhook; answers how many events it was about, where that is known.
    ///
    /// # Errors
    /// See [`AdminError`].
    pub async fn with_webhook(
        &self,
        caller: &Caller,
        id: EndpointId,
        what: WebhookDeed,
    ) -> Result<Option<i64>, AdminError> {
        let target = id.to_string();
        let action = if what == WebhookDeed::Remove { Action::WebhookRemove } else { Action::WebhookChange };
        let mut deed = Deed::new(Permission::KeepReceivers, action, &target);
        if action == Action::WebhookChange {
            deed = deed.with("change", what.name());
        }
        let work = async {
            match what {
                WebhookDeed::Pause => self.webhooks.set_running(id, false).await.map(|()| None),
                WebhookDeed::Resume => self.webhooks.set_running(id, true).await.map(|()| None),
                WebhookDeed::Test => self.webhooks.test(id).await.map(|()| None),
                WebhookDeed::Replay(since) => self.webhooks.replay_since(id, since).await.map(|()| None),
                WebhookDeed::ReplayOne(event) => self.webhooks.replay_one(id, event).await.map(|()| None),
                WebhookDeed::Retry => self.webhooks.revive(id).await.map(Some),
                WebhookDeed::Forget => self.webhooks.forget(id).await.map(Some),
                WebhookDeed::Remove => self.webhooks.remove(id).await.map(|()| None),
            }
        };
        self.desk.carry_out(caller, deed, work).await
    }

    /// All hooks in the order in which they are asked. Their secrets are to be shown to nobody.
    ///
    /// # Errors
    /// See [`AdminError`].
    pub async fn hooks(&self, caller: &Caller) -> Result<Vec<HookRule>, AdminError> {
        caller.need(Permission::SeeSite)?;
        Ok(self.hooks.list().await?)
    }

    /// What was decided, the latest first.
    ///
    /// # Errors
    /// See [`AdminError`].
    pub async fn decisions(
        &self,
        caller: &Caller,
        hook: Option<HookId>,
        limit: i64,
    ) -> Result<Decisions, AdminError> {
        caller.need(Permission::SeeSite)?;
        let decisions = self.hooks.decisions(hook, limit).await?;
        let mut ids: Vec<UserId> = decisions.iter().flat_map(|one| [one.sender, one.recipient]).collect();
        ids.sort_unstable();
        ids.dedup();
        let users = self.users.find_numbered(&ids).await?;
        Ok((decisions, users.into_iter().map(|user| (user.id, user)).collect()))
    }

    /// Adds a hook. Its secret, where it has one of its own, is to be shown now and never again.
    ///
    /// # Errors
    /// See [`AdminError`].
    pub async fn add_hook(&self, caller: &Caller, spec: RuleSpec) -> Result<(HookId, NewRule), AdminError> {
        let (name, kind) = (spec.name.clone(), spec.kind.name());
        let deed = Deed::new(Permission::KeepReceivers, Action::HookAdd, "").with("name", name);
        self.desk.carry_out(caller, deed.with("kind", kind), self.hooks.add(spec)).await
    }

    /// Gives a hook a fresh secret, which is to be shown once; the present one signs too for so many more hours.
    ///
    /// # Errors
    /// See [`AdminError`].
    pub async fn rotate_hook(
        &self,
        caller: &Caller,
        id: HookId,
        overlap_hours: i64,
    ) -> Result<Secret, AdminError> {
        check_overlap(overlap_hours)?;
        let target = id.to_string();
        let deed = Deed::new(Permission::KeepReceivers, Action::HookChange, &target).with("change", "rotate");
        self.desk.carry_out(caller, deed, self.hooks.rotate(id, overlap_hours * HOUR_MS)).await
    }

    /// Asks a hook about a message that is none; answers what it said.
    ///
    /// # Errors
    /// See [`AdminError`].
    pub async fn test_hook(&self, caller: &Caller, id: HookId) -> Result<Verdict, AdminError> {
        let target = id.to_string();
        let deed = Deed::new(Permission::KeepReceivers, Action::HookChange, &target).with("change", "test");
        self.desk.carry_out(caller, deed, self.hooks.test(id)).await
    }

    /// Does something with a hook.
    ///
    /// # Errors
    /// See [`AdminError`].
    pub async fn with_hook(&self, caller: &Caller, id: HookId, what: HookDeed) -> Result<(), AdminError> {
        let target = id.to_string();
        let action = if what == HookDeed::Remove { Action::HookRemove } else { Action::HookChange };
        let mut deed = Deed::new(Permission::KeepReceivers, action, &target);
        if action == Action::HookChange {
            deed = deed.with("change", what.name());
        }
        let work = async {
            match what {
                HookDeed::Pause => self.hooks.set_running(id, false).await,
                HookDeed::Resume => self.hooks.set_running(id, true).await,
                HookDeed::Remove => self.hooks.remove(id).await,
            }
        };
        self.desk.carry_out(caller, deed, work).await
    }
}
