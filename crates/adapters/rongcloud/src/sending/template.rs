//! A request that says to each recipient something of its own: a template and values
//! (docs/wire/rongcloud.md#template).

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

use serde_json::{Map, Value, json};
use sixin_application::sending::publish_message::{PublishRequest, Said, Wording};
use sixin_domain::message::content::{check_unwrapped, template};
use sixin_domain::message::delivery::DeliveryOptions;
use sixin_domain::message::object_name::ObjectName;
use sixin_domain::message::template::{FILLED_BYTES, Template, json_escaped};
use sixin_domain::sending::limits::Limits;
use sixin_web::openapi::schema_of;
use sixin_web::request::idempotency::{Given, Parameter};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};
use validator::ValidateArgs;

use crate::codes::{Code, Failure};
use crate::fields::values::{ObjectText, Text};
use crate::fields::{Fields, Given as Found, missing, text_or_digits, without_nul};
use crate::routes::TEMPLATE;
use crate::sending::openapi_publish::lists;
use crate::sending::options::Options;
use crate::sending::publish::{Once, Publishing};
use crate::sending::publish_body::{PublishBody, broken_rule, not_too_many, wording};

/// The parameters that are lists here and texts in a plain publish.
const LISTS: [&str; 3] = ["pushContent", "pushData", PUSH_EXT];
const PUSH_EXT: &str = "pushExt";

/// What stands for what.
type Values = BTreeMap<String, String>;

/// The body of `POST /message/private/publish_template.json`.
pub(crate) struct TemplateBody {
    common: PublishBody,
    /// How many recipients were named, doubles included.
    named: usize,
    /// One for each recipient, as are the lists that follow.
    values: Vec<Values>,
    /// By [`LISTS`].
    lists: [Texts; 3],
}

impl PartialSchema for TemplateBody {
    fn schema() -> RefOr<Schema> {
        schema_of(lists())
    }
}

impl ToSchema for TemplateBody {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("RongCloudTemplate")
    }
}

/// What stands for one of [`LISTS`].
#[derive(Debug, Default)]
enum Texts {
    /// Nothing.
    #[default]
    None,
    /// One text for all: what a client sends that publishes in the plain way too.
    All(String),
    /// One for each recipient, or nothing for it.
    Each(Vec<Option<String>>),
}

impl Texts {
    /// That of one recipient.
    fn of(&self, position: usize) -> Option<&str> {
        match self {
            Self::None => None,
            Self::All(text) => Some(text),
            Self::Each(texts) => texts.get(position)?.as_deref(),
        }
    }
}

impl Publishing for TemplateBody {
    const PATH: &'static str = TEMPLATE;

    fn parse(mut fields: Fields) -> Result<Self, Failure> {
        let given = fields.take_values("values");
        let [push_content, push_data, push_ext] = LISTS.map(|name| fields.take_values(name));
        let mut common = PublishBody::read(&fields)?;
        let named = common.to_user_id.len();
        let fits = |name: &str, length: usize| {
            let rule =
                || format!("{name} must have one entry for each of toUserId, which names {named} users");
            if length == named { Ok(()) } else { Err(Failure::parameter(rule())) }
        };
        let given = match given.ok_or_else(|| missing("values"))? {
            Found::List(values) => values,
            Found::Single(values) => vec![values],
        };
        fits("values", given.len())?;
        let mut values: Vec<Values> = given.into_iter().map(pairs).collect::<Result<_, _>>()?;
        let mut lists: [Texts; 3] = Default::default();
        for ((name, list), given) in
            LISTS.into_iter().zip(&mut lists).zip([push_content, push_data, push_ext])
        {
            *list = match given {
                None => Texts::None,
                Some(Found::Single(single)) => text(name, single)?.map_or(Texts::None, Texts::All),
                Some(Found::List(given)) => {
                    fits(name, given.len())?;
                    let entries = given.into_iter().map(|entry| text(name, entry));
                    Texts::Each(entries.collect::<Result<_, _>>()?)
                }
            };
        }
        // Who is named twice is told what stands with the first.
        let mut seen = HashSet::new();
        let first: Vec<bool> = common.to_user_id.iter().map(|id| seen.insert(id.clone())).collect();
        keep(&mut common.to_user_id, &first);
        keep(&mut values, &first);
        for list in &mut lists {
            if let Texts::Each(texts) = list {
                keep(texts, &first);
            }
        }
        Ok(Self { common, named, values, lists })
    }

