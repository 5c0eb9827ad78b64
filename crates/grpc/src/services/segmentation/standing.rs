//! Reading where customers stand, how they came there, and why: what the store keeps, beside what the scheme makes of the
//! customer.

use guanxi::v1 as pb;
use guanxi_app::{App, Error};
use guanxi_model::page::KeyPart;
use guanxi_model::{CustomerId, Day, PyramidId, TierId, name};
use guanxi_segmentation::{History, explain};
use guanxi_store::ledger::TierChange;
use guanxi_store::{Candidate, Histories};

use super::in_force::{self, InForce, Past, Present};
use crate::from_proto::Paging;
use crate::from_proto::tier::List;
use crate::to_proto;

pub(super) async fn assignment(
    app: &App,
    (customer, pyramid): (CustomerId, PyramidId),
    as_of: Option<Day>,
) -> Result<pb::TierAssignment, Error> {
    let currency = &app.deployment().currency;
    if let Some(day) = as_of {
        let past = Past::of(app, &customer, &pyramid, day).await?;
        return Ok(to_proto::tier::assignment(currency, &past.seen(&customer, &pyramid)));
    }
    let present = Present::of(app, &customer, &pyramid).await?;
    Ok(to_proto::tier::assignment(currency, &present.seen(&customer)))
}

pub(super) async fn explanation(
    app: &App,
    (customer, pyramid): (CustomerId, PyramidId),
    as_of: Option<Day>,
) -> Result<pb::TierExplanation, Error> {
    let currency = &app.deployment().currency;
    if let Some(day) = as_of {
        let past = Past::of(app, &customer, &pyramid, day).await?;
        let explained = explain(&past.judge.scheme, &past.judge.calibration, &customer, &past.readings);
        return Ok(to_proto::tier::explanation(currency, &past.seen(&customer, &pyramid), explained));
    }
    let present = Present::of(app, &customer, &pyramid).await?;
    let judge = &present.in_force.judge;
    let explained = explain(&judge.scheme, &judge.calibration, &customer, &present.readings);
    let slot = present.slot().map(|(slot, since)| (slot, app.deployment().zone.day_of(since)));
    let review = slot.and_then(|stood| to_proto::tier::review(judge, stood, (&explained, &present.readings)));
    let due = slot.and_then(|(slot, _)| slot.due);
    let message = to_proto::tier::explanation(currency, &present.seen(&customer), explained);
    Ok(to_proto::tier::with_outlook(message, review, due))
}

pub(super) async fn list(app: &App, list: List) -> Result<pb::ListTierAssignmentsResponse, Error> {
    let List { pyramid, tier, paging } = list;
    let limit = paging.size + 1;
    let (in_force, found, histories) = loop {
        let in_force = InForce::of(app, &pyramid).await?;
        let after = match paging.after.as_deref() {
            Some([KeyPart::Int(seen), KeyPart::Text(last)]) if *seen == in_force.active.generation => last.as_str(),
            Some(_) => return Err(Error::PageStale(name::pyramid(&pyramid))),
            None => "",
        };
        let (found, histories) = assignments(app, &in_force, tier.as_ref(), (after, limit)).await?;
        if !found.iter().any(|one| in_force.is_outdated_by(one.row.generation)) {
            break (in_force, found, histories);
        }
    };
    let generation = in_force.active.generation;
    let key = |one: &Candidate| vec![KeyPart::Int(generation), KeyPart::Text(one.customer.as_str().to_owned())];
    let message = |one: Candidate| {
        let history = histories.get(&one.customer).unwrap_or(History::NONE);
        let readings = in_force.read((&one.tally, history));
        let seen = in_force.seen(&one.customer, Some(&one.row), &readings);
        to_proto::tier::assignment(&app.deployment().currency, &seen)
    };
    let page = to_proto::page::cut(found, paging.size, key);
    let (tier_assignments, next_page_token) = to_proto::page::close(page, paging.query, key, message);
    Ok(pb::ListTierAssignmentsResponse { tier_assignments, next_page_token })
}

/// Who stands in a tier, or in any, after a customer, with what the scheme reads of them.
async fn assignments(
    app: &App,
    in_force: &InForce,
    tier: Option<&TierId>,
    page: (&str, usize),
) -> Result<(Vec<Candidate>, Histories), Error> {
    let wanted = (&in_force.needs, in_force.today);
    Ok(app.reader().assignments(&in_force.slots(), tier, wanted, page).await?)
}

/// How a customer came to stand where it stands.
pub(super) async fn changes(
    app: &App,
    (customer, pyramid): (CustomerId, PyramidId),
    paging: Paging,
) -> Result<pb::ListTierChangesResponse, Error> {
    let (kept, ..) = in_force::found(app, &customer, &pyramid).await?;
    let run = in_force::run(app, &kept).await?;
    let before = match paging.after.as_deref() {
        Some([KeyPart::Int(time), KeyPart::Int(generation), KeyPart::Int(version)]) => (*time, *generation, *version),
        _ => (i64::MAX, i64::MAX, i64::MAX),
    };
    let found = app.reader().tier_changes(&customer, (&pyramid, run.as_ref()), before, paging.size + 1).await?;
    let page = to_proto::page::cut(found, paging.size, to_proto::tier_change::key);
    let mut messages = Vec::new();
    for change in page.items {
        let judge = app.judge(&pyramid, change.generation).await?;
        messages.push((to_proto::tier_change::key(&change), message(app, &change, &judge)?));
    }
    let page = guanxi_model::page::Page { items: messages, next: page.next };
    let (tier_changes, next_page_token) =
        to_proto::page::close(page, paging.query, |(key, _)| key.clone(), |(_, message)| message);
    Ok(pb::ListTierChangesResponse { tier_changes, next_page_token })
}

fn message(app: &App, change: &TierChange, judge: &guanxi_store::Judge) -> Result<pb::TierChange, Error> {
    to_proto::tier_change::resource(&app.deployment().currency, change, judge)
}
