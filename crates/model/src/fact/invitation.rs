//! Invitations to answer a questionnaire: what becomes of one, each step a fact, and what the steps add up to in whatever
//! order they came.

use serde::{Deserialize, Serialize};

use super::{Fact, FactBody, FactState, Stamp};
use crate::{QuestionnaireId, RevisionNumber, Timestamp};

/// A step of an invitation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitationEvent {
    /// Which invitation of the customer.
    pub invitation: String,
    pub kind: InvitationEventKind,
    /// To what, where the step says so: of a reservation and a sending.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invited: Option<Invited>,
    /// Ours, not the caller's: put on a sending when it is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stamp: Option<Stamp>,
}

/// What somebody is invited to, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invited {
    pub questionnaire: QuestionnaireId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<RevisionNumber>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub wave: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub sample: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub channel: String,
    /// Until when it is held, or may be answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expire_time: Option<Timestamp>,
}

crate::words! {
    /// What has become of an invitation.
    InvitationEventKind { Reserved = 1, Sent = 2, Delivered = 3, Opened = 4, Refused = 5, Expired = 6 }
    /// Where an invitation stands.
    InvitationState { Reserved = 1, Lapsed = 2, Sent = 3, Delivered = 4, Opened = 5, Answered = 6, Refused = 7, Expired = 8 }
}

/// An invitation: what its steps add up to. Of each kind of step the earliest counts, so a reminder changes nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    pub id: String,
    /// As it was sent, or else reserved; none while neither is known.
    pub invited: Option<Invited>,
    /// Until when the slot is held for sending it.
    pub held_until: Option<Timestamp>,
    pub send_time: Option<Timestamp>,
    pub deliver_time: Option<Timestamp>,
    pub open_time: Option<Timestamp>,
    pub refuse_time: Option<Timestamp>,
    /// When it was told to have expired, or been given up.
    pub end_time: Option<Timestamp>,
    /// Where the customer stood when the sending came that counts, which decides where it is counted.
    pub stamp: Option<Stamp>,
    /// How many records that count name it.
    pub answers: i64,
}

impl Invitation {
    /// Nothing is known of it.
    pub fn unseen(id: String) -> Invitation {
        Invitation {
            id,
            invited: None,
            held_until: None,
            send_time: None,
            deliver_time: None,
            open_time: None,
            refuse_time: None,
            end_time: None,
            stamp: None,
            answers: 0,
        }
    }

