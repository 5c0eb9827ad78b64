//! The control chart of a report: limits for jumps, a moving average for drifts, and where a change really began. What is
//! drawn of counts is in `guanxi_model::statistics::chart`; here is which chart fits, and what is told of it.

use guanxi_model::statistics::chart::drift::{Averaged, Baseline as Level, Cusum, Ewma, Summed};
use guanxi_model::statistics::chart::{self, Chart, Count, First, MIN_BASELINE, Unfit};
use guanxi_model::statistics::mean::Sums;

guanxi_model::words! {
    /// What a chart is of.
    ChartKind { Share = 1, LaneyShare = 2, Rate = 3, Mean = 4, MeanOfAnswers = 5, LaneyRate = 6 }
    /// Which way a number went.
    Direction { Rise = 1, Fall = 2 }
}

/// From so many units in a period on, shares and rates vary more than chance.
const MANY: f64 = 1_000.0;

/// A chart as it is told; values are on the scale of what it is of.
#[derive(Clone, Debug, PartialEq)]
pub struct ControlChart {
    pub kind: ChartKind,
    pub centre: f64,
    /// Of means: the standard deviation of one period's.
    pub deviation: Option<f64>,
    /// By how much the periods vary more than chance; 1 where that was not asked.
    pub spread: f64,
    /// The periods it was drawn from; none where the centre is known from elsewhere.
    pub baseline_periods: Option<usize>,
    /// One per period; none where too little was measured.
    pub points: Vec<Option<ControlPoint>>,
    /// The first period that alarms, and the one in which the change began that it is about.
    pub change: Option<Change>,
}

/// A period on the chart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ControlPoint {
    /// The limits for jumps; none for means, whose only rule is the average.
    pub limits: Option<Bounded>,
    pub drift: Drift,
}

/// How drifts are found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rule {
    Ewma(Ewma),
    Cusum(Cusum),
}

/// What a period leaves behind for those after it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Drift {
    /// The moving average with its limits: of means in their unit, else in standard errors from the centre.
    Average(Bounded),
    /// The sums of what was off the centre, in standard errors.
    Sums(Summed),
}

/// A number and its limits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounded {
    pub value: f64,
    pub low: f64,
    pub high: f64,
    pub alarm: bool,
}

/// Where something has really changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    pub began: usize,
    pub alarmed: usize,
    pub direction: Direction,
}

