//! The account object of 3.x, and the tokens of whoever has signed in (docs/wire/fresns3.md#sign-in).

use serde::Serialize;
use sixin_domain::access::app_key::Secret;
use utoipa::ToSchema;

use crate::access::account_info::{AccountInfo, Wallet};
use crate::v3::user::User;

/// An account, as it is shown to whoever is signed in to it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Fresns3Account)]
pub(crate) struct Account {
    aid: String,
    has_email: bool,
    has_phone: bool,
    has_password: bool,
    /// Always null.
    #[schema(required = true)]
    birthday: Option<String>,
    kyc_verified: bool,
    status: bool,
    wait_delete: bool,
    #[schema(required = true)]
    wait_delete_date_time: Option<String>,
    wallet: ThirdWallet,
    pub(super) users: Vec<User>,
}

/// The wallet of an account: there are none here, and pages read its keys all the same.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Fresns3Wallet)]
struct ThirdWallet {
    status: bool,
    has_password: bool,
    currency_code: &'static str,
    currency_name: &'static str,
    currency_unit: &'static str,
    currency_precision: i64,
    balance: &'static str,
    freeze_amount: &'static str,
}

impl From<Wallet> for ThirdWallet {
    fn from(wallet: Wallet) -> Self {
        Self {
            status: wallet.status,
            has_password: wallet.has_password,
            currency_code: wallet.currency_code,
            currency_name: wallet.currency_name,
            currency_unit: wallet.currency_unit,
            currency_precision: 2,
            balance: wallet.balance,
            freeze_amount: wallet.freeze_amount,
        }
    }
}

impl From<AccountInfo> for Account {
    fn from(account: AccountInfo) -> Self {
        Self {
            aid: account.aid,
            has_email: account.email.is_some(),
            has_phone: account.phone.is_some(),
            has_password: account.has_password,
            birthday: None,
            kyc_verified: account.verify_status,
            status: account.status,
            wait_delete: account.wait_delete,
            wait_delete_date_time: None,
            wallet: account.wallet.into(),
            users: account.users.into_iter().map(Into::into).collect(),
        }
    }
}

/// The tokens of an account and its user, and when they end: null means never.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Fresns3AuthToken)]
pub(crate) struct AuthToken {
    aid: String,
    aid_token: String,
    #[schema(minimum = 1, maximum = 9_007_199_254_740_991_i64)]
    uid: i64,
    uid_token: String,
    #[schema(required = true)]
    expired_hours: Option<i64>,
    #[schema(required = true)]
    expired_days: Option<i64>,
    #[schema(required = true)]
    expired_date_time: Option<String>,
}

impl AuthToken {
    /// Tokens that are made here never end.
    pub(super) fn of((aid, aid_token): (&str, &str), (uid, uid_token): (i64, &Secret)) -> Self {
        Self {
            aid: aid.to_owned(),
            aid_token: aid_token.to_owned(),
            uid,
            uid_token: uid_token.reveal().to_owned(),
            expired_hours: None,
            expired_days: None,
            expired_date_time: None,
        }
    }
}
