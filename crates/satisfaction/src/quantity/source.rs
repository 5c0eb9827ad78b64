//! A quantity in the sums of a revision: which places it takes, and how it is read from them, as a number or as what a
//! control chart is drawn of. It does not know the questionnaire: locate.rs does.

use guanxi_model::fact::QuestionKind;
use guanxi_model::statistics::chart::{Count, Counting};
use guanxi_model::statistics::mean;
use guanxi_model::statistics::nps::Recommendations;

use super::Reading;
use crate::cube::{Compared, Measured, RECORDS, Sums};
use crate::line::Line;

/// Where the sums of a revision hold a quantity.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    pub(super) at: At,
    pub(super) sense: Sense,
}

/// What revisions must have in common for their numbers to be of the same thing, as far as the quantity depends on it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Sense {
    /// The scale that points are of.
    pub(super) scale: Option<(i32, i32)>,
    /// The expectation that perceptions are held against.
    pub(super) expectation: Option<QuestionKind>,
    /// How far off is still as expected.
    pub(super) tolerance_bp: Option<i32>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum At {
    /// A mean, and the line from it to the number where this is another.
    Mean(Measured, Option<Line>),
    Gap(Compared),
    /// A part of several places that follow each other.
    Share {
        part: usize,
        first: usize,
        places: usize,
    },
    /// Detractors, passives, promoters.
    Promoters(usize),
    /// What is in these places, per record.
    PerRecord(Vec<usize>),
}

/// What a control chart is drawn of.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Samples {
    /// Answers, in so many steps to what the line begins from.
    Answers(Vec<mean::Sums>, f64),
    Events(Counting, Vec<Count>),
}

impl Source {
    /// Whether this number is of the same thing as the other.
    pub fn is_like(&self, other: &Source) -> bool {
        self.sense == other.sense
    }

    /// What sums say.
    pub fn read(&self, sums: &Sums) -> Reading {
        match self.at {
            At::PerRecord(ref places) => Reading::Rate {
                events: places.iter().map(|place| count(sums, *place)).sum(),
                records: count(sums, RECORDS),
            },
            At::Mean(measured, line) => {
                let mean = answers(sums, measured).mean(1.0 / measured.unit);
                Reading::Mean(mean.map(|mean| line.map_or(mean, |line| line.score_mean(mean))))
            }
            At::Gap(Compared { gap, .. }) => Reading::Mean(answers(sums, gap).mean(1.0 / gap.unit)),
            At::Share { part, first, places } => {
                Reading::Share { hits: count(sums, part), of: (first..first + places).map(|at| count(sums, at)).sum() }
            }
            At::Promoters(at) => Reading::Promoters(Recommendations {
                detractors: count(sums, at),
                passives: count(sums, at + 1),
                promoters: count(sums, at + 2),
            }),
        }
    }

    /// Of a gap: the perceptions and the expectations it is made of.
    pub fn halves(&self, sums: &Sums) -> Option<(Reading, Reading)> {
        let At::Gap(Compared { gap, perception, expectation, .. }) = self.at else { return None };
        let n = count(sums, gap.at);
        let mean = |at: usize| mean::Sums { n, sum: sums.at(at), squares: sums.at(at + 1) }.mean(1.0 / gap.unit);
        Some((Reading::Mean(mean(perception)), Reading::Mean(mean(expectation))))
    }

    /// What a control chart of periods is drawn of; of too few answers there is nothing.
    pub(crate) fn samples(&self, periods: &[&Sums]) -> Samples {
        let shown = |sums: &&&Sums| self.read(sums).size().is_told();
        let answered = |of: &dyn Fn(&Sums) -> mean::Sums| {
            periods.iter().map(|sums| if shown(&sums) { of(sums) } else { mean::Sums::default() }).collect()
        };
        let count = |sums: &&Sums| match self.read(sums) {
            Reading::Share { hits: events, of } | Reading::Rate { events, records: of } if shown(&sums) => {
                Count { events, of: of as f64 }
            }
            _ => Count::NONE,
        };
        let counted = || periods.iter().map(count).collect();
        match self.at {
            At::Mean(measured, _) | At::Gap(Compared { gap: measured, .. }) => {
                Samples::Answers(answered(&|sums| answers(sums, measured)), 1.0 / measured.unit)
            }
            // Each answer is 1, 0 or -1 of a hundred points.
            At::Promoters(at) => {
                let signs = |sums: &Sums| {
                    let (against, without, for_us) = (sums.at(at), sums.at(at + 1), sums.at(at + 2));
                    let n = u64::try_from(against + without + for_us).unwrap_or_default();
                    mean::Sums { n, sum: for_us - against, squares: for_us + against }
                };
                Samples::Answers(answered(&signs), 0.01)
            }
            At::Share { .. } => Samples::Events(Counting::Shares, counted()),
            At::PerRecord(_) => Samples::Events(Counting::Rates, counted()),
        }
    }

    /// The number of a mean that a chart was drawn about.
    pub(crate) fn centre(&self, mean: f64) -> f64 {
        match self.at {
            At::Mean(_, Some(line)) => line.score(mean),
            At::Mean(_, None) | At::Gap(_) | At::Share { .. } | At::Promoters(_) | At::PerRecord(_) => mean,
        }
    }
}

fn answers(sums: &Sums, Measured { at, unit: _ }: Measured) -> mean::Sums {
    mean::Sums { n: count(sums, at), sum: sums.at(at + 1), squares: sums.at(at + 2) }
}

fn count(sums: &Sums, at: usize) -> u64 {
    u64::try_from(sums.at(at)).unwrap_or_default()
}
