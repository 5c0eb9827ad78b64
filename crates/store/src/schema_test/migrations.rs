//! Migrations: there and back, twice, by two processes at once, and for another deployment than the database's.

use std::path::Path;
use std::time::Duration;

use guanxi_migrations::Migrator;
use guanxi_model::fact::UseKind;
use guanxi_model::{Currency, Timestamp, Zone};
use guanxi_testkit::Backend;
use sea_orm::ConnectionTrait as _;
use sea_orm_migration::MigratorTrait as _;

use super::catalogue::{Schema, read};
use super::{Opened, deployment, empty, on_each_database, open};
use crate::deployment::MIGRATION_LOCK;
use crate::rows::uses;
use crate::{Deployment, Error};

on_each_database! {
    schema_is_the_same_after_going_down_and_up_again,
    what_happened_is_kept_when_its_key_changes,
    what_was_used_is_kept_when_it_becomes_part_of_its_day,
    facts_are_kept_when_their_key_changes,
    migrating_again_changes_nothing,
    processes_that_start_together_migrate_in_turn,
    who_migrates_waits_for_another_longer_than_calls_do,
    database_that_is_not_migrated_is_refused,
    database_of_another_deployment_is_refused,
}

#[test]
fn migrations_have_names_of_their_own_and_run_in_their_order() {
    let migrations = Migrator::migrations();
    let names: Vec<&str> = migrations.iter().map(|migration| migration.name()).collect();
    assert_eq!((names[0], names.len()), ("m20261121_000001_customers", 16));
    // A name begins with its date and its number: those alone are distinct and rise.
    let begins: Vec<_> = names.iter().map(|name| &name["m".len().."m20261121_000001".len()]).collect();
    assert!(begins.is_sorted_by(|before, after| before < after), "{names:?}");
}

#[tokio::test]
async fn log_that_a_migration_has_gone_through_is_cut() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("guanxi.db");
    let store = open(&format!("sqlite://{}?mode=rwc", file.display())).await.unwrap();
    store.migrate(&deployment(), Timestamp(1)).await.unwrap();
    let size = |file: &Path| file.metadata().unwrap().len();
    let (kept, log) = (size(&file), size(&folder.path().join("guanxi.db-wal")));
    assert!(kept > 200_000 && log < 50_000, "{kept} bytes, {log} of log");
}

/// How many migrations there are from one on.
fn steps_before(name: &str) -> u32 {
    let names = Migrator::migrations();
    let at = names.iter().position(|migration| migration.name().ends_with(name)).unwrap();
    u32::try_from(names.len() - at).unwrap()
}

/// The schema but for the list of the migrations.
async fn ours(opened: &Opened) -> Schema {
    let mut schema = read(opened).await;
    schema.tables.remove("seaql_migrations");
    schema
}

async fn blank(backend: Backend) -> Opened {
    empty(backend).await.expect("there was a database of this kind just now")
}

async fn schema_is_the_same_after_going_down_and_up_again(migrated: Opened) {
    let opened = blank(migrated.backend).await;
    let connection = &opened.store.pools.writer;
    Migrator::up(connection, None).await.unwrap();
    let first = ours(&opened).await;
    assert_eq!(first, ours(&migrated).await);
    assert!(first.tables.len() > 15, "{:?}", first.tables.keys());
    Migrator::down(connection, None).await.unwrap();
    assert_eq!(ours(&opened).await, Schema::default());
    Migrator::up(connection, None).await.unwrap();
    assert_eq!(ours(&opened).await, first);
}

async fn what_happened_is_kept_when_its_key_changes(opened: Opened) {
    let connection = &opened.store.pools.writer;
    let steps = steps_before("_changes");
    let (fact, hex) = match opened.backend {
        Backend::Sqlite => ("x'01ff'", "lower(hex(fact_id))"),
        Backend::Postgres => ("'\\x01ff'", "encode(fact_id, 'hex')"),
    };
    let insert = format!(
        "INSERT INTO changes (customer_id, version, kind, fact_id, record_time) VALUES \
         ('ada', 1, 1, NULL, 30), ('ada', 2, 5, {fact}, 40), ('ben', 1, 1, NULL, 30)"
    );
    connection.execute_unprepared(&insert).await.unwrap();
    let kept = &format!(
        "SELECT customer_id || ' ' || version || ' ' || kind || ' ' || record_time || ' ' || \
         CASE WHEN fact_id IS NULL THEN '-' ELSE {hex} END FROM changes ORDER BY 1"
    );
    let before = opened.texts(kept).await;
    assert_eq!(before, ["ada 1 1 30 -", "ada 2 5 40 01ff", "ben 1 1 30 -"]);
    Migrator::down(connection, Some(steps)).await.unwrap();
    assert_eq!(opened.texts(kept).await, before);
    Migrator::up(connection, None).await.unwrap();
    assert_eq!(opened.texts(kept).await, before);
}

