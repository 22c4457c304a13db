//! A stream whose every head has its time, whose every write makes progress, and on which nothing is answered without a body.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use actix_web::http::StatusCode;
use sixin_application::ports::SecretSource;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

use super::Connection;
use super::plain_answer::{explanation, plain_answer, status_of};
use crate::request::id as request_id;

/// How long an answer may wait to be read without any progress.
const STALL: Duration = Duration::from_secs(30);

/// A connection's stream, below HTTP.
///
/// The framework times the first head only and answers what it can't parse with a status and nothing else. Both are mended here,
/// without a second parser: whether a head is due, and whether bytes that are written are an answer of ours, is known from the
/// requests above ([`Connection`]).
pub(crate) struct Guarded<S> {
    stream: S,
    connection: Arc<Connection>,
    secrets: Arc<dyn SecretSource>,
    head_timeout: Duration,
    /// Runs while a head is due; a connection begins with it.
    head: Option<Pin<Box<Sleep>>>,
    /// When the head that is due began to arrive.
    begun: Option<Instant>,
    /// Runs while nothing can be written.
    stall: Option<Pin<Box<Sleep>>>,
    /// How many answers of ours have been written to their end.
    written: u64,
    /// An answer of the stream's own, and how much of it is written.
    own: Option<(Vec<u8>, usize)>,
}

impl<S> Guarded<S> {
    pub(crate) fn new(
        stream: S,
        connection: Arc<Connection>,
        secrets: Arc<dyn SecretSource>,
        head_timeout: Duration,
    ) -> Self {
        Self {
            stream,
            connection,
            secrets,
            head_timeout,
            head: Some(Box::pin(sleep(head_timeout))),
            begun: None,
            stall: None,
            written: 0,
            own: None,
        }
    }

    /// The connection, for the requests on it.
    pub(crate) fn connection(&self) -> Arc<Connection> {
        Arc::clone(&self.connection)
    }

    /// What is read from and written to.
    pub(crate) fn stream(&self) -> &S {
        &self.stream
    }

    /// Waits for whoever does not read, but not for ever.
    fn in_time<T>(&mut self, context: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.stall = None;
            return written;
        }
        let stall = self.stall.get_or_insert_with(|| Box::pin(sleep(STALL)));
        ready!(stall.as_mut().poll(context));
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "nobody reads the answer")))
    }

    /// Whether the head that is due did not come in time.
    fn is_late(&mut self, context: &mut Context<'_>) -> bool {
        if self.connection.is_answering() || self.connection.answers() > self.written {
            (self.head, self.begun) = (None, None);
            return false;
        }
        self.head.as_mut().is_some_and(|timer| timer.as_mut().poll(context).is_ready())
    }

    /// Answers in the place of the framework, with a line in the log as for any request.
    fn answer(&mut self, status: StatusCode) {
        let id = request_id::fresh(&*self.secrets);
        let duration = self.begun.map_or(0, |begun| begun.elapsed().as_millis());
        tracing::info!(
            method = "-",
            path = "-",
            status = status.as_u16(),
            code = i64::from(status.as_u16()),
            duration_ms = u64::try_from(duration).unwrap_or(u64::MAX),
            request_id = id,
            client = %self.connection.peer,
            "request"
        );
        self.own = Some((plain_answer(status, explanation(status), &id), 0));
    }

    /// Whether the framework is about to answer on its own.
    fn is_foreign(&self, bytes: &[u8]) -> Option<StatusCode> {
        let is_ours = self.connection.is_answering() || self.connection.answers() > self.written;
        status_of(bytes).filter(|status| !is_ours && status.is_client_error())
    }
}

impl<S: AsyncWrite + Unpin> Guarded<S> {
    /// Writes, but not for ever to somebody who does not read.
    fn write(&mut self, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.in_time(context, written)
    }

    /// Writes what is left of the stream's own answer.
    fn write_own(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let Some((bytes, done)) = self.own.take() {
            let rest = bytes.get(done..).unwrap_or_default().to_vec();
            if rest.is_empty() {
                return Poll::Ready(Ok(()));
            }
            match self.write(context, &rest) {
                Poll::Ready(Ok(0)) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                Poll::Ready(Ok(more)) => self.own = Some((bytes, done + more)),
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => {
                    self.own = Some((bytes, done));
                    return Poll::Pending;
                }
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Guarded<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        let read = Pin::new(&mut this.stream).poll_read(context, buffer);
        if read.is_ready() && buffer.filled().len() > before && !this.connection.is_answering() {
            this.begun.get_or_insert_with(Instant::now);
            this.head.get_or_insert_with(|| Box::pin(sleep(this.head_timeout)));
        }
        if this.is_late(context) {
            if this.begun.is_some() && this.own.is_none() {
                this.answer(StatusCode::REQUEST_TIMEOUT);
            }
            // As if the client had gone: the framework shuts the stream down, which writes the answer first.
            buffer.set_filled(before);
            return Poll::Ready(Ok(()));
        }
        read
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Guarded<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if this.own.is_some() {
            return Poll::Ready(Ok(bytes.len()));
        }
        if let Some(status) = this.is_foreign(bytes) {
            this.answer(status);
            return Poll::Ready(Ok(bytes.len()));
        }
        this.write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.write_own(context))?;
        // Over TLS something may lie here that the socket did not take.
        let flushed = Pin::new(&mut this.stream).poll_flush(context);
        ready!(this.in_time(context, flushed))?;
        // Whatever was made of answers is written by now, also if requests that came behind them are under way.
        this.connection.is_read();
        if !this.connection.is_answering() {
            let answers = this.connection.answers();
            if answers > this.written {
                (this.written, this.head, this.begun) = (answers, None, None);
            }
        }
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.write_own(context))?;
        let ended = Pin::new(&mut this.stream).poll_shutdown(context);
        this.in_time(context, ended)
    }
}

