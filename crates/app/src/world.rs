//! The world a batch of commands is decided in: what was loaded, kept up to date in memory as commands take effect, and
//! the list of everything to write. Later commands of a batch see what earlier ones did.

use std::collections::BTreeSet;

use guanxi_model::customer::{Customer, CustomerKind, ExternalId, Profile, Stage};
use guanxi_model::fact::{CustomerRef, Fact, FactKind, FactState};
use guanxi_model::{CustomerId, FactId, RequestId, Tally, Timestamp, Zone};
use guanxi_store::ledger::{
    Change, ChangeKind, CustomerState, Effects, FactRef, Fingerprint, Loaded, Record, Replacement, Summary,
};

/// What a command does to a customer. Made by `decide`, which changes nothing itself.
#[derive(Debug)]
pub(crate) enum Effect {
    PutRecord(Record),
    PutFact(Box<Fact>),
    SetFactState(FactRef, FactState),
    PutReplacement(FactRef, Replacement),
    /// What is added to the day of a moment.
    Count(Timestamp, Tally),
    SetTotals {
        tally: Tally,
        gross: i64,
    },
    SetStage(Stage),
    PutRequest(RequestId, Fingerprint),
    Note(ChangeKind, Option<FactId>),
}

/// The effects of one command, all about one customer.
#[derive(Debug)]
pub(crate) struct Decision {
    pub(crate) customer: CustomerId,
    pub(crate) effects: Vec<Effect>,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct World<'a> {
    zone: &'a Zone,
    pub(crate) now: Timestamp,
    pub(crate) loaded: Loaded,
    effects: Effects,
    /// Customers whose sums or deletion changed, so that their tiers may have.
    touched: BTreeSet<CustomerId>,
}

impl<'a> World<'a> {
    pub(crate) fn new(zone: &'a Zone, now: Timestamp, loaded: Loaded) -> Self {
        World { zone, now, loaded, effects: Effects::default(), touched: BTreeSet::new() }
    }

