//! What answers mean, number by number, and what is wrong with them, fault by fault.

use guanxi::v1::{
    Answer, DimensionGate, ExpectationComparison, FactKind, FactReference, Gating, IndexForm, PromoterClass,
    QuestionKind, QuestionnaireDimension, QuestionnaireItem, QuestionnaireRevision, Respondent, SatisfactionBand,
    SatisfactionHandler, SatisfactionMetric, SatisfactionRecord, SatisfactionResult, ToleranceZone, WeightSource,
    ZonePlace,
};
use guanxi_testkit::{TestServer, on_each_backend};

use super::kit::{
    answer, answered, asking, dimension, in_use, item, meaning, pair, rated, rating, record, records, scale, unrated,
    weighing, within,
};
use crate::support::{create_person, invalid, shop, wrong_fields};

on_each_backend! {
    every_number_of_a_record_is_told,
    perception_is_held_against_each_expectation,
    parts_add_up_to_the_index,
    too_little_answered_has_no_index,
    levels_rest_on_each_other,
    importance_takes_the_place_of_weights,
    metrics_are_told_of_their_questions,
    fault_of_an_answer_is_named_by_its_path,
    fault_of_a_record_is_named_by_its_path,
    all_faults_of_answers_are_named_at_once,
}

async fn told(guanxi: &TestServer, revision: QuestionnaireRevision, answers: Vec<Answer>) -> SatisfactionResult {
    create_person(guanxi, "ada").await;
    let revision = in_use(guanxi, "service", revision).await;
    meaning(guanxi, answered("ada", "s-1", &revision, answers)).await
}

async fn every_number_of_a_record_is_told(guanxi: TestServer) {
    // Pace weighs 3 of 4; in it speed weighs 1 and the way 2. The last question is asked without counting.
    let dimensions = vec![QuestionnaireDimension { weight: Some(3), ..dimension("pace") }];
    let items = vec![
        within("pace", rated("speed")),
        within("pace", weighing(2, rated("way"))),
        rated("care"),
        weighing(0, rated("again")),
    ];
    let revision = QuestionnaireRevision { dimensions, ..asking(IndexForm::Interval, items) };
    let answers = vec![rating("speed", 5), rating("way", 3), rating("care", 2), rating("again", 1)];
    let result = told(&guanxi, revision, answers).await;
    let scores: Vec<_> = result.items.iter().map(|item| item.score.unwrap()).collect();
    assert_eq!(scores, [100.0, 50.0, 25.0, 0.0]);
    let shares: Vec<_> = result.items.iter().map(|item| item.weight_share.unwrap()).collect();
    assert_eq!(shares, [0.25, 0.5, 0.25, 0.0]);
    let points: Vec<_> = result.items.iter().map(|item| item.points.unwrap()).collect();
    assert_eq!(points, [25.0, 25.0, 6.25, 0.0]);
    assert_eq!((result.index, result.answered_share), (Some(56.25), Some(1.0)));
    let pace = &result.dimensions[0];
    assert_eq!((pace.dimension.as_str(), pace.gating()), ("pace", Gating::None));
    assert!((pace.score.unwrap() - 200.0 / 3.0).abs() < 1e-9);
    assert_eq!((pace.points, pace.weight_share, pace.answered_share), (Some(50.0), Some(0.75), Some(1.0)));
    assert_eq!((result.comparison, pace.comparison), (None, None));
}

fn comparison(kind: QuestionKind, values: [f64; 2], ratio: f64, band: SatisfactionBand) -> ExpectationComparison {
    ExpectationComparison {
        expectation_kind: kind.into(),
        perception: Some(values[0]),
        expectation: Some(values[1]),
        gap: Some(values[0] - values[1]),
        ratio: Some(ratio),
        band: band.into(),
    }
}

