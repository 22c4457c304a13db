//! Users that a back end names, who all have to exist.

use sixin_domain::id::UserId;
use sixin_domain::username::Username;

use crate::ports::{StoreError, Users};

/// The ids of the users with these names, in their order.
///
/// # Errors
/// `unknown` of the first that does not exist, or what the store says.
pub(crate) async fn ids_of<E: From<StoreError>>(
    users: &dyn Users,
    names: &[Username],
    unknown: fn(Username) -> E,
) -> Result<Vec<UserId>, E> {
    let found = users.find_named(names).await?;
    let id = |name: &Username| {
        let user = found.iter().find(|user| user.username == *name);
        user.map(|user| user.id).ok_or_else(|| unknown(name.clone()))
    };
    names.iter().map(id).collect()
}
