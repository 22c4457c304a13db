//! Connections to MySQL over TLS to a server whose certificate is of an authority of one's own.

use std::cell::Cell;
use std::path::PathBuf;

use diesel::{ConnectionError, ConnectionResult};
use diesel_async::AsyncMysqlConnection;
use diesel_async::async_connection_wrapper::BlockOn;
use mysql_async::{Conn, Opts, OptsBuilder, SslOpts};

use super::mysql::{OwnRuntime, Wrapper};

/// The parameter of a URL that names the file with the authority's certificate. The driver knows its other parameters (`require_ssl` for
/// one), but none for this.
const AUTHORITY: &str = "ssl_ca";

thread_local! {
    /// A runtime with which a connection was made, until that takes it over.
    static MADE_WITH: Cell<Option<OwnRuntime>> = const { Cell::new(None) };
}

/// The runtime of the connection that is being made on this thread, if it has one already.
pub(super) fn made_with() -> Option<OwnRuntime> {
    MADE_WITH.take()
}

/// A URL without the parameter of ours, and what that says.
fn split(url: &str) -> (String, Option<PathBuf>) {
    let Some((place, query)) = url.split_once('?') else { return (url.to_owned(), None) };
    let mut authority = None;
    let of_the_driver: Vec<&str> = query
        .split('&')
        .filter(|pair| match pair.split_once('=') {
            Some((AUTHORITY, path)) => {
                authority = Some(PathBuf::from(path));
                false
            }
            _ => true,
        })
        .collect();
    (format!("{place}?{}", of_the_driver.join("&")), authority)
}

/// Connects where a URL names an authority; `None` where it does not.
pub(super) fn establish(url: &str) -> Option<ConnectionResult<Wrapper>> {
    let (url, authority) = split(url);
    let authority = authority?;
    Some(connect(&url, authority))
}

fn connect(url: &str, authority: PathBuf) -> ConnectionResult<Wrapper> {
    let bad = |error: &dyn std::fmt::Display| ConnectionError::BadConnection(error.to_string());
    // Without it the driver would say only that there is no such file, and not which.
    if let Err(error) = std::fs::metadata(&authority) {
        return Err(bad(&format!("{AUTHORITY}: {} can't be read: {error}", authority.display())));
    }
    let opts =
        Opts::from_url(url).map_err(|error| ConnectionError::InvalidConnectionUrl(error.to_string()))?;
    let tls = opts.ssl_opts().cloned().unwrap_or_default();
    let tls: SslOpts = tls.with_root_certs(vec![authority.into()]).with_disable_built_in_roots(true);
    // As diesel-async does itself.
    let opts = OptsBuilder::from_opts(opts).ssl_opts(tls).stmt_cache_size(0).client_found_rows(true);
    let runtime = OwnRuntime::get_runtime();
    let made = runtime.block_on(async {
        let conn = Conn::new(opts).await.map_err(|error| bad(&error))?;
        AsyncMysqlConnection::try_from(conn).await
    })?;
    // Its socket belongs to this runtime, and what wraps it asks for one.
    MADE_WITH.set(Some(runtime));
    Ok(Wrapper::from(made))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_authority_is_taken_out_of_a_url_and_the_rest_is_the_drivers() {
        for (url, rest, authority) in [
            ("mysql://u:p@h/d", "mysql://u:p@h/d", None),
            ("mysql://u:p@h/d?a=1&b=2", "mysql://u:p@h/d?a=1&b=2", None),
            ("mysql://u:p@h/d?ssl_ca=/etc/ca.pem&b=2", "mysql://u:p@h/d?b=2", Some("/etc/ca.pem")),
            ("mysql://u:p@h/d?a=1&ssl_ca=ca.pem&b=2", "mysql://u:p@h/d?a=1&b=2", Some("ca.pem")),
            ("mysql://u:ssl_ca=x@h/d", "mysql://u:ssl_ca=x@h/d", None),
        ] {
            assert_eq!(split(url), (rest.to_owned(), authority.map(PathBuf::from)), "{url}");
        }
    }
}
