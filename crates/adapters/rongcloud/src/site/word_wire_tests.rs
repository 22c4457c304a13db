//! Sensitive words on the wire.

use sixin_application::operations::block_words::BlockWordError;
use sixin_application::ports::StoreError;
use sixin_application::site::keep_sensitive_words::{NewWord, WordsError};
use sixin_application::site::ports::SensitiveWord;
use sixin_domain::site::block_words::WordMode;

use crate::messages::wire_tests::{admitted, is_refused, post};

const DONE: &str = r#"{"code":200}"#;
const ADD: &str = "/sensitiveword/add.json";
const ADD_BATCH: &str = "/sensitiveword/batch/add.json";
const DELETE_BATCH: &str = "/sensitiveword/batch/delete.json";

fn word(word: &str, replacement: Option<&str>) -> NewWord {
    NewWord { word: word.into(), replacement: replacement.map(str::to_owned) }
}

#[actix_web::test]
async fn words_are_added_alone_and_in_batches() {
    for (path, body, wanted) in [
        (ADD, "word=darn&replaceWord=***", vec![word("darn", Some("***"))]),
        (ADD, "word=a%2C%20b&replaceWord=", vec![word("a, b", None)]),
        (
            ADD_BATCH,
            r#"{"words":[{"word":"darn","replaceWord":"*"},{"word":"heck"},{"word":"hm","replaceWord":""}]}"#,
            vec![word("darn", Some("*")), word("heck", None), word("hm", None)],
        ),
        (ADD_BATCH, r#"words=[{"word":"darn","replaceWord":null}]"#, vec![word("darn", None)]),
        (ADD_BATCH, r#"{"words":[{"word":1989,"replaceWord":7}]}"#, vec![word("1989", Some("7"))]),
        (
            ADD_BATCH,
            "words[1][word]=heck&words[0][word]=darn&words[0][replaceWord]=*",
            vec![word("darn", Some("*")), word("heck", None)],
        ),
    ] {
        let mut mocks = admitted();
        mocks.sensitive_words.expect_add().once().withf(move |words| *words == wanted).returning(|_| Ok(()));
        mocks.sensitive_words.expect_room().returning(|| Ok(9_997));
        let answer = if path == ADD { DONE } else { r#"{"code":200,"remainQuota":9997}"# };
        assert_eq!(post(mocks, path, body).await.text, answer, "{body}");
    }
}

#[actix_web::test]
async fn a_batch_has_one_to_fifty_words() {
    let batch = |count: usize| {
        let words: Vec<String> = (0..count).map(|number| format!(r#"{{"word":"w{number}"}}"#)).collect();
        format!(r#"{{"words":[{}]}}"#, words.join(","))
    };
    let mut mocks = admitted();
    mocks.sensitive_words.expect_add().once().withf(|words| words.len() == 50).returning(|_| Ok(()));
    mocks.sensitive_words.expect_room().returning(|| Ok(0));
    assert_eq!(post(mocks, ADD_BATCH, &batch(50)).await.text, r#"{"code":200,"remainQuota":0}"#);
    for wrong in
        [&batch(51), &batch(0), "{}", r#"{"words":"x"}"#, r#"{"words":["x"]}"#, r#"{"words":[{"word":5.5}]}"#]
    {
        is_refused(ADD_BATCH, wrong).await;
    }
    is_refused(ADD, "replaceWord=x").await;
    let names = |count: usize| (0..count).map(|number| format!("words=w{number}&")).collect::<String>();
    let mut mocks = admitted();
    mocks.sensitive_words.expect_remove().once().withf(|words| words.len() == 50).returning(|_| Ok(()));
    assert_eq!(post(mocks, DELETE_BATCH, &names(50)).await.text, DONE);
    for wrong in [&names(51), "", "words="] {
        is_refused(DELETE_BATCH, wrong).await;
    }
}

#[actix_web::test]
async fn words_to_delete_are_taken_as_clients_write_them() {
    for (path, body, wanted) in [
        ("/sensitiveword/delete.json", "word=a, b", vec!["a, b"]),
        (DELETE_BATCH, "words=a&words=b%2Cc", vec!["a", "b,c"]),
        (DELETE_BATCH, r#"{"words":["a","b"]}"#, vec!["a", "b"]),
        // The Python client (docs/wire/rongcloud.md#python-list-of-one).
        (DELETE_BATCH, "words=['x']", vec!["x"]),
        ("/sensitiveword/delete.json", "word=['x, y']", vec!["x, y"]),
        ("/sensitiveword/delete.json", r#"word=["it's"]"#, vec!["it's"]),
        ("/sensitiveword/delete.json", "word=[x]", vec!["[x]"]),
    ] {
        let mut mocks = admitted();
        mocks
            .sensitive_words
            .expect_remove()
            .once()
            .withf(move |words| words == wanted)
            .returning(|_| Ok(()));
        assert_eq!(post(mocks, path, body).await.text, DONE, "{body}");
    }
}

#[actix_web::test]
async fn a_list_has_types_that_are_strings() {
    let replaced = r#"{"type":"0","word":"darn","replaceWord":"*"}"#;
    let removed = r#"{"type":"0","word":"gone","replaceWord":""}"#;
    let refused = r#"{"type":"1","word":"heck","replaceWord":""}"#;
    for (body, words) in [
        ("type=0", format!("{replaced},{removed}")),
        ("type=1", refused.to_owned()),
        ("", refused.to_owned()),
        ("type=2", format!("{replaced},{removed},{refused}")),
    ] {
        let mut mocks = admitted();
        mocks.sensitive_words.expect_list().once().returning(|| {
            let word = |word: &str, mode| SensitiveWord { word: word.into(), mode };
            let with = |text: Option<&str>| WordMode::Replace(text.map(str::to_owned));
            Ok(vec![word("darn", with(Some("*"))), word("gone", with(None)), word("heck", WordMode::Refuse)])
        });
        let answer = post(mocks, "/sensitiveword/list.json", body).await;
        assert_eq!(answer.text, format!(r#"{{"code":200,"words":[{words}]}}"#));
    }
    for wrong in ["type=3", "type=-1", "type=x"] {
        is_refused("/sensitiveword/list.json", wrong).await;
    }
}

#[actix_web::test]
async fn each_reason_has_its_code() {
    for (error, code) in [
        ((|| WordsError::Word(BlockWordError::OnlySigns)) as fn() -> WordsError, 1003),
        (|| WordsError::TooMany, 1019),
        (|| WordsError::Store(StoreError::Unavailable("gone".into())), 1050),
    ] {
        let mut mocks = admitted();
        mocks.sensitive_words.expect_add().returning(move |_| Err(error()));
        assert_eq!(post(mocks, ADD, "word=x").await.code(), code);
    }
}
