//! What those say who are asked, and what follows.

use serde_json::json;

use super::{moderator, text};
use crate::back_ends::rongcloud_messages::shown;
use crate::calls::text_content;
use crate::site::Site;
use crate::webhooks::receiver::{Receiver, Reply, on_each};

const BOTH: &[&str] = &["--dialects", "fresns,rongcloud"];
const TEMPLATE: &str = "/message/private/publish_template.json";

#[test]
fn what_is_allowed_is_stored_what_is_denied_is_not_and_what_is_replaced_is_stored_so() {
    on_each(|site| {
        let asked = moderator();
        site.asked(&asked, BOTH);
        site.send_text(&site.alice, "bob", "fine").is(200, 0);
        let no = site.send_text(&site.alice, "bob", "no");
        assert_eq!(no.is(200, 36605).body["message"], "The message was not let through");
        assert_eq!(
            site.send_text(&site.alice, "bob", "why").is(200, 36605).body["message"],
            "no advertising"
        );
        let replaced = site.send_text(&site.alice, "bob", "darn");
        assert_eq!(replaced.is(200, 0).body["data"]["content"], "d**n", "the sender sees it too");
        site.publish_text("alice", "bob", "fine too").is(200, 200);
        let why = site.publish_text("alice", "bob", "why");
        assert!(why.is(403, 20112).body["errorMessage"].as_str().unwrap().contains("no advertising"));
        site.publish_text("alice", "bob", "darn").is(200, 200);
        let stored = ["d**n", "fine too", "d**n", "fine"];
        let mut found = shown(site, &site.bob, "alice");
        found.sort();
        let mut expected = stored.map(str::to_owned).to_vec();
        expected.sort();
        assert_eq!(found, expected);
        assert_eq!(site.messages(), 4);
        let question = asked.received()[0].json();
        let data = &question["data"];
        assert_eq!(question["type"], "message.before_send");
        assert_eq!((&data["fromUserId"], &data["toUserIds"]), (&json!("alice"), &json!(["bob"])));
        assert_eq!((&data["objectName"], &data["dialect"]), (&json!("RC:TxtMsg"), &json!("fresns")));
        assert_eq!(data["content"], text_content("fine"));
    });
}

#[test]
fn what_was_decided_is_kept_with_the_message_it_was_about() {
    on_each(|site| {
        let asked = moderator();
        let id = site.asked(&asked, BOTH);
        site.send_text(&site.alice, "bob", "fine").is(200, 0);
        site.send_text(&site.alice, "carol", "why").is(200, 36605);
        let uid = site.publish_text("bob", "alice", "darn").body["messageUIDs"][0]["messageUID"].clone();
        let kept = site.until_decisions(3);
        let outcomes: Vec<_> = kept.iter().map(|one| one["outcome"].as_str().unwrap()).collect();
        assert_eq!(outcomes, ["replaced", "denied", "allowed"]);
        assert_eq!((&kept[0]["messageUID"], &kept[0]["from"]), (&uid, &json!("bob")));
        assert_eq!((&kept[1]["messageUID"], &kept[1]["to"]), (&json!(null), &json!("carol")));
        assert_eq!(kept[1]["reason"], "no advertising");
        assert_eq!(site.decisions(&["--hook", &id, "--limit", "1"]).len(), 1);
        assert!(site.decisions(&["--hook", "99"]).is_empty());
    });
}

#[test]
fn a_repeat_is_answered_before_anybody_is_asked() {
    on_each(|site| {
        let asked = moderator();
        site.asked(&asked, BOTH);
        let key = [("Idempotency-Key", "k")];
        let body = json!({"fromUserId": "alice", "objectName": "RC:TxtMsg", "toUserId": ["bob"],
                          "content": text_content("darn")});
        let publish = || site.call_back_end_json("/message/private/publish.json", &body, &key);
        let first = publish();
        let again = publish();
        assert_eq!(first.is(200, 200).body["messageUIDs"], again.is(200, 200).body["messageUIDs"]);
        assert_eq!(again.header("idempotent-replayed"), Some("true"));
        assert_eq!((asked.received().len(), site.messages()), (1, 1));
    });
}

