//! What answers mean, number by number.

use guanxi::v1::{
    DimensionGate, ExpectationComparison, Gating, IndexForm, PromoterClass, QuestionKind, QuestionnaireDimension,
    QuestionnaireItem, QuestionnaireRevision, SatisfactionAnswer, SatisfactionBand, SatisfactionMetric,
    SatisfactionResult, ToleranceZone, WeightSource, ZonePlace,
};
use guanxi_testkit::{TestServer, on_each_backend};

use super::kit::{
    answer, answered, asking, dimension, in_use, item, meaning, rated, rating, scale, unrated, weighing, within,
};
use crate::support::create_person;

on_each_backend! {
    every_number_of_a_record_is_told,
    perception_is_held_against_each_expectation,
    parts_add_up_to_the_index,
    too_little_answered_has_no_index,
    levels_rest_on_each_other,
    importance_takes_the_place_of_weights,
    metrics_are_told_of_their_questions,
}

async fn told(
    guanxi: &TestServer,
    revision: QuestionnaireRevision,
    answers: Vec<SatisfactionAnswer>,
) -> SatisfactionResult {
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
