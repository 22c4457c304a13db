//! Receipts of single messages, for senders who want some.

use std::collections::BTreeMap;

use prost::Message;
use sixin_application::conversations::change_conversations::Target;
use sixin_application::delivery::stream::LiveEvent;
use sixin_domain::conversation::{Seat, ViewedMessage};
use sixin_domain::event::Event;
use sixin_domain::id::{MessageId, UserId};
use sixin_domain::log::Position;
use sixin_domain::message::uid;
use sixin_domain::time::Millis;

use super::{Answer, Caller, done, found, peer, pulling};
use crate::codes::Code;
use crate::wire::PRIVATE;
use crate::wire::receipts::{
    EventChange, EventChangeList, MessageReceipt, MsgReadEvent, QueryMsgChange, QueryReceipt,
    QueryReceiptBatchReq, QueryReceiptBatchResp, ReadReceipt, ReceiptResp, ReceiptUser,
    ReceiptsOfConversation,
};

/// The kind of a change that is a receipt.
const RECEIPT: i32 = 36;
/// Messages of one call.
const MOST: usize = 100;
/// So many of the last messages are looked at when somebody has read everything up to one.
const LOOKED_AT: i64 = 100;

/// A message that was read, by whom, and when it was said.
struct Read {
    message: ViewedMessage,
    reader: UserId,
    at: Position,
}

/// What was read since then. Whoever asks for the first time is told from now on.
pub(crate) async fn pull_changes(caller: &Caller<'_>, asked: QueryMsgChange) -> Result<Answer, Code> {
    let Caller { showing, .. } = caller;
    if asked.sync_time == 0 {
        let sync_time = showing.api.streams.follower.head().position.0;
        return Ok(found(&EventChangeList { list: Vec::new(), sync_time, has_next: false }));
    }
    let page = pulling::changes(caller, pulling::after(asked.sync_time)).await?;
    let mut read: BTreeMap<MessageId, Read> = BTreeMap::new();
    for (at, event) in page.events {
        let LiveEvent::Changed(event, None) = event else { continue };
        for (message, reader) in read_by(caller, &event).await? {
            read.insert(message.id, Read { message, reader, at });
        }
    }
    let names = showing.names(read.values().map(|read| read.reader).collect()).await?;
    let list = read.into_values().map(|Read { message, reader, at }| {
        let event = MsgReadEvent {
            msg_id: Some(uid::encode(message.id)),
            msg_time: Some(message.sent_at.0),
            total: Some(1),
            read: Some(1),
            unread: Some(0),
            readers: vec![ReceiptUser { receipt_time: Some(at.time().0), user_id: Some(names.of(reader)) }],
        };
        EventChange {
            business_id: Some(names.of(reader)),
            channel: Some(PRIVATE),
            time: Some(at.0),
            change_type: Some(RECEIPT),
            secondary_id: Some(String::new()),
            sub_change_type: 0,
            event_data: Some(event.encode_to_vec()),
        }
    });
    let sync_time = page.until.0.max(asked.sync_time);
    Ok(found(&EventChangeList { list: list.collect(), sync_time, has_next: !page.is_last }))
}

/// Messages of the caller's that somebody has read and for which it wants a receipt.
async fn read_by(caller: &Caller<'_>, event: &Event) -> Result<Vec<(ViewedMessage, UserId)>, Code> {
    let Caller { showing, .. } = caller;
    let (me, finder) = (showing.me(), &showing.api.find_messages);
    let (messages, reader) = match event {
        Event::MessagesRead(Seat { owner, .. }, ids) if *owner != me => {
            let found = finder.find(&showing.guest.viewer, ids).await?;
            (found.iter().map(|found| found.message.clone()).collect(), *owner)
        }
        Event::ConversationRead { seat, read_seq } if seat.owner != me => {
            (finder.up_to(me, seat.conversation, *read_seq, LOOKED_AT).await?, seat.owner)
        }
        _ => return Ok(Vec::new()),
    };
    let wanted = |message: &ViewedMessage| message.sender == me && wants_receipt(message);
    Ok(messages.into_iter().filter(wanted).map(|message| (message, reader)).collect())
}

fn wants_receipt(message: &ViewedMessage) -> bool {
    message.delivery.as_ref().is_some_and(|delivery| delivery.need_read_receipt == Some(true))
}

/// The caller has read messages.
pub(crate) async fn receive(caller: &Caller<'_>, asked: ReadReceipt) -> Result<Answer, Code> {
    peer(asked.channel.unwrap_or_default(), &asked.target_id.unwrap_or_default())?;
    let ids = ids(&asked.msg_ids)?;
    let Caller { showing, .. } = caller;
    showing.api.change_conversations.mark_read(&showing.guest.viewer, &Target::Messages(ids)).await?;
    Ok(done())
}

/// Whether messages of several conversations were read.
pub(crate) async fn of_several(caller: &Caller<'_>, asked: QueryReceiptBatchReq) -> Result<Answer, Code> {
    if asked.items.len() > MOST {
        return Err(Code::PARAMETER);
    }
    let mut item = Vec::new();
    for asked in asked.items {
        let msg = receipts(caller, &asked).await?;
        item.push(ReceiptsOfConversation {
            target_id: asked.target_id,
            bus_channel: Some(String::new()),
            channel: Some(PRIVATE),
            msg,
        });
    }
    Ok(found(&QueryReceiptBatchResp { item }))
}

/// Who has read one message, and who has not.
pub(crate) async fn of_one(caller: &Caller<'_>, asked: QueryReceipt) -> Result<Answer, Code> {
    let resp = receipts(caller, &asked).await?;
    if resp.is_empty() {
        return Err(Code::RECEIPT_UNKNOWN);
    }
    Ok(found(&ReceiptResp { resp, page_token: Some(String::new()) }))
}

async fn receipts(caller: &Caller<'_>, asked: &QueryReceipt) -> Result<Vec<MessageReceipt>, Code> {
    let with = peer(asked.channel.unwrap_or_default(), asked.target_id.as_deref().unwrap_or_default())?;
    let Caller { showing, .. } = caller;
    let found = showing.api.find_messages.find(&showing.guest.viewer, &ids(&asked.msg_ids)?).await?;
    let receipt = |read_at: Option<Millis>| ReceiptUser {
        receipt_time: read_at.map(|at| at.0),
        user_id: Some(with.to_string()),
    };
    let own = found.iter().filter(|found| found.message.sender == showing.me());
    Ok(own
        .map(|found| {
            let (users, read) = (vec![receipt(found.message.read_at)], i64::from(found.is_read));
            let (readers, others) = if found.is_read { (users, Vec::new()) } else { (Vec::new(), users) };
            MessageReceipt {
                msg_id: Some(uid::encode(found.message.id)),
                msg_time: Some(found.message.sent_at.0),
                total: Some(1),
                read: Some(read),
                readers,
                unread: Some(1 - read),
                others,
            }
        })
        .collect())
}

fn ids(names: &[String]) -> Result<Vec<MessageId>, Code> {
    if names.len() > MOST {
        return Err(Code::PARAMETER);
    }
    Ok(names.iter().filter_map(|name| uid::decode(name)).collect())
}
