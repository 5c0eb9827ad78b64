//! Contacts per reason, held against active customers and purchases: by period, with a control chart, and before and after a
//! day. A pure function of the counts of days.

use std::collections::{BTreeMap, BTreeSet};

use guanxi_model::fact::InteractionPurpose;
use guanxi_model::statistics::chart::drift::Ewma;
use guanxi_model::statistics::chart::{Count, Counting, Unfit};
use guanxi_model::statistics::evidence::Evidence;
use guanxi_model::statistics::proportion::Proportion;
use guanxi_model::statistics::rate::{Comparison, Rate, compare};
use guanxi_model::{Day, Period};

use super::exposure::{Bases, Part};
use super::{ContactCell, ContactCount, Course};
use crate::chart::{self, ControlChart, Usual};

guanxi_model::words! {
    /// What contacts are held against.
    ContactBase { ActiveCustomers = 1, Purchases = 2 }
}

/// Rates are told per so many.
const PER: f64 = 1_000.0;
/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct ContactQuestion {
    pub days: (Day, Day),
    pub period: Period,
    pub by_topic: bool,
    /// What chart and comparison are drawn by.
    pub base: ContactBase,
    /// The first day of what came after a change.
    pub change: Option<Day>,
    pub ewma: Ewma,
}

/// Why customers got in touch.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reason {
    pub purpose: InteractionPurpose,
    /// Empty where topics are not asked for, or a contact has none.
    pub topic: String,
}

/// See the module.
#[derive(Clone, Debug, PartialEq)]
pub struct ContactReport {
    pub periods: Vec<BasePeriod>,
    pub reasons: Vec<ReasonReport>,
}

/// What contacts of a period are held against.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BasePeriod {
    pub days: (Day, Day),
    /// How many were active at the end of a day, in the mean of the days.
    pub active_customers: f64,
    pub purchases: i64,
}

/// One reason.
#[derive(Clone, Debug, PartialEq)]
pub struct ReasonReport {
    pub reason: Reason,
    pub whole: Told,
    /// One for each period of the report.
    pub periods: Vec<Told>,
    pub chart: Result<ControlChart, Unfit>,
    pub comparison: Option<BeforeAfter>,
    /// Of the contacts that began with bad feelings, those that ended with good ones.
    pub recovered: Option<Proportion>,
}

/// How many contacts, and how often.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Told {
    pub contacts: i64,
    /// Per 1,000 active customers and period; none where fewer than 5 were active.
    pub per_active: Option<f64>,
    /// Per 1,000 purchases; none of fewer than 5.
    pub per_purchase: Option<f64>,
}

/// A rate before a day, and from it on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BeforeAfter {
    pub before: (i64, Option<f64>),
    pub after: (i64, Option<f64>),
    /// The later rate over the earlier one; nothing where it cannot be told.
    pub test: Option<Comparison>,
}

/// How many rows such a report has: periods of every reason.
pub fn row_count(question: &ContactQuestion, counts: &[(ContactCell, i64)]) -> usize {
    let reason = |cell: &ContactCell| cell.purpose.map(|purpose| (purpose, cell.topic.clone()));
    let reasons: BTreeSet<_> = counts.iter().filter_map(|(cell, _)| reason(cell)).collect();
    reasons.len() * question.period.parts(question.days).count()
}

/// The report of what was counted: contacts and sales of the days asked for, and all activations until their end.
pub fn report(question: &ContactQuestion, counts: &[(ContactCell, i64)]) -> ContactReport {
    let bases = Bases::of(question.period, counts);
    let parts: Vec<Part> = question.period.parts(question.days).map(|days| bases.part(days)).collect();
    let whole = bases.part(question.days);
    let periods: Vec<BasePeriod> = parts.iter().map(BasePeriod::of).collect();
    let mut reasons: BTreeMap<Reason, Tally> = BTreeMap::new();
    for (cell, count) in counts.iter().filter(|(cell, _)| cell.count == ContactCount::Contact) {
        let Some(purpose) = cell.purpose else { continue };
        let topic = if question.by_topic { cell.topic.clone() } else { String::new() };
        let tally = reasons.entry(Reason { purpose, topic }).or_default();
        *tally.days.entry(cell.day).or_default() += count;
        match cell.course {
            Some(Course::Recovered) => tally.recovered += count,
            Some(Course::NotRecovered) => tally.not_recovered += count,
            None => {}
        }
    }
    // A reason whose contacts were all taken back is none.
    reasons.retain(|_, tally| tally.days.values().any(|count| *count != 0));
    let told = |reason| ReasonReport::of(question, &bases, reason, (&whole, &parts));
    ContactReport { periods, reasons: reasons.into_iter().map(told).collect() }
}

#[derive(Default)]
struct Tally {
    days: BTreeMap<Day, i64>,
    recovered: i64,
    not_recovered: i64,
}

impl Tally {
    fn between(&self, (first, last): (Day, Day)) -> i64 {
        if last < first { 0 } else { self.days.range(first..=last).map(|(_, count)| count).sum() }
    }
}

impl BasePeriod {
    fn of(part: &Part) -> BasePeriod {
        let &Part { days, customers: active_customers, purchases, .. } = part;
        BasePeriod { days, active_customers, purchases }
    }
}

