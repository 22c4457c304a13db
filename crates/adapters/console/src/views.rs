//! What is shown of users, messages and the rest: the answers of the API, and what the pages are made of. Times are milliseconds since
//! 1970 UTC.

mod retention;

use std::collections::HashMap;
use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value};
use sixin_application::administration::messages::{Found, ReviewedConversation, ShownMessage};
use sixin_application::administration::ports::{ReviewedMessage, Sample, VitalSigns};
use sixin_application::administration::users::UserDetail;
use sixin_application::hooks::ports::Decision;
use sixin_application::operations::ports::ListedSession;
use sixin_application::site::ports::BlockWordRow;
use sixin_application::webhooks::manage::EndpointReport;
use sixin_application::webhooks::ports::ParkedEvent;
use sixin_domain::access::app_key::AppKey;
use sixin_domain::hook::rule::HookRule;
use sixin_domain::id::UserId;
use sixin_domain::message::body::Body;
use sixin_domain::operator::audit::AuditRow;
use sixin_domain::push::PushDevice;
use sixin_domain::site::role::Role;
use sixin_domain::site::settings::{KNOWN, Known, OWN_PREFIX, SettingType, Settings};
use sixin_domain::time::Millis;
use sixin_domain::user::User;
use sixin_domain::user::contact::Phone;
use sixin_domain::webhook::endpoint::{Endpoint, EndpointState};
use utoipa::ToSchema;

pub(crate) use self::retention::{AgeInfo, RanInfo, RetentionInfo};

/// A user.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = AdminUser)]
pub(crate) struct UserInfo {
    /// Its public number.
    pub(crate) uid: i64,
    /// Its unique name.
    pub(crate) username: String,
    /// Its shown name.
    pub(crate) nickname: String,
    /// `on`, `off` (disabled or deactivated) or `deleted`.
    pub(crate) state: &'static str,
    /// Until when it is banned, if it is.
    pub(crate) banned_until: Option<i64>,
    /// Whether it is muted.
    pub(crate) muted: bool,
    /// When it was made.
    pub(crate) created_at: i64,
}

impl UserInfo {
    pub(crate) fn of(user: &User, now: Millis) -> Self {
        let state = match (user.deleted_at, user.is_enabled) {
            (Some(_), _) => "deleted",
            (None, true) => "on",
            (None, false) => "off",
        };
        let restrictions = user.restrictions;
        Self {
            uid: user.uid.0,
            username: user.username.to_string(),
            nickname: user.profile.nickname.clone(),
            state,
            banned_until: restrictions.banned_until.filter(|_| restrictions.is_banned(now)).map(|at| at.0),
            muted: restrictions.is_muted,
            created_at: user.profile.created_at.0,
        }
    }
}

/// A part of the users.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminUsers)]
pub(crate) struct UsersInfo {
    /// The users.
    pub(crate) users: Vec<UserInfo>,
    /// What to give as `after` for the next part, or null.
    pub(crate) next: Option<i64>,
}

/// A role that a user has.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminUserRole)]
pub(crate) struct UserRoleInfo {
    /// Its number.
    pub(crate) id: i64,
    /// Its name.
    pub(crate) name: String,
    /// Whether it is the one that decides.
    pub(crate) main: bool,
    /// When it ends, or null.
    pub(crate) ends_at: Option<i64>,
}

/// A session of a user or of its account.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminSession)]
pub(crate) struct SessionInfo {
    /// For which user, or null for the account alone.
    pub(crate) username: Option<String>,
    /// On which platform, 1 to 13.
    pub(crate) platform: i64,
    /// When it was made.
    pub(crate) created_at: i64,
    /// When it ends, or null.
    pub(crate) ends_at: Option<i64>,
}

impl SessionInfo {
    fn of(session: &ListedSession) -> Self {
        Self {
            username: session.user.as_ref().map(|(_, name)| name.to_string()),
            platform: session.platform,
            created_at: session.created_at.0,
            ends_at: session.expired_at.map(|at| at.0),
        }
    }
}

/// A device that can be woken, without its token.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminDevice)]
pub(crate) struct DeviceInfo {
    /// Its number.
    pub(crate) id: i64,
    /// `apns`, `fcm`, `webpush` or `other`.
    pub(crate) platform: &'static str,
    /// The app on it.
    pub(crate) app: String,
    /// When it was registered first.
    pub(crate) created_at: i64,
    /// When it was seen last.
    pub(crate) seen_at: i64,
}

