//! What a user has pinned and muted, and its quiet hours.

use std::collections::BTreeMap;

use sixin_application::delivery::stream::LiveEvent;
use sixin_domain::conversation::tag::TagId;
use sixin_domain::event::Event;
use sixin_domain::id::UserId;
use sixin_domain::log::{KEPT_MS, Position};
use sixin_domain::user::push_preferences::{NotificationLevel, PushPeriod};
use sixin_domain::user::username::Username;

use super::{Answer, Caller, done, found, peer, pulling};
use crate::codes::Code;
use crate::wire::PRIVATE;
use crate::wire::conversations::{
    SessionReq, SessionState, SessionStateItem, SessionStateModifyReq, SessionStateModifyResp, SessionStates,
    SessionTagItem, TypeUnpushInput,
};
use crate::wire::preferences::{AddUnpushPeriodInput, QueryUnpushPeriodOutput};

/// Kinds of settings.
const LEVEL: i32 = 1;
const PINNED: i32 = 2;
pub(super) const TAGS: i32 = 3;
/// Settings of one call.
pub(super) const MOST: usize = 100;

/// Pins and mutes conversations.
pub(crate) async fn set(caller: &Caller<'_>, asked: SessionStateModifyReq) -> Result<Answer, Code> {
    if asked.state.len() > MOST || asked.state.iter().any(|state| state.items.len() > MOST) {
        return Err(Code::PARAMETER);
    }
    let keep = &caller.showing.api.keep_preferences;
    let me = caller.name();
    for state in asked.state {
        let with = peer(state.channel, &state.channel_id)?;
        for item in state.items {
            match item.kind {
                LEVEL => keep.set_level(&me, Some(with.clone()), level(&item.value)?).await?,
                PINNED => keep.pin(&me, &with, item.value == "1").await?,
                _ => return Err(Code::UNSUPPORTED),
            }
        }
    }
    Ok(is_set(caller))
}

/// Mutes all conversations, or no longer.
pub(crate) async fn set_for_all(caller: &Caller<'_>, asked: TypeUnpushInput) -> Result<Answer, Code> {
    if asked.channel != PRIVATE {
        return Err(Code::UNSUPPORTED);
    }
    let level = NotificationLevel::new(asked.level.into()).ok_or(Code::PARAMETER)?;
    caller.showing.api.keep_preferences.set_level(&caller.name(), None, level).await?;
    Ok(is_set(caller))
}

pub(super) fn is_set(caller: &Caller<'_>) -> Answer {
    let version = Position::at(caller.now()).0;
    found(&SessionStateModifyResp { version, update_version: true })
}

fn level(text: &str) -> Result<NotificationLevel, Code> {
    text.parse().ok().and_then(NotificationLevel::new).ok_or(Code::PARAMETER)
}

/// What is known of one conversation, or of all.
#[derive(Default)]
struct Set {
    level: Option<NotificationLevel>,
    is_pinned: Option<bool>,
    /// Those it stands under now.
    tags: Option<Vec<TagId>>,
    at: i64,
}

