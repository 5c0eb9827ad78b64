//! Adds up cells, or records one by one, to the rows that answer a question. Both come to the same, bit for bit: rows are
//! sums of integers until the last has been added.

use std::collections::BTreeMap;

use guanxi_model::Day;

use super::Sums;
use super::place::Placed;
use super::pool::{CustomerMeans, Pool};
use super::question::{IndexQuestion, Row, Weighting};
use super::summary::Summary;
use crate::scheme::QuestionnaireScheme;

/// See the module.
pub struct Fold<'a> {
    scheme: &'a QuestionnaireScheme,
    question: &'a IndexQuestion,
    rows: BTreeMap<Row, Gathered>,
}

/// A row as it is told.
#[derive(Clone, Debug, PartialEq)]
pub struct IndexRow {
    pub row: Row,
    pub summary: Summary,
}

#[derive(Default)]
struct Gathered {
    /// By day where days weigh differently, else under one.
    sums: BTreeMap<Day, Sums>,
    /// The customers that are through; where each counts once, `sums` is of one only.
    customers: CustomerMeans,
}

impl<'a> Fold<'a> {
    /// So many rows are told at most.
    pub const MOST_ROWS: usize = 1_000;
    /// So many sums of days are held at most, where days weigh differently.
    pub const MOST_DAYS: usize = 20_000;

    /// Of nothing yet.
    pub fn new(scheme: &'a QuestionnaireScheme, question: &'a IndexQuestion) -> Fold<'a> {
        Fold { scheme, question, rows: BTreeMap::new() }
    }

    /// Adds what records in a place count for, where they are asked for.
    pub fn add(&mut self, placed: &Placed, sums: &Sums) {
        let Some(row) = self.question.row(placed) else { return };
        let day = self.question.half_life_days.map_or(row.days.0, |_| placed.start);
        self.rows.entry(row).or_default().sums.entry(day).or_default().plus(sums);
    }

    /// Whether there are more rows than can be told, or more days than can be held.
    pub fn is_full(&self) -> bool {
        let days = || self.rows.values().map(|row| row.sums.len()).sum::<usize>();
        self.rows.len() > Self::MOST_ROWS || (self.question.half_life_days.is_some() && days() > Self::MOST_DAYS)
    }

    /// The records of one customer are all added.
    pub fn end_of_customer(&mut self) {
        if self.question.weighting == Weighting::PerCustomer {
            for row in self.rows.values_mut() {
                for sums in std::mem::take(&mut row.sums).values() {
                    row.customers.add(self.scheme.layout(), sums);
                }
            }
        }
    }

    /// The rows: by days, then by keys, then by method. What came to nothing, because all of it was taken back, is left out.
    pub fn finish(self) -> Vec<IndexRow> {
        let Fold { scheme, question, rows } = self;
        let told = |(row, gathered): (Row, Gathered)| {
            let pool = match (question.weighting, question.half_life_days) {
                (Weighting::PerCustomer, _) => Pool::of_customers(gathered.customers),
                (Weighting::PerResponse, Some(half_life)) => Pool::decayed(gathered.sums, half_life),
                (Weighting::PerResponse, None) => Pool::equal(gathered.sums),
            };
            let summary = Summary::of(scheme, &pool, question.detail);
            (summary.records > 0).then_some(IndexRow { row, summary })
        };
        rows.into_iter().filter_map(told).collect()
    }
}
