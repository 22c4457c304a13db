//! Services of the tests' own, which answer what a test wants.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use sixin_application::push::ports::Served;
use sixin_domain::id::UserId;
use sixin_domain::push::{
    DeviceKeys, DeviceSpec, Push, PushDevice, PushExtension, PushPlatform, PushToken, Words,
};
use sixin_domain::time::Millis;
use sixin_domain::webhook::address::AddressPolicy;
use sixin_outgoing::Client;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Keys that open nothing.
pub(crate) const EC_PEM: &str = "-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgosuz1L+SlLy6sCM+
2g9tgWvdddA4BQFrqo/sAVWteDOhRANCAASToDDppY/Krg1V99vP3rUAQRbJwtCo
p2uo7n/H+Q268uXGoIRX9GAAfcsMMTSdXYFJFRMjBqlsA1UdN6YEUX60
-----END PRIVATE KEY-----";
pub(crate) const RSA_PEM: &str = "-----BEGIN PRIVATE KEY-----
MIIEvwIBADANBgkqhkiG9w0BAQEFAASCBKkwggSlAgEAAoIBAQDXP05PBJyd5pVA
Q9vUYuAV1EVMwIU5xWWYNdR7eE1e4a1fpI7kmMsq1CK3+sFWPILw7MwTw4/XJW7A
Xg/Qzyw3m5HG6fFRaHaAhHmodW1vtw2B5oitVJjDSnS7BeGSJ3ZZtLRZhKSDh8IP
AnpRlTD4WzNXPOtwDYD/RJXSTEPQsPZxD2Ny+kZkGZFqR24LiHDRODLKNBrU19IP
Jc0CUHaWofIchpNcdxxNZUS+5CXHB4fVGue/7zxCVCH6B/PdDPuWtAXbIKGF7KHZ
iTTI6tyEWTKs1xmfJ7pPNB6gLDOomjMA5v/eLfSH0NKgttVCR7qnQ8LXwOcjDaVp
WjJcIRC9AgMBAAECggEADvih62W9uE8xHbQv68N+JJE2yhIwnLEPJ5lu5bDwvg23
r7RUFVr58/OnVTaau0h1hGkOqhKVxE11OOoR8uBwtI7HLUJY/OQ61yY1CV40NhX8
WYb9sK32piFdTHjUlK7WpiynHVGC2Sct0eTGjzrE74agY+FNMDuwN5EUqU47//LT
sBk2IhJH7ohpu0NzMjLEeO5EOlZMmhSyznHGqcHv80+g6jv6UVdfNxm5Y7WgoVAQ
PL3puEyURKjtiQ/os5786p1WTfF4AEIol1hauGPuSSnL3fXUsrMtmn8vq2AV7GgO
iJlxqI/zjZbh4DP7auT15wxNbGL0a+KPDmvhe8PewQKBgQD2RwsuylBiJ7krTpA2
6EpEh0PfzvdRsyd1j66N4BEmtZdrJUsKdtwjeN3IwC0CKbRx1OEylRcqmrHkRvAH
nRFMQFWBrnWBGDMHq7p7iAuv++ePdZXO2s5KTINScChUDR549RZ+W1l86KpCP704
JGsXu65mPgfGVPnyenhDwUSJbQKBgQDfvqlEquMGlE4c7hpVDcEHEjhTeL8B6Fm6
6kBHHbiBP87j8Dy4d0kO5MNcnTgaVSgEYJbL5o3nnUU6RjqMyLvMwCSxoV1iagv/
q7kneV7Yh52XUsp0w6UbTPwLOYUjly3ClUwtKDVNBXhTqgLKDWKvYzHRc4f/h4Cn
g85WVdHikQKBgQC85DylhLMmtcUGfFmMY5oi+YSLsphq53hKaQu+8a71+63Jlm75
9bRe2KNzCEL9N7OY42hefY+pM8Fhjy8nB8durqFmt8KUY1UwevyrJuuf7RvsIonm
gFhdEFZg8nlcDjvjFkhMXhBDB8keyvh8iSJCr8bR0J3x9tdGrbx0a1X/+QKBgQCK
srRXXt+RCopJoMguBXKtIXxNMkKluhU1q1ThQOlJJfbokdnyN+/QDbuVQ9itajB+
VinkiC1bcMCjWTmeYCkaydl1S6SKB1cczKTgdXp4G8lzLt1V+Jn3DIgJpUSFRYgW
YVpxe8Ve0489vdwwyI9uTb1qK4YYvzTfovNbzaNoIQKBgQCKU2RiPL6lwKO+NTep
z1eVeBXXvXEmPtQre8EHdnQXhvXF8e7FARNoj0lgixtl9kZ6Dkarb7pSJWgKB00q
CBRZyw3huhOnj2F8/ZRVkAMvRUvcJdqx9CgAvIG6XcFMfQpJOvuY8eddHmiSWLKq
TdoYmpqRUladfMXv//xi/2S8GQ==
-----END PRIVATE KEY-----";

