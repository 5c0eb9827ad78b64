//! How satisfied one customer is, by all it has answered: what is recent counts more, and which way it goes.
//!
//! The mean is weighted by 2^(-age / half-life). Kish's effective number (1965) takes the place of the number of records in
//! the intervals. The trend is the slope of weighted least squares with the same weights.

use guanxi_model::QuestionnaireId;
use guanxi_model::fact::CollectionMethod;
use guanxi_model::statistics::distribution::t95;
use guanxi_model::statistics::mean::Mean;
use guanxi_model::statistics::{Interval, decay};

use crate::compare::SatisfactionBand;
use crate::evaluate::Evaluation;
use crate::metric::Metrics;
use crate::scheme::{IndexForm, QuestionnaireScope};

/// A trend is told from so many records on: of two, the slope would fit exactly and say nothing.
const FEWEST_FOR_A_TREND: usize = 3;
/// What a trend is told for.
const DAYS_OF_A_STEP: f64 = 30.0;

/// A record as far as it is looked at here.
#[derive(Clone, Debug)]
pub struct Heard {
    pub questionnaire: QuestionnaireId,
    pub scope: QuestionnaireScope,
    pub form: IndexForm,
    pub method: CollectionMethod,
    /// In days, not below 0.
    pub age_days: f64,
    pub evaluation: Evaluation,
}

/// Whether records are told together that were come by in different ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pooling {
    EachMethod,
    AllMethods,
}

/// What records of one kind say together.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// None where it is of all questionnaires of a scope whose index is 0 to 100.
    pub questionnaire: Option<QuestionnaireId>,
    pub scope: QuestionnaireScope,
    /// None where the questionnaires may have different ones.
    pub form: Option<IndexForm>,
    /// None where methods are pooled.
    pub method: Option<CollectionMethod>,
    /// Which of the records is the newest.
    pub newest: usize,
    pub record_count: usize,
    pub decayed: Option<Decayed>,
    pub trend: Option<Trend>,
    /// How many records were dissatisfied, satisfied, delighted.
    pub bands: [usize; 3],
    /// Each by the newest record that tells it.
    pub metrics: Metrics,
}

/// A mean in which what is recent counts more.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decayed {
    /// Of an effective number of records.
    pub mean: Mean,
    /// Records that have an index.
    pub count: usize,
}

/// How the index changes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trend {
    /// Points in 30 days.
    pub slope: f64,
    pub interval: Interval,
}

/// What each questionnaire was answered, told apart by scope and form too, which its revisions may change. `heard` is the
/// newest first.
pub fn by_questionnaire(heard: &[Heard], half_life_days: f64, pooling: Pooling) -> Vec<Standing> {
    standings(heard, half_life_days, |one| {
        Some((Some(one.questionnaire.clone()), one.scope, Some(one.form), pooling.method(one)))
    })
}

/// What was answered of each scope, by all questionnaires whose index is 0 to 100. `heard` is the newest first.
pub fn by_scope(heard: &[Heard], half_life_days: f64, pooling: Pooling) -> Vec<Standing> {
    standings(heard, half_life_days, |one| {
        matches!(one.form, IndexForm::Ratio | IndexForm::Interval).then(|| (None, one.scope, None, pooling.method(one)))
    })
}

impl Pooling {
    fn method(self, one: &Heard) -> Option<CollectionMethod> {
        (self == Pooling::EachMethod).then_some(one.method)
    }
}

/// What is told together.
type Together = (Option<QuestionnaireId>, QuestionnaireScope, Option<IndexForm>, Option<CollectionMethod>);

fn standings(heard: &[Heard], half_life_days: f64, together: impl Fn(&Heard) -> Option<Together>) -> Vec<Standing> {
    let mut groups: Vec<(Together, Vec<usize>)> = Vec::new();
    for (index, one) in heard.iter().enumerate() {
        let Some(key) = together(one) else { continue };
        match groups.iter_mut().find(|(known, _)| *known == key) {
            Some((_, members)) => members.push(index),
            None => groups.push((key, vec![index])),
        }
    }
    // In a fixed order, whatever was answered last.
    groups.sort_by(|(a, _), (b, _)| {
        let codes = |key: &Together| (code(Some(key.1)), code(key.2), code(key.3));
        (&a.0, codes(a)).cmp(&(&b.0, codes(b)))
    });
    groups.into_iter().map(|(key, members)| standing(heard, half_life_days, (key, &members))).collect()
}

