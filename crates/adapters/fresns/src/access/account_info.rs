//! The account object (docs/wire/fresns.md#account-object), null or empty where there is nothing. What it is reached
//! by is masked.

use serde::Serialize;
use serde_json::{Map, Value};
use sixin_application::access::sign_in::AccountView;
use sixin_domain::user::contact::Phone;
use utoipa::ToSchema;

use crate::admission::Locale;
use crate::users::user_info::UserInfo;
use crate::users::user_view::Subject;

/// What stands for what is not shown.
const MASK: &str = "****";

/// An account, as it is shown to whoever is signed in to it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FresnsAccount)]
pub(crate) struct AccountInfo {
    pub(crate) aid: String,
    #[schema(required = true)]
    pub(crate) country_code: Option<String>,
    #[schema(required = true)]
    pub(crate) pure_phone: Option<String>,
    #[schema(required = true)]
    pub(crate) phone: Option<String>,
    #[schema(required = true)]
    pub(crate) email: Option<String>,
    pub(crate) has_password: bool,
    pub(crate) verify_status: bool,
    #[schema(value_type = Option<String>, required = true)]
    pub(crate) verify_support: Value,
    #[schema(value_type = Option<String>, required = true)]
    pub(crate) verify_real_name: Value,
    pub(crate) verify_gender: i64,
    #[schema(value_type = Option<String>, required = true)]
    pub(crate) verify_cert_type: Value,
    #[schema(value_type = Option<String>, required = true)]
    pub(crate) verify_cert_number: Value,
    #[schema(value_type = Option<i64>, required = true)]
    pub(crate) verify_identity_type: Value,
    #[schema(value_type = Option<String>, required = true)]
    pub(crate) verify_date_time: Value,
    pub(crate) register_date_time: String,
    pub(crate) status: bool,
    pub(crate) wait_delete: bool,
    #[schema(value_type = Option<String>, required = true)]
    pub(crate) wait_delete_date_time: Value,
    pub(crate) deactivate: bool,
    #[schema(required = true)]
    pub(crate) deactivate_time: Option<String>,
    /// Always empty.
    #[schema(value_type = Vec<Object>)]
    pub(crate) connects: Vec<Value>,
    pub(crate) wallet: Wallet,
    pub(crate) users: Vec<UserInfo>,
    /// Always empty.
    #[schema(value_type = Object)]
    pub(crate) interactive: Map<String, Value>,
    /// The same in the name that clients of 2.x read.
    #[schema(value_type = Object)]
    pub(crate) interaction: Map<String, Value>,
}

/// The wallet of an account: there are none here, and pages read its keys all the same.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FresnsWallet)]
pub(crate) struct Wallet {
    pub(crate) status: bool,
    pub(crate) has_password: bool,
    pub(crate) currency_code: &'static str,
    pub(crate) currency_name: &'static str,
    pub(crate) currency_unit: &'static str,
    pub(crate) balance: &'static str,
    pub(crate) freeze_amount: &'static str,
    pub(crate) bank_name: &'static str,
    pub(crate) swift_code: &'static str,
    pub(crate) bank_address: &'static str,
    pub(crate) bank_account: &'static str,
    pub(crate) bank_status: bool,
}

const NO_WALLET: Wallet = Wallet {
    status: false,
    has_password: false,
    currency_code: "",
    currency_name: "",
    currency_unit: "",
    balance: "0.00",
    freeze_amount: "0.00",
    bank_name: "",
    swift_code: "",
    bank_address: "",
    bank_account: "",
    bank_status: false,
};

impl AccountInfo {
    pub(crate) fn of(view: &AccountView, locale: &Locale) -> Self {
        let AccountView { account, users, roles, role_book } = view;
        let shown = users.iter().map(|user| {
            let roles = roles.get(&user.id).map_or(&[][..], Vec::as_slice);
            Subject { user, roles, role_book, locale }.seen_by_itself()
        });
        Self {
            aid: account.aid.clone(),
            country_code: account.phone.as_ref().map(|phone| phone.country().to_owned()),
            pure_phone: account.phone.as_ref().map(|phone| masked(phone.pure())),
            phone: account.phone.as_ref().map(masked_whole),
            email: account.email.as_ref().map(|email| masked_email(email.as_str())),
            has_password: account.password.is_some(),
            verify_status: false,
            verify_support: Value::Null,
            verify_real_name: Value::Null,
            verify_gender: 0,
            verify_cert_type: Value::Null,
            verify_cert_number: Value::Null,
            verify_identity_type: Value::Null,
            verify_date_time: Value::Null,
            register_date_time: locale.times.date_time(account.created_at),
            status: account.is_enabled,
            wait_delete: false,
            wait_delete_date_time: Value::Null,
            deactivate: account.deleted_at.is_some(),
            deactivate_time: account.deleted_at.map(|at| locale.times.date_time(at)),
            connects: Vec::new(),
            wallet: NO_WALLET,
            users: shown.collect(),
            interactive: Map::new(),
            interaction: Map::new(),
        }
    }
}

fn masked_whole(phone: &Phone) -> String {
    format!("{}{}", phone.country(), masked(phone.pure()))
}

/// The first and the last two characters.
fn masked(text: &str) -> String {
    let last = text.char_indices().rev().nth(1).map_or("", |(at, _)| text.get(at..).unwrap_or_default());
    format!("{}{MASK}{last}", text.chars().take(2).collect::<String>())
}

/// The first character, and where the address is.
fn masked_email(email: &str) -> String {
    let (name, host) = email.rsplit_once('@').unwrap_or((email, ""));
    format!("{}{MASK}@{host}", name.chars().take(1).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_what_an_account_is_reached_by_only_the_ends_are_shown() {
        assert_eq!(masked("15112345678"), "15****78");
        assert_eq!(masked_whole(&Phone::parse("+4915112345678").unwrap()), "4915****78");
        assert_eq!(masked_email("ann@example.org"), "a****@example.org");
    }
}
