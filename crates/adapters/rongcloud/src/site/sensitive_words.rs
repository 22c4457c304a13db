//! Words that may not stand in messages (docs/wire/rongcloud.md#sensitive-words).

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use sixin_application::site::keep_sensitive_words::NewWord;
use sixin_application::site::ports::SensitiveWord;
use sixin_domain::site::block_words::WordMode;
use sixin_web::answer::reply;
use utoipa::ToSchema;

use crate::admission::answered;
use crate::api::RongCloudApi;
use crate::codes::Failure;
use crate::fields::users::number_or;
use crate::fields::{Fields, TextOrDigits, missing, of_python, without_nul};
use crate::responses::{SUCCESS, done};
use crate::routes::post;

pub(crate) const ADD: &str = "/sensitiveword/add.json";
pub(crate) const DELETE: &str = "/sensitiveword/delete.json";
pub(crate) const LIST: &str = "/sensitiveword/list.json";
pub(crate) const ADD_BATCH: &str = "/sensitiveword/batch/add.json";
pub(crate) const DELETE_BATCH: &str = "/sensitiveword/batch/delete.json";

/// Words of one call.
pub(crate) const MOST_WORDS: usize = 50;
/// The types a list may be asked for: replaced words, refused words, both.
const REPLACED: i64 = 0;
const REFUSED: i64 = 1;
const BOTH: i64 = 2;

/// Registers the endpoints.
pub(crate) fn configure(config: &mut web::ServiceConfig) {
    config
        .service(post(ADD, add))
        .service(post(DELETE, delete))
        .service(post(LIST, list))
        .service(post(ADD_BATCH, add_batch))
        .service(post(DELETE_BATCH, delete_batch));
}

/// The words that are replaced or refused.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RongCloudWords)]
pub(crate) struct Words {
    /// 200.
    #[schema(minimum = 200, maximum = 200)]
    code: i64,
    /// The words, the oldest first.
    words: Vec<Word>,
}

/// Words are added.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudWordsAdded)]
pub(crate) struct Added {
    /// 200.
    #[schema(minimum = 200, maximum = 200)]
    code: i64,
    /// How many more words can be kept.
    #[schema(minimum = 0)]
    remain_quota: i64,
}

/// A word.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudWord)]
pub(crate) struct Word {
    /// `0` replaced, `1` refused; a string, as the Go client reads it.
    #[serde(rename = "type")]
    #[schema(rename = "type", pattern = "^[01]$", example = "0")]
    kind: &'static str,
    /// The word.
    word: String,
    /// What replaces it; empty for one that is refused.
    replace_word: String,
}

impl Word {
    fn of(SensitiveWord { word, mode }: SensitiveWord) -> Self {
        match mode {
            WordMode::Replace(with) => Self { kind: "0", word, replace_word: with.unwrap_or_default() },
            WordMode::Refuse => Self { kind: "1", word, replace_word: String::new() },
        }
    }
}

async fn add(request: HttpRequest, payload: web::Payload, api: web::Data<RongCloudApi>) -> HttpResponse {
    answered(&request, payload, &api, async |fields| {
        let word = fields.required_text("word")?;
        let new = NewWord { word, replacement: fields.text("replaceWord")? };
        api.keep_sensitive_words.add(vec![new]).await?;
        Ok(done())
    })
    .await
}

async fn add_batch(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |fields| {
        api.keep_sensitive_words.add(new_words(&fields)?).await?;
        let remain_quota = api.keep_sensitive_words.room().await?;
        Ok(reply::json(StatusCode::OK, SUCCESS, &Added { code: SUCCESS, remain_quota }))
    })
    .await
}

async fn delete(request: HttpRequest, payload: web::Payload, api: web::Data<RongCloudApi>) -> HttpResponse {
    answered(&request, payload, &api, async |fields| {
        let word = fields.required_text("word")?;
        without_nul("word", &word)?;
        let word = of_python(&word).unwrap_or(word);
        api.keep_sensitive_words.remove(&[word]).await?;
        Ok(done())
    })
    .await
}

async fn delete_batch(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |fields| {
        let words = fields.texts("words")?;
        at_most(words.len())?;
        for word in &words {
            without_nul("words", word)?;
        }
        api.keep_sensitive_words.remove(&words).await?;
        Ok(done())
    })
    .await
}

async fn list(request: HttpRequest, payload: web::Payload, api: web::Data<RongCloudApi>) -> HttpResponse {
    answered(&request, payload, &api, async |fields| {
        let wanted = number_or(&fields, "type", REPLACED..=BOTH, REFUSED)?;
        let found = api.keep_sensitive_words.list().await?;
        let is_wanted = |word: &SensitiveWord| match word.mode {
            WordMode::Replace(_) => wanted != REFUSED,
            WordMode::Refuse => wanted != REPLACED,
        };
        let words = found.into_iter().filter(is_wanted).map(Word::of).collect();
        Ok(reply::json(StatusCode::OK, SUCCESS, &Words { code: SUCCESS, words }))
    })
    .await
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GivenWord {
    word: TextOrDigits,
    replace_word: Option<TextOrDigits>,
}

fn new_words(fields: &Fields) -> Result<Vec<NewWord>, Failure> {
    let form = "words must be a JSON array of objects with word and, if it is to be replaced, replaceWord";
    let given: Vec<GivenWord> =
        fields.json_of("words")?.ok_or_else(|| missing("words"))?.ok_or_else(|| Failure::parameter(form))?;
    if given.is_empty() {
        return Err(missing("words"));
    }
    at_most(given.len())?;
    // An empty replacement is none, as everywhere (docs/wire/rongcloud.md#sensitive-words).
    let replacement = |text: Option<TextOrDigits>| text.map(|text| text.0).filter(|text| !text.is_empty());
    Ok(given
        .into_iter()
        .map(|GivenWord { word, replace_word }| NewWord {
            word: word.0,
            replacement: replacement(replace_word),
        })
        .collect())
}

fn at_most(count: usize) -> Result<(), Failure> {
    if count > MOST_WORDS {
        return Err(Failure::parameter(format!("words must hold at most {MOST_WORDS} words")));
    }
    Ok(())
}
