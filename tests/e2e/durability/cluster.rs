//! Several processes at several nodes of a Galera cluster. `cargo xtask cluster` runs these; they take too long for every run.

use std::collections::BTreeSet;

use xtask::mysql::galera::{self, Galera};
use xtask::mysql::private::RunningMySql;

use crate::calls::{Answer, FORM, back_end_headers, form, now_ms, post, text_content};
use crate::database::TestDatabase;
use crate::site::{Key, Server, Site, sixin};

fn cluster() -> Galera {
    galera::start().unwrap_or_else(|failure| panic!("{failure}"))
}

/// The URL of the same database at another node.
fn at(node: &RunningMySql, database: &TestDatabase) -> String {
    let name = database.url().rsplit('/').next().unwrap().to_owned();
    format!("{}{name}", node.url())
}

fn call(server: &Server, key: &Key, path: &str, fields: &[(&str, &str)]) -> Answer {
    let mut headers = back_end_headers(key, "1", &now_ms().to_string());
    headers.push(("Content-Type".into(), FORM.into()));
    post(&format!("{}{path}", server.url), &headers, &form(fields))
}

#[test]
#[ignore = "needs a cluster; cargo xtask cluster"]
fn processes_that_start_at_once_at_different_nodes_migrate_once() {
    let cluster = cluster();
    let nodes = &cluster.nodes;
    for round in 0..10 {
        let database = TestDatabase::on_mysql_server(&nodes[0].url());
        std::thread::scope(|scope| {
            let servers: Vec<_> = nodes
                .iter()
                .map(|node| at(node, &database))
                .map(|url| scope.spawn(move || Server::start(&url, &[])))
                .collect();
            for server in servers {
                server.join().unwrap();
            }
        });
        let roles = database.number("SELECT COUNT(*) AS number FROM roles");
        assert_eq!(roles, 4, "round {round}");
        assert_eq!(sixin(&database.url(), &["migrate"])["applied"], serde_json::json!([]));
    }
}

#[test]
#[ignore = "needs a cluster; cargo xtask cluster"]
fn writes_at_two_nodes_that_meet_are_both_carried_out() {
    let cluster = cluster();
    let nodes = &cluster.nodes;
    let site = Site::on(TestDatabase::on_mysql_server(&nodes[0].url()), &[]);
    let other = Server::start(&at(&nodes[1], &site.database), &[]);
    let servers = [&site.server, &other];
    // One new user at two nodes.
    for round in 0..50 {
        let user = format!("new{round}");
        let fields = [("userId", user.as_str()), ("name", "New"), ("portraitUri", "https://a.example/p.png")];
        std::thread::scope(|scope| {
            let calls = servers.map(|server| {
                let (key, fields) = (&site.rong, &fields);
                scope.spawn(move || call(server, key, "/user/getToken.json", fields))
            });
            for made in calls {
                made.join().unwrap().is(200, 200);
            }
        });
    }
    // Messages in one conversation.
    let content = text_content("hello");
    let fields =
        [("fromUserId", "alice"), ("toUserId", "bob"), ("objectName", "RC:TxtMsg"), ("content", &*content)];
    std::thread::scope(|scope| {
        let (site, fields) = (&site, &fields);
        for server in servers {
            scope.spawn(move || {
                for _ in 0..100 {
                    call(server, &site.rong, "/message/private/publish.json", fields).is(200, 200);
                }
            });
        }
    });
    let stored = site.database.lines("SELECT CONCAT(id, '/', seq) AS line FROM conversation_messages");
    let (mut ids, mut seqs) = (BTreeSet::new(), BTreeSet::new());
    for line in &stored {
        let (id, seq) = line.split_once('/').unwrap();
        ids.insert(id);
        seqs.insert(seq.parse::<i64>().unwrap());
    }
    assert_eq!((stored.len(), ids.len()), (200, 200));
    assert_eq!(seqs, (1..=200).collect());
}

#[test]
#[ignore = "needs a cluster; cargo xtask cluster"]
fn a_node_without_its_cluster_is_not_ready_and_says_why() {
    let mut cluster = cluster();
    let nodes = &mut cluster.nodes;
    let site = Site::on(TestDatabase::on_mysql_server(&nodes[0].url()), &[]);
    site.publish_text("alice", "bob", "before").is(200, 200);
    for node in &mut nodes[1..] {
        node.kill().unwrap_or_else(|failure| panic!("{failure}"));
    }
    let begun = std::time::Instant::now();
    let mut answer = site.publish_text("alice", "bob", "alone");
    while answer.status == 200 && begun.elapsed() < crate::site::PATIENCE {
        answer = site.publish_text("alice", "bob", "alone");
    }
    answer.is(503, 1050);
    let (status, health) = crate::calls::get(&site.url("/health"));
    assert!(status == 503 && health.contains("reasons"), "{health}");
}
