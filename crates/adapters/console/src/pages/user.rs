//! One user, and what is done to it.

use actix_web::web::{self, Payload};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use sixin_application::administration::AdminError;
use sixin_domain::access::app_key::Secret;

use super::form::Form;
use super::layout::Layout;
use super::users::address;
use super::visit::{After, Visit, done, shown};
use crate::ConsoleApi;
use crate::api::users::Restrict;
use crate::archive;
use crate::views::UserDetailInfo;

#[derive(Template)]
#[template(path = "user.html")]
struct UserPage {
    l: Layout,
    d: UserDetailInfo,
    title: String,
}

/// `GET /console/user`
pub(super) async fn page(api: web::Data<ConsoleApi>, request: HttpRequest) -> HttpResponse {
    shown(&api, &request, "users", async |visit, asked| {
        let detail = api.administration.users.show(&visit.caller, asked.text("name")).await?;
        let d = UserDetailInfo::of(&detail);
        Ok(UserPage { l: visit.layout(), title: d.user.username.clone(), d })
    })
    .await
}

/// `POST /console/user`
pub(super) async fn act(api: web::Data<ConsoleApi>, request: HttpRequest, payload: Payload) -> HttpResponse {
    done(&api, &request, payload, "users", async |visit, form| {
        let (people, caller) = (&api.administration.people, &visit.caller);
        let (name, reason) = (form.text("name"), form.text("reason"));
        match form.text("action") {
            "export" => Ok(After::Show(archive::answer(people.export(caller, name, reason).await?))),
            "erase" => {
                let left = people.erase(caller, name, form.text("confirm"), reason).await?.left;
                Ok(After::Go(format!("{}&done=1", address(&left))))
            }
            _ => {
                carry_out(&api, visit, form).await?;
                Ok(After::Go(format!("{}&done=1", address(name))))
            }
        }
    })
    .await
}

async fn carry_out(api: &ConsoleApi, visit: &Visit, form: &Form) -> Result<(), AdminError> {
    let (users, caller) = (&api.administration.users, &visit.caller);
    let (name, reason) = (form.text("name"), form.text("reason"));
    let restriction = match form.text("action") {
        "password" => {
            let password = Secret::new(form.text("password"));
            return users.set_password(caller, name, &password).await.map(drop);
        }
        "revoke" => {
            return users.revoke_sessions(caller, name, form.number("platform")?).await.map(drop);
        }
        "delete" if form.text("confirm").trim() != name => {
            return Err(AdminError::invalid(visit.words().confirm_delete_wrong));
        }
        "delete" => return users.delete(caller, name, reason).await,
        "disable" => Restrict::Disable,
        "enable" => Restrict::Enable,
        "ban" => Restrict::Ban,
        "unban" => Restrict::Unban,
        "mute" => Restrict::Mute,
        "unmute" => Restrict::Unmute,
        _ => return Err(AdminError::invalid("there is no such action")),
    };
    users.restrict(caller, name, restriction.deed(form.number("minutes")?)?, reason).await
}
