//! Drawing a sample of those who may be asked: everybody is looked at, page by page, on the pool for reports.

use std::collections::BTreeMap;

use guanxi::v1 as pb;
use guanxi_app::command::{Grouping, Outcome, Urgency};
use guanxi_app::{App, Error};
use guanxi_model::{CustomerId, TierId, Timestamp, Violations, name};
use guanxi_satisfaction::{
    Addressee, Allocation, Approaches, Asking, Draw, Objection, objections, standing_objections,
};
use guanxi_store::Drawable;

use super::Answer;
use super::eligibility::{Asked, since};
use crate::from_proto::invitation::Slot;
use crate::from_proto::sample::{self as read, Drawing, Sizes};
use crate::services::segmentation::in_force::InForce;
use crate::services::{Service, unexpected};
use crate::status;
use crate::to_proto::invitation as word;

/// Customers of a page.
const PAGE: usize = 500;

pub(super) async fn draw(service: &Service, request: pb::DrawSampleRequest) -> Answer<pb::SurveySample> {
    let drawing = read::draw_request(request).map_err(status::invalid)?;
    service.unit(|app| async move { drawn(&app, drawing).await }).await
}

async fn drawn(app: &App, drawing: Drawing) -> Result<pb::SurveySample, Error> {
    let asked = Asked::of(app, &drawing.questionnaire).await?;
    let now = app.now();
    let pond = loop {
        let in_force = match &drawing.pyramid {
            Some(id) => Some(InForce::of(app, id.clone()).await?),
            None => None,
        };
        let pond = Pond::of(&drawing, in_force)?;
        // Where readers were switched to other tiers meanwhile, it begins anew.
        if let Some(pond) = pond.everybody(app, &asked.asking, now).await? {
            break pond;
        }
    };
    let Pond { tiers, counts, against, draw, .. } = pond;
    let mut strata = Vec::new();
    for ((tier, count), drawn) in tiers.into_iter().zip(counts).zip(draw.finish()) {
        let (customers, lost) = match &drawing.reserve {
            Some(slot) => hold(app, &asked, slot, drawn.customers).await?,
            None => (drawn.customers, 0),
        };
        strata.push(pb::SampleStratum {
            tier: tier.map(String::from).unwrap_or_default(),
            customer_count: count,
            eligible_count: i64::try_from(drawn.available).unwrap_or(i64::MAX),
            customers: customers.iter().map(name::customer).collect(),
            lost_count: lost,
        });
    }
    Ok(pb::SurveySample {
        questionnaire_revision: name::questionnaire_revision(&drawing.questionnaire, asked.revision),
        pyramid: drawing.pyramid.as_ref().map(name::pyramid).unwrap_or_default(),
        seed: drawing.seed,
        strata,
        objections: against.into_iter().map(word::objection_count).collect(),
    })
}

/// Holds slots for customers, and says for whom, and how many could no longer be asked.
async fn hold(
    app: &App,
    asked: &Asked,
    slot: &Slot,
    customers: Vec<CustomerId>,
) -> Result<(Vec<CustomerId>, i32), Error> {
    let (mut held, mut lost) = (Vec::new(), 0);
    for chunk in customers.chunks(PAGE) {
        let now = app.now();
        let commands = chunk.iter().map(|customer| asked.reserve(customer, slot, now)).collect();
        let outcomes = app.submit(commands, Grouping::Each, Urgency::Bulk).await?;
        for (customer, outcome) in chunk.iter().zip(outcomes) {
            match outcome {
                Ok(Outcome::Approached { reserved: Some(_), .. }) => held.push(customer.clone()),
                // Somebody else asked first, or the customer is gone.
                Ok(Outcome::Approached { .. }) | Err(Error::NotFound(_) | Error::AlreadyExists(_)) => lost += 1,
                Ok(outcome) => return Err(unexpected(&outcome)),
                Err(error) => return Err(error),
            }
        }
    }
    Ok((held, lost))
}

/// What a sample is drawn from.
struct Pond<'a> {
    in_force: Option<InForce>,
    /// The strata from the top; one without a tier where there is no pyramid.
    tiers: Vec<Option<TierId>>,
    counts: Vec<i64>,
    against: BTreeMap<Objection, i64>,
    draw: Draw,
    /// What the sample's own slots are called.
    own: &'a str,
}

