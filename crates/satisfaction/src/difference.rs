//! What a number of one set is apart from that of another, or from one that is only reported: how far, how sure, by which
//! test, and what it means for customers.

use guanxi_model::grid::without_noise;
use guanxi_model::statistics::mean::{self, Mean};
use guanxi_model::statistics::nps;
use guanxi_model::statistics::proportion::{self, Proportion};
use guanxi_model::statistics::{self, Interval};

use crate::quantity::{Polarity, Reading};

guanxi_model::words! {
    /// How a difference is tested.
    TestKind {
        Welch = 1, OneSampleT = 2, TwoProportions = 3, OneProportion = 4, TwoPromoterScores = 5, OnePromoterScore = 6
    }
    /// What a difference means for customers.
    Verdict { Better = 1, Worse = 2, NotReal = 3, Different = 4 }
}

/// A difference is real where one as large would come about by chance less often.
const SIGNIFICANT: f64 = 0.05;

/// What a number is held against.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Against {
    /// Another set.
    Set(Reading),
    /// What somebody reports or wants.
    Known(Known),
}

/// A number of which no more is known than this.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Known {
    pub value: f64,
    pub n: Option<u64>,
    /// Of means and promoter scores, among the answers.
    pub deviation: Option<f64>,
}

/// How far two numbers are apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Apart {
    /// After less before.
    pub difference: f64,
    pub interval: Interval,
    pub test: TestKind,
    /// In standard errors; none where nothing varies.
    pub statistic: Option<f64>,
    pub degrees: Option<f64>,
    pub p_value: Option<f64>,
    /// None where there is nothing to test.
    pub verdict: Option<Verdict>,
}

/// None where either set is too small to be told of, or the two are not of a kind.
pub fn apart(after: Reading, before: Against, polarity: Polarity) -> Option<Apart> {
    let is_told = |reading: Reading| reading.size().is_told();
    if !is_told(after) || matches!(before, Against::Set(before) if !is_told(before)) {
        return None;
    }
    let (difference, test, degrees) = match (after, before) {
        (Reading::Mean(after), Against::Set(Reading::Mean(before))) => welch(after?, before?)?,
        (Reading::Mean(after), Against::Known(known)) => of_means(after?, known)?,
        (Reading::Share { hits, of }, Against::Set(Reading::Share { hits: before, of: all })) => {
            two_shares(Proportion::new(hits, of)?, Proportion::new(before, all)?)
        }
        (Reading::Share { hits, of }, Against::Known(known)) => of_shares(Proportion::new(hits, of)?, known)?,
        (Reading::Promoters(after), Against::Set(Reading::Promoters(before))) => {
            (nps::difference(after, before)?, TestKind::TwoPromoterScores, None)
        }
        (Reading::Promoters(after), Against::Known(Known { value, n, deviation })) => {
            let error = n.zip(deviation).map(|(n, deviation)| deviation / (n as f64).sqrt());
            let test = if error.is_some() { TestKind::TwoPromoterScores } else { TestKind::OnePromoterScore };
            (nps::against(after, value, error.unwrap_or(0.0))?, test, None)
        }
        (Reading::Rate { .. }, _) | (_, Against::Set(_)) => return None,
    };
    let statistics::Difference { difference, interval, test: tested } = difference;
    let (statistic, p_value) = tested.map(|tested| (tested.statistic, tested.p_value)).unzip();
    // A share of 0 or 1 is disproved by a single answer that is otherwise.
    let is_disproved = test == TestKind::OneProportion && tested.is_none() && difference != 0.0;
    let p_value = p_value.or(is_disproved.then_some(0.0));
    let verdict = p_value.map(|p_value| verdict(difference, p_value, polarity));
    let difference = without_noise(difference);
    Some(Apart { difference, interval, test, statistic, degrees, p_value, verdict })
}

type Tested = (statistics::Difference, TestKind, Option<f64>);

fn welch(after: Mean, before: Mean) -> Option<Tested> {
    mean::welch(after, before).map(|(difference, degrees)| (difference, TestKind::Welch, Some(degrees)))
}

fn of_means(after: Mean, Known { value, n, deviation }: Known) -> Option<Tested> {
    match n.zip(deviation) {
        Some((n, deviation)) => welch(after, Mean { mean: value, deviation: Some(deviation), n: n as f64 }),
        None => {
            mean::against(after, value).map(|(difference, degrees)| (difference, TestKind::OneSampleT, Some(degrees)))
        }
    }
}

fn two_shares(after: Proportion, before: Proportion) -> Tested {
    (proportion::difference(after, before), TestKind::TwoProportions, None)
}

fn of_shares(after: Proportion, Known { value, n, deviation: _ }: Known) -> Option<Tested> {
    match n {
        // Tested by so many answers as the share comes closest to; the difference is that from the share itself.
        Some(n) => {
            let (tested, test, degrees) = two_shares(after, Proportion::new((value * n as f64).round() as u64, n)?);
            Some((statistics::Difference { difference: after.share() - value, ..tested }, test, degrees))
        }
        None => Some((proportion::against(after, value), TestKind::OneProportion, None)),
    }
}

fn verdict(difference: f64, p_value: f64, polarity: Polarity) -> Verdict {
    if p_value >= SIGNIFICANT {
        return Verdict::NotReal;
    }
    direction(difference > 0.0, polarity)
}

/// What it means that a number has really gone up, or down.
pub(crate) fn direction(rises: bool, polarity: Polarity) -> Verdict {
    match (polarity, rises) {
        (Polarity::Neither, _) => Verdict::Different,
        (Polarity::HigherIsBetter, true) | (Polarity::LowerIsBetter, false) => Verdict::Better,
        (Polarity::HigherIsBetter, false) | (Polarity::LowerIsBetter, true) => Verdict::Worse,
    }
}

