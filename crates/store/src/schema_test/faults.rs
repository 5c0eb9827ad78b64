//! What faults of a database become: a conflict that may succeed at once, a database that is away, or a fault of ours.

use std::time::Duration;

use guanxi_model::{OperationId, Timestamp};
use guanxi_testkit::Backend;

use super::{Opened, migrated, on_each_database, open, operation};
use crate::{Error, catalogue};

on_each_database! {
    key_that_is_taken_is_a_conflict,
    dropped_transaction_leaves_nothing,
    fault_in_a_statement_is_ours,
    writer_that_waits_too_long_is_told_to_come_back,
    database_that_cannot_be_reached_is_unavailable,
}

async fn key_that_is_taken_is_a_conflict(opened: Opened) {
    let operation = operation(OperationId::new(Timestamp(0)));
    let tx = opened.store.begin().await.unwrap();
    tx.put_operation(&operation).await.unwrap();
    tx.commit().await.unwrap();
    let tx = opened.store.begin().await.unwrap();
    let taken = tx.put_operation(&operation).await;
    assert!(matches!(taken, Err(Error::Conflict)), "{taken:?}");
}

async fn dropped_transaction_leaves_nothing(opened: Opened) {
    let operation = operation(OperationId::new(Timestamp(0)));
    let tx = opened.store.begin().await.unwrap();
    tx.put_operation(&operation).await.unwrap();
    drop(tx);
    let tx = opened.store.begin().await.unwrap();
    assert_eq!(tx.operation(&operation.id).await.unwrap(), None);
    tx.put_operation(&operation).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(opened.store.reader().operation(&operation.id).await.unwrap(), Some(operation));
}

async fn fault_in_a_statement_is_ours(opened: Opened) {
    for sql in ["INSERT INTO nowhere (a) VALUES (1)", "INSERT INTO customer_attributes (customer_id) VALUES ('a')"] {
        let tx = opened.store.begin().await.unwrap();
        let fault = catalogue::execute(tx.connection(), sql, []).await;
        assert!(matches!(fault, Err(Error::Database(_))), "{sql}: {fault:?}");
    }
}

async fn writer_that_waits_too_long_is_told_to_come_back(opened: Opened) {
    let other = open(&opened.url).await.unwrap();
    let holding = opened.store.begin().await.unwrap();
    holding.change_schemes().await.unwrap();
    let waiting = async {
        let tx = other.begin().await?;
        tx.change_schemes().await
    };
    let waited = waiting.await;
    assert!(matches!(waited, Err(Error::Unavailable(_))), "{waited:?}");
    drop(holding);
    let tx = other.begin().await.unwrap();
    tx.change_schemes().await.expect("and then there is a turn for it");
}

async fn database_that_cannot_be_reached_is_unavailable(opened: Opened) {
    let url = match opened.backend {
        Backend::Sqlite => "sqlite:///nowhere/guanxi.db",
        // Nobody listens on the port of `tcpmux`.
        Backend::Postgres => "postgres://guanxi@127.0.0.1:1/guanxi",
    };
    let unreachable = open(url).await.map(drop);
    assert!(matches!(unreachable, Err(Error::Unavailable(_))), "{unreachable:?}");
}

/// SQLite has no such limit: there is no connection to be lost.
#[tokio::test]
async fn transaction_that_nobody_goes_on_with_is_ended_by_postgres() {
    let Some(opened) = migrated(Backend::Postgres).await else { return };
    let operation = operation(OperationId::new(Timestamp(0)));
    let tx = opened.store.begin().await.unwrap();
    catalogue::execute(tx.connection(), "SET LOCAL idle_in_transaction_session_timeout = '50ms'", []).await.unwrap();
    tx.put_operation(&operation).await.unwrap();
    tokio::time::sleep(Duration::from_millis(500)).await;
    let late = tx.commit().await;
    // Told by its last words (25P03), or by its absence.
    assert!(matches!(late, Err(Error::Unavailable(_))), "{late:?}");
    assert_eq!(opened.store.reader().operation(&operation.id).await.unwrap(), None);
    let tx = opened.store.begin().await.unwrap();
    tx.put_operation(&operation).await.unwrap();
    tx.commit().await.expect("on another connection");
}
