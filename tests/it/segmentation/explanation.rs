//! Why a customer stands where it stands: parts, boundaries, and reasons for standing nowhere.

use guanxi::v1::{
    Interaction, InteractionPurpose, Measure, MeasureKind, MissingValueRule, PurchaseLine, PyramidRevision, ScorePart,
    TierBoundary, TierExplanation, UnrankedReason, score_part,
};
use guanxi_testkit::{START, TestServer, on_each_backend};

use super::kit::{
    active_pyramid, buys, creating, customer_shares, deal, explained, linear, logarithmic, measure, new_source_id,
    rank, revenue, scheme, standing, thresholds, value_shares,
};
use crate::support::{cents, create_person, inbound, line, time, usd};

on_each_backend! {
    parts_add_up_to_the_score_bit_for_bit,
    explanation_holds_the_assignment_and_the_calibration,
    thresholds_are_met_and_missed_by_score,
    shares_of_customers_are_met_and_missed_by_score_and_value,
    shares_of_value_are_met_and_missed_by_value,
    missing_value_means_what_its_rule_says,
    what_is_not_covered_enough_is_missing,
    each_reason_to_be_unranked_is_told,
}

async fn talks(guanxi: &TestServer, customer: &str, seconds: Option<i64>, cost: Option<i64>) {
    let interaction = Interaction {
        duration: seconds.map(|seconds| prost_types::Duration { seconds, nanos: 0 }),
        handling_cost: cost.map(usd),
        ..inbound(customer, super::kit::BEFORE, &new_source_id(), InteractionPurpose::Service)
    };
    let request = guanxi::v1::RecordInteractionRequest { interaction: Some(interaction), ..Default::default() };
    guanxi.activity().record_interaction(request).await.unwrap();
}

fn score(explanation: &TierExplanation) -> Option<f64> {
    explanation.assignment.as_ref().unwrap().score
}

fn points(explanation: &TierExplanation) -> Vec<f64> {
    explanation.parts.iter().map(|part| part.points.unwrap()).collect()
}

fn near(actual: f64, expected: f64) {
    assert!((actual - expected).abs() < 1e-8, "{actual} is not {expected}");
}

async fn parts_add_up_to_the_score_bit_for_bit(guanxi: TestServer) {
    for (customer, amount) in [("ada", 12_345), ("ben", 67_890), ("cyd", 33_333), ("dot", 1)] {
        for _ in 0..3 {
            buys(&guanxi, customer, amount).await;
        }
        talks(&guanxi, customer, Some(amount % 977), None).await;
    }
    let weighed = |weight, kind, curve| Measure { weight, ..measure(kind, curve) };
    let measures = vec![
        weighed(0.1, MeasureKind::NetRevenue, linear(0.0, 1234.56)),
        weighed(0.2, MeasureKind::PurchaseCount, logarithmic(0.7, 9.0)),
        weighed(0.3, MeasureKind::ContactTime, rank()),
        weighed(1.0 / 3.0, MeasureKind::UnitCount, linear(-1.0, 6.0)),
    ];
    active_pyramid(&guanxi, "value", scheme(measures.clone(), thresholds(&[60.0, 30.0]))).await;
    for customer in ["ada", "ben", "cyd", "dot"] {
        let why = explained(&guanxi, customer).await;
        let ids: Vec<_> = why.parts.iter().map(|part| part.measure_id.as_str()).collect();
        assert_eq!(ids, measures.iter().map(|one| one.measure_id.as_str()).collect::<Vec<_>>());
        let sum = points(&why).iter().fold(0.0_f64, |sum, points| sum + points);
        assert_eq!(sum.to_bits(), score(&why).unwrap().to_bits());
        for (part, measure) in why.parts.iter().zip(&measures) {
            assert_eq!((part.kind, part.coverage), (measure.kind, Some(1.0)));
            near(part.weight_share.unwrap(), measure.weight / (0.1 + 0.2 + 0.3 + 1.0 / 3.0));
            near(part.points.unwrap(), 100.0 * part.weight_share.unwrap() * part.normalized_value.unwrap());
        }
        assert_eq!(why.parts[1].raw_value, Some(score_part::RawValue::Count(3)));
    }
}

async fn explanation_holds_the_assignment_and_the_calibration(guanxi: TestServer) {
    for (customer, amount) in [("ada", 70_000), ("ben", 40_000)] {
        buys(&guanxi, customer, amount).await;
    }
    create_person(&guanxi, "cyd").await;
    active_pyramid(&guanxi, "value", scheme(vec![revenue()], thresholds(&[60.0, 30.0]))).await;
    guanxi.clock.advance(std::time::Duration::from_secs(60));
    buys(&guanxi, "dot", 100).await;
    for customer in ["ada", "ben", "cyd", "dot"] {
        let why = explained(&guanxi, customer).await;
        assert_eq!(why.assignment.unwrap(), standing(&guanxi, customer).await);
        assert_eq!((why.calibrate_time, why.calibrated_count), (Some(time(START)), 2));
    }
}

