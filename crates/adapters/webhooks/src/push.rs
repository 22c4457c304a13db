//! `push.requested`: whose devices are to be woken, and what they are to show (docs/push.md#gateway).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sixin_application::push::gathering::RequestedPush;
use sixin_application::webhooks::telling::Telling;
use sixin_domain::message::uid as message_uid;
use sixin_domain::push::PushDevice;

use crate::bodies::{DeviceData, DeviceKeyData, PushData, PushReason};
use crate::named::{name, uid};
use crate::standard::user;

pub(crate) fn data<'a>(telling: &'a Telling, requested: &'a RequestedPush) -> PushData<'a> {
    let (push, message) = (&requested.push, &requested.message);
    let (to, from) = (message.recipient, message.message.sender);
    let mut devices: Vec<&PushDevice> = requested.devices.iter().collect();
    devices.sort_by_key(|device| std::cmp::Reverse(device.seen_at));
    PushData {
        user: user(telling, to),
        from_user_id: name(telling, from),
        from_uid: uid(telling, from),
        message_uid: message_uid::encode(message.message.id),
        message_id: message.message.id.0,
        conversation_id: message.conversation.map(|id| id.0),
        reason: if push.is_replacement { PushReason::Recall } else { PushReason::Message },
        title: &push.title,
        body: push.text(&requested.language, false),
        data: push.data.as_deref(),
        badge: push.badge,
        collapse: &push.collapse,
        expires: push.expires.0,
        wakes_app: push.wakes_app,
        template_id: push.extension.template_id.as_deref(),
        push_configs: push.extension.configs.as_deref(),
        devices: devices.into_iter().map(|device| device_data(requested, device)).collect(),
        truncated: None,
    }
}

fn device_data<'a>(requested: &RequestedPush, device: &'a PushDevice) -> DeviceData<'a> {
    let spec = &device.spec;
    let keys = spec.keys.as_ref().map(|keys| DeviceKeyData {
        p256dh: URL_SAFE_NO_PAD.encode(&keys.public),
        auth: URL_SAFE_NO_PAD.encode(&keys.secret),
    });
    DeviceData {
        device_id: device.id,
        platform: spec.platform.name(),
        token: spec.token.reveal(),
        keys,
        app: &spec.app,
        body: requested.text_on(device),
    }
}