impl DeviceInfo {
    fn of(device: &PushDevice) -> Self {
        Self {
            id: device.id,
            platform: device.spec.platform.name(),
            app: device.spec.app.clone(),
            created_at: device.created_at.0,
            seen_at: device.seen_at.0,
        }
    }
}

/// All that is told of a user.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminUserDetail)]
pub(crate) struct UserDetailInfo {
    /// The user.
    pub(crate) user: UserInfo,
    /// The public id of its account, or null if that is gone.
    pub(crate) aid: Option<String>,
    /// The e-mail address its account signs in with, or null.
    pub(crate) email: Option<String>,
    /// The telephone number its account signs in with, or null.
    pub(crate) phone: Option<String>,
    /// Whether its account has a password.
    pub(crate) has_password: bool,
    /// Its roles.
    pub(crate) roles: Vec<UserRoleInfo>,
    /// The sessions of its account and of itself, at most 200.
    pub(crate) sessions: Vec<SessionInfo>,
    /// Its devices.
    pub(crate) devices: Vec<DeviceInfo>,
    /// Whom it blocks, at most 200.
    pub(crate) blocks: Vec<String>,
    /// Whom it lets through where the site lets only those, at most 200.
    pub(crate) lets_through: Vec<String>,
}

impl UserDetailInfo {
    pub(crate) fn of(detail: &UserDetail) -> Self {
        let account = detail.account.as_ref();
        let name = |id| {
            let role = detail.role_book.0.iter().find(|role| role.id == id);
            role.map(|role| role.name.clone()).unwrap_or_default()
        };
        let names = |list: &[sixin_application::users::ports::ListedName]| {
            list.iter().map(|listed| listed.username.to_string()).collect()
        };
        Self {
            user: UserInfo::of(&detail.user, detail.now),
            aid: account.map(|account| account.aid.clone()),
            email: account.and_then(|account| account.email.as_ref().map(|email| email.as_str().to_owned())),
            phone: account.and_then(|account| account.phone.as_ref().map(Phone::whole)),
            has_password: account.is_some_and(|account| account.password.is_some()),
            roles: detail
                .roles
                .iter()
                .map(|role| UserRoleInfo {
                    id: role.role.0,
                    name: name(role.role),
                    main: role.is_main,
                    ends_at: role.expired_at.map(|at| at.0),
                })
                .collect(),
            sessions: detail.sessions.iter().map(SessionInfo::of).collect(),
            devices: detail.devices.iter().map(DeviceInfo::of).collect(),
            blocks: names(&detail.blocks),
            lets_through: names(&detail.lets_through),
        }
    }
}

/// A row of the audit.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminAuditRow)]
pub(crate) struct AuditInfo {
    /// Its number.
    pub(crate) id: i64,
    /// When.
    pub(crate) at: i64,
    /// The name of the operator, `command line`, or empty for somebody who failed to sign in.
    pub(crate) who: String,
    /// What, as one word.
    pub(crate) action: String,
    /// To whom or what.
    pub(crate) target: String,
    /// What else is known.
    #[schema(value_type = Object)]
    pub(crate) details: Map<String, Value>,
    /// From which address, or null.
    pub(crate) address: Option<String>,
}

impl AuditInfo {
    pub(crate) fn of(row: AuditRow) -> Self {
        Self {
            id: row.id,
            at: row.at.0,
            who: row.who,
            action: row.action,
            target: row.target,
            details: serde_json::from_str(&row.details).unwrap_or_default(),
            address: row.address,
        }
    }

    /// The details in one line.
    pub(crate) fn detail_text(&self) -> String {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let parts = self.details.iter().map(|(name, value)| format!("{name}: {}", text(value)));
        parts.collect::<Vec<_>>().join(", ")
    }
}

/// A part of the audit.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminAudit)]
pub(crate) struct AuditPage {
    /// The rows, the latest first.
    pub(crate) rows: Vec<AuditInfo>,
    /// What to give as `before` for the next part, or null.
    pub(crate) next: Option<i64>,
}

