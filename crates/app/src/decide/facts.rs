//! Recording facts and taking them back. The sums depend on which facts count, never on the order in which they came.

use std::collections::{BTreeMap, BTreeSet};

use guanxi_model::customer::{ExternalId, Stage};
use guanxi_model::fact::{
    CustomerRef, Fact, FactBody, FactKind, FactState, Invitation, NewFact, SatisfactionRecord, Use,
};
use guanxi_model::{CustomerId, FactId, Tally, Violations, Zone, name};
use guanxi_satisfaction::contact::{ContactCell, activations};
use guanxi_satisfaction::cube::response_changes;
use guanxi_store::ledger::{ChangeKind, CustomerState, FactRef, Replacement, Summary};

use super::body::{check_names, differing_fields, field, stamped};
use super::{Verdict, is_whole};
use crate::cells::CountedAnswers;
use crate::command::{MissingCustomer, Outcome, RecordFact, WithdrawFact};
use crate::error::{Error, Refusal};
use crate::world::{Decision, Effect, Standards, World};

/// The id of a customer that is created for a fact which names it by an external id: the same at every retry.
pub(super) fn derived_id(external: &ExternalId) -> CustomerId {
    CustomerId::derived(&["external", external.system.as_str(), &external.id])
}

pub(super) fn record(world: &World<'_>, command: &RecordFact) -> Verdict {
    let new = &command.fact;
    let mut effects = Vec::new();
    let nobody = CustomerState::default();
    let (customer, state, summary) = match world.resolve(&new.customer).and_then(|id| Some((id, world.customer(id)?))) {
        Some((id, (state, summary))) => (id.clone(), state, Some(summary)),
        None => {
            let id = newcomer(world, command)?;
            effects.push(Effect::PutRecord(world.newcomer(&id, &new.customer)));
            (id, &nobody, None)
        }
    };
    if summary.is_some_and(|summary| summary.delete_time.is_some()) {
        return Err(Refusal::CustomerDeleted(name::customer(&customer)).into());
    }
    let own = (new.body.kind(), new.key.clone());
    if let Some(kept) = state.facts.get(&own) {
        return repeated(&customer, kept, new);
    }
    check_names(world, &new.body)?;
    let fact = arrived(world, &customer, state, new);
    let mut ledger = Ledger::of(world, &customer, (state, summary));
    if fact.state == FactState::Active {
        ledger.add(&fact)?;
    }
    if let Some(target) = &new.replaces {
        ledger.replace(&(own.0, target.clone()), &fact, world)?;
    }
    ledger.arrive(&fact);
    effects.append(&mut ledger.finish());
    effects.push(Effect::PutFact(Box::new(fact.clone())));
    effects.push(Effect::Note(ChangeKind::FactRecorded, Some(fact.id)));
    Ok((Decision { customer, effects }, Outcome::Fact { fact: Box::new(fact), recorded: true }))
}

pub(super) fn withdraw(world: &World<'_>, command: &WithdrawFact) -> Verdict {
    let customer = command.customer.clone();
    let (state, summary) = world.customer(&customer).ok_or_else(|| Error::NotFound(name::customer(&customer)))?;
    if summary.delete_time.is_some() {
        return Err(Refusal::CustomerDeleted(name::customer(&customer)).into());
    }
    let key = (command.kind, command.key.clone());
    let known = state.facts.contains_key(&key);
    if let Some(replacement) = state.replacements.get(&key) {
        return match &replacement.by {
            None => {
                let outcome = Outcome::Withdrawn { known, time: replacement.record_time };
                Ok((Decision { customer, effects: Vec::new() }, outcome))
            }
            by => Err(Refusal::FactAlreadyReplaced { by: by.clone() }.into()),
        };
    }
    let mut ledger = Ledger::of(world, &customer, (state, Some(summary)));
    ledger.retire(&key, FactState::Withdrawn)?;
    let mut effects = ledger.finish();
    effects.push(Effect::PutReplacement(key.clone(), Replacement { by: None, record_time: world.now() }));
    effects.push(Effect::Note(ChangeKind::FactWithdrawn, state.facts.get(&key).map(|fact| fact.id)));
    Ok((Decision { customer, effects }, Outcome::Withdrawn { known, time: world.now() }))
}

/// The id of the customer to create for a fact, where the caller wants that.
fn newcomer(world: &World<'_>, command: &RecordFact) -> Result<CustomerId, Error> {
    let id = match &command.fact.customer {
        CustomerRef::Id(id) => id.clone(),
        CustomerRef::External(external) => derived_id(external),
    };
    match command.missing_customer {
        // A customer that once had the derived id and lost the external id is not the one meant.
        MissingCustomer::Create if world.customer(&id).is_some() => Err(Error::AlreadyExists(name::customer(&id))),
        MissingCustomer::Create => Ok(id),
        MissingCustomer::Refuse => Err(Error::NotFound(match &command.fact.customer {
            CustomerRef::Id(id) => name::customer(id),
            CustomerRef::External(external) => format!("customer {} of {}", external.id, external.system),
        })),
    }
}

