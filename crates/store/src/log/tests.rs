//! When a log begins anew, and what it waits for before it does.

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions};
use sqlx::{Sqlite, Transaction};
use tempfile::TempDir;

use super::*;

/// Long, in pages.
const LONG: i64 = 2_000;

/// A writer, a copier and a reader of one file, which nobody else copies.
async fn opened() -> (SqlitePool, SqlitePool, SqlitePool, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let file = SqliteConnectOptions::new().filename(folder.path().join("log.db")).create_if_missing(true);
    let file = file.journal_mode(SqliteJournalMode::Wal).pragma("wal_autocheckpoint", "0");
    let one = || SqlitePoolOptions::new().max_connections(1).connect_with(file.clone());
    let (writer, copier, reader) = (one().await.unwrap(), one().await.unwrap(), one().await.unwrap());
    commit(&writer, "CREATE TABLE numbers (number INTEGER)").await;
    commit(&writer, "CREATE TABLE blobs (blob BLOB)").await;
    (writer, copier, reader, folder)
}

async fn commit(writer: &SqlitePool, sql: &'static str) {
    sqlx::query(sql).execute(writer).await.unwrap();
}

async fn numbers(reading: &mut Transaction<'_, Sqlite>) -> i64 {
    sqlx::query_scalar("SELECT COUNT(*) FROM numbers").fetch_one(&mut **reading).await.unwrap()
}

#[tokio::test]
async fn log_is_copied_and_begins_anew_once_nobody_reads_from_it() {
    let (writer, copier, reader, _folder) = opened().await;
    let mut copying = Copying::of(copier, writer.clone(), LONG);
    let mut reading = reader.begin().await.unwrap();
    assert_eq!(numbers(&mut reading).await, 0);
    commit(&writer, "INSERT INTO blobs VALUES (zeroblob(12 * 1048576))").await;
    commit(&writer, "INSERT INTO numbers VALUES (1)").await;
    let again = copying.copy(SOME).await.unwrap();
    assert_eq!(again, Again::Later, "somebody reads what was there before");
    assert_eq!(numbers(&mut reading).await, 0);
    let long = checkpoint(&writer, LOOK).await.unwrap();
    assert!(long.written > 3_000 && long.copied < LONG, "{}, {}", long.written, long.copied);
    reading.rollback().await.unwrap();
    assert_eq!(copying.copy(SOME).await.unwrap(), Again::WhenGrown);
    assert_eq!(checkpoint(&writer, LOOK).await.unwrap().copied, long.written);
    commit(&writer, "INSERT INTO numbers VALUES (2)").await;
    assert!(checkpoint(&writer, LOOK).await.unwrap().written < 10, "it has begun anew");
    assert_eq!(numbers(&mut reader.begin().await.unwrap()).await, 2);
}

#[tokio::test]
async fn writer_rests_for_what_is_left_of_a_long_log_and_not_again_for_the_next_commit() {
    let (writer, copier, reader, _folder) = opened().await;
    let mut copying = Copying::of(copier.clone(), writer.clone(), LONG);
    commit(&writer, "INSERT INTO blobs VALUES (zeroblob(12 * 1048576))").await;
    // Somebody reads from the log all the time, so that it does not begin anew.
    let mut reading = reader.begin().await.unwrap();
    numbers(&mut reading).await;
    checkpoint(&copier, COPY).await.unwrap();
    for left in [0, 1] {
        commit(&writer, "INSERT INTO numbers VALUES (1)").await;
        reading.rollback().await.unwrap();
        reading = reader.begin().await.unwrap();
        numbers(&mut reading).await;
        copying.copy(SOME).await.unwrap();
        assert_eq!(checkpoint(&copier, LOOK).await.unwrap().left(), left);
    }
    assert!(copying.bar > LONG);
    reading.rollback().await.unwrap();
    checkpoint(&copier, COPY).await.unwrap();
    commit(&writer, "INSERT INTO numbers VALUES (1)").await;
    copying.copy(SOME).await.unwrap();
    assert_eq!(copying.bar, LONG, "it has begun anew, and may become long once more");
}

