//! The net promoter score (Reichheld 2003, HBR 81(12)): its error, its interval, and whether two waves differ.

use super::distribution::{Z95, normal_beyond};
use super::{Difference, Interval, Test};

/// Who would recommend, who would not, and who neither.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recommendations {
    pub promoters: u64,
    pub passives: u64,
    pub detractors: u64,
}

/// The interval of a score, and the point it is laid around.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adjusted {
    pub point: f64,
    pub interval: Interval,
}

/// Answers added before an interval is laid around a score.
const ADDED: f64 = 3.0;

impl Recommendations {
    pub fn n(self) -> u64 {
        self.promoters + self.passives + self.detractors
    }

    /// -100 to 100; none of nobody.
    pub fn score(self) -> Option<f64> {
        self.exactly().map(|shares| 100.0 * shares.mean())
    }

    /// In points of the score.
    pub fn standard_error(self) -> Option<f64> {
        self.exactly().map(Shares::error)
    }

    /// Adjusted Wald: three more answers, a quarter of them promoters and a quarter detractors, so that answers which are all
    /// alike are not taken for certainty (Rocks 2016, The American Statistician 70(4), 365-372).
    pub fn interval(self) -> Option<Adjusted> {
        self.exactly().map(|shares| shares.with(ADDED).adjusted())
    }

    fn exactly(self) -> Option<Shares> {
        let n = self.n() as f64;
        let share = |count: u64| count as f64 / n;
        (self.n() > 0).then(|| Shares { promoters: share(self.promoters), detractors: share(self.detractors), n })
    }
}

/// The standard error and the interval of shares of `n` answers, an effective number where they are weighted; none of nobody.
pub fn weighted(promoters: f64, detractors: f64, n: f64) -> Option<(f64, Adjusted)> {
    let shares = (n > 0.0).then_some(Shares { promoters, detractors, n })?;
    Some((shares.error(), shares.with(ADDED).adjusted()))
}

/// The first score less the second, of two sets of respondents of whom nobody is in both.
pub fn difference(first: Recommendations, second: Recommendations) -> Option<Difference> {
    against(first, second.score()?, second.standard_error()?)
}

/// A score less another one with its standard error: 0 of a value that is taken for certain.
pub fn against(first: Recommendations, score: f64, error: f64) -> Option<Difference> {
    let difference = first.score()? - score;
    let error = first.standard_error()?.hypot(error);
    let test = (error > 0.0).then(|| {
        let statistic = difference / error;
        Test { statistic, p_value: normal_beyond(statistic) }
    });
    let interval = Interval::around(difference, Z95 * error).clipped(-200.0, 200.0);
    Some(Difference { difference, interval, test })
}

#[derive(Clone, Copy)]
struct Shares {
    promoters: f64,
    detractors: f64,
    n: f64,
}

impl Shares {
    /// With so many answers more, a quarter of them promoters and a quarter detractors.
    fn with(self, added: f64) -> Shares {
        let n = self.n + added;
        let share = |share: f64| (share * self.n + added / 4.0) / n;
        Shares { promoters: share(self.promoters), detractors: share(self.detractors), n }
    }

    fn adjusted(self) -> Adjusted {
        let point = 100.0 * self.mean();
        Adjusted { point, interval: Interval::around(point, Z95 * self.error()).clipped(-100.0, 100.0) }
    }

    fn mean(self) -> f64 {
        self.promoters - self.detractors
    }

    fn error(self) -> f64 {
        // Of a variance of 0, rounding may leave less.
        let variance = self.promoters + self.detractors - self.mean() * self.mean();
        100.0 * (variance.max(0.0) / self.n).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::super::near::{near, near_interval, printed};
    use super::*;

    fn of(promoters: u64, passives: u64, detractors: u64) -> Recommendations {
        Recommendations { promoters, passives, detractors }
    }

    #[test]
    fn rocks_2016() {
        let wave = of(50, 30, 20);
        let told = wave.interval().unwrap();
        near(wave.score().unwrap(), 30.0);
        near(wave.standard_error().unwrap(), 7.810_249_675_9);
        near_interval(Interval::around(30.0, Z95 * wave.standard_error().unwrap()), (14.692_191_9, 45.307_808_1));
        near(told.point, 29.126_213_6);
        near_interval(told.interval, (14.051_130_2, 44.201_297_0));
    }

    #[test]
    fn five_promoters_are_not_certain() {
        let told = of(5, 0, 0).interval().unwrap();
        assert_eq!((of(5, 0, 0).score(), of(5, 0, 0).standard_error()), (Some(100.0), Some(0.0)));
        near(told.point, 62.5);
        near_interval(told.interval, (17.491_453_0, 100.0));
        assert_eq!((of(0, 0, 0).score(), of(0, 0, 0).interval()), (None, None));
    }

    #[test]
    fn weighted_answers_of_equal_weight_are_answers() {
        let (error, told) = weighted(0.5, 0.2, 100.0).unwrap();
        near(error, 7.810_249_675_9);
        near_interval(told.interval, (14.051_130_2, 44.201_297_0));
        assert_eq!(weighted(0.5, 0.2, 0.0), None);
    }

    #[test]
    fn two_waves() {
        let told = difference(of(50, 30, 20), of(45, 25, 30)).unwrap();
        near(told.difference, 15.0);
        printed(told.test.unwrap().statistic, 1.297_013_1, 7);
        near(told.test.unwrap().p_value, 0.194_626_678_25);
        assert!(told.interval.contains(0.0));
        assert_eq!(difference(of(5, 0, 0), of(0, 0, 0)), None);
        assert_eq!(difference(of(5, 0, 0), of(0, 0, 7)).unwrap().test, None);
    }

    #[test]
    fn a_score_against_a_value() {
        // 30 with an error of 7.8102497 against 20.
        let told = against(of(50, 30, 20), 20.0, 0.0).unwrap();
        near(told.test.unwrap().statistic, 10.0 / 7.810_249_675_9);
        near(told.interval.low, 10.0 - Z95 * 7.810_249_675_9);
    }

    #[test]
    fn ecsi_mobile_would_recommend() {
        let asked = of(95, 95, 60);
        near(asked.score().unwrap(), 14.0);
        near(asked.standard_error().unwrap(), 4.900_612_21);
        near(asked.interval().unwrap().point, 13.833_992_09);
        near_interval(asked.interval().unwrap().interval, (4.293_728_4, 23.374_255_8));
    }
}
