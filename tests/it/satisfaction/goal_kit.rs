//! What the cases about trends, comparisons, benchmarks and targets share: builders of questions, and of many answers.

use guanxi::v1::{
    IndexForm, QuestionKind, QuestionnaireRevision, SatisfactionAnswer, SatisfactionDays, SatisfactionMetric,
    SatisfactionQuantity, SatisfactionQuantityKind, SatisfactionRecord,
};
use guanxi_model::Day;

use super::index::{date, rated_on};
use super::kit::{answered, asking, item, rating, scale};
use crate::support::time;

/// One question with a metric, on a scale.
pub(crate) fn metric(metric: SatisfactionMetric, (min, max): (i32, i32)) -> QuestionnaireRevision {
    let mut one = item("one", scale(min, max), &[QuestionKind::Rating]);
    one.metric = metric.into();
    asking(IndexForm::Interval, vec![one])
}

pub(crate) fn whole(kind: SatisfactionQuantityKind) -> SatisfactionQuantity {
    SatisfactionQuantity { kind: kind.into(), ..SatisfactionQuantity::default() }
}

pub(crate) fn score(item: &str) -> SatisfactionQuantity {
    SatisfactionQuantity { item: item.into(), ..whole(SatisfactionQuantityKind::Score) }
}

/// All records of some days.
pub(crate) fn days(questionnaire: &str, from: &str, to: &str) -> SatisfactionDays {
    SatisfactionDays {
        questionnaire: questionnaire.into(),
        start_date: date(from),
        end_date: date(to),
        ..SatisfactionDays::default()
    }
}

/// A day of 2026, counted from 0.
pub(crate) fn day(number: i32) -> String {
    Day::parse("2026-01-01").unwrap().plus_days(number).to_string()
}

/// What a customer answered on some day.
pub(crate) fn said(
    day: &str,
    (customer, source_id, revision): (&str, &str, &str),
    answers: Vec<SatisfactionAnswer>,
) -> SatisfactionRecord {
    let mut record = answered(customer, source_id, revision, answers);
    record.context.as_mut().unwrap().occur_time = Some(time(&format!("{day}T12:00:00Z")));
    record
}

/// So many answers to the one question, each with its value.
pub(crate) fn ones(day: &str, (customer, revision): (&str, &str), values: &[(i32, usize)]) -> Vec<SatisfactionRecord> {
    let values = values.iter().flat_map(|(value, times)| std::iter::repeat_n(*value, *times)).enumerate();
    let one = |(index, value)| said(day, (customer, &format!("{day}-{index}"), revision), vec![rating("one", value)]);
    values.map(one).collect()
}

/// Speeds that were rated on some day; care is 3.
pub(crate) fn speeds(day: &str, (customer, revision): (&str, &str), speeds: &[i32]) -> Vec<SatisfactionRecord> {
    let one =
        |(index, speed): (usize, &i32)| rated_on(day, (customer, &format!("{day}-{index}"), revision), (*speed, 3));
    speeds.iter().enumerate().map(one).collect()
}