fn boundary(tier: &str, score: Option<(f64, f64)>, value: Option<(i64, i64)>) -> Option<TierBoundary> {
    Some(TierBoundary {
        tier: tier.into(),
        score: score.map(|(bound, _)| bound),
        score_distance: score.map(|(_, distance)| distance),
        value: value.map(|(bound, _)| usd(bound)),
        value_distance: value.map(|(_, distance)| usd(distance)),
    })
}

async fn thresholds_are_met_and_missed_by_score(guanxi: TestServer) {
    for (customer, amount) in [("ada", 75_000), ("ben", 50_000), ("cyd", 25_000), ("eve", -100)] {
        buys(&guanxi, customer, 100_000).await;
        buys(&guanxi, customer, amount - 100_000).await;
    }
    active_pyramid(&guanxi, "value", scheme(vec![revenue()], thresholds(&[62.5, 37.5]))).await;
    let bounds = async |customer| {
        let why = explained(&guanxi, customer).await;
        (why.boundary_met, why.next_boundary)
    };
    assert_eq!(bounds("ada").await, (boundary("gold", Some((62.5, 12.5)), None), None));
    let ben = (boundary("silver", Some((37.5, 12.5)), None), boundary("gold", Some((62.5, -12.5)), None));
    assert_eq!(bounds("ben").await, ben);
    assert_eq!(bounds("cyd").await, (None, boundary("silver", Some((37.5, -12.5)), None)));
    assert_eq!(bounds("eve").await, (None, boundary("silver", Some((37.5, -37.5)), None)), "no score is below 0");
}

async fn shares_of_customers_are_met_and_missed_by_score_and_value(guanxi: TestServer) {
    // Capped at 1000 dollars, so that ada and ben tie by score and the value decides.
    for (customer, amount) in [("ada", 300_000), ("ben", 200_000), ("cyd", 50_000), ("dot", 25_000)] {
        buys(&guanxi, customer, amount).await;
    }
    let rule = customer_shares(&[2500, 5000, 2500]);
    active_pyramid(&guanxi, "value", scheme(vec![revenue()], rule)).await;
    let bounds = async |customer| {
        let why = explained(&guanxi, customer).await;
        (why.boundary_met, why.next_boundary)
    };
    assert_eq!(bounds("ada").await, (boundary("gold", Some((100.0, 0.0)), Some((300_000, 0))), None));
    let next = boundary("gold", Some((100.0, 0.0)), Some((300_000, -100_000)));
    assert_eq!(bounds("ben").await, (boundary("silver", Some((50.0, 50.0)), Some((50_000, 150_000))), next));
    let next = boundary("silver", Some((50.0, -25.0)), Some((50_000, -25_000)));
    assert_eq!(bounds("dot").await, (None, next));
}

async fn shares_of_value_are_met_and_missed_by_value(guanxi: TestServer) {
    for (customer, amount) in [("ada", 80_000), ("ben", 15_000), ("cyd", 5_000)] {
        buys(&guanxi, customer, amount).await;
    }
    active_pyramid(&guanxi, "value", scheme(vec![revenue()], value_shares(&[8000, 1500, 500]))).await;
    let ben = explained(&guanxi, "ben").await;
    assert_eq!(ben.boundary_met, boundary("silver", None, Some((15_000, 0))));
    assert_eq!(ben.next_boundary, boundary("gold", None, Some((80_000, -65_000))));
    let cyd = explained(&guanxi, "cyd").await;
    assert_eq!((cyd.boundary_met, cyd.next_boundary), (None, boundary("silver", None, Some((15_000, -10_000)))));
}

/// Revenue of weight 1 and contact time of weight 3 under a rule.
fn with_time(rule: MissingValueRule) -> PyramidRevision {
    let seconds = measure(MeasureKind::ContactTime, linear(0.0, 60.0));
    let seconds = Measure { weight: 3.0, missing_value_rule: rule.into(), ..seconds };
    scheme(vec![revenue(), seconds], thresholds(&[60.0, 30.0]))
}

