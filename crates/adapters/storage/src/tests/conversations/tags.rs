//! What users sort their conversations by.

use sixin_application::conversations::ports::{ConversationTags, Tagging};
use sixin_domain::conversation::tag::{Tag, TagId};
use sixin_domain::event::Event;
use sixin_domain::id::UserId;

use crate::tests::commits::Heard;
use crate::tests::harness::{NOW, TestDatabase};
use crate::tests::on_every_database;

on_every_database!(
    tags_are_made_renamed_and_removed_up_to_a_limit,
    a_conversation_may_have_several_tags_and_loses_them_with_the_tag,
    of_too_many_conversations_those_that_were_tagged_first_lose_the_tag,
);

const ANN: UserId = UserId(1);

fn tag(id: &str, name: &str) -> Tag {
    Tag::new(id, name).unwrap()
}

fn set(db: &TestDatabase, tags: &[Tag], after: i64) -> bool {
    db.wait(ConversationTags::set(&db.database, ANN, tags.to_vec(), 3, NOW.plus(after))).unwrap()
}

fn put(db: &TestDatabase, tag: &str, others: &[i64], is_on: bool, after: i64) -> bool {
    let others = others.iter().map(|other| UserId(*other)).collect();
    let tagging = Tagging { owner: ANN, tag: TagId::new(tag).unwrap(), others, is_on, most: 3 };
    db.wait(ConversationTags::put(&db.database, tagging, NOW.plus(after))).unwrap()
}

fn remove(db: &TestDatabase, tags: &[&str]) {
    let tags = tags.iter().map(|tag| TagId::new(tag).unwrap()).collect();
    db.wait(ConversationTags::remove(&db.database, ANN, tags, NOW)).unwrap();
}

fn all(db: &TestDatabase) -> Vec<Tag> {
    db.wait(ConversationTags::all(&db.database, ANN)).unwrap()
}

fn tagged(db: &TestDatabase, tag: &str) -> Option<Vec<String>> {
    let found = db.wait(db.database.tagged(ANN, &TagId::new(tag).unwrap())).unwrap();
    found.map(|names| names.iter().map(ToString::to_string).collect())
}

fn tags_are_made_renamed_and_removed_up_to_a_limit(db: &TestDatabase) {
    assert!(set(db, &[tag("z", "Work"), tag("a", "first"), tag("a", "家")], 0));
    assert!(set(db, &[tag("A", "Other")], 1), "ids are told apart by case");
    assert!(!set(db, &[tag("b", "b")], 2));
    assert!(set(db, &[tag("z", "Play")], 3));
    assert_eq!(all(db), [tag("a", "家"), tag("z", "Play"), tag("A", "Other")]);
    remove(db, &["a", "none"]);
    remove(db, &["none"]);
    assert!(set(db, &[tag("b", "b")], 4));
    assert_eq!(all(db), [tag("z", "Play"), tag("A", "Other"), tag("b", "b")]);
}

fn a_conversation_may_have_several_tags_and_loses_them_with_the_tag(db: &TestDatabase) {
    for name in ["ann", "bob", "cid"] {
        db.user(name);
    }
    set(db, &[tag("a", "A"), tag("b", "B")], 0);
    assert!(!put(db, "none", &[2], true, 0) && tagged(db, "none").is_none());
    assert!(put(db, "a", &[2, 3, 2], true, 0) && put(db, "b", &[3], true, 1));
    let of = |other| db.wait(db.database.of(ANN, UserId(other))).unwrap();
    assert_eq!((of(2), of(3)), (vec![tag("a", "A")], vec![tag("a", "A"), tag("b", "B")]));
    assert!(put(db, "a", &[3, 9], false, 2));
    assert_eq!((tagged(db, "a").unwrap(), of(3)), (vec!["bob".to_owned()], vec![tag("b", "B")]));
    remove(db, &["b"]);
    assert_eq!(of(3), []);
    set(db, &[tag("b", "B")], 3);
    assert_eq!(tagged(db, "b").unwrap(), Vec::<String>::new(), "made anew it is on nothing");
}

fn of_too_many_conversations_those_that_were_tagged_first_lose_the_tag(db: &TestDatabase) {
    for name in ["ann", "bob", "cid", "dan", "eve"] {
        db.user(name);
    }
    set(db, &[tag("a", "A")], 0);
    for (after, other) in [(1, 2), (2, 3), (3, 4)] {
        put(db, "a", &[other], true, after);
    }
    put(db, "a", &[2], true, 4);
    let heard = Heard::of(db);
    put(db, "a", &[5], true, 5);
    let with = vec![UserId(5), UserId(3)];
    assert_eq!(heard.take(), [Event::TagsChanged { owner: ANN, with }], "also who had to go is named");
    let all = db.wait(db.database.all_tagged(ANN)).unwrap();
    assert_eq!(all, [2, 4, 5].map(|other| (UserId(other), TagId::new("a").unwrap())));
    assert_eq!(tagged(db, "a").unwrap(), ["eve", "bob", "dan"]);
}
