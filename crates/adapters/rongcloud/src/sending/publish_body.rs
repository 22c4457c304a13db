//! A publish request: what it may hold, and what it means (docs/wire/rongcloud.md#publish).

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::Deserialize;
use sixin_application::sending::publish_message::{PublishRequest, Said, Wording};
use sixin_domain::message::WantedEffects;
use sixin_domain::message::content::{self, Content};
use sixin_domain::message::delivery::DeliveryOptions;
use sixin_domain::message::object_name::ObjectName;
use sixin_domain::sending::limits::Limits;
use sixin_domain::user::username::Username;
use sixin_web::request::idempotency::{Given, Parameter};
use sixin_web::request::parameters;
use utoipa::ToSchema;
use validator::{ValidateArgs, ValidationErrors};

use crate::codes::{Code, Failure};
use crate::fields::values::{OptionalNumber, Switch, UserId};
use crate::fields::{Fields, without_nul};
use crate::routes::PUBLISH;
use crate::sending::options::{Options, on};
use crate::sending::publish::{Once, Publishing};

/// The values `count` may have (docs/wire/rongcloud.md#count): 0 and 1 as in the specification, -1 and 2 to 9999 as a
/// badge number.
type Count = OptionalNumber<-1, 9999>;

// Well typed but for the rules of its texts, whose bounds the operator may set.
/// A message of one user to 1 to 1000 others.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudPublish, example = json!({
    "fromUserId": "user1", "toUserId": ["user2"], "objectName": "RC:TxtMsg", "content": "{\"content\":\"Hello World\"}",
}))]
pub(crate) struct PublishBody {
    /// Who sends: a user id of at most 64 bytes.
    #[schema(min_length = 1, max_length = 64)]
    from_user_id: String,
    /// Who gets it: 1 to 1000 user ids of at most 64 bytes each.
    #[schema(value_type = Vec<UserId>, min_items = 1, max_items = 1000)]
    pub(crate) to_user_id: Vec<String>,
    /// Type of the message: a built-in one (RC:TxtMsg, RC:ImgMsg, ...) or a custom one of at most 32 characters that does not
    /// begin with RC:.
    #[schema(min_length = 1, max_length = 32)]
    object_name: String,
    /// The content: the text of a JSON object for built-in types, any text for custom ones. The text in an RC:TxtMsg has at
    /// most 4096 bytes, any content 128 KiB.
    #[schema(min_length = 1, max_length = 131_072)]
    content: String,
    /// 0: not counted as unread (unless isCounted says so), 1: counted; -1 and 2 to 9999 are a badge number.
    #[serde(default)]
    count: Count,
    /// 0: adds nothing to the unread count. Default: 1, but 0 for notices and signals.
    is_counted: Option<Switch>,
    /// 1: recipients on whose relation a block stands are skipped. Default 0.
    verify_blacklist: Option<Switch>,
    /// 0: not kept in the conversation. Default: 1, but 0 for signals.
    is_persisted: Option<Switch>,
    /// 1: shows in the sender's own view too. Default 0.
    is_include_sender: Option<Switch>,
    /// 1: does not become the conversation's latest message. Default false.
    disable_update_last_msg: Option<Switch>,
    /// They are read beside the rest: a template takes lists for some of them.
    #[serde(skip)]
    #[schema(ignore)]
    options: Options,
}

impl PublishBody {
    /// Reads the parameters. Unknown ones are ignored (Python leaves `&` in texts unescaped).
    pub(crate) fn read(fields: &Fields) -> Result<Self, Failure> {
        Ok(Self { options: parameters::read(fields)?, ..parameters::read(fields)? })
    }

    /// Who sends.
    pub(crate) fn sender(&self) -> &str {
        &self.from_user_id
    }

    /// The type.
    pub(crate) fn object_name(&self) -> &str {
        &self.object_name
    }

    /// The same but for what is said; that is up to `say`, which gets type, content and options.
    pub(crate) fn saying(
        self,
        limits: &Limits,
        once: Once,
        say: impl FnOnce(&ObjectName, String, DeliveryOptions) -> Result<Said, Failure>,
    ) -> Result<PublishRequest, Failure> {
        let from = user("fromUserId", &self.from_user_id)?;
        let to = recipients(&self.to_user_id, limits)?;
        self.options.validate_with_args(limits).map_err(|errors| broken_rule(&errors))?;
        let effects = self.effects();
        let verify_blacklist = self.verify_blacklist.unwrap_or_default().0;
        let delivery = self.delivery()?;
        let object_name = ObjectName::new(without_nul("objectName", &self.object_name)?)
            .map_err(|error| Failure::new(Code::TypeUnsupported, format!("objectName {error}")))?;
        let said = say(&object_name, self.content, delivery)?;
        Ok(PublishRequest {
            from,
            to,
            object_name,
            said,
            effects,
            verify_blacklist,
            nonce: once.nonce,
            idempotency: once.idempotency,
            own_rate: once.own_rate,
        })
    }