#[test]
fn only_those_are_asked_whom_it_concerns_and_in_their_order() {
    on_each(|site| {
        let replace = || {
            Receiver::start(|received, _| {
                let said = if text(received) == "a" {
                    r#"{"decision":"replace","text":"b"}"#
                } else {
                    r#"{"decision":"allow"}"#
                };
                Reply::Says(said)
            })
        };
        let (first, second, orders) = (replace(), replace(), replace());
        site.asked(&first, &[]);
        site.asked(&second, &["--dialects", "rongcloud,fresns", "--object-names", "RC:TxtMsg,x:*"]);
        site.asked(&orders, &["--dialects", "rongcloud", "--object-names", "app:*"]);
        site.send_text(&site.alice, "bob", "a").is(200, 0);
        site.publish_text("alice", "bob", "a").is(200, 200);
        let of = |receiver: &Receiver| receiver.received().iter().map(text).collect::<Vec<_>>();
        assert_eq!((of(&first), of(&second)), (vec!["a".into()], vec!["b".into(), "a".into()]));
        let order =
            [("fromUserId", "alice"), ("toUserId", "bob"), ("objectName", "app:Order"), ("content", "{}")];
        site.publish(&order).is(200, 200);
        assert_eq!((of(&orders).len(), second.received().len()), (1, 2));
        site.hook(&["pause", "2"]);
        site.send_text(&site.alice, "bob", "c").is(200, 0);
        assert_eq!(second.received().len(), 2);
        site.hook(&["remove", "1"]);
        site.hook(&["resume", "2"]);
        site.send_text(&site.alice, "bob", "d").is(200, 0);
        assert_eq!((first.received().len(), second.received().len()), (2, 3));
    });
}

#[test]
fn what_is_put_instead_is_looked_at_as_if_it_had_been_sent() {
    on_each(|site| {
        site.sixin(&["block-word", "add", "curse"]);
        let asked = Receiver::start(|received, _| {
            Reply::Says(match text(received).as_str() {
                "word" => r#"{"decision":"replace","text":"a curse"}"#,
                "blank" => r#"{"decision":"replace","text":"  "}"#,
                "type" => r#"{"decision":"replace","content":{"no":"text"}}"#,
                _ => r#"{"decision":"replace","content":{"content":"whole","extra":"x"}}"#,
            })
        });
        site.asked(&asked, BOTH);
        for sent in ["word", "blank", "type"] {
            site.send_text(&site.alice, "bob", sent).is(200, 36605);
        }
        site.publish_text("alice", "bob", "type").is(403, 20112);
        site.send_text(&site.alice, "bob", "other").is(200, 0);
        assert_eq!(shown(site, &site.bob, "alice"), ["whole"]);
        let kept = site.until_decisions(5);
        assert_eq!(
            (&kept[4]["outcome"], &kept[0]["outcome"]),
            (&json!("bad_replacement"), &json!("replaced"))
        );
    });
}

#[test]
fn a_template_is_asked_about_once_for_each_thing_it_says_and_stored_whole_or_not_at_all() {
    on_each(|site| {
        let asked = Receiver::start(|received, _| {
            Reply::Says(match text(received).as_str() {
                "hi Carol" => r#"{"decision":"replace","text":"hi C."}"#,
                "hi nobody" => r#"{"decision":"deny"}"#,
                _ => r#"{"decision":"allow"}"#,
            })
        });
        site.asked(&asked, BOTH);
        let template = |names: &[&str]| {
            let values: Vec<_> = names.iter().map(|name| json!({"{name}": name})).collect();
            let body = json!({"fromUserId": "alice", "objectName": "RC:TxtMsg", "toUserIds": null, "values": values,
                              "content": text_content("hi {name}"), "toUserId": ["bob", "carol"],
                              "pushContent": ["", ""]});
            site.call_back_end_json(TEMPLATE, &body, &[])
        };
        template(&["Bob", "Carol"]).is(200, 200);
        assert_eq!(shown(site, &site.bob, "alice"), ["hi Bob"]);
        assert_eq!(shown(site, &site.carol, "alice"), ["hi C."]);
        template(&["both", "both"]).is(200, 200);
        assert_eq!(asked.received().len(), 3, "what is said to both is asked about once");
        template(&["Bob", "nobody"]).is(403, 20112);
        assert_eq!(site.messages(), 4);
    });
}

#[test]
fn what_only_users_who_are_connected_see_is_not_asked_about() {
    let site = Site::on(crate::database::TestDatabase::sqlite(), crate::webhooks::receiver::HERE);
    let asked = moderator();
    site.asked(&asked, BOTH);
    let status = [
        ("fromUserId", "alice"),
        ("toUserId", "bob"),
        ("objectName", "RC:TypSts"),
        ("content", r#"{"typingContentType":"no"}"#),
    ];
    site.call_back_end("/statusmessage/private/publish.json", &status).is(200, 200);
    assert!(asked.received().is_empty());
}
