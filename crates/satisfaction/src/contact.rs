//! Contacts by reason: what facts count for, and what is told of the counts (`report`).

mod exposure;
pub mod report;

use std::collections::BTreeMap;

use guanxi_model::customer::Stage;
use guanxi_model::fact::{
    Direction, Emotion, Fact, FactBody, FactState, Interaction, InteractionPurpose, PurchaseType,
};
use guanxi_model::{Day, Zone};

guanxi_model::words! {
    /// What is counted.
    ContactCount { Contact = 1, Sale = 2, Activation = 3 }
    /// What became of bad feelings. Of contacts that did not begin with such, or of which one end is not known, nothing is told.
    Course { Recovered = 1, NotRecovered = 2 }
}

/// Where something is counted.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ContactCell {
    pub count: ContactCount,
    pub day: Day,
    /// Of contacts.
    pub purpose: Option<InteractionPurpose>,
    /// Of contacts; empty where it is not known.
    pub channel: String,
    pub topic: String,
    pub course: Option<Course>,
}

impl ContactCell {
    fn plain(count: ContactCount, day: Day) -> ContactCell {
        ContactCell { count, day, purpose: None, channel: String::new(), topic: String::new(), course: None }
    }

    /// Where customers are counted who become active, or are no longer.
    pub fn activation(day: Day) -> ContactCell {
        ContactCell::plain(ContactCount::Activation, day)
    }

    /// Where a fact counts once: a contact that the customer began, or a sale.
    pub fn of(body: &FactBody, day: Day) -> Option<ContactCell> {
        match body {
            FactBody::Interaction(contact) if contact.direction == Direction::Inbound => Some(ContactCell {
                purpose: Some(contact.purpose),
                channel: contact.channel.clone(),
                topic: contact.topic.clone(),
                course: course(contact),
                ..ContactCell::plain(ContactCount::Contact, day)
            }),
            FactBody::Purchase(purchase) if purchase.r#type == PurchaseType::Sale => {
                Some(ContactCell::plain(ContactCount::Sale, day))
            }
            FactBody::Interaction(_)
            | FactBody::Purchase(_)
            | FactBody::Payment(_)
            | FactBody::StageChange(_)
            | FactBody::SatisfactionRecord(_)
            | FactBody::InvitationEvent(_) => None,
        }
    }
}

fn course(contact: &Interaction) -> Option<Course> {
    let is_bad = |emotion: Emotion| matches!(emotion, Emotion::Disappointed | Emotion::Angry | Emotion::Afraid);
    let (start, end) = contact.emotion_start.zip(contact.emotion_end)?;
    match (is_bad(start), is_bad(end)) {
        (true, false) => Some(Course::Recovered),
        (true, true) => Some(Course::NotRecovered),
        (false, _) => None,
    }
}

/// Whether a customer in this stage is active.
pub fn is_active(stage: Stage) -> bool {
    match stage {
        Stage::Active | Stage::WonBack => true,
        Stage::Prospect | Stage::Dormant | Stage::Churned => false,
    }
}

/// What changes of stage, before and after a command, add to activations: 1 on the days at whose end a customer is active
/// and was not at that of the day before, -1 where it is no longer.
pub fn activations(before: &[Fact], after: &[Fact], zone: &Zone) -> BTreeMap<Day, i64> {
    let mut added = turns(after, zone);
    for (day, turn) in turns(before, zone) {
        *added.entry(day).or_default() -= turn;
    }
    added.retain(|_, turn| *turn != 0);
    added
}

fn turns(changes: &[Fact], zone: &Zone) -> BTreeMap<Day, i64> {
    let mut counting: Vec<&Fact> = changes.iter().filter(|change| change.state == FactState::Active).collect();
    counting.sort_by(|a, b| (a.occur_time, &a.key).cmp(&(b.occur_time, &b.key)));
    let mut at_end_of_day: BTreeMap<Day, bool> = BTreeMap::new();
    for change in counting {
        if let FactBody::StageChange(body) = &change.body {
            at_end_of_day.insert(zone.day_of(change.occur_time), is_active(body.stage));
        }
    }
    let mut active = false;
    let mut turns = BTreeMap::new();
    for (day, is_active) in at_end_of_day {
        if is_active != active {
            turns.insert(day, if is_active { 1 } else { -1 });
        }
        active = is_active;
    }
    turns
}
