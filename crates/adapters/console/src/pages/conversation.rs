//! What two users wrote to each other, for those who settle what they complain about.

use actix_web::http::StatusCode;
use actix_web::web::{self, Payload};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::guard;
use super::layout::Layout;
use super::visit::{After, done, shown};
use crate::ConsoleApi;
use crate::views::ConversationInfo;
use sixin_domain::operator::permission::Permission;

#[derive(Template)]
#[template(path = "conversation.html")]
struct ConversationPage {
    l: Layout,
    first: String,
    second: String,
    reason: String,
    read: Option<ConversationInfo>,
}

/// `GET /console/conversation`: asks which and why.
pub(super) async fn page(api: web::Data<ConsoleApi>, request: HttpRequest) -> HttpResponse {
    shown(&api, &request, "conversation", async |visit, asked| {
        visit.caller.need(Permission::ReadMessages)?;
        Ok(ConversationPage {
            l: visit.layout(),
            first: asked.text("first").to_owned(),
            second: asked.text("second").to_owned(),
            reason: String::new(),
            read: None,
        })
    })
    .await
}

/// `POST /console/conversation`
pub(super) async fn read(api: web::Data<ConsoleApi>, request: HttpRequest, payload: Payload) -> HttpResponse {
    done(&api, &request, payload, "conversation", async |visit, form| {
        let (first, second) = (form.text("first").trim().to_owned(), form.text("second").trim().to_owned());
        let (reason, before) = (form.text("reason").to_owned(), form.number("before")?);
        let messages = &api.administration.messages;
        let read = messages.conversation(&visit.caller, [&first, &second], &reason, before).await?;
        let read = Some(ConversationInfo::of(&read, api.clock.now()));
        let page = ConversationPage { l: visit.layout(), first, second, reason, read };
        Ok(After::Show(guard::page(StatusCode::OK, &page)))
    })
    .await
}
