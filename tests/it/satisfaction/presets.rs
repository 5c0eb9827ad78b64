//! Every preset is fetched, put in use and answered once; each number was computed by hand.

use guanxi::v1::{
    Gating, ListQuestionnairePresetsRequest, PromoterClass, QuestionKind, QuestionnairePreset, QuestionnaireRevision,
    SatisfactionAnswer, SatisfactionBand, SatisfactionResult, ZonePlace,
};
use guanxi_testkit::{TestServer, on_each_backend};

use super::kit::{answer, answered, in_use, meaning, rating, unrated};
use crate::support::create_person;

on_each_backend! {
    every_preset_has_a_name_a_source_and_a_case,
    servqual_weighs_gaps_by_the_points_of_the_respondent,
    servperf_is_perceptions_alone,
    zone_of_tolerance_tells_both_gaps,
    ecsi_is_the_index_of_its_satisfaction_questions,
    levels_rest_on_each_other,
    mind_behaviour_and_visual_weigh_alike,
    employees_rate_their_work_and_recommend_it,
    delivered_value_is_a_difference,
    stages_of_a_car_dealer_weigh_alike,
    supplier_is_weighed,
    counter_keeps_not_rated_apart,
    single_questions_tell_their_metric,
}

async fn presets(guanxi: &TestServer) -> Vec<QuestionnairePreset> {
    let request = ListQuestionnairePresetsRequest {};
    guanxi.satisfaction().list_questionnaire_presets(request).await.unwrap().into_inner().presets
}

/// Puts a preset in use as it is, and answers it.
async fn told(guanxi: &TestServer, id: &str, answers: Vec<SatisfactionAnswer>) -> SatisfactionResult {
    let preset = presets(guanxi).await.into_iter().find(|preset| preset.preset_id == id).expect("a preset");
    create_person(guanxi, "ada").await;
    let revision = in_use(guanxi, "asked", preset.questionnaire_revision.unwrap()).await;
    meaning(guanxi, answered("ada", "s-1", &revision, answers)).await
}

/// Ratings of items by number: `base_1` and on.
fn rate(base: &str, values: &[i32]) -> Vec<SatisfactionAnswer> {
    (1..).zip(values).map(|(number, value)| rating(&format!("{base}_{number}"), *value)).collect()
}

#[track_caller]
fn near(found: Option<f64>, expected: f64) {
    let found = found.expect("a number");
    assert!((found - expected).abs() < 1e-8, "{found} is not {expected}");
}

async fn every_preset_has_a_name_a_source_and_a_case(guanxi: TestServer) {
    let found = presets(&guanxi).await;
    let ids: Vec<&str> = found.iter().map(|preset| preset.preset_id.as_str()).collect();
    let expected = [
        "servqual",
        "servperf",
        "tolerance_zone",
        "ecsi",
        "levels",
        "identity",
        "employee",
        "delivered_value",
        "dealer_sales",
        "dealer_service",
        "supplier",
        "counter",
        "nps",
        "csat",
        "ces",
    ];
    assert_eq!(ids, expected);
    for preset in &found {
        let texts = [&preset.display_name, &preset.description, &preset.source];
        assert!(texts.iter().all(|text| !text.is_empty()), "{}", preset.preset_id);
        let revision = preset.questionnaire_revision.as_ref().unwrap();
        assert_eq!((revision.name.as_str(), revision.create_time), ("", None));
        assert!(revision.items.iter().all(|item| !item.text.is_empty()), "{}", preset.preset_id);
    }
    let items = |id: &str| {
        let revision = |preset: &QuestionnairePreset| preset.questionnaire_revision.clone().unwrap();
        let found: QuestionnaireRevision = found.iter().find(|preset| preset.preset_id == id).map(revision).unwrap();
        (found.dimensions.len(), found.items.len())
    };
    assert_eq!(["servqual", "servperf", "ecsi"].map(items), [(5, 22), (5, 22), (7, 24)]);
    assert_eq!(["dealer_sales", "dealer_service", "supplier"].map(items), [(0, 7), (0, 6), (0, 5)]);
}

