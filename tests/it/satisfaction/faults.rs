//! What is wrong with a questionnaire: each fault alone by its path, and ten at once.

use guanxi::v1::{
    AnswerScale, DimensionGate, IndexForm, ListQuestionnaireRevisionsRequest, QuestionKind, QuestionnaireDimension,
    QuestionnaireItem, QuestionnaireRevision, QuestionnaireScope, SatisfactionMetric, ScaleDirection, ScaleLabel,
    WeightSource,
};
use guanxi_testkit::{TestServer, on_each_backend};

use super::kit::{
    add_revision, asking, create_questionnaire, dimension, item, pair, rated, scale, try_revision, weighing, within,
};
use crate::support::{invalid, wrong_fields};

on_each_backend! {
    fault_of_the_whole_is_named_by_its_path,
    fault_of_a_dimension_is_named_by_its_path,
    fault_of_an_item_is_named_by_its_path,
    fault_of_a_scale_is_named_by_its_path,
    fault_of_a_question_is_named_by_its_path,
    metric_needs_its_scale,
    form_of_the_index_asks_something_of_the_items,
    ten_faults_are_named_at_once,
}

type Spoil = Box<dyn Fn(&mut QuestionnaireRevision)>;

/// Two dimensions, one in the other, and a third that rests on the first; an item in each, and one at the top.
fn sound() -> QuestionnaireRevision {
    let inner = QuestionnaireDimension { parent: "base".into(), ..dimension("inner") };
    let items = vec![
        within("base", pair("place")),
        within("inner", rated("speed")),
        within("level", rated("thanks")),
        rated("whole"),
    ];
    let dimensions = vec![dimension("base"), inner, dimension("level")];
    QuestionnaireRevision { dimensions, ..asking(IndexForm::Interval, items) }
}

/// Sends one spoilt revision after the other; each is refused for its one path, and nothing is kept.
async fn each_alone(guanxi: &TestServer, sound: QuestionnaireRevision, faults: Vec<(&str, Spoil)>) {
    create_questionnaire(guanxi, "service").await;
    for (path, spoil) in faults {
        let mut revision = sound.clone();
        spoil(&mut revision);
        invalid(try_revision(guanxi, "service", revision).await, &[&format!("questionnaire_revision.{path}")]);
    }
    let parent = String::from("questionnaires/service");
    let request = ListQuestionnaireRevisionsRequest { parent, ..Default::default() };
    let kept = guanxi.satisfaction().list_questionnaire_revisions(request).await.unwrap().into_inner();
    assert_eq!(kept.questionnaire_revisions, []);
    assert_eq!(add_revision(guanxi, "service", sound).await, "questionnaires/service/revisions/1");
}

fn whole(change: impl Fn(&mut QuestionnaireRevision) + 'static) -> Spoil {
    Box::new(change)
}

fn third(change: impl Fn(&mut QuestionnaireDimension) + 'static) -> Spoil {
    whole(move |revision| change(&mut revision.dimensions[2]))
}

fn last(change: impl Fn(&mut QuestionnaireItem) + 'static) -> Spoil {
    whole(move |revision| change(&mut revision.items[3]))
}

fn on(change: impl Fn(&mut AnswerScale) + 'static) -> Spoil {
    last(move |item| change(item.scale.as_mut().unwrap()))
}

fn asks(kinds: &[QuestionKind]) -> Spoil {
    let kinds: Vec<i32> = kinds.iter().map(|kind| (*kind).into()).collect();
    last(move |item| item.questions = kinds.clone())
}

