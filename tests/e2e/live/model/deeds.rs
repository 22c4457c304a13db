//! What users and back ends do: everything of which live streams tell.

use rand::RngExt;
use rand::rngs::StdRng;
use serde_json::{Value, json};
use sixin_domain::id::MessageId;
use sixin_domain::message::uid;

use super::super::streams::{Follow, Socket, Who, if_there};
use super::world::{Sent, USERS, World};
use crate::calls::{Answer, PUBLISH, text_content};
use crate::site::Person;

/// Does one thing after the other until all is over; answers how many.
pub(super) fn act(world: &World<'_>, mut chance: StdRng) -> usize {
    let mut done = 0;
    while !world.is_over() {
        deed(world, &mut chance);
        done += 1;
        std::thread::sleep(std::time::Duration::from_millis(chance.random_range(0..10)));
    }
    done
}

fn deed(world: &World<'_>, chance: &mut StdRng) {
    match chance.random_range(0..100) {
        0..26 => publish(world, chance),
        26..38 => app_sends(world, chance),
        38..40 => socket_sends(world, chance),
        40..62 => a_message_changes(world, chance),
        62..80 => an_app_changes_its_view(world, chance),
        80..86 => a_back_end_changes_a_view(world, chance),
        _ => a_back_end_sets(world, chance),
    }
}

/// Two users that are not the same.
fn pair(chance: &mut StdRng) -> (&'static str, &'static str) {
    let from = chance.random_range(0..USERS.len());
    let to = (from + chance.random_range(1..USERS.len())) % USERS.len();
    (USERS[from], USERS[to])
}

fn person<'w>(world: &World<'w>, chance: &mut StdRng) -> (&'static str, &'w Person) {
    let site = world.site;
    let number = chance.random_range(0..3);
    (USERS[number], [&site.alice, &site.bob, &site.carol][number])
}

fn some<'t>(chance: &mut StdRng, of: &[&'t str]) -> &'t str {
    of[chance.random_range(0..of.len())]
}

/// Sends under a key until it is acknowledged, and now and then once more.
fn sent_once(
    world: &World<'_>,
    chance: &mut StdRng,
    send: impl Fn(Option<&str>) -> Option<Answer>,
) -> Answer {
    let key = format!("key-{}", world.number());
    let answer = world.surely("a send", || send(Some(&key)));
    for _ in 0..chance.random_range(0..3_u32).saturating_sub(1) {
        send(Some(&key));
    }
    answer
}