#[cfg(test)]
mod tests {
    use guanxi_model::statistics::nps::Recommendations;

    use super::*;

    fn near(found: f64, expected: f64) {
        assert!((found - expected).abs() <= 1e-8 * expected.abs().max(1.0), "{found} is not {expected}");
    }

    fn mean(mean: f64, deviation: f64, n: f64) -> Reading {
        Reading::Mean(Some(Mean { mean, deviation: Some(deviation), n }))
    }

    fn known(value: f64, n: Option<u64>, deviation: Option<f64>) -> Against {
        Against::Known(Known { value, n, deviation })
    }

    #[test]
    fn welch_1947_of_two_sets_and_of_a_benchmark_that_says_enough() {
        let after = mean(4.35, 0.8, 180.0);
        for before in [Against::Set(mean(4.1, 0.9, 150.0)), known(4.1, Some(150), Some(0.9))] {
            let told = apart(after, before, Polarity::HigherIsBetter).unwrap();
            assert_eq!((told.test, told.verdict), (TestKind::Welch, Some(Verdict::Better)));
            near(told.statistic.unwrap(), 2.641_762_326_3);
            near(told.degrees.unwrap(), 301.137_301_5);
            near(told.p_value.unwrap(), 0.008_678_389_5);
            near(told.interval.low, 0.063_772_714_4);
        }
        // .25 by .8 / sqrt(180), with 179 degrees.
        let told = apart(after, known(4.1, Some(150), None), Polarity::LowerIsBetter).unwrap();
        assert_eq!((told.test, told.verdict), (TestKind::OneSampleT, Some(Verdict::Worse)));
        near(told.statistic.unwrap(), 0.25 * 180.0_f64.sqrt() / 0.8);
        assert_eq!(told.degrees, Some(179.0));
    }

    #[test]
    fn newcombe_1998_of_two_sets_and_of_a_benchmark_with_its_number_of_answers() {
        let after = Reading::Share { hits: 60, of: 500 };
        for before in [Against::Set(Reading::Share { hits: 40, of: 520 }), known(1.0 / 13.0, Some(520), None)] {
            let told = apart(after, before, Polarity::LowerIsBetter).unwrap();
            assert_eq!((told.test, told.verdict), (TestKind::TwoProportions, Some(Verdict::Worse)));
            near(told.statistic.unwrap(), 2.312_797_029_6);
            near(told.interval.high, 0.080_282_446_2);
        }
        // .12 against .1: .02 by sqrt(.09 / 500).
        let told = apart(after, known(0.1, None, None), Polarity::LowerIsBetter).unwrap();
        assert_eq!((told.test, told.verdict), (TestKind::OneProportion, Some(Verdict::NotReal)));
        near(told.statistic.unwrap(), 0.02 / (0.09_f64 / 500.0).sqrt());
        // 3 of 5 are closest to .55, which is what the difference is from.
        near(apart(after, known(0.55, Some(5), None), Polarity::LowerIsBetter).unwrap().difference, 0.12 - 0.55);
        let none = apart(after, known(0.0, None, None), Polarity::LowerIsBetter).unwrap();
        assert_eq!((none.statistic, none.p_value, none.verdict), (None, Some(0.0), Some(Verdict::Worse)));
        let met = Reading::Share { hits: 0, of: 500 };
        assert_eq!(apart(met, known(0.0, None, None), Polarity::LowerIsBetter).unwrap().verdict, None);
    }

    #[test]
    fn promoter_scores_of_two_sets_and_of_a_benchmark_with_its_spread() {
        let wave = |promoters, passives, detractors| Recommendations { promoters, passives, detractors };
        let after = Reading::Promoters(wave(50, 30, 20));
        // The variance of 45/25/30 is .75 - .15^2.
        let spread = 100.0 * 0.7275_f64.sqrt();
        for before in [Against::Set(Reading::Promoters(wave(45, 25, 30))), known(15.0, Some(100), Some(spread))] {
            let told = apart(after, before, Polarity::HigherIsBetter).unwrap();
            assert_eq!((told.test, told.verdict), (TestKind::TwoPromoterScores, Some(Verdict::NotReal)));
            near(told.difference, 15.0);
            near(told.statistic.unwrap(), 15.0 / 133.75_f64.sqrt());
            assert!((told.p_value.unwrap() - 0.194_626_7).abs() < 5e-7, "{told:?}");
        }
        let told = apart(after, known(10.0, None, None), Polarity::HigherIsBetter).unwrap();
        assert_eq!((told.test, told.verdict), (TestKind::OnePromoterScore, Some(Verdict::Better)));
    }

    #[test]
    fn too_few_and_what_does_not_vary_cannot_be_tested() {
        let five = Reading::Share { hits: 5, of: 5 };
        assert_eq!(apart(five, Against::Set(Reading::Share { hits: 1, of: 4 }), Polarity::HigherIsBetter), None);
        let told = apart(five, Against::Set(five), Polarity::HigherIsBetter).unwrap();
        assert_eq!((told.difference, told.p_value, told.verdict), (0.0, None, None));
        let same = mean(3.0, 0.0, 5.0);
        assert_eq!(apart(same, Against::Set(same), Polarity::HigherIsBetter).unwrap().verdict, None);
        assert_eq!(apart(same, Against::Set(five), Polarity::HigherIsBetter), None);
        assert_eq!(direction(true, Polarity::Neither), Verdict::Different);
    }
}
