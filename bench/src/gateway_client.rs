//! A client of the gateway: as much of the protocol as it takes to send, to be told and to pull (docs/client-sdk.md#frames).

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use bytes::{BufMut, Bytes, BytesMut};
use futures_util::{SinkExt, StreamExt};
use prost::Message as _;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::population::Population;

/// How often a client says that it is there, as the SDK does.
pub(crate) const PING_EVERY: Duration = Duration::from_secs(15);

const CONNACK: u8 = 2;
const PUBLISH: u8 = 3;
const PUBACK: u8 = 4;
const QUERY: u8 = 5;
const QUERYACK: u8 = 6;
const PING: &[u8] = &[0xC0];
/// Asks for an acknowledgement.
const ACKNOWLEDGED: u8 = 2;
/// Bits of a message that is kept and counted.
const USUAL: i32 = 3;

/// A connection.
pub(crate) struct Client {
    stream: WebSocketStream<TcpStream>,
    /// Whether it was told that there is something to pull.
    is_told: bool,
    number: u16,
}

/// What was pulled.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Pulled {
    #[prost(message, repeated, tag = "1")]
    pub(crate) list: Vec<Down>,
    /// Where to go on.
    #[prost(int64, required, tag = "2")]
    pub(crate) until: i64,
    #[prost(bool, required, tag = "3")]
    pub(crate) is_last: bool,
}

/// A message.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Down {
    #[prost(string, required, tag = "5")]
    pub(crate) content: String,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Up {
    #[prost(int32, required, tag = "1")]
    bits: i32,
    #[prost(string, required, tag = "2")]
    class_name: String,
    #[prost(string, required, tag = "3")]
    content: String,
}

#[derive(Clone, PartialEq, prost::Message)]
struct After {
    #[prost(int64, required, tag = "1")]
    position: i64,
}

/// Where somebody is let in.
pub(crate) fn path(population: &Population, place: usize) -> Result<String> {
    let (key, person) = (&population.rongcloud.app_id, population.person(place)?);
    Ok(format!("/websocket?appId={key}&token={}&deviceId=bench&protocolVer=3", person.device_token()))
}

impl Client {
    /// Lets somebody in. Only those whose devices have tokens.
    pub(crate) async fn enter(address: SocketAddr, population: &Population, place: usize) -> Result<Self> {
        let tcp = TcpStream::connect(address).await?;
        tcp.set_nodelay(true)?;
        let url = format!("ws://{address}{}", path(population, place)?);
        let (stream, _) = client_async(url, tcp).await?;
        let mut client = Self { stream, is_told: false, number: 0 };
        let accepted = client.packet().await?;
        ensure!(accepted.get(..3) == Some(&[CONNACK << 4, 0, 0]), "not let in: {accepted:?}");
        Ok(client)
    }

    /// Waits until there is something to pull.
    pub(crate) async fn told(&mut self) -> Result<()> {
        while !std::mem::take(&mut self.is_told) {
            self.packet().await?;
        }
        Ok(())
    }

    /// Says that it is there.
    pub(crate) async fn ping(&mut self) -> Result<()> {
        Ok(self.stream.send(Message::Binary(Bytes::from_static(PING))).await?)
    }

    /// What came after a position: one page.
    pub(crate) async fn pull(&mut self, after: i64) -> Result<Pulled> {
        self.is_told = false;
        let id = self.call(QUERY << 4, "pullMsg", "", &After { position: after }.encode_to_vec()).await?;
        let packet = self.answer(QUERYACK, id).await?;
        // Kind, id and time of the answer, then its status.
        let (status, body) =
            packet.get(7..).and_then(|rest| rest.split_first_chunk::<2>()).context("a status")?;
        ensure!(*status == [0, 0], "pulling was refused: {status:?}");
        Ok(Pulled::decode(body)?)
    }

    /// Sends a text; answers the UID of its message.
    pub(crate) async fn send(&mut self, to: &str, text: &str) -> Result<String> {
        let content = serde_json::json!({ "content": text }).to_string();
        let up = Up { bits: USUAL, class_name: "RC:TxtMsg".to_owned(), content };
        let id = self.call(PUBLISH << 4 | ACKNOWLEDGED, "ppMsgP", to, &up.encode_to_vec()).await?;
        let packet = self.answer(PUBACK, id).await?;
        // Kind, id and seconds, then status, milliseconds, and the UID behind its length.
        let (status, rest) =
            packet.get(7..).and_then(|rest| rest.split_first_chunk::<2>()).context("a status")?;
        ensure!(*status == [0, 0], "refused with {}", u16::from_be_bytes(*status));
        Ok(String::from_utf8(rest.get(4..).context("a UID")?.to_vec())?)
    }

    async fn call(&mut self, first: u8, topic: &str, target: &str, body: &[u8]) -> Result<u16> {
        self.number = self.number.wrapping_add(1).max(1);
        let mut frame = BytesMut::with_capacity(16 + topic.len() + target.len() + body.len());
        frame.put_u8(first);
        for text in [topic, target] {
            frame.put_u16(u16::try_from(text.len())?);
            frame.put_slice(text.as_bytes());
        }
        frame.put_u16(self.number);
        frame.put_slice(body);
        self.stream.send(Message::Binary(frame.freeze())).await?;
        Ok(self.number)
    }

    async fn answer(&mut self, kind: u8, id: u16) -> Result<Bytes> {
        loop {
            let packet = self.packet().await?;
            if packet.first().is_some_and(|first| first >> 4 == kind)
                && packet.get(1..3) == Some(&id.to_be_bytes())
            {
                return Ok(packet);
            }
        }
    }

    /// The next packet; what tells that there is something to pull is noted.
    async fn packet(&mut self) -> Result<Bytes> {
        loop {
            match self.stream.next().await.context("the server has closed")?? {
                Message::Binary(packet) => {
                    self.is_told |= packet.first().is_some_and(|first| first >> 4 == PUBLISH);
                    return Ok(packet);
                }
                Message::Close(_) => bail!("the server has closed"),
                // The library answers pings.
                _ => {}
            }
        }
    }
}
