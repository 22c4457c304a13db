//! What is said of receivers and their secrets, whether they are told or asked.

use serde_json::{Value, json};
use sixin_domain::access::app_key::Secret;
use sixin_domain::webhook::receiver_url::ReceiverUrl;

use super::Output;

/// One that is new, and its secret, this once.
pub(super) struct NewReceiver<'a> {
    pub(super) id: i64,
    pub(super) kind: &'static str,
    pub(super) url: &'a ReceiverUrl,
    pub(super) app_id: Option<&'a str>,
    pub(super) secret: &'a Secret,
}

impl NewReceiver<'_> {
    pub(super) fn print(&self, out: Output) {
        let Self { id, kind, url, app_id, secret } = self;
        let url = url.shown();
        let signs = match app_id {
            Some(app_id) => format!("signs:   with the secret of app key {app_id}"),
            None => format!("secret:  {}\n(the secret is not shown again)", secret.reveal()),
        };
        out.line(&format!("id:      {id}\nkind:    {kind}\nurl:     {url}\n{signs}"), || {
            let secret = if app_id.is_some() { Value::Null } else { secret.reveal().into() };
            json!({ "id": id, "kind": kind, "url": url, "app_key": app_id, "secret": secret })
        });
    }
}

/// A fresh secret, this once.
pub(super) fn print_rotated(out: Output, id: i64, secret: &Secret, overlap_hours: i64) {
    let text =
        format!("new secret: {}\nthe former one signs too for {overlap_hours} more hours", secret.reveal());
    out.line(&text, || json!({ "id": id, "secret": secret.reveal() }));
}
