//! The straight line from answers on a scale to 0 to 100, by the form of an index: the same for one answer and for the mean of
//! many.

use guanxi_model::statistics::mean::Mean;

use crate::scheme::{AnswerScale, IndexForm};

/// See the module: what of the scale is 0, and how far it is from there to 100.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Line {
    zero: f64,
    whole: f64,
}

impl Line {
    /// None under a form that has no scores.
    pub(crate) fn of(scale: &AnswerScale, form: IndexForm) -> Option<Line> {
        let (min, max) = (f64::from(scale.min), f64::from(scale.max));
        match form {
            // Fornell et al. 1996, J. Marketing 60(4), 7-18, and the form without a lower bound.
            IndexForm::Interval => Some(Line { zero: min, whole: max - min }),
            IndexForm::Ratio => Some(Line { zero: 0.0, whole: max }),
            IndexForm::Gap | IndexForm::Difference => None,
        }
    }

    /// Of answers with their good end up.
    pub(crate) fn score(self, answer: f64) -> f64 {
        100.0 * (answer - self.zero) / self.whole
    }

    pub(crate) fn score_mean(self, Mean { mean, deviation, n }: Mean) -> Mean {
        let deviation = deviation.map(|deviation| 100.0 * deviation / self.whole);
        Mean { mean: self.score(mean), deviation, n }
    }
}
