use proptest::prelude::*;

use sixin_web::request::parameters::{Source, read};

use super::source::NOT_ONE_TO_ONE;
use super::values::{
    AnyNumber, MessageId, Moment, ObjectText, Person, Size, Switch, Text, Users, WholeNumber,
};
use super::*;

fn form(body: &str) -> Fields {
    Fields::parse(body.as_bytes()).unwrap()
}

impl Fields {
    fn required_text(&self, name: &'static str) -> Result<String, Failure> {
        Source::text(self, name, false)?.ok_or_else(|| missing(name))
    }

    fn text(&self, name: &'static str) -> Result<Option<String>, Failure> {
        Source::text(self, name, true)
    }
}

proptest! {
    #[test]
    fn no_bytes_make_the_parser_panic(body in proptest::collection::vec(any::<u8>(), 0..300)) {
        if let Ok(fields) = Fields::parse(&body) {
            let _ = (fields.list("a"), fields.text("a"), fields.flag("a"), fields.integer("a"));
        }
    }

    #[test]
    fn no_json_makes_the_parser_panic(body in "[\\[\\]{}\",:a01.eE+u\\\\ -]{0,60}") {
        if let Ok(fields) = Fields::parse(format!("{{{body}").as_bytes()) {
            let _ = (fields.list("a"), fields.text("a"), fields.flag("a"), fields.integer("a"));
        }
    }

    #[test]
    fn no_positions_make_the_parser_panic(body in "[\\[\\]t019a=&%]{0,60}") {
        if let Ok(mut fields) = Fields::parse(body.as_bytes()) {
            let _ = (fields.list("t"), fields.texts("t"), fields.json("t"));
            let _ = fields.take_values("t");
        }
    }

    #[test]
    fn what_is_form_encoded_is_read_back(text in "\\PC{1,40}") {
        let encoded = percent_encoding::utf8_percent_encode(&text, percent_encoding::NON_ALPHANUMERIC);
        prop_assert_eq!(form(&format!("a={encoded}")).required_text("a").ok(), Some(text));
    }
}

#[test]
fn plus_and_percent_20_are_spaces_and_a_bad_escape_stands_for_itself() {
    assert_eq!(form("a=x+y%20z%zz%").required_text("a").unwrap(), "x y z%zz%");
    assert_eq!(form("a=\"你:/\"").required_text("a").unwrap(), "\"你:/\"");
}

#[test]
fn a_list_comes_in_every_spelling() {
    for body in [
        "t=a&t=b",
        "t[]=a&t[]=b",
        "t%5B%5D=a&t%5B%5D=b",
        "t=a,b",
        "t[0]=a&t[1]=b",
        "t%5B1%5D=b&t%5B0%5D=a",
        "t[]=a&t=b",
        r#"t=["a","b"]"#,
        r#"{"t":["a","b"]}"#,
        r#"{"t":"a,b"}"#,
        r#"  {"t":"[\"a\",\"b\"]"}"#,
    ] {
        assert_eq!(form(body).list("t").unwrap(), ["a", "b"], "{body}");
    }
}

