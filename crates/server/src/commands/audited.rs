//! What commands do is written down like what operators do over the network.

use sixin_application::ports::StoreResult;
use sixin_application::users::ports::Users;
use sixin_domain::operator::audit::{Action, Actor, Details, NewAuditRow};
use sixin_domain::user::username::UserRef;
use sixin_storage::Database;

use super::now;
use crate::cli::{
    AppKey, BlockWord, Command, Hook, Import, Operator, Retention, Role, Session, Setting, Token, User,
    Webhook,
};

/// What is done to whom, and how.
struct Deed {
    action: Action,
    target: String,
    details: Details,
}

fn deed(action: Action, target: &str) -> Deed {
    Deed { action, target: target.to_owned(), details: Details::new() }
}

impl Deed {
    fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.details.insert(name, value.to_string());
        self
    }
}

/// The row of a command; `None` for one that changes nothing of what operators keep.
pub(super) async fn row(database: &Database, command: &Command) -> StoreResult<Option<NewAuditRow>> {
    let deed = match command {
        Command::User(command) => user(command),
        Command::Session(command) => session(command),
        Command::Operator(command) => operator(command),
        Command::AppKey(command) => app_key(command),
        Command::Setting(Setting::Set { key, value }) => {
            Some(deed(Action::SettingSet, key).with("value", value))
        }
        Command::Setting(Setting::Reset { key }) => Some(deed(Action::SettingReset, key)),
        Command::Role(Role::Set { role, name, permission, enabled, .. }) => {
            let set = [
                ("name", name.clone()),
                ("permission", permission.clone()),
                ("enabled", enabled.map(|is_on| is_on.to_string())),
            ];
            let details = set.into_iter().filter_map(|(key, value)| Some((key, value?))).collect();
            Some(Deed { details, ..deed(Action::RoleSet, &role.to_string()) })
        }
        Command::BlockWord(command) => word(command),
        Command::Webhook(command) => webhook(command),
        Command::Hook(command) => hook(command),
        Command::Backup(options) if !options.verify => Some(deed(Action::Backup, "")),
        Command::Import(Import::Fresns(options)) if !options.dry_run => Some(deed(Action::Import, "fresns")),
        Command::Retention(Retention::Run { dry_run: false }) => Some(deed(Action::RetentionRun, "")),
        Command::Restored => Some(deed(Action::Restored, "")),
        _ => None,
    };
    let Some(mut deed) = deed else { return Ok(None) };
    if let Command::User(_) | Command::Session(_) = command {
        deed.target = named(database, deed.target).await?;
    }
    let Deed { action, target, details } = deed;
    Ok(Some(NewAuditRow { at: now(), actor: Actor::CommandLine, action, target, details, address: None }))
}

/// The name of a user that was given by number.
async fn named(database: &Database, given: String) -> StoreResult<String> {
    let Ok(wanted) = UserRef::parse(&given) else { return Ok(given) };
    let found = Users::find(database, &wanted).await?;
    Ok(found.map_or(given, |user| user.username.to_string()))
}

fn user(command: &User) -> Option<Deed> {
    Some(match command {
        User::Create { username, .. } => deed(Action::UserCreate, username),
        User::Password { user } => deed(Action::UserPassword, user),
        User::Disable { user, undo: false } => deed(Action::UserDisable, user),
        User::Disable { user, undo: true } => deed(Action::UserEnable, user),
        User::Delete { user } => deed(Action::UserDelete, user),
        User::Block { user, blocked, undo } => {
            deed(Action::UserBlock, user).with("blocked", blocked).with("undo", undo)
        }
        User::Role { user, role, .. } => deed(Action::UserRole, user).with("role", role),
        User::Export { user, .. } => deed(Action::UserExport, user),
        User::Erase { user, yes: true } => deed(Action::UserErase, user),
        User::EraseAgain => deed(Action::UserErase, "").with("again", true),
        User::Erase { yes: false, .. } | User::Erased | User::Show { .. } | User::List { .. } => return None,
    })
}