fn policy() -> AddressPolicy {
    AddressPolicy { allowed: vec!["127.0.0.1/32".parse().unwrap()] }
}

/// A client that may connect to this machine.
pub(crate) fn client() -> Client {
    Client::new(policy()).unwrap()
}

pub(crate) fn http2_client() -> Client {
    Client::of_http2(policy()).unwrap()
}

pub(crate) fn push() -> Push {
    Push {
        title: "Ann".into(),
        words: Words::Said("hello".into()),
        data: None,
        badge: Some(3),
        collapse: "c77".into(),
        expires: Millis(600_999),
        is_replacement: false,
        wakes_app: false,
        extension: PushExtension::default(),
    }
}

/// A device with the keys of RFC 8291.
pub(crate) fn device(token: &str) -> PushDevice {
    let keys = DeviceKeys::parse(
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "BTBZMqHH6r4Tts7J_aSIgg",
    );
    let spec = DeviceSpec {
        platform: PushPlatform::WebPush,
        token: PushToken::kept(token.to_owned()),
        keys: keys.ok(),
        app: String::new(),
        language: String::new(),
        hides_text: false,
    };
    PushDevice { id: 1, user: UserId(2), spec, created_at: Millis(0), seen_at: Millis(0) }
}

/// A request that came.
#[derive(Clone)]
pub(crate) struct Received {
    path: String,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Received {
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }
}

/// What is answered; nothing at all with status 0.
#[derive(Clone)]
pub(crate) struct Answer {
    status: u16,
    body: String,
    retry_after: Option<&'static str>,
}

impl Answer {
    pub(crate) fn of(status: u16, body: &str) -> Self {
        Self { status, body: body.to_owned(), retry_after: None }
    }
}

/// One that answers everything so.
pub(crate) fn answered(status: u16, body: &str) -> impl Fn(&Received) -> Answer + Send + Sync + 'static {
    let answer = Answer::of(status, body);
    move |_| answer.clone()
}

type Decide = dyn Fn(&Received) -> Answer + Send + Sync;

/// A service on this machine.
pub(crate) struct Server {
    pub(crate) url: String,
    received: Arc<Mutex<Vec<Received>>>,
}

impl Server {
    pub(crate) async fn start(decide: impl Fn(&Received) -> Answer + Send + Sync + 'static) -> Self {
        Self::of(decide, false).await
    }

    pub(crate) async fn http2(decide: impl Fn(&Received) -> Answer + Send + Sync + 'static) -> Self {
        Self::of(decide, true).await
    }

    async fn of(decide: impl Fn(&Received) -> Answer + Send + Sync + 'static, is_http2: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let received = Arc::new(Mutex::new(Vec::new()));
        let (kept, decide): (_, Arc<Decide>) = (Arc::clone(&received), Arc::new(decide));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (kept, decide) = (Arc::clone(&kept), Arc::clone(&decide));
                tokio::spawn(async move {
                    if is_http2 {
                        serve_http2(stream, kept, decide).await;
                    } else {
                        serve(stream, &kept, &*decide).await;
                    }
                });
            }
        });
        Self { url, received }
    }

    pub(crate) fn requests(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }
}