    /// What those of the facts that count and are about it add up to. Answers are none of them.
    pub fn of<'a>(id: &str, facts: impl IntoIterator<Item = &'a Fact>) -> Invitation {
        let mut steps: Vec<(&Fact, &InvitationEvent)> = facts
            .into_iter()
            .filter(|fact| fact.state == FactState::Active)
            .filter_map(|fact| match &fact.body {
                FactBody::InvitationEvent(event) if event.invitation == id => Some((fact, event)),
                _ => None,
            })
            .collect();
        // The identity decides between equal times, so that the order in which they came does not.
        steps.sort_by(|(a, _), (b, _)| (a.occur_time, &a.key).cmp(&(b.occur_time, &b.key)));
        let mut invitation = Invitation::unseen(id.to_owned());
        for (fact, event) in steps {
            invitation.take(fact.occur_time, event);
        }
        invitation
    }

    fn take(&mut self, at: Timestamp, event: &InvitationEvent) {
        let sent_before = self.send_time.is_some();
        let place = match event.kind {
            InvitationEventKind::Reserved => {
                self.held_until = self.held_until.max(event.invited.as_ref().and_then(|invited| invited.expire_time));
                None
            }
            InvitationEventKind::Sent => Some(&mut self.send_time),
            InvitationEventKind::Delivered => Some(&mut self.deliver_time),
            InvitationEventKind::Opened => Some(&mut self.open_time),
            InvitationEventKind::Refused => Some(&mut self.refuse_time),
            InvitationEventKind::Expired => Some(&mut self.end_time),
        };
        if let Some(place) = place {
            place.get_or_insert(at);
        }
        let tells = match event.kind {
            InvitationEventKind::Sent => !sent_before,
            _ => self.invited.is_none(),
        };
        if tells && event.invited.is_some() {
            self.invited.clone_from(&event.invited);
            self.stamp.clone_from(&event.stamp);
        }
    }

    /// Until when it may be answered; only told by a sending.
    pub fn answer_until(&self) -> Option<Timestamp> {
        self.send_time.and(self.invited.as_ref()?.expire_time)
    }

    /// Whether the slot is held for sending it.
    pub fn is_held(&self, now: Timestamp) -> bool {
        self.state(now) == Some(InvitationState::Reserved)
    }

    /// Where it stands; none where nothing is known of it.
    pub fn state(&self, now: Timestamp) -> Option<InvitationState> {
        let is_past = |time: Option<Timestamp>| time.is_some_and(|time| time <= now);
        let steps = [
            (self.answers > 0, InvitationState::Answered),
            (self.refuse_time.is_some(), InvitationState::Refused),
            (self.end_time.is_some() || is_past(self.answer_until()), InvitationState::Expired),
            (self.open_time.is_some(), InvitationState::Opened),
            (self.deliver_time.is_some(), InvitationState::Delivered),
            (self.send_time.is_some(), InvitationState::Sent),
            (is_past(self.held_until), InvitationState::Lapsed),
            (self.held_until.is_some(), InvitationState::Reserved),
        ];
        steps.into_iter().find_map(|(is_so, state)| is_so.then_some(state))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::FactKey;
    use crate::{CustomerId, FactId, SourceName};

    fn step(at: i64, kind: InvitationEventKind, until: Option<i64>) -> Fact {
        let invited = until.map(|until| Invited {
            questionnaire: QuestionnaireId::parse("service").unwrap(),
            revision: None,
            wave: format!("{kind:?} at {at}"),
            sample: String::new(),
            channel: String::new(),
            expire_time: Some(Timestamp(until)),
        });
        Fact {
            id: FactId::new(Timestamp(at)),
            customer: CustomerId::parse("ada").unwrap(),
            occur_time: Timestamp(at),
            record_time: Timestamp(at),
            key: FactKey { source: SourceName::parse("survey").unwrap(), source_id: format!("{kind:?}-{at}") },
            replaces: None,
            state: FactState::Active,
            note: String::new(),
            body: FactBody::InvitationEvent(InvitationEvent {
                invitation: "i-1".to_owned(),
                kind,
                invited,
                stamp: None,
            }),
        }
    }

    #[test]
    fn steps_add_up_in_any_order() {
        use InvitationEventKind::*;
        let steps = [
            step(1, Reserved, Some(5)),
            step(2, Sent, Some(30)),
            step(9, Sent, Some(40)),
            step(10, Opened, None),
            step(11, Opened, None),
        ];
        let whole = Invitation::of("i-1", &steps);
        assert_eq!(whole, Invitation::of("i-1", steps.iter().rev()));
        assert_eq!((whole.send_time, whole.open_time), (Some(Timestamp(2)), Some(Timestamp(10))));
        assert_eq!(whole.invited.as_ref().unwrap().wave, "Sent at 2", "a reminder changes nothing");
        assert_eq!(whole.answer_until(), Some(Timestamp(30)));
        assert_eq!(Invitation::of("i-2", &steps), Invitation::unseen("i-2".to_owned()));
    }

    #[test]
    fn states_follow_each_other() {
        use InvitationEventKind::*;
        let state = |steps: &[Fact], now| Invitation::of("i-1", steps).state(Timestamp(now));
        assert_eq!(state(&[], 1), None);
        let mut steps = vec![step(1, Reserved, Some(5))];
        assert_eq!(
            (state(&steps, 4), state(&steps, 5)),
            (Some(InvitationState::Reserved), Some(InvitationState::Lapsed))
        );
        steps.push(step(2, Sent, Some(30)));
        assert_eq!(
            (state(&steps, 9), state(&steps, 30)),
            (Some(InvitationState::Sent), Some(InvitationState::Expired))
        );
        steps.push(step(3, Delivered, None));
        assert_eq!(state(&steps, 9), Some(InvitationState::Delivered));
        steps.push(step(4, Opened, None));
        assert_eq!(state(&steps, 9), Some(InvitationState::Opened));
        steps.push(step(5, Expired, None));
        assert_eq!(state(&steps, 9), Some(InvitationState::Expired));
        steps.push(step(6, Refused, None));
        assert_eq!(state(&steps, 9), Some(InvitationState::Refused));
        let answered = Invitation { answers: 1, ..Invitation::of("i-1", &steps) };
        assert_eq!(answered.state(Timestamp(9)), Some(InvitationState::Answered));
        // What was given up before it was sent is not held.
        let released = [step(1, Reserved, Some(5)), step(2, Expired, None)];
        assert!(!Invitation::of("i-1", &released).is_held(Timestamp(3)));
    }

    #[test]
    fn what_counts_no_more_is_no_step() {
        let withdrawn = Fact { state: FactState::Withdrawn, ..step(2, InvitationEventKind::Sent, Some(30)) };
        assert_eq!(Invitation::of("i-1", [&withdrawn]).send_time, None);
    }
}
