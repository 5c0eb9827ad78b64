//! The sums of one customer while a command is decided: what facts that come or go add to them, and what else follows.

use std::collections::{BTreeMap, BTreeSet};

use guanxi_model::customer::Stage;
use guanxi_model::fact::{Fact, FactBody, FactKind, FactState, Invitation, SatisfactionRecord, Use};
use guanxi_model::{CustomerId, Tally, Violations, Zone, name};
use guanxi_satisfaction::contact::{ContactCell, activations};
use guanxi_satisfaction::cube::response_changes;
use guanxi_store::ledger::{CustomerState, FactRef, Replacement, Summary};

use crate::cells::CountedAnswers;
use crate::decide::body::field;
use crate::decide::is_whole;
use crate::error::{Error, Refusal};
use crate::world::{Effect, Standards, World};

/// The sums of a customer while one command is decided.
pub(super) struct Ledger<'a> {
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
    pub(super) fn of(
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
    pub(super) fn add(&mut self, fact: &Fact) -> Result<(), Error> {
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
    pub(super) fn replace(&mut self, target: &FactRef, by: &Fact, world: &World<'_>) -> Result<(), Error> {
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
    pub(super) fn retire(&mut self, key: &FactRef, state: FactState) -> Result<(), Error> {
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
    pub(super) fn arrive(&mut self, fact: &Fact) {
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

    pub(super) fn finish(mut self) -> Vec<Effect> {
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
