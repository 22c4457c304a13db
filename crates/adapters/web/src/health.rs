//! `GET /health`: whether requests should be sent here (docs/design.md#health).

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use sixin_application::operations::health::Health;
use utoipa::ToSchema;

use crate::answer::reply;
use crate::api::Shared;
use crate::live::Live;

/// The state of the server.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Health)]
pub(crate) struct HealthInfo {
    status: Status,
    /// Always true: the process answers.
    live: bool,
    /// Whether requests should be sent here.
    ready: bool,
    checks: Checks,
    /// Why no requests should be sent here; empty when ready.
    reasons: Vec<&'static str>,
    /// What is configured to be less durable than the default, or null.
    #[schema(required = true)]
    weakness: Option<String>,
}

/// Ready or not, in a word.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = HealthStatus)]
pub(crate) enum Status {
    /// Requests are served.
    Ready,
    /// They would be refused.
    Unready,
}

/// What was looked at.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HealthChecks)]
pub(crate) struct Checks {
    /// The database answers.
    database: bool,
    /// All migrations have been applied.
    migrations: bool,
    /// The queue has not been full for more than five seconds.
    queue: bool,
    /// This process holds a number, so that it can make ids for messages.
    process_number: bool,
    /// The last write to the database succeeded.
    writable: bool,
}

impl From<Health> for HealthInfo {
    fn from(health: Health) -> Self {
        let (ready, reasons) = (health.is_ready(), health.reasons());
        Self {
            status: if ready { Status::Ready } else { Status::Unready },
            live: true,
            ready,
            checks: Checks {
                database: health.database_reachable,
                migrations: health.migrated,
                queue: !health.queue_stuck,
                process_number: health.has_number,
                writable: health.write_failure.is_none(),
            },
            reasons,
            weakness: health.weakness,
        }
    }
}

/// Answers 200 when ready, else 503.
pub(crate) async fn health(api: web::Data<Shared>, live: Option<web::Data<Live>>) -> HttpResponse {
    let mut health = HealthInfo::from(api.check_health.check().await);
    if live.is_some_and(|live| live.api.gate.is_draining()) {
        (health.status, health.ready) = (Status::Unready, false);
        health.reasons.push("the server stops");
    }
    let status = if health.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    reply::json(status, i64::from(status.as_u16()), &health)
}
