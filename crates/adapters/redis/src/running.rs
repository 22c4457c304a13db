//! The connections to Redis: made, watched, made again.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use redis::aio::{MultiplexedConnection, PubSub};
use redis::{AsyncConnectionConfig, Msg, RedisError, RedisResult};
use sixin_application::delivery::neighbours::NeighbourListener;
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};

use crate::{Shared, wire};

/// How long a connection, or an answer, is waited for.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often it is looked whether Redis still answers.
const LOOK: Duration = Duration::from_secs(2);
/// The pause before a connection is made again; each is twice the one before, up to the last.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LAST_PAUSE: Duration = Duration::from_secs(2);

/// What has to run while the others are to be reached.
pub struct RedisWork(pub(crate) Arc<Shared>);

impl RedisWork {
    /// Reaches the other processes for ever, whatever becomes of Redis.
    pub async fn run(&self, listener: Arc<dyn NeighbourListener>) {
        let shared = &self.0;
        if shared.address.has_tls() {
            // One library for TLS in the whole program; another part may have chosen it already.
            let _ = rustls::crypto::ring::default_provider().install_default();
        }
        metrics::gauge!("sixin_redis_up").set(0.0);
        let (mut pause, mut is_known) = (FIRST_PAUSE, false);
        loop {
            let failure = match self.connect().await {
                Ok((connection, hearing)) => {
                    tracing::info!(redis = %shared.address, "other processes are reached through Redis");
                    (pause, is_known) = (FIRST_PAUSE, false);
                    self.serve(connection, hearing, &*listener).await
                }
                Err(error) => error,
            };
            if !is_known {
                tracing::warn!(redis = %shared.address, error = %said(&failure),
                    "Redis can't be used; other processes are heard of by polling, and each counts sends for itself");
            }
            is_known = true;
            sleep(pause).await;
            pause = (pause * 2).min(LAST_PAUSE);
        }
    }

    async fn connect(&self) -> RedisResult<(MultiplexedConnection, PubSub)> {
        let Shared { address, place, .. } = &*self.0;
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(PATIENCE))
            .set_response_timeout(Some(PATIENCE));
        let connection = address.0.get_multiplexed_async_connection_with_config(&config).await?;
        let mut hearing = in_time(address.0.get_async_pubsub()).await?;
        in_time(hearing.subscribe(&[place.log_channel(), place.signal_channel()])).await?;
        Ok((connection, hearing))
    }

    /// Until something fails.
    async fn serve(
        &self,
        connection: MultiplexedConnection,
        hearing: PubSub,
        listener: &dyn NeighbourListener,
    ) -> RedisError {
        let reached = Reached::begin(&self.0, connection.clone(), listener);
        let failure = tokio::select! {
            failure = self.hear(hearing, listener) => failure,
            failure = self.tell(connection) => failure,
            () = self.0.is_lost.notified() => lost("a command failed"),
        };
        drop(reached);
        failure
    }

    async fn hear(&self, hearing: PubSub, listener: &dyn NeighbourListener) -> RedisError {
        let (mut asking, mut messages) = hearing.split();
        let mut clock = interval(LOOK);
        clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let looked = async {
            loop {
                clock.tick().await;
                if let Err(error) = in_time(asking.ping::<redis::Value>()).await {
                    return error;
                }
            }
        };
        let heard = async {
            while let Some(message) = messages.next().await {
                self.take(&message, listener);
            }
            lost("the connection ended")
        };
        tokio::select! { error = looked => error, error = heard => error }
    }

    fn take(&self, message: &Msg, listener: &dyn NeighbourListener) {
        let place = &self.0.place;
        let (channel, text) = (message.get_channel_name(), message.get_payload_bytes());
        if channel == place.log_channel() {
            let others = wire::read_hint(text).filter(|(by, _)| *by != place.process);
            if let Some((_, hint)) = others {
                listener.hinted(&hint);
            }
        } else {
            let others = wire::read_signal(text).filter(|(by, ..)| *by != place.process);
            if let Some((_, users, signal)) = others {
                listener.signalled(&users, &signal);
            }
        }
    }

    async fn tell(&self, mut connection: MultiplexedConnection) -> RedisError {
        let place = &self.0.place;
        loop {
            let parcel = self.0.outbox.next().await;
            let mut commands = redis::pipe();
            if let Some(text) = parcel.hint.and_then(|hint| wire::hint_text(&place.process, &hint)) {
                commands.publish(place.log_channel(), text).ignore();
            }
            for text in parcel.signals {
                commands.publish(place.signal_channel(), text).ignore();
            }
            if let Err(error) = in_time(commands.query_async::<()>(&mut connection)).await {
                return error;
            }
        }
    }
}

/// While it is there, others are reached.
struct Reached<'a> {
    shared: &'a Shared,
    listener: &'a dyn NeighbourListener,
}

impl<'a> Reached<'a> {
    fn begin(
        shared: &'a Shared,
        connection: MultiplexedConnection,
        listener: &'a dyn NeighbourListener,
    ) -> Self {
        shared.outbox.clear();
        shared.set_connection(Some(connection));
        listener.reached(true);
        metrics::gauge!("sixin_redis_up").set(1.0);
        Self { shared, listener }
    }
}

impl Drop for Reached<'_> {
    fn drop(&mut self) {
        self.shared.set_connection(None);
        self.listener.reached(false);
        metrics::gauge!("sixin_redis_up").set(0.0);
    }
}

async fn in_time<T>(answer: impl Future<Output = RedisResult<T>>) -> RedisResult<T> {
    timeout(PATIENCE, answer).await.unwrap_or_else(|_| Err(lost("no answer in time")))
}

fn lost(why: &'static str) -> RedisError {
    RedisError::from((redis::ErrorKind::Io, why))
}

/// What an error says, without what Redis may have repeated of a command.
fn said(error: &RedisError) -> String {
    if error.is_io_error() || error.is_timeout() { error.to_string() } else { error.category().to_owned() }
}