    /// What the message is to do to the two views; what is not said here, its type says. `isCounted` decides before `count`,
    /// because the Go SDK always sends both; a `count` that is a badge number says nothing about it.
    fn effects(&self) -> WantedEffects {
        let counted = match self.count.0 {
            Some(0) => Some(false),
            Some(1) => Some(true),
            _ => None,
        };
        WantedEffects {
            is_persisted: on(self.is_persisted),
            is_counted: on(self.is_counted).or(counted),
            sender_visible: self.is_include_sender.unwrap_or_default().0,
            updates_latest: !self.disable_update_last_msg.unwrap_or_default().0,
        }
    }

    /// How it is to reach devices.
    fn delivery(&self) -> Result<DeliveryOptions, Failure> {
        let badge = self.count.0.filter(|count| !(0..=1).contains(count));
        Ok(DeliveryOptions { badge, ..self.options.delivery()? })
    }
}

/// What is said, with its options, or without if nothing was supplied.
pub(crate) fn wording(content: Content, delivery: DeliveryOptions) -> Wording {
    let Content { content, text } = content;
    Wording { content, text, delivery: delivery.or_none() }
}

impl Publishing for PublishBody {
    const PATH: &'static str = PUBLISH;

    fn parse(fields: Fields) -> Result<Self, Failure> {
        Self::read(&fields)
    }

    fn given_number(&self) -> Option<Given> {
        self.options.msg_random().map(Given::Number)
    }

    /// The recipients are a set, for their order says nothing about what is sent.
    fn parameters(&self) -> Vec<Parameter<'_>> {
        let mut parameters: Vec<Parameter<'_>> = vec![
            ("fromUserId", Cow::Borrowed(&self.from_user_id)),
            ("objectName", Cow::Borrowed(&self.object_name)),
            ("content", Cow::Borrowed(&self.content)),
        ];
        let recipients: BTreeSet<&str> = self.to_user_id.iter().map(String::as_str).collect();
        parameters.extend(recipients.into_iter().map(|id| ("toUserId", Cow::Borrowed(id))));
        parameters.extend(self.count.0.map(|count| ("count", Cow::Owned(count.to_string()))));
        let flags = [
            ("isCounted", on(self.is_counted)),
            ("verifyBlacklist", on(self.verify_blacklist)),
            ("isPersisted", on(self.is_persisted)),
            ("isIncludeSender", on(self.is_include_sender)),
            ("disableUpdateLastMsg", on(self.disable_update_last_msg)),
        ];
        let flags = flags.into_iter().chain(self.options.flags());
        parameters.extend(flags.filter_map(|(name, flag)| Some((name, flag_text(flag?)))));
        parameters.extend(self.options.texts());
        parameters
    }

    fn into_request(self, limits: &Limits, once: Once) -> Result<PublishRequest, Failure> {
        self.saying(limits, once, |object_name, content, delivery| {
            let content = content::check(object_name, content, limits)
                .map_err(|rule| Failure::new(Code::ContentFormat, rule))?;
            Ok(Said::ToAll(wording(content, delivery)))
        })
    }
}

fn flag_text(flag: bool) -> Cow<'static, str> {
    Cow::Borrowed(if flag { "1" } else { "0" })
}

/// At most 1000 recipients, counted as they were given (docs/wire/rongcloud.md#recipients).
pub(crate) fn not_too_many(recipients: usize, limits: &Limits) -> Result<(), Failure> {
    if recipients > limits.recipients {
        return Err(Failure::parameter(format!("toUserId must name at most {} users", limits.recipients)));
    }
    Ok(())
}

/// The recipients.
fn recipients(ids: &[String], limits: &Limits) -> Result<Vec<Username>, Failure> {
    not_too_many(ids.len(), limits)?;
    ids.iter().map(|id| user("toUserId", id)).collect()
}

/// The first broken rule, with the parameter's name.
pub(crate) fn broken_rule(errors: &ValidationErrors) -> Failure {
    let mut rules: Vec<String> =
        errors.field_errors().values().flat_map(|errors| errors.iter()).map(ToString::to_string).collect();
    rules.sort_unstable();
    Failure::parameter(rules.into_iter().next().unwrap_or_else(|| "a parameter breaks its rule".to_owned()))
}

/// The user that a parameter names.
pub(crate) fn user(parameter: &str, id: &str) -> Result<Username, Failure> {
    Username::new(id).map_err(|error| Failure::parameter(format!("{parameter} {error}")))
}
