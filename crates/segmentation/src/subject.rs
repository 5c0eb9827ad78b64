//! What the measures of one customer are read from at one moment: the sums over its life, its days as far back as the
//! scheme asks for, what it bought, its attributes. Sums over a window are taken here; what they mean is a measure's.
//!
//! Sums are whole numbers of 2^-32 parts: a weight is rounded once, to such a part, and from there on everything is
//! integers, so that the order of the days does not show.

use std::collections::{BTreeMap, BTreeSet};

use guanxi_model::customer::AttributeValue;
use guanxi_model::{AttributeKey, Counter, Day, Tally};

use crate::window::{PARTS, Window};

/// What is kept of a customer beside the sums over its life, as far as a scheme asks for it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// What the facts of each day add up to, by day.
    pub days: Vec<(Day, Tally)>,
    /// How often each product was bought on each day; a product whose purchases were taken back has 0.
    pub products: Vec<(Day, String, i64)>,
    pub attributes: BTreeMap<AttributeKey, AttributeValue>,
}

/// One customer at one moment.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    pub lifetime: &'a Tally,
    pub history: &'a History,
    /// The day of the moment, in the deployment's time zone.
    pub today: Day,
}

/// How much of a customer's history a scheme asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// The sums it reads, over the life or by day.
    pub counters: BTreeSet<Counter>,
    pub days: Span,
    pub products: Span,
    pub attributes: BTreeSet<AttributeKey>,
}

/// How far back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Span {
    #[default]
    Nothing,
    /// So many days, today included.
    Days(i32),
    Everything,
}

impl History {
    /// Nothing beside the sums.
    pub const NONE: &'static History = &History { days: Vec::new(), products: Vec::new(), attributes: BTreeMap::new() };

    /// What was known of the days up to one, from a history that holds everything, with the sums over it. Attributes
    /// have no past: they are as they are now.
    #[must_use]
    pub fn until(mut self, day: Day) -> (Tally, History) {
        self.days.retain(|(at, _)| *at <= day);
        self.products.retain(|(at, _, _)| *at <= day);
        // Any sum of a part is in range, see `Summary::gross`.
        let lifetime = self.days.iter().fold(Tally::default(), |sum, (_, tally)| sum.plus(tally).unwrap_or(sum));
        (lifetime, self)
    }
}

impl<'a> Subject<'a> {
    /// A customer under a scheme that asks for nothing but the sums over its life.
    pub fn of_lifetime(lifetime: &'a Tally) -> Subject<'a> {
        Subject { lifetime, history: History::NONE, today: Day(0) }
    }

    /// The same customer on another day, if nothing happens until then.
    pub fn on(self, today: Day) -> Subject<'a> {
        Subject { today, ..self }
    }

    /// Days that have passed since a day; none for one to come.
    pub(crate) fn age(self, day: Day) -> i32 {
        self.today.0.saturating_sub(day.0).max(0)
    }

    /// A counter over a window, in 2^-32 parts.
    pub(crate) fn total(self, window: Window, counter: Counter) -> i128 {
        match window {
            Window::Lifetime => i128::from(self.lifetime[counter]) * PARTS,
            _ => self.days(window).map(|(weight, tally)| i128::from(tally[counter]) * weight).sum(),
        }
    }

    /// The days of a window with a purchase that counts, in 2^-32 parts.
    pub(crate) fn purchase_days(self, window: Window) -> i128 {
        self.days(window).filter(|(_, tally)| tally[Counter::Purchases] > 0).map(|(weight, _)| weight).sum()
    }

    /// How many different products were bought in a window.
    pub(crate) fn distinct_products(self, window: Window) -> i64 {
        let mut bought = BTreeMap::<&str, i64>::new();
        for (day, product, count) in &self.history.products {
            if window.weight(self.age(*day)) > 0 {
                *bought.entry(product).or_default() += count;
            }
        }
        bought.values().filter(|count| **count > 0).count() as i64
    }

    /// The first and the last day with a purchase that counts.
    pub(crate) fn first_and_last_purchase(self) -> Option<(Day, Day)> {
        let mut days = self.history.days.iter().filter(|(_, tally)| tally[Counter::Purchases] > 0).map(|(day, _)| *day);
        let first = days.next()?;
        Some((first, days.next_back().unwrap_or(first)))
    }

