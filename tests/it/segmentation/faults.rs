//! What is wrong with a scheme: each fault alone by its path, and many at once.

use guanxi::v1::measure::Normalizer;
use guanxi::v1::{ListPyramidRevisionsRequest, Measure, MeasureKind, PyramidRevision, Tier};
use guanxi_testkit::{TestServer, on_each_backend};

use super::kit::{
    add_revision, create_pyramid, customer_shares, invalid, linear, logarithmic, measure, refused, revenue, scheme,
    thresholds, try_revision, value_shares,
};

on_each_backend! {
    fault_of_a_measure_is_named_by_its_path,
    fault_of_a_normalizer_is_named_by_its_path,
    fault_of_value_tiers_or_population_is_named_by_its_path,
    fault_of_a_tiering_rule_is_named_by_its_path,
    ten_faults_are_named_at_once,
    number_without_a_word_is_told_once_and_beside_other_faults,
    more_faults_than_there_is_room_for_are_counted,
}

type Spoil = Box<dyn Fn(&mut PyramidRevision)>;

fn sound() -> PyramidRevision {
    let units = measure(MeasureKind::UnitCount, logarithmic(1.0, 100.0));
    scheme(vec![revenue(), units], thresholds(&[60.0, 30.0]))
}

/// Sends one spoilt scheme after the other; each is refused for its one path, and nothing is kept.
async fn each_alone(guanxi: &TestServer, faults: Vec<(&str, Spoil)>) {
    create_pyramid(guanxi, "value").await;
    for (path, spoil) in faults {
        let mut revision = sound();
        spoil(&mut revision);
        invalid(try_revision(guanxi, "value", revision).await, &[&format!("pyramid_revision.{path}")]);
    }
    let request = ListPyramidRevisionsRequest { parent: "pyramids/value".into(), ..Default::default() };
    let kept = guanxi.segmentation().list_pyramid_revisions(request).await.unwrap().into_inner();
    assert_eq!(kept.pyramid_revisions, []);
    assert_eq!(add_revision(guanxi, "value", sound()).await, "pyramids/value/revisions/1");
}

fn first(change: impl Fn(&mut Measure) + 'static) -> Spoil {
    Box::new(move |revision| change(&mut revision.measures[0]))
}

fn curve(normalizer: Normalizer) -> Spoil {
    first(move |measure| measure.normalizer = Some(normalizer))
}

fn whole(change: impl Fn(&mut PyramidRevision) + 'static) -> Spoil {
    Box::new(change)
}

fn many_tiers(count: usize) -> Spoil {
    whole(move |revision| {
        revision.tiers = (0..count).map(|n| Tier { tier_id: format!("t{n}"), ..Tier::default() }).collect();
        let falling: Vec<f64> = (1..count).map(|n| 90.0 - n as f64).collect();
        revision.tiering_rule = Some(thresholds(&falling));
    })
}

async fn fault_of_a_measure_is_named_by_its_path(guanxi: TestServer) {
    let named = |index: usize| Measure { measure_id: format!("m{index}"), ..revenue() };
    let mut faults = vec![
        ("measures", whole(|revision| revision.measures.clear())),
        ("measures", whole(move |revision| revision.measures = (0..51).map(named).collect())),
        ("measures[1].measure_id", whole(|revision| revision.measures[1].measure_id = "net_revenue".into())),
        ("measures[0].kind", first(|measure| measure.kind = 0)),
        ("measures[0].kind", first(|measure| measure.kind = 99)),
        ("measures[0].direction", first(|measure| measure.direction = 9)),
        ("measures[0].missing_value_rule", first(|measure| measure.missing_value_rule = -1)),
        ("measures", whole(|revision| revision.measures.iter_mut().for_each(|measure| measure.weight = f64::MAX))),
    ];
    for id in ["", "Revenue", "net-revenue", "1st"] {
        faults.push(("measures[0].measure_id", first(move |measure| measure.measure_id = id.into())));
    }
    for weight in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        faults.push(("measures[0].weight", first(move |measure| measure.weight = weight)));
    }
    for share in [-1, 10_001] {
        let path = "measures[0].min_coverage_basis_points";
        faults.push((path, first(move |measure| measure.min_coverage_basis_points = share)));
    }
    each_alone(&guanxi, faults).await;
}

async fn fault_of_a_normalizer_is_named_by_its_path(guanxi: TestServer) {
    let faults = vec![
        ("measures[0].normalizer", first(|measure| measure.normalizer = None)),
        ("measures[0].linear.high", curve(linear(5.0, 5.0))),
        ("measures[0].linear.high", curve(linear(5.0, 4.99))),
        ("measures[0].linear.low", curve(linear(f64::NAN, 5.0))),
        ("measures[0].linear.high", curve(linear(0.0, f64::INFINITY))),
        // Money has no fractions of a cent, and no amount is beyond ten thousand billions.
        ("measures[0].linear.low", curve(linear(0.001, 5.0))),
        ("measures[0].linear.high", curve(linear(0.0, 1e14))),
        ("measures[0].logarithmic.scale", curve(logarithmic(0.0, 5.0))),
        ("measures[0].logarithmic.scale", curve(logarithmic(-1.0, 5.0))),
        ("measures[0].logarithmic.cap", curve(logarithmic(1.0, 0.0))),
        ("measures[0].logarithmic.cap", curve(logarithmic(1.0, f64::NAN))),
        ("measures[0].logarithmic.cap", curve(logarithmic(1.0, 2.505))),
    ];
    each_alone(&guanxi, faults).await;
}

