//! Roles, and which of them decides (docs/wire/fresns.md#role).

use serde_json::Value;

use crate::id::RoleId;
use crate::time::Millis;

/// The permission a sender needs, as `roles.permissions` spells it.
pub const CONVERSATION: &str = "conversation";

/// A role as the rules and the user object see it.
#[derive(Debug, Clone, PartialEq)]
pub struct Role {
    /// Its number.
    pub id: RoleId,
    /// Its name.
    pub name: String,
    /// 1 administrators, 2 the system's, 3 the operators'.
    pub kind: i64,
    /// `permKey` and `permValue` of each permission, in stored order.
    pub permissions: Vec<(String, Value)>,
    /// Off: the role counts as absent. Soft-deleted roles are off.
    pub is_enabled: bool,
    /// Soft-deleted: no list shows it.
    pub is_deleted: bool,
    /// Shown part: whether the name is displayed.
    pub is_display_name: bool,
    /// Shown part: whether the icon is displayed.
    pub is_display_icon: bool,
    /// Shown part: address of the icon.
    pub icon_file_url: Option<String>,
    /// Shown part: `#RRGGBB`.
    pub nickname_color: Option<String>,
    /// Shown part: 1 means not set.
    pub rank_state: i64,
}

impl Role {
    /// Whether the permission is granted: boolean true, or 1, or `"1"` (docs/wire/fresns.md#permission-values).
    /// Missing means no.
    #[must_use]
    pub fn grants(&self, key: &str) -> bool {
        self.permissions.iter().find(|(name, _)| name == key).is_some_and(|(_, value)| match value {
            Value::Bool(granted) => *granted,
            Value::Number(number) => number.as_i64() == Some(1),
            Value::String(text) => text == "1",
            _ => false,
        })
    }

    /// The number a permission holds, also one that is stored as text (docs/wire/fresns.md#permission-values). `None`
    /// if there is none.
    #[must_use]
    pub fn number(&self, key: &str) -> Option<i64> {
        let (_, value) = self.permissions.iter().find(|(name, _)| name == key)?;
        match value {
            Value::String(text) => text.trim().parse().ok(),
            other => other.as_i64(),
        }
    }
}

/// Reads the column `roles.permissions`: a JSON array of `{permKey, permValue}`; anything else grants nothing.
#[must_use]
pub fn parse_permissions(json: &str) -> Vec<(String, Value)> {
    let Ok(Value::Array(entries)) = serde_json::from_str(json) else { return Vec::new() };
    entries
        .into_iter()
        .filter_map(|mut entry| {
            let key = entry.get("permKey")?.as_str()?.to_owned();
            Some((key, entry.get_mut("permValue").map(Value::take).unwrap_or_default()))
        })
        .collect()
}

/// One role of a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UserRole {
    /// The role.
    pub role: RoleId,
    /// Whether it is the main one; only that one decides.
    pub is_main: bool,
    /// When it ends; `None` means never.
    pub expired_at: Option<Millis>,
    /// What follows it when it has ended.
    pub restore_role: Option<RoleId>,
}

/// All roles of the site.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RoleBook(pub Vec<Role>);

impl RoleBook {
    /// The enabled role with that number.
    #[must_use]
    pub fn enabled(&self, id: RoleId) -> Option<&Role> {
        self.0.iter().find(|role| role.id == id && role.is_enabled)
    }

    /// The role that decides for a user who has `roles`, by the procedure of docs/wire/fresns.md#role; `None` means
    /// that the user has no rights at all.
    #[must_use]
    pub fn deciding(&self, roles: &[UserRole], default: Option<RoleId>, now: Millis) -> Option<&Role> {
        let candidate = match roles.iter().find(|role| role.is_main) {
            None => default,
            Some(main) if main.expired_at.is_some_and(|end| end < now) => main.restore_role.or(default),
            Some(main) => Some(main.role),
        };
        candidate.and_then(|id| self.enabled(id)).or_else(|| default.and_then(|id| self.enabled(id)))
    }
}