/// How the server did at a moment.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminSample)]
pub(crate) struct SampleInfo {
    /// When.
    pub(crate) at: i64,
    /// Messages stored a second.
    pub(crate) messages: f64,
    /// Requests answered a second.
    pub(crate) requests: f64,
    /// How long a batch of sends took to be stored, in milliseconds.
    pub(crate) commit_ms: f64,
    /// Sends that waited to be stored.
    pub(crate) queue: f64,
    /// Live streams that were open.
    pub(crate) live: f64,
}

/// A disk.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminDisk)]
pub(crate) struct DiskInfo {
    /// What is kept there.
    pub(crate) place: String,
    /// Bytes that can still be written.
    pub(crate) free: f64,
    /// Bytes there are.
    pub(crate) size: f64,
}

/// How the server does: this process, since it began.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminOverview)]
pub(crate) struct OverviewInfo {
    /// The version that runs.
    pub(crate) version: String,
    /// When this process began.
    pub(crate) started_at: i64,
    /// Which database it is, without a password.
    pub(crate) database: String,
    /// Whether requests should be sent here.
    pub(crate) ready: bool,
    /// Why not.
    pub(crate) reasons: Vec<&'static str>,
    /// What is configured to be less durable than the default, or null.
    pub(crate) weakness: Option<String>,
    /// Memory in use, in bytes.
    pub(crate) memory: f64,
    /// The size of the files of an SQLite database, in bytes; 0 on MySQL.
    pub(crate) database_bytes: f64,
    /// The disks.
    pub(crate) disks: Vec<DiskInfo>,
    /// The last ten minutes, the oldest first.
    pub(crate) samples: Vec<SampleInfo>,
}

impl OverviewInfo {
    pub(crate) fn of(signs: VitalSigns) -> Self {
        let sample = |sample: &Sample| SampleInfo {
            at: sample.at.0,
            messages: sample.messages,
            requests: sample.requests,
            commit_ms: sample.commit_ms,
            queue: sample.queue,
            live: sample.live,
        };
        Self {
            version: signs.version,
            started_at: signs.started_at.0,
            database: signs.database,
            ready: signs.reasons.is_empty(),
            reasons: signs.reasons,
            weakness: signs.weakness,
            memory: signs.memory,
            database_bytes: signs.database_bytes,
            disks: signs
                .disks
                .into_iter()
                .map(|disk| DiskInfo { place: disk.place, free: disk.free, size: disk.size })
                .collect(),
            samples: signs.samples.iter().map(sample).collect(),
        }
    }
}

/// An app key, without its secret.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminAppKey)]
pub(crate) struct AppKeyInfo {
    /// Its public id.
    pub(crate) app_id: String,
    /// `fresns` or `rongcloud`.
    pub(crate) dialect: &'static str,
    /// Its platform, 1 to 13; 0 for RongCloud.
    pub(crate) platform: i64,
    /// The operator's note.
    pub(crate) name: String,
    /// Whether it may be used.
    pub(crate) enabled: bool,
    /// Whether old time stamps and repeated nonces are refused.
    pub(crate) strict: bool,
    /// How often one user may send through it in any minute, 0 for any number; null: as often as the site says.
    pub(crate) sends_per_minute: Option<u32>,
    /// Until when the secret before the present one works, or null.
    pub(crate) former_secret_until: Option<i64>,
}

impl AppKeyInfo {
    pub(crate) fn of(key: &AppKey, now: Millis) -> Self {
        let former = key.former.as_ref().map(|(_, until)| *until).filter(|until| *until >= now);
        Self {
            app_id: key.app_id.clone(),
            dialect: key.dialect.name(),
            platform: key.platform,
            name: key.name.clone(),
            enabled: key.is_enabled,
            strict: key.is_strict,
            sends_per_minute: key.sends_per_minute,
            former_secret_until: former.map(|until| until.0),
        }
    }
}

/// A setting.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminSetting)]
pub(crate) struct SettingInfo {
    /// What it is called.
    pub(crate) key: String,
    /// What is in force.
    pub(crate) value: String,
    /// What is built in.
    pub(crate) default: String,
    /// What it does.
    pub(crate) meaning: String,
    /// What it takes: `boolean`, `number`, `string` or `array`.
    #[serde(rename = "type")]
    #[schema(rename = "type")]
    pub(crate) kind: &'static str,
    /// What it may be, where that is a list.
    pub(crate) choices: Vec<String>,
}