    /// A copy of what is known about some customers, to try commands on.
    pub(crate) fn trial(&self, customers: &BTreeSet<CustomerId>) -> World<'a> {
        let known = |id: &&CustomerId| self.loaded.customers.contains_key(*id);
        let states = customers.iter().filter(known).map(|id| (id.clone(), self.loaded.customers[id].clone()));
        let loaded = Loaded {
            customers: states.collect(),
            external_ids: self.loaded.external_ids.clone(),
            touchpoints: self.loaded.touchpoints.clone(),
            attribute_definitions: self.loaded.attribute_definitions.clone(),
        };
        World::new(self.zone, self.now, loaded)
    }

    /// The customer a fact names: by its own id, or by the external id somebody has.
    pub(crate) fn resolve(&self, customer: &CustomerRef) -> Option<&CustomerId> {
        match customer {
            CustomerRef::Id(id) => self.loaded.customers.get_key_value(id).map(|(id, _)| id),
            CustomerRef::External(external) => self.loaded.external_ids.get(external),
        }
    }

    /// What is known about a customer that exists.
    pub(crate) fn customer(&self, id: &CustomerId) -> Option<(&CustomerState, &Summary)> {
        let state = self.loaded.customers.get(id)?;
        state.summary.as_ref().map(|summary| (state, summary))
    }

    /// Who has an external id.
    pub(crate) fn owner(&self, external: &ExternalId) -> Option<&CustomerId> {
        self.loaded.external_ids.get(external)
    }

    /// The customer as callers see it.
    pub(crate) fn seen(&self, id: &CustomerId) -> Option<Customer> {
        let (state, summary) = self.customer(id)?;
        let record = state.record.clone()?;
        Some(Customer {
            id: id.clone(),
            profile: record.profile,
            stage: summary.stage,
            revision: record.revision,
            create_time: record.create_time,
            update_time: record.update_time,
            delete_time: record.delete_time,
        })
    }

    /// The record of a customer that begins now.
    pub(crate) fn new_record(&self, profile: Profile) -> Record {
        Record { profile, revision: 1, create_time: self.now, update_time: self.now, delete_time: None }
    }

    /// What a fact of an unknown customer leaves behind: a customer with the name it was called by.
    pub(crate) fn newcomer(&self, id: &CustomerId, named: &CustomerRef) -> Record {
        let mut profile = Profile::named(CustomerKind::Unknown, id.as_str().to_owned());
        if let CustomerRef::External(external) = named {
            profile.display_name.clone_from(&external.id);
            profile.external_ids.push(external.clone());
        }
        self.new_record(profile)
    }

    /// Makes a decision take effect.
    pub(crate) fn apply(&mut self, decision: Decision) {
        let Decision { customer, effects } = decision;
        if effects.is_empty() {
            return;
        }
        let mut state = self.loaded.customers.remove(&customer).unwrap_or_default();
        let loaded_version = state.summary.as_ref().map_or(0, |summary| summary.version);
        let mut summary = state.summary.take().unwrap_or_else(nothing_known);
        summary.version += 1;
        for effect in effects {
            self.apply_one(&customer, &mut state, &mut summary, effect);
        }
        let written =
            self.effects.summaries.entry(customer.clone()).or_insert_with(|| (loaded_version, summary.clone()));
        written.1 = summary.clone();
        state.summary = Some(summary);
        self.loaded.customers.insert(customer, state);
    }

    fn apply_one(&mut self, customer: &CustomerId, state: &mut CustomerState, summary: &mut Summary, effect: Effect) {
        match effect {
            Effect::PutRecord(record) => self.put_record(customer, state, summary, record),
            Effect::PutFact(fact) => {
                let key = (fact.body.kind(), fact.key.clone());
                if key.0 == FactKind::StageChange {
                    state.stage_changes.push((*fact).clone());
                }
                self.effects.facts.insert((customer.clone(), key.clone()), (*fact).clone());
                state.facts.insert(key, *fact);
            }
            Effect::SetFactState(key, new) => self.set_fact_state(customer, state, key, new),
            Effect::PutReplacement(key, replacement) => {
                summary.replacements += 1;
                self.effects.replacements.insert((customer.clone(), key.clone()), replacement.clone());
                state.replacements.insert(key, replacement);
            }
            Effect::Count(at, delta) => {
                let bucket = self.effects.buckets.entry((customer.clone(), self.zone.day_of(at))).or_default();
                // Every part of the sums is smaller than `gross`, which `decide` has kept in range.
                *bucket = bucket.plus(&delta).unwrap_or(*bucket);
                self.touched.insert(customer.clone());
            }
            Effect::SetTotals { tally, gross } => {
                summary.tally = tally;
                summary.gross = gross;
            }
            Effect::SetStage(stage) => summary.stage = stage,
            Effect::PutRequest(request, fingerprint) => {
                state.requests.insert(request, fingerprint);
                self.effects.requests.insert((customer.clone(), request), fingerprint);
            }
            Effect::Note(kind, fact) => {
                let version = summary.version;
                self.effects.changes.push(Change { customer: customer.clone(), version, kind, fact });
            }
        }
    }

    fn put_record(&mut self, customer: &CustomerId, state: &mut CustomerState, summary: &mut Summary, record: Record) {
        if let Some(old) = &state.record {
            for external in &old.profile.external_ids {
                self.loaded.external_ids.remove(external);
            }
        }
        for external in &record.profile.external_ids {
            self.loaded.external_ids.insert(external.clone(), customer.clone());
        }
        summary.delete_time = record.delete_time;
        self.touched.insert(customer.clone());
        self.effects.records.insert(customer.clone(), record.clone());
        state.record = Some(record);
    }

    fn set_fact_state(&mut self, customer: &CustomerId, state: &mut CustomerState, key: FactRef, new: FactState) {
        if let Some(fact) = state.facts.get_mut(&key) {
            fact.state = new;
        }
        for change in
            state.stage_changes.iter_mut().filter(|change| key.0 == FactKind::StageChange && change.key == key.1)
        {
            change.state = new;
        }
        let key = (customer.clone(), key);
        // A fact of the same batch is not written yet: it is written with its last state.
        match self.effects.facts.get_mut(&key) {
            Some(fact) => fact.state = new,
            None => drop(self.effects.fact_states.insert(key, new)),
        }
    }

    /// The customers whose tiers are to be judged anew, with their state.
    pub(crate) fn touched(&self) -> impl Iterator<Item = (&CustomerId, &CustomerState, &Summary)> {
        self.touched.iter().filter_map(|id| self.customer(id).map(|(state, summary)| (id, state, summary)))
    }

    /// Everything to write.
    pub(crate) fn into_effects(self) -> Effects {
        self.effects
    }
}

fn nothing_known() -> Summary {
    Summary {
        version: 0,
        delete_time: None,
        stage: Stage::Prospect,
        replacements: 0,
        gross: 0,
        tally: Tally::default(),
    }
}