async fn fault_of_the_whole_is_named_by_its_path(guanxi: TestServer) {
    let expects = |second: QuestionKind| {
        whole(move |revision| {
            revision.items[0].questions.push(second.into());
        })
    };
    let faults: Vec<(&str, Spoil)> = vec![
        ("description", whole(|revision| revision.description = "x".repeat(2001))),
        ("population", whole(|revision| revision.population = 5)),
        ("scope", whole(|revision| revision.scope = 0)),
        ("scope", whole(|revision| revision.scope = 3)),
        ("index_form", whole(|revision| revision.index_form = 0)),
        ("index_form", whole(|revision| revision.index_form = 5)),
        ("touchpoint", whole(|revision| revision.touchpoint = "touchpoints/desk".into())),
        ("journey", whole(|revision| revision.journey = "No journey".into())),
        (
            "journey",
            whole(|revision| {
                revision.scope = QuestionnaireScope::Transaction.into();
                (revision.touchpoint, revision.journey) = ("touchpoints/desk".into(), "service".into());
            }),
        ),
        ("weight_source", whole(|revision| revision.weight_source = WeightSource::Stated.into())),
        ("weight_source", whole(|revision| revision.weight_source = 3)),
        ("compared_expectation", whole(|revision| revision.compared_expectation = QuestionKind::Rating.into())),
        (
            "compared_expectation",
            whole(|revision| revision.compared_expectation = QuestionKind::PromisedExpectation.into()),
        ),
        ("compared_expectation", whole(|revision| revision.compared_expectation = 8)),
        ("compared_expectation", expects(QuestionKind::AdequateExpectation)),
        ("tolerance_basis_points", whole(|revision| revision.tolerance_basis_points = Some(5_001))),
        ("tolerance_basis_points", whole(|revision| revision.tolerance_basis_points = Some(-1))),
        ("min_answered_basis_points", whole(|revision| revision.min_answered_basis_points = Some(10_001))),
    ];
    each_alone(&guanxi, sound(), faults).await;
}

async fn fault_of_a_dimension_is_named_by_its_path(guanxi: TestServer) {
    let gate = |dimension: &'static str, min_score| {
        third(move |level| level.gate = Some(DimensionGate { dimension: dimension.into(), min_score }))
    };
    let chain = whole(|revision| {
        for depth in 0..4 {
            let parent = if depth == 0 { "level".to_owned() } else { format!("deep{}", depth - 1) };
            let id = format!("deep{depth}");
            revision.dimensions.push(QuestionnaireDimension { parent, ..dimension(&id) });
            revision.items.push(within(&id, rated(&id)));
        }
        let parent = "deep3".to_owned();
        revision.dimensions.push(QuestionnaireDimension { parent, ..dimension("deepest") });
        revision.items.push(within("deepest", rated("deepest")));
    });
    let many = whole(|revision| {
        for number in 0..48 {
            let id = format!("d{number}");
            revision.dimensions.push(dimension(&id));
            revision.items.push(within(&id, rated(&id)));
        }
    });
    let faults: Vec<(&str, Spoil)> = vec![
        ("dimensions", many),
        ("dimensions[2].display_name", third(|level| level.display_name = "x".repeat(201))),
        ("dimensions[2].parent", third(|level| level.parent = "nothing".into())),
        ("dimensions[2].parent", third(|level| level.parent = "level".into())),
        ("dimensions[7].parent", chain),
        ("dimensions[2].weight", third(|level| level.weight = Some(-1))),
        ("dimensions[2].weight", third(|level| level.weight = Some(1_000_001))),
        ("dimensions[2].min_answered_basis_points", third(|level| level.min_answered_basis_points = 10_001)),
        ("dimensions[2].importance_scale.max", third(|level| level.importance_scale = Some(scale(5, 5)))),
        ("dimensions[2].importance_scale.min", third(|level| level.importance_scale = Some(scale(-1, 5)))),
        ("dimensions[2].gate.dimension", gate("inner", 60)),
        ("dimensions[2].gate.dimension", gate("level", 60)),
        ("dimensions[2].gate.dimension", gate("nothing", 60)),
        ("dimensions[2].gate.min_score", gate("base", 101)),
        ("dimensions[2]", whole(|revision| drop(revision.items.remove(2)))),
        ("dimensions[2]", whole(|revision| revision.items[2].weight = Some(0))),
    ];
    each_alone(&guanxi, sound(), faults).await;
    let mut twice = sound();
    twice.dimensions[2].dimension_id = "base".into();
    twice.items.remove(2);
    let path = "questionnaire_revision.dimensions[2].dimension_id";
    invalid(try_revision(&guanxi, "service", twice).await, &[path]);
    let mut malformed = sound();
    malformed.dimensions[2].dimension_id = "No id".into();
    malformed.items[2].dimension = "No id".into();
    invalid(try_revision(&guanxi, "service", malformed).await, &[path]);
}

