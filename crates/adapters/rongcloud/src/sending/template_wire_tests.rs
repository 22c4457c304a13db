//! Messages of which each recipient gets its own, on the wire.

use proptest::prelude::*;
use serde_json::{Value, json};
use sixin_application::sending::publish_message::{PublishRequest, Said, Wording};
use sixin_domain::message::delivery::DeliveryOptions;
use sixin_domain::sending::limits::Limits;
use sixin_web::testing::{Answer, call};

use crate::fields::Fields;
use crate::sending::publish::{Once, Publishing};
use crate::sending::send_once_tests::fingerprint_of;
use crate::sending::template::TemplateBody;
use crate::sending::wire_tests::{form, known, names, placed, publish};

const TEMPLATE: &str = "/message/private/publish_template.json";

/// As Node sends it (docs/wire/rongcloud.md#template).
fn node() -> Value {
    json!({
        "fromUserId": "a", "objectName": "RC:TxtMsg", "content": r#"{"content":"hi {n}"}"#, "toUserId": ["b", "c"],
        "values": [{"{n}": "B"}, {"{n}": "C"}], "pushContent": ["p", "q"], "pushData": [null, null],
    })
}

fn with(changes: Value) -> Value {
    let mut body = node();
    let Value::Object(changes) = changes else { panic!("{changes}") };
    for (name, value) in changes {
        body[name] = value;
    }
    body
}

async fn template(body: &Value) -> (Answer, Option<PublishRequest>) {
    publish(form(body.to_string()).uri(TEMPLATE)).await
}

async fn wordings(body: &Value) -> Vec<Wording> {
    let (answer, asked) = template(body).await;
    assert_eq!(answer.status, 200, "{body}: {}", answer.text);
    match asked.unwrap().said {
        Said::ToEach(wordings) => wordings,
        Said::ToAll(wording) => panic!("{wording:?}"),
    }
}

async fn contents(body: &Value) -> Vec<String> {
    wordings(body).await.into_iter().map(|wording| wording.content).collect()
}

/// The code of a body that is refused before the use case is asked.
async fn refused(body: &Value) -> (i64, String) {
    let (answer, asked) = template(body).await;
    assert!(asked.is_none() && answer.status != 200, "{body}: {}", answer.text);
    (answer.code(), answer.json()["errorMessage"].as_str().unwrap().to_owned())
}

/// The options of a message of which only the notification was asked for.
fn pushed(content: &str, data: Option<&str>) -> DeliveryOptions {
    DeliveryOptions {
        push_content: Some(content.to_owned()),
        push_data: data.map(str::to_owned),
        ..DeliveryOptions::default()
    }
}

