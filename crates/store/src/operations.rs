//! Long-running operations as rows. Whoever raises the fence by compare-and-set holds the lease and works; every later
//! write names the fence it was given, so that one who lost the lease can write no more. Only the chunks of a fold name none:
//! to fold again changes nothing.

use guanxi_model::{OperationId, Timestamp, Words};
use sea_orm::{ConnectionTrait, DbBackend, QueryResult, Value};

use crate::catalogue::{execute, find, query, rows};
use crate::rows::{id_bytes, word};
use crate::{Error, Reader, Tx};

guanxi_model::words! {
    /// How far an operation is.
    OperationState { Pending = 1, Running = 2, Succeeded = 3, Failed = 4, Cancelled = 5 }
}

impl OperationState {
    /// Whether it has ended.
    pub fn is_done(self) -> bool {
        matches!(self, OperationState::Succeeded | OperationState::Failed | OperationState::Cancelled)
    }
}

/// A piece of long work. Request, progress and outcome are documents of whoever does it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    pub id: OperationId,
    pub kind: String,
    /// The resource it works on, by name.
    pub subject: String,
    pub state: OperationState,
    pub request: String,
    pub progress: String,
    pub outcome: Option<String>,
    pub cancel_requested: bool,
    pub lease_until: Timestamp,
    pub fence: i64,
    pub create_time: Timestamp,
    pub update_time: Timestamp,
    pub end_time: Option<Timestamp>,
}

const COLUMNS: &str = "operation_id, kind, subject, state, request, progress, outcome, cancel_requested, lease_until, fence, \
     create_time, update_time, end_time";

/// Which operations to list.
#[derive(Clone, Debug, Default)]
pub struct OperationFilter {
    pub done: Option<bool>,
    pub kind: Option<String>,
}

impl Reader {
    /// One operation.
    pub async fn operation(&self, id: &OperationId) -> Result<Option<Operation>, Error> {
        operation(self.connection(), id).await
    }

    /// Operations older than a key, the newest first.
    pub async fn operations(
        &self,
        filter: &OperationFilter,
        before: Option<(Timestamp, OperationId)>,
        limit: usize,
    ) -> Result<Vec<Operation>, Error> {
        let (time, id) = before.map_or((i64::MAX, vec![0xff; 17]), |(time, id)| (time.0, id.as_bytes().to_vec()));
        let done = match filter.done {
            Some(true) => "AND end_time IS NOT NULL",
            Some(false) => "AND end_time IS NULL",
            None => "",
        };
        let kind = if filter.kind.is_some() { "AND kind = $4" } else { "" };
        let sql = format!(
            "SELECT {COLUMNS} FROM operations WHERE (create_time, operation_id) < ($1, $2) {done} {kind} \
             ORDER BY create_time DESC, operation_id DESC LIMIT $3"
        );
        let mut values: Vec<Value> = vec![time.into(), id.into(), rows(limit)];
        values.extend(filter.kind.as_ref().map(|kind| kind.as_str().into()));
        query(self.connection(), &sql, values).await?.iter().map(read).collect()
    }

    /// Operations that nobody works on: new ones, and those whose lease has run out.
    pub async fn idle_operations(&self, now: Timestamp) -> Result<Vec<Operation>, Error> {
        let sql = format!(
            "SELECT {COLUMNS} FROM operations WHERE end_time IS NULL AND lease_until <= $1 ORDER BY create_time, operation_id LIMIT 10"
        );
        query(self.connection(), &sql, [now.0.into()]).await?.iter().map(read).collect()
    }
}

impl Tx {
    /// One operation.
    pub async fn operation(&self, id: &OperationId) -> Result<Option<Operation>, Error> {
        operation(self.connection(), id).await
    }

    /// Inserts an operation.
    pub async fn put_operation(&self, operation: &Operation) -> Result<(), Error> {
        let sql = format!(
            "INSERT INTO operations ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
        );
        let values: [Value; 13] = [
            operation.id.as_bytes().to_vec().into(),
            operation.kind.as_str().into(),
            operation.subject.as_str().into(),
            operation.state.code().into(),
            operation.request.as_str().into(),
            operation.progress.as_str().into(),
            operation.outcome.clone().into(),
            i16::from(operation.cancel_requested).into(),
            operation.lease_until.0.into(),
            operation.fence.into(),
            operation.create_time.0.into(),
            operation.update_time.0.into(),
            operation.end_time.map(|time| time.0).into(),
        ];
        execute(self.connection(), &sql, values).await.map(drop)
    }

