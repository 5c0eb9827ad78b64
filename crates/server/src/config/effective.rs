//! The configuration in effect, as `guanxi config check` prints it: a valid configuration file but for the passwords.

use std::fmt;

use toml::Value;

use super::DatabaseUrl;
use super::merge::Setting;
use super::schema::Allowed;

/// Every key with its value and where that comes from.
pub struct Effective(Vec<Setting>);

impl Effective {
    pub(super) fn new(settings: Vec<Setting>) -> Self {
        Self(settings)
    }
}

impl fmt::Display for Effective {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut section = "";
        for Setting { key, value, source } in &self.0 {
            if key.section != section {
                let gap = if section.is_empty() { "" } else { "\n" };
                section = key.section;
                writeln!(f, "{gap}[{section}]")?;
            }
            match (&key.allowed, value) {
                (Allowed::Database, Value::String(url)) => {
                    let url = Value::String(DatabaseUrl::from(url.as_str()).to_string());
                    writeln!(f, "{} = {url}  # {source}", key.name)?;
                }
                _ => writeln!(f, "{} = {value}  # {source}", key.name)?,
            }
        }
        Ok(())
    }
}
