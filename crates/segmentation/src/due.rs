//! When a customer has to be looked at again although nothing happens to it: days leave a window, sums fade, the last
//! purchase grows old, a review falls due. A look too early costs a look; one too late would leave a customer in a tier
//! it no longer belongs to, so where the day cannot be told it is tomorrow.
//!
//! Where everything that moves with time moves the customer in one direction, the tier changes once, and the day is
//! found by halving.

use std::cmp::Ordering;

use guanxi_model::{CustomerId, Day, MeasureId};

use crate::calibration::Calibration;
use crate::movement::MovementRules;
use crate::normalise::Direction;
use crate::readings::Readings;
use crate::scheme::PyramidScheme;
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
    let drifted = match (place, drift(scheme, readings)) {
        (None, _) | (_, Drift::Still) => None,
        (_, Drift::Both) => Some(tomorrow),
        (Some(place), Drift::OneWay) => {
            let horizon = subject.today.plus_days(HORIZON_DAYS);
            let last = known.map_or(horizon, |known| known.min(horizon));
            Some(crossing((scheme, calibration), customer, subject, (place, last)))
        }
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

fn drift(scheme: &PyramidScheme, readings: &Readings) -> Drift {
    if expressions_move(scheme, readings) {
        // Nobody knows which way.
        return Drift::Both;
    }
    let better = |ordering: Ordering, direction| match direction {
        Direction::HigherIsBetter => ordering,
        Direction::LowerIsBetter => ordering.reverse(),
    };
    let measured = scheme.measures().iter().zip(&readings.measures).filter_map(|(measure, reading)| {
        let drift = measure.kind.drift(measure.window, reading.value?);
        Some(drift.map(|ordering| better(ordering, measure.direction)))
    });
    let value = readings.value.map(|value| scheme.value().kind.drift(scheme.value().window, value));
    let mut moving = measured.chain(value).filter(|ordering| *ordering != Some(Ordering::Equal));
    match moving.next() {
        None => Drift::Still,
        Some(Some(first)) if moving.all(|ordering| ordering == Some(first)) => Drift::OneWay,
        Some(_) => Drift::Both,
    }
}

fn expressions_move(scheme: &PyramidScheme, readings: &Readings) -> bool {
    let moves = |id: &MeasureId| {
        let mut measured = scheme.measures().iter().zip(&readings.measures).filter(|(measure, _)| measure.id == *id);
        measured.any(|(one, reading)| {
            reading.value.is_some_and(|value| one.kind.drift(one.window, value) != Some(Ordering::Equal))
        })
    };
    scheme.expressions().any(|expression| expression.reads().measures.iter().any(moves))
}

/// The first day up to `last` on which the tiering rule places the customer elsewhere, or it no longer keeps its tier
/// or keeps it again; else `last`.
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
    if look(last.0) == present {
        return last;
    }
    let (mut same, mut other) = (subject.today.0, last.0);
    while other - same > 1 {
        let middle = same + (other - same) / 2;
        if look(middle) == present { same = middle } else { other = middle }
    }
    Day(other)
}
