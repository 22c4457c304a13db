//! Profiles: one's own, and what others show.

use std::collections::BTreeMap;

use sixin_application::users::edit_user::OwnEdit;
use sixin_application::users::keep_profiles::{Known, ProfiledUser};
use sixin_domain::user::hosted_profile::HostedProfile;
use sixin_domain::user::profile_edit::ProfileEdit;
use sixin_domain::user::username::Username;

use super::{Answer, Caller, found};
use crate::codes::Code;
use crate::wire::profiles::{
    ProfileInfo, PullUserProfileReq, SetUserProfileResp, UserProfile, UserProfilePermission, UserProfiles,
};

/// Users of one call.
const MOST: usize = 100;
/// Everybody sees what apps show to everybody.
const EVERYBODY: i32 = 3;
/// What users show to each other, as apps do. What a back end keeps beside it is for the user alone.
const SHOWN: [&str; 4] = ["name", "portraitUri", "gender", "location"];

/// The caller's own.
pub(crate) async fn own(caller: &Caller<'_>) -> Result<Answer, Code> {
    Ok(found(&of(caller, &[caller.name()], true).await?.pop().ok_or(Code::PARAMETER)?))
}

/// Those of others.
pub(crate) async fn of_others(caller: &Caller<'_>, asked: PullUserProfileReq) -> Result<Answer, Code> {
    if asked.users.len() > MOST {
        return Err(Code::PARAMETER);
    }
    let names: Vec<Username> = asked.users.iter().filter_map(|name| Username::new(name).ok()).collect();
    let known = caller.showing.api.users.find_named(&names).await?;
    let known: Vec<Username> = known.iter().map(|user| user.username.clone()).collect();
    Ok(found(&UserProfiles { profiles: of(caller, &known, false).await? }))
}

async fn of(caller: &Caller<'_>, names: &[Username], is_own: bool) -> Result<Vec<UserProfile>, Code> {
    let profiled = caller.showing.api.keep_profiles.of(names).await?;
    Ok(profiled.iter().map(|one| shown(one, is_own)).collect())
}

fn shown(profiled: &ProfiledUser, is_own: bool) -> UserProfile {
    let pair = |key: &str, value: String| ProfileInfo { key: Some(key.to_owned()), value: Some(value) };
    let known = profiled.known().into_iter().filter(|(key, _)| is_own || SHOWN.contains(key));
    let extensions = profiled.kept.profile.extensions.iter().filter(|_| is_own);
    UserProfile {
        version: Some(profiled.kept.changed_at.0),
        user_id: Some(profiled.user.username.to_string()),
        profile: known
            .map(|(key, known)| match known {
                Known::Text(text) => pair(key, text),
                Known::Number(number) => pair(key, number.to_string()),
            })
            .collect(),
        extensions: extensions.map(|(key, value)| pair(key, value.clone())).collect(),
    }
}

/// Changes one's own. What back ends alone give is refused: an id, a role or a level may mean something there.
pub(crate) async fn change(caller: &Caller<'_>, asked: UserProfile) -> Result<Answer, Code> {
    let mut edit = OwnEdit::default();
    for ProfileInfo { key, value } in asked.profile {
        let value = Some(value.unwrap_or_default());
        match key.as_deref() {
            // The SDK sends what its page gave it, empty where that was nothing.
            Some("name") => edit.shown.nickname = value.filter(|name| !name.is_empty()),
            Some("portraitUri") => edit.portrait = value,
            Some("gender") => edit.shown.gender = Some(number(value)?),
            Some("location") => edit.shown.location = value,
            Some("email") => edit.kept.email = value,
            Some("birthday") => edit.kept.birthday = value,
            _ => return Err(Code::PARAMETER),
        }
    }
    let pair = |ProfileInfo { key, value }| Some((key?, value.unwrap_or_default()));
    edit.kept.extensions = asked.extensions.into_iter().filter_map(pair).collect::<BTreeMap<_, _>>();
    if (&edit.shown, &edit.kept, &edit.portrait)
        == (&ProfileEdit::default(), &HostedProfile::default(), &None)
    {
        return Err(Code::PARAMETER);
    }
    let Caller { showing, .. } = caller;
    showing.api.edit_user.edit_with(&showing.guest.viewer, edit).await?;
    let version = of(caller, &[caller.name()], true).await?.pop().and_then(|own| own.version);
    Ok(found(&SetUserProfileResp { version }))
}

fn number(text: Option<String>) -> Result<i64, Code> {
    text.and_then(|text| text.parse().ok()).ok_or(Code::PARAMETER)
}

/// Who may see one's profile: everybody, as in apps.
pub(crate) fn permission() -> Answer {
    found(&UserProfilePermission { permission: Some(EVERYBODY) })
}

/// It can't be changed to anything else.
pub(crate) fn set_permission(asked: UserProfilePermission) -> Result<Answer, Code> {
    if asked.permission == Some(EVERYBODY) { Ok(super::done()) } else { Err(Code::UNSUPPORTED) }
}
