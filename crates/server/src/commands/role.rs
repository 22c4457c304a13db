//! `sixin role`

use serde_json::{Map, Value, json};
use sixin_application::operations::roles::{self, RoleChange};
use sixin_application::site::ports::Roles;
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
        Role::Set { role, name, permission, custom, enabled } => {
            let (name, permission) = (name.as_deref(), permission.as_deref());
            let change = RoleChange { name, permission, is_custom: custom, is_enabled: enabled };
            roles::set(database, role, change, now()).await?;
            out.line(&format!("role {role} is set"), || json!({ "id": role }));
        }
    }
    Ok(())
}
