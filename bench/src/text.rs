//! What the messages say: which run they belong to and which one they are, and then what people write.

/// About a hundred bytes, some of them not ASCII, as people in a chat write.
const REST: &str = "晚上一起吃饭吗? 老地方见. See you at eight, and please bring the tickets with you!";

/// The text of a message.
pub(crate) fn text(run: u32, number: u64) -> String {
    format!("{}{number} {REST}", prefix(run))
}

/// What all messages of a run begin with.
pub(crate) fn prefix(run: u32) -> String {
    format!("r{run} ")
}

/// The number in what follows the prefix.
pub(crate) fn number(rest: &str) -> Option<u64> {
    rest.split(' ').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_known_by_its_text() {
        let text = text(7, 123);
        assert_eq!(number(text.strip_prefix(&prefix(7)).unwrap()), Some(123));
        assert_eq!(text.strip_prefix(&prefix(70)), None);
        assert!((90..130).contains(&text.len()), "{}", text.len());
    }
}
