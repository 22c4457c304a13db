//! What clients ask for, by topic. Whatever is not here is refused at once: a client that gets no answer waits for half a minute, and
//! one that gets an empty one believes that it was done.

mod conversations;
mod history;
mod modifying;
mod options;
mod preferences;
pub(crate) mod presence;
mod profiles;
mod pulling;
pub(crate) mod reading;
mod receipts;
mod sending;
mod tags;
mod unread;
mod uploads;

use prost::Message;
use sixin_application::delivery::inbox::Inbox;
use sixin_application::delivery::stream::LiveStream;
use sixin_domain::log::Position;
use sixin_domain::time::Millis;
use sixin_domain::user::username::Username;

use self::reading::OwnMarks;
use crate::codes::Code;
use crate::shown::Showing;
use crate::wire::PRIVATE;
use crate::wire::frame::Call;

/// Longest call but for those that carry a content; lists in it take more in memory than on the wire.
const LONGEST: usize = 64 * 1024;

/// What became of a call.
pub(crate) enum Answer {
    /// It was done at that time, and the message is called so.
    Published(Millis, String),
    /// This was found, a message of protobuf.
    Found(Vec<u8>),
    /// The same, and whoever has it has everything up to that position.
    Pulled(Vec<u8>, Position),
    /// It was not done.
    Refused(Code),
    /// Nobody waits for an answer.
    Nothing,
}

impl From<Result<Answer, Code>> for Answer {
    fn from(result: Result<Answer, Code>) -> Self {
        result.unwrap_or_else(Self::Refused)
    }
}

/// It was done, and there is nothing to say about it.
fn done() -> Answer {
    Answer::Found(Vec::new())
}

/// This was found.
fn found(message: &impl Message) -> Answer {
    Answer::Found(message.encode_to_vec())
}

/// Who asks.
pub(crate) struct Caller<'a> {
    pub(crate) showing: Showing<'a>,
    /// What its device calls itself.
    pub(crate) device: &'a str,
    /// What it has marked as read itself.
    pub(crate) own: &'a OwnMarks,
    /// Its stream, which shows whom it watches.
    pub(crate) stream: &'a LiveStream,
}

impl Caller<'_> {
    /// Its own name.
    fn name(&self) -> Username {
        self.showing.guest.viewer.user.username.clone()
    }

    fn now(&self) -> Millis {
        self.showing.api.clock.now()
    }
}

/// Does what a client asks for.
pub(crate) async fn answer(caller: &Caller<'_>, inbox: &mut Inbox, call: Call) -> Answer {
    let topic = known(&call.topic);
    let answer = Answer::from(carried_out(caller, inbox, topic, call).await);
    let outcome = match &answer {
        Answer::Refused(Code::UNSUPPORTED) => "unsupported",
        Answer::Refused(Code::STORE) => "failed",
        Answer::Refused(_) => "refused",
        _ => "done",
    };
    metrics::counter!("sixin_gateway_calls_total", "topic" => topic, "outcome" => outcome).increment(1);
    answer
}

/// The topics that are answered; anybody may invent others.
const TOPICS: [&str; 47] = [
    "ppMsgP",
    "ppMsgS",
    "recallMsg",
    "updRTime",
    "pullMsg",
    "qryPMsg",
    "qryMsg",
    "modifyMsg",
    "pullModifyMsg",
    "delMsg",
    "cleanPMsg",
    "cleanMsgBatch",
    "qryRelationR",
    "qryRLBatch",
    "qryRelationFilter",
    "delRelationBatch",
    "delRelation",
    "setSeAtt",
    "pullSeAtts",
    "setTypeUnpush",
    "pullUS",
    "addUnpush",
    "qryUnpush",
    "delUnpush",
    "pullEventChange",
    "readReceipt",
    "qryReceiptBatch",
    "qryReceipt",
    "updUserSub",
    "pullUserSub",
    "pullSubData",
    "qrySubData",
    "pullSe",
    "addSeTag",
    "delSeTag",
    "addTag",
    "delTag",
    "qnTkn",
    "qnUrl",
    "pullOwnProfile",
    "pullUserProfile",
    "updUserProfile",
    "qProfilePermiss",
    "updProfilePermiss",
    "qAppBot",
    "reportsdk",
    "(other)",
];

fn known(topic: &str) -> &'static str {
    TOPICS.iter().find(|known| **known == topic).copied().unwrap_or("(other)")
}

