//! The tables, in Markdown.

use std::fmt::Write as _;

use super::{DatabaseReport, Report};
use crate::latency::Percentiles;
use crate::numbers::{megabytes, ratio};
use crate::parts::growth::Growth;
use crate::parts::memory::Memory;
use crate::parts::slow_disk::SLEEP_MS;
use crate::parts::wide::RECIPIENTS;
use crate::store::BUFFER_POOL;

/// All tables of a report.
pub(crate) fn markdown(report: &Report) -> String {
    let mut out = Tables::default();
    machine(&mut out, report);
    http(&mut out, report);
    for database in &report.databases {
        storage(&mut out, database);
        sends(&mut out, database);
        slow_disk(&mut out, database);
        paced(&mut out, database);
        reads(&mut out, database);
        wide(&mut out, database);
        super::live::tables(&mut out, database);
        super::webhooks::tables(&mut out, database);
        super::gateway::tables(&mut out, database);
        ageing(&mut out, database);
        growth(&mut out, database);
        if let Some(found) = &database.memory {
            memory(&mut out, found);
        }
    }
    super::peers::table(&mut out, report);
    out.0
}

/// Text that grows by headings and tables.
#[derive(Default)]
pub(super) struct Tables(String);

impl Tables {
    pub(super) fn line(&mut self, text: &str) {
        // Writing to a String can't fail.
        let _ = writeln!(self.0, "{text}");
    }

    pub(super) fn heading(&mut self, text: &str) {
        self.line(&format!("\n## {text}\n"));
    }

    pub(super) fn head(&mut self, columns: &[&str]) {
        self.line(&format!("| {} |", columns.join(" | ")));
        self.line(&format!("|{}", " ---: |".repeat(columns.len())));
    }

    pub(super) fn row(&mut self, cells: &[String]) {
        self.line(&format!("| {} |", cells.join(" | ")));
    }
}

pub(super) fn rate(value: f64) -> String {
    format!("{value:.0}")
}

pub(super) fn ms(value: f64) -> String {
    format!("{value:.2}")
}

pub(super) fn quantiles(latencies: Percentiles) -> String {
    format!("{} / {} / {}", ms(latencies.p50), ms(latencies.p99), ms(latencies.p999))
}

fn mb(bytes: u64) -> String {
    format!("{:.0} MB", megabytes(bytes))
}

fn machine(out: &mut Tables, report: &Report) {
    let machine = &report.machine;
    out.heading("The machine");
    out.line(&format!(
        "{} ({} cores), memory {}, Linux {}, {}. Each load was measured for {} s among {} users in {} conversations.\n",
        machine.cpu,
        machine.cores,
        machine.memory,
        machine.kernel,
        machine.rustc,
        report.options.seconds,
        report.options.users,
        report.options.conversations
    ));
    out.line(&format!(
        "fdatasync after each 4 KiB: {} a second; {} ms (p50 / p99 / p99.9).",
        rate(machine.sync.rate),
        quantiles(machine.sync.latencies)
    ));
}

fn http(out: &mut Tables, report: &Report) {
    if report.http.is_empty() {
        return;
    }
    out.heading("H: HTTP and signatures, answered at once");
    out.head(&["dialect", "connections", "answers/s", "ms p50 / p99 / p99.9", "load's share of a core"]);
    for row in &report.http {
        out.row(&[
            row.dialect.name().to_owned(),
            row.connections.to_string(),
            rate(row.rate),
            quantiles(row.latencies),
            ms(row.load_cpu),
        ]);
    }
}

fn storage(out: &mut Tables, database: &DatabaseReport) {
    if database.storage.is_empty() {
        return;
    }
    out.heading(&format!("{}: D, the loop over the storage adapter", database.name));
    out.head(&["batch", "messages/s", "ms a batch p50 / p99 / p99.9"]);
    for row in &database.storage {
        out.row(&[row.batch.to_string(), rate(row.rate), quantiles(row.latencies)]);
    }
    out.line(&format!("\nD = {} messages/s.", rate(database.storage_rate())));
}

fn sends(out: &mut Tables, database: &DatabaseReport) {
    if database.sends.is_empty() {
        return;
    }
    out.heading(&format!("{}: durable sends", database.name));
    out.head(&[
        "dialect",
        "connections",
        "sends/s",
        "ms p50 / p99 / p99.9",
        "R",
        "min(H, D)",
        "to R",
        "batch size 1: sends/s",
        "its ms p50 / p99 / p99.9",
        "times that",
        "CPU s / 1000",
        "MB written / 1000",
        "resident",
        "WAL",
        "load's share of a core",
        "read back",
    ]);
    for row in &database.sends {
        let (sixin, one) = (&row.sixin, &row.one_a_batch);
        out.row(&[
            row.dialect.name().to_owned(),
            sixin.connections.to_string(),
            rate(sixin.rate),
            quantiles(sixin.latencies),
            rate(row.reference),
            rate(row.ceiling),
            ms(row.to_reference),
            rate(one.rate),
            quantiles(one.latencies),
            ms(row.to_one_a_batch),
            format!("{:.3}", sixin.cpu_seconds_a_thousand),
            format!("{:.2}", sixin.bytes_a_thousand / f64::from(1 << 20)),
            mb(sixin.resident_bytes),
            mb(sixin.wal_bytes),
            ms(sixin.load_cpu),
            (sixin.read_back + one.read_back).to_string(),
        ]);
    }
    let errors: u64 = database.sends.iter().map(|row| row.sixin.errors + row.one_a_batch.errors).sum();
    out.line(&format!("\nRequests that were answered with anything but success: {errors}."));
}

