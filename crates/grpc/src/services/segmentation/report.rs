//! The report on a pyramid as a whole: everybody in it, read page by page on the pool for reports.

use guanxi::v1 as pb;
use guanxi_app::{App, Error};
use guanxi_model::PyramidId;
use guanxi_segmentation::{History, ReportBuilder};

use super::in_force::InForce;
use crate::to_proto;

/// How many customers a report reads at a time.
const CHUNK: usize = 5_000;
/// Into how many equal steps the Lorenz curve is cut.
const LORENZ_STEPS: u32 = 100;

pub(super) async fn report(app: &App, pyramid: PyramidId) -> Result<pb::PyramidReport, Error> {
    loop {
        let in_force = InForce::of(app, pyramid.clone()).await?;
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
    let (reader, generation) = (app.reader(), in_force.active.generation);
    // The value is all that is needed of the readings; but whose value is missing is not ranked.
    let needs = &in_force.needs;
    let mut after = String::new();
    loop {
        let chunk = reader.seated(&in_force.pyramid, generation, &needs.counters, (&after, CHUNK)).await?;
        let Some(last) = chunk.last() else { return Ok(Some(builder)) };
        let histories = reader.histories_between((&after, last.customer.as_str()), needs, in_force.today).await?;
        last.customer.as_str().clone_into(&mut after);
        for one in &chunk {
            if in_force.is_outdated_by(one.generation) {
                return Ok(None);
            }
            let history = histories.get(&one.customer).unwrap_or(History::NONE);
            let value = in_force.read((&one.tally, history)).value;
            match (one.tier.as_ref().and_then(|tier| in_force.index_of(tier)), value) {
                (Some(tier), Some(value)) => builder.add(tier, value),
                _ => builder.add_unranked(),
            }
        }
    }
}
