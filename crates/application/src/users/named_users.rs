//! Users that a back end names, who all have to exist.

use std::sync::Arc;

use std::collections::HashMap;

use sixin_domain::id::UserId;
use sixin_domain::user::User;
use sixin_domain::user::username::Username;
use thiserror::Error;

use crate::ports::StoreError;
use crate::users::ports::Users;

/// Why what a back end wants for its users is not done. Nothing was changed then.
#[derive(Debug, Error)]
pub enum UsersError {
    /// There is no such user.
    #[error("there is no such user ({0})")]
    Unknown(Username),
    /// It has left, or the operator has disabled it.
    #[error("the user has left or is disabled ({0})")]
    Left(Username),
    /// There is nothing to see in the name, or it turns the text around it, so nobody is to be called so.
    #[error("a new user's name must have something to see in it and must not turn the text around")]
    Unseen,
    /// Clients obey whoever is called so, so nobody is.
    #[error("the name {0} is reserved")]
    Reserved(Username),
    /// A name that is a number is its own uid, and another user has that.
    #[error("the number {0} is the uid of another user")]
    NumberTaken(Username),
    /// Nobody stands in a relation to itself.
    #[error("the two users must be different ({0})")]
    Oneself(Username),
    /// The list is full.
    #[error("a list holds at most {0} users")]
    ListFull(i64),
    /// The server has no process number at the moment.
    #[error("no process number is held")]
    Busy,
    /// The store could not.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The ids of the users with these names, in their order.
///
/// # Errors
/// [`UsersError::Unknown`] of the first that does not exist, or what the store says.
pub(crate) async fn ids_of(users: &dyn Users, names: &[Username]) -> Result<Vec<UserId>, UsersError> {
    let found = users.find_named(names).await?;
    let ids: HashMap<&Username, UserId> = found.iter().map(|user| (&user.username, user.id)).collect();
    let id = |name: &Username| ids.get(name).copied().ok_or_else(|| UsersError::Unknown(name.clone()));
    names.iter().map(id).collect()
}

/// The user of that name.
///
/// # Errors
/// If there is none, or what the store says.
pub(crate) async fn one_named(users: &dyn Users, name: &Username) -> Result<Arc<User>, UsersError> {
    let found = users.find_named(std::slice::from_ref(name)).await?.pop();
    found.ok_or_else(|| UsersError::Unknown(name.clone()))
}
