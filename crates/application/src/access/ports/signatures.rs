use sixin_domain::access::app_key::Secret;

/// What a request's signature covers.
#[derive(Clone, PartialEq, Eq)]
pub enum SignedParts {
    /// Fresns: named values; absent and empty ones left out.
    Fields(Vec<(&'static str, String)>),
    /// Fresns 3.x: the same, signed in another way.
    ThirdFields(Vec<(&'static str, String)>),
    /// RongCloud: two texts, exactly as they stood in the headers.
    NonceAndTime {
        /// Header `Nonce`.
        nonce: String,
        /// Header `Timestamp`.
        timestamp: String,
    },
    /// What a link of our own says.
    Link(String),
    /// Standard Webhooks: id, time and body, as [`sixin_domain::webhook::signing_secret::signed_text`] joins them.
    Webhook(String),
}

impl std::fmt::Debug for SignedParts {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Signature parts and tokens are never logged.
        out.write_str(match self {
            Self::Fields(_) => "Fields(…)",
            Self::ThirdFields(_) => "ThirdFields(…)",
            Self::NonceAndTime { .. } => "NonceAndTime(…)",
            Self::Link(_) => "Link(…)",
            Self::Webhook(_) => "Webhook(…)",
        })
    }
}

/// The signature schemes of both dialects, of our own links and of webhooks.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
pub trait Signatures: Send + Sync {
    /// Whether `signature` is that of `parts` under `secret`. MUST compare in constant time and MUST accept every
    /// spelling that the dialect's real clients send.
    fn verify(&self, parts: &SignedParts, secret: &Secret, signature: &str) -> bool;

    /// The signature of `parts`, in the spelling the dialect documents.
    fn sign(&self, parts: &SignedParts, secret: &Secret) -> String;
}