fn slow_disk(out: &mut Tables, database: &DatabaseReport) {
    if database.slow_disk.is_empty() {
        return;
    }
    out.heading(&format!("{}: a disk that takes {SLEEP_MS} ms longer to keep something", database.name));
    out.head(&[
        "dialect",
        "connections",
        "sends/s",
        "ms p50 / p99 / p99.9",
        "batch size 1: sends/s",
        "its ms p50 / p99 / p99.9",
        "times that",
    ]);
    for row in &database.slow_disk {
        out.row(&[
            row.dialect.name().to_owned(),
            row.sixin.connections.to_string(),
            rate(row.sixin.rate),
            quantiles(row.sixin.latencies),
            rate(row.one_a_batch.rate),
            quantiles(row.one_a_batch.latencies),
            ms(row.to_one_a_batch),
        ]);
    }
}

fn paced(out: &mut Tables, database: &DatabaseReport) {
    if database.paced.is_empty() {
        return;
    }
    out.heading(&format!("{}: latency at half the top rate", database.name));
    out.head(&[
        "dialect",
        "offered/s",
        "answered/s",
        "sixin ms p50 / p99 / p99.9",
        "D's loop, same rate",
        "p99 to p99",
    ]);
    for row in &database.paced {
        out.row(&[
            row.dialect.name().to_owned(),
            rate(row.offered),
            rate(row.rate),
            quantiles(row.sixin),
            quantiles(row.storage),
            ms(row.p99_to_storage),
        ]);
    }
}

fn reads(out: &mut Tables, database: &DatabaseReport) {
    if database.reads.is_empty() {
        return;
    }
    out.heading(&format!("{}: reading, with one connection", database.name));
    out.head(&[
        "call",
        "messages stored",
        "sixin ms p50 / p99 / p99.9",
        "bare query ms",
        "p99 to the small store",
        "the bare query's",
        "one to the other",
    ]);
    for row in &database.reads {
        let small = database.reads.iter().find(|small| small.call == row.call).unwrap_or(row);
        let (ours, bare) = (ratio(row.sixin.p99, small.sixin.p99), ratio(row.bare.p99, small.bare.p99));
        out.row(&[
            row.call.name().to_owned(),
            row.messages.to_string(),
            quantiles(row.sixin),
            quantiles(row.bare),
            ms(ours),
            ms(bare),
            ms(ratio(ours, bare)),
        ]);
    }
}

fn wide(out: &mut Tables, database: &DatabaseReport) {
    let Some(found) = &database.wide else { return };
    out.heading(&format!("{}: one publish to {RECIPIENTS} recipients, with one connection", database.name));
    out.head(&["call", "messages/s", "ms a call p50 / p99 / p99.9", "to the same words"]);
    for (name, row, to_same) in
        [("the same words to all", found.same, 1.0), ("other words to each", found.each, found.to_same)]
    {
        out.row(&[name.to_owned(), rate(row.rate), quantiles(row.latencies), ms(to_same)]);
    }
}

fn ageing(out: &mut Tables, database: &DatabaseReport) {
    let Some(found) = &database.ageing else { return };
    out.heading(&format!("{}: sends while old messages are removed", database.name));
    out.head(&[
        "old messages",
        "at sends/s",
        "p50 / p99 / p99.9 ms",
        "p50 to without",
        "p99 to without",
        "sends/s at most",
        "to without",
        "removed a second",
    ]);
    let row = |what: &str, latencies: Percentiles, p50: f64, p99: f64, top: f64, to: f64, removed: f64| {
        [
            what.to_owned(),
            rate(found.offered),
            quantiles(latencies),
            ms(p50),
            ms(p99),
            rate(top),
            ms(to),
            rate(removed),
        ]
    };
    out.row(&row("stay", found.without, 1.0, 1.0, found.rate_without, 1.0, 0.0));
    let (p50, p99, to) = (found.p50_to_without, found.p99_to_without, found.rate_to_without);
    out.row(&row("go", found.with, p50, p99, found.rate_with, to, found.removed_a_second));
}

fn growth(out: &mut Tables, database: &DatabaseReport) {
    let Some(first) = database.growth.first() else { return };
    out.heading(&format!("{}: growth", database.name));
    out.line(&format!(
        "Page caches: SQLite uses that of the system; MySQL has a buffer pool of {BUFFER_POOL}.\n"
    ));
    out.head(&[
        "stored",
        "sends/s",
        "p99 ms",
        "D: messages/s",
        "D: p99 ms",
        "kept by sixin",
        "kept by D",
        "to D's own",
    ]);
    for row in &database.growth {
        let (ours, theirs) = kept(row, first);
        out.row(&[
            row.messages.to_string(),
            rate(row.sixin.rate),
            ms(row.sixin.p99),
            rate(row.storage.rate),
            ms(row.storage.p99),
            ms(ours),
            ms(theirs),
            ms(ratio(ours, theirs)),
        ]);
    }
}

/// Which part of their rate on the empty store sixin and D have kept.
fn kept(row: &Growth, first: &Growth) -> (f64, f64) {
    (ratio(row.sixin.rate, first.sixin.rate), ratio(row.storage.rate, first.storage.rate))
}

fn memory(out: &mut Tables, memory: &Memory) {
    out.heading("Memory");
    out.line(&format!(
        "Idle: {}. With {} connections that send as soon as they are answered, and {} ms of sleep in each commit: {} in \
         the first half, {} in the second ({} of it); {} sends/s, {} ms (p50 / p99 / p99.9), {} requests not \
         acknowledged.",
        mb(memory.idle),
        memory.connections,
        ms(memory.sleep_ms),
        mb(memory.overload_first_half),
        mb(memory.overload_second_half),
        ms(memory.growth),
        rate(memory.rate),
        quantiles(memory.latencies),
        memory.errors
    ));
}
