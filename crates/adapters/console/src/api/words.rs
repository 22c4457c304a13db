//! Block words.

use actix_web::web::{self, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use sixin_application::administration::AdminError;
use sixin_application::administration::words::Tried;
use sixin_application::operators::caller::Caller;
use utoipa::{IntoParams, OpenApi, ToSchema};

use super::{DONE, Done, answered, answered_with, query};
use crate::ConsoleApi;
use crate::views::WordInfo;

/// What this subject has in the document.
#[derive(OpenApi)]
#[openapi(paths(admin_list_words, admin_put_word, admin_remove_word, admin_try_words))]
pub(crate) struct Operations;

/// All words.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminWords)]
pub(crate) struct WordsInfo {
    /// The words, in order.
    pub(crate) words: Vec<WordInfo>,
}

/// All words.
pub(crate) async fn list(api: &ConsoleApi, caller: &Caller) -> Result<WordsInfo, AdminError> {
    let words = api.administration.words.list(caller).await?;
    Ok(WordsInfo { words: words.into_iter().map(WordInfo::of).collect() })
}

/// List the block words
///
/// Scope `site`.
#[utoipa::path(get, path = "/admin/v1/block-words", responses((status = 200, body = WordsInfo)))]
pub(crate) async fn admin_list_words(api: web::Data<ConsoleApi>, request: HttpRequest) -> HttpResponse {
    answered(&api, &request, async |caller| list(&api, caller).await).await
}

/// A word.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AdminPutWord, example = json!({"word": "darn", "mode": "replace", "with": "d**n"}))]
struct WordBody {
    /// The word, of at most 32 characters.
    word: String,
    /// `ignore`, `replace` or `refuse`.
    mode: String,
    /// What replaces it; it is removed if this is not given.
    with: Option<String>,
    /// Whether it counts only where it stands alone.
    #[serde(default)]
    whole_word: bool,
}

/// Add or change a block word
///
/// Scope `words`.
#[utoipa::path(put, path = "/admin/v1/block-words", request_body = WordBody, responses((status = 200, body = Done)))]
pub(crate) async fn admin_put_word(
    api: web::Data<ConsoleApi>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    answered_with(&api, &request, payload, async |caller, body: WordBody| {
        let (word, with) = ((body.word.as_str(), body.mode.as_str()), body.with.as_deref());
        api.administration.words.put(caller, word, with, body.whole_word).await?;
        Ok(DONE)
    })
    .await
}

/// Which word.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct WordAsked {
    /// The word.
    word: String,
}

/// Remove a block word
///
/// Scope `words`.
#[utoipa::path(delete, path = "/admin/v1/block-words", params(WordAsked), responses((status = 200, body = Done)))]
pub(crate) async fn admin_remove_word(api: web::Data<ConsoleApi>, request: HttpRequest) -> HttpResponse {
    answered(&api, &request, async |caller| {
        let asked: WordAsked = query(&request)?;
        api.administration.words.remove(caller, &asked.word).await?;
        Ok(DONE)
    })
    .await
}

/// A text to be tried.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AdminTryWords, example = json!({"text": "darn it"}))]
struct TryBody {
    /// The text, of at most 10000 characters.
    text: String,
}

/// What would become of a text.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminTried)]
pub(crate) struct TriedInfo {
    /// `unchanged`, `changed` or `refused`.
    pub(crate) outcome: &'static str,
    /// How it would be sent, or null.
    pub(crate) text: Option<String>,
}

impl TriedInfo {
    pub(crate) fn of(tried: Tried) -> Self {
        match tried {
            Tried::Unchanged => Self { outcome: "unchanged", text: None },
            Tried::Changed(text) => Self { outcome: "changed", text: Some(text) },
            Tried::Refused => Self { outcome: "refused", text: None },
        }
    }
}

/// What would become of a text in a message
///
/// Nothing is sent. Scope `site`.
#[utoipa::path(post, path = "/admin/v1/block-words/try", request_body = TryBody, responses((status = 200, body = TriedInfo)))]
pub(crate) async fn admin_try_words(
    api: web::Data<ConsoleApi>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    answered_with(&api, &request, payload, async |caller, body: TryBody| {
        Ok(TriedInfo::of(api.administration.words.try_out(caller, &body.text).await?))
    })
    .await
}
