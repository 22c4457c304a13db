//! A connection: frames in, frames out, and a cursor on the log in between. Calls are answered one after the other, so what a client
//! asks for waits in its own socket.

use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix_ws::{AggregatedMessage, AggregatedMessageStream, Session};
use bytes::Bytes;
use sixin_application::delivery::inbox::Inbox;
use sixin_application::delivery::passes::{LiveGuest, PassRefusal};
use sixin_application::delivery::stream::{LiveStream, News, Step};
use sixin_application::ports::StoreError;
use sixin_domain::access::session::SessionRefusal;
use sixin_domain::log::{Cursor, Position};
use tokio::time::{Instant, sleep, sleep_until, timeout};

use crate::api::GatewayApi;
use crate::calls::reading::OwnMarks;
use crate::calls::{self, Answer, Caller, presence};
use crate::news::{self, Told};
use crate::shown::Showing;
use crate::wire::frame::{self, Call, Received};

/// A client pings every 15 seconds; one that is silent for so long is gone.
const SILENCE: Duration = Duration::from_secs(60);
/// Whoever has got so many bytes at once gets more only once they have arrived.
const UNCONFIRMED: usize = 256 * 1024;
/// What asks whether they have.
const ARRIVED: &[u8] = b"arrived";
/// How long somebody who does not read may take for that.
const SLOW: Duration = Duration::from_secs(30);
/// What may come from a client meanwhile.
const WAITING: usize = 64;
const WAITING_BYTES: usize = 2 * 1024 * 1024;
/// How long a close may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a client has to read why it has to go.
const LAST_WORDS: Duration = Duration::from_millis(500);
/// The pause after the store could not be read.
const PAUSE: Duration = Duration::from_millis(500);
/// Whoever is told to come back at once and has just come is not told so again.
const SETTLED: Duration = Duration::from_secs(60);
const NONCE_CHARS: usize = 16;

/// Why a client has to go, as the SDK knows it.
mod farewell {
    pub(super) const KICKED: u8 = 1;
    pub(super) const BANNED: u8 = 2;
    pub(super) const ELSEWHERE: u8 = 6;
    pub(super) const TOKEN_ENDED: u8 = 7;
    pub(super) const GONE: u8 = 9;
}

/// What is known of the device of a connection.
pub(crate) struct Device {
    /// The name it gives itself.
    pub(crate) name: String,
    /// The address it has reached the site by.
    pub(crate) origin: String,
}

/// Why a connection ends.
enum Close {
    /// The client has left, or does not read or write what it should.
    Gone,
    /// The client is told why.
    Farewell(u8),
}

/// One connection.
pub(crate) struct Connection {
    api: GatewayApi,
    session: Session,
    frames: AggregatedMessageStream,
    guest: Rc<LiveGuest>,
    device: Device,
    inbox: Inbox,
    own: OwnMarks,
    /// Bytes that may not have arrived yet.
    unconfirmed: usize,
    /// What came while it was waited for that.
    waiting: VecDeque<Bytes>,
    begun: Instant,
}

impl Connection {
    pub(crate) fn new(
        api: GatewayApi,
        session: Session,
        frames: AggregatedMessageStream,
        guest: Rc<LiveGuest>,
        device: Device,
    ) -> Self {
        let inbox = Inbox::new(Arc::clone(&api.streams));
        let (waiting, begun) = (VecDeque::new(), Instant::now());
        let own = OwnMarks::default();
        Self { api, session, frames, guest, device, inbox, own, unconfirmed: 0, waiting, begun }
    }

    /// Serves it until it ends.
    pub(crate) async fn run(mut self) {
        let close = match self.serve().await {
            Ok(never) => match never {},
            Err(close) => close,
        };
        if let Close::Farewell(status) = close {
            // Whoever does not read is not waited for.
            let _ = timeout(PATIENCE, self.session.binary(frame::disconnect(status))).await;
            // The SDK may take note of a close before it takes note of what came before that.
            sleep(LAST_WORDS).await;
        }
        let _ = timeout(PATIENCE, self.session.close(None)).await;
    }

