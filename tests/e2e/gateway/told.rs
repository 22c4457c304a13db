//! What services of the operator's own hear of clients, and decide.

use serde_json::json;

use super::Device;
use crate::webhooks::receiver::{Receiver, Reply, on_each};
use crate::webhooks::rongcloud::field;

#[test]
fn what_a_client_sends_is_what_a_user_sends_to_webhooks_and_hooks() {
    on_each(|site| {
        let (route, events) = (Receiver::willing(), Receiver::willing());
        let moderator = Receiver::start(|received, _| {
            Reply::Says(if received.text() == "no" {
                r#"{"decision":"deny"}"#
            } else {
                r#"{"decision":"allow"}"#
            })
        });
        site.told(&route, &["--kind", "rongcloud-route", "--app-key", &site.rong.id]);
        site.told(&events, &["--events", "message.created"]);
        site.try_here("hook", &["add", &moderator.url], "", &[]).unwrap();
        site.settle();
        let Some(alice) = Device::connected(site, "alice") else { return };
        site.publish_text("bob", "alice", "from a back end").is(200, 200);
        alice.text("bob", "from the SDK");
        alice.call("text", &json!(["bob", "no"])).is(20112);
        route.until(site, "what the SDK has sent", |receiver| !receiver.received().is_empty());
        let told = &route.received()[0];
        assert_eq!((field(told, "source"), field(told, "fromUserId")), ("Websocket".into(), "alice".into()));
        events.until(site, "both", |receiver| receiver.received().len() == 2);
        let sources: Vec<_> =
            events.received().iter().map(|event| event.json()["data"]["source"].clone()).collect();
        assert!(sources.contains(&json!("app")) && sources.contains(&json!("server")), "{sources:?}");
        let asked: Vec<_> =
            moderator.received().iter().map(|asked| asked.json()["data"]["dialect"].clone()).collect();
        assert_eq!(asked, ["client", "client"], "nobody asks about back ends by default");
        assert_eq!((site.messages(), route.received().len()), (2, 1));
    });
}
