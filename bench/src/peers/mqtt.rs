//! Users of MQTT: each has a topic of their own, and a session that the server remembers.

use std::rc::Rc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rumqttc::{AsyncClient, Event, EventLoop, MqttOptions, Packet, QoS};
use tokio::sync::Notify;

use super::users::{Acknowledged, Heard, Protocol, User};

const PATIENCE: Duration = Duration::from_secs(30);
/// Messages that wait in the client; one is on its way at a time.
const WAITING: usize = 16;

pub(super) struct Mqtt;

pub(super) struct MqttUser {
    client: AsyncClient,
    acknowledged: Acknowledged,
}

fn topic(place: usize) -> String {
    format!("users/{place}")
}

impl Protocol for Mqtt {
    type User = MqttUser;

    async fn connect(&self, port: u16, place: usize, heard: &Rc<Heard>) -> Result<MqttUser> {
        let mut options = MqttOptions::new(format!("user-{place}"), "127.0.0.1", port);
        options.set_clean_session(false).set_keep_alive(Duration::from_secs(600));
        let (client, mut events) = AsyncClient::new(options, WAITING);
        client.subscribe(topic(place), QoS::AtLeastOnce).await?;
        tokio::time::timeout(PATIENCE, subscribed(&mut events)).await.context("no answer")??;
        let acknowledged = Rc::new(Notify::new());
        let (heard, theirs) = (Rc::clone(heard), Rc::clone(&acknowledged));
        tokio::task::spawn_local(async move { read(events, &heard, &theirs).await });
        Ok(MqttUser { client, acknowledged })
    }
}

impl User for MqttUser {
    async fn send(&self, to: usize, text: &str) -> Result<()> {
        self.client.publish(topic(to), QoS::AtLeastOnce, false, text).await?;
        tokio::time::timeout(PATIENCE, self.acknowledged.notified()).await.context("no acknowledgement")
    }
}

async fn subscribed(events: &mut EventLoop) -> Result<()> {
    loop {
        match events.poll().await? {
            Event::Incoming(Packet::SubAck(_)) => return Ok(()),
            Event::Incoming(Packet::Disconnect) => bail!("the server has hung up"),
            _ => {}
        }
    }
}

/// Reads what comes until the connection ends; the library answers it.
async fn read(mut events: EventLoop, heard: &Heard, acknowledged: &Notify) {
    while let Ok(event) = events.poll().await {
        match event {
            Event::Incoming(Packet::PubAck(_)) => acknowledged.notify_one(),
            Event::Incoming(Packet::Publish(message)) => {
                heard.note(&String::from_utf8_lossy(&message.payload));
            }
            _ => {}
        }
    }
}