fn session(command: &Session) -> Option<Deed> {
    Some(match command {
        Session::Create { user, platform, .. } => {
            deed(Action::SessionCreate, user).with("platform", platform)
        }
        Session::Revoke { user, platform: Some(platform) } => {
            deed(Action::SessionRevoke, user).with("platform", platform)
        }
        Session::Revoke { user, platform: None } => deed(Action::SessionRevoke, user),
        Session::List { .. } => return None,
    })
}

fn operator(command: &Operator) -> Option<Deed> {
    Some(match command {
        Operator::Create { name, role } => {
            deed(Action::OperatorCreate, name.as_str()).with("role", role.name())
        }
        Operator::Role { name, role } => deed(Action::OperatorRole, name.as_str()).with("role", role.name()),
        Operator::Password { name } => deed(Action::OperatorPassword, name.as_str()),
        Operator::SecondFactor { name, off: false } => deed(Action::SecondFactorOn, name.as_str()),
        Operator::SecondFactor { name, off: true } => deed(Action::SecondFactorOff, name.as_str()),
        Operator::Disable { name, undo: false } => deed(Action::OperatorDisable, name.as_str()),
        Operator::Disable { name, undo: true } => deed(Action::OperatorEnable, name.as_str()),
        Operator::Token(Token::Create { operator, name, scopes, .. }) => {
            deed(Action::TokenCreate, operator.as_str()).with("name", name).with("scopes", scopes.text())
        }
        Operator::Token(Token::Revoke { operator, id }) => {
            deed(Action::TokenRevoke, operator.as_str()).with("token", id)
        }
        Operator::List | Operator::Token(Token::List { .. }) => return None,
    })
}

fn app_key(command: &AppKey) -> Option<Deed> {
    Some(match command {
        AppKey::Create(options) => deed(Action::AppKeyCreate, "").with("name", &options.name),
        AppKey::Import { app_id, .. } => deed(Action::AppKeyCreate, app_id),
        AppKey::Set { app_id, .. } => deed(Action::AppKeySet, app_id),
        AppKey::Rotate { app_id, .. } => deed(Action::AppKeyRotate, app_id),
        AppKey::Enable { app_id } | AppKey::Disable { app_id, undo: true } => {
            deed(Action::AppKeyEnable, app_id)
        }
        AppKey::Disable { app_id, undo: false } => deed(Action::AppKeyDisable, app_id),
        AppKey::Show { .. } | AppKey::List => return None,
    })
}

fn word(command: &BlockWord) -> Option<Deed> {
    Some(match command {
        BlockWord::Add { word, mode, .. } => deed(Action::WordPut, word).with("mode", mode),
        BlockWord::Import { file } => deed(Action::WordPut, "").with("file", file.display()),
        BlockWord::Remove { word } => deed(Action::WordRemove, word),
        BlockWord::List => return None,
    })
}

fn webhook(command: &Webhook) -> Option<Deed> {
    let change = |id: &i64, what: &str| deed(Action::WebhookChange, &id.to_string()).with("change", what);
    Some(match command {
        Webhook::Add(options) => deed(Action::WebhookAdd, "").with("name", &options.name),
        Webhook::Rotate { id, .. } => change(id, "rotate"),
        Webhook::Pause { id } => change(id, "pause"),
        Webhook::Resume { id } => change(id, "resume"),
        Webhook::Replay { id, .. } => change(id, "replay"),
        Webhook::DeadLetters { id, retry: true, .. } => change(id, "retry"),
        Webhook::DeadLetters { id, forget: true, .. } => change(id, "forget"),
        Webhook::Remove { id } => deed(Action::WebhookRemove, &id.to_string()),
        Webhook::List | Webhook::Test { .. } | Webhook::DeadLetters { .. } => return None,
    })
}

fn hook(command: &Hook) -> Option<Deed> {
    let change = |id: &i64, what: &str| deed(Action::HookChange, &id.to_string()).with("change", what);
    Some(match command {
        Hook::Add(options) => deed(Action::HookAdd, "").with("name", &options.name),
        Hook::Rotate { id, .. } => change(id, "rotate"),
        Hook::Pause { id } => change(id, "pause"),
        Hook::Resume { id } => change(id, "resume"),
        Hook::Remove { id } => deed(Action::HookRemove, &id.to_string()),
        Hook::List | Hook::Test { .. } | Hook::Decisions { .. } => return None,
    })
}
