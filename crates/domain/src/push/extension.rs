//! `pushExt`: what the sender of a message wants of push services (docs/wire/rongcloud.md#publish).

use crate::text::json_object::Pairs;

/// What is read of `pushExt`. What has another form than it should is as if it were not there: it was taken in that way.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PushExtension {
    /// The title, instead of the sender's name.
    pub title: Option<String>,
    /// A template that a gateway may know; sixin has none.
    pub template_id: Option<String>,
    /// Whether the text shows also where the user has hidden it.
    pub is_always_shown: bool,
    /// Settings of single services, given through: the text of a JSON array.
    pub configs: Option<String>,
}

impl PushExtension {
    /// Reads the text of a JSON object.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let Some(members) = Pairs::parse(text) else { return Self::default() };
        let text = |name: &str| {
            let value = members.get(name)?;
            serde_json::from_str::<String>(value.get()).ok().filter(|text| !text.trim().is_empty())
        };
        let is_set = members
            .get("forceShowPushContent")
            .is_some_and(|value| matches!(value.get().trim_matches('"'), "1" | "true"));
        let configs = members.get("pushConfigs").map(|value| value.get().to_owned());
        Self {
            title: text("title"),
            template_id: text("templateId"),
            is_always_shown: is_set,
            configs: configs.filter(|configs| configs.starts_with('[')),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_has_its_form_is_read_and_the_rest_is_not_there() {
        let all = r#"{"title":"t","templateId":"7","forceShowPushContent":1,"pushConfigs":[{"FCM":{"channelId":"c"}}],"more":{}}"#;
        assert_eq!(
            PushExtension::parse(all),
            PushExtension {
                title: Some("t".into()),
                template_id: Some("7".into()),
                is_always_shown: true,
                configs: Some(r#"[{"FCM":{"channelId":"c"}}]"#.into()),
            }
        );
        for nothing in
            ["", "[]", "{}", r#"{"title":7,"templateId":" ","forceShowPushContent":0,"pushConfigs":{}}"#]
        {
            assert_eq!(PushExtension::parse(nothing), PushExtension::default(), "{nothing}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,60}") {
            let _ = PushExtension::parse(&text);
        }
    }
}