/// What is usual.
#[derive(Clone, Copy, Debug)]
pub enum Usual<'a, T> {
    /// The periods themselves.
    Own,
    /// Other ones.
    Periods(&'a [T]),
    /// Other ones, of which somebody says that so many are enough.
    Few(&'a [T], usize),
    /// A centre and, of means, the standard deviation.
    Known(f64, Option<f64>),
}

/// The chart of events among chances for one (a share of `scale`), Laney's where chances are thousands.
///
/// # Errors
/// As of `chart::p`.
pub fn shares(periods: &[Count], usual: Usual<'_, Count>, (rule, scale): (Rule, f64)) -> Result<ControlChart, Unfit> {
    let many = are_many(periods);
    let (drawn, about): (Draw, DrawAbout) =
        if many { (chart::laney, chart::laney_about) } else { (chart::p, chart::p_about) };
    let kind = if many { ChartKind::LaneyShare } else { ChartKind::Share };
    let (chart, baseline) = draw(periods, usual, (drawn, about), scale)?;
    Ok(told(kind, &chart, baseline, (rule, scale)))
}

/// The chart of events per unit of exposure, told per `scale` units; Laney's where these are thousands.
///
/// # Errors
/// As of `chart::u`.
pub fn rates(periods: &[Count], usual: Usual<'_, Count>, (rule, scale): (Rule, f64)) -> Result<ControlChart, Unfit> {
    let many = are_many(periods);
    let (drawn, about): (Draw, DrawAbout) =
        if many { (chart::laney_rates, chart::laney_rates_about) } else { (chart::u, chart::u_about) };
    let kind = if many { ChartKind::LaneyRate } else { ChartKind::Rate };
    let (chart, baseline) = draw(periods, usual, (drawn, about), scale)?;
    Ok(told(kind, &chart, baseline, (rule, scale)))
}

/// Whether periods are so large, in the mean, that they vary more than chance.
fn are_many(periods: &[Count]) -> bool {
    let counted: Vec<f64> = periods.iter().map(|period| period.of).filter(|of| *of > 0.0).collect();
    counted.iter().sum::<f64>() > MANY * counted.len() as f64
}

type Draw = fn(&[Count], First) -> Result<Chart, Unfit>;
type DrawAbout = fn(&[Count], f64) -> Result<Chart, Unfit>;

/// The chart of the periods, and how many it was drawn from.
fn draw(
    periods: &[Count],
    usual: Usual<'_, Count>,
    (drawn, about): (Draw, DrawAbout),
    scale: f64,
) -> Result<(Chart, Option<usize>), Unfit> {
    let counted = |periods: &[Count]| periods.iter().filter(|period| period.of > 0.0).count();
    let (usual, least) = match usual {
        Usual::Own => return Ok((drawn(periods, periods.len().into())?, Some(counted(periods)))),
        Usual::Periods(usual) => (usual, MIN_BASELINE),
        Usual::Few(usual, least) => (usual, least),
        Usual::Known(centre, _) => return Ok((about(periods, centre / scale)?, None)),
    };
    let chart = behind(periods, (usual, least), drawn)?;
    Ok((chart, Some(counted(usual))))
}

/// Limits are those of the first periods, so the usual ones are put in front, and left out again.
fn behind<T: Clone>(
    periods: &[T],
    (usual, least): (&[T], usize),
    drawn: impl Fn(&[T], First) -> Result<Chart, Unfit>,
) -> Result<Chart, Unfit> {
    let mut chart = drawn(&[usual, periods].concat(), First { periods: usual.len(), least })?;
    chart.points.drain(..usual.len());
    Ok(chart)
}

/// The chart of means of answers in units of so many steps, of which a period has more or fewer: a drift of points in standard
/// errors from the centre. How much a mean varies is told by the answers it is of.
///
/// # Errors
/// As of `chart::means`.
pub fn answers(
    (periods, steps): (&[Sums], f64),
    (usual, least): (&[Sums], usize),
    rule: Rule,
) -> Result<ControlChart, Unfit> {
    let chart = behind(periods, (usual, least), |periods, first| chart::means(periods, steps, first))?;
    let counted = usual.iter().filter(|period| period.n > 0).count();
    let mut told = told(ChartKind::MeanOfAnswers, &chart, Some(counted), (rule, 1.0));
    // Limits for jumps as well would be a second rule for the same points.
    told.points.iter_mut().flatten().for_each(|point| point.limits = None);
    told.change = change(&told.points, 0.0);
    Ok(told)
}

fn told(kind: ChartKind, chart: &Chart, baseline_periods: Option<usize>, (rule, scale): (Rule, f64)) -> ControlChart {
    let drifts = rule.chart(&chart.standardised(), Level::STANDARD);
    let points = chart.points.iter().zip(drifts).map(|(point, drift)| {
        let (point, drift) = ((*point)?, drift?);
        let limits = Bounded {
            value: scale * point.value,
            low: scale * point.low,
            high: scale * point.high,
            alarm: point.alarm,
        };
        Some(ControlPoint { limits: Some(limits), drift })
    });
    let points: Vec<_> = points.collect();
    let change = change(&points, chart.centre * scale);
    let (centre, spread) = (scale * chart.centre, chart.spread);
    ControlChart { kind, centre, deviation: None, spread, baseline_periods, points, change }
}

impl From<Ewma> for Rule {
    fn from(ewma: Ewma) -> Rule {
        Rule::Ewma(ewma)
    }
}

impl Rule {
    fn chart(self, values: &[Option<f64>], level: Level) -> Vec<Option<Drift>> {
        match self {
            Rule::Ewma(ewma) => ewma.chart(values, level).into_iter().map(|point| point.map(average)).collect(),
            Rule::Cusum(cusum) => cusum.chart(values, level).into_iter().map(|point| point.map(Drift::Sums)).collect(),
        }
    }
}

fn average(point: Averaged) -> Drift {
    let Averaged { average, low, high, alarm } = point;
    Drift::Average(Bounded { value: average, low, high, alarm })
}

impl Drift {
    pub fn alarms(&self) -> bool {
        match self {
            Drift::Average(average) => average.alarm,
            Drift::Sums(sums) => sums.alarm,
        }
    }

    /// On which side of the centre, which limits are laid around, the past is.
    fn direction(&self) -> Direction {
        let rises = match self {
            Drift::Average(Bounded { value, low, high, alarm: _ }) => *value > (low + high) / 2.0,
            Drift::Sums(Summed { above, below, alarm: _ }) => above > below,
        };
        if rises { Direction::Rise } else { Direction::Fall }
    }

    /// Whether a change that way cannot have begun yet.
    fn is_before(&self, direction: Direction) -> bool {
        match (self, direction) {
            (Drift::Average(_), _) => self.direction() != direction,
            (Drift::Sums(sums), Direction::Rise) => sums.above == 0.0,
            (Drift::Sums(sums), Direction::Fall) => sums.below == 0.0,
        }
    }
}

/// The chart of means, one per period, which all weigh alike: the moving average alone. How much means vary is told by the
/// means themselves, because within a period everything has the same causes.
///
/// # Errors
/// Where the baseline has less than 20 means, or these do not vary.
pub fn means(periods: &[Option<f64>], usual: Usual<'_, Option<f64>>, ewma: Ewma) -> Result<ControlChart, Unfit> {
    let (level, baseline_periods) = match usual {
        Usual::Own => level(periods, MIN_BASELINE)?,
        Usual::Periods(usual) => level(usual, MIN_BASELINE)?,
        Usual::Few(usual, least) => level(usual, least)?,
        Usual::Known(centre, deviation) => {
            (Level { centre, deviation: deviation.ok_or(Unfit::WithoutVariation)? }, None)
        }
    };
    let points = ewma.chart(periods, level).into_iter();
    let points = points.map(|point| point.map(|point| ControlPoint { limits: None, drift: average(point) }));
    let points: Vec<_> = points.collect();
    let change = change(&points, level.centre);
    let Level { centre, deviation } = level;
    let (deviation, spread) = (Some(deviation), 1.0);
    Ok(ControlChart { kind: ChartKind::Mean, centre, deviation, spread, baseline_periods, points, change })
}

/// Mean and standard deviation (n - 1) of means.
fn level(means: &[Option<f64>], least: usize) -> Result<(Level, Option<usize>), Unfit> {
    let means: Vec<f64> = means.iter().flatten().copied().collect();
    match least.saturating_sub(means.len()) {
        0 => {}
        missing => return Err(Unfit::TooFewPeriods(missing)),
    }
    let n = means.len() as f64;
    let centre = means.iter().sum::<f64>() / n;
    let squares: f64 = means.iter().map(|mean| (mean - centre).powi(2)).sum();
    let deviation = (squares / (n - 1.0)).sqrt();
    if deviation > 0.0 { Ok((Level { centre, deviation }, Some(means.len()))) } else { Err(Unfit::WithoutVariation) }
}

/// The first alarm. A jump began where it shows; a drift in the first period since which the average has been on the same
/// side of its centre, or in the first after the sum was last 0.
fn change(points: &[Option<ControlPoint>], centre: f64) -> Option<Change> {
    let jump = |point: &ControlPoint| point.limits.filter(|limits| limits.alarm);
    let alarms = |point: &ControlPoint| jump(point).is_some() || point.drift.alarms();
    let alarmed = points.iter().position(|point| point.is_some_and(|point| alarms(&point)))?;
    let at_alarm = points[alarmed]?;
    if let Some(limits) = jump(&at_alarm) {
        let direction = if limits.value > centre { Direction::Rise } else { Direction::Fall };
        return Some(Change { began: alarmed, alarmed, direction });
    }
    let direction = at_alarm.drift.direction();
    let is_before = |point: &Option<ControlPoint>| point.is_some_and(|point| point.drift.is_before(direction));
    let from = points[..alarmed].iter().rposition(is_before).map_or(0, |before| before + 1);
    let began = points[from..].iter().position(Option::is_some).map_or(alarmed, |first| from + first);
    Some(Change { began, alarmed, direction })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(events: &[u64], of: f64) -> Vec<Count> {
        events.iter().map(|events| Count { events: *events, of }).collect()
    }

    const USUAL: Rule = Rule::Ewma(Ewma::USUAL);
    const U: [u64; 20] = [10, 12, 8, 14, 10, 16, 11, 7, 10, 15, 9, 5, 7, 11, 12, 6, 8, 10, 7, 5];

    #[test]
    fn a_jump_began_where_it_shows() {
        let mut events = U.to_vec();
        events.extend([9, 30, 31]);
        let usual = counts(&U, 5.0);
        let chart = rates(&counts(&events, 5.0), Usual::Periods(&usual), (USUAL, 1.0)).unwrap();
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
            9.45, 7.99, 9.29, 11.66, 12.16, 10.18, 8.04, 11.46, 9.20, 10.34, 9.03, 11.47, 10.51, 9.40, 10.08, 9.37,
            10.62, 10.31, 8.52, 10.84, 10.90, 9.33, 12.29, 11.50, 10.60, 11.08, 10.38, 11.62, 11.31, 10.52,
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
        let Some(ControlPoint { limits: None, drift: Drift::Sums(sums) }) = chart.points[25] else {
            panic!("{chart:?}")
        };
        assert!((sums.above - 5.0 * (3.0_f64.sqrt() - 0.5)).abs() < 1e-9 && sums.below == 0.0, "{sums:?}");
        assert_eq!(
            answers((&periods, 100.0), (&periods[..4], 5), Rule::Ewma(Ewma::USUAL)),
            Err(Unfit::TooFewPeriods(1))
        );
        let chart = answers((&periods, 100.0), (&periods[..5], 5), Rule::Ewma(Ewma::USUAL)).unwrap();
        // .2 of -.4 * sqrt(3), and then the averages .2354, .5347, .7742, .9658 and 1.119 against a limit of .987.
        assert_eq!(chart.change, Some(Change { began: 21, alarmed: 25, direction: Direction::Rise }));
    }

    #[test]
    fn shares_and_rates_of_thousands_are_laney_s() {
        let chart = |of| shares(&counts(&U, of), Usual::Own, (USUAL, 1e6)).unwrap();
        assert_eq!(chart(1_000.0).kind, ChartKind::Share);
        assert_eq!(chart(1_001.0).kind, ChartKind::LaneyShare);
        assert!((chart(1_000.0).centre - 9_650.0).abs() < 1e-9);
        let chart = |of| rates(&counts(&U, of), Usual::Own, (USUAL, 1.0)).unwrap();
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
        assert!(
            (chart.centre - 2.0).abs() < 1e-12 && (chart.deviation.unwrap() - (20.0_f64 / 19.0).sqrt()).abs() < 1e-12
        );
        assert_eq!((chart.points[20], chart.baseline_periods), (None, Some(20)));
    }

    fn means_of(periods: &[Option<f64>]) -> Result<ControlChart, Unfit> {
        means(periods, Usual::Own, Ewma::USUAL)
    }
}
