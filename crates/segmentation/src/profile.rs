//! What the customers of a tier are like: quartiles and mean of every measure, how they are mixed by labels, stages and
//! channels, what it costs to serve them. Built from a stream of customers.
//!
//! Memory does not grow with the customers: each tier holds so many values of each measure, and so many words of each
//! mix. All sums are integers, so the order of the stream does not show, but where a mix has more words than it holds.

mod distribution;
mod mix;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use guanxi_model::customer::Stage;
use guanxi_model::statistics::Evidence;
use guanxi_model::{Counter, LabelKey, Tally};

use crate::measure::{Coverage, MeasureKind, Reading};
use crate::scheme::PyramidScheme;
use crate::subject::Subject;
use crate::window::Window;
use distribution::Distribution;
use mix::Mix;

pub use distribution::MeasureFigures;
pub use mix::{MixFigures, WordCount};

/// Collects one customer at a time.
#[derive(Debug)]
pub struct ProfileBuilder {
    labels: Vec<LabelKey>,
    tiers: Vec<TierSums>,
    unranked: u64,
}

/// A customer, as far as a profile asks for it.
#[derive(Clone, Copy, Debug)]
pub struct Profiled<'a> {
    /// One reading per measure of the scheme.
    pub readings: &'a [Reading],
    pub stage: Stage,
    /// At least those that the profile is about.
    pub labels: &'a [(LabelKey, String)],
    /// In how many facts each was used.
    pub channels: &'a [(String, u64)],
    /// With the counters that [`ProfileBuilder::counters`] names.
    pub lifetime: &'a Tally,
}

/// The profile of every tier.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// From top to bottom.
    pub tiers: Vec<TierProfile>,
    /// Customers outside every tier.
    pub unranked: u64,
}

#[derive(Clone, Debug, PartialEq)]
pub struct TierProfile {
    pub customers: u64,
    /// Of the ranked customers; nothing where there are none.
    pub customer_share: Option<f64>,
    /// One per measure of the scheme.
    pub measures: Vec<Based<MeasureFigures>>,
    /// One per label that the profile is about; of customers.
    pub labels: Vec<(LabelKey, Based<MixFigures<String>>)>,
    /// Of customers.
    pub stages: Based<MixFigures<Stage>>,
    /// Of facts.
    pub channels: Based<MixFigures<String>>,
    pub cost_to_serve: Based<ServiceCost>,
}

/// Figures with the customers that they rest on.
#[derive(Clone, Debug, PartialEq)]
pub struct Based<F> {
    pub basis: Basis,
    /// Nothing where they are too few.
    pub figures: Option<F>,
}

/// How many customers of a tier figures rest on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Basis {
    /// Of whom there is something to tell.
    pub known: u64,
    pub missing: u64,
}

/// What interactions cost, where that is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ServiceCost {
    /// In minor units.
    pub total: i128,
    /// For each customer of whom it is known, in minor units.
    pub mean: f64,
    /// Of all interactions, those whose cost is known; all where there is none.
    pub coverage: f64,
}

#[derive(Debug)]
struct TierSums {
    customers: u64,
    measures: Vec<Distribution>,
    labels: Vec<Mix<String>>,
    stages: Mix<Stage>,
    channels: Mix<String>,
    cost: CostSums,
}

#[derive(Debug, Default)]
struct CostSums {
    customers: u64,
    total: i128,
    interactions: Coverage,
}

impl Basis {
    /// How much weight figures about those who are known can bear.
    pub fn evidence(self) -> Evidence {
        Evidence::of(self.known)
    }

    fn with<F>(self, figures: impl FnOnce() -> Option<F>) -> Based<F> {
        Based { basis: self, figures: if self.evidence().is_told() { figures() } else { None } }
    }
}

impl ProfileBuilder {
    /// Nobody yet. The values of these labels are told, each of which is named once.
    pub fn new(scheme: &PyramidScheme, labels: Vec<LabelKey>) -> ProfileBuilder {
        let tier = |_| TierSums {
            customers: 0,
            measures: scheme.measures().iter().map(|_| Distribution::default()).collect(),
            labels: labels.iter().map(|_| Mix::default()).collect(),
            stages: Mix::default(),
            channels: Mix::default(),
            cost: CostSums::default(),
        };
        ProfileBuilder { tiers: scheme.tiers().iter().map(tier).collect(), labels, unranked: 0 }
    }

    /// What a profile reads of the sums over a life, beside what the scheme does.
    pub fn counters() -> BTreeSet<Counter> {
        MeasureKind::CostToServe.needs(Window::Lifetime).counters
    }

    /// A customer in the tier of this index, counted from the top.
    pub fn add(&mut self, tier: usize, customer: &Profiled<'_>) {
        if let Some(sums) = self.tiers.get_mut(tier) {
            sums.add(&self.labels, customer);
        }
    }

    /// A customer outside every tier.
    pub fn add_unranked(&mut self) {
        self.unranked += 1;
    }

    pub fn finish(self) -> Profile {
        let ProfileBuilder { labels, tiers, unranked } = self;
        let ranked = tiers.iter().map(|tier| tier.customers).sum();
        Profile { tiers: tiers.into_iter().map(|tier| tier.profile(&labels, ranked)).collect(), unranked }
    }
}

impl TierSums {
    fn add(&mut self, labels: &[LabelKey], customer: &Profiled<'_>) {
        let Profiled { readings, stage, labels: carried, channels, lifetime } = *customer;
        self.customers += 1;
        for (measure, reading) in self.measures.iter_mut().zip(readings) {
            if let Some(value) = reading.value {
                measure.add(value);
            }
        }
        for (key, mix) in labels.iter().zip(&mut self.labels) {
            mix.add(carried.iter().filter(|(label, _)| label == key).map(|(_, value)| (value.as_str(), 1)));
        }
        self.stages.add([(&stage, 1)]);
        self.channels.add(channels.iter().map(|(channel, uses)| (channel.as_str(), *uses)));
        self.cost.add(MeasureKind::CostToServe.read(Subject::of_lifetime(lifetime), Window::Lifetime, 0));
    }

    fn profile(self, keys: &[LabelKey], ranked: u64) -> TierProfile {
        let TierSums { customers, measures, labels, stages, channels, cost } = self;
        let basis = |known: u64| Basis { known, missing: customers.saturating_sub(known) };
        let words = |mix: Mix<String>| basis(mix.customers()).with(|| Some(mix.figures()));
        TierProfile {
            customers,
            customer_share: (ranked > 0).then(|| customers as f64 / ranked as f64),
            measures: measures.iter().map(|one| basis(one.known()).with(|| one.figures())).collect(),
            labels: keys.iter().cloned().zip(labels.into_iter().map(words)).collect(),
            stages: basis(stages.customers()).with(|| Some(stages.figures())),
            channels: words(channels),
            cost_to_serve: basis(cost.customers).with(|| Some(cost.figures())),
        }
    }
}

impl CostSums {
    fn add(&mut self, reading: Reading) {
        let Reading { value, coverage: Coverage { known, total } } = reading;
        self.interactions.known += known;
        self.interactions.total += total;
        if let Some(cost) = value {
            self.customers += 1;
            self.total += i128::from(cost);
        }
    }

    fn figures(&self) -> ServiceCost {
        ServiceCost {
            total: self.total,
            mean: self.total as f64 / self.customers as f64,
            coverage: self.interactions.share().unwrap_or(1.0),
        }
    }
}
