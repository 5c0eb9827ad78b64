//! What satisfaction is held against: benchmarks and targets, each a document by its id.

use guanxi_model::{BenchmarkId, SatisfactionTargetId, Timestamp};
use guanxi_satisfaction::benchmark::{Benchmark, BenchmarkContent};
use guanxi_satisfaction::target::{Target, TargetContent};
use sea_orm::{ConnectionTrait, QueryResult, Value};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::catalogue::{execute, find, query, rows};
use crate::rows::{from_json, to_json};
use crate::{Error, Reader, Tx};

/// A table of documents.
#[derive(Clone, Copy)]
struct Documents {
    table: &'static str,
    key: &'static str,
    /// For whoever finds that one is broken.
    what: &'static str,
}

const BENCHMARKS: Documents =
    Documents { table: "satisfaction_benchmarks", key: "benchmark_id", what: "satisfaction benchmark" };
const TARGETS: Documents = Documents { table: "satisfaction_targets", key: "target_id", what: "satisfaction target" };

/// A document with its stamps.
struct Kept<T> {
    id: String,
    content: T,
    revision: i64,
    create_time: Timestamp,
    update_time: Timestamp,
}

impl Documents {
    fn columns(self) -> String {
        format!("{}, document, revision, create_time, update_time", self.key)
    }

    async fn one<T: DeserializeOwned>(
        self,
        connection: &impl ConnectionTrait,
        id: &str,
    ) -> Result<Option<Kept<T>>, Error> {
        let sql = format!("SELECT {} FROM {} WHERE {} = $1", self.columns(), self.table, self.key);
        find(connection, &sql, [id.into()]).await?.as_ref().map(|row| self.read(row)).transpose()
    }

    async fn after<T: DeserializeOwned>(
        self,
        connection: &impl ConnectionTrait,
        (after, limit): (&str, usize),
    ) -> Result<Vec<Kept<T>>, Error> {
        let Documents { table, key, what: _ } = self;
        let sql = format!("SELECT {} FROM {table} WHERE {key} > $1 ORDER BY {key} LIMIT $2", self.columns());
        query(connection, &sql, [after.into(), rows(limit)]).await?.iter().map(|row| self.read(row)).collect()
    }

    async fn put<T: Serialize>(self, tx: &Tx, kept: Kept<&T>) -> Result<(), Error> {
        let sql = format!(
            "INSERT INTO {} ({}) VALUES ($1, $2, $3, $4, $5) ON CONFLICT ({}) DO UPDATE SET \
             document = excluded.document, revision = excluded.revision, update_time = excluded.update_time",
            self.table,
            self.columns(),
            self.key
        );
        let Kept { id, content, revision, create_time, update_time } = kept;
        let values: [Value; 5] = [
            id.into(),
            to_json(content, self.what)?.into(),
            revision.into(),
            create_time.0.into(),
            update_time.0.into(),
        ];
        execute(tx.connection(), &sql, values).await.map(drop)
    }

    async fn delete(self, tx: &Tx, id: &str) -> Result<(), Error> {
        let sql = format!("DELETE FROM {} WHERE {} = $1", self.table, self.key);
        execute(tx.connection(), &sql, [id.into()]).await.map(drop)
    }

    fn read<T: DeserializeOwned>(self, row: &QueryResult) -> Result<Kept<T>, Error> {
        Ok(Kept {
            id: row.try_get_by_index(0)?,
            content: from_json(&row.try_get_by_index::<String>(1)?, self.what)?,
            revision: row.try_get_by_index(2)?,
            create_time: Timestamp(row.try_get_by_index(3)?),
            update_time: Timestamp(row.try_get_by_index(4)?),
        })
    }
}

fn benchmark(kept: Kept<BenchmarkContent>) -> Benchmark {
    let Kept { id, content, revision, create_time, update_time } = kept;
    Benchmark { id: BenchmarkId::from_trusted(id), content, revision, create_time, update_time }
}

fn target(kept: Kept<TargetContent>) -> Target {
    let Kept { id, content, revision, create_time, update_time } = kept;
    Target { id: SatisfactionTargetId::from_trusted(id), content, revision, create_time, update_time }
}

impl Reader {
    /// One benchmark.
    pub async fn benchmark(&self, id: &BenchmarkId) -> Result<Option<Benchmark>, Error> {
        Ok(BENCHMARKS.one(self.connection(), id.as_str()).await?.map(benchmark))
    }

    /// Benchmarks after an id, by id.
    pub async fn benchmarks(&self, after: &str, limit: usize) -> Result<Vec<Benchmark>, Error> {
        Ok(BENCHMARKS.after(self.connection(), (after, limit)).await?.into_iter().map(benchmark).collect())
    }

    /// One target.
    pub async fn satisfaction_target(&self, id: &SatisfactionTargetId) -> Result<Option<Target>, Error> {
        Ok(TARGETS.one(self.connection(), id.as_str()).await?.map(target))
    }

    /// Targets after an id, by id.
    pub async fn satisfaction_targets(&self, after: &str, limit: usize) -> Result<Vec<Target>, Error> {
        Ok(TARGETS.after(self.connection(), (after, limit)).await?.into_iter().map(target).collect())
    }
}

impl Tx {
    /// One benchmark.
    pub async fn benchmark(&self, id: &BenchmarkId) -> Result<Option<Benchmark>, Error> {
        Ok(BENCHMARKS.one(self.connection(), id.as_str()).await?.map(benchmark))
    }

    /// Inserts or replaces a benchmark.
    pub async fn put_benchmark(&self, benchmark: &Benchmark) -> Result<(), Error> {
        let Benchmark { id, content, revision, create_time, update_time } = benchmark;
        let (id, revision) = (id.as_str().to_owned(), *revision);
        let kept = Kept { id, content, revision, create_time: *create_time, update_time: *update_time };
        BENCHMARKS.put(self, kept).await
    }

    /// Deletes a benchmark.
    pub async fn delete_benchmark(&self, id: &BenchmarkId) -> Result<(), Error> {
        BENCHMARKS.delete(self, id.as_str()).await
    }

    /// One target.
    pub async fn satisfaction_target(&self, id: &SatisfactionTargetId) -> Result<Option<Target>, Error> {
        Ok(TARGETS.one(self.connection(), id.as_str()).await?.map(target))
    }

    /// Inserts or replaces a target.
    pub async fn put_satisfaction_target(&self, target: &Target) -> Result<(), Error> {
        let Target { id, content, revision, create_time, update_time } = target;
        let (id, revision) = (id.as_str().to_owned(), *revision);
        TARGETS.put(self, Kept { id, content, revision, create_time: *create_time, update_time: *update_time }).await
    }

    /// Deletes a target.
    pub async fn delete_satisfaction_target(&self, id: &SatisfactionTargetId) -> Result<(), Error> {
        TARGETS.delete(self, id.as_str()).await
    }
}
