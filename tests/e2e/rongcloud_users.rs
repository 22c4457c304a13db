//! What back ends keep for their users binds both dialects.

use serde_json::json;

use crate::calls::text_content;
use crate::on_every_database;
use crate::site::Site;

on_every_database!(a_blacklist_of_one_dialect_binds_the_other);

fn a_blacklist_of_one_dialect_binds_the_other(site: &Site) {
    let list = || {
        site.call_back_end("/user/blacklist/query.json", &[("userId", "bob")]).is(200, 200).body["users"]
            .clone()
    };
    let verified = || {
        site.publish(&[
            ("fromUserId", "alice"),
            ("toUserId", "bob"),
            ("objectName", "RC:TxtMsg"),
            ("content", &text_content("hi")),
            ("verifyBlacklist", "1"),
        ])
    };
    verified().is(200, 200);
    site.send_text(&site.alice, "bob", "hi").is(200, 0);
    assert_eq!(list(), json!([]));
    let pair = [("userId", "bob"), ("blackUserId", "alice")];
    for path in ["/user/blacklist/add.json", "//user/blocklist/add.json"] {
        site.call_back_end(path, &pair).is(200, 200);
        assert_eq!(list(), json!(["alice"]));
        site.send_text(&site.alice, "bob", "hi").is(200, 36608);
        verified().is(403, 1005);
        site.publish_text("alice", "bob", "a back end speaks for its users").is(200, 200);
    }
    let alice = site.get_as(&site.bob, "user/alice/detail");
    assert_eq!(alice.is(200, 0).body["data"]["detail"]["interactive"]["blockStatus"], true);
    site.call_back_end("/user/blacklist/remove.json", &pair).is(200, 200);
    assert_eq!(list(), json!([]));
    site.send_text(&site.alice, "bob", "hi").is(200, 0);
    verified().is(200, 200);
    site.sixin(&["setting", "set", "block_user_setting", "true"]);
    // A block from an app is on the list of the back end.
    let block = json!({"interactiveType": "block", "markType": "user", "fsid": "alice"}).to_string();
    site.call_as(&site.bob, "POST", "user/mark", &block).is(200, 0);
    assert_eq!(list(), json!(["alice"]));
    site.call_back_end("/user/blacklist/add.json", &[("userId", "bob"), ("blackUserId", "nobody")])
        .is(404, 1004);
    site.call_back_end("/user/blacklist/add.json", &[("userId", "bob"), ("blackUserId", "bob")])
        .is(400, 1003);
}
