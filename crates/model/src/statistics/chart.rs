//! Control charts: whether a process has really changed, or only varies as it always has.
//!
//! Limits are drawn from a baseline, the first periods, and then stay as they are: a drift that moved its own limits would
//! never leave them. A period in which nothing was counted has no point. One rule of alarm for each chart, so that their
//! false alarms are those of the literature: a point outside three standard errors for jumps ([`Chart`]), an average or a sum
//! that carries the past for drifts ([`drift`]), which both take the points in standard errors.

pub mod drift;

use super::mean::Sums;

/// How many periods a baseline needs.
pub const MIN_BASELINE: usize = 20;
/// How many standard errors a point may be off the centre.
const WIDTH: f64 = 3.0;
/// The mean of the range of two normal values, in standard deviations.
const RANGE_OF_TWO: f64 = 1.128;

/// What was counted in a period.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Count {
    pub events: u64,
    /// How many there were, or how much of it, in which an event could occur.
    pub of: f64,
}

impl Count {
    /// Of a period in which nothing could be counted.
    pub const NONE: Count = Count { events: 0, of: 0.0 };
}

/// The first periods, which limits are drawn from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct First {
    pub periods: usize,
    /// In how many of them something must have been counted: fewer than [`MIN_BASELINE`] where somebody vouches for them.
    pub least: usize,
}

impl From<usize> for First {
    fn from(periods: usize) -> First {
        First { periods, least: MIN_BASELINE }
    }
}

/// A period beside its limits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    pub value: f64,
    pub low: f64,
    pub high: f64,
    /// In standard errors from the centre.
    pub z: f64,
    /// Outside the limits.
    pub alarm: bool,
}

/// A chart of all periods.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    pub centre: f64,
    /// By how much the periods of the baseline vary more than chance alone (Laney's sigma z); 1 where that was not asked.
    pub spread: f64,
    /// One per period; none where nothing was counted.
    pub points: Vec<Option<Point>>,
}

/// Why there is no chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// So many more periods must have been counted.
    TooFewPeriods(usize),
    /// The periods of the baseline are all of one value from which nothing can be told: no event, nothing but events.
    WithoutVariation,
}

/// What events are counted among.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counting {
    /// Chances, each of which is one event or none: the p-chart, of the share of units with a defect (Shewhart 1931;
    /// Montgomery, Introduction to Statistical Quality Control).
    Shares,
    /// Units of exposure, in each of which there may be many: the u-chart.
    Rates,
}

/// By how much periods vary where nothing has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spread {
    ByChance,
    /// As much more as the baseline does; so do periods of thousands. Laney's p'- and u'-chart (2002, Quality Engineering
    /// 14(4)).
    Measured,
}

/// What periods are held against.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Centre {
    /// What the first of them come to.
    First(First),
    /// What is known from elsewhere, so that no baseline is needed; how much they vary, all of them tell, and of one alone
    /// it is taken to be by chance.
    Known(f64),
}

/// What charts of every kind are drawn of.
struct Series<'a> {
    /// Value and size of each period in which something was counted.
    periods: &'a [Option<(f64, f64)>],
    /// How many of them limits are drawn from.
    baseline: usize,
    centre: f64,
    /// What chance gives the value of a period of size 1; of a larger one it is as much smaller.
    variance: f64,
    /// What values there can be.
    range: (f64, f64),
}

/// The chart of events among what they can occur in.
///
/// # Errors
/// Where too few periods of the baseline have something counted, or these tell nothing.
pub fn counts(periods: &[Count], counting: Counting, spread: Spread, centre: Centre) -> Result<Chart, Unfit> {
    let counted = periods.iter().filter(|period| period.of > 0.0).count();
    let (baseline, centre, spread) = match centre {
        Centre::First(first) => (first.periods, pooled(periods, first)?, spread),
        Centre::Known(centre) if counted < 2 => (periods.len(), centre, Spread::ByChance),
        Centre::Known(centre) => (periods.len(), centre, spread),
    };
    let (variance, most) = match counting {
        Counting::Shares => (centre * (1.0 - centre), 1.0),
        Counting::Rates => (centre, f64::INFINITY),
    };
    let value = |period: &Count| (period.of > 0.0).then(|| (period.events as f64 / period.of, period.of));
    let values: Vec<_> = periods.iter().map(value).collect();
    Series { periods: &values, baseline, centre, variance, range: (0.0, most) }.draw(spread)
}

