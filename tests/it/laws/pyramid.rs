//! A pyramid with every sort of measure, cut into tiers by each of the three rules: as the contract words it, and as
//! the segmentation takes it.

use guanxi::google::longrunning::operation;
use guanxi::google::longrunning::operations_client::OperationsClient;
use guanxi::google::longrunning::{Operation, WaitOperationRequest};
use guanxi::v1::measure::Normalizer;
use guanxi::v1::pyramid_revision::TieringRule as WireRule;
use guanxi::v1::segmentation_service_client::SegmentationServiceClient;
use guanxi::v1::{
    self, ActivatePyramidRevisionRequest, CreatePyramidRequest, CreatePyramidRevisionRequest, ExplainTierRequest,
    LinearNormalizer, LogarithmicNormalizer, MeasureDirection, MissingValueRule, Pyramid, PyramidRevision,
    RankNormalizer, TierExplanation,
};
use guanxi_segmentation::{
    Direction, MeasureDraft, MeasureKind, MissingRule, Normaliser, Population, PyramidScheme, SchemeDraft, TierDraft,
    TieringRule, Window,
};
use tonic::transport::Channel;

/// The three rules by the ids of their pyramids.
pub(crate) const PYRAMIDS: [&str; 3] = ["by-score", "by-customers", "by-value"];

const TIERS: [&str; 4] = ["gold", "silver", "bronze", "iron"];
const THRESHOLDS: [f64; 3] = [62.5, 50.1, 33.3];
const CUSTOMER_SHARES: [i32; 4] = [1_000, 2_000, 3_000, 4_000];
const VALUE_SHARES: [i32; 4] = [5_000, 3_000, 1_500, 500];

/// A measure in both forms.
struct Sort {
    kind: (v1::MeasureKind, MeasureKind),
    weight: f64,
    /// As the contract has it: money in whole units of the currency.
    normalizer: Normalizer,
    lower_is_better: bool,
    missing: (MissingValueRule, MissingRule),
    min_coverage_bp: i32,
}

const SKIP: (MissingValueRule, MissingRule) = (MissingValueRule::Skip, MissingRule::Skip);
const LOWEST: (MissingValueRule, MissingRule) = (MissingValueRule::Lowest, MissingRule::Lowest);

fn linear(low: f64, high: f64) -> Normalizer {
    Normalizer::Linear(LinearNormalizer { low, high })
}

fn logarithmic(scale: f64, cap: f64) -> Normalizer {
    Normalizer::Logarithmic(LogarithmicNormalizer { scale, cap })
}

fn rank() -> Normalizer {
    Normalizer::Rank(RankNormalizer {})
}

macro_rules! sort {
    ($wire:ident $kind:ident, $weight:literal, $normalizer:expr, $lower:literal, $missing:ident, $coverage:literal) => {
        Sort {
            kind: (v1::MeasureKind::$wire, MeasureKind::$kind),
            weight: $weight,
            normalizer: $normalizer,
            lower_is_better: $lower,
            missing: $missing,
            min_coverage_bp: $coverage,
        }
    };
}

fn sorts() -> Vec<Sort> {
    vec![
        sort!(NetRevenue NetRevenue, 3.0, linear(-50.0, 700.0), false, SKIP, 0),
        sort!(UnitCount UnitCount, 1.0, logarithmic(2.0, 40.0), false, SKIP, 0),
        sort!(ContributionMargin ContributionMargin, 2.0, rank(), false, SKIP, 2_500),
        sort!(CostToServe CostToServe, 1.5, linear(0.0, 60.0), true, LOWEST, 0),
        sort!(ContactTime ContactSeconds, 0.7, rank(), true, SKIP, 5_000),
        sort!(AmountPaid AmountPaid, 0.1, logarithmic(10.0, 500.0), false, SKIP, 0),
        sort!(AmountWithheld AmountWithheld, 0.3, linear(1.0, 90.0), true, SKIP, 0),
        sort!(ComplaintCount ComplaintCount, 0.9, rank(), true, SKIP, 0),
        sort!(PurchaseCount PurchaseCount, 0.6, rank(), false, SKIP, 0),
        sort!(ReturnCount ReturnCount, 0.2, linear(0.0, 3.0), true, SKIP, 0),
        sort!(PromotedPurchaseCount PromotedPurchaseCount, 0.123, logarithmic(0.5, 7.0), false, LOWEST, 0),
    ]
}

impl Sort {
    fn wire(self) -> v1::Measure {
        let direction = match self.lower_is_better {
            true => MeasureDirection::LowerIsBetter,
            false => MeasureDirection::HigherIsBetter,
        };
        v1::Measure {
            measure_id: self.kind.0.as_str_name().to_lowercase(),
            kind: self.kind.0.into(),
            weight: self.weight,
            direction: direction.into(),
            missing_value_rule: self.missing.0.into(),
            min_coverage_basis_points: self.min_coverage_bp,
            window: None,
            expression: String::new(),
            normalizer: Some(self.normalizer),
        }
    }

