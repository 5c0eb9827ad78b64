//! What the cases about pyramids share: builders of schemes, the calls most of them make, and populations.

use std::sync::atomic::{AtomicU64, Ordering};

use guanxi::google::longrunning::{Operation, WaitOperationRequest, operation};
use guanxi::v1::measure::Normalizer;
use guanxi::v1::pyramid_revision::TieringRule;
use guanxi::v1::{
    ActivatePyramidRevisionMetadata, ActivatePyramidRevisionRequest, ActivatePyramidRevisionResponse,
    BatchRecordPurchasesRequest, CreatePyramidRequest, CreatePyramidRevisionRequest, CustomerShares,
    ExplainTierRequest, GetPyramidReportRequest, GetPyramidRequest, GetTierAssignmentRequest, LinearNormalizer,
    ListTierAssignmentsRequest, LogarithmicNormalizer, Measure, MeasureKind, MissingCustomer, Purchase, PurchaseType,
    Pyramid, PyramidReport, PyramidRevision, RankNormalizer, RecordPurchaseRequest, ScoreThresholds, Tier,
    TierAssignment, TierExplanation, ValueShares, record_purchase_result,
};
use guanxi_testkit::TestServer;
use prost::Message as _;
use tonic::Status;

use crate::support;
pub(crate) use crate::support::{invalid, refused};

/// A moment before the clock of every test server.
pub(crate) const BEFORE: &str = "2026-01-15T10:00:00Z";
/// The tiers of every scheme here, from the top; a scheme takes as many as its rule needs.
pub(crate) const TIERS: [&str; 4] = ["gold", "silver", "bronze", "lead"];

pub(crate) fn linear(low: f64, high: f64) -> Normalizer {
    Normalizer::Linear(LinearNormalizer { low, high })
}

pub(crate) fn logarithmic(scale: f64, cap: f64) -> Normalizer {
    Normalizer::Logarithmic(LogarithmicNormalizer { scale, cap })
}

pub(crate) fn rank() -> Normalizer {
    Normalizer::Rank(RankNormalizer {})
}

/// A measure of weight 1; its id is the name of its kind.
pub(crate) fn measure(kind: MeasureKind, normalizer: Normalizer) -> Measure {
    let name = kind.as_str_name().trim_start_matches("MEASURE_KIND_").to_lowercase();
    Measure { measure_id: name, kind: kind.into(), weight: 1.0, normalizer: Some(normalizer), ..Measure::default() }
}

/// Net revenue, from 0 to 1000 dollars: ten dollars are a point where it is the only measure.
pub(crate) fn revenue() -> Measure {
    measure(MeasureKind::NetRevenue, linear(0.0, 1000.0))
}

pub(crate) fn thresholds(thresholds: &[f64]) -> TieringRule {
    TieringRule::ScoreThresholds(ScoreThresholds { thresholds: thresholds.to_vec() })
}

pub(crate) fn customer_shares(basis_points: &[i32]) -> TieringRule {
    TieringRule::CustomerShares(CustomerShares { basis_points: basis_points.to_vec() })
}

pub(crate) fn value_shares(basis_points: &[i32]) -> TieringRule {
    TieringRule::ValueShares(ValueShares { basis_points: basis_points.to_vec() })
}

/// A scheme whose value is net revenue.
pub(crate) fn scheme(measures: Vec<Measure>, rule: TieringRule) -> PyramidRevision {
    let tiers = match &rule {
        TieringRule::ScoreThresholds(rule) => rule.thresholds.len() + 1,
        TieringRule::CustomerShares(rule) => rule.basis_points.len(),
        TieringRule::ValueShares(rule) => rule.basis_points.len(),
    };
    let tier = |id: &&str| Tier { tier_id: (*id).into(), display_name: id.to_uppercase(), ..Tier::default() };
    PyramidRevision {
        measures,
        value_measure: MeasureKind::NetRevenue.into(),
        tiers: TIERS.iter().take(tiers).map(tier).collect(),
        tiering_rule: Some(rule),
        ..PyramidRevision::default()
    }
}

/// By net revenue alone: gold from 600 dollars, silver from 300.
pub(crate) fn by_revenue() -> PyramidRevision {
    scheme(vec![revenue()], thresholds(&[60.0, 30.0]))
}

/// A request for a pyramid called by its id.
pub(crate) fn named(id: &str) -> CreatePyramidRequest {
    let pyramid = Pyramid { display_name: id.into(), ..Pyramid::default() };
    CreatePyramidRequest { pyramid: Some(pyramid), pyramid_id: id.into(), request_id: String::new() }
}