impl<S> Drop for Guarded<S> {
    fn drop(&mut self) {
        // The requests above may hold the connection for a moment longer; the place is free now.
        self.connection.leave();
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use sixin_application::ports::MockSecretSource;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

    use super::*;
    use crate::connections::{ConnectionLimits, Connections};

    const HEAD: Duration = Duration::from_secs(5);

    /// A guarded stream, and the client's end, which takes so many bytes unread.
    fn guarded(unread: usize) -> (Guarded<DuplexStream>, DuplexStream) {
        let all = Arc::new(Connections::new(ConnectionLimits::default(), Vec::new()));
        let connection = Arc::new(all.admit(Ipv4Addr::LOCALHOST.into()).unwrap());
        let (stream, client) = duplex(unread);
        let mut secrets = MockSecretSource::new();
        secrets.expect_alphanumeric().returning(|length| "r".repeat(length));
        (Guarded::new(stream, connection, Arc::new(secrets), HEAD), client)
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_nobody_reads_is_cut_off_after_half_a_minute_without_progress() {
        let (mut stream, mut client) = guarded(16);
        let under_way = stream.connection().begin();
        let began = tokio::time::Instant::now();
        let writing =
            tokio::spawn(async move { stream.write_all(&[7; 1000]).await.map_err(|error| error.kind()) });
        // Whoever reads slowly makes progress.
        for _ in 0..3 {
            sleep(STALL - Duration::from_secs(1)).await;
            client.read_exact(&mut [0; 16]).await.unwrap();
        }
        assert_eq!(writing.await.unwrap(), Err(io::ErrorKind::TimedOut));
        assert_eq!(began.elapsed().as_secs(), 3 * (STALL.as_secs() - 1) + STALL.as_secs());
        drop(under_way);
    }

    #[tokio::test(start_paused = true)]
    async fn a_head_has_its_time_from_its_first_byte_on_and_a_body_has_not() {
        let (mut stream, mut client) = guarded(64);
        client.write_all(b"G").await.unwrap();
        assert_eq!(stream.read(&mut [0; 9]).await.unwrap(), 1);
        assert_eq!(stream.read(&mut [0; 9]).await.unwrap(), 0, "late");
        assert!(stream.own.is_some());
        let (mut stream, mut client) = guarded(64);
        let under_way = stream.connection().begin();
        sleep(HEAD * 3).await;
        client.write_all(b"body").await.unwrap();
        assert_eq!(stream.read(&mut [0; 9]).await.unwrap(), 4);
        // The next head is due once it begins, however long that takes.
        drop(under_way);
        stream.connection.answer(Ipv4Addr::LOCALHOST.into(), 1);
        stream.flush().await.unwrap();
        tokio::spawn(async move {
            sleep(HEAD * 3).await;
            client.write_all(b"G").await.unwrap();
            std::future::pending::<()>().await;
        });
        assert_eq!(stream.read(&mut [0; 9]).await.unwrap(), 1);
        assert_eq!(stream.read(&mut [0; 9]).await.unwrap(), 0, "late");
    }

    #[tokio::test]
    async fn what_is_written_no_longer_waits_although_the_next_request_is_under_way() {
        let (mut stream, _client) = guarded(4096);
        let client = Ipv4Addr::LOCALHOST.into();
        let most = ConnectionLimits::default().waiting_bytes;
        for _ in 0..3 {
            let under_way = stream.connection.begin();
            assert!(stream.connection.answer(client, most));
            stream.flush().await.unwrap();
            drop(under_way);
        }
    }

    #[tokio::test]
    async fn answers_of_ours_pass_and_those_of_the_framework_get_a_body() {
        for is_ours in [true, false] {
            let (mut stream, mut client) = guarded(4096);
            if is_ours {
                stream.connection.answer(Ipv4Addr::LOCALHOST.into(), 1);
            }
            stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n").await.unwrap();
            stream.flush().await.unwrap();
            drop(stream);
            let mut read = String::new();
            client.read_to_string(&mut read).await.unwrap();
            assert_eq!(read.ends_with("content-length: 0\r\n\r\n"), is_ours, "{read}");
            assert_eq!(read.contains("errorMessage"), !is_ours, "{read}");
        }
    }
}
