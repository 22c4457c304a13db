//! Users of XMPP: a few fixed stanzas over TCP. A message is acknowledged by stream management (XEP-0198), which says that the
//! server has handled it, and so has archived it.

use std::net::Ipv4Addr;
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::BytesMut;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::{Mutex, Notify};

use super::users::{Acknowledged, Heard, Protocol, User};

pub(super) const HOST: &str = "localhost";
const HEADER: &str = "<stream:stream to='localhost' xmlns='jabber:client' \
     xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>";
const PATIENCE: Duration = Duration::from_secs(30);
/// More than a stanza of ours has.
const MOST: usize = 64 * 1024;

/// Name and password of a user; they are the same.
pub(super) fn name(place: usize) -> String {
    format!("user{place}")
}

pub(super) struct Xmpp;

pub(super) struct XmppUser {
    writer: Mutex<OwnedWriteHalf>,
    acknowledged: Acknowledged,
}

impl Protocol for Xmpp {
    type User = XmppUser;

    async fn connect(&self, port: u16, place: usize, heard: &Rc<Heard>) -> Result<XmppUser> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
        stream.set_nodelay(true)?;
        let (reader, writer) = stream.into_split();
        let mut begin = Begin { reader, writer, read: BytesMut::new() };
        let name = name(place);
        begin.exchange(HEADER, "</stream:features>").await?;
        let secret = STANDARD.encode(format!("\0{name}\0{name}"));
        let sign_in =
            format!("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{secret}</auth>");
        begin.exchange(&sign_in, "<success").await?;
        begin.exchange(HEADER, "</stream:features>").await?;
        let bind = "<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>r</resource></bind></iq>";
        begin.exchange(bind, "</iq>").await?;
        begin.exchange("<enable xmlns='urn:xmpp:sm:3'/>", "<enabled").await?;
        begin.exchange("<presence/>", "<presence").await?;
        let acknowledged = Rc::new(Notify::new());
        let (heard, theirs) = (Rc::clone(heard), Rc::clone(&acknowledged));
        tokio::task::spawn_local(async move { drop(read(begin.reader, &heard, &theirs).await) });
        Ok(XmppUser { writer: Mutex::new(begin.writer), acknowledged })
    }
}

impl User for XmppUser {
    async fn send(&self, to: usize, text: &str) -> Result<()> {
        let to = name(to);
        let stanza = format!(
            "<message to='{to}@{HOST}' type='chat'><body>{text}</body></message><r xmlns='urn:xmpp:sm:3'/>"
        );
        self.writer.lock().await.write_all(stanza.as_bytes()).await?;
        tokio::time::timeout(PATIENCE, self.acknowledged.notified()).await.context("no acknowledgement")
    }
}

/// A connection that begins, in which each side waits for the other.
struct Begin {
    reader: OwnedReadHalf,
    writer: OwnedWriteHalf,
    read: BytesMut,
}

impl Begin {
    async fn exchange(&mut self, says: &str, until: &str) -> Result<()> {
        self.writer.write_all(says.as_bytes()).await?;
        self.read.clear();
        while !String::from_utf8_lossy(&self.read).contains(until) {
            let read = tokio::time::timeout(PATIENCE, self.reader.read_buf(&mut self.read)).await??;
            if read == 0 || self.read.len() > MOST {
                bail!("{}", String::from_utf8_lossy(&self.read));
            }
        }
        Ok(())
    }
}

/// Reads what comes until the connection ends. Stanzas end with `>`, which our texts do not have.
async fn read(mut reader: OwnedReadHalf, heard: &Heard, acknowledged: &Notify) -> Result<()> {
    let mut gathered = BytesMut::new();
    while reader.read_buf(&mut gathered).await? > 0 {
        while let Some(end) = gathered.iter().position(|byte| *byte == b'>') {
            let tag = gathered.split_to(end + 1);
            if tag.ends_with(b"</body>") {
                heard.note(&String::from_utf8_lossy(&tag));
            } else if tag.starts_with(b"<a ") {
                acknowledged.notify_one();
            }
        }
    }
    Ok(())
}