/// What was set since then; to whoever asks for the first time, or after a long while, all of it.
pub(crate) async fn pull(caller: &Caller<'_>, asked: SessionReq) -> Result<Answer, Code> {
    let now = caller.now();
    let oldest = Position::at(now.plus(-KEPT_MS));
    let mut set: BTreeMap<Option<UserId>, Set> = BTreeMap::new();
    let mut version = asked.time.max(1);
    if Position(asked.time) < oldest {
        let head = caller.showing.api.streams.follower.head().position.0;
        version = head.max(version);
        for (with, is_pinned, level) in caller.showing.api.keep_preferences.all(caller.showing.me()).await? {
            let is_pinned = is_pinned.then_some(true);
            set.insert(with, Set { level, is_pinned, tags: None, at: version });
        }
        for (with, tag) in caller.showing.api.keep_tags.all_tagged(&caller.name()).await? {
            let one = set.entry(Some(with)).or_default();
            one.tags.get_or_insert_default().push(tag);
            one.at = version;
        }
    } else {
        let mut after = Position(asked.time);
        loop {
            let page = pulling::changes(caller, after).await?;
            for (position, event) in page.events {
                note(&mut set, position, event);
            }
            (after, version) = (page.until, page.until.0.max(version));
            if page.is_last {
                break;
            }
        }
        if set.values().any(|set| set.tags.is_some()) {
            for (with, tag) in caller.showing.api.keep_tags.all_tagged(&caller.name()).await? {
                let tags = set.get_mut(&Some(with)).and_then(|set| set.tags.as_mut());
                tags.into_iter().for_each(|tags| tags.push(tag.clone()));
            }
        }
    }
    let names = caller.showing.names(set.keys().copied().flatten().collect()).await?;
    let state = set.into_iter().map(|(with, set)| {
        let channel_id = with.map(|with| names.of(with)).unwrap_or_default();
        SessionState { channel: PRIVATE, channel_id, time: Some(set.at), items: items(&set) }
    });
    Ok(found(&SessionStates { version, state: state.collect() }))
}

fn note(set: &mut BTreeMap<Option<UserId>, Set>, position: Position, event: LiveEvent) {
    let LiveEvent::Changed(event, None) = event else { return };
    match *event {
        Event::ConversationPinned { other, is_pinned, .. } => {
            let one = set.entry(Some(other)).or_default();
            (one.is_pinned, one.at) = (Some(is_pinned), position.0);
        }
        Event::NotificationLevelSet { with, level, .. } => {
            let one = set.entry(with).or_default();
            (one.level, one.at) = (Some(level), position.0);
        }
        Event::TagsChanged { with, .. } => {
            for other in with {
                let one = set.entry(Some(other)).or_default();
                (one.tags, one.at) = (Some(Vec::new()), position.0);
            }
        }
        _ => {}
    }
}

fn items(set: &Set) -> Vec<SessionStateItem> {
    let level = set.level.map(|level| (LEVEL, level.number().to_string()));
    let pinned = set.is_pinned.map(|is_pinned| (PINNED, i32::from(is_pinned).to_string()));
    let tags = set.tags.as_ref().map(|tags| {
        let item = |id: &TagId| SessionTagItem { id: id.as_str().to_owned(), name: None, is_top: None };
        SessionStateItem { kind: TAGS, value: String::new(), tags: tags.iter().map(item).collect() }
    });
    let plain = |(kind, value)| SessionStateItem { kind, value, tags: Vec::new() };
    level.into_iter().chain(pinned).map(plain).chain(tags).collect()
}

/// Sets quiet hours.
pub(crate) async fn set_quiet_hours(
    caller: &Caller<'_>,
    asked: AddUnpushPeriodInput,
) -> Result<Answer, Code> {
    let level = asked.level.map(i64::from);
    let period = PushPeriod::new(&asked.start_time, asked.span_minutes.into(), level);
    let period = period.map_err(|_| Code::PARAMETER)?;
    keep_quiet(caller, &caller.name(), Some(period)).await
}

/// There are no quiet hours any longer.
pub(crate) async fn end_quiet_hours(caller: &Caller<'_>) -> Result<Answer, Code> {
    keep_quiet(caller, &caller.name(), None).await
}

async fn keep_quiet(caller: &Caller<'_>, me: &Username, period: Option<PushPeriod>) -> Result<Answer, Code> {
    caller.showing.api.keep_preferences.set_push_period(me, period).await?;
    Ok(done())
}

/// The quiet hours.
pub(crate) async fn quiet_hours(caller: &Caller<'_>) -> Result<Answer, Code> {
    let period = caller.showing.api.keep_preferences.push_period(&caller.name()).await?;
    let number = |number: i64| i32::try_from(number).ok();
    Ok(found(&QueryUnpushPeriodOutput {
        is_unpush: period.is_some().into(),
        start_time: period.map(|period| period.start()),
        span_minutes: period.and_then(|period| number(period.minutes())),
        level: period.and_then(|period| number(period.level())),
    }))
}
