//! Changes of tier, explained by what they were judged by.

use std::sync::Arc;

use guanxi::v1 as pb;
use guanxi_app::Error;
use guanxi_model::page::KeyPart;
use guanxi_model::{Amount, Currency, TierId, name};
use guanxi_segmentation::{Inputs, Readings, score};
use guanxi_store::Judge;
use guanxi_store::ledger::{TierChange, TierChangeReason};

use super::tier::{Coverages, parts};
use super::{money, time};

/// What changes are listed by.
pub(crate) fn key(change: &TierChange) -> Vec<KeyPart> {
    vec![KeyPart::Int(change.time.0), KeyPart::Int(change.generation), KeyPart::Int(change.version)]
}

/// A change. `judge` is what its generation judged by.
///
/// # Errors
/// What was read of the customer cannot be read back.
pub(crate) fn resource(currency: &Currency, change: &TierChange, judge: &Judge) -> Result<pb::TierChange, Error> {
    let TierChange { customer: _, pyramid, generation: _, version: _, from, to, reason, time: at, inputs, decision } =
        change;
    let scored = match inputs.as_str() {
        // Of one who was deleted nothing was read.
        "" => None,
        inputs => {
            let inputs: Inputs = serde_json::from_str(inputs).map_err(|error| Error::Internal(Arc::new(error)))?;
            Some(score(&judge.scheme, &judge.calibration.knots, &Readings::from(inputs)))
        }
    };
    let standing = scored.as_ref().and_then(|scored| scored.standing.ok());
    let (actor, actor_reason) = decision.clone().unwrap_or_default();
    Ok(pb::TierChange {
        change_time: Some(time::timestamp(*at)),
        reason: self::reason(*reason).into(),
        from_tier: from.as_ref().map(TierId::to_string).unwrap_or_default(),
        to_tier: to.as_ref().map(TierId::to_string).unwrap_or_default(),
        pyramid_revision: name::revision(pyramid, judge.number),
        calibrate_time: Some(time::timestamp(judge.calibrate_time)),
        score: standing.map(|standing| standing.score),
        value: standing.map(|standing| money::money(currency, Amount(standing.value))),
        parts: scored
            .map(|scored| parts(currency, &judge.scheme, &scored.parts, Coverages::Forgotten))
            .unwrap_or_default(),
        actor,
        actor_reason,
    })
}

fn reason(reason: TierChangeReason) -> pb::TierChangeReason {
    match reason {
        TierChangeReason::OwnChange => pb::TierChangeReason::OwnChange,
        TierChangeReason::NewRevision => pb::TierChangeReason::NewRevision,
        TierChangeReason::NewCalibration => pb::TierChangeReason::NewCalibration,
        TierChangeReason::Time => pb::TierChangeReason::Time,
        TierChangeReason::OverrideSet => pb::TierChangeReason::OverrideSet,
        TierChangeReason::OverrideEnded => pb::TierChangeReason::OverrideEnded,
    }
}
