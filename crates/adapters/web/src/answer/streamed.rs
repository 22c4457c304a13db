//! A body that is made while it is read: piece by piece over a bounded channel, and broken off unless it was finished.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use actix_web::web::Bytes;
use futures_core::Stream;
use thiserror::Error;
use tokio::sync::mpsc;
use tokio::time::timeout;

/// Parts that wait to be read.
const WAITING: usize = 4;
/// Bytes of a part at most, so that a reader who is only slow is not taken for one that stalls.
const PART: usize = 64 * 1024;
/// How long a reader may take for a part.
const PATIENCE: Duration = Duration::from_secs(30);

/// Why nothing more can be read or written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum BrokenOff {
    /// Who made it did not come to its end.
    #[error("the body broke off")]
    Unfinished,
    /// Who reads has gone, or takes nothing any more.
    #[error("the reader has gone or stalled")]
    Reader,
}

/// Where the pieces go in. Dropped before it is finished, it makes the body break off.
pub struct BodySender(mpsc::Sender<Option<Bytes>>);

/// The body.
pub struct StreamedBody {
    pieces: mpsc::Receiver<Option<Bytes>>,
    is_over: bool,
}

/// Both ends of a body.
pub fn streamed_body() -> (BodySender, StreamedBody) {
    let (sender, pieces) = mpsc::channel(WAITING);
    (BodySender(sender), StreamedBody { pieces, is_over: false })
}

impl BodySender {
    /// Adds a piece, part by part, once there is room for it.
    pub async fn send(&self, piece: Vec<u8>) -> Result<(), BrokenOff> {
        let mut rest = Bytes::from(piece);
        while !rest.is_empty() {
            let part = rest.split_to(rest.len().min(PART));
            self.pass(Some(part)).await?;
        }
        Ok(())
    }

    /// That was all.
    pub async fn finish(self) -> Result<(), BrokenOff> {
        self.pass(None).await
    }

    async fn pass(&self, piece: Option<Bytes>) -> Result<(), BrokenOff> {
        let sent = timeout(PATIENCE, self.0.send(piece)).await;
        sent.map_err(|_| BrokenOff::Reader)?.map_err(|_| BrokenOff::Reader)
    }
}

impl Stream for StreamedBody {
    type Item = Result<Bytes, BrokenOff>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.is_over {
            return Poll::Ready(None);
        }
        let piece = ready!(self.pieces.poll_recv(context));
        self.is_over = !matches!(piece, Some(Some(_)));
        Poll::Ready(match piece {
            Some(piece) => piece.map(Ok),
            None => Some(Err(BrokenOff::Unfinished)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::poll_fn;

    async fn next(body: &mut StreamedBody) -> Option<Result<Bytes, BrokenOff>> {
        poll_fn(|context| Pin::new(&mut *body).poll_next(context)).await
    }

    #[tokio::test]
    async fn what_is_finished_ends_and_what_is_not_breaks_off() {
        for finish in [true, false] {
            let (sender, mut body) = streamed_body();
            sender.send(b"a".to_vec()).await.unwrap();
            sender.send(Vec::new()).await.unwrap();
            if finish {
                sender.finish().await.unwrap();
            } else {
                drop(sender);
            }
            assert_eq!(next(&mut body).await, Some(Ok(Bytes::from_static(b"a"))));
            let end = if finish { None } else { Some(Err(BrokenOff::Unfinished)) };
            assert_eq!(next(&mut body).await, end);
            assert_eq!(next(&mut body).await, None);
        }
    }

    #[tokio::test]
    async fn a_large_piece_comes_in_parts_and_whole() {
        let (sender, mut body) = streamed_body();
        let piece: Vec<u8> = (0..=250).cycle().take(2 * PART + 7).collect();
        let sent = piece.clone();
        tokio::spawn(async move {
            sender.send(sent).await.unwrap();
            sender.finish().await.unwrap();
        });
        let mut parts = Vec::new();
        while let Some(part) = next(&mut body).await {
            parts.push(part.unwrap());
        }
        assert_eq!(parts.iter().map(Bytes::len).collect::<Vec<_>>(), [PART, PART, 7]);
        assert_eq!(parts.concat(), piece);
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_for_ever_for_a_reader_that_stalls() {
        let (sender, mut body) = streamed_body();
        for _ in 0..WAITING {
            sender.send(b"a".to_vec()).await.unwrap();
        }
        assert_eq!(sender.send(b"a".to_vec()).await, Err(BrokenOff::Reader));
        assert!(next(&mut body).await.is_some());
        sender.send(b"a".to_vec()).await.unwrap();
        drop(body);
        assert_eq!(sender.send(b"a".to_vec()).await, Err(BrokenOff::Reader));
    }
}
