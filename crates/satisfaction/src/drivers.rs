//! What an outcome such as satisfaction depends on: how much each driver explains of it, and what follows for the firm.
//!
//! Everything is read off n and a covariance matrix, so that answers need not be read again. A regression coefficient says
//! little about importance where drivers go together, as answers of one respondent do; it is shown and not ranked by. The
//! share of the explained variance that is a driver's own is (Groemping 2006, J. Statistical Software 17(1)):
//!
//! - to twelve drivers that of Lindeman, Merenda & Gold 1980: the mean, over all orders in which drivers could be added, of
//!   what one adds (the Shapley value of R2);
//! - above, Johnson's relative weight (2000, Multivariate Behavioral Research 35(1); Genizi 1993), which takes one root of a
//!   matrix and differs little.
//!
//! Importance is association, not cause.

mod importance;
mod part;
mod quadrant;

use nalgebra::DMatrix;

use crate::correlation;

pub use part::{DriverQuestion, Part, PartDrivers, UnfitParts};
pub use quadrant::{Quadrant, quadrants};

/// Up to so many drivers all orders are walked.
pub const MAX_ORDERED: usize = 12;
/// How many respondents there must be for each driver, and in all.
pub const RESPONDENTS_PER_DRIVER: u64 = 10;
pub const MIN_RESPONDENTS: u64 = 50;

guanxi_model::words! {
    /// How importance was found.
    ImportanceMethod { ShapleyValue = 1, RelativeWeight = 2 }
}

/// What an outcome depends on.
#[derive(Clone, Debug, PartialEq)]
pub struct Drivers {
    pub method: ImportanceMethod,
    /// The share of the variance of the outcome that all drivers explain together.
    pub r_squared: f64,
    /// In the order in which they were given.
    pub drivers: Vec<Driver>,
}

/// How much one of them matters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Driver {
    /// With the outcome, the other drivers left out of account.
    pub correlation: f64,
    /// The regression coefficient of standardised variables.
    pub beta: f64,
    /// Its part of R2; the parts add up to it.
    pub explained: f64,
    /// Its part of what is explained, 0 to 1; none where nothing is.
    pub share: Option<f64>,
}

/// Why nothing can be said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// So many more complete answers are needed.
    TooFew {
        missing: u64,
    },
    /// These drivers, by place, were answered alike by everybody.
    Constant(Vec<usize>),
    OutcomeIsConstant,
    /// These drivers, by place, follow from each other: one must be dropped, or they must be merged.
    Collinear(Vec<usize>),
}

/// What the last of some variables depends on, by their covariances in `n` complete answers, row by row.
///
/// # Errors
/// Where there are fewer than 50 answers or 10 for each driver, and where drivers or outcome do not allow it.
pub fn analyse(n: u64, covariances: &[Vec<f64>]) -> Result<Drivers, Unfit> {
    let count = covariances.len().saturating_sub(1);
    let needed = MIN_RESPONDENTS.max(RESPONDENTS_PER_DRIVER * count as u64);
    match needed.saturating_sub(n) {
        0 => explain(&DMatrix::from_fn(covariances.len(), covariances.len(), |row, column| covariances[row][column])),
        missing => Err(Unfit::TooFew { missing }),
    }
}

fn explain(covariances: &DMatrix<f64>) -> Result<Drivers, Unfit> {
    let outcome = covariances.nrows().saturating_sub(1);
    let correlations = correlation::of_covariances(covariances).map_err(|constant| match constant.as_slice() {
        [only] if *only == outcome => Unfit::OutcomeIsConstant,
        _ => Unfit::Constant(constant.into_iter().filter(|one| *one != outcome).collect()),
    })?;
    let dependent = correlation::dependent(&correlations.view((0, 0), (outcome, outcome)).into_owned());
    let all: Vec<usize> = (0..outcome).collect();
    let (betas, r_squared) = correlation::regress(&correlations, outcome, &all)
        .filter(|_| dependent.is_empty())
        .ok_or(Unfit::Collinear(dependent))?;
    let (method, explained) = match outcome {
        0..=MAX_ORDERED => (ImportanceMethod::ShapleyValue, importance::shapley_values(&correlations)),
        _ => (ImportanceMethod::RelativeWeight, importance::relative_weights(&correlations)),
    };
    let total: f64 = explained.iter().sum();
    let driver = |(place, explained): (usize, f64)| Driver {
        correlation: correlations[(place, outcome)],
        beta: betas[place],
        explained,
        share: (total > 0.0).then(|| explained / total),
    };
    let drivers = explained.into_iter().enumerate().map(driver).collect();
    Ok(Drivers { method, r_squared, drivers })
}

#[cfg(test)]
mod tests;
