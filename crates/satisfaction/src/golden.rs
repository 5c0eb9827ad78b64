//! Numbers that somebody else has computed, named after their source.

use guanxi_model::fact::{Answer, Asked, QuestionKind};

use crate::sample::{
    answer, dimension, draft, importance_of, item, pair, rated, rating, resting_on, scale, scheme, within,
};
use crate::{
    AnswerScale, Evaluation, Gating, IndexForm, ItemDraft, PromoterClass, QuestionnaireDraft, SatisfactionMetric,
    ScaleDirection, WeightSource,
};

#[track_caller]
fn near(found: Option<f64>, expected: f64) {
    let found = found.expect("an index");
    assert!((found - expected).abs() < 1e-8, "{found} is not {expected}");
}

/// Answers in tenths, so that means such as 4.5 can be answered.
fn of_five(id: &str, weight: i32, tenths: i32) -> (ItemDraft, Answer) {
    (ItemDraft { weight, ..item(id, scale(10, 50), &[QuestionKind::Rating]) }, rating(id, tenths))
}

fn index_of(form: IndexForm, asked: Vec<(ItemDraft, Answer)>) -> Option<f64> {
    let (items, answers): (Vec<_>, Vec<_>) = asked.into_iter().unzip();
    scheme(draft(form, vec![], items)).evaluate(&answers).index
}

#[test]
fn methods_1_4_weights_40_35_25_in_both_forms() {
    let asked = || vec![of_five("a", 40, 45), of_five("b", 35, 40), of_five("c", 25, 35)];
    near(index_of(IndexForm::Ratio, asked()), 81.5);
    near(index_of(IndexForm::Interval, asked()), 76.875);
}

#[test]
fn methods_1_4_three_clients_96_96_97() {
    let of_hundred = |id: &str, weight, value| {
        (ItemDraft { weight, ..item(id, scale(0, 100), &[QuestionKind::Rating]) }, rating(id, value))
    };
    let clients = |weights: [i32; 3]| {
        let answers = [("a", 96), ("b", 96), ("c", 97)];
        answers.iter().zip(weights).map(|((id, value), weight)| of_hundred(id, weight, *value)).collect()
    };
    near(index_of(IndexForm::Ratio, clients([1, 1, 1])), 96.0 + 1.0 / 3.0);
    near(index_of(IndexForm::Ratio, clients([50, 30, 20])), 96.2);
}

#[test]
fn fornell_et_al_1996_three_items_of_ten_with_pls_weights() {
    // Means 7.988, 7.128 and 7.316 of 1 to 10 (methods.md 1.5), here on a scale a thousand times as fine.
    let asked = |weights: [i32; 3]| -> Vec<(ItemDraft, Answer)> {
        let means = [("cusa1", 7_988), ("cusa2", 7_128), ("cusa3", 7_316)];
        let one = |((id, mean), weight): (&(&str, i32), i32)| {
            (ItemDraft { weight, ..item(id, scale(1_000, 10_000), &[QuestionKind::Rating]) }, rating(id, *mean))
        };
        means.iter().zip(weights).map(one).collect()
    };
    near(index_of(IndexForm::Interval, asked([1, 1, 1])), 71.970_370_370_370_37);
    let weighted = index_of(IndexForm::Interval, asked([394_838, 279_144, 326_018])).unwrap();
    assert!((weighted - 72.542_802).abs() < 1e-5, "{weighted}: the weights have six digits");
}

/// One pair in each dimension of SERVQUAL; gaps in tenths of a point.
fn servqual(weights: WeightSource) -> QuestionnaireDraft {
    let ids = ["reliability", "responsiveness", "assurance", "empathy", "tangibles"];
    let dimensions = ids.map(|id| crate::DimensionDraft { importance_scale: Some(scale(0, 100)), ..dimension(id) });
    let tenths = scale(10, 70);
    let items = ids.map(|id| within(id, ItemDraft { scale: Some(tenths.clone()), ..pair(&format!("{id}_1")) }));
    QuestionnaireDraft { weights, ..draft(IndexForm::Gap, dimensions.to_vec(), items.to_vec()) }
}

