//! What a device has of its conversations, made of events alone.

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::streams::Told;
use super::world::{PEERS, World};

/// Messages by their times, which differ in a conversation.
type Talk = BTreeMap<i64, Kept>;

/// A message as in a history, and its `seq` if an event told it.
struct Kept {
    message: Value,
    seq: Option<i64>,
}

/// Conversations by the other user.
#[derive(Default)]
pub(super) struct DeviceView {
    talks: BTreeMap<String, Talk>,
}

impl DeviceView {
    /// What histories show now.
    pub(super) fn load(world: &World<'_>, user: &str) -> Self {
        let talks = PEERS.into_iter().filter(|peer| *peer != user);
        Self { talks: talks.map(|peer| (peer.to_owned(), talk(world, user, peer))).collect() }
    }

    pub(super) fn take(&mut self, world: &World<'_>, user: &str, told: &Told) {
        let data = &told.data;
        let Some(peer) = data["targetId"].as_str() else { return };
        let talk = self.talks.entry(peer.to_owned()).or_default();
        let is = |kept: &Kept, uid: &Value| kept.message["messageUID"] == *uid;
        match &*told.event {
            "message" | "modified" | "expanded" => {
                let seq = data["seq"].as_i64();
                let mut message = data.clone();
                for more in ["seq", "isCounted"] {
                    message.as_object_mut().unwrap().remove(more).unwrap();
                }
                // What is in no conversation is in no history.
                if seq.is_some() {
                    talk.insert(message["msgTime"].as_i64().unwrap(), Kept { message, seq });
                }
            }
            "recalled" => talk.retain(|_, kept| !is(kept, &data["messageUID"])),
            "deleted" => {
                let gone = data["messages"].as_array().unwrap();
                talk.retain(|_, kept| !gone.iter().any(|uid| is(kept, uid)));
            }
            "cleared" | "conversation_removed" => {
                let last = data["clearedSeq"].as_i64().unwrap();
                if talk.values().any(|kept| kept.seq.is_none()) {
                    // A history does not say which message is which `seq`.
                    *talk = self::talk(world, user, peer);
                } else {
                    talk.retain(|_, kept| kept.seq > Some(last));
                }
            }
            _ => {}
        }
    }

    pub(super) fn has(&self, text: &str) -> bool {
        let content = crate::calls::text_content(text);
        self.talks.values().any(|talk| talk.values().any(|kept| kept.message["content"] == *content))
    }

    /// In what it is not as histories show it now.
    pub(super) fn differences(&self, world: &World<'_>, user: &str) -> Vec<String> {
        let (stored, nothing) = (Self::load(world, user), Talk::new());
        let mut wrong = Vec::new();
        for (peer, stored) in &stored.talks {
            let told = self.talks.get(peer).unwrap_or(&nothing);
            let all: std::collections::BTreeSet<&i64> = told.keys().chain(stored.keys()).collect();
            for time in all {
                let of = |talk: &Talk| talk.get(time).map(|kept| kept.message.clone());
                if of(told) != of(stored) {
                    wrong.push(format!(
                        "with {peer}, at {time}: told {:?}, stored {:?}",
                        of(told),
                        of(stored)
                    ));
                }
            }
        }
        wrong
    }
}

fn talk(world: &World<'_>, user: &str, peer: &str) -> Talk {
    let kept = |message: Value| (message["msgTime"].as_i64().unwrap(), Kept { message, seq: None });
    world.history(user, peer).into_iter().map(kept).collect()
}