impl Told {
    fn of(part: &Part, tally: &Tally) -> Told {
        let contacts = tally.between(part.days);
        let rate = |base| {
            let exposure = part.exposure(base);
            (exposure > 0.0).then(|| PER * contacts as f64 / exposure)
        };
        let (per_active, per_purchase) = (rate(ContactBase::ActiveCustomers), rate(ContactBase::Purchases));
        Told { contacts, per_active, per_purchase }
    }
}

impl ReasonReport {
    fn of(
        question: &ContactQuestion,
        bases: &Bases,
        (reason, tally): (Reason, Tally),
        (whole, parts): (&Part, &[Part]),
    ) -> ReasonReport {
        let counted = |part: &Part| Count { events: count(tally.between(part.days)), of: part.exposure(question.base) };
        let counts: Vec<Count> = parts.iter().map(counted).collect();
        // More contacts than customers are no share of these.
        let is_share = counts.iter().all(|count| count.of == 0.0 || count.events as f64 <= count.of);
        let counting = if is_share && chart::are_many(&counts) { Counting::Shares } else { Counting::Rates };
        let (recovered, bad) = (count(tally.recovered), count(tally.recovered + tally.not_recovered));
        ReasonReport {
            whole: Told::of(whole, &tally),
            periods: parts.iter().map(|part| Told::of(part, &tally)).collect(),
            chart: chart::counts(&counts, Usual::Own, counting, (question.ewma.into(), PER)),
            comparison: question.change.map(|change| BeforeAfter::of(question, bases, (&tally, change))),
            recovered: Proportion::new(recovered, bad).filter(|recovered| Evidence::of(recovered.of()).is_told()),
            reason,
        }
    }
}

impl BeforeAfter {
    fn of(question: &ContactQuestion, bases: &Bases, (tally, change): (&Tally, Day)) -> BeforeAfter {
        let (first, last) = question.days;
        let side = |days: (Day, Day)| {
            let exposure = bases.part(days).exposure(question.base);
            Rate { events: count(tally.between(days)), exposure }
        };
        let (before, after) = (side((first, change.plus_days(-1))), side((change, last)));
        let told = |rate: Rate| {
            let contacts = i64::try_from(rate.events).unwrap_or(i64::MAX);
            (contacts, rate.per_unit().map(|per_unit| PER * per_unit))
        };
        BeforeAfter { before: told(before), after: told(after), test: compare(after, before) }
    }
}

/// Numbers that are counted are never below 0.
fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn contact(at: Day, course: Option<Course>) -> ContactCell {
        ContactCell {
            purpose: Some(InteractionPurpose::Complaint),
            course,
            ..ContactCell::plain(ContactCount::Contact, at)
        }
    }

    /// 1,000 customers are active from 1 January on, 1,100 from 15 January; 30 complaints before that day, 15 from it on.
    #[test]
    fn before_and_after_by_przyborowski_and_wilenski() {
        let (first, change, last) = (day("2026-01-01"), day("2026-01-15"), day("2026-01-28"));
        let counts = [
            (ContactCell::activation(first), 1_000),
            (ContactCell::activation(change), 100),
            (contact(day("2026-01-07"), Some(Course::Recovered)), 30),
            (contact(day("2026-01-20"), Some(Course::NotRecovered)), 15),
        ];
        let question = ContactQuestion {
            days: (first, last),
            period: Period::Day,
            by_topic: false,
            base: ContactBase::ActiveCustomers,
            change: Some(change),
            ewma: Ewma::USUAL,
        };
        let told = report(&question, &counts).reasons.remove(0);
        let comparison = told.comparison.unwrap();
        assert_eq!((comparison.before.0, comparison.after.0), (30, 15));
        let test = comparison.test.unwrap();
        assert!((test.p_value - 0.011_103_697_2).abs() < 1e-9, "{test:?}");
        assert!((test.ratio.unwrap() - 1.0 / 2.2).abs() < 1e-12);
        assert_eq!(told.recovered.map(|share| (share.hits(), share.of())), Some((30, 45)));
        // 14 days of 1,000 customers: 30 of 14,000 customer-days.
        assert!((comparison.before.1.unwrap() - 1_000.0 * 30.0 / 14_000.0).abs() < 1e-12);
    }

    #[test]
    fn a_week_cut_short_has_the_rate_of_a_week() {
        let counts = [(ContactCell::activation(day("2025-01-01")), 700), (contact(day("2026-01-08"), None), 3)];
        let question = ContactQuestion {
            days: (day("2026-01-08"), day("2026-01-18")),
            period: Period::Week,
            by_topic: true,
            base: ContactBase::ActiveCustomers,
            change: None,
            ewma: Ewma::USUAL,
        };
        let report = report(&question, &counts);
        assert_eq!(report.periods.iter().map(|one| one.active_customers).collect::<Vec<_>>(), [700.0, 700.0]);
        // Four of seven days: 3 contacts of 400 customers for a week.
        let reason = &report.reasons[0];
        assert_eq!(reason.periods[0], Told { contacts: 3, per_active: Some(7.5), per_purchase: None });
        assert_eq!((reason.periods[1].per_active, reason.recovered), (Some(0.0), None));
    }
}
