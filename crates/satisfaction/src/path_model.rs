//! Models of what follows from what: latent variables, each seen only through the items of a dimension, and paths between
//! them. The best known one is that of the European and American customer satisfaction indices: image and expectations lead
//! to perceived quality and value, these to satisfaction, and that to complaints and loyalty (Fornell 1992, J. Marketing
//! 56(1), 6-21; Fornell, Johnson, Anderson, Cha & Bryant 1996, J. Marketing 60(4), 7-18).
//!
//! A model exists only when it is whole (check.rs). It is fitted (fit.rs) to sums of answers and of their products
//! (products.rs), of which there are few however many records they are of, and which do not depend on the order of these.

mod check;
mod fit;
mod products;

use guanxi_model::Violations;
use guanxi_model::fact::Answer;
use serde::{Deserialize, Serialize};

use crate::answers::Sheet;
use crate::scheme::{ItemDraft, QuestionnaireScheme};

pub use fit::{Fit, InnerWeights, ItemFit, LatentFit, MIN_RECORDS, PathFit, Unfit};
pub use products::Products;

/// Latent variables and the paths between them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PathModel {
    pub latents: Vec<Latent>,
    /// From one latent variable to another, by place.
    pub paths: Vec<(usize, usize)>,
}

/// A dimension, as what its items have in common.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Latent {
    pub id: String,
    pub items: Vec<Indicator>,
}

/// An item that a latent variable is seen through.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Indicator {
    pub id: String,
    pub min: i32,
    pub max: i32,
}

/// A path, by the ids of dimensions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathDraft {
    pub from: String,
    pub to: String,
}

impl QuestionnaireScheme {
    /// The model of some dimensions and paths between them. Without dimensions, those at the top; without paths, those of
    /// the European customer satisfaction index between the dimensions that are called as in its preset.
    ///
    /// # Errors
    /// Everything that is wrong, at `latents[1]`, `paths[0].from`.
    pub fn path_model(&self, latents: &[String], paths: &[PathDraft]) -> Result<PathModel, Violations> {
        check::check(self, latents, paths)
    }
}

impl PathModel {
    /// Its items, in the order of its latent variables.
    pub fn indicators(&self) -> impl Iterator<Item = &Indicator> {
        self.latents.iter().flat_map(|latent| &latent.items)
    }

    /// How answers to a questionnaire are read for it.
    pub fn reading<'a>(&self, scheme: &'a QuestionnaireScheme) -> Reading<'a> {
        let items = &scheme.content().items;
        let asked = |indicator: &Indicator| items.iter().find(|item| item.id == indicator.id);
        Reading { asked: self.indicators().map(asked).collect() }
    }

    /// The latent variables that lead to one.
    pub(crate) fn before(&self, latent: usize) -> Vec<usize> {
        self.paths.iter().filter(|(_, to)| *to == latent).map(|(from, _)| *from).collect()
    }

    /// Those that it leads to.
    pub(crate) fn after(&self, latent: usize) -> Vec<usize> {
        self.paths.iter().filter(|(from, _)| *from == latent).map(|(_, to)| *to).collect()
    }
}

/// How the answers of a record become a row of numbers.
pub struct Reading<'a> {
    asked: Vec<Option<&'a ItemDraft>>,
}

impl Reading<'_> {
    /// A number for each item, good end up; none where one of them was not answered.
    pub fn row(&self, answers: &[Answer]) -> Option<Vec<i32>> {
        let sheet = Sheet::of(answers);
        self.asked.iter().map(|item| sheet.outcome((*item)?)).collect()
    }
}

#[cfg(test)]
mod tests;