async fn fault_of_an_item_is_named_by_its_path(guanxi: TestServer) {
    let faults: Vec<(&str, Spoil)> = vec![
        (
            "items",
            whole(|revision| {
                revision.items.extend((0..97).map(|number| rated(&format!("i{number}"))));
            }),
        ),
        (
            "items",
            whole(|revision| {
                revision.items[3].weight = Some(0);
                revision.dimensions[0].weight = Some(0);
                revision.dimensions[2].weight = Some(0);
            }),
        ),
        ("items[3].item_id", last(|item| item.item_id = "speed".into())),
        ("items[3].item_id", last(|item| item.item_id = "a-b".into())),
        ("items[3].text", last(|item| item.text = "x".repeat(501))),
        ("items[3].text", last(|item| item.text = "a\u{7}b".into())),
        ("items[3].dimension", last(|item| item.dimension = "nothing".into())),
        ("items[3].weight", last(|item| item.weight = Some(-1))),
        ("items[3].weight", last(|item| item.weight = Some(1_000_001))),
        ("items[3].scale", last(|item| item.scale = None)),
        ("items[3].metric", last(|item| item.metric = 4)),
        ("items[3].importance_scale", last(|item| item.importance_scale = Some(scale(0, 5)))),
    ];
    each_alone(&guanxi, sound(), faults).await;
    let empty = QuestionnaireRevision { items: vec![], dimensions: vec![], ..sound() };
    invalid(try_revision(&guanxi, "service", empty).await, &["questionnaire_revision.items"]);
}

async fn fault_of_a_scale_is_named_by_its_path(guanxi: TestServer) {
    let label = |value, label: &str| ScaleLabel { value, label: label.into() };
    let labels = |labels: Vec<ScaleLabel>| on(move |scale| scale.labels = labels.clone());
    let faults: Vec<(&str, Spoil)> = vec![
        ("items[3].scale.max", on(|scale| scale.max = 1)),
        ("items[3].scale.max", on(|scale| scale.max = 1_000_001)),
        ("items[3].scale.min", on(|scale| scale.min = -1_000_001)),
        ("items[3].scale.direction", on(|scale| scale.direction = 3)),
        ("items[3].scale.labels[1].value", labels(vec![label(1, "low"), label(6, "high")])),
        ("items[3].scale.labels[1].value", labels(vec![label(1, "low"), label(1, "lower")])),
        ("items[3].scale.labels[0].label", labels(vec![label(1, " ")])),
        ("items[3].scale.labels[0].label", labels(vec![label(1, &"x".repeat(101))])),
        (
            "items[3].scale.labels",
            on(move |scale| {
                scale.max = 200;
                scale.labels = (1..=102).map(|value| ScaleLabel { value, label: "x".into() }).collect();
            }),
        ),
    ];
    each_alone(&guanxi, sound(), faults).await;
}

async fn fault_of_a_question_is_named_by_its_path(guanxi: TestServer) {
    let (rating, perception, desired, importance) =
        (QuestionKind::Rating, QuestionKind::Perception, QuestionKind::DesiredExpectation, QuestionKind::Importance);
    let measured = |importance: AnswerScale| {
        last(move |item| {
            item.questions.push(QuestionKind::Importance.into());
            item.importance_scale = Some(importance.clone());
        })
    };
    let falling = AnswerScale { direction: ScaleDirection::LowerIsBetter.into(), ..scale(0, 9) };
    let faults: Vec<(&str, Spoil)> = vec![
        ("items[3].questions", asks(&[])),
        ("items[3].questions", asks(&[importance])),
        ("items[3].questions", asks(&[desired])),
        ("items[3].questions", asks(&[rating, perception])),
        ("items[3].questions", asks(&[rating, desired])),
        ("items[3].questions[1]", asks(&[rating, rating])),
        ("items[3].questions[0]", last(|item| item.questions = vec![8])),
        ("items[3].importance_scale.max", measured(scale(3, 1))),
        ("items[3].importance_scale.min", measured(scale(-3, 1))),
        ("items[3].importance_scale.direction", measured(falling)),
        (
            "items[3].importance_scale",
            last(|item| {
                item.scale = Some(scale(-3, 3));
                item.questions.push(QuestionKind::Importance.into());
            }),
        ),
    ];
    each_alone(&guanxi, sound(), faults).await;
}

