//! The tables of the gateway.

use super::DatabaseReport;
use super::live::{arrivals, idle, restart};
use super::table::{Tables, ms, quantiles, rate};

pub(super) fn tables(out: &mut Tables, database: &DatabaseReport) {
    let Some(found) = &database.gateway else { return };
    out.heading(&format!("{}: sends of clients of the gateway", database.name));
    out.head(&["connections", "sends/s", "ms p50 / p99 / p99.9", "of a back end", "to that", "read back"]);
    for row in &found.sends {
        out.row(&[
            row.connections.to_string(),
            rate(row.rate),
            quantiles(row.latencies),
            rate(row.back_end),
            ms(row.to_back_end),
            row.read_back.to_string(),
        ]);
    }
    let offline = &found.offline;
    out.line(&format!(
        "\n{} messages that came while a client was away were pulled in {} ms, {} pages.",
        offline.missed,
        ms(offline.milliseconds),
        offline.pages
    ));
    out.heading(&format!("{}: from send to arrival through each door", database.name));
    arrivals(out, &found.arrivals, "door");
    restart(out, &format!("{}, gateway", database.name), &found.resumed);
    idle(out, &found.idle);
}