#[test]
fn parasuraman_zeithaml_berry_1988_unweighted_and_weighted_gap() {
    let gaps = [
        ("reliability", -12, 32),
        ("responsiveness", -12, 22),
        ("assurance", -3, 19),
        ("empathy", -4, 16),
        ("tangibles", 9, 11),
    ];
    let answers: Vec<Answer> = gaps
        .iter()
        .flat_map(|(id, gap, points)| {
            let item = format!("{id}_1");
            let expected = answer(&item, QuestionKind::DesiredExpectation, 50);
            [expected, answer(&item, QuestionKind::Perception, 50 + gap), importance_of(id, *points)]
        })
        .collect();
    near(scheme(servqual(WeightSource::Declared)).evaluate(&answers).index, -4.4);
    let weighted = scheme(servqual(WeightSource::Stated)).evaluate(&answers);
    near(weighted.index, -6.7);
    let gap = weighted.dimensions[0].comparison.unwrap().gap;
    assert_eq!((gap, weighted.dimensions[0].score), (-12.0, None));
    // Somebody who does not say how important tangibles are is weighed as the questionnaire has it.
    near(scheme(servqual(WeightSource::Stated)).evaluate(&answers[..14]).index, -4.4);
}

#[test]
fn kotler_1994_four_values_less_four_costs() {
    let amounts = [("product", 100), ("service", 30), ("personnel", 20), ("image", 10)];
    let costs = [("money", 90), ("time", 10), ("physical", 5), ("mental", 5)];
    let dear = AnswerScale { direction: ScaleDirection::LowerIsBetter, ..scale(0, 1_000_000) };
    let value = |(id, _): &(&str, i32)| within("value", item(id, scale(0, 1_000_000), &[QuestionKind::Rating]));
    let cost = |(id, _): &(&str, i32)| within("cost", item(id, dear.clone(), &[QuestionKind::Rating]));
    let items = amounts.iter().map(value).chain(costs.iter().map(cost)).collect();
    let delivered = scheme(draft(IndexForm::Difference, vec![dimension("value"), dimension("cost")], items));
    let answers: Vec<Answer> = amounts.iter().chain(&costs).map(|(id, value)| rating(id, *value)).collect();
    let whole = delivered.evaluate(&answers);
    assert_eq!((whole.index, whole.dimensions[0].points, whole.dimensions[1].points), (Some(50.0), 160.0, -110.0));
    let nothing = delivered.evaluate(&[rating(costs[0].0, 0)]);
    assert!(nothing.items.iter().all(|item| item.points.is_sign_positive()), "{:?}", nothing.items);
    let partial = delivered.evaluate(&answers[..7]);
    assert_eq!((partial.index, partial.answered_share), (None, 0.875));
    assert_eq!((partial.dimensions[1].points, partial.items[7].missing.len()), (-105.0, 1));
}

#[test]
fn methods_1_4_too_little_answered_has_no_index() {
    let items: Vec<ItemDraft> = [("a", 50), ("b", 30), ("c", 20)].map(|(id, weight)| rated(id, weight)).to_vec();
    let asked = scheme(draft(IndexForm::Interval, vec![], items));
    // 80 of 100 are enough, and the others share the weight.
    near(asked.evaluate(&[rating("a", 5), rating("b", 1)]).index, 62.5);
    let less = asked.evaluate(&[rating("a", 5), rating("c", 5)]);
    assert_eq!((less.index, less.answered_share), (None, 0.7));
    assert_eq!(asked.evaluate(&[]).index, None);
}

#[test]
fn a_dimension_with_less_than_half_its_items_does_not_count() {
    let half = |id: &str| crate::DimensionDraft { min_answered_bp: 5_000, ..dimension(id) };
    let items = ["a", "a", "a", "a", "b"].iter().enumerate().map(|(n, id)| within(id, rated(&format!("i{n}"), 1)));
    let content = draft(IndexForm::Interval, vec![half("a"), half("b")], items.collect());
    let asked = scheme(QuestionnaireDraft { min_answered_bp: 5_000, ..content });
    let one_of_four = asked.evaluate(&[rating("i0", 1), rating("i4", 5)]);
    assert_eq!((one_of_four.index, one_of_four.answered_share), (Some(100.0), 0.5));
    assert_eq!((one_of_four.dimensions[0].score, one_of_four.dimensions[0].answered_share), (None, 0.25));
    let two_of_four = asked.evaluate(&[rating("i0", 1), rating("i1", 1), rating("i4", 5)]);
    assert_eq!((two_of_four.index, two_of_four.answered_share), (Some(50.0), 0.75));
}

