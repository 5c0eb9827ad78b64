//! How well a standard is kept: figures of the whole and of each period, and the control chart over the periods. A pure
//! function of the sums of days.

use guanxi_model::statistics::chart::drift::Ewma;
use guanxi_model::statistics::chart::{Count, Counting, MIN_BASELINE, Unfit};
use guanxi_model::statistics::defects::{Defects, sigma};
use guanxi_model::statistics::mean;
use guanxi_model::statistics::proportion::Proportion;
use guanxi_model::statistics::rate::Rate;
use guanxi_model::statistics::{Evidence, Interval};
use guanxi_model::{Day, Period};

use super::measured::Sums;
use super::{Baseline, StandardContent, StandardMetric};
use crate::chart::{self, ControlChart, Usual};

/// What was measured on a day.
pub type DaySums = (Day, Sums);

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct ReportQuestion {
    /// The first and the last day.
    pub days: (Day, Day),
    pub period: Period,
    pub ewma: Ewma,
}

/// See the module.
#[derive(Clone, Debug, PartialEq)]
pub struct StandardReport {
    pub total: Figures,
    pub periods: Vec<PeriodFigures>,
    pub chart: Result<ControlChart, Unfit>,
}

/// What is told of a part of the days that were asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct PeriodFigures {
    /// The first and the last day.
    pub days: (Day, Day),
    pub figures: Figures,
}

/// What measurements add up to. Where there are too few units only the sums are told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figures {
    pub sums: Sums,
    pub value: Option<f64>,
    pub interval: Option<Interval>,
    /// Whether the value meets the standard.
    pub met: Option<bool>,
    /// How many units meet it, of those of which it is known.
    pub attainment: Option<Proportion>,
    pub defects: Option<DefectFigures>,
}

/// Of metrics that count defects.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DefectFigures {
    pub per_million: f64,
    pub sigma: Option<f64>,
    /// Where no defect was seen: the most per million there may be, and the least sigma that this is.
    pub bound: Option<(f64, Option<f64>)>,
}

/// The report of what was measured on the days asked for. `usual` is what was measured on the days of the baseline, where
/// the standard has such.
pub fn report(
    standard: &StandardContent,
    question: &ReportQuestion,
    (measured, usual): (&[DaySums], &[DaySums]),
) -> StandardReport {
    let parts = gathered(measured, question.days, question.period);
    let whole = parts.iter().fold(Sums::default(), |whole, (_, sums)| whole.plus(sums).unwrap_or(whole));
    let before: Vec<Part>;
    let usual = match standard.baseline {
        Some(Baseline::Days(first, last)) => {
            before = gathered(usual, (first, last), question.period);
            Usual::Periods(&before[..], MIN_BASELINE)
        }
        Some(Baseline::Given { centre, deviation }) => Usual::Known(centre, deviation),
        None => Usual::Own,
    };
    let chart = standard.chart(&parts, usual, question.ewma);
    let periods = parts.into_iter().map(|(days, sums)| PeriodFigures { days, figures: standard.figures(sums) });
    StandardReport { total: standard.figures(whole), periods: periods.collect(), chart }
}

type Part = ((Day, Day), Sums);

/// The periods with their sums.
fn gathered(measured: &[DaySums], days: (Day, Day), period: Period) -> Vec<Part> {
    let mut rest = measured;
    let sums = |(start, end): (Day, Day)| {
        let (here, later) = rest.split_at(rest.partition_point(|(day, _)| *day <= end));
        rest = later;
        ((start, end), here.iter().fold(Sums::default(), |sums, (_, day)| sums.plus(day).unwrap_or(sums)))
    };
    period.parts(days).map(sums).collect()
}

impl StandardContent {
    fn figures(&self, sums: Sums) -> Figures {
        let told = Evidence::of(count(sums.units)).is_told();
        let value = self.value(&sums).filter(|_| told);
        let judged = Evidence::of(count(sums.judged_units)).is_told();
        Figures {
            sums,
            value,
            interval: self.interval(&sums).filter(|_| told),
            met: value.map(|value| self.is_met_by(value)),
            attainment: Proportion::new(count(sums.met_units), count(sums.judged_units)).filter(|_| judged),
            defects: self.defects(&sums).filter(|_| told).and_then(defect_figures),
        }
    }

    /// A share on its scale, or per unit; none where nothing was measured.
    fn value(&self, sums: &Sums) -> Option<f64> {
        let of = self.chances(sums);
        (of > 0.0).then(|| self.metric.scale() * sums.total as f64 / of)
    }

    /// What the total is divided by.
    fn chances(&self, sums: &Sums) -> f64 {
        sums.units as f64 * self.opportunities as f64
    }