impl Pond<'_> {
    fn of(drawing: &Drawing, in_force: Option<InForce>) -> Result<Pond<'_>, Error> {
        let tiers: Vec<Option<TierId>> = match &in_force {
            Some(in_force) => in_force.judge.scheme.tiers().iter().map(|tier| Some(tier.id.clone())).collect(),
            None => vec![None],
        };
        let allocation = match &drawing.sizes {
            Sizes::Total(total) => Allocation::Proportional(*total),
            Sizes::Tiers(sizes) => Allocation::Each(sizes_of(&tiers, sizes)?),
        };
        // A seed is chance, whatever its sign.
        let draw = Draw::new(drawing.seed.cast_unsigned(), allocation, tiers.len());
        let own = drawing.reserve.as_ref().map_or("", |slot| slot.invitation.as_str());
        let counts = vec![0; tiers.len()];
        Ok(Pond { in_force, tiers, counts, against: BTreeMap::new(), draw, own })
    }

    /// Sees everybody; nothing where readers were switched to other tiers meanwhile.
    async fn everybody(mut self, app: &App, asking: &Asking, now: Timestamp) -> Result<Option<Self>, Error> {
        let pyramid = self.in_force.as_ref().map(|in_force| in_force.pyramid.clone());
        let mut after = String::new();
        loop {
            let page = app.reader().drawable(pyramid.as_ref(), &after, PAGE).await?;
            let Some(last) = page.last() else { return Ok(Some(self)) };
            last.customer.as_str().clone_into(&mut after);
            let mut candidates = Vec::new();
            for one in page {
                match self.stratum(&one) {
                    Stratum::Outdated => return Ok(None),
                    Stratum::None => {}
                    Stratum::Of(index) => candidates.push((index, one)),
                }
            }
            self.page(app, (asking, now), candidates).await?;
        }
    }

    fn stratum(&self, one: &Drawable) -> Stratum {
        let Some(in_force) = &self.in_force else { return Stratum::Of(0) };
        let Some(row) = &one.tier else { return Stratum::None };
        if in_force.is_outdated_by(row.generation) {
            return Stratum::Outdated;
        }
        in_force.tier_of(row).map_or(Stratum::None, |(index, _)| Stratum::Of(index))
    }

    async fn page(
        &mut self,
        app: &App,
        (asking, now): (&Asking, Timestamp),
        candidates: Vec<(usize, Drawable)>,
    ) -> Result<(), Error> {
        let nothing = Approaches::default();
        // Whom nothing about itself rules out is looked at further.
        let mut open = Vec::new();
        for (index, one) in candidates {
            self.counts[index] += 1;
            let of = Addressee { is_deleted: false, stage: one.stage, profile: &one.profile, approaches: &nothing };
            let found = standing_objections(asking, of);
            if found.is_empty() { open.push((index, one)) } else { self.count(&found) }
        }
        let ids: Vec<CustomerId> = open.iter().map(|(_, one)| one.customer.clone()).collect();
        let approaches = app.reader().approaches_of_many(&ids, since(now)).await?;
        for (index, one) in open {
            let approaches = approaches.get(&one.customer).unwrap_or(&nothing);
            let of = Addressee { is_deleted: false, stage: one.stage, profile: &one.profile, approaches };
            let found = objections(asking, of, (now, self.own));
            if found.is_empty() { self.draw.see(index, &one.customer) } else { self.count(&found) }
        }
        Ok(())
    }

    fn count(&mut self, found: &[(Objection, Option<Timestamp>)]) {
        for (objection, _) in found {
            *self.against.entry(*objection).or_default() += 1;
        }
    }
}

/// Where somebody belongs.
enum Stratum {
    Of(usize),
    None,
    /// Its row is of tiers that were not in force when the drawing began.
    Outdated,
}

/// The sizes in the order of the tiers, or every tier that there is not.
fn sizes_of(tiers: &[Option<TierId>], sizes: &[(TierId, usize)]) -> Result<Vec<usize>, Error> {
    let mut faults = Violations::new();
    for (index, (tier, _)) in sizes.iter().enumerate() {
        if !tiers.iter().flatten().any(|known| known == tier) {
            faults.push(format!("tier_sizes[{index}].tier"), format!("there is no tier {tier} in the pyramid"));
        }
    }
    faults.finish().map_err(Error::Invalid)?;
    let size = |tier: &TierId| sizes.iter().find(|(of, _)| of == tier).map_or(0, |(_, size)| *size);
    Ok(tiers.iter().map(|tier| tier.as_ref().map_or(0, size)).collect())
}
