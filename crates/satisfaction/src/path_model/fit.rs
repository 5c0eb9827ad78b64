//! Partial least squares path modelling (Wold; Tenenhaus, Esposito Vinzi, Chatelin & Lauro 2005, Computational Statistics &
//! Data Analysis 48, 159-205), outer weights by mode A: every latent variable is a weighted sum of its standardised items;
//! the weights are how closely each goes with what the joined latent variables say of its own, found by turns until they no
//! longer change. Paths are regressions between the latent variables. Everything is computed from correlations.

use guanxi_model::statistics::Interval;
use guanxi_model::statistics::mean::Mean;
use nalgebra::{DMatrix, DVector};
use serde::{Deserialize, Serialize};

use super::{Latent, PathModel, Products};
use crate::correlation;

/// How many complete records a model needs.
pub const MIN_RECORDS: u64 = 100;
/// Weights that change less than this have been found, unless they are not after so many turns.
const SETTLED: f64 = 1e-10;
const MAX_TURNS: usize = 300;

guanxi_model::words! {
    /// What a latent variable takes from those it is joined to: the sign of their correlation; or the coefficients of what
    /// leads to it, and the correlations with what it leads to.
    InnerWeights { Centroid = 1, Path = 2 }
}

/// A fitted model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fit {
    pub n: u64,
    pub turns: usize,
    pub latents: Vec<LatentFit>,
    /// In the order of the model.
    pub paths: Vec<PathFit>,
    /// Items that everybody answered alike: they tell nothing, and were left out.
    pub constant: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LatentFit {
    pub id: String,
    pub items: Vec<ItemFit>,
    /// How much of its variance is explained by what leads to it; none where nothing does.
    pub r_squared: Option<f64>,
    /// How consistently its items were answered: Cronbach's alpha (1951, Psychometrika 16) of standardised items; none of
    /// a single one.
    pub alpha: Option<f64>,
    /// 0 to 100, with the interval that it has if the weights are taken for given; none where an item has a negative weight.
    pub index: Option<(f64, Interval)>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ItemFit {
    pub id: String,
    /// Of the standardised item, where the latent variable has a variance of 1.
    pub weight: f64,
    /// The correlation of the item with the latent variable.
    pub loading: f64,
    /// The weight of the answer itself beside those of the other items; they add up to 1. None where one is negative.
    pub share: Option<f64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PathFit {
    pub from: String,
    pub to: String,
    /// Of standardised latent variables.
    pub coefficient: f64,
}

/// Why a model cannot be fitted to some records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unfit {
    /// So many more complete records are needed.
    TooFew { missing: u64 },
    /// All items of this latent variable were answered alike by everybody.
    Constant { latent: String },
    /// This one goes with none of those it is joined to.
    Unrelated { latent: String },
    /// Of those that lead to this one, one follows from the others.
    Collinear { latent: String },
    /// The weights did not settle.
    Unsettled,
}

impl PathModel {
    /// Fits the model to complete records.
    ///
    /// # Errors
    /// Where there are fewer than 100, and where they do not allow it.
    pub fn fit(&self, products: &Products, inner: InnerWeights) -> Result<Fit, Unfit> {
        match MIN_RECORDS.saturating_sub(products.n()) {
            0 => {}
            missing => return Err(Unfit::TooFew { missing }),
        }
        let data = Data::of(self, products)?;
        let (weights, turns) = data.settle(inner)?;
        let with = &data.correlations * &weights;
        let among = weights.transpose() * &with;
        let mut latents = Vec::with_capacity(self.latents.len());
        let mut coefficients = vec![0.0; self.paths.len()];
        for (place, latent) in self.latents.iter().enumerate() {
            let before = self.before(place);
            let (betas, explained) = correlation::regress(&among, place, &before)
                .ok_or_else(|| Unfit::Collinear { latent: latent.id.clone() })?;
            for (from, beta) in before.iter().zip(&betas) {
                let path = self.paths.iter().position(|path| *path == (*from, place));
                path.into_iter().for_each(|path| coefficients[path] = *beta);
            }
            let r_squared = (!before.is_empty()).then_some(explained);
            latents.push(data.tell(place, (&weights, &with), r_squared));
        }
        let id = |place: usize| self.latents[place].id.clone();
        let path =
            |((from, to), coefficient): (&(usize, usize), f64)| PathFit { from: id(*from), to: id(*to), coefficient };
        let paths = self.paths.iter().zip(coefficients).map(path).collect();
        Ok(Fit { n: products.n(), turns, latents, paths, constant: data.constant })
    }
}

/// What is known of the items that vary.
struct Data<'a> {
    model: &'a PathModel,
    n: u64,
    /// The latent variable of each column, and which of its items it is.
    columns: Vec<(usize, usize)>,
    means: Vec<f64>,
    covariances: DMatrix<f64>,
    correlations: DMatrix<f64>,
    constant: Vec<String>,
}