    fn defects(&self, sums: &Sums) -> Option<Defects> {
        let opportunities = count(sums.units).saturating_mul(count(self.opportunities));
        self.metric.counts_defects().then(|| Defects { defects: count(sums.total), opportunities })
    }

    fn interval(&self, sums: &Sums) -> Option<Interval> {
        match self.metric {
            StandardMetric::DefectShare | StandardMetric::DefectsPerMillion => {
                let Defects { defects, opportunities } = self.defects(sums)?;
                let Interval { low, high } = Proportion::new(defects, opportunities)?.interval();
                let scale = self.metric.scale();
                Some(Interval { low: scale * low, high: scale * high })
            }
            StandardMetric::Count => Rate { events: count(sums.total), exposure: sums.units as f64 }.interval(),
            StandardMetric::Duration | StandardMetric::Amount => {
                // The spread is known where that of every measurement is.
                let known = sums.squared_units == sums.units;
                let (n, sum, squares) = (count(sums.units), i128::from(sums.total), i128::from(sums.squares));
                known.then(|| mean::Sums { n, sum, squares }.mean(1.0)).flatten()?.interval()
            }
        }
    }

    fn chart(&self, parts: &[Part], usual: Usual<'_, Part>, ewma: Ewma) -> Result<ControlChart, Unfit> {
        let shown = |(_, sums): &Part| Evidence::of(count(sums.units)).is_told();
        if matches!(self.metric, StandardMetric::Duration | StandardMetric::Amount) {
            let mean = |part: &Part| self.value(&part.1).filter(|_| shown(part));
            let means = |parts: &[Part]| parts.iter().map(mean).collect::<Vec<_>>();
            return chart::means(&means(parts), usual.made_into(&means(usual.periods())), ewma);
        }
        let counted = |part: &Part| match shown(part) {
            true => Count { events: count(part.1.total), of: self.chances(&part.1) },
            false => Count::NONE,
        };
        let counts = |parts: &[Part]| parts.iter().map(counted).collect::<Vec<_>>();
        let (counting, scale) = match self.metric.counts_defects() {
            true => (Counting::Shares, self.metric.scale()),
            false => (Counting::Rates, 1.0),
        };
        let before = counts(usual.periods());
        chart::counts(&counts(parts), usual.made_into(&before), counting, (ewma.into(), scale))
    }
}

fn defect_figures(defects: Defects) -> Option<DefectFigures> {
    let bound = defects.bound().map(|bound| (bound, sigma(bound)));
    Some(DefectFigures { per_million: defects.per_million()?, sigma: defects.sigma(), bound })
}

/// Numbers that are counted are never below 0.
fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::tests::content;
    use super::*;

    fn units(units: i64, total: i64) -> Sums {
        Sums { measurements: 1, units, total, ..Sums::default() }
    }

    #[test]
    fn periods_are_cut_to_the_days() {
        let day = |text: &str| Day::parse(text).unwrap();
        let measured =
            [(day("2026-01-30"), units(1, 1)), (day("2026-02-01"), units(2, 2)), (day("2026-02-28"), units(4, 4))];
        let days = (day("2026-01-30"), day("2026-03-01"));
        let parts = gathered(&measured, days, Period::Month);
        let told: Vec<_> = parts.iter().map(|((first, last), sums)| format!("{first} {last} {}", sums.units)).collect();
        assert_eq!(told, ["2026-01-30 2026-01-31 1", "2026-02-01 2026-02-28 6", "2026-03-01 2026-03-01 0"]);
    }

    #[test]
    fn of_too_few_nothing_is_told() {
        let standard = content(StandardMetric::DefectShare, 0.02);
        let four = standard.figures(Sums { judged_units: 4, met_units: 4, ..units(4, 0) });
        assert_eq!(
            (four.value, four.interval, four.met, four.attainment, four.defects),
            (None, None, None, None, None)
        );
        let five = standard.figures(Sums { judged_units: 5, met_units: 5, ..units(5, 0) });
        assert_eq!((five.value, five.met), (Some(0.0), Some(true)));
        assert!(five.attainment.is_some() && five.defects.is_some());
    }

    #[test]
    fn means_have_an_interval_where_their_spread_is_known() {
        let standard = content(StandardMetric::Duration, 60.0);
        // 10, 20, 30, 40, 50: mean 30, standard deviation 15.8113883, t of 4 degrees 2.7764451.
        let known = Sums { squared_units: 5, squares: 5500, ..units(5, 150) };
        let interval = standard.figures(known).interval.unwrap();
        assert!((interval.high - 30.0 - 2.776_445_105 * 15.811_388_3 / 5.0_f64.sqrt()).abs() < 1e-6, "{interval:?}");
        let partly = known.plus(&units(1, 30)).unwrap();
        assert_eq!((standard.figures(partly).value, standard.figures(partly).interval), (Some(30.0), None));
    }
}
