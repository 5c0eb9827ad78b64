//! Who went from which tier to which between two days, by the last changes of tier that were recorded until either:
//! read page by page on the pool for reports.

use std::sync::Arc;

use guanxi::v1 as pb;
use guanxi_app::{App, Error};
use guanxi_model::{Day, PyramidId, Timestamp};
use guanxi_segmentation::{MigrationBuilder, Position};
use guanxi_store::{Arrival, Judge, PAGE};

use super::in_force;
use crate::to_proto;

/// The end of a day, and what was in force then.
struct Side {
    end: Timestamp,
    judge: Arc<Judge>,
}

pub(super) async fn movement(
    app: &App,
    pyramid: &PyramidId,
    (start, end): (Day, Day),
) -> Result<pb::PyramidMovement, Error> {
    let run = in_force::run(app, &in_force::pyramid(app, pyramid).await?).await?;
    let (from, to) = (side(app, pyramid, start).await?, side(app, pyramid, end).await?);
    let mut builder = MigrationBuilder::new(from.judge.scheme.tiers(), to.judge.scheme.tiers());
    let mut after = String::new();
    let (of, between) = ((pyramid, run.as_ref()), (from.end, to.end));
    while let Some((last, arrivals)) = app.reader().arrivals(of, between, (&after, PAGE)).await? {
        for of_one in arrivals.chunk_by(|a, b| a.customer == b.customer) {
            builder.add(from.position(of_one), to.position(of_one));
        }
        after = last;
    }
    let tiers = (from.judge.scheme.tiers(), to.judge.scheme.tiers());
    Ok(to_proto::movement::movement((start, end), tiers, builder.finish()))
}

async fn side(app: &App, pyramid: &PyramidId, day: Day) -> Result<Side, Error> {
    let (end, judge) = in_force::at_end_of(app, pyramid, day).await?;
    Ok(Side { end, judge })
}

impl Side {
    /// Where a customer stood, by its changes in the order of time. The matrix is of customers; values are not told.
    fn position(&self, of_one: &[Arrival]) -> Option<Position> {
        let last = of_one.iter().rev().find(|arrival| arrival.time <= self.end)?;
        Some(Position { tier: self.judge.scheme.index_of(last.tier.as_ref()?)?, value: 0 })
    }
}
