//! Whether a customer may be asked now: who is asked too often stops answering, and who never hears what came of it stops
//! being honest. Every reason that speaks against it is found.

#[cfg(test)]
mod tests;

use guanxi_model::customer::{Consent, ConsentState, Stage};
use guanxi_model::fact::{Direction, Fact, FactBody, FactKey, FactKind, FactState, InteractionPurpose, Invitation};
use guanxi_model::{QuestionnaireId, SourceName, Timestamp};
use serde::{Deserialize, Serialize};

use crate::scheme::QuestionnairePopulation;

/// So far back anything is looked at. What was answered longer ago needs no follow-up any more.
const LOOKS_BACK_DAYS: i32 = 730;

/// By which rule customers may be asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactRule {
    /// At most so many invitations to any questionnaires ...
    pub max_invitations: i32,
    /// ... in so many days.
    pub window_days: i32,
    /// How long this questionnaire is not asked again; 0 for no such rest.
    pub cooldown_days: i32,
    pub follow_up: FollowUp,
    /// The purpose of the consent whose denial is an opt-out.
    pub consent_purpose: SourceName,
}

guanxi_model::words! {
    /// Whether somebody has to be told what came of the last answers first.
    FollowUp { Required = 1, NotRequired = 2 }
    /// What speaks against asking.
    Objection {
        CustomerDeleted = 1, OtherPopulation = 2, OptedOut = 3, TooManyInvitations = 4, Cooldown = 5,
        NotToldWhatChanged = 6
    }
}

/// What speaks against asking somebody, and until when, where time alone ends it.
pub type Objections = Vec<(Objection, Option<Timestamp>)>;

impl ContactRule {
    pub const MAX_INVITATIONS: i32 = 100;
    pub const MAX_WINDOW_DAYS: i32 = 366;
    pub const MAX_COOLDOWN_DAYS: i32 = 730;
    pub const DEFAULT_PURPOSE: &'static str = "surveys";

    /// At most 2 invitations in 90 days, 90 days of rest, and told what changed.
    pub fn standard() -> ContactRule {
        ContactRule {
            max_invitations: 2,
            window_days: 90,
            cooldown_days: 90,
            follow_up: FollowUp::Required,
            consent_purpose: SourceName::from_trusted(Self::DEFAULT_PURPOSE.to_owned()),
        }
    }
}

/// What somebody is to be asked, and by which rule.
#[derive(Clone, Debug)]
pub struct Asking {
    pub questionnaire: QuestionnaireId,
    pub population: QuestionnairePopulation,
    pub rule: ContactRule,
}

/// From when on it counts how somebody was approached.
pub fn looks_back_to(now: Timestamp) -> Timestamp {
    plus_days(now, -LOOKS_BACK_DAYS)
}

/// How a customer was approached in the time that is looked back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Approaches {
    pub invitations: Vec<Invitation>,
    /// What it answered itself, and when.
    answers: Vec<(FactKey, QuestionnaireId, Timestamp)>,
    /// When we followed something up.
    follow_ups: Vec<(FactKey, Timestamp)>,
}

impl Approaches {
    /// Takes a fact into account that says something about it.
    pub fn take(&mut self, fact: &Fact) {
        if fact.state != FactState::Active {
            return;
        }
        match &fact.body {
            FactBody::SatisfactionRecord(record) if record.method.asks_the_customer() => {
                self.answers.push((fact.key.clone(), record.questionnaire.clone(), fact.occur_time));
            }
            FactBody::Interaction(interaction)
                if interaction.purpose == InteractionPurpose::FollowUp
                    && interaction.direction == Direction::Outbound =>
            {
                self.follow_ups.push((fact.key.clone(), fact.occur_time));
            }
            _ => {}
        }
    }

    /// Takes a fact out of account that counts no more.
    pub fn forget(&mut self, kind: FactKind, key: &FactKey) {
        match kind {
            FactKind::SatisfactionRecord => self.answers.retain(|(own, _, _)| own != key),
            FactKind::Interaction => self.follow_ups.retain(|(own, _)| own != key),
            _ => {}
        }
    }

    /// How many records answer an invitation.
    pub fn answers_to(&self, invitation: &str) -> i64 {
        self.invitations.iter().find(|known| known.id == invitation).map_or(0, |known| known.answers)
    }

    /// Takes into account that a record answers an invitation, or no longer does.
    pub fn count_answer(&mut self, invitation: &str, times: i64) {
        if let Some(known) = self.invitations.iter_mut().find(|known| known.id == invitation) {
            known.answers += times;
        }
    }

