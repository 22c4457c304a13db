//! Searching in messages.

use actix_web::http::StatusCode;
use actix_web::web::{self, Payload};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use chrono::NaiveDate;
use sixin_application::administration::AdminError;
use sixin_application::administration::messages::Search;
use sixin_domain::operator::permission::Permission;
use sixin_domain::time::Millis;

use super::form::Form;
use super::guard;
use super::layout::Layout;
use super::visit::{After, done, shown};
use crate::ConsoleApi;
use crate::views::FoundInfo;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// What was typed.
struct Asked {
    user: String,
    other: String,
    text: String,
    since: String,
    until: String,
    reason: String,
}

impl Asked {
    fn of(form: &Form) -> Self {
        let field = |name| form.text(name).trim().to_owned();
        Self {
            user: field("user"),
            other: field("other"),
            text: field("text"),
            since: field("since"),
            until: field("until"),
            reason: field("reason"),
        }
    }

    fn search(&self, before: Option<i64>) -> Result<Search, AdminError> {
        let some = |text: &String| (!text.is_empty()).then(|| text.clone());
        Ok(Search {
            user: some(&self.user),
            other: some(&self.other),
            text: self.text.clone(),
            since: day(&self.since)?,
            // The day that is named is meant too.
            until: day(&self.until)?.map(|day| day.plus(DAY_MS)),
            before,
        })
    }
}

/// When a day begins, in UTC.
fn day(text: &str) -> Result<Option<Millis>, AdminError> {
    if text.is_empty() {
        return Ok(None);
    }
    let date: NaiveDate = text.parse().map_err(|_| AdminError::invalid("a day looks like 2026-11-27"))?;
    let begins = date.and_hms_opt(0, 0, 0).map(|time| time.and_utc().timestamp_millis());
    Ok(begins.map(Millis))
}

#[derive(Template)]
#[template(path = "search.html")]
struct SearchPage {
    l: Layout,
    a: Asked,
    found: Option<FoundInfo>,
}

/// `GET /console/search`
pub(super) async fn page(api: web::Data<ConsoleApi>, request: HttpRequest) -> HttpResponse {
    shown(&api, &request, "search", async |visit, asked| {
        visit.caller.need(Permission::ReadMessages)?;
        Ok(SearchPage { l: visit.layout(), a: Asked::of(asked), found: None })
    })
    .await
}

/// `POST /console/search`
pub(super) async fn search(
    api: web::Data<ConsoleApi>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    done(&api, &request, payload, "search", async |visit, form| {
        let a = Asked::of(form);
        let wanted = a.search(form.number("before")?)?;
        let found = api.administration.messages.search(&visit.caller, &wanted, &a.reason).await?;
        let found = Some(FoundInfo::of(&found));
        let page = SearchPage { l: visit.layout(), a, found };
        Ok(After::Show(guard::page(StatusCode::OK, &page)))
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_days_of_a_search_belong_to_it() {
        let asked = Asked::of(&Form::read(b"user=ann&since=2026-11-27&until=2026-11-27"));
        let search = asked.search(None).unwrap();
        assert_eq!(search.until.unwrap().0 - search.since.unwrap().0, DAY_MS);
        assert_eq!(search.since, Some(Millis(1_795_737_600_000)));
        assert!(day("27.11.2026").is_err() && day("").unwrap().is_none());
    }
}
