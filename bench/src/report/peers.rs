//! sixin beside others.

use super::Report;
use super::table::{Tables, ms, quantiles, rate};
use crate::numbers::ratio;

pub(super) fn table(out: &mut Tables, report: &Report) {
    if report.peers.is_empty() {
        return;
    }
    out.heading("The same load on others: 1000 users connected, who write to each other");
    out.head(&[
        "server",
        "on disk when acknowledged",
        "sending",
        "sends/s",
        "acknowledged ms p50 / p99 / p99.9",
        "arrived ms",
        "lacking",
        "KB a connection",
        "sixin on SQLite to it",
    ]);
    for row in &report.peers {
        let ours = report.peers.iter().find(|ours| ours.sending == row.sending).unwrap_or(row);
        out.row(&[
            row.name.clone(),
            row.keeps.clone(),
            row.sending.to_string(),
            rate(row.rate),
            quantiles(row.acknowledged),
            quantiles(row.arrived),
            row.lacking.to_string(),
            ms(row.connection_bytes / 1024.0),
            ms(ratio(ours.rate, row.rate)),
        ]);
    }
}
