//! What the records of a set mean together: read from cells, or asked of an operation.

use std::sync::Arc;

use guanxi::google::longrunning;
use guanxi::v1 as pb;
use guanxi_app::operations::{AnalysisRequest, RecordSet};
use guanxi_app::{App, Error, Refusal};
use guanxi_model::fact::Stamp;
use guanxi_model::{QuestionnaireId, RevisionNumber, Violations, name};
use guanxi_satisfaction::QuestionnaireScheme;
use guanxi_satisfaction::cube::{Face, Fold, IndexQuestion, Key, Responses, tier_key};
use guanxi_satisfaction::set::TierOf;
use guanxi_store::{CellQuery, Operation};

use super::{Answer, questionnaires};
use crate::from_proto::satisfaction_index::{self as read, Analysis, Asked, held_by_no_cells};
use crate::services::Service;
use crate::status;
use crate::to_proto::satisfaction_index as word;

pub(super) async fn get(service: &Service, request: pb::GetSatisfactionIndexRequest) -> Answer<pb::SatisfactionIndex> {
    let asked = read::index_request(request).map_err(status::invalid)?;
    service.unit(|app| async move { index(&app, asked).await }).await
}

pub(super) async fn analyze(
    service: &Service,
    request: pb::AnalyzeSatisfactionRequest,
) -> Answer<longrunning::Operation> {
    let analysis = read::analysis_request(request).map_err(status::invalid)?;
    service.begin(|app| async move { begin(&app, analysis).await }).await
}

async fn index(app: &App, asked: Asked) -> Result<pb::SatisfactionIndex, Error> {
    let Asked { questionnaire, number, tier, mut question } = asked;
    let number = revision(app, &questionnaire, number).await?;
    let scheme = scheme(app, &questionnaire, number).await?;
    if let Some(tier) = tier {
        put_tier(app, "question.set.tier", &mut question, tier).await?;
    }
    let face = question.face().ok_or_else(|| Error::Invalid(held_by_no_cells()))?;
    let wanted = cells((&questionnaire, number), &question, face);
    let mut fold = Fold::new(&scheme, &question);
    app.reader()
        .cells(&wanted, |placed, sums| {
            fold.add(placed, sums);
            !fold.is_full()
        })
        .await?;
    if fold.is_full() {
        return Err(word::too_many_rows(fold.most_rows()));
    }
    let mut rows = fold.finish();
    if question.tells_responses() && !rows.is_empty() {
        let mut responses = Responses::of(&question, &rows);
        let add = |cell: &_, count| responses.add(cell, count);
        app.reader().response_cells(&questionnaire, &question.spans(), add).await?;
        responses.tell(&mut rows);
    }
    let revision = name::questionnaire_revision(&questionnaire, number);
    Ok(word::index((revision, &scheme), &question, (pb::SatisfactionBasis::Cells, rows)))
}

/// The cells that hold the answer to a question, on a face that keeps records apart by all that is asked.
pub(super) fn cells(
    (questionnaire, number): (&QuestionnaireId, RevisionNumber),
    question: &IndexQuestion,
    face: Face,
) -> CellQuery {
    let first = question.keys.iter().find(|(key, _)| face.rank(**key) == Some(0)).map(|(_, word)| word.clone());
    CellQuery { questionnaire: questionnaire.clone(), number, face, spans: question.spans(), first }
}

/// The revision that is asked about, of a questionnaire that was ever in use.
pub(super) async fn revision(
    app: &App,
    questionnaire: &QuestionnaireId,
    number: Option<RevisionNumber>,
) -> Result<RevisionNumber, Error> {
    let kept = questionnaires::find(app, questionnaire).await?;
    let (active, _) = kept.active.ok_or_else(|| Refusal::QuestionnaireNotActive(name::questionnaire(questionnaire)))?;
    Ok(number.unwrap_or(active))
}

pub(super) async fn scheme(
    app: &App,
    questionnaire: &QuestionnaireId,
    number: RevisionNumber,
) -> Result<Arc<QuestionnaireScheme>, Error> {
    let key = (questionnaire.clone(), number);
    let (mut known, unknown) = app.known_questionnaires([key.clone()].into());
    if !unknown.is_empty() {
        known = app.read_questionnaires(unknown).await?;
    }
    known.remove(&key).ok_or_else(|| Error::NotFound(name::questionnaire_revision(questionnaire, number)))
}

/// Puts the tier in that is asked for.
pub(super) async fn put_tier(app: &App, at: &str, question: &mut IndexQuestion, of: TierOf) -> Result<(), Error> {
    let TierOf { tier, pyramid } = of;
    let pyramid = match pyramid {
        Some(pyramid) => pyramid,
        None => {
            let primary = app.reader().primary_pyramid().await?;
            let fault = || Error::Invalid(Violations::one(at, "no pyramid is primary; name one"));
            primary.ok_or_else(fault)?.id
        }
    };
    question.keys.insert(Key::Tier, tier_key(&Stamp { pyramid: Some(pyramid), tier: Some(tier) }));
    Ok(())
}

/// Asks an operation.
async fn begin(app: &App, analysis: Analysis) -> Result<Operation, Error> {
    let Analysis { asked: Asked { questionnaire, number, tier, mut question }, filter, request_id } = analysis;
    let number = revision(app, &questionnaire, number).await?;
    scheme(app, &questionnaire, number).await?;
    if let Some(tier) = tier {
        put_tier(app, "question.set.tier", &mut question, tier).await?;
    }
    let set = RecordSet { questionnaire, number, days: question.days, filter: filter.to_string() };
    app.operations().analyze(AnalysisRequest { set, question }, request_id).await
}
