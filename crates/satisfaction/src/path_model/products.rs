//! Sums of values and of their products, two by two: all that means, variances and correlations are made of.

use nalgebra::DMatrix;

/// Integer sums over complete rows, which do not depend on the order of these.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Products {
    n: u64,
    sums: Vec<i128>,
    /// Row by row, each from the diagonal on.
    products: Vec<i128>,
}

impl Products {
    /// Of nothing yet, for rows of so many values.
    pub fn of(columns: usize) -> Products {
        Products { n: 0, sums: vec![0; columns], products: vec![0; columns * (columns + 1) / 2] }
    }

    /// Counts a row, which has a value for each column.
    pub fn add(&mut self, row: &[i32]) {
        self.n += 1;
        let mut products = self.products.iter_mut();
        for (column, value) in row.iter().enumerate() {
            let value = i64::from(*value);
            self.sums[column] += i128::from(value);
            for (other, product) in row[column..].iter().zip(products.by_ref()) {
                *product += i128::from(value * i64::from(*other));
            }
        }
    }

    /// How many rows there were.
    pub fn n(&self) -> u64 {
        self.n
    }

    pub(crate) fn means(&self) -> Vec<f64> {
        self.sums.iter().map(|sum| *sum as f64 / self.n as f64).collect()
    }

    /// By n - 1. Differences are taken of integers, so that nothing is lost where means are large beside deviations.
    pub(crate) fn covariances(&self) -> DMatrix<f64> {
        let count = self.sums.len();
        let rows = i128::from(self.n);
        let scale = self.n as f64 * (self.n as f64 - 1.0);
        let mut covariances = DMatrix::zeros(count, count);
        let mut products = self.products.iter();
        for row in 0..count {
            for (column, product) in (row..count).zip(products.by_ref()) {
                let value = (rows * product - self.sums[row] * self.sums[column]) as f64 / scale;
                (covariances[(row, column)], covariances[(column, row)]) = (value, value);
            }
        }
        covariances
    }
}
