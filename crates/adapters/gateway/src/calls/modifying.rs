//! A sender takes a message back, or has it say something else.

use serde::Deserialize;
use sixin_application::messages::change_messages::{ChangeError, MessageRef, Recalling, Rewording};
use sixin_domain::message::uid::MessageName;

use super::{Answer, Caller, found, peer, sending};
use crate::codes::Code;
use crate::wire::messages::{ModifyMsgResp, MsgChangeReq, UpStreamMessage};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Recall {
    conversation_type: i32,
    target_id: String,
    #[serde(rename = "messageUId")]
    message_uid: String,
    is_delete: Option<bool>,
}

/// Takes a message back, for both sides.
pub(crate) async fn recall(caller: &Caller<'_>, message: UpStreamMessage) -> Result<Answer, Code> {
    let Recall { conversation_type, target_id, message_uid, is_delete } =
        serde_json::from_str(&message.content).map_err(|_| Code::PARAMETER)?;
    let with = peer(conversation_type, &target_id)?;
    let name = MessageName::read(&message_uid).ok_or(Code::NOTHING_TO_RECALL)?;
    let api = caller.showing.api;
    let id = name.id().ok_or(Code::NOTHING_TO_RECALL)?;
    if api.find_messages.find(&caller.showing.guest.viewer, &[id]).await?.is_empty() {
        return Err(Code::NOTHING_TO_RECALL);
    }
    let wanted = MessageRef { by: caller.name(), with, name };
    // Whatever a client says of itself, it is no administrator.
    let how = Recalling { is_admin: false, is_delete: is_delete.unwrap_or_default() };
    match api.change_messages.recall(&wanted, how).await {
        Ok(()) => Ok(sending::acknowledged(caller)),
        Err(ChangeError::NotOwn) => Err(Code::NOT_OWN),
        Err(ChangeError::MessageUnknown | ChangeError::Elsewhere) => Err(Code::NOTHING_TO_RECALL),
        Err(error) => Err(error.into()),
    }
}

/// Has a message say something else, and answers it as it is now.
pub(crate) async fn modify(caller: &Caller<'_>, wanted: MsgChangeReq) -> Result<Answer, Code> {
    let with = peer(wanted.channel, &wanted.target_id)?;
    let Caller { showing, .. } = caller;
    let user = &showing.guest.viewer.user;
    if user.restrictions.is_muted {
        return Err(Code::MUTED);
    }
    let name = MessageName::read(&wanted.msg_uid).ok_or(Code::MESSAGE_UNKNOWN)?;
    let id = name.id().ok_or(Code::MESSAGE_UNKNOWN)?;
    if showing.api.find_messages.find(&showing.guest.viewer, &[id]).await?.is_empty() {
        return Err(Code::MESSAGE_UNKNOWN);
    }
    let content = wanted.content.ok_or(Code::PARAMETER)?;
    let rewording = Rewording { object_name: None, content, is_a_users: true };
    let message = MessageRef { by: caller.name(), with, name };
    showing.api.change_messages.rewrite(&message, rewording).await?;
    let now = showing.api.find_messages.find(&showing.guest.viewer, &[id]).await?;
    let msg = showing.messages(&now).await?.pop();
    Ok(found(&ModifyMsgResp { modify_time: Some(caller.now().0), msg }))
}
