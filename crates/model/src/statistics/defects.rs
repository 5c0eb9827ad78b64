//! Defects per million opportunities, and the sigma level they are told as. What is kept is the number of defects; sigma is a
//! way to show it, with the shift of 1.5 that is convention (Harry 1988).

use super::distribution::{normal_above, normal_quantile};
use super::proportion;

const SHIFT: f64 = 1.5;
const MILLION: f64 = 1e6;

/// Defects among opportunities for one: units times the opportunities of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Defects {
    pub defects: u64,
    pub opportunities: u64,
}

impl Defects {
    /// Per million opportunities; none without an opportunity.
    pub fn per_million(self) -> Option<f64> {
        (self.opportunities > 0).then(|| MILLION * self.defects as f64 / self.opportunities as f64)
    }

    /// None where no defect was seen, which proves no level but a least one ([`Defects::bound`]), and where everything was
    /// defective.
    pub fn sigma(self) -> Option<f64> {
        sigma(self.per_million()?)
    }

    /// The most defects per million there may be, where none was seen.
    pub fn bound(self) -> Option<f64> {
        (self.defects == 0).then_some(())?;
        proportion::bound_without_hits(self.opportunities).map(|share| MILLION * share)
    }
}

/// The sigma level of defects per million, above 0 and below a million.
pub fn sigma(per_million: f64) -> Option<f64> {
    // The quantile of the smaller share, which keeps the digits of few defects.
    normal_quantile(per_million / MILLION).map(|quantile| SHIFT - quantile)
}

/// The defects per million of a sigma level.
pub fn per_million(sigma: f64) -> f64 {
    MILLION * normal_above(sigma - SHIFT)
}

/// How many opportunities without a defect prove that there are no more than so many per million.
pub fn opportunities_to_prove(per_million: f64) -> Option<u64> {
    let share = per_million / MILLION;
    (share > 0.0 && share < 1.0).then(|| (0.05_f64.ln() / (-share).ln_1p()).ceil() as u64)
}

#[cfg(test)]
mod tests {
    use super::super::near::{near, printed};
    use super::*;

    fn seen(defects: u64, opportunities: u64) -> Defects {
        Defects { defects, opportunities }
    }

    #[test]
    fn harry_1988() {
        near(seen(27, 1_500 * 6).per_million().unwrap(), 3_000.0);
        printed(seen(27, 1_500 * 6).sigma().unwrap(), 4.247_781_4, 7);
        printed(sigma(93_000.0).unwrap(), 2.822_505_1, 7);
        printed(sigma(3.4).unwrap(), 5.999_854_5, 7);
        near(sigma(500_000.0).unwrap(), 1.5);
        let table = [691_462.461, 308_537.539, 66_807.201, 6_209.665_33, 232.629_079, 3.397_673_12];
        for (level, expected) in table.into_iter().enumerate() {
            near(per_million(level as f64 + 1.0), expected);
        }
        near(per_million(4.5), 1_349.898_03);
    }

    #[test]
    fn no_defect_proves_a_bound_and_no_level() {
        let none = seen(0, 1_000);
        assert_eq!((none.per_million(), none.sigma()), (Some(0.0), None));
        near(none.bound().unwrap(), 2_991.249_55);
        printed(sigma(none.bound().unwrap()).unwrap(), 4.248_739_1, 7);
        assert_eq!(seen(1, 1_000).bound(), None);
        assert_eq!(opportunities_to_prove(3.4), Some(881_097));
    }

    #[test]
    fn nothing_and_everything() {
        assert_eq!((seen(0, 0).per_million(), seen(0, 0).sigma(), seen(0, 0).bound()), (None, None, None));
        assert_eq!((seen(5, 5).per_million(), seen(5, 5).sigma()), (Some(1e6), None));
    }
}