/// The chart of means of measured values, in units of so many steps; the spread is that within the periods.
///
/// # Errors
/// As of [`counts`].
pub fn means(periods: &[Sums], steps: f64, first: First) -> Result<Chart, Unfit> {
    let means: Vec<_> = periods.iter().map(|period| period.mean(steps)).collect();
    let values: Vec<_> = means.iter().map(|mean| mean.map(|mean| (mean.mean, mean.n))).collect();
    first.enough(means.iter().take(first.periods).flatten().count())?;
    let (mut weighted, mut n, mut squares, mut freedom) = (0.0, 0.0, 0.0, 0.0);
    for mean in means.iter().take(first.periods).flatten() {
        weighted += mean.mean * mean.n;
        n += mean.n;
        if let Some(deviation) = mean.deviation {
            squares += deviation * deviation * (mean.n - 1.0);
            freedom += mean.n - 1.0;
        }
    }
    if n == 0.0 || freedom == 0.0 {
        return Err(Unfit::WithoutVariation);
    }
    let range = (f64::NEG_INFINITY, f64::INFINITY);
    let (centre, variance) = (weighted / n, squares / freedom);
    Series { periods: &values, baseline: first.periods, centre, variance, range }.draw(Spread::ByChance)
}

impl First {
    fn enough(self, periods: usize) -> Result<(), Unfit> {
        match self.least.saturating_sub(periods) {
            0 => Ok(()),
            missing => Err(Unfit::TooFewPeriods(missing)),
        }
    }
}

/// Events of the baseline per what they were counted in.
fn pooled(periods: &[Count], first: First) -> Result<f64, Unfit> {
    let counted = || periods.iter().take(first.periods).filter(|period| period.of > 0.0);
    first.enough(counted().count())?;
    let (events, of) = (counted().map(|one| one.events as f64).sum::<f64>(), counted().map(|one| one.of).sum::<f64>());
    if of > 0.0 { Ok(events / of) } else { Err(Unfit::WithoutVariation) }
}

impl Series<'_> {
    fn draw(&self, spread: Spread) -> Result<Chart, Unfit> {
        let by_chance = |(value, of): (f64, f64)| (value - self.centre) / self.error(of);
        let z: Vec<f64> = self.periods.iter().take(self.baseline).flatten().copied().map(by_chance).collect();
        if z.is_empty() {
            return Err(Unfit::TooFewPeriods(1));
        }
        if z.iter().any(|z| !z.is_finite()) {
            return Err(Unfit::WithoutVariation);
        }
        let spread = match spread {
            Spread::ByChance => 1.0,
            Spread::Measured => moving_range(&z).filter(|range| *range > 0.0).ok_or(Unfit::WithoutVariation)?,
        };
        let points = self.periods.iter().map(|period| period.map(|period| self.point(period, spread))).collect();
        Ok(Chart { centre: self.centre, spread, points })
    }

    fn point(&self, (value, of): (f64, f64), spread: f64) -> Point {
        let error = spread * self.error(of);
        let (least, most) = self.range;
        let (low, high) = ((self.centre - WIDTH * error).max(least), (self.centre + WIDTH * error).min(most));
        Point { value, low, high, z: (value - self.centre) / error, alarm: value < low || value > high }
    }

    /// The standard error that chance gives the value of a period of some size.
    fn error(&self, of: f64) -> f64 {
        (self.variance / of).sqrt()
    }
}

/// The standard deviation of values beside each other.
fn moving_range(z: &[f64]) -> Option<f64> {
    let steps = z.windows(2).map(|pair| (pair[1] - pair[0]).abs());
    (z.len() > 1).then(|| steps.sum::<f64>() / (z.len() - 1) as f64 / RANGE_OF_TWO)
}

impl Chart {
    /// The periods whose point lies outside its limits, from 0.
    pub fn alarms(&self) -> Vec<usize> {
        let outside = |point: &Option<Point>| point.is_some_and(|point| point.alarm);
        self.points.iter().enumerate().filter(|(_, point)| outside(point)).map(|(index, _)| index).collect()
    }

    /// How far each point is off the centre, in standard errors: what the charts of drifts take.
    pub fn standardised(&self) -> Vec<Option<f64>> {
        self.points.iter().map(|point| point.map(|point| point.z)).collect()
    }
}

#[cfg(test)]
mod tests;
