//! The world a batch of commands is decided in: what was loaded, kept up to date in memory as commands take effect, and
//! the list of everything to write. Later commands of a batch see what earlier ones did.

mod effect;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use guanxi_model::customer::{Customer, CustomerKind, ExternalId, Profile, Stage};
use guanxi_model::fact::{CustomerRef, FactState, Invitation, Use, UseKind};
use guanxi_model::{CustomerId, Day, Tally, Timestamp};
use guanxi_segmentation::History;
use guanxi_store::ledger::{
    Change, CustomerState, Effects, FactRef, Loaded, Record, Summary, TierChangeReason, TierRow,
};

pub(crate) use self::effect::{Decision, Effect, Touch};
use crate::decide::is_whole;
use crate::judges::Bench;
use crate::questionnaires::{RevisionKey, Wanted};
use crate::seat::Moment;

/// What facts are held against, which no command changes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Standards<'a> {
    /// What they are judged by.
    pub(crate) benches: &'a [Bench],
    /// What they answer.
    pub(crate) questionnaires: &'a HashMap<RevisionKey, Wanted>,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct World<'a> {
    pub(crate) moment: Moment<'a>,
    pub(crate) standards: Standards<'a>,
    pub(crate) loaded: Loaded,
    effects: Effects,
    /// Customers whose tiers may have changed.
    touched: BTreeMap<CustomerId, Touch>,
}

impl<'a> World<'a> {
    pub(crate) fn new(moment: Moment<'a>, standards: Standards<'a>, loaded: Loaded) -> Self {
        World { moment, standards, loaded, effects: Effects::default(), touched: BTreeMap::new() }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.moment.now
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
        World::new(self.moment, self.standards, loaded)
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
        Record { profile, revision: 1, create_time: self.now(), update_time: self.now(), delete_time: None }
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
                if is_whole(key.0) {
                    state.all_facts.entry(key.0).or_default().push((*fact).clone());
                }
                state.approaches.take(&fact);
                self.effects.facts.insert((customer.clone(), key.clone()), (*fact).clone());
                state.facts.insert(key, *fact);
            }
            Effect::SetFactState(key, new) => self.set_fact_state(customer, state, key, new),
            Effect::PutReplacement(key, replacement) => {
                summary.replacements += 1;
                self.effects.replacements.insert((customer.clone(), key.clone()), replacement.clone());
                state.replacements.insert(key, replacement);
            }
            Effect::Count(day, delta, uses) => {
                count(&mut state.history, day, &delta, &uses);
                let bucket = self.effects.buckets.entry((customer.clone(), day)).or_default();
                // Every part of the sums is smaller than `gross`, which `decide` has kept in range.
                bucket.tally = bucket.tally.plus(&delta).unwrap_or(bucket.tally);
                for (used, times) in uses {
                    *bucket.uses.entry(used).or_default() += times;
                }
                self.touch(customer).own_change = true;
            }
            Effect::CountAnswers(answers) => answers.add_to(&mut self.effects.cells),
            Effect::CountContact(cell, times) => *self.effects.contacts.entry(*cell).or_default() += times,
            Effect::SetTotals { tally, gross } => {
                summary.tally = tally;
                summary.gross = gross;
            }
            Effect::SetStage(stage) => summary.stage = stage,
            Effect::PutInvitation(invitation) => {
                state.approaches.put(&invitation);
                let answers = state.invitation(&invitation.id).answers;
                let known = Invitation { answers, ..invitation.clone() };
                state.invitations.insert(invitation.id.clone(), known);
                self.effects.invitations.insert((customer.clone(), invitation.id.clone()), invitation);
            }
            Effect::CountAnswer(invitation, times) => {
                state.approaches.count_answer(&invitation, times);
                let known = state.invitation(&invitation);
                let known = Invitation { answers: known.answers + times, ..known };
                state.invitations.insert(invitation.clone(), known);
                *self.effects.answers.entry((customer.clone(), invitation)).or_default() += times;
            }
            Effect::CountResponse(cell, count) => self.effects.responses.entry(*cell).or_default().plus(count),
            Effect::PutRequest(request, fingerprint) => {
                state.requests.insert(request, fingerprint);
                self.effects.requests.insert((customer.clone(), request), fingerprint);
            }
            Effect::Note(kind, fact) => {
                let version = summary.version;
                self.effects.changes.push(Change { customer: customer.clone(), version, kind, fact });
            }
            Effect::SetOverride(pyramid, held, by) => {
                let ended = (TierChangeReason::OverrideEnded, by.clone());
                let decision = held.as_ref().map_or(ended, |_| (TierChangeReason::OverrideSet, by));
                let unseen = || TierRow::unseen(self.moment.now);
                state.tiers.entry(pyramid.clone()).or_insert_with(unseen).held = held;
                self.touch(customer).decisions.insert(pyramid, decision);
            }
            Effect::Look => drop(self.touch(customer)),
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
        let attributes = record.profile.attributes.iter();
        state.history.attributes = attributes.map(|(key, one)| (key.clone(), one.value.clone())).collect();
        self.touch(customer).own_change = true;
        self.effects.records.insert(customer.clone(), record.clone());
        state.record = Some(record);
    }

    fn set_fact_state(&mut self, customer: &CustomerId, state: &mut CustomerState, key: FactRef, new: FactState) {
        if let Some(fact) = state.facts.get_mut(&key) {
            fact.state = new;
        }
        for one in state.all_facts.get_mut(&key.0).into_iter().flatten().filter(|one| one.key == key.1) {
            one.state = new;
        }
        state.approaches.forget(key.0, &key.1);
        let key = (customer.clone(), key);
        // A fact of the same batch is not written yet: it is written with its last state.
        match self.effects.facts.get_mut(&key) {
            Some(fact) => fact.state = new,
            None => drop(self.effects.fact_states.insert(key, new)),
        }
    }

    fn touch(&mut self, customer: &CustomerId) -> &mut Touch {
        self.touched.entry(customer.clone()).or_default()
    }

    /// The customers whose tiers are to be judged anew, with their state.
    pub(crate) fn touched(&self) -> impl Iterator<Item = (&CustomerId, &Touch, &CustomerState, &Summary)> {
        let known = |(id, touch)| self.customer(id).map(|(state, summary)| (id, touch, state, summary));
        self.touched.iter().filter_map(known)
    }

    /// Whether a batch has anything to write.
    pub(crate) fn is_unchanged(&self) -> bool {
        self.effects.summaries.is_empty()
    }

    /// Everything to write.
    pub(crate) fn into_effects(self) -> Effects {
        self.effects
    }
}

/// Keeps a history up to date. What of it was not loaded no scheme asks for.
fn count(history: &mut History, day: Day, delta: &Tally, uses: &BTreeMap<Use, i64>) {
    match history.days.binary_search_by_key(&day, |(at, _)| *at) {
        Ok(index) => history.days[index].1 = history.days[index].1.plus(delta).unwrap_or(history.days[index].1),
        Err(index) => history.days.insert(index, (day, *delta)),
    }
    for (used, times) in uses.iter().filter(|(used, _)| used.kind == UseKind::Product) {
        history.products.push((day, used.word.clone(), *times));
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
