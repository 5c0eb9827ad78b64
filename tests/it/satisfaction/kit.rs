//! What the cases about satisfaction share: builders of questionnaires, and the calls most of them make.

use guanxi::v1::record_satisfaction_result::Result as Outcome;
use guanxi::v1::{
    ActivateQuestionnaireRevisionRequest, AnswerScale, BatchRecordSatisfactionRequest, CollectionMethod,
    CreateQuestionnaireRequest, CreateQuestionnaireRevisionRequest, CreateTouchpointRequest, IndexForm,
    ListSatisfactionRecordsRequest, MissingCustomer, QuestionKind, Questionnaire, QuestionnaireDimension,
    QuestionnaireItem, QuestionnaireRevision, QuestionnaireScope, RecordSatisfactionRequest, SatisfactionAnswer,
    SatisfactionRecord, SatisfactionResult, Touchpoint, TouchpointKind,
};
use guanxi_testkit::TestServer;
use tonic::Status;

use crate::support::context;

pub(crate) fn scale(min: i32, max: i32) -> AnswerScale {
    AnswerScale { min, max, ..AnswerScale::default() }
}

/// Something at the top that is asked on a scale.
pub(crate) fn item(id: &str, scale: AnswerScale, questions: &[QuestionKind]) -> QuestionnaireItem {
    let questions = questions.iter().map(|kind| (*kind).into()).collect();
    QuestionnaireItem { item_id: id.into(), scale: Some(scale), questions, ..QuestionnaireItem::default() }
}

/// Rated from 1 to 5.
pub(crate) fn rated(id: &str) -> QuestionnaireItem {
    item(id, scale(1, 5), &[QuestionKind::Rating])
}

/// What was expected and what was perceived, from 1 to 7.
pub(crate) fn pair(id: &str) -> QuestionnaireItem {
    item(id, scale(1, 7), &[QuestionKind::Perception, QuestionKind::DesiredExpectation])
}

/// The item in a dimension.
pub(crate) fn within(dimension: &str, item: QuestionnaireItem) -> QuestionnaireItem {
    QuestionnaireItem { dimension: dimension.into(), ..item }
}

pub(crate) fn weighing(weight: i32, item: QuestionnaireItem) -> QuestionnaireItem {
    QuestionnaireItem { weight: Some(weight), ..item }
}

pub(crate) fn dimension(id: &str) -> QuestionnaireDimension {
    QuestionnaireDimension { dimension_id: id.into(), ..QuestionnaireDimension::default() }
}

/// A cumulative questionnaire of these items.
pub(crate) fn asking(form: IndexForm, items: Vec<QuestionnaireItem>) -> QuestionnaireRevision {
    QuestionnaireRevision {
        scope: QuestionnaireScope::Cumulative.into(),
        index_form: form.into(),
        items,
        ..QuestionnaireRevision::default()
    }
}

/// Two ratings.
pub(crate) fn plain() -> QuestionnaireRevision {
    asking(IndexForm::Interval, vec![rated("speed"), rated("care")])
}

/// A request for a questionnaire called by its id.
pub(crate) fn named(id: &str) -> CreateQuestionnaireRequest {
    let questionnaire = Questionnaire { display_name: id.into(), ..Questionnaire::default() };
    CreateQuestionnaireRequest {
        questionnaire: Some(questionnaire),
        questionnaire_id: id.into(),
        request_id: String::new(),
    }
}

pub(crate) async fn create_questionnaire(guanxi: &TestServer, id: &str) -> Questionnaire {
    guanxi.satisfaction().create_questionnaire(named(id)).await.unwrap().into_inner()
}

pub(crate) async fn try_revision(
    guanxi: &TestServer,
    questionnaire: &str,
    revision: QuestionnaireRevision,
) -> Result<QuestionnaireRevision, Status> {
    let request = CreateQuestionnaireRevisionRequest {
        parent: format!("questionnaires/{questionnaire}"),
        questionnaire_revision: Some(revision),
        request_id: String::new(),
    };
    Ok(guanxi.satisfaction().create_questionnaire_revision(request).await?.into_inner())
}

/// Adds a revision and returns its name.
pub(crate) async fn add_revision(guanxi: &TestServer, of: &str, revision: QuestionnaireRevision) -> String {
    try_revision(guanxi, of, revision).await.unwrap().name
}