async fn what_was_used_is_kept_when_it_becomes_part_of_its_day(opened: Opened) {
    let connection = &opened.store.pools.writer;
    let steps = steps_before("_uses");
    let words = ["a\"b\\][,it's\n],[\u{1}", "\u{e9}"];
    Migrator::down(connection, Some(steps)).await.unwrap();
    let insert = format!(
        "INSERT INTO buckets (customer_id, day) VALUES ('ada', 3), ('ada', 4), ('ben', 3); \
         INSERT INTO uses (customer_id, kind, day, word, uses) VALUES \
         ('ada', 1, 3, '{}', 2), ('ada', 1, 3, 'web', 1), ('ada', 2, 3, 'web', 7), ('ada', 2, 4, '{}', 1), ('ada', 1, 4, 'gone', 0)",
        words[0].replace('\'', "''"),
        words[1]
    );
    connection.execute_unprepared(&insert).await.unwrap();
    let kept = "SELECT customer_id || ' ' || kind || ' ' || day || ' ' || word || ' ' || uses FROM uses \
                WHERE uses <> 0 ORDER BY customer_id, kind, day, word";
    let before = opened.texts(kept).await;
    assert_eq!(before.len(), 4, "{before:?}");
    Migrator::up(connection, None).await.unwrap();
    let days = "SELECT uses FROM buckets ORDER BY customer_id, day";
    let mut used = Vec::new();
    for day in opened.texts(days).await {
        let read = |kind| uses::read(&day, kind).collect::<Result<Vec<_>, _>>().unwrap();
        used.push((read(UseKind::Product), read(UseKind::Channel)));
    }
    let times = |word: &str, times| (word.to_owned(), times);
    used[0].0.sort();
    assert_eq!(
        used,
        [
            (vec![times(words[0], 2), times("web", 1)], vec![times("web", 7)]),
            (vec![], vec![times(words[1], 1)]),
            (vec![], vec![]),
        ]
    );
    // What came later is added up on the way back.
    connection.execute_unprepared("UPDATE buckets SET uses = uses || uses WHERE day = 4").await.unwrap();
    Migrator::down(connection, Some(steps)).await.unwrap();
    let after = before.iter().map(|row| row.replace("\u{e9} 1", "\u{e9} 2")).collect::<Vec<_>>();
    assert_eq!(opened.texts(kept).await, after);
}

async fn facts_are_kept_when_their_key_changes(opened: Opened) {
    let connection = &opened.store.pools.writer;
    let steps = steps_before("_identities");
    let hex = |column: &str| match opened.backend {
        Backend::Sqlite => format!("lower(hex({column}))"),
        Backend::Postgres => format!("encode({column}, 'hex')"),
    };
    let id = |byte: u8| match opened.backend {
        Backend::Sqlite => format!("x'{byte:02x}'"),
        Backend::Postgres => format!("'\\x{byte:02x}'"),
    };
    // Of one number there may be a fact of each kind and of each customer.
    let insert = format!(
        "INSERT INTO facts (customer_id, kind, source, source_id, fact_id, occur_time, record_time, state, type, channel, \
         replaces_source, replaces_source_id, body) VALUES \
         ('ada', 1, 'shop', '7', {}, 10, 20, 1, 2, 'web', NULL, NULL, '{{}}'), \
         ('ada', 3, 'shop', '7', {}, 11, 21, 2, 3, NULL, 'shop', '6', '{{\"a\":1}}'), \
         ('ben', 1, 'shop', '7', {}, 12, 22, 3, 4, '', NULL, NULL, '')",
        id(1),
        id(2),
        id(255)
    );
    connection.execute_unprepared(&insert).await.unwrap();
    let kept = &format!(
        "SELECT customer_id || ' ' || kind || ' ' || source || ' ' || source_id || ' ' || {} || ' ' || occur_time || ' ' || \
         record_time || ' ' || state || ' ' || type || ' ' || COALESCE(channel, '-') || ' ' || \
         COALESCE(replaces_source || replaces_source_id, '-') || ' ' || body FROM facts ORDER BY 1",
        hex("fact_id")
    );
    let before = opened.texts(kept).await;
    assert_eq!(
        before,
        [
            "ada 1 shop 7 01 10 20 1 2 web - {}",
            "ada 3 shop 7 02 11 21 2 3 - shop6 {\"a\":1}",
            "ben 1 shop 7 ff 12 22 3 4  - ",
        ]
    );
    Migrator::down(connection, Some(steps)).await.unwrap();
    assert_eq!(opened.texts(kept).await, before);
    Migrator::up(connection, None).await.unwrap();
    assert_eq!(opened.texts(kept).await, before);
}

