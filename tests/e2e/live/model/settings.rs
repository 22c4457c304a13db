//! What a user has set, as events told it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::super::streams::Told;
use super::world::{USERS, World};
use crate::site::Person;

/// Some events only say that something is to be read. It is, a little later: other processes may still have in memory what was.
const LATER: Duration = Duration::from_millis(200);

#[derive(Debug, Default, PartialEq)]
pub(super) struct Settings {
    /// By the other user; that of all has no name.
    levels: BTreeMap<String, i64>,
    period: Value,
    /// What the user has to others, and to whom.
    ties: BTreeSet<(String, String)>,
    remarks: Value,
    name: Value,
    is_muted: bool,
}

/// Settings that follow events.
pub(super) struct Followed {
    pub(super) settings: Settings,
    pub(super) pinned: BTreeSet<String>,
    reread: BTreeMap<String, Instant>,
}

impl Followed {
    pub(super) fn read(world: &World<'_>, user: &str, person: &Person) -> Self {
        let pinned = world.site.database.lines(&pinned_of(person));
        let settings = Settings::read(world, user, person);
        Self { settings, pinned: pinned.into_iter().collect(), reread: BTreeMap::new() }
    }

    /// Takes an event, if it is about settings; users are called `name`.
    pub(super) fn take(&mut self, told: &Told, name: impl Fn(&Value) -> String) {
        let (data, other) = (&told.data, || name(&told.data["user"]));
        let put = |set: &mut BTreeSet<String>, name: String, is_in: &Value| {
            if is_in == true { set.insert(name) } else { set.remove(&name) }
        };
        match &*told.event {
            "pinned" => drop(put(&mut self.pinned, other(), &data["isPinned"])),
            "muted" => {
                let with = if data["user"].is_null() { String::new() } else { other() };
                self.settings.levels.insert(with, data["level"].as_i64().unwrap());
            }
            "push_period" => self.settings.period = data["period"].clone(),
            tie @ ("blocked" | "whitelisted" | "followed") => {
                let tie = (tie.to_owned(), other());
                if data["isSet"] == true {
                    self.settings.ties.insert(tie);
                } else {
                    self.settings.ties.remove(&tie);
                }
            }
            event @ ("remarks" | "profile" | "user_state") => {
                self.reread.insert(event.to_owned(), Instant::now() + LATER);
            }
            _ => {}
        }
    }

    /// Reads what is to be read, if it is time; `false` while there is more.
    pub(super) fn reread(&mut self, world: &World<'_>, user: &str) -> bool {
        let due: Vec<String> = self
            .reread
            .iter()
            .filter(|(_, time)| **time <= Instant::now())
            .map(|(event, _)| event.clone())
            .collect();
        for event in due {
            self.reread.remove(&event);
            match &*event {
                "remarks" => self.settings.remarks = remarks(world, user),
                "profile" => self.settings.name = name(world, user),
                _ => self.settings.is_muted = is_muted(world, user),
            }
        }
        self.reread.is_empty()
    }
}

fn remarks(world: &World<'_>, user: &str) -> Value {
    world.read("/user/remarks/get.json", &[("userId", user), ("size", "100")])["users"].clone()
}

fn name(world: &World<'_>, user: &str) -> Value {
    world.read("/user/info.json", &[("userId", user)])["userName"].clone()
}

fn is_muted(world: &World<'_>, user: &str) -> bool {
    let muted = world.read("/user/chat/fb/querylist.json", &[("type", "PERSON")]);
    muted["users"].as_array().unwrap().iter().any(|muted| muted == user)
}

/// Seconds of the day, as events have them.
fn period(world: &World<'_>, user: &str) -> Value {
    let found = world.read("/user/blockPushPeriod/get.json", &[("userId", user)])["data"].clone();
    let parts: Vec<i64> =
        found["startTime"].as_str().unwrap().split(':').filter_map(|part| part.parse().ok()).collect();
    match parts[..] {
        [hours, minutes, seconds] => json!({
            "startSecond": hours * 3600 + minutes * 60 + seconds,
            "minutes": found["period"], "level": found["level"],
        }),
        _ => Value::Null,
    }
}

impl Settings {
    /// As they are, by what can be read of them.
    pub(super) fn read(world: &World<'_>, user: &str, person: &Person) -> Self {
        let level = |kind: &str, with: &[(&str, &str)]| {
            let whose = [&[("conversationType", "1"), ("requestId", user)], with].concat();
            world.read(&format!("/conversation/{kind}get.json"), &whose)["unpushLevel"].as_i64().unwrap()
        };
        let mut levels = BTreeMap::from([(String::new(), level("type/notification/", &[]))]);
        let mut ties = BTreeSet::new();
        for (tie, list) in [("blocked", "blacklist"), ("whitelisted", "whitelist")] {
            let found = world.read(&format!("/user/{list}/query.json"), &[("userId", user)]);
            let names = found["users"].as_array().unwrap().iter();
            ties.extend(names.map(|name| (tie.to_owned(), name.as_str().unwrap().to_owned())));
        }
        for other in USERS.into_iter().filter(|other| *other != user) {
            levels.insert(other.to_owned(), level("notification/", &[("targetId", other)]));
            let detail = world.read_as(person, &format!("user/{other}/detail"));
            if detail.body["data"]["detail"]["interactive"]["followStatus"] == true {
                ties.insert(("followed".to_owned(), other.to_owned()));
            }
        }
        let (period, remarks) = (period(world, user), remarks(world, user));
        Self { levels, period, ties, remarks, name: name(world, user), is_muted: is_muted(world, user) }
    }
}

/// A list of conversations shows only those that have messages; a pin may come before the first.
fn pinned_of(person: &Person) -> String {
    let uid = person.uid;
    format!(
        "SELECT u.username AS line FROM conversations c \
         JOIN users me ON me.uid = {uid} AND (me.id = c.a_user_id AND c.a_is_pin = 1 OR me.id = c.b_user_id AND c.b_is_pin = 1) \
         JOIN users u ON u.id = CASE WHEN me.id = c.a_user_id THEN c.b_user_id ELSE c.a_user_id END"
    )
}