    /// Takes an invitation into account as it is now.
    pub fn put(&mut self, invitation: &Invitation) {
        match self.invitations.iter_mut().find(|known| known.id == invitation.id) {
            Some(known) => *known = Invitation { answers: known.answers, ..invitation.clone() },
            None => self.invitations.push(invitation.clone()),
        }
    }
}

/// Somebody who may be asked.
#[derive(Clone, Copy, Debug)]
pub struct Addressee<'a> {
    pub is_deleted: bool,
    pub stage: Stage,
    pub consents: &'a [Consent],
    pub approaches: &'a Approaches,
}

/// What speaks against asking somebody, and until when, where time alone ends it. An invitation that is called `own` does
/// not: it is the one that is to be sent.
pub fn objections(asking: &Asking, addressee: Addressee<'_>, (now, own): (Timestamp, &str)) -> Objections {
    let mut found = standing_objections(asking, addressee);
    let approaches = addressee.approaches;
    found.extend(
        too_many(&asking.rule, approaches, (now, own)).map(|until| (Objection::TooManyInvitations, Some(until))),
    );
    found.extend(resting(asking, approaches, (now, own)).map(|until| (Objection::Cooldown, Some(until))));
    if asking.rule.follow_up == FollowUp::Required && !was_told(asking, approaches) {
        found.push((Objection::NotToldWhatChanged, None));
    }
    found
}

/// Those that follow from who somebody is.
fn standing_objections(asking: &Asking, addressee: Addressee<'_>) -> Objections {
    let Addressee { is_deleted, stage, consents, approaches: _ } = addressee;
    let belongs = match asking.population {
        QuestionnairePopulation::Customer => matches!(stage, Stage::Active | Stage::Dormant | Stage::WonBack),
        QuestionnairePopulation::Prospect => stage == Stage::Prospect,
        QuestionnairePopulation::FormerCustomer => stage == Stage::Churned,
        // Our own people are no customers.
        QuestionnairePopulation::Employee => false,
    };
    let opted_out = consents.iter().any(|consent| {
        consent.purpose == asking.rule.consent_purpose
            && matches!(consent.state, ConsentState::Denied | ConsentState::Withdrawn)
    });
    [(is_deleted, Objection::CustomerDeleted), (!belongs, Objection::OtherPopulation), (opted_out, Objection::OptedOut)]
        .into_iter()
        .filter_map(|(is_so, objection)| is_so.then_some((objection, None)))
        .collect()
}

/// When fewer than the most invitations will be left in the window, where they are not now. A slot that is held counts
/// until it lapses.
fn too_many(rule: &ContactRule, approaches: &Approaches, (now, own): (Timestamp, &str)) -> Option<Timestamp> {
    let others = approaches.invitations.iter().filter(|invitation| invitation.id != own);
    let ends = others.filter_map(|invitation| match invitation.send_time {
        Some(sent) => Some(plus_days(sent, rule.window_days)),
        None => invitation.held_until.filter(|_| invitation.is_held(now)),
    });
    let mut ends: Vec<Timestamp> = ends.filter(|end| *end > now).collect();
    ends.sort_unstable();
    let most = usize::try_from(rule.max_invitations).unwrap_or(0);
    ends.len().checked_sub(most).and_then(|first| ends.get(first).copied())
}

/// Until when this questionnaire rests, where it does.
fn resting(asking: &Asking, approaches: &Approaches, (now, own): (Timestamp, &str)) -> Option<Timestamp> {
    if asking.rule.cooldown_days == 0 {
        return None;
    }
    let of_this = |invitation: &&Invitation| {
        invitation.id != own
            && invitation.invited.as_ref().is_some_and(|invited| invited.questionnaire == asking.questionnaire)
    };
    let rest = |time| plus_days(time, asking.rule.cooldown_days);
    let invited = approaches.invitations.iter().filter(of_this).filter_map(|invitation| match invitation.send_time {
        Some(sent) => Some(rest(sent)),
        None => invitation.held_until.filter(|_| invitation.is_held(now)),
    });
    let answered = answers_to(asking, approaches).map(rest);
    invited.chain(answered).max().filter(|until| *until > now)
}

/// Whether it was told what came of its last answers, where there are any.
fn was_told(asking: &Asking, approaches: &Approaches) -> bool {
    match answers_to(asking, approaches).max() {
        Some(last) => approaches.follow_ups.iter().any(|(_, time)| *time > last),
        None => true,
    }
}

fn answers_to<'a>(asking: &'a Asking, approaches: &'a Approaches) -> impl Iterator<Item = Timestamp> + 'a {
    let own = approaches.answers.iter().filter(|(_, questionnaire, _)| *questionnaire == asking.questionnaire);
    own.map(|(_, _, time)| *time)
}

fn plus_days(time: Timestamp, days: i32) -> Timestamp {
    time.plus_seconds(i64::from(days) * 86_400)
}
