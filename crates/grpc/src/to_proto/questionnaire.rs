//! Questionnaires and their revisions.

use guanxi::v1 as pb;
use guanxi_app::Error;
use guanxi_model::page::{KeyPart, Page, QueryHash};
use guanxi_model::{QuestionnaireId, etag, name};
use guanxi_satisfaction::{
    AnswerScale, DimensionDraft, Gate, ItemDraft, Preset, QuestionnaireDraft, QuestionnaireScheme, ScaleLabel,
};
use guanxi_store::{Questionnaire, Revision};

use super::pyramid::revision_key;
use super::{invitation, number, number_or_zero, page, time};

/// A questionnaire.
pub(crate) fn resource(questionnaire: Questionnaire) -> pb::Questionnaire {
    let Questionnaire { id, display_name, description, contact_rule, revision, active, create_time, update_time } =
        questionnaire;
    let name = name::questionnaire(&id);
    pb::Questionnaire {
        etag: etag::etag(&name, revision),
        name,
        display_name,
        description,
        active_revision: active.map(|(number, _)| name::questionnaire_revision(&id, number)).unwrap_or_default(),
        activate_time: active.map(|(_, since)| time::timestamp(since)),
        create_time: Some(time::timestamp(create_time)),
        update_time: Some(time::timestamp(update_time)),
        contact_rule: Some(invitation::contact_rule(contact_rule)),
    }
}

/// ListQuestionnaires.
pub(crate) fn list_response(query: QueryHash, page: Page<Questionnaire>) -> pb::ListQuestionnairesResponse {
    let (questionnaires, next_page_token) = page::close(page, query, key, resource);
    pb::ListQuestionnairesResponse { questionnaires, next_page_token }
}

/// What questionnaires are listed by.
pub(crate) fn key(questionnaire: &Questionnaire) -> Vec<KeyPart> {
    vec![KeyPart::Text(questionnaire.id.as_str().to_owned())]
}

/// A revision.
pub(crate) fn revision(revision: Revision<QuestionnaireId>) -> pb::QuestionnaireRevision {
    let Revision { of, number, description, scheme: content, create_time } = revision;
    pb::QuestionnaireRevision {
        name: name::questionnaire_revision(&of, number),
        description,
        create_time: Some(time::timestamp(create_time)),
        ..scheme(&content)
    }
}

/// ListQuestionnaireRevisions.
pub(crate) fn list_revisions_response(
    query: QueryHash,
    revisions: Page<Revision<QuestionnaireId>>,
) -> pb::ListQuestionnaireRevisionsResponse {
    let (questionnaire_revisions, next_page_token) = page::close(revisions, query, revision_key, revision);
    pb::ListQuestionnaireRevisionsResponse { questionnaire_revisions, next_page_token }
}

/// ListQuestionnairePresets.
///
/// # Errors
/// A preset that is no questionnaire: a fault of ours.
pub(crate) fn presets_response(presets: Vec<Preset>) -> Result<pb::ListQuestionnairePresetsResponse, Error> {
    let presets = presets.into_iter().map(preset);
    Ok(pb::ListQuestionnairePresetsResponse { presets: presets.collect::<Result<_, _>>()? })
}

fn preset(preset: Preset) -> Result<pb::QuestionnairePreset, Error> {
    let Preset { id, display_name, description, source, content } = preset;
    Ok(pb::QuestionnairePreset {
        preset_id: id.to_owned(),
        display_name: display_name.to_owned(),
        description: description.to_owned(),
        source: source.to_owned(),
        questionnaire_revision: Some(scheme(&QuestionnaireScheme::new(content).map_err(Error::Invalid)?)),
    })
}

/// What of a revision is its scheme; the rest is left empty.
fn scheme(scheme: &QuestionnaireScheme) -> pb::QuestionnaireRevision {
    let QuestionnaireDraft {
        population,
        scope,
        touchpoint,
        journey,
        dimensions,
        items,
        form,
        weights,
        compared,
        tolerance_bp,
        min_answered_bp,
    } = scheme.content();
    pb::QuestionnaireRevision {
        name: String::new(),
        description: String::new(),
        population: number(*population),
        scope: number_or_zero(*scope),
        touchpoint: touchpoint.as_ref().map(name::touchpoint).unwrap_or_default(),
        journey: journey.as_ref().map(ToString::to_string).unwrap_or_default(),
        dimensions: dimensions.iter().map(dimension).collect(),
        items: items.iter().map(item).collect(),
        index_form: number_or_zero(*form),
        weight_source: number(*weights),
        compared_expectation: number_or_zero(*compared),
        tolerance_basis_points: Some(*tolerance_bp),
        min_answered_basis_points: Some(*min_answered_bp),
        create_time: None,
    }
}

fn dimension(dimension: &DimensionDraft) -> pb::QuestionnaireDimension {
    let DimensionDraft { id, display_name, parent, weight, min_answered_bp, importance_scale, gate } = dimension;
    let gate = gate
        .as_ref()
        .map(|Gate { dimension, min_score }| pb::DimensionGate { dimension: dimension.clone(), min_score: *min_score });
    pb::QuestionnaireDimension {
        dimension_id: id.clone(),
        display_name: display_name.clone(),
        parent: parent.clone(),
        weight: Some(*weight),
        min_answered_basis_points: *min_answered_bp,
        importance_scale: importance_scale.as_ref().map(scale),
        gate,
    }
}

fn item(item: &ItemDraft) -> pb::QuestionnaireItem {
    let ItemDraft { id, text, dimension, weight, scale: answers, questions, importance_scale, metric } = item;
    pb::QuestionnaireItem {
        item_id: id.clone(),
        text: text.clone(),
        dimension: dimension.clone(),
        weight: Some(*weight),
        scale: answers.as_ref().map(scale),
        questions: questions.iter().copied().map(number).collect(),
        importance_scale: importance_scale.as_ref().map(scale),
        metric: number_or_zero(*metric),
    }
}

fn scale(scale: &AnswerScale) -> pb::AnswerScale {
    let AnswerScale { min, max, direction, labels } = scale;
    let label = |ScaleLabel { value, label }: &ScaleLabel| pb::ScaleLabel { value: *value, label: label.clone() };
    pb::AnswerScale { min: *min, max: *max, direction: number(*direction), labels: labels.iter().map(label).collect() }
}
