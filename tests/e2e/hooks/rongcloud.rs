//! The form in which RongCloud asks.

use crate::back_ends::rongcloud_messages::shown;
use crate::calls::text_content;
use crate::webhooks::receiver::{Receiver, Reply, on_each};
use crate::webhooks::rongcloud::{field, is_signed};

#[test]
fn rongclouds_receivers_are_asked_in_their_form_and_answer_in_theirs() {
    on_each(|site| {
        let asked = Receiver::start(|received, _| {
            Reply::Says(match field(received, "content").as_str() {
                r#"{"content":"no"}"# => r#"{"pass":0,"extra":"no advertising"}"#,
                r#"{"content":"darn"}"# => r#"{"pass":1,"replaceContent":"{\"content\":\"d**n\"}"}"#,
                _ => r#"{"pass":2}"#,
            })
        });
        let never = Receiver::start(|_, _| Reply::Says(r#"{"decision":"deny"}"#));
        let kind = ["--kind", "rongcloud", "--app-key", &site.rong.id];
        site.asked(&asked, &[&kind[..], &["--dialects", "fresns,rongcloud"]].concat());
        let second = site.asked(&never, &["--dialects", "fresns,rongcloud"]);
        site.send_text(&site.alice, "bob", "fine").is(200, 0);
        assert!(never.received().is_empty(), "a pass of 2 is the last word");
        assert_eq!(site.send_text(&site.alice, "bob", "no").is(200, 36605).body["message"], "no advertising");
        site.hook(&["remove", &second]);
        site.publish_text("alice", "bob", "darn").is(200, 200);
        let mut found = shown(site, &site.bob, "alice");
        found.sort();
        assert_eq!(found, ["d**n", "fine"]);
        let received = asked.received();
        assert!(received.iter().all(|received| is_signed(site, received)));
        let names =
            ["appKey", "fromUserId", "targetId", "toUserIds", "msgType", "content", "channelType", "os"];
        let fields = |at: usize| names.map(|name| field(&received[at], name));
        let content = text_content("fine");
        assert_eq!(
            fields(0),
            [&site.rong.id, "alice", "bob", "bob", "RC:TxtMsg", &content, "PERSON", "Websocket"]
        );
        assert_eq!(fields(2)[7], "Server");
        assert_eq!(received[0].header("content-type"), "application/x-www-form-urlencoded");
    });
}
