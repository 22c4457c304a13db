//! Frames of clients of the gateway: whatever they say, the server answers or closes, and goes on.
//!
//! The server runs in this process, so that the fuzzer sees what a frame reaches, a panic anywhere ends it, and memory that grows
//! without bound does too.
#![no_main]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use libfuzzer_sys::fuzz_target;
use sixin_application::access::ports::{Signatures, SignedParts};
use sixin_domain::access::app_key::Secret;
use sixin_signature::HttpSignatures;
use tungstenite::stream::MaybeTlsStream;
use tungstenite::{Message, WebSocket};

/// How long the server may take to be there, and to answer.
const PATIENCE: Duration = Duration::from_secs(20);
/// Below it, the first byte says that the rest is a frame as it stands; else it chooses a topic.
const RAW: u8 = 16;
const TOPICS: [&str; 49] = [
    "ppMsgP", "ppMsgS", "recallMsg", "updRTime", "pullMsg", "qryPMsg", "qryMsg", "modifyMsg", "pullModifyMsg", "delMsg",
    "cleanPMsg", "cleanMsgBatch", "qryRelationR", "qryRLBatch", "qryRelationFilter", "delRelationBatch", "setSeAtt",
    "pullSeAtts", "setTypeUnpush", "pullUS", "addUnpush", "qryUnpush", "delUnpush", "pullEventChange", "readReceipt",
    "qryReceiptBatch", "qryReceipt", "updUserSub", "pullUserSub", "pullSubData", "qrySubData", "qAppBot", "reportsdk",
    "delRelation", "pullSe", "addSeTag", "delSeTag", "addTag", "delTag", "qnTkn", "qnUrl", "pullOwnProfile",
    "pullUserProfile", "updUserProfile", "qProfilePermiss", "updProfilePermiss", "ppMsgG", "qryUProfile", "",
];
const TARGETS: [&[u8]; 8] =
    [b"bob", b"alice", b"", b"nobody", b"rongcloudsystem", b"\xED\xA0\xBD\xED\xB8\x80", &[b'x'; 300], b"\0\n%"];

type Socket = WebSocket<MaybeTlsStream<TcpStream>>;

/// Where the server is, and what alice is known by.
static SITE: LazyLock<Site> = LazyLock::new(Site::start);
static SOCKET: Mutex<Option<Socket>> = Mutex::new(None);

struct Site {
    address: SocketAddr,
    key: String,
    token: String,
}

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run cargo xtask fuzz"))
}

impl Site {
    fn start() -> Self {
        let address: SocketAddr = variable("SIXIN__SERVER__LISTEN").parse().expect("an address");
        let key = variable("SIXIN_FUZZ_KEY");
        let secret = Secret::new(variable("SIXIN_FUZZ_SECRET"));
        std::thread::spawn(|| {
            let _ = sixin::serve_with(|apis| apis);
            panic!("the server has stopped");
        });
        let begun = Instant::now();
        while TcpStream::connect(address).is_err() {
            assert!(begun.elapsed() < PATIENCE, "the server does not listen");
            std::thread::sleep(Duration::from_millis(50));
        }
        let site = Self { address, token: String::new(), key };
        let _ = site.token_of("bob", &secret);
        let token = site.token_of("alice", &secret);
        Self { token, ..site }
    }

    fn token_of(&self, user: &str, secret: &Secret) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a time").as_millis();
        let parts = SignedParts::NonceAndTime { nonce: format!("{user}{now}"), timestamp: now.to_string() };
        let signature = HttpSignatures.sign(&parts, secret);
        let body = format!("userId={user}&name={user}");
        let request = format!(
            "POST /user/getToken.json HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nApp-Key: {}\r\nNonce: {user}{now}\r\n\
             Timestamp: {now}\r\nSignature: {signature}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             Content-Length: {}\r\n\r\n{body}",
            self.key,
            body.len()
        );
        let mut stream = TcpStream::connect(self.address).expect("a connection");
        stream.write_all(request.as_bytes()).expect("a request");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        let (_, body) = answer.split_once("\r\n\r\n").expect("a body");
        let body: serde_json::Value = serde_json::from_str(body.trim()).unwrap_or_else(|_| panic!("{answer}"));
        body["token"].as_str().unwrap_or_else(|| panic!("{body}")).to_owned()
    }

    fn enter(&self) -> Socket {
        let (address, key, token) = (self.address, &self.key, self.token.replace('+', "%2B"));
        let url = format!("ws://{address}/websocket?appId={key}&token={token}&deviceId=f&protocolVer=3");
        let begun = Instant::now();
        loop {
            // Whoever comes too often is told to come back later, or closed before it is let in.
            match tungstenite::connect(&url) {
                Ok((mut socket, _)) => {
                    if let MaybeTlsStream::Plain(stream) = socket.get_ref() {
                        stream.set_read_timeout(Some(PATIENCE)).expect("a time limit");
                        stream.set_nodelay(true).expect("no delay");
                    }
                    if let Some(accepted) = next(&mut socket) {
                        assert_eq!(accepted[..3], [0x20, 0, 0], "let in");
                        return socket;
                    }
                    assert!(begun.elapsed() < PATIENCE, "nobody is let in");
                }
                Err(error) => assert!(begun.elapsed() < PATIENCE, "{error}"),
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

/// The next packet; nothing if the server has closed.
fn next(socket: &mut Socket) -> Option<Vec<u8>> {
    loop {
        match socket.read() {
            Ok(Message::Binary(packet)) => return Some(packet.to_vec()),
            Ok(Message::Close(_)) => return None,
            Err(tungstenite::Error::Io(error))
                if matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) =>
            {
                panic!("the server neither answers nor closes")
            }
            Err(_) => return None,
            Ok(_) => {}
        }
    }
}

fn frame(data: &[u8]) -> Option<Vec<u8>> {
    let (&mode, rest) = data.split_first()?;
    if mode < RAW {
        return Some(rest.to_vec());
    }
    let (&place, body) = rest.split_first()?;
    let topic = TOPICS[usize::from(mode - RAW) % TOPICS.len()].as_bytes();
    let target = TARGETS[usize::from(place) % TARGETS.len()];
    let is_publish = ["ppMsgP", "ppMsgS", "recallMsg"].iter().any(|name| name.as_bytes() == topic);
    let kind = if is_publish != (place >= 128) { 0x32 } else { 0x50 };
    let mut frame = vec![kind];
    for text in [topic, target] {
        frame.extend_from_slice(&u16::try_from(text.len()).ok()?.to_be_bytes());
        frame.extend_from_slice(text);
    }
    frame.extend_from_slice(&[0, 7]);
    frame.extend_from_slice(body);
    Some(frame)
}

fuzz_target!(|data: &[u8]| {
    let Some(frame) = frame(data) else { return };
    let mut kept = SOCKET.lock().unwrap_or_else(PoisonError::into_inner);
    let mut socket = kept.take().unwrap_or_else(|| SITE.enter());
    // What is said to a connection that has just ended is lost.
    let is_said = socket.send(Message::Binary(frame.into())).and_then(|()| socket.send(Message::Binary(vec![0xC0].into())));
    while is_said.is_ok() {
        match next(&mut socket) {
            None => return,
            Some(packet) if packet == [0xD0] => break,
            Some(packet) => {
                // Whatever is answered is a packet of a kind that clients know.
                assert!(matches!(packet.first().map(|first| first >> 4), Some(3 | 4 | 6 | 13 | 14)), "{packet:?}");
            }
        }
    }
    if is_said.is_ok() {
        *kept = Some(socket);
    }
});
