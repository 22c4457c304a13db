//! What a user sorts its conversations by. Which conversations stand under a tag is a state of them (`preferences`).

use std::collections::BTreeMap;

use sixin_application::delivery::stream::LiveEvent;
use sixin_domain::conversation::tag::{MOST_TAGS, Tag, TagId};
use sixin_domain::event::Event;
use sixin_domain::log::{KEPT_MS, Position};
use sixin_domain::user::username::Username;

use super::preferences::{MOST, TAGS, is_set};
use super::{Answer, Caller, found, peer, pulling};
use crate::codes::Code;
use crate::wire::PRIVATE;
use crate::wire::conversations::{
    SessionStateModifyReq, SessionTagItem, SessionTagReq, SetUserSettingOutput,
};
use crate::wire::preferences::{PullUserSettingInput, PullUserSettingOutput, UserSettingItem};

/// The only setting there is.
const KEY: &str = "Tag";
/// It is there.
const THERE: i32 = 1;

/// The tags, if they have changed since a version. There are no other settings.
pub(crate) async fn pull_settings(caller: &Caller<'_>, asked: PullUserSettingInput) -> Result<Answer, Code> {
    let (version, have_changed) = changed(caller, asked.version).await?;
    let mut items = Vec::new();
    if have_changed {
        let tags = caller.showing.api.keep_tags.all(&caller.name()).await?;
        // Whoever never had any is told nothing.
        if asked.version > 0 || !tags.is_empty() {
            items.push(UserSettingItem {
                target_id: caller.name().to_string(),
                channel: PRIVATE,
                key: KEY.to_owned(),
                value: Vec::new(),
                version,
                status: THERE,
                tags: tags.into_iter().map(item).collect(),
            });
        }
    }
    Ok(found(&PullUserSettingOutput { items, version }))
}

fn item(tag: Tag) -> SessionTagItem {
    SessionTagItem { id: tag.id.as_str().to_owned(), name: Some(tag.name), is_top: None }
}

/// The version now, and whether tags have changed since another.
async fn changed(caller: &Caller<'_>, version: i64) -> Result<(i64, bool), Code> {
    let mut after = Position(version);
    if after < Position::at(caller.now().plus(-KEPT_MS)) {
        let head = caller.showing.api.streams.follower.head().position.0;
        return Ok((head.max(version).max(1), true));
    }
    let mut have_changed = false;
    loop {
        let page = pulling::changes(caller, after).await?;
        have_changed |= page.events.iter().any(|(_, event)| match event {
            LiveEvent::Changed(event, None) => matches!(**event, Event::TagsChanged { .. }),
            _ => false,
        });
        after = page.until;
        if page.is_last {
            return Ok((after.0.max(version), have_changed));
        }
    }
}

/// Makes tags, or calls them otherwise.
pub(crate) async fn set(caller: &Caller<'_>, asked: SessionTagReq) -> Result<Answer, Code> {
    let tag = |item: &SessionTagItem| Tag::new(&item.id, item.name.as_deref().unwrap_or_default());
    let tags: Result<Vec<Tag>, _> = few(&asked)?.iter().map(tag).collect();
    let tags = tags.map_err(|_| Code::PARAMETER)?;
    caller.showing.api.keep_tags.set(&caller.name(), tags).await?;
    Ok(done(caller))
}

/// Removes tags.
pub(crate) async fn remove(caller: &Caller<'_>, asked: SessionTagReq) -> Result<Answer, Code> {
    let ids: Result<Vec<TagId>, _> = few(&asked)?.iter().map(|item| TagId::new(&item.id)).collect();
    let ids = ids.map_err(|_| Code::PARAMETER)?;
    caller.showing.api.keep_tags.remove(&caller.name(), ids).await?;
    Ok(done(caller))
}

fn few(asked: &SessionTagReq) -> Result<&[SessionTagItem], Code> {
    let fits = i64::try_from(asked.tags.len()).is_ok_and(|count| (1..=MOST_TAGS).contains(&count));
    if fits { Ok(&asked.tags) } else { Err(Code::PARAMETER) }
}

fn done(caller: &Caller<'_>) -> Answer {
    let version = Position::at(caller.now()).0;
    found(&SetUserSettingOutput { version, reserve: false, update_version: Some(true) })
}

/// Puts tags on conversations, or takes them off.
pub(crate) async fn put(
    caller: &Caller<'_>,
    asked: SessionStateModifyReq,
    is_on: bool,
) -> Result<Answer, Code> {
    if asked.state.len() > MOST {
        return Err(Code::PARAMETER);
    }
    let mut with: BTreeMap<TagId, Vec<Username>> = BTreeMap::new();
    for state in asked.state {
        let peer = peer(state.channel, &state.channel_id)?;
        for item in state.items.into_iter().filter(|item| item.kind == TAGS) {
            for tag in item.tags {
                // A conversation is pinned everywhere or nowhere.
                if tag.is_top == Some(true) {
                    return Err(Code::UNSUPPORTED);
                }
                let id = TagId::new(&tag.id).map_err(|_| Code::PARAMETER)?;
                with.entry(id).or_default().push(peer.clone());
            }
        }
    }
    if with.is_empty() || i64::try_from(with.len()).is_ok_and(|count| count > MOST_TAGS) {
        return Err(Code::PARAMETER);
    }
    for (tag, with) in with {
        caller.showing.api.keep_tags.put(&caller.name(), tag, &with, is_on).await?;
    }
    Ok(is_set(caller))
}
