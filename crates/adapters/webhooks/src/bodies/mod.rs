//! What is in the bodies of Standard Webhooks (docs/webhooks.md#events): what is written, and what the OpenAPI document describes.

mod conversations;
mod messages;
mod pushes;
mod questions;
mod users;

use serde::Serialize;
use utoipa::ToSchema;

pub(crate) use conversations::{ClearedData, DeletedData, MutedData, PinnedData, ReadData};
pub(crate) use messages::{MessageData, MessageReference, RecalledData, Source};
pub(crate) use pushes::{DeviceData, DeviceKeyData, PushData, PushReason};
pub(crate) use questions::QuestionData;
pub(crate) use users::{BannedData, BlockedData, PairReference, PresenceData, UserReference, UserState};

/// The body of a request.
#[derive(Serialize, ToSchema)]
#[schema(as = WebhookEvent)]
pub(crate) struct Envelope<'a> {
    /// What happened.
    #[serde(rename = "type")]
    pub(crate) event: &'a str,
    /// When it happened, to the microsecond.
    #[schema(format = DateTime, example = "2026-11-22T12:00:00.123456Z")]
    pub(crate) timestamp: String,
    /// More about it, by its type.
    #[schema(value_type = Object)]
    pub(crate) data: &'a Data<'a>,
}

/// More about what happened.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum Data<'a> {
    Message(MessageData<'a>),
    Recalled(RecalledData<'a>),
    Read(ReadData<'a>),
    Deleted(DeletedData<'a>),
    Cleared(ClearedData<'a>),
    Pinned(PinnedData<'a>),
    Muted(MutedData<'a>),
    Blocked(BlockedData<'a>),
    Presence(PresenceData<'a>),
    Banned(BannedData<'a>),
    Disabled(DisabledData),
    Push(PushData<'a>),
    Question(QuestionData<'a>),
    Nothing(Nothing),
}

impl Data<'_> {
    /// Leaves out what can be long.
    pub(crate) fn shorten(&mut self) {
        match self {
            Self::Message(data) => {
                (data.content, data.text, data.extra_content) = (None, None, None);
                data.truncated = Some(true);
            }
            Self::Read(data) => {
                data.message_uids = data.message_uids.take().map(|_| None);
                data.truncated = Some(true);
            }
            Self::Deleted(data) => (data.message_uids, data.truncated) = (None, Some(true)),
            Self::Push(data) => (data.push_configs, data.truncated) = (None, Some(true)),
            _ => {}
        }
    }

    /// Leaves out the last device; `false` if there is none.
    pub(crate) fn drop_device(&mut self) -> bool {
        match self {
            Self::Push(data) => data.devices.pop().is_some(),
            _ => false,
        }
    }
}

/// Nothing more is to be said.
#[derive(Serialize, ToSchema)]
#[schema(as = WebhookTest)]
pub(crate) struct Nothing {}

/// A webhook that was switched off.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = WebhookDisabled)]
pub(crate) struct DisabledData {
    /// Where it stands in the log. It is the number in `webhook-id`.
    #[schema(example = 1_795_348_800_123_456_i64)]
    pub(crate) pos: i64,
    /// Its number.
    pub(crate) endpoint_id: i64,
}
