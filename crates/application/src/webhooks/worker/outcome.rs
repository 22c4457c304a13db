//! What follows from how something was taken.

use sixin_domain::time::Millis;
use sixin_domain::webhook::health::{Taken, Turn};

use super::sending::Sent;
use super::{Ending, Worker};
use crate::ports::StoreResult;

impl Worker {
    /// Notes how something was taken.
    pub(super) async fn note(&mut self, sent: Result<Sent, tokio::task::JoinError>) {
        let sent = match sent {
            Ok(sent) => sent,
            Err(error) if error.is_cancelled() => return,
            Err(error) => {
                tracing::error!(%error, endpoint = self.endpoint.id.0, "telling a webhook has failed in itself");
                self.ending = Some(Ending::NotOurs);
                return;
            }
        };
        let (now, chance) = (self.tools.clock.now(), self.tools.chance());
        let was_probing = self.endpoint.health.is_probing();
        let turn = self.endpoint.health.note(sent.taken(), now, &self.tools.schedule, chance);
        self.count(&sent);
        if sent.taken() == Taken::Yes {
            self.told(sent.what).await;
        } else if was_probing {
            self.put_back(sent.what);
        } else {
            self.failed(sent, now).await;
        }
        self.turn(turn, was_probing, now).await;
    }

    /// What follows for the endpoint as a whole.
    pub(super) async fn turn(&mut self, turn: Turn, was_probing: bool, now: Millis) {
        let id = self.endpoint.id.0;
        let done = match turn {
            Turn::GoOn => Ok(true),
            Turn::Probe if was_probing => Ok(true),
            Turn::Probe => {
                tracing::warn!(
                    endpoint = id,
                    "a webhook does not take anything; it is probed from time to time"
                );
                self.withdraw().await
            }
            Turn::Recovered => {
                tracing::info!(endpoint = id, "a webhook takes what it is sent again");
                self.parked.hurry(now);
                self.tools.work.hurry(&self.held, now).await
            }
            Turn::Off(reason) => {
                tracing::warn!(endpoint = id, reason = reason.name(), "a webhook was switched off");
                let off = self.tools.work.switch_off(&self.held, reason, self.progress()).await;
                if matches!(off, Ok(true)) {
                    self.ending = Some(Ending::Off(reason));
                }
                off
            }
        };
        self.hold_on(done);
    }

    /// Nothing more is sent; what was read is read again once the receiver is back, so that nothing of it is parked.
    pub(super) async fn withdraw(&mut self) -> StoreResult<bool> {
        self.in_flight.shutdown().await;
        self.parked.none_under_way();
        self.park().await?;
        let progress = self.progress();
        let is_ours = self.tools.work.keep(&self.held, progress).await?;
        self.kept = progress;
        self.begin().await?;
        Ok(is_ours)
    }

    /// Ends the work if the endpoint is not ours, or if what was to be written could not be: whoever goes on reads what is there.
    pub(super) fn hold_on(&mut self, written: StoreResult<bool>) {
        match written {
            Ok(true) => {}
            Ok(false) => self.ending = self.ending.take().or(Some(Ending::NotOurs)),
            Err(error) => {
                tracing::warn!(%error, endpoint = self.endpoint.id.0, "a webhook begins anew: something could not be written");
                self.ending = self.ending.take().or(Some(Ending::NotOurs));
            }
        }
    }
}
