//! Judging customers: what each generation of a pyramid judges by, kept in memory (it never changes), and what a change
//! of the facts does to a customer's tiers.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use guanxi_model::{CustomerId, PyramidId, Tally, TierId, Timestamp};
use guanxi_segmentation::judge;
use guanxi_store::ledger::{Effects, NextTier, Summary, TierChange, TierChangeReason, TierRow};
use guanxi_store::{Judge, Pyramid, Reader, Tx};

use crate::Error;
use crate::world::World;

/// What generations judge by.
#[derive(Default)]
pub(crate) struct Judges {
    known: Mutex<HashMap<(PyramidId, i64), Arc<Judge>>>,
}

/// A pyramid with what it judges by, now and, while a run is under way, next.
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

/// Judges the customers that a batch has touched, and adds what changes to the effects.
pub(crate) fn judge_touched(
    world: &World<'_>,
    benches: &[Bench],
) -> (Vec<(CustomerId, PyramidId, TierRow)>, Vec<TierChange>) {
    let (mut rows, mut changes) = (Vec::new(), Vec::new());
    for (customer, state, summary) in world.touched() {
        for bench in benches {
            let kept = state.tiers.get(&bench.pyramid.id);
            if let Some(row) = bench.rejudge(customer, summary, kept, world.now, &mut changes) {
                rows.push((customer.clone(), bench.pyramid.id.clone(), row));
            }
        }
    }
    (rows, changes)
}

/// Adds rows and changes to the effects.
pub(crate) fn keep(effects: &mut Effects, (rows, changes): (Vec<(CustomerId, PyramidId, TierRow)>, Vec<TierChange>)) {
    effects.tiers.extend(rows.into_iter().map(|(customer, pyramid, row)| ((customer, pyramid), row)));
    effects.tier_changes.extend(changes);
}

/// The tier of a customer that is not deleted; none where it is not ranked.
pub(crate) fn tier_of(judge_by: &Judge, customer: &CustomerId, tally: &Tally) -> Option<TierId> {
    let judgement = judge(&judge_by.scheme, &judge_by.calibration, customer, tally).ok()?;
    judge_by.scheme.tiers().get(judgement.tier).map(|tier| tier.id.clone())
}

impl Bench {
    /// The row of a customer after a change of its facts, where it differs or a run is under way (whose own write of the
    /// row, from older facts, must not win).
    fn rejudge(
        &self,
        customer: &CustomerId,
        summary: &Summary,
        kept: Option<&TierRow>,
        now: Timestamp,
        changes: &mut Vec<TierChange>,
    ) -> Option<TierRow> {
        let unseen = TierRow { tier: None, generation: 0, assign_time: now, next: None, version: 0 };
        let mut row = kept.cloned().unwrap_or(unseen);
        let mut change = |row: &TierRow, to: &Option<TierId>, generation, reason, time| {
            changes.push(TierChange {
                customer: customer.clone(),
                pyramid: self.pyramid.id.clone(),
                generation,
                version: if reason == TierChangeReason::Run { row.version } else { summary.version },
                from: row.tier.clone(),
                to: to.clone(),
                reason,
                time,
            });
        };
        let tier_of = |judge: &Judge| match summary.delete_time {
            Some(_) => None,
            None => tier_of(judge, customer, &summary.tally),
        };
        if let (Some(active), Some(judge)) = (self.pyramid.active, &self.active) {
            // A run has put this slot in force and not folded it yet.
            if let Some(next) = row.next.take_if(|next| next.generation == active.generation) {
                change(&row, &next.tier, active.generation, TierChangeReason::Run, active.time);
                row = TierRow { tier: next.tier, generation: active.generation, assign_time: active.time, ..row };
            }
            let tier = tier_of(judge);
            if tier != row.tier {
                change(&row, &tier, active.generation, TierChangeReason::Facts, now);
                row = TierRow { tier, generation: active.generation, assign_time: now, ..row };
            }
        }
        row.next = match (self.pyramid.next, &self.next) {
            (Some(next), Some(judge)) => {
                let tier = tier_of(judge);
                (tier != row.tier).then_some(NextTier { tier, generation: next.generation })
            }
            _ => None,
        };
        row.version = summary.version;
        let differs = kept.map_or(row.tier.is_some() || row.next.is_some(), |kept| {
            (&kept.tier, kept.generation, &kept.next) != (&row.tier, row.generation, &row.next)
        });
        (differs || self.next.is_some()).then_some(row)
    }
}
