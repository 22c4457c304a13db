//! Values that are one of a few words, or addresses: refused with what is right.

use std::net::SocketAddr;

use super::{ConfigError, refused};

const CHOICES: [(&str, &[&str]); 3] = [
    ("database.durability", &["full", "weak"]),
    ("files.place", &["folder", "bucket"]),
    ("log.format", &["text", "json"]),
];

/// The levels of a log, least first.
pub(super) const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

/// Checks the words of the merged configuration; what is no text is left to the reader of types.
pub(super) fn check(merged: &config::Config) -> Result<(), ConfigError> {
    for (key, choices) in CHOICES {
        if let Ok(word) = merged.get_string(key)
            && !choices.contains(&word.as_str())
        {
            let expected = format!("must be \"{}\"", choices.join("\" or \""));
            return Err(refused(key, expected, format!("{word:?}")));
        }
    }
    if let Ok(text) = merged.get_string("log.access")
        && !matches!(text.as_str(), "all" | "errors")
        && !text.parse::<f64>().is_ok_and(|share| (0.0..=1.0).contains(&share))
    {
        let expected = "must be \"all\", \"errors\", or a share from 0 to 1 such as 0.01";
        return Err(refused("log.access", expected, format!("{text:?}")));
    }
    if let Ok(text) = merged.get_string("server.listen")
        && text.parse::<SocketAddr>().is_err()
    {
        let expected = "must be an address with a port, such as 127.0.0.1:8686, 0.0.0.0:8686 or [::]:8686";
        return Err(refused("server.listen", expected, format!("{text:?}")));
    }
    Ok(())
}

/// Refuses a filter that does not parse, and words that are no level: as the name of a module they would silence the log.
pub(super) fn check_log_level(level: &str) -> Result<(), ConfigError> {
    let wrong = || {
        let levels = LEVELS.join(", ");
        let expected =
            format!("must be one of {levels}, or such with modules, as in info,sixin_storage=debug");
        refused("log.level", expected, format!("{level:?}"))
    };
    for directive in level.split(',').map(str::trim) {
        let is_level = LEVELS.iter().any(|level| level.eq_ignore_ascii_case(directive));
        let has_level = directive.contains(['=', '[']);
        if !is_level && !has_level {
            return Err(wrong());
        }
    }
    level.parse::<tracing_subscriber::EnvFilter>().map(drop).map_err(|_| wrong())
}