async fn metric_needs_its_scale(guanxi: TestServer) {
    let (higher, lower) = (ScaleDirection::HigherIsBetter, ScaleDirection::LowerIsBetter);
    let of = |metric: SatisfactionMetric, min, max, direction: ScaleDirection| {
        last(move |item| {
            item.metric = metric.into();
            item.scale = Some(AnswerScale { direction: direction.into(), ..scale(min, max) });
        })
    };
    let faults: Vec<(&str, Spoil)> = vec![
        ("items[3].metric", of(SatisfactionMetric::NetPromoter, 0, 9, higher)),
        ("items[3].metric", of(SatisfactionMetric::NetPromoter, 0, 10, lower)),
        ("items[3].metric", of(SatisfactionMetric::NetPromoter, 2, 10, higher)),
        ("items[3].metric", of(SatisfactionMetric::Csat, 0, 1, higher)),
        ("items[3].metric", of(SatisfactionMetric::Csat, 1, 5, lower)),
        ("items[3].metric", of(SatisfactionMetric::CustomerEffort, 1, 7, lower)),
        ("items[3].metric", of(SatisfactionMetric::CustomerEffort, 1, 5, higher)),
        (
            "items[3].metric",
            whole(|revision| {
                revision.items[2].metric = SatisfactionMetric::Csat.into();
                revision.items[3].metric = SatisfactionMetric::Csat.into();
            }),
        ),
    ];
    each_alone(&guanxi, sound(), faults).await;
}

async fn form_of_the_index_asks_something_of_the_items(guanxi: TestServer) {
    create_questionnaire(&guanxi, "other").await;
    let refused = async |form, items, gated: bool, path: &str| {
        let mut revision = asking(form, items);
        if gated {
            let gate = Some(DimensionGate { dimension: "base".into(), min_score: 60 });
            let level = QuestionnaireDimension { gate, ..dimension("level") };
            revision.dimensions = vec![dimension("base"), level];
        }
        invalid(try_revision(&guanxi, "other", revision).await, &[&format!("questionnaire_revision.{path}")]);
    };
    let answers = |min, max| item("answer", scale(min, max), &[QuestionKind::Rating]);
    let gated = || vec![within("base", pair("place")), within("level", pair("thanks"))];
    refused(IndexForm::Ratio, vec![answers(-1, 5)], false, "items[0].scale.min").await;
    let unexpected = item("speed", scale(1, 7), &[QuestionKind::Perception]);
    refused(IndexForm::Gap, vec![pair("place"), unexpected], false, "items[1].questions").await;
    let wider = QuestionnaireItem { scale: Some(scale(1, 9)), ..pair("speed") };
    refused(IndexForm::Gap, vec![pair("place"), wider], false, "items[1].scale").await;
    refused(IndexForm::Gap, gated(), true, "dimensions[1].gate").await;
    refused(IndexForm::Difference, vec![answers(-1, 5)], false, "items[0].scale.min").await;
    refused(IndexForm::Difference, vec![weighing(2, answers(0, 5))], false, "items[0].weight").await;
    refused(IndexForm::Difference, gated(), true, "dimensions[1].gate").await;
    let told = item("answer", scale(0, 5), &[QuestionKind::Rating, QuestionKind::Importance]);
    let mut stated = asking(IndexForm::Difference, vec![told]);
    stated.weight_source = WeightSource::Stated.into();
    invalid(try_revision(&guanxi, "other", stated).await, &["questionnaire_revision.weight_source"]);
    let sound = asking(IndexForm::Gap, vec![pair("place"), weighing(0, rated("speed"))]);
    assert_eq!(add_revision(&guanxi, "other", sound).await, "questionnaires/other/revisions/1");
}

async fn ten_faults_are_named_at_once(guanxi: TestServer) {
    create_questionnaire(&guanxi, "service").await;
    let mut revision = sound();
    revision.scope = 0;
    revision.tolerance_basis_points = Some(9_999);
    revision.weight_source = 7;
    revision.dimensions[0].weight = Some(-2);
    revision.dimensions[2].display_name = "x".repeat(201);
    revision.items[0].item_id = "No id".into();
    revision.items[1].scale = None;
    revision.items[2].questions = vec![];
    revision.items[3].dimension = "nowhere".into();
    revision.items[3].scale.as_mut().unwrap().max = 0;
    let told = [
        "scope",
        "weight_source",
        "tolerance_basis_points",
        "dimensions[0].weight",
        "dimensions[2].display_name",
        "items[0].item_id",
        "items[1].scale",
        "items[2].questions",
        "items[3].scale.max",
        "items[3].dimension",
    ];
    let mut paths: Vec<String> = told.iter().map(|path| format!("questionnaire_revision.{path}")).collect();
    let mut found = wrong_fields(try_revision(&guanxi, "service", revision).await);
    found.sort();
    paths.sort();
    assert_eq!(found, paths);
}
