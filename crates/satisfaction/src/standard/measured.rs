//! What was measured against a standard: units inspected for defects, or values; one, or many summed up. Everything is
//! whole numbers, so that sums do not depend on the order in which measurements come.

use guanxi_model::fact::{FactKey, FactState};
use guanxi_model::{MeasurementId, ServiceStandardId, Timestamp, Violations};
use serde::{Deserialize, Serialize};

use super::{LARGEST, StandardContent, StandardMetric};

/// A measurement as a caller gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMeasurement {
    pub standard: ServiceStandardId,
    pub occur_time: Timestamp,
    pub key: FactKey,
    pub replaces: Option<FactKey>,
    pub segment: Segment,
    pub result: MeasuredResult,
}

/// A measurement as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measurement {
    pub id: MeasurementId,
    pub record_time: Timestamp,
    pub state: FactState,
    pub new: NewMeasurement,
}

/// Where it was measured; either may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Segment {
    pub branch: String,
    pub team: String,
}

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MeasuredResult {
    /// So many units, with so many defects in all; how many met the standard, if that is known.
    Inspected { units: i64, defects: i64, good: Option<i64> },
    /// So many values with their sum; the sum of their squares and how many met the standard, if those are known.
    Values { count: i64, sum: i64, squares: Option<i64>, met: Option<i64> },
}

/// What measurements add up to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    pub measurements: i64,
    /// Units inspected, or values.
    pub units: i64,
    /// Defects, or the sum of the values.
    pub total: i64,
    /// Of the values whose squares are known: how many, and the sum of their squares.
    pub squared_units: i64,
    pub squares: i64,
    /// Of the units of which it is known: how many, and how many of them met the standard.
    pub judged_units: i64,
    pub met_units: i64,
}

/// The most units of one measurement.
const MOST_UNITS: i64 = 1_000_000_000_000;

impl MeasuredResult {
    /// What is wrong with it for this standard, by the names of the contract.
    pub fn faults(&self, standard: &StandardContent) -> Violations {
        let mut v = Violations::new();
        match (*self, standard.metric.counts_defects()) {
            (MeasuredResult::Inspected { units, defects, good }, true) => {
                inspected_faults(&mut v, (units, defects, good), standard.opportunities);
            }
            (MeasuredResult::Values { count, sum, squares, met }, false) => {
                value_faults(&mut v, (count, sum), (squares, met), standard.metric);
            }
            (MeasuredResult::Inspected { .. }, false) => v.push("inspection", "this metric is of values"),
            (MeasuredResult::Values { .. }, true) => v.push("values", "this metric is of inspected units"),
        }
        v
    }

    /// What it adds to the sums. It is known to have no faults.
    pub fn sums(&self, standard: &StandardContent) -> Sums {
        match *self {
            MeasuredResult::Inspected { units, defects, good } => {
                // Where a unit has but one way to be defective, as many are as there are defects.
                let good = good.or_else(|| (standard.opportunities == 1).then(|| units.saturating_sub(defects)));
                let judged = good.map(|good| (units, good)).unwrap_or_default();
                let (judged_units, met_units) = judged;
                Sums { measurements: 1, units, total: defects, judged_units, met_units, ..Sums::default() }
            }
            MeasuredResult::Values { count, sum, squares, met } => {
                let alone = count == 1;
                let squares = squares.or_else(|| if alone { sum.checked_mul(sum) } else { None });
                let met = met.or_else(|| alone.then(|| i64::from(standard.is_met_by(sum as f64))));
                Sums {
                    measurements: 1,
                    units: count,
                    total: sum,
                    squared_units: squares.map_or(0, |_| count),
                    squares: squares.unwrap_or_default(),
                    judged_units: met.map_or(0, |_| count),
                    met_units: met.unwrap_or_default(),
                }
            }
        }
    }
}

fn inspected_faults(v: &mut Violations, (units, defects, good): (i64, i64, Option<i64>), opportunities: i64) {
    if !(1..=MOST_UNITS).contains(&units) {
        v.push("inspection.unit_count", format!("must be from 1 to {MOST_UNITS}, got {units}"));
        return;
    }
    let most = i128::from(units) * i128::from(opportunities);
    if defects < 0 || i128::from(defects) > most {
        let why = format!("must be from 0 to {most}, the opportunities of all units, got {defects}");
        v.push("inspection.defect_count", why);
        return;
    }
    // Each defective unit has at least one defect, and at most as many as it has opportunities.
    let Some(good) = good else { return };
    let least = (i128::from(units) - i128::from(defects)).max(0);
    let most = i128::from(units) - (i128::from(defects) + i128::from(opportunities) - 1) / i128::from(opportunities);
    if !(least..=most).contains(&i128::from(good)) {
        let why = format!("must be from {least} to {most} where so many defects were found, got {good}");
        v.push("inspection.met_unit_count", why);
    }
}