/// A fact of the same identity is there: the same again, or another.
fn repeated(customer: &CustomerId, kept: &Fact, new: &NewFact) -> Verdict {
    let mut fields = Vec::new();
    if kept.occur_time != new.occur_time {
        fields.push("context.occur_time");
    }
    if kept.replaces != new.replaces {
        fields.push("context.replaces");
    }
    // A note that was erased is no difference.
    if kept.note != new.note && !kept.note.is_empty() {
        fields.push("context.note");
    }
    fields.extend(differing_fields(&kept.body, &new.body));
    if fields.is_empty() {
        let decision = Decision { customer: customer.clone(), effects: Vec::new() };
        return Ok((decision, Outcome::Fact { fact: Box::new(kept.clone()), recorded: false }));
    }
    Err(Error::FactDiffers { name: name::fact(kept.body.kind(), customer, &kept.id), fields })
}

/// The fact as it is kept. A correction or a withdrawal may have come before it.
fn arrived(world: &World<'_>, customer: &CustomerId, state: &CustomerState, new: &NewFact) -> Fact {
    let body = stamped(world, state, &new.body);
    let state = match state.replacements.get(&(new.body.kind(), new.key.clone())) {
        None => FactState::Active,
        Some(Replacement { by: Some(_), .. }) => FactState::Replaced,
        Some(Replacement { by: None, .. }) => FactState::Withdrawn,
    };
    Fact {
        id: FactId::new(world.now()),
        customer: customer.clone(),
        occur_time: new.occur_time,
        record_time: world.now(),
        key: new.key.clone(),
        replaces: new.replaces.clone(),
        state,
        note: new.note.clone(),
        body,
    }
}

/// The sums of a customer while one command is decided.
struct Ledger<'a> {
    standards: Standards<'a>,
    zone: &'a Zone,
    customer: &'a CustomerId,
    state: &'a CustomerState,
    tally: Tally,
    gross: i64,
    /// All facts of the kind, where what follows depends on all of them.
    whole: Option<Vec<Fact>>,
    /// Invitations that events have changed something about.
    invitations: BTreeSet<String>,
    /// What is added to how many records answer an invitation.
    answers: BTreeMap<String, i64>,
    effects: Vec<Effect>,
}

