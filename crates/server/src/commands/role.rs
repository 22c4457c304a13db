//! `sixin role`

use serde_json::{Map, Value, json};
use sixin_application::ports::{RoleAdmin, Roles};
use sixin_domain::id::RoleId;
use sixin_domain::visible::is_name;
use sixin_storage::Database;

use super::{CommandError, Output, now};
use crate::cli::Role;

pub(super) async fn run(database: &Database, out: Output, command: Role) -> Result<(), CommandError> {
    match command {
        Role::List => {
            for role in &database.book().await?.0 {
                let permissions: Map<String, Value> = role.permissions.iter().cloned().collect();
                let permissions = Value::Object(permissions);
                let state = if role.is_enabled { "on" } else { "off" };
                let text = format!("{:>4} {:<24} {state:<4} {permissions}", role.id, role.name);
                out.line(&text, || {
                    json!({ "id": role.id.0, "name": role.name, "enabled": role.is_enabled, "permissions": permissions })
                });
            }
        }
        Role::Set { role, name, permission, enabled } => {
            if role < 1 {
                return Err(CommandError::Usage("a role is a number from 1".to_owned()));
            }
            if name.as_deref().is_some_and(|name| !is_name(name)) {
                let usage = "the name must be one line with something to see in it".to_owned();
                return Err(CommandError::Usage(usage));
            }
            let permission = match permission.as_deref().map(|text| text.split_once('=')) {
                Some(None) => {
                    let usage = "a permission looks like conversation=true".to_owned();
                    return Err(CommandError::Usage(usage));
                }
                permission => permission.flatten(),
            };
            RoleAdmin::set(database, RoleId(role), name.as_deref(), permission, enabled, now()).await?;
            out.line(&format!("role {role} is set"), || json!({ "id": role }));
        }
    }
    Ok(())
}
