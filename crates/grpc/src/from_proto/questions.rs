//! The content of a questionnaire's revision. Its rules are those of `QuestionnaireScheme::new`; what is found here is
//! only what a draft cannot express: numbers that are no word, names that are none. Faults of both are told together.

use guanxi::v1 as pb;
use guanxi_model::{SourceName, Violations, name};
use guanxi_satisfaction::{
    AnswerScale, DimensionDraft, Gate, ItemDraft, QuestionnaireDraft, QuestionnairePopulation, QuestionnaireScheme,
    ScaleDirection, ScaleLabel, WeightSource,
};

use super::field::{each, merge_untold};
use super::{Path, word, word_or_none};

const USUAL_WEIGHT: i32 = 1;
const USUAL_TOLERANCE_BP: i32 = 500;
const USUAL_MIN_ANSWERED_BP: i32 = 8_000;

/// The scheme of a revision.
pub(super) fn scheme(
    v: &mut Violations,
    at: Path<'_>,
    revision: pb::QuestionnaireRevision,
) -> Option<QuestionnaireScheme> {
    let mut faults = Violations::new();
    let draft = draft(&mut faults, revision);
    let scheme = QuestionnaireScheme::new(draft).map_err(|more| merge_untold(&mut faults, &more)).ok();
    let scheme = scheme.filter(|_| faults.is_empty());
    v.merge(&at.to_string(), faults);
    scheme
}

fn draft(v: &mut Violations, revision: pb::QuestionnaireRevision) -> QuestionnaireDraft {
    let pb::QuestionnaireRevision {
        name: _,
        // Read by the request, of which it is the other half.
        description: _,
        population,
        scope,
        touchpoint,
        journey,
        dimensions,
        items,
        index_form,
        weight_source,
        compared_expectation,
        tolerance_basis_points,
        min_answered_basis_points,
        create_time: _,
    } = revision;
    let population = word_or_none(v, Path::of("population"), population, pb::QuestionnairePopulation::as_str_name);
    let weights = word_or_none(v, Path::of("weight_source"), weight_source, pb::WeightSource::as_str_name);
    let compared = Path::of("compared_expectation");
    let touchpoint = (!touchpoint.is_empty()).then(|| name::parse_touchpoint(&touchpoint));
    let journey = (!journey.is_empty()).then(|| SourceName::parse(journey));
    let (dimensions_at, items_at) = (Path::of("dimensions"), Path::of("items"));
    QuestionnaireDraft {
        population: population.unwrap_or(QuestionnairePopulation::Customer),
        scope: word(v, Path::of("scope"), scope, pb::QuestionnaireScope::as_str_name),
        touchpoint: touchpoint.and_then(|name| v.field(Path::of("touchpoint"), name)),
        journey: journey.and_then(|id| v.field(Path::of("journey"), id)),
        dimensions: each(dimensions, |index, one| dimension(v, dimensions_at.index(index), one)),
        items: each(items, |index, one| item(v, items_at.index(index), one)),
        form: word(v, Path::of("index_form"), index_form, pb::IndexForm::as_str_name),
        weights: weights.unwrap_or(WeightSource::Declared),
        compared: word_or_none(v, compared, compared_expectation, pb::QuestionKind::as_str_name),
        tolerance_bp: tolerance_basis_points.unwrap_or(USUAL_TOLERANCE_BP),
        min_answered_bp: min_answered_basis_points.unwrap_or(USUAL_MIN_ANSWERED_BP),
    }
}

fn dimension(v: &mut Violations, at: Path<'_>, dimension: pb::QuestionnaireDimension) -> DimensionDraft {
    let pb::QuestionnaireDimension {
        dimension_id,
        display_name,
        parent,
        weight,
        min_answered_basis_points,
        importance_scale,
        gate,
    } = dimension;
    DimensionDraft {
        id: dimension_id,
        display_name,
        parent,
        weight: weight.unwrap_or(USUAL_WEIGHT),
        min_answered_bp: min_answered_basis_points,
        importance_scale: importance_scale.map(|one| scale(v, at.field("importance_scale"), one)),
        gate: gate.map(|pb::DimensionGate { dimension, min_score }| Gate { dimension, min_score }),
    }
}

fn item(v: &mut Violations, at: Path<'_>, item: pb::QuestionnaireItem) -> ItemDraft {
    let pb::QuestionnaireItem { item_id, text, dimension, weight, scale: answers, questions, importance_scale, metric } =
        item;
    let questions_at = at.field("questions");
    let questions =
        each(questions, |index, kind| word(v, questions_at.index(index), kind, pb::QuestionKind::as_str_name));
    ItemDraft {
        id: item_id,
        text,
        dimension,
        weight: weight.unwrap_or(USUAL_WEIGHT),
        scale: answers.map(|one| scale(v, at.field("scale"), one)),
        questions: questions.into_iter().flatten().collect(),
        importance_scale: importance_scale.map(|one| scale(v, at.field("importance_scale"), one)),
        metric: word_or_none(v, at.field("metric"), metric, pb::SatisfactionMetric::as_str_name),
    }
}

fn scale(v: &mut Violations, at: Path<'_>, scale: pb::AnswerScale) -> AnswerScale {
    let pb::AnswerScale { min, max, direction, labels } = scale;
    let direction = word_or_none(v, at.field("direction"), direction, pb::ScaleDirection::as_str_name);
    AnswerScale {
        min,
        max,
        direction: direction.unwrap_or(ScaleDirection::HigherIsBetter),
        labels: each(labels, |_, pb::ScaleLabel { value, label }| ScaleLabel { value, label }),
    }
}
