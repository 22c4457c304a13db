//! What is asked.

use std::collections::BTreeMap;

use chrono::{DateTime, SecondsFormat};
use sixin_application::access::ports::Signatures;
use sixin_application::hooks::ports::{AskedMessage, Question};
use sixin_application::webhooks::ports::PostFailure;
use sixin_domain::hook::rule::Origin;
use url::form_urlencoded;

use crate::Written;
use crate::bodies::{Data, Envelope, Nothing, QuestionData};
use crate::rongcloud::{CLIENT, FORM, JSON, PERSON, SERVER, signed};
use crate::standard::signed_headers;

/// The type of a question about a message,
pub(crate) const QUESTION: &str = "message.before_send";
/// and of one about none.
pub(crate) const TEST: &str = "hook.test";

fn is_on(value: Option<bool>) -> &'static str {
    if value == Some(true) { "true" } else { "false" }
}

fn pairs(pairs: Option<&BTreeMap<String, String>>) -> String {
    pairs.and_then(|pairs| serde_json::to_string(pairs).ok()).unwrap_or_default()
}

/// JSON, signed like Standard Webhooks.
pub(crate) fn standard(question: &Question, signatures: &dyn Signatures) -> Result<Written, PostFailure> {
    let at = DateTime::from_timestamp_millis(question.at.0).unwrap_or_default();
    let timestamp = at.to_rfc3339_opts(SecondsFormat::Millis, true);
    let (event, data) = match &question.message {
        Some(message) => (QUESTION, Data::Question(data(message))),
        None => (TEST, Data::Nothing(Nothing {})),
    };
    // Texts, numbers and lists of them: that can't fail.
    let body = serde_json::to_string(&Envelope { event, timestamp, data: &data }).unwrap_or_default();
    let secrets: Vec<_> = question.rule.live_secrets(question.at).collect();
    let id = format!("ask_{}", question.nonce);
    let headers = signed_headers(id, question.at, &secrets, &body, signatures)?;
    Ok(Written { url: question.rule.url.clone(), content_type: JSON, headers, body })
}

fn data(message: &AskedMessage) -> QuestionData<'_> {
    let delivery = message.delivery.clone().unwrap_or_default();
    QuestionData {
        from_user_id: message.from.username.as_str(),
        from_uid: message.from.uid.0,
        to_user_ids: message.to.iter().map(|user| user.username.as_str()).collect(),
        to_uids: message.to.iter().map(|user| user.uid.0).collect(),
        object_name: &message.object_name,
        content: &message.content,
        text: message.text.as_deref(),
        expansion: delivery.expansion == Some(true),
        extra_content: pairs(delivery.extra_content.as_ref()),
        push_content: delivery.push_content,
        push_data: delivery.push_data,
        push_ext: delivery.push_ext,
        disable_push: delivery.disable_push == Some(true),
        bus_channel: delivery.bus_channel.unwrap_or_default(),
        dialect: message.origin.name(),
    }
}

/// A form, signed in the query: RongCloud's callback before sending.
pub(crate) fn rong_cloud(question: &Question, signatures: &dyn Signatures) -> Result<Written, PostFailure> {
    let key = question.key.as_ref().filter(|key| key.is_enabled).ok_or(PostFailure::NoKey)?;
    let url = signed(&question.rule.url, key, &question.nonce, question.at, signatures);
    let mut form = form_urlencoded::Serializer::new(String::new());
    let mut add = |name: &str, value: &str| {
        form.append_pair(name, value);
    };
    add("appKey", &key.app_id);
    match &question.message {
        Some(message) => message_form(message, &mut add),
        // A test says so itself.
        None => {
            for name in ["fromUserId", "targetId"] {
                add(name, "sixin-test");
            }
            add("msgType", "sixin:Test");
            add("content", "{}");
        }
    }
    add("channelType", PERSON);
    add("msgTimeStamp", &question.at.0.to_string());
    // The message has no id yet, and what is not known of its sender is empty.
    for name in ["messageId", "originalMsgUID", "clientIp"] {
        add(name, "");
    }
    add("aiGenerated", "false");
    Ok(Written { url, content_type: FORM, headers: Vec::new(), body: form.finish() })
}

fn message_form(message: &AskedMessage, add: &mut impl FnMut(&str, &str)) {
    let names: Vec<&str> = message.to.iter().map(|user| user.username.as_str()).collect();
    let delivery = message.delivery.clone().unwrap_or_default();
    add("fromUserId", message.from.username.as_str());
    add("targetId", names.first().copied().unwrap_or_default());
    add("toUserIds", &names.join(","));
    add("msgType", &message.object_name);
    add("content", &message.content);
    add("pushContent", delivery.push_content.as_deref().unwrap_or_default());
    add("disablePush", is_on(delivery.disable_push));
    add("pushExt", delivery.push_ext.as_deref().unwrap_or_default());
    add("expansion", is_on(delivery.expansion));
    add("extraContent", &pairs(delivery.extra_content.as_ref()));
    add("busChannel", delivery.bus_channel.as_deref().unwrap_or_default());
    add("os", if message.origin == Origin::RongCloud { SERVER } else { CLIENT });
}
