//! Writes what a batch led to: one statement per table, rows in the order of their keys so that two writers never wait
//! for each other in a circle (facts by customer: who writes those of a customer has its summary already). A summary whose
//! version is not the one that was loaded is a conflict: the whole batch is rolled back and decided anew.

use std::sync::LazyLock;

use futures::try_join;
use guanxi_model::{Counter, Timestamp, Words};
use guanxi_segmentation::occasions;

use super::load::{FACT_KEY, fact_key};
use super::{Bucket, Effects, Record};
use crate::bulk::{self, Column, Rows, bytes, int, text};
use crate::rows::{self, tier as tiers, tier_change, to_json};
use crate::{Error, Tx};

impl Tx {
    /// Writes everything, or says that somebody else wrote first.
    pub async fn write(&self, effects: &Effects, now: Timestamp) -> Result<(), Error> {
        let counters = changed(effects);
        // First, so that a conflict is found before the rest is written.
        self.write_summaries(effects, &counters).await?;
        // On one connection, so one after the other; each is made while those before it are carried out. A change of tier
        // comes after the tier: a fold waits for whoever has the tier, and must not be waited for meanwhile.
        try_join!(
            self.write_records(effects),
            self.write_facts(effects),
            self.write_fact_states(effects),
            self.write_replacements(effects),
            self.write_invitations(effects),
            self.write_buckets(effects, &counters),
            async {
                self.write_tiers(effects).await?;
                self.write_tier_changes(effects).await
            },
            self.write_changes(effects, now),
            self.write_requests(effects, now),
        )?;
        Ok(())
    }

    /// New summaries are inserted (a key that is taken is a conflict); known ones are updated where their version is still
    /// the one the batch was decided on.
    async fn write_summaries(&self, effects: &Effects, counters: &[Counter]) -> Result<(), Error> {
        let columns = rows::summary::columns(counters);
        let with_loaded: Vec<Column> = columns.iter().copied().chain([int("loaded")]).collect();
        let (mut new, mut known) = (Rows::new(&columns), Rows::new(&with_loaded));
        let mut expected = 0;
        for (customer, (loaded, summary)) in &effects.summaries {
            let cells = rows::summary::write(customer, summary, counters);
            if *loaded == 0 {
                new.push(cells);
            } else {
                expected += 1;
                known.push(cells.into_iter().chain([(*loaded).into()]));
            }
        }
        bulk::insert(self.connection(), "summaries", new, "").await?;
        let set = columns[1..].iter().map(|column| format!("{0} = k.{0}", column.name)).collect::<Vec<_>>().join(", ");
        let on = "summaries.customer_id = k.customer_id AND summaries.version = k.loaded";
        let written = bulk::update(self.connection(), "summaries", known, (&set, on)).await?;
        if written == expected { Ok(()) } else { Err(Error::Conflict) }
    }

    async fn write_records(&self, effects: &Effects) -> Result<(), Error> {
        const COLUMNS: &[Column] = &[
            text("customer_id"),
            int("kind"),
            text("display_name"),
            text("document"),
            int("revision"),
            int("create_time"),
            int("update_time"),
            int("delete_time"),
        ];
        if effects.records.is_empty() {
            return Ok(());
        }
        let mut rows = Rows::new(COLUMNS);
        for (customer, record) in &effects.records {
            rows.push([
                customer.as_str().into(),
                record.profile.kind.code().into(),
                record.profile.display_name.as_str().into(),
                to_json(&record.profile, "customer")?.into(),
                record.revision.into(),
                record.create_time.0.into(),
                record.update_time.0.into(),
                record.delete_time.map(|time| time.0).into(),
            ]);
        }
        let tail = replacing("customer_id", &COLUMNS[1..]);
        bulk::insert(self.connection(), "customers", rows, &tail).await?;
        self.write_lookups(effects).await
    }

