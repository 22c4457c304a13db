//! Somebody who follows through one door, is cut now and then, and goes on.

use std::time::{Duration, Instant};

use rand::RngExt;
use rand::rngs::StdRng;
use serde_json::Value;

use super::super::streams::{Told, Who, door_at};
use super::app_view::AppView;
use super::device_view::DeviceView;
use super::settings::{Followed, Settings};
use super::world::{OVER, World};
use crate::site::{PATIENCE, Person};

enum View {
    App(AppView),
    Device(DeviceView),
}

pub(super) struct Follower<'w> {
    world: &'w World<'w>,
    user: &'static str,
    person: &'w Person,
    door: usize,
    who: Who,
    chance: StdRng,
    view: View,
    followed: Followed,
    cursor: String,
    /// What it was told, for whoever has to find out what is wrong.
    told: Vec<Told>,
    pub(super) cuts: usize,
    /// Whether it is lost now and then and made anew of the lists.
    pub(super) begins_anew_at_times: bool,
}

impl<'w> Follower<'w> {
    /// Begins with the lists as they are now.
    pub(super) fn begin(
        world: &'w World<'w>,
        user: &'static str,
        door: usize,
        who: Who,
        chance: StdRng,
    ) -> Self {
        let site = world.site;
        let person = match user {
            "alice" => &site.alice,
            "bob" => &site.bob,
            _ => &site.carol,
        };
        let (view, cursor) = AppView::load(world, person);
        let view = match who {
            Who::App(_) => View::App(view),
            Who::Device(_) => View::Device(DeviceView::load(world, user)),
        };
        let followed = Followed::read(world, user, person);
        let told = Vec::new();
        let (cuts, begins_anew_at_times) = (0, false);
        Self {
            world,
            user,
            person,
            door,
            who,
            chance,
            view,
            followed,
            cursor,
            told,
            cuts,
            begins_anew_at_times,
        }
    }

    pub(super) fn told(&self) -> usize {
        self.told.len()
    }

    /// Follows until the last message has come.
    pub(super) fn follow(&mut self) {
        let mut over: Option<Instant> = None;
        while !(self.has_it_all() && self.followed.reread(self.world, self.user)) {
            let server = self.world.any_server();
            let Some(mut stream) = door_at(self.door, self.world.site, &server, &self.who, &self.cursor)
            else {
                std::thread::sleep(Duration::from_millis(50));
                continue;
            };
            let (mut most, begun) = (self.chance.random_range(1..80), Instant::now());
            let longest = Duration::from_millis(self.chance.random_range(50..4_000));
            while most > 0 && begun.elapsed() < longest && !self.has_it_all() {
                let Some(told) = stream.next(Duration::from_secs(1)) else { break };
                self.take(told);
                self.followed.reread(self.world, self.user);
                most -= 1;
            }
            drop(stream);
            self.cuts += 1;
            if self.begins_anew_at_times && self.chance.random_bool(0.05) {
                self.begins_anew();
            }
            if self.world.is_over() {
                let begun = *over.get_or_insert_with(Instant::now);
                assert!(begun.elapsed() < PATIENCE, "{} never heard the last", self.name());
            }
        }
    }

    fn take(&mut self, told: Told) {
        if let Some(cursor) = &told.cursor {
            self.cursor.clone_from(cursor);
        }
        if told.event == "reset" {
            self.read_all();
        }
        match &mut self.view {
            View::App(view) => {
                view.take(&told);
                self.followed.take(&told, |user| user["username"].as_str().unwrap().to_owned());
            }
            View::Device(view) => {
                view.take(self.world, self.user, &told);
                self.followed.take(&told, |user: &Value| user.as_str().unwrap().to_owned());
            }
        }
        self.world.was_told(&told.event);
        self.told.push(told);
    }

    /// The lists instead of what was told; answers where they begin.
    fn read_all(&mut self) -> String {
        let (view, begin) = AppView::load(self.world, self.person);
        self.view = match self.view {
            View::App(_) => View::App(view),
            View::Device(_) => View::Device(DeviceView::load(self.world, self.user)),
        };
        self.followed = Followed::read(self.world, self.user, self.person);
        begin
    }

    /// As a client that was installed anew.
    fn begins_anew(&mut self) {
        self.cursor = self.read_all();
        self.told.push(Told {
            event: "anew".to_owned(),
            cursor: Some(self.cursor.clone()),
            data: Value::Null,
        });
    }

    fn has_it_all(&self) -> bool {
        match &self.view {
            View::App(view) => view.has(OVER),
            View::Device(view) => view.has(OVER),
        }
    }

    fn name(&self) -> String {
        let dialect = if matches!(self.view, View::App(_)) { "app" } else { "device" };
        format!("{} by {} as {dialect}", self.user, ["poll", "events", "socket"][self.door])
    }

    /// In what it has not what the lists show now.
    pub(super) fn differences(&self) -> Vec<String> {
        let mut wrong = match &self.view {
            View::App(view) => view.differences(self.world, self.person, &self.followed),
            View::Device(view) => view.differences(self.world, self.user),
        };
        let settings = Settings::read(self.world, self.user, self.person);
        if settings != self.followed.settings {
            wrong.push(format!("told {:?}, stored {settings:?}", self.followed.settings));
        }
        let found = !wrong.is_empty();
        wrong.iter_mut().for_each(|wrong| *wrong = format!("{}: {wrong}", self.name()));
        if found && let Ok(folder) = std::env::var("SIXIN_TEST_MODEL_TOLD") {
            let lines: Vec<String> = self.told.iter().map(|told| format!("{told:?}\n")).collect();
            std::fs::write(format!("{folder}/{}", self.name()), lines.concat()).unwrap();
        }
        wrong
    }
}
