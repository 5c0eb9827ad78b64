//! Reading how well the customers of a pyramid are known: every record of it, page by page.

use guanxi::v1 as pb;
use guanxi_app::{App, Error};
use guanxi_model::{PyramidId, Timestamp};
use guanxi_segmentation::{QualityBuilder, verified};

use super::in_force::InForce;
use crate::to_proto;

/// How many records are read at a time.
const CHUNK: usize = 500;

pub(super) async fn report(app: &App, pyramid: PyramidId, max_age_days: i32) -> Result<pb::DataQualityReport, Error> {
    loop {
        let in_force = InForce::of(app, &pyramid).await?;
        let made = app.now();
        let builder = QualityBuilder::new(&in_force.judge.scheme, max_age_days);
        if let Some(builder) = everybody(app, &in_force, made, builder).await? {
            let of = (&in_force.pyramid, in_force.judge.as_ref());
            return Ok(to_proto::data_quality::report(of, made, max_age_days, builder.finish()));
        }
    }
}

/// Adds up everybody; nothing where readers were switched meanwhile.
async fn everybody(
    app: &App,
    in_force: &InForce,
    made: Timestamp,
    mut builder: QualityBuilder,
) -> Result<Option<QualityBuilder>, Error> {
    let zone = &app.deployment().zone;
    let today = zone.day_of(made);
    let mut after = String::new();
    loop {
        let chunk = app.reader().ranked_records(&in_force.pyramid, &after, CHUNK).await?;
        let Some(last) = chunk.last() else { return Ok(Some(builder)) };
        last.customer.as_str().clone_into(&mut after);
        for one in &chunk {
            if in_force.is_outdated_by(one.tier.generation) {
                return Ok(None);
            }
            if let Some((tier, _)) = in_force.tier_of(&one.tier) {
                // A clock that runs ahead of ours may have verified tomorrow.
                let age = verified(&one.profile).map(|at| (today.0 - zone.day_of(at).0).max(0));
                builder.add(tier, &one.profile, age);
            }
        }
    }
}