    fn given_number(&self) -> Option<Given> {
        self.common.given_number()
    }

    /// In whatever order recipients come, what each is told goes with it.
    fn parameters(&self) -> Vec<Parameter<'_>> {
        let mut parameters = self.common.parameters();
        for (position, (id, values)) in self.common.to_user_id.iter().zip(&self.values).enumerate() {
            let lists = self.lists.each_ref().map(|list| match list {
                Texts::Each(texts) => texts.get(position),
                Texts::None | Texts::All(_) => None,
            });
            parameters.push(("values", Cow::Owned(json!([id, values, lists]).to_string())));
        }
        for (name, list) in LISTS.into_iter().zip(&self.lists) {
            if let Texts::All(text) = list {
                parameters.push((name, Cow::Borrowed(text)));
            }
        }
        parameters
    }

    fn into_request(self, limits: &Limits, once: Once) -> Result<PublishRequest, Failure> {
        not_too_many(self.named, limits)?;
        let Self { common, values, lists, .. } = self;
        for (name, list) in LISTS.into_iter().zip(&lists) {
            // It is looked through for each recipient.
            if matches!(list, Texts::All(text) if text.len() > limits.content_bytes) {
                let rule = format!("{name} must be at most {} bytes long", limits.content_bytes);
                return Err(Failure::parameter(rule));
            }
        }
        common.saying(limits, once, |object_name, content, delivery| {
            // It is looked through for each recipient.
            if content.len() > limits.content_bytes {
                let rule = format!("content must be at most {} bytes long", limits.content_bytes);
                return Err(Failure::new(Code::ContentFormat, rule));
            }
            let content = template(object_name, content);
            let mut filling =
                Filling { object_name, limits, delivery, content: Filler::new(&content), left: FILLED_BYTES };
            let wordings = values.iter().enumerate().map(|(position, values)| {
                let own = lists.each_ref().map(|list| list.of(position));
                filling.wording(values, own)
            });
            Ok(Said::ToEach(wordings.collect::<Result<_, _>>()?))
        })
    }
}

/// Keeps those for which it says so.
fn keep<T>(list: &mut Vec<T>, kept: &[bool]) {
    let mut kept = kept.iter();
    list.retain(|_| kept.next().is_none_or(|kept| *kept));
}

/// An object, or the text of one, of keys that are not empty and values that are texts or numbers.
fn pairs(given: Value) -> Result<Values, Failure> {
    let given = match given {
        Value::String(text) => serde_json::from_str(&text).unwrap_or(Value::Null),
        other => other,
    };
    let members = match given {
        Value::Object(members) => members,
        // An array without entries is what PHP makes of no values at all.
        Value::Array(none) if none.is_empty() => Map::new(),
        _ => return Err(Failure::parameter("values must hold objects only, such as {\"{name}\":\"Bo\"}")),
    };
    let pair = |(key, value): (String, Value)| {
        if key.is_empty() {
            return Err(Failure::parameter("the keys in values must not be empty"));
        }
        let value = match value {
            Value::String(text) => without_nul("values", &text)?.to_owned(),
            Value::Number(number) => number.to_string(),
            _ => return Err(Failure::parameter("the values in values must be strings")),
        };
        Ok((key, value))
    };
    members.into_iter().map(pair).collect()
}