async fn missing_value_means_what_its_rule_says(guanxi: TestServer) {
    buys(&guanxi, "ada", 50_000).await;
    talks(&guanxi, "ada", None, None).await;
    active_pyramid(&guanxi, "value", with_time(MissingValueRule::Skip)).await;
    let skipped = explained(&guanxi, "ada").await;
    assert_eq!((score(&skipped), points(&skipped)), (Some(50.0), vec![50.0, 0.0]));
    let part = &skipped.parts[1];
    assert_eq!((part.raw_value.clone(), part.normalized_value, part.coverage), (None, None, Some(0.0)));
    assert_eq!(skipped.parts[0].weight_share, Some(1.0));
    active_again(&guanxi, with_time(MissingValueRule::Lowest)).await;
    let lowest = explained(&guanxi, "ada").await;
    assert_eq!((score(&lowest), points(&lowest)), (Some(12.5), vec![12.5, 0.0]));
    let part = &lowest.parts[1];
    assert_eq!((part.raw_value.clone(), part.normalized_value, part.weight_share), (None, Some(0.0), Some(0.75)));
    active_again(&guanxi, with_time(MissingValueRule::Unranked)).await;
    let unranked = explained(&guanxi, "ada").await;
    let place = unranked.assignment.unwrap();
    assert_eq!((place.tier.as_str(), place.score), ("", None));
    assert_eq!(place.unranked_reason(), UnrankedReason::MeasureMissing);
    assert_eq!((unranked.boundary_met, unranked.next_boundary), (None, None));
    talks(&guanxi, "ada", Some(60), None).await;
    let known = explained(&guanxi, "ada").await;
    assert_eq!(points(&known), [12.5, 75.0]);
    assert_eq!(known.parts[1].coverage, Some(0.5));
    let whole_minute = score_part::RawValue::Duration(prost_types::Duration { seconds: 60, nanos: 0 });
    assert_eq!(known.parts[1].raw_value, Some(whole_minute));
}

async fn active_again(guanxi: &TestServer, revision: PyramidRevision) {
    let name = super::kit::add_revision(guanxi, "value", revision).await;
    super::kit::activate(guanxi, &name).await;
}

/// Buys goods of two lines, of which only the first has a known cost.
async fn buys_half_costed(guanxi: &TestServer, customer: &str) {
    let costed = PurchaseLine { cost_amount: Some(usd(6_000)), ..line(10_000) };
    let purchase = guanxi::v1::Purchase { lines: vec![costed, line(20_000)], ..deal(customer, 1) };
    guanxi.activity().record_purchase(creating(purchase)).await.unwrap();
}

fn amount(part: &ScorePart) -> Option<i64> {
    part.raw_value.as_ref().map(|raw| match raw {
        score_part::RawValue::Amount(money) => cents(money),
        other => panic!("no money: {other:?}"),
    })
}

async fn what_is_not_covered_enough_is_missing(guanxi: TestServer) {
    buys_half_costed(&guanxi, "ada").await;
    for cost in [Some(500), Some(250), None, Some(250)] {
        talks(&guanxi, "ada", None, cost).await;
    }
    let covered = |kind, share| Measure { min_coverage_basis_points: share, ..measure(kind, linear(0.0, 100.0)) };
    let kinds = [
        (MeasureKind::CostOfGoods, 5_000, Some(6_000), 0.5),
        (MeasureKind::CostOfGoods, 5_001, None, 0.5),
        (MeasureKind::CostToServe, 7_500, Some(1_000), 0.75),
        (MeasureKind::CostToServe, 7_501, None, 0.75),
        // Of the costed line only, and covered as far as the less known of its two costs.
        (MeasureKind::ContributionMargin, 5_000, Some(3_000), 0.5),
        (MeasureKind::ContributionMargin, 5_001, None, 0.5),
        (MeasureKind::NetRevenue, 10_000, Some(30_000), 1.0),
    ];
    let measures = kinds
        .iter()
        .enumerate()
        .map(|(index, (kind, share, ..))| Measure { measure_id: format!("m{index}"), ..covered(*kind, *share) });
    active_pyramid(&guanxi, "value", scheme(measures.collect(), thresholds(&[50.0]))).await;
    let why = explained(&guanxi, "ada").await;
    for (part, (kind, share, value, coverage)) in why.parts.iter().zip(kinds) {
        assert_eq!((amount(part), part.coverage), (value, Some(coverage)), "{kind:?} from {share}");
    }
}

async fn each_reason_to_be_unranked_is_told(guanxi: TestServer) {
    create_person(&guanxi, "idle").await;
    buys(&guanxi, "mute", 100).await;
    talks(&guanxi, "mute", None, None).await;
    let by_time = || vec![measure(MeasureKind::ContactTime, linear(0.0, 60.0))];
    let reason = async |customer| {
        let why = explained(&guanxi, customer).await;
        assert_eq!(why.parts.len(), 1, "what is known is told all the same");
        why.assignment.unwrap().unranked_reason()
    };
    active_pyramid(&guanxi, "value", scheme(by_time(), thresholds(&[50.0]))).await;
    assert_eq!(reason("idle").await, UnrankedReason::OutsidePopulation);
    assert_eq!(reason("mute").await, UnrankedReason::MeasureMissing, "all measures are skipped");
    let mut lowest = by_time();
    lowest[0].missing_value_rule = MissingValueRule::Lowest.into();
    let by_margin = PyramidRevision {
        value_measure: MeasureKind::ContributionMargin.into(),
        ..scheme(lowest, thresholds(&[50.0]))
    };
    active_again(&guanxi, by_margin).await;
    assert_eq!(reason("mute").await, UnrankedReason::ValueMissing, "the cost of the goods is not known");
}
