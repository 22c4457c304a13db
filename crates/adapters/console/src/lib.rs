//! What operators use: the administration API below `/admin/v1/` for programs, and the console at `/console/` for people. Both are doors to
//! the same use cases, which ask what an operator may and write down what is done.

mod api;
mod archive;
mod codes;
mod openapi;
mod pages;
mod views;

use std::sync::Arc;

use actix_web::web;
use sixin_application::administration::Administration;
use sixin_application::ports::{Clock, SecretSource};
use sixin_web::{Dialect, HttpLimits};

pub use openapi::description;

/// What the administration API and the console need.
#[derive(Clone)]
pub struct ConsoleApi {
    /// What operators can do.
    pub administration: Arc<Administration>,
    /// The time, for what is shown.
    pub clock: Arc<dyn Clock>,
    /// Makes what forms carry before anybody is signed in.
    pub secrets: Arc<dyn SecretSource>,
    /// How much of the server one client may use.
    pub http: HttpLimits,
}

impl Dialect for ConsoleApi {
    fn configure(&self, routes: &mut web::ServiceConfig) {
        let own = web::Data::new(self.clone());
        routes.app_data(own).configure(api::configure).configure(pages::configure);
    }

    /// No page of another origin calls it.
    fn request_headers(&self) -> &'static [&'static str] {
        &[]
    }
}