#[test]
fn a_whole_number_in_a_list_is_its_digits() {
    assert_eq!(form(r#"{"t":[1001,"b",-2]}"#).list("t").unwrap(), ["1001", "b", "-2"]);
    assert_eq!(form(r#"{"t":["a",1]}"#).texts("t").unwrap(), ["a", "1"]);
    assert_eq!(form(r#"t=[1,"b"]"#).list("t").unwrap(), ["1", "b"]);
    assert_eq!(form(r#"{"t":1001}"#).list("t").unwrap(), ["1001"]);
    for body in [r#"{"t":["a",1.5]}"#, r#"{"t":[true]}"#, r#"{"t":[["a"]]}"#, r#"{"t":[null]}"#] {
        assert!(form(body).list("t").is_err(), "{body}");
    }
}

#[test]
fn empty_null_and_undefined_are_absent() {
    for body in ["a=", "", "a=undefined", r#"{"a":null}"#, r#"{"a":""}"#, "b=1"] {
        assert_eq!(form(body).text("a").unwrap(), None, "{body}");
        assert_eq!(form(body).flag("a").unwrap(), None, "{body}");
        assert_eq!(form(body).integer("a").unwrap(), None, "{body}");
    }
}

#[test]
fn a_number_that_java_does_not_have_is_absent() {
    assert_eq!(form("a=null").integer("a").unwrap(), None);
    assert_eq!(form("a=null").text("a").unwrap().as_deref(), Some("null"), "a user may be called so");
    assert!(form("a=nil").integer("a").is_err());
}

#[test]
fn switches_come_in_every_spelling() {
    for (body, flag) in [
        ("a=1", true),
        ("a=True", true),
        ("a=TRUE", true),
        ("a=true", true),
        (r#"{"a":1}"#, true),
        (r#"{"a":true}"#, true),
        (r#"{"a":"1"}"#, true),
        ("a=0", false),
        ("a=False", false),
        ("a=FALSE", false),
        (r#"{"a":0.0}"#, false),
    ] {
        assert_eq!(form(body).flag("a").unwrap(), Some(flag), "{body}");
    }
    for body in ["a=2", "a=yes", "a=tRUE", r#"{"a":[1]}"#, r#"{"a":0.5}"#, r#"{"a":{}}"#] {
        assert!(form(body).flag("a").is_err(), "{body}");
    }
}

#[test]
fn a_list_of_anything_comes_in_every_spelling_and_an_empty_one_is_none() {
    let values = |body: &str| form(body).take_values("t");
    let expected = Some(Given::List(vec![serde_json::json!({"a": 1}), Value::Null]));
    for body in [r#"t=[{"a":1},null]"#, r#"{"t":[{"a":1},null]}"#, r#"{"t":"[{\"a\":1},null]"}"#] {
        assert_eq!(values(body), expected, "{body}");
    }
    for body in ["", "t=", "t=undefined", "t=[]", r#"{"t":[]}"#, r#"{"t":null}"#] {
        assert_eq!(values(body), None, "{body}");
    }
    assert_eq!(values("t=[x"), Some(Given::Single(Value::from("[x"))));
    assert_eq!(values(r#"{"t":7}"#), Some(Given::Single(Value::from(7))));
    let two = Some(Given::List(vec![Value::from("1"), Value::from("2")]));
    for body in ["t=1&t=2", "t[]=1&t[]=2", "t[1]=2&t[0]=1"] {
        assert_eq!(values(body), two, "{body}");
    }
    let mut fields = form("t=1&u=2&t=");
    assert_eq!(fields.take_values("t"), Some(Given::Single(Value::from("1"))));
    assert_eq!((fields.take_values("t"), fields.text("u").unwrap().as_deref()), (None, Some("2")));
}

#[test]
fn a_list_with_positions_is_in_their_order_whatever_is_in_it() {
    let positions = [10, 2, 0, 11, 1, 9];
    let body: Vec<String> = positions.iter().map(|number| format!("t[{number}]=u{number}")).collect();
    assert_eq!(form(&body.join("&")).list("t").unwrap(), ["u0", "u1", "u2", "u9", "u10", "u11"]);
    assert_eq!(form("t[0]=a,b&t[1]=c").texts("t").unwrap(), ["a,b", "c"]);
    assert_eq!(form("t=[1]").texts("t").unwrap(), ["[1]"], "a word");
    let nested = form("t[1][{n}]=C&t[0][{n}]=B&t[0][x y]=1");
    let expected = serde_json::json!([{"{n}": "B", "x y": "1"}, {"{n}": "C"}]);
    assert_eq!(nested.json("t").unwrap(), Some(expected));
    assert_eq!(form("t[k]=v").json("t").unwrap(), Some(serde_json::json!({"k": "v"})));
    for body in ["[0]=a", "t[0=a", "t0]=a", "t[0]x=a", "t[a][b][c][d]=a"] {
        assert!(form(body).list("t").is_err(), "{body}");
    }
    assert!(form("t[0]=a&t[99999999999999999999]=b").list("t").is_err());
}

#[test]
fn a_whole_number_is_its_digits_wherever_a_text_is_taken() {
    for (json, text) in [
        ("1001", "1001"),
        ("-2", "-2"),
        ("5.0", "5"),
        ("1e3", "1000"),
        ("18446744073709551615", "18446744073709551615"),
    ] {
        let fields = form(&format!(r#"{{"a":{json}}}"#));
        assert_eq!(fields.required_text("a").unwrap(), text);
        assert_eq!(fields.text("a").unwrap().as_deref(), Some(text));
        assert_eq!(serde_json::from_str::<TextOrDigits>(json).unwrap().0, text);
    }
    for json in ["1.5", "1e30", "true", "[1]", "{}"] {
        let fields = form(&format!(r#"{{"a":{json}}}"#));
        for refused in [fields.required_text("a").err(), fields.text("a").err()] {
            assert!(refused.unwrap().detail.starts_with("a must be a string"), "{json}");
        }
        assert!(serde_json::from_str::<TextOrDigits>(json).is_err());
    }
    for json in ["1e400", r#""\ud800""#, r#"["\ud800"]"#] {
        let refused = Fields::parse(format!(r#"{{"b":1,"a":{json}}}"#).as_bytes()).unwrap_err();
        assert!(refused.detail.starts_with("a "), "{json}: {}", refused.detail);
    }
}

#[test]
fn a_scalar_given_twice_must_say_the_same() {
    assert_eq!(form("a=1&a=1&a=").integer("a").unwrap(), Some(1));
    assert!(form("a=1&a=2").integer("a").is_err());
    assert!(form(r#"{"a":1,"a":2}"#).integer("a").is_err());
}

#[test]
fn broken_bodies_are_refused() {
    for body in [
        &b"1.1"[..],
        b"[]",
        b"\"a\"",
        b"null",
        b"{",
        b"{\"a\":}",
        b"{\"a\":\"\\ud800\"}",
        b"{}x",
        b"a=%ff",
        b"\xff=1",
        b"{\"a\":\"\xff\"}",
    ] {
        assert!(Fields::parse(body).is_err(), "{body:?}");
    }
}

#[derive(Debug, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Everything {
    #[serde(rename = "type")]
    _kind: Person,
    user_id: Users<2>,
    at: Moment,
    number: WholeNumber,
    #[serde(default)]
    other: AnyNumber,
    #[serde(default)]
    size: Size<100, 20>,
    on: Option<Switch>,
    text: Option<Text<5>>,
    object: Option<ObjectText>,
    #[serde(rename = "msgUID")]
    _message: MessageId,
}

const EVERYTHING: &str = "type=PERSON&userId=a,b&at=1&number=-7&size=0&on=True&text=undefined&object={}&messageUId=16EA-XU84-007G-FDTH";

#[test]
fn a_struct_is_read_in_every_spelling_of_its_fields() {
    let all: Everything = read(&form(EVERYTHING)).unwrap();
    assert_eq!(all.user_id.0.iter().map(ToString::to_string).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!((all.at.0.0, all.number.0, all.other.0, all.size.0), (1000, -7, None, 20));
    assert_eq!((all.on.map(|on| on.0), all.text.map(|text| text.0)), (Some(true), None));
    assert_eq!(all.object.map(|object| object.0).as_deref(), Some("{}"));
}

#[test]
fn a_struct_names_the_first_parameter_that_is_wrong_and_then_the_first_that_is_missing() {
    for (from, to, refused) in [
        ("type=PERSON&", "", "type is missing or empty; give it"),
        ("type=PERSON&userId=a,b", "", "type is missing or empty; give it"),
        ("userId=a,b", "userId=", "userId is missing or empty; give it"),
        ("userId=a,b", "userId=a,b,c", "userId must name at most 2 users"),
        ("userId=a,b", "userId=a%00", "userId "),
        ("number=-7", "number=x", "number must be a whole number that fits 64 bits"),
        ("number=-7", "number=null", "number is missing or empty; give it"),
        ("size=0", "size=101", "size must be between 1 and 100"),
        ("on=True", "on=yes", "on must be 0 or 1"),
        ("at=1", "at=-1", "at must be milliseconds since 1970, not negative"),
        ("text=undefined", "text=%00", "text must not contain a NUL character"),
        ("messageUId=16EA-XU84-007G-FDTH", "", "msgUID is missing or empty; give it"),
        ("messageUId=16EA-XU84-007G-FDTH", "msgUID=x", "msgUID must be a messageUID"),
        // Who forgets one thing and gets another wrong is told of the wrong one.
        ("type=PERSON&userId=a,b", "userId=a,b,c", "userId must name at most 2 users"),
    ] {
        let body = EVERYTHING.replace(from, to);
        assert_ne!(body, EVERYTHING);
        let failure = read::<Everything, _>(&form(&body)).unwrap_err();
        assert!(failure.detail.starts_with(refused), "{body}: {}", failure.detail);
    }
}

#[test]
fn a_rule_with_a_code_of_its_own_keeps_it() {
    let failure = read::<Everything, _>(&form(&EVERYTHING.replace("PERSON", "GROUP"))).unwrap_err();
    assert_eq!(failure.code.row().0, form("").broken("x", Some(NOT_ONE_TO_ONE), "").code.row().0);
    assert_eq!(failure.detail, "sixin is for one-to-one messages; type must be PERSON");
}

#[test]
fn what_is_no_list_is_not_given_by_the_name_of_a_part_of_one() {
    let all: Everything = read(&form(&format!("{EVERYTHING}&text[]=x&other[]=5"))).unwrap();
    assert_eq!((all.text.map(|text| text.0), all.other.0), (None, None));
}