fn code<W: guanxi_model::Words>(word: Option<W>) -> i16 {
    word.map_or(0, W::code)
}

fn standing(heard: &[Heard], half_life_days: f64, (key, members): (Together, &[usize])) -> Standing {
    let (questionnaire, scope, form, method) = key;
    let records = || members.iter().map(|index| &heard[*index]);
    let points: Vec<Point> =
        records().filter_map(|one| Point::of(one.age_days, one.evaluation.index?, half_life_days)).collect();
    let mut bands = [0; 3];
    for band in records().filter_map(|one| one.evaluation.comparison?.band) {
        bands[match band {
            SatisfactionBand::Dissatisfied => 0,
            SatisfactionBand::Satisfied => 1,
            SatisfactionBand::Delighted => 2,
        }] += 1;
    }
    let metrics = Metrics {
        promoter: records().find_map(|one| one.evaluation.metrics.promoter),
        satisfied: records().find_map(|one| one.evaluation.metrics.satisfied),
        easy: records().find_map(|one| one.evaluation.metrics.easy),
    };
    Standing {
        questionnaire,
        scope,
        form,
        method,
        newest: members.first().copied().unwrap_or_default(),
        record_count: members.len(),
        decayed: decayed(&points),
        trend: trend(&points),
        bands,
        metrics,
    }
}

/// An index with when it was answered and what it counts.
#[derive(Clone, Copy, Debug)]
struct Point {
    /// In steps of 30 days, the later the greater.
    at: f64,
    index: f64,
    weight: f64,
}

impl Point {
    /// None of what has yet to happen.
    fn of(age_days: f64, index: f64, half_life_days: f64) -> Option<Point> {
        let weight = decay::weight(age_days, half_life_days)?;
        Some(Point { at: -age_days / DAYS_OF_A_STEP, index, weight })
    }
}

/// Something of points, each by its weight.
fn weighed(points: &[Point], what: impl Fn(&Point) -> f64) -> decay::Decayed {
    let mut sums = decay::Decayed::default();
    points.iter().for_each(|point| sums.add(what(point), point.weight));
    sums
}

/// None where all is so old that it weighs nothing at all.
fn decayed(points: &[Point]) -> Option<Decayed> {
    let indices = weighed(points, |point| point.index);
    let (mean, n) = indices.mean().zip(indices.effective_n())?;
    let variance = weighed(points, |point| (point.index - mean).powi(2)).mean()?;
    Some(Decayed { mean: Mean::weighted(mean, variance, n), count: points.len() })
}

fn trend(points: &[Point]) -> Option<Trend> {
    if points.len() < FEWEST_FOR_A_TREND {
        return None;
    }
    let (at, mean) = (weighed(points, |point| point.at).mean()?, weighed(points, |point| point.index).mean()?);
    let sum = |what: &dyn Fn(&Point) -> f64| points.iter().map(|point| point.weight * what(point)).sum::<f64>();
    let spread = sum(&|point| (point.at - at).powi(2));
    let slope = sum(&|point| (point.at - at) * (point.index - mean)) / spread;
    // What is old and weighs next to nothing is no degree of freedom.
    let degrees = weighed(points, |point| point.index).effective_n()? - 2.0;
    let error = sum(&|point| (point.index - mean - slope * (point.at - at)).powi(2)) / degrees;
    let reach = t95(degrees)? * (error / spread).sqrt();
    // Of records of one moment, or where all but one weigh nothing, there is none.
    (slope.is_finite() && reach.is_finite()).then_some(Trend { slope, interval: Interval::around(slope, reach) })
}

#[cfg(test)]
mod tests {
    use guanxi_model::fact::QuestionKind;

    use super::*;
    use crate::sample::{draft, item, rating, scale, scheme};

    /// Somebody who answered so, on a scale whose answers are the index.
    fn heard(questionnaire: &str, age_days: f64, answer: i32) -> Heard {
        let form = IndexForm::Ratio;
        let asked = scheme(draft(form, vec![], vec![item("whole", scale(0, 100), &[QuestionKind::Rating])]));
        Heard {
            questionnaire: QuestionnaireId::parse(questionnaire).unwrap(),
            scope: QuestionnaireScope::Cumulative,
            form,
            method: CollectionMethod::Phone,
            age_days,
            evaluation: asked.evaluate(&[rating("whole", answer)]),
        }
    }

