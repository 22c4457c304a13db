//! `sixin webhook`

use clap::{Args, Subcommand};
use sixin_application::webhooks::manage::{DEFAULT_IN_FLIGHT, MOST_IN_FLIGHT};
use sixin_domain::time::Millis;
use sixin_domain::webhook::endpoint::EndpointKind;

#[derive(Debug, Subcommand)]
pub(crate) enum Webhook {
    /// Have a receiver told what happens, and print the secret that signs
    Add(NewWebhook),
    /// List webhooks, how far they are and how they do, without their secrets
    List,
    /// Send a test to a receiver, and say whether it took it
    Test { id: i64 },
    /// Give a webhook a fresh secret and print it; the present one signs too for a while longer
    Rotate {
        id: i64,
        /// For how many hours the present secret still signs
        #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(i64).range(0..=8760))]
        overlap_hours: i64,
    },
    /// Have a webhook wait; nothing is lost
    Pause { id: i64 },
    /// Have a webhook go on where it was, also one that was switched off because its receiver failed
    Resume { id: i64 },
    /// Tell a receiver again what it was told already
    Replay {
        id: i64,
        /// All since then: 2026-11-26T12:00:00Z, or seconds or milliseconds since 1970
        #[arg(long, value_name = "TIME", value_parser = time, required_unless_present = "event", conflicts_with = "event")]
        since: Option<Millis>,
        /// One event, by its position: the number behind msg_ in its webhook-id
        #[arg(long, value_name = "POS")]
        event: Option<i64>,
    },
    /// List events that were tried too often and are not any more
    DeadLetters {
        id: i64,
        /// Have all of them tried again
        #[arg(long, conflicts_with = "forget")]
        retry: bool,
        /// Forget all of them
        #[arg(long)]
        forget: bool,
    },
    /// Remove a webhook and all that waits for it
    Remove { id: i64 },
}

#[derive(Args)]
pub(crate) struct NewWebhook {
    /// Where the receiver is, https://…
    pub(crate) url: String,
    /// standard (Standard Webhooks), rongcloud-route, rongcloud-online or rongcloud-operation
    #[arg(long, default_value = "standard", value_parser = kind)]
    pub(crate) kind: EndpointKind,
    /// A note for yourself
    #[arg(long, default_value = "")]
    pub(crate) name: String,
    /// Events a standard receiver wants, with commas between them, for example message.created,user.* [default: all]
    #[arg(long, default_value = "", hide_default_value = true)]
    pub(crate) events: String,
    /// The app key whose secret signs, for RongCloud's kinds
    #[arg(long, value_name = "APP_ID")]
    pub(crate) app_key: Option<String>,
    /// Take over a secret the receiver has already, whsec_…, read from standard input
    #[arg(long)]
    pub(crate) own_secret: bool,
    /// Tell a rongcloud-route of what back ends publish too, with source=Server
    #[arg(long)]
    pub(crate) server_messages: bool,
    /// How many requests may be under way at a time
    #[arg(long, value_name = "N", default_value_t = DEFAULT_IN_FLIGHT, help = format!("How many requests may be under way at a time, 1 to {MOST_IN_FLIGHT}"))]
    pub(crate) max_in_flight: usize,
    /// Begin with what happened then: 2026-11-26T12:00:00Z, or seconds or milliseconds since 1970 [default: now]
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) since: Option<Millis>,
}

// Arguments may be logged; a password in an address may not.
impl std::fmt::Debug for NewWebhook {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("NewWebhook").field("kind", &self.kind).finish_non_exhaustive()
    }
}

fn kind(text: &str) -> Result<EndpointKind, String> {
    let wrong = || "one of standard, rongcloud-route, rongcloud-online, rongcloud-operation".to_owned();
    EndpointKind::from_name(text).ok_or_else(wrong)
}

fn time(text: &str) -> Result<Millis, String> {
    let stamp = text.parse().ok().and_then(Millis::of_stamp);
    let spelled = || chrono::DateTime::parse_from_rfc3339(text).ok().map(|at| Millis(at.timestamp_millis()));
    stamp
        .or_else(spelled)
        .ok_or_else(|| "a time such as 2026-11-26T12:00:00Z, or seconds since 1970".to_owned())
}
