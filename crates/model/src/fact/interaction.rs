//! A contact with a customer, and what it adds to the sums.

use serde::{Deserialize, Serialize};

use crate::{Amount, Counter, Day, SourceName, Tally, TouchpointId};

/// A contact with a customer at a touchpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interaction {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub touchpoint: Option<TouchpointId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<InteractionMode>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub channel: String,
    pub direction: Direction,
    pub purpose: InteractionPurpose,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub topic: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub staff: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contact_ids: Vec<SourceName>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emotion_start: Option<Emotion>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emotion_end: Option<Emotion>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<InteractionOutcome>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_step: Option<NextStep>,
    /// Not known where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_seconds: Option<i64>,
    /// Not known where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handling_cost: Option<Amount>,
}

/// What is to be done next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NextStep {
    pub description: String,
    pub due_date: Option<Day>,
    pub owner: String,
}

crate::words! {
    /// How people met.
    InteractionMode { InPerson = 1, Voice = 2, Video = 3, Written = 4, SelfService = 5 }
    /// Who began.
    Direction { Inbound = 1, Outbound = 2 }
    /// What a contact is for.
    InteractionPurpose {
        Service = 1, Visit = 2, Complaint = 3, Suggestion = 4, Praise = 5, Inquiry = 6, CoCreation = 7, FollowUp = 8,
        Sales = 9, Other = 10, Referral = 11
    }
    /// How a customer feels.
    Emotion { Calm = 1, Happy = 2, Disappointed = 3, Angry = 4, Afraid = 5 }
    /// What came of a contact.
    InteractionOutcome { Resolved = 1, Unresolved = 2, Escalated = 3, NotReached = 4, Order = 5 }
}

impl Interaction {
    pub(super) fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        tally[Counter::Interactions] = 1;
        if let Some(counter) = purpose_counter(self.purpose) {
            tally[counter] = 1;
        }
        if let Some(seconds) = self.duration_seconds {
            tally[Counter::TimedInteractions] = 1;
            tally[Counter::ContactSeconds] = seconds;
        }
        if let Some(cost) = self.handling_cost {
            tally[Counter::CostedInteractions] = 1;
            tally[Counter::HandlingCost] = cost.0;
        }
        tally
    }
}

fn purpose_counter(purpose: InteractionPurpose) -> Option<Counter> {
    match purpose {
        InteractionPurpose::Service => Some(Counter::ServiceRequests),
        InteractionPurpose::Visit => Some(Counter::Visits),
        InteractionPurpose::Complaint => Some(Counter::Complaints),
        InteractionPurpose::Suggestion => Some(Counter::Suggestions),
        InteractionPurpose::Praise => Some(Counter::Praises),
        InteractionPurpose::Inquiry => Some(Counter::Inquiries),
        InteractionPurpose::CoCreation => Some(Counter::CoCreations),
        InteractionPurpose::FollowUp => Some(Counter::FollowUps),
        InteractionPurpose::Referral => Some(Counter::Referrals),
        InteractionPurpose::Sales | InteractionPurpose::Other => None,
    }
}
