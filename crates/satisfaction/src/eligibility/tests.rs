//! What speaks against asking, and until when.

use guanxi_model::customer::{Consent, ConsentBasis};
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
    let addressee = Addressee { is_deleted: false, stage: Stage::Active, consents: &[], approaches };
    let found = objections(asking, addressee, (NOW, "own"));
    found.into_iter().map(|(objection, until)| (objection, until.map(|until| until.0 / DAY))).collect()
}

#[test]
fn at_most_so_many_in_a_window_over_all_questionnaires() {
    let with = |invitations: Vec<Invitation>| against(&asking(), &Approaches { invitations, ..Approaches::default() });
    let sent = |id: &str, on| invitation(id, "other", Some(on), None);
    assert_eq!(with(vec![sent("a", 80)]), []);
    assert_eq!(with(vec![sent("a", 80), sent("b", 75)]), [(Objection::TooManyInvitations, Some(105))]);
    // Two have to leave the window before there is place for another.
    assert_eq!(with(vec![sent("a", 80), sent("b", 75), sent("c", 99)]), [(Objection::TooManyInvitations, Some(110))]);
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
        let consents: Vec<Consent> = state.map(consent).into_iter().collect();
        let approaches = &Approaches::default();
        let addressee = Addressee { is_deleted, stage, consents: &consents, approaches };
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