    fn draft(self) -> MeasureDraft {
        // In cents, where it is money.
        let unit = if self.kind.1.unit(Window::Lifetime) == guanxi_segmentation::Unit::Money { 100.0 } else { 1.0 };
        let normaliser = match self.normalizer {
            Normalizer::Linear(linear) => Normaliser::Linear { low: linear.low * unit, high: linear.high * unit },
            Normalizer::Logarithmic(log) => Normaliser::Logarithmic { scale: log.scale * unit, cap: log.cap * unit },
            Normalizer::Rank(_) => Normaliser::Rank,
        };
        MeasureDraft {
            id: self.kind.0.as_str_name().to_lowercase(),
            kind: Some(self.kind.1),
            window: Window::Lifetime,
            expression: String::new(),
            normaliser: Some(normaliser),
            direction: if self.lower_is_better { Direction::LowerIsBetter } else { Direction::HigherIsBetter },
            weight: self.weight,
            missing: self.missing.1,
            min_coverage_bp: self.min_coverage_bp,
        }
    }
}

/// The scheme of one of the pyramids.
pub(crate) fn scheme(pyramid: &str) -> PyramidScheme {
    let tier = |id: &str| TierDraft { id: id.into(), ..TierDraft::default() };
    let draft = SchemeDraft {
        measures: sorts().into_iter().map(Sort::draft).collect(),
        population: Population::Purchasers,
        value: Some(MeasureKind::NetRevenue),
        value_window: Window::Lifetime,
        tiering: Some(match pyramid {
            "by-score" => TieringRule::ScoreThresholds(THRESHOLDS.to_vec()),
            "by-customers" => TieringRule::CustomerShares(CUSTOMER_SHARES.to_vec()),
            _ => TieringRule::ValueShares(VALUE_SHARES.to_vec()),
        }),
        tiers: TIERS.into_iter().map(tier).collect(),
        movement: None,
        minor_units: 100,
    };
    PyramidScheme::new(draft, &Default::default()).unwrap()
}

fn revision(pyramid: &str) -> PyramidRevision {
    let tier = |id: &str| v1::Tier { tier_id: id.into(), ..v1::Tier::default() };
    let basis_points = |shares: [i32; 4]| shares.to_vec();
    PyramidRevision {
        measures: sorts().into_iter().map(Sort::wire).collect(),
        value_measure: v1::MeasureKind::NetRevenue.into(),
        tiers: TIERS.into_iter().map(tier).collect(),
        tiering_rule: Some(match pyramid {
            "by-score" => WireRule::ScoreThresholds(v1::ScoreThresholds { thresholds: THRESHOLDS.to_vec() }),
            "by-customers" => {
                WireRule::CustomerShares(v1::CustomerShares { basis_points: basis_points(CUSTOMER_SHARES) })
            }
            _ => WireRule::ValueShares(v1::ValueShares { basis_points: basis_points(VALUE_SHARES) }),
        }),
        ..PyramidRevision::default()
    }
}

/// Creates one of the pyramids with its revision.
pub(crate) async fn create(channel: Channel, pyramid: &str) {
    let mut segmentation = SegmentationServiceClient::new(channel);
    let display_name = pyramid.to_owned();
    let request = CreatePyramidRequest {
        pyramid: Some(Pyramid { display_name, ..Pyramid::default() }),
        pyramid_id: pyramid.into(),
        ..CreatePyramidRequest::default()
    };
    segmentation.create_pyramid(request).await.unwrap();
    let request = CreatePyramidRevisionRequest {
        parent: format!("pyramids/{pyramid}"),
        pyramid_revision: Some(revision(pyramid)),
        ..CreatePyramidRevisionRequest::default()
    };
    segmentation.create_pyramid_revision(request).await.unwrap();
}

/// Runs over everybody and waits until every reader sees it.
pub(crate) async fn activate(channel: Channel, pyramid: &str) {
    let request = ActivatePyramidRevisionRequest {
        name: format!("pyramids/{pyramid}/revisions/1"),
        ..ActivatePyramidRevisionRequest::default()
    };
    let begun = SegmentationServiceClient::new(channel.clone()).activate_pyramid_revision(request).await.unwrap();
    let Operation { name, .. } = begun.into_inner();
    let ended = loop {
        let request =
            WaitOperationRequest { name: name.clone(), timeout: Some(prost_types::Duration { seconds: 5, nanos: 0 }) };
        let operation = OperationsClient::new(channel.clone()).wait_operation(request).await.unwrap().into_inner();
        if operation.done {
            break operation.result;
        }
    };
    assert!(matches!(ended, Some(operation::Result::Response(_))), "{ended:?}");
}

/// Why a customer stands where it stands.
pub(crate) async fn explain(channel: Channel, customer: &str, pyramid: &str) -> TierExplanation {
    let request =
        ExplainTierRequest { name: format!("customers/{customer}/tierAssignments/{pyramid}"), as_of_date: None };
    SegmentationServiceClient::new(channel).explain_tier(request).await.unwrap().into_inner()
}
