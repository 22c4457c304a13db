//! Devices of users, over the doors of live streams.

use serde_json::{Value, json};

use super::on_each;
use crate::calls::post;
use crate::live::streams::Who;
use crate::site::Person;

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
        let bob = Person { token: crate::site::text(&again, "token"), ..site.bob.clone() };
        assert_eq!(listed(site.call_live(&bob, "GET", "/live/devices", "").body), 0);
    });
}

#[test]
fn the_device_token_of_an_app_that_signs_in_is_kept_for_a_gateway() {
    on_each(|site| {
        let (aid, token, uid) = crate::walk::account(site, "dora");
        let account = Person { uid: uid.as_i64().unwrap(), aid, token };
        let sign_in = |device_token: Value| {
            let headers = site.user_headers(&account, &[("uid", None)]);
            let body = json!({ "uidOrUsername": uid, "deviceToken": device_token }).to_string();
            let answer = post(&site.url("/api/v2/user/auth"), &headers, body.as_bytes());
            let token = answer.is(200, 0).body["data"]["sessionToken"]["token"].clone();
            Person { token: token.as_str().unwrap().to_owned(), ..account.clone() }
        };
        let devices =
            |person: &Person| site.call_live(person, "GET", "/live/devices", "").body["devices"].clone();
        let dora = sign_in(json!("jpush:1507bfd3"));
        let listed = devices(&dora);
        assert_eq!((listed.as_array().unwrap().len(), &listed[0]["platform"]), (1, &json!("other")));
        let gateway = site.gateway();
        site.publish_text("alice", "dora", "hello").is(200, 200);
        gateway.until(site, "the push", |gateway| super::texts(gateway, "dora") == ["hello"]);
        let told = gateway
            .received()
            .iter()
            .map(|push| push.json()["data"].clone())
            .find(|data| data["userId"] == "dora");
        assert_eq!(told.unwrap()["devices"][0]["token"], "jpush:1507bfd3");
        // Whatever is no token keeps nobody out.
        for odd in [Value::Null, json!(""), json!(7), json!("two words"), json!({})] {
            assert_eq!(
                devices(&sign_in(odd)),
                json!([]),
                "the former session has ended, and its device with it"
            );
        }
    });
}
