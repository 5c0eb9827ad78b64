//! What measures come to: coverage, ratios, what fades, units.

use guanxi_model::{Counter, Day, Tally};

use super::*;
use crate::sample::tally;
use crate::subject::History;
use crate::window::PARTS;

fn read(kind: MeasureKind, min_coverage_bp: i32, counters: &[(Counter, i64)]) -> Reading {
    let tally = counters.iter().copied().collect();
    kind.read(Subject::of_lifetime(&tally), Window::Lifetime, min_coverage_bp)
}

fn covered(known: i128, total: i128) -> Coverage {
    Coverage { known: known * PARTS, total: total * PARTS }
}

#[test]
fn zero_facts_are_full_coverage_of_nothing() {
    for kind in MeasureKind::ALL {
        let reading = read(kind, 10_000, &[]);
        let undefined = matches!(kind.formula(), Formula::Ratio(..))
            || matches!(kind.formula(), Formula::SinceLastPurchase | Formula::SinceFirstPurchase);
        let value = (!undefined).then_some(0);
        assert_eq!(reading, Reading { value, coverage: Coverage::default() }, "{kind:?}");
    }
}

#[test]
fn unknown_cost_does_not_become_margin() {
    let half_costed = [
        (Counter::Lines, 2),
        (Counter::CostedLines, 1),
        (Counter::NetRevenue, 300),
        (Counter::CostedRevenue, 100),
        (Counter::CostOfGoods, 60),
        (Counter::Interactions, 4),
        (Counter::CostedInteractions, 4),
        (Counter::HandlingCost, 15),
    ];
    let margin = read(MeasureKind::ContributionMargin, 5_000, &half_costed);
    assert_eq!(margin, Reading { value: Some(25), coverage: covered(1, 2) });
    assert_eq!(read(MeasureKind::ContributionMargin, 5_001, &half_costed).value, None);
}

#[test]
fn margin_is_covered_as_far_as_the_less_known_cost() {
    let counters =
        [(Counter::Lines, 3), (Counter::CostedLines, 2), (Counter::Interactions, 10), (Counter::CostedInteractions, 5)];
    assert_eq!(read(MeasureKind::ContributionMargin, 0, &counters).coverage, covered(5, 10));
}

#[test]
fn nothing_known_is_missing_even_without_a_minimum() {
    let reading = read(MeasureKind::ContactSeconds, 0, &[(Counter::Interactions, 7)]);
    assert_eq!(reading, Reading { value: None, coverage: covered(0, 7) });
    assert_eq!(read(MeasureKind::InteractionCount, 10_000, &[(Counter::Interactions, 7)]).value, Some(7));
}

#[test]
fn coverage_compares_the_largest_counts() {
    let huge = covered(i128::from(i64::MAX) - 1, i128::from(i64::MAX));
    assert!(!huge.reaches(10_000));
    assert!(huge.reaches(9_999));
    assert!(covered(1, 3).is_less_than(Coverage::default()));
}

#[test]
fn ratio_is_rounded_to_its_unit_and_undefined_of_nothing() {
    let orders = [(Counter::Purchases, 3), (Counter::NetRevenue, 1_000), (Counter::Payments, 4)];
    assert_eq!(read(MeasureKind::AverageOrderValue, 0, &orders).value, Some(333));
    assert_eq!(read(MeasureKind::AverageOrderValue, 0, &orders[1..]).value, None);
    let paid = [(Counter::Payments, 4), (Counter::DatedPayments, 3), (Counter::PunctualPayments, 2)];
    assert_eq!(read(MeasureKind::PaidOnTimeShare, 0, &paid).value, Some(666_667));
    let late = [(Counter::Payments, 4), (Counter::DatedPayments, 2), (Counter::DaysOverdue, 5)];
    let overdue = read(MeasureKind::DaysOverdue, 0, &late);
    assert_eq!((overdue.value, overdue.coverage), (Some(2_500_000), covered(2, 4)));
}

#[test]
fn count_that_fades_is_told_in_millionths() {
    let history = History { days: vec![(Day(0), tally(&[(Counter::Purchases, 3)]))], ..History::default() };
    let subject = Subject { lifetime: &Tally::ZERO, history: &history, today: Day(60) };
    let window = Window::HalfLife { days: 30 };
    assert_eq!(MeasureKind::PurchaseCount.read(subject, window, 0).value, Some(750_000));
    assert_eq!(MeasureKind::PurchaseDayCount.read(subject, window, 0).value, Some(250_000));
    assert_eq!(MeasureKind::Recency.read(subject, Window::Lifetime, 0).value, Some(60));
}

#[test]
fn only_financial_measures_are_money() {
    for kind in MeasureKind::ALL {
        let money = kind.unit(Window::Lifetime) == Unit::Money;
        let no_amount = [MeasureKind::PaidOnTimeShare, MeasureKind::DaysOverdue].contains(&kind);
        assert_eq!(money, kind.group() == Group::Financial && !no_amount, "{kind:?}");
    }
}
