//! Any answers of a few customers to a questionnaire that asks a little of everything, with corrections and withdrawals.

use guanxi::v1::{
    IndexForm, QuestionKind, QuestionnaireItem, QuestionnaireRevision, SatisfactionAnswer, SatisfactionMetric,
};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::satisfaction::kit::{
    answer, asking as cumulative, dimension, item, rated, rating, scale, unrated, weighing, within,
};

/// Customers of a case.
pub(super) const CUSTOMERS: usize = 4;

/// One thing that happens.
#[derive(Clone, Debug)]
pub(super) enum Event {
    /// Answers on a day of three months; perhaps in the place of another record, which may come later.
    Answer {
        customer: usize,
        day: i32,
        revision: usize,
        said: Said,
        replaces: Option<Index>,
    },
    Withdraw(Index),
    /// A customer buys, and may rise.
    Buy {
        customer: usize,
        cents: i64,
    },
}

/// What is said, by words that are few so that records meet in cells.
#[derive(Clone, Debug)]
pub(super) struct Said {
    answers: Vec<Option<i32>>,
    pub(super) method: i32,
    pub(super) words: [usize; 5],
    pub(super) role: Option<i32>,
}

fn said() -> impl Strategy<Value = Said> {
    let value = prop_oneof![8 => (1..=5).prop_map(Some), 1 => Just(None)];
    let answers = prop::collection::vec(value, 6);
    let words = [0_usize..3, 0_usize..3, 0_usize..3, 0_usize..3, 0_usize..3];
    (answers, 1..=2, words, prop::option::of(1..=2)).prop_map(|(answers, method, words, role)| Said {
        answers,
        method,
        words,
        role,
    })
}

pub(super) fn event() -> impl Strategy<Value = Event> {
    let replaces = prop_oneof![3 => Just(None), 1 => any::<Index>().prop_map(Some)];
    prop_oneof![
        16 => (0..CUSTOMERS, 0..90, 0_usize..2, said(), replaces).prop_map(
            |(customer, day, revision, said, replaces)| Event::Answer { customer, day, revision, said, replaces }
        ),
        2 => any::<Index>().prop_map(Event::Withdraw),
        2 => (0..CUSTOMERS, 1_i64..60_000).prop_map(|(customer, cents)| Event::Buy { customer, cents }),
    ]
}

/// Two dimensions, of ratings and of a comparison, and the question whether one would recommend.
pub(super) fn revision() -> QuestionnaireRevision {
    let asked = [QuestionKind::Perception, QuestionKind::DesiredExpectation, QuestionKind::AdequateExpectation];
    let recommend = QuestionnaireItem {
        metric: SatisfactionMetric::NetPromoter.into(),
        ..weighing(0, item("recommend", scale(0, 10), &[QuestionKind::Rating]))
    };
    QuestionnaireRevision {
        dimensions: vec![dimension("pace"), dimension("trust")],
        compared_expectation: QuestionKind::DesiredExpectation.into(),
        ..cumulative(
            IndexForm::Interval,
            vec![
                within("pace", rated("speed")),
                within("pace", weighing(3, rated("way"))),
                within("trust", item("word", scale(1, 7), &asked)),
                recommend,
            ],
        )
    }
}

pub(super) fn answers(said: &Said) -> Vec<SatisfactionAnswer> {
    let questions: [(&str, QuestionKind, i32); 6] = [
        ("speed", QuestionKind::Rating, 1),
        ("way", QuestionKind::Rating, 1),
        ("word", QuestionKind::Perception, 1),
        ("word", QuestionKind::DesiredExpectation, 1),
        ("word", QuestionKind::AdequateExpectation, 1),
        ("recommend", QuestionKind::Rating, 2),
    ];
    let mut answers: Vec<_> = questions
        .iter()
        .zip(&said.answers)
        .filter_map(|((item, question, times), value)| value.map(|value| answer(item, *question, value * times)))
        .collect();
    // What is not answered is left out, but for the last question, which is answered with "not rated" then.
    if said.answers[5].is_none() {
        answers.push(unrated("recommend"));
    }
    if answers.len() == 1 {
        answers.push(rating("speed", 3));
    }
    answers
}
