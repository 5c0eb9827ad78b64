//! What somebody answered, and what it means.

use guanxi::v1 as pb;
use guanxi_app::questionnaires::Schemes;
use guanxi_model::fact::{AboutFact, Answer, Asked, Handler, QuestionKind, Respondent, SatisfactionRecord, Stamp};
use guanxi_model::name;
use guanxi_satisfaction::{
    Comparison, DimensionDraft, DimensionResult, Evaluation, ItemDraft, ItemResult, Metrics, QuestionnaireScheme, Zone,
};

use super::{number, number_or_zero};

pub(super) fn resource(
    questionnaires: &Schemes,
    name: String,
    context: pb::FactContext,
    record: SatisfactionRecord,
) -> pb::SatisfactionRecord {
    let SatisfactionRecord {
        questionnaire,
        revision,
        respondent,
        method,
        channel,
        touchpoint,
        about,
        wave,
        handlers,
        answers,
        emotion,
        stamp,
    } = record;
    let Stamp { pyramid, tier } = stamp.unwrap_or_default();
    let revision = (questionnaire, revision);
    let result = questionnaires.get(&revision).map(|scheme| result(scheme, scheme.evaluate(&answers)));
    pb::SatisfactionRecord {
        name,
        context: Some(context),
        questionnaire_revision: name::questionnaire_revision(&revision.0, revision.1),
        respondent: respondent.map(|Respondent { contact_id, role }| pb::Respondent {
            contact_id: contact_id.map(String::from).unwrap_or_default(),
            role: number_or_zero(role),
        }),
        collection_method: number(method),
        channel,
        touchpoint: touchpoint.as_ref().map(name::touchpoint).unwrap_or_default(),
        subject: about.map(|AboutFact { kind, source, source_id }| pb::FactReference {
            kind: number(kind),
            fact: Some(pb::FactKey { source: source.into(), source_id }),
        }),
        wave,
        handlers: handlers.into_iter().map(handler).collect(),
        answers: answers.into_iter().map(answer).collect(),
        emotion: number_or_zero(emotion),
        result,
        primary_pyramid: pyramid.as_ref().map(name::pyramid).unwrap_or_default(),
        tier: tier.map(String::from).unwrap_or_default(),
    }
}

fn handler(handler: Handler) -> pb::SatisfactionHandler {
    let Handler { handler, team, branch } = handler;
    pb::SatisfactionHandler { handler, team, branch }
}

fn answer(answer: Answer) -> pb::SatisfactionAnswer {
    let Answer { asked, value } = answer;
    let (item, dimension, question) = match asked {
        Asked::Item(item, kind) => (item.into(), String::new(), kind),
        Asked::Dimension(dimension) => (String::new(), dimension.into(), QuestionKind::Importance),
    };
    pb::SatisfactionAnswer { item, dimension, question: number(question), value, not_rated: value.is_none() }
}

fn result(scheme: &QuestionnaireScheme, evaluation: Evaluation) -> pb::SatisfactionResult {
    let Evaluation { index, answered_share, comparison: whole, items, dimensions, metrics } = evaluation;
    let Metrics { promoter, satisfied, easy } = metrics;
    let content = scheme.content();
    pb::SatisfactionResult {
        index,
        answered_share: Some(answered_share),
        comparison: whole.map(comparison),
        items: content.items.iter().zip(items).map(item).collect(),
        dimensions: content.dimensions.iter().zip(dimensions).map(dimension).collect(),
        promoter_class: number_or_zero(promoter),
        csat_satisfied: satisfied,
        effort_easy: easy,
    }
}

fn item((item, result): (&ItemDraft, ItemResult)) -> pb::SatisfactionItemResult {
    let ItemResult { score, comparisons, zone: tolerance, importance, missing, not_rated, weight_share, points } =
        result;
    pb::SatisfactionItemResult {
        item: item.id.clone(),
        score,
        comparisons: comparisons.into_iter().map(comparison).collect(),
        zone: tolerance.map(zone),
        importance,
        missing: missing.into_iter().map(number).collect(),
        not_rated: not_rated.into_iter().map(number).collect(),
        weight_share: Some(weight_share),
        points: Some(points),
    }
}

fn dimension((dimension, result): (&DimensionDraft, DimensionResult)) -> pb::SatisfactionDimensionResult {
    let DimensionResult { score, comparison: means, importance, answered_share, gate, weight_share, points } = result;
    pb::SatisfactionDimensionResult {
        dimension: dimension.id.clone(),
        score,
        comparison: means.map(comparison),
        importance,
        answered_share: Some(answered_share),
        gating: number(gate),
        weight_share: Some(weight_share),
        points: Some(points),
    }
}

fn comparison(comparison: Comparison) -> pb::ExpectationComparison {
    let Comparison { kind, perception, expectation, gap, ratio, band } = comparison;
    pb::ExpectationComparison {
        expectation_kind: number(kind),
        perception: Some(perception),
        expectation: Some(expectation),
        gap: Some(gap),
        ratio,
        band: number_or_zero(band),
    }
}

fn zone(zone: Zone) -> pb::ToleranceZone {
    let Zone { superiority, adequacy, width, place } = zone;
    pb::ToleranceZone {
        superiority: Some(superiority),
        adequacy: Some(adequacy),
        width: Some(width),
        place: number_or_zero(place),
    }
}
