//! Block words, looked for without holding up other requests.

use std::borrow::Cow;
use std::sync::Arc;

use sixin_domain::sending::refusal::Refusal;
use sixin_domain::site::block_words::BlockWordFilter;
use sixin_domain::text::visible::is_blank;
use tokio::task::spawn_blocking;

use crate::ports::{StoreError, StoreResult};

/// Texts with more bytes than this, all together, are looked through on a thread for blocking work: it takes a
/// millisecond or more.
const LONG: usize = 8192;

/// The text with its words replaced; `None` if there are none.
///
/// # Errors
/// [`Refusal::ForbiddenWord`] if it may not be stored, also because nothing that can be seen is left of it; or a fault if
/// the work broke off.
pub async fn applied<E: From<StoreError> + From<Refusal>>(
    filter: &Arc<BlockWordFilter>,
    text: &str,
) -> Result<Option<String>, E> {
    let applied = if text.len() <= LONG {
        filter.apply(text).map(owned)
    } else {
        let (filter, text) = (Arc::clone(filter), text.to_owned());
        spawn_blocking(move || filter.apply(&text).map(owned)).await.map_err(broken)?
    };
    match applied? {
        Some(text) if is_blank(&text) => Err(Refusal::ForbiddenWord.into()),
        applied => Ok(applied),
    }
}

/// Texts that were stored before, as they may be shown now, in the same order.
///
/// # Errors
/// A fault if the work broke off.
pub async fn shown(filter: &Arc<BlockWordFilter>, texts: Vec<String>) -> StoreResult<Vec<String>> {
    let filter = Arc::clone(filter);
    let length: usize = texts.iter().map(String::len).sum();
    let work = move || texts.into_iter().map(|text| owned(filter.shown(&text)).unwrap_or(text)).collect();
    if length <= LONG { Ok(work()) } else { spawn_blocking(work).await.map_err(broken) }
}

fn owned(text: Cow<'_, str>) -> Option<String> {
    match text {
        Cow::Borrowed(_) => None,
        Cow::Owned(text) => Some(text),
    }
}

fn broken(error: tokio::task::JoinError) -> StoreError {
    StoreError::Fault(error.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sending::pipeline::SendError;
    use sixin_domain::site::block_words::{BlockWord, WordMode};

    #[tokio::test]
    async fn long_texts_are_treated_like_short_ones() {
        let word = |word: &str, mode| BlockWord { word: word.into(), mode, is_whole: false };
        let filter = Arc::new(BlockWordFilter::new([
            word("darn", WordMode::Replace(Some("*".into()))),
            word("curse", WordMode::Refuse),
        ]));
        for filler in ["", &"x".repeat(LONG + 1)] {
            let text = |word: &str| format!("{word}{filler}");
            let applied = async |word: &str| applied::<SendError>(&filter, &text(word)).await;
            assert_eq!(applied("fine").await.unwrap(), None);
            assert_eq!(applied("darn").await.unwrap(), Some(text("*")));
            assert!(matches!(applied("curse").await, Err(SendError::Refused(Refusal::ForbiddenWord))));
            let texts = vec![text("darn"), text("curse")];
            assert_eq!(shown(&filter, texts).await.unwrap(), [text("*"), text("curse")]);
        }
    }
}