impl SettingInfo {
    fn known(known: &Known, settings: &Settings) -> Self {
        let choices: &[&str] = match known.kind {
            SettingType::Boolean => &["true", "false"],
            SettingType::Choice(all) | SettingType::NumberOf(all) => all,
            _ => &[],
        };
        Self {
            key: known.key.to_owned(),
            value: settings.text(known.key).to_owned(),
            default: known.default.to_owned(),
            meaning: known.meaning.to_owned(),
            kind: known.kind.name(),
            choices: choices.iter().map(|&choice| choice.to_owned()).collect(),
        }
    }

    /// All settings, those of the operator's own last.
    pub(crate) fn all(settings: &Settings) -> Vec<Self> {
        let known = KNOWN.iter().map(|known| Self::known(known, settings));
        let own = settings.own().map(|(key, value)| Self {
            key: format!("{OWN_PREFIX}{key}"),
            value: value.to_owned(),
            default: String::new(),
            meaning: "told to clients in global/configs; an empty value removes it".to_owned(),
            kind: "string",
            choices: Vec::new(),
        });
        known.chain(own).collect()
    }

    pub(crate) fn is_changed(&self) -> bool {
        self.value != self.default
    }

    /// Whether it is so long that it takes several lines.
    pub(crate) fn is_long(&self) -> bool {
        self.value.len() > 60 || self.kind == "array"
    }
}

/// A role.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminRole)]
pub(crate) struct RoleInfo {
    /// Its number.
    pub(crate) id: i64,
    /// Its name.
    pub(crate) name: String,
    /// Whether it counts.
    pub(crate) enabled: bool,
    /// What those may who have it.
    #[schema(value_type = Object)]
    pub(crate) permissions: Map<String, Value>,
}

impl RoleInfo {
    pub(crate) fn of(role: &Role) -> Self {
        Self {
            id: role.id.0,
            name: role.name.clone(),
            enabled: role.is_enabled,
            permissions: role.permissions.iter().cloned().collect(),
        }
    }
}

/// A word that is replaced in messages or for which they are refused.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminWord)]
pub(crate) struct WordInfo {
    /// The word.
    pub(crate) word: String,
    /// `ignore`, `replace` or `refuse`.
    pub(crate) mode: &'static str,
    /// What replaces it, or null to remove it.
    pub(crate) with: Option<String>,
    /// Whether it counts only where it stands alone.
    pub(crate) whole_word: bool,
}

impl WordInfo {
    pub(crate) fn of(row: BlockWordRow) -> Self {
        let mode = match row.conversation_mode {
            2 => "replace",
            3 => "refuse",
            _ => "ignore",
        };
        Self { word: row.word, mode, with: row.replace_word, whole_word: row.is_whole }
    }
}

/// What a message said before it was edited.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminRevision)]
pub(crate) struct RevisionInfo {
    /// Its text, or its content if it has no text.
    pub(crate) text: String,
    /// When something else took its place.
    pub(crate) replaced_at: i64,
}

/// A message as it is stored.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminMessage)]
pub(crate) struct MessageInfo {
    /// Its id.
    pub(crate) id: i64,
    /// Its position in the conversation.
    pub(crate) seq: i64,
    /// Who sent it; null if that user is not there any more.
    pub(crate) from: Option<String>,
    /// Who got it; null if that user is not there any more.
    pub(crate) to: Option<String>,
    /// When.
    pub(crate) sent_at: i64,
    /// `text`, `file`, or the type of its content.
    #[serde(rename = "type")]
    #[schema(rename = "type")]
    pub(crate) kind: String,
    /// What it says: its text, the name of its file, or its content.
    pub(crate) text: String,
    /// When it was recalled, or null.
    pub(crate) recalled_at: Option<i64>,
    /// Whether its sender has deleted it.
    pub(crate) deleted_by_sender: bool,
    /// Whether its recipient has deleted it.
    pub(crate) deleted_by_recipient: bool,
    /// What it said before it was edited, the oldest first.
    pub(crate) revisions: Vec<RevisionInfo>,
}

