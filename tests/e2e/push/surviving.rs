//! Whatever becomes of the server, whoever is to be woken is.

use std::time::{Duration, Instant};

use super::{configuration, on_each, texts, told};
use crate::database::TestDatabase;
use crate::site::{Server, Site};
use crate::webhooks::receiver::{Receiver, Reply};

#[test]
fn a_push_that_was_under_way_when_the_server_died_comes_again_under_the_same_id() {
    on_each(|site| {
        let receiver = Receiver::start(|received, before| {
            if received.body.contains("is anybody") || before > 2 { Reply::Status(200) } else { Reply::Hang }
        });
        site.told(&receiver, &["--events", "push.requested"]);
        site.until_told(&receiver);
        site.publish_text("alice", "bob", "hello").is(200, 200);
        receiver.until(site, "the push", |receiver| !texts(receiver, "bob").is_empty());
        site.server.kill();
        let second = Server::start(&site.database.url(), &configuration());
        let begun = Instant::now();
        while told(&receiver, "bob").len() < 2 {
            assert!(begun.elapsed() < Duration::from_secs(30), "{}", second.log());
            std::thread::sleep(Duration::from_millis(50));
        }
        let pushes = receiver.received();
        let mut ids: Vec<&str> = pushes
            .iter()
            .filter(|push| push.body.contains("hello"))
            .map(|push| push.header("webhook-id"))
            .collect();
        ids.dedup();
        assert_eq!(ids.len(), 1, "{ids:?}");
    });
}

#[test]
fn of_two_processes_one_tells_and_the_other_goes_on() {
    let Some(database) = TestDatabase::mysql() else { return };
    let site = Site::on(database, &configuration());
    let second = Server::start(&site.database.url(), &configuration());
    let gateway = site.gateway();
    for number in 0..10 {
        let name = format!("user{number}");
        site.sixin(&["user", "create", &name]);
        let server = if number % 2 == 0 { &site.server.url } else { &second.url };
        site.try_publish_text_at(server, ("alice", &name), "hello", None).unwrap().is(200, 200);
    }
    let of_all = |gateway: &Receiver| {
        (0..10).map(|number| texts(gateway, &format!("user{number}")).len()).collect::<Vec<_>>()
    };
    gateway.until(&site, "ten pushes", |gateway| of_all(gateway).iter().all(|count| *count > 0));
    site.until_told(&gateway);
    assert_eq!(of_all(&gateway), [1; 10], "each once");
    site.server.kill();
    site.try_publish_text_at(&second.url, ("alice", "bob"), "still there", None).unwrap().is(200, 200);
    gateway.until(&site, "the other one tells", |gateway| texts(gateway, "bob") == ["still there"]);
}
