//! `POST /live/ticket`: what a browser shows where it can't send headers (docs/live.md#ticket).

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use sixin_domain::access::live_ticket::TICKET_SECONDS;
use utoipa::ToSchema;

use super::admission::{enter, with_live_headers};
use super::{Live, TICKET};
use crate::answer::reply;

/// A ticket.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = LiveTicket)]
pub(crate) struct TicketInfo {
    /// To be given as `?ticket=`, once.
    ticket: String,
    /// For how many seconds it works.
    #[schema(example = 60)]
    expires_in: i64,
}

/// Get a ticket
///
/// Browsers can't set headers on EventSource and WebSocket. A ticket stands for the caller's session or token: it works once, for a
/// minute, and ends with what it stands for.
#[utoipa::path(post, path = TICKET, tag = "Live", responses((status = 200, body = TicketInfo)))]
pub(crate) async fn ticket(request: HttpRequest, live: web::Data<Live>) -> HttpResponse {
    let guest = match enter(&request, &live).await {
        Ok((guest, _)) => guest,
        Err(answer) => return answer,
    };
    let ticket = live.api.passes.ticket(&guest.pass);
    let info = TicketInfo { ticket, expires_in: TICKET_SECONDS };
    with_live_headers(reply::json(StatusCode::OK, 200, &info))
}
