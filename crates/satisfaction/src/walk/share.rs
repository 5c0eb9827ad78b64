//! Downwards: which share of the whole every part has, and what it adds to the index.

use guanxi_model::grid::on_grid;

use super::Walk;
use crate::evaluate::Gating;
use crate::tree::Node;

/// A stretch of the whole: its bounds on the grid, and its length as it was before.
#[derive(Clone, Copy)]
pub(crate) struct Stretch {
    from: f64,
    to: f64,
    length: f64,
}

impl Stretch {
    pub(crate) fn whole(length: f64) -> Stretch {
        Stretch { from: 0.0, to: length, length }
    }
}

impl Walk<'_> {
    /// Gives every part its share of a stretch of the whole, and returns the share and the points of all of them. Bounds,
    /// not lengths, are put on the grid: so the shares of all parts add up to exactly the whole.
    pub(crate) fn share_out(&mut self, nodes: &[Node], stretch: Stretch, gate: Gating) -> (f64, f64) {
        let Stretch { from, to, length } = stretch;
        let parts = self.parts(nodes);
        let total: f64 = parts.iter().map(|(_, weight)| weight).sum();
        let (mut so_far, mut start, mut points) = (0.0, from, 0.0);
        for (index, (node, weight)) in parts.iter().enumerate() {
            so_far += weight;
            let is_last = index + 1 == parts.len();
            let end = if is_last { to } else { on_grid(from + (to - from) * (so_far / total)) };
            let part = Stretch { from: start, to: end, length: length * weight / total };
            points += match *node {
                Node::Item(item) => self.score(item, part, gate),
                Node::Dimension(dimension) => self.descend(dimension, part, gate),
            };
            start = end;
        }
        (start - from, points)
    }

    /// What has been added is put on the grid, not what an item adds: so gaps that make up for each other are exactly none.
    fn score(&mut self, item: usize, Stretch { from, to, length }: Stretch, gate: Gating) -> f64 {
        let worth = self.item_worth[item].filter(|_| gate != Gating::Closed).unwrap_or_default();
        let whole = self.scheme.whole();
        let before = on_grid(self.added);
        self.added += length * worth / whole;
        let result = &mut self.items[item];
        result.weight_share = (to - from) / whole;
        result.points = on_grid(self.added) - before;
        result.points
    }

    fn descend(&mut self, dimension: usize, stretch: Stretch, gate: Gating) -> f64 {
        let gate = if gate == Gating::Closed { gate } else { self.dimensions[dimension].gate };
        let (share, points) = self.share_out(self.scheme.tree().within(dimension), stretch, gate);
        self.dimensions[dimension].weight_share = share / self.scheme.whole();
        self.dimensions[dimension].points = points;
        points
    }

    /// Adds up values less costs.
    pub(crate) fn add_up(&mut self, nodes: &[Node]) -> f64 {
        let mut sum = 0.0;
        for node in nodes {
            sum += match *node {
                Node::Item(item) => {
                    self.items[item].points = self.item_worth[item].unwrap_or_default();
                    self.items[item].points
                }
                Node::Dimension(dimension) => {
                    let points = self.add_up(self.scheme.tree().within(dimension));
                    self.dimensions[dimension].points = points;
                    points
                }
            };
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use guanxi_model::fact::QuestionKind::{DesiredExpectation, Perception};

    use crate::sample::{answer, draft, pair, scheme};
    use crate::{IndexForm, ItemDraft};

    /// The index and the points of items of some weights with some gaps.
    fn told(gaps: &[(i32, i32)]) -> (f64, Vec<f64>) {
        let names: Vec<String> = (0..gaps.len()).map(|index| format!("i{index}")).collect();
        let items = names.iter().zip(gaps).map(|(id, (weight, _))| ItemDraft { weight: *weight, ..pair(id) });
        let pairs = scheme(draft(IndexForm::Gap, Vec::new(), items.collect()));
        let given = |(id, (_, gap)): (&String, &(i32, i32))| {
            [answer(id, Perception, 4 + gap), answer(id, DesiredExpectation, 4)]
        };
        let answers: Vec<_> = names.iter().zip(gaps).flat_map(given).collect();
        let told = pairs.evaluate(&answers);
        (told.index.unwrap(), told.items.iter().map(|item| item.points).collect())
    }

    #[test]
    fn gaps_that_make_up_for_each_other_are_none() {
        // No fifth and no seventh is on the grid.
        let (index, points) = told(&[(1, 1), (1, 1), (1, -2), (1, 0), (1, 0)]);
        assert_eq!((index, points.iter().sum::<f64>(), &points[3..]), (0.0, 0.0, &[0.0, 0.0][..]));
        assert_eq!(told(&[(2, -3), (4, 1), (1, 2)]).0, 0.0);
        assert_eq!(told(&[(3, 1), (3, -1), (1, 0)]).0, 0.0);
    }
}