/// A role with these permissions and no other peculiarity.
#[cfg(test)]
pub(crate) fn with_permissions(json: &str) -> Role {
    Role {
        id: RoleId(4),
        name: "General User".into(),
        kind: 3,
        permissions: parse_permissions(json),
        is_enabled: true,
        is_deleted: false,
        is_display_name: false,
        is_display_icon: false,
        icon_file_url: None,
        nickname_color: None,
        rank_state: 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = Millis(1000);
    const DEFAULT: Option<RoleId> = Some(RoleId(4));

    fn role(id: i64, is_enabled: bool) -> Role {
        let granted = with_permissions(r#"[{"permKey":"conversation","permValue":true}]"#);
        Role { id: RoleId(id), is_enabled, ..granted }
    }

    fn book() -> RoleBook {
        RoleBook(vec![role(1, true), role(2, true), role(3, false), role(4, true)])
    }

    fn main(role: i64, expired_at: Option<i64>, restore: Option<i64>) -> UserRole {
        UserRole {
            role: RoleId(role),
            is_main: true,
            expired_at: expired_at.map(Millis),
            restore_role: restore.map(RoleId),
        }
    }

    fn deciding(roles: &[UserRole], default: Option<RoleId>) -> Option<i64> {
        book().deciding(roles, default, NOW).map(|role| role.id.0)
    }

    #[test]
    fn without_a_main_role_the_default_role_decides() {
        assert_eq!(deciding(&[], DEFAULT), Some(4));
        let additional = UserRole { is_main: false, ..main(1, None, None) };
        assert_eq!(deciding(&[additional], DEFAULT), Some(4));
    }

    #[test]
    fn a_main_role_that_has_not_ended_decides() {
        assert_eq!(deciding(&[main(1, None, None)], DEFAULT), Some(1));
        assert_eq!(deciding(&[main(1, Some(1000), Some(2))], DEFAULT), Some(1));
    }

    #[test]
    fn an_ended_main_role_gives_way_to_its_restore_role_or_the_default() {
        assert_eq!(deciding(&[main(1, Some(999), Some(2))], DEFAULT), Some(2));
        assert_eq!(deciding(&[main(1, Some(999), None)], DEFAULT), Some(4));
    }

    #[test]
    fn a_missing_or_disabled_role_gives_way_to_the_default_role() {
        assert_eq!(deciding(&[main(9, None, None)], DEFAULT), Some(4));
        assert_eq!(deciding(&[main(3, None, None)], DEFAULT), Some(4));
        assert_eq!(deciding(&[main(1, Some(999), Some(9))], DEFAULT), Some(4));
    }

    #[test]
    fn without_a_usable_default_role_nobody_decides() {
        assert_eq!(deciding(&[], None), None);
        assert_eq!(deciding(&[], Some(RoleId(3))), None);
        assert_eq!(deciding(&[main(9, None, None)], Some(RoleId(8))), None);
        assert_eq!(deciding(&[main(1, None, None)], None), Some(1));
    }

    #[test]
    fn only_a_true_permission_is_a_permission() {
        let grants =
            |json: &str| Role { permissions: parse_permissions(json), ..role(1, true) }.grants(CONVERSATION);
        assert!(grants(r#"[{"permKey":"conversation","permValue":true}]"#));
        assert!(grants(
            r#"[{"permKey":"other","permValue":false},{"permKey":"conversation","permValue":1}]"#
        ));
        assert!(grants(r#"[{"permKey":"conversation","permValue":"1"}]"#));
        for json in [
            r#"[{"permKey":"conversation","permValue":false}]"#,
            r#"[{"permKey":"conversation","permValue":"true"}]"#,
            r#"[{"permKey":"conversation"}]"#,
            r#"[{"permKey":"conversations","permValue":true}]"#,
            r#"{"conversation":true}"#,
            "[]",
            "nonsense",
        ] {
            assert!(!grants(json), "{json}");
        }
    }
}
