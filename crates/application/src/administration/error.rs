//! Why something was not done for an operator.

use thiserror::Error;

use crate::access::ports::PasswordError;
use crate::bulkhead::Overload;
use crate::hooks::manage::HookError;
use crate::operations::app_keys::AppKeyError;
use crate::operations::block_words::BlockWordError;
use crate::operations::ports::CopyError;
use crate::operations::roles::RoleError;
use crate::operations::settings::SettingChangeError;
use crate::operations::users::UserError;
use crate::operators::caller::Forbidden;
use crate::operators::manage::OperatorError;
use crate::operators::own_account::OwnAccountError;
use crate::ports::StoreError;
use crate::webhooks::manage::WebhookError;

/// Why something was not done.
#[derive(Debug, Error)]
pub enum AdminError {
    /// The operator may not.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The operator did not prove to be itself.
    #[error("the password or the code is wrong")]
    Unproven,
    /// The operator failed to, too often.
    #[error("there were too many failures; try again later")]
    Locked,
    /// There is no such thing.
    #[error("there is no {0}")]
    Unknown(String),
    /// Somebody or something else is called so already.
    #[error("{0}")]
    Taken(String),
    /// What was asked for can't be.
    #[error("{0}")]
    Invalid(String),
    /// Somebody else's server did not do its part.
    #[error("{0}")]
    Receiver(String),
    /// Passwords can't be hashed now.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The store could not.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AdminError {
    /// What was asked for can't be.
    pub fn invalid(why: impl ToString) -> Self {
        Self::Invalid(why.to_string())
    }
}

impl From<CopyError> for AdminError {
    fn from(error: CopyError) -> Self {
        match error {
            CopyError::Store(error) => error.into(),
            CopyError::Files(error) => StoreError::Unavailable(error.into()).into(),
            other => StoreError::Fault(other.into()).into(),
        }
    }
}

impl From<Overload> for AdminError {
    fn from(error: Overload) -> Self {
        StoreError::Unavailable(error.into()).into()
    }
}

/// Work that broke off, which its thread's log says more of.
impl From<tokio::task::JoinError> for AdminError {
    fn from(error: tokio::task::JoinError) -> Self {
        StoreError::Fault(error.into()).into()
    }
}

impl From<UserError> for AdminError {
    fn from(error: UserError) -> Self {
        match error {
            UserError::Store(error) => error.into(),
            UserError::Password(error) => error.into(),
            UserError::Taken(_) => Self::Taken(error.to_string()),
            other => Self::invalid(other),
        }
    }
}

impl From<AppKeyError> for AdminError {
    fn from(error: AppKeyError) -> Self {
        match error {
            AppKeyError::Store(error) => error.into(),
            AppKeyError::NotFound(id) => Self::Unknown(format!("app key {id}")),
            AppKeyError::Taken(_) => Self::Taken(error.to_string()),
            other => Self::invalid(other),
        }
    }
}

impl From<SettingChangeError> for AdminError {
    fn from(error: SettingChangeError) -> Self {
        match error {
            SettingChangeError::Store(error) => error.into(),
            other => Self::invalid(other),
        }
    }
}

impl From<RoleError> for AdminError {
    fn from(error: RoleError) -> Self {
        match error {
            RoleError::Store(error) => error.into(),
            other => Self::invalid(other),
        }
    }
}

impl From<BlockWordError> for AdminError {
    fn from(error: BlockWordError) -> Self {
        Self::invalid(error)
    }
}

impl From<OperatorError> for AdminError {
    fn from(error: OperatorError) -> Self {
        match error {
            OperatorError::Store(error) => error.into(),
            OperatorError::Password(error) => error.into(),
            OperatorError::Unknown(name) => Self::Unknown(format!("operator {name}")),
            OperatorError::NoToken(id) => Self::Unknown(format!("token {id} of this operator")),
            OperatorError::Taken(_) => Self::Taken(error.to_string()),
            other => Self::invalid(other),
        }
    }
}

impl From<OwnAccountError> for AdminError {
    fn from(error: OwnAccountError) -> Self {
        match error {
            OwnAccountError::Unproven => Self::Unproven,
            OwnAccountError::Locked => Self::Locked,
            OwnAccountError::WrongCode => Self::invalid(error),
            OwnAccountError::Operator(error) => error.into(),
        }
    }
}

impl From<WebhookError> for AdminError {
    fn from(error: WebhookError) -> Self {
        match error {
            WebhookError::Store(error) => error.into(),
            WebhookError::NotFound(id) => Self::Unknown(format!("webhook {id}")),
            WebhookError::NoEvent(position) => Self::Unknown(format!("event {position} in the log")),
            WebhookError::NotTaken(_) => Self::Receiver(error.to_string()),
            other => Self::invalid(other),
        }
    }
}

impl From<HookError> for AdminError {
    fn from(error: HookError) -> Self {
        match error {
            HookError::Store(error) => error.into(),
            HookError::NotFound(id) => Self::Unknown(format!("hook {id}")),
            HookError::NotAnswered(_) => Self::Receiver(error.to_string()),
            other => Self::invalid(other),
        }
    }
}
