//! Origins of pages that may call from a browser: compared letter by letter with what browsers send.

use url::{Origin, Url};

use super::{ConfigError, refused};

const KEY: &str = "server.cors_origins";

/// Refuses what no browser ever sends, and names what it sends.
pub(super) fn check(origin: &str) -> Result<(), ConfigError> {
    if origin == "*" {
        return Ok(());
    }
    let expected = match sent(origin) {
        Some(sent) if sent == origin => return Ok(()),
        Some(sent) => format!("must hold origins as browsers send them, here {sent}"),
        None => {
            "must hold origins such as https://app.example or http://localhost:3000, or * for all".to_owned()
        }
    };
    // A name and a password have no place here, least of all in an error.
    let shown = if origin.contains('@') { "(hidden)".to_owned() } else { format!("{origin:?}") };
    Err(refused(KEY, expected, shown))
}

/// The origin as a browser sends it, as far as it can be told what is meant.
fn sent(origin: &str) -> Option<String> {
    let text = origin.trim();
    if text.contains('*') {
        return None;
    }
    let whole = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    let url = Url::parse(&whole).ok()?;
    let host = url.host_str().filter(|host| !host.is_empty())?;
    Some(match url.origin() {
        origin @ Origin::Tuple(..) => origin.ascii_serialization(),
        // Those of apps: capacitor://localhost, tauri://localhost.
        Origin::Opaque(_) => {
            let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
            format!("{}://{host}{port}", url.scheme())
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_browsers_send_is_taken() {
        for right in [
            "*",
            "https://app.example",
            "http://localhost:3000",
            "http://127.0.0.1:8080",
            "http://[::1]:3000",
            "capacitor://localhost",
            "chrome-extension://abcdefghijklmnop",
        ] {
            assert!(check(right).is_ok(), "{right}");
        }
    }

    #[test]
    fn what_no_browser_sends_is_refused_with_what_it_sends() {
        for (wrong, right) in [
            ("app.example", "https://app.example"),
            ("localhost:3000", "https://localhost:3000"),
            ("https://app.example/", "https://app.example"),
            ("https://app.example/chat", "https://app.example"),
            ("https://app.example?x=1", "https://app.example"),
            ("https://App.Example", "https://app.example"),
            ("https://app.example:443", "https://app.example"),
            ("http://app.example:80/", "http://app.example"),
            (" https://app.example", "https://app.example"),
            ("https://bücher.example", "https://xn--bcher-kva.example"),
            ("https://me:hunter2@app.example", "https://app.example"),
            ("", "such as https://app.example"),
            ("https://", "such as https://app.example"),
            ("https://*.app.example", "such as https://app.example"),
        ] {
            let error = check(wrong).unwrap_err().to_string();
            assert!(error.contains(right) && error.contains(KEY), "{wrong}: {error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
    }
}
