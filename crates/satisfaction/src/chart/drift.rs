//! How a chart carries the past, by an average or by sums, and what a period leaves behind for those after it.

use guanxi_model::statistics::chart::drift::{Averaged, Baseline, Cusum, Ewma, Summed};

use super::{Bounded, Direction};

/// How drifts are found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rule {
    Ewma(Ewma),
    Cusum(Cusum),
}

/// What a period leaves behind for those after it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Drift {
    /// The moving average with its limits: of means in their unit, else in standard errors from the centre.
    Average(Bounded),
    /// The sums of what was off the centre, in standard errors.
    Sums(Summed),
}

impl From<Ewma> for Rule {
    fn from(ewma: Ewma) -> Rule {
        Rule::Ewma(ewma)
    }
}

impl Rule {
    pub(super) fn chart(self, values: &[Option<f64>], level: Baseline) -> Vec<Option<Drift>> {
        match self {
            Rule::Ewma(ewma) => ewma.chart(values, level).into_iter().map(|point| point.map(Drift::from)).collect(),
            Rule::Cusum(cusum) => cusum.chart(values, level).into_iter().map(|point| point.map(Drift::Sums)).collect(),
        }
    }
}

impl From<Averaged> for Drift {
    fn from(Averaged { average, low, high, alarm }: Averaged) -> Drift {
        Drift::Average(Bounded { value: average, low, high, alarm })
    }
}

impl Drift {
    pub fn alarms(&self) -> bool {
        match self {
            Drift::Average(average) => average.alarm,
            Drift::Sums(sums) => sums.alarm,
        }
    }

    /// On which side of the centre, which limits are laid around, the past is.
    pub(super) fn direction(&self) -> Direction {
        let rises = match self {
            Drift::Average(Bounded { value, low, high, alarm: _ }) => *value > (low + high) / 2.0,
            Drift::Sums(Summed { above, below, alarm: _ }) => above > below,
        };
        if rises { Direction::Rise } else { Direction::Fall }
    }

    /// Whether a change that way cannot have begun yet.
    pub(super) fn is_before(&self, direction: Direction) -> bool {
        match (self, direction) {
            (Drift::Average(_), _) => self.direction() != direction,
            (Drift::Sums(sums), Direction::Rise) => sums.above == 0.0,
            (Drift::Sums(sums), Direction::Fall) => sums.below == 0.0,
        }
    }
}
