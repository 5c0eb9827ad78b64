//! Correlations, and regressions on standardised variables, which are read off them.

use nalgebra::{DMatrix, DVector, SymmetricEigen};

/// A correlation matrix of which an eigenvalue is below this is singular: some variable follows from others. Rounding
/// leaves less, and what is merely close to following is a hundred times more.
const SINGULAR: f64 = 1e-10;
/// A variable has a part in a dependency where its coefficient is above this.
const INVOLVED: f64 = 1e-4;

/// The correlations of variables whose covariances are given.
///
/// # Errors
/// Which variables do not vary.
pub(crate) fn of_covariances(covariances: &DMatrix<f64>) -> Result<DMatrix<f64>, Vec<usize>> {
    let count = covariances.nrows();
    let constant: Vec<usize> = (0..count).filter(|one| covariances[(*one, *one)] <= 0.0).collect();
    if !constant.is_empty() {
        return Err(constant);
    }
    let deviation = |one: usize| covariances[(one, one)].sqrt();
    let correlation = |row, column| match row == column {
        true => 1.0,
        false => (covariances[(row, column)] / (deviation(row) * deviation(column))).clamp(-1.0, 1.0),
    };
    Ok(DMatrix::from_fn(count, count, correlation))
}

/// Which variables follow from each other; none where the matrix can be inverted.
pub(crate) fn dependent(correlations: &DMatrix<f64>) -> Vec<usize> {
    let count = correlations.nrows();
    if count == 0 {
        return Vec::new();
    }
    let eigen = SymmetricEigen::new(correlations.clone());
    let vanishing: Vec<usize> = (0..count).filter(|one| eigen.eigenvalues[*one] < SINGULAR).collect();
    let involved = |row: usize| vanishing.iter().any(|one| eigen.eigenvectors[(row, *one)].abs() > INVOLVED);
    (0..count).filter(|row| involved(*row)).collect()
}

/// The coefficients of one standardised variable on some others, and how much of its variance they explain. None where the
/// others follow from each other.
pub(crate) fn regress(correlations: &DMatrix<f64>, outcome: usize, on: &[usize]) -> Option<(DVector<f64>, f64)> {
    let among = DMatrix::from_fn(on.len(), on.len(), |row, column| correlations[(on[row], on[column])]);
    let with = DVector::from_fn(on.len(), |row, _| correlations[(on[row], outcome)]);
    if on.is_empty() {
        return Some((with, 0.0));
    }
    let coefficients = among.cholesky()?.solve(&with);
    let explained = coefficients.dot(&with).clamp(0.0, 1.0);
    Some((coefficients, explained))
}