    fn days(self, window: Window) -> impl Iterator<Item = (i128, &'a Tally)> {
        let weighted = move |(day, tally): &'a (Day, Tally)| (window.weight(self.age(*day)), tally);
        self.history.days.iter().map(weighted).filter(|(weight, _)| *weight > 0)
    }
}

impl Needs {
    /// Everything there is of days and products: what a look at the past asks for.
    #[must_use]
    pub fn of_the_past(self) -> Needs {
        Needs { days: Span::Everything, products: self.products.max_if_any(Span::Everything), ..self }
    }

    /// Whether the sums over the life are enough.
    pub fn no_history(&self) -> bool {
        self.days == Span::Nothing && self.products == Span::Nothing && self.attributes.is_empty()
    }

    /// Whatever one of two asks for.
    #[must_use]
    pub fn and(mut self, other: Needs) -> Needs {
        self.counters.extend(other.counters);
        self.attributes.extend(other.attributes);
        Needs { days: self.days.max(other.days), products: self.products.max(other.products), ..self }
    }
}

impl Span {
    fn max_if_any(self, other: Span) -> Span {
        if self == Span::Nothing { Span::Nothing } else { self.max(other) }
    }

    /// The first day of the span; none where nothing is asked for.
    pub fn first(self, today: Day) -> Option<Day> {
        match self {
            Span::Nothing => None,
            Span::Days(days) => Some(today.plus_days(1 - days)),
            Span::Everything => Some(Day(i32::MIN)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::tally;

    fn history(days: &[(i32, i64, i64)]) -> History {
        let day = |(day, purchases, revenue): &(i32, i64, i64)| {
            (Day(*day), tally(&[(Counter::Purchases, *purchases), (Counter::NetRevenue, *revenue)]))
        };
        History { days: days.iter().map(day).collect(), ..History::default() }
    }

    fn subject(history: &History, today: i32) -> Subject<'_> {
        Subject { lifetime: const { &Tally::ZERO }, history, today: Day(today) }
    }

    #[test]
    fn trailing_days_count_today_and_drop_the_oldest_at_midnight() {
        let history = history(&[(1, 1, 10), (5, 1, 100), (7, 1, 1_000)]);
        let window = Window::Trailing { days: 5 };
        let revenue = |today| subject(&history, today).total(window, Counter::NetRevenue) / PARTS;
        // A day to come, of a caller whose clock is ahead, counts at once.
        assert_eq!([5, 6, 9, 10, 11, 12].map(revenue), [1_110, 1_100, 1_100, 1_000, 1_000, 0]);
    }

    #[test]
    fn half_of_it_is_left_after_a_half_life() {
        let history = history(&[(0, 1, 1_000)]);
        let revenue = |today| subject(&history, today).total(Window::HalfLife { days: 90 }, Counter::NetRevenue);
        assert_eq!([0, 90, 180].map(|today| revenue(today) * 4 / PARTS), [4_000, 2_000, 1_000]);
    }

    #[test]
    fn taken_back_purchases_leave_no_day_and_no_product() {
        let mut history = history(&[(3, 0, 0), (5, 2, 10), (9, 1, 5), (11, 0, 0)]);
        let product = |day, word: &str, count| (Day(day), word.to_owned(), count);
        history.products =
            vec![product(3, "tea", 1), product(5, "cup", 1), product(9, "tea", -1), product(9, "pot", 2)];
        let subject = subject(&history, 20);
        assert_eq!(subject.first_and_last_purchase(), Some((Day(5), Day(9))));
        assert_eq!(subject.purchase_days(Window::Lifetime) / PARTS, 2);
        assert_eq!(subject.distinct_products(Window::Lifetime), 2);
        assert_eq!(subject.distinct_products(Window::Trailing { days: 13 }), 1);
    }

    #[test]
    fn the_past_is_what_the_days_until_then_add_up_to() {
        let (lifetime, past) = history(&[(1, 1, 10), (5, 1, 100), (7, 1, 1_000)]).until(Day(5));
        assert_eq!((lifetime[Counter::NetRevenue], past.days.len()), (110, 2));
    }
}
