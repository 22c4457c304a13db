//! Which of the languages there are somebody gets who asks for one: the look-up of RFC 4647.

/// The regions in which Chinese is written in traditional characters.
const TRADITIONAL: [&str; 3] = ["TW", "HK", "MO"];

/// The tag among `tags` that serves whoever asks for `range`: the same, else the one that is left after cutting subtags off
/// its end. `en-US` finds `en`, `zh-Hans-CN` finds `zh-Hans`, and `en` does not find `en-US`.
///
/// The language setting of `WeChat` has an underscore in it (`zh_HK`), and browsers name Chinese by region (`zh-CN`), so the
/// first stands for a hyphen and the script of the second is looked for too.
#[must_use]
pub fn look_up<'t>(range: &str, tags: impl Iterator<Item = &'t str> + Clone) -> Option<&'t str> {
    let range = range.trim().replace('_', "-");
    let find = |wanted: &str| tags.clone().find(|tag| tag.eq_ignore_ascii_case(wanted));
    cut(&range, find).or_else(|| find(script_of_chinese(&range)?))
}

fn cut<'t>(range: &str, find: impl Fn(&str) -> Option<&'t str>) -> Option<&'t str> {
    let mut rest = range;
    loop {
        if let Some(found) = find(rest) {
            return Some(found);
        }
        let (shorter, _) = rest.rsplit_once('-')?;
        // A single letter only introduces what came after it.
        rest = match shorter.rsplit_once('-') {
            Some((before, last)) if last.len() == 1 => before,
            _ => shorter,
        };
    }
}

/// The script of a Chinese range that names none.
fn script_of_chinese(range: &str) -> Option<&'static str> {
    let mut subtags = range.split('-');
    if !subtags.next()?.eq_ignore_ascii_case("zh") {
        return None;
    }
    let second = subtags.next().unwrap_or_default();
    let is_script = second.len() == 4 && second.bytes().all(|byte| byte.is_ascii_alphabetic());
    let is_traditional = TRADITIONAL.iter().any(|region| region.eq_ignore_ascii_case(second));
    match (is_script, is_traditional) {
        (true, _) => None,
        (false, true) => Some("zh-Hant"),
        (false, false) => Some("zh-Hans"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn subtags_are_cut_off_the_end_until_a_tag_is_found() {
        let tags = ["en", "zh-Hans", "zh-Hant", "de-CH", "fr"];
        for (range, found) in [
            ("en", Some("en")),
            ("EN-us", Some("en")),
            ("en-US-x-twain", Some("en")),
            ("zh-Hans-CN", Some("zh-Hans")),
            ("zh-hant-TW", Some("zh-Hant")),
            ("de-CH-1996", Some("de-CH")),
            ("de", None),
            ("de-AT", None),
            ("fr-CA-x-a", Some("fr")),
            ("eng", None),
            ("tlh", None),
            ("*", None),
            ("", None),
            ("-", None),
        ] {
            assert_eq!(look_up(range, tags.into_iter()), found, "{range}");
        }
    }

    #[test]
    fn chinese_without_a_script_gets_that_of_its_region() {
        let tags = ["en", "zh-Hans", "zh-Hant"];
        for (range, found) in [
            ("zh", Some("zh-Hans")),
            ("zh-CN", Some("zh-Hans")),
            ("zh_CN", Some("zh-Hans")),
            ("zh-SG", Some("zh-Hans")),
            ("zh_TW", Some("zh-Hant")),
            ("zh-hk", Some("zh-Hant")),
            ("zh-Mo", Some("zh-Hant")),
            ("zh-Latn", None),
            ("zho", None),
        ] {
            assert_eq!(look_up(range, tags.into_iter()), found, "{range}");
        }
        assert_eq!(look_up("zh-TW", ["zh"].into_iter()), Some("zh"), "a tag that is there comes first");
        assert_eq!(look_up("zh-TW", ["zh-Hans"].into_iter()), None);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic_and_every_tag_finds_itself(text in "\\PC{0,20}", more in "[a-zA-Z0-9-]{0,30}") {
            let _ = look_up(&text, ["en", "zh-Hans"].into_iter());
            let longer = format!("en-{more}");
            prop_assert_eq!(look_up(&longer, ["en"].into_iter()), Some("en"));
        }
    }
}
