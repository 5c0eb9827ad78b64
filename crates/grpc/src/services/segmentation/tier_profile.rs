//! What the customers of each tier are like.

use guanxi::v1 as pb;
use guanxi_app::{App, Error};
use guanxi_model::{LabelKey, PyramidId};
use guanxi_segmentation::{ProfileBuilder, Profiled};

use super::in_force::InForce;
use super::seated::Pages;
use crate::to_proto;

pub(super) async fn report(
    app: &App,
    pyramid: PyramidId,
    labels: Vec<LabelKey>,
) -> Result<pb::TierProfileReport, Error> {
    loop {
        let in_force = InForce::of(app, &pyramid).await?;
        let made = app.now();
        if let Some(builder) = everybody(app, &in_force, &labels).await? {
            let of = (&in_force.pyramid, in_force.judge.as_ref());
            return Ok(to_proto::tier_profile::report(&app.deployment().currency, of, made, builder.finish()));
        }
    }
}

/// Adds up everybody; nothing where readers were switched meanwhile.
async fn everybody(app: &App, in_force: &InForce, keys: &[LabelKey]) -> Result<Option<ProfileBuilder>, Error> {
    let mut builder = ProfileBuilder::new(&in_force.judge.scheme, keys.to_vec());
    let mut pages = Pages::of(app, in_force, ProfileBuilder::counters());
    while let Some(page) = pages.next().await? {
        if page.is_outdated() {
            return Ok(None);
        }
        let labels = app.reader().labels_between(page.range(), keys).await?;
        let channels = app.reader().channels_between(page.range()).await?;
        page.show(|one| {
            let Some(tier) = one.tier else { return builder.add_unranked() };
            let id = &one.customer.customer;
            let customer = Profiled {
                readings: &one.readings.measures,
                stage: one.customer.stage,
                labels: labels.get(id).map_or(&[], Vec::as_slice),
                channels: channels.get(id).map_or(&[], Vec::as_slice),
                lifetime: &one.customer.tally,
            };
            builder.add(tier, &customer);
        })
        .await;
    }
    Ok(Some(builder))
}
