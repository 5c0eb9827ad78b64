//! Loads what a batch of commands needs: one query per table, whatever the size of the batch, and none for tables that
//! no command asks for.

use std::collections::{BTreeMap, BTreeSet};

use guanxi_model::customer::ExternalId;
use guanxi_model::fact::FactKey;
use guanxi_model::{CustomerId, Day, PyramidId, RequestId, SourceName, Timestamp, TouchpointId, Words};
use guanxi_segmentation::Needs;
use sea_orm::{ConnectionTrait, DbBackend, QueryResult};

use super::{CustomerState, FactRef, Fingerprint, Keys, Loaded, Replacement};
use crate::bulk::{self, Cell, Column, Rows, bytes, int, text};
use crate::rows::{self, id_bytes, tier as tiers, word};
use crate::{Error, Tx, invitations};

impl Tx {
    /// Which customers have these external ids.
    pub async fn resolve<'a>(
        &self,
        ids: impl IntoIterator<Item = &'a ExternalId>,
    ) -> Result<Vec<(ExternalId, CustomerId)>, Error> {
        const COLUMNS: &[Column] = &[text("system"), text("external_id")];
        let mut keys = Rows::new(COLUMNS);
        for id in ids {
            keys.push([id.system.as_str().into(), id.id.as_str().into()]);
        }
        let query = self.lookup("e.system, e.external_id, e.customer_id", "external_ids e", COLUMNS);
        let rows = bulk::select(self.connection(), keys, query).await?;
        rows.iter()
            .map(|row| {
                let system = SourceName::from_trusted(row.try_get_by_index(0)?);
                let id = ExternalId { system, id: row.try_get_by_index(1)? };
                Ok((id, CustomerId::from_trusted(row.try_get_by_index(2)?)))
            })
            .collect()
    }

    /// Loads what the keys ask for, and of the customers' histories what the schemes do.
    pub async fn load(&self, keys: &Keys, needs: &Needs, today: Day) -> Result<Loaded, Error> {
        let mut loaded = Loaded::default();
        self.load_summaries(keys, &mut loaded).await?;
        self.load_tiers(&mut loaded).await?;
        self.load_histories(needs, today, &mut loaded).await?;
        self.load_records(keys, &mut loaded).await?;
        self.load_facts(keys, &mut loaded).await?;
        self.load_invitations(keys, &mut loaded).await?;
        self.load_replacements(keys, &mut loaded).await?;
        self.load_all_facts(keys, &mut loaded).await?;
        self.load_approaches(keys, &mut loaded).await?;
        self.load_requests(keys, &mut loaded).await?;
        loaded.external_ids = self.resolve(&keys.external_ids).await?.into_iter().collect();
        self.load_touchpoints(keys, &mut loaded).await?;
        if keys.attribute_definitions {
            let definitions = crate::catalogue::attribute_definitions(self.connection()).await?;
            loaded.attribute_definitions = definitions.into_iter().map(|one| (one.key.clone(), one)).collect();
        }
        Ok(loaded)
    }

    /// Whether customers are still at the versions that were loaded, 0 where there was none. PostgreSQL loads statement by
    /// statement, and somebody else may have committed in between: who writes finds out by the version, who is about to
    /// refuse has to ask.
    pub async fn still_at(&self, versions: &BTreeMap<CustomerId, i64>) -> Result<bool, Error> {
        if self.connection().get_database_backend() != DbBackend::Postgres {
            return Ok(true);
        }
        let rows = self.by_customer("s.customer_id, s.version", "summaries s", versions.keys()).await?;
        let mut unseen = versions.values().filter(|version| **version > 0).count();
        for row in rows {
            let customer = CustomerId::from_trusted(row.try_get_by_index(0)?);
            if versions.get(&customer) != Some(&row.try_get_by_index(1)?) {
                return Ok(false);
            }
            unseen = unseen.saturating_sub(1);
        }
        Ok(unseen == 0)
    }

    /// A query for the rows of a table that have the keys' values in the columns of the same names.
    pub(crate) fn lookup(&self, select: &str, table: &str, columns: &[Column]) -> impl Fn(&str) -> String {
        let (_, alias) = table.split_once(' ').unwrap_or(("", table));
        let on: Vec<String> = columns.iter().map(|column| format!("{alias}.{0} = k.{0}", column.name)).collect();
        let join = bulk::join_each(self.connection().get_database_backend(), table, &on.join(" AND "));
        let select = select.to_owned();
        move |source| format!("SELECT {select} FROM {source} {join}")
    }

    async fn by_customer<'a>(
        &self,
        select: &str,
        table: &str,
        customers: impl IntoIterator<Item = &'a CustomerId>,
    ) -> Result<Vec<QueryResult>, Error> {
        const COLUMNS: &[Column] = &[text("customer_id")];
        let mut keys = Rows::new(COLUMNS);
        for customer in customers {
            keys.push([customer.as_str().into()]);
        }
        bulk::select(self.connection(), keys, self.lookup(select, table, COLUMNS)).await
    }

    async fn load_summaries(&self, keys: &Keys, loaded: &mut Loaded) -> Result<(), Error> {
        for customer in &keys.customers {
            loaded.customers.insert(customer.clone(), CustomerState::default());
        }
        for row in self.by_customer(&rows::summary::SELECT, "summaries s", &keys.customers).await? {
            let (customer, summary) = rows::summary::read(&row)?;
            loaded.customers.entry(customer).or_default().summary = Some(summary);
        }
        Ok(())
    }

    async fn load_tiers(&self, loaded: &mut Loaded) -> Result<(), Error> {
        let known: Vec<CustomerId> = known_customers(loaded);
        let select = format!("t.customer_id, t.pyramid_id, {}", tiers::SELECT);
        for row in self.by_customer(&select, "tiers t", &known).await? {
            let customer = CustomerId::from_trusted(row.try_get_by_index(0)?);
            let pyramid = PyramidId::from_trusted(row.try_get_by_index(1)?);
            if let Some(tier) = tiers::read(&row, 2)? {
                loaded.customers.entry(customer).or_default().tiers.insert(pyramid, tier);
            }
        }
        Ok(())
    }

    async fn load_histories(&self, needs: &Needs, today: Day, loaded: &mut Loaded) -> Result<(), Error> {
        if needs.no_history() {
            return Ok(());
        }
        let known = known_customers(loaded);
        for (customer, history) in self.histories(&known.iter().collect::<Vec<_>>(), needs, today).await? {
            loaded.customers.entry(customer).or_default().history = history;
        }
        Ok(())
    }

    async fn load_records(&self, keys: &Keys, loaded: &mut Loaded) -> Result<(), Error> {
        let select = "c.customer_id, c.document, c.revision, c.create_time, c.update_time, c.delete_time";
        // A customer that does not exist has no record, and had no requests.
        let wanted: Vec<&CustomerId> = keys.records.iter().filter(|customer| exists(loaded, customer)).collect();
        for row in self.by_customer(select, "customers c", wanted).await? {
            let (customer, record) = rows::customer::read_record(&row)?;
            loaded.customers.entry(customer).or_default().record = Some(record);
        }
        Ok(())
    }

    async fn load_facts(&self, keys: &Keys, loaded: &mut Loaded) -> Result<(), Error> {
        // A customer that does not exist has no facts.
        let wanted = keys.facts.iter().filter(|(customer, _)| exists(loaded, customer));
        let query = self.lookup(rows::fact::COLUMNS, "facts f", FACT_KEY);
        for row in bulk::select(self.connection(), fact_keys(wanted), query).await? {
            let fact = rows::fact::read(&row)?;
            let key = (fact.body.kind(), fact.key.clone());
            loaded.customers.entry(fact.customer.clone()).or_default().facts.insert(key, fact);
        }
        Ok(())
    }

    async fn load_replacements(&self, keys: &Keys, loaded: &mut Loaded) -> Result<(), Error> {
        let has_any = |customer: &CustomerId| {
            let summary = loaded.customers.get(customer).and_then(|state| state.summary.as_ref());
            summary.is_some_and(|summary| summary.replacements > 0)
        };
        let wanted = keys.facts.iter().filter(|(customer, _)| has_any(customer));
        let select = "r.customer_id, r.kind, r.source, r.source_id, r.by_source, r.by_source_id, r.record_time";
        let query = self.lookup(select, "replacements r", FACT_KEY);
        for row in bulk::select(self.connection(), fact_keys(wanted), query).await? {
            let (customer, fact, replacement) = read_replacement(&row)?;
            loaded.customers.entry(customer).or_default().replacements.insert(fact, replacement);
        }
        Ok(())
    }

    async fn load_all_facts(&self, keys: &Keys, loaded: &mut Loaded) -> Result<(), Error> {
        const COLUMNS: &[Column] = &[text("customer_id"), int("kind")];
        let mut wanted = Rows::new(COLUMNS);
        for (customer, kind) in keys.all_facts.iter().filter(|(customer, _)| exists(loaded, customer)) {
            wanted.push([customer.as_str().into(), kind.code().into()]);
        }
        let query = self.lookup(rows::fact::COLUMNS, "facts f", COLUMNS);
        for row in bulk::select(self.connection(), wanted, query).await? {
            let fact = rows::fact::read(&row)?;
            let state = loaded.customers.entry(fact.customer.clone()).or_default();
            state.all_facts.entry(fact.body.kind()).or_default().push(fact);
        }
        Ok(())
    }

    async fn load_approaches(&self, keys: &Keys, loaded: &mut Loaded) -> Result<(), Error> {
        // All of a batch look back from the same moment.
        let Some(since) = keys.approaches.values().min().copied() else { return Ok(()) };
        let wanted: Vec<CustomerId> =
            keys.approaches.keys().filter(|customer| exists(loaded, customer)).cloned().collect();
        for (customer, approaches) in self.approaches(&wanted, since).await? {
            loaded.customers.entry(customer).or_default().approaches = approaches;
        }
        Ok(())
    }

    async fn load_invitations(&self, keys: &Keys, loaded: &mut Loaded) -> Result<(), Error> {
        const COLUMNS: &[Column] = &[text("customer_id"), text("invitation_id")];
        let named = |(customer, state): (&CustomerId, &CustomerState)| {
            let ids = state.facts.values().filter_map(|fact| fact.body.invitation());
            ids.map(|id| (customer.clone(), id.to_owned())).collect::<Vec<_>>()
        };
        let mut ids: BTreeSet<(CustomerId, String)> = loaded.customers.iter().flat_map(named).collect();
        ids.extend(keys.invitations.iter().filter(|(customer, _)| exists(loaded, customer)).cloned());
        let mut wanted = Rows::new(COLUMNS);
        for (customer, invitation) in &ids {
            wanted.push([customer.as_str().into(), invitation.as_str().into()]);
        }
        let select = format!("i.customer_id, {}", invitations::SELECT);
        let query = self.lookup(&select, "invitations i", COLUMNS);
        for row in bulk::select(self.connection(), wanted, query).await? {
            let customer = CustomerId::from_trusted(row.try_get_by_index(0)?);
            let invitation = invitations::read(&row, 1)?;
            loaded.customers.entry(customer).or_default().invitations.insert(invitation.id.clone(), invitation);
        }
        Ok(())
    }

    async fn load_requests(&self, keys: &Keys, loaded: &mut Loaded) -> Result<(), Error> {
        const COLUMNS: &[Column] = &[text("customer_id"), bytes("request_id")];
        let mut wanted = Rows::new(COLUMNS);
        for (customer, request) in keys.requests.iter().filter(|(customer, _)| exists(loaded, customer)) {
            wanted.push([customer.as_str().into(), request.as_bytes().as_slice().into()]);
        }
        let query = self.lookup("c.customer_id, c.request_id, c.fingerprint", "customer_requests c", COLUMNS);
        for row in bulk::select(self.connection(), wanted, query).await? {
            let customer = CustomerId::from_trusted(row.try_get_by_index(0)?);
            let request = RequestId::from_bytes(id_bytes(&row, 1, "request id")?);
            let fingerprint: Fingerprint = id_bytes(&row, 2, "fingerprint")?;
            loaded.customers.entry(customer).or_default().requests.insert(request, fingerprint);
        }
        Ok(())
    }

    async fn load_touchpoints(&self, keys: &Keys, loaded: &mut Loaded) -> Result<(), Error> {
        const COLUMNS: &[Column] = &[text("touchpoint_id")];
        let mut wanted = Rows::new(COLUMNS);
        for touchpoint in &keys.touchpoints {
            wanted.push([touchpoint.as_str().into()]);
        }
        let query = self.lookup("t.touchpoint_id", "touchpoints t", COLUMNS);
        for row in bulk::select(self.connection(), wanted, query).await? {
            loaded.touchpoints.insert(TouchpointId::from_trusted(row.try_get_by_index(0)?));
        }
        Ok(())
    }
}

