//! Words that may not stand in messages (docs/wire/rongcloud.md#sensitive-words).

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use serde::de::{Deserialize, Deserializer, Error, Unexpected};
use serde_json::json;
use sixin_application::site::keep_sensitive_words::NewWord;
use sixin_application::site::ports::SensitiveWord;
use sixin_domain::site::block_words::WordMode;
use sixin_web::answer::reply;
use sixin_web::documented;
use utoipa::{OpenApi, ToSchema};

use crate::admission::answered;
use crate::api::RongCloudApi;
use crate::fields::values::{OptionalNumber, Text, listed, whole_texts};
use crate::fields::{TextOrDigits, of_python};
use crate::responses::{Done, SUCCESS, done};
use crate::routes::post;

const ADD: &str = "/sensitiveword/add.json";
const DELETE: &str = "/sensitiveword/delete.json";
const LIST: &str = "/sensitiveword/list.json";
const ADD_BATCH: &str = "/sensitiveword/batch/add.json";
const DELETE_BATCH: &str = "/sensitiveword/batch/delete.json";

/// Words of one call.
const MOST_WORDS: usize = 50;
/// The types a list may be asked for: replaced words, refused words, both.
const REPLACED: i64 = 0;
const REFUSED: i64 = 1;
const BOTH: i64 = 2;

/// Registers the endpoints.
pub(crate) fn configure(config: &mut web::ServiceConfig) {
    config
        .service(post(ADD, add_sensitive_word))
        .service(post(DELETE, delete_sensitive_word))
        .service(post(LIST, list_sensitive_words))
        .service(post(ADD_BATCH, add_sensitive_words))
        .service(post(DELETE_BATCH, delete_sensitive_words));
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

/// What this subject has in the document.
#[derive(OpenApi)]
#[openapi(paths(
    add_sensitive_word,
    delete_sensitive_word,
    list_sensitive_words,
    add_sensitive_words,
    delete_sensitive_words
))]
pub(crate) struct Operations;

type Replacement = Text<64>;

#[derive(serde::Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudAddWord, example = json!({"word": "darn", "replaceWord": "***"}))]
struct AddWord {
    /// The word: at most 32 characters, not only signs, without white space at its ends.
    #[schema(min_length = 1, max_length = 32)]
    word: String,
    /// What replaces it, at most 64 characters. Without it, messages with the word are refused.
    replace_word: Option<Replacement>,
}

#[derive(serde::Deserialize, ToSchema)]
#[schema(as = RongCloudAddWords, example = json!({"words": [{"word": "darn", "replaceWord": "***"}, {"word": "heck"}]}))]
struct AddWords {
    /// 1 to 50 words. In a form: the text of the array.
    #[schema(value_type = Vec<GivenWord>, min_items = 1, max_items = 50)]
    words: NewWords,
}

/// A word, and what replaces it.
#[derive(serde::Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudNewWord)]
struct GivenWord {
    /// The word: at most 32 characters, not only signs, without white space at its ends.
    #[schema(value_type = String, min_length = 1, max_length = 32)]
    word: TextOrDigits,
    /// What replaces it, at most 64 characters. Without it, messages with the word are refused.
    #[schema(value_type = Option<String>, max_length = 64)]
    replace_word: Option<TextOrDigits>,
}

/// 1 to 50 words, the text of a JSON array or an array.
struct NewWords(Vec<NewWord>);

impl<'de> Deserialize<'de> for NewWords {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let form = "must be a JSON array of objects with word and, if it is to be replaced, replaceWord";
        let given: Vec<GivenWord> = listed(deserializer)?.ok_or_else(|| D::Error::custom(form))?;
        if given.is_empty() {
            return Err(D::Error::invalid_type(Unexpected::Option, &"words"));
        }
        at_most(given.len()).map_err(D::Error::custom)?;
        // An empty replacement is none, as everywhere (docs/wire/rongcloud.md#sensitive-words).
        let replacement =
            |text: Option<TextOrDigits>| text.map(|text| text.0).filter(|text| !text.is_empty());
        let word = |GivenWord { word, replace_word }| NewWord {
            word: word.0,
            replacement: replacement(replace_word),
        };
        Ok(Self(given.into_iter().map(word).collect()))
    }
}

