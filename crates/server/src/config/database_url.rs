//! The URL of the database, which may hold a password and therefore never shows itself whole.

use std::fmt;

use serde::Deserialize;

/// `Debug` and `Display` hide passwords; [`reveal`](Self::reveal) is for the one who connects.
#[derive(Clone, Deserialize, PartialEq, Eq)]
#[serde(from = "String")]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    pub fn reveal(&self) -> &str {
        &self.0
    }

    pub fn is_sqlite(&self) -> bool {
        self.0.starts_with("sqlite:")
    }

    pub(super) fn is_known_scheme(&self) -> bool {
        ["sqlite:", "postgres:", "postgresql:"].iter().any(|scheme| self.0.starts_with(scheme))
    }
}

impl From<String> for DatabaseUrl {
    fn from(url: String) -> Self {
        Self(url)
    }
}

impl From<&str> for DatabaseUrl {
    fn from(url: &str) -> Self {
        Self(url.to_owned())
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = hide_user_password(&self.0);
        let Some((address, query)) = url.split_once('?') else { return f.write_str(&url) };
        let pairs: Vec<String> = query.split('&').map(hide_parameter).collect();
        write!(f, "{address}?{}", pairs.join("&"))
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

/// Up to the *last* `@`: a password that should have been percent-encoded is hidden nevertheless.
fn hide_user_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let Some((user, host)) = rest.rsplit_once('@') else { return url.to_owned() };
    match user.split_once(':') {
        Some((name, _)) => format!("{scheme}://{name}:***@{host}"),
        None => url.to_owned(),
    }
}

fn hide_parameter(pair: &str) -> String {
    match pair.split_once('=') {
        Some((name, _)) if name.to_ascii_lowercase().contains("password") => format!("{name}=***"),
        _ => pair.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_do_not_show() {
        let shown = |url: &str| {
            let url = DatabaseUrl::from(url);
            assert_eq!(format!("{url:?}"), format!("\"{url}\""));
            url.to_string()
        };
        assert_eq!(shown("sqlite://guanxi.db?mode=rwc"), "sqlite://guanxi.db?mode=rwc");
        assert_eq!(shown("postgres://ada@db/guanxi"), "postgres://ada@db/guanxi");
        assert_eq!(shown("postgres://ada:secret@db:5432/guanxi"), "postgres://ada:***@db:5432/guanxi");
        assert_eq!(shown("postgres://ada:s@c?r:e/t@db/guanxi"), "postgres://ada:***@db/guanxi");
        assert_eq!(shown("postgres://db/g?user=ada&password=secret"), "postgres://db/g?user=ada&password=***");
    }
}
