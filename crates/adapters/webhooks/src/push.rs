//! `push.requested`: whose devices are to be woken, and what they are to show (docs/push.md#gateway).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sixin_application::push::gathering::RequestedPush;
use sixin_application::webhooks::telling::Telling;
use sixin_domain::message::uid as message_uid;
use sixin_domain::push::PushDevice;

use crate::named::{name, uid};
use crate::standard::{Members, members};

pub(crate) fn data(telling: &Telling, requested: &RequestedPush) -> Members {
    let (push, message) = (&requested.push, &requested.message);
    let (to, from) = (message.recipient, message.message.sender);
    let mut devices: Vec<&PushDevice> = requested.devices.iter().collect();
    devices.sort_by_key(|device| std::cmp::Reverse(device.seen_at));
    let devices: Vec<Value> = devices.into_iter().map(|device| device_data(requested, device)).collect();
    members([
        ("userId", name(telling, to).into()),
        ("uid", uid(telling, to)),
        ("fromUserId", name(telling, from).into()),
        ("fromUid", uid(telling, from)),
        ("messageUID", message_uid::encode(message.message.id).into()),
        ("messageId", message.message.id.0.into()),
        ("conversationId", message.conversation.map(|id| id.0).into()),
        ("reason", if push.is_replacement { "recall" } else { "message" }.into()),
        ("title", push.title.as_str().into()),
        ("body", push.text(&requested.language, false).into()),
        ("data", push.data.as_deref().into()),
        ("badge", push.badge.into()),
        ("collapse", push.collapse.as_str().into()),
        ("expires", push.expires.0.into()),
        ("wakesApp", push.wakes_app.into()),
        ("templateId", push.extension.template_id.as_deref().into()),
        ("pushConfigs", push.extension.configs.as_deref().into()),
        ("devices", devices.into()),
    ])
}

fn device_data(requested: &RequestedPush, device: &PushDevice) -> Value {
    let spec = &device.spec;
    let keys = spec.keys.as_ref().map(|keys| {
        json!({ "p256dh": URL_SAFE_NO_PAD.encode(&keys.public), "auth": URL_SAFE_NO_PAD.encode(&keys.secret) })
    });
    json!({
        "deviceId": device.id,
        "platform": spec.platform.name(),
        "token": spec.token.reveal(),
        "keys": keys,
        "app": spec.app,
        "body": requested.text_on(device),
    })
}
