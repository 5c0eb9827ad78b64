//! What is decided about tiers and customers: recorded once, never changed.

use guanxi_model::{PyramidId, TargetDecisionId, TierId, Violations, name};
use guanxi_segmentation::{NewTargetDecision, Target, TargetDecision};
use guanxi_store::Tx;

use super::{Catalogue, Guard};
use crate::error::{Error, Refusal};

impl Catalogue<'_> {
    /// Records a decision. Whoever is decided about must be there: a customer that is not deleted, or a tier of the
    /// revision in force; while none is in force, of the newest one.
    pub async fn record_target_decision(&self, new: NewTargetDecision, guard: &Guard) -> Result<TargetDecision, Error> {
        let parent = name::pyramid(&new.pyramid);
        let write = self.begin("record decision", parent.clone(), format!("{new:?}"), guard).await?;
        if write.replayed
            && let Some((request, _)) = &write.request
        {
            let kept = write.tx.target_decision_of(&new.pyramid, &new.target, request).await?;
            return kept.ok_or(Error::NotFound(parent));
        }
        match &new.target {
            Target::Tier(tier) => check_tier(&write.tx, &new.pyramid, tier).await?,
            Target::Customer(customer) => {
                if write.tx.pyramid(&new.pyramid).await?.is_none() {
                    return Err(Error::NotFound(parent));
                }
                let customer_name = name::customer(customer);
                match write.tx.deletion(customer).await? {
                    None => return Err(Error::NotFound(customer_name)),
                    Some(Some(_)) => return Err(Refusal::CustomerDeleted(customer_name).into()),
                    Some(None) => {}
                }
            }
        }
        let id = TargetDecisionId::new(self.now);
        let decision = TargetDecision { id, content: new, record_time: self.now, present: true };
        write.tx.put_target_decision(&decision, guard.request_id.as_ref()).await?;
        write.commit(self.now).await?;
        Ok(decision)
    }
}

/// Refuses a tier that the pyramid does not have.
async fn check_tier(tx: &Tx, id: &PyramidId, tier: &TierId) -> Result<(), Error> {
    let pyramid = tx.pyramid(id).await?.ok_or_else(|| Error::NotFound(name::pyramid(id)))?;
    let number = match pyramid.active {
        Some(active) => Some(active.number),
        None => guanxi_model::RevisionNumber::new(tx.last_revision(id).await?),
    };
    let revision = match number {
        Some(number) => tx.revision(id, number).await?,
        None => None,
    };
    let tiers: Vec<&TierId> = revision.iter().flat_map(|kept| kept.scheme.tiers()).map(|known| &known.id).collect();
    if tiers.contains(&tier) {
        return Ok(());
    }
    let allowed: Vec<&str> = tiers.iter().map(|tier| tier.as_str()).collect();
    let fault = match allowed.is_empty() {
        true => format!("{} has no revision yet, and so no tier", name::pyramid(id)),
        false => format!("{tier} is no tier of {}; allowed: {}", name::pyramid(id), allowed.join(", ")),
    };
    Err(Error::Invalid(Violations::one("target_decision.tier", fault)))
}
