//! Reading the occasions of the days to come, beside where their customers stand.

use guanxi::v1 as pb;
use guanxi_app::{App, Error};
use guanxi_segmentation::{Tier, occasions};
use guanxi_store::{OccasionQuery, Upcoming};

use super::in_force::InForce;
use crate::from_proto::occasion::List;
use crate::to_proto;

pub(super) async fn list(app: &App, list: List) -> Result<pb::ListUpcomingOccasionsResponse, Error> {
    let List { pyramid, tier, first, last, size, after, query } = list;
    let (in_force, found) = loop {
        let in_force = InForce::of(app, &pyramid).await?;
        let asked = OccasionQuery {
            slots: in_force.slots(),
            tier: tier.as_ref(),
            first,
            last,
            limit: size + 1,
            after: after.clone(),
        };
        let found = app.reader().occasions(&asked).await?;
        if !found.iter().filter_map(|one| one.tier.as_ref()).any(|row| in_force.is_outdated_by(row.generation)) {
            break (in_force, found);
        }
    };
    let key = |one: &Upcoming| to_proto::occasion::key(first, &one.place);
    let message = |one: Upcoming| {
        let Upcoming { place, profile, tier: row } = one;
        let known = occasions(&profile);
        let occasion = usize::try_from(place.ordinal).ok().and_then(|ordinal| known.get(ordinal));
        let tier: Option<(usize, &Tier)> = row.as_ref().and_then(|row| in_force.tier_of(row));
        to_proto::occasion::resource(place.day, (&place.customer, &profile), occasion, tier)
    };
    let page = to_proto::page::cut(found, size, key);
    let (occasions, next_page_token) = to_proto::page::close(page, query, key, message);
    Ok(pb::ListUpcomingOccasionsResponse { occasions, next_page_token })
}
