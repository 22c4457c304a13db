//! `sixin hook`

use clap::{Args, Subcommand};
use sixin_application::hooks::manage::MOST_SHOWN;
use sixin_domain::hook::rule::{
    DEADLINES_MS, DEFAULT_DEADLINE_MS, DEFAULT_IN_FLIGHT, HookKind, MOST_IN_FLIGHT, OnFailure,
};

#[derive(Debug, Subcommand)]
pub(crate) enum Hook {
    /// Have somebody asked before messages are stored, and print the secret that signs
    Add(NewHook),
    /// List hooks in the order in which they are asked, without their secrets
    List,
    /// Ask about a message that is none, and say what the hook answered
    Test { id: i64 },
    /// Give a hook a fresh secret and print it; the present one signs too for a while longer
    Rotate {
        id: i64,
        /// For how many hours the present secret still signs
        #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(i64).range(0..=8760))]
        overlap_hours: i64,
    },
    /// Ask a hook no more; messages are stored without it
    Pause { id: i64 },
    /// Ask a hook again
    Resume { id: i64 },
    /// Remove a hook; what it has decided stays listed for 30 days
    Remove { id: i64 },
    /// List what was decided, the latest first
    Decisions {
        /// Only by this hook
        #[arg(long, value_name = "ID")]
        hook: Option<i64>,
        #[arg(long, value_name = "N", default_value_t = 50, help = format!("How many, 1 to {MOST_SHOWN}"))]
        limit: i64,
    },
}

#[derive(Args)]
pub(crate) struct NewHook {
    /// Where is asked, https://…
    pub(crate) url: String,
    /// standard (JSON, signed like Standard Webhooks) or rongcloud (its callback before sending)
    #[arg(long, default_value = "standard", value_parser = kind)]
    pub(crate) kind: HookKind,
    /// A note for yourself
    #[arg(long, default_value = "")]
    pub(crate) name: String,
    /// Of which dialects messages are asked about, with commas between them: fresns (what users send), client (what they send
    /// with RongCloud's client SDK), rongcloud (what back ends publish)
    #[arg(long, value_name = "DIALECTS", default_value = "fresns,client")]
    pub(crate) dialects: String,
    /// Of which types, with commas between them; app:* for all that begin so [default: all]
    #[arg(long, value_name = "NAMES", default_value = "", hide_default_value = true)]
    pub(crate) object_names: String,
    /// The app key whose secret signs, for kind rongcloud
    #[arg(long, value_name = "APP_ID")]
    pub(crate) app_key: Option<String>,
    /// Take over a secret the receiver has already, whsec_…, read from standard input
    #[arg(long)]
    pub(crate) own_secret: bool,
    #[arg(long, value_name = "MS", default_value_t = DEFAULT_DEADLINE_MS, help = format!("How many milliseconds an answer may take, {} to {}; the sender waits for it", DEADLINES_MS.start(), DEADLINES_MS.end()))]
    pub(crate) deadline_ms: i64,
    /// What becomes of a message about which there is no answer: deliver or refuse
    #[arg(long, default_value = "deliver", value_parser = on_failure)]
    pub(crate) on_failure: OnFailure,
    #[arg(long, value_name = "N", default_value_t = DEFAULT_IN_FLIGHT, help = format!("How many questions may be under way at a time, 1 to {MOST_IN_FLIGHT}; one more counts as not answered"))]
    pub(crate) max_in_flight: usize,
}

// Arguments may be logged; a password in an address may not.
impl std::fmt::Debug for NewHook {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("NewHook").field("kind", &self.kind).finish_non_exhaustive()
    }
}

fn kind(text: &str) -> Result<HookKind, String> {
    HookKind::from_name(text).ok_or_else(|| "one of standard, rongcloud".to_owned())
}

fn on_failure(text: &str) -> Result<OnFailure, String> {
    OnFailure::from_name(text).ok_or_else(|| "one of deliver, refuse".to_owned())
}
