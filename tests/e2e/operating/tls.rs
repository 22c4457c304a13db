//! A server that speaks TLS itself.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rcgen::date_time_ymd;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use serde_json::Value;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use crate::authority::{Authority, named};
use crate::calls::{Headers, form};
use crate::database::TestDatabase;
use crate::live::streams::Who;
use crate::site::{PATIENCE, Site};

/// A site over TLS with a certificate of an authority.
struct Secured {
    authority: Authority,
    files: (String, String),
    /// The certificate that it has begun with.
    first: Vec<u8>,
    site: Site,
}

impl Secured {
    fn new(more: &[(&str, &str)]) -> Self {
        let authority = Authority::new();
        let file = |name: &str| authority.folder.path().join(name).to_str().unwrap().to_owned();
        let files = (file("server.pem"), file("server.key"));
        let first = authority.issue(&named("localhost"), (&files.0, &files.1));
        let settings = [
            &[("SIXIN__SERVER__TLS__CERTIFICATE_FILE", files.0.as_str())],
            &[("SIXIN__SERVER__TLS__KEY_FILE", files.1.as_str())],
            more,
        ]
        .concat();
        let site = Site::on(TestDatabase::sqlite(), &settings);
        Self { authority, files, first, site }
    }

    /// Where it is, under the name in its certificate.
    fn url(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.port())
    }

    fn port(&self) -> u16 {
        self.site.server.url.rsplit_once(':').unwrap().1.parse().unwrap()
    }

    /// A client that believes nobody but the authority.
    fn agent(&self) -> ureq::Agent {
        let roots = vec![Certificate::from_der(self.authority.der()).to_owned()];
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::Specific(Arc::new(roots)))
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .build();
        let config = ureq::Agent::config_builder().http_status_as_error(false).tls_config(tls);
        ureq::Agent::new_with_config(
            config.timeout_global(Some(PATIENCE)).max_redirects(0).max_idle_connections(0).build(),
        )
    }

    fn get(&self, path: &str) -> (u16, String) {
        let mut answer = self.agent().get(self.url(path)).call().unwrap();
        (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap())
    }

    fn post(&self, path: &str, headers: &Headers, body: &[u8]) -> Value {
        let mut call = self.agent().post(self.url(path));
        for (name, value) in headers {
            call = call.header(name, value);
        }
        serde_json::from_str(&call.send(body).unwrap().body_mut().read_to_string().unwrap()).unwrap()
    }

    fn publish(&self, text: &str) {
        let content = crate::calls::text_content(text);
        let fields = [("fromUserId", "alice"), ("toUserId", "bob"), ("objectName", "RC:TxtMsg")];
        let body = form(&[&fields[..], &[("content", content.as_str())]].concat());
        assert_eq!(self.post(crate::calls::PUBLISH, &self.site.back_end(), &body)["code"], 200);
    }

    /// A connection of its own.
    fn connect(&self) -> StreamOwned<ClientConnection, TcpStream> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from(self.authority.der().to_vec())).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from("localhost").unwrap();
        let socket = TcpStream::connect(("127.0.0.1", self.port())).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        StreamOwned::new(ClientConnection::new(Arc::new(config), name).unwrap(), socket)
    }

    /// The certificate that somebody who comes now is shown.
    fn shown(&self) -> Vec<u8> {
        let mut stream = self.connect();
        stream.write_all(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        stream.conn.peer_certificates().unwrap()[0].to_vec()
    }

    /// Opens the live stream of a user, and reads its head.
    fn follow(&self, who: &Who) -> StreamOwned<ClientConnection, TcpStream> {
        let mut stream = self.connect();
        let mut head = "GET /live/events HTTP/1.1\r\nHost: localhost\r\n".to_owned();
        for (name, value) in who.headers(&self.site) {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        stream.write_all(format!("{head}\r\n").as_bytes()).unwrap();
        until(&mut stream, "\r\n\r\n");
        stream
    }

    /// Sends SIGHUP, and waits until it has been heard so many times.
    fn hang_up(&self, outcome: &str, times: u64) {
        self.site.server.signal("-HUP");
        let metric = format!("sixin_reloads_total{{outcome=\"{outcome}\"}}");
        let begun = Instant::now();
        while self.site.server.metric(&metric) < times {
            assert!(begun.elapsed() < PATIENCE, "{}", self.site.server.log());
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

/// Reads until a text has come.
fn until(stream: &mut impl Read, text: &str) -> String {
    let mut read = Vec::new();
    let mut some = [0; 1024];
    while !String::from_utf8_lossy(&read).contains(text) {
        let count = stream.read(&mut some).unwrap();
        assert!(count > 0, "no {text}: {}", String::from_utf8_lossy(&read));
        read.extend_from_slice(&some[..count]);
    }
    String::from_utf8_lossy(&read).into_owned()
}

/// A WebSocket of a device is told of a message.
fn follow_over_a_socket(secured: &Secured, token: &str) {
    let address = format!("wss://localhost:{}/live/ws", secured.port());
    let mut request = tungstenite::client::IntoClientRequest::into_client_request(address).unwrap();
    request.headers_mut().insert("Authorization", format!("Bearer {token}").parse().unwrap());
    request.headers_mut().insert("Sec-WebSocket-Protocol", "sixin.v1".parse().unwrap());
    let (mut socket, _) = tungstenite::client(request, secured.connect()).unwrap();
    socket.send(tungstenite::Message::text("{\"t\":\"since\"}")).unwrap();
    // It has begun once it shows that it is alive.
    socket.read().unwrap();
    secured.publish("to the socket");
    while !socket.read().unwrap().to_text().is_ok_and(|text| text.contains("to the socket")) {}
}

#[test]
fn over_tls_all_is_served_and_what_it_says_of_itself_is_https() {
    let secured = Secured::new(&[("SIXIN__CONSOLE__ADDRESS", "127.0.0.1:0")]);
    let (site, server) = (&secured.site, &secured.site.server);
    secured.publish("over TLS");
    let mut device = site.back_end();
    let token = secured.post("/user/getToken.json", &device, &form(&[("userId", "bob"), ("name", "bob")]));
    let token = token["token"].as_str().unwrap().to_owned();
    device.retain(|(name, _)| name == "Content-Type");
    device.push(("RC-AppKey".to_owned(), site.rong.id.clone()));
    let told = secured.post("/v2/navi.json", &device, &form(&[("token", &token)]));
    assert_eq!(told["serverAddr"][0]["protocol"], 6, "{told}");
    assert_eq!(told["streamServer"]["addrs"][0]["addr"], secured.url(""), "{told}");
    let served = server.log_with(&["sixin serves"]);
    let line: Value =
        serde_json::from_str(served.lines().find(|line| line.contains("sixin serves")).unwrap()).unwrap();
    let console = line["console"].as_str().unwrap().rsplit_once(':').unwrap().1.to_owned();
    let page = format!("https://localhost:{console}/console/sign-in");
    let answer = secured.agent().get(&page).call().unwrap();
    let cookie = answer.headers().get("set-cookie").unwrap().to_str().unwrap().to_owned();
    assert!(cookie.contains("; Secure"), "{cookie}");
    follow_over_a_socket(&secured, &token);
    let output = crate::site::command(&site.database.url())
        .env("SIXIN__SERVER__LISTEN", format!("127.0.0.1:{}", secured.port()))
        .env("SIXIN__SERVER__TLS__CERTIFICATE_FILE", &secured.files.0)
        .env("SIXIN__SERVER__TLS__KEY_FILE", &secured.files.1)
        .arg("health")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let ends = server.metric("sixin_tls_certificate_end_seconds");
    assert!(ends > 1_800_000_000, "{ends}");
}

#[test]
fn a_renewed_certificate_is_shown_after_sighup_while_an_open_stream_goes_on_and_a_broken_one_is_not() {
    let secured = Secured::new(&[]);
    let server = &secured.site.server;
    let mut stream = secured.follow(&Who::app(&secured.site.bob));
    assert_eq!(secured.shown(), secured.first);
    let second = secured.authority.issue(&named("localhost"), (&secured.files.0, &secured.files.1));
    assert_eq!(secured.shown(), secured.first, "nobody has said that there is another");
    secured.hang_up("done", 1);
    assert_eq!(secured.shown(), second);
    secured.publish("after the renewal");
    until(&mut stream, "after the renewal");
    let mut expired = named("localhost");
    (expired.not_before, expired.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2021, 1, 1));
    let (certificate, key) = (secured.files.0.as_str(), secured.files.1.as_str());
    let wrong: [(&dyn Fn(), &str); 4] = [
        (&|| drop(secured.authority.issue(&expired, (certificate, key))), "has expired"),
        (
            &|| drop(secured.authority.issue(&named("localhost"), (certificate, "/dev/null"))),
            "is not that of",
        ),
        (&|| std::fs::write(certificate, "nothing").unwrap(), "holds no certificate"),
        (&|| std::fs::remove_file(certificate).unwrap(), "can't be read"),
    ];
    for (count, (spoil, why)) in (1..).zip(wrong) {
        spoil();
        secured.hang_up("refused", count);
        server.log_with(&["nothing was reloaded", why]);
        assert_eq!(secured.shown(), second, "{why}");
    }
    secured.publish("after the refusals");
    until(&mut stream, "after the refusals");
    let third = secured.authority.issue(&named("localhost"), (certificate, key));
    secured.hang_up("done", 2);
    assert_eq!(secured.shown(), third);
}

#[test]
fn whoever_comes_without_tls_is_told_so_at_once_and_whoever_dawdles_is_left() {
    let secured = Secured::new(&[("SIXIN__SERVER__HEAD_TIMEOUT_SECONDS", "1")]);
    let server = &secured.site.server;
    let connect = || {
        let socket = TcpStream::connect(("127.0.0.1", secured.port())).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        socket
    };
    let (mut plain, begun) = (connect(), Instant::now());
    plain.write_all(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    let mut answer = String::new();
    // An end by reset is one too.
    let _ = plain.read_to_string(&mut answer);
    assert!(answer.starts_with("HTTP/1.1 400 ") && answer.contains("This port speaks TLS"), "{answer}");
    assert!(begun.elapsed() < Duration::from_millis(900), "{:?}", begun.elapsed());
    for begin in [&b""[..], b"\x16\x03\x01\x02\x00"] {
        let (mut slow, begun) = (connect(), Instant::now());
        slow.write_all(begin).unwrap();
        assert_eq!(slow.read(&mut [0; 16]).unwrap_or(0), 0);
        let took = begun.elapsed();
        assert!(took > Duration::from_millis(900) && took < PATIENCE, "{took:?}");
    }
    let mut garbage = connect();
    garbage.write_all(&[0x16; 64]).unwrap();
    let _ = garbage.read_to_end(&mut Vec::new());
    for (why, count) in [("plain", 1), ("late", 2), ("failed", 1)] {
        assert_eq!(server.metric(&format!("sixin_tls_refused_total{{why=\"{why}\"}}")), count, "{why}");
    }
    assert_eq!(secured.get("/health").0, 200);
}

#[test]
fn with_a_certificate_that_clients_would_refuse_a_server_does_not_start_and_says_why() {
    let (authority, database) = (Authority::new(), TestDatabase::sqlite());
    crate::site::sixin(&database.url(), &["migrate"]);
    let file = |name: &str| authority.folder.path().join(name).to_str().unwrap().to_owned();
    let (good, key) = (file("good.pem"), file("good.key"));
    authority.issue(&named("localhost"), (&good, &key));
    let (expired, expired_key) = (file("expired.pem"), file("expired.key"));
    let mut params = named("localhost");
    (params.not_before, params.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2021, 1, 1));
    authority.issue(&params, (&expired, &expired_key));
    for (certificate, key, why) in [
        (&good, &expired_key, "is not that of the first certificate"),
        (&expired, &expired_key, "has expired"),
        (&file("none.pem"), &key, "can't be read"),
        (&good, &String::new(), "server.tls.key_file must be given"),
    ] {
        for command in ["serve", "check-config"] {
            let output = crate::site::command(&database.url())
                .env("SIXIN__SERVER__LISTEN", "127.0.0.1:0")
                .env("SIXIN__METRICS__LISTEN", "")
                .env("SIXIN__SERVER__TLS__CERTIFICATE_FILE", certificate)
                .env("SIXIN__SERVER__TLS__KEY_FILE", key)
                .arg(command)
                .output()
                .unwrap();
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(!output.status.success(), "{command}: {why}");
            assert!(said.contains("server.tls") && said.contains(why), "{command}: not {why}: {said}");
        }
    }
}
