//! What drivers are found from: how many records are complete over the parts at the top of the questionnaire and its index,
//! the sums of these, and the sums of their products two by two. From them follow all means, variances and correlations.

use super::Sums;
use super::count::in_units;
use super::layout::{POINT, STEP};
use crate::answers::Sheet;
use crate::evaluate::Evaluation;
use crate::scheme::{IndexForm, QuestionnaireScheme};
use crate::tree::Node;

/// So many parts have a part in it; those that are listed first.
const MOST: usize = 24;

/// Means and covariances.
#[derive(Clone, Debug, PartialEq)]
pub struct Moments {
    /// Records that are complete.
    pub n: i64,
    /// The ids of the parts at the top of the questionnaire, dimensions first.
    pub parts: Vec<String>,
    /// Of the parts in their order, and of the index. Dimensions and index as they are told of a record; items, good end
    /// up, in points of their scale.
    pub means: Vec<f64>,
    /// Sample covariances (n - 1), row by row, as the means. Nothing where there are fewer than two records.
    pub covariances: Vec<Vec<f64>>,
}

impl QuestionnaireScheme {
    pub(crate) fn variables(&self) -> &[Node] {
        let top = self.tree().top();
        &top[..top.len().min(MOST)]
    }

    fn variable_unit(&self, node: Option<&Node>) -> f64 {
        match node {
            Some(Node::Item(_)) => POINT,
            None if self.form() == IndexForm::Difference => POINT,
            Some(Node::Dimension(_)) if self.form() == IndexForm::Difference => POINT,
            Some(Node::Dimension(_)) | None => STEP,
        }
    }

    /// What sums of moments say.
    pub fn moments(&self, sums: &Sums) -> Moments {
        let (nodes, content) = (self.variables(), self.content());
        let units: Vec<f64> = nodes.iter().map(Some).chain([None]).map(|node| self.variable_unit(node)).collect();
        let count = units.len();
        let n = sums.at(0);
        let mut covariances = vec![vec![0.0; count]; if n < 2 { 0 } else { count }];
        let mut place = 1 + count;
        for row in 0..count {
            for column in row..count {
                if let Some(value) = covariance(n, (sums.at(1 + row), sums.at(1 + column)), sums.at(place)) {
                    let value = value * units[row] * units[column];
                    (covariances[row][column], covariances[column][row]) = (value, value);
                }
                place += 1;
            }
        }
        let part = |node: &Node| match *node {
            Node::Dimension(index) => content.dimensions[index].id.clone(),
            Node::Item(index) => content.items[index].id.clone(),
        };
        let mean = |(place, unit): (usize, &f64)| sums.at(place) as f64 / n as f64 * unit;
        Moments {
            n: n as i64,
            parts: nodes.iter().map(part).collect(),
            means: if n > 0 { (1..).zip(&units).map(mean).collect() } else { Vec::new() },
            covariances,
        }
    }
}

/// What a record counts for here; nothing where it is not complete.
pub(super) fn count(scheme: &QuestionnaireScheme, evaluation: &Evaluation, sheet: &Sheet<'_>) -> Option<Sums> {
    let nodes = scheme.variables();
    let mut values = Vec::with_capacity(nodes.len() + 1);
    for node in nodes {
        values.push(in_units(value(scheme, evaluation, sheet, *node)?, scheme.variable_unit(Some(node))));
    }
    values.push(in_units(evaluation.index?, scheme.variable_unit(None)));
    let count = values.len();
    let mut sums = Sums::zero(1 + count + count * (count + 1) / 2);
    sums.add(0, 1);
    let mut place = 1 + count;
    for (row, one) in values.iter().enumerate() {
        sums.add(1 + row, *one);
        for other in &values[row..] {
            sums.add(place, one * other);
            place += 1;
        }
    }
    Some(sums)
}

fn value(scheme: &QuestionnaireScheme, evaluation: &Evaluation, sheet: &Sheet<'_>, node: Node) -> Option<f64> {
    let has_gaps = scheme.form() == IndexForm::Gap;
    match node {
        Node::Item(index) if has_gaps => {
            let compared = scheme.content().compared?;
            evaluation.items[index].comparisons.iter().find(|one| one.kind == compared).map(|one| one.gap)
        }
        Node::Item(index) => sheet.outcome(&scheme.content().items[index]).map(f64::from),
        Node::Dimension(index) if has_gaps => evaluation.dimensions[index].comparison.map(|one| one.gap),
        Node::Dimension(index) if scheme.form() == IndexForm::Difference => Some(evaluation.dimensions[index].points),
        Node::Dimension(index) => evaluation.dimensions[index].score,
    }
}

/// The sample covariance of n pairs from their sums and the sum of their products: exact as long as 128 bits hold it, so
/// that equal numbers have a variance of exactly 0. None of fewer than two.
fn covariance(n: i128, (one, other): (i128, i128), products: i128) -> Option<f64> {
    if n < 2 {
        return None;
    }
    let exact = || n.checked_mul(products)?.checked_sub(one.checked_mul(other)?);
    let spread = exact().map_or_else(|| n as f64 * products as f64 - one as f64 * other as f64, |spread| spread as f64);
    Some(spread / (n as f64 * (n - 1) as f64))
}
