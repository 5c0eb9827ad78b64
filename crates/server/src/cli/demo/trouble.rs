//! Purchases that go wrong: the complaint, what is made of it, and whether the customer leaves over it.

use guanxi::v1 as pb;
use pb::Emotion::{Afraid, Angry, Calm, Disappointed, Happy};
use pb::InteractionPurpose::{Complaint, FollowUp};
use pb::StageReasonCause as Cause;

use super::life::{Farewell, Life};
use super::world::{DAY, Moment, date, working_hours};

/// What can go wrong: in words, how customers take it, and what they would say on leaving.
const TROUBLES: [(&str, pb::Emotion, Cause); 5] = [
    ("late delivery", Disappointed, Cause::Service),
    ("the machine leaks", Angry, Cause::Product),
    ("wrong invoice", Disappointed, Cause::Complaint),
    ("smell of burning from the machine", Afraid, Cause::Product),
    ("nobody called back", Angry, Cause::Indifference),
];

pub(super) struct Trouble {
    /// Whether the customer was satisfied in the end.
    pub(super) settled: bool,
    /// The customer leaves over it.
    pub(super) farewell: Option<Farewell>,
}

/// One purchase in twenty goes wrong.
pub(super) fn maybe(life: &mut Life<'_>, bought: Moment, order: &str) -> Option<Trouble> {
    if !life.dice.chance(0.05) {
        return None;
    }
    let (topic, felt, cause) = life.dice.pick(&TROUBLES);
    let settled = life.dice.chance(0.72);
    let days = life.dice.between(1, 10);
    let at = working_hours(&mut life.dice, bought, days);
    complain(life, at, (topic, felt, settled), order);
    if settled && life.dice.chance(0.6) {
        follow_up(life, at, topic);
    }
    let leaves = life.dice.chance(if settled { 0.04 } else { 0.45 });
    let days = life.dice.between(10, 40);
    let farewell = leaves.then(|| Farewell {
        at: working_hours(&mut life.dice, at, days),
        group: pb::StageReasonGroup::Preventable,
        cause: if settled { cause } else { Cause::Complaint },
    });
    Some(Trouble { settled, farewell })
}

fn complain(life: &mut Life<'_>, at: Moment, (topic, felt, settled): (&str, pb::Emotion, bool), order: &str) {
    use pb::InteractionOutcome::{Escalated, Resolved, Unresolved};
    let outcome = if settled { Resolved } else { life.dice.pick(&[Unresolved, Escalated]) };
    let step = pb::NextStep {
        description: "Find the cause and call back".to_owned(),
        due_date: Some(date(at + 3 * DAY)),
        owner: life.person.team.get(2).cloned().unwrap_or_else(|| "hotline".to_owned()),
    };
    let seconds = life.dice.between(5, 40) * 60;
    let complaint = life.contact(Complaint, "hotline", topic);
    life.record.interaction(
        at,
        seconds,
        &format!("About order {order}: {topic}."),
        pb::Interaction {
            mode: pb::InteractionMode::Voice.into(),
            channel: "phone".to_owned(),
            emotion_start: felt.into(),
            emotion_end: if settled { Calm } else { Angry }.into(),
            outcome: outcome.into(),
            next_step: (!settled).then_some(step),
            ..complaint
        },
    );
}

fn follow_up(life: &mut Life<'_>, complained: Moment, topic: &str) {
    let days = life.dice.between(3, 10);
    let at = working_hours(&mut life.dice, complained, days);
    let happy = life.dice.chance(0.3);
    let call = life.contact(FollowUp, "hotline", topic);
    life.record.interaction(
        at,
        300,
        "",
        pb::Interaction {
            direction: pb::Direction::Outbound.into(),
            mode: pb::InteractionMode::Voice.into(),
            channel: "phone".to_owned(),
            emotion_start: Calm.into(),
            emotion_end: if happy { Happy } else { Calm }.into(),
            outcome: pb::InteractionOutcome::Resolved.into(),
            ..call
        },
    );
}