fn value_faults(
    v: &mut Violations,
    (count, sum): (i64, i64),
    (squares, met): (Option<i64>, Option<i64>),
    metric: StandardMetric,
) {
    if !(1..=MOST_UNITS).contains(&count) {
        v.push("values.value_count", format!("must be from 1 to {MOST_UNITS}, got {count}"));
        return;
    }
    let least = if metric == StandardMetric::Amount { -LARGEST } else { 0 };
    let (least, most) = (i128::from(least) * i128::from(count), i128::from(LARGEST) * i128::from(count));
    if !(least..=most).contains(&i128::from(sum)) {
        v.push("values.sum", format!("must be from {least} to {most} for so many values, got {sum}"));
        return;
    }
    // Of values with this sum the squares add up to the least where all are alike.
    if squares.is_some_and(|squares| i128::from(squares) * i128::from(count) < i128::from(sum) * i128::from(sum)) {
        v.push("values.sum_of_squares", "is smaller than values with this sum can have");
    } else if count == 1 && squares.is_some_and(|squares| i128::from(squares) != i128::from(sum) * i128::from(sum)) {
        v.push("values.sum_of_squares", "must be the square of a single value");
    }
    if met.is_some_and(|met| !(0..=count).contains(&met)) {
        v.push("values.met_value_count", format!("must be from 0 to {count}, the number of values"));
    }
}

impl Sums {
    /// All numbers, in the order of the table.
    pub fn numbers(&self) -> [i64; 7] {
        let Sums { measurements, units, total, squared_units, squares, judged_units, met_units } = *self;
        [measurements, units, total, squared_units, squares, judged_units, met_units]
    }

    /// From numbers in that order.
    pub fn of(numbers: [i64; 7]) -> Sums {
        let [measurements, units, total, squared_units, squares, judged_units, met_units] = numbers;
        Sums { measurements, units, total, squared_units, squares, judged_units, met_units }
    }

    /// Both together; nothing where that leaves the range of 64 bits.
    pub fn plus(&self, other: &Sums) -> Option<Sums> {
        let mut sums = self.numbers();
        for (sum, more) in sums.iter_mut().zip(other.numbers()) {
            *sum = sum.checked_add(more)?;
        }
        Some(Sums::of(sums))
    }

    /// What takes it back.
    pub fn negated(&self) -> Sums {
        Sums::of(self.numbers().map(|number| number.saturating_neg()))
    }

    /// Its part of what bounds all sums.
    pub fn size(&self) -> Option<i64> {
        self.numbers().into_iter().try_fold(0i64, |size, number| size.checked_add(number.checked_abs()?))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::content;
    use super::*;

    fn paths(result: MeasuredResult, standard: &StandardContent) -> Vec<String> {
        result.faults(standard).iter().map(|fault| fault.path.clone()).collect()
    }

    fn inspected(units: i64, defects: i64, good: Option<i64>) -> MeasuredResult {
        MeasuredResult::Inspected { units, defects, good }
    }

    fn values(count: i64, sum: i64, squares: Option<i64>, met: Option<i64>) -> MeasuredResult {
        MeasuredResult::Values { count, sum, squares, met }
    }

    #[test]
    fn defects_fit_into_the_units() {
        let share = content(StandardMetric::DefectShare, 0.02);
        let six = StandardContent { opportunities: 6, ..share.clone() };
        assert!(paths(inspected(1500, 27, None), &six).is_empty());
        assert!(paths(inspected(2, 12, Some(0)), &six).is_empty());
        assert_eq!(paths(inspected(2, 13, None), &six), ["inspection.defect_count"]);
        assert_eq!(paths(inspected(2, 7, Some(1)), &six), ["inspection.met_unit_count"]);
        assert_eq!(paths(inspected(10, 3, Some(6)), &share), ["inspection.met_unit_count"]);
        assert_eq!(paths(inspected(0, 0, None), &share), ["inspection.unit_count"]);
        assert_eq!(paths(inspected(1, -1, None), &share), ["inspection.defect_count"]);
        assert_eq!(paths(values(1, 1, None, None), &share), ["values"]);
    }

    #[test]
    fn values_fit_their_sums() {
        let duration = content(StandardMetric::Duration, 60.0);
        assert!(paths(values(3, 90, Some(2700), Some(3)), &duration).is_empty());
        assert_eq!(
            paths(values(3, 90, Some(2699), Some(4)), &duration),
            ["values.sum_of_squares", "values.met_value_count"]
        );
        assert_eq!(paths(values(1, 5, Some(26), None), &duration), ["values.sum_of_squares"]);
        assert_eq!(paths(values(1, -5, None, None), &duration), ["values.sum"]);
        assert!(paths(values(1, -5, None, None), &content(StandardMetric::Amount, 60.0)).is_empty());
        assert_eq!(paths(values(0, 0, None, None), &duration), ["values.value_count"]);
        assert_eq!(paths(inspected(1, 0, None), &duration), ["inspection"]);
    }

    #[test]
    fn what_is_known_of_a_single_one_is_counted() {
        let share = content(StandardMetric::DefectShare, 0.02);
        assert_eq!(inspected(10, 3, None).sums(&share).numbers(), [1, 10, 3, 0, 0, 10, 7]);
        let two = StandardContent { opportunities: 2, ..share };
        assert_eq!(inspected(10, 3, None).sums(&two).numbers(), [1, 10, 3, 0, 0, 0, 0]);
        let duration = content(StandardMetric::Duration, 60.0);
        assert_eq!(values(1, 61, None, None).sums(&duration).numbers(), [1, 1, 61, 1, 3721, 1, 0]);
        assert_eq!(values(2, 61, None, None).sums(&duration).numbers(), [1, 2, 61, 0, 0, 0, 0]);
        let sums = values(2, 61, Some(1861), Some(2)).sums(&duration);
        assert_eq!(sums.plus(&sums.negated()), Some(Sums::default()));
        assert_eq!(sums.size(), Some(1 + 2 + 61 + 2 + 1861 + 2 + 2));
    }
}
