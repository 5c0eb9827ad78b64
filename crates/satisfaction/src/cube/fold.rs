//! Adds up cells, or records one by one, to the rows that answer a question. Both come to the same, bit for bit: rows are
//! sums of integers until the last has been added.

use std::collections::BTreeMap;

use guanxi_model::Day;
use guanxi_model::fact::SatisfactionRecord;
use serde::{Deserialize, Serialize};

use super::Sums;
use super::place::Placed;
use super::pool::{CustomerMeans, Pool, total};
use super::question::{Detail, IndexQuestion, Row, Weighting};
use super::summary::{Share, Summary};
use crate::scheme::QuestionnaireScheme;

/// So many rows, and rows with their dimensions and items, fit a reply of 2 MiB.
const MOST_ROWS: usize = 1_000;
const MOST_PARTS: usize = 2_000;

/// See the module.
pub struct Fold<'a> {
    scheme: &'a QuestionnaireScheme,
    question: &'a IndexQuestion,
    /// By day where days weigh differently, else under one. Where each customer counts once, of the one whose records are
    /// being added.
    rows: BTreeMap<Row, BTreeMap<Day, Sums>>,
    /// Where each customer counts once, those that are through.
    customers: BTreeMap<Row, CustomerMeans>,
}

/// A row as it is told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IndexRow {
    pub row: Row,
    pub summary: Summary,
    /// Answered of the invitations that belong to it, where that can be said; see `Responses`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<Share>,
}

impl<'a> Fold<'a> {
    /// So many sums of days are held at most, of all rows together, where days weigh differently.
    pub const MOST_DAYS: usize = 20_000;

    /// Of nothing yet.
    pub fn new(scheme: &'a QuestionnaireScheme, question: &'a IndexQuestion) -> Fold<'a> {
        Fold { scheme, question, rows: BTreeMap::new(), customers: BTreeMap::new() }
    }

    /// Adds what records in a place count for, where they are asked for.
    pub fn add(&mut self, placed: &Placed, sums: &Sums) {
        if let Some(row) = self.question.row(placed) {
            self.put(row, placed.start, sums);
        }
    }

    /// Adds what a record of a day counts for, where it is asked for.
    pub fn add_record(&mut self, record: &SatisfactionRecord, day: Day) {
        let rows = self.question.rows(record, day);
        if rows.is_empty() {
            return;
        }
        let sums = self.scheme.count_alone(&record.answers);
        for row in rows {
            self.put(row, day, &sums);
        }
    }

    fn put(&mut self, row: Row, day: Day, sums: &Sums) {
        let day = self.question.half_life_days.map_or(row.days.0, |_| day);
        self.rows.entry(row).or_default().entry(day).or_default().plus(sums);
    }

    /// So many rows are told at most, fewer where much is told of each.
    pub fn most_rows(&self) -> usize {
        let content = self.scheme.content();
        let parts = match self.question.detail {
            Detail::Index => 0,
            Detail::Dimensions => content.dimensions.len(),
            Detail::Items => content.dimensions.len() + content.items.len(),
        };
        MOST_ROWS.min(MOST_PARTS / (1 + parts))
    }

    /// Whether there are more rows than can be told, or more days than can be held.
    pub fn is_full(&self) -> bool {
        let days = || self.rows.values().map(BTreeMap::len).sum::<usize>();
        self.rows.len().max(self.customers.len()) > self.most_rows()
            || (self.question.half_life_days.is_some() && days() > Self::MOST_DAYS)
    }

    /// The records of one customer are all added.
    pub fn end_of_customer(&mut self) {
        if self.question.weighting == Weighting::PerCustomer {
            for (row, days) in std::mem::take(&mut self.rows) {
                self.customers.entry(row).or_default().add(self.scheme.layout(), &total(&days));
            }
        }
    }

    /// The rows: by days, then by keys, then by method. What came to nothing, because all of it was taken back, is left out.
    pub fn finish(self) -> Vec<IndexRow> {
        let Fold { scheme, question, rows, customers } = self;
        let told = |(row, pool): (Row, Pool)| {
            let summary = Summary::of(scheme, &pool, question.detail);
            (summary.records > 0).then_some(IndexRow { row, summary, response: None })
        };
        let of_days = |(row, days)| (row, Pool::of_days(&days, question.half_life_days));
        let of_customers = |(row, means)| (row, Pool::Customers(means));
        match question.weighting {
            Weighting::PerResponse => rows.into_iter().map(of_days).filter_map(told).collect(),
            Weighting::PerCustomer => customers.into_iter().map(of_customers).filter_map(told).collect(),
        }
    }
}
