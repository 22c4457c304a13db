//! Devices of users, over the doors of live streams.

use serde_json::{Value, json};

use super::on_each;
use crate::calls::post;
use crate::live::streams::Who;

#[test]
fn a_device_is_registered_listed_without_its_token_moved_and_forgotten() {
    on_each(|site| {
        let device =
            json!({ "platform": "fcm", "token": "secret:token", "app": "org.example", "language": "en" });
        let registered = site.register_device(&site.bob, &device);
        assert_eq!(registered.status, 200, "{}", registered.body);
        let id = registered.body["deviceId"].as_i64().unwrap();
        let list = |person| site.call_live(person, "GET", "/live/devices", "").body["devices"].clone();
        let listed = list(&site.bob);
        assert_eq!((&listed[0]["deviceId"], &listed[0]["platform"]), (&json!(id), &json!("fcm")));
        assert!(!listed.to_string().contains("secret:token"));
        // The telephone is now alice's.
        assert_eq!(site.register_device(&site.alice, &device).body["deviceId"], id);
        assert_eq!((list(&site.bob), list(&site.alice)[0]["deviceId"].clone()), (json!([]), json!(id)));
        let forget =
            |person, id: &str| site.call_live(person, "DELETE", &format!("/live/devices/{id}"), "").status;
        assert_eq!((forget(&site.bob, &id.to_string()), forget(&site.alice, "x")), (404, 404));
        assert_eq!((forget(&site.alice, &id.to_string()), list(&site.alice)), (200, json!([])));
        for wrong in [
            json!([]),
            json!({ "platform": "sms", "token": "t" }),
            json!({ "platform": "apns", "token": "no hex" }),
            json!({ "platform": "webpush", "token": "t" }),
            json!({ "platform": "fcm", "token": "t".repeat(1025) }),
        ] {
            let refused = site.register_device(&site.bob, &wrong);
            assert_eq!((refused.status, refused.body["code"].as_i64()), (400, Some(400)), "{wrong}");
        }
    });
}

#[test]
fn a_device_ends_with_the_session_or_token_it_was_registered_with() {
    on_each(|site| {
        let count = || site.database.number("SELECT COUNT(*) AS number FROM push_devices");
        site.register_device(&site.bob, &json!({ "platform": "other", "token": "of-the-session" }));
        let rong = Who::device(site, "bob");
        let mut headers = rong.headers(site);
        headers.push(("Content-Type".to_owned(), "application/json".to_owned()));
        let body = json!({ "platform": "other", "token": "of-the-token" }).to_string();
        let registered = post(&site.url("/live/devices"), &headers, body.as_bytes());
        assert_eq!((registered.status, count()), (200, 2));
        let listed = |answer: Value| answer["devices"].as_array().unwrap().len();
        let list = || listed(site.call_live(&site.bob, "GET", "/live/devices", "").body);
        assert_eq!(list(), 2);
        site.call_back_end(
            "/user/token/expire.json",
            &[("userId", "bob"), ("time", &crate::calls::now_ms().to_string())],
        )
        .is(200, 200);
        assert_eq!(list(), 1);
        site.sixin(&["session", "revoke", "bob"]);
        let again = site.sixin(&["session", "create", "bob", "--platform", "5"]);
        let bob = crate::site::Person { token: crate::site::text(&again, "token"), ..site.bob.clone() };
        assert_eq!(listed(site.call_live(&bob, "GET", "/live/devices", "").body), 0);
    });
}
