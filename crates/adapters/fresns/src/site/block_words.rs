//! The block words, as clients read them to warn before something is sent (docs/wire/fresns.md#bootstrap).

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use sixin_application::site::ports::{ListedWord, WordScope};
use sixin_domain::access::session::Login;
use utoipa::ToSchema;

use crate::admission::{answered, enter, query};
use crate::api::FresnsApi;
use crate::codes::{Failure, NOT_ALLOWED};
use crate::pagination::{Listed, Page};
use crate::parameters::Parameters;
use crate::responses::done;

/// How long a page is if the client does not say.
pub(crate) const PAGE_SIZE: i64 = 50;
/// Most words of a page.
pub(crate) const MOST_OF_A_PAGE: i64 = 100;

/// A block word. Modes: 1 ignored, 2 replaced, 3 refused, 4 reviewed.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FresnsBlockWord)]
pub(crate) struct BlockWordInfo {
    word: String,
    content_mode: i64,
    user_mode: i64,
    conversation_mode: i64,
    #[schema(required = true)]
    replace_word: Option<String>,
}

impl From<ListedWord> for BlockWordInfo {
    fn from(word: ListedWord) -> Self {
        let ListedWord { word, content_mode, user_mode, conversation_mode, replace_word, .. } = word;
        Self { word, content_mode, user_mode, conversation_mode, replace_word }
    }
}

/// `GET /api/v2/global/block-words`.
pub(crate) async fn block_words(request: HttpRequest, api: web::Data<FresnsApi>) -> HttpResponse {
    answered(&request, &api, async {
        let (_, locale) = enter(&request, &api, Login::UserIfPrivate).await?;
        let parameters = query(&request);
        let page = Page::of(&parameters, PAGE_SIZE, MOST_OF_A_PAGE)?;
        let scope = scope(&parameters)?;
        let found = api.listed_words.page(scope, page.offset(), page.size).await?;
        let list: Vec<BlockWordInfo> = found.words.into_iter().map(Into::into).collect();
        Ok(done(Listed::new(page.pagination(found.total), list), locale.language))
    })
    .await
}

fn scope(parameters: &Parameters) -> Result<Option<WordScope>, Failure> {
    match parameters.text("type")? {
        None => Ok(None),
        Some("content") => Ok(Some(WordScope::Content)),
        Some("user") => Ok(Some(WordScope::User)),
        Some("conversation") => Ok(Some(WordScope::Conversation)),
        Some(_) => Err(Failure::of(NOT_ALLOWED, "type")),
    }
}