/// An entry of a list: a text, or nothing (Node sends null where it has none). `pushExt` may be the object itself.
fn text(name: &str, entry: Value) -> Result<Option<String>, Failure> {
    match entry {
        Value::Null => Ok(None),
        Value::String(text) if text.is_empty() => Ok(None),
        Value::String(text) => without_nul(name, &text).map(|text| Some(text.to_owned())),
        object @ Value::Object(_) if name == PUSH_EXT => Ok(Some(object.to_string())),
        other => {
            let rule = || Failure::parameter(format!("{name} must hold strings only"));
            text_or_digits(&other).map(Some).ok_or_else(rule)
        }
    }
}

/// Makes what each recipient is told.
struct Filling<'t> {
    object_name: &'t ObjectName,
    limits: &'t Limits,
    /// The options that all have in common.
    delivery: DeliveryOptions,
    content: Filler<'t>,
    /// How many bytes there may still be.
    left: usize,
}

impl Filling<'_> {
    /// `own`: the entries of [`LISTS`].
    fn wording(&mut self, values: &Values, own: [Option<&str>; 3]) -> Result<Wording, Failure> {
        let [push_content, push_data, push_ext] = own;
        let escaped: Vec<String> = values.values().map(|value| json_escaped(value)).collect();
        let most = self.limits.content_bytes;
        let content = self.content.fill(values, &escaped, most).ok_or_else(|| {
            Failure::new(
                Code::ContentFormat,
                format!("content, filled in, must be at most {most} bytes long"),
            )
        })?;
        let content = check_unwrapped(self.object_name, content, self.limits)
            .map_err(|rule| Failure::new(Code::ContentFormat, format!("{rule} (content is filled in)")))?;
        let options = Options {
            push_content: push_content
                .map(|text| self.pushed("pushContent", text, values))
                .transpose()?
                .map(Text),
            push_data: push_data.map(|text| self.pushed("pushData", text, values)).transpose()?.map(Text),
            push_ext: push_ext.map(|text| ObjectText(text.to_owned())),
            ..Options::default()
        };
        options.validate_with_args(self.limits).map_err(|errors| broken_rule(&errors))?;
        let DeliveryOptions { push_content, push_data, push_ext, .. } = options.delivery()?;
        let common = self.delivery.clone();
        let wording = wording(content, DeliveryOptions { push_content, push_data, push_ext, ..common });
        self.take(&wording)?;
        Ok(wording)
    }

    /// A text of a notification. It is no JSON, so values stand in it as they are.
    fn pushed(&self, name: &str, text: &str, values: &Values) -> Result<String, Failure> {
        let most = self.limits.push_bytes;
        let plain: Vec<String> = values.values().cloned().collect();
        Filler::new(text).fill(values, &plain, most).ok_or_else(|| {
            Failure::parameter(format!("{name}, filled in, must be at most {most} bytes long"))
        })
    }

    fn take(&mut self, wording: &Wording) -> Result<(), Failure> {
        let Wording { content, text, delivery } = wording;
        let delivery = delivery.as_ref().map_or(0, DeliveryOptions::weight);
        let bytes = content.len() + text.as_ref().map_or(0, String::len) + delivery;
        let left = self.left.checked_sub(bytes).ok_or_else(|| {
            Failure::parameter(format!(
                "the messages of one call may have at most {FILLED_BYTES} bytes together; name fewer users in toUserId"
            ))
        });
        self.left = left?;
        Ok(())
    }
}

/// Fills a text in, and looks for keys in it only if they are others than the last time.
struct Filler<'t> {
    text: &'t str,
    last: Option<(Vec<String>, Template<'t>)>,
}

impl<'t> Filler<'t> {
    fn new(text: &'t str) -> Self {
        Self { text, last: None }
    }

    /// `values` in the order of the keys.
    fn fill(&mut self, keys: &Values, values: &[String], most: usize) -> Option<String> {
        let known = self.last.take().filter(|(known, _)| known.iter().eq(keys.keys()));
        let (keys, template) = match known {
            Some(known) => known,
            None => {
                let keys: Vec<&str> = keys.keys().map(String::as_str).collect();
                (keys.iter().map(|key| (*key).to_owned()).collect(), Template::new(self.text, &keys)?)
            }
        };
        let filled = template.fill(values, most);
        self.last = Some((keys, template));
        filled
    }
}
