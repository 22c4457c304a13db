//! Counts what was committed, so that operators see what users do.

use sixin_domain::event::Event;
use sixin_domain::log::Commit;

use super::ports::CommitListener;

/// Counts events by name in the metric `sixin_events_total`.
#[derive(Debug, Clone, Copy, Default)]
pub struct CountedCommits;

impl CommitListener for CountedCommits {
    fn committed(&self, commit: &Commit) {
        // Most transactions hold events of one kind, and looking a counter up costs more than counting.
        let mut rest: &[Event] = &commit.events;
        while let Some(first) = rest.first() {
            let name = first.name();
            let same = rest.iter().take_while(|event| event.name() == name).count();
            metrics::counter!("sixin_events_total", "event" => name)
                .increment(u64::try_from(same).unwrap_or(u64::MAX));
            rest = rest.get(same..).unwrap_or_default();
        }
    }
}
