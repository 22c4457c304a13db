//! What is told of a run: tables, JSON and plots.

mod gateway;
mod live;
mod peers;
mod plots;
mod table;
mod webhooks;

use std::path::Path;

use anyhow::Result;
use serde::{Deserialize, Serialize};

use crate::Options;
use crate::machine::Machine;
use crate::parts::ageing::Ageing;
use crate::parts::gateway::Gateway;
use crate::parts::growth::Growth;
use crate::parts::http::HttpRate;
use crate::parts::live::Live;
use crate::parts::memory::Memory;
use crate::parts::paced::Paced;
use crate::parts::reads::Reads;
use crate::parts::sends::SendRate;
use crate::parts::slow_disk::SlowDiskRate;
use crate::parts::storage::StorageRate;
use crate::parts::webhooks::Webhooks;
use crate::parts::wide::Wide;
use crate::peers::PeerRow;

/// Everything that was measured in one run.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Report {
    pub(crate) options: Options,
    pub(crate) machine: Machine,
    pub(crate) http: Vec<HttpRate>,
    pub(crate) databases: Vec<DatabaseReport>,
    /// sixin and others.
    #[serde(default)]
    pub(crate) peers: Vec<PeerRow>,
}

/// On one database.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct DatabaseReport {
    pub(crate) name: String,
    pub(crate) storage: Vec<StorageRate>,
    pub(crate) sends: Vec<SendRate>,
    pub(crate) slow_disk: Vec<SlowDiskRate>,
    pub(crate) paced: Vec<Paced>,
    #[serde(default)]
    pub(crate) reads: Vec<Reads>,
    #[serde(default)]
    pub(crate) wide: Option<Wide>,
    #[serde(default)]
    pub(crate) live: Option<Live>,
    #[serde(default)]
    pub(crate) webhooks: Option<Webhooks>,
    #[serde(default)]
    pub(crate) gateway: Option<Gateway>,
    #[serde(default)]
    pub(crate) ageing: Option<Ageing>,
    pub(crate) growth: Vec<Growth>,
    pub(crate) memory: Option<Memory>,
}

impl DatabaseReport {
    /// D: the best rate of the loop over the storage adapter.
    pub(crate) fn storage_rate(&self) -> f64 {
        self.storage.iter().map(|row| row.rate).fold(0.0, f64::max)
    }
}

impl Report {
    /// What an earlier run has left in `directory`.
    pub(crate) fn read(directory: &Path) -> Result<Self> {
        Ok(serde_json::from_str(&std::fs::read_to_string(directory.join("report.json"))?)?)
    }

