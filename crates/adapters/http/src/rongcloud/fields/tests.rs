use super::*;
use proptest::prelude::*;

fn form(body: &str) -> Fields {
    Fields::parse(body.as_bytes()).unwrap()
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
    assert!(form(r#"{"t":["a",1]}"#).texts("t").is_err(), "words are no numbers");
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
    let values = |body: &str| form(body).take_values("t").unwrap();
    let expected = Some(vec![serde_json::json!({"a": 1}), Value::Null]);
    for body in [r#"t=[{"a":1},null]"#, r#"{"t":[{"a":1},null]}"#, r#"{"t":"[{\"a\":1},null]"}"#] {
        assert_eq!(values(body), expected, "{body}");
    }
    for body in ["", "t=", "t=undefined", "t=[]", r#"{"t":[]}"#, r#"{"t":null}"#] {
        assert_eq!(values(body), None, "{body}");
    }
    assert_eq!(values("t=[x"), Some(vec![Value::from("[x")]));
    assert_eq!(values(r#"{"t":7}"#), Some(vec![Value::from(7)]));
    assert!(form("t=1&t=2").take_values("t").is_err());
    let mut fields = form("t=1&u=2&t=");
    assert_eq!(fields.take_values("t").unwrap(), Some(vec![Value::from("1")]));
    assert_eq!((fields.take_values("t").unwrap(), fields.text("u").unwrap().as_deref()), (None, Some("2")));
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
