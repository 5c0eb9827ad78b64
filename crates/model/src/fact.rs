//! Facts: what happened to a customer, when, and who says so. Append-only; a correction is a fact that names the one it
//! replaces. The bodies are a module each; what all facts share is here. The serde form of a body is what the store
//! keeps, so names are never changed, only added.

mod interaction;
mod invitation;
mod payment;
mod purchase;
mod satisfaction;
mod stage_change;

pub use interaction::{
    Direction, Emotion, Interaction, InteractionMode, InteractionOutcome, InteractionPurpose, NextStep,
};
pub use invitation::{Invitation, InvitationEvent, InvitationEventKind, InvitationState, Invited};
pub use payment::{Payment, WithholdingReason};
pub use purchase::{LineError, Promotion, PromotionPurpose, Purchase, PurchaseLine, PurchaseType};
pub use satisfaction::{
    AboutFact, Answer, Asked, CollectionMethod, Handler, QuestionKind, Respondent, SatisfactionRecord, Stamp,
};
pub use stage_change::{StageChange, StageReason, StageReasonBasis, StageReasonCause, StageReasonGroup};

use std::collections::BTreeMap;

use crate::{CustomerId, Day, ExternalId, FactId, SourceName, Tally, Timestamp, TouchpointId, Words};

crate::words! {
    /// A kind of fact.
    FactKind { Purchase = 1, Interaction = 2, Payment = 3, StageChange = 4, SatisfactionRecord = 5, InvitationEvent = 6 }
    /// Whether a fact counts.
    FactState { Active = 1, Replaced = 2, Withdrawn = 3 }
    /// What a use is of.
    UseKind { Product = 1, Channel = 2 }
}

/// Something a customer uses, counted per day beside the sums: how many different ones there are is a measure.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Use {
    pub kind: UseKind,
    pub word: String,
}

impl FactKind {
    /// The collection its facts are named in.
    pub fn collection(self) -> &'static str {
        match self {
            FactKind::Purchase => "purchases",
            FactKind::Interaction => "interactions",
            FactKind::Payment => "payments",
            FactKind::StageChange => "stageChanges",
            FactKind::SatisfactionRecord => "satisfactionRecords",
            FactKind::InvitationEvent => "invitationEvents",
        }
    }
}

/// The identity of a fact within its customer and kind.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FactKey {
    pub source: SourceName,
    pub source_id: String,
}

/// How a fact names its customer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum CustomerRef {
    Id(CustomerId),
    External(ExternalId),
}

/// A fact as a caller gives it.
#[derive(Clone, Debug, PartialEq)]
pub struct NewFact {
    pub customer: CustomerRef,
    pub occur_time: Timestamp,
    pub key: FactKey,
    pub replaces: Option<FactKey>,
    /// Free text, kept apart; empty where there is none.
    pub note: String,
    pub body: FactBody,
}

/// A fact as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    pub id: FactId,
    pub customer: CustomerId,
    pub occur_time: Timestamp,
    pub record_time: Timestamp,
    pub key: FactKey,
    pub replaces: Option<FactKey>,
    pub state: FactState,
    pub note: String,
    pub body: FactBody,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum FactBody {
    Purchase(Purchase),
    Interaction(Interaction),
    Payment(Payment),
    StageChange(StageChange),
    SatisfactionRecord(SatisfactionRecord),
    InvitationEvent(InvitationEvent),
}

impl FactBody {
    /// The kind of the fact.
    pub fn kind(&self) -> FactKind {
        match self {
            FactBody::Purchase(_) => FactKind::Purchase,
            FactBody::Interaction(_) => FactKind::Interaction,
            FactBody::Payment(_) => FactKind::Payment,
            FactBody::StageChange(_) => FactKind::StageChange,
            FactBody::SatisfactionRecord(_) => FactKind::SatisfactionRecord,
            FactBody::InvitationEvent(_) => FactKind::InvitationEvent,
        }
    }

    /// What the fact adds to the sums of its day and its customer; nothing when that leaves the range of `i64`.
    pub fn tally(&self, day: Day) -> Option<Tally> {
        match self {
            FactBody::Purchase(purchase) => purchase.tally(),
            FactBody::Interaction(interaction) => Some(interaction.tally()),
            FactBody::Payment(payment) => Some(payment.tally(day)),
            FactBody::StageChange(_) | FactBody::SatisfactionRecord(_) | FactBody::InvitationEvent(_) => {
                Some(Tally::default())
            }
        }
    }

    /// What the fact used, with how often: the products of a sale, the channel of a sale or an interaction.
    pub fn uses(&self) -> BTreeMap<Use, i64> {
        let mut uses = BTreeMap::new();
        if let FactBody::Purchase(purchase) = self {
            if purchase.r#type == PurchaseType::Return {
                return uses;
            }
            for line in purchase.lines.iter().filter(|line| !line.product.is_empty()) {
                *uses.entry(Use { kind: UseKind::Product, word: line.product.clone() }).or_default() += 1;
            }
        }
        // What somebody was asked through is no channel he chose to use.
        let chosen = !matches!(self, FactBody::SatisfactionRecord(_) | FactBody::InvitationEvent(_));
        if let Some(channel) = self.channel().filter(|_| chosen) {
            uses.insert(Use { kind: UseKind::Channel, word: channel.to_owned() }, 1);
        }
        uses
    }

    /// The code that lists may be filtered by: the type of a purchase, the purpose of an interaction, the stage of a
    /// stage change, the collection method of a satisfaction record, the step of an invitation.
    pub fn type_code(&self) -> i16 {
        match self {
            FactBody::Purchase(purchase) => purchase.r#type.code(),
            FactBody::Interaction(interaction) => interaction.purpose.code(),
            FactBody::Payment(_) => 0,
            FactBody::StageChange(change) => change.stage.code(),
            FactBody::SatisfactionRecord(record) => record.method.code(),
            FactBody::InvitationEvent(event) => event.kind.code(),
        }
    }

    /// The channel that lists may be filtered by.
    pub fn channel(&self) -> Option<&str> {
        match self {
            FactBody::Purchase(purchase) => Some(&purchase.channel).filter(|channel| !channel.is_empty()),
            FactBody::Interaction(interaction) => Some(&interaction.channel).filter(|channel| !channel.is_empty()),
            FactBody::SatisfactionRecord(record) => Some(&record.channel).filter(|channel| !channel.is_empty()),
            FactBody::InvitationEvent(event) => {
                event.invited.as_ref().map(|invited| &invited.channel).filter(|channel| !channel.is_empty())
            }
            FactBody::Payment(_) | FactBody::StageChange(_) => None,
        }
        .map(String::as_str)
    }

    /// The invitation that it is about, or answers.
    pub fn invitation(&self) -> Option<&str> {
        match self {
            FactBody::InvitationEvent(event) => Some(&event.invitation),
            FactBody::SatisfactionRecord(record) => record.invitation.as_deref(),
            FactBody::Purchase(_) | FactBody::Interaction(_) | FactBody::Payment(_) | FactBody::StageChange(_) => None,
        }
    }

    /// The touchpoint it names.
    pub fn touchpoint(&self) -> Option<&TouchpointId> {
        match self {
            FactBody::Interaction(interaction) => interaction.touchpoint.as_ref(),
            FactBody::SatisfactionRecord(record) => record.touchpoint.as_ref(),
            FactBody::Purchase(_) | FactBody::Payment(_) | FactBody::StageChange(_) | FactBody::InvitationEvent(_) => {
                None
            }
        }
    }
}
