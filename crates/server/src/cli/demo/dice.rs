//! Chance that can be repeated: the generator and the distributions keep their values from release to release.

use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt as _, SeedableRng as _};
use rand_distr::{Distribution as _, Exp1, Gamma};

/// Spreads numbers that differ little over all bits.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

#[derive(Clone, Debug)]
pub(super) struct Dice(Xoshiro256PlusPlus);

impl Dice {
    /// Dice of their own for everybody and every matter, so that one does not depend on how often another throws.
    pub(super) fn new(seed: u32, number: u32, matter: u8) -> Self {
        let whose = (u64::from(seed) << 32 | u64::from(number)).wrapping_mul(GOLDEN);
        Self(Xoshiro256PlusPlus::seed_from_u64(whose ^ u64::from(matter)))
    }

    pub(super) fn chance(&mut self, probability: f64) -> bool {
        self.0.random::<f64>() < probability
    }

    /// Both ends included.
    pub(super) fn between(&mut self, least: i64, most: i64) -> i64 {
        self.0.random_range(least..=most)
    }

    /// One of several; the first of none.
    pub(super) fn pick<T: Copy + Default>(&mut self, of: &[T]) -> T {
        let last = of.len().saturating_sub(1) as i64;
        of.get(self.between(0, last) as usize).copied().unwrap_or_default()
    }

    /// A waiting time of this mean.
    pub(super) fn wait(&mut self, mean: f64) -> f64 {
        let unit: f64 = Exp1.sample(&mut self.0);
        unit * mean
    }

    /// Something that differs between people: gamma distributed with this mean, the more unequal the smaller `shape`.
    pub(super) fn trait_of(&mut self, shape: f64, mean: f64) -> f64 {
        Gamma::new(shape, mean / shape).map_or(mean, |gamma| gamma.sample(&mut self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn throws_never_change() {
        let mut dice = Dice::new(1, 1, 0);
        let throws =
            [dice.between(0, 999), dice.between(0, 999), (dice.wait(1000.0)) as i64, dice.trait_of(0.8, 1000.0) as i64];
        assert_eq!(throws, [270, 845, 2819, 1696]);
    }

    #[test]
    fn traits_have_their_mean() {
        let mut dice = Dice::new(1, 2, 3);
        let mean = (0..10_000).map(|_| dice.trait_of(0.9, 16.0)).sum::<f64>() / 10_000.0;
        assert!((mean - 16.0).abs() < 0.7, "{mean}");
    }
}
