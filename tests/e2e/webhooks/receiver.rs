//! A receiver of the tests' own, which does what a test wants it to.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::database::TestDatabase;
use crate::site::{PATIENCE, Site};

/// What is done with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reply {
    Status(u16),
    /// With `Retry-After`.
    Later(u16, u64),
    /// After so many milliseconds.
    Slowly(u64),
    /// 302 to another path of this receiver.
    Elsewhere,
    /// It was taken in, but the answer never arrives: the connection is cut.
    Cut,
    /// Nothing, for as long as the test lasts.
    Hang,
    /// 200 with this body.
    Says(&'static str),
    /// 200 with a body that comes a byte at a time and never ends.
    Drips,
}

/// A request that came.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
    pub(crate) bytes: Vec<u8>,
    pub(crate) reply: Reply,
    /// In what it is not as it is described, if it is told in Standard Webhooks.
    misfit: Option<String>,
}

impl Received {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", self.body))
    }

    /// The text of the message it is about.
    pub(crate) fn text(&self) -> String {
        self.json()["data"]["text"].as_str().unwrap_or_default().to_owned()
    }

    /// Whether the receiver has it now, even if the server does not know.
    pub(crate) fn is_taken(&self) -> bool {
        matches!(self.reply, Reply::Status(200..=299) | Reply::Slowly(_) | Reply::Cut)
    }
}

/// A connection.
pub(super) trait Talk: Read + Write {}
impl<T: Read + Write> Talk for T {}

type Decide = dyn Fn(&Received, usize) -> Reply + Send + Sync;

/// A receiver on an address of this machine.
pub(crate) struct Receiver {
    pub(crate) url: String,
    received: Arc<Mutex<Vec<Received>>>,
    is_dead: Arc<AtomicBool>,
}

impl Receiver {
    /// One that takes everything.
    pub(crate) fn willing() -> Self {
        Self::start(|_, _| Reply::Status(200))
    }

    /// One that decides about each request; it is told how many came before.
    pub(crate) fn start(decide: impl Fn(&Received, usize) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        Self::on(listener, url, |stream| Box::new(stream), decide)
    }

