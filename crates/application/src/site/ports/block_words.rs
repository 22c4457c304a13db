use std::sync::Arc;

use async_trait::async_trait;
use sixin_domain::site::block_words::{BlockWordFilter, WordMode};
use sixin_domain::time::Millis;

use crate::ports::StoreResult;

/// The block words, ready for use.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait BlockWordSource: Send + Sync {
    /// The filter of all words in force. Building it may take long; whoever asks often keeps it.
    async fn filter(&self) -> StoreResult<Arc<BlockWordFilter>>;
}

/// What a word can be blocked in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WordScope {
    /// Posts and comments.
    Content,
    /// What users say of themselves.
    User,
    /// Messages.
    Conversation,
}

/// A word, as clients may read it. A mode of 1 means that the word is not blocked there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedWord {
    /// The word.
    pub word: String,
    /// 1 ignore, 2 replace, 3 refuse, 4 review.
    pub content_mode: i64,
    /// 1 ignore, 2 replace, 3 refuse.
    pub user_mode: i64,
    /// 1 ignore, 2 replace, 3 refuse.
    pub conversation_mode: i64,
    /// What replaces it; `None` removes it.
    pub replace_word: Option<String>,
    /// Whether it counts only where it stands alone.
    pub is_whole: bool,
}

/// A page of words.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListedWords {
    /// The words, oldest first.
    pub words: Vec<ListedWord>,
    /// How many there are on all pages.
    pub total: i64,
}

/// The block words, as a list.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait BlockWordList: Send + Sync {
    /// Words in force behind the first `offset` of them, `limit` at most; with a scope only those blocked there. The
    /// number of statements MUST NOT depend on how many they are.
    async fn page(&self, scope: Option<WordScope>, offset: i64, limit: i64) -> StoreResult<ListedWords>;
}

/// A word, as back ends keep it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SensitiveWord {
    /// The word.
    pub word: String,
    /// What happens to messages with it.
    pub mode: WordMode,
}

/// The block words as far as messages go. What a word is blocked in elsewhere MUST stay as it is, and what replaces it
/// there too.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait SensitiveWords: Send + Sync {
    /// Has these words, no two of them the same, replaced or refused in messages; all or none. `false`: more than `most`
    /// would be, and nothing was changed.
    async fn put(&self, words: Vec<SensitiveWord>, most: i64, at: Millis) -> StoreResult<bool>;

    /// Lets these words stand in messages again. One that is blocked nowhere else MUST be gone.
    async fn remove(&self, words: &[String], at: Millis) -> StoreResult<()>;

    /// The words that are replaced or refused in messages, the oldest first, `limit` at most.
    async fn list(&self, limit: i64) -> StoreResult<Vec<SensitiveWord>>;
}

/// A row of `block_words`, as far as conversations go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockWordRow {
    /// The word, at most 32 characters.
    pub word: String,
    /// 1 ignore, 2 replace, 3 refuse.
    pub conversation_mode: i64,
    /// What replaces it; `None` removes it.
    pub replace_word: Option<String>,
    /// Whether it counts only where it stands alone.
    pub is_whole: bool,
}

/// Block words, for the operator.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait BlockWordAdmin: Send + Sync {
    /// Adds or changes words; answers how many there were.
    async fn put(&self, words: &[BlockWordRow], at: Millis) -> StoreResult<usize>;

    /// Removes a word. `false`: no such word.
    async fn remove(&self, word: &str) -> StoreResult<bool>;

    /// All words, in order.
    async fn list(&self) -> StoreResult<Vec<BlockWordRow>>;
}