    /// Takes an operation that nobody works on. False where somebody else was faster.
    pub async fn take_operation(&self, seen: &Operation, until: Timestamp, now: Timestamp) -> Result<bool, Error> {
        let sql = "UPDATE operations SET fence = fence + 1, lease_until = $3, state = 2, update_time = $4 \
                   WHERE operation_id = $1 AND fence = $2 AND end_time IS NULL AND lease_until <= $4";
        let values: [Value; 4] = [seen.id.as_bytes().to_vec().into(), seen.fence.into(), until.0.into(), now.0.into()];
        Ok(execute(self.connection(), sql, values).await? == 1)
    }

    /// Keeps the progress of whoever holds this fence and renews the lease. `None` where the lease is lost; else whether
    /// somebody has asked to cancel.
    pub async fn advance_operation(
        &self,
        id: &OperationId,
        fence: i64,
        progress: &str,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<Option<bool>, Error> {
        let sql = "UPDATE operations SET progress = $3, lease_until = $4, update_time = $5 \
                   WHERE operation_id = $1 AND fence = $2 AND end_time IS NULL";
        let values: [Value; 5] =
            [id.as_bytes().to_vec().into(), fence.into(), progress.into(), until.0.into(), now.0.into()];
        if execute(self.connection(), sql, values).await? == 0 {
            return Ok(None);
        }
        Ok(self.operation(id).await?.map(|operation| operation.cancel_requested))
    }

    /// Whether this fence still holds the operation; if so, nobody takes it over before the transaction has ended.
    pub async fn holds_operation(&self, id: &OperationId, fence: i64) -> Result<bool, Error> {
        let until_the_end = match self.connection().get_database_backend() {
            DbBackend::Postgres => "FOR SHARE",
            _ => "",
        };
        let sql = format!(
            "SELECT 1 FROM operations WHERE operation_id = $1 AND fence = $2 AND end_time IS NULL {until_the_end}"
        );
        Ok(find(self.connection(), &sql, [id.as_bytes().to_vec().into(), fence.into()]).await?.is_some())
    }

    /// Ends the lease of whoever holds this fence, so that the next who looks takes the operation at once.
    pub async fn release_operation(&self, id: &OperationId, fence: i64) -> Result<(), Error> {
        let sql = "UPDATE operations SET lease_until = 0 WHERE operation_id = $1 AND fence = $2 AND end_time IS NULL";
        execute(self.connection(), sql, [id.as_bytes().to_vec().into(), fence.into()]).await.map(drop)
    }

    /// Ends an operation. False where the lease is lost.
    pub async fn end_operation(
        &self,
        id: &OperationId,
        fence: i64,
        state: OperationState,
        outcome: &str,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let sql = "UPDATE operations SET state = $3, outcome = $4, update_time = $5, end_time = $5 \
                   WHERE operation_id = $1 AND fence = $2 AND end_time IS NULL";
        let values: [Value; 5] =
            [id.as_bytes().to_vec().into(), fence.into(), state.code().into(), outcome.into(), now.0.into()];
        Ok(execute(self.connection(), sql, values).await? == 1)
    }

    /// Asks an operation to stop; one that has ended stays as it is. False where there is none.
    pub async fn cancel_operation(&self, id: &OperationId) -> Result<bool, Error> {
        let sql = "UPDATE operations SET cancel_requested = 1 WHERE operation_id = $1 AND end_time IS NULL";
        let asked = execute(self.connection(), sql, [id.as_bytes().to_vec().into()]).await? == 1;
        Ok(asked || self.operation(id).await?.is_some())
    }

    /// Forgets an operation.
    pub async fn delete_operation(&self, id: &OperationId) -> Result<(), Error> {
        execute(self.connection(), "DELETE FROM operations WHERE operation_id = $1", [id.as_bytes().to_vec().into()])
            .await
            .map(drop)
    }
}

async fn operation(connection: &impl ConnectionTrait, id: &OperationId) -> Result<Option<Operation>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM operations WHERE operation_id = $1");
    find(connection, &sql, [id.as_bytes().to_vec().into()]).await?.as_ref().map(read).transpose()
}

fn read(row: &QueryResult) -> Result<Operation, Error> {
    Ok(Operation {
        id: OperationId::from_bytes(id_bytes(row, 0, "operation id")?),
        kind: row.try_get_by_index(1)?,
        subject: row.try_get_by_index(2)?,
        state: word(row, 3, "operation state")?,
        request: row.try_get_by_index(4)?,
        progress: row.try_get_by_index(5)?,
        outcome: row.try_get_by_index(6)?,
        cancel_requested: row.try_get_by_index::<i16>(7)? != 0,
        lease_until: Timestamp(row.try_get_by_index(8)?),
        fence: row.try_get_by_index(9)?,
        create_time: Timestamp(row.try_get_by_index(10)?),
        update_time: Timestamp(row.try_get_by_index(11)?),
        end_time: row.try_get_by_index::<Option<i64>>(12)?.map(Timestamp),
    })
}