    /// One that listens there under that address, and talks over what `open` makes of a connection.
    pub(super) fn on(
        listener: TcpListener,
        url: String,
        open: impl Fn(TcpStream) -> Box<dyn Talk> + Send + Sync + Clone + 'static,
        decide: impl Fn(&Received, usize) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let (received, is_dead) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let (kept, dead, decide): (_, _, Arc<Decide>) =
            (Arc::clone(&received), Arc::clone(&is_dead), Arc::new(decide));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (kept, dead, decide) = (Arc::clone(&kept), Arc::clone(&dead), Arc::clone(&decide));
                let open = open.clone();
                std::thread::spawn(move || serve(open(stream), &kept, &dead, &*decide));
            }
        });
        Self { url, received, is_dead }
    }

    /// From now on it cuts every connection at once, or no longer.
    pub(crate) fn dies(&self, is_dead: bool) {
        self.is_dead.store(is_dead, Ordering::SeqCst);
    }

    /// What came. What is told in Standard Webhooks must be as it is described.
    #[track_caller]
    pub(crate) fn received(&self) -> Vec<Received> {
        let received = self.received.lock().unwrap().clone();
        let misfits: Vec<&String> = received.iter().filter_map(|one| one.misfit.as_ref()).collect();
        assert!(misfits.is_empty(), "{misfits:?}");
        received
    }

    /// What it has taken.
    pub(crate) fn taken(&self) -> Vec<Received> {
        self.received().into_iter().filter(Received::is_taken).collect()
    }

    /// Texts it has taken, each once, in the order in which they came first.
    pub(crate) fn texts(&self) -> Vec<String> {
        let mut texts: Vec<String> = Vec::new();
        for received in self.taken() {
            let text = received.text();
            if !texts.contains(&text) {
                texts.push(text);
            }
        }
        texts
    }

    /// Waits until what came satisfies a test.
    #[track_caller]
    pub(crate) fn until(&self, site: &Site, what: &str, is_there: impl Fn(&Self) -> bool) {
        let begun = Instant::now();
        while !is_there(self) {
            assert!(
                begun.elapsed() < PATIENCE,
                "{what}: {} came, {:?}\n{}",
                self.received().len(),
                self.texts(),
                site.server.log()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits until it has all of these texts.
    #[track_caller]
    pub(crate) fn until_texts(&self, site: &Site, texts: &[String]) {
        self.until(site, "not all have come", |receiver| {
            let found = receiver.texts();
            texts.iter().all(|text| found.contains(text))
        });
    }
}

fn serve(stream: Box<dyn Talk>, kept: &Mutex<Vec<Received>>, dead: &AtomicBool, decide: &Decide) {
    let mut reader = BufReader::new(stream);
    while !dead.load(Ordering::SeqCst)
        && let Some(mut received) = read(&mut reader)
    {
        if dead.load(Ordering::SeqCst) {
            return;
        }
        let reply = {
            let mut kept = kept.lock().unwrap();
            received.reply = decide(&received, kept.len());
            kept.push(received.clone());
            received.reply
        };
        let mut body = "ok";
        let (status, more) = match reply {
            Reply::Status(status) => (status, String::new()),
            Reply::Later(status, seconds) => (status, format!("retry-after: {seconds}\r\n")),
            Reply::Slowly(ms) => {
                std::thread::sleep(Duration::from_millis(ms));
                (200, String::new())
            }
            Reply::Elsewhere => (302, "location: /elsewhere\r\n".to_owned()),
            Reply::Cut => return,
            Reply::Says(said) => {
                body = said;
                (200, String::new())
            }
            Reply::Drips => return drip(reader.get_mut()),
            Reply::Hang => {
                std::thread::sleep(PATIENCE);
                return;
            }
        };
        let answer = format!("HTTP/1.1 {status} x\r\n{more}content-length: {}\r\n\r\n{body}", body.len());
        let writer = reader.get_mut();
        if writer.write_all(answer.as_bytes()).and_then(|()| writer.flush()).is_err() {
            return;
        }
    }
}

fn drip(writer: &mut dyn Talk) {
    let head = "HTTP/1.1 200 x\r\ncontent-length: 100000\r\n\r\n";
    for byte in head.bytes().chain(std::iter::repeat(b' ')) {
        if writer.write_all(&[byte]).is_err() {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn read(reader: &mut BufReader<Box<dyn Talk>>) -> Option<Received> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let target = line.split(' ').nth(1)?.to_owned();
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.push((name.to_ascii_lowercase(), value.to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length")?.1.parse().ok()?;
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let mut received = Received {
        target,
        headers,
        body: String::from_utf8_lossy(&body).into_owned(),
        bytes: body,
        reply: Reply::Hang,
        misfit: None,
    };
    if !received.header("webhook-id").is_empty() {
        received.misfit = super::described::misfit(&received.json()).err();
    }
    Some(received)
}

/// What lets a server connect to this machine, and try again soon.
pub(crate) const HERE: &[(&str, &str)] =
    &[("SIXIN__WEBHOOKS__ALLOW", "127.0.0.0/8"), ("SIXIN__WEBHOOKS__RETRY_SECONDS", "1,1,2,2,2,2,2,2,2,2")];

/// Runs a test on sites that may connect to this machine.
pub(crate) fn on_each(test: fn(&Site)) {
    test(&Site::on(TestDatabase::sqlite(), HERE));
    if let Some(database) = TestDatabase::mysql() {
        test(&Site::on(database, HERE));
    }
}

impl Site {
    /// Runs `sixin webhook` where this machine may be connected to.
    pub(crate) fn webhook(&self, arguments: &[&str]) -> Value {
        self.try_webhook(arguments, "").unwrap()
    }

    /// The same; what it says if it fails.
    pub(crate) fn try_webhook(&self, arguments: &[&str], input: &str) -> Result<Value, String> {
        self.try_here("webhook", arguments, input, &[])
    }

    /// The same, with more in its environment.
    pub(super) fn try_webhook_with(
        &self,
        arguments: &[&str],
        input: &str,
        more: &[(&str, &str)],
    ) -> Result<Value, String> {
        self.try_here("webhook", arguments, input, more)
    }

    /// Runs a command where this machine may be connected to, with more in its environment; the last line of what it says.
    pub(crate) fn try_here(
        &self,
        name: &str,
        arguments: &[&str],
        input: &str,
        more: &[(&str, &str)],
    ) -> Result<Value, String> {
        use std::process::Stdio;
        let mut command = crate::site::command(&self.database.url());
        command.envs(HERE.iter().copied()).envs(more.iter().copied()).args(["--json", name]).args(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        if !output.status.success() {
            return Err(text(&output.stderr));
        }
        let out = text(&output.stdout);
        Ok(out.lines().last().map_or(Value::Null, |line| serde_json::from_str(line).unwrap()))
    }

    /// What is listed of each webhook.
    pub(super) fn webhook_rows(&self) -> Vec<Value> {
        let mut command = crate::site::command(&self.database.url());
        let output = command.args(["--json", "webhook", "list"]).output().unwrap();
        let out = String::from_utf8(output.stdout).unwrap();
        out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Has a receiver told, and answers the number of the webhook and its secret.
    pub(crate) fn told(&self, receiver: &Receiver, more: &[&str]) -> (String, String) {
        let mut arguments = vec!["add", receiver.url.as_str()];
        arguments.extend(more);
        let added = self.webhook(&arguments);
        let secret = added["secret"].as_str().unwrap_or_default().to_owned();
        (added["id"].to_string(), secret)
    }

    /// Publishes texts `name 0`, `name 1`, … from one to another and answers them.
    pub(crate) fn publish_texts(&self, (from, to): (&str, &str), count: usize) -> Vec<String> {
        let texts: Vec<String> = (0..count).map(|number| format!("{from}-{to} {number}")).collect();
        for text in &texts {
            self.publish_text(from, to, text).is(200, 200);
        }
        texts
    }
}

/// Whether texts of one conversation stand in the order in which they were sent.
pub(crate) fn in_order(found: &[String], sent: &[String]) -> bool {
    let of_it: Vec<&String> = found.iter().filter(|text| sent.contains(text)).collect();
    of_it == sent.iter().collect::<Vec<_>>()
}
