//! Pyramids and their calibrations.

use guanxi_model::{OperationId, PyramidId, RevisionNumber, Timestamp};
use guanxi_segmentation::{Calibration, PyramidScheme};
use sea_orm::{ConnectionTrait, QueryResult, Value};

use crate::catalogue::{execute, find, query, rows};
use crate::ledger::TierChangeReason;
use crate::revisions::read_number;
use crate::rows::{from_json, id_bytes, to_json};
use crate::{Error, Reader, Tx};

/// A pyramid and the state of its runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pyramid {
    pub id: PyramidId,
    pub display_name: String,
    pub description: String,
    /// Counts the writes of the resource itself.
    pub revision: i64,
    /// Whether satisfaction records are stamped with its tiers. One pyramid at most is.
    pub primary: bool,
    /// What readers see.
    pub active: Option<Active>,
    /// What a run is filling the second slots for.
    pub next: Option<Next>,
    /// The last generation that any run has taken; none is ever taken twice.
    pub last_generation: i64,
    /// The run that is not finished.
    pub operation: Option<OperationId>,
    pub create_time: Timestamp,
    pub update_time: Timestamp,
}

/// The revision in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Active {
    pub number: RevisionNumber,
    pub generation: i64,
    pub time: Timestamp,
}

/// The revision that a run is about to put in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Next {
    pub number: RevisionNumber,
    pub generation: i64,
}

/// What one generation of a pyramid judges by.
#[derive(Clone, Debug)]
pub struct Judge {
    pub number: RevisionNumber,
    pub scheme: PyramidScheme,
    pub calibration: Calibration,
    pub calibrate_time: Timestamp,
    /// Whether the same revision was in force before: then movement rules hold, and others' changes are what moves.
    pub renewal: bool,
}

impl Pyramid {
    /// A pyramid that nothing has been done with.
    pub fn new(id: PyramidId, display_name: String, description: String, now: Timestamp) -> Pyramid {
        Pyramid {
            id,
            display_name,
            description,
            revision: 0,
            primary: false,
            active: None,
            next: None,
            // What a generation judges by is remembered by its number, so none may be one of a deleted pyramid of this id.
            last_generation: now.0,
            operation: None,
            create_time: now,
            update_time: now,
        }
    }
}

impl Judge {
    /// Why a run to this moves customers.
    pub fn reason(&self) -> TierChangeReason {
        if self.renewal { TierChangeReason::NewCalibration } else { TierChangeReason::NewRevision }
    }

    /// What customers are judged by.
    pub fn rules(&self) -> (&PyramidScheme, &Calibration) {
        (&self.scheme, &self.calibration)
    }
}

/// The columns, in the order of `read_pyramid`.
pub(crate) const PYRAMID: &str = "pyramid_id, display_name, description, revision, active_revision, active_generation, \
     activate_time, next_revision, next_generation, last_generation, operation_id, create_time, update_time, is_primary";

impl Reader {
    /// One pyramid.
    pub async fn pyramid(&self, id: &PyramidId) -> Result<Option<Pyramid>, Error> {
        pyramid(self.connection(), id).await
    }

    /// Pyramids after an id, by id.
    pub async fn pyramids(&self, after: &str, limit: usize) -> Result<Vec<Pyramid>, Error> {
        let sql = format!("SELECT {PYRAMID} FROM pyramids WHERE pyramid_id > $1 ORDER BY pyramid_id LIMIT $2");
        query(self.connection(), &sql, [after.into(), rows(limit)])
            .await?
            .iter()
            .map(|row| read_pyramid(row, 0))
            .collect()
    }

    /// The one whose tiers satisfaction records are stamped with.
    pub async fn primary_pyramid(&self) -> Result<Option<Pyramid>, Error> {
        primary_pyramid(self.connection()).await
    }

    /// What a generation judges by.
    pub async fn judge(&self, id: &PyramidId, generation: i64) -> Result<Option<Judge>, Error> {
        judge(self.connection(), id, generation).await
    }

    /// The generation that was in force at a moment; none before the first.
    pub async fn generation_at(&self, id: &PyramidId, at: Timestamp) -> Result<Option<i64>, Error> {
        let sql = "SELECT generation FROM calibrations WHERE pyramid_id = $1 AND activate_time <= $2 \
                   ORDER BY activate_time DESC, generation DESC LIMIT 1";
        let found = query(self.connection(), sql, [id.as_str().into(), at.0.into()]).await?;
        Ok(found.first().map(|row| row.try_get_by_index(0)).transpose()?)
    }
}

