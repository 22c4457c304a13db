//! Block words, and a box to try them out.

use actix_web::http::StatusCode;
use actix_web::web::{self, Payload};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use sixin_application::administration::AdminError;

use super::guard;
use super::layout::Layout;
use super::visit::{After, Visit, done, shown};
use crate::ConsoleApi;
use crate::api::words::{TriedInfo, list};
use crate::views::WordInfo;

#[derive(Template)]
#[template(path = "words.html")]
struct WordsPage {
    l: Layout,
    words: Vec<WordInfo>,
    /// The text that was tried, and what would become of it.
    text: String,
    tried: Option<TriedInfo>,
}

async fn made(
    api: &ConsoleApi,
    visit: &Visit,
    (text, tried): (String, Option<TriedInfo>),
) -> Result<WordsPage, AdminError> {
    let words = list(api, &visit.caller).await?.words;
    Ok(WordsPage { l: visit.layout(), words, text, tried })
}

/// `GET /console/words`
pub(super) async fn page(api: web::Data<ConsoleApi>, request: HttpRequest) -> HttpResponse {
    shown(&api, &request, "words", async |visit, _| made(&api, visit, (String::new(), None)).await).await
}

/// `POST /console/words`
pub(super) async fn act(api: web::Data<ConsoleApi>, request: HttpRequest, payload: Payload) -> HttpResponse {
    done(&api, &request, payload, "words", async |visit, form| {
        let (words, caller, word) = (&api.administration.words, &visit.caller, form.text("word"));
        match form.text("action") {
            "try" => {
                let text = form.text("text").to_owned();
                let tried = TriedInfo::of(words.try_out(caller, &text).await?);
                let page = made(&api, visit, (text, Some(tried))).await?;
                return Ok(After::Show(guard::page(StatusCode::OK, &page)));
            }
            "remove" => words.remove(caller, word).await?,
            _ => {
                let with = form.some("with");
                let mode = form.text("mode");
                words.put(caller, (word, mode), with.as_deref(), form.is_ticked("whole")).await?;
            }
        }
        Ok(After::Go("/console/words?done=1".to_owned()))
    })
    .await
}
