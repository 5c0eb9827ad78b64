//! The settings that a deployment is born with: one currency and one reporting time zone, written at the first
//! migration and refused if changed, because every sum and every day kept rests on them.

use std::time::Duration;

use guanxi_migrations::Migrator;
use guanxi_model::{Currency, Timestamp, Zone};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, DbErr, SqlxPostgresConnector, SqlxSqliteConnector, Statement,
    TransactionTrait as _,
};
use sea_orm_migration::MigratorTrait as _;
use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::SqlitePoolOptions;

use crate::tx::IMMEDIATE;
use crate::{Error, Store};

/// What a deployment is born with.
#[derive(Clone, Debug)]
pub struct Deployment {
    pub currency: Currency,
    pub zone: Zone,
}

/// How long a process waits for another that migrates a file.
const TURN: Duration = Duration::from_secs(3600);

/// The key of the advisory lock under which one process at a time migrates.
pub(crate) const MIGRATION_LOCK: i64 = 0x6775_616e_7870;

impl Store {
    /// Brings the schema up to date and writes the settings of the deployment, or checks them. Processes that start
    /// together take turns.
    pub async fn migrate(&self, deployment: &Deployment, now: Timestamp) -> Result<(), Error> {
        match self.pools.backend {
            DbBackend::Postgres => self.migrate_postgres().await?,
            _ => self.migrate_sqlite().await?,
        }
        let connection = &self.pools.writer;
        let sql = "INSERT INTO deployment (id, currency, time_zone, create_time) VALUES (1, $1, $2, $3) ON CONFLICT DO NOTHING";
        let values = [deployment.currency.code().into(), deployment.zone.name().into(), now.0.into()];
        connection.execute_raw(Statement::from_sql_and_values(self.pools.backend, sql, values)).await?;
        self.verify(deployment).await
    }

    /// Checks that the schema is up to date and the settings are those the database was born with.
    pub async fn verify(&self, deployment: &Deployment) -> Result<(), Error> {
        let connection = &self.pools.writer;
        let pending = Migrator::get_pending_migrations(connection).await?;
        if !pending.is_empty() {
            return Err(Error::Deployment(format!("{} migrations are pending: run `guanxi migrate`", pending.len())));
        }
        let sql = "SELECT currency, time_zone FROM deployment WHERE id = 1";
        let row = connection.query_one_raw(Statement::from_string(self.pools.backend, sql)).await?;
        let row = row.ok_or_else(|| Error::Deployment("the database has no settings: run `guanxi migrate`".into()))?;
        same("deployment.currency", &row.try_get_by_index::<String>(0)?, deployment.currency.code())?;
        same("deployment.time_zone", &row.try_get_by_index::<String>(1)?, deployment.zone.name())
    }

    /// sea-orm takes no lock of its own, and two migrations at once would both fail halfway. The lock belongs to a
    /// session, so it has a connection of its own. Neither a migration nor who waits for its turn is to be cut short, as
    /// calls are, and it reads whole tables.
    async fn migrate_postgres(&self) -> Result<(), Error> {
        let connect = self.pools.writer.get_postgres_connection_pool().connect_options();
        let patient = (*connect).clone().options([("lock_timeout", "0"), ("statement_timeout", "0")]);
        let patient = patient.options([("enable_seqscan", "on"), ("enable_bitmapscan", "on")]);
        let pool = PgPoolOptions::new().max_connections(2).connect_with(patient).await?;
        let mut session = pool.acquire().await?;
        sqlx::query("SELECT pg_advisory_lock($1)").bind(MIGRATION_LOCK).execute(&mut *session).await?;
        let migrated = Migrator::up(&SqlxPostgresConnector::from_sqlx_postgres_pool(pool.clone()), None).await;
        sqlx::query("SELECT pg_advisory_unlock($1)").bind(MIGRATION_LOCK).execute(&mut *session).await?;
        drop(session);
        pool.close().await;
        Ok(migrated?)
    }

    /// Whoever comes later waits for the file's write lock, and finds everything done. A table may have to be sorted for a
    /// new index, which no memory is for.
    async fn migrate_sqlite(&self) -> Result<(), Error> {
        let writer = self.pools.writer.get_sqlite_connection_pool();
        if Migrator::get_pending_migrations(&self.pools.writer).await?.is_empty() {
            return Ok(());
        }
        let patient = (*writer.connect_options()).clone().busy_timeout(TURN).pragma("temp_store", "FILE");
        let pool = SqlitePoolOptions::new().max_connections(1).connect_with(patient).await?;
        let migrated = migrate_at_once(&SqlxSqliteConnector::from_sqlx_sqlite_pool(pool.clone())).await;
        pool.close().await;
        migrated?;
        // A table that was copied has gone through the log, which is as large now. Where somebody reads, it stays.
        sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(writer).await?;
        Ok(())
    }
}

async fn migrate_at_once(connection: &DatabaseConnection) -> Result<(), DbErr> {
    let tx = connection.begin_with_options(IMMEDIATE).await?;
    Migrator::up(&tx, None).await?;
    tx.commit().await
}

fn same(key: &str, stored: &str, configured: &str) -> Result<(), Error> {
    if stored == configured {
        return Ok(());
    }
    Err(Error::Deployment(format!(
        "{key} is {configured} but the database was created with {stored}; it cannot be changed"
    )))
}
