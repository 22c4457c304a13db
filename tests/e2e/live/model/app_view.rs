//! What an app has of its conversations, made of events alone.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::streams::Told;
use super::settings::Followed;
use super::world::World;
use crate::site::Person;

/// Entries of the longest page there is.
const PAGE: &str = "pageSize=30&whitelistKeys=username";

/// A message, as far as it shows and events tell it.
#[derive(Debug, Clone, PartialEq)]
struct Said {
    id: i64,
    content: Value,
    sender: Value,
    is_mine: bool,
    is_read: bool,
    is_counted: bool,
}

impl Said {
    /// Of a message object.
    fn of(message: &Value) -> (i64, Self) {
        let said = Self {
            id: message["id"].as_i64().unwrap(),
            content: message["content"].clone(),
            sender: message["user"]["username"].clone(),
            is_mine: message["isMe"] == true,
            is_read: message["readStatus"] == true,
            is_counted: message["isCounted"].as_bool().unwrap(),
        };
        (message["seq"].as_i64().unwrap(), said)
    }
}

/// The messages of one conversation by `seq`.
type Talk = BTreeMap<i64, Said>;

/// Conversations by their ids.
#[derive(Default)]
pub(super) struct AppView {
    talks: BTreeMap<i64, Talk>,
}

impl AppView {
    /// What the lists show now, and the cursor to go on from.
    pub(super) fn load(world: &World<'_>, person: &Person) -> (Self, String) {
        let list = world.read_as(person, &format!("conversation/list?{PAGE}"));
        let talks = ids(&list.body).into_iter().map(|id| (id, talk(world, person, id))).collect();
        (Self { talks }, list.header("x-sixin-cursor").unwrap().to_owned())
    }

    pub(super) fn take(&mut self, told: &Told) {
        let data = &told.data;
        let Some(id) = data["conversationId"].as_i64() else { return };
        let talk = self.talks.entry(id).or_default();
        let up_to = |key: &str| data[key].as_i64();
        let ids: Vec<i64> =
            data["messages"].as_array().into_iter().flatten().map(|id| id.as_i64().unwrap()).collect();
        match &*told.event {
            "message" | "modified" => {
                let (seq, said) = Said::of(&data["message"]);
                assert_eq!(Some(seq), data["seq"].as_i64(), "{told:?}");
                talk.insert(seq, said);
            }
            "recalled" => drop(talk.remove(&data["seq"].as_i64().unwrap())),
            "deleted" => talk.retain(|_, said| !ids.contains(&said.id)),
            "cleared" | "conversation_removed" => {
                let last = up_to("clearedSeq").unwrap();
                talk.retain(|seq, _| *seq > last);
            }
            event @ ("read" | "receipt") => {
                for (seq, said) in talk.iter_mut().filter(|(_, said)| said.is_mine == (event == "receipt")) {
                    said.is_read |=
                        up_to("readSeq").is_some_and(|last| *seq <= last) || ids.contains(&said.id);
                }
            }
            _ => {}
        }
    }

    pub(super) fn has(&self, text: &str) -> bool {
        self.talks.values().any(|talk| talk.values().any(|said| said.content == text))
    }

    /// In what it is not as the lists show it now.
    pub(super) fn differences(&self, world: &World<'_>, person: &Person, followed: &Followed) -> Vec<String> {
        let list = world.read_as(person, &format!("conversation/list?{PAGE}"));
        let mut wrong = Vec::new();
        let mut rest: BTreeMap<i64, &Talk> = self.talks.iter().map(|(id, talk)| (*id, talk)).collect();
        for listed in list.body["data"]["list"].as_array().unwrap() {
            let id = listed["id"].as_i64().unwrap();
            let (nothing, stored) = (Talk::new(), talk(world, person, id));
            let mine = rest.remove(&id).unwrap_or(&nothing);
            wrong.extend(different_messages(id, mine, &stored));
            let (told, shown) = (entry(mine), entry_of(listed));
            if told != shown {
                wrong.push(format!("conversation {id}: told {told}, listed {shown}"));
            }
            let is_pinned = followed.pinned.contains(listed["user"]["username"].as_str().unwrap());
            if listed["isPin"] != is_pinned {
                wrong.push(format!("conversation {id}: isPin is not {is_pinned}"));
            }
        }
        // What was repeated under a key is there once.
        let mut texts = std::collections::BTreeSet::new();
        let all = self.talks.values().flat_map(Talk::values);
        let sent = all.map(|said| said.content.to_string()).filter(|text| text.starts_with("\"t"));
        wrong.extend(
            sent.filter(|text| !texts.insert(text.clone())).map(|text| format!("{text} is there twice")),
        );
        // Of a conversation whose every message is gone it can't be told whether it is listed.
        rest.retain(|_, talk| !talk.is_empty());
        wrong.extend(rest.keys().map(|id| format!("conversation {id} is not listed")));
        wrong
    }
}

fn ids(list: &Value) -> Vec<i64> {
    list["data"]["list"].as_array().unwrap().iter().map(|entry| entry["id"].as_i64().unwrap()).collect()
}

/// The messages of a conversation, page by page.
fn talk(world: &World<'_>, person: &Person, id: i64) -> Talk {
    let (mut talk, mut before) = (Talk::new(), String::new());
    loop {
        let page = world.read_as(person, &format!("conversation/{id}/messages?{PAGE}{before}"));
        let page: Vec<(i64, Said)> =
            page.body["data"]["list"].as_array().unwrap().iter().map(Said::of).collect();
        let Some((_, last)) = page.last() else { return talk };
        before = format!("&before={}", last.id);
        talk.extend(page);
    }
}

/// What a list shows of a conversation with these messages.
fn entry(talk: &Talk) -> Value {
    let unread = talk.values().filter(|said| !said.is_mine && !said.is_read && said.is_counted).count();
    let latest = talk.values().next_back();
    let text = latest.map_or(json!(""), |said| said.content.clone());
    json!({ "count": talk.len(), "unread": unread, "latest": latest.map(|said| said.id), "text": text })
}

fn entry_of(listed: &Value) -> Value {
    let latest = &listed["latestMessage"];
    json!({
        "count": listed["messageCount"], "unread": listed["unreadCount"],
        "latest": latest["id"], "text": latest["message"],
    })
}

fn different_messages(id: i64, told: &Talk, stored: &Talk) -> Vec<String> {
    let all: std::collections::BTreeSet<&i64> = told.keys().chain(stored.keys()).collect();
    let different = all.into_iter().filter(|seq| told.get(seq) != stored.get(seq));
    different
        .map(|seq| {
            format!("conversation {id}, seq {seq}: told {:?}, stored {:?}", told.get(seq), stored.get(seq))
        })
        .collect()
}
