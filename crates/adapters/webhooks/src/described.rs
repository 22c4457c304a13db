//! What the OpenAPI document says of the events of Standard Webhooks.

use sixin_domain::webhook::event_type::EventType;
use utoipa::OpenApi;

use crate::bodies::{
    BannedData, BlockedData, ClearedData, DeletedData, DeviceData, DeviceKeyData, DisabledData, Envelope,
    MessageData, MessageReference, MutedData, Nothing, PairReference, PinnedData, PresenceData, PushData,
    PushReason, QuestionData, ReadData, RecalledData, Source, UserReference, UserState,
};
use crate::hook::questions;
use crate::standard::TEST;

#[derive(OpenApi)]
#[openapi(components(schemas(
    BannedData,
    BlockedData,
    ClearedData,
    DeletedData,
    DeviceData,
    DeviceKeyData,
    DisabledData,
    Envelope,
    MessageData,
    MessageReference,
    MutedData,
    Nothing,
    PairReference,
    PinnedData,
    PresenceData,
    PushData,
    PushReason,
    QuestionData,
    ReadData,
    RecalledData,
    Source,
    UserReference,
    UserState,
)))]
struct Described;

/// An event that receivers are told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DescribedEvent {
    /// Its type.
    pub name: &'static str,
    /// When it is told.
    pub about: &'static str,
    /// The name of the schema of its `data`.
    pub data: &'static str,
    /// Whether it is a question to a hook, whose answer is read.
    pub is_question: bool,
}

/// The name of the schema of what all bodies have.
pub const ENVELOPE: &str = "WebhookEvent";

/// The schemas of the bodies.
#[must_use]
pub fn schemas() -> utoipa::openapi::OpenApi {
    Described::openapi()
}

/// All events, in the order in which they are listed, the test, and what hooks are asked.
pub fn events() -> impl Iterator<Item = DescribedEvent> {
    let told = EventType::all().map(|event| {
        let (data, about) = described(event);
        (event.name(), about, data, false)
    });
    let others = [
        (TEST, "The operator tests whether the receiver is there.", "WebhookTest", false),
        (questions::QUESTION, "A hook is asked before a message is stored.", "HookQuestion", true),
        (questions::TEST, "The operator tests whether a hook answers.", "WebhookTest", true),
    ];
    let event = |(name, about, data, is_question)| DescribedEvent { name, about, data, is_question };
    told.chain(others).map(event)
}

/// The schema of the data of an event, and when it is told.
fn described(event: EventType) -> (&'static str, &'static str) {
    match event {
        EventType::MessageCreated => ("WebhookMessage", "A message was stored."),
        EventType::MessageRecalled => ("WebhookRecalledMessage", "A message was taken back."),
        EventType::MessageModified => ("WebhookMessage", "A message says something else now."),
        EventType::MessageExpanded => ("WebhookMessage", "A message carries something else now."),
        EventType::MessageRead => ("WebhookRead", "Somebody has read what the other one wrote."),
        EventType::MessageDeleted => ("WebhookDeleted", "Somebody deleted messages for itself."),
        EventType::ConversationDeleted => ("WebhookCleared", "Somebody deleted a conversation for itself."),
        EventType::ConversationCleared => {
            ("WebhookCleared", "Somebody deleted the history of a conversation for itself.")
        }
        EventType::ConversationPinned => ("WebhookPinned", "Somebody put a conversation on top, or back."),
        EventType::ConversationMuted => ("WebhookMuted", "Somebody muted a conversation, or no longer."),
        EventType::UserOnline => ("WebhookPresence", "Somebody came to its first live stream."),
        EventType::UserOffline => ("WebhookPresence", "Somebody left its last live stream."),
        EventType::UserBlocked => ("WebhookBlocked", "Somebody blocks somebody, or no longer."),
        EventType::UserBanned => {
            ("WebhookBanned", "A ban, mute, deactivation or deletion of a user has changed.")
        }
        EventType::EndpointDisabled => ("WebhookDisabled", "Another webhook was switched off."),
        EventType::PushRequested => {
            ("WebhookPush", "Somebody's devices are to be woken. Told to those alone who name it.")
        }
    }
}
