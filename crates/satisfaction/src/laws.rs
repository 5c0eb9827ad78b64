//! What holds of every questionnaire and all answers.

use guanxi_model::fact::{Answer, QuestionKind};
use proptest::prelude::*;

use crate::sample::{answer, dimension, draft, item, resting_on, scale, scheme, within};
use crate::{DimensionDraft, IndexForm, ItemDraft, QuestionnaireScheme};

const KINDS: [QuestionKind; 3] = [QuestionKind::Perception, QuestionKind::DesiredExpectation, QuestionKind::Importance];

fn forms() -> impl Strategy<Value = IndexForm> {
    prop::sample::select(&[IndexForm::Ratio, IndexForm::Interval, IndexForm::Gap][..])
}

/// A dimension at the top, one in it, one that rests on the first, and items in all of them and beside them.
fn schemes() -> impl Strategy<Value = QuestionnaireScheme> {
    let weights = prop::collection::vec(1..1_000_000, 11);
    (forms(), weights, any::<bool>(), 0..=10_000).prop_map(|(form, weights, stated, min_answered_bp)| {
        let gated = form != IndexForm::Gap;
        let inner = DimensionDraft { parent: "a".to_owned(), ..dimension("b") };
        let last = if gated { resting_on("a", 50, dimension("c")) } else { dimension("c") };
        let mut dimensions = vec![dimension("a"), inner, last];
        for (dimension, weight) in dimensions.iter_mut().zip(&weights) {
            dimension.weight = *weight;
        }
        let place = ["a", "a", "b", "b", "c", "c", "", ""];
        let items = place.iter().zip(&weights[3..]).enumerate().map(|(index, (place, weight))| {
            let asked = item(&format!("i{index}"), scale(0, 10), &KINDS);
            within(place, ItemDraft { weight: *weight, ..asked })
        });
        let mut whole = draft(form, dimensions, items.collect());
        whole.min_answered_bp = min_answered_bp;
        if stated {
            whole.weights = crate::WeightSource::Stated;
        }
        scheme(whole)
    })
}

fn answers() -> impl Strategy<Value = Vec<Answer>> {
    let one = prop::option::weighted(0.8, prop::option::weighted(0.9, 0..=10_i32));
    prop::collection::vec(one, 24).prop_map(|values| {
        let asked = (0..8).flat_map(|index| KINDS.map(|kind| (format!("i{index}"), kind)));
        let given = asked.zip(values).filter_map(|((id, kind), value)| Some((id, kind, value?)));
        given.map(|(id, kind, value)| Answer { value, ..answer(&id, kind, 0) }).collect()
    })
}

proptest! {
    #[test]
    fn parts_add_up_to_the_index_bit_for_bit(scheme in schemes(), answers in answers()) {
        let told = scheme.evaluate(&answers);
        let forwards = told.items.iter().fold(0.0, |sum, item| sum + item.points);
        let backwards = told.items.iter().rev().fold(0.0, |sum, item| sum + item.points);
        prop_assert_eq!(forwards.to_bits(), backwards.to_bits());
        if let Some(index) = told.index {
            prop_assert_eq!(index, forwards);
            let share: f64 = told.items.iter().map(|item| item.weight_share).sum();
            prop_assert!((share - 1.0).abs() < 1e-12, "{}", share);
        }
        for (number, one) in told.dimensions.iter().enumerate() {
            let within = ["a", "b", "c"][number];
            let inner = if within == "a" { told.dimensions[1].points } else { 0.0 };
            let items = scheme.content().items.iter().zip(&told.items).filter(|(item, _)| item.dimension == within);
            prop_assert_eq!(one.points, items.map(|(_, item)| item.points).sum::<f64>() + inner);
        }
    }

    #[test]
    fn scores_are_0_to_100_and_the_order_of_answers_does_not_matter(scheme in schemes(), answers in answers()) {
        let told = scheme.evaluate(&answers);
        if let Some(index) = told.index {
            let range = if scheme.form() == IndexForm::Gap { -10.0..=10.0 } else { 0.0..=100.0 };
            prop_assert!(range.contains(&index), "{}", index);
        }
        let backwards: Vec<Answer> = answers.into_iter().rev().collect();
        prop_assert_eq!(scheme.evaluate(&backwards), told);
    }

    #[test]
    fn a_better_answer_never_lowers_the_index(scheme in schemes(), answers in answers(), which in 0..24_usize) {
        let improvable = |answer: &Answer| {
            let is_outcome = matches!(&answer.asked, guanxi_model::fact::Asked::Item(_, QuestionKind::Perception));
            is_outcome && answer.value.is_some_and(|value| value < 10)
        };
        let Some(index) = answers.iter().enumerate().filter(|(_, one)| improvable(one)).map(|(index, _)| index).nth(which % 8) else {
            return Ok(());
        };
        let mut better = answers.clone();
        better[index].value = better[index].value.map(|value| value + 1);
        let (before, after) = (scheme.evaluate(&answers).index, scheme.evaluate(&better).index);
        prop_assert_eq!(before.is_some(), after.is_some());
        if let (Some(before), Some(after)) = (before, after) {
            prop_assert!(after >= before, "{} after {}", after, before);
        }
    }

    #[test]
    fn the_best_of_all_answers_is_exactly_100(scheme in schemes()) {
        let best: Vec<Answer> = (0..8).map(|index| answer(&format!("i{index}"), QuestionKind::Perception, 10)).collect();
        if scheme.form() != IndexForm::Gap {
            prop_assert_eq!(scheme.evaluate(&best).index, Some(100.0));
        }
    }

    #[test]
    fn a_stored_questionnaire_reads_back_as_it_was(scheme in schemes()) {
        let text = serde_json::to_string(&scheme).unwrap();
        prop_assert_eq!(serde_json::from_str::<QuestionnaireScheme>(&text).unwrap(), scheme);
    }
}
