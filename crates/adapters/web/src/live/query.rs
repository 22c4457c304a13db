//! What the addresses of live streams say.

use actix_web::HttpRequest;
use serde::Deserialize;
use sixin_domain::log::Cursor;
use utoipa::IntoParams;

use crate::answer::reply::header_text;

/// Longest time to wait, in seconds.
const LONGEST_WAIT: u64 = 60;
/// Most events of an answer.
const MOST_EVENTS: usize = 200;

/// A parameter is not what it should be; what to mend.
#[derive(Debug)]
pub(crate) struct Malformed(pub(crate) String);

/// The parameters as they come.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Raw {
    since: Option<String>,
    wait: Option<String>,
    limit: Option<String>,
    ticket: Option<String>,
    users: Option<String>,
    watch: Option<String>,
}

fn raw(request: &HttpRequest) -> Raw {
    actix_web::web::Query::<Raw>::from_query(request.query_string())
        .map(actix_web::web::Query::into_inner)
        .unwrap_or_default()
}

/// The cursor of a text; an empty one is none.
fn cursor(text: Option<&str>) -> Result<Option<Cursor>, Malformed> {
    text.filter(|text| !text.is_empty())
        .map(|text| {
            text.parse()
                .map_err(|_| Malformed("since is no cursor: give one back as it was received".to_owned()))
        })
        .transpose()
}

/// The ticket of a request.
pub(crate) fn ticket(request: &HttpRequest) -> Option<String> {
    raw(request).ticket.filter(|ticket| !ticket.is_empty())
}

/// The users that a parameter names.
pub(crate) fn users(request: &HttpRequest, parameter: &str) -> Vec<String> {
    let Raw { users, watch, .. } = raw(request);
    let named = if parameter == "watch" { watch } else { users }.unwrap_or_default();
    named.split(',').map(str::trim).filter(|user| !user.is_empty()).map(str::to_owned).collect()
}

/// Whose presence is asked for.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes what `users` reads")]
pub(crate) struct PresenceQuery {
    /// Names of users, separated by commas.
    #[param(example = "user2,user3")]
    users: String,
}

/// What is polled for.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PollQuery {
    /// The cursor of the last answer.
    #[param(value_type = Option<String>)]
    pub(crate) since: Option<Cursor>,
    /// How many seconds to wait if there is nothing, 0 to 60; 25 if left out. 0 asks what there is.
    #[param(value_type = Option<u64>)]
    pub(crate) wait: u64,
    /// How many events at most, 1 to 200; a few more may come.
    #[param(value_type = Option<usize>)]
    pub(crate) limit: usize,
}

impl PollQuery {
    pub(crate) fn read(request: &HttpRequest) -> Result<Self, Malformed> {
        let raw = raw(request);
        let number = |text: Option<&str>, usual: u64, name: &str| match text {
            None | Some("") => Ok(usual),
            Some(text) => text.parse().map_err(|_| Malformed(format!("{name} is no number"))),
        };
        let wait = number(raw.wait.as_deref(), 25, "wait")?.min(LONGEST_WAIT);
        let limit = number(raw.limit.as_deref(), 200, "limit")?;
        let limit = usize::try_from(limit).unwrap_or(MOST_EVENTS).clamp(1, MOST_EVENTS);
        Ok(Self { since: cursor(raw.since.as_deref())?, wait, limit })
    }
}

/// Where a stream begins.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes what `read` reads")]
pub(crate) struct EventsQuery {
    /// The cursor to begin after; without it the stream begins now.
    since: Option<String>,
    /// What `POST /live/ticket` gave, where headers can't be sent.
    ticket: Option<String>,
    /// Names of users, separated by commas, whose coming and going is to be shown.
    watch: Option<String>,
}

impl EventsQuery {
    /// Where to begin.
    pub(crate) fn read(request: &HttpRequest) -> Result<Option<Cursor>, Malformed> {
        let since = raw(request).since;
        cursor(header_text(request, "last-event-id").or(since.as_deref()))
    }
}
