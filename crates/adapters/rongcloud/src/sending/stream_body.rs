//! A piece of a growing message: what it may hold, and what it means (docs/wire/rongcloud.md#stream).

use std::borrow::Cow;

use serde_json::{Map, Value, json};
use sixin_application::messages::change_messages::MessageRef;
use sixin_application::sending::publish_message::PublishRequest;
use sixin_domain::message::growing::{Piece, Said};
use sixin_domain::message::object_name::STREAM;
use sixin_domain::message::uid::MessageName;
use sixin_domain::sending::limits::Limits;
use sixin_web::openapi::schema_of;
use sixin_web::request::idempotency::{Given, Parameter};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::codes::{Code, Failure};
use crate::fields::{Fields, Given as Found, missing, object, text_or_digits, whole, without_nul};
use crate::routes::STREAM as PATH;
use crate::sending::publish::{Once, Publishing};
use crate::sending::publish_body::{PublishBody, user};

/// The body of `POST /v3/message/private/publish_stream.json`.
pub(crate) struct StreamBody {
    common: PublishBody,
    piece: Piece,
    /// The message it belongs to; `None` of the first piece.
    message: Option<MessageName>,
}

impl PartialSchema for StreamBody {
    fn schema() -> RefOr<Schema> {
        schema_of(content())
    }
}

impl ToSchema for StreamBody {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("RongCloudStream")
    }
}

/// What takes the place of parameters of a publish.
fn content() -> Value {
    let text = |about: &str, most: u32| json!({"description": about, "type": "string", "maxLength": most});
    let content = json!({
        "description": "The piece. What is not named here (user, extra, referMsg, ...) is kept with the first piece, and not looked at in later ones.",
        "type": "object",
        "required": ["content", "seq"],
        "properties": {
            "content": text("What comes next; may be empty. All pieces together have 128 KiB at most.", 131_072),
            "seq": {"description": "Its number: 1, 2, 3 and so on.", "type": "integer", "format": "int64", "minimum": 1, "maximum": i64::MAX},
            "complete": {"description": "Whether it is the last one. Default false.", "type": "boolean"},
            "completeReason": {"description": "Of the last one: a number of the writer's own, 0 if all went well.", "type": "integer", "format": "int64", "minimum": i64::MIN, "maximum": i64::MAX},
            "type": text("Of the first piece: what the text is, such as text, markdown or html.", 64),
            "messageUID": text("Of all later pieces: what the first one was answered with.", 64),
        },
    });
    json!({
        "type": "object",
        "required": [],
        "properties": {
            "objectName": {"description": "RC:StreamMsg.", "type": "string", "enum": [STREAM]},
            "toUserId": {"description": "Who gets it: one user.", "type": "string", "minLength": 1, "maxLength": 64},
            "content": content,
        },
        "example": {
            "fromUserId": "user1", "toUserId": "user2", "objectName": STREAM,
            "content": {"content": "Hel", "seq": 1, "complete": false, "type": "markdown"},
        },
    })
}

impl StreamBody {
    /// What it adds to which message; `None` if it begins one.
    pub(crate) fn addition(&self) -> Result<Option<(MessageRef, Piece)>, Failure> {
        let Some(name) = self.message else { return Ok(None) };
        self.check()?;
        let by = user("fromUserId", self.common.sender())?;
        let with = user("toUserId", self.common.to_user_id.first().map_or("", String::as_str))?;
        Ok(Some((MessageRef { by, with, name }, self.piece.clone())))
    }

    /// The rules that all pieces follow.
    fn check(&self) -> Result<(), Failure> {
        if self.common.object_name() != STREAM {
            return Err(Failure::new(Code::TypeUnsupported, format!("objectName must be {STREAM}")));
        }
        if self.common.to_user_id.len() != 1 {
            return Err(Failure::parameter("toUserId must name one user"));
        }
        Ok(())
    }
}

impl Publishing for StreamBody {
    const PATH: &'static str = PATH;

    fn parse(mut fields: Fields) -> Result<Self, Failure> {
        let given = fields.take_values("content").ok_or_else(|| missing("content"))?;
        let mut content = match given {
            Found::Single(Value::Object(content)) => content,
            Found::Single(Value::String(text)) => object("content", &text)?,
            _ => return Err(Failure::parameter("content must be an object")),
        };
        let piece = piece(&content)?;
        let named = content.remove("messageUID").filter(|name| !name.is_null() && name != "");
        let message = named.map(|name| named_message(&name)).transpose()?;
        content.insert("complete".to_owned(), piece.ends.is_some().into());
        content.insert("seq".to_owned(), piece.seq.into());
        fields.put("content", Value::Object(content).to_string().into());
        // Here the pairs alone say that there may be some.
        if fields.flag("expansion")?.is_none() && fields.is_there("extraContent") {
            fields.put("expansion", true.into());
        }
        Ok(Self { common: PublishBody::read(&fields)?, piece, message })
    }

    fn given_number(&self) -> Option<Given> {
        self.common.given_number()
    }

    fn parameters(&self) -> Vec<Parameter<'_>> {
        self.common.parameters()
    }

    /// That of the first piece.
    fn into_request(self, limits: &Limits, once: Once) -> Result<PublishRequest, Failure> {
        self.check()?;
        if self.piece.seq != 1 {
            let rule = "content.seq must be 1 in the first piece; later ones need content.messageUID";
            return Err(Failure::parameter(rule));
        }
        let request = self.common.into_request(limits, once)?;
        if request.effects.is_persisted == Some(false) {
            return Err(Failure::parameter("isPersisted must be 1: a message that grows is kept"));
        }
        Ok(request)
    }
}

fn named_message(name: &Value) -> Result<MessageName, Failure> {
    let rule = "content.messageUID must be the messageUID that the first piece was answered with";
    let name = text_or_digits(name).and_then(|name| MessageName::read(&name));
    name.ok_or_else(|| Failure::parameter(rule))
}

/// What a content says of its piece.
fn piece(content: &Map<String, Value>) -> Result<Piece, Failure> {
    let text = match content.get("content") {
        None | Some(Value::Null) => "",
        Some(Value::String(text)) => text,
        Some(_) => return Err(Failure::new(Code::ContentFormat, "content.content must be a string")),
    };
    without_nul("content.content", text)?;
    let number = |name: &str| match content.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => text.parse().map(Some).map_err(|_| no_number(name)),
        Some(value) => whole(value).map(Some).ok_or_else(|| no_number(name)),
    };
    let seq = number("seq")?.ok_or_else(|| missing("content.seq"))?;
    if seq < 1 {
        return Err(Failure::parameter("content.seq must be 1 or more"));
    }
    let complete = content.get("complete").unwrap_or(&Value::Null);
    let is_complete = match complete.as_str().map_or_else(|| complete.to_string(), str::to_lowercase).as_str()
    {
        "true" | "1" => true,
        "false" | "0" | "null" | "" => false,
        _ => return Err(Failure::parameter("content.complete must be true or false")),
    };
    let reason = number("completeReason")?.unwrap_or(0);
    Ok(Piece { seq, said: Said::More(text.to_owned()), ends: is_complete.then_some(reason) })
}

fn no_number(name: &str) -> Failure {
    Failure::parameter(format!("content.{name} must be a whole number"))
}
