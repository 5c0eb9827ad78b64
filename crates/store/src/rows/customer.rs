//! A customer's record: narrow columns for filters, and one document.

use guanxi_model::CustomerId;
use guanxi_model::Timestamp;
use guanxi_model::customer::{Customer, Profile, Stage};
use sea_orm::QueryResult;

use super::{from_json, word};
use crate::Error;

/// The columns of a whole customer, from `customers c` joined with `summaries s`.
pub(crate) const COLUMNS: &str =
    "c.customer_id, c.document, c.revision, c.create_time, c.update_time, c.delete_time, s.stage";

/// What callers write about a customer, with its revision and times.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    pub profile: Profile,
    pub revision: i64,
    pub create_time: Timestamp,
    pub update_time: Timestamp,
    pub delete_time: Option<Timestamp>,
}

/// Reads the columns of `COLUMNS`.
pub(crate) fn read(row: &QueryResult) -> Result<Customer, Error> {
    let (id, record) = read_record(row)?;
    let stage: Stage = word(row, 6, "stage")?;
    let Record { profile, revision, create_time, update_time, delete_time } = record;
    Ok(Customer { id, profile, stage, revision, create_time, update_time, delete_time })
}

/// Reads the first six columns of `COLUMNS`.
pub(crate) fn read_record(row: &QueryResult) -> Result<(CustomerId, Record), Error> {
    let document: String = row.try_get_by_index(1)?;
    let record = Record {
        profile: from_json(&document, "customer")?,
        revision: row.try_get_by_index(2)?,
        create_time: Timestamp(row.try_get_by_index(3)?),
        update_time: Timestamp(row.try_get_by_index(4)?),
        delete_time: row.try_get_by_index::<Option<i64>>(5)?.map(Timestamp),
    };
    Ok((CustomerId::from_trusted(row.try_get_by_index(0)?), record))
}