/// The columns that identify a fact.
pub(super) const FACT_KEY: &[Column] = &[text("customer_id"), int("kind"), text("source"), text("source_id")];

pub(super) fn fact_key(customer: &CustomerId, (kind, key): &FactRef) -> [Cell; 4] {
    [customer.as_str().into(), kind.code().into(), key.source.as_str().into(), key.source_id.as_str().into()]
}

fn fact_keys<'a>(facts: impl Iterator<Item = &'a (CustomerId, FactRef)>) -> Rows<'static> {
    let mut rows = Rows::new(FACT_KEY);
    for (customer, fact) in facts {
        rows.push(fact_key(customer, fact));
    }
    rows
}

fn exists(loaded: &Loaded, customer: &CustomerId) -> bool {
    loaded.customers.get(customer).is_some_and(|state| state.summary.is_some())
}

fn known_customers(loaded: &Loaded) -> Vec<CustomerId> {
    loaded.customers.iter().filter(|(_, state)| state.summary.is_some()).map(|(customer, _)| customer.clone()).collect()
}

fn read_replacement(row: &QueryResult) -> Result<(CustomerId, FactRef, Replacement), Error> {
    let key =
        FactKey { source: SourceName::from_trusted(row.try_get_by_index(2)?), source_id: row.try_get_by_index(3)? };
    let by = match (row.try_get_by_index::<Option<String>>(4)?, row.try_get_by_index::<Option<String>>(5)?) {
        (Some(source), Some(source_id)) => Some(FactKey { source: SourceName::from_trusted(source), source_id }),
        _ => None,
    };
    let replacement = Replacement { by, record_time: Timestamp(row.try_get_by_index(6)?) };
    Ok((CustomerId::from_trusted(row.try_get_by_index(0)?), (word(row, 1, "fact kind")?, key), replacement))
}