#[tokio::test]
async fn writer_waits_for_much_only_once_the_log_is_twice_as_long() {
    let (writer, copier, _reader, _folder) = opened().await;
    let mut copying = Copying::of(copier.clone(), writer.clone(), LONG);
    for (sql, waits) in [
        ("INSERT INTO blobs VALUES (zeroblob(12 * 1048576))", false),
        ("INSERT INTO blobs VALUES (zeroblob(24 * 1048576))", true),
    ] {
        commit(&writer, sql).await;
        let length = checkpoint(&copier, LOOK).await.unwrap();
        assert!(length.written > LONG && length.left() > LITTLE);
        copying.begin_anew(length).await.unwrap();
        assert_eq!(checkpoint(&copier, LOOK).await.unwrap().left() == 0, waits);
    }
}

#[tokio::test]
async fn little_is_copied_only_once_nobody_has_committed_for_a_while() {
    let (writer, copier, _reader, _folder) = opened().await;
    let grown = Arc::new(Notify::new());
    let mut copying = JoinSet::new();
    copying.spawn(Copying::of(copier.clone(), writer.clone(), LONG).whenever(Arc::clone(&grown)));
    let left = async || checkpoint(&copier, LOOK).await.unwrap().left();
    while left().await > 0 {
        sleep(REST).await;
    }
    let began = Instant::now();
    commit(&writer, "INSERT INTO numbers VALUES (1)").await;
    grown.notify_one();
    let still = left().await;
    assert!(still > 0 || began.elapsed() >= QUIET);
    let copied = async {
        while left().await > 0 {
            sleep(REST).await;
        }
    };
    timeout(QUIET * 30, copied).await.expect("it is copied in the end");
    assert!(began.elapsed() >= QUIET, "{:?}", began.elapsed());
}

#[tokio::test]
async fn writer_goes_on_and_others_are_told_while_the_file_may_be_synced() {
    let (writer, copier, _reader, _folder) = opened().await;
    let mut copying = Copying::of(copier.clone(), writer.clone(), LONG);
    commit(&writer, "INSERT INTO blobs VALUES (zeroblob(12 * 1048576))").await;
    let length = checkpoint(&copier, COPY).await.unwrap();
    let mut syncing = copying.syncing.subscribe();
    // Who copies does not get on, as if syncing took for ever: his connection is taken.
    let held = copier.acquire().await.unwrap();
    {
        let mut anew = pin!(copying.begin_anew(length));
        tokio::select! {
            _ = &mut anew => panic!("it has begun anew"),
            () = async { sleep(MOMENT * 2).await; commit(&writer, "INSERT INTO numbers VALUES (1)").await } => {}
        }
        drop(held);
        anew.await.unwrap();
    }
    commit(&writer, "INSERT INTO numbers VALUES (2)").await;
    assert!(checkpoint(&copier, LOOK).await.unwrap().written < 10, "it has begun anew");
    assert_eq!(copying.copy(SOME).await.unwrap(), Again::WhenGrownOrQuiet);
    commit(&writer, "INSERT INTO blobs VALUES (zeroblob(12 * 1048576))").await;
    let told = timeout(QUIET * 10, async { syncing.wait_for(|syncing| *syncing).await.map(drop) });
    let (copied, told) = tokio::join!(copying.copy(SOME), told);
    assert_eq!(copied.unwrap(), Again::WhenGrown);
    assert!(told.is_ok(), "others are told");
    assert!(!*copying.syncing.borrow());
}

#[tokio::test]
async fn log_that_somebody_reads_is_left_alone_until_more_is_written() {
    let (writer, copier, reader, _folder) = opened().await;
    let mut copying = Copying::of(copier.clone(), writer.clone(), LONG);
    commit(&writer, "INSERT INTO blobs VALUES (zeroblob(12 * 1048576))").await;
    let mut reading = reader.begin().await.unwrap();
    numbers(&mut reading).await;
    commit(&writer, "INSERT INTO numbers VALUES (1)").await;
    copying.copy(SOME).await.unwrap();
    let length = checkpoint(&copier, LOOK).await.unwrap();
    assert!(length.left() > 0 && copying.bar == length.written + LONG / 8, "{} {}", length.left(), copying.bar);
}
