//! What is written down of those who run the site. Rows are only ever added.

use std::collections::BTreeMap;

use super::OperatorName;
use crate::id::OperatorId;
use crate::time::Millis;

/// Who did something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// An operator, with the name it had then.
    Operator(OperatorId, OperatorName),
    /// Whoever may run commands on the machine.
    CommandLine,
    /// Somebody who could not prove who they are.
    Nobody,
}

/// How those are named who are no operators. No operator can be called so, since names have no blank.
const COMMAND_LINE: &str = "command line";

impl Actor {
    /// The number of the operator, and the name.
    #[must_use]
    pub fn named(&self) -> (Option<OperatorId>, &str) {
        match self {
            Self::Operator(id, name) => (Some(*id), name.as_str()),
            Self::CommandLine => (None, COMMAND_LINE),
            Self::Nobody => (None, ""),
        }
    }
}

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident = $word:literal,)+) => {
        /// What was done.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Action {
            $($(#[$doc])* $name,)+
        }

        impl Action {
            /// Every action.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The word by which it is found.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)+
                }
            }
        }
    };
}

actions! {
    /// An operator signed in.
    SignIn = "sign-in",
    /// Somebody failed to sign in as an operator.
    SignInFailed = "sign-in.failed",
    /// An operator signed out.
    SignOut = "sign-out",
    /// An operator was made.
    OperatorCreate = "operator.create",
    /// An operator got another role.
    OperatorRole = "operator.role",
    /// An operator got a new password.
    OperatorPassword = "operator.password",
    /// An operator proves more than its password from now on.
    SecondFactorOn = "operator.second-factor.on",
    /// An operator proves no more than its password any more.
    SecondFactorOff = "operator.second-factor.off",
    /// An operator was switched off.
    OperatorDisable = "operator.disable",
    /// An operator was switched on again.
    OperatorEnable = "operator.enable",
    /// A token was made.
    TokenCreate = "operator.token.create",
    /// A token was revoked.
    TokenRevoke = "operator.token.revoke",
    /// A user was made.
    UserCreate = "user.create",
    /// A user got a new password.
    UserPassword = "user.password",
    /// A user was switched off.
    UserDisable = "user.disable",
    /// A user was switched on again.
    UserEnable = "user.enable",
    /// A user was banned for a time.
    UserBan = "user.ban",
    /// A ban was lifted.
    UserUnban = "user.unban",
    /// A user was muted.
    UserMute = "user.mute",
    /// A user was let speak again.
    UserUnmute = "user.unmute",
    /// A user was deleted.
    UserDelete = "user.delete",
    /// All that belongs to a user was written into a file.
    UserExport = "user.export",
    /// A user was erased, or those were who are back after a restore.
    UserErase = "user.erase",
    /// What was too old was removed, because somebody asked for it.
    RetentionRun = "retention.run",
    /// A user was made to block another, or that was taken back.
    UserBlock = "user.block",
    /// A user got another main role.
    UserRole = "user.role",
    /// A session was made.
    SessionCreate = "session.create",
    /// Sessions of a user were ended.
    SessionRevoke = "session.revoke",
    /// Messages of two users were read.
    ConversationRead = "conversation.read",
    /// Messages were searched.
    MessageSearch = "message.search",
    /// The whole site was written into a file.
    Backup = "backup",
    /// People were brought from another system.
    Import = "import",
    /// An app key was made or taken over.
    AppKeyCreate = "app-key.create",
    /// An app key was changed.
    AppKeySet = "app-key.set",
    /// An app key got a fresh secret.
    AppKeyRotate = "app-key.rotate",
    /// An app key was switched off.
    AppKeyDisable = "app-key.disable",
    /// An app key was switched on again.
    AppKeyEnable = "app-key.enable",
    /// A setting was changed.
    SettingSet = "setting.set",
    /// A setting has its built-in value again.
    SettingReset = "setting.reset",
    /// A role was made or changed.
    RoleSet = "role.set",
    /// Words were added or changed.
    WordPut = "block-word.put",
    /// A word was removed.
    WordRemove = "block-word.remove",
    /// A webhook was added.
    WebhookAdd = "webhook.add",
    /// A webhook was paused, resumed, told again, given a secret, or its dead letters were tried again or forgotten.
    WebhookChange = "webhook.change",
    /// A webhook was removed.
    WebhookRemove = "webhook.remove",
    /// A hook was added.
    HookAdd = "hook.add",
    /// A hook was paused, resumed, tested or given a secret.
    HookChange = "hook.change",
    /// A hook was removed.
    HookRemove = "hook.remove",
    /// A backup was said to be restored.
    Restored = "restored",
}

/// What belongs to an action beside its target: names and short texts, never a secret and never the text of a message.
pub type Details = BTreeMap<&'static str, String>;

/// A row that is to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAuditRow {
    /// When.
    pub at: Millis,
    /// Who.
    pub actor: Actor,
    /// What.
    pub action: Action,
    /// To whom or what.
    pub target: String,
    /// What else is to be known of it.
    pub details: Details,
    /// From which address, if it came over the network.
    pub address: Option<String>,
}

/// A row that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// Its number, which grows.
    pub id: i64,
    /// When.
    pub at: Millis,
    /// Which operator, if it was one.
    pub operator: Option<OperatorId>,
    /// The name of who did it.
    pub who: String,
    /// The word of what was done; a newer version may have written one that this one does not know.
    pub action: String,
    /// To whom or what.
    pub target: String,
    /// What else is known, as JSON.
    pub details: String,
    /// From which address.
    pub address: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_action_has_a_word_of_its_own_that_fits_its_column() {
        let words: HashSet<_> = Action::ALL.iter().map(|action| action.word()).collect();
        assert_eq!(words.len(), Action::ALL.len());
        assert!(words.iter().all(|word| word.len() <= 40 && word.is_ascii()));
    }

    #[test]
    fn no_operator_can_be_called_like_those_who_are_none() {
        let (id, name) = Actor::CommandLine.named();
        assert!(id.is_none() && OperatorName::new(name).is_err());
        assert!(OperatorName::new(Actor::Nobody.named().1).is_err());
    }
}
