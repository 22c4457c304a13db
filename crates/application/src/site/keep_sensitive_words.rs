//! A back end keeps words that may not stand in messages (docs/wire/rongcloud.md#sensitive-words). They are the block
//! words of the site, as far as messages go: what a word is blocked in elsewhere stays as it is.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use sixin_domain::site::block_words::WordMode;
use thiserror::Error;

use crate::operations::block_words::{BlockWordError, check_replacement, check_word};
use crate::ports::{Clock, StoreError, StoreResult};
use crate::site::ports::{SensitiveWord, SensitiveWords};

/// Words at most that back ends can make the site keep.
pub const MOST_WORDS: i64 = 10_000;

/// Why words are not kept.
#[derive(Debug, Error)]
pub enum WordsError {
    /// A word or its replacement can't be one.
    #[error("{0}")]
    Word(#[from] BlockWordError),
    /// There are too many.
    #[error("the site keeps at most {MOST_WORDS} words")]
    TooMany,
    /// The store could not.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A word to be kept, as it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewWord {
    /// The word.
    pub word: String,
    /// What replaces it; without one, messages with the word are refused.
    pub replacement: Option<String>,
}

/// Keeps words.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait KeepSensitiveWords: Send + Sync {
    /// Has these words replaced or refused in messages; all of them or none. Of two that are the same the last counts.
    async fn add(&self, words: Vec<NewWord>) -> Result<(), WordsError>;

    /// How many more words can be kept.
    async fn room(&self) -> StoreResult<i64>;

    /// Lets words stand in messages again. Words that are not kept are passed over.
    async fn remove(&self, words: &[String]) -> StoreResult<()>;

    /// The words that are replaced or refused in messages, the oldest first.
    async fn list(&self) -> StoreResult<Vec<SensitiveWord>>;
}

/// [`KeepSensitiveWords`] over the ports.
pub struct SensitiveWordKeeping {
    /// The words.
    pub words: Arc<dyn SensitiveWords>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

#[async_trait]
impl KeepSensitiveWords for SensitiveWordKeeping {
    async fn add(&self, words: Vec<NewWord>) -> Result<(), WordsError> {
        let mut last: HashMap<String, usize> = HashMap::new();
        for (number, new) in words.iter().enumerate() {
            check_word(&new.word)?;
            // The official test-suite wants `-` refused; it would hit nearly every message.
            if new.word.bytes().all(|byte| byte.is_ascii_punctuation()) {
                return Err(BlockWordError::OnlySigns.into());
            }
            check_replacement(new.replacement.as_deref())?;
            last.insert(new.word.clone(), number);
        }
        let words = words
            .into_iter()
            .enumerate()
            .filter(|(number, new)| last.get(&new.word) == Some(number))
            .map(|(_, NewWord { word, replacement })| {
                let mode = match replacement {
                    Some(with) => WordMode::Replace(Some(with)),
                    None => WordMode::Refuse,
                };
                SensitiveWord { word, mode }
            })
            .collect();
        let has_room = self.words.put(words, MOST_WORDS, self.clock.now()).await?;
        if has_room { Ok(()) } else { Err(WordsError::TooMany) }
    }

    async fn room(&self) -> StoreResult<i64> {
        let kept = self.words.list(MOST_WORDS).await?.len();
        Ok(i64::try_from(kept).map_or(0, |kept| MOST_WORDS.saturating_sub(kept)))
    }

    async fn remove(&self, words: &[String]) -> StoreResult<()> {
        self.words.remove(words, self.clock.now()).await
    }

    async fn list(&self) -> StoreResult<Vec<SensitiveWord>> {
        self.words.list(MOST_WORDS).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::MockClock;
    use crate::site::ports::MockSensitiveWords;
    use sixin_domain::time::Millis;

    fn keeping(words: MockSensitiveWords) -> SensitiveWordKeeping {
        let mut clock = MockClock::new();
        clock.expect_now().return_const(Millis(1000));
        SensitiveWordKeeping { words: Arc::new(words), clock: Arc::new(clock) }
    }

    fn word(word: &str, replacement: Option<&str>) -> NewWord {
        NewWord { word: word.into(), replacement: replacement.map(str::to_owned) }
    }

    #[tokio::test]
    async fn there_is_room_for_as_many_words_as_are_not_kept_yet() {
        let mut words = MockSensitiveWords::new();
        let word = || SensitiveWord { word: "heck".into(), mode: WordMode::Refuse };
        words.expect_list().once().returning(move |_| Ok(vec![word(); 3]));
        assert_eq!(keeping(words).room().await.unwrap(), MOST_WORDS - 3);
    }

    #[tokio::test]
    async fn a_word_is_replaced_or_refused_and_of_two_the_last_counts() {
        let mut words = MockSensitiveWords::new();
        let wanted = vec![
            SensitiveWord { word: "heck".into(), mode: WordMode::Refuse },
            SensitiveWord { word: "darn".into(), mode: WordMode::Replace(Some("*".into())) },
        ];
        words
            .expect_put()
            .once()
            .withf(move |put, most, _| (put, *most) == (&wanted, MOST_WORDS))
            .returning(|_, _, _| Ok(true));
        let added = vec![word("darn", None), word("heck", None), word("darn", Some("*"))];
        keeping(words).add(added).await.unwrap();
    }

    #[tokio::test]
    async fn a_word_that_can_not_be_one_refuses_all() {
        for wrong in ["", " darn", "-", "*", "-*-", &"x".repeat(33)] {
            let refused =
                keeping(MockSensitiveWords::new()).add(vec![word("ok", None), word(wrong, None)]).await;
            assert!(matches!(refused, Err(WordsError::Word(_))), "{wrong}");
        }
        let long = vec![word("ok", Some(&"x".repeat(65)))];
        assert!(keeping(MockSensitiveWords::new()).add(long).await.is_err());
    }

    #[tokio::test]
    async fn a_full_list_takes_no_word() {
        let mut words = MockSensitiveWords::new();
        words.expect_put().once().returning(|_, _, _| Ok(false));
        let refused = keeping(words).add(vec![word("ok", None)]).await;
        assert!(matches!(refused, Err(WordsError::TooMany)));
    }
}
