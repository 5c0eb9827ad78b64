//! Quartiles and mean of integers. Only arithmetic lives here.
//!
//! Quartiles are those of type 7 of R. J. Hyndman & Y. Fan (1996), "Sample quantiles in statistical packages", which R,
//! NumPy and spreadsheets use.

/// How the values of a measure are distributed, in its unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figures {
    pub min: i64,
    pub first_quartile: f64,
    pub median: f64,
    pub third_quartile: f64,
    pub max: i64,
    pub mean: f64,
}

impl Figures {
    /// Nothing when there are no values.
    pub(super) fn of(ascending: &[i64]) -> Option<Figures> {
        let sum: i128 = ascending.iter().map(|value| i128::from(*value)).sum();
        Some(Figures {
            min: *ascending.first()?,
            first_quartile: quartile(ascending, 1)?,
            median: quartile(ascending, 2)?,
            third_quartile: quartile(ascending, 3)?,
            max: *ascending.last()?,
            mean: sum as f64 / ascending.len() as f64,
        })
    }
}

/// The value at (n - 1) x quarters / 4, counted from 0; between two values, on the straight line. In integers up to the
/// last division.
fn quartile(ascending: &[i64], quarters: usize) -> Option<f64> {
    let steps = ascending.len().checked_sub(1)? * quarters;
    let (index, past) = (steps / 4, (steps % 4) as i128);
    let lower = i128::from(*ascending.get(index)?);
    let upper = ascending.get(index + 1).map_or(lower, |value| i128::from(*value));
    Some((lower * (4 - past) + upper * past) as f64 / 4.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn quartiles(ascending: &[i64]) -> [f64; 3] {
        [1, 2, 3].map(|quarters| quartile(ascending, quarters).unwrap())
    }

    /// By Python's `statistics.quantiles(.., method="inclusive")`, which is type 7.
    #[test]
    fn quartiles_are_those_of_others() {
        assert_eq!(quartiles(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]), [3.25, 5.5, 7.75]);
        assert_eq!(quartiles(&[-700, 0, 5, 5, 812, 1_300, 99_999]), [2.5, 5.0, 1_056.0]);
        assert_eq!(quartiles(&[-700, 0, 5, 5, 812, 1_300, 99_999, 100_001]), [3.75, 408.5, 25_974.75]);
    }

    #[test]
    fn one_value_is_all_figures_and_none_is_none() {
        assert_eq!(quartiles(&[7]), [7.0; 3]);
        assert_eq!(Figures::of(&[]), None);
    }

    #[test]
    fn farthest_values_do_not_overflow() {
        let ends = [i64::MIN, i64::MAX];
        assert_eq!(quartiles(&ends), [i64::MIN as f64 / 2.0, -0.5, i64::MAX as f64 / 2.0]);
        assert_eq!(Figures::of(&ends).unwrap().mean, -0.5);
    }

    proptest! {
        #[test]
        fn figures_ascend(mut values in prop::collection::vec(-1_000_i64..1_000, 1..50)) {
            values.sort_unstable();
            let figures = Figures::of(&values).unwrap();
            let [first, median, third] = quartiles(&values);
            let (min, max) = (figures.min as f64, figures.max as f64);
            prop_assert!([min, first, median, third, max].is_sorted());
            prop_assert!((min..=max).contains(&figures.mean));
            // Mirrored values have mirrored quartiles.
            let mirrored: Vec<i64> = values.iter().rev().map(|value| -value).collect();
            prop_assert_eq!(quartiles(&mirrored), [-third, -median, -first]);
        }
    }
}