    async fn serve(&mut self) -> Result<std::convert::Infallible, Close> {
        let now = self.api.clock.now();
        let mut stream = self.api.streams.open(self.guest.owner(now), None);
        let name = self.api.secrets.alphanumeric(NONCE_CHARS);
        let username = self.guest.viewer.user.username.clone();
        self.write(frame::accepted(username.as_str(), &name, now)).await?;
        if let Err(error) = presence::begin(&self.api, self.guest.viewer.user.id, &stream).await {
            // It goes on without: whoever asks how somebody is gets an answer all the same.
            tracing::warn!(%error, "whom a client of the gateway watches can't be read");
        }
        let mut drain = self.api.gate.draining();
        let mut leaves_at = None::<Instant>;
        let mut heard = Instant::now();
        loop {
            let alarm = leaves_at.map_or(heard + SILENCE, |at| at.min(heard + SILENCE));
            tokio::select! {
                frame = next(&mut self.waiting, &mut self.frames) => {
                    heard = Instant::now();
                    self.heard(frame?, &stream).await?;
                }
                step = stream.next() => self.step(step, &mut stream).await?,
                () = sleep_until(alarm) => {
                    if leaves_at.is_some_and(|at| at <= Instant::now()) {
                        let is_settled = self.begun.elapsed() >= SETTLED;
                        return Err(if is_settled { Close::Farewell(farewell::ELSEWHERE) } else { Close::Gone });
                    }
                    return Err(Close::Gone);
                }
                Some(spread) = drain.begins(), if leaves_at.is_none() => {
                    let most = u64::try_from(spread.as_millis()).unwrap_or(u64::MAX).max(1);
                    let chance = u64::try_from(self.api.secrets.number(9)).unwrap_or(0) % most;
                    leaves_at = Some(Instant::now() + Duration::from_millis(chance));
                }
            }
        }
    }

    async fn heard(&mut self, frame: AggregatedMessage, stream: &LiveStream) -> Result<(), Close> {
        match frame {
            AggregatedMessage::Binary(bytes) => match Received::read(&bytes).ok_or(Close::Gone)? {
                Received::Call(call) => self.answer(call, stream).await,
                Received::Ping => self.write(frame::pong()).await,
                Received::Disconnect => Err(Close::Gone),
                Received::Nothing => Ok(()),
            },
            AggregatedMessage::Ping(bytes) => self.session.pong(&bytes).await.map_err(|_| Close::Gone),
            AggregatedMessage::Pong(bytes) => {
                self.arrived(&bytes);
                Ok(())
            }
            AggregatedMessage::Text(_) => Ok(()),
            AggregatedMessage::Close(_) => Err(Close::Gone),
        }
    }

    /// Does what a client asks for, and says what came of it.
    async fn answer(&mut self, call: Call, stream: &LiveStream) -> Result<(), Close> {
        let Call { id, is_publish, .. } = call;
        let showing = Showing { api: &self.api, guest: &self.guest, origin: &self.device.origin };
        let caller = Caller { showing, device: &self.device.name, own: &self.own, stream };
        let answer = calls::answer(&caller, &mut self.inbox, call).await;
        let now = self.api.clock.now();
        let frame = match (answer, is_publish) {
            (Answer::Nothing, _) => return Ok(()),
            (Answer::Published(at, uid), true) => frame::published(id, at, 0, &uid),
            (Answer::Published(..), false) => frame::answered(id, now, 0, &[]),
            (Answer::Pulled(body, until), _) => {
                self.write(frame::answered(id, now, 0, &body)).await?;
                return self.ask_for(until).await;
            }
            (Answer::Found(_), true) => frame::published(id, now, 0, ""),
            (Answer::Found(body), false) => frame::answered(id, now, 0, &body),
            (Answer::Refused(code), true) => frame::published(id, now, code.0, ""),
            (Answer::Refused(code), false) => frame::answered(id, now, code.0, &[]),
        };
        self.write(frame).await
    }

    /// Asks whether everything up to a position has arrived: whoever has it is not woken for it.
    async fn ask_for(&mut self, position: Position) -> Result<(), Close> {
        self.session.ping(&position.0.to_be_bytes()).await.map_err(|_| Close::Gone)
    }

    /// The client's answer to that.
    fn arrived(&self, said: &[u8]) {
        let Ok(position) = said.try_into().map(i64::from_be_bytes) else { return };
        let cursor = Cursor { position: Position(position), ..self.api.streams.follower.head() };
        self.api.acks.acknowledge(self.guest.viewer.user.id, &cursor);
    }

