//! Names that look like what was mistyped.

/// How alike two names must be to be taken for each other; below that, a guess only misleads.
const ALIKE: f64 = 0.75;
/// How many are named at most.
const MOST: usize = 3;

/// Those of the known names that look most like the given one, the most alike first.
pub fn alike<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let given = given.to_lowercase();
    let mut found: Vec<(f64, &str)> = known
        .into_iter()
        .map(|name| (strsim::normalized_damerau_levenshtein(&given, &name.to_lowercase()), name))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .collect();
    found.sort_by(|left, right| right.0.total_cmp(&left.0));
    found.into_iter().take(MOST).map(|(_, name)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_mistyped_is_found_and_what_is_quite_another_word_is_not() {
        let known = ["site_name", "site_mode", "conversation_status"];
        assert_eq!(alike("site_nmae", known).first(), Some(&"site_name"));
        assert_eq!(alike("SITE_MODE", known).first(), Some(&"site_mode"));
        assert_eq!(alike("zzz", known), [""; 0]);
    }
}
