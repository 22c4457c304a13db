//! Profiles: one's own, and what others show.

use std::time::Instant;

use serde_json::{Value, json};

use super::Device;
use crate::on_every_database;
use crate::site::{PATIENCE, Site};

on_every_database!(a_profile_is_changed_by_its_user_and_by_back_ends_and_shown_to_others_as_far_as_apps_do);

fn a_profile_is_changed_by_its_user_and_by_back_ends_and_shown_to_others_as_far_as_apps_do(site: &Site) {
    let Some(alice) = Device::connected(site, "alice") else { return };
    let Some(second) = Device::connected(site, "alice") else { return };
    let Some(bob) = Device::connected(site, "bob") else { return };
    let kept = [
        ("userId", "alice"),
        ("userProfile", r#"{"uniqueId":"a-1","email":"a@example.org","level":7}"#),
        ("userExtProfile", r#"{"ext_team":"blue"}"#),
    ];
    site.call_back_end("/user/profile/set.json", &kept).is(200, 200);
    alice.wait("OWN_USER_PROFILE_CHANGED");
    second.wait("OWN_USER_PROFILE_CHANGED");
    let own = alice.call("getMyUserProfile", &json!([])).is(0).clone();
    assert_eq!(
        (&own["uniqueId"], &own["email"], &own["level"], &own["extraProfile"]["ext_team"]),
        (&json!("a-1"), &json!("a@example.org"), &json!(7), &json!("blue"))
    );
    let change = json!({
        "name": "Alice A.", "portraitUri": "https://files.example/a.png", "gender": 2, "location": "Basel",
        "birthday": "1990-05-01", "extraProfile": { "ext_mood": "fine" },
    });
    alice.call("updateMyUserProfile", &json!([change])).is(0);
    // What apps show and what back ends keep changes in two commits, and the other device is told of each.
    let (begun, expected) = (Instant::now(), json!(["Alice A.", "1990-05-01", 2]));
    loop {
        second.wait("OWN_USER_PROFILE_CHANGED");
        let own = second.call("getMyUserProfile", &json!([])).is(0).clone();
        if json!([own["name"], own["birthday"], own["gender"]]) == expected {
            break;
        }
        assert!(begun.elapsed() < PATIENCE, "{own}");
    }
    // An app and a back end see it.
    let app = site.get_as(&site.bob, "user/alice/detail").body["data"]["detail"].clone();
    assert_eq!((&app["nickname"], &app["location"]), (&json!("Alice A."), &json!("Basel")));
    let kept = site.call_back_end("/user/profile/batch/query.json", &[("userId", "alice")]);
    assert!(kept.body.to_string().contains("ext_mood"), "{}", kept.body);
    // Others see what apps show, and nothing that is kept beside it.
    let seen = bob.call("getUserProfiles", &json!([["alice", "nobody-there"]])).is(0).clone();
    assert_eq!(
        (seen.as_array().unwrap().len(), &seen[0]["name"], &seen[0]["gender"]),
        (1, &json!("Alice A."), &json!(2))
    );
    for hidden in ["email", "birthday", "uniqueId", "level", "extraProfile"] {
        assert_eq!(seen[0][hidden], Value::Null, "{hidden}: {seen}");
    }
    // What back ends give is theirs to give, and words are looked at as everywhere.
    for refused in [
        json!({ "level": 9 }),
        json!({ "role": 1 }),
        json!({ "gender": 9 }),
        json!({ "portraitUri": "javascript:x" }),
    ] {
        alice.call("updateMyUserProfile", &json!([refused])).is(26_010);
    }
    site.change(
        "INSERT INTO block_words (word, content_mode, user_mode, conversation_mode, created_at) \
         VALUES ('heck', 1, 3, 1, 0)",
    );
    alice.call("updateMyUserProfile", &json!([{ "name": "what the heck" }])).is(21_501);
    assert_eq!(bob.call("getMyUserProfileVisibility", &json!([])).is(0), 3);
    bob.call("updateMyUserProfileVisibility", &json!([3])).is(0);
    bob.call("updateMyUserProfileVisibility", &json!([1])).is(35_004);
}
