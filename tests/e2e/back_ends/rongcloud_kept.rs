//! What back ends keep about users and conversations, and whom they speak as.

use serde_json::{Value, json};

use crate::calls::{Answer, text_content, try_call};
use crate::on_every_database;
use crate::site::Site;

on_every_database!(
    conversations_are_sorted_by_tags,
    what_was_made_of_a_conversation_is_read_in_one_call,
    users_are_deleted_and_stay_deactivated,
    a_profile_is_kept_and_shows_in_apps,
    friends_follow_each_other_in_apps,
    system_messages_come_from_the_user_whom_the_site_has_named,
);

fn ask(site: &Site, path: &str) -> Value {
    let found = try_call("GET", &site.url(path), &site.back_end(), b"").unwrap();
    found.is(200, 200).body["data"].clone()
}

fn tell(site: &Site, path: &str, body: &Value) -> Answer {
    site.call_back_end_json(path, body, &[])
}

fn done(site: &Site, path: &str, body: &Value) {
    tell(site, path, body).is(200, 200);
}

fn with(users: &[&str]) -> Value {
    users.iter().map(|user| json!({"targetId": user, "conversationType": 1})).collect()
}

fn conversations_are_sorted_by_tags(site: &Site) {
    let tags = || ask(site, "/user/conversation/tag/get.json?userId=bob")["tags"].clone();
    let tagged = |tag: &str| {
        let found = ask(site, &format!("/tag/conversation/get.json?userId=bob&tagId={tag}"));
        let found = found["conversations"].as_array().unwrap().clone();
        found.iter().map(|one| one["targetId"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(tags(), json!([]));
    let two = json!([{"tagId": "a", "tagName": "Work"}, {"tagId": "b", "tagName": "Home"}]);
    done(site, "/user/conversation/tag/set.json", &json!({"userId": "bob", "tags": two}));
    let renamed = json!([{"tagId": "a", "tagName": "Job"}]);
    done(site, "/user/conversation/tag/set.json", &json!({"userId": "bob", "tags": renamed}));
    assert_eq!(tags(), json!([{"tagId": "a", "tagName": "Job"}, {"tagId": "b", "tagName": "Home"}]));
    // Also before the first message.
    let put = |tag: &str| json!({"userId": "bob", "tagId": tag, "conversations": with(&["alice", "carol"])});
    for _ in 0..2 {
        done(site, "/tag/conversation/set.json", &put("a"));
    }
    done(site, "/tag/conversation/set.json", &put("b"));
    tell(site, "/tag/conversation/set.json", &put("c")).is(400, 1003);
    let mut found = tagged("a");
    found.sort();
    assert_eq!(found, ["alice", "carol"]);
    let carol = json!({"userId": "bob", "tagId": "a", "conversations": with(&["carol"])});
    done(site, "/tag/conversation/del.json", &carol);
    assert_eq!(tagged("a"), ["alice"]);
    done(site, "/user/conversation/tag/del.json", &json!({"userId": "bob", "tagIds": ["a", "unknown"]}));
    assert_eq!(tags(), json!([{"tagId": "b", "tagName": "Home"}]));
    assert_eq!(tagged("b").len(), 2);
    // They are bob's alone.
    assert_eq!(ask(site, "/user/conversation/tag/get.json?userId=alice")["tags"], json!([]));
}

fn what_was_made_of_a_conversation_is_read_in_one_call(site: &Site) {
    let path = "/conversation/attribute/get.json?userId=bob&targetId=alice&conversationType=1";
    assert_eq!(ask(site, path), json!({"targetId": "alice", "conversationType": 1, "tags": []}));
    let of = [("userId", "bob"), ("targetId", "alice"), ("conversationType", "1")];
    let pinned = [of[0], of[1], of[2], ("setTop", "true")];
    site.call_back_end("/conversation/top/set.json", &pinned).is(200, 200);
    let quiet = [("requestId", "bob"), of[1], of[2], ("unpushLevel", "5"), ("isMuted", "1")];
    site.call_back_end("/conversation/notification/set.json", &quiet).is(200, 200);
    let tags = json!([{"tagId": "a", "tagName": "Work"}]);
    done(site, "/user/conversation/tag/set.json", &json!({"userId": "bob", "tags": tags}));
    let put = json!({"userId": "bob", "tagId": "a", "conversations": with(&["alice"])});
    done(site, "/tag/conversation/set.json", &put);
    let found = ask(site, path);
    assert_eq!((&found["top"]["top"], &found["mute"]["mute"]), (&json!(true), &json!(5)));
    assert_eq!(found["tags"], tags);
}

fn users_are_deleted_and_stay_deactivated(site: &Site) {
    done(site, "/user/delusers.json", &json!({"userId": ["carol"]}));
    site.publish_text("alice", "carol", "hi").is(404, 1004);
    assert_ne!(site.send_text(&site.carol, "bob", "hi").code(), 0);
    site.send_text(&site.alice, "bob", "hi").is(200, 0);
}

fn a_profile_is_kept_and_shows_in_apps(site: &Site) {
    let kept = || {
        let found = site.call_back_end("/user/profile/batch/query.json", &[("userId", "bob")]);
        let user = found.is(200, 200).body["userList"][0].clone();
        let read = |member: &str| serde_json::from_str::<Value>(user[member].as_str().unwrap()).unwrap();
        (read("userProfile"), read("userExtProfile"))
    };
    let profile = json!({
        "name": "Bobby", "portraitUri": "http://example.org/b.png", "gender": 1, "location": "Oslo", "email": "b@example.org", "level": 3,
    });
    let own = json!({"ext_team": "blue", "ext_desk": "4"});
    let fields =
        [("userId", "bob"), ("userProfile", &*profile.to_string()), ("userExtProfile", &*own.to_string())];
    site.call_back_end("/user/profile/set.json", &fields).is(200, 200);
    assert_eq!(kept(), (profile, own));
    let detail = site.get_as(&site.alice, "user/bob/detail").is(200, 0).body["data"]["detail"].clone();
    assert_eq!(
        (&detail["nickname"], &detail["avatar"], &detail["gender"], &detail["location"]),
        (&json!("Bobby"), &json!("http://example.org/b.png"), &json!(1), &json!("Oslo"))
    );
    // What is not given stays, and an empty text takes away.
    let less = json!({"userId": "bob", "userProfile": {"email": "", "level": 4}, "userExtProfile": {"ext_desk": ""}});
    done(site, "/user/profile/set.json", &less);
    let (profile, own) = kept();
    assert_eq!(
        (&profile["name"], profile.get("email"), &profile["level"]),
        (&json!("Bobby"), None, &json!(4))
    );
    assert_eq!(own, json!({"ext_team": "blue"}));
    let page =
        site.call_back_end("/user/profile/query.json", &[("page", "1"), ("size", "1"), ("order", "0")]);
    let page = &page.is(200, 200).body;
    assert_eq!(page["userList"].as_array().unwrap().len(), 1);
    assert!(page["totalCount"].as_i64().unwrap() >= 3);
    done(site, "/user/profile/clean.json", &json!({"userId": ["bob"]}));
    let (profile, own) = kept();
    assert_eq!(
        (&profile["name"], profile.get("level"), profile.get("location")),
        (&json!("Bobby"), None, None)
    );
    assert_eq!(own, json!({}));
    site.call_back_end("/user/profile/set.json", &[("userId", "nobody")]).is(404, 1004);
}

fn friends_follow_each_other_in_apps(site: &Site) {
    let add = |user: &str, other: &str, kind: i64| {
        tell(site, "/friend/add.json", &json!({"userId": user, "targetId": other, "optType": kind}))
    };
    let friends = |user: &str| {
        let found = tell(site, "/friend/get.json", &json!({"userId": user}));
        found.is(200, 200).body["friendList"].as_array().unwrap().clone()
    };
    let ids =
        |user: &str| -> Vec<Value> { friends(user).iter().map(|friend| friend["userId"].clone()).collect() };
    let follows = |who: &str| {
        let detail = site.get_as(&site.bob, &format!("user/{who}/detail"));
        detail.is(200, 0).body["data"]["detail"]["interactive"]["followStatus"].clone()
    };
    add("alice", "bob", 1).is(200, 200);
    assert_eq!(
        (ids("alice"), ids("bob"), follows("alice")),
        (vec![json!("bob")], vec![json!("alice")], json!(true))
    );
    let nobody = json!({"userIds": ["carol"], "permissionType": 3});
    done(site, "/friend/permission/set.json", &nobody);
    add("bob", "carol", 1).is(400, 1003);
    done(site, "/friend/permission/set.json", &json!({"userIds": ["carol"], "permissionType": 2}));
    let set = tell(site, "/friend/permission/get.json", &json!({"userIds": ["carol", "bob"]}));
    let wanted = json!([{"userId": "carol", "type": 2}, {"userId": "bob", "type": 1}]);
    assert_eq!(set.is(200, 200).body["permissionSettings"], wanted);
    add("bob", "carol", 1).is(200, 200);
    assert_eq!((ids("carol"), follows("carol")), (vec![], json!(true)));
    let follow = json!({"interactiveType": "follow", "markType": "user", "fsid": "bob"}).to_string();
    site.call_as(&site.carol, "POST", "user/mark", &follow).is(200, 0);
    assert_eq!(ids("carol"), [json!("bob")]);
    let profile = json!({
        "userId": "bob", "targetId": "alice", "remarkName": "Al", "friendExtProfile": {"ext_team": "blue"},
    });
    done(site, "/friend/profile/set.json", &profile);
    let alice = friends("bob").into_iter().find(|friend| friend["userId"] == "alice").unwrap();
    let kept = (&alice["remarkName"], &alice["friendExtProfile"]);
    assert_eq!(kept, (&json!("Al"), &json!("{\"ext_team\":\"blue\"}")));
    let check = json!({"userId": "bob", "targetIds": ["alice", "carol"]});
    let results = || {
        let found = tell(site, "/friend/check.json", &check);
        found.is(200, 200).body["results"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["result"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(results(), [json!(4), json!(4)]);
    done(site, "/friend/delete.json", &json!({"userId": "alice", "targetIds": ["bob"]}));
    assert_eq!((results(), follows("alice")), (vec![json!(1), json!(4)], json!(false)));
    done(site, "/friend/clean.json", &json!({"userId": "bob"}));
    assert_eq!((ids("bob"), ids("carol")), (vec![], vec![]));
}

fn system_messages_come_from_the_user_whom_the_site_has_named(site: &Site) {
    let content = text_content("The site moves tonight.");
    let publish = || {
        let fields = [
            ("fromUserId", "anybody"),
            ("toUserId", "bob"),
            ("toUserId", "carol"),
            ("objectName", "RC:TxtMsg"),
            ("content", &*content),
        ];
        site.call_back_end("/message/system/publish.json", &fields)
    };
    publish().is(430, 1009);
    let made = [("userId", "notices"), ("name", "Notices"), ("portraitUri", "")];
    site.call_back_end("/user/getToken.json", &made).is(200, 200);
    site.sixin(&["setting", "set", "system_user", "notices"]);
    publish().is(200, 200);
    for person in [&site.bob, &site.carol] {
        let list = site.get_as(person, "conversation/list");
        let conversation = &list.is(200, 0).body["data"]["list"][0];
        assert_eq!(conversation["user"]["nickname"], "Notices");
        assert_eq!(conversation["latestMessage"]["message"], "The site moves tonight.");
    }
}
