//! The tables of live streams.

use super::DatabaseReport;
use super::table::{Tables, ms, quantiles, rate};
use crate::numbers::ratio;
use crate::parts::live::arrival::Arrival;
use crate::parts::live::idle::Idle;
use crate::parts::live::resume::Resumed;

pub(super) fn tables(out: &mut Tables, database: &DatabaseReport) {
    let Some(found) = &database.live else { return };
    out.heading(&format!("{}: from send to arrival, at half the top rate", database.name));
    arrivals(out, &found.arrivals, "two processes, by");
    restart(out, &database.name, &found.resumed);
    out.heading(&format!("{}: catching up", database.name));
    out.head(&["conversations", "missed", "told", "sixin ms", "bare queries ms", "one to the other"]);
    for row in &found.catch_up {
        out.row(&[
            row.conversations.to_string(),
            row.missed.to_string(),
            if row.told == 0 { "reset".to_owned() } else { row.told.to_string() },
            ms(row.sixin),
            ms(row.bare),
            ms(ratio(row.sixin, row.bare)),
        ]);
    }
    idle(out, &found.idle);
}

/// From send to arrival; `between` says what is compared.
pub(super) fn arrivals(out: &mut Tables, rows: &[Arrival], between: &str) {
    out.head(&[
        "connected",
        between,
        "offered/s",
        "acknowledged ms p50 / p99 / p99.9",
        "arrived ms",
        "p99 later",
        "lacking",
    ]);
    for row in rows {
        out.row(&[
            row.connected.to_string(),
            row.between.clone(),
            rate(row.offered),
            quantiles(row.acknowledged),
            quantiles(row.arrived),
            ms(row.p99_later),
            row.lacking.to_string(),
        ]);
    }
}

/// What connections cost that wait.
pub(super) fn idle(out: &mut Tables, rows: &[Idle]) {
    if rows.is_empty() {
        return;
    }
    out.heading("Memory of a connection that waits");
    out.head(&["door", "between connections", "KB each"]);
    for row in rows {
        out.row(&[
            row.door.name().to_owned(),
            format!("{} and {}", row.from, row.to),
            ms(row.bytes / 1024.0),
        ]);
    }
}

/// Everybody comes back.
pub(super) fn restart(out: &mut Tables, name: &str, row: &Resumed) {
    out.heading(&format!("{name}: a restart"));
    out.line(&format!(
        "With {} connected the server had stopped after {} s. Once the next one served, all had caught up after {} s; {} times one \
         was told to come back later. At {} messages a second meanwhile: {} ms (p50 / p99 / p99.9), {} not acknowledged; \
         afterwards {} ms; p99 to p99 {}.",
        row.connected,
        ms(row.stop_seconds),
        ms(row.seconds),
        row.turned_away,
        rate(row.offered),
        quantiles(row.meanwhile),
        row.errors,
        quantiles(row.afterwards),
        ms(row.to_afterwards)
    ));
}
