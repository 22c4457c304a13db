//! The type of a message as a parameter.

use serde::de::{Deserialize, Deserializer};
use serde_json::json;
use sixin_domain::message::object_name::ObjectName;
use sixin_web::documented;
use sixin_web::request::parameters::coded;

use crate::fields::source::TYPE_UNSUPPORTED;
use crate::fields::values::Text;

/// A built-in type, or a custom one.
pub(crate) struct TypeName(pub(crate) ObjectName);

documented!(TypeName, json!({"type": "string", "maxLength": 32}));

impl<'de> Deserialize<'de> for TypeName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Text::<32>(name) = Text::deserialize(deserializer)?;
        let name = ObjectName::new(&name)
            .map_err(|error| coded::<D::Error>(TYPE_UNSUPPORTED, &error.to_string()))?;
        Ok(Self(name))
    }
}
