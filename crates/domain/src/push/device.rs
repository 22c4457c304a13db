//! Devices that can be woken.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use thiserror::Error;

use crate::id::UserId;
use crate::text::names;
use crate::time::Millis;
use crate::webhook::receiver_url::ReceiverUrl;

/// Devices of one user; of more the one that was seen least recently goes.
pub const MOST_DEVICES: usize = 20;
/// Longest token, in bytes. Those of Web Push are addresses, which are the longest.
const TOKEN_BYTES: usize = 1024;
/// Longest name of an app, in bytes.
const APP_BYTES: usize = 128;
/// Longest tag of a language, in bytes (RFC 5646 asks for so many).
const LANGUAGE_BYTES: usize = 35;
/// A point of P-256 that is not compressed, and the secret of a subscription (RFC 8291, 3.1 and 3.2).
const POINT_BYTES: usize = 65;
const SECRET_BYTES: usize = 16;

/// Who wakes a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PushPlatform {
    /// Apple.
    Apns,
    /// Google.
    Fcm,
    /// Whoever its browser has named.
    WebPush,
    /// A gateway of the operator.
    Other,
}

const PLATFORMS: [(PushPlatform, &str); 4] = [
    (PushPlatform::Apns, "apns"),
    (PushPlatform::Fcm, "fcm"),
    (PushPlatform::WebPush, "webpush"),
    (PushPlatform::Other, "other"),
];

impl PushPlatform {
    /// Its name on the wire and in the database.
    #[must_use]
    pub fn name(self) -> &'static str {
        names::name(&PLATFORMS, &self)
    }

    /// The one of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        names::named(&PLATFORMS, name)
    }
}

/// By what a device is known to who wakes it. Whoever has it can wake the device, so it shows in no log.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PushToken(String);

impl std::fmt::Debug for PushToken {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("PushToken(…)")
    }
}

impl PushToken {
    /// One that was checked before.
    #[must_use]
    pub fn kept(text: String) -> Self {
        Self(text)
    }

    /// The token itself.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

/// What is encrypted with for a browser (RFC 8291).
#[derive(Clone, PartialEq, Eq)]
pub struct DeviceKeys {
    /// The public key, `p256dh`: a point of P-256 that is not compressed.
    pub public: Vec<u8>,
    /// The shared secret, `auth`.
    pub secret: Vec<u8>,
}

impl std::fmt::Debug for DeviceKeys {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("DeviceKeys(…)")
    }
}

impl DeviceKeys {
    /// Reads both, in Base64 of either alphabet, as browsers give them.
    ///
    /// # Errors
    /// That they are not what they should be.
    pub fn parse(public: &str, secret: &str) -> Result<Self, BadDevice> {
        let read = |text: &str, length: usize| {
            let text = text.trim_end_matches('=').replace('+', "-").replace('/', "_");
            URL_SAFE_NO_PAD.decode(text).ok().filter(|bytes| bytes.len() == length)
        };
        let point = read(public, POINT_BYTES).filter(|point| point.first() == Some(&4));
        let public = point.ok_or(BadDevice::Keys)?;
        Ok(Self { public, secret: read(secret, SECRET_BYTES).ok_or(BadDevice::Keys)? })
    }
}

/// Why something is no device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum BadDevice {
    /// The token.
    #[error("token must be 1 to {TOKEN_BYTES} visible characters of ASCII; of apns hexadecimal digits")]
    Token,
    /// The address of a subscription.
    #[error(
        "token must be the endpoint of a push subscription: an https:// address of at most {TOKEN_BYTES} bytes"
    )]
    Endpoint,
    /// The keys of a subscription.
    #[error("webpush needs the keys of the subscription, p256dh and auth, in Base64")]
    Keys,
    /// The name of the app.
    #[error("app must be at most {APP_BYTES} visible characters of ASCII")]
    App,
    /// The language.
    #[error("language must be a tag such as en or zh-Hans")]
    Language,
}

/// A device as it is registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceSpec {
    /// Who wakes it.
    pub platform: PushPlatform,
    /// By what it is known there. Of Web Push the address of its subscription.
    pub token: PushToken,
    /// What is encrypted with; of Web Push alone.
    pub keys: Option<DeviceKeys>,
    /// The app on it, where a gateway serves several; may be empty.
    pub app: String,
    /// The language of texts that sixin makes; may be empty.
    pub language: String,
    /// Whether texts of messages stay hidden on it.
    pub hides_text: bool,
}

