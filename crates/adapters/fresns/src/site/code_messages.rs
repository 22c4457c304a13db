//! What clients read before anybody signs in (docs/wire/fresns.md#bootstrap).

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use sixin_domain::access::session::Login;
use sixin_web::documented;
use utoipa::{OpenApi, ToSchema};

use crate::admission::{answered, enter, query};
use crate::api::FresnsApi;
use crate::messages::{Languages, MESSAGES, message};
use crate::responses::done;
use crate::routes::CODE_MESSAGES;
use crate::values::Numbers;

/// Codes that can be asked for by number; the bound is ours.
type Codes = Numbers<200>;

/// What this subject has in the document.
#[derive(OpenApi)]
#[openapi(paths(list_code_messages))]
pub(crate) struct Described;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FresnsListCodeMessages)]
struct ListCodeMessages {
    /// Whose codes: those of plugins are none.
    unikey: Option<String>,
    /// Whether all codes are asked for.
    is_all: Option<bool>,
    /// The codes that are asked for.
    #[serde(default)]
    codes: Codes,
}

/// Messages by code.
struct CodeMessages;

documented!(CodeMessages, json!({"type": "object", "additionalProperties": {"type": "string"}}));

/// Show what codes say
///
/// The message of each code that is asked for, in the caller's language.
#[utoipa::path(get, path = CODE_MESSAGES, request_body = ListCodeMessages, responses((status = 200, body = CodeMessages)))]
pub(crate) async fn list_code_messages(request: HttpRequest, api: web::Data<FresnsApi>) -> HttpResponse {
    answered(&request, &api, async {
        let (_, locale) = enter(&request, &api, Login::Nobody).await?;
        Ok(done(texts(&query(&request)?, locale.language), locale.language))
    })
    .await
}

/// All messages with `isAll`, else those of `codes`. There are none of other plugins.
fn texts(wanted: &ListCodeMessages, languages: Languages) -> Map<String, Value> {
    let is_ours = matches!(wanted.unikey.as_deref(), None | Some("Fresns"));
    let is_all = wanted.is_all.unwrap_or(false);
    let is_wanted = |code: i64| is_all || wanted.codes.0.contains(&code);
    let codes = MESSAGES.iter().map(|(code, ..)| *code).filter(|code| is_ours && is_wanted(*code));
    codes.map(|code| (code.to_string(), Value::from(message(code, languages)))).collect()
}

#[cfg(test)]
mod tests {
    use sixin_web::request::parameters::read;

    use super::*;
    use crate::codes::{Failure, MALFORMED};
    use crate::messages::Language;
    use crate::parameters::Parameters;

    fn codes(query: &str) -> Result<Vec<String>, Failure> {
        let wanted = read(&Parameters::of_query(query))?;
        Ok(texts(&wanted, Language::English.into()).keys().cloned().collect())
    }

    #[test]
    fn codes_are_told_by_number_or_all_at_once() {
        assert_eq!(codes("codes=36603,0,77777").unwrap(), ["0", "36603"]);
        assert_eq!(codes("isAll=true").unwrap().len(), MESSAGES.len());
        assert_eq!(codes("").unwrap(), [] as [String; 0]);
        assert_eq!(codes("isAll=1&unikey=Other").unwrap(), [] as [String; 0]);
        assert_eq!(
            texts(&read(&Parameters::of_query("codes=36603")).unwrap(), Language::Simplified.into())["36603"],
            "不能给自己发私信"
        );
    }

    #[test]
    fn what_is_no_code_is_refused() {
        assert_eq!(codes("codes=x").unwrap_err(), Failure::of(MALFORMED, "codes"));
        let many = (0..=200).map(|code| code.to_string()).collect::<Vec<_>>().join(",");
        assert_eq!(codes(&format!("codes={many}")).unwrap_err(), Failure::of(MALFORMED, "codes"));
    }
}
