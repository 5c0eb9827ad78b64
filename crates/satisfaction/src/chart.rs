//! The control chart of a number over time: limits for jumps, a moving average or a sum for drifts, and where a change really
//! began. What is drawn of counts and of measured values is in `guanxi_model::statistics::chart`; here is which chart fits,
//! and what is told of it. drift.rs says how the past is carried, change.rs where a change began.

mod change;
mod drift;
#[cfg(test)]
mod tests;

use guanxi_model::statistics::chart::drift::{Baseline as Level, Ewma};
use guanxi_model::statistics::chart::{self, Centre, Chart, Count, Counting, First, MIN_BASELINE, Spread, Unfit};
use guanxi_model::statistics::mean::Sums;

pub use change::{Change, Direction};
pub use drift::{Drift, Rule};

guanxi_model::words! {
    /// What a chart is of.
    ChartKind { Share = 1, LaneyShare = 2, Rate = 3, Mean = 4, MeanOfAnswers = 5, LaneyRate = 6 }
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

/// A number and its limits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounded {
    pub value: f64,
    pub low: f64,
    pub high: f64,
    pub alarm: bool,
}

/// What is usual.
#[derive(Clone, Copy, Debug)]
pub enum Usual<'a, T> {
    /// The periods themselves.
    Own,
    /// Other ones, of which so many are enough.
    Periods(&'a [T], usize),
    /// A centre and, of means, the standard deviation.
    Known(f64, Option<f64>),
}

impl<'a, T> Usual<'a, T> {
    /// The other periods.
    pub(crate) fn periods(&self) -> &'a [T] {
        match self {
            Usual::Periods(periods, _) => periods,
            Usual::Own | Usual::Known(..) => &[],
        }
    }

    /// The same, the other periods made into what the chart is drawn of.
    pub(crate) fn made_into<'b, U>(&self, periods: &'b [U]) -> Usual<'b, U> {
        match *self {
            Usual::Own => Usual::Own,
            Usual::Periods(_, least) => Usual::Periods(periods, least),
            Usual::Known(centre, deviation) => Usual::Known(centre, deviation),
        }
    }
}

/// The chart of events: of shares of `scale`, or per `scale` units. Laney's where periods have thousands.
///
/// # Errors
/// As of `chart::counts`.
pub fn counts(
    periods: &[Count],
    usual: Usual<'_, Count>,
    counting: Counting,
    (rule, scale): (Rule, f64),
) -> Result<ControlChart, Unfit> {
    let (kind, spread) = match (counting, are_many(periods)) {
        (Counting::Shares, false) => (ChartKind::Share, Spread::ByChance),
        (Counting::Shares, true) => (ChartKind::LaneyShare, Spread::Measured),
        (Counting::Rates, false) => (ChartKind::Rate, Spread::ByChance),
        (Counting::Rates, true) => (ChartKind::LaneyRate, Spread::Measured),
    };
    let drawn = |periods: &[Count], centre| chart::counts(periods, counting, spread, centre);
    let counted = |periods: &[Count]| Some(periods.iter().filter(|period| period.of > 0.0).count());
    let (chart, baseline) = match usual {
        Usual::Own => (drawn(periods, Centre::First(periods.len().into()))?, counted(periods)),
        Usual::Known(centre, _) => (drawn(periods, Centre::Known(centre / scale))?, None),
        Usual::Periods(usual, least) => {
            let behind = behind(periods, (usual, least), |periods, first| drawn(periods, Centre::First(first)))?;
            (behind, counted(usual))
        }
    };
    Ok(told(kind, &chart, baseline, (rule, scale)))
}

/// Whether periods are so large, in the mean, that they vary more than chance.
pub(crate) fn are_many(periods: &[Count]) -> bool {
    let counted: Vec<f64> = periods.iter().map(|period| period.of).filter(|of| *of > 0.0).collect();
    counted.iter().sum::<f64>() > MANY * counted.len() as f64
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
    told.change = change::first(&told.points, 0.0);
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
    let change = change::first(&points, chart.centre * scale);
    let (centre, spread) = (scale * chart.centre, chart.spread);
    ControlChart { kind, centre, deviation: None, spread, baseline_periods, points, change }
}

/// The chart of means, one per period, which all weigh alike: the moving average alone. How much means vary is told by the
/// means themselves, because within a period everything has the same causes.
///
/// # Errors
/// Where the baseline has less than 20 means, or these do not vary.
pub fn means(periods: &[Option<f64>], usual: Usual<'_, Option<f64>>, ewma: Ewma) -> Result<ControlChart, Unfit> {
    let (level, baseline_periods) = match usual {
        Usual::Own => level(periods, MIN_BASELINE)?,
        Usual::Periods(usual, least) => level(usual, least)?,
        Usual::Known(centre, deviation) => {
            (Level { centre, deviation: deviation.ok_or(Unfit::WithoutVariation)? }, None)
        }
    };
    let points = ewma.chart(periods, level).into_iter();
    let points = points.map(|point| point.map(|point| ControlPoint { limits: None, drift: Drift::from(point) }));
    let points: Vec<_> = points.collect();
    let change = change::first(&points, level.centre);
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
