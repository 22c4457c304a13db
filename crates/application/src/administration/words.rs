//! Block words.

use std::sync::Arc;

use sixin_domain::operator::audit::Action;
use sixin_domain::operator::permission::Permission;

use super::{AdminError, Deed, Desk};
use crate::operations::block_words;
use crate::operators::caller::Caller;
use crate::site::ports::{BlockWordAdmin, BlockWordRow, BlockWordSource};

/// Longest text that is tried, in characters.
const MOST_TRIED: usize = 10_000;

/// What would become of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tried {
    /// It would be sent as it is.
    Unchanged,
    /// It would be sent so.
    Changed(String),
    /// It would not be sent.
    Refused,
}

/// Looks after block words.
pub struct AdministerWords {
    /// What is written down.
    pub desk: Desk,
    /// The words.
    pub words: Arc<dyn BlockWordAdmin>,
    /// The words as messages meet them.
    pub filter: Arc<dyn BlockWordSource>,
}

impl AdministerWords {
    /// All words, in order.
    ///
    /// # Errors
    /// See [`AdminError`].
    pub async fn list(&self, caller: &Caller) -> Result<Vec<BlockWordRow>, AdminError> {
        caller.need(Permission::SeeSite)?;
        Ok(self.words.list().await?)
    }

    /// Adds or changes a word. `mode`: ignore, replace or refuse.
    ///
    /// # Errors
    /// See [`AdminError`].
    pub async fn put(
        &self,
        caller: &Caller,
        (word, mode): (&str, &str),
        replacement: Option<&str>,
        is_whole: bool,
    ) -> Result<(), AdminError> {
        let deed = Deed::new(Permission::KeepWords, Action::WordPut, word).with("mode", mode);
        let put = async {
            let row = block_words::row(word, mode, replacement, is_whole)?;
            self.words.put(&[row], self.desk.now()).await?;
            Ok::<_, AdminError>(())
        };
        self.desk.carry_out(caller, deed, put).await
    }

    /// Removes a word.
    ///
    /// # Errors
    /// See [`AdminError`].
    pub async fn remove(&self, caller: &Caller, word: &str) -> Result<(), AdminError> {
        let deed = Deed::new(Permission::KeepWords, Action::WordRemove, word);
        let remove = async {
            if self.words.remove(word).await? {
                return Ok(());
            }
            Err(AdminError::Unknown(format!("word {word:?}")))
        };
        self.desk.carry_out(caller, deed, remove).await
    }

    /// What would become of a text in a message now.
    ///
    /// # Errors
    /// See [`AdminError`].
    pub async fn try_out(&self, caller: &Caller, text: &str) -> Result<Tried, AdminError> {
        caller.need(Permission::SeeSite)?;
        if text.chars().count() > MOST_TRIED {
            return Err(AdminError::invalid(format!("try at most {MOST_TRIED} characters at once")));
        }
        let filter = self.filter.filter().await?;
        Ok(match filter.apply(text) {
            Err(_) => Tried::Refused,
            Ok(sent) if sent == text => Tried::Unchanged,
            Ok(sent) => Tried::Changed(sent.into_owned()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::administration::testing::{caller, desk};
    use crate::site::ports::{MockBlockWordAdmin, MockBlockWordSource};
    use sixin_domain::operator::OperatorRole;
    use sixin_domain::site::block_words::{BlockWord, BlockWordFilter, WordMode};

    fn words(admin: MockBlockWordAdmin) -> (AdministerWords, crate::administration::testing::Written) {
        let mut source = MockBlockWordSource::new();
        source.expect_filter().returning(|| {
            let word = |word: &str, mode| BlockWord { word: word.into(), mode, is_whole: false };
            let words =
                [word("darn", WordMode::Replace(Some("d**n".into()))), word("spam", WordMode::Refuse)];
            Ok(Arc::new(BlockWordFilter::new(words)))
        });
        let (desk, written) = desk();
        (AdministerWords { desk, words: Arc::new(admin), filter: Arc::new(source) }, written)
    }

    #[tokio::test]
    async fn a_text_is_tried_with_the_words_that_messages_meet() {
        let (words, written) = words(MockBlockWordAdmin::new());
        let viewer = caller(OperatorRole::Viewer);
        for (text, outcome) in [
            ("hello", Tried::Unchanged),
            ("DARN it", Tried::Changed("d**n it".into())),
            ("buy spam", Tried::Refused),
        ] {
            assert_eq!(words.try_out(&viewer, text).await.unwrap(), outcome);
        }
        assert!(words.try_out(&viewer, &"x".repeat(MOST_TRIED + 1)).await.is_err());
        assert_eq!(written.take(), [] as [String; 0]);
    }

    #[tokio::test]
    async fn a_word_is_put_by_support_and_removed_only_if_it_is_there() {
        let mut admin = MockBlockWordAdmin::new();
        admin.expect_put().once().returning(|words, _| Ok(words.len()));
        admin.expect_remove().returning(|word| Ok(word == "spam"));
        let (words, written) = words(admin);
        let support = caller(OperatorRole::Support);
        words.put(&support, ("spam", "refuse"), None, false).await.unwrap();
        assert!(matches!(
            words.put(&support, ("spam", "eat"), None, false).await,
            Err(AdminError::Invalid(_))
        ));
        words.remove(&support, "spam").await.unwrap();
        assert!(matches!(words.remove(&support, "ham").await, Err(AdminError::Unknown(_))));
        let rows = written.take();
        assert_eq!(rows.first().map(String::as_str), Some("block-word.put spam mode=refuse"));
        assert_eq!(rows.len(), 6, "each of the two that failed has two rows: {rows:?}");
    }
}
