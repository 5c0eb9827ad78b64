//! The contacts between a customer and the company that are no trouble.

use guanxi::v1 as pb;
use pb::InteractionOutcome as Outcome;
use pb::InteractionPurpose as Purpose;

use super::life::Life;
use super::world::{DAY, Moment, date};

impl Life<'_> {
    /// The account team comes to see a business.
    pub(super) fn visit(&mut self, at: Moment, topic: &str) {
        let seconds = self.dice.between(30, 120) * 60;
        let visit = self.contact(Purpose::Visit, "account-visit", topic);
        let outcome = self.dice.pick(&[Outcome::Order, Outcome::Unresolved, Outcome::Unresolved]);
        let step = pb::NextStep {
            description: "Send an offer".to_owned(),
            due_date: Some(date(at + 7 * DAY)),
            owner: self.person.team.first().cloned().unwrap_or_default(),
        };
        self.record.interaction(
            at,
            seconds,
            "",
            pb::Interaction {
                direction: pb::Direction::Outbound.into(),
                mode: pb::InteractionMode::InPerson.into(),
                channel: "on site".to_owned(),
                emotion_end: pb::Emotion::Calm.into(),
                outcome: outcome.into(),
                next_step: Some(step),
                ..visit
            },
        );
    }

    pub(super) fn ask(&mut self, at: Moment, topic: &str) {
        let alone = self.dice.chance(0.5);
        let seconds = self.dice.between(2, 15) * 60;
        let (mode, channel) = match alone {
            true => (pb::InteractionMode::SelfService, "chatbot"),
            false => (pb::InteractionMode::Written, "chat"),
        };
        let inquiry = self.contact(Purpose::Inquiry, "web-shop", topic);
        self.record.interaction(
            at,
            seconds,
            "",
            pb::Interaction {
                mode: mode.into(),
                channel: channel.to_owned(),
                outcome: Outcome::Resolved.into(),
                ..inquiry
            },
        );
    }

    pub(super) fn praise(&mut self, at: Moment) {
        let (place, topic) =
            self.dice.pick(&[("tasting", "the tasting"), ("delivery", "fast delivery"), ("hotline", "good advice")]);
        let praise = self.contact(Purpose::Praise, place, topic);
        self.record.interaction(
            at,
            240,
            "",
            pb::Interaction {
                mode: pb::InteractionMode::Written.into(),
                channel: "e-mail".to_owned(),
                emotion_start: pb::Emotion::Happy.into(),
                emotion_end: pb::Emotion::Happy.into(),
                ..praise
            },
        );
    }

    pub(super) fn service(&mut self, at: Moment) {
        let seconds = self.dice.between(20, 90) * 60;
        let topic = self.dice.pick(&["descaling", "grinder set anew", "pump replaced"]);
        let service = self.contact(Purpose::Service, "maintenance", topic);
        self.record.interaction(
            at,
            seconds,
            "",
            pb::Interaction {
                mode: pb::InteractionMode::InPerson.into(),
                channel: "on site".to_owned(),
                emotion_start: pb::Emotion::Calm.into(),
                emotion_end: pb::Emotion::Calm.into(),
                outcome: Outcome::Resolved.into(),
                ..service
            },
        );
    }

    /// Customers who have ideas.
    pub(super) fn shape(&mut self, at: Moment) {
        let together = self.person.is_business && self.dice.chance(0.5);
        let (purpose, topic) = match together {
            true => (Purpose::CoCreation, "a roast of their own"),
            false => (Purpose::Suggestion, "bags that close again"),
        };
        let idea = self.contact(purpose, if together { "lab" } else { "community" }, topic);
        self.record.interaction(
            at,
            3600,
            "",
            pb::Interaction {
                mode: pb::InteractionMode::Video.into(),
                channel: "video".to_owned(),
                emotion_end: pb::Emotion::Happy.into(),
                ..idea
            },
        );
    }

    pub(super) fn call(&mut self, at: Moment, returns: bool) {
        use Outcome::{NotReached, Order};
        use pb::Emotion::{Calm, Disappointed};
        let sales = self.contact(Purpose::Sales, "hotline", "coming back");
        self.record.interaction(
            at,
            480,
            "",
            pb::Interaction {
                direction: pb::Direction::Outbound.into(),
                mode: pb::InteractionMode::Voice.into(),
                channel: "phone".to_owned(),
                emotion_start: if returns { Disappointed } else { pb::Emotion::Unspecified }.into(),
                emotion_end: if returns { Calm } else { pb::Emotion::Unspecified }.into(),
                outcome: if returns { Order } else { NotReached }.into(),
                ..sales
            },
        );
    }

    /// A contact that the customer begins.
    pub(super) fn contact(&self, purpose: Purpose, touchpoint: &str, topic: &str) -> pb::Interaction {
        pb::Interaction {
            touchpoint: format!("touchpoints/{touchpoint}"),
            direction: pb::Direction::Inbound.into(),
            purpose: purpose.into(),
            topic: topic.to_owned(),
            ..Default::default()
        }
    }
}