type OneWord = Text<64>;

#[derive(serde::Deserialize, ToSchema)]
#[schema(as = RongCloudDeleteWord, example = json!({"word": "darn"}))]
struct DeleteWord {
    /// The word.
    word: OneWord,
}

#[derive(serde::Deserialize, ToSchema)]
#[schema(as = RongCloudDeleteWords, example = json!({"words": ["darn", "heck"]}))]
struct DeleteWords {
    words: OldWords,
}

/// 1 to 50 words that are kept apart as they were given.
struct OldWords(Vec<String>);

documented!(
    OldWords,
    json!({
        "description": "1 to 50 words.", "type": "array", "items": {"type": "string", "minLength": 1},
        "minItems": 1, "maxItems": MOST_WORDS,
    })
);

impl<'de> Deserialize<'de> for OldWords {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let words = whole_texts(deserializer)?;
        at_most(words.len()).map_err(D::Error::custom)?;
        if words.iter().any(|word| word.contains('\0')) {
            return Err(D::Error::custom("must not contain a NUL character"));
        }
        Ok(Self(words))
    }
}

type WordType = OptionalNumber<REPLACED, BOTH>;

#[derive(serde::Deserialize, ToSchema)]
#[schema(as = RongCloudListWords, example = json!({"type": 2}))]
struct ListWords {
    /// 0: those that are replaced, 1: those that are refused, 2: both. Default 1.
    #[serde(rename = "type", default)]
    kind: WordType,
}

/// Have a word replaced or refused
///
/// The words are the block words of the site. They apply to what users send from apps at once, anywhere in a text and in any
/// case; to what back ends publish only where setting `publish_block_words` is on.
/// A word that is kept already is kept as given now. At most 10,000 words (1019).
#[utoipa::path(post, path = ADD, request_body = AddWord, responses((status = 200, body = Done)))]
async fn add_sensitive_word(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |AddWord { word, replace_word }| {
        let new = NewWord { word, replacement: replace_word.map(|text| text.0) };
        api.keep_sensitive_words.add(vec![new]).await?;
        Ok(done())
    })
    .await
}

/// Have several words replaced or refused
///
/// The words are the block words of the site. They apply to what users send from apps at once, anywhere in a text and in any
/// case; to what back ends publish only where setting `publish_block_words` is on.
/// All or none; of two that are the same the last counts.
#[utoipa::path(post, path = ADD_BATCH, request_body = AddWords, responses((status = 200, body = Added)))]
async fn add_sensitive_words(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |AddWords { words }| {
        api.keep_sensitive_words.add(words.0).await?;
        let remain_quota = api.keep_sensitive_words.room().await?;
        Ok(reply::json(StatusCode::OK, SUCCESS, &Added { code: SUCCESS, remain_quota }))
    })
    .await
}

/// Let a word stand in messages again
///
/// What it is blocked in elsewhere stays. A word that is not kept changes nothing.
#[utoipa::path(post, path = DELETE, request_body = DeleteWord, responses((status = 200, body = Done)))]
async fn delete_sensitive_word(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |DeleteWord { word: Text(word) }| {
        let word = of_python(&word).unwrap_or(word);
        api.keep_sensitive_words.remove(&[word]).await?;
        Ok(done())
    })
    .await
}

/// Let several words stand in messages again
///
/// As for one.
#[utoipa::path(post, path = DELETE_BATCH, request_body = DeleteWords, responses((status = 200, body = Done)))]
async fn delete_sensitive_words(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |DeleteWords { words }| {
        api.keep_sensitive_words.remove(&words.0).await?;
        Ok(done())
    })
    .await
}

/// List the words
///
/// The oldest first.
#[utoipa::path(post, path = LIST, request_body = ListWords, responses((status = 200, body = Words)))]
async fn list_sensitive_words(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |ListWords { kind }| {
        let wanted = kind.0.unwrap_or(REFUSED);
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

fn at_most(count: usize) -> Result<(), String> {
    if count > MOST_WORDS {
        return Err(format!("must hold at most {MOST_WORDS} words"));
    }
    Ok(())
}
