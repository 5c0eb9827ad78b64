//! Where everything is kept, and the only crate (with the migrations) that knows sea-orm and SQL. Domain types go in and
//! come out. `Reader` only reads; what writes takes a transaction that only `app` begins.

mod approaches;
mod bulk;
mod catalogue;
mod cells;
mod connect;
mod contacts;
mod customers;
mod deployment;
mod error;
mod expiry;
mod facts;
mod filters;
mod history;
mod invitations;
pub mod ledger;
mod log;
mod measurements;
mod mixes;
mod occasions;
mod operations;
mod pyramids;
mod questionnaires;
mod records;
mod response_cells;
mod revisions;
mod rows;
mod samples;
mod satisfaction_goals;
#[cfg(test)]
mod schema_test;
mod service_standards;
mod services;
mod target_decisions;
mod threads;
mod tier_changes;
mod tiers;
mod tx;

use std::sync::Arc;

pub use catalogue::CatalogueTable;
pub use cells::CellQuery;
pub use connect::Options;
pub use customers::{CUSTOMER_FILTER, CustomerOrder, CustomerQuery};
pub use deployment::Deployment;
pub use error::Error;
pub use expiry::Expired;
pub use facts::{FactPlace, FactQuery, fact_filter};
pub use history::Histories;
pub use invitations::Responses;
pub use measurements::{
    MEASUREMENT_FILTER, Measured, MeasurementQuery, MeasurementRef, MeasurementReplacement, MeasurementWrites,
};
pub use mixes::{Channels, Labels};
pub use occasions::{OccasionPlace, OccasionQuery, Upcoming};
pub use operations::{Operation, OperationFilter, OperationState};
pub use pyramids::{Active, Judge, Next, Pyramid};
pub use questionnaires::Questionnaire;
pub use records::RankedRecord;
pub use revisions::{Revised, Revision};
pub use samples::{Drawable, Drawables};
use sea_orm::{DatabaseConnection, DatabaseTransaction, DbBackend, IsolationLevel, TransactionTrait};
pub use services::ServiceFact;
pub use target_decisions::{TARGET_DECISION_FILTER, TargetDecisionQuery};
pub use tier_changes::{Arrival, Run};
pub use tiers::{Candidate, Move, Placed, Seated, Slots, Standing, Stood};
use tokio::sync::watch;
pub use tx::Tx;

/// The database, opened.
#[derive(Clone)]
pub struct Store {
    pools: Arc<connect::Pools>,
}

impl Store {
    /// Opens the pools; creates the file of a SQLite database where the URL says so.
    pub async fn open(options: &Options) -> Result<Store, Error> {
        Ok(Store { pools: Arc::new(connect::open(options).await?) })
    }

    /// How many writers gain from working side by side.
    pub fn writers(&self) -> usize {
        connect::writers(self.pools.backend)
    }

    /// The writers, by the shard of the cells that each adds to. Processes that serve side by side take different shards
    /// half of the time, by chance; where they do not, one waits for the other's commit.
    pub fn shards(&self, chance: u8) -> Vec<i16> {
        match self.pools.backend {
            DbBackend::Postgres if chance.is_multiple_of(2) => vec![0, 1],
            DbBackend::Postgres => vec![2, 3],
            _ => vec![0],
        }
    }

    /// What only reads.
    pub fn reader(&self) -> Reader {
        Reader { pools: Arc::clone(&self.pools) }
    }

    /// Whether SQLite's log is about to begin anew, beside which commits take longer. PostgreSQL has nothing of the kind.
    pub fn syncing(&self) -> Option<watch::Receiver<bool>> {
        self.pools.log.as_ref().map(log::Log::syncing)
    }

    /// Closes all connections; SQLite folds its log into the file, which only a writer can, so that one is closed last.
    pub async fn close(&self) {
        if let Some(log) = &self.pools.log {
            log.close().await;
        }
        for pool in [&self.pools.reader, &self.pools.reports, &self.pools.writer] {
            let _ = pool.clone().close().await;
        }
    }
}

/// Customers of a page, for whoever reads everybody.
pub const PAGE: usize = 5_000;

/// The reading half of the store: it has no method that writes.
#[derive(Clone)]
pub struct Reader {
    pools: Arc<connect::Pools>,
}

impl Reader {
    /// For calls that somebody waits for.
    pub(crate) fn connection(&self) -> &DatabaseConnection {
        &self.pools.reader
    }

    /// For calls that take several statements and have to see one moment in all of them. It takes no lock; nothing else
    /// of the pool may be waited for while it is open.
    pub(crate) async fn snapshot(&self, pool: &DatabaseConnection) -> Result<DatabaseTransaction, Error> {
        // A transaction of SQLite sees one moment always.
        let isolation = (self.pools.backend == DbBackend::Postgres).then_some(IsolationLevel::RepeatableRead);
        Ok(pool.begin_with_config(isolation, None).await?)
    }

    /// For what may take long.
    pub(crate) fn reports(&self) -> &DatabaseConnection {
        &self.pools.reports
    }
}
