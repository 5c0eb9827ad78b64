//! How the explained variance of the last of some variables is shared out among the others, by their correlations.

use nalgebra::{DMatrix, DVector, SymmetricEigen};

use crate::correlation;

/// The mean gain of R2 over all orders: what each driver adds to each subset of the others, weighted by how many orders
/// begin with that subset.
pub(super) fn shapley_values(correlations: &DMatrix<f64>) -> Vec<f64> {
    let outcome = correlations.nrows() - 1;
    let explained: Vec<f64> = (0..1_usize << outcome).map(|subset| explained_by(correlations, subset)).collect();
    let weights = weights(outcome);
    let value = |driver: usize| {
        let own = 1 << driver;
        let others = (0..explained.len()).filter(|subset| subset & own == 0);
        let gain = |subset: usize| (explained[subset | own] - explained[subset]).max(0.0);
        others.map(|subset| weights[subset.count_ones() as usize] * gain(subset)).sum()
    };
    (0..outcome).map(value).collect()
}

/// R2 of a subset, a bit for each driver.
fn explained_by(correlations: &DMatrix<f64>, subset: usize) -> f64 {
    let outcome = correlations.nrows() - 1;
    let on: Vec<usize> = (0..outcome).filter(|driver| subset >> driver & 1 == 1).collect();
    correlation::regress(correlations, outcome, &on).map_or(0.0, |(_, explained)| explained)
}

/// |S|! (p - 1 - |S|)! / p! of a subset of each size: one order in p(p-1 over |S|).
fn weights(count: usize) -> Vec<f64> {
    let mut weights = Vec::with_capacity(count);
    let mut choices = 1.0;
    for size in 0..count {
        weights.push(1.0 / (choices * count as f64));
        choices *= (count - 1 - size) as f64 / (size + 1) as f64;
    }
    weights
}

/// Johnson's: the outcome is explained by variables that go with the drivers as closely as uncorrelated ones can, and what
/// each of these explains is shared out by its squared correlations with the drivers.
pub(super) fn relative_weights(correlations: &DMatrix<f64>) -> Vec<f64> {
    let outcome = correlations.nrows() - 1;
    let eigen = SymmetricEigen::new(correlations.view((0, 0), (outcome, outcome)).into_owned());
    let power = |of: fn(f64) -> f64| {
        let roots = DMatrix::from_diagonal(&eigen.eigenvalues.map(|value| of(value.max(0.0).sqrt())));
        &eigen.eigenvectors * roots * eigen.eigenvectors.transpose()
    };
    let loadings = power(|root| root);
    let with = DVector::from_fn(outcome, |row, _| correlations[(row, outcome)]);
    let coefficients = power(f64::recip) * with;
    let squares = coefficients.component_mul(&coefficients);
    (loadings.component_mul(&loadings) * squares).iter().copied().collect()
}
