//! Time decay: what is older weighs less, by half with every half-life.

/// Weighted sums at one moment. Moving them to a later one is one multiplication each, so old evidence need not be read again,
/// and evidence that comes late joins with the weight it has by then, in any order.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Decayed {
    weight: f64,
    weighted: f64,
    squares: f64,
}

/// How many unweighted values would be worth as much as weighted ones, by the sums of their weights and of the squares of
/// these (Kish 1965, Survey Sampling). It takes the place of n in every interval.
pub fn effective_n(weight: f64, squares: f64) -> Option<f64> {
    (squares > 0.0).then(|| weight * weight / squares)
}

/// 2^(-age / half-life), both in the same unit; none of what has yet to happen, and without a half-life.
pub fn weight(age: f64, half_life: f64) -> Option<f64> {
    (age >= 0.0 && half_life > 0.0).then(|| (-age / half_life).exp2())
}

impl Decayed {
    /// Counts a value with its weight.
    pub fn add(&mut self, value: f64, weight: f64) {
        self.weight += weight;
        self.weighted += weight * value;
        self.squares += weight * weight;
    }

    /// As of a moment so much later; none of an earlier one.
    pub fn later(self, by: f64, half_life: f64) -> Option<Decayed> {
        let factor = weight(by, half_life)?;
        let Decayed { weight, weighted, squares } = self;
        Some(Decayed { weight: weight * factor, weighted: weighted * factor, squares: squares * factor * factor })
    }

    /// None of nothing.
    pub fn mean(self) -> Option<f64> {
        (self.weight > 0.0).then(|| self.weighted / self.weight)
    }

    /// None of nothing.
    pub fn effective_n(self) -> Option<f64> {
        effective_n(self.weight, self.squares)
    }
}

#[cfg(test)]
mod tests {
    use super::super::near::near;
    use super::*;

    const SEEN: [(f64, f64); 4] = [(0.0, 5.0), (30.0, 4.0), (90.0, 2.0), (365.0, 1.0)];

    #[test]
    fn kish_1965() {
        let weights = SEEN.map(|(age, _)| weight(age, 90.0).unwrap());
        for (found, expected) in weights.into_iter().zip([1.0, 0.793_700_526_0, 0.5, 0.060_138_989_8]) {
            assert!((found - expected).abs() < 1e-10, "{found} is not {expected}");
        }
        let mut sums = Decayed::default();
        SEEN.into_iter().zip(weights).for_each(|((_, value), weight)| sums.add(value, weight));
        near(sums.mean().unwrap(), 3.923_352_051_7);
        near(sums.effective_n().unwrap(), 2.941_509_590_5);
    }

    #[test]
    fn sums_moved_on_are_those_of_older_evidence() {
        let (mut now, mut later) = (Decayed::default(), Decayed::default());
        for (age, value) in SEEN {
            now.add(value, weight(age, 90.0).unwrap());
            later.add(value, weight(age + 45.0, 90.0).unwrap());
        }
        let moved = now.later(45.0, 90.0).unwrap();
        near(moved.weight, later.weight);
        near(moved.mean().unwrap(), later.mean().unwrap());
        near(moved.effective_n().unwrap(), later.effective_n().unwrap());
    }

    #[test]
    fn what_has_yet_to_happen_has_no_weight() {
        assert_eq!((weight(-1.0, 90.0), weight(1.0, 0.0)), (None, None));
        assert_eq!((Decayed::default().mean(), Decayed::default().effective_n()), (None, None));
    }
}
