//! Goes through the tree of a questionnaire with the answers of one record: first upwards, what everything is worth, then
//! downwards, which share of the whole it has (share.rs).

mod share;

use guanxi_model::fact::QuestionKind;
use guanxi_model::grid::{on_grid, without_noise};

use crate::answers::{Given, Sheet};
use crate::compare::{Comparison, Zone};
use crate::evaluate::{DimensionResult, Evaluation, Gating, ItemResult, is_at_least};
use crate::line::Line;
use crate::metric::Metrics;
use crate::scheme::{IndexForm, ItemDraft, QuestionnaireScheme, WeightSource};
use crate::tree::Node;

pub(crate) use share::Stretch;

pub(crate) struct Walk<'a> {
    scheme: &'a QuestionnaireScheme,
    items: Vec<ItemResult>,
    dimensions: Vec<DimensionResult>,
    /// 0 to 100, or a gap, or an amount, by the form of the index.
    item_worth: Vec<Option<f64>>,
    worth: Vec<Option<f64>>,
    /// What all items shared out so far add to the index, before it is put on the grid.
    added: f64,
    metrics: Metrics,
}

/// Means of perceptions and expectations on one scale.
#[derive(Clone, Copy)]
struct Means {
    perception: f64,
    expectation: f64,
    scale: (i32, i32),
}

impl<'a> Walk<'a> {
    pub(crate) fn of(scheme: &'a QuestionnaireScheme, sheet: &Sheet<'_>) -> Walk<'a> {
        let content = scheme.content();
        let items = content.items.iter().map(|item| answered(item, sheet, content.tolerance_bp));
        let item_worth = content.items.iter().map(|item| worth(scheme, item, sheet)).collect();
        let dimensions = content.dimensions.iter().map(|dimension| DimensionResult {
            score: None,
            comparison: None,
            importance: sheet.dimension(&dimension.id).value(),
            answered_share: 0.0,
            gate: Gating::None,
            weight_share: 0.0,
            points: 0.0,
        });
        let mut walk = Walk {
            scheme,
            items: items.collect(),
            dimensions: dimensions.collect(),
            item_worth,
            worth: vec![None; content.dimensions.len()],
            added: 0.0,
            metrics: Metrics::of(&content.items, sheet),
        };
        for (item, worth) in walk.items.iter_mut().zip(&walk.item_worth) {
            item.score = worth.filter(|_| scheme.has_scores());
        }
        walk
    }

    /// What a dimension is worth by itself, once all that lies in it is known.
    pub(crate) fn judge(&mut self, index: usize) {
        let nodes = self.scheme.tree().within(index);
        let (worth, share) = self.group(nodes);
        let enough = is_at_least(share, self.scheme.content().dimensions[index].min_answered_bp);
        self.worth[index] = worth.filter(|_| enough);
        let comparison = self.comparison(nodes);
        let dimension = &mut self.dimensions[index];
        dimension.answered_share = share;
        dimension.comparison = comparison;
        dimension.score = self.worth[index].filter(|_| self.scheme.has_scores());
    }

    /// The weighted mean of parts that count, and the share of their declared weight that was answered.
    pub(crate) fn group(&mut self, nodes: &[Node]) -> (Option<f64>, f64) {
        self.open_gates(nodes);
        let declared: f64 = nodes.iter().map(|node| f64::from(self.weight(*node))).sum();
        let answered: f64 = nodes.iter().map(|node| f64::from(self.weight(*node)) * self.answered(*node)).sum();
        let parts = self.parts(nodes);
        let total: f64 = parts.iter().map(|(_, weight)| weight).sum();
        let sum: f64 = parts.iter().map(|(node, weight)| weight * self.effective(*node).unwrap_or_default()).sum();
        let worth = (total > 0.0).then(|| sum / total);
        (worth, if declared > 0.0 { without_noise(answered / declared) } else { 0.0 })
    }

    /// Whether dimensions that rest on others may count. Those they rest on are listed before them.
    fn open_gates(&mut self, nodes: &[Node]) {
        for node in nodes {
            let Node::Dimension(index) = *node else { continue };
            let dimension = &self.scheme.content().dimensions[index];
            let Some((below, gate)) = self.scheme.tree().gate(index).zip(dimension.gate.as_ref()) else { continue };
            self.dimensions[index].gate = match (self.dimensions[below].gate, self.worth[below]) {
                (Gating::Closed, _) => Gating::Closed,
                (Gating::Unknown, _) | (_, None) => Gating::Unknown,
                (_, Some(score)) if on_grid(score) >= f64::from(gate.min_score) => Gating::Open,
                _ => Gating::Closed,
            };
        }
    }

    /// The share of a part that was answered and counts.
    fn answered(&self, node: Node) -> f64 {
        match (node, self.effective(node)) {
            (_, None) => 0.0,
            (Node::Item(_), Some(_)) => 1.0,
            (Node::Dimension(dimension), Some(_)) => self.dimensions[dimension].answered_share,
        }
    }

    /// What a part is worth in what it belongs to: nothing behind a closed gate.
    fn effective(&self, node: Node) -> Option<f64> {
        match node {
            Node::Item(item) => self.item_worth[item],
            Node::Dimension(dimension) => match self.dimensions[dimension].gate {
                Gating::None | Gating::Open => self.worth[dimension],
                Gating::Closed => self.worth[dimension].map(|_| 0.0),
                Gating::Unknown => None,
            },
        }
    }

    /// The declared weight.
    fn weight(&self, node: Node) -> i32 {
        let content = self.scheme.content();
        match node {
            Node::Item(item) => content.items[item].weight,
            Node::Dimension(dimension) => content.dimensions[dimension].weight,
        }
    }

    /// The parts that count, with their weights.
    fn parts(&self, nodes: &[Node]) -> Vec<(Node, f64)> {
        let counting = nodes.iter().copied().filter(|node| self.weight(*node) > 0 && self.effective(*node).is_some());
        self.weighed(counting.collect())
    }

    /// Parts with their weights: those that the respondent stated, where that is asked for and all of them were.
    fn weighed(&self, nodes: Vec<Node>) -> Vec<(Node, f64)> {
        let stated = |node: &Node| match node {
            Node::Item(item) => self.items[*item].importance,
            Node::Dimension(dimension) => self.dimensions[*dimension].importance,
        };
        let all: Option<Vec<i32>> = match self.scheme.content().weights {
            WeightSource::Declared => None,
            WeightSource::Stated => nodes.iter().map(stated).collect(),
        };
        let all = all.filter(|weights| weights.iter().any(|weight| *weight > 0));
        let weights = all.unwrap_or_else(|| nodes.iter().map(|node| self.weight(*node)).collect());
        nodes.into_iter().zip(weights.into_iter().map(f64::from)).collect()
    }

    /// Perception against expectation in all of the parts that have both, if they are on one scale.
    fn comparison(&self, nodes: &[Node]) -> Option<Comparison> {
        let content = self.scheme.content();
        let Means { perception, expectation, scale: _ } = self.means(nodes).ok()??;
        Some(Comparison::of_means(content.compared?, (perception, expectation), content.tolerance_bp))
    }

    /// Fails where there are several scales.
    fn means(&self, nodes: &[Node]) -> Result<Option<Means>, ()> {
        let mut known = Vec::new();
        for node in nodes.iter().copied().filter(|node| self.weight(*node) > 0) {
            let means = match node {
                Node::Item(item) => self.item_means(item),
                Node::Dimension(dimension) => self.means(self.scheme.tree().within(dimension))?,
            };
            known.extend(means.map(|means| (node, means)));
        }
        let Some((_, first)) = known.first().copied() else { return Ok(None) };
        if known.iter().any(|(_, means)| means.scale != first.scale) {
            return Err(());
        }
        let weights = self.weighed(known.iter().map(|(node, _)| *node).collect());
        let total: f64 = weights.iter().map(|(_, weight)| weight).sum();
        let mean = |of: fn(&Means) -> f64| {
            known.iter().zip(&weights).map(|((_, means), (_, weight))| weight * of(means)).sum::<f64>() / total
        };
        let (perception, expectation) = (mean(|means| means.perception), mean(|means| means.expectation));
        Ok(Some(Means { perception, expectation, scale: first.scale }))
    }

    fn item_means(&self, index: usize) -> Option<Means> {
        let compared = self.scheme.content().compared?;
        let scale = self.scheme.content().items[index].scale.as_ref()?;
        let comparison = self.items[index].comparisons.iter().find(|one| one.kind == compared)?;
        let Comparison { perception, expectation, .. } = *comparison;
        Some(Means { perception, expectation, scale: (scale.min, scale.max) })
    }

    /// All but the index.
    pub(crate) fn finish(self) -> Evaluation {
        let comparison = self.comparison(self.scheme.tree().top());
        let Walk { items, dimensions, metrics, .. } = self;
        Evaluation { index: None, answered_share: 0.0, comparison, items, dimensions, metrics }
    }
}

