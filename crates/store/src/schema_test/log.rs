//! SQLite's log is copied while the server goes on.

use std::time::Duration;

use guanxi_testkit::Backend;

use super::migrated;
use crate::catalogue::execute;

#[tokio::test]
async fn log_is_copied_once_it_has_grown() {
    let opened = migrated(Backend::Sqlite).await.unwrap();
    opened.rows("CREATE TABLE blobs (blob BLOB)").await;
    let tx = opened.store.begin().await.unwrap();
    execute(tx.connection(), "INSERT INTO blobs VALUES (zeroblob(8 * 1048576))", []).await.unwrap();
    tx.commit().await.unwrap();
    for _ in 0..500 {
        let copied: i64 = opened.rows("PRAGMA wal_checkpoint(NOOP)").await[0].try_get_by_index(2).unwrap();
        if copied > 2_000 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("nothing was copied");
}
