use proptest::prelude::*;

use super::*;

const MOST: usize = 131_072;
const PATIENCE: i64 = 60_000;
const FIRST: &str = r#"{"content":"a","complete":false,"seq":1,"type":"markdown","user":{"big":1e400}}"#;

fn begun() -> Growing {
    let (content, untold) = (FIRST.to_owned(), String::new());
    Growing { content, seq: 1, untold, grown_at: Millis(0), told_at: Millis(0), is_over: false }
}

fn piece(seq: i64, text: &str) -> Piece {
    Piece { seq, said: Said::More(text.to_owned()), ends: None }
}

fn kept(grown: Grown) -> Growing {
    match grown {
        Grown::Kept(growing) => growing,
        other => panic!("{other:?}"),
    }
}

fn told(grown: Grown) -> Growing {
    match grown {
        Grown::Told(growing) => growing,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_comes_in_between_is_kept_and_told_with_what_comes_later() {
    let growing = kept(begun().add(piece(2, "b"), Millis(10), MOST).unwrap());
    assert_eq!((growing.content.as_str(), growing.text().as_str()), (FIRST, "ab"));
    let growing = told(growing.add(piece(3, "\"\n"), Millis(300), MOST).unwrap());
    assert_eq!(
        growing.content,
        r#"{"content":"ab\"\n","complete":false,"seq":3,"type":"markdown","user":{"big":1e400}}"#
    );
    assert_eq!((growing.untold.as_str(), growing.told_at, growing.is_over), ("", Millis(300), false));
}

#[test]
fn the_longer_a_message_is_the_less_often_it_is_told() {
    let long = Growing { content: format!(r#"{{"content":"{}"}}"#, "x".repeat(64_000)), ..begun() };
    assert!(begun().tell_at() < Millis(260) && long.tell_at() > Millis(1_200));
}

#[test]
fn the_last_piece_is_told_at_once_and_nothing_follows_it() {
    let last = Piece { ends: Some(7), ..piece(2, "b") };
    let growing = told(begun().add(last.clone(), Millis(1), MOST).unwrap());
    let stage = Stage::of(&growing.content);
    assert_eq!((stage.text.as_str(), stage.seq, stage.complete_reason), ("ab", 2, 7));
    assert!(growing.is_over && stage.is_over && stage.is_complete && stage.stop_reason == 0);
    // As it is found by its content alone.
    let ended = Growing::ended(growing.content, Millis(1));
    assert_eq!(ended.clone().add(last, Millis(2), MOST), Ok(Grown::Known));
    assert_eq!(ended.clone().add(piece(3, "c"), Millis(2), MOST), Err(GrowthRefusal::Over));
    assert_eq!(ended.settled(Millis(PATIENCE * 2), PATIENCE), None);
}

#[test]
fn a_piece_that_is_known_changes_nothing_and_one_out_of_turn_is_refused_by_number() {
    assert_eq!(begun().add(piece(1, "other"), Millis(1), MOST), Ok(Grown::Known));
    assert_eq!(begun().add(piece(3, "c"), Millis(1), MOST), Err(GrowthRefusal::Gap(2)));
    assert_eq!(begun().add(piece(i64::MAX, "c"), Millis(1), MOST), Err(GrowthRefusal::Gap(2)));
}

#[test]
fn a_message_grows_to_its_bound_and_not_beyond_as_its_content_is_written() {
    let room = 200 - FIRST.len();
    assert!(begun().add(piece(2, &"x".repeat(room)), Millis(1), 200).is_ok());
    assert_eq!(
        begun().add(piece(2, &"x".repeat(room + 1)), Millis(1), 200),
        Err(GrowthRefusal::TooLong(200))
    );
    assert!(begun().add(piece(2, &"\n".repeat(room)), Millis(1), 200).is_err(), "two bytes each");
}

#[test]
fn what_is_kept_is_told_after_a_moment_and_a_silent_writer_has_ended() {
    let growing = kept(begun().add(piece(2, "b"), Millis(10), MOST).unwrap());
    assert_eq!(growing.clone().settled(Millis(200), PATIENCE), None);
    let growing = growing.settled(Millis(300), PATIENCE).unwrap();
    assert_eq!((growing.text().as_str(), growing.is_over), ("ab", false));
    assert_eq!(growing.clone().settled(Millis(50_000), PATIENCE), None, "there is nothing to tell");
    let ended = growing.settled(Millis(PATIENCE + 10), PATIENCE).unwrap();
    let stage = Stage::of(&ended.content);
    assert!(ended.is_over && stage.is_over && !stage.is_complete && stage.stop_reason == SILENT);
    assert_eq!((stage.text.as_str(), stage.seq), ("ab", 2));
}

#[test]
fn all_that_is_said_anew_takes_the_place_of_what_was() {
    let growing = kept(begun().add(piece(2, "b"), Millis(10), MOST).unwrap());
    let all = Piece { seq: 3, said: Said::All("x*y".to_owned()), ends: None };
    assert_eq!(told(growing.add(all, Millis(11), MOST).unwrap()).text(), "x*y");
}

#[test]
fn only_such_messages_grow_that_say_so() {
    let begins = |name: &str, content: &str| begins(&ObjectName::new(name).unwrap(), content);
    assert_eq!(begins(STREAM, FIRST), Some(1));
    assert_eq!(begins("My:Stream", FIRST), None);
    for whole in [
        "{}",
        r#"{"content":"a"}"#,
        r#"{"content":"a","complete":true,"seq":1}"#,
        r#"{"content":"a","complete":false}"#,
        r#"{"content":"a","complete":false,"seq":0}"#,
        r#"{"content":"a","complete":false,"seq":"1"}"#,
        r#"{"content":"a","complete":false,"seq":1,"stopReason":1}"#,
        "no",
    ] {
        assert_eq!(begins(STREAM, whole), None, "{whole}");
    }
}

proptest! {
    /// However pieces come, repeated and at whatever times, what is told in the end is what was said.
    #[test]
    fn nothing_is_lost_and_nothing_comes_twice(
        texts in proptest::collection::vec("\\PC{0,8}", 1..20),
        times in proptest::collection::vec((0_i64..600, 0_usize..3), 20),
    ) {
        let (mut growing, mut now) = (begun(), Millis(0));
        let last = texts.len() - 1;
        for ((index, text), (pause, repeats)) in texts.iter().enumerate().zip(times) {
            now = now.plus(pause);
            let seq = i64::try_from(index).unwrap() + 2;
            let piece = Piece { ends: (index == last).then_some(0), ..piece(seq, text) };
            for _ in 0..=repeats {
                growing = match growing.clone().add(piece.clone(), now, MOST).unwrap() {
                    Grown::Known => growing,
                    Grown::Kept(grown) | Grown::Told(grown) => grown,
                };
            }
            if let Some(settled) = growing.clone().settled(now.plus(pause), PATIENCE) {
                growing = settled;
            }
        }
        prop_assert!(growing.is_over);
        prop_assert_eq!(Stage::of(&growing.content).text, "a".to_owned() + &texts.concat());
        prop_assert_eq!(growing.whole(), growing.content);
    }

    #[test]
    fn no_content_makes_it_panic(content in "\\PC{0,60}") {
        let _ = Stage::of(&content);
        let growing = Growing { content, ..begun() };
        let _ = growing.add(piece(2, "x"), Millis(1_000), MOST);
    }
}