    /// The tables that find customers by what their documents say. Rewritten for the customers of the batch that were
    /// there before; a new one has nothing to clear.
    async fn write_lookups(&self, effects: &Effects) -> Result<(), Error> {
        const CUSTOMER: &[Column] = &[text("customer_id")];
        const EXTERNAL: &[Column] = &[text("system"), text("external_id"), text("customer_id")];
        const LABELS: &[Column] = &[text("customer_id"), text("label_key"), text("label_value")];
        const ATTRIBUTES: &[Column] = &[text("customer_id"), text("attribute_key"), text("value")];
        const OCCASIONS: &[Column] = &[text("customer_id"), int("ordinal"), int("kind"), int("falls_on"), int("since")];
        for table in ["external_ids", "customer_labels", "customer_attributes", "occasions"] {
            let mut changed = Rows::new(CUSTOMER);
            for (customer, _) in effects.records.iter().filter(|(_, record)| record.revision > 1) {
                changed.push([customer.as_str().into()]);
            }
            bulk::delete_of_customers(self.connection(), table, changed).await?;
        }
        let (mut external, mut labels, mut attributes) =
            (Rows::new(EXTERNAL), Rows::new(LABELS), Rows::new(ATTRIBUTES));
        let mut days = Rows::new(OCCASIONS);
        for (customer, Record { profile, delete_time, .. }) in &effects.records {
            for id in &profile.external_ids {
                external.push([id.system.as_str().into(), id.id.as_str().into(), customer.as_str().into()]);
            }
            for (key, value) in &profile.labels {
                labels.push([customer.as_str().into(), key.as_str().into(), value.as_str().into()]);
            }
            for (key, attribute) in &profile.attributes {
                let value = to_json(&attribute.value, "attribute")?;
                attributes.push([customer.as_str().into(), key.as_str().into(), value.into()]);
            }
            // Nobody gets in touch with a deleted customer.
            let occasions = if delete_time.is_none() { occasions(profile) } else { Vec::new() };
            for (ordinal, occasion) in (0_i64..).zip(&occasions) {
                let key = occasion.when.key();
                let since = occasion.when.since().map(|day| i64::from(day.0));
                let kind = key.recurrence.code();
                days.push([customer.as_str().into(), ordinal.into(), kind.into(), key.falls_on.into(), since.into()]);
            }
        }
        bulk::insert(self.connection(), "external_ids", external, "").await?;
        bulk::insert(self.connection(), "customer_labels", labels, "").await?;
        bulk::insert(self.connection(), "customer_attributes", attributes, "").await?;
        bulk::insert(self.connection(), "occasions", days, "").await?;
        Ok(())
    }

    async fn write_facts(&self, effects: &Effects) -> Result<(), Error> {
        const NOTES: &[Column] = &[text("customer_id"), bytes("fact_id"), text("note")];
        let (mut facts, mut notes) = (Rows::new(rows::fact::INSERT), Rows::new(NOTES));
        for fact in effects.facts.values() {
            facts.push(rows::fact::write(fact)?);
            if !fact.note.is_empty() {
                let id = fact.id.as_bytes().as_slice();
                notes.push([fact.customer.as_str().into(), id.into(), fact.note.as_str().into()]);
            }
        }
        bulk::insert(self.connection(), "facts", facts, "").await?;
        bulk::insert(self.connection(), "fact_notes", notes, "").await?;
        Ok(())
    }

    async fn write_fact_states(&self, effects: &Effects) -> Result<(), Error> {
        static COLUMNS: LazyLock<Vec<Column>> =
            LazyLock::new(|| FACT_KEY.iter().copied().chain([int("state")]).collect());
        let mut rows = Rows::new(&COLUMNS);
        for ((customer, fact), state) in &effects.fact_states {
            rows.push(fact_key(customer, fact).into_iter().chain([state.code().into()]));
        }
        let on = "facts.customer_id = k.customer_id AND facts.kind = k.kind AND facts.source = k.source \
                  AND facts.source_id = k.source_id";
        bulk::update(self.connection(), "facts", rows, ("state = k.state", on)).await?;
        Ok(())
    }

    async fn write_replacements(&self, effects: &Effects) -> Result<(), Error> {
        static COLUMNS: LazyLock<Vec<Column>> = LazyLock::new(|| {
            FACT_KEY.iter().copied().chain([text("by_source"), text("by_source_id"), int("record_time")]).collect()
        });
        let mut rows = Rows::new(&COLUMNS);
        for ((customer, fact), replacement) in &effects.replacements {
            let by = replacement.by.as_ref();
            rows.push(fact_key(customer, fact).into_iter().chain([
                by.map(|key| key.source.as_str()).into(),
                by.map(|key| key.source_id.as_str()).into(),
                replacement.record_time.0.into(),
            ]));
        }
        bulk::insert(self.connection(), "replacements", rows, "").await?;
        Ok(())
    }

