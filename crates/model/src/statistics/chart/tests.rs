//! The charts of points against worked examples, whose baselines are as long as they are.

use super::super::near::{near, printed};
use super::*;

fn counted(events: &[u64], of: &[f64]) -> Vec<Count> {
    events.iter().zip(of.iter().cycle()).map(|(events, of)| Count { events: *events, of: *of }).collect()
}

/// The p- and the u-chart, and Laney's of both.
const P: (Counting, Spread) = (Counting::Shares, Spread::ByChance);
const P_LANEY: (Counting, Spread) = (Counting::Shares, Spread::Measured);
const U_CHART: (Counting, Spread) = (Counting::Rates, Spread::ByChance);
const U_LANEY: (Counting, Spread) = (Counting::Rates, Spread::Measured);

fn draw((counting, spread): (Counting, Spread), periods: &[Count], first: impl Into<First>) -> Result<Chart, Unfit> {
    counts(periods, counting, spread, Centre::First(first.into()))
}

fn draw_about((counting, spread): (Counting, Spread), periods: &[Count], centre: f64) -> Result<Chart, Unfit> {
    counts(periods, counting, spread, Centre::Known(centre))
}

/// All periods, however few.
fn all(periods: usize) -> First {
    First { periods, least: periods }
}

const U: [u64; 20] = [10, 12, 8, 14, 10, 16, 11, 7, 10, 15, 9, 5, 7, 11, 12, 6, 8, 10, 7, 5];

#[test]
fn u_of_qcc() {
    let chart = draw(U_CHART, &counted(&U, &[5.0]), 20).unwrap();
    let point = chart.points[0].unwrap();
    near(chart.centre, 1.93);
    near(point.low, 0.066_133_052_0);
    near(point.high, 3.793_866_948_0);
    assert_eq!(chart.alarms(), []);
}

#[test]
fn u_of_qcc_with_sizes_that_vary() {
    let events = [14, 12, 20, 11, 7, 10, 21, 16, 19, 23];
    let periods = counted(&events, &[10.0, 8.0, 13.0, 10.0, 9.5, 10.0, 12.0, 10.5, 12.0, 12.5]);
    let chart = draw(U_CHART, &periods, all(10)).unwrap();
    let point = chart.points[0].unwrap();
    near(chart.centre, 1.423_255_81);
    near(point.low, 0.291_473_93);
    near(point.high, 2.555_037_70);
}

#[test]
fn laney_2002() {
    let events = [120, 135, 110, 160, 140, 125, 180, 130];
    let sizes = [10_000.0, 10_500.0, 9_800.0, 10_200.0, 10_100.0, 9_900.0, 10_300.0, 10_000.0];
    let periods = counted(&events, &sizes);
    let by_chance = draw(P, &periods, all(8)).unwrap();
    near(by_chance.centre, 0.013_613_861_4);
    printed(by_chance.points[6].unwrap().z, 3.3822, 4);
    assert_eq!(by_chance.alarms(), [6]);
    let measured = draw(P_LANEY, &periods, all(8)).unwrap();
    printed(measured.spread, 2.119_969_0, 7);
    assert_eq!(measured.alarms(), []);
}

#[test]
fn a_known_centre_needs_no_baseline() {
    let events = [120, 135, 110, 160, 140, 125, 180, 130];
    let periods = counted(&events, &[10_000.0, 10_500.0, 9_800.0, 10_200.0, 10_100.0, 9_900.0, 10_300.0, 10_000.0]);
    let centre = 1_100.0 / 80_800.0;
    assert_eq!(draw_about(P_LANEY, &periods, centre), draw(P_LANEY, &periods, all(8)));
    assert_eq!(draw_about(P, &periods, centre), draw(P, &periods, all(8)));
    near(draw_about(U_CHART, &counted(&U, &[5.0]), 1.93).unwrap().points[0].unwrap().low, 0.066_133_052_0);
    assert_eq!(draw_about(U_CHART, &periods, 0.0), Err(Unfit::WithoutVariation));
    // One period alone does not tell how much periods vary.
    assert_eq!(draw_about(P_LANEY, &periods[..1], centre), draw_about(P, &periods[..1], centre));
    assert_eq!(draw_about(P, &counted(&[0, 0], &[0.0]), centre), Err(Unfit::TooFewPeriods(1)));
}