#[test]
fn not_rated_leaves_the_denominator_and_is_told_apart() {
    let asked = scheme(draft(IndexForm::Interval, vec![], vec![rated("a", 4), rated("b", 1)]));
    let unrated = Answer { asked: Asked::Item("b".to_owned().try_into().unwrap(), QuestionKind::Rating), value: None };
    let told = asked.evaluate(&[rating("a", 4), unrated]);
    assert_eq!((told.index, told.answered_share), (Some(75.0), 0.8));
    assert_eq!((&told.items[1].not_rated, &told.items[1].missing), (&vec![QuestionKind::Rating], &vec![]));
}

fn levels() -> crate::QuestionnaireScheme {
    let dimensions = vec![
        dimension("material"),
        resting_on("material", 60, dimension("psychological")),
        resting_on("psychological", 60, dimension("social")),
    ];
    let rated = |level: &str| within(level, item(&format!("{level}_1"), scale(0, 10), &[QuestionKind::Rating]));
    scheme(draft(IndexForm::Ratio, dimensions, ["material", "psychological", "social"].map(rated).to_vec()))
}

fn on_levels(values: [i32; 3]) -> Evaluation {
    let ids = ["material_1", "psychological_1", "social_1"];
    levels().evaluate(&ids.iter().zip(values).map(|(id, value)| rating(id, value)).collect::<Vec<_>>())
}

#[test]
fn a_level_counts_only_when_the_one_below_is_satisfied() {
    let gates = |values| on_levels(values).dimensions.iter().map(|one| one.gate).collect::<Vec<_>>();
    near(on_levels([6, 6, 9]).index, 70.0);
    assert_eq!(gates([6, 6, 9]), [Gating::None, Gating::Open, Gating::Open]);
    near(on_levels([6, 5, 9]).index, 110.0 / 3.0);
    // Behind a closed gate the next one is closed too, however satisfied its own level is.
    near(on_levels([5, 9, 9]).index, 50.0 / 3.0);
    assert_eq!(gates([5, 9, 9]), [Gating::None, Gating::Closed, Gating::Closed]);
    assert_eq!(on_levels([5, 9, 9]).dimensions[1].score, Some(90.0), "it is told all the same");
}

#[test]
fn reichheld_2003_and_dixon_freeman_toman_2010() {
    let question =
        |metric, scale| ItemDraft { metric: Some(metric), ..item("question", scale, &[QuestionKind::Rating]) };
    let metrics = |metric, asked: AnswerScale, value| {
        scheme(draft(IndexForm::Interval, vec![], vec![question(metric, asked)]))
            .evaluate(&[rating("question", value)])
            .metrics
    };
    let promoter = |value| metrics(SatisfactionMetric::NetPromoter, scale(0, 10), value).promoter.unwrap();
    assert_eq!(
        [0, 6, 7, 8, 9, 10].map(promoter),
        [
            PromoterClass::Detractor,
            PromoterClass::Detractor,
            PromoterClass::Passive,
            PromoterClass::Passive,
            PromoterClass::Promoter,
            PromoterClass::Promoter,
        ]
    );
    let satisfied = |value| metrics(SatisfactionMetric::Csat, scale(1, 5), value).satisfied.unwrap();
    assert_eq!([3, 4, 5].map(satisfied), [false, true, true]);
    let easy = |value| metrics(SatisfactionMetric::CustomerEffort, scale(1, 7), value).easy;
    let answers = [7, 6, 5, 5, 4, 7, 2].map(easy);
    assert_eq!(answers.iter().filter(|easy| **easy == Some(true)).count(), 5, "methods.md 1.9: 5 of 7");
    let effort = AnswerScale { direction: ScaleDirection::LowerIsBetter, ..scale(1, 5) };
    assert_eq!(metrics(SatisfactionMetric::CustomerEffort, effort, 1).easy, None);
}
