//! A customer as data: who it is, whom we talk to, what binds it to us, what it has agreed to. Parsing from the wire is
//! elsewhere; what is here is known to be well formed. The serde form is what the store keeps, so names are never
//! changed, only added.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Amount, AttributeKey, CustomerId, Date, Day, LabelKey, SourceName, Timestamp};

/// A customer with what the server knows beside it.
#[derive(Clone, Debug, PartialEq)]
pub struct Customer {
    pub id: CustomerId,
    pub profile: Profile,
    pub stage: Stage,
    pub revision: i64,
    pub create_time: Timestamp,
    pub update_time: Timestamp,
    pub delete_time: Option<Timestamp>,
}

/// What callers write about a customer; kept as one document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    pub kind: CustomerKind,
    pub display_name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provenance: Option<Provenance>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub external_ids: Vec<ExternalId>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<LabelKey, String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<AttributeKey, Attribute>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<Contact>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub life_events: Vec<LifeEvent>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub account_team: Vec<AccountTeamMember>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relationship: Option<Relationship>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub consents: Vec<Consent>,
}

/// How long a deleted customer can be brought back before it is purged.
pub const KEEP_DELETED: std::time::Duration = std::time::Duration::from_secs(30 * 24 * 60 * 60);

impl Profile {
    /// A profile of which nothing is known but a name: what a fact of an unknown customer leaves behind.
    pub fn named(kind: CustomerKind, display_name: String) -> Profile {
        Profile {
            kind,
            display_name,
            provenance: None,
            external_ids: Vec::new(),
            labels: BTreeMap::new(),
            attributes: BTreeMap::new(),
            contacts: Vec::new(),
            life_events: Vec::new(),
            account_team: Vec::new(),
            relationship: None,
            consents: Vec::new(),
        }
    }
}

/// Where a piece of knowledge comes from and when somebody last made sure of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    pub source: String,
    pub verify_time: Option<Timestamp>,
}

/// What another system calls a customer.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ExternalId {
    pub system: SourceName,
    pub id: String,
}

/// A value of a defined attribute.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Attribute {
    pub value: AttributeValue,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provenance: Option<Provenance>,
}

/// A value of one of the four types.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttributeValue {
    Text(String),
    /// Finite.
    Number(f64),
    Boolean(bool),
    Time(Timestamp),
}

impl AttributeValue {
    /// The type of the value.
    pub fn value_type(&self) -> ValueType {
        match self {
            AttributeValue::Text(_) => ValueType::Text,
            AttributeValue::Number(_) => ValueType::Number,
            AttributeValue::Boolean(_) => ValueType::Boolean,
            AttributeValue::Time(_) => ValueType::Time,
        }
    }
}

/// A person to talk to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Unique in the customer.
    pub id: SourceName,
    pub display_name: String,
    pub job_title: String,
    pub roles: Vec<ContactRole>,
    pub channels: Vec<ContactChannel>,
    pub preferences: Vec<String>,
    pub interests: Vec<String>,
    pub provenance: Option<Provenance>,
}

/// A way to reach somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactChannel {
    pub kind: ContactChannelKind,
    pub address: String,
}

/// Something that happened or returns in the life of a customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LifeEvent {
    pub kind: LifeEventKind,
    pub title: String,
    pub date: Date,
    pub yearly: bool,
    pub contact_id: Option<SourceName>,
    pub provenance: Option<Provenance>,
}

/// One of our people who look after a customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountTeamMember {
    pub role: AccountTeamRole,
    pub member: String,
    pub display_name: String,
    pub provenance: Option<Provenance>,
}

/// How a customer is bound to us.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relationship {
    pub setting: Option<RelationshipSetting>,
    pub lock_ins: Vec<LockIn>,
    pub provenance: Option<Provenance>,
}

/// Something that makes leaving hard from one day to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockIn {
    pub kind: LockInKind,
    pub start: Day,
    /// The last day; none while there is no end in sight.
    pub end: Option<Day>,
    pub switching_cost: Option<Amount>,
}

/// What a customer has said to one purpose of processing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    pub purpose: SourceName,
    pub basis: ConsentBasis,
    pub state: ConsentState,
    pub time: Timestamp,
    pub source: String,
    pub verify_time: Option<Timestamp>,
}

/// The definition of an attribute that customers may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttributeDefinition {
    pub key: AttributeKey,
    pub display_name: String,
    pub description: String,
    pub value_type: ValueType,
    pub unit: String,
    pub revision: i64,
    pub create_time: Timestamp,
    pub update_time: Timestamp,
}

/// A step of a journey where a customer meets us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touchpoint {
    pub id: crate::TouchpointId,
    pub display_name: String,
    pub journey: SourceName,
    pub position: i32,
    pub kind: TouchpointKind,
    pub description: String,
    pub revision: i64,
    pub create_time: Timestamp,
    pub update_time: Timestamp,
}

crate::words! {
    /// Person or organization.
    CustomerKind { Person = 1, Organization = 2, Unknown = 3 }
    /// Where a customer stands in the life of the relationship.
    Stage { Prospect = 1, Active = 2, Dormant = 3, Churned = 4, WonBack = 5 }
    /// What a contact has to say in a purchase.
    ContactRole { Payer = 1, DecisionMaker = 2, User = 3, Maintainer = 4, Influencer = 5 }
    /// A kind of way to reach somebody.
    ContactChannelKind { Email = 1, Phone = 2, Post = 3, Messenger = 4, Social = 5 }
    /// Something that happens in the life of a customer.
    LifeEventKind {
        Birthday = 1, Anniversary = 2, Marriage = 3, Child = 4, Move = 5, Career = 6, Retirement = 7, Founding = 8,
        Other = 9
    }
    /// The corners of the iron triangle.
    AccountTeamRole { Account = 1, Solution = 2, Delivery = 3 }
    /// With or without a contract.
    RelationshipSetting { Contractual = 1, Noncontractual = 2 }
    /// What makes leaving hard.
    LockInKind { SoleSupplier = 1, ContractTerm = 2, SwitchingCost = 3 }
    /// The legal basis of processing.
    ConsentBasis {
        Consent = 1, Contract = 2, LegalObligation = 3, LegitimateInterest = 4, VitalInterest = 5, PublicTask = 6
    }
    /// What a customer has said.
    ConsentState { Granted = 1, Denied = 2, Withdrawn = 3 }
    /// The type of an attribute's values.
    ValueType { Text = 1, Number = 2, Boolean = 3, Time = 4 }
    /// What meets the customer at a touchpoint.
    TouchpointKind { Staff = 1, Procedure = 2, Facility = 3, OtherCustomers = 4 }
}
