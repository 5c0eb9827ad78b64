//! What an outcome depends on, from cells.

use std::sync::Arc;

use guanxi::v1 as pb;
use guanxi_app::{App, Error, Refusal, UnfitResponses};
use guanxi_model::{Violations, name};
use guanxi_satisfaction::cube::{Face, Key, Sums};
use guanxi_satisfaction::drivers::UnfitParts;
use guanxi_store::CellQuery;

use super::{Answer, index};
use crate::from_proto::satisfaction_drivers::{Asked, request as read};
use crate::from_proto::satisfaction_model::questionnaire;
use crate::services::Service;
use crate::to_proto::satisfaction_drivers as word;

pub(super) async fn get(
    service: &Service,
    request: pb::GetSatisfactionDriversRequest,
) -> Answer<pb::SatisfactionDrivers> {
    service.unit(|app| async move { drivers(&app, request).await }).await
}

async fn drivers(app: &App, request: pb::GetSatisfactionDriversRequest) -> Result<pb::SatisfactionDrivers, Error> {
    let Some((questionnaire, number)) = questionnaire(&request.questionnaire) else {
        // All of it is read for its faults, of which there is one at least.
        let faults = read(None, request).err();
        return Err(Error::Invalid(faults.unwrap_or_else(|| Violations::one("questionnaire", "cannot be read"))));
    };
    let number = index::revision(app, &questionnaire, number).await?;
    let scheme = index::scheme(app, &questionnaire, number).await?;
    let outcome = request.outcome.clone();
    let Asked { mut set, tier, question } = read(Some(&scheme), request).map_err(Error::Invalid)?;
    if let Some(tier) = tier {
        index::put_tier(app, "tier", &mut set, tier).await?;
    }
    let first = set.keys.get(&Key::Tier).cloned();
    let revision = name::questionnaire_revision(&questionnaire, number);
    let wanted = CellQuery { questionnaire, number, face: Face::Moments, spans: set.spans(), first };
    let mut sums = Sums::default();
    app.reader()
        .cells(&wanted, |placed, cell| {
            if set.methods.contains(&placed.method) {
                sums.plus(cell);
            }
            true
        })
        .await?;
    let moments = scheme.moments(&sums);
    let records = moments.n;
    // All orders of twelve drivers are thousands of regressions: others have their turn meanwhile.
    let found = tokio::task::spawn_blocking(move || scheme.drivers(&moments, &question)).await;
    let found = found.map_err(|error| Error::Internal(Arc::new(error)))?;
    let found = found.map_err(|unfit| refusal(revision.clone(), unfit))?;
    Ok(word::drivers((revision, outcome), records, found))
}

/// Why the responses to a revision do not allow it.
fn refusal(of: String, unfit: UnfitParts) -> Refusal {
    let fault = match unfit {
        UnfitParts::TooFew { missing } => return Refusal::TooFewResponses { of, missing },
        UnfitParts::Constant(parts) => UnfitResponses::Constant(parts),
        UnfitParts::Collinear(parts) => UnfitResponses::Dependent(parts),
    };
    Refusal::UnfitResponses { of, fault }
}