impl Tx {
    /// One pyramid.
    pub async fn pyramid(&self, id: &PyramidId) -> Result<Option<Pyramid>, Error> {
        pyramid(self.connection(), id).await
    }

    /// The pyramids that facts are judged by: with an active revision, or one that a run is about to put in force.
    pub async fn judging_pyramids(&self) -> Result<Vec<Pyramid>, Error> {
        let sql = format!(
            "SELECT {PYRAMID} FROM pyramids WHERE active_revision IS NOT NULL OR next_generation IS NOT NULL ORDER BY pyramid_id"
        );
        query(self.connection(), &sql, []).await?.iter().map(|row| read_pyramid(row, 0)).collect()
    }

    /// The one whose tiers satisfaction records are stamped with.
    pub async fn primary_pyramid(&self) -> Result<Option<Pyramid>, Error> {
        primary_pyramid(self.connection()).await
    }

    /// Inserts or replaces a pyramid.
    pub async fn put_pyramid(&self, pyramid: &Pyramid) -> Result<(), Error> {
        let sql = format!(
            "INSERT INTO pyramids ({PYRAMID}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) \
             ON CONFLICT (pyramid_id) DO UPDATE SET display_name = excluded.display_name, \
             description = excluded.description, revision = excluded.revision, \
             active_revision = excluded.active_revision, active_generation = excluded.active_generation, \
             activate_time = excluded.activate_time, next_revision = excluded.next_revision, \
             next_generation = excluded.next_generation, last_generation = excluded.last_generation, \
             operation_id = excluded.operation_id, update_time = excluded.update_time, \
             is_primary = excluded.is_primary"
        );
        let number = |number: RevisionNumber| i64::from(number.get());
        let values: [Value; 14] = [
            pyramid.id.as_str().into(),
            pyramid.display_name.as_str().into(),
            pyramid.description.as_str().into(),
            pyramid.revision.into(),
            pyramid.active.map(|active| number(active.number)).into(),
            pyramid.active.map_or(0, |active| active.generation).into(),
            pyramid.active.map(|active| active.time.0).into(),
            pyramid.next.map(|next| number(next.number)).into(),
            pyramid.next.map(|next| next.generation).into(),
            pyramid.last_generation.into(),
            pyramid.operation.as_ref().map(|id| id.as_bytes().to_vec()).into(),
            pyramid.create_time.0.into(),
            pyramid.update_time.0.into(),
            i16::from(pyramid.primary).into(),
        ];
        execute(self.connection(), &sql, values).await.map(drop)
    }

    /// Deletes a pyramid with its revisions; it has never been active, so nothing else hangs on it but what was decided
    /// about it and the leavings of runs that were cancelled.
    pub async fn delete_pyramid(&self, id: &PyramidId) -> Result<(), Error> {
        for table in ["pyramid_revisions", "calibrations", "tiers", "target_decisions", "pyramids"] {
            execute(self.connection(), &format!("DELETE FROM {table} WHERE pyramid_id = $1"), [id.as_str().into()])
                .await?;
        }
        Ok(())
    }

    /// What a generation judges by.
    pub async fn judge(&self, id: &PyramidId, generation: i64) -> Result<Option<Judge>, Error> {
        judge(self.connection(), id, generation).await
    }

    /// The revision that was in force at a moment; none before the first.
    pub async fn revision_at(&self, id: &PyramidId, at: Timestamp) -> Result<Option<RevisionNumber>, Error> {
        let sql = "SELECT number FROM calibrations WHERE pyramid_id = $1 AND activate_time <= $2 \
                   ORDER BY activate_time DESC, generation DESC LIMIT 1";
        let found = find(self.connection(), sql, [id.as_str().into(), at.0.into()]).await?;
        found.map(|row| read_number(row.try_get_by_index(0)?)).transpose()
    }