    /// Prints the tables, and writes them, the numbers and the plots into `directory`.
    pub(crate) fn write(&self, directory: &Path) -> Result<()> {
        let text = table::markdown(self);
        println!("{text}");
        std::fs::write(directory.join("report.md"), &text)?;
        std::fs::write(directory.join("report.json"), serde_json::to_string_pretty(self)?)?;
        if !self.databases.is_empty() {
            plots::draw(self, directory)?;
        }
        println!("These tables, report.json and the plots are in {}", directory.display());
        Ok(())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::Part;
    use crate::bench::Measured;
    use crate::door::Door;
    use crate::latency::Percentiles;
    use crate::machine::SyncRate;
    use crate::parts::gateway::offline::Offline;
    use crate::parts::gateway::sends::Sends;
    use crate::parts::growth::Point;
    use crate::parts::live::arrival::Arrival;
    use crate::parts::live::catch_up::CatchUp;
    use crate::parts::live::idle::Idle;
    use crate::parts::live::resume::Resumed;
    use crate::parts::webhooks::{Away, Beside, ToldRate, Webhooks};
    use crate::parts::wide::WideRate;
    use crate::requests::Dialect;
    use clap::ValueEnum;
    use std::path::PathBuf;

    fn latencies() -> Percentiles {
        Percentiles { p50: 1.0, p99: 2.0, p999: 4.0 }
    }

    fn measured(connections: usize, rate: f64) -> Measured {
        Measured {
            connections,
            rate,
            latencies: latencies(),
            cpu_seconds_a_thousand: 0.05,
            bytes_a_thousand: 1_500_000.0,
            resident_bytes: 50 << 20,
            wal_bytes: 6 << 20,
            load_cpu: 0.4,
            read_back: 1000,
            errors: 0,
        }
    }

    fn live() -> Live {
        Live {
            arrivals: vec![Arrival {
                connected: 1000,
                between: String::new(),
                offered: 5000.0,
                acknowledged: latencies(),
                arrived: latencies(),
                p99_later: 2.0,
                lacking: 0,
            }],
            resumed: Resumed {
                connected: 5000,
                stop_seconds: 9.0,
                seconds: 20.0,
                turned_away: 0,
                offered: 5000.0,
                meanwhile: latencies(),
                afterwards: latencies(),
                to_afterwards: 1.0,
                errors: 0,
            },
            catch_up: vec![CatchUp { conversations: 20, missed: 1000, told: 1000, sixin: 9.0, bare: 6.0 }],
            idle: vec![Idle { door: Door::Events, from: 1000, to: 6000, bytes: 12_000.0 }],
        }
    }

    fn gateway() -> Gateway {
        let Live { arrivals, resumed, idle, .. } = live();
        let sends = Sends {
            connections: 64,
            rate: 10_000.0,
            latencies: latencies(),
            back_end: 12_000.0,
            to_back_end: 0.83,
            read_back: 60_000,
        };
        let offline = Offline { missed: 10_000, pages: 50, milliseconds: 400.0 };
        Gateway { sends: vec![sends], offline, arrivals, resumed, idle }
    }

    fn webhooks() -> Webhooks {
        let told =
            |receivers| ToldRate { receivers, events: 1000, rate: 5000.0, cpu_seconds_a_thousand: 0.2 };
        Webhooks {
            told: vec![told(1), told(16)],
            beside: Beside {
                without: 20_000.0,
                hanging: 19_800.0,
                taking: 12_000.0,
                hanging_to_without: 0.99,
                taking_to_without: 0.6,
            },
            away: Away { missed: 100_000, parked: 19, seconds: 20.0, rate: 5000.0 },
        }
    }

    /// A report with made-up numbers, of which every part is there.
    pub(crate) fn sample() -> Report {
        let sends = Dialect::BOTH.into_iter().flat_map(|dialect| {
            [1, 16, 64].map(|connections| SendRate {
                dialect,
                sixin: measured(connections, 20_000.0),
                one_a_batch: measured(connections, 2000.0),
                reference: 25_000.0,
                ceiling: 30_000.0,
                to_reference: 0.8,
                to_one_a_batch: 10.0,
            })
        });
        let point = |rate| Point { rate, p99: 3.0 };
        let growth = |messages, rate| Growth { messages, sixin: point(rate), storage: point(rate * 2.0) };
        let memory = Memory {
            idle: 20 << 20,
            overload_first_half: 60 << 20,
            overload_second_half: 60 << 20,
            growth: 1.0,
            connections: 2048,
            sleep_ms: 50.0,
            rate: 4000.0,
            latencies: latencies(),
            errors: 0,
        };
        let slow_disk = |dialect| SlowDiskRate {
            dialect,
            sixin: measured(64, 9000.0),
            one_a_batch: measured(64, 400.0),
            to_one_a_batch: 22.5,
        };
        let paced = |dialect| Paced {
            dialect,
            offered: 10_000.0,
            rate: 10_000.0,
            sixin: latencies(),
            storage: latencies(),
            p99_to_storage: 1.0,
        };
        let reads = |messages| Reads {
            call: crate::parts::reads::Call::List,
            messages,
            sixin: latencies(),
            bare: latencies(),
        };
        let wide = |rate| WideRate { rate, latencies: latencies() };
        Report {
            options: Options {
                quick: true,
                no_mysql: true,
                no_sqlite: false,
                seconds: 5,
                connections: vec![64, 256],
                no_single: false,
                mysql_options: Vec::new(),
                users: 1000,
                conversations: 10_000,
                peers: false,
                only: Part::value_variants().to_vec(),
                directory: PathBuf::from("target/bench"),
            },
            machine: Machine {
                cpu: "a processor".to_owned(),
                cores: 2,
                memory: "8 GB".to_owned(),
                kernel: "6.1".to_owned(),
                rustc: "rustc 1.95".to_owned(),
                sync: SyncRate { rate: 5000.0, latencies: latencies() },
            },
            http: Dialect::BOTH
                .into_iter()
                .flat_map(|dialect| {
                    [1, 16, 64].map(|connections| HttpRate {
                        dialect,
                        connections,
                        rate: 50_000.0,
                        latencies: latencies(),
                        load_cpu: 0.8,
                    })
                })
                .collect(),
            databases: vec![DatabaseReport {
                name: "SQLite".to_owned(),
                storage: vec![StorageRate { batch: 512, rate: 60_000.0, latencies: latencies() }],
                sends: sends.collect(),
                slow_disk: Dialect::BOTH.map(slow_disk).to_vec(),
                paced: Dialect::BOTH.map(paced).to_vec(),
                reads: vec![reads(0), reads(200_000)],
                wide: Some(Wide { same: wide(40_000.0), each: wide(30_000.0), to_same: 0.75 }),
                live: Some(live()),
                webhooks: Some(webhooks()),
                gateway: Some(gateway()),
                ageing: Some(Ageing {
                    offered: 5_000.0,
                    without: latencies(),
                    with: latencies(),
                    p50_to_without: 1.0,
                    p99_to_without: 1.1,
                    rate_without: 10_000.0,
                    rate_with: 9_500.0,
                    rate_to_without: 0.95,
                    removed_a_second: 1_000.0,
                }),
                growth: vec![growth(0, 20_000.0), growth(1_000_000, 18_000.0)],
                memory: Some(memory),
            }],
            peers: vec![PeerRow {
                name: "sixin on SQLite".to_owned(),
                keeps: "the message".to_owned(),
                sending: 64,
                rate: 10_000.0,
                acknowledged: latencies(),
                arrived: latencies(),
                lacking: 0,
                connection_bytes: 12_000.0,
            }],
        }
    }

    #[test]
    fn a_report_is_written_as_tables_numbers_and_plots() {
        let directory = tempfile::tempdir().unwrap();
        sample().write(directory.path()).unwrap();
        let read = |name: &str| std::fs::read_to_string(directory.path().join(name)).unwrap();
        assert!(read("report.md").contains("| RongCloud | 64 | 20000 |"), "{}", read("report.md"));
        let again = Report::read(directory.path()).unwrap();
        assert_eq!(table::markdown(&again), read("report.md"));
        for plot in ["rate.svg", "latency.svg", "growth.svg"] {
            let svg = read(plot);
            assert!(svg.starts_with("<svg") && svg.contains("SQLite"), "{plot}");
        }
    }
}