impl DeviceSpec {
    /// Looks whether it can be one.
    ///
    /// # Errors
    /// The first part that can't be.
    pub fn checked(self) -> Result<Self, BadDevice> {
        let token = self.token.reveal();
        let is_visible = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic());
        let is_hex = || token.bytes().all(|byte| byte.is_ascii_hexdigit());
        if token.is_empty() || token.len() > TOKEN_BYTES || !is_visible(token) {
            return Err(BadDevice::Token);
        }
        match self.platform {
            PushPlatform::Apns if !is_hex() => return Err(BadDevice::Token),
            PushPlatform::WebPush => {
                ReceiverUrl::parse(token).map_err(|_| BadDevice::Endpoint)?;
                if self.keys.is_none() {
                    return Err(BadDevice::Keys);
                }
            }
            _ => {}
        }
        if self.app.len() > APP_BYTES || !is_visible(&self.app) {
            return Err(BadDevice::App);
        }
        let is_tag = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if self.language.len() > LANGUAGE_BYTES || !self.language.bytes().all(is_tag) {
            return Err(BadDevice::Language);
        }
        Ok(self)
    }
}

/// A device that is registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushDevice {
    /// Its number.
    pub id: i64,
    /// Whose it is.
    pub user: UserId,
    /// What it is.
    pub spec: DeviceSpec,
    /// When it was registered first.
    pub created_at: Millis,
    /// When it was registered last: apps do so whenever they start.
    pub seen_at: Millis,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The keys of RFC 8291, appendix A.
    const PUBLIC: &str =
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
    const SECRET: &str = "BTBZMqHH6r4Tts7J_aSIgg";

    fn spec(platform: PushPlatform, token: &str) -> DeviceSpec {
        let keys = (platform == PushPlatform::WebPush).then(|| DeviceKeys::parse(PUBLIC, SECRET).unwrap());
        let token = PushToken::kept(token.to_owned());
        DeviceSpec { platform, token, keys, app: String::new(), language: String::new(), hides_text: false }
    }

    #[test]
    fn a_device_has_a_token_of_its_platform() {
        let refused = |platform, token: &str| spec(platform, token).checked().err();
        assert_eq!(refused(PushPlatform::Apns, &"0aF".repeat(20)), None);
        assert_eq!(refused(PushPlatform::Apns, "xyz"), Some(BadDevice::Token));
        assert_eq!(refused(PushPlatform::Fcm, "d:APA91b-_"), None);
        for token in ["", "a b", "a\n", "é", &"x".repeat(1025)] {
            assert_eq!(refused(PushPlatform::Other, token), Some(BadDevice::Token), "{token}");
        }
        assert_eq!(refused(PushPlatform::WebPush, "https://push.example/s/1"), None);
        for token in ["push.example", "ftp://push.example/", "https://push.example/#a"] {
            assert_eq!(refused(PushPlatform::WebPush, token), Some(BadDevice::Endpoint), "{token}");
        }
        let keyless = DeviceSpec { keys: None, ..spec(PushPlatform::WebPush, "https://push.example/") };
        assert_eq!(keyless.checked(), Err(BadDevice::Keys));
        let app = DeviceSpec { app: "a b".into(), ..spec(PushPlatform::Fcm, "t") };
        assert_eq!(app.checked(), Err(BadDevice::App));
        let language = DeviceSpec { language: "zh Hans".into(), ..spec(PushPlatform::Fcm, "t") };
        assert_eq!(language.checked(), Err(BadDevice::Language));
    }

    #[test]
    fn keys_come_in_either_alphabet_and_in_no_other_length() {
        let keys = DeviceKeys::parse(PUBLIC, SECRET).unwrap();
        assert_eq!((keys.public.len(), keys.secret.len()), (65, 16));
        let other = |text: &str| text.replace('-', "+").replace('_', "/") + "==";
        assert_eq!(DeviceKeys::parse(&other(PUBLIC), &other(SECRET)), Ok(keys));
        for (public, secret) in
            [("", SECRET), (SECRET, SECRET), (PUBLIC, PUBLIC), (PUBLIC, ""), ("B!", SECRET)]
        {
            assert_eq!(DeviceKeys::parse(public, secret), Err(BadDevice::Keys));
        }
    }

    #[test]
    fn neither_tokens_nor_keys_show_where_devices_are_shown() {
        let shown = format!("{:?}", spec(PushPlatform::WebPush, "https://push.example/secret"));
        assert!(!shown.contains("push.example") && !shown.contains("37"), "{shown}");
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(token in "\\PC{0,40}", public in "\\PC{0,90}", app in "\\PC{0,9}") {
            for (platform, _) in PLATFORMS {
                let _ = DeviceSpec { app: app.clone(), ..spec(platform, &token) }.checked();
            }
            let _ = DeviceKeys::parse(&public, &token);
        }
    }
}