impl MessageInfo {
    fn of(reviewed: &ReviewedMessage, name: impl Fn(UserId) -> Option<String>) -> Self {
        let message = &reviewed.message;
        let (kind, text) = match &message.body {
            Body::Text(text) => ("text".to_owned(), text.clone()),
            Body::File { .. } => {
                let file = message.file.as_ref().map(|file| file.name.clone());
                ("file".to_owned(), file.unwrap_or_default())
            }
            Body::Typed { object_name, content, text } => {
                (object_name.as_str().to_owned(), text.clone().unwrap_or_else(|| content.clone()))
            }
        };
        let revisions = reviewed.revisions.iter().map(|revision| RevisionInfo {
            text: revision.text.clone().or_else(|| revision.content.clone()).unwrap_or_default(),
            replaced_at: revision.replaced_at.0,
        });
        Self {
            id: message.id.0,
            seq: message.seq,
            from: name(message.sender),
            to: name(reviewed.recipient),
            sent_at: message.sent_at.0,
            kind,
            text,
            recalled_at: reviewed.recalled_at.map(|at| at.0),
            deleted_by_sender: reviewed.visibility.is_deleted_by_sender,
            deleted_by_recipient: reviewed.visibility.is_deleted_by_recipient,
            revisions: revisions.collect(),
        }
    }
}

/// A message in both sides' views.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminViewedMessage)]
pub(crate) struct ViewedInfo {
    /// The message.
    pub(crate) message: MessageInfo,
    /// Whether the first user sees it.
    pub(crate) first_sees: bool,
    /// Whether the second user sees it.
    pub(crate) second_sees: bool,
    /// Whether its recipient has read it.
    pub(crate) read: bool,
}

/// A part of what two users wrote to each other.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminConversation)]
pub(crate) struct ConversationInfo {
    /// The first user.
    pub(crate) first: UserInfo,
    /// The second user.
    pub(crate) second: UserInfo,
    /// How many messages there are in the conversation, removed ones included; 0: they have written nothing to each other.
    pub(crate) messages_stored: i64,
    /// How many messages the first user has not read.
    pub(crate) first_unread: i64,
    /// How many messages the second user has not read.
    pub(crate) second_unread: i64,
    /// The messages, the latest first.
    pub(crate) messages: Vec<ViewedInfo>,
    /// What to give as `before` for the next part, or null.
    pub(crate) next: Option<i64>,
}

impl ConversationInfo {
    pub(crate) fn of(read: &ReviewedConversation, now: Millis) -> Self {
        let [first, second] = &read.users;
        let name = |id| read.users.iter().find(|user| user.id == id).map(|user| user.username.to_string());
        let viewed = |shown: &ShownMessage| ViewedInfo {
            message: MessageInfo::of(&shown.reviewed, name),
            first_sees: shown.shows[0],
            second_sees: shown.shows[1],
            read: shown.is_read,
        };
        let unread = |id| {
            let conversation = read.conversation.as_ref()?;
            conversation.seen_by(id).ok().map(|view| view.own.unread)
        };
        Self {
            first: UserInfo::of(first, now),
            second: UserInfo::of(second, now),
            messages_stored: read.stored,
            first_unread: unread(first.id).unwrap_or(0),
            second_unread: unread(second.id).unwrap_or(0),
            messages: read.messages.iter().map(viewed).collect(),
            next: read.next,
        }
    }
}

/// What a search has found.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminFound)]
pub(crate) struct FoundInfo {
    /// The messages, the latest first.
    pub(crate) messages: Vec<MessageInfo>,
    /// How many messages were looked at.
    pub(crate) looked_at: usize,
    /// Since when all messages were looked at; null: none was.
    pub(crate) covered_since: Option<i64>,
    /// What to give as `before` to search further; null: everything was looked at.
    pub(crate) next: Option<i64>,
}

impl FoundInfo {
    pub(crate) fn of(found: &Found) -> Self {
        let name = |id: UserId| found.users.get(&id).map(|user| user.username.to_string());
        Self {
            messages: found.messages.iter().map(|message| MessageInfo::of(message, name)).collect(),
            looked_at: found.looked_at,
            covered_since: found.covered_since.map(|at| at.0),
            next: found.next,
        }
    }
}

/// A webhook, without its secret.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminWebhook)]
pub(crate) struct WebhookInfo {
    /// Its number.
    pub(crate) id: i64,
    /// The operator's note.
    pub(crate) name: String,
    /// In which form it is told.
    pub(crate) kind: &'static str,
    /// Where it is, without a password.
    pub(crate) url: String,
    /// `on`, `failing`, `probing`, `paused` or `off`.
    pub(crate) state: &'static str,
    /// What it wants to hear of, empty for all.
    pub(crate) events: String,
    /// Everything up to then was told.
    pub(crate) told_until: i64,
    /// Events that wait for another try.
    pub(crate) waiting: i64,
    /// Events that are not tried any more.
    pub(crate) dead: i64,
    /// Why the last try failed, or null.
    pub(crate) last_failure: Option<String>,
}

