//! The report on a pyramid as a whole.

use std::collections::BTreeSet;

use guanxi::v1 as pb;
use guanxi_app::{App, Error};
use guanxi_model::PyramidId;
use guanxi_segmentation::ReportBuilder;

use super::in_force::InForce;
use super::seated::Pages;
use crate::to_proto;

/// Into how many equal steps the Lorenz curve is cut.
const LORENZ_STEPS: u32 = 100;

pub(super) async fn report(app: &App, pyramid: PyramidId) -> Result<pb::PyramidReport, Error> {
    loop {
        let in_force = InForce::of(app, &pyramid).await?;
        let made = app.now();
        if let Some(builder) = everybody(app, &in_force).await? {
            let of = (&in_force.pyramid, in_force.judge.as_ref());
            return Ok(to_proto::report::report(&app.deployment().currency, of, made, builder.finish(LORENZ_STEPS)));
        }
    }
}

/// Adds up everybody; nothing where readers were switched meanwhile.
async fn everybody(app: &App, in_force: &InForce) -> Result<Option<ReportBuilder>, Error> {
    let mut builder = ReportBuilder::new(in_force.judge.scheme.tiers().len());
    let mut pages = Pages::of(app, in_force, BTreeSet::new());
    while let Some(page) = pages.next().await? {
        if page.is_outdated() {
            return Ok(None);
        }
        page.show(|one| match one.tier {
            Some(tier) => builder.add(tier, one.readings.value),
            None => builder.add_unranked(),
        })
        .await;
    }
    Ok(Some(builder))
}