async fn perception_is_held_against_each_expectation(guanxi: TestServer) {
    let (perception, desired, adequate) =
        (QuestionKind::Perception, QuestionKind::DesiredExpectation, QuestionKind::AdequateExpectation);
    let items = vec![
        item("desk", scale(1, 9), &[perception, desired, adequate]),
        item("phone", scale(1, 9), &[perception, desired]),
    ];
    let compared_expectation = desired.into();
    let revision = QuestionnaireRevision { compared_expectation, ..asking(IndexForm::Interval, items) };
    // Desired 6, adequate 4, perceived 5 (Zeithaml, Berry & Parasuraman 1993).
    let answers = vec![
        answer("desk", perception, 5),
        answer("desk", desired, 6),
        answer("desk", adequate, 4),
        answer("phone", perception, 9),
        answer("phone", desired, 8),
    ];
    let result = told(&guanxi, revision, answers).await;
    let zone =
        ToleranceZone { superiority: Some(-1), adequacy: Some(1), width: Some(2), place: ZonePlace::Tolerated.into() };
    assert_eq!((result.items[0].zone, result.items[1].zone), (Some(zone), None));
    let (worse, better) = (SatisfactionBand::Dissatisfied, SatisfactionBand::Delighted);
    let of_desk = [comparison(desired, [5.0, 6.0], 5.0 / 6.0, worse), comparison(adequate, [5.0, 4.0], 1.25, better)];
    assert_eq!(result.items[0].comparisons, of_desk);
    assert_eq!(result.items[1].comparisons, [comparison(desired, [9.0, 8.0], 1.125, better)]);
    // Means of 7 and 7: as expected, although neither item was.
    let whole = comparison(desired, [7.0, 7.0], 1.0, SatisfactionBand::Satisfied);
    assert_eq!(result.comparison, Some(whole));
}

async fn parts_add_up_to_the_index(guanxi: TestServer) {
    let dimensions = vec![QuestionnaireDimension { weight: Some(7), ..dimension("a") }, dimension("b")];
    let names: Vec<String> = (0..9).map(|index| format!("i{index}")).collect();
    let place = |index: usize| ["a", "b", ""][index % 3];
    let items = names.iter().enumerate().map(|(index, id)| within(place(index), weighing(3 + index as i32, rated(id))));
    let revision = QuestionnaireRevision { dimensions, ..asking(IndexForm::Ratio, items.collect()) };
    let answers = names.iter().enumerate().map(|(index, id)| rating(id, 1 + (index * 7 % 5) as i32)).collect();
    let result = told(&guanxi, revision, answers).await;
    let points: Vec<f64> = result.items.iter().map(|item| item.points.unwrap()).collect();
    let forwards = points.iter().fold(0.0, |sum, points| sum + points);
    let backwards = points.iter().rev().fold(0.0, |sum, points| sum + points);
    assert_eq!((Some(forwards), Some(backwards)), (result.index, result.index), "bit for bit");
    let of_dimensions: f64 = result.dimensions.iter().map(|one| one.points.unwrap()).sum();
    let beside: f64 = [2, 5, 8].map(|index| points[index]).iter().sum();
    assert_eq!(Some(of_dimensions + beside), result.index);
}

async fn too_little_answered_has_no_index(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    let items = vec![weighing(50, rated("a")), weighing(30, rated("b")), weighing(20, rated("c"))];
    let revision = in_use(&guanxi, "service", asking(IndexForm::Interval, items)).await;
    let told = async |source_id: &str, answers| meaning(&guanxi, answered("ada", source_id, &revision, answers)).await;
    let enough = told("s-1", vec![rating("a", 5), rating("b", 1)]).await;
    assert_eq!(
        (enough.index, enough.answered_share),
        (Some(62.5), Some(0.8)),
        "the weight is shared by those answered"
    );
    assert_eq!(enough.items[2].missing, [i32::from(QuestionKind::Rating)]);
    let less = told("s-2", vec![rating("a", 5), unrated("b"), rating("c", 5)]).await;
    assert_eq!((less.index, less.answered_share), (None, Some(0.7)));
    assert_eq!((less.items[1].not_rated.len(), less.items[1].missing.len(), less.items[1].score), (1, 0, None));
    let none = told("s-3", vec![unrated("a")]).await;
    assert_eq!((none.index, none.answered_share), (None, Some(0.0)));
}

