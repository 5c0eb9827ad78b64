//! Simulations: that they predict what a run then does, that they write nothing, what they compare, what they refuse.

use std::collections::BTreeMap;
use std::time::Duration;

use guanxi::google::longrunning::{CancelOperationRequest, ListOperationsRequest, Operation, operation};
use guanxi::google::r#type::Date;
use guanxi::v1::pyramid_revision::TieringRule;
use guanxi::v1::segmentation_service_client::SegmentationServiceClient;
use guanxi::v1::simulate_pyramid_request::Candidate;
use guanxi::v1::{
    AssignTiersRequest, ListTierChangesRequest, Measure, MovementRules, PyramidRevision, SetTierOverrideRequest,
    SimulatePyramidMetadata, SimulatePyramidRequest, SimulatePyramidResponse, SimulationPhase,
};
use guanxi_testkit::{TestServer, on_each_backend};
use prost::Message as _;
use tonic::{Code, Status};

use super::kit::{
    activate, active_pyramid, add_revision, buys, by_revenue, create_pyramid, crowd, customer_of, customer_shares,
    ended, everybody, get_pyramid, invalid, measure, member, populate, rank, refused, report, revenue, scheme,
    standing, thresholds, value_shares,
};

on_each_backend! {
    score_thresholds_are_predicted,
    shares_of_customers_are_predicted,
    shares_of_value_are_predicted,
    renewal_is_predicted,
    simulation_writes_nothing_and_its_draft_is_not_kept,
    two_revisions_are_compared_as_of_a_day_that_has_passed,
    causes_say_what_moves_customers,
    first_activation_is_predicted_too,
    what_makes_no_sense_is_refused,
    cancelled_simulation_has_no_result,
    a_simulation_beside_a_run_tells_of_one_state,
    large_simulations_are_listed_a_few_at_a_time,
}

pub(crate) type Way = (String, String);

pub(crate) fn of(candidate: Candidate) -> SimulatePyramidRequest {
    SimulatePyramidRequest { name: "pyramids/value".into(), candidate: Some(candidate), ..Default::default() }
}

pub(crate) fn revision(name: &str) -> SimulatePyramidRequest {
    of(Candidate::PyramidRevision(name.into()))
}

async fn ask(guanxi: &TestServer, request: SimulatePyramidRequest) -> Result<Operation, Status> {
    Ok(guanxi.segmentation().simulate_pyramid(request).await?.into_inner())
}

pub(crate) async fn simulate(guanxi: &TestServer, request: SimulatePyramidRequest) -> SimulatePyramidResponse {
    let asked = ask(guanxi, request).await.unwrap();
    let done = ended(guanxi, &asked.name).await;
    let how_far = progress(&done);
    assert_eq!((how_far.phase(), how_far.done_count), (SimulationPhase::Compare, how_far.total_count));
    found(&done)
}

fn progress(asked: &Operation) -> SimulatePyramidMetadata {
    SimulatePyramidMetadata::decode(asked.metadata.as_ref().unwrap().value.as_slice()).unwrap()
}

fn found(done: &Operation) -> SimulatePyramidResponse {
    let Some(operation::Result::Response(response)) = &done.result else { panic!("no success: {done:?}") };
    assert_eq!(response.type_url, "type.googleapis.com/guanxi.v1.SimulatePyramidResponse");
    SimulatePyramidResponse::decode(response.value.as_slice()).unwrap()
}

/// Everybody in a tier, with it.
pub(crate) async fn tiers(guanxi: &TestServer) -> BTreeMap<String, String> {
    let seen = everybody(guanxi, "value").await;
    seen.iter().map(|one| (customer_of(one).to_owned(), one.tier.clone())).collect()
}

/// How many go each way, of those that are ranked on both sides.
pub(crate) fn counts(made: &SimulatePyramidResponse) -> BTreeMap<Way, i64> {
    made.moves.iter().map(|one| ((one.from_tier.clone(), one.to_tier.clone()), one.customer_count)).collect()
}