    /// Days are added to: what a batch brings to a day is exact whatever else is in it. What was used is written behind what
    /// is there.
    async fn write_buckets(&self, effects: &Effects, counters: &[Counter]) -> Result<(), Error> {
        let columns: Vec<Column> = [text("customer_id"), int("day"), text("uses")]
            .into_iter()
            .chain(counters.iter().map(|one| int(one.name())))
            .collect();
        let mut rows = Rows::new(&columns);
        for ((customer, day), Bucket { tally, uses }) in &effects.buckets {
            let fixed = [customer.as_str().into(), i64::from(day.0).into(), rows::uses::write(uses)?.into()];
            rows.push(fixed.into_iter().chain(counters.iter().map(|counter| tally[*counter].into())));
        }
        let add: String =
            counters.iter().map(|one| format!(", {0} = buckets.{0} + excluded.{0}", one.name())).collect();
        let tail = format!("ON CONFLICT (customer_id, day) DO UPDATE SET uses = buckets.uses || excluded.uses{add}");
        bulk::insert(self.connection(), "buckets", rows, &tail).await?;
        Ok(())
    }

    async fn write_tiers(&self, effects: &Effects) -> Result<(), Error> {
        let mut rows = Rows::new(tiers::COLUMNS);
        for ((customer, pyramid), tier) in &effects.tiers {
            rows.push(tiers::write(customer, pyramid, tier));
        }
        let tail = replacing("customer_id, pyramid_id", &tiers::COLUMNS[2..]);
        bulk::insert(self.connection(), "tiers", rows, &tail).await?;
        Ok(())
    }

    async fn write_tier_changes(&self, effects: &Effects) -> Result<(), Error> {
        let mut rows = Rows::new(tier_change::COLUMNS);
        for change in &effects.tier_changes {
            rows.push(tier_change::write(change));
        }
        bulk::insert(self.connection(), "tier_changes", rows, "ON CONFLICT DO NOTHING").await?;
        Ok(())
    }

    async fn write_changes(&self, effects: &Effects, now: Timestamp) -> Result<(), Error> {
        const COLUMNS: &[Column] =
            &[text("customer_id"), int("version"), int("kind"), bytes("fact_id"), int("record_time")];
        let mut rows = Rows::new(COLUMNS);
        for change in &effects.changes {
            rows.push([
                change.customer.as_str().into(),
                change.version.into(),
                (change.kind as i64).into(),
                change.fact.as_ref().map(|fact| fact.as_bytes().as_slice()).into(),
                now.0.into(),
            ]);
        }
        bulk::insert(self.connection(), "changes", rows, "").await?;
        Ok(())
    }

    async fn write_requests(&self, effects: &Effects, now: Timestamp) -> Result<(), Error> {
        const COLUMNS: &[Column] =
            &[text("customer_id"), bytes("request_id"), bytes("fingerprint"), int("record_time")];
        let mut rows = Rows::new(COLUMNS);
        for ((customer, request), fingerprint) in &effects.requests {
            rows.push([
                customer.as_str().into(),
                request.as_bytes().as_slice().into(),
                fingerprint.as_slice().into(),
                now.0.into(),
            ]);
        }
        bulk::insert(self.connection(), "customer_requests", rows, "").await?;
        Ok(())
    }
}

/// The counters that a batch changes. A batch of one kind of facts changes a third of them, and every column costs as much
/// to hand over as the next; what is not written keeps its value, or is 0 in a new row.
fn changed(effects: &Effects) -> Vec<Counter> {
    let changes = |counter: &Counter| effects.buckets.values().any(|bucket| bucket.tally[*counter] != 0);
    Counter::ALL.iter().copied().filter(changes).collect()
}

/// `ON CONFLICT`: the new row takes the place of the old one.
fn replacing(key: &str, columns: &[Column]) -> String {
    let set: Vec<String> = columns.iter().map(|column| format!("{0} = excluded.{0}", column.name)).collect();
    format!("ON CONFLICT ({key}) DO UPDATE SET {}", set.join(", "))
}
