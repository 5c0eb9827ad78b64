//! Charts against worked examples, and what is reckoned by hand.

use guanxi_model::statistics::chart::drift::{Cusum, Ewma};

use super::*;

fn counted(events: &[u64], of: f64) -> Vec<Count> {
    events.iter().map(|events| Count { events: *events, of }).collect()
}

const USUAL: Rule = Rule::Ewma(Ewma::USUAL);
const U: [u64; 20] = [10, 12, 8, 14, 10, 16, 11, 7, 10, 15, 9, 5, 7, 11, 12, 6, 8, 10, 7, 5];

#[test]
fn a_jump_began_where_it_shows() {
    let mut events = U.to_vec();
    events.extend([9, 30, 31]);
    let usual = counted(&U, 5.0);
    let chart = counts(&counted(&events, 5.0), Usual::Periods(&usual, 20), Counting::Rates, (USUAL, 1.0)).unwrap();
    assert_eq!(
        (chart.change, chart.baseline_periods),
        (Some(Change { began: 21, alarmed: 21, direction: Direction::Rise }), Some(20))
    );
    assert!((chart.centre - 1.93).abs() < 1e-12);
}

#[test]
fn a_drift_began_where_the_average_left_its_centre() {
    // Montgomery's series: the mean rises by one standard deviation after the 20th; EWMA .1/2.7 alarms at the 29th.
    let series = [
        9.45, 7.99, 9.29, 11.66, 12.16, 10.18, 8.04, 11.46, 9.20, 10.34, 9.03, 11.47, 10.51, 9.40, 10.08, 9.37, 10.62,
        10.31, 8.52, 10.84, 10.90, 9.33, 12.29, 11.50, 10.60, 11.08, 10.38, 11.62, 11.31, 10.52,
    ];
    let ewma = Ewma { share: 0.1, width: 2.7 };
    let chart = means(&series.map(Some), Usual::Known(10.0, Some(1.0)), ewma).unwrap();
    // By hand: the average is 9.91864 after the 19th, and above 10 from the 20th, 10.01078, on.
    assert_eq!(chart.change, Some(Change { began: 19, alarmed: 28, direction: Direction::Rise }));
}

/// Periods of 4 answers each: -1, -1, 1, 1 more than 100 times a value.
fn answered(values: &[f64]) -> Vec<Sums> {
    let period = |value: &f64| {
        let mut sums = Sums::default();
        [-100, -100, 100, 100].into_iter().for_each(|off| sums.add(off + (100.0 * value).round() as i64));
        sums
    };
    values.iter().map(period).collect()
}

#[test]
fn sums_say_when_a_change_began() {
    // 20 periods of 10, whose answers have a variance of 4/3, so that a mean of 4 has a standard error of 1/sqrt(3);
    // then 9.6 once, and 11 from the 22nd on: 1.732 standard errors, 1.232 above the allowance, 5 in 5 periods.
    let mut values = vec![10.0; 20];
    values.extend([9.6, 11.0, 11.0, 11.0, 11.0, 11.0]);
    let periods = answered(&values);
    let chart = answers((&periods, 100.0), (&periods[..20], 20), Rule::Cusum(Cusum::USUAL)).unwrap();
    assert_eq!((chart.kind, chart.centre, chart.baseline_periods), (ChartKind::MeanOfAnswers, 10.0, Some(20)));
    assert_eq!(chart.change, Some(Change { began: 21, alarmed: 25, direction: Direction::Rise }));
    let Some(ControlPoint { limits: None, drift: Drift::Sums(sums) }) = chart.points[25] else { panic!("{chart:?}") };
    assert!((sums.above - 5.0 * (3.0_f64.sqrt() - 0.5)).abs() < 1e-9 && sums.below == 0.0, "{sums:?}");
    assert_eq!(answers((&periods, 100.0), (&periods[..4], 5), Rule::Ewma(Ewma::USUAL)), Err(Unfit::TooFewPeriods(1)));
    let chart = answers((&periods, 100.0), (&periods[..5], 5), Rule::Ewma(Ewma::USUAL)).unwrap();
    // .2 of -.4 * sqrt(3), and then the averages .2354, .5347, .7742, .9658 and 1.119 against a limit of .987.
    assert_eq!(chart.change, Some(Change { began: 21, alarmed: 25, direction: Direction::Rise }));
}

#[test]
fn shares_and_rates_of_thousands_are_laney_s() {
    let chart = |of| counts(&counted(&U, of), Usual::Own, Counting::Shares, (USUAL, 1e6)).unwrap();
    assert_eq!(chart(1_000.0).kind, ChartKind::Share);
    assert_eq!(chart(1_001.0).kind, ChartKind::LaneyShare);
    assert!((chart(1_000.0).centre - 9_650.0).abs() < 1e-9);
    let chart = |of| counts(&counted(&U, of), Usual::Own, Counting::Rates, (USUAL, 1.0)).unwrap();
    assert_eq!((chart(1_000.0).kind, chart(1_001.0).kind), (ChartKind::Rate, ChartKind::LaneyRate));
}

#[test]
fn a_baseline_of_means_has_twenty_that_vary() {
    let own = |means: &[Option<f64>]| means_of(means);
    assert_eq!(own(&[Some(1.0); 19]), Err(Unfit::TooFewPeriods(1)));
    assert_eq!(own(&[Some(1.0); 20]), Err(Unfit::WithoutVariation));
    let mut varied = [Some(1.0), Some(3.0)].repeat(10);
    varied.push(None);
    let chart = own(&varied).unwrap();
    // 20 squares of 1 over 19.
    assert!((chart.centre - 2.0).abs() < 1e-12 && (chart.deviation.unwrap() - (20.0_f64 / 19.0).sqrt()).abs() < 1e-12);
    assert_eq!((chart.points[20], chart.baseline_periods), (None, Some(20)));
}

fn means_of(periods: &[Option<f64>]) -> Result<ControlChart, Unfit> {
    means(periods, Usual::Own, Ewma::USUAL)
}
