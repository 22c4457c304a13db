//! What a client has not got yet.

use std::collections::HashMap;

use prost::Message;
use serde_json::{Value, json};
use sixin_application::delivery::inbox::{Inbox, InboxPage, PageBounds};
use sixin_application::delivery::ports::DeliveredMessage;
use sixin_application::delivery::stream::LiveEvent;
use sixin_domain::conversation::Seat;
use sixin_domain::event::Event;
use sixin_domain::log::Position;
use sixin_domain::message::expansion::Expansion;
use sixin_domain::message::uid;
use sixin_domain::time::Millis;

use super::{Answer, Caller, found};
use crate::codes::Code;
use crate::shown::{MODIFIED, Names, command};
use crate::wire::PRIVATE;
use crate::wire::messages::{
    DownStreamMessage, DownStreamMessages, ModifiedMsg, PullModifyMsgReq, PullModifyMsgResp, SyncRequestMsg,
};

/// What one page holds.
const PAGE: PageBounds = PageBounds { entries: 200, bytes: 1024 * 1024 };
/// Numbers below this are milliseconds: the SDK begins with the time of its connection.
const MILLISECONDS: i64 = 100_000_000_000_000;
/// The kind of a change that is a new content.
const REWORDED: i32 = 1;

/// What came after a position, and where to go on.
pub(crate) async fn pull(
    caller: &Caller<'_>,
    inbox: &mut Inbox,
    asked: SyncRequestMsg,
) -> Result<Answer, Code> {
    let Caller { showing, .. } = caller;
    let (now, after) = (caller.now(), Position(asked.sync_time.max(1)));
    let page = inbox.page(showing.guest.owner(now), after, now, PAGE).await?;
    let InboxPage { events, until, is_last } = page;
    let list = shown(caller, events).await?;
    let sync_time = until.0.max(asked.sync_time).max(1);
    let answer = DownStreamMessages { list, sync_time, finished: is_last };
    Ok(Answer::Pulled(answer.encode_to_vec(), until))
}

/// Events as the messages that the SDK takes them for.
async fn shown(
    caller: &Caller<'_>,
    events: Vec<(Position, LiveEvent)>,
) -> Result<Vec<DownStreamMessage>, Code> {
    let Caller { showing, .. } = caller;
    let me = showing.me();
    let message = |event: &LiveEvent| match event {
        LiveEvent::Message(message) | LiveEvent::Changed(_, Some(message)) => Some(message.clone()),
        LiveEvent::Changed(_, None) => None,
    };
    let about: Vec<_> = events.iter().filter_map(|(_, event)| message(event)).collect();
    let mut downs = showing.messages(&about).await?.into_iter();
    let peers = events.iter().filter_map(|(_, event)| match event {
        LiveEvent::Changed(event, None) => match &**event {
            Event::ConversationRead { seat, .. } => {
                Some(if seat.owner == me { seat.other } else { seat.owner })
            }
            _ => None,
        },
        _ => None,
    });
    let names = showing.names(peers.collect()).await?;
    let read = last_read(caller, &events).await?;
    let mut list = Vec::with_capacity(events.len());
    for (position, event) in events {
        match event {
            LiveEvent::Message(_) => list.extend(downs.next()),
            LiveEvent::Changed(event, Some(message)) => {
                let Some(down) = downs.next() else { continue };
                match *event {
                    Event::MessageRecalled(_) => list.push(recalled(position, &message, down, caller)),
                    Event::MessageExpanded(_) => {
                        list.extend(expanded(caller, position, &message, &down).await?);
                    }
                    _ => {}
                }
            }
            LiveEvent::Changed(event, None) => {
                if let Event::ConversationRead { seat, read_seq } = *event
                    && !(seat.owner == me && caller.own.has(seat.conversation, read_seq))
                    && let Some(sent_at) = read.get(&(seat.conversation.0, read_seq))
                {
                    list.push(was_read(caller, position, &seat, *sent_at, &names));
                }
            }
        }
    }
    Ok(list)
}

/// When the last messages that were read were sent.
async fn last_read(
    caller: &Caller<'_>,
    events: &[(Position, LiveEvent)],
) -> Result<HashMap<(i64, i64), Millis>, Code> {
    let mut found = HashMap::new();
    for (_, event) in events {
        if let LiveEvent::Changed(event, None) = event
            && let Event::ConversationRead { seat, read_seq } = &**event
            && !found.contains_key(&(seat.conversation.0, *read_seq))
        {
            let finder = &caller.showing.api.find_messages;
            let last = finder.up_to(caller.showing.me(), seat.conversation, *read_seq, 1).await?.pop();
            if let Some(last) = last {
                found.insert((seat.conversation.0, *read_seq), last.sent_at);
            }
        }
    }
    Ok(found)
}

/// What is no message has the name of its place in the log.
fn named(position: Position, time: Millis, kind: &str) -> (String, i64) {
    (format!("L{}{kind}", position.0), time.0)
}

