//! What clients read before anybody signs in (docs/wire/fresns.md#bootstrap).

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Map, Value};
use sixin_domain::access::session::Login;

use crate::admission::{answered, enter, query};
use crate::api::FresnsApi;
use crate::codes::Failure;
use crate::messages::{Languages, MESSAGES, message};
use crate::parameters::Parameters;
use crate::responses::done;

/// Most codes that can be asked for by number; ours.
const MOST_CODES: usize = 200;

/// `GET /api/v2/global/code-messages`: what each code says, in the caller's language.
pub(crate) async fn code_messages(request: HttpRequest, api: web::Data<FresnsApi>) -> HttpResponse {
    answered(&request, &api, async {
        let (_, locale) = enter(&request, &api, Login::Nobody).await?;
        Ok(done(texts(&query(&request), locale.language)?, locale.language))
    })
    .await
}

/// All messages with `isAll`, else those of `codes`. There are none of other plugins.
fn texts(parameters: &Parameters, languages: Languages) -> Result<Map<String, Value>, Failure> {
    let is_ours = matches!(parameters.text("unikey")?, None | Some("Fresns"));
    let is_all = parameters.flag("isAll")?.unwrap_or(false);
    let wanted = parameters.numbers("codes", MOST_CODES)?;
    let is_wanted = |code: i64| is_all || wanted.contains(&code);
    let codes = MESSAGES.iter().map(|(code, ..)| *code).filter(|code| is_ours && is_wanted(*code));
    Ok(codes.map(|code| (code.to_string(), Value::from(message(code, languages)))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::MALFORMED;
    use crate::messages::Language;

    fn codes(query: &str) -> Result<Vec<String>, Failure> {
        let found = texts(&Parameters::of_query(query), Language::English.into())?;
        Ok(found.keys().cloned().collect())
    }

    #[test]
    fn codes_are_told_by_number_or_all_at_once() {
        assert_eq!(codes("codes=36603,0,77777").unwrap(), ["0", "36603"]);
        assert_eq!(codes("isAll=true").unwrap().len(), MESSAGES.len());
        assert_eq!(codes("").unwrap(), [] as [String; 0]);
        assert_eq!(codes("isAll=1&unikey=Other").unwrap(), [] as [String; 0]);
        assert_eq!(
            texts(&Parameters::of_query("codes=36603"), Language::Simplified.into()).unwrap()["36603"],
            "不能给自己发私信"
        );
    }

    #[test]
    fn what_is_no_code_is_refused() {
        assert_eq!(codes("codes=x").unwrap_err(), Failure::of(MALFORMED, "codes"));
        let many = (0..=MOST_CODES).map(|code| code.to_string()).collect::<Vec<_>>().join(",");
        assert_eq!(codes(&format!("codes={many}")).unwrap_err(), Failure::of(MALFORMED, "codes"));
    }
}
