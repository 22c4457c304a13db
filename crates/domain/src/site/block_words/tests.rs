use super::*;
use proptest::prelude::*;

fn replace(word: &str, with: &str) -> BlockWord {
    BlockWord { word: word.into(), mode: WordMode::Replace(Some(with.into())), is_whole: false }
}

fn refuse(word: &str) -> BlockWord {
    BlockWord { word: word.into(), mode: WordMode::Refuse, is_whole: false }
}

fn apply(words: &[BlockWord], text: &str) -> Result<String, Refusal> {
    BlockWordFilter::new(words.iter().cloned()).apply(text).map(Cow::into_owned)
}

#[test]
fn a_refused_word_refuses_wherever_it_stands() {
    for text in ["bad", "a badge", "BAD", "xxbadxx"] {
        assert_eq!(apply(&[refuse("bad")], text), Err(Refusal::ForbiddenWord), "{text}");
    }
    assert_eq!(apply(&[refuse("bad")], "b ad"), Ok("b ad".into()));
}

#[test]
fn a_refused_word_inside_a_replaced_one_still_refuses() {
    assert_eq!(apply(&[replace("badword", "*"), refuse("adw")], "a badword"), Err(Refusal::ForbiddenWord));
}

#[test]
fn a_replaced_word_is_replaced_everywhere_and_the_longest_word_wins() {
    let words = [replace("foo", "1"), replace("foobar", "2")];
    assert_eq!(apply(&words, "foo foobar FooBarfoo"), Ok("1 2 21".into()));
}

#[test]
fn a_replacement_is_not_searched_again() {
    assert_eq!(apply(&[replace("a", "aa")], "banana"), Ok("baanaanaa".into()));
}

#[test]
fn a_word_without_replacement_is_removed() {
    let remove = BlockWord { mode: WordMode::Replace(None), ..replace("psst", "") };
    assert_eq!(apply(std::slice::from_ref(&remove), "well psst no"), Ok("well  no".into()));
    assert_eq!(apply(&[remove], " psst "), Err(Refusal::ForbiddenWord));
}

#[test]
fn case_is_folded_by_unicode_on_both_sides() {
    assert_eq!(apply(&[replace("ÉCOLE", "x")], "une école"), Ok("une x".into()));
    assert_eq!(apply(&[replace("strasse", "x")], "Hauptstraße 1"), Ok("Hauptx 1".into()));
    assert_eq!(apply(&[replace("ς", "x")], "Σσς"), Ok("xxx".into()));
    assert_eq!(apply(&[replace("赌博", "**")], "不要赌博！"), Ok("不要**！".into()));
}

#[test]
fn a_stored_text_is_shown_with_todays_replacements_and_never_refused() {
    let filter = BlockWordFilter::new([replace("foo", "***"), refuse("bar"), replace("all", "")]);
    assert_eq!(filter.shown("a Foo and a bar"), "a *** and a bar");
    assert_eq!(filter.shown("all"), "");
    assert_eq!(filter.shown("nothing"), "nothing");
}

#[test]
fn half_a_character_is_no_word() {
    assert_eq!(apply(&[replace("s", "x")], "ß s"), Ok("ß x".into()));
}

#[test]
fn an_empty_word_matches_nothing() {
    assert_eq!(apply(&[refuse("")], "anything"), Ok("anything".into()));
}

/// What a filter would do without the quick look: every place is tried.
fn steps(filter: &BlockWordFilter, text: &str) -> usize {
    let folded = fold(text);
    (0..folded.len()).map(|begin| filter.tree.walk(&folded[begin..]).count() + 1).sum()
}

#[test]
fn words_are_found_through_width_case_accents_and_invisible_signs_and_the_original_goes() {
    for text in ["ｂａｄ", "BÁD", "b\u{200b}a\u{ad}d", "b\u{336}a\u{336}d\u{336}", "b\u{fe0f}ad", "𝕓𝕒𝕕"]
    {
        assert_eq!(apply(&[replace("bad", "*")], &format!("a {text}!")), Ok("a *!".into()), "{text}");
        assert_eq!(apply(&[refuse("bad")], text), Err(Refusal::ForbiddenWord), "{text}");
    }
    assert_eq!(apply(&[replace("赌博", "*")], "赌\u{200d}博"), Ok("*".into()));
    assert_eq!(
        apply(&[replace("ｂad\u{200b}", "*")], "bad"),
        Ok("*".into()),
        "the word itself is folded too"
    );
    assert_eq!(apply(&[refuse("\u{200b}")], "bad"), Ok("bad".into()), "nothing to be seen is no word");
}

#[test]
fn a_whole_word_counts_only_where_it_stands_alone() {
    let whole = |word: &str| BlockWord { is_whole: true, ..replace(word, "*") };
    let words = [whole("ass"), whole("big ass"), whole("é")];
    let text = "ass class, assess ASS! big ass 他是ass吗 ass1 é née";
    assert_eq!(apply(&words, text), Ok("* class, assess *! * 他是*吗 ass1 * née".into()));
    let scunthorpe = [whole("cunt"), replace("thor", "#")];
    assert_eq!(apply(&scunthorpe, "Scunthorpe cunt"), Ok("Scun#pe *".into()));
}

#[test]
fn nested_words_cost_no_more_than_the_longest_of_them() {
    let words = (1..=32).map(|length| replace(&"a".repeat(length), "*"));
    let filter = BlockWordFilter::new(words);
    let text = "a".repeat(64_000);
    assert!(steps(&filter, &text) <= 64_000 * 33);
    assert_eq!(filter.shown(&text).len(), 2000);
}

proptest! {
    #[test]
    fn the_number_of_steps_is_bounded_by_the_text_and_the_longest_word(
        words in prop::collection::vec("[abß]{1,8}", 1..60), text in "[abAß]{0,200}"
    ) {
        let distinct: std::collections::BTreeSet<String> = words.iter().map(|word| characters(&fold(word))).collect();
        let longest = distinct.iter().map(|word| word.chars().count()).max().unwrap_or(0);
        let filter = BlockWordFilter::new(distinct.iter().map(|word| replace(word, "*")));
        prop_assert!(steps(&filter, &text) <= fold(&text).len() * (longest + 1));
    }

    #[test]
    fn text_without_any_word_is_left_alone(text in "[b-z ß]{0,40}") {
        prop_assert_eq!(apply(&[replace("a", "!"), refuse("A1")], &text), Ok(text));
    }

    #[test]
    fn replacing_leaves_no_word_behind(text in "\\PC{0,40}", word in "\\PC{1,3}") {
        let filter = BlockWordFilter::new([replace(&word, "\u{1}")]);
        if let Ok(once) = filter.apply(&text) {
            let again = filter.apply(&once);
            prop_assert_eq!(again.map(Cow::into_owned), Ok(once.into_owned()));
        }
    }
}
