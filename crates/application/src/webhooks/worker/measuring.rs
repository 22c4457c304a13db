//! How far behind an endpoint is.

use sixin_domain::time::Millis;

use super::Worker;
use crate::ports::StoreResult;
use crate::push::waking::DEVICES;

/// How often it is measured how far behind an endpoint is.
const MEASURE_MS: i64 = 5_000;
/// Events behind are counted up to this.
const MOST_COUNTED: i64 = 10_000;

impl Worker {
    /// By what its endpoint is known in metrics.
    pub(super) fn label(&self) -> String {
        if self.endpoint.id == DEVICES { "devices".to_owned() } else { self.endpoint.id.to_string() }
    }

    pub(super) async fn measure(&mut self, now: Millis) -> StoreResult<()> {
        if now.since(self.measured_at) < MEASURE_MS {
            return Ok(());
        }
        self.measured_at = now;
        let cursor = self.progress().cursor;
        let behind = self.tools.work.backlog(cursor, MOST_COUNTED).await?;
        let waiting = self.tools.work.waiting(self.endpoint.id).await?;
        let seconds = if behind == 0 { 0 } else { now.since(cursor.time()).max(0) / 1000 };
        let endpoint = self.label();
        for (name, value) in [
            ("sixin_webhook_lag_events", behind),
            ("sixin_webhook_lag_seconds", seconds),
            ("sixin_webhook_parked", waiting),
        ] {
            #[expect(clippy::cast_precision_loss, reason = "a metric")]
            metrics::gauge!(name, "endpoint" => endpoint.clone()).set(value as f64);
        }
        Ok(())
    }
}