    /// Keeps the calibration of a generation.
    pub async fn put_calibration(
        &self,
        id: &PyramidId,
        next: Next,
        (calibration, renewal): (&Calibration, bool),
        now: Timestamp,
    ) -> Result<(), Error> {
        let sql = "INSERT INTO calibrations (pyramid_id, generation, number, calibration, calibrate_time, renewal) \
                   VALUES ($1, $2, $3, $4, $5, $6)";
        let values: [Value; 6] = [
            id.as_str().into(),
            next.generation.into(),
            i64::from(next.number.get()).into(),
            to_json(calibration, "calibration")?.into(),
            now.0.into(),
            i16::from(renewal).into(),
        ];
        execute(self.connection(), sql, values).await.map(drop)
    }

    /// Notes when a generation came into force.
    pub async fn note_activation(&self, id: &PyramidId, generation: i64, at: Timestamp) -> Result<(), Error> {
        let sql = "UPDATE calibrations SET activate_time = $3 WHERE pyramid_id = $1 AND generation = $2";
        execute(self.connection(), sql, [id.as_str().into(), generation.into(), at.0.into()]).await.map(drop)
    }
}

async fn pyramid(connection: &impl ConnectionTrait, id: &PyramidId) -> Result<Option<Pyramid>, Error> {
    let sql = format!("SELECT {PYRAMID} FROM pyramids WHERE pyramid_id = $1");
    find(connection, &sql, [id.as_str().into()]).await?.as_ref().map(|row| read_pyramid(row, 0)).transpose()
}

async fn primary_pyramid(connection: &impl ConnectionTrait) -> Result<Option<Pyramid>, Error> {
    let sql = format!("SELECT {PYRAMID} FROM pyramids WHERE is_primary = 1");
    find(connection, &sql, []).await?.as_ref().map(|row| read_pyramid(row, 0)).transpose()
}

async fn judge(connection: &impl ConnectionTrait, id: &PyramidId, generation: i64) -> Result<Option<Judge>, Error> {
    let sql = "SELECT c.number, r.scheme, c.calibration, c.calibrate_time, c.renewal FROM calibrations c \
               JOIN pyramid_revisions r ON r.pyramid_id = c.pyramid_id AND r.number = c.number \
               WHERE c.pyramid_id = $1 AND c.generation = $2";
    let found = find(connection, sql, [id.as_str().into(), generation.into()]).await?;
    let Some(row) = found else { return Ok(None) };
    Ok(Some(Judge {
        number: read_number(row.try_get_by_index(0)?)?,
        scheme: from_json(&row.try_get_by_index::<String>(1)?, "scheme")?,
        calibration: from_json(&row.try_get_by_index::<String>(2)?, "calibration")?,
        calibrate_time: Timestamp(row.try_get_by_index(3)?),
        renewal: row.try_get_by_index::<i16>(4)? != 0,
    }))
}

/// Reads `PYRAMID`, from a column on.
pub(crate) fn read_pyramid(row: &QueryResult, first: usize) -> Result<Pyramid, Error> {
    let active =
        match (row.try_get_by_index::<Option<i64>>(first + 4)?, row.try_get_by_index::<Option<i64>>(first + 6)?) {
            (Some(number), Some(time)) => {
                let generation = row.try_get_by_index(first + 5)?;
                Some(Active { number: read_number(number)?, generation, time: Timestamp(time) })
            }
            _ => None,
        };
    let next = match (row.try_get_by_index::<Option<i64>>(first + 7)?, row.try_get_by_index::<Option<i64>>(first + 8)?)
    {
        (Some(number), Some(generation)) => Some(Next { number: read_number(number)?, generation }),
        _ => None,
    };
    let has_operation = row.try_get_by_index::<Option<Vec<u8>>>(first + 10)?.is_some();
    Ok(Pyramid {
        id: PyramidId::from_trusted(row.try_get_by_index(first)?),
        display_name: row.try_get_by_index(first + 1)?,
        description: row.try_get_by_index(first + 2)?,
        revision: row.try_get_by_index(first + 3)?,
        primary: row.try_get_by_index::<i16>(first + 13)? != 0,
        active,
        next,
        last_generation: row.try_get_by_index(first + 9)?,
        operation: if has_operation {
            Some(OperationId::from_bytes(id_bytes(row, first + 10, "operation id")?))
        } else {
            None
        },
        create_time: Timestamp(row.try_get_by_index(first + 11)?),
        update_time: Timestamp(row.try_get_by_index(first + 12)?),
    })
}
