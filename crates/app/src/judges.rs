//! What generations of a pyramid judge by, kept in memory: it never changes. Those that are needed all the time are kept,
//! and of the old ones, which who asks about the past needs, a few.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use guanxi_model::{PyramidId, TierId};
use guanxi_segmentation::Needs;
use guanxi_store::{Judge, Pyramid, Reader, Tx};

use crate::Error;

/// How many generations of a pyramid are kept beside the two newest.
const OLD: usize = 4;

/// What generations judge by.
#[derive(Default)]
pub(crate) struct Judges {
    known: Mutex<HashMap<PyramidId, Shelf<Judge>>>,
}

/// Some generations of one pyramid; the one that was asked for last is last.
struct Shelf<T>(Vec<(i64, Arc<T>)>);

/// A pyramid with what it judges by, now and, while a run is under way, next.
#[derive(Debug)]
pub(crate) struct Bench {
    pub(crate) pyramid: Pyramid,
    pub(crate) active: Option<Arc<Judge>>,
    pub(crate) next: Option<Arc<Judge>>,
}

impl Judges {
    fn get(&self, pyramid: &PyramidId, generation: i64) -> Option<Arc<Judge>> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get_mut(pyramid)?.get(generation)
    }

    fn put(&self, pyramid: &PyramidId, generation: i64, judge: Judge) -> Arc<Judge> {
        let judge = Arc::new(judge);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.entry(pyramid.clone()).or_insert(Shelf(Vec::new())).put(generation, Arc::clone(&judge));
        judge
    }

    /// Forgets the pyramids that judge no longer.
    fn keep_only(&self, judging: &[Pyramid]) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|id, _| judging.iter().any(|pyramid| pyramid.id == *id));
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
        let judging = tx.judging_pyramids().await?;
        self.keep_only(&judging);
        for pyramid in judging {
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

impl<T> Shelf<T> {
    fn get(&mut self, generation: i64) -> Option<Arc<T>> {
        let place = self.0.iter().position(|(known, _)| *known == generation)?;
        self.0[place..].rotate_left(1);
        self.0.last().map(|(_, found)| Arc::clone(found))
    }

    /// Adds a generation; where there are too many, the old one goes that was not asked for the longest. The two newest are
    /// as a rule the one in force and the next.
    fn put(&mut self, generation: i64, one: Arc<T>) {
        self.0.retain(|(known, _)| *known != generation);
        self.0.push((generation, one));
        if self.0.len() > OLD + 2 {
            let newer_than = |generation: i64| self.0.iter().filter(|(known, _)| *known > generation).count();
            if let Some(place) = self.0.iter().position(|(known, _)| newer_than(*known) >= 2) {
                self.0.remove(place);
            }
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn generations(shelf: &Shelf<i64>) -> Vec<i64> {
        shelf.0.iter().map(|(generation, _)| *generation).collect()
    }

    #[test]
    fn a_walk_through_a_long_history_keeps_few_and_those_in_force() {
        let mut shelf = Shelf(Vec::new());
        for generation in [99, 100].into_iter().chain((1..90).rev()) {
            assert_eq!(shelf.get(generation), None);
            shelf.put(generation, Arc::new(generation));
        }
        assert_eq!(generations(&shelf), [99, 100, 4, 3, 2, 1]);
        assert_eq!((shelf.get(100).as_deref(), shelf.get(5)), (Some(&100), None));
    }

    #[test]
    fn the_old_one_goes_that_was_not_asked_for_the_longest() {
        let mut shelf = Shelf(Vec::new());
        for generation in 1..=6 {
            shelf.put(generation, Arc::new(generation));
        }
        assert_eq!(shelf.get(1).as_deref(), Some(&1));
        shelf.put(7, Arc::new(7));
        assert_eq!(generations(&shelf), [3, 4, 5, 6, 1, 7]);
        shelf.put(7, Arc::new(70));
        assert_eq!((shelf.get(7).as_deref(), shelf.0.len()), (Some(&70), 6));
    }
}
