//! Which values make sense.

use std::net::{IpAddr, SocketAddr};
use std::path::Path;

use sixin_domain::network::Network;
use sixin_domain::retention::{LEAST_AUDIT_DAYS, MOST_DAYS};
use sixin_domain::webhook::receiver_url::ReceiverUrl;
use sixin_storage::DatabaseUrl;
use url::Url;

use super::{Cache, Config, ConfigError, FilePlace, Push, Traces, origins, refused, words};

/// Seconds between two looks for what is too old; in an hour much comes together.
const MOST_BETWEEN: u64 = 60 * 60;

impl Config {
    /// Refuses values that make no sense, each by name.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let (server, limits, committer) = (&self.server, &self.limits, &self.committer);
        at_least("server.body_bytes", server.body_bytes, 1024)?;
        at_least("limits.rongcloud_text_bytes", limits.rongcloud_text_bytes, 1)?;
        at_least("limits.fresns_text_bytes", limits.fresns_text_bytes, 1)?;
        at_least("limits.content_bytes", limits.content_bytes, 1)?;
        at_least("limits.recipients", limits.recipients, 1)?;
        at_most("limits.recipients", limits.recipients, 1000)?;
        at_most("limits.rongcloud_text_bytes", limits.rongcloud_text_bytes, 65_535)?;
        at_most("limits.fresns_text_bytes", limits.fresns_text_bytes, 65_535)?;
        at_most("limits.content_bytes", limits.content_bytes, 1 << 20)?;
        at_least("rate.sends", self.rate.sends, 1)?;
        at_least("files.at_once", self.files.at_once, 1)?;
        at_least("files.at_once_per_user", self.files.at_once_per_user, 1)?;
        at_least("files.uploads_a_minute", self.files.uploads_a_minute, 1)?;
        at_least("committer.queue_units", committer.queue_units, 1)?;
        at_least("committer.queue_bytes", committer.queue_bytes, 1 << 20)?;
        at_least("committer.batch_units", committer.batch_units, 1)?;
        at_least("server.connections_per_address", server.connections_per_address, 1)?;
        at_least("server.waiting_bytes_per_address", server.waiting_bytes_per_address, 65536)?;
        at_least("live.connections_per_user", self.live.connections_per_user, 1)?;
        at_least("live.new_per_second", usize::try_from(self.live.new_per_second).unwrap_or(1), 1)?;
        at_most("live.ring_events", self.live.ring_events, 10_000_000)?;
        at_least("committer.batch_rows", committer.batch_rows, 1)?;
        at_least("committer.batch_bytes", committer.batch_bytes, 1)?;
        for (key, seconds) in [
            ("server.head_timeout_seconds", server.head_timeout_seconds),
            ("server.body_timeout_seconds", server.body_timeout_seconds),
            ("server.keep_alive_seconds", server.keep_alive_seconds),
            ("server.shutdown_timeout_seconds", server.shutdown_timeout_seconds),
            ("files.upload_timeout_seconds", self.files.upload_timeout_seconds),
            ("files.slow_start_seconds", self.files.slow_start_seconds),
            ("live.heartbeat_seconds", self.live.heartbeat_seconds),
            ("database.timeout_seconds", self.database.timeout_seconds),
            ("committer.answer_timeout_seconds", committer.answer_timeout_seconds),
            ("database.readers", self.database.readers.into()),
            ("database.writers", self.database.writers.into()),
            ("rate.window_seconds", self.rate.window_seconds.try_into().unwrap_or(0)),
        ] {
            if !(1..=3600).contains(&seconds) {
                return Err(refused(key, "must be from 1 to 3600", seconds));
            }
        }
        check_networks("server.trusted_proxies", &server.trusted_proxies)?;
        check_networks("webhooks.allow", &self.webhooks.allow)?;
        self.check_tls()?;
        self.check_gateway()?;
        self.check_retries()?;
        self.check_push()?;
        self.check_retention()?;
        server.cors_origins.iter().try_for_each(|origin| origins::check(origin))?;
        self.check_cache()?;
        self.check_bucket()?;
        self.check_idempotency()?;
        self.check_listeners()?;
        check_traces(&self.traces)?;
        if self.log.slow_milliseconds == 0 {
            return Err(refused("log.slow_milliseconds", "must be at least 1", 0));
        }
        words::check_log_level(&self.log.level)?;
        DatabaseUrl::parse(&self.database.url)?;
        self.redis()?;
        Ok(())
    }

    fn check_tls(&self) -> Result<(), ConfigError> {
        let tls = &self.server.tls;
        let keys = ["server.tls.certificate_file", "server.tls.key_file"];
        let (missing, given) =
            match [&tls.certificate_file, &tls.key_file].map(|file| file.as_os_str().is_empty()) {
                [true, false] => (keys[0], keys[1]),
                [false, true] => (keys[1], keys[0]),
                _ => return Ok(()),
            };
        Err(refused(missing, format!("must be given beside {given}"), "nothing"))
    }

    fn check_gateway(&self) -> Result<(), ConfigError> {
        let place = &self.gateway.public_address;
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b".:-[]/".contains(&byte);
        if place.bytes().all(is_plain) && !place.contains("//") {
            return Ok(());
        }
        let expected = "must be a host and a port such as im.example.org:443, without https://, or empty";
        Err(refused("gateway.public_address", expected, format!("{place:?}")))
    }

    fn check_retries(&self) -> Result<(), ConfigError> {
        /// Thirty days: for so long events are kept that are no messages.
        const LONGEST: i64 = 30 * 24 * 60 * 60;
        let pauses = &self.webhooks.retry_seconds;
        let is_fine =
            (1..=32).contains(&pauses.len()) && pauses.iter().all(|pause| (1..=LONGEST).contains(pause));
        if is_fine {
            return Ok(());
        }
        let expected = "must hold from 1 to 32 pauses, each from 1 to 2592000";
        Err(refused("webhooks.retry_seconds", expected, format!("{pauses:?}")))
    }

    fn check_push(&self) -> Result<(), ConfigError> {
        let Push { grace_milliseconds, webpush, apns, fcm } = &self.push;
        if !(200..=60_000).contains(grace_milliseconds) {
            return Err(refused("push.grace_milliseconds", "must be from 200 to 60000", grace_milliseconds));
        }
        let is_on = |file: &Path| !file.as_os_str().is_empty();
        let is_contact = webpush.subject.starts_with("mailto:") || webpush.subject.starts_with("https://");
        if is_on(&webpush.key_file) && !is_contact {
            let expected = "must be mailto:… or https://…, where push services reach you";
            return Err(refused("push.webpush.subject", expected, format!("{:?}", webpush.subject)));
        }
        for (key, value) in [("push.apns.key_id", &apns.key_id), ("push.apns.team_id", &apns.team_id)] {
            if is_on(&apns.key_file) && value.is_empty() {
                return Err(refused(key, "must be given beside push.apns.key_file", "nothing"));
            }
        }
        for (key, url) in [("push.apns.url", &apns.url), ("push.fcm.url", &fcm.url)] {
            if let Err(error) = ReceiverUrl::parse(url) {
                return Err(refused(key, error.to_string(), format!("{url:?}")));
            }
        }
        Ok(())
    }

    fn check_retention(&self) -> Result<(), ConfigError> {
        let kept = &self.retention;
        for (key, days) in [
            ("retention.messages", kept.messages),
            ("retention.files", kept.files),
            ("retention.revisions", kept.revisions),
            ("retention.audit", kept.audit),
        ] {
            if !(0..=MOST_DAYS).contains(&days) {
                let expected = format!("must be a number of days from 1 to {MOST_DAYS}, or 0 for ever");
                return Err(refused(key, expected, days));
            }
        }
        if (1..LEAST_AUDIT_DAYS).contains(&kept.audit) {
            let expected = format!("must be at least {LEAST_AUDIT_DAYS}, or 0 for ever");
            return Err(refused("retention.audit", expected, kept.audit));
        }
        if !(1..=MOST_BETWEEN).contains(&kept.every_seconds) {
            let expected = format!("must be a number of seconds from 1 to {MOST_BETWEEN}");
            return Err(refused("retention.every_seconds", expected, kept.every_seconds));
        }
        Ok(())
    }

    /// Two listeners can't share a port of one address.
    fn check_listeners(&self) -> Result<(), ConfigError> {
        let others =
            [("metrics.listen", self.metrics_listen()?), ("console.address", self.console_listen()?)];
        let mut taken = vec![("server.listen", self.server.listen)];
        for (key, address) in others {
            let Some(address) = address else { continue };
            if let Some((other, theirs)) = taken.iter().find(|(_, theirs)| overlap(*theirs, address)) {
                let expected = format!("must have a port of its own beside {other} = {theirs}");
                return Err(refused(key, expected, address));
            }
            taken.push((key, address));
        }
        Ok(())
    }

    fn check_bucket(&self) -> Result<(), ConfigError> {
        let bucket = &self.files.bucket;
        let endpoint = Url::parse(&bucket.endpoint).ok();
        let is_plain = endpoint.is_some_and(|url| {
            matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none()
        });
        if !bucket.endpoint.is_empty() && !is_plain {
            let shown = if bucket.endpoint.contains('@') { "(hidden)" } else { &bucket.endpoint };
            let expected = "must be an address such as https://s3.example.org, without a name and a password in it, or empty";
            return Err(refused("files.bucket.endpoint", expected, shown));
        }
        for (key, value) in [
            ("files.bucket.name", &bucket.name),
            ("files.bucket.access_key_id", &bucket.access_key_id),
            ("files.bucket.secret_access_key", &bucket.secret_access_key),
        ] {
            if self.files.place == FilePlace::Bucket && value.is_empty() {
                return Err(refused(key, "must be given where files.place is \"bucket\"", "nothing"));
            }
        }
        for (key, path) in [("files.folder", &self.files.folder), ("files.arriving", &self.files.arriving)] {
            if path.as_os_str().is_empty() {
                return Err(refused(key, "must be a folder such as var/files", "nothing"));
            }
        }
        Ok(())
    }

    fn check_cache(&self) -> Result<(), ConfigError> {
        let Cache { entries, poll_milliseconds } = self.cache;
        let wrong = |key, expected, value: u64| Err(refused(key, expected, value));
        if !(1000..=100_000_000).contains(&entries) {
            return wrong("cache.entries", "must be from 1000 to 100000000", entries);
        }
        // Changes take effect within two seconds, so one poll may be lost.
        if !(10..=1000).contains(&poll_milliseconds) {
            return wrong("cache.poll_milliseconds", "must be from 10 to 1000", poll_milliseconds);
        }
        Ok(())
    }

    /// An hour is what a caller needs to get over a failure; more than a year of keys would only fill the disk.
    fn check_idempotency(&self) -> Result<(), ConfigError> {
        let hours = self.idempotency.hours;
        if (1..=8760).contains(&hours) {
            return Ok(());
        }
        Err(refused("idempotency.hours", "must be from 1 to 8760", hours))
    }
}

