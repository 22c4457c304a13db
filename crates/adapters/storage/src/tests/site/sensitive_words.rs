//! Block words as back ends keep them.

use sixin_application::site::ports::{BlockWordAdmin, BlockWordRow};
use sixin_application::site::ports::{BlockWordList, BlockWordSource, SensitiveWord, SensitiveWords};
use sixin_domain::sending::refusal::Refusal;
use sixin_domain::site::block_words::WordMode;

use crate::tests::harness::{NOW, TestDatabase};
use crate::tests::on_every_database;

on_every_database!(
    words_are_kept_for_messages_and_stay_as_they_are_elsewhere,
    too_many_words_are_not_kept,
    operators_and_back_ends_change_the_same_words_at_once,
);

fn word(text: &str, replacement: Option<&str>) -> SensitiveWord {
    let mode = replacement.map_or(WordMode::Refuse, |with| WordMode::Replace(Some(with.into())));
    SensitiveWord { word: text.into(), mode }
}

fn put(db: &TestDatabase, words: &[SensitiveWord], most: i64) -> bool {
    db.wait(SensitiveWords::put(&db.database, words.to_vec(), most, NOW)).unwrap()
}

fn listed(db: &TestDatabase) -> Vec<SensitiveWord> {
    db.wait(SensitiveWords::list(&db.database, 100)).unwrap()
}

fn words_are_kept_for_messages_and_stay_as_they_are_elsewhere(db: &TestDatabase) {
    db.execute(
        "INSERT INTO block_words (word, content_mode, user_mode, conversation_mode, replace_word, created_at, deleted_at) \
         VALUES ('shared', 2, 1, 1, '#', 0, NULL), ('gone', 1, 1, 3, NULL, 0, 1)",
    );
    let remove = |words: &[&str]| {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        db.wait(SensitiveWords::remove(&db.database, &words, NOW)).unwrap();
    };
    let apply = |text: &str| {
        let filter = db.wait(db.database.filter()).unwrap();
        filter.apply(text).map(std::borrow::Cow::into_owned)
    };
    assert_eq!(listed(db), []);
    assert!(put(
        db,
        &[word("darn", Some("*")), word("shared", None), word("gone", None), word("Darn", None)],
        9
    ));
    let kept = [word("shared", None), word("gone", None), word("darn", Some("*")), word("Darn", None)];
    assert_eq!(listed(db), kept);
    assert_eq!(apply("shared"), Err(Refusal::ForbiddenWord));
    let in_contents = |word: &str| {
        let words = db.wait(db.database.page(None, 0, 100)).unwrap().words;
        let row = words.into_iter().find(|row| row.word == word);
        row.map(|row| (row.content_mode, row.replace_word))
    };
    assert_eq!(in_contents("shared"), Some((2, Some("#".into()))), "what replaces it elsewhere stays");
    remove(&["shared", "darn", "nothing", "Darn"]);
    assert_eq!(listed(db), [word("gone", None)]);
    assert_eq!(in_contents("shared"), Some((2, Some("#".into()))));
    assert_eq!(in_contents("darn"), None);
    assert_eq!(apply("shared darn"), Ok("shared darn".into()));
    assert!(put(db, &[word("gone", Some("+"))], 9));
    assert_eq!(apply("gone"), Ok("+".into()));
}

fn too_many_words_are_not_kept(db: &TestDatabase) {
    assert!(put(db, &[word("a", None), word("b", None)], 3));
    assert!(!put(db, &[word("c", None), word("d", None)], 3));
    assert_eq!(listed(db).len(), 2);
    assert!(
        put(db, &[word("b", Some("x")), word("c", None)], 3),
        "a word that is kept already takes no room"
    );
    assert!(!put(db, &[word("d", None)], 3));
    assert_eq!(
        db.wait(SensitiveWords::list(&db.database, 2)).unwrap(),
        [word("a", None), word("b", Some("x"))]
    );
}

fn operators_and_back_ends_change_the_same_words_at_once(db: &TestDatabase) {
    let texts: Vec<String> = (0..50).map(|number| format!("w{number}")).collect();
    let words: Vec<SensitiveWord> = texts.iter().map(|text| word(text, None)).collect();
    let row = |text: &String| BlockWordRow {
        word: text.clone(),
        conversation_mode: 3,
        replace_word: None,
        is_whole: false,
    };
    let rows: Vec<BlockWordRow> = texts.iter().map(row).collect();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..20 {
                assert_eq!(db.wait(BlockWordAdmin::put(&db.database, &rows, NOW)).unwrap(), rows.len());
                db.wait(BlockWordAdmin::remove(&db.database, "w0")).unwrap();
            }
        });
        scope.spawn(|| {
            for _ in 0..20 {
                assert!(put(db, &words, 100));
                db.wait(SensitiveWords::remove(&db.database, &texts, NOW)).unwrap();
            }
        });
    });
}
