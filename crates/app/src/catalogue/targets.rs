//! What is decided about tiers and customers: recorded once, never changed.

use guanxi_model::{CustomerId, RevisionNumber, TargetDecisionId, TierId, Violations, name};
use guanxi_segmentation::{NewTargetDecision, Target, TargetDecision};
use guanxi_store::{Pyramid, Tx};

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
        let pyramid = write.tx.pyramid(&new.pyramid).await?.ok_or(Error::NotFound(parent))?;
        match &new.target {
            Target::Tier(tier) => check_tier(&write.tx, &pyramid, tier).await?,
            Target::Customer(customer) => check_customer(&write.tx, customer).await?,
        }
        let id = TargetDecisionId::new(self.now);
        let decision = TargetDecision { id, content: new, record_time: self.now, present: true };
        write.tx.put_target_decision(&decision, guard.request_id.as_ref()).await?;
        write.commit(self.now).await?;
        Ok(decision)
    }
}

/// Refuses a customer that is not there.
async fn check_customer(tx: &Tx, customer: &CustomerId) -> Result<(), Error> {
    match tx.deletion(customer).await? {
        None => Err(Error::NotFound(name::customer(customer))),
        Some(Some(_)) => Err(Refusal::CustomerDeleted(name::customer(customer)).into()),
        Some(None) => Ok(()),
    }
}

/// Refuses a tier that the pyramid does not have.
async fn check_tier(tx: &Tx, pyramid: &Pyramid, tier: &TierId) -> Result<(), Error> {
    let number = match pyramid.active {
        Some(active) => Some(active.number),
        None => RevisionNumber::new(tx.last_revision(&pyramid.id).await?),
    };
    let revision = match number {
        Some(number) => tx.revision(&pyramid.id, number).await?,
        None => None,
    };
    let tiers: Vec<&TierId> = revision.iter().flat_map(|kept| kept.scheme.tiers()).map(|known| &known.id).collect();
    if tiers.contains(&tier) {
        return Ok(());
    }
    let parent = name::pyramid(&pyramid.id);
    let allowed: Vec<&str> = tiers.iter().map(|tier| tier.as_str()).collect();
    let fault = match allowed.is_empty() {
        true => format!("{parent} has no revision yet, and so no tier"),
        false => format!("{tier} is no tier of {parent}; allowed: {}", allowed.join(", ")),
    };
    Err(Error::Invalid(Violations::one("target_decision.tier", fault)))
}