async fn carried_out(
    caller: &Caller<'_>,
    inbox: &mut Inbox,
    topic: &'static str,
    call: Call,
) -> Result<Answer, Code> {
    let carries_content = matches!(topic, "ppMsgP" | "ppMsgS" | "recallMsg" | "modifyMsg");
    if call.body.len() > LONGEST && !carries_content {
        return Err(Code::PARAMETER);
    }
    match topic {
        "ppMsgP" => sending::send(caller, &call.target, read(&call)?).await,
        "ppMsgS" => sending::pass_on(caller, &call.target, read(&call)?).await,
        "recallMsg" => modifying::recall(caller, read(&call)?).await,
        "modifyMsg" => modifying::modify(caller, read(&call)?).await,
        "updRTime" => reading::read_until(caller, read(&call)?).await,
        "pullMsg" => pulling::pull(caller, inbox, read(&call)?).await,
        "pullModifyMsg" => pulling::pull_modified(caller, read(&call)?).await,
        "pullEventChange" => receipts::pull_changes(caller, read(&call)?).await,
        "readReceipt" => receipts::receive(caller, read(&call)?).await,
        "qryReceiptBatch" => receipts::of_several(caller, read(&call)?).await,
        "qryReceipt" => receipts::of_one(caller, read(&call)?).await,
        "qryPMsg" => history::page(caller, read(&call)?).await,
        "qryMsg" => history::named(caller, read(&call)?).await,
        "delMsg" => history::delete(caller, read(&call)?).await,
        "cleanPMsg" => history::clear(caller, read(&call)?).await,
        "cleanMsgBatch" => history::clear_several(caller, read(&call)?).await,
        "qryRelationR" => conversations::list(caller, read(&call)?).await,
        "qryRLBatch" => conversations::named(caller, read(&call)?).await,
        "qryRelationFilter" => conversations::filtered(caller, read(&call)?).await,
        "delRelationBatch" => conversations::remove(caller, read(&call)?).await,
        "delRelation" => conversations::remove_one(caller, &call.target, read(&call)?).await,
        "setSeAtt" => preferences::set(caller, read(&call)?).await,
        "pullSeAtts" => preferences::pull(caller, read(&call)?).await,
        "setTypeUnpush" => preferences::set_for_all(caller, read(&call)?).await,
        "updUserSub" => presence::watch(caller, read(&call)?).await,
        "pullUserSub" => presence::watched(caller, read(&call)?).await,
        "pullSubData" => presence::of_watched(caller).await,
        "qrySubData" => presence::of_some(caller, read(&call)?).await,
        "pullUS" => tags::pull_settings(caller, read(&call)?).await,
        "addSeTag" => tags::set(caller, read(&call)?).await,
        "delSeTag" => tags::remove(caller, read(&call)?).await,
        "addTag" => tags::put(caller, read(&call)?, true).await,
        "delTag" => tags::put(caller, read(&call)?, false).await,
        "pullSe" if caller.showing.api.keeps_unread => unread::pull(caller, read(&call)?).await,
        "addUnpush" => preferences::set_quiet_hours(caller, read(&call)?).await,
        "qryUnpush" => preferences::quiet_hours(caller).await,
        "qnTkn" => uploads::place(caller, read(&call)?),
        "qnUrl" => uploads::address(caller, read(&call)?).await,
        "pullOwnProfile" => profiles::own(caller).await,
        "pullUserProfile" => profiles::of_others(caller, read(&call)?).await,
        "updUserProfile" => profiles::change(caller, read(&call)?).await,
        "qProfilePermiss" => Ok(profiles::permission()),
        "updProfilePermiss" => profiles::set_permission(read(&call)?),
        "delUnpush" => preferences::end_quiet_hours(caller).await,
        // Nobody has bots here, and nobody is told of the SDK's version.
        "qAppBot" | "reportsdk" => Ok(done()),
        _ => Err(Code::UNSUPPORTED),
    }
}

fn read<M: Message + Default>(call: &Call) -> Result<M, Code> {
    M::decode(call.body.clone()).map_err(|_| Code::PARAMETER)
}

/// The other side of a conversation of two; others sixin does not have.
fn peer(channel: i32, id: &str) -> Result<Username, Code> {
    if channel != PRIVATE {
        return Err(Code::UNSUPPORTED);
    }
    Username::new(id).map_err(|_| Code::PARAMETER)
}