impl<'a> Ledger<'a> {
    fn of(
        world: &World<'a>,
        customer: &'a CustomerId,
        (state, summary): (&'a CustomerState, Option<&Summary>),
    ) -> Self {
        let tally = summary.map_or_else(Tally::default, |summary| summary.tally);
        let gross = summary.map_or(0, |summary| summary.gross);
        Ledger {
            standards: world.standards,
            zone: world.moment.zone,
            customer,
            state,
            tally,
            gross,
            whole: None,
            invitations: BTreeSet::new(),
            answers: BTreeMap::new(),
            effects: Vec::new(),
        }
    }

    fn out_of_range(&self) -> Error {
        Refusal::TotalsOutOfRange(name::customer(self.customer)).into()
    }

    /// Adds a fact to the sums.
    fn add(&mut self, fact: &Fact) -> Result<(), Error> {
        let tally = self.tally(fact)?;
        self.answer(fact, 1);
        let answers = CountedAnswers::of(fact, self.standards.questionnaires, self.zone);
        self.effects.extend(answers.map(|answers| Effect::CountAnswers(Box::new(answers))));
        self.count_contact(fact, 1);
        self.count(fact, (tally, fact.body.uses()), i64::checked_add)
    }

    /// Counts a record for the invitation that it answers, or no longer.
    fn answer(&mut self, fact: &Fact, times: i64) {
        if let FactBody::SatisfactionRecord(SatisfactionRecord { invitation: Some(invitation), .. }) = &fact.body {
            self.effects.push(Effect::CountAnswer(invitation.clone(), times));
            *self.answers.entry(invitation.clone()).or_default() += times;
        }
    }

    /// Takes a fact out of the sums of its own day.
    fn subtract(&mut self, fact: &Fact) -> Result<(), Error> {
        let tally = self.tally(fact)?.negated().ok_or_else(|| self.out_of_range())?;
        let uses = fact.body.uses().into_iter().map(|(used, times)| (used, -times)).collect();
        self.answer(fact, -1);
        let answers = CountedAnswers::of(fact, self.standards.questionnaires, self.zone);
        self.effects.extend(answers.map(|answers| Effect::CountAnswers(Box::new(answers.negated()))));
        self.count_contact(fact, -1);
        self.count(fact, (tally, uses), i64::checked_sub)
    }

    /// Counts a contact or a sale, or takes it back.
    fn count_contact(&mut self, fact: &Fact, times: i64) {
        let cell = ContactCell::of(&fact.body, self.zone.day_of(fact.occur_time));
        self.effects.extend(cell.map(|cell| Effect::CountContact(Box::new(cell), times)));
    }

    fn tally(&self, fact: &Fact) -> Result<Tally, Error> {
        fact.body.tally(self.zone.day_of(fact.occur_time)).ok_or_else(|| self.out_of_range())
    }

    fn count(
        &mut self,
        fact: &Fact,
        (delta, uses): (Tally, BTreeMap<Use, i64>),
        gross: fn(i64, i64) -> Option<i64>,
    ) -> Result<(), Error> {
        let size = delta.iter().try_fold(0i64, |sum, (_, value)| sum.checked_add(value.checked_abs()?));
        let gross = size.and_then(|size| gross(self.gross, size)).ok_or_else(|| self.out_of_range())?;
        self.tally = self.tally.plus(&delta).ok_or_else(|| self.out_of_range())?;
        self.gross = gross;
        if !delta.is_zero() {
            self.effects.push(Effect::Count(self.zone.day_of(fact.occur_time), delta, uses));
        }
        Ok(())
    }

    /// Puts a fact in the place of another, which may not have come yet.
    fn replace(&mut self, target: &FactRef, by: &Fact, world: &World<'_>) -> Result<(), Error> {
        if let Some(replacement) = self.state.replacements.get(target) {
            return Err(Refusal::FactAlreadyReplaced { by: replacement.by.clone() }.into());
        }
        if self.state.facts.get(target).is_some_and(|kept| kept.replaces.as_ref() == Some(&by.key)) {
            let why = "the fact to replace itself replaces this one";
            return Err(Error::Invalid(Violations::one(format!("{}.context.replaces", field(target.0)), why)));
        }
        self.retire(target, FactState::Replaced)?;
        let replacement = Replacement { by: Some(by.key.clone()), record_time: world.now() };
        self.effects.push(Effect::PutReplacement(target.clone(), replacement));
        Ok(())
    }

    /// Ends what a fact counts for, where it is there and counts.
    fn retire(&mut self, key: &FactRef, state: FactState) -> Result<(), Error> {
        let Some(fact) = self.state.facts.get(key) else { return Ok(()) };
        if fact.state == FactState::Active {
            self.subtract(fact)?;
        }
        self.effects.push(Effect::SetFactState(key.clone(), state));
        if is_whole(key.0) {
            self.note_invitation(fact);
            for one in self.whole(key.0).iter_mut().filter(|one| one.key == key.1) {
                one.state = state;
            }
        }
        Ok(())
    }

    /// Takes a new fact into account that is more than its sums.
    fn arrive(&mut self, fact: &Fact) {
        if is_whole(fact.body.kind()) {
            self.note_invitation(fact);
            self.whole(fact.body.kind()).push(fact.clone());
        }
    }

    fn whole(&mut self, kind: FactKind) -> &mut Vec<Fact> {
        let state = self.state;
        self.whole.get_or_insert_with(|| state.all_facts.get(&kind).cloned().unwrap_or_default())
    }

    fn note_invitation(&mut self, fact: &Fact) {
        if let FactBody::InvitationEvent(event) = &fact.body {
            self.invitations.insert(event.invitation.clone());
        }
    }

    fn finish(mut self) -> Vec<Effect> {
        self.effects.push(Effect::SetTotals { tally: self.tally, gross: self.gross });
        match &self.whole {
            Some(facts) if !self.invitations.is_empty() => {
                for id in &self.invitations {
                    let (before, sums) = (self.state.invitation(id), Invitation::of(id, facts));
                    let after = Invitation { answers: before.answers, ..sums.clone() };
                    self.effects.extend(responses((&before, &after), self.zone));
                    self.effects.push(Effect::PutInvitation(sums));
                }
            }
            Some(changes) => {
                self.effects.push(Effect::SetStage(latest_stage(changes)));
                let before = self.state.all_facts.get(&FactKind::StageChange).map_or(&[][..], Vec::as_slice);
                let turns = activations(before, changes, self.zone);
                let count = |(day, turn)| Effect::CountContact(Box::new(ContactCell::activation(day)), turn);
                self.effects.extend(turns.into_iter().map(count));
            }
            None => {}
        }
        for (id, times) in &self.answers {
            let before = self.state.invitation(id);
            let after = Invitation { answers: before.answers + times, ..before.clone() };
            self.effects.extend(responses((&before, &after), self.zone));
        }
        self.effects
    }
}

/// What a change of an invitation adds to how many were sent and answered.
fn responses(change: (&Invitation, &Invitation), zone: &Zone) -> impl Iterator<Item = Effect> {
    let count = |(cell, count)| Effect::CountResponse(Box::new(cell), count);
    response_changes(change, zone).into_iter().map(count)
}

/// The stage that follows from the changes: the latest by occur time counts, whatever the order they came in; the
/// identity decides between equal times.
fn latest_stage(changes: &[Fact]) -> Stage {
    let counting = changes.iter().filter(|change| change.state == FactState::Active);
    let latest = counting.max_by(|a, b| (a.occur_time, &a.key).cmp(&(b.occur_time, &b.key)));
    match latest.map(|change| &change.body) {
        Some(FactBody::StageChange(change)) => change.stage,
        _ => Stage::Prospect,
    }
}
