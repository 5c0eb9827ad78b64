//! Immutable revisions of schemes. Whatever has revisions (pyramids, questionnaires) has a table of them, alike but for
//! names: they are read and written here once.

use guanxi_model::{PyramidId, RevisionNumber, Timestamp};
use guanxi_segmentation::PyramidScheme;
use sea_orm::{ConnectionTrait, QueryResult, Value};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::catalogue::{execute, find, query, rows};
use crate::rows::{from_json, to_json};
use crate::{Error, Reader, Tx};

/// The id of what has revisions, and where those are kept.
pub trait Revised: AsRef<str> + Clone + Send + Sync + 'static {
    /// What a revision consists of.
    type Scheme: Serialize + DeserializeOwned + Send + Sync;
    /// The table of the revisions.
    const TABLE: &'static str;
    /// The column of the id.
    const COLUMN: &'static str;

    /// The id read back.
    fn from_trusted(id: String) -> Self;
}

impl Revised for PyramidId {
    type Scheme = PyramidScheme;
    const TABLE: &'static str = "pyramid_revisions";
    const COLUMN: &'static str = "pyramid_id";

    fn from_trusted(id: String) -> Self {
        PyramidId::from_trusted(id)
    }
}

/// An immutable version of a scheme.
#[derive(Clone, Debug, PartialEq)]
pub struct Revision<I: Revised> {
    /// What it is a revision of.
    pub of: I,
    pub number: RevisionNumber,
    pub description: String,
    pub scheme: I::Scheme,
    pub create_time: Timestamp,
}

impl Reader {
    /// One revision.
    pub async fn revision<I: Revised>(&self, id: &I, number: RevisionNumber) -> Result<Option<Revision<I>>, Error> {
        revision(self.connection(), id, number).await
    }

    /// Revisions before a number, the newest first.
    pub async fn revisions<I: Revised>(&self, id: &I, before: i64, limit: usize) -> Result<Vec<Revision<I>>, Error> {
        let sql = format!("{} WHERE {} = $1 AND number < $2 ORDER BY number DESC LIMIT $3", select::<I>(), I::COLUMN);
        let values = [id.as_ref().into(), before.into(), rows(limit)];
        query(self.connection(), &sql, values).await?.iter().map(read).collect()
    }
}

impl Tx {
    /// One revision.
    pub async fn revision<I: Revised>(&self, id: &I, number: RevisionNumber) -> Result<Option<Revision<I>>, Error> {
        revision(self.connection(), id, number).await
    }

    /// The number of the newest revision; 0 where there is none.
    pub async fn last_revision<I: Revised>(&self, id: &I) -> Result<u32, Error> {
        let sql = format!("SELECT COALESCE(MAX(number), 0) FROM {} WHERE {} = $1", I::TABLE, I::COLUMN);
        let found = find(self.connection(), &sql, [id.as_ref().into()]).await?;
        let number: i64 = found.map_or(Ok(0), |row| row.try_get_by_index(0))?;
        u32::try_from(number).map_err(|error| Error::corrupt("revision number", error))
    }

    /// Inserts a revision.
    pub async fn put_revision<I: Revised>(&self, revision: &Revision<I>) -> Result<(), Error> {
        let (table, column) = (I::TABLE, I::COLUMN);
        let sql = format!(
            "INSERT INTO {table} ({column}, number, description, scheme, create_time) VALUES ($1, $2, $3, $4, $5)"
        );
        let values: [Value; 5] = [
            revision.of.as_ref().into(),
            i64::from(revision.number.get()).into(),
            revision.description.as_str().into(),
            to_json(&revision.scheme, "scheme")?.into(),
            revision.create_time.0.into(),
        ];
        execute(self.connection(), &sql, values).await.map(drop)
    }
}

fn select<I: Revised>() -> String {
    format!("SELECT {}, number, description, scheme, create_time FROM {}", I::COLUMN, I::TABLE)
}

async fn revision<I: Revised>(
    connection: &impl ConnectionTrait,
    id: &I,
    number: RevisionNumber,
) -> Result<Option<Revision<I>>, Error> {
    let sql = format!("{} WHERE {} = $1 AND number = $2", select::<I>(), I::COLUMN);
    let values = [id.as_ref().into(), i64::from(number.get()).into()];
    find(connection, &sql, values).await?.as_ref().map(read).transpose()
}

/// Reads the number of a revision.
pub(crate) fn read_number(number: i64) -> Result<RevisionNumber, Error> {
    let read = u32::try_from(number).ok().and_then(RevisionNumber::new);
    read.ok_or_else(|| Error::corrupt("revision number", number))
}

fn read<I: Revised>(row: &QueryResult) -> Result<Revision<I>, Error> {
    Ok(Revision {
        of: I::from_trusted(row.try_get_by_index(0)?),
        number: read_number(row.try_get_by_index(1)?)?,
        description: row.try_get_by_index(2)?,
        scheme: from_json(&row.try_get_by_index::<String>(3)?, "scheme")?,
        create_time: Timestamp(row.try_get_by_index(4)?),
    })
}
