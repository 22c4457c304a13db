//! How a message is to reach devices (docs/wire/rongcloud.md#publish). What its sender left open is `None`.

use std::collections::BTreeMap;

/// What the sender of a message wants to become of it on devices, and what it carries beside its content.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeliveryOptions {
    /// Text of the notification.
    pub push_content: Option<String>,
    /// Data of the notification.
    pub push_data: Option<String>,
    /// Whether devices are woken without being shown anything.
    pub content_available: Option<bool>,
    /// Whether it can carry pairs (see [`crate::message::expansion`]).
    pub expansion: Option<bool>,
    /// The pairs it is sent with.
    pub extra_content: Option<BTreeMap<String, String>>,
    /// Whether nobody is notified.
    pub disable_push: Option<bool>,
    /// Settings for push services: the text of a JSON object.
    pub push_ext: Option<String>,
    /// The channel within the conversation.
    pub bus_channel: Option<String>,
    /// Whether a read receipt is asked for.
    pub need_read_receipt: Option<bool>,
    /// A number of the sender's choice.
    pub msg_random: Option<i64>,
    /// The number on the badge of the app.
    pub badge: Option<i64>,
    /// Whether a user has sent it from an app with a client SDK: such a message has a type like those of back ends.
    pub is_of_client: Option<bool>,
}

impl DeliveryOptions {
    /// The options, or `None` if nothing is asked for.
    #[must_use]
    pub fn or_none(self) -> Option<Self> {
        (self != Self::default()).then_some(self)
    }

    /// The pairs it was sent with, if it can carry any.
    #[must_use]
    pub fn initial_pairs(&self) -> Option<BTreeMap<String, String>> {
        (self.expansion == Some(true)).then(|| self.extra_content.clone().unwrap_or_default())
    }

    /// Bytes it occupies in memory and on disk, near enough for bounds.
    #[must_use]
    pub fn weight(&self) -> usize {
        let texts = [&self.push_content, &self.push_data, &self.push_ext, &self.bus_channel];
        let texts: usize = texts.into_iter().flatten().map(String::len).sum();
        let pairs = self.extra_content.iter().flatten().map(|(key, value)| key.len() + value.len() + 6);
        texts + pairs.sum::<usize>() + 64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_message_that_was_sent_to_carry_pairs_has_some() {
        let pairs = BTreeMap::from([("k".to_owned(), "v".to_owned())]);
        let options = |expansion, extra_content| DeliveryOptions {
            expansion,
            extra_content,
            ..DeliveryOptions::default()
        };
        assert_eq!(options(None, Some(pairs.clone())).initial_pairs(), None);
        assert_eq!(options(Some(false), Some(pairs.clone())).initial_pairs(), None);
        assert_eq!(options(Some(true), None).initial_pairs(), Some(BTreeMap::new()));
        assert_eq!(options(Some(true), Some(pairs.clone())).initial_pairs(), Some(pairs));
    }

    #[test]
    fn options_that_ask_for_nothing_are_none() {
        assert_eq!(DeliveryOptions::default().or_none(), None);
        assert!(DeliveryOptions { badge: Some(0), ..DeliveryOptions::default() }.or_none().is_some());
    }
}
