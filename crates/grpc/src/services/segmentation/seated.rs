//! Everybody of a pyramid in force, read page by page on the pool for reports.

use std::collections::BTreeSet;

use guanxi_app::{App, Error, turns};
use guanxi_model::Counter;
use guanxi_segmentation::{History, Readings};
use guanxi_store::{Histories, PAGE, Seated};

use super::in_force::InForce;

/// Reads the pages one after the other.
pub(super) struct Pages<'a> {
    app: &'a App,
    in_force: &'a InForce,
    counters: BTreeSet<Counter>,
    after: String,
}

/// The customers after one, up to and including another, by id.
pub(super) struct Page<'a> {
    in_force: &'a InForce,
    after: String,
    last: String,
    customers: Vec<Seated>,
    histories: Histories,
}

/// A customer with what is read of it.
pub(super) struct Member<'a> {
    pub(super) customer: &'a Seated,
    pub(super) readings: Readings,
    /// The index of the tier that readers see, from the top; none where it is in none.
    pub(super) tier: Option<usize>,
}

impl<'a> Pages<'a> {
    /// From the first page on; with these counters of each customer, and those that the scheme reads.
    pub(super) fn of(app: &'a App, in_force: &'a InForce, counters: BTreeSet<Counter>) -> Pages<'a> {
        let counters = &counters | &in_force.needs.counters;
        Pages { app, in_force, counters, after: String::new() }
    }

    /// The next page; nothing after the last one.
    pub(super) async fn next(&mut self) -> Result<Option<Page<'a>>, Error> {
        let (reader, in_force) = (self.app.reader(), self.in_force);
        let (pyramid, generation) = (&in_force.pyramid, in_force.active.generation);
        let (of, wanted) = ((pyramid, generation), (&in_force.needs, in_force.today));
        let (customers, histories) = reader.seated(of, &self.counters, wanted, (&self.after, PAGE)).await?;
        let Some(last) = customers.last().map(|last| last.customer.to_string()) else { return Ok(None) };
        let after = std::mem::replace(&mut self.after, last.clone());
        Ok(Some(Page { in_force, after, last, customers, histories }))
    }
}

impl Page<'_> {
    /// Whether readers were switched meanwhile.
    pub(super) fn is_outdated(&self) -> bool {
        self.customers.iter().any(|one| self.in_force.is_outdated_by(one.generation))
    }

    /// The id before the first customer, and that of the last one.
    pub(super) fn range(&self) -> (&str, &str) {
        (&self.after, &self.last)
    }

    /// Shows all of them to a function.
    pub(super) async fn show(&self, mut to: impl FnMut(Member<'_>)) {
        turns::look(&self.customers, |customer| {
            let history = self.histories.get(&customer.customer).unwrap_or(History::NONE);
            let readings = self.in_force.read((&customer.tally, history));
            let tier = customer.tier.as_ref().and_then(|tier| self.in_force.index_of(tier));
            to(Member { customer, tier, readings });
        })
        .await;
    }
}
