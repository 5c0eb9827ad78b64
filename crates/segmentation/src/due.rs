//! When a customer has to be looked at again although nothing happens to it: days leave a window, sums fade, the last
//! purchase grows old, a review falls due. A look too early costs a look; one too late would leave a customer in a tier
//! it no longer belongs to, so where the day cannot be told it is tomorrow.
//!
//! Where everything that moves with time moves the customer in one direction, the tier changes once, and the day is
//! found by halving. Whoever is in no tier is looked at where what is missing may be there tomorrow.

use std::cmp::Ordering;

use guanxi_model::{CustomerId, Day};

use crate::calibration::Calibration;
use crate::expression::Expression;
use crate::measure::{MeasureKind, Reading};
use crate::movement::MovementRules;
use crate::normalise::Direction;
use crate::readings::Readings;
use crate::scheme::{Measure, PyramidScheme};
use crate::settle::Place;
use crate::subject::{Span, Subject};
use crate::tiering::{judge, keeps};
use crate::window::Window;

/// How far ahead a change is looked for.
const HORIZON_DAYS: i32 = 366;

/// Where time moves the score and the value of a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Drift {
    /// Nowhere.
    Still,
    /// All in one direction, or some not at all.
    OneWay,
    /// This way and that.
    Both,
}

/// What the passing of time does to what was read of a customer.
#[derive(Clone, Copy)]
struct Time<'a> {
    scheme: &'a PyramidScheme,
    subject: Subject<'a>,
    readings: &'a Readings,
    /// Whether a day to come counts already. It does not fade until it has come, while all others do.
    is_ahead: bool,
}

/// The first day after today on which a look may come to something else.
pub(crate) fn next_look(
    (scheme, calibration): (&PyramidScheme, &Calibration),
    customer: &CustomerId,
    subject: Subject<'_>,
    (readings, place): (&Readings, Option<Place>),
) -> Option<Day> {
    if !readings.admitted {
        return None;
    }
    let departure = windows(scheme).filter_map(|window| departure(window, subject)).min();
    let review = place.and_then(|place| place.review);
    let known = departure.into_iter().chain(review).min();
    let tomorrow = subject.today.plus_days(1);
    let time = Time::new(scheme, subject, readings);
    let drifted = match place {
        None => time.may_rank().then_some(tomorrow),
        Some(place) => match time.drift() {
            Drift::Still => None,
            Drift::Both => Some(tomorrow),
            Drift::OneWay => {
                let horizon = subject.today.plus_days(HORIZON_DAYS);
                let last = known.map_or(horizon, |known| known.min(horizon));
                Some(crossing((scheme, calibration), customer, subject, (place, last)))
            }
        },
    };
    known.into_iter().chain(drifted).min()
}

fn windows(scheme: &PyramidScheme) -> impl Iterator<Item = Window> + '_ {
    scheme.measures().iter().map(|measure| measure.window).chain([scheme.value().window])
}

/// The day on which the oldest day that still weighs leaves a window.
fn departure(window: Window, subject: Subject<'_>) -> Option<Day> {
    let Span::Days(days) = window.span() else { return None };
    let inside = |day: &Day| subject.age(*day) < days;
    let counted = subject.history.days.iter().filter(|(_, tally)| !tally.is_zero()).map(|(day, _)| *day).find(inside);
    let bought = subject.history.products.iter().map(|(day, _, _)| *day).filter(inside).min();
    counted.into_iter().chain(bought).min().map(|day| day.plus_days(days))
}

