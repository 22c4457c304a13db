//! What a client does, from its first call on.

use serde_json::{Value, json};

use crate::calls::{Answer, try_call};
use crate::on_every_database;
use crate::site::{Person, Site};
use crate::upload::{FOR_BOB, fetch, form, png};

on_every_database!(a_client_walks_from_the_configuration_to_a_deleted_conversation_and_on);

/// `correct horse`
pub(crate) const PASSWORD: &str = "Y29ycmVjdCBob3JzZQ==";

/// What a call with these headers beside the signature is answered with.
fn call(
    site: &Site,
    (aid, uid, token): (&str, &str, &str),
    method: &str,
    path: &str,
    body: &Value,
) -> Answer {
    let present = |value: &'static str, text: &str| (value, (!text.is_empty()).then(|| text.to_owned()));
    let changes = [present("aid", aid), present("uid", uid), present("token", token)];
    let changes: Vec<_> = changes.iter().map(|(name, value)| (*name, value.as_deref())).collect();
    let headers = site.user_headers(&site.alice, &changes);
    try_call(method, &site.url(&format!("/api/v2/{path}")), &headers, body.to_string().as_bytes()).unwrap()
}

fn data(answer: &Answer) -> Value {
    answer.is(200, 0).body["data"].clone()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// Makes a user whose account can sign in, and signs the account in: its aid, its token, and the user's number.
pub(crate) fn account(site: &Site, name: &str) -> (String, String, Value) {
    create(site, name);
    login(site, name)
}

/// Makes a user who can sign in.
pub(crate) fn create(site: &Site, name: &str) {
    let email = format!("{name}@example.org");
    site.sixin_with_input(&["user", "create", name, "--email", &email, "--password", "-"], "correct horse");
}

/// Signs the account of a user in: its id and token, and the uid of the user.
fn login(site: &Site, name: &str) -> (String, String, Value) {
    let email = format!("{name}@example.org");
    let login = json!({"type": "email", "account": email, "password": PASSWORD});
    let account = data(&call(site, ("", "", ""), "POST", "account/login", &login));
    let (aid, token) = (text(&account["detail"]["aid"]), text(&account["sessionToken"]["token"]));
    (aid.to_owned(), token.to_owned(), account["detail"]["users"][0]["uid"].clone())
}

/// Makes a user and signs it in, to the account first: the token of the account, and the user.
pub(crate) fn signed_in(site: &Site, name: &str) -> (String, Person) {
    create(site, name);
    sign_in_again(site, name)
}

/// Signs a user in that is there.
pub(crate) fn sign_in_again(site: &Site, name: &str) -> (String, Person) {
    let (aid, of_account, uid) = login(site, name);
    let which = json!({"uidOrUsername": uid});
    let user = data(&call(site, (&aid, "", &of_account), "POST", "user/auth", &which));
    let token = text(&user["sessionToken"]["token"]).to_owned();
    (of_account, Person { uid: user["detail"]["uid"].as_i64().unwrap(), aid, token })
}

fn sign_in(site: &Site, name: &str) -> Person {
    signed_in(site, name).1
}

fn a_client_walks_from_the_configuration_to_a_deleted_conversation_and_on(site: &Site) {
    let configs = data(&call(site, ("", "", ""), "GET", "global/configs?keys=site_mode", &Value::Null));
    assert_eq!(configs["list"], json!({"site_mode": "public"}));
    let (dora, emil) = (sign_in(site, "dora"), sign_in(site, "emil"));
    let follow = json!({"interactiveType": "follow", "markType": "user", "fsid": "emil"}).to_string();
    site.call_as(&dora, "POST", "user/mark", &follow).is(200, 0);
    let seen = data(&site.get_as(&emil, "user/dora/detail"))["detail"].clone();
    assert_eq!(seen["interactive"]["followMeStatus"], true);

    let fields = FOR_BOB.map(|(name, value)| (name, if name == "tableKey" { "emil" } else { value }));
    let picture = png(30, 20);
    let file = data(&site.upload_form(&dora, &form(&fields, Some(("cat.png", &picture)))));
    let send = |content: Value| {
        let mut body = content;
        body["uidOrUsername"] = json!("emil");
        data(&site.call_as(&dora, "POST", "conversation/send-message", &body.to_string()))
    };
    let sent = send(json!({"fid": file["fid"]}));

    let list = || data(&site.get_as(&emil, "conversation/list"))["list"].clone();
    let listed = list()[0].clone();
    assert_eq!((&listed["unreadCount"], &listed["user"]["username"]), (&json!(1), &json!("dora")));
    let id = listed["id"].clone();
    let messages = || data(&site.get_as(&emil, &format!("conversation/{id}/messages")))["list"].clone();
    let received = messages()[0].clone();
    assert_eq!((&received["id"], &received["isMe"]), (&sent["id"], &json!(false)));
    assert_eq!(fetch(text(&received["file"]["imageDefaultUrl"]), &[]).2, picture);

    let whole = json!({"type": "conversation", "conversationId": id}).to_string();
    let change = |method, path, body: &str| site.call_as(&emil, method, path, body).is(200, 0).code();
    change("PUT", "conversation/mark-as-read", &whole);
    change("PUT", "conversation/pin", &json!({"conversationId": id}).to_string());
    let listed = list()[0].clone();
    assert_eq!((&listed["unreadCount"], &listed["isPin"]), (&json!(0), &json!(true)));
    let own = data(&site.get_as(&dora, &format!("conversation/{id}/messages")))["list"].clone();
    assert_eq!(own[0]["readStatus"], true, "the sender sees that it was read");
    change("DELETE", "conversation/delete", &whole);
    assert_eq!(list(), json!([]));
    assert_eq!(data(&site.get_as(&emil, "user/panel"))["conversations"]["conversationCount"], 0);

    send(json!({"message": "once more"}));
    assert_eq!(list()[0]["unreadCount"], 1);
    let seen = messages();
    assert_eq!((seen.as_array().map(Vec::len), &seen[0]["content"]), (Some(1), &json!("once more")));
    assert_eq!(data(&site.get_as(&emil, "user/panel"))["conversations"]["unreadMessages"], 1);
}
