//! Precedence of the sources, and what is said about mistakes.

use std::fs;
use std::time::Duration;

use tempfile::TempDir;

use super::source::Flag;
use super::*;

fn file(text: &str) -> (TempDir, Sources) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("guanxi.toml");
    fs::write(&path, text).unwrap();
    (folder, Sources { file: Some(path), ..Sources::default() })
}

fn environment(variables: &[(&str, &str)]) -> Sources {
    let environment = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Sources { environment, ..Sources::default() }
}

fn flag(key: &str, value: &str) -> Flag {
    Flag { flag: "--set".to_owned(), key: key.to_owned(), value: value.to_owned() }
}

fn message(sources: Sources) -> String {
    Config::load(sources).err().expect("an error").to_string()
}

#[test]
fn defaults_set_every_key_and_nothing_else() {
    let config = Config::defaults().unwrap();
    assert_eq!(config.server.listen.to_string(), "127.0.0.1:50051");
    assert_eq!(config.connections.max_age, Duration::from_secs(1800));
    assert!(config.storage.migrates_at_start(), "SQLite migrates itself");
}

#[test]
fn later_sources_win_over_earlier_ones() {
    let (_folder, mut sources) = file(
        "[server]\nlisten = \"127.0.0.1:1\"\nreflection = false\nmax_inflight_calls = 2\n[log]\nformat = \"json\"\n",
    );
    sources.environment = environment(&[
        ("GUANXI_SERVER__LISTEN", "127.0.0.1:3"),
        ("GUANXI_SERVER__MAX_INFLIGHT_CALLS", "4"),
        ("PATH", "/bin"),
    ])
    .environment;
    sources.flags = vec![flag("server.listen", "127.0.0.1:5")];
    let (config, effective) = Config::load(sources).unwrap();
    assert_eq!(config.server.listen.port(), 5, "flag over environment");
    assert_eq!(config.server.max_inflight_calls, 4, "environment over file");
    assert!(!config.server.reflection, "file over default");
    assert_eq!(config.log.format, LogFormat::Json);
    let shown = effective.to_string();
    assert!(shown.contains("listen = \"127.0.0.1:5\"  # --set"), "{shown}");
    assert!(shown.contains("max_inflight_calls = 4  # environment GUANXI_SERVER__MAX_INFLIGHT_CALLS"), "{shown}");
    assert!(shown.contains("lameduck_seconds = 5  # default"), "{shown}");
}

#[test]
fn unknown_keys_of_a_file_are_named_with_what_there_is() {
    let (_folder, sources) = file("listen = 1\n[server]\nlisten_on = \"x\"\n[sever]\nlisten = \"x\"\n");
    let text = message(sources);
    for part in [
        "server.listen_on (",
        "guanxi.toml) is no key; [server] has listen, reflection,",
        "sever.listen (",
        "sections are server, connections, shutdown, storage, deployment, log",
    ] {
        assert!(text.contains(part), "{part:?} in {text}");
    }
}

#[test]
fn unknown_variables_are_named_and_foreign_ones_let_be() {
    let text = message(environment(&[("GUANXI_SERVER__LISTENER", "x")]));
    assert!(text.contains("server.listener (environment GUANXI_SERVER__LISTENER) is no key; [server] has"), "{text}");
    let text = message(environment(&[("GUANXI_SERVER_LISTEN", "x")]));
    assert!(text.contains("is set by GUANXI_SERVER__LISTEN, with two underscores"), "{text}");
    let kubernetes = environment(&[("GUANXI_PORT", "tcp://10.0.0.1:50051"), ("GUANXI_SERVICE_HOST", "10.0.0.1")]);
    assert!(Config::load(kubernetes).is_ok());
}

#[test]
fn wrong_values_are_listed_together_with_what_is_allowed() {
    let (_folder, mut sources) = file("[server]\nreflection = \"yes\"\nlisten = \"localhost\"\n");
    sources.environment = environment(&[
        ("GUANXI_CONNECTIONS__MAX", "0"),
        ("GUANXI_LOG__FORMAT", "xml"),
        ("GUANXI_LOG__FILTER", "info,,=verbose="),
    ])
    .environment;
    let text = message(sources);
    for part in [
        "server.reflection (",
        "must be true or false, not \"yes\"",
        "must be an address and port such as 127.0.0.1:50051, not \"localhost\"",
        "connections.max (environment GUANXI_CONNECTIONS__MAX) must be a whole number from 1 to 1000000, not 0",
        "log.format (environment GUANXI_LOG__FORMAT) must be one of text, json, not \"xml\"",
        "log.filter (environment GUANXI_LOG__FILTER) must be a log filter",
    ] {
        assert!(text.contains(part), "{part:?} in {text}");
    }
}

#[test]
fn deadlines_may_not_cross() {
    let text = message(environment(&[("GUANXI_SERVER__DEFAULT_DEADLINE_SECONDS", "61")]));
    assert!(text.contains("default_deadline_seconds must not be above"), "{text}");
}

#[test]
fn neither_errors_nor_the_effective_configuration_show_a_password() {
    let text = message(environment(&[("GUANXI_STORAGE__URL", "mysql://ada:secret@db/guanxi")]));
    assert!(text.contains("must be a URL beginning with sqlite: or postgres:") && !text.contains("secret"), "{text}");
    let (_folder, sources) = file("[storage]\nurl = \"postgres://ada:secret@db/g\" x\n");
    let text = message(sources);
    assert!(text.contains("guanxi.toml line 2:") && !text.contains("secret"), "{text}");
    let (config, effective) =
        Config::load(environment(&[("GUANXI_STORAGE__URL", "postgres://ada:secret@db/guanxi")])).unwrap();
    let text = format!("{effective}{config:?}");
    assert!(text.contains("postgres://ada:***@db/guanxi") && !text.contains("secret"), "{text}");
    assert!(!config.storage.migrates_at_start(), "PostgreSQL is migrated by `guanxi migrate`");
}
