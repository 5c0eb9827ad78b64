//! What sums say of a quantity: a value, how many answers it rests on, and how far it may be trusted.

use guanxi_model::statistics::Interval;
use guanxi_model::statistics::mean::Mean;
use guanxi_model::statistics::nps::Recommendations;
use guanxi_model::statistics::proportion::Proportion;
use guanxi_model::statistics::rate::Rate;

use crate::cube::Size;

/// What sums say of a quantity, in numbers that can be tested.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reading {
    /// None of no answers.
    Mean(Option<Mean>),
    Share {
        hits: u64,
        of: u64,
    },
    Promoters(Recommendations),
    /// Events per record.
    Rate {
        events: u64,
        records: u64,
    },
}

impl Reading {
    /// How many answers it rests on.
    pub fn size(self) -> Size {
        let n = match self {
            Reading::Mean(mean) => mean.map_or(0.0, |mean| mean.n) as u64,
            Reading::Share { hits: _, of } => of,
            Reading::Promoters(told) => told.n(),
            Reading::Rate { events: _, records } => records,
        };
        Size::equal(i64::try_from(n).unwrap_or(i64::MAX))
    }

    /// None of no answers.
    pub fn value(self) -> Option<f64> {
        match self {
            Reading::Mean(mean) => mean.map(|mean| mean.mean),
            Reading::Share { hits, of } => Proportion::new(hits, of).map(Proportion::share),
            Reading::Promoters(told) => told.score(),
            Reading::Rate { .. } => self.rate()?.per_unit(),
        }
    }

    /// Of means: the standard deviation among the answers.
    pub fn deviation(self) -> Option<f64> {
        match self {
            Reading::Mean(mean) => mean?.deviation,
            Reading::Share { .. } | Reading::Promoters(_) | Reading::Rate { .. } => None,
        }
    }

    pub fn interval(self) -> Option<Interval> {
        match self {
            Reading::Mean(mean) => mean?.interval(),
            Reading::Share { hits, of } => Proportion::new(hits, of).map(Proportion::interval),
            Reading::Promoters(told) => told.interval().map(|told| told.interval),
            Reading::Rate { .. } => self.rate()?.interval(),
        }
    }

    fn rate(self) -> Option<Rate> {
        let Reading::Rate { events, records } = self else { return None };
        Some(Rate { events, exposure: records as f64 })
    }
}
