//! Several processes on one MySQL: what each of them hears of the others.

use std::time::Duration;

use serde_json::json;
use sixin_redis::testing::TestRedis;

use super::streams::{Follow, Socket, Who};
use crate::calls::{post, try_call};
use crate::database::TestDatabase;
use crate::site::{PATIENCE, Server, Site};

fn socket_at(site: &Site, server: &Server, who: &Who) -> Socket {
    let mut socket = Socket::try_at(&server.url, "/live/ws", &who.headers(site)).unwrap();
    socket.say(&json!({ "t": "since" }));
    socket.until("caught_up");
    socket
}

fn a_ticket_that_was_used_at_one_process_works_at_no_other(site: &Site, second: &Server) {
    let answer = post(&site.url("/live/ticket"), &Who::device(site, "bob").headers(site), b"");
    let ticket = answer.body["ticket"].as_str().unwrap();
    let status = |server: &str| {
        let url = format!("{server}/live/poll?wait=0&ticket={ticket}");
        try_call("GET", &url, &Vec::new(), b"").unwrap().status
    };
    assert_eq!((status(&second.url), status(&site.server.url)), (200, 401));
}

/// A follower of one process hears of what others commit, in the order of the log, without anything between the two.
fn what_one_process_stores_arrives_at_those_of_another(site: &Site, second: &Server) {
    let who = Who::device(site, "bob");
    let (mut here, mut there) = (socket_at(site, &site.server, &who), socket_at(site, second, &who));
    std::thread::scope(|scope| {
        for (server, sender) in [(&site.server.url, "alice"), (&second.url, "carol")] {
            scope.spawn(move || {
                for number in 0..50 {
                    let text = format!("{sender} {number}");
                    let answer = site.try_publish_text_at(server, (sender, "bob"), &text, None);
                    answer.unwrap().is(200, 200);
                }
            });
        }
    });
    let all = |stream: &mut Socket| -> Vec<(Option<String>, Option<String>)> {
        (0..100).map(|_| stream.until("message")).map(|told| (told.text(), told.cursor)).collect()
    };
    assert_eq!(all(&mut here), all(&mut there), "both show the log");
}

/// A process keeps users in memory, and looks once a second whether one has changed. Whoever it tells before that may ask at once what is
/// there now.
#[test]
fn who_is_told_of_a_change_is_shown_what_it_changed() {
    let Some(site) = Site::on_mysql() else { return };
    let second = Server::start(&site.database.url(), &[("SIXIN__CACHE__POLL_MILLISECONDS", "1000")]);
    let mut there = socket_at(&site, &second, &Who::device(&site, "alice"));
    // That it got a token stands in the log, too, and before this.
    site.publish_text("bob", "alice", "hi").is(200, 200);
    there.until("message");
    for round in 0..5 {
        let shown = || {
            let url = format!("{}/api/v2/user/alice/detail", second.url);
            let headers = site.user_headers(&site.bob, &[]);
            try_call("GET", &url, &headers, b"").unwrap().body["data"]["detail"]["nickname"].clone()
        };
        assert_ne!(shown(), "");
        let name = format!("Alice {round}");
        site.call_back_end("/user/refresh.json", &[("userId", "alice"), ("name", &name)]).is(200, 200);
        there.until("profile");
        assert_eq!(shown(), name);
    }
}

#[test]
fn two_processes_show_one_log() {
    let Some(site) = Site::on_mysql() else { return };
    let second = Server::start(&site.database.url(), &[]);
    what_one_process_stores_arrives_at_those_of_another(&site, &second);
    a_ticket_that_was_used_at_one_process_works_at_no_other(&site, &second);
}

/// Two processes that reach each other.
fn beside_redis(more: &[(&str, &str)]) -> Option<(TestRedis, Server, Site)> {
    let (redis, database) = TestRedis::start().zip(TestDatabase::mysql())?;
    let url = redis.url();
    let mut configuration = vec![("SIXIN__LIVE__REDIS", &*url)];
    configuration.extend(more);
    let site = Site::on(database, &configuration);
    let second = Server::start(&site.database.url(), &configuration);
    for server in [&site.server, &second] {
        server.log_with(&["other processes are reached through Redis"]);
    }
    Some((redis, second, site))
}

#[test]
fn two_processes_that_reach_each_other_show_one_log() {
    let Some((_redis, second, site)) = beside_redis(&[]) else { return };
    what_one_process_stores_arrives_at_those_of_another(&site, &second);
}

#[test]
fn what_is_live_only_reaches_those_of_other_processes_through_redis() {
    let Some((mut redis, second, site)) = beside_redis(&[]) else { return };
    let mut alice = socket_at(&site, &site.server, &Who::app(&site.alice));
    let mut bob = socket_at(&site, &second, &Who::device(&site, "bob"));
    let mut also_alice = socket_at(&site, &second, &Who::device(&site, "alice"));
    alice.say(&json!({ "t": "typing", "to": "bob" }));
    assert_eq!(bob.until("typing").data["userId"], "alice");
    let mut status = vec![("fromUserId", "alice"), ("toUserId", "bob"), ("objectName", "app:Status")];
    status.extend([("content", r#"{"mood":"在线"}"#), ("isIncludeSender", "1")]);
    let path = "/statusmessage/private/publish.json";
    site.call_back_end(path, &status).is(200, 200);
    let shown = bob.until("status");
    assert_eq!(shown.data["content"], r#"{"mood":"在线"}"#, "{shown:?}");
    assert_eq!(also_alice.until("status").data["messageUID"], shown.data["messageUID"]);
    // Without Redis it stays where it is, and what is kept arrives all the same.
    redis.kill();
    second.log_with(&["Redis can't be used"]);
    site.server.log_with(&["Redis can't be used"]);
    alice.say(&json!({ "t": "typing", "to": "bob" }));
    site.publish_text("alice", "bob", "kept").is(200, 200);
    assert_eq!(bob.next(PATIENCE).unwrap().text().as_deref(), Some("kept"));
    redis.begin();
    while second.metric("sixin_redis_up") + site.server.metric("sixin_redis_up") < 2 {
        std::thread::sleep(Duration::from_millis(20));
    }
    alice.say(&json!({ "t": "typing", "to": "bob" }));
    bob.until("typing");
}

#[test]
fn processes_that_reach_each_other_count_sends_together() {
    let Some((redis, second, site)) = beside_redis(&[("SIXIN__RATE__SENDS", "4")]) else { return };
    let publish =
        |server: &Server| site.try_publish_text_at(&server.url, ("alice", "bob"), "hi", None).unwrap();
    for server in [&second, &site.server, &second, &site.server] {
        publish(server).is(200, 200);
    }
    for server in [&second, &site.server] {
        let refused = publish(server);
        assert_eq!(refused.status, 429, "{refused:?}");
        assert!(refused.header("retry-after").is_some());
    }
    // Where they do not, each counts for itself: two are left to each.
    drop(redis);
    second.log_with(&["Redis can't be used"]);
    for _ in 0..2 {
        publish(&second).is(200, 200);
    }
    assert_eq!(publish(&second).status, 429);
}

#[test]
fn what_is_no_address_of_redis_is_refused_without_being_repeated() {
    let database = TestDatabase::sqlite();
    let output = crate::site::command(&database.url())
        .env("SIXIN__LIVE__REDIS", "http://:hunter2@127.0.0.1")
        .arg("serve")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains("live.redis") && !said.contains("hunter2"), "{said}");
}