impl WebhookInfo {
    pub(crate) fn of(report: &EndpointReport) -> Self {
        let EndpointReport { endpoint, parked } = report;
        Self {
            id: endpoint.id.0,
            name: endpoint.name.clone(),
            kind: endpoint.kind.name(),
            url: endpoint.url.shown(),
            state: state(endpoint),
            events: endpoint.events.text(),
            told_until: endpoint.cursor.time().0,
            waiting: parked.waiting,
            dead: parked.dead,
            last_failure: parked.last_failure.clone(),
        }
    }
}

fn state(endpoint: &Endpoint) -> &'static str {
    match endpoint.state {
        EndpointState::Off(_) => "off",
        EndpointState::Paused => "paused",
        EndpointState::On if endpoint.health.is_probing() => "probing",
        EndpointState::On if endpoint.health.failures > 0 => "failing",
        EndpointState::On => "on",
    }
}

/// An event that a webhook was not told and is not tried any more.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminDeadLetter)]
pub(crate) struct DeadLetterInfo {
    /// Where it stands in the log.
    pub(crate) position: i64,
    /// When it happened.
    pub(crate) at: i64,
    /// How often it was tried.
    pub(crate) tries: u32,
    /// Why the last try failed.
    pub(crate) last_failure: String,
}

impl DeadLetterInfo {
    pub(crate) fn of(event: &ParkedEvent) -> Self {
        Self {
            position: event.position.0,
            at: event.position.time().0,
            tries: event.tries,
            last_failure: event.last_failure.clone(),
        }
    }
}

/// A hook, without its secret.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminHook)]
pub(crate) struct HookInfo {
    /// Its number.
    pub(crate) id: i64,
    /// The operator's note.
    pub(crate) name: String,
    /// In which form it is asked.
    pub(crate) kind: &'static str,
    /// Where it is, without a password.
    pub(crate) url: String,
    /// Whether it is asked.
    pub(crate) enabled: bool,
    /// Of which dialects messages are asked about.
    pub(crate) dialects: String,
    /// Of which types, empty for all.
    pub(crate) object_names: String,
    /// How long an answer may take, in milliseconds.
    pub(crate) deadline_ms: i64,
    /// What becomes of a message without an answer.
    pub(crate) on_failure: &'static str,
}

impl HookInfo {
    pub(crate) fn of(rule: &HookRule) -> Self {
        Self {
            id: rule.id.0,
            name: rule.name.clone(),
            kind: rule.kind.name(),
            url: rule.url.shown(),
            enabled: !rule.is_paused,
            dialects: rule.origins.text(),
            object_names: rule.object_names.text(),
            deadline_ms: rule.deadline_ms,
            on_failure: rule.on_failure.name(),
        }
    }
}

/// What a hook decided.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminDecision)]
pub(crate) struct DecisionInfo {
    /// Which hook.
    pub(crate) hook: i64,
    /// When.
    pub(crate) at: i64,
    /// What became of the message.
    pub(crate) outcome: &'static str,
    /// Who sent it; null if that user is not there any more.
    pub(crate) from: Option<String>,
    /// Who would have got it, the first of them.
    pub(crate) to: Option<String>,
    /// How many would have got it.
    pub(crate) recipients: usize,
    /// How long the question took, in milliseconds.
    pub(crate) took_ms: i64,
    /// What the sender was told, or why there was no answer.
    pub(crate) reason: String,
}

impl DecisionInfo {
    pub(crate) fn of(decision: &Decision, users: &HashMap<UserId, Arc<User>>) -> Self {
        let name = |id: UserId| users.get(&id).map(|user| user.username.to_string());
        Self {
            hook: decision.hook.0,
            at: decision.at.0,
            outcome: decision.outcome.name(),
            from: name(decision.sender),
            to: name(decision.recipient),
            recipients: decision.recipients,
            took_ms: decision.took_ms,
            reason: decision.reason.clone(),
        }
    }
}
