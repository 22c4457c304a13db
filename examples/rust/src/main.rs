//! What a back end does: it publishes two messages, reads them back, and finds each once.

use std::collections::BTreeMap;
use std::error::Error;
use std::time::{SystemTime, UNIX_EPOCH};

use client::apis::configuration::Configuration;
use client::apis::rongcloud_api::{publish_private_message, query_private_messages};
use client::models::{RongCloudPublish, RongCloudQueryMessages, rong_cloud_publish, rong_cloud_query_messages};
use reqwest::header::{HeaderMap, HeaderValue};
use sha1::{Digest, Sha1};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// A setting that must be given.
fn setting(name: &str) -> Result<String> {
    std::env::var(name).map_err(|_| format!("{name} is not set").into())
}

/// Milliseconds since 1970.
fn now() -> Result<u64> {
    Ok(u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())?)
}

/// A client whose requests are signed with the present time: the hex SHA-1 of secret, nonce and time, concatenated.
fn signed() -> Result<Configuration> {
    let (timestamp, nonce) = (now()?.to_string(), SystemTime::now().duration_since(UNIX_EPOCH)?.as_nanos().to_string());
    let digest = Sha1::digest(format!("{}{nonce}{timestamp}", setting("SIXIN_APP_SECRET")?));
    let signature = digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let mut headers = HeaderMap::new();
    for (name, value) in [("App-Key", setting("SIXIN_APP_KEY")?), ("Nonce", nonce), ("Timestamp", timestamp), ("Signature", signature)] {
        headers.insert(name, HeaderValue::from_str(&value)?);
    }
    let client = reqwest::Client::builder().default_headers(headers).build()?;
    Ok(Configuration { base_path: setting("SIXIN_URL")?, client, ..Configuration::new() })
}

/// Publishes a text and returns the UID of its message.
async fn publish(from: &str, to: &str, text: &str) -> Result<String> {
    let content = serde_json::json!({"content": text}).to_string();
    let body = RongCloudPublish {
        is_include_sender: Some(rong_cloud_publish::IsIncludeSender::Variant1),
        ..RongCloudPublish::new(from.to_owned(), vec![to.to_owned()], "RC:TxtMsg".to_owned(), content)
    };
    let answer = publish_private_message(&signed()?, body, None, None).await?;
    Ok(answer.message_uids.first().ok_or("nobody got it")?.message_uid.clone())
}

/// What `user` sees of its conversation with `other`: texts by the UIDs of their messages.
async fn texts(user: &str, other: &str, since: i64) -> Result<BTreeMap<String, String>> {
    let wanted = RongCloudQueryMessages {
        page_size: Some(100),
        include_start: Some(rong_cloud_query_messages::IncludeStart::Variant1),
        ..RongCloudQueryMessages::new(since, since + 3_600_000, user.to_owned(), other.to_owned())
    };
    let answer = query_private_messages(&signed()?, wanted, None).await?;
    let text = |content: &str| -> Result<String> {
        let content: serde_json::Value = serde_json::from_str(content)?;
        Ok(content["content"].as_str().unwrap_or_default().to_owned())
    };
    answer.data.into_iter().map(|message| Ok((message.message_uid, text(&message.content)?))).collect()
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let (from, to) = (setting("SIXIN_FROM")?, setting("SIXIN_TO")?);
    // The clocks of two machines differ a little.
    let since = i64::try_from(now()?)? - 60_000;
    let mut published = BTreeMap::new();
    for text in ["first", "你好, second"] {
        published.insert(publish(&from, &to, text).await?, text.to_owned());
    }
    for (user, other) in [(&from, &to), (&to, &from)] {
        let seen = texts(user, other, since).await?;
        if seen != published {
            return Err(format!("{user} sees {seen:?}").into());
        }
    }
    println!("published");
    Ok(())
}