/// The dimensions of SERVQUAL with the number of their items.
const SERVQUAL: [(&str, usize); 5] =
    [("tangibles", 4), ("reliability", 5), ("responsiveness", 4), ("assurance", 4), ("empathy", 5)];

async fn servqual_weighs_gaps_by_the_points_of_the_respondent(guanxi: TestServer) {
    // Everywhere 6 was expected. Points of Zeithaml, Parasuraman & Berry 1990: 11, 32, 22, 19, 16.
    let (gaps, points) = ([1, -1, -2, 0, -3], [11, 32, 22, 19, 16]);
    let mut answers = Vec::new();
    for (((id, count), gap), points) in SERVQUAL.iter().zip(gaps).zip(points) {
        for number in 1..=*count {
            let item = format!("{id}_{number}");
            answers.push(answer(&item, QuestionKind::DesiredExpectation, 6));
            answers.push(answer(&item, QuestionKind::Perception, 6 + gap));
        }
        answers.push(SatisfactionAnswer {
            dimension: (*id).into(),
            value: Some(points),
            ..SatisfactionAnswer::default()
        });
    }
    let result = told(&guanxi, "servqual", answers).await;
    // (11 - 32 - 44 + 0 - 48) / 100
    near(result.index, -1.13);
    let told: Vec<f64> = result.dimensions.iter().map(|one| one.comparison.unwrap().gap.unwrap()).collect();
    assert_eq!(told, [1.0, -1.0, -2.0, 0.0, -3.0]);
    let bands: Vec<_> = result.dimensions.iter().map(|one| one.comparison.unwrap().band()).collect();
    let (worse, as_expected) = (SatisfactionBand::Dissatisfied, SatisfactionBand::Satisfied);
    assert_eq!(bands, [SatisfactionBand::Delighted, worse, worse, as_expected, worse]);
    let whole = result.comparison.unwrap();
    near(whole.perception, 4.87);
    near(whole.ratio, 4.87 / 6.0);
    assert_eq!((whole.expectation, whole.band()), (Some(6.0), worse));
    near(result.dimensions[1].points, -0.32);
    assert_eq!((result.answered_share, result.dimensions[1].importance), (Some(1.0), Some(32)));
}

async fn servperf_is_perceptions_alone(guanxi: TestServer) {
    let mut answers = Vec::new();
    for ((id, count), value) in SERVQUAL.iter().zip([7, 4, 1, 7, 4]) {
        answers.extend((1..=*count).map(|number| answer(&format!("{id}_{number}"), QuestionKind::Perception, value)));
    }
    let result = told(&guanxi, "servperf", answers).await;
    near(result.index, 60.0);
    let scores: Vec<f64> = result.dimensions.iter().map(|one| one.score.unwrap()).collect();
    assert_eq!(scores, [100.0, 50.0, 0.0, 100.0, 50.0]);
    assert_eq!(result.comparison, None);
}

async fn zone_of_tolerance_tells_both_gaps(guanxi: TestServer) {
    let ids = ["tangibles", "reliability", "responsiveness", "assurance", "empathy"];
    // Desired 6 and adequate 4 throughout.
    let answers = ids.iter().zip([5, 3, 7, 4, 6]).flat_map(|(id, perceived)| {
        [
            answer(id, QuestionKind::Perception, perceived),
            answer(id, QuestionKind::DesiredExpectation, 6),
            answer(id, QuestionKind::AdequateExpectation, 4),
        ]
    });
    let result = told(&guanxi, "tolerance_zone", answers.collect()).await;
    near(result.index, 1.0);
    let zones: Vec<_> = result.items.iter().map(|item| item.zone.unwrap()).collect();
    assert_eq!(zones.iter().map(|zone| zone.superiority.unwrap()).collect::<Vec<_>>(), [-1, -3, 1, -2, 0]);
    assert_eq!(zones.iter().map(|zone| zone.adequacy.unwrap()).collect::<Vec<_>>(), [1, -1, 3, 0, 2]);
    assert!(zones.iter().all(|zone| zone.width == Some(2)));
    let tolerated = ZonePlace::Tolerated;
    let places = [tolerated, ZonePlace::BelowAdequate, ZonePlace::AboveDesired, tolerated, tolerated];
    assert_eq!(zones.iter().map(|zone| zone.place()).collect::<Vec<_>>(), places);
}