impl<'a> Data<'a> {
    fn of(model: &'a PathModel, products: &Products) -> Result<Data<'a>, Unfit> {
        let all = products.covariances();
        let places = model.latents.iter().enumerate();
        let places: Vec<_> =
            places.flat_map(|(place, latent)| (0..latent.items.len()).map(move |item| (place, item))).collect();
        let (kept, dropped): (Vec<usize>, Vec<usize>) = (0..places.len()).partition(|one| all[(*one, *one)] > 0.0);
        let columns: Vec<_> = kept.iter().map(|one| places[*one]).collect();
        let is_seen = |place: usize| columns.iter().any(|(of, _)| *of == place);
        if let Some(blind) = (0..model.latents.len()).find(|place| !is_seen(*place)) {
            return Err(Unfit::Constant { latent: model.latents[blind].id.clone() });
        }
        let means = products.means();
        let covariances = DMatrix::from_fn(kept.len(), kept.len(), |row, column| all[(kept[row], kept[column])]);
        // Nothing is left that does not vary.
        let correlations = correlation::of_covariances(&covariances).unwrap_or_else(|_| covariances.clone());
        let id = |one: usize| model.latents[places[one].0].items[places[one].1].id.clone();
        Ok(Data {
            model,
            n: products.n(),
            columns,
            means: kept.iter().map(|one| means[*one]).collect(),
            covariances,
            correlations,
            constant: dropped.into_iter().map(id).collect(),
        })
    }

    /// The columns of a latent variable.
    fn block(&self, latent: usize) -> Vec<usize> {
        (0..self.columns.len()).filter(|column| self.columns[*column].0 == latent).collect()
    }

    /// Outer weights, a column for each latent variable, that no longer change; and after how many turns.
    fn settle(&self, inner: InnerWeights) -> Result<(DMatrix<f64>, usize), Unfit> {
        let alike = DMatrix::from_fn(self.columns.len(), self.model.latents.len(), |row, latent| {
            f64::from(u8::from(self.columns[row].0 == latent))
        });
        let mut weights = self.scaled(alike)?;
        for turn in 1..=MAX_TURNS {
            let next = self.turn(&weights, inner)?;
            let change = (&next - &weights).amax();
            weights = next;
            if change < SETTLED {
                return Ok((weights, turn));
            }
        }
        Err(Unfit::Unsettled)
    }

    /// The weights that follow from others.
    fn turn(&self, weights: &DMatrix<f64>, inner: InnerWeights) -> Result<DMatrix<f64>, Unfit> {
        let with = &self.correlations * weights;
        let among = weights.transpose() * &with;
        let mut neighbours = DMatrix::zeros(among.nrows(), among.nrows());
        for latent in 0..among.nrows() {
            self.take(&mut neighbours, (&among, latent), inner)?;
        }
        // How each item goes with what the neighbours of its latent variable say.
        let mut next = with * neighbours;
        for (row, (latent, _)) in self.columns.iter().enumerate() {
            (0..next.ncols()).filter(|other| other != latent).for_each(|other| next[(row, other)] = 0.0);
        }
        self.scaled(next)
    }

    /// Fills in, in the column of a latent variable, what it takes from each of its neighbours.
    fn take(
        &self,
        neighbours: &mut DMatrix<f64>,
        (among, latent): (&DMatrix<f64>, usize),
        inner: InnerWeights,
    ) -> Result<(), Unfit> {
        let (before, after) = (self.model.before(latent), self.model.after(latent));
        let collinear = || Unfit::Collinear { latent: self.model.latents[latent].id.clone() };
        let betas = match inner {
            InnerWeights::Centroid => {
                DVector::from_iterator(before.len(), before.iter().map(|one| sign(among[(*one, latent)])))
            }
            InnerWeights::Path => correlation::regress(among, latent, &before).ok_or_else(collinear)?.0,
        };
        before.iter().zip(&betas).for_each(|(one, beta)| neighbours[(*one, latent)] = *beta);
        for one in after {
            let correlation = among[(one, latent)];
            neighbours[(one, latent)] = match inner {
                InnerWeights::Centroid => sign(correlation),
                InnerWeights::Path => correlation,
            };
        }
        Ok(())
    }

    /// Every latent variable with a variance of 1.
    fn scaled(&self, mut weights: DMatrix<f64>) -> Result<DMatrix<f64>, Unfit> {
        let variances = (weights.transpose() * &self.correlations * &weights).diagonal();
        for (latent, variance) in variances.iter().enumerate() {
            if *variance <= f64::EPSILON {
                return Err(Unfit::Unrelated { latent: self.model.latents[latent].id.clone() });
            }
            weights.column_mut(latent).unscale_mut(variance.sqrt());
        }
        Ok(weights)
    }

    fn tell(&self, place: usize, (weights, with): (&DMatrix<f64>, &DMatrix<f64>), r_squared: Option<f64>) -> LatentFit {
        let latent = &self.model.latents[place];
        let block = self.block(place);
        let deviation = |column: usize| self.covariances[(column, column)].sqrt();
        let raw: Vec<f64> = block.iter().map(|column| weights[(*column, place)] / deviation(*column)).collect();
        let total = raw.iter().all(|raw| *raw >= 0.0).then(|| raw.iter().sum::<f64>());
        let item = |(column, raw): (&usize, &f64)| ItemFit {
            id: latent.items[self.columns[*column].1].id.clone(),
            weight: weights[(*column, place)],
            loading: with[(*column, place)],
            share: total.map(|total| raw / total),
        };
        LatentFit {
            id: latent.id.clone(),
            items: block.iter().zip(&raw).map(item).collect(),
            r_squared,
            alpha: self.alpha(&block),
            index: total.and_then(|_| self.index(latent, &block, &raw)),
        }
    }

    fn alpha(&self, block: &[usize]) -> Option<f64> {
        let k = block.len() as f64;
        let pairs = block.iter().flat_map(|one| block.iter().map(|other| self.correlations[(*one, *other)]));
        let whole: f64 = pairs.sum();
        (block.len() > 1 && whole > 0.0).then(|| k / (k - 1.0) * (1.0 - k / whole))
    }

    /// What the weighted answers are on the way from the least to the most they can be.
    fn index(&self, latent: &Latent, block: &[usize], raw: &[f64]) -> Option<(f64, Interval)> {
        let (mut points, mut range, mut variance) = (0.0, 0.0, 0.0);
        for (column, weight) in block.iter().zip(raw) {
            let scale = &latent.items[self.columns[*column].1];
            points += weight * (self.means[*column] - f64::from(scale.min));
            range += weight * (f64::from(scale.max) - f64::from(scale.min));
            variance +=
                block.iter().zip(raw).map(|(other, by)| weight * by * self.covariances[(*column, *other)]).sum::<f64>();
        }
        let unit = 100.0 / range;
        let mean = Mean { mean: points * unit, deviation: Some(variance.max(0.0).sqrt() * unit), n: self.n as f64 };
        Some((mean.mean, mean.interval()?.clipped(0.0, 100.0)))
    }
}

/// Of what is 0 there is none.
fn sign(value: f64) -> f64 {
    if value == 0.0 { 0.0 } else { value.signum() }
}