pub(crate) fn went(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> BTreeMap<Way, i64> {
    let mut ways = BTreeMap::new();
    for customer in before.keys().chain(after.keys().filter(|customer| !before.contains_key(*customer))) {
        let tier = |side: &BTreeMap<String, String>| side.get(customer).cloned().unwrap_or_default();
        *ways.entry((tier(before), tier(after))).or_default() += 1;
    }
    ways
}

/// Every example went the way it stands for.
pub(crate) fn examples_went(
    made: &SimulatePyramidResponse,
    before: &BTreeMap<String, String>,
    after: &BTreeMap<String, String>,
) {
    for one in &made.moves {
        assert_eq!(one.examples.len() as i64, one.customer_count.min(3));
        for example in &one.examples {
            let customer = example.customer.trim_start_matches("customers/");
            let tier = |side: &BTreeMap<String, String>| side.get(customer).cloned().unwrap_or_default();
            assert_eq!((tier(before), tier(after)), (one.from_tier.clone(), one.to_tier.clone()), "{customer}");
            let points: f64 = example.parts.iter().map(|part| part.points.unwrap()).sum();
            // Who is not ranked has none, whatever parts are known.
            assert_eq!(example.score.unwrap_or(points), points);
        }
        let moved = if one.from_tier == one.to_tier { 0 } else { one.customer_count };
        assert_eq!(one.held_count + one.calibration_count + one.scheme_count, moved);
    }
}

fn held_for_reviews(revision: PyramidRevision) -> PyramidRevision {
    let rules = MovementRules { keep_basis_points: Some(9000), review_count: Some(2), ..MovementRules::default() };
    PyramidRevision { movement_rules: Some(rules), ..revision }
}

async fn hold(guanxi: &TestServer, customer: &str, tier: &str) {
    let request = SetTierOverrideRequest {
        name: format!("customers/{customer}/tierAssignments/value"),
        tier: tier.into(),
        actor: "ada".into(),
        reason: "a promise".into(),
        ..SetTierOverrideRequest::default()
    };
    guanxi.segmentation().set_tier_override(request).await.unwrap();
}

/// A population in which somebody is held by movement rules, somebody by an override, and others have come since.
async fn lived(guanxi: &TestServer, rule: TieringRule) {
    let deals = (0..90_i64).map(|number| (member(number as usize), 1_000 * ((number * 37) % 97 + 1)));
    populate(guanxi, deals).await;
    active_pyramid(guanxi, "value", held_for_reviews(scheme(vec![revenue()], rule))).await;
    for number in [3, 14, 15, 26] {
        buys(guanxi, &member(number), -900).await;
    }
    hold(guanxi, &member(5), "gold").await;
    hold(guanxi, &member(6), "bronze").await;
    populate(guanxi, (90..120_i64).map(|number| (member(number as usize), 60_000 + 1_000 * number))).await;
    guanxi.clock.advance(Duration::from_secs(60));
}

/// Simulates, activates, and compares.
async fn predicts(guanxi: TestServer, rule: TieringRule, other: TieringRule) {
    lived(&guanxi, rule).await;
    let measures = vec![revenue(), measure(guanxi::v1::MeasureKind::NetRevenue, rank())];
    let mut candidate = held_for_reviews(scheme(measures, other));
    candidate.measures[1].measure_id = "ranked".into();
    let name = add_revision(&guanxi, "value", candidate.clone()).await;
    let before = tiers(&guanxi).await;
    let made = simulate(&guanxi, revision(&name)).await;
    let drafted = simulate(&guanxi, of(Candidate::Draft(candidate))).await;
    assert_eq!(tiers(&guanxi).await, before);
    let baseline = report(&guanxi, "value").await.tiers;
    assert_eq!(made.baseline_tiers.iter().map(|one| one.report.clone().unwrap()).collect::<Vec<_>>(), baseline);
    activate(&guanxi, &name).await;
    let after = tiers(&guanxi).await;
    assert_eq!(counts(&made), went(&before, &after));
    assert!(counts(&made).keys().any(|(from, to)| from != to));
    let tiers = report(&guanxi, "value").await.tiers;
    assert_eq!(made.tiers.iter().map(|one| one.report.clone().unwrap()).collect::<Vec<_>>(), tiers);
    examples_went(&made, &before, &after);
    assert_eq!(drafted.pyramid_revision, "");
    assert_eq!((drafted.moves, drafted.tiers), (made.moves, made.tiers));
}

async fn score_thresholds_are_predicted(guanxi: TestServer) {
    predicts(guanxi, thresholds(&[60.0, 30.0]), thresholds(&[80.0, 50.0])).await;
}

async fn shares_of_customers_are_predicted(guanxi: TestServer) {
    predicts(guanxi, customer_shares(&[1000, 3000, 6000]), customer_shares(&[2500, 2500, 5000])).await;
}

async fn shares_of_value_are_predicted(guanxi: TestServer) {
    predicts(guanxi, value_shares(&[5000, 3000, 2000]), value_shares(&[2000, 3000, 5000])).await;
}

async fn renewal_is_predicted(guanxi: TestServer) {
    lived(&guanxi, customer_shares(&[1000, 3000, 6000])).await;
    let before = tiers(&guanxi).await;
    let made = simulate(&guanxi, revision("pyramids/value/revisions/1")).await;
    let request = AssignTiersRequest { name: "pyramids/value".into(), request_id: String::new() };
    let asked = guanxi.segmentation().assign_tiers(request).await.unwrap().into_inner();
    ended(&guanxi, &asked.name).await;
    let after = tiers(&guanxi).await;
    assert_eq!(counts(&made), went(&before, &after));
    examples_went(&made, &before, &after);
    assert_eq!(made.tiers[0].target_basis_points, Some(1000));
    // Movement rules and the override hold some of them now.
    let made =
        simulate(&guanxi, of(Candidate::Draft(scheme(vec![revenue()], customer_shares(&[1000, 3000, 6000]))))).await;
    let held: i64 = made.moves.iter().map(|one| one.held_count).sum();
    assert!(held > 2, "{held}");
}

async fn simulation_writes_nothing_and_its_draft_is_not_kept(guanxi: TestServer) {
    lived(&guanxi, customer_shares(&[1000, 3000, 6000])).await;
    let changes = || async {
        let request = ListTierChangesRequest {
            parent: format!("customers/{}/tierAssignments/value", member(5)),
            ..ListTierChangesRequest::default()
        };
        guanxi.segmentation().list_tier_changes(request).await.unwrap().into_inner().tier_changes
    };
    let seen =
        || async { (everybody(&guanxi, "value").await, get_pyramid(&guanxi, "value").await.unwrap(), changes().await) };
    let before = (seen().await, report(&guanxi, "value").await);
    simulate(&guanxi, of(Candidate::Draft(by_revenue()))).await;
    assert_eq!((seen().await, report(&guanxi, "value").await), before);
    let added = add_revision(&guanxi, "value", by_revenue()).await;
    assert_eq!(added, "pyramids/value/revisions/2");
}

async fn two_revisions_are_compared_as_of_a_day_that_has_passed(guanxi: TestServer) {
    populate(&guanxi, [("ada".to_owned(), 70_000), ("ben".to_owned(), 40_000), ("cyd".to_owned(), 10_000)]).await;
    let first = active_pyramid(&guanxi, "value", by_revenue()).await;
    let second = add_revision(&guanxi, "value", scheme(vec![revenue()], thresholds(&[60.0, 40.0]))).await;
    hold(&guanxi, "cyd", "gold").await;
    let made =
        simulate(&guanxi, SimulatePyramidRequest { baseline_revision: first.clone(), ..revision(&second) }).await;
    let way = |from: &str, to: &str, count| ((from.to_owned(), to.to_owned()), count);
    // The override has no part in it.
    let apart = [way("gold", "gold", 1), way("silver", "silver", 1), way("bronze", "bronze", 1)];
    assert_eq!(counts(&made), BTreeMap::from(apart.clone()));
    let day = Some(Date { year: 2026, month: 1, day: 20 });
    guanxi.clock.advance(Duration::from_secs(86_400));
    let past = SimulatePyramidRequest { baseline_revision: first.clone(), as_of_date: day, ..revision(&second) };
    let made = simulate(&guanxi, past).await;
    assert_eq!((made.as_of_date, made.simulate_time), (day, None));
    assert_eq!(counts(&made), BTreeMap::from(apart));
    let before = Some(Date { year: 2026, month: 1, day: 10 });
    let past = SimulatePyramidRequest { baseline_revision: first.clone(), as_of_date: before, ..revision(&second) };
    let made = simulate(&guanxi, past).await;
    let everybody: i64 = made.moves.iter().map(|one| one.customer_count).sum();
    assert_eq!(everybody + made.unranked_count, 3);
    assert_eq!(made.tiers[0].report.as_ref().unwrap().customer_count, 0, "nobody had bought anything");
    // Without a baseline it is the revision that was in force.
    let yesterday = Some(Date { year: 2026, month: 1, day: 31 });
    let made = simulate(&guanxi, SimulatePyramidRequest { as_of_date: yesterday, ..revision(&second) }).await;
    assert_eq!(made.baseline_revision, first);
    let never = ask(&guanxi, SimulatePyramidRequest { as_of_date: day, ..revision(&second) }).await;
    refused(never, Code::FailedPrecondition, "PYRAMID_NOT_ACTIVE");
}

async fn causes_say_what_moves_customers(guanxi: TestServer) {
    crowd(&guanxi, 10).await;
    active_pyramid(&guanxi, "value", scheme(vec![revenue()], customer_shares(&[5000, 5000]))).await;
    hold(&guanxi, &member(0), "gold").await;
    // Ten more above: those who were in gold are so by the old boundary only.
    populate(&guanxi, (10..20).map(|number| (member(number), 50_000))).await;
    let stricter = scheme(vec![revenue()], customer_shares(&[2500, 7500]));
    let made = simulate(&guanxi, of(Candidate::Draft(stricter.clone()))).await;
    let down = made.moves.iter().find(|one| one.from_tier == "gold" && one.to_tier == "silver").unwrap();
    assert_eq!((down.held_count, down.calibration_count, down.scheme_count), (0, 5, 5));
    let lower = guanxi::v1::Tier { tier_id: "iron".into(), display_name: "Iron".into(), ..Default::default() };
    let renamed = PyramidRevision { tiers: vec![lower, stricter.tiers[1].clone()], ..stricter };
    let made = simulate(&guanxi, of(Candidate::Draft(renamed))).await;
    let down = made.moves.iter().find(|one| one.from_tier == "gold" && one.to_tier == "silver").unwrap();
    assert_eq!(down.held_count, 1, "whom the override held in a tier that is no more");
    assert_eq!(made.mobility, None);
}

async fn first_activation_is_predicted_too(guanxi: TestServer) {
    crowd(&guanxi, 20).await;
    create_pyramid(&guanxi, "value").await;
    let name = add_revision(&guanxi, "value", scheme(vec![revenue()], customer_shares(&[2000, 8000]))).await;
    let made = simulate(&guanxi, revision(&name)).await;
    assert_eq!((made.baseline_revision.as_str(), made.baseline_tiers.len()), ("", 0));
    activate(&guanxi, &name).await;
    assert_eq!(counts(&made), went(&BTreeMap::new(), &tiers(&guanxi).await));
    assert_eq!(standing(&guanxi, &member(19)).await.tier, "gold");
}

async fn what_makes_no_sense_is_refused(guanxi: TestServer) {
    let missing = refused(ask(&guanxi, of(Candidate::Draft(by_revenue()))).await, Code::NotFound, "RESOURCE_NOT_FOUND");
    assert_eq!(missing.metadata["resource"], "pyramids/value");
    create_pyramid(&guanxi, "value").await;
    let missing =
        refused(ask(&guanxi, revision("pyramids/value/revisions/7")).await, Code::NotFound, "RESOURCE_NOT_FOUND");
    assert_eq!(missing.metadata["resource"], "pyramids/value/revisions/7");
    let mut faulty = by_revenue();
    faulty.measures[0].weight = -1.0;
    faulty.tiers[1].tier_id = "No".into();
    let request = SimulatePyramidRequest {
        baseline_revision: "pyramids/other/revisions/1".into(),
        as_of_date: Some(Date { year: 2030, month: 1, day: 1 }),
        examples_per_cell: Some(11),
        request_id: "no-uuid".into(),
        ..of(Candidate::Draft(faulty))
    };
    let fields = ["request_id", "draft.measures[0].weight", "draft.tiers[1].tier_id", "baseline_revision"];
    invalid(ask(&guanxi, request).await, &[&fields[..], &["as_of_date", "examples_per_cell"]].concat());
    let nothing = SimulatePyramidRequest { name: "pyramids/value".into(), ..Default::default() };
    invalid(ask(&guanxi, nothing).await, &["candidate"]);
}

async fn cancelled_simulation_has_no_result(guanxi: TestServer) {
    crowd(&guanxi, 3000).await;
    let name = active_pyramid(&guanxi, "value", by_revenue()).await;
    let id = "0198c5a0-0000-7000-8000-000000000001".to_owned();
    let request = SimulatePyramidRequest { request_id: id, ..revision(&name) };
    let asked = ask(&guanxi, request.clone()).await.unwrap();
    assert_eq!(ask(&guanxi, request).await.unwrap().name, asked.name);
    let cancel = CancelOperationRequest { name: asked.name.clone() };
    guanxi.operations().cancel_operation(cancel).await.unwrap();
    let done = ended(&guanxi, &asked.name).await;
    let Some(operation::Result::Error(status)) = &done.result else { panic!("it was not cancelled: {done:?}") };
    assert_eq!(status.code, Code::Cancelled as i32);
    let metadata = progress(&done);
    assert_eq!((metadata.pyramid.as_str(), metadata.pyramid_revision.clone()), ("pyramids/value", name));
    assert!(metadata.cancel_requested && metadata.phase() != SimulationPhase::Unspecified);
}

/// Two servers, of which one runs while the other simulates: what is simulated is the state before the run or the one
/// after it, never some of both.
async fn a_simulation_beside_a_run_tells_of_one_state(guanxi: TestServer) {
    crowd(&guanxi, 7_000).await;
    let first = active_pyramid(&guanxi, "value", scheme(vec![revenue()], customer_shares(&[3000, 7000]))).await;
    let second = add_revision(&guanxi, "value", scheme(vec![revenue()], customer_shares(&[6000, 4000]))).await;
    let candidate = of(Candidate::Draft(scheme(vec![revenue()], thresholds(&[3.0]))));
    let of_first = simulate(&guanxi, candidate.clone()).await;
    activate(&guanxi, &second).await;
    let of_second = simulate(&guanxi, candidate.clone()).await;
    assert_ne!(of_first.moves, of_second.moves);
    let replica = guanxi.replica().await;
    for revision in [&first, &second, &first, &second] {
        let mut other = SegmentationServiceClient::new(replica.channel.clone());
        let (_, asked) = tokio::join!(activate(&guanxi, revision), other.simulate_pyramid(candidate.clone()));
        let made = found(&ended(&guanxi, &asked.unwrap().into_inner().name).await);
        let expected = if made.baseline_revision == first { &of_first } else { &of_second };
        assert_eq!(made.baseline_revision, expected.baseline_revision);
        assert_eq!((&made.moves, &made.baseline_tiers), (&expected.moves, &expected.baseline_tiers));
        assert_eq!((&made.tiers, &made.mobility), (&expected.tiers, &expected.mobility));
    }
}

/// Fifty measures of ten customers in each of four tiers are a few hundred KiB explained.
async fn large_simulations_are_listed_a_few_at_a_time(guanxi: TestServer) {
    crowd(&guanxi, 60).await;
    create_pyramid(&guanxi, "value").await;
    let mut draft = scheme(vec![], customer_shares(&[2500, 2500, 2500, 2500]));
    let one = |number| Measure { measure_id: format!("m{number}"), ..revenue() };
    draft.measures = (0..50).map(one).collect();
    let request = SimulatePyramidRequest { examples_per_cell: Some(10), ..of(Candidate::Draft(draft)) };
    let mut asked = Vec::new();
    for _ in 0..24 {
        guanxi.clock.advance(Duration::from_secs(1));
        let name = ask(&guanxi, request.clone()).await.unwrap().name;
        ended(&guanxi, &name).await;
        asked.push(name);
    }
    asked.reverse();
    let mut request = ListOperationsRequest { page_size: 1000, ..ListOperationsRequest::default() };
    let (mut listed, mut pages) = (Vec::new(), 0);
    while pages == 0 || !request.page_token.is_empty() {
        let page = guanxi.operations().list_operations(request.clone()).await.unwrap().into_inner();
        assert!(page.encoded_len() < 2 * 1024 * 1024 + 4096);
        listed.extend(page.operations.into_iter().map(|one| one.name));
        (request.page_token, pages) = (page.next_page_token, pages + 1);
    }
    assert_eq!(listed, asked);
    assert!(pages > 1, "{pages}");
}
