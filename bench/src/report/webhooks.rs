//! The tables of webhooks.

use super::DatabaseReport;
use super::table::{Tables, ms, rate};

pub(super) fn tables(out: &mut Tables, database: &DatabaseReport) {
    let Some(found) = &database.webhooks else { return };
    out.heading(&format!("{}: webhooks", database.name));
    out.head(&["receivers", "events to each", "events/s together", "ms of CPU for an event"]);
    for row in &found.told {
        out.row(&[
            row.receivers.to_string(),
            row.events.to_string(),
            rate(row.rate),
            ms(row.cpu_seconds_a_thousand),
        ]);
    }
    let beside = &found.beside;
    out.line("");
    out.head(&["sends/s beside a webhook that", "sends/s", "to without"]);
    for (what, sends, to_without) in [
        ("is paused", beside.without, 1.0),
        ("hangs", beside.hanging, beside.hanging_to_without),
        ("takes everything", beside.taking, beside.taking_to_without),
    ] {
        out.row(&[what.to_owned(), rate(sends), ms(to_without)]);
    }
    let away = &found.away;
    out.line(&format!(
        "\nA receiver that was away for {} messages, of which {} were kept apart for it, had been told all of them {} s after its \
         return: {} a second.",
        away.missed,
        away.parked,
        ms(away.seconds),
        rate(away.rate)
    ));
}