    fn golden() -> Vec<Heard> {
        [(0.0, 5), (30.0, 4), (90.0, 2), (365.0, 1)].map(|(age, answer)| heard("service", age, answer)).into()
    }

    #[track_caller]
    fn near(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-8, "{found} is not {expected}");
    }

    #[test]
    fn methods_1_11_half_life_of_90_days() {
        let told = by_questionnaire(&golden(), 90.0, Pooling::EachMethod);
        let decayed = told[0].decayed.unwrap();
        near(decayed.mean.mean, 3.923_352_051_7);
        near(decayed.mean.n, 2.941_509_590_5);
        near(decayed.mean.standard_error().unwrap(), 0.878_558_195_5);
        assert_eq!((decayed.count, told[0].newest), (4, 0));
    }

    /// By weighted least squares: slope 0.4815163195, standard error 0.3423748031, t of 0.9415095905 degrees 14.7321296393.
    #[test]
    fn a_trend_is_a_slope_for_thirty_days() {
        let trend = by_scope(&golden(), 90.0, Pooling::AllMethods)[0].trend.unwrap();
        near(trend.slope, 0.481_516_319_5);
        near(trend.interval.low, -4.562_393_665_4);
        near(trend.interval.high, 5.525_426_304_4);
        let fading = [(0.0, 5), (90.0, 4), (180.0, 2)].map(|(age, answer)| heard("service", age, answer));
        assert!(by_scope(&fading, 30.0, Pooling::AllMethods)[0].trend.is_none(), "worth no more than two");
        assert!(by_scope(&golden()[..2], 90.0, Pooling::AllMethods)[0].trend.is_none(), "two say nothing");
        let at_once = vec![heard("service", 3.0, 5), heard("service", 3.0, 1), heard("service", 3.0, 2)];
        assert!(by_scope(&at_once, 90.0, Pooling::AllMethods)[0].trend.is_none(), "nor those of one moment");
    }

    #[test]
    fn what_cannot_be_compared_is_told_apart() {
        let shopper = Heard { method: CollectionMethod::MysteryShopper, ..heard("service", 1.0, 90) };
        let gap = Heard { form: IndexForm::Gap, ..heard("gaps", 2.0, 3) };
        let visit = Heard { scope: QuestionnaireScope::Transaction, ..heard("visit", 3.0, 70) };
        let all = vec![heard("service", 0.0, 50), shopper, gap, visit, heard("other", 4.0, 60)];
        let names = |told: &[Standing]| -> Vec<(Option<String>, usize)> {
            told.iter().map(|it| (it.questionnaire.as_ref().map(ToString::to_string), it.record_count)).collect()
        };
        let named = |name: &str, count| (Some(name.to_owned()), count);
        let each = by_questionnaire(&all, 90.0, Pooling::EachMethod);
        let apart = [named("gaps", 1), named("other", 1), named("service", 1), named("service", 1), named("visit", 1)];
        assert_eq!(names(&each), apart);
        let pooled = by_questionnaire(&all, 90.0, Pooling::AllMethods);
        assert_eq!(names(&pooled), [named("gaps", 1), named("other", 1), named("service", 2), named("visit", 1)]);
        // The gap is in no scope: its points are not those of the others.
        assert_eq!(names(&by_scope(&all, 90.0, Pooling::AllMethods)), [(None, 1), (None, 3)]);
        assert_eq!(by_scope(&all, 90.0, Pooling::EachMethod).len(), 3);
    }

    #[test]
    fn ages_beyond_all_weight_leave_no_mean() {
        assert!(by_scope(&[heard("service", 1e6, 50)], 1.0, Pooling::AllMethods)[0].decayed.is_none());
        let one = by_scope(&[heard("service", 10.0, 50)], 1.0, Pooling::AllMethods)[0].decayed.unwrap();
        assert_eq!((one.mean, one.mean.interval()), (Mean { mean: 50.0, deviation: None, n: 1.0 }, None));
    }
}