async fn fault_of_value_tiers_or_population_is_named_by_its_path(guanxi: TestServer) {
    let faults = vec![
        ("population", whole(|revision| revision.population = 3)),
        ("value_measure", whole(|revision| revision.value_measure = 0)),
        ("value_measure", whole(|revision| revision.value_measure = MeasureKind::PurchaseCount.into())),
        ("value_measure", whole(|revision| revision.value_measure = MeasureKind::ContactTime.into())),
        ("value_measure", whole(|revision| revision.value_measure = 5)),
        ("tiers", many_tiers(1)),
        ("tiers", many_tiers(21)),
        ("tiers[2].tier_id", whole(|revision| revision.tiers[2].tier_id = "gold".into())),
        ("tiers[0].tier_id", whole(|revision| revision.tiers[0].tier_id = String::new())),
        ("tiers[0].tier_id", whole(|revision| revision.tiers[0].tier_id = "Gold".into())),
        ("tiers[1].display_name", whole(|revision| revision.tiers[1].display_name = "x".repeat(201))),
        ("description", whole(|revision| revision.description = "x".repeat(2001))),
    ];
    each_alone(&guanxi, faults).await;
}

async fn fault_of_a_tiering_rule_is_named_by_its_path(guanxi: TestServer) {
    let by_score = |values: &[f64]| {
        let rule = thresholds(values);
        whole(move |revision| revision.tiering_rule = Some(rule.clone()))
    };
    let by_shares = |shares: &[i32]| {
        let rule = customer_shares(shares);
        whole(move |revision| revision.tiering_rule = Some(rule.clone()))
    };
    let faults = vec![
        ("tiering_rule", whole(|revision| revision.tiering_rule = None)),
        ("score_thresholds.thresholds", by_score(&[50.0])),
        ("score_thresholds.thresholds", by_score(&[50.0, 40.0, 30.0])),
        ("score_thresholds.thresholds[1]", by_score(&[50.0, 50.0])),
        ("score_thresholds.thresholds[0]", by_score(&[100.1, 50.0])),
        ("score_thresholds.thresholds[1]", by_score(&[50.0, -0.1])),
        ("score_thresholds.thresholds[1]", by_score(&[50.0, f64::NAN])),
        ("customer_shares.basis_points", by_shares(&[5_000, 5_000])),
        ("customer_shares.basis_points", by_shares(&[100, 400, 1_500])),
        ("customer_shares.basis_points[1]", by_shares(&[5_000, 0, 5_000])),
        ("customer_shares.basis_points", whole(|revision| revision.tiering_rule = Some(customer_shares(&[])))),
        ("value_shares.basis_points", whole(|revision| revision.tiering_rule = Some(value_shares(&[9_000; 3])))),
    ];
    // An empty list is both too short and not the whole: one path, told twice.
    let (twice, once): (Vec<_>, Vec<_>) = faults.into_iter().enumerate().partition(|(index, _)| *index == 10);
    each_alone(&guanxi, once.into_iter().map(|(_, fault)| fault).collect()).await;
    let mut revision = sound();
    twice[0].1.1(&mut revision);
    invalid(try_revision(&guanxi, "value", revision).await, &["pyramid_revision.customer_shares.basis_points"; 2]);
}

async fn ten_faults_are_named_at_once(guanxi: TestServer) {
    create_pyramid(&guanxi, "value").await;
    let mut revision = sound();
    revision.measures[0] = Measure {
        measure_id: "No id".into(),
        kind: 0,
        weight: -1.0,
        min_coverage_basis_points: 10_001,
        normalizer: Some(linear(2.0, 1.0)),
        ..Measure::default()
    };
    revision.measures[1].normalizer = None;
    revision.value_measure = MeasureKind::UnitCount.into();
    revision.tiers[1].tier_id = "SILVER".into();
    revision.tiers[2].display_name = "x".repeat(201);
    revision.tiering_rule = None;
    let refusal =
        refused(try_revision(&guanxi, "value", revision).await, tonic::Code::InvalidArgument, "INVALID_FIELDS");
    let mut fields = refusal.fields;
    fields.sort();
    let expected = [
        "measures[0].kind",
        "measures[0].linear.high",
        "measures[0].measure_id",
        "measures[0].min_coverage_basis_points",
        "measures[0].weight",
        "measures[1].normalizer",
        "tiering_rule",
        "tiers[1].tier_id",
        "tiers[2].display_name",
        "value_measure",
    ];
    assert_eq!(fields, expected.map(|path| format!("pyramid_revision.{path}")));
    assert_eq!(refusal.metadata["fields"], "10");
}

async fn number_without_a_word_is_told_once_and_beside_other_faults(guanxi: TestServer) {
    create_pyramid(&guanxi, "value").await;
    let mut revision = sound();
    (revision.value_measure, revision.population, revision.measures[1].kind) = (77, 77, 77);
    revision.measures[0].weight = 0.0;
    let refusal =
        refused(try_revision(&guanxi, "value", revision).await, tonic::Code::InvalidArgument, "INVALID_FIELDS");
    let mut fields = refusal.fields;
    fields.sort();
    let expected = ["measures[0].weight", "measures[1].kind", "population", "value_measure"];
    assert_eq!(fields, expected.map(|path| format!("pyramid_revision.{path}")));
}

async fn more_faults_than_there_is_room_for_are_counted(guanxi: TestServer) {
    create_pyramid(&guanxi, "value").await;
    let spoilt = |index: usize| Measure { measure_id: format!("M{index}"), weight: -1.0, ..Measure::default() };
    let revision = PyramidRevision { measures: (0..50).map(spoilt).collect(), ..sound() };
    let refusal =
        refused(try_revision(&guanxi, "value", revision).await, tonic::Code::InvalidArgument, "INVALID_FIELDS");
    assert_eq!(refusal.metadata["fields"], "200");
    assert!((5..=21).contains(&refusal.fields.len()), "{} are listed", refusal.fields.len());
}
