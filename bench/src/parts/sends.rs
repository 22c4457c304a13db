//! Durable sends through each dialect, beside the reference R that H and D allow, and with one send a transaction.

use anyhow::Result;
use serde::{Deserialize, Serialize};

use super::http::HttpRate;
use crate::bench::{Bench, Measured, WARM_UP};
use crate::load::Pace;
use crate::numbers::ratio;
use crate::pairs::USERS;
use crate::requests::Dialect;
use crate::server::{Program, Server};
use crate::store::Engine;

/// How many loads that takes.
pub(crate) const LOADS: u64 = 20;

/// Sends through one dialect with so many connections.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SendRate {
    pub(crate) dialect: Dialect,
    /// As it is configured by default.
    pub(crate) sixin: Measured,
    /// With one send a transaction.
    pub(crate) one_a_batch: Measured,
    /// 1/(1/H + 1/D): what is left if a request costs what HTTP costs and then what storage costs.
    pub(crate) reference: f64,
    /// The smaller of H and D.
    pub(crate) ceiling: f64,
    /// Rate to reference.
    pub(crate) to_reference: f64,
    /// Rate to that with one send a transaction.
    pub(crate) to_one_a_batch: f64,
}

pub(crate) fn measure(
    bench: &mut Bench,
    engine: &Engine,
    http: &[HttpRate],
    storage: f64,
) -> Result<Vec<SendRate>> {
    let connections = bench.options.connections.clone();
    let setting = Setting { connections: &connections, configuration: &[], disk: "" };
    let mut rates = Vec::new();
    let all_can_sign_in = bench.options.pairs().users == USERS;
    let dialects = Dialect::BOTH.into_iter();
    for dialect in dialects.filter(|dialect| all_can_sign_in || *dialect == Dialect::RongCloud) {
        let sixin = with_batches(bench, engine, dialect, "", &setting)?;
        let one = if bench.options.no_single {
            vec![Measured::default(); sixin.len()]
        } else {
            with_batches(bench, engine, dialect, "1", &setting)?
        };
        for (sixin, one_a_batch) in sixin.into_iter().zip(one) {
            let same = |row: &&HttpRate| row.dialect == dialect && row.connections == sixin.connections;
            let http = http.iter().find(same).map_or(0.0, |row| row.rate);
            let reference = 1.0 / (1.0 / http + 1.0 / storage);
            rates.push(SendRate {
                dialect,
                reference,
                ceiling: http.min(storage),
                to_reference: ratio(sixin.rate, reference),
                to_one_a_batch: ratio(sixin.rate, one_a_batch.rate),
                sixin,
                one_a_batch,
            });
        }
    }
    Ok(rates)
}

/// Some numbers of connections, on a fresh store; `units` is the most of a batch, if not the default.
pub(super) fn with_batches(
    bench: &mut Bench,
    engine: &Engine,
    dialect: Dialect,
    units: &str,
    setting: &Setting<'_>,
) -> Result<Vec<Measured>> {
    let store = bench.store(engine, "sends")?;
    let mut configuration = setting.configuration.to_vec();
    if !units.is_empty() {
        configuration.push(("SIXIN__COMMITTER__BATCH_UNITS", units));
    }
    let server = Server::start(Program::Sixin, &store.url, &bench.directory, &configuration)?;
    bench.warm_up(&server, &store, dialect)?;
    let mut measured = Vec::new();
    for &connections in setting.connections {
        let batches = if units.is_empty() { "" } else { ", batch size 1" };
        let (engine_name, dialect_name, disk) = (engine.name(), dialect.name(), setting.disk);
        bench.step(
            &format!("{engine_name}{disk}, {dialect_name}, {connections} connections{batches}"),
            bench.options.seconds + WARM_UP.as_secs(),
        );
        measured.push(bench.measured(&server, engine, &store, (dialect, connections, Pace::Closed))?);
    }
    drop(server);
    store.remove()?;
    Ok(measured)
}

/// Under what sends are measured.
pub(super) struct Setting<'a> {
    pub(super) connections: &'a [usize],
    /// What the server's environment says beside what is always there.
    pub(super) configuration: &'a [(&'a str, &'a str)],
    /// What is to be said of the disk.
    pub(super) disk: &'a str,
}
