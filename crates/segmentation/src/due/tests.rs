//! The law of due days: looking at a customer every day comes to nothing else than looking only when a look is due,
//! whatever the scheme asks for and whatever has happened; and the days it was found to be too late on, by hand.

mod any;

use guanxi_model::{Counter, Day, Tally};
use proptest::collection::vec;
use proptest::prelude::*;

use self::any::{Life, life, scheme, schemes};
use crate::sample::{customer, draft, linear, tally};
use crate::{
    Calibration, Calibrator, Direction, Look, MeasureDraft, MeasureKind, MissingRule, Place, PyramidScheme, RankSurvey,
    Settled, TieringRule, Window, settle,
};

/// The day on which the walks begin.
const START: i32 = 20_000;
/// How long they are: beyond the horizon.
const DAYS: i32 = 420;

/// A run over some customers on the first day.
fn calibrated(scheme: &PyramidScheme, people: &[Life]) -> Calibration {
    let mut survey = RankSurvey::new(scheme);
    people.iter().for_each(|one| survey.add(one.on(0)));
    let mut calibrator = Calibrator::new(scheme, survey.finish(), people.len());
    for (number, one) in people.iter().enumerate() {
        let _unranked = calibrator.add(&customer(number), one.on(0));
    }
    calibrator.finish()
}

fn look(judge: (&PyramidScheme, &Calibration), life: &Life, day: i32, present: Option<Place>) -> Settled {
    settle(judge, &customer(7), life.on(day), present, Look::Onward)
}

proptest! {
    #[test]
    fn looking_every_day_equals_looking_when_due(
        scheme in schemes(), life in life(), people in vec(life(), 0..6)
    ) {
        let calibration = calibrated(&scheme, &people);
        let judge = (&scheme, &calibration);
        let mut when_due = look(judge, &life, 0, None);
        let mut daily = when_due.place;
        for day in 1..DAYS {
            let today = look(judge, &life, day, daily);
            daily = today.place;
            prop_assert!(when_due.due.is_none_or(|due| due.0 >= START + day), "due {:?} on {}", when_due.due, day);
            if when_due.due == Some(Day(START + day)) {
                when_due = look(judge, &life, day, when_due.place);
            }
            prop_assert_eq!(when_due.place, daily, "after {} days, of {:#?} and {:#?}", day, today, when_due);
        }
    }
}

fn bought(day: i32, cents: i64) -> (i32, Tally) {
    (day, tally(&[(Counter::Purchases, 1), (Counter::NetRevenue, cents)]))
}

fn ages(id: MeasureKind) -> MeasureDraft {
    linear(id, 1.0, 0.0, 100.0)
}

/// Revenue a day, of which there is none on the day of the purchase.
fn pace(missing: MissingRule) -> PyramidScheme {
    let expression = "measure.measure0 / measure.measure1".to_owned();
    let pace = MeasureDraft { expression, missing, ..linear(MeasureKind::Expression, 1.0, 0.0, 1e8) };
    let measures = vec![linear(MeasureKind::NetRevenue, 1.0, 0.0, 1e4), ages(MeasureKind::Recency), pace];
    scheme(draft(measures, TieringRule::ScoreThresholds(vec![50.0])))
}

#[test]
fn who_divides_by_zero_today_is_looked_at_tomorrow() {
    let (scheme, life) = (pace(MissingRule::Unranked), Life::new(vec![bought(0, 9_000)], None));
    let today = look((&scheme, &Calibration::default()), &life, 0, None);
    assert_eq!((today.place, today.due), (None, Some(Day(START + 1))));
}

#[test]
fn who_is_in_no_tier_for_good_is_not_looked_at() {
    let margin =
        MeasureDraft { missing: MissingRule::Unranked, ..linear(MeasureKind::ContributionMargin, 1.0, 0.0, 1e4) };
    let aging = scheme(draft(vec![margin, ages(MeasureKind::Recency)], TieringRule::ScoreThresholds(vec![50.0])));
    let uncosted = tally(&[(Counter::Purchases, 1), (Counter::Lines, 1)]);
    let life = Life::new(vec![(-3, uncosted)], None);
    let settled = look((&aging, &Calibration::default()), &life, 0, None);
    assert_eq!((settled.place, settled.due), (None, None));
}

#[test]
fn expression_of_an_absent_attribute_is_not_waited_for() {
    let expression = "attribute.segment == 'key' ? measure.measure0 : 1".to_owned();
    let missing = MissingRule::Unranked;
    let fit = MeasureDraft { expression, missing, ..linear(MeasureKind::Expression, 1.0, 0.0, 1e8) };
    let scheme = scheme(draft(vec![ages(MeasureKind::Recency), fit], TieringRule::ScoreThresholds(vec![50.0])));
    let due = |segment| {
        let life = Life::new(vec![bought(0, 100)], segment);
        look((&scheme, &Calibration::default()), &life, 0, None).due
    };
    assert_eq!((due(None), due(Some("key"))), (None, Some(Day(START + 1))));
}

/// Revenue falls by half in ten days, and on the twentieth a return leaves the other window: what was lost on the way
/// comes back that day, and was lost nevertheless.
#[test]
fn tier_that_is_lost_and_won_back_is_lost_meanwhile() {
    let fading =
        MeasureDraft { window: Window::HalfLife { days: 10 }, ..linear(MeasureKind::NetRevenue, 1.0, 0.0, 10_000.0) };
    let recent = MeasureDraft {
        window: Window::Trailing { days: 20 },
        direction: Direction::LowerIsBetter,
        ..linear(MeasureKind::ReturnCount, 1.0, 0.0, 1.0)
    };
    let scheme = scheme(draft(vec![fading, recent], TieringRule::ScoreThresholds(vec![40.0])));
    let returned = tally(&[(Counter::Purchases, 1), (Counter::Returns, 1), (Counter::NetRevenue, 9_000)]);
    let life = Life::new(vec![(0, returned)], None);
    let today = look((&scheme, &Calibration::default()), &life, 0, None);
    // 45 points today, below 40 from the second day on.
    assert_eq!((today.place.map(|place| place.tier), today.due), (Some(0), Some(Day(START + 2))));
}

/// What is dated tomorrow counts whole today and tomorrow, while what has been fades.
#[test]
fn day_to_come_does_not_fade_before_it_has_come() {
    let fading = MeasureDraft {
        window: Window::HalfLife { days: 5 },
        ..linear(MeasureKind::NetRevenue, 1.0, -1_000.0, 1_000.0)
    };
    let scheme = scheme(draft(vec![fading], TieringRule::ScoreThresholds(vec![50.0])));
    let life = Life::new(vec![bought(0, 1_000), bought(1, -1_000)], None);
    let today = look((&scheme, &Calibration::default()), &life, 0, None);
    assert_eq!((today.place.map(|place| place.tier), today.due), (Some(0), Some(Day(START + 1))));
}
