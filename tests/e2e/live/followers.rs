//! Followers rebuild what the store holds, whatever is killed meanwhile.

use std::time::Duration;

use rand::RngExt;
use sixin_redis::testing::TestRedis;
use xtask::mysql::private::PrivateMySql;

use super::herd::Herd;
use crate::database::TestDatabase;
use crate::durability::acknowledged::rounds;
use crate::site::{Server, Site};

fn pause(milliseconds: std::ops::Range<u64>) {
    std::thread::sleep(Duration::from_millis(rand::rng().random_range(milliseconds)));
}

fn followers_of_a_server_that_is_killed_lack_nothing(database: TestDatabase) {
    let site = Site::on(database, &[]);
    let rounds = rounds(6);
    let stored = Herd::live_through(&site, &[&site.server.url], |herd| {
        let mut last: Option<Server> = None;
        for _ in 0..rounds {
            pause(200..900);
            last.as_ref().unwrap_or(&site.server).kill();
            let next = Server::start(&site.database.url(), &[]);
            herd.serve_at(&[&next.url]);
            last = Some(next);
            herd.grows();
        }
        last
    });
    println!("{rounds} kills, {stored} messages, three doors, none lost");
}

#[test]
fn followers_on_sqlite_lack_nothing_when_the_server_is_killed() {
    followers_of_a_server_that_is_killed_lack_nothing(TestDatabase::sqlite());
}

#[test]
fn followers_on_mysql_lack_nothing_when_the_server_is_killed() {
    if let Some(database) = TestDatabase::mysql() {
        followers_of_a_server_that_is_killed_lack_nothing(database);
    }
}

/// Two processes on one MySQL; the second is replaced in each round, as `ends` has it.
fn followers_go_on_at_the_other_process(configuration: &[(&str, &str)], ends: impl Fn(&Server)) {
    let Some(database) = TestDatabase::mysql() else { return };
    let site = Site::on(database, configuration);
    let rounds = rounds(3);
    let mut second = Server::start(&site.database.url(), configuration);
    let servers = [&*site.server.url, &second.url.clone()];
    let stored = Herd::live_through(&site, &servers, |herd| {
        for _ in 0..rounds {
            pause(200..900);
            // Nobody is told before: clients find out.
            ends(&second);
            second = Server::start(&site.database.url(), configuration);
            herd.serve_at(&[&site.server.url, &second.url]);
            herd.grows();
        }
    });
    println!("{rounds} ends of one of two processes, {stored} messages, three doors, none lost");
}

#[test]
fn followers_lack_nothing_when_one_of_two_processes_is_killed() {
    followers_go_on_at_the_other_process(&[], Server::kill);
}

#[test]
fn nobody_meets_an_error_when_one_of_two_processes_is_restarted() {
    followers_go_on_at_the_other_process(&[], |server| {
        server.terminate();
        assert_eq!(server.wait(), Some(0));
    });
}

#[test]
fn followers_lack_nothing_when_redis_is_killed_hangs_or_forgets() {
    let (Some(mut redis), Some(database)) = (TestRedis::start(), TestDatabase::mysql()) else { return };
    let url = redis.url();
    let configuration = [("SIXIN__LIVE__REDIS", &*url)];
    let site = Site::on(database, &configuration);
    let second = Server::start(&site.database.url(), &configuration);
    for server in [&site.server, &second] {
        server.log_with(&["other processes are reached through Redis"]);
    }
    let stored = Herd::live_through(&site, &[&site.server.url, &second.url], |herd| {
        for _ in 0..rounds(2) {
            redis.kill();
            herd.grows();
            redis.begin();
            herd.grows();
            redis.hang();
            herd.grows();
            pause(1_500..2_500);
            redis.go_on();
            herd.grows();
        }
    });
    println!("{stored} messages, three doors, none lost");
    // It came back by itself.
    assert_eq!(second.metric("sixin_redis_up"), 1);
}

#[test]
fn followers_lack_nothing_when_the_database_server_is_killed() {
    if TestDatabase::is_mysql_left_out() {
        return;
    }
    let mut mysql = PrivateMySql::default().start().unwrap_or_else(|failure| panic!("{failure}"));
    let site = Site::on(TestDatabase::on_mysql_server(&mysql.url()), &[]);
    let second = Server::start(&site.database.url(), &[]);
    let rounds = rounds(2);
    let stored = Herd::live_through(&site, &[&site.server.url, &second.url], |herd| {
        for _ in 0..rounds {
            pause(100..600);
            mysql.kill().unwrap_or_else(|failure| panic!("{failure}"));
            pause(0..500);
            mysql.start_again().unwrap_or_else(|failure| panic!("{failure}"));
            herd.grows();
        }
    });
    println!("{rounds} kills of the database server, {stored} messages, three doors, none lost");
}