async fn serve(mut stream: TcpStream, kept: &Mutex<Vec<Received>>, decide: &Decide) -> Option<()> {
    let mut read = Vec::new();
    loop {
        let head = loop {
            if let Some(end) = read.windows(4).position(|part| part == b"\r\n\r\n") {
                break end + 4;
            }
            if stream.read_buf(&mut read).await.ok()? == 0 {
                return None;
            }
        };
        let text = String::from_utf8(read[..head].to_vec()).unwrap();
        let path = text.split(' ').nth(1)?.to_owned();
        let header = |line: &str| {
            line.split_once(": ").map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        };
        let headers: Vec<_> = text.lines().skip(1).filter_map(header).collect();
        let length = headers
            .iter()
            .find(|(name, _)| name == "content-length")
            .map_or(0, |(_, value)| value.parse().unwrap());
        while read.len() < head + length {
            stream.read_buf(&mut read).await.ok()?;
        }
        let request = Received { path, headers, body: read[head..head + length].to_vec() };
        read.drain(..head + length);
        let Answer { status, body, retry_after } = decide(&request);
        kept.lock().unwrap().push(request);
        if status == 0 {
            std::future::pending::<()>().await;
        }
        let more = retry_after.map(|after| format!("retry-after: {after}\r\n")).unwrap_or_default();
        let answer = format!("HTTP/1.1 {status} x\r\n{more}content-length: {}\r\n\r\n{body}", body.len());
        stream.write_all(answer.as_bytes()).await.ok()?;
    }
}

async fn serve_http2(stream: TcpStream, kept: Arc<Mutex<Vec<Received>>>, decide: Arc<Decide>) {
    let Ok(mut connection) = h2::server::handshake(stream).await else { return };
    // Bodies come only while the connection is asked for more requests.
    while let Some(Ok((request, answer))) = connection.accept().await {
        tokio::spawn(answer_http2(request, answer, Arc::clone(&kept), Arc::clone(&decide)));
    }
}

async fn answer_http2(
    request: http::Request<h2::RecvStream>,
    mut answer: h2::server::SendResponse<Bytes>,
    kept: Arc<Mutex<Vec<Received>>>,
    decide: Arc<Decide>,
) {
    let (head, mut stream) = request.into_parts();
    let mut body = Vec::new();
    while let Some(Ok(piece)) = stream.data().await {
        body.extend_from_slice(&piece);
    }
    let headers =
        head.headers.iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
    let request = Received { path: head.uri.path().to_owned(), headers: headers.collect(), body };
    let Answer { status, body, retry_after } = decide(&request);
    kept.lock().unwrap().push(request);
    if status == 0 {
        std::future::pending::<()>().await;
    }
    let mut response = http::Response::builder().status(status);
    if let Some(after) = retry_after {
        response = response.header("retry-after", after);
    }
    if let Ok(mut sending) = answer.send_response(response.body(()).unwrap(), false) {
        let _ = sending.send_data(Bytes::from(body), true);
    }
}

/// What every service means by its answers; status 0 stands for one that hangs.
const MEANINGS: [(u16, Option<&str>, Served); 10] = [
    (200, None, Served::Taken),
    (400, None, Served::Refused),
    (403, None, Served::Refused),
    (410, None, Served::Gone),
    (413, None, Served::Refused),
    (429, Some("7"), Served::Later { after_ms: Some(7_000) }),
    (429, None, Served::Later { after_ms: None }),
    (500, None, Served::Later { after_ms: None }),
    (503, Some("30"), Served::Later { after_ms: Some(30_000) }),
    (0, None, Served::Later { after_ms: None }),
];

async fn of_each<F: Future<Output = Served>>(
    is_http2: bool,
    beside: fn(&Received) -> Option<Answer>,
    send: impl Fn(String) -> F,
) {
    for (status, retry_after, expected) in MEANINGS {
        let answer = Answer { retry_after, ..Answer::of(status, "") };
        let decide = move |request: &Received| beside(request).unwrap_or(answer.clone());
        let server = Server::of(decide, is_http2).await;
        assert_eq!(send(server.url).await, expected, "{status} {retry_after:?}");
    }
    // Nobody is there.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    assert_eq!(send(url).await, Served::Later { after_ms: None });
}

/// Sends to services that answer whatever there is, and looks how that is understood.
pub(crate) async fn of_services<F: Future<Output = Served>>(send: impl Fn(String) -> F) {
    of_each(false, |_| None, send).await;
}

pub(crate) async fn of_http2_services<F: Future<Output = Served>>(send: impl Fn(String) -> F) {
    of_each(true, |_| None, send).await;
}

/// The same where some requests are answered by rule.
pub(crate) async fn of_services_beside<F: Future<Output = Served>>(
    beside: fn(&Received) -> Option<Answer>,
    send: impl Fn(String) -> F,
) {
    of_each(false, beside, send).await;
}