#[test]
fn p_by_hand() {
    // 100 of 2,000: the standard error of a share of 0.05 in 100 is 0.0217944947.
    let mut events = vec![5; 20];
    events.extend([11, 12, 0]);
    let chart = draw(P, &counted(&events, &[100.0]), 20).unwrap();
    near(chart.centre, 0.05);
    near(chart.points[0].unwrap().high, 0.05 + 3.0 * 0.021_794_494_717_703_37);
    assert_eq!(chart.points[0].unwrap().low, 0.0, "there is no share below 0");
    assert_eq!(chart.alarms(), [21]);
}

#[test]
fn laney_of_rates_is_as_much_wider_as_periods_vary_more() {
    // The same events per unit as a u-chart has them; z, its moving range and the limits reckoned apart.
    let periods = counted(&U, &[5.0]);
    let (chart, by_chance) = (draw(U_LANEY, &periods, 20).unwrap(), draw(U_CHART, &periods, 20).unwrap());
    near(chart.centre, 1.93);
    near(chart.spread, 1.066429110175);
    let half = |chart: &Chart| chart.points[0].unwrap().high - chart.centre;
    near(half(&chart), 1.066429110175 * half(&by_chance));
    near(draw_about(U_LANEY, &periods, 1.93).unwrap().spread, chart.spread);
}

#[test]
fn limits_are_those_of_the_baseline() {
    let mut events = U.to_vec();
    events.extend([30; 20]);
    let chart = draw(U_CHART, &counted(&events, &[5.0]), 20).unwrap();
    near(chart.centre, 1.93);
    assert_eq!(chart.alarms(), (20..40).collect::<Vec<_>>());
}

#[test]
fn a_baseline_needs_twenty_periods_in_which_something_was_counted() {
    let mut periods = counted(&U, &[5.0]);
    periods[7].of = 0.0;
    assert_eq!(draw(U_CHART, &periods, 20), Err(Unfit::TooFewPeriods(1)));
    assert_eq!(draw(P, &[], 20), Err(Unfit::TooFewPeriods(20)));
    assert_eq!(draw(U_CHART, &periods, First { periods: 4, least: 5 }), Err(Unfit::TooFewPeriods(1)));
    assert!(draw(U_CHART, &periods, First { periods: 5, least: 5 }).is_ok());
    periods.push(Count { events: 8, of: 5.0 });
    let chart = draw(U_CHART, &periods, 21).unwrap();
    assert_eq!((chart.points[7], chart.points.len()), (None, 21));
}

#[test]
fn without_variation_there_are_no_limits() {
    assert_eq!(draw(U_CHART, &counted(&[0; 20], &[5.0]), 20), Err(Unfit::WithoutVariation));
    assert_eq!(draw(P, &counted(&[5; 20], &[5.0]), 20), Err(Unfit::WithoutVariation));
    assert_eq!(draw(P_LANEY, &counted(&[2; 20], &[5.0]), 20), Err(Unfit::WithoutVariation));
}

fn sums(values: &[i64]) -> Sums {
    let mut sums = Sums::default();
    values.iter().for_each(|value| sums.add(*value));
    sums
}

#[test]
fn means_by_hand() {
    // Within each period the variance is 2 and there are two values, so a mean has a standard error of 1.
    let mut periods = vec![sums(&[40, 60]); 20];
    periods.extend([sums(&[71, 88]), sums(&[71, 90]), sums(&[])]);
    let chart = means(&periods, 10.0, 20.into()).unwrap();
    near(chart.centre, 5.0);
    near(chart.points[0].unwrap().high, 8.0);
    near(chart.points[20].unwrap().z, 2.95);
    assert_eq!(chart.alarms(), [21]);
    assert_eq!(means(&vec![sums(&[4]); 20], 1.0, 20.into()), Err(Unfit::WithoutVariation));
}