/// What was answered of an item.
fn answered(item: &ItemDraft, sheet: &Sheet<'_>, tolerance_bp: i32) -> ItemResult {
    let given = |kind| sheet.item(&item.id, kind);
    let unanswered = |how: Given| item.questions.iter().copied().filter(|kind| given(*kind) == how).collect();
    let upright = |kind| item.scale.as_ref().zip(given(kind).value()).map(|(scale, value)| scale.upright(value));
    let perception = upright(QuestionKind::Perception);
    let against = |kind| Some(Comparison::of_answers(kind, (perception?, upright(kind)?), tolerance_bp));
    let zone = || {
        let (desired, adequate) = (QuestionKind::DesiredExpectation, QuestionKind::AdequateExpectation);
        Some(Zone::of(perception?, upright(desired)?, upright(adequate)?))
    };
    ItemResult {
        score: None,
        comparisons: item.expectations().filter_map(against).collect(),
        zone: zone(),
        importance: given(QuestionKind::Importance).value(),
        missing: unanswered(Given::Missing),
        not_rated: unanswered(Given::NotRated),
        weight_share: 0.0,
        points: 0.0,
    }
}

/// What an item is worth by the form of the index; none where it was not answered.
fn worth(scheme: &QuestionnaireScheme, item: &ItemDraft, sheet: &Sheet<'_>) -> Option<f64> {
    let scale = item.scale.as_ref()?;
    let answer = |kind| sheet.item(&item.id, kind).value();
    let outcome = sheet.outcome(item)?;
    Some(match scheme.form() {
        IndexForm::Interval | IndexForm::Ratio => Line::of(scale, scheme.form())?.score(f64::from(outcome)),
        // Parasuraman, Zeithaml & Berry 1988, J. Retailing 64(1), 12-40.
        IndexForm::Gap => f64::from(outcome - scale.upright(answer(scheme.content().compared?)?)),
        // Kotler 1994, Marketing Management: what is better lower is a cost.
        IndexForm::Difference if scale.is_upright() => f64::from(outcome),
        IndexForm::Difference => f64::from(-answer(item.outcome()?)?),
    })
}