pub(crate) async fn create_pyramid(guanxi: &TestServer, id: &str) -> Pyramid {
    guanxi.segmentation().create_pyramid(named(id)).await.unwrap().into_inner()
}

pub(crate) async fn get_pyramid(guanxi: &TestServer, id: &str) -> Result<Pyramid, Status> {
    let request = GetPyramidRequest { name: format!("pyramids/{id}") };
    Ok(guanxi.segmentation().get_pyramid(request).await?.into_inner())
}

pub(crate) async fn try_revision(
    guanxi: &TestServer,
    pyramid: &str,
    revision: PyramidRevision,
) -> Result<PyramidRevision, Status> {
    let request = CreatePyramidRevisionRequest {
        parent: format!("pyramids/{pyramid}"),
        pyramid_revision: Some(revision),
        request_id: String::new(),
    };
    Ok(guanxi.segmentation().create_pyramid_revision(request).await?.into_inner())
}

/// Adds a revision and returns its name.
pub(crate) async fn add_revision(guanxi: &TestServer, pyramid: &str, revision: PyramidRevision) -> String {
    try_revision(guanxi, pyramid, revision).await.unwrap().name
}

/// Asks for an activation; it is under way then, or over.
pub(crate) async fn ask(guanxi: &TestServer, revision: &str) -> Result<Operation, Status> {
    let request = ActivatePyramidRevisionRequest { name: revision.into(), request_id: String::new() };
    Ok(guanxi.segmentation().activate_pyramid_revision(request).await?.into_inner())
}

/// The operation once it has ended.
pub(crate) async fn ended(guanxi: &TestServer, operation: &str) -> Operation {
    for _ in 0..4 {
        let request = WaitOperationRequest { name: operation.into(), timeout: None };
        let mut request = tonic::Request::new(request);
        request.set_timeout(std::time::Duration::from_secs(60));
        let seen = guanxi.operations().wait_operation(request).await.unwrap().into_inner();
        if seen.done {
            return seen;
        }
    }
    panic!("{operation} does not end");
}

/// What an activation that has succeeded did.
pub(crate) fn outcome(operation: &Operation) -> ActivatePyramidRevisionResponse {
    let Some(operation::Result::Response(response)) = &operation.result else { panic!("no success: {operation:?}") };
    assert_eq!(response.type_url, "type.googleapis.com/guanxi.v1.ActivatePyramidRevisionResponse");
    ActivatePyramidRevisionResponse::decode(response.value.as_slice()).unwrap()
}

/// What an activation says about how far it is.
pub(crate) fn progress(operation: &Operation) -> ActivatePyramidRevisionMetadata {
    let metadata = operation.metadata.as_ref().unwrap();
    assert_eq!(metadata.type_url, "type.googleapis.com/guanxi.v1.ActivatePyramidRevisionMetadata");
    ActivatePyramidRevisionMetadata::decode(metadata.value.as_slice()).unwrap()
}

/// Puts a revision in force.
pub(crate) async fn activate(guanxi: &TestServer, revision: &str) -> ActivatePyramidRevisionResponse {
    let asked = ask(guanxi, revision).await.unwrap();
    outcome(&ended(guanxi, &asked.name).await)
}

/// A pyramid with this revision in force.
pub(crate) async fn active_pyramid(guanxi: &TestServer, id: &str, revision: PyramidRevision) -> String {
    create_pyramid(guanxi, id).await;
    let name = add_revision(guanxi, id, revision).await;
    activate(guanxi, &name).await;
    name
}

/// Where a customer stands in the pyramid `value`.
pub(crate) async fn standing(guanxi: &TestServer, customer: &str) -> TierAssignment {
    try_standing(guanxi, customer, "value").await.unwrap()
}

pub(crate) async fn try_standing(guanxi: &TestServer, customer: &str, pyramid: &str) -> Result<TierAssignment, Status> {
    let request =
        GetTierAssignmentRequest { name: format!("customers/{customer}/tierAssignments/{pyramid}"), as_of_date: None };
    Ok(guanxi.segmentation().get_tier_assignment(request).await?.into_inner())
}

/// Why a customer stands where it stands in the pyramid `value`.
pub(crate) async fn explained(guanxi: &TestServer, customer: &str) -> TierExplanation {
    let request = ExplainTierRequest { name: format!("customers/{customer}/tierAssignments/value"), as_of_date: None };
    guanxi.segmentation().explain_tier(request).await.unwrap().into_inner()
}

