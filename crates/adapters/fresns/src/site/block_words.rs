//! The block words, as clients read them to warn before something is sent (docs/wire/fresns.md#bootstrap).

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use sixin_application::site::ports::{ListedWord, WordScope};
use sixin_domain::access::session::Login;
use utoipa::{OpenApi, ToSchema};

use crate::admission::{answered, enter, query};
use crate::api::FresnsApi;
use crate::pagination::{Listed, Page, PageNumber, PageSize};
use crate::parts::BlockWordPage;
use crate::responses::done;
use crate::routes::BLOCK_WORDS;

type WordsOfAPage = PageSize<50, 100>;

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

/// What this subject has in the document.
#[derive(OpenApi)]
#[openapi(paths(list_block_words))]
pub(crate) struct Described;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FresnsListBlockWords)]
struct ListBlockWords {
    page: Option<PageNumber>,
    page_size: Option<WordsOfAPage>,
    /// Only words that are blocked there; all if not given.
    #[serde(rename = "type")]
    scope: Option<Scope>,
}

/// Where a word is blocked.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = FresnsBlockWordScope)]
enum Scope {
    Content,
    User,
    Conversation,
}

impl From<Scope> for WordScope {
    fn from(scope: Scope) -> Self {
        match scope {
            Scope::Content => Self::Content,
            Scope::User => Self::User,
            Scope::Conversation => Self::Conversation,
        }
    }
}

/// List the block words of the site
///
/// On a private site only its users are told.
#[utoipa::path(get, path = BLOCK_WORDS, request_body = ListBlockWords, responses((status = 200, body = BlockWordPage)))]
pub(crate) async fn list_block_words(request: HttpRequest, api: web::Data<FresnsApi>) -> HttpResponse {
    answered(&request, &api, async {
        let (_, locale) = enter(&request, &api, Login::UserIfPrivate).await?;
        let ListBlockWords { page, page_size, scope } = query(&request)?;
        let page = Page::of(page, page_size);
        let found = api.listed_words.page(scope.map(Into::into), page.offset(), page.size).await?;
        let list: Vec<BlockWordInfo> = found.words.into_iter().map(Into::into).collect();
        Ok(done(Listed::new(page.pagination(found.total), list), locale.language))
    })
    .await
}
