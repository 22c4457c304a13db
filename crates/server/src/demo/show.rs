//! What the demo shows: a message through each dialect, and both in one conversation.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sixin_application::conversations::ports::{Conversations, KeptMessage};
use sixin_application::ports::Clock;
use sixin_application::users::ports::Users;
use sixin_domain::access::app_key::Secret;
use sixin_domain::conversation::pair::Pair;
use sixin_domain::user::User;
use sixin_domain::user::username::{UserRef, Username};
use sixin_storage::Database;

use super::{Credentials, DemoError};
use crate::output::say;
use crate::signed_request::{FresnsCaller, SignedRequest, fresns_list, fresns_request, rongcloud_request};
use crate::system::SystemClock;

/// Sends, prints, and looks at the store.
pub(super) async fn run(
    database: &Database,
    credentials: &Credentials,
    url: &str,
    dir: &Path,
) -> Result<(), DemoError> {
    let (Some(alice), Some(bob)) = (credentials.rongcloud_sender(), credentials.fresns_sender()) else {
        return Err(DemoError::Setup("the demo's users are missing".to_owned()));
    };
    let now = SystemClock.now();
    let key = &credentials.rongcloud;
    let secret = Secret::new(key.secret.as_str());
    let publish =
        |text: &str| rongcloud_request(&key.app_id, &secret, &alice.username, &bob.username, text, now);
    let caller = FresnsCaller {
        app_id: credentials.fresns.app_id.clone(),
        secret: Secret::new(credentials.fresns.secret.as_str()),
        platform: credentials.platform,
        aid: credentials.aid.clone(),
        uid: bob.uid,
        token: bob.token.clone(),
    };
    let send = |text: &str| fresns_request(&caller, &alice.username, text, now);

    say(format_args!("1. A back end publishes for {} (RongCloud dialect)\n", alice.username));
    call(url, publish("Hello Bob, this is Alice's back end"), "\"code\":200").await?;
    say(format_args!("2. {} answers from his app (Fresns dialect)\n", bob.username));
    call(url, send("Hello Alice, Bob here"), "\"code\":0").await?;
    say("3. Both stand in one conversation\n");
    show_conversation(database, &alice.username, &bob.username).await?;
    say(format_args!(
        "\nTry it yourself in another terminal. A back end publishes:\n\n{}\n",
        publish("Hello again").curl(url)
    ));
    say(format_args!(
        "A user sends (its signature holds for five minutes):\n\n{}\n",
        send("Hello again").curl(url)
    ));
    say(format_args!(
        "And reads what has come (for five minutes too):\n\n{}\n",
        fresns_list(&caller, now).curl(url)
    ));
    say("Freshly signed lines:  cargo run -- curl fresns    cargo run -- curl rongcloud");
    if dir != Path::new("var") {
        say(format_args!("(with --dir {})", dir.display()));
    }
    Ok(())
}

/// Sends a request over HTTP and prints both sides of it.
async fn call(url: &str, request: SignedRequest, accepted: &str) -> Result<(), DemoError> {
    say(format_args!("POST {url}{}", request.path));
    for (name, value) in &request.headers {
        say(format_args!("{name}: {value}"));
    }
    say(format_args!("\n{}\n", request.body));
    let address = format!("{url}{}", request.path);
    let sent = actix_web::rt::task::spawn_blocking(move || send(&address, &request)).await;
    let (status, body) = sent.map_err(|error| DemoError::Call(error.to_string()))??;
    say(format_args!("HTTP {status}\n{body}\n"));
    if body.contains(accepted) { Ok(()) } else { Err(DemoError::Refused(body)) }
}

fn send(address: &str, request: &SignedRequest) -> Result<(u16, String), DemoError> {
    let failed = |error: ureq::Error| DemoError::Call(error.to_string());
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(20)));
    let mut call = ureq::Agent::new_with_config(config.build()).post(address);
    for (name, value) in &request.headers {
        call = call.header(*name, value);
    }
    let mut answer = call.send(request.body.as_bytes()).map_err(failed)?;
    let body = answer.body_mut().read_to_string().map_err(failed)?;
    Ok((answer.status().as_u16(), body))
}

async fn show_conversation(database: &Database, one: &str, other: &str) -> Result<(), DemoError> {
    let (one, other) = (user(database, one).await?, user(database, other).await?);
    let pair = Pair::of(one.id, other.id).ok_or_else(|| DemoError::Setup("two users are one".to_owned()))?;
    let messages = database.last(pair, 2).await?;
    let is_one = messages.windows(2).all(|two| matches!(two, [a, b] if a.conversation == b.conversation));
    if messages.len() != 2 || !is_one {
        return Err(DemoError::Refused("the messages are not in one conversation".to_owned()));
    }
    for message in &messages {
        say(format_args!("{}", line(message, if message.sender == one.id { &one } else { &other })));
    }
    Ok(())
}

fn line(message: &KeptMessage, sender: &User) -> String {
    format!(
        "conversation {}  seq {}  {:<6}  {}",
        message.conversation,
        message.seq,
        sender.username.as_str(),
        message.text.as_deref().unwrap_or_default()
    )
}

async fn user(database: &Database, name: &str) -> Result<Arc<User>, DemoError> {
    let username = Username::new(name).map_err(|error| DemoError::Setup(error.to_string()))?;
    let found = Users::find(database, &UserRef::Username(username)).await?;
    found.ok_or_else(|| DemoError::Setup(format!("{name} is missing")))
}