fn publish(world: &World<'_>, chance: &mut StdRng) {
    let (from, to) = pair(chance);
    let text = format!("t{}", world.number());
    let (kind, content) = match chance.random_range(0..10) {
        0 => ("app:Own", format!(r#"{{"n":"{text}"}}"#)),
        1 => ("RC:InfoNtf", json!({ "message": text }).to_string()),
        _ => ("RC:TxtMsg", text_content(&text)),
    };
    let mut fields =
        vec![("fromUserId", from), ("toUserId", to), ("objectName", kind), ("content", &content)];
    fields.push(("isIncludeSender", some(chance, &["0", "1", "1"])));
    if chance.random_bool(0.1) {
        fields.push(("isCounted", "0"));
    }
    let is_kept = chance.random_bool(0.95);
    if !is_kept {
        fields.push(("isPersisted", "0"));
    }
    if chance.random_bool(0.5) {
        fields.extend([("expansion", "true"), ("extraContent", r#"{"a":"1"}"#)]);
    }
    let answer = sent_once(world, chance, |key| world.back_end(PUBLISH, &fields, key));
    if let Some(uid) = answer.body["messageUIDs"][0]["messageUID"].as_str().filter(|_| is_kept) {
        was_sent(world, (from, to), uid::decode(uid).unwrap());
    }
}

fn was_sent(world: &World<'_>, (from, to): (&str, &str), id: MessageId) {
    world.was_sent(Sent { from: from.to_owned(), to: to.to_owned(), uid: uid::encode(id), id: id.0 });
}

fn app_sends(world: &World<'_>, chance: &mut StdRng) {
    let (from, who) = person(world, chance);
    let to = some(chance, &USERS);
    let body = json!({ "uidOrUsername": to, "message": format!("t{}", world.number()) });
    let path = ("POST", "conversation/send-message");
    let answer = sent_once(world, chance, |key| world.app(who, path, &body, key));
    // Whoever is blocked or muted is refused.
    if let Some(id) = answer.body["data"]["id"].as_i64() {
        was_sent(world, (from, to), MessageId(id));
    }
}

fn socket_sends(world: &World<'_>, chance: &mut StdRng) {
    let (from, who) = person(world, chance);
    let (to, number) = (some(chance, &USERS), world.number());
    let headers = Who::app(who).headers(world.site);
    let server = world.any_server();
    let opened = if_there(&server, || Socket::try_at(&server, "/live/ws", &headers).ok());
    let Some(mut socket) = opened.flatten() else { return };
    let begin = tungstenite::Message::text(r#"{"t":"since"}"#);
    if socket.0.send(begin).is_err() {
        return;
    }
    let frame =
        json!({ "t": "send", "key": format!("key-{number}"), "to": to, "text": format!("t{number}") });
    for _ in 0..chance.random_range(1..3) {
        if socket.0.send(tungstenite::Message::text(frame.to_string())).is_err() {
            return;
        }
        while let Some(told) = socket.next(std::time::Duration::from_secs(2)) {
            if let Some(id) = told.data["id"].as_i64().filter(|_| told.event == "sent") {
                was_sent(world, (from, to), MessageId(id));
            }
            if told.event == "sent" || told.event == "refused" {
                break;
            }
        }
    }
}

fn a_message_changes(world: &World<'_>, chance: &mut StdRng) {
    let Some(Sent { from, to, uid, .. }) = world.some_message(chance) else { return };
    let number = world.number();
    let text = format!("e{number}");
    let content = json!({ "content": text, "message": text }).to_string();
    let of = |by, with| [("conversationType", "1"), (by, &*from), (with, &*to)];
    let (path, fields) = match chance.random_range(0..10) {
        0..3 => {
            ("/message/recall.json", [&of("fromUserId", "targetId")[..], &[("messageUID", &*uid)]].concat())
        }
        3..6 => {
            let more = [("msgUID", &*uid), ("content", &*content)];
            ("/message/private/modify.json", [&of("fromUserId", "targetId")[1..], &more].concat())
        }
        6..9 => {
            let pairs = some(chance, &[r#"{"a":"2"}"#, r#"{"b":"3","c":""}"#]);
            let more = [("msgUID", &*uid), ("extraKeyVal", pairs)];
            ("/message/expansion/set.json", [&of("userId", "targetId")[..], &more].concat())
        }
        _ => {
            let more = [("msgUID", &*uid), ("extraKey", r#"["a"]"#)];
            ("/message/expansion/delete.json", [&of("userId", "targetId")[..], &more].concat())
        }
    };
    world.back_end(path, &fields, None);
}

fn an_app_changes_its_view(world: &World<'_>, chance: &mut StdRng) {
    let (me, who) = person(world, chance);
    let message = world.some_message(chance).map(|sent| sent.id);
    let ids = [message, world.some_message(chance).map(|sent| sent.id)];
    let ids: Vec<String> = ids.into_iter().flatten().map(|id| id.to_string()).collect();
    let some_messages = json!({ "type": "message", "messageIds": ids.join(",") });
    let with = some(chance, &USERS);
    let about = |path: &'static str, method: &'static str, body: Value| {
        world.app(who, (method, path), &body, None);
    };
    let conversation = || {
        let found = world.app(who, ("GET", &format!("conversation/{with}/detail")), &Value::Null, None)?;
        found.body["data"]["id"].as_i64()
    };
    let mark = |kind: &str| {
        let body = json!({ "interactiveType": kind, "markType": "user", "fsid": with });
        about("user/mark", "POST", body);
    };
    match chance.random_range(0..20) {
        0..4 if !ids.is_empty() => about("conversation/mark-as-read", "PUT", some_messages),
        4..8 if !ids.is_empty() => about("conversation/delete", "DELETE", some_messages),
        0..10 => {
            if let Some(id) = conversation() {
                let body = json!({ "type": "conversation", "conversationId": id });
                about("conversation/mark-as-read", "PUT", body);
            }
        }
        10..12 => {
            if let Some(id) = conversation() {
                let body = json!({ "type": "conversation", "conversationId": id });
                about("conversation/delete", "DELETE", body);
            }
        }
        12..15 => {
            if let Some(id) = conversation() {
                about("conversation/pin", "PUT", json!({ "conversationId": id }));
            }
        }
        15..17 if with != me => mark("follow"),
        17..19 if with != me => mark("block"),
        _ => about("user/edit", "PUT", json!({ "nickname": format!("n{}", world.number()) })),
    }
}

fn a_back_end_changes_a_view(world: &World<'_>, chance: &mut StdRng) {
    let (user, with) = pair(chance);
    if chance.random_bool(0.5) {
        let set = some(chance, &["true", "false"]);
        let fields = [("userId", user), ("conversationType", "1"), ("targetId", with), ("setTop", set)];
        world.back_end("/conversation/top/set.json", &fields, None);
        return;
    }
    // Up to a moment ago, or all.
    let ago = crate::calls::now_ms() - chance.random_range(0..4_000);
    let until = if chance.random_bool(0.3) { "0".to_owned() } else { ago.to_string() };
    let fields =
        [("fromUserId", user), ("conversationType", "1"), ("targetId", with), ("msgTimestamp", &until)];
    world.back_end("/conversation/message/history/clean.json", &fields, None);
}

fn a_back_end_sets(world: &World<'_>, chance: &mut StdRng) {
    let (user, with) = pair(chance);
    let name = format!("n{}", world.number());
    let levels = ["-1", "0", "1", "2", "4", "5"];
    let on = some(chance, &["add", "remove"]);
    let remarks = json!([{ "id": with, "remark": name }]).to_string();
    let call = |path: &str, fields: &[(&str, &str)]| {
        world.back_end(path, fields, None);
    };
    let level = ("unpushLevel", some(chance, &levels));
    let whose = [("conversationType", "1"), ("requestId", user)];
    match chance.random_range(0..18) {
        0..3 => {
            let fields = [&whose[..], &[("targetId", with), level]].concat();
            call("/conversation/notification/set.json", &fields);
        }
        3..5 => call("/conversation/type/notification/set.json", &[&whose[..], &[level]].concat()),
        5 => call("/user/blockPushPeriod/delete.json", &[("userId", user)]),
        6 => {
            let minutes = chance.random_range(1..1_440).to_string();
            let fields = [("userId", user), ("startTime", "22:00:00"), ("period", &minutes), ("level", "5")];
            call("/user/blockPushPeriod/set.json", &fields);
        }
        7..10 => {
            call(&format!("/user/blacklist/{on}.json"), &[("userId", user), ("blackUserId", with)]);
        }
        10..12 => call(&format!("/user/whitelist/{on}.json"), &[("userId", user), ("whiteUserId", with)]),
        12 => call("/user/remarks/set.json", &[("userId", user), ("remarks", &remarks)]),
        13 => call("/user/remarks/del.json", &[("userId", user), ("targetId", with)]),
        14 => call("/user/refresh.json", &[("userId", user), ("name", &name)]),
        _ => {
            let state = some(chance, &["0", "0", "1"]);
            call("/user/chat/fb/set.json", &[("userId", user), ("state", state), ("type", "PERSON")]);
        }
    }
}
