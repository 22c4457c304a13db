//! The URL by which an operator chooses the database.

use std::path::PathBuf;

use thiserror::Error;

/// Where the database is. Prints without the password.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// `sqlite://PATH`: a file, relative to the working directory or absolute.
    Sqlite(PathBuf),
    /// `mysql://USER:PASSWORD@HOST:PORT/DATABASE`: a server that speaks MySQL's protocol.
    Mysql(String),
}

/// Why a text is no URL of a database.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum UrlError {
    /// No scheme of ours. The text is not repeated: it may hold a password.
    #[error("the database URL must begin with sqlite:// or mysql://")]
    UnknownScheme,
    /// `sqlite://` without a path.
    #[error("sqlite:// needs a path behind it, for example sqlite://var/sixin.db")]
    NoPath,
    /// An in-memory database, of which every connection would have its own.
    #[error("an in-memory SQLite database is not supported: every connection would have one of its own")]
    InMemory,
    /// A URL the driver does not understand, or one without a database name.
    #[error("the MySQL URL must look like mysql://user:password@host:3306/database")]
    BadMysql,
}

impl DatabaseUrl {
    /// Reads a URL.
    ///
    /// # Errors
    /// See [`UrlError`].
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        if let Some(path) = text.strip_prefix("sqlite://") {
            return match path {
                "" => Err(UrlError::NoPath),
                ":memory:" => Err(UrlError::InMemory),
                path => Ok(Self::Sqlite(PathBuf::from(path))),
            };
        }
        let rest = text.strip_prefix("mysql://").ok_or(UrlError::UnknownScheme)?;
        let database =
            rest.split_once('/').map_or("", |(_, path)| path.split('?').next().unwrap_or_default());
        if rest.starts_with('/') || database.is_empty() {
            return Err(UrlError::BadMysql);
        }
        Ok(Self::Mysql(text.to_owned()))
    }

    /// `sqlite` or `mysql`.
    #[must_use]
    pub fn scheme(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "sqlite",
            Self::Mysql(_) => "mysql",
        }
    }
}

impl std::fmt::Debug for DatabaseUrl {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{self}")
    }
}

impl std::fmt::Display for DatabaseUrl {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(path) => write!(out, "sqlite://{}", path.display()),
            Self::Mysql(url) => {
                let place =
                    url.rsplit_once('@').map_or(url.trim_start_matches("mysql://"), |(_, place)| place);
                write!(out, "mysql://{}", place.split('?').next().unwrap_or_default())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_scheme_is_refused() {
        for text in ["postgres://localhost/x", "var/sixin.db", "mysqltypo.db", "mysqls://h/d", ""] {
            assert_eq!(DatabaseUrl::parse(text), Err(UrlError::UnknownScheme), "{text}");
        }
    }

    #[test]
    fn a_url_without_a_database_and_an_in_memory_database_are_refused() {
        assert_eq!(DatabaseUrl::parse("sqlite://"), Err(UrlError::NoPath));
        assert_eq!(DatabaseUrl::parse("sqlite://:memory:"), Err(UrlError::InMemory));
        for text in ["mysql://", "mysql://host", "mysql://host/", "mysql:///db", "mysql://host/?x=1"] {
            assert_eq!(DatabaseUrl::parse(text), Err(UrlError::BadMysql), "{text}");
        }
    }

    #[test]
    fn a_password_never_shows() {
        let url = DatabaseUrl::parse("mysql://user:p@ss@host:3306/db?x=secret").unwrap();
        assert_eq!(url.to_string(), "mysql://host:3306/db");
        assert_eq!(format!("{url:?}"), "mysql://host:3306/db");
    }
}
