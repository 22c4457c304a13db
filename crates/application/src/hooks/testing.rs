//! Rules for tests, and those who are asked.

use std::sync::Arc;

use sixin_domain::access::app_key::Secret;
use sixin_domain::hook::rule::{HookKind, HookRule, ObjectNames, OnFailure, Origins};
use sixin_domain::id::{HookId, ID_EPOCH};
use sixin_domain::sending::limits::Limits;
use sixin_domain::site::block_words::{BlockWord, BlockWordFilter, WordMode};
use sixin_domain::webhook::receiver_url::ReceiverUrl;

use super::asking::Asking;
use super::before_send::BeforeSend;
use super::decisions::DecisionLog;
use super::ports::{MockHookAsker, MockHookDecisions, MockHookRules};
use crate::access::ports::MockAppKeys;
use crate::ports::{MockClock, MockSecretSource};
use crate::sending::back_end_texts::BackEndTexts;
use crate::site::ports::{MockBlockWordSource, MockSettingSource};
use crate::testing::user;
use crate::users::ports::MockUsers;
use crate::webhooks::ports::MockFileAddresses;

/// One that is asked about everything.
pub(crate) fn rule(id: i64) -> HookRule {
    HookRule {
        id: HookId(id),
        name: String::new(),
        kind: HookKind::Standard,
        url: ReceiverUrl::parse("https://hook.example/").unwrap(),
        secret: Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLjSw"),
        former: None,
        app_id: None,
        origins: Origins::parse("fresns,rongcloud").unwrap(),
        object_names: ObjectNames::default(),
        deadline_ms: 1_000,
        on_failure: OnFailure::Deliver,
        max_in_flight: 64,
        is_paused: false,
        generation: 0,
    }
}

/// Shows messages to those of the rules.
pub(crate) fn before_send(
    rules: Vec<HookRule>,
    asker: MockHookAsker,
    decisions: MockHookDecisions,
) -> BeforeSend {
    let rules = Arc::new(rules.into_iter().map(Arc::new).collect::<Vec<_>>());
    let mut source = MockHookRules::new();
    source.expect_rules().returning(move || Ok(Arc::clone(&rules)));
    let mut users = MockUsers::new();
    users
        .expect_find_numbered()
        .returning(|ids| Ok(ids.iter().map(|id| user(id.0, &format!("u{id}"))).collect()));
    let mut settings = MockSettingSource::new();
    settings.expect_settings().returning(|| Ok(Arc::default()));
    let mut words = MockBlockWordSource::new();
    words.expect_filter().returning(|| {
        let word = BlockWord { word: "curse".into(), mode: WordMode::Refuse, is_whole: false };
        Ok(Arc::new(BlockWordFilter::new([word])))
    });
    let mut addresses = MockFileAddresses::new();
    addresses.expect_address().returning(|file, _| format!("https://files.example/{}", file.fid));
    let mut secrets = MockSecretSource::new();
    secrets.expect_number().return_const(7_i64);
    let mut clock = MockClock::new();
    clock.expect_steady().return_const(ID_EPOCH);
    clock.expect_now().return_const(ID_EPOCH);
    let (clock, settings, words) = (Arc::new(clock), Arc::new(settings), Arc::new(words));
    let limits = Limits::default();
    BeforeSend {
        rules: Arc::new(source),
        asking: Asking::new(Arc::new(asker), clock.clone()),
        users: Arc::new(users),
        keys: Arc::new(MockAppKeys::new()),
        addresses: Arc::new(addresses),
        settings: settings.clone(),
        block_words: words.clone(),
        texts: Arc::new(BackEndTexts { settings, block_words: words, limits }),
        limits,
        decisions: Arc::new(DecisionLog::new(Arc::new(decisions))),
        secrets: Arc::new(secrets),
        clock,
    }
}

/// There are no rules.
pub(crate) fn nobody_objects() -> BeforeSend {
    before_send(Vec::new(), MockHookAsker::new(), MockHookDecisions::new())
}
