//! What the records of a set mean together.

use std::collections::BTreeMap;

use guanxi::v1 as pb;
use guanxi_app::Error;
use guanxi_app::operations::{AnalysisOutcome, AnalysisRequest, RecordsProgress};
use guanxi_model::fact::CollectionMethod;
use guanxi_model::statistics::mean::Mean;
use guanxi_model::{PyramidId, TouchpointId, Violations, name};
use guanxi_satisfaction::cube::{
    ComparisonSummary, DimensionSummary, Estimate, Fold, IndexQuestion, IndexRow, ItemSummary, Key, PromoterSummary,
    QuestionRates, Row, Share, Size, Summary, Told, ZoneSummary,
};
use guanxi_satisfaction::{DimensionDraft, ItemDraft, QuestionnaireScheme, ReferenceFigure, SatisfactionBand, told_by};
use guanxi_store::Operation;

use super::{number, number_or_zero, time};

/// How far an analysis is.
pub(crate) fn metadata(
    operation: &Operation,
    request: &AnalysisRequest,
    progress: &RecordsProgress,
) -> pb::AnalyzeSatisfactionMetadata {
    pb::AnalyzeSatisfactionMetadata {
        questionnaire_revision: name::questionnaire_revision(&request.set.questionnaire, request.set.number),
        filter: request.set.filter.clone(),
        done_count: progress.done,
        create_time: Some(time::timestamp(operation.create_time)),
        update_time: Some(time::timestamp(operation.update_time)),
        cancel_requested: operation.cancel_requested,
    }
}

/// What an analysis has found.
pub(crate) fn response(request: &AnalysisRequest, outcome: AnalysisOutcome) -> pb::SatisfactionIndex {
    let AnalysisOutcome { scheme, rows } = outcome;
    let revision = name::questionnaire_revision(&request.set.questionnaire, request.set.number);
    index((revision, &scheme), &request.question, (pb::SatisfactionBasis::Records, rows))
}

/// The answer to a question, and where it is from.
pub(crate) fn index(
    (revision, scheme): (String, &QuestionnaireScheme),
    question: &IndexQuestion,
    (basis, rows): (pb::SatisfactionBasis, Vec<IndexRow>),
) -> pb::SatisfactionIndex {
    pb::SatisfactionIndex {
        questionnaire_revision: revision,
        scope: number_or_zero(scheme.content().scope),
        index_form: number(scheme.form()),
        weighting: number(question.weighting),
        half_life_days: question.half_life_days,
        basis: basis.into(),
        rows: rows.into_iter().map(|one| row(scheme, one)).collect(),
    }
}

fn row(scheme: &QuestionnaireScheme, row: IndexRow) -> pb::SatisfactionIndexRow {
    let IndexRow { row: Row { days, mut keys, method }, summary, response } = row;
    let Summary { records, size, told } = summary;
    let (pyramid, tier) = tier(&mut keys);
    let mut key = |key| keys.remove(&key).unwrap_or_default();
    let touchpoint = Some(key(Key::Touchpoint)).filter(|id| !id.is_empty());
    let told = told.map(|told| *told);
    let (dimensions, items) = (&scheme.content().dimensions, &scheme.content().items);
    pb::SatisfactionIndexRow {
        start_date: Some(time::day(days.0)),
        end_date: Some(time::day(days.1)),
        collection_method: number_or_zero(method),
        pyramid,
        tier,
        channel: key(Key::Channel),
        touchpoint: touchpoint.map(|id| name::touchpoint(&TouchpointId::from_trusted(id))).unwrap_or_default(),
        wave: key(Key::Wave),
        team: key(Key::Team),
        branch: key(Key::Branch),
        handler: key(Key::Handler),
        // A code of ours.
        respondent_role: key(Key::Role).parse().unwrap_or_default(),
        record_count: records,
        sample: Some(sample(size)),
        index: told.as_ref().map(|told| estimate(told.index.clone())),
        response: response.map(share),
        word_of_mouth: told
            .as_ref()
            .and_then(|told| told.comparison.as_ref())
            .filter(|_| method.is_none_or(CollectionMethod::asks_the_customer))
            .map(word_of_mouth)
            .unwrap_or_default(),
        comparison: told.as_ref().and_then(|told| told.comparison.clone()).map(comparison),
        net_promoter: told.as_ref().and_then(|told| told.promoters.clone()).map(promoters),
        csat: told.as_ref().and_then(|told| told.satisfied.clone()).map(share),
        effort_easy: told.as_ref().and_then(|told| told.easy.clone()).map(share),
        dimensions: told
            .iter()
            .flat_map(|told| dimensions.iter().zip(told.dimensions.clone()))
            .map(dimension)
            .collect(),
        items: told.into_iter().flat_map(|told: Told| items.iter().zip(told.items)).map(item).collect(),
    }
}

/// The pyramid's name and the tier's id.
fn tier(keys: &mut BTreeMap<Key, String>) -> (String, String) {
    let key = keys.remove(&Key::Tier).unwrap_or_default();
    let Some((pyramid, tier)) = key.split_once('/') else { return (String::new(), String::new()) };
    (name::pyramid(&PyramidId::from_trusted(pyramid.to_owned())), tier.to_owned())
}