pub(crate) async fn report(guanxi: &TestServer, pyramid: &str) -> PyramidReport {
    let request = GetPyramidReportRequest { name: format!("pyramids/{pyramid}"), ..Default::default() };
    guanxi.segmentation().get_pyramid_report(request).await.unwrap().into_inner()
}

/// The first page of a list that asks for nothing special.
pub(crate) fn list_of(pyramid: &str) -> ListTierAssignmentsRequest {
    ListTierAssignmentsRequest { parent: format!("pyramids/{pyramid}"), ..ListTierAssignmentsRequest::default() }
}

/// All pages of a list, and how many there were.
pub(crate) async fn pages(guanxi: &TestServer, mut list: ListTierAssignmentsRequest) -> (Vec<TierAssignment>, usize) {
    let (mut all, mut pages) = (Vec::new(), 0);
    loop {
        let page = guanxi.segmentation().list_tier_assignments(list.clone()).await.unwrap().into_inner();
        all.extend(page.tier_assignments);
        pages += 1;
        if page.next_page_token.is_empty() {
            return (all, pages);
        }
        list.page_token = page.next_page_token;
    }
}

/// Everybody of a pyramid.
pub(crate) async fn everybody(guanxi: &TestServer, pyramid: &str) -> Vec<TierAssignment> {
    pages(guanxi, ListTierAssignmentsRequest { page_size: 1000, ..list_of(pyramid) }).await.0
}

/// The customer of an assignment, by its id.
pub(crate) fn customer_of(assignment: &TierAssignment) -> &str {
    assignment.name.split('/').nth(1).unwrap()
}

/// Customers with their tiers, in the order of the list.
pub(crate) fn places(assignments: &[TierAssignment]) -> Vec<(&str, &str)> {
    assignments.iter().map(|one| (customer_of(one), one.tier.as_str())).collect()
}

/// A source id that no other fact of this process has.
pub(crate) fn new_source_id() -> String {
    static LAST: AtomicU64 = AtomicU64::new(0);
    format!("fact-{}", LAST.fetch_add(1, Ordering::Relaxed))
}

/// A sale of some cents, or for a negative number of them a return.
pub(crate) fn deal(customer: &str, cents: i64) -> Purchase {
    let sale = support::sale(customer, BEFORE, &new_source_id(), cents.abs());
    let r#type = if cents < 0 { PurchaseType::Return } else { PurchaseType::Sale };
    Purchase { r#type: r#type.into(), ..sale }
}

/// Asks to record a purchase and to create its customer where that is missing.
pub(crate) fn creating(purchase: Purchase) -> RecordPurchaseRequest {
    RecordPurchaseRequest {
        purchase: Some(purchase),
        missing_customer: MissingCustomer::Create.into(),
        ..RecordPurchaseRequest::default()
    }
}

/// Records a sale or a return; the customer need not be there.
pub(crate) async fn buys(guanxi: &TestServer, customer: &str, cents: i64) -> Purchase {
    let request = creating(deal(customer, cents));
    guanxi.activity().record_purchase(request).await.unwrap().into_inner()
}

/// Records a deal of each of many customers.
pub(crate) async fn populate(guanxi: &TestServer, deals: impl IntoIterator<Item = (String, i64)>) {
    let deals: Vec<_> = deals.into_iter().collect();
    for chunk in deals.chunks(500) {
        let requests = chunk.iter().map(|(customer, cents)| creating(deal(customer, *cents))).collect();
        let request = BatchRecordPurchasesRequest { requests, all_or_nothing: true };
        let results = guanxi.activity().batch_record_purchases(request).await.unwrap().into_inner().results;
        let recorded = |one: &&_| matches!(one, Some(record_purchase_result::Result::Purchase(_)));
        assert_eq!(results.iter().map(|one| &one.result).filter(recorded).count(), chunk.len());
    }
}

/// The id of one of many customers; the order of ids is that of numbers.
pub(crate) fn member(number: usize) -> String {
    format!("m-{number:05}")
}

/// Many customers, the first with one dollar, the next with one cent more, and so on.
pub(crate) async fn crowd(guanxi: &TestServer, size: usize) {
    populate(guanxi, (0..size).map(|number| (member(number), 100 + i64::try_from(number).unwrap()))).await;
}
