//! A customer's summary: what all its facts add up to, and the version that orders every write about it.

use std::sync::LazyLock;

use guanxi_model::customer::Stage;
use guanxi_model::{Counter, CustomerId, Tally, Timestamp, Words};
use sea_orm::QueryResult;

use super::word;
use crate::Error;
use crate::bulk::{Cell, Column, int, text};

/// What all facts of a customer add up to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Counts the writes about the customer, from 1.
    pub version: i64,
    pub delete_time: Option<Timestamp>,
    pub stage: Stage,
    /// How many facts of the customer are replaced or withdrawn, also such as have not come yet.
    pub replacements: i64,
    /// The sum of the absolute values of everything counted: while it is in range, every sum of a part is.
    pub gross: i64,
    pub tally: Tally,
}

/// The columns, with these of the counters.
pub(crate) fn columns(counters: &[Counter]) -> Vec<Column> {
    let fixed =
        [text("customer_id"), int("version"), int("delete_time"), int("stage"), int("replacements"), int("gross")];
    fixed.into_iter().chain(counters.iter().map(|counter| int(counter.name()))).collect()
}

/// How many columns `SELECT` has.
pub(crate) const WIDTH: usize = 6 + Counter::COUNT;

/// All columns as a select list, qualified with `s`.
pub(crate) static SELECT: LazyLock<String> = LazyLock::new(|| {
    columns(Counter::ALL).iter().map(|column| format!("s.{}", column.name)).collect::<Vec<_>>().join(", ")
});

/// Reads the columns of `SELECT`.
pub(crate) fn read(row: &QueryResult) -> Result<(CustomerId, Summary), Error> {
    let summary = Summary {
        version: row.try_get_by_index(1)?,
        delete_time: row.try_get_by_index::<Option<i64>>(2)?.map(Timestamp),
        stage: word(row, 3, "stage")?,
        replacements: row.try_get_by_index(4)?,
        gross: row.try_get_by_index(5)?,
        tally: read_tally(row, 6)?,
    };
    Ok((CustomerId::from_trusted(row.try_get_by_index(0)?), summary))
}

/// The cells of `columns`.
pub(crate) fn write(customer: &CustomerId, summary: &Summary, counters: &[Counter]) -> Vec<Cell> {
    let fixed = [
        customer.as_str().into(),
        summary.version.into(),
        summary.delete_time.map(|time| time.0).into(),
        summary.stage.code().into(),
        summary.replacements.into(),
        summary.gross.into(),
    ];
    fixed.into_iter().chain(counters.iter().map(|counter| summary.tally[*counter].into())).collect()
}

pub(crate) fn read_tally(row: &QueryResult, first: usize) -> Result<Tally, Error> {
    let mut tally = Tally::default();
    for (offset, counter) in Counter::ALL.iter().enumerate() {
        tally[*counter] = row.try_get_by_index(first + offset)?;
    }
    Ok(tally)
}