pub(super) fn sample(size: Size) -> pb::SatisfactionSample {
    let Size { n, effective, evidence } = size;
    pb::SatisfactionSample { count: n, effective_count: Some(effective), evidence: number(evidence) }
}

fn estimate(estimate: Estimate) -> pb::SatisfactionEstimate {
    let Estimate { size, told } = estimate;
    let interval = told.and_then(Mean::interval);
    pb::SatisfactionEstimate {
        sample: Some(sample(size)),
        mean: told.map(|told| told.mean),
        standard_deviation: told.and_then(|told| told.deviation),
        standard_error: told.and_then(Mean::standard_error),
        lower_bound: interval.map(|interval| interval.low),
        upper_bound: interval.map(|interval| interval.high),
    }
}

fn share(share: Share) -> pb::SatisfactionShare {
    let Share { size, told } = share;
    pb::SatisfactionShare {
        sample: Some(sample(size)),
        share: told.map(|(share, _)| share),
        lower_bound: told.map(|(_, interval)| interval.low),
        upper_bound: told.map(|(_, interval)| interval.high),
    }
}

fn comparison(comparison: ComparisonSummary) -> pb::SatisfactionComparisonSummary {
    let ComparisonSummary { kind, gap, perception, expectation, ratio, dissatisfied, satisfied, delighted } =
        comparison;
    pb::SatisfactionComparisonSummary {
        expectation_kind: number(kind),
        gap: Some(estimate(gap)),
        perception,
        expectation,
        ratio,
        dissatisfied: Some(share(dissatisfied)),
        satisfied: Some(share(satisfied)),
        delighted: Some(share(delighted)),
    }
}

/// What is heard of those who compared, band by band.
fn word_of_mouth(summary: &ComparisonSummary) -> Vec<pb::WordOfMouthExposure> {
    let bands = [
        (SatisfactionBand::Dissatisfied, &summary.dissatisfied),
        (SatisfactionBand::Satisfied, &summary.satisfied),
        (SatisfactionBand::Delighted, &summary.delighted),
    ];
    let heard = |(band, Share { size, told }): (SatisfactionBand, &Share)| {
        let customers = told.map(|(share, _)| share * size.n as f64);
        let exposure = move |(customers, figure): (f64, &ReferenceFigure)| pb::WordOfMouthExposure {
            band: number(band),
            people: Some(customers * figure.low),
            is_at_least: figure.high.is_none(),
            figure_id: figure.id.to_owned(),
        };
        customers.into_iter().flat_map(move |customers| told_by(band).map(move |figure| exposure((customers, figure))))
    };
    bands.into_iter().flat_map(heard).collect()
}

fn promoters(summary: PromoterSummary) -> pb::NetPromoterSummary {
    let PromoterSummary { size, told } = summary;
    pb::NetPromoterSummary {
        sample: Some(sample(size)),
        promoters: told.map(|told| told.promoters),
        passives: told.map(|told| told.passives),
        detractors: told.map(|told| told.detractors),
        score: told.map(|told| told.score),
        standard_error: told.map(|told| told.error),
        lower_bound: told.map(|told| told.interval.low),
        upper_bound: told.map(|told| told.interval.high),
    }
}

fn zone(zone: ZoneSummary) -> pb::ToleranceZoneSummary {
    let ZoneSummary { below_adequate, tolerated, above_desired, contradictory, superiority, adequacy, width } = zone;
    pb::ToleranceZoneSummary {
        below_adequate: Some(share(below_adequate)),
        tolerated: Some(share(tolerated)),
        above_desired: Some(share(above_desired)),
        contradictory: Some(share(contradictory)),
        superiority,
        adequacy,
        width,
    }
}

fn dimension((dimension, summary): (&DimensionDraft, DimensionSummary)) -> pb::SatisfactionDimensionSummary {
    let DimensionSummary { score, comparison: compared, importance } = summary;
    pb::SatisfactionDimensionSummary {
        dimension: dimension.id.clone(),
        score: score.map(estimate),
        comparison: compared.map(comparison),
        importance: importance.map(estimate),
    }
}

fn item((item, summary): (&ItemDraft, ItemSummary)) -> pb::SatisfactionItemSummary {
    let ItemSummary { answer, score, importance, comparisons, zone: tolerance, questions } = summary;
    pb::SatisfactionItemSummary {
        item: item.id.clone(),
        answer: answer.map(estimate),
        score: score.map(estimate),
        importance: importance.map(estimate),
        comparisons: comparisons.into_iter().map(comparison).collect(),
        zone: tolerance.map(zone),
        questions: questions.into_iter().map(rates).collect(),
    }
}

fn rates(rates: QuestionRates) -> pb::QuestionRates {
    let QuestionRates { kind, not_rated, missing } = rates;
    pb::QuestionRates { question: number(kind), not_rated: Some(share(not_rated)), missing: Some(share(missing)) }
}

/// More rows than fit a reply, or more days than are held to weigh them.
pub(crate) fn too_many_rows(most: usize) -> Error {
    let days = Fold::MOST_DAYS;
    let fault = format!(
        "leads to more than the {most} rows that can be told in this view or, with a half-life, to rows that have records \
         on more than {days} days together; ask for longer periods, for less time, or for one of those that are grouped by"
    );
    Error::Invalid(Violations::one("question.group_by", fault))
}
