//! Which items and dimensions lie in which: the tree of a questionnaire, by index.

use std::collections::HashMap;

use crate::scheme::QuestionnaireDraft;

/// A part of a dimension, or of the questionnaire as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Node {
    Dimension(usize),
    Item(usize),
}

/// The parts of everything, dimensions first, each in the order of the questionnaire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tree {
    top: Vec<Node>,
    within: Vec<Vec<Node>>,
    /// The dimension below that each one rests on.
    gates: Vec<Option<usize>>,
}

impl Tree {
    /// The tree of a draft that was found to be one.
    pub(crate) fn of(draft: &QuestionnaireDraft) -> Tree {
        let places: HashMap<&str, usize> =
            draft.dimensions.iter().enumerate().map(|(index, one)| (one.id.as_str(), index)).collect();
        let mut tree = Tree { top: Vec::new(), within: vec![Vec::new(); draft.dimensions.len()], gates: Vec::new() };
        for (index, dimension) in draft.dimensions.iter().enumerate() {
            tree.put(places.get(dimension.parent.as_str()), Node::Dimension(index));
            let gate = dimension.gate.as_ref().and_then(|gate| places.get(gate.dimension.as_str()).copied());
            tree.gates.push(gate);
        }
        for (index, item) in draft.items.iter().enumerate() {
            tree.put(places.get(item.dimension.as_str()), Node::Item(index));
        }
        tree
    }

    fn put(&mut self, parent: Option<&usize>, node: Node) {
        match parent {
            Some(parent) => self.within[*parent].push(node),
            None => self.top.push(node),
        }
    }

    /// What lies at the top.
    pub(crate) fn top(&self) -> &[Node] {
        &self.top
    }

    /// What lies in a dimension.
    pub(crate) fn within(&self, dimension: usize) -> &[Node] {
        &self.within[dimension]
    }

    /// The dimension below that one rests on.
    pub(crate) fn gate(&self, dimension: usize) -> Option<usize> {
        self.gates[dimension]
    }
}
