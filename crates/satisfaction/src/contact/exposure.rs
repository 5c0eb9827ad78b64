//! What contacts of some days are held against: active customers and purchases.

use std::collections::BTreeMap;

use guanxi_model::statistics::evidence::TOLD;
use guanxi_model::{Day, Period};

use super::report::ContactBase;
use super::{ContactCell, ContactCount};

/// What contacts are held against, by day.
pub(super) struct Bases {
    period: Period,
    /// The active customers at the end of each day on which their number changes.
    active: BTreeMap<Day, i64>,
    sales: BTreeMap<Day, i64>,
}

/// Some days, and what contacts of theirs are held against.
pub(super) struct Part {
    pub(super) days: (Day, Day),
    /// Active customers, each for a whole period: so that a period cut short, or several, have the same rate.
    active: f64,
    /// How many were active, in the mean of the days.
    pub(super) customers: f64,
    pub(super) purchases: i64,
}

impl Part {
    /// What contacts are held against; nothing where it is too little for anything to be told.
    pub(super) fn exposure(&self, base: ContactBase) -> f64 {
        let purchases = self.purchases as f64;
        match base {
            ContactBase::ActiveCustomers if self.customers >= TOLD as f64 => self.active,
            ContactBase::Purchases if purchases >= TOLD as f64 => purchases,
            ContactBase::ActiveCustomers | ContactBase::Purchases => 0.0,
        }
    }
}

impl Bases {
    pub(super) fn of(period: Period, counts: &[(ContactCell, i64)]) -> Bases {
        let (mut turns, mut sales) = (BTreeMap::<Day, i64>::new(), BTreeMap::<Day, i64>::new());
        for (cell, count) in counts {
            match cell.count {
                ContactCount::Activation => *turns.entry(cell.day).or_default() += count,
                ContactCount::Sale => *sales.entry(cell.day).or_default() += count,
                ContactCount::Contact => {}
            }
        }
        let mut now = 0;
        let level = |(day, turn): (Day, i64)| {
            now += turn;
            (day, now)
        };
        Bases { period, active: turns.into_iter().map(level).collect(), sales }
    }

    /// The sum over days of who was active at their ends.
    fn active_days(&self, (first, last): (Day, Day)) -> i64 {
        let at = |day: Day| self.active.range(..=day).next_back().map_or(0, |(_, active)| *active);
        let mut sum = 0;
        let mut day = first;
        while day <= last {
            sum += at(day);
            day = day.plus_days(1);
        }
        sum
    }

    /// Some days with what contacts of theirs are held against.
    pub(super) fn part(&self, (first, last): (Day, Day)) -> Part {
        let whole = |day: Day| {
            let start = self.period.start_of(day);
            f64::from(self.period.after(start).0 - start.0)
        };
        let periods = self.period.parts((first, last));
        let active = periods.map(|part| self.active_days(part) as f64 / whole(part.0)).sum();
        let purchases = if last < first { 0 } else { self.sales.range(first..=last).map(|(_, count)| count).sum() };
        let length = f64::from((last.0 - first.0 + 1).max(1));
        let customers = self.active_days((first, last)) as f64 / length;
        Part { days: (first, last), active, customers, purchases }
    }
}