impl<'a> Time<'a> {
    fn new(scheme: &'a PyramidScheme, subject: Subject<'a>, readings: &'a Readings) -> Time<'a> {
        let is_ahead = subject.history.days.iter().any(|(day, tally)| *day > subject.today && !tally.is_zero());
        Time { scheme, subject, readings, is_ahead }
    }

    fn drift(self) -> Drift {
        let better = |ordering: Ordering, direction| match direction {
            Direction::HigherIsBetter => ordering,
            Direction::LowerIsBetter => ordering.reverse(),
        };
        let measured = self.measured().map(|(measure, reading)| {
            self.course(measure, reading).map(|ordering| better(ordering, measure.direction))
        });
        let mut moving = measured.chain([self.value()]).filter(|ordering| *ordering != Some(Ordering::Equal));
        let mut gates = self.scheme.tiers().iter().filter_map(|tier| tier.gate.as_ref());
        if gates.any(|gate| self.moves(gate)) {
            return Drift::Both;
        }
        match moving.next() {
            None => Drift::Still,
            Some(Some(first)) if moving.all(|ordering| ordering == Some(first)) => Drift::OneWay,
            Some(_) => Drift::Both,
        }
    }

    /// Whether something that is missing may be there tomorrow, so that a customer who is in no tier comes into one.
    fn may_rank(self) -> bool {
        let comes_back = |(measure, reading): (&Measure, &Reading)| {
            reading.value.is_none() && self.course(measure, reading).is_none()
        };
        self.measured().any(comes_back) || self.readings.value.is_none() && self.value().is_none()
    }

    fn measured(self) -> impl Iterator<Item = (&'a Measure, &'a Reading)> {
        self.scheme.measures().iter().zip(&self.readings.measures)
    }

    /// Where a measure is heading; nothing where that cannot be told.
    fn course(self, measure: &Measure, reading: &Reading) -> Option<Ordering> {
        match &measure.expression {
            Some(expression) => (!self.moves(expression)).then_some(Ordering::Equal),
            None => self.heading((measure.kind, measure.window), reading.value),
        }
    }

    fn value(self) -> Option<Ordering> {
        let value = self.scheme.value();
        self.heading((value.kind, value.window), self.readings.value)
    }

    fn heading(self, (kind, window): (MeasureKind, Window), value: Option<i64>) -> Option<Ordering> {
        let is_uneven = self.is_ahead && matches!(window, Window::HalfLife { .. });
        if is_uneven { None } else { kind.drift(window, value) }
    }

    /// Whether time may change what an expression comes to; nobody knows which way. One of which something is absent
    /// for good comes to nothing for good.
    fn moves(self, expression: &Expression) -> bool {
        let reads = expression.reads();
        let is_known = |key| self.subject.history.attributes.contains_key(key);
        let read = || self.measured().filter(|(measure, _)| reads.measures.contains(&measure.id));
        let is_still =
            |(measure, reading): (&Measure, &Reading)| self.course(measure, reading) == Some(Ordering::Equal);
        let is_absent = |one: (&Measure, &Reading)| one.1.value.is_none() && is_still(one);
        reads.attributes.iter().all(is_known) && !read().any(is_absent) && !read().all(is_still)
    }
}

/// The first day before `last` on which the tiering rule places the customer elsewhere, or it no longer keeps its tier
/// or keeps it again; else `last`. On `last` itself more than what fades may change, so nothing is concluded from it.
fn crossing(
    (scheme, calibration): (&PyramidScheme, &Calibration),
    customer: &CustomerId,
    subject: Subject<'_>,
    (place, last): (Place, Day),
) -> Day {
    let part = scheme.movement().map(MovementRules::keep_basis_points);
    let look = |day: i32| {
        let readings = scheme.read(subject.on(Day(day)));
        let judgement = judge(scheme, calibration, customer, &readings).ok()?;
        let kept = part.map(|part| keeps((scheme, calibration), (judgement, &readings), place.tier, part));
        Some((judgement.tier, kept))
    };
    let present = look(subject.today.0);
    let (mut same, mut other) = (subject.today.0, last.0.saturating_sub(1));
    if look(other) == present {
        return last;
    }
    while other - same > 1 {
        let middle = same + (other - same) / 2;
        if look(middle) == present { same = middle } else { other = middle }
    }
    Day(other)
}

#[cfg(test)]
mod tests;
