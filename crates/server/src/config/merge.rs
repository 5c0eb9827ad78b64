//! Lays the sources over each other, key by key, and finds every problem on the way.

use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::schema::{self, KEYS, Key};
use super::source::Flag;
use super::{Error, Problem, Source, Sources};

const DEFAULTS: &str = include_str!("config.default.toml");
const PREFIX: &str = "GUANXI_";

/// One key with its value in effect.
pub(super) struct Setting {
    pub(super) key: &'static Key,
    pub(super) value: Value,
    pub(super) source: Source,
}

/// One setting per key, in the order of the schema.
pub(super) fn merge(sources: Sources) -> Result<Vec<Setting>, Error> {
    let mut merge = Merge { values: KEYS.iter().map(|_| None).collect(), problems: Vec::new() };
    merge.table(parse(DEFAULTS, Path::new("config.default.toml"))?, &Source::Default);
    if let Some(path) = sources.file {
        let text = std::fs::read_to_string(&path).map_err(|source| Error::Unreadable { path: path.clone(), source })?;
        merge.table(parse(&text, &path)?, &Source::File(path));
    }
    for (name, value) in sources.environment {
        merge.variable(&name, &value);
    }
    for flag in sources.flags {
        merge.flag(flag);
    }
    merge.finish()
}

/// As nested tables, for serde.
pub(super) fn nested(settings: &[Setting]) -> Table {
    let mut root = Table::new();
    for Setting { key, value, .. } in settings {
        let section = root.entry(key.section).or_insert_with(|| Value::Table(Table::new()));
        if let Value::Table(section) = section {
            section.insert(key.name.to_owned(), value.clone());
        }
    }
    root
}

/// Neither the text nor the parser's own picture of it goes into the error: the line may hold a password.
fn parse(text: &str, path: &Path) -> Result<Table, Error> {
    text.parse().map_err(|error: toml::de::Error| {
        let start = error.span().map_or(0, |span| span.start);
        let line = text.bytes().take(start).filter(|byte| *byte == b'\n').count() + 1;
        Error::Syntax { path: PathBuf::from(path), line, message: error.message().to_owned() }
    })
}

struct Merge {
    /// In step with [`KEYS`].
    values: Vec<Option<(Value, Source)>>,
    problems: Vec<Problem>,
}

impl Merge {
    fn table(&mut self, root: Table, source: &Source) {
        for (section, value) in root {
            let Value::Table(table) = value else {
                self.unknown(&section, "", source);
                continue;
            };
            for (name, value) in table {
                match schema::find(&section, &name) {
                    Some(at) => self.set(at, KEYS[at].check(value), source.clone()),
                    None => self.unknown(&section, &name, source),
                }
            }
        }
    }

    fn variable(&mut self, name: &str, value: &str) {
        let Some(path) = name.strip_prefix(PREFIX) else { return };
        let path = path.to_ascii_lowercase();
        let source = Source::Environment(name.to_owned());
        let Some((section, key)) = path.split_once("__") else {
            self.single_underscore(&path, source);
            return;
        };
        match schema::find(section, key) {
            Some(at) => self.set(at, KEYS[at].read(value), source),
            None => self.unknown(section, key, &source),
        }
    }

    /// Not a key of ours, and mostly not meant as one: Kubernetes sets GUANXI_PORT and more in every pod beside a
    /// service of our name. Only what is a key but for an underscore is a mistake.
    fn single_underscore(&mut self, path: &str, source: Source) {
        let meant = KEYS.iter().find(|key| path == format!("{}_{}", key.section, key.name));
        if let Some(Key { section, name, .. }) = meant {
            let variable = format!("{PREFIX}{section}__{name}").to_ascii_uppercase();
            self.problem(format!("{section}.{name}"), source, format!("is set by {variable}, with two underscores"));
        }
    }

    fn flag(&mut self, Flag { flag, key, value }: Flag) {
        let source = Source::Flag(flag);
        let (section, name) = key.split_once('.').unwrap_or((&key, ""));
        match schema::find(section, name) {
            Some(at) => self.set(at, KEYS[at].read(&value), source),
            None => self.unknown(section, name, &source),
        }
    }

    fn set(&mut self, at: usize, checked: Result<Value, String>, source: Source) {
        match checked {
            Ok(value) => self.values[at] = Some((value, source)),
            Err(message) => self.problem(format!("{}.{}", KEYS[at].section, KEYS[at].name), source, message),
        }
    }

    fn unknown(&mut self, section: &str, name: &str, source: &Source) {
        let names: Vec<&str> = KEYS.iter().filter(|key| key.section == section).map(|key| key.name).collect();
        let message = if names.is_empty() {
            format!("is no key; sections are {}", schema::sections().join(", "))
        } else {
            format!("is no key; [{section}] has {}", names.join(", "))
        };
        let key = if name.is_empty() { section.to_owned() } else { format!("{section}.{name}") };
        self.problem(key, source.clone(), message);
    }

    fn problem(&mut self, key: String, source: Source, message: String) {
        self.problems.push(Problem { key, source, message });
    }

    fn finish(mut self) -> Result<Vec<Setting>, Error> {
        let mut settings = Vec::with_capacity(KEYS.len());
        for (key, value) in KEYS.iter().zip(std::mem::take(&mut self.values)) {
            match value {
                Some((value, source)) => settings.push(Setting { key, value, source }),
                // The compiled-in file sets every key, unless its own value was refused.
                None => {
                    let key = format!("{}.{}", key.section, key.name);
                    self.problem(key, Source::Default, "has no value".to_owned());
                }
            }
        }
        if self.problems.is_empty() { Ok(settings) } else { Err(Error::Invalid(self.problems)) }
    }
}