    async fn step(&mut self, step: Result<Step, StoreError>, stream: &mut LiveStream) -> Result<(), Close> {
        let failed = match step {
            Ok(Step::Replaced) => return Err(Close::Farewell(farewell::KICKED)),
            Ok(Step::Check) => return self.look_again(stream).await,
            Ok(Step::Reset(cursor)) => return self.tell(news::begin_anew(cursor.position)).await,
            Ok(Step::News(news)) => match self.told(&news).await {
                Ok(told) => {
                    for one in told {
                        self.tell(one).await?;
                    }
                    return Ok(());
                }
                // What it is told of it finds when it pulls.
                Err(error) => {
                    self.tell(news::begin_anew(news.cursor.position)).await?;
                    error
                }
            },
            Err(error) => error,
        };
        tracing::warn!(error = %failed, "a connection of the gateway waits for the database");
        sleep(PAUSE).await;
        Ok(())
    }

    async fn told(&self, news: &News) -> Result<Vec<Told>, StoreError> {
        let showing = Showing { api: &self.api, guest: &self.guest, origin: &self.device.origin };
        news::told(&showing, news).await
    }

    async fn tell(&mut self, (topic, body): Told) -> Result<(), Close> {
        let name = self.guest.viewer.user.username.clone();
        let now = self.api.clock.now();
        self.write(frame::publish(topic, name.as_str(), now, &body)).await
    }

    /// Whether what the guest was let in by still holds.
    async fn look_again(&mut self, stream: &mut LiveStream) -> Result<(), Close> {
        loop {
            match self.api.passes.look_again(&self.guest.pass).await {
                Ok(guest) => {
                    stream.owned_by(guest.owner(self.api.clock.now()));
                    self.guest = Rc::new(guest);
                    return Ok(());
                }
                Err(PassRefusal::Store(error)) => {
                    tracing::warn!(%error, "whether a connection of the gateway may go on can't be read; it waits");
                    sleep(PAUSE).await;
                }
                Err(PassRefusal::Banned | PassRefusal::Session(SessionRefusal::UserDisabled)) => {
                    return Err(Close::Farewell(farewell::BANNED));
                }
                Err(PassRefusal::Session(_)) => return Err(Close::Farewell(farewell::GONE)),
                Err(PassRefusal::DeviceUnknown | PassRefusal::Ticket) => {
                    return Err(Close::Farewell(farewell::TOKEN_ENDED));
                }
            }
        }
    }

    /// Writes a frame. What a client has not read yet is bounded: beyond that it is waited for.
    async fn write(&mut self, frame: Bytes) -> Result<(), Close> {
        self.unconfirmed += frame.len();
        let written = timeout(SLOW, self.session.binary(frame)).await;
        written.map_err(|_| Close::Gone)?.map_err(|_| Close::Gone)?;
        if self.unconfirmed > UNCONFIRMED { self.settle().await } else { Ok(()) }
    }

    /// Waits until everything has arrived. What the client asks for meanwhile waits too, and is bounded.
    async fn settle(&mut self) -> Result<(), Close> {
        self.session.ping(ARRIVED).await.map_err(|_| Close::Gone)?;
        let until = Instant::now() + SLOW;
        loop {
            let frame = tokio::time::timeout_at(until, self.frames.recv()).await.map_err(|_| Close::Gone)?;
            match frame.ok_or(Close::Gone)?.map_err(|_| Close::Gone)? {
                AggregatedMessage::Pong(bytes) if &*bytes == ARRIVED => {
                    self.unconfirmed = 0;
                    return Ok(());
                }
                AggregatedMessage::Binary(bytes) => {
                    let waiting: usize = self.waiting.iter().map(Bytes::len).sum();
                    if self.waiting.len() >= WAITING || waiting + bytes.len() > WAITING_BYTES {
                        return Err(Close::Gone);
                    }
                    self.waiting.push_back(bytes);
                }
                AggregatedMessage::Ping(bytes) => self.session.pong(&bytes).await.map_err(|_| Close::Gone)?,
                AggregatedMessage::Close(_) => return Err(Close::Gone),
                AggregatedMessage::Pong(bytes) => self.arrived(&bytes),
                AggregatedMessage::Text(_) => {}
            }
        }
    }
}

/// The next frame, those that had to wait first.
async fn next(
    waiting: &mut VecDeque<Bytes>,
    frames: &mut AggregatedMessageStream,
) -> Result<AggregatedMessage, Close> {
    if let Some(bytes) = waiting.pop_front() {
        return Ok(AggregatedMessage::Binary(bytes));
    }
    frames.recv().await.ok_or(Close::Gone)?.map_err(|_| Close::Gone)
}