async fn levels_rest_on_each_other(guanxi: TestServer) {
    let on = |below: &str| Some(DimensionGate { dimension: below.into(), min_score: 60 });
    let dimensions = vec![
        dimension("material"),
        QuestionnaireDimension { gate: on("material"), ..dimension("psychological") },
        QuestionnaireDimension { gate: on("psychological"), ..dimension("social") },
    ];
    let asked = |id: &str| item(id, scale(0, 10), &[QuestionKind::Rating]);
    let items = vec![
        within("material", asked("use")),
        within("psychological", asked("ease")),
        within("social", asked("pride")),
    ];
    let revision = QuestionnaireRevision { dimensions, ..asking(IndexForm::Ratio, items) };
    let result = told(&guanxi, revision, vec![rating("use", 6), rating("ease", 3), rating("pride", 10)]).await;
    let gates: Vec<_> = result.dimensions.iter().map(|one| one.gating()).collect();
    assert_eq!(gates, [Gating::None, Gating::Open, Gating::Closed]);
    assert!((result.index.unwrap() - 30.0).abs() < 1e-9, "(60 + 30 + 0) / 3");
    assert_eq!((result.dimensions[2].score, result.dimensions[2].points), (Some(100.0), Some(0.0)));
}

async fn importance_takes_the_place_of_weights(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    let asked = |id: &str| QuestionnaireItem {
        importance_scale: Some(scale(0, 100)),
        ..item(id, scale(0, 10), &[QuestionKind::Rating, QuestionKind::Importance])
    };
    let weight_source = WeightSource::Stated.into();
    let content = QuestionnaireRevision { weight_source, ..asking(IndexForm::Ratio, vec![asked("a"), asked("b")]) };
    let revision = in_use(&guanxi, "service", content).await;
    let importance = |id: &str, points| answer(id, QuestionKind::Importance, points);
    let answers = vec![rating("a", 10), rating("b", 0), importance("a", 75), importance("b", 25)];
    let told = async |source_id: &str, answers| meaning(&guanxi, answered("ada", source_id, &revision, answers)).await;
    let stated = told("s-1", answers.clone()).await;
    assert_eq!((stated.index, stated.items[0].importance), (Some(75.0), Some(75)));
    assert_eq!(told("s-2", answers[..3].to_vec()).await.index, Some(50.0), "not all were stated");
}

async fn metrics_are_told_of_their_questions(guanxi: TestServer) {
    let of = |metric: SatisfactionMetric, item| QuestionnaireItem { metric: metric.into(), ..weighing(0, item) };
    let asked = |id: &str, min, max| item(id, scale(min, max), &[QuestionKind::Rating]);
    let items = vec![
        rated("whole"),
        of(SatisfactionMetric::NetPromoter, asked("recommend", 0, 10)),
        of(SatisfactionMetric::Csat, asked("satisfied", 1, 5)),
        of(SatisfactionMetric::CustomerEffort, asked("easy", 1, 7)),
    ];
    let answers = vec![rating("whole", 5), rating("recommend", 0), rating("satisfied", 4), rating("easy", 4)];
    let result = told(&guanxi, asking(IndexForm::Interval, items), answers).await;
    assert_eq!((result.index, result.promoter_class()), (Some(100.0), PromoterClass::Detractor));
    assert_eq!((result.csat_satisfied, result.effort_easy), (Some(true), Some(false)));
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

fn first(change: impl Fn(&mut Answer) + 'static) -> Spoil {
    Box::new(move |record| change(&mut record.answers[0]))
}

fn whole(change: impl Fn(&mut SatisfactionRecord) + 'static) -> Spoil {
    Box::new(change)
}

fn of_dimension(id: &'static str, value: i32) -> Spoil {
    first(move |answer| *answer = Answer { dimension: id.into(), value: Some(value), ..Answer::default() })
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
            Answer { dimension: "rest".into(), value: Some(5), ..Answer::default() },
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
