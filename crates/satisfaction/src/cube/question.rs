//! What may be asked of records: which, in which periods, kept apart by what, and how they are weighted.

use std::collections::{BTreeMap, BTreeSet};

use guanxi_model::fact::{CollectionMethod, SatisfactionRecord};
use guanxi_model::{Day, Period};
use serde::{Deserialize, Serialize};

use super::place::{Face, Key, Placed, Span, said};

guanxi_model::words! {
    /// By what rows are kept apart.
    Grouping {
        Nothing = 1, Tier = 2, Channel = 3, TierAndChannel = 4, Touchpoint = 5, Wave = 6, TouchpointAndWave = 7, Team = 8,
        Branch = 9, Handler = 10, RespondentRole = 11
    }
    /// What counts once.
    Weighting { PerResponse = 1, PerCustomer = 2 }
    /// How much is told of each row.
    Detail { Index = 1, Dimensions = 2, Items = 3 }
}

/// A question about the records of one revision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IndexQuestion {
    /// The first and the last day.
    pub days: (Day, Day),
    /// What rows are of; of all days where none is given.
    pub period: Option<Period>,
    pub group_by: Grouping,
    /// Only records with these keys; of tiers see `tier_key`, of roles the code.
    pub keys: BTreeMap<Key, String>,
    /// Only these; all where there are none.
    pub methods: Vec<CollectionMethod>,
    /// Whether all of them are one set.
    pub pools_methods: bool,
    /// After so many days a record weighs half.
    pub half_life_days: Option<i32>,
    pub weighting: Weighting,
    pub detail: Detail,
}

/// Which row records belong to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Row {
    /// The part of a period that was asked for.
    pub days: (Day, Day),
    /// What its records have in common.
    pub keys: BTreeMap<Key, String>,
    /// None where methods are pooled.
    pub method: Option<CollectionMethod>,
}

impl Grouping {
    pub(super) fn keys(self) -> &'static [Key] {
        match self {
            Grouping::Nothing => &[],
            Grouping::Tier => &[Key::Tier],
            Grouping::Channel => &[Key::Channel],
            Grouping::TierAndChannel => &[Key::Tier, Key::Channel],
            Grouping::Touchpoint => &[Key::Touchpoint],
            Grouping::Wave => &[Key::Wave],
            Grouping::TouchpointAndWave => &[Key::Touchpoint, Key::Wave],
            Grouping::Team => &[Key::Team],
            Grouping::Branch => &[Key::Branch],
            Grouping::Handler => &[Key::Handler],
            Grouping::RespondentRole => &[Key::Role],
        }
    }
}

impl IndexQuestion {
    /// The face whose cells answer it; none where no face keeps records apart by all that is asked.
    pub fn face(&self) -> Option<Face> {
        let keys: BTreeSet<Key> = self.group_by.keys().iter().copied().chain(self.keys.keys().copied()).collect();
        Face::holding(&keys)
    }

    /// Whether only days will do: weeks lie across months, and days weigh differently.
    pub fn needs_days(&self) -> bool {
        matches!(self.period, Some(Period::Day | Period::Week)) || self.half_life_days.is_some()
    }

    /// The cells that cover the days, each once: whole months, and days where the first or the last month is not whole.
    pub fn spans(&self) -> Vec<(Span, Day, Day)> {
        let (first, last) = self.days;
        let end = last.plus_days(1);
        let (month, beyond) = (first.plus_days(-1).first_of_month().months_after(1), end.first_of_month());
        let parts = if self.needs_days() || month >= beyond {
            vec![(Span::Day, first, end)]
        } else {
            vec![(Span::Day, first, month), (Span::Month, month, beyond), (Span::Day, beyond, end)]
        };
        let parts = parts.into_iter().filter(|(_, from, to)| from < to);
        parts.map(|(span, from, to)| (span, from, to.plus_days(-1))).collect()
    }

    /// The row that records in a place belong to; none where they are not asked for.
    pub(super) fn row(&self, placed: &Placed) -> Option<Row> {
        let Placed { place, span: _, start, method } = placed;
        let is_wanted = |(key, wanted): (&Key, &String)| place.get(*key) == Some(wanted);
        if !self.takes(*start, *method) || !self.keys.iter().all(is_wanted) {
            return None;
        }
        let keys = self.group_by.keys().iter().map(|key| Some((*key, place.get(*key)?.to_owned())));
        self.row_of((*start, Some(*method)), keys.collect::<Option<_>>()?)
    }

    /// The rows that a record of a day belongs to: several where it names several of our people and rows are grouped by
    /// them.
    pub(super) fn rows(&self, record: &SatisfactionRecord, day: Day) -> Vec<Row> {
        let is_wanted = |(key, wanted): (&Key, &String)| said(record, *key).contains(wanted);
        if !self.takes(day, record.method) || !self.keys.iter().all(is_wanted) {
            return Vec::new();
        }
        let mut ways = vec![BTreeMap::new()];
        for key in self.group_by.keys() {
            let mut words = said(record, *key);
            if words.is_empty() {
                words.insert(String::new());
            }
            let with = |way: &BTreeMap<Key, String>, word: &String| {
                way.iter().map(|(key, word)| (*key, word.clone())).chain([(*key, word.clone())]).collect()
            };
            ways = ways.iter().flat_map(|way| words.iter().map(|word| with(way, word)).collect::<Vec<_>>()).collect();
        }
        ways.into_iter().filter_map(|keys| self.row_of((day, Some(record.method)), keys)).collect()
    }

    /// The part that is asked for of the period that a day is in.
    fn days_around(&self, day: Day) -> (Day, Day) {
        let (first, last) = self.days;
        self.period.map_or(self.days, |period| {
            let start = period.start_of(day);
            (start.max(first), period.after(start).plus_days(-1).min(last))
        })
    }

    fn takes(&self, day: Day, method: CollectionMethod) -> bool {
        let (first, last) = self.days;
        (first..=last).contains(&day) && (self.methods.is_empty() || self.methods.contains(&method))
    }

    /// Where rows are kept apart by something that a record does not say, it is in none; but every customer has some tier,
    /// if only none, and came by some channel.
    pub(super) fn row_of(
        &self,
        (day, method): (Day, Option<CollectionMethod>),
        keys: BTreeMap<Key, String>,
    ) -> Option<Row> {
        let always = [Key::Tier, Key::Channel];
        let says_nothing = !keys.is_empty() && keys.values().all(String::is_empty);
        if says_nothing && !keys.keys().all(|key| always.contains(key)) {
            return None;
        }
        Some(Row { days: self.days_around(day), keys, method: method.filter(|_| !self.pools_methods) })
    }
}
