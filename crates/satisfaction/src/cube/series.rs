//! The sums of a set period by period, as they are: for whoever follows one number over time or holds two sets against each
//! other. Methods stay apart until somebody pools them.

use std::collections::BTreeMap;

use guanxi_model::Day;
use guanxi_model::fact::CollectionMethod;

use super::Sums;
use super::layout::RECORDS;
use super::place::Placed;
use super::question::IndexQuestion;

/// See the module.
pub struct Series<'a> {
    question: &'a IndexQuestion,
    sums: BTreeMap<CollectionMethod, BTreeMap<Day, Sums>>,
}

impl<'a> Series<'a> {
    /// Of nothing yet.
    pub fn new(question: &'a IndexQuestion) -> Series<'a> {
        Series { question, sums: BTreeMap::new() }
    }

    /// Adds what records in a place count for, where they are asked for.
    pub fn add(&mut self, placed: &Placed, sums: &Sums) {
        if self.question.row(placed).is_some() {
            let start = self.question.period.map_or(self.question.days.0, |period| period.start_of(placed.start));
            self.sums.entry(placed.method).or_default().entry(start).or_default().plus(sums);
        }
    }

    /// The methods by which there are records; of some all may have been taken back.
    pub fn methods(&self) -> Vec<CollectionMethod> {
        let has_records = |periods: &BTreeMap<Day, Sums>| periods.values().any(|sums| sums.at(RECORDS) != 0);
        self.sums.iter().filter(|(_, periods)| has_records(periods)).map(|(method, _)| *method).collect()
    }

    /// The sums of all methods by the first day of their period.
    pub fn periods(self) -> BTreeMap<Day, Sums> {
        let mut all: BTreeMap<Day, Sums> = BTreeMap::new();
        for (day, sums) in self.sums.into_values().flatten() {
            all.entry(day).or_default().plus(&sums);
        }
        all
    }
}

/// How many records sums are of.
pub fn records(sums: &Sums) -> i64 {
    i64::try_from(sums.at(RECORDS)).unwrap_or(i64::MAX)
}
