//! SQLite's log: it is copied while others write and read, and begins anew when it is long and nobody reads from it.

use std::time::Duration;

use guanxi_testkit::Backend;
use sqlx::sqlite::SqlitePool;

use super::{Opened, migrated};
use crate::catalogue::{execute, query};
use crate::log::copy;

/// A log is long from here on, in pages.
const LONG: i64 = 2_000;

async fn opened() -> Opened {
    let opened = migrated(Backend::Sqlite).await.unwrap();
    opened.rows("CREATE TABLE numbers (number INTEGER)").await;
    opened.rows("CREATE TABLE blobs (blob BLOB)").await;
    opened
}

#[tokio::test]
async fn log_is_copied_once_it_has_grown() {
    let opened = opened().await;
    commit(&opened, "INSERT INTO blobs VALUES (zeroblob(8 * 1048576))").await;
    for _ in 0..500 {
        if length(&opened).await.1 > 2_000 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{:?}", length(&opened).await);
}

#[tokio::test]
async fn long_log_begins_anew_once_nobody_reads_from_it() {
    let opened = opened().await;
    let copier = SqlitePool::connect(&opened.url).await.unwrap();
    let writer = opened.store.pools.writer.get_sqlite_connection_pool();
    let reader = opened.store.reader().snapshot(&opened.store.pools.reports).await.unwrap();
    query(&reader, "SELECT number FROM numbers", []).await.unwrap();
    commit(&opened, "INSERT INTO blobs VALUES (zeroblob(12 * 1048576))").await;
    copy(&copier, writer, LONG).await.unwrap();
    commit(&opened, "INSERT INTO numbers VALUES (1)").await;
    let (written, copied) = length(&opened).await;
    assert!(written > 3_000 && copied < LONG, "it is read as it was before: {written}, {copied}");
    drop(reader);
    // Whoever reads goes in a while after it is dropped.
    for _ in 0..500 {
        copy(&copier, writer, LONG).await.unwrap();
        commit(&opened, "INSERT INTO numbers VALUES (1)").await;
        if length(&opened).await.0 < LONG {
            assert_eq!(opened.rows("SELECT blob FROM blobs").await.len(), 1);
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{:?}", length(&opened).await);
}

async fn commit(opened: &Opened, sql: &str) {
    let tx = opened.store.begin().await.unwrap();
    execute(tx.connection(), sql, []).await.unwrap();
    tx.commit().await.unwrap();
}

/// Pages in the log, and how many of them are copied.
async fn length(opened: &Opened) -> (i64, i64) {
    let row = &opened.rows("PRAGMA wal_checkpoint(NOOP)").await[0];
    (row.try_get_by_index(1).unwrap(), row.try_get_by_index(2).unwrap())
}