fn check_networks(key: &'static str, networks: &[String]) -> Result<(), ConfigError> {
    for text in networks {
        if text.parse::<Network>().is_err() {
            let expected = "must hold addresses and networks such as 10.0.0.0/8";
            return Err(refused(key, expected, format!("{text:?}")));
        }
    }
    Ok(())
}

fn at_least(key: &'static str, value: usize, least: usize) -> Result<(), ConfigError> {
    if value >= least {
        return Ok(());
    }
    Err(refused(key, format!("must be at least {least}"), value))
}

fn at_most(key: &'static str, value: usize, most: usize) -> Result<(), ConfigError> {
    if value <= most {
        return Ok(());
    }
    Err(refused(key, format!("must be at most {most}"), value))
}

/// Whether one listener would get what is meant for the other, or could not be opened beside it. Port 0 means any free one.
fn overlap(one: SocketAddr, other: SocketAddr) -> bool {
    if one.port() != other.port() || one.port() == 0 {
        return false;
    }
    let (one, other) = (one.ip().to_canonical(), other.ip().to_canonical());
    // [::] takes connections to IPv4 addresses too.
    let covers = |wide: IpAddr, narrow: IpAddr| wide.is_unspecified() && (wide.is_ipv6() || narrow.is_ipv4());
    one == other || covers(one, other) || covers(other, one)
}

/// Refuses a collector that nobody could reach. Who signs in to it says so in `OTEL_EXPORTER_OTLP_HEADERS`, never in the address.
fn check_traces(traces: &Traces) -> Result<(), ConfigError> {
    let plain = |url: &Url| {
        let is_bare = url.query().is_none() && url.fragment().is_none();
        matches!(url.scheme(), "http" | "https") && url.has_host() && url.username().is_empty() && is_bare
    };
    if !traces.endpoint.is_empty() && !Url::parse(&traces.endpoint).is_ok_and(|url| plain(&url)) {
        let expected = "must be empty or the address of a collector without a name, a password or a query, such as http://127.0.0.1:4318";
        return Err(refused("traces.endpoint", expected, "something else"));
    }
    if !(0.0..=1.0).contains(&traces.share) {
        return Err(refused("traces.share", "must be a share of all requests, from 0 to 1", traces.share));
    }
    if traces.service.trim().is_empty() {
        return Err(refused("traces.service", "must name this service", "nothing"));
    }
    Ok(())
}