async fn ecsi_is_the_index_of_its_satisfaction_questions(guanxi: TestServer) {
    let answers = [
        rate("image", &[10, 10, 10, 10, 10]),
        rate("expectations", &[1, 1, 1]),
        rate("quality", &[10, 1, 10, 1, 10, 1, 10]),
        rate("value", &[4, 7]),
        rate("satisfaction", &[8, 7, 7]),
        rate("complaints", &[1]),
        rate("loyalty", &[10, 1, 10]),
    ];
    let result = told(&guanxi, "ecsi", answers.concat()).await;
    // (7 + 6 + 6) / 3 of 9
    near(result.index, 1900.0 / 27.0);
    let scores: Vec<f64> = result.dimensions.iter().map(|one| one.score.unwrap()).collect();
    let expected = [100.0, 0.0, 400.0 / 7.0, 50.0, 1900.0 / 27.0, 0.0, 200.0 / 3.0];
    scores.iter().zip(expected).for_each(|(found, expected)| near(Some(*found), expected));
    let counting: Vec<&str> =
        result.dimensions.iter().filter(|one| one.points != Some(0.0)).map(|one| one.dimension.as_str()).collect();
    assert_eq!(counting, ["satisfaction"]);
}

async fn levels_rest_on_each_other(guanxi: TestServer) {
    let answers = [rate("material", &[4, 4]), rate("psychological", &[3, 3]), rate("social", &[5, 5])];
    let result = told(&guanxi, "levels", answers.concat()).await;
    // 75 opens the second level, its 50 do not open the third: (75 + 50 + 0) / 3.
    near(result.index, 125.0 / 3.0);
    let gates: Vec<_> = result.dimensions.iter().map(|one| one.gating()).collect();
    assert_eq!(gates, [Gating::None, Gating::Open, Gating::Closed]);
    let scores: Vec<f64> = result.dimensions.iter().map(|one| one.score.unwrap()).collect();
    assert_eq!(scores, [75.0, 50.0, 100.0]);
}

async fn mind_behaviour_and_visual_weigh_alike(guanxi: TestServer) {
    let answers = [rate("mind", &[5, 3]), rate("behaviour", &[4, 4]), rate("visual", &[1, 3])];
    let result = told(&guanxi, "identity", answers.concat()).await;
    near(result.index, 175.0 / 3.0);
    let scores: Vec<f64> = result.dimensions.iter().map(|one| one.score.unwrap()).collect();
    assert_eq!(scores, [75.0, 75.0, 25.0]);
}

async fn employees_rate_their_work_and_recommend_it(guanxi: TestServer) {
    let ids = ["work", "pay", "growth", "lead", "colleagues", "conditions"];
    let mut answers: Vec<SatisfactionAnswer> =
        ids.iter().zip([5, 1, 4, 2, 5, 1]).map(|(id, value)| rating(id, value)).collect();
    answers.push(rating("recommend", 9));
    let result = told(&guanxi, "employee", answers).await;
    // (100 + 0 + 75 + 25 + 100 + 0) / 6
    near(result.index, 50.0);
    assert_eq!((result.promoter_class(), result.items[6].points), (PromoterClass::Promoter, Some(0.0)));
}