/// A message was taken back: its sender is who says so.
fn recalled(
    position: Position,
    message: &DeliveredMessage,
    down: DownStreamMessage,
    caller: &Caller<'_>,
) -> DownStreamMessage {
    let is_own = message.message.sender == caller.showing.me();
    let target = if is_own { down.from_user_id.clone() } else { caller.name().to_string() };
    let recall = message.recall;
    let content = json!({
        "conversationType": PRIVATE,
        "targetId": target,
        "messageUId": uid::encode(message.message.id),
        "sentTime": message.message.sent_at.0,
        "channelId": "",
        "isDelete": recall.is_some_and(|recall| !recall.leaves_notice),
        "isAdmin": recall.is_some_and(|recall| recall.is_admin),
    });
    command((down.from_user_id, is_own), "RC:RcCmd", &content, named(position, position.time(), ""))
}

/// The pairs of a message as they are now: those there are, and those that are gone.
async fn expanded(
    caller: &Caller<'_>,
    position: Position,
    message: &DeliveredMessage,
    down: &DownStreamMessage,
) -> Result<Vec<DownStreamMessage>, Code> {
    let history = &caller.showing.api.read_history;
    let shown = history.shown_to(caller.showing.me(), vec![message.message.clone()]).await?;
    let Some(expansion) = shown.into_iter().next().and_then(|shown| shown.expansion) else {
        return Ok(Vec::new());
    };
    let Expansion { changes, .. } = &expansion;
    let put: serde_json::Map<String, Value> =
        expansion.present().into_iter().map(|(key, (value, _))| (key.to_owned(), value.into())).collect();
    let gone: Vec<&String> =
        changes.iter().filter(|(_, change)| change.value.is_none()).map(|(key, _)| key).collect();
    let mid = uid::encode(message.message.id);
    // Who changed them the log does not say; the SDK does not look at it.
    let told = |content: Value, kind: &str| {
        let name = named(position, position.time(), kind);
        command((down.from_user_id.clone(), false), "RC:MsgExMsg", &content, name)
    };
    let mut list = Vec::new();
    if !put.is_empty() {
        list.push(told(json!({ "mid": mid, "put": put }), "p"));
    }
    if !gone.is_empty() {
        list.push(told(json!({ "mid": mid, "del": gone }), "d"));
    }
    Ok(list)
}

/// One side has read: its own devices count no longer, and the other side has a receipt.
fn was_read(
    caller: &Caller<'_>,
    position: Position,
    seat: &Seat,
    sent_at: Millis,
    names: &Names,
) -> DownStreamMessage {
    let is_own = seat.owner == caller.showing.me();
    // The SDK passes over what is not newer than the newest message it knows.
    let name = named(position, position.time().max(sent_at.plus(1)), "");
    if is_own {
        let content = json!({ "lastMessageSendTime": sent_at.0 });
        return command((names.of(seat.other), true), "RC:SRSMsg", &content, name);
    }
    let content = json!({ "messageUId": "", "lastMessageSendTime": sent_at.0, "type": 1 });
    command((names.of(seat.owner), false), "RC:ReadNtf", &content, name)
}

/// Messages that say something else than before.
pub(crate) async fn pull_modified(caller: &Caller<'_>, asked: PullModifyMsgReq) -> Result<Answer, Code> {
    let Caller { showing, .. } = caller;
    let version = asked.pull_version.unwrap_or_default();
    let after = after(version);
    let page = changes(caller, after).await?;
    let mut about = HashMap::new();
    for (_, event) in page.events {
        if let LiveEvent::Changed(event, Some(message)) = event
            && matches!(*event, Event::MessageEdited(_) | Event::MessageGrown { is_over: true, .. })
        {
            about.insert(message.message.id, message);
        }
    }
    let mut about: Vec<_> = about.into_values().collect();
    about.sort_unstable_by_key(|message| message.message.id);
    let downs = showing.messages(&about).await?;
    let modified = downs.into_iter().map(|mut down| {
        down.ext_status = Some(MODIFIED);
        ModifiedMsg { modify_type: REWORDED, msg: Some(down) }
    });
    let next_version = page.until.0.max(version);
    Ok(found(&PullModifyMsgResp { msg: modified.collect(), next_version, finished: page.is_last }))
}

/// The position that a version stands for.
pub(crate) fn after(version: i64) -> Position {
    if version < MILLISECONDS { Position::at(Millis(version)) } else { Position(version) }
}

/// What happened after a position, for those who look for changes only.
pub(crate) async fn changes(caller: &Caller<'_>, after: Position) -> Result<InboxPage, Code> {
    looked(caller, Inbox::of_changes(caller.showing.api.streams.clone()), after).await
}

/// The same with messages.
pub(crate) async fn everything(caller: &Caller<'_>, after: Position) -> Result<InboxPage, Code> {
    looked(caller, Inbox::new(caller.showing.api.streams.clone()), after).await
}

async fn looked(caller: &Caller<'_>, mut inbox: Inbox, after: Position) -> Result<InboxPage, Code> {
    let now = caller.now();
    Ok(inbox.page(caller.showing.guest.owner(now), after, now, PAGE).await?)
}
