//! What becomes of forbidden words in the texts of back ends.

use std::sync::Arc;

use sixin_domain::message::content::replace_text;
use sixin_domain::sending::limits::Limits;
use sixin_domain::sending::refusal::Refusal;
use sixin_domain::site::block_words::BlockWordFilter;

use crate::ports::StoreError;
use crate::site::block_words::applied;
use crate::site::ports::{BlockWordSource, SettingSource};

/// Content and the text in it, if it has one.
pub type TypedText = (String, Option<String>);

/// Filters texts of back ends.
pub struct BackEndTexts {
    /// Whether block words apply.
    pub settings: Arc<dyn SettingSource>,
    /// The words to be replaced or refused.
    pub block_words: Arc<dyn BlockWordSource>,
    /// How long contents may be.
    pub limits: Limits,
}

impl BackEndTexts {
    /// Content and text as they are stored. A back end's own text passes unchanged unless the site says otherwise
    /// (docs/design.md#back-end-texts).
    ///
    /// # Errors
    /// A refusal for a forbidden word or a text that has grown too long, or what the store says.
    pub async fn filtered<E: From<StoreError> + From<Refusal>>(
        &self,
        content: &str,
        text: Option<&str>,
    ) -> Result<TypedText, E> {
        if text.is_none() || !self.settings.settings().await?.is_on("publish_block_words") {
            return Ok((content.to_owned(), text.map(str::to_owned)));
        }
        self.always_filtered(content, text).await
    }

    /// The same for what a user says itself.
    ///
    /// # Errors
    /// As above.
    pub async fn always_filtered<E: From<StoreError> + From<Refusal>>(
        &self,
        content: &str,
        text: Option<&str>,
    ) -> Result<TypedText, E> {
        let filter = self.block_words.filter().await?;
        filtered_content(&filter, content, text, &self.limits).await
    }
}

/// Content and text after words were replaced.
///
/// # Errors
/// A refusal for a forbidden word or a text that has grown too long, or what the store says.
pub(crate) async fn filtered_content<E: From<StoreError> + From<Refusal>>(
    filter: &Arc<BlockWordFilter>,
    content: &str,
    text: Option<&str>,
    limits: &Limits,
) -> Result<TypedText, E> {
    let applied = match text {
        Some(text) => applied::<E>(filter, text).await?,
        None => None,
    };
    let Some(replaced) = applied else { return Ok((content.to_owned(), text.map(str::to_owned))) };
    let content = replace_text(content, &replaced).ok_or(Refusal::ForbiddenWord)?;
    let Limits { typed_text_bytes, content_bytes, .. } = *limits;
    if replaced.len() > typed_text_bytes || content.len() > content_bytes {
        return Err(Refusal::TextTooLong.into());
    }
    Ok((content, Some(replaced)))
}
