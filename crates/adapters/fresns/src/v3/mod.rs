//! Clients of Fresns 3.x (2024): the same use cases at paths of their own, in objects of their own (docs/wire/fresns3.md).
//!
//! What is the same lives outside this folder. Here are the words that differ: the paths, what is read, what is written.

pub(crate) mod access;
pub(crate) mod account;
pub(crate) mod codes;
pub(crate) mod conversation_detail;
pub(crate) mod conversations;
pub(crate) mod file;
pub(crate) mod files;
pub(crate) mod key_filter;
pub(crate) mod marks;
pub(crate) mod message;
pub(crate) mod nothing;
pub(crate) mod openapi;
pub(crate) mod page;
pub(crate) mod parts;
pub(crate) mod profile;
pub(crate) mod routes;
pub(crate) mod site;
pub(crate) mod user;
pub(crate) mod users;
#[cfg(test)]
mod wire_tests;

use actix_web::HttpRequest;

use crate::pagination::{Listed, Pagination};
use crate::shape::Shape;

/// What every path of 3.x begins with.
const BELOW: &str = "/api/fresns/v1/";

/// Whether a request is of 3.x.
pub(crate) fn is_third(request: &HttpRequest) -> bool {
    request.path().starts_with(BELOW)
}

/// The objects of 3.x.
pub(crate) struct Third;

impl Shape for Third {
    type User = user::User;
    type Message = message::Message;
    type Conversation = message::Conversation;

    fn page<L>(pagination: Pagination, list: L) -> Listed<L> {
        Listed::in_one_name(pagination, list)
    }
}