#[actix_web::test]
async fn what_node_sends_is_published_to_each_in_its_own_words() {
    let (answer, asked) = template(&node()).await;
    insta::assert_snapshot!(answer.wire());
    let asked = asked.unwrap();
    assert_eq!((asked.from.as_str(), names(&asked)), ("a", vec!["b", "c"]));
    let wording = |name: &str, push: &str| Wording {
        content: format!(r#"{{"content":"hi {name}"}}"#),
        text: Some(format!("hi {name}")),
        delivery: Some(pushed(push, None)),
    };
    assert_eq!(asked.said, Said::ToEach(vec![wording("B", "p"), wording("C", "q")]));
}

#[actix_web::test]
async fn a_value_is_escaped_in_the_content_and_plain_in_the_notification() {
    let fragment = r#"","extra":{"a":"\n"#;
    let body = with(json!({"values": [{"{n}": fragment}, {"{n}": "语🙂\n"}],
                           "pushContent": ["for {n}", "for {n}"], "pushData": ["", "{n}"]}));
    let told = wordings(&body).await;
    assert_eq!(told[0].text.as_deref(), Some(format!("hi {fragment}").as_str()));
    let content: Value = serde_json::from_str(&told[0].content).unwrap();
    assert_eq!(content, json!({"content": format!("hi {fragment}")}));
    assert_eq!(told[0].delivery, Some(pushed(&format!("for {fragment}"), None)));
    assert_eq!(told[1].delivery, Some(pushed("for 语🙂\n", Some("语🙂\n"))));
}

/// Also if the template came encoded twice, as Python does it (docs/wire/rongcloud.md#double-encoding).
#[actix_web::test]
async fn a_value_never_gets_out_of_its_string() {
    let twice = |text: &str| Value::from(text).to_string();
    let template = r#"{"content":"hi {n}"}"#;
    for (content, value) in [
        (twice(template), r#"","extra":"evil"#.to_owned()),
        (twice(template), r#"\","extra":\"evil"#.to_owned()),
        (template.to_owned(), r#"\","extra":\"evil"#.to_owned()),
    ] {
        let body = with(json!({"content": content, "values": [{"{n}": value}, {"{n}": "C"}]}));
        let told = wordings(&body).await;
        assert_eq!(told[0].text, Some(format!("hi {value}")));
        let content: Value = serde_json::from_str(&told[0].content).unwrap();
        assert_eq!(content.as_object().unwrap().len(), 1, "{content}");
    }
    let thrice = with(json!({"content": twice(&twice(template))}));
    assert_eq!(refused(&thrice).await.0, 1006);
}

#[actix_web::test]
async fn filled_in_values_are_not_filled_in_again_and_the_longest_key_wins() {
    let values = json!([{"{n}": "{m}", "{m}": "{n}"}, {"{n}": "C", "{n}!": "long"}]);
    let body = with(json!({"content": r#"{"content":"{n}{m} {n}!"}"#, "values": values}));
    let told = contents(&body).await;
    assert_eq!(told, [r#"{"content":"{m}{n} {m}!"}"#, r#"{"content":"C{m} long"}"#]);
}

#[actix_web::test]
async fn every_spelling_of_a_list_is_taken() {
    let told = [r#"{"content":"hi B"}"#];
    for changes in [
        json!({"toUserId": "b", "values": [{"{n}": "B"}], "pushContent": ["p"], "pushData": null}),
        json!({"toUserId": "b", "values": {"{n}": "B"}, "pushContent": "p", "pushData": []}),
        json!({"toUserId": ["b"], "values": [r#"{"{n}":"B"}"#], "pushContent": [], "pushData": [""]}),
        json!({"toUserId": "[\"b\"]", "values": r#"[{"{n}":"B"}]"#, "pushContent": "[\"p\"]", "pushData": ""}),
    ] {
        assert_eq!(contents(&with(changes.clone())).await, told, "{changes}");
    }
    let number = with(json!({"values": [{"{n}": 7}, {"{n}": -1.5}], "pushContent": null}));
    assert_eq!(contents(&number).await, [r#"{"content":"hi 7"}"#, r#"{"content":"hi -1.5"}"#]);
    let of_php = with(json!({"toUserId": [1001, 1002], "values": [[], {"{n}": "C"}]}));
    assert_eq!(names(&template(&of_php).await.1.unwrap()), ["1001", "1002"]);
    assert_eq!(contents(&of_php).await, [r#"{"content":"hi {n}"}"#, r#"{"content":"hi C"}"#]);
    let escape = |text: &str| {
        percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
    };
    let encoded = format!(
        "fromUserId=a&toUserId=b&objectName=RC:TxtMsg&content={}&values={}",
        escape(r#"{"content":"hi {n}"}"#),
        escape(r#"[{"{n}":"B"}]"#)
    );
    assert_eq!(publish(form(encoded).uri(TEMPLATE)).await.0.status, 200);
}

#[actix_web::test]
async fn options_and_effects_are_those_of_a_publish() {
    let body = with(json!({
        "disablePush": "True", "disableUpdateLastMsg": "true", "verifyBlacklist": 1, "isIncludeSender": true,
        "isCounted": 0, "isPersisted": "0", "busChannel": "ch", "msgRandom": 7, "needReadReceipt": 1,
        "expansion": true, "extraContent": "{\"k\":\"v\"}", "pushExt": ["{\"title\":\"t {n}\"}", null],
    }));
    let (answer, asked) = template(&body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let asked = asked.unwrap();
    let effects = asked.effects;
    assert!(asked.verify_blacklist && effects.sender_visible);
    let wanted = (effects.is_counted, effects.is_persisted, effects.updates_latest);
    assert_eq!(wanted, (Some(false), Some(false), false));
    assert_eq!(asked.idempotency.unwrap().lives_ms, 60_000);
    let Said::ToEach(told) = asked.said else { panic!() };
    insta::assert_debug_snapshot!(told.into_iter().filter_map(|told| told.delivery).collect::<Vec<_>>());
}

#[actix_web::test]
async fn who_is_named_twice_is_told_what_stands_with_the_first() {
    let body =
        with(json!({"toUserId": ["b", "c", "b"], "values": [{"{n}": "1"}, {"{n}": "2"}, {"{n}": "3"}],
                           "pushContent": ["p", "q", "r"], "pushData": ["x", "y", "z"]}));
    let (_, asked) = template(&body).await;
    let asked = asked.unwrap();
    assert_eq!(names(&asked), ["b", "c"]);
    let Said::ToEach(told) = asked.said else { panic!() };
    let texts: Vec<_> = told.iter().map(|told| told.text.as_deref().unwrap()).collect();
    assert_eq!(texts, ["hi 1", "hi 2"]);
    assert_eq!(told[1].delivery, Some(pushed("q", Some("y"))));
}

#[actix_web::test]
async fn a_wrong_list_is_1003_and_named() {
    let many = |count: usize| {
        json!({
            "toUserId": vec!["b"; count], "values": vec![json!({}); count], "pushContent": null, "pushData": null,
        })
    };
    for (changes, named) in [
        (json!({"values": null}), "values is missing"),
        (json!({"values": []}), "values is missing"),
        (json!({"toUserId": []}), "toUserId is missing"),
        (json!({"values": [{}]}), "values must have one entry for each"),
        (json!({"values": [{}, {}, {}]}), "values must have one entry for each"),
        (json!({"pushContent": ["p"]}), "pushContent must have one entry for each"),
        (json!({"pushData": [null, null, null]}), "pushData must have one entry for each"),
        (json!({"pushExt": ["{}"]}), "pushExt must have one entry for each"),
        (json!({"values": [{}, "x"]}), "values must hold objects"),
        (json!({"values": [{}, null]}), "values must hold objects"),
        (json!({"values": [{}, [1]]}), "values must hold objects"),
        (json!({"values": [{}, {"": "x"}]}), "keys in values must not be empty"),
        (json!({"values": [{}, {"{n}": true}]}), "values in values must be strings"),
        (json!({"values": [{}, {"{n}": null}]}), "values in values must be strings"),
        (json!({"values": [{}, {"{n}": "a\0"}]}), "values must not contain a NUL"),
        (json!({"pushContent": ["p", true]}), "pushContent must hold strings"),
        (json!({"pushData": [null, "a\0"]}), "pushData must not contain a NUL"),
        (json!({"pushExt": [null, "x"]}), "pushExt must be the text of a JSON object"),
        (
            json!({"pushContent": ["p", "x".repeat(1001)]}),
            "pushContent, filled in, must be at most 1000 bytes",
        ),
        (
            json!({"pushData": ["{n}", null], "values": [{"{n}": "x".repeat(1001)}, {}]}),
            "pushData, filled in",
        ),
        (json!({"verifyBlacklist": 2}), "verifyBlacklist"),
        (json!({"msgRandom": "x"}), "msgRandom"),
        (many(1001), "at most 1000"),
    ] {
        let (code, text) = refused(&with(changes)).await;
        assert_eq!(code, 1003, "{text}");
        assert!(text.contains(named), "{named}: {text}");
    }
    let (answer, asked) = template(&with(many(1000))).await;
    assert_eq!((answer.status.as_u16(), asked.unwrap().to.len()), (200, 1));
}

/// As a client sends them that has one for all, as in a plain publish.
#[actix_web::test]
async fn one_text_for_all_stands_for_a_list() {
    let push_ext = json!({"title": "t"});
    for push_ext in [push_ext.clone(), json!(push_ext.to_string()), json!([push_ext, push_ext.to_string()])] {
        let body = with(json!({"pushContent": "to {n}", "pushData": null, "pushExt": push_ext}));
        let (answer, asked) = template(&body).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let Said::ToEach(told) = asked.unwrap().said else { panic!() };
        for (told, to) in told.iter().zip(["to B", "to C"]) {
            let push_ext = Some(r#"{"title":"t"}"#.to_owned());
            assert_eq!(told.delivery, Some(DeliveryOptions { push_ext, ..pushed(to, None) }));
        }
    }
    let (code, text) = refused(&with(json!({"pushData": "x".repeat(131_073)}))).await;
    assert!(code == 1003 && text.contains("pushData must be at most"), "{text}");
}

#[actix_web::test]
async fn each_content_is_held_to_the_rules_once_it_is_filled_in() {
    let text = |bytes: usize| with(json!({"values": [{"{n}": "x".repeat(bytes - 3)}, {"{n}": "C"}]}));
    assert_eq!(contents(&text(4096)).await.len(), 2);
    let (code, rule) = refused(&text(4097)).await;
    assert_eq!(code, 1006);
    assert!(rule.contains("at most 4096 bytes"), "{rule}");
    for (changes, code) in [
        (json!({"content": "{\"content\":\"{n}\"}", "values": [{"{n}": ""}, {"{n}": "x"}]}), 1006),
        (json!({"content": "{\"content\":{n}}"}), 1006),
        (json!({"content": "hi {n}"}), 1006),
        (
            json!({"objectName": "My:Type", "content": "{n}", "values": [{"{n}": "x".repeat(131_073)}, {}]}),
            1006,
        ),
        (
            json!({"objectName": "My:Type", "content": "n".repeat(131_073), "values": [{"nn": "x"}, {"nn": "x"}]}),
            1006,
        ),
        (json!({"objectName": "RC:Nope"}), 1007),
    ] {
        assert_eq!(refused(&with(changes.clone())).await.0, code, "{changes}");
    }
    // A template need not follow the rules itself.
    let numbers = with(json!({"objectName": "RC:VcMsg", "content": r#"{"content":"{n}","duration":{d}}"#,
                              "values": [{"{d}": 3}, {"{d}": "4"}]}));
    assert_eq!(contents(&numbers).await[1], r#"{"content":"{n}","duration":4}"#);
    let custom = with(json!({"objectName": "My:Type", "content": "{n}",
                             "values": [{"{n}": "x".repeat(131_072)}, {}]}));
    assert_eq!(contents(&custom).await[0].len(), 131_072);
}

#[actix_web::test]
async fn few_bytes_of_a_request_can_t_become_very_many() {
    let count = 200;
    let ids: Vec<String> = (0..count).map(|number| format!("u{number}")).collect();
    let body = with(json!({"objectName": "My:Type", "content": "{n}".repeat(100), "toUserId": ids,
        "values": vec![json!({"{n}": "x".repeat(1000)}); count], "pushContent": null, "pushData": null}));
    let (code, text) = refused(&body).await;
    assert_eq!(code, 1003);
    assert!(text.contains("16777216 bytes together"), "{text}");
}

#[test]
fn what_each_is_told_is_part_of_the_fingerprint_and_their_order_is_not() {
    let of = |changes: Value| fingerprint_of::<TemplateBody>(&with(changes).to_string());
    let first = of(json!({}));
    let turned =
        json!({"toUserId": ["c", "b"], "values": [{"{n}": "C"}, {"{n}": "B"}], "pushContent": ["q", "p"]});
    assert_eq!(of(turned), first);
    assert_eq!(of(json!({"values": [r#"{"{n}":"B"}"#, {"{n}": "C"}]})), first);
    let doubled = json!({"toUserId": ["b", "c", "b"], "values": [{"{n}": "B"}, {"{n}": "C"}, {"{n}": "D"}],
                         "pushContent": ["p", "q", "r"], "pushData": [null, null, null]});
    assert_eq!(of(doubled), first);
    let mut seen = vec![first];
    for changes in [
        json!({"values": [{"{n}": "C"}, {"{n}": "B"}]}),
        json!({"pushContent": ["q", "p"]}),
        json!({"pushContent": null}),
        json!({"pushData": ["p", "q"]}),
        json!({"pushExt": ["p", "q"]}),
        json!({"isCounted": 0}),
        json!({"content": "{}"}),
    ] {
        let one = of(changes.clone());
        assert!(!seen.contains(&one), "{changes}");
        seen.push(one);
    }
}

#[actix_web::test]
async fn a_repeat_of_a_template_is_known_by_its_key() {
    let keyed = form(node().to_string()).uri(TEMPLATE).insert_header(("Idempotency-Key", "k"));
    let key = publish(keyed).await.1.unwrap().idempotency.unwrap();
    assert_eq!(
        (key.fingerprint, key.lives_ms),
        (fingerprint_of::<TemplateBody>(&node().to_string()), 86_400_000)
    );
    let mut mocks = known();
    mocks.publish.expect_publish().returning(|request| {
        Ok(sixin_application::sending::publish_message::Published { replayed: true, ..placed(&request) })
    });
    let repeat = call(mocks.api(), form(node().to_string()).uri(TEMPLATE)).await;
    assert_eq!(repeat.header("idempotent-replayed"), Some("true"));
}

fn read(body: &str) -> Option<Vec<Wording>> {
    let body = TemplateBody::parse(Fields::parse(body.as_bytes()).ok()?).ok()?;
    body.parameters();
    match body.into_request(&Limits::default(), Once::default()).ok()?.said {
        Said::ToEach(wordings) => Some(wordings),
        Said::ToAll(_) => None,
    }
}

proptest! {
    #[test]
    fn whatever_a_value_holds_the_content_has_one_member_and_says_it(value in "\\PC{0,30}", key in "[{}n\"\\\\]{1,4}") {
        let content = json!({"content": "hi {n}"}).to_string();
        let values = json!([{ "{n}": value, key: "x" }]);
        let body = json!({"fromUserId": "a", "toUserId": "b", "objectName": "RC:TxtMsg", "content": content,
                          "values": values});
        if let Some(told) = read(&body.to_string()) {
            let content: Value = serde_json::from_str(&told[0].content).unwrap();
            prop_assert_eq!(content["content"].as_str(), told[0].text.as_deref());
        }
        let alone = json!([{ "{n}": value }]);
        let told = read(&with(json!({"toUserId": "b", "values": alone, "pushContent": null, "pushData": null})).to_string());
        let told = told.unwrap();
        prop_assert_eq!(&told[0].content, &json!({"content": format!("hi {value}")}).to_string());
    }

    #[test]
    fn no_lists_make_the_parser_panic(values in "[\\[\\]{}\",:a01ne -]{0,40}", push in "[\\[\\]{}\",:a01ne -]{0,20}") {
        let head = r#"{"fromUserId":"a","toUserId":["b"],"objectName":"My:Note","content":"{n}""#;
        read(&format!("{head},\"values\":{values},\"pushContent\":{push}}}"));
        read(&format!("{head},\"values\":[{values}],\"pushData\":[{push}]}}"));
        read(&with(json!({"values": values, "pushContent": push})).to_string());
    }
}