async fn delivered_value_is_a_difference(guanxi: TestServer) {
    let values = [("product", 100), ("service", 30), ("personnel", 20), ("image", 10)];
    let costs = [("money", 90), ("time", 10), ("physical", 5), ("mental", 5)];
    let answers = values.iter().chain(&costs).map(|(id, value)| rating(id, *value)).collect();
    let result = told(&guanxi, "delivered_value", answers).await;
    assert_eq!(result.index, Some(50.0));
    let points: Vec<f64> = result.dimensions.iter().map(|one| one.points.unwrap()).collect();
    assert_eq!(points, [160.0, -110.0]);
    let of_items: Vec<f64> = result.items.iter().map(|item| item.points.unwrap()).collect();
    assert_eq!(of_items, [100.0, 30.0, 20.0, 10.0, -90.0, -10.0, -5.0, -5.0]);
}

async fn stages_of_a_car_dealer_weigh_alike(guanxi: TestServer) {
    let sales = ["contact", "reception", "advice", "presentation", "test_drive", "contract", "delivery"];
    let answers = sales.iter().zip([10, 10, 10, 10, 1, 1, 1]).map(|(id, value)| rating(id, value)).collect();
    near(told(&guanxi, "dealer_sales", answers).await.index, 400.0 / 7.0);
    let service = presets(&guanxi).await.into_iter().find(|preset| preset.preset_id == "dealer_service").unwrap();
    let revision = in_use(&guanxi, "service", service.questionnaire_revision.unwrap()).await;
    let stages = ["appointment", "reception", "consultation", "work", "handover", "follow_up"];
    // Who was never called has not rated the last stage: 5/6 of the weight is enough.
    let mut answers: Vec<SatisfactionAnswer> =
        stages.iter().zip([10, 7, 4, 10, 4]).map(|(id, value)| rating(id, value)).collect();
    answers.push(unrated("follow_up"));
    let result = meaning(&guanxi, answered("ada", "s-2", &revision, answers)).await;
    // Nine steps: (9 + 6 + 3 + 9 + 3) / 5 of 9.
    near(result.index, 200.0 / 3.0);
    near(result.answered_share, 5.0 / 6.0);
}

async fn supplier_is_weighed(guanxi: TestServer) {
    let ids = ["product", "quality", "packaging", "delivery", "service"];
    let answers = ids.iter().zip([5, 4, 3, 2, 1]).map(|(id, value)| rating(id, value)).collect();
    let result = told(&guanxi, "supplier", answers).await;
    // 30 x 1 + 25 x 0.75 + 10 x 0.5 + 20 x 0.25 + 15 x 0
    near(result.index, 58.75);
    let points: Vec<f64> = result.items.iter().map(|item| item.points.unwrap()).collect();
    points.iter().zip([30.0, 18.75, 5.0, 5.0, 0.0]).for_each(|(found, expected)| near(Some(*found), expected));
}

async fn counter_keeps_not_rated_apart(guanxi: TestServer) {
    let result = told(&guanxi, "counter", vec![rating("service", 2)]).await;
    assert_eq!((result.index, result.items[0].score), (Some(50.0), Some(50.0)));
    let passed = answered("ada", "s-2", "questionnaires/asked/revisions/1", vec![unrated("service")]);
    let result = meaning(&guanxi, passed).await;
    assert_eq!((result.index, result.items[0].not_rated.len(), result.items[0].missing.len()), (None, 1, 0));
}

async fn single_questions_tell_their_metric(guanxi: TestServer) {
    let nps = told(&guanxi, "nps", vec![rating("recommend", 7)]).await;
    assert_eq!((nps.index, nps.promoter_class()), (Some(70.0), PromoterClass::Passive));
    for (id, item, value, index) in [("csat", "satisfied", 4, 75.0), ("ces", "easy", 5, 200.0 / 3.0)] {
        let preset = presets(&guanxi).await.into_iter().find(|preset| preset.preset_id == id).unwrap();
        let revision = in_use(&guanxi, id, preset.questionnaire_revision.unwrap()).await;
        let result = meaning(&guanxi, answered("ada", id, &revision, vec![rating(item, value)])).await;
        near(result.index, index);
        let told = (result.csat_satisfied, result.effort_easy);
        assert_eq!(told, if id == "csat" { (Some(true), None) } else { (None, Some(true)) });
    }
}
