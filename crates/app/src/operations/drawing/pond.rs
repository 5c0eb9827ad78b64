//! What a sample is drawn from: everybody, stratum by stratum, and what speaks against asking.

use std::collections::{BTreeMap, HashMap};

use guanxi_model::{CustomerId, RevisionNumber, TierId, Timestamp};
use guanxi_satisfaction::{Addressee, Allocation, Approaches, Asking, Draw, Objection, objections};
use guanxi_segmentation::Tier;
use guanxi_store::Drawable;

use super::{Drawing, DrawnSample, DrawnStratum, Sizes};

/// See the module.
pub(super) struct Pond<'a> {
    /// The strata from the top; one without a tier where there is no pyramid.
    tiers: Vec<Option<TierId>>,
    counts: Vec<i64>,
    against: BTreeMap<Objection, i64>,
    draw: Draw,
    /// What the sample's own slots are called; empty where it holds none.
    own: &'a str,
    nothing: Approaches,
}

impl Pond<'_> {
    /// Nobody was seen yet. Every tier that is named is one of `tiers`, which are those of the pyramid.
    pub(super) fn of<'a>(drawing: &'a Drawing, tiers: Option<&[Tier]>) -> Pond<'a> {
        let tiers: Vec<Option<TierId>> = match tiers {
            Some(tiers) => tiers.iter().map(|tier| Some(tier.id.clone())).collect(),
            None => vec![None],
        };
        let allocation = match &drawing.sizes {
            Sizes::Total(total) => Allocation::Proportional(*total),
            Sizes::Tiers(sizes) => {
                let size = |tier: &TierId| sizes.iter().find(|(of, _)| of == tier).map_or(0, |(_, size)| *size);
                Allocation::Each(tiers.iter().map(|tier| tier.as_ref().map_or(0, size)).collect())
            }
        };
        // A seed is chance, whatever its sign.
        let draw = Draw::new(drawing.seed.cast_unsigned(), allocation, tiers.len());
        let own = drawing.reserve.as_ref().map_or("", |slot| slot.invitation.as_str());
        Pond {
            counts: vec![0; tiers.len()],
            tiers,
            against: BTreeMap::new(),
            draw,
            own,
            nothing: Approaches::default(),
        }
    }

    /// Takes somebody into account. Who is in no stratum is not counted.
    pub(super) fn look(
        &mut self,
        one: &Drawable,
        approaches: &HashMap<CustomerId, Approaches>,
        (asking, now): (&Asking, Timestamp),
    ) {
        let Some(stratum) = self.tiers.iter().position(|tier| *tier == one.tier) else { return };
        self.counts[stratum] += 1;
        let approaches = approaches.get(&one.customer).unwrap_or(&self.nothing);
        let of = Addressee { is_deleted: false, stage: one.stage, consents: &one.consents, approaches };
        let found = objections(asking, of, (now, self.own));
        if found.is_empty() {
            self.draw.see(stratum, &one.customer);
        }
        for (objection, _) in found {
            *self.against.entry(objection).or_default() += 1;
        }
    }

    /// What was drawn as of a moment, by the tiers of a revision.
    pub(super) fn finish(self, number: Option<RevisionNumber>, time: Timestamp) -> DrawnSample {
        let holds_slots = !self.own.is_empty();
        let strata = self.tiers.into_iter().zip(self.counts).zip(self.draw.finish());
        let strata = strata.map(|((tier, customers), all)| {
            let eligible = i64::try_from(all.available).unwrap_or(i64::MAX);
            let (drawn, waiting) = if holds_slots { (vec![], all.customers) } else { (all.customers, vec![]) };
            DrawnStratum { tier, customers, eligible, drawn, waiting, lost: 0 }
        });
        DrawnSample { number, time, strata: strata.collect(), against: self.against.into_iter().collect() }
    }
}
