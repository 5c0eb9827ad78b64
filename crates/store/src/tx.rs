//! A writing transaction. Dropped before `commit` it is rolled back.

use std::sync::Arc;

use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, SqliteTransactionMode, Statement, TransactionOptions,
    TransactionTrait,
};

use crate::connect::Pools;
use crate::{Error, Store};

/// A transaction that writes.
pub struct Tx {
    inner: DatabaseTransaction,
    pools: Arc<Pools>,
}

impl Store {
    /// Begins a transaction.
    pub async fn begin(&self) -> Result<Tx, Error> {
        Ok(Tx { inner: self.pools.writer.begin_with_options(IMMEDIATE).await?, pools: Arc::clone(&self.pools) })
    }
}

/// On SQLite the write lock is taken at once: a reading transaction that turns into a writing one fails with "database is
/// locked" whatever the timeout.
pub(crate) const IMMEDIATE: TransactionOptions = TransactionOptions {
    isolation_level: None,
    access_mode: None,
    sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
};

/// The key of the advisory lock between writers of facts (shared) and whoever changes what facts are judged by
/// (exclusive).
const SCHEMES_LOCK: i64 = 0x6775_616e_7869;

impl Tx {
    /// Makes everything written durable.
    pub async fn commit(self) -> Result<(), Error> {
        self.inner.commit().await?;
        if let Some(log) = &self.pools.log {
            log.grew();
        }
        Ok(())
    }

    pub(crate) fn connection(&self) -> &DatabaseTransaction {
        &self.inner
    }

    /// Holds the schemes still until the transaction ends, beside others that do the same. SQLite has one writer, so
    /// nothing is needed there.
    pub async fn hold_schemes(&self) -> Result<(), Error> {
        self.lock("SELECT pg_advisory_xact_lock_shared($1)").await
    }

    /// Waits for all that hold the schemes still, and keeps others from doing so until the transaction ends.
    pub async fn change_schemes(&self) -> Result<(), Error> {
        self.lock("SELECT pg_advisory_xact_lock($1)").await
    }

    async fn lock(&self, sql: &str) -> Result<(), Error> {
        if self.inner.get_database_backend() == DbBackend::Postgres {
            let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, [SCHEMES_LOCK.into()]);
            self.inner.execute_raw(statement).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Options;

    #[tokio::test]
    async fn after_a_transaction_that_sqlite_rolled_back_itself_commits_are_seen() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}?mode=rwc", folder.path().join("full.db").display());
        let store = Store::open(&Options { url, read_connections: 0 }).await.unwrap();
        let begun = async || store.begin().await.unwrap();
        let create = begun().await;
        create.inner.execute_unprepared("CREATE TABLE numbers (number)").await.unwrap();
        create.commit().await.unwrap();

        let full = begun().await;
        full.inner.execute_unprepared("PRAGMA max_page_count = 10").await.unwrap();
        full.inner.execute_unprepared("INSERT INTO numbers VALUES (1)").await.unwrap();
        full.inner.execute_unprepared("INSERT INTO numbers VALUES (zeroblob(1048576))").await.unwrap_err();
        drop(full);
        // A batch that has nothing to write.
        drop(begun().await);

        let next = begun().await;
        next.inner.execute_unprepared("INSERT INTO numbers VALUES (2)").await.unwrap();
        next.commit().await.unwrap();
        let sum = Statement::from_string(DbBackend::Sqlite, "SELECT SUM(number) FROM numbers");
        let seen = store.pools.reader.query_one_raw(sum).await.unwrap().unwrap();
        assert_eq!(seen.try_get_by_index::<i64>(0).unwrap(), 2);
    }
}
