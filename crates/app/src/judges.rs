//! What each generation of a pyramid judges by, kept in memory: it never changes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use guanxi_model::{PyramidId, TierId};
use guanxi_segmentation::Needs;
use guanxi_store::{Judge, Pyramid, Reader, Tx};

use crate::Error;

/// What generations judge by.
#[derive(Default)]
pub(crate) struct Judges {
    known: Mutex<HashMap<(PyramidId, i64), Arc<Judge>>>,
}

/// A pyramid with what it judges by, now and, while a run is under way, next.
#[derive(Debug)]
pub(crate) struct Bench {
    pub(crate) pyramid: Pyramid,
    pub(crate) active: Option<Arc<Judge>>,
    pub(crate) next: Option<Arc<Judge>>,
}

impl Judges {
    fn get(&self, pyramid: &PyramidId, generation: i64) -> Option<Arc<Judge>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&(pyramid.clone(), generation)).cloned()
    }

    fn put(&self, pyramid: &PyramidId, generation: i64, judge: Judge) -> Arc<Judge> {
        let judge = Arc::new(judge);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        // Readers and writers need the generation in force and the one to come.
        known.retain(|(id, old), _| id != pyramid || *old >= generation - 4);
        known.insert((pyramid.clone(), generation), Arc::clone(&judge));
        judge
    }

    /// What a generation judges by, for a reader.
    pub(crate) async fn read(
        &self,
        reader: &Reader,
        pyramid: &PyramidId,
        generation: i64,
    ) -> Result<Arc<Judge>, Error> {
        if let Some(judge) = self.get(pyramid, generation) {
            return Ok(judge);
        }
        let judge = reader.judge(pyramid, generation).await?.ok_or_else(|| lost(pyramid, generation))?;
        Ok(self.put(pyramid, generation, judge))
    }

    async fn load(&self, tx: &Tx, pyramid: &PyramidId, generation: i64) -> Result<Arc<Judge>, Error> {
        if let Some(judge) = self.get(pyramid, generation) {
            return Ok(judge);
        }
        let judge = tx.judge(pyramid, generation).await?.ok_or_else(|| lost(pyramid, generation))?;
        Ok(self.put(pyramid, generation, judge))
    }

    /// The pyramids that facts are judged by.
    pub(crate) async fn benches(&self, tx: &Tx) -> Result<Vec<Bench>, Error> {
        let mut benches = Vec::new();
        for pyramid in tx.judging_pyramids().await? {
            let active = match pyramid.active {
                Some(active) => Some(self.load(tx, &pyramid.id, active.generation).await?),
                None => None,
            };
            let next = match pyramid.next {
                Some(next) => Some(self.load(tx, &pyramid.id, next.generation).await?),
                None => None,
            };
            benches.push(Bench { pyramid, active, next });
        }
        Ok(benches)
    }
}

fn lost(pyramid: &PyramidId, generation: i64) -> Error {
    let why = format!("generation {generation} of {pyramid} has no calibration");
    Error::Internal(Arc::new(std::io::Error::other(why)))
}

impl Bench {
    /// Whether somebody can be held in a tier of this name.
    pub(crate) fn has_tier(&self, tier: &TierId) -> bool {
        self.active.as_ref().is_some_and(|judge| judge.scheme.index_of(tier).is_some())
    }
}

/// What the schemes in force, and those about to be, ask for of a customer.
pub(crate) fn needs(benches: &[Bench]) -> Needs {
    let judges = benches.iter().flat_map(|bench| [&bench.active, &bench.next]).flatten();
    judges.map(|judge| judge.scheme.needs()).fold(Needs::default(), Needs::and)
}
