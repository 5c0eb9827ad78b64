//! What is wrong with a record and its answers: each fault alone by its path, and all at once.

use guanxi::v1::{
    FactKind, FactReference, IndexForm, QuestionKind, QuestionnaireDimension, QuestionnaireRevision, Respondent,
    SatisfactionAnswer, SatisfactionHandler, SatisfactionRecord,
};
use guanxi_testkit::{TestServer, on_each_backend};

use super::kit::{answer, answered, asking, dimension, in_use, pair, rated, rating, record, records, scale, within};
use crate::support::{create_person, invalid, shop, wrong_fields};

on_each_backend! {
    fault_of_an_answer_is_named_by_its_path,
    fault_of_a_record_is_named_by_its_path,
    all_faults_of_answers_are_named_at_once,
}

/// A questionnaire with a dimension whose importance is asked.
fn with_importance() -> QuestionnaireRevision {
    let dimensions =
        vec![QuestionnaireDimension { importance_scale: Some(scale(0, 100)), ..dimension("pace") }, dimension("rest")];
    let items = vec![within("pace", pair("speed")), within("rest", rated("care"))];
    QuestionnaireRevision { dimensions, ..asking(IndexForm::Interval, items) }
}

type Spoil = Box<dyn Fn(&mut SatisfactionRecord)>;

/// Sends one spoilt record after the other; each is refused for its one path, and nothing is kept.
async fn each_alone(guanxi: &TestServer, faults: Vec<(&str, Spoil)>) {
    create_person(guanxi, "ada").await;
    let revision = in_use(guanxi, "service", with_importance()).await;
    let sound =
        answered("ada", "s-1", &revision, vec![answer("speed", QuestionKind::Perception, 7), rating("care", 5)]);
    for (path, spoil) in faults {
        let mut spoilt = sound.clone();
        spoil(&mut spoilt);
        invalid(record(guanxi, spoilt).await, &[&format!("satisfaction_record.{path}")]);
    }
    assert_eq!(records(guanxi, "customers/ada", true).await, []);
    record(guanxi, sound).await.unwrap();
}

fn first(change: impl Fn(&mut SatisfactionAnswer) + 'static) -> Spoil {
    Box::new(move |record| change(&mut record.answers[0]))
}

fn whole(change: impl Fn(&mut SatisfactionRecord) + 'static) -> Spoil {
    Box::new(change)
}

fn of_dimension(id: &'static str, value: i32) -> Spoil {
    first(move |answer| {
        *answer = SatisfactionAnswer { dimension: id.into(), value: Some(value), ..SatisfactionAnswer::default() }
    })
}

async fn fault_of_an_answer_is_named_by_its_path(guanxi: TestServer) {
    let faults = vec![
        ("answers", whole(|record| record.answers.clear())),
        ("answers[0].item", first(|answer| answer.item = "depth".into())),
        ("answers[0].item", first(|answer| answer.item = "No id".into())),
        ("answers[0].item", first(|answer| answer.item = String::new())),
        ("answers[0].question", first(|answer| answer.question = 0)),
        ("answers[0].question", first(|answer| answer.question = 8)),
        ("answers[0].question", first(|answer| answer.question = QuestionKind::Rating.into())),
        ("answers[0].question", first(|answer| answer.question = QuestionKind::AdequateExpectation.into())),
        ("answers[0].value", first(|answer| answer.value = Some(0))),
        ("answers[0].value", first(|answer| answer.value = Some(8))),
        ("answers[0].value", first(|answer| answer.value = None)),
        ("answers[0].value", first(|answer| answer.not_rated = true)),
        ("answers[0].dimension", first(|answer| (answer.dimension, answer.question) = ("pace".into(), 0))),
        ("answers[0].dimension", of_dimension("depth", 5)),
        ("answers[0].dimension", of_dimension("rest", 5)),
        ("answers[0].value", of_dimension("pace", 101)),
        ("answers[0].question", first(|answer| (answer.item, answer.dimension) = (String::new(), "pace".into()))),
        ("answers[2]", whole(|record| record.answers.push(rating("care", 4)))),
    ];
    each_alone(&guanxi, faults).await;
    let long = answered("ada", "s-2", "questionnaires/service/revisions/1", vec![rating("care", 5); 801]);
    invalid(record(&guanxi, long).await, &["satisfaction_record.answers"]);
}

async fn fault_of_a_record_is_named_by_its_path(guanxi: TestServer) {
    let subject = |kind: i32, source_id: &str| {
        let fact = Some(shop(source_id));
        whole(move |record| record.subject = Some(FactReference { kind, fact: fact.clone() }))
    };
    let handled = |handler: &'static str, team: usize| {
        let (handler, team, branch) = (handler.to_owned(), "x".repeat(team), String::new());
        let one = SatisfactionHandler { handler, team, branch };
        whole(move |record| record.handlers = vec![one.clone()])
    };
    let respondent = |contact_id: &'static str, role| {
        whole(move |record| record.respondent = Some(Respondent { contact_id: contact_id.into(), role }))
    };
    let faults = vec![
        ("context", whole(|record| record.context = None)),
        ("context.note", whole(|record| record.context.as_mut().unwrap().note = "x".repeat(4001))),
        ("questionnaire_revision", whole(|record| record.questionnaire_revision = String::new())),
        (
            "questionnaire_revision",
            whole(|record| record.questionnaire_revision = "questionnaires/service/revisions/2".into()),
        ),
        ("collection_method", whole(|record| record.collection_method = 0)),
        ("collection_method", whole(|record| record.collection_method = 7)),
        ("channel", whole(|record| record.channel = "x".repeat(101))),
        ("touchpoint", whole(|record| record.touchpoint = "desk".into())),
        ("touchpoint", whole(|record| record.touchpoint = "touchpoints/desk".into())),
        ("wave", whole(|record| record.wave = "x".repeat(101))),
        ("emotion", whole(|record| record.emotion = 6)),
        ("respondent.contact_id", respondent("No id", 0)),
        ("respondent.role", respondent("buyer", 77)),
        ("subject.kind", subject(0, "o-1")),
        ("subject.fact.source_id", subject(FactKind::Purchase.into(), "")),
        ("handlers[0].handler", handled(" ", 0)),
        ("handlers[0].team", handled("mei", 201)),
    ];
    each_alone(&guanxi, faults).await;
}

async fn all_faults_of_answers_are_named_at_once(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    let revision = in_use(&guanxi, "service", with_importance()).await;
    let mut spoilt = answered(
        "ada",
        "s-1",
        &revision,
        vec![
            answer("speed", QuestionKind::Perception, 8),
            rating("depth", 5),
            rating("speed", 5),
            rating("care", 5),
            rating("care", 6),
            SatisfactionAnswer { dimension: "rest".into(), value: Some(5), ..SatisfactionAnswer::default() },
        ],
    );
    spoilt.touchpoint = "touchpoints/desk".into();
    let told = [
        "touchpoint",
        "answers[0].value",
        "answers[1].item",
        "answers[2].question",
        "answers[4]",
        "answers[4].value",
        "answers[5].dimension",
    ];
    assert_eq!(wrong_fields(record(&guanxi, spoilt).await), told.map(|path| format!("satisfaction_record.{path}")));
    assert_eq!(records(&guanxi, "customers/ada", true).await, []);
}