/// Puts a questionnaire of this content in use; returns the name of its revision.
pub(crate) async fn in_use(guanxi: &TestServer, id: &str, revision: QuestionnaireRevision) -> String {
    create_questionnaire(guanxi, id).await;
    let name = add_revision(guanxi, id, revision).await;
    let request = ActivateQuestionnaireRevisionRequest { name: name.clone(), request_id: String::new() };
    guanxi.satisfaction().activate_questionnaire_revision(request).await.unwrap();
    name
}

pub(crate) fn answer(item: &str, question: QuestionKind, value: i32) -> SatisfactionAnswer {
    SatisfactionAnswer {
        item: item.into(),
        question: question.into(),
        value: Some(value),
        ..SatisfactionAnswer::default()
    }
}

pub(crate) fn rating(item: &str, value: i32) -> SatisfactionAnswer {
    answer(item, QuestionKind::Rating, value)
}

pub(crate) fn unrated(item: &str) -> SatisfactionAnswer {
    SatisfactionAnswer { value: None, not_rated: true, ..rating(item, 0) }
}

/// What somebody answered on the noon of the 10th of January 2026.
pub(crate) fn answered(
    customer: &str,
    source_id: &str,
    revision: &str,
    answers: Vec<SatisfactionAnswer>,
) -> SatisfactionRecord {
    SatisfactionRecord {
        context: Some(context(customer, "2026-01-10T12:00:00Z", source_id)),
        questionnaire_revision: revision.into(),
        collection_method: CollectionMethod::Phone.into(),
        answers,
        ..SatisfactionRecord::default()
    }
}

pub(crate) async fn record(guanxi: &TestServer, record: SatisfactionRecord) -> Result<SatisfactionRecord, Status> {
    let satisfaction_record = Some(record);
    let request = RecordSatisfactionRequest { satisfaction_record, ..RecordSatisfactionRequest::default() };
    Ok(guanxi.satisfaction().record_satisfaction(request).await?.into_inner())
}

/// Records answers and returns what they mean.
pub(crate) async fn meaning(guanxi: &TestServer, answers: SatisfactionRecord) -> SatisfactionResult {
    record(guanxi, answers).await.unwrap().result.expect("what it means")
}

pub(crate) async fn records(guanxi: &TestServer, parent: &str, show_replaced: bool) -> Vec<SatisfactionRecord> {
    let request = ListSatisfactionRecordsRequest { parent: parent.into(), show_replaced, ..Default::default() };
    guanxi.satisfaction().list_satisfaction_records(request).await.unwrap().into_inner().satisfaction_records
}

/// A counter.
pub(crate) async fn create_touchpoint(guanxi: &TestServer, id: &str) {
    let touchpoint = Touchpoint {
        display_name: id.into(),
        journey: "buying".into(),
        kind: TouchpointKind::Staff.into(),
        ..Touchpoint::default()
    };
    let request =
        CreateTouchpointRequest { touchpoint: Some(touchpoint), touchpoint_id: id.into(), ..Default::default() };
    guanxi.customers().create_touchpoint(request).await.unwrap();
}

/// Records all of them, each of a customer that is there afterwards.
pub(crate) async fn record_all(guanxi: &TestServer, records: Vec<SatisfactionRecord>) {
    for some in records.chunks(200) {
        let request = |record: &SatisfactionRecord| RecordSatisfactionRequest {
            satisfaction_record: Some(record.clone()),
            missing_customer: MissingCustomer::Create.into(),
            ..RecordSatisfactionRequest::default()
        };
        let requests = some.iter().map(request).collect();
        let batch = BatchRecordSatisfactionRequest { requests, all_or_nothing: true };
        let results = guanxi.satisfaction().batch_record_satisfaction(batch).await.unwrap().into_inner().results;
        let refused = results.iter().find(|one| !matches!(one.result, Some(Outcome::SatisfactionRecord(_))));
        assert_eq!((results.len(), refused), (some.len(), None));
    }
}

/// A number to eight digits.
#[track_caller]
pub(crate) fn near(found: impl Into<Option<f64>>, expected: f64) {
    let found = found.into().expect("a number");
    assert!((found - expected).abs() <= 1e-8 * expected.abs().max(1.0), "{found} is not {expected}");
}
