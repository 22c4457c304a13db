//! Followers of every door, in both dialects, rebuild from events alone exactly what the lists show, whatever users and back ends do
//! and whatever is cut, killed or restarted meanwhile.
//!
//! What happens is drawn from a seed (CONTRIBUTING.md says how to repeat it, and to make it last longer).

mod app_view;
mod deeds;
mod device_view;
mod follower;
mod settings;
mod world;

use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::streams::Who;
use crate::database::TestDatabase;
use crate::site::{Server, Site, sixin};
use follower::Follower;
use world::World;

/// How many do something at the same time.
const ACTORS: u64 = 3;

fn from_environment(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap())
}

/// Everything of which streams tell, but for what is live only.
const KINDS: [&str; 18] = [
    "message",
    "modified",
    "expanded",
    "recalled",
    "receipt",
    "read",
    "deleted",
    "cleared",
    "conversation_removed",
    "pinned",
    "muted",
    "push_period",
    "blocked",
    "whitelisted",
    "followed",
    "remarks",
    "profile",
    "user_state",
];

/// Servers that end in every way until the time is over, and a backup that seems to have been restored meanwhile.
fn story(world: &World<'_>, mut servers: Vec<Server>, mut chance: StdRng, time: Duration) -> Vec<Server> {
    let begun = Instant::now();
    let (url, mut is_restored) = (world.site.database.url(), false);
    let restore_at = time.mul_f64(chance.random_range(0.1..0.5));
    while begun.elapsed() < time {
        std::thread::sleep(Duration::from_millis(chance.random_range(300..1_800)));
        if !is_restored && begun.elapsed() > restore_at {
            sixin(&url, &["restored"]);
            is_restored = true;
            continue;
        }
        let place = chance.random_range(0..servers.len());
        if chance.random_bool(0.5) {
            servers[place].kill();
        } else {
            servers[place].terminate();
            assert_eq!(servers[place].wait(), Some(0), "{}", servers[place].log());
        }
        // Nobody is told before: clients find out.
        servers[place] = Server::start(&url, &[]);
        world.serve_at(&servers);
    }
    servers
}

/// Every user follows by several doors and in both dialects.
fn followers(site: &Site) -> Vec<(&'static str, usize, Who)> {
    let people = [("alice", &site.alice), ("bob", &site.bob), ("carol", &site.carol)];
    let mut all = Vec::new();
    for (number, (name, person)) in people.into_iter().enumerate() {
        for door in 0..2 {
            all.push((name, (number + door) % 3, Who::app(person)));
        }
        all.push((name, (number + 2) % 3, Who::device(site, name)));
    }
    all
}

fn whoever_follows_has_what_the_lists_show(database: TestDatabase, processes: usize) {
    let seed = from_environment("SIXIN_TEST_SEED").unwrap_or_else(|| rand::rng().random());
    let time = Duration::from_secs(from_environment("SIXIN_TEST_MODEL_SECONDS").unwrap_or(12));
    // Shown if the test fails.
    println!("SIXIN_TEST_SEED={seed}");
    let chance = |number| StdRng::seed_from_u64(seed.wrapping_add(number));
    let site = Site::on(database, &[]);
    let world = World::on(&site);
    let who = followers(&site);
    let servers: Vec<Server> = (0..processes).map(|_| Server::start(&site.database.url(), &[])).collect();
    world.serve_at(&servers);
    site.server.kill();
    let world = &world;
    std::thread::scope(|scope| {
        let followers: Vec<_> = who
            .into_iter()
            .enumerate()
            .map(|(number, (name, door, who))| {
                let mut follower = Follower::begin(world, name, door, who, chance(100 + number as u64));
                // The others have it all from events, since the beginning or a reset.
                follower.begins_anew_at_times = number % 3 == 0;
                scope.spawn(move || {
                    follower.follow();
                    follower
                })
            })
            .collect();
        let actors: Vec<_> =
            (0..ACTORS).map(|number| scope.spawn(move || deeds::act(world, chance(1 + number)))).collect();
        let servers = story(world, servers, chance(0), time);
        world.until_told(&KINDS);
        world.end();
        let done: usize = actors.into_iter().map(|actor| actor.join().unwrap()).sum();
        world.say_that_it_is_over();
        let followers: Vec<Follower<'_>> =
            followers.into_iter().map(|follower| follower.join().unwrap()).collect();
        let (told, cuts): (usize, usize) =
            followers.iter().fold((0, 0), |(told, cuts), one| (told + one.told(), cuts + one.cuts));
        println!("{done} deeds, {told} events told, {cuts} cuts, {} messages", site.messages());
        world.no_faults();
        sixin(&site.database.url(), &["check"]);
        let wrong: Vec<String> = followers.iter().flat_map(Follower::differences).collect();
        assert!(wrong.is_empty(), "seed {seed}:\n{}", wrong.join("\n"));
        drop(servers);
    });
}

#[test]
fn on_sqlite_whoever_follows_has_what_the_lists_show() {
    whoever_follows_has_what_the_lists_show(TestDatabase::sqlite(), 1);
}

#[test]
fn on_mysql_whoever_follows_any_of_two_processes_has_what_the_lists_show() {
    if let Some(database) = TestDatabase::mysql() {
        whoever_follows_has_what_the_lists_show(database, 2);
    }
}