async fn migrating_again_changes_nothing(opened: Opened) {
    let before = (read(&opened).await, opened.rows("SELECT create_time FROM deployment").await.len());
    opened.store.migrate(&deployment(), Timestamp(77)).await.unwrap();
    let after = (read(&opened).await, opened.rows("SELECT create_time FROM deployment").await.len());
    assert_eq!(after, before);
    assert_eq!(opened.rows("SELECT id FROM deployment WHERE create_time = 77").await.len(), 0);
}

async fn who_migrates_waits_for_another_longer_than_calls_do(opened: Opened) {
    Migrator::down(&opened.store.pools.writer, Some(1)).await.unwrap();
    let other = open(&opened.url).await.unwrap();
    // Of SQLite all that is to be had is the write lock.
    let held = other.begin().await.unwrap();
    if opened.backend == Backend::Postgres {
        let lock = format!("SELECT pg_advisory_xact_lock({MIGRATION_LOCK})");
        held.connection().execute_unprepared(&lock).await.unwrap();
    }
    let release = async {
        tokio::time::sleep(Duration::from_secs(6)).await;
        drop(held);
    };
    let deployment = deployment();
    let (migrated, ()) = tokio::join!(opened.store.migrate(&deployment, Timestamp(1)), release);
    migrated.unwrap();
}

async fn processes_that_start_together_migrate_in_turn(migrated: Opened) {
    let opened = blank(migrated.backend).await;
    let others = [open(&opened.url).await.unwrap(), open(&opened.url).await.unwrap()];
    let deployment = deployment();
    let (first, second, third) = tokio::join!(
        opened.store.migrate(&deployment, Timestamp(1)),
        others[0].migrate(&deployment, Timestamp(2)),
        others[1].migrate(&deployment, Timestamp(3)),
    );
    assert!(first.is_ok() && second.is_ok() && third.is_ok(), "{first:?} {second:?} {third:?}");
    assert_eq!(ours(&opened).await, ours(&migrated).await);
    assert_eq!(opened.rows("SELECT id FROM deployment").await.len(), 1);
}

async fn database_that_is_not_migrated_is_refused(migrated: Opened) {
    let opened = blank(migrated.backend).await;
    let refused = opened.store.verify(&deployment()).await;
    assert!(matches!(&refused, Err(Error::Deployment(why)) if why.contains("guanxi migrate")), "{refused:?}");
}

async fn database_of_another_deployment_is_refused(opened: Opened) {
    let euro = Deployment { currency: Currency::parse("EUR").unwrap(), zone: Zone::utc() };
    let tokyo = Deployment { zone: Zone::parse("Asia/Tokyo").unwrap(), ..deployment() };
    for (other, key) in [(euro, "deployment.currency"), (tokyo, "deployment.time_zone")] {
        for refused in [opened.store.verify(&other).await, opened.store.migrate(&other, Timestamp(1)).await] {
            assert!(matches!(&refused, Err(Error::Deployment(why)) if why.starts_with(key)), "{refused:?}");
        }
    }
    opened.store.verify(&deployment()).await.unwrap();
}
