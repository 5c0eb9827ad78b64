//! Whether a customer may be asked now: who is asked too often stops answering, and who never hears what came of it stops
//! being honest. Every reason that speaks against it is found.

use guanxi_model::customer::{ConsentState, Profile, Stage};
use guanxi_model::fact::{
    CollectionMethod, Direction, Fact, FactBody, FactKey, FactKind, FactState, InteractionPurpose, Invitation,
};
use guanxi_model::{QuestionnaireId, SourceName, Timestamp};
use serde::{Deserialize, Serialize};

use crate::scheme::QuestionnairePopulation;

/// So far back anything is looked at. What was answered longer ago needs no follow-up any more.
pub const LOOKS_BACK_DAYS: i64 = 730;

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
            FactBody::SatisfactionRecord(record)
                if !matches!(record.method, CollectionMethod::MysteryShopper | CollectionMethod::Inspection) =>
            {
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
    pub profile: &'a Profile,
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

/// Those that follow from who somebody is; nobody who has one needs to be looked at any further.
pub fn standing_objections(asking: &Asking, addressee: Addressee<'_>) -> Objections {
    let Addressee { is_deleted, stage, profile, approaches: _ } = addressee;
    let belongs = match asking.population {
        QuestionnairePopulation::Customer => matches!(stage, Stage::Active | Stage::Dormant | Stage::WonBack),
        QuestionnairePopulation::Prospect => stage == Stage::Prospect,
        QuestionnairePopulation::FormerCustomer => stage == Stage::Churned,
        // Our own people are no customers.
        QuestionnairePopulation::Employee => false,
    };
    let opted_out = profile.consents.iter().any(|consent| {
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

#[cfg(test)]
mod tests {
    use guanxi_model::customer::{Consent, ConsentBasis, CustomerKind};
    use guanxi_model::fact::Invited;

    use super::*;

    const DAY: i64 = 86_400_000_000;
    /// The hundredth day.
    const NOW: Timestamp = Timestamp(100 * DAY);

    fn asking() -> Asking {
        Asking {
            questionnaire: QuestionnaireId::parse("service").unwrap(),
            population: QuestionnairePopulation::Customer,
            rule: ContactRule { cooldown_days: 10, window_days: 30, ..ContactRule::standard() },
        }
    }

    fn invitation(id: &str, questionnaire: &str, send_day: Option<i64>, held_until_day: Option<i64>) -> Invitation {
        let questionnaire = QuestionnaireId::parse(questionnaire).unwrap();
        let (wave, sample, channel) = Default::default();
        let invited = Invited { questionnaire, revision: None, wave, sample, channel, expire_time: None };
        Invitation {
            invited: Some(invited),
            send_time: send_day.map(day),
            held_until: held_until_day.map(day),
            ..Invitation::unseen(id.to_owned())
        }
    }

    fn day(number: i64) -> Timestamp {
        Timestamp(number * DAY)
    }

    fn key(id: &str) -> FactKey {
        FactKey { source: SourceName::parse("survey").unwrap(), source_id: id.to_owned() }
    }

    /// What speaks against asking an active customer of this history, by the day until when.
    fn against(asking: &Asking, approaches: &Approaches) -> Vec<(Objection, Option<i64>)> {
        let profile = Profile::named(CustomerKind::Person, "Ada".to_owned());
        let addressee = Addressee { is_deleted: false, stage: Stage::Active, profile: &profile, approaches };
        let found = objections(asking, addressee, (NOW, "own"));
        found.into_iter().map(|(objection, until)| (objection, until.map(|until| until.0 / DAY))).collect()
    }

    #[test]
    fn at_most_so_many_in_a_window_over_all_questionnaires() {
        let with =
            |invitations: Vec<Invitation>| against(&asking(), &Approaches { invitations, ..Approaches::default() });
        let sent = |id: &str, on| invitation(id, "other", Some(on), None);
        assert_eq!(with(vec![sent("a", 80)]), []);
        assert_eq!(with(vec![sent("a", 80), sent("b", 75)]), [(Objection::TooManyInvitations, Some(105))]);
        // Two have to leave the window before there is place for another.
        assert_eq!(
            with(vec![sent("a", 80), sent("b", 75), sent("c", 99)]),
            [(Objection::TooManyInvitations, Some(110))]
        );
        assert_eq!(with(vec![sent("a", 80), sent("b", 70)]), [], "30 days ago to the day is over");
        assert_eq!(with(vec![sent("a", 80), sent("own", 99)]), [], "its own does not count");
        let held = |until| invitation("b", "other", None, Some(until));
        assert_eq!(with(vec![sent("a", 80), held(101)]), [(Objection::TooManyInvitations, Some(101))]);
        assert_eq!(with(vec![sent("a", 80), held(100)]), [], "a slot that has lapsed is free");
    }

    #[test]
    fn questionnaire_rests_after_an_invitation_or_an_answer() {
        let invited = |on| vec![invitation("a", "service", Some(on), None)];
        let with = |approaches: &Approaches| against(&asking(), approaches);
        let sent = |on| Approaches { invitations: invited(on), ..Approaches::default() };
        assert_eq!(with(&sent(95)), [(Objection::Cooldown, Some(105))]);
        assert_eq!(with(&sent(90)), []);
        let never = Asking { rule: ContactRule { cooldown_days: 0, ..asking().rule }, ..asking() };
        assert_eq!(against(&never, &sent(100)), []);
        let answers = vec![(key("r-1"), asking().questionnaire, day(95))];
        let answered = Approaches { answers, follow_ups: vec![(key("f-1"), day(96))], ..Approaches::default() };
        assert_eq!(with(&answered), [(Objection::Cooldown, Some(105))]);
    }

    #[test]
    fn who_answered_is_told_what_changed_before_it_is_asked_again() {
        let answers = || vec![(key("r-1"), asking().questionnaire, day(50))];
        let told_on =
            |on| Approaches { answers: answers(), follow_ups: vec![(key("f-1"), day(on))], ..Approaches::default() };
        let silent = Approaches { answers: answers(), ..Approaches::default() };
        assert_eq!(against(&asking(), &silent), [(Objection::NotToldWhatChanged, None)]);
        assert_eq!(against(&asking(), &told_on(50)), [(Objection::NotToldWhatChanged, None)], "not after");
        assert_eq!(against(&asking(), &told_on(51)), []);
        let anyway = Asking { rule: ContactRule { follow_up: FollowUp::NotRequired, ..asking().rule }, ..asking() };
        assert_eq!(against(&anyway, &silent), []);
        let mut forgotten = silent;
        forgotten.forget(FactKind::SatisfactionRecord, &key("r-1"));
        assert_eq!(against(&asking(), &forgotten), []);
        let elsewhere = Approaches {
            answers: vec![(key("r-1"), QuestionnaireId::parse("other").unwrap(), day(99))],
            ..Approaches::default()
        };
        assert_eq!(against(&asking(), &elsewhere), []);
    }

    #[test]
    fn who_somebody_is_may_speak_against_it_too() {
        let consent = |state| Consent {
            purpose: SourceName::parse("surveys").unwrap(),
            basis: ConsentBasis::Consent,
            state,
            time: NOW,
            source: String::new(),
            verify_time: None,
        };
        let found = |stage, population, state: Option<ConsentState>, is_deleted| -> Vec<Objection> {
            let mut profile = Profile::named(CustomerKind::Person, "Ada".to_owned());
            profile.consents.extend(state.map(consent));
            let approaches = &Approaches::default();
            let addressee = Addressee { is_deleted, stage, profile: &profile, approaches };
            let found = standing_objections(&Asking { population, ..asking() }, addressee);
            found.into_iter().map(|(objection, _)| objection).collect()
        };
        use QuestionnairePopulation::{Customer, Employee, FormerCustomer, Prospect};
        assert_eq!(found(Stage::WonBack, Customer, Some(ConsentState::Granted), false), []);
        assert_eq!(found(Stage::Prospect, Prospect, None, false), []);
        assert_eq!(found(Stage::Churned, FormerCustomer, None, false), []);
        for (stage, population) in [(Stage::Prospect, Customer), (Stage::Active, Prospect), (Stage::Active, Employee)] {
            assert_eq!(found(stage, population, None, false), [Objection::OtherPopulation]);
        }
        for state in [ConsentState::Denied, ConsentState::Withdrawn] {
            let all = [Objection::CustomerDeleted, Objection::OtherPopulation, Objection::OptedOut];
            assert_eq!(found(Stage::Churned, Customer, Some(state), true), all);
        }
    }
}
