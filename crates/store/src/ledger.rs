//! What a batch of commands is decided on, and what it leads to: everything is loaded in a few set-wise queries, decided
//! in memory by `app`, and written in a few set-wise statements of the same transaction.

mod load;
mod write;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use guanxi_model::customer::{AttributeDefinition, ExternalId};
use guanxi_model::fact::{Fact, FactKey, FactKind, FactState, Invitation, Use};
use guanxi_model::{
    AttributeKey, CustomerId, Day, FactId, PyramidId, QuestionnaireId, RequestId, RevisionNumber, Tally, TierId,
    Timestamp, TouchpointId,
};

use guanxi_satisfaction::Approaches;
use guanxi_satisfaction::contact::ContactCell;
use guanxi_satisfaction::cube::{Placed, ResponseCell, ResponseCount, Sums};
use guanxi_segmentation::History;

pub use crate::rows::customer::Record;
pub use crate::rows::summary::Summary;

/// Which fact: kind and identity within the customer.
pub type FactRef = (FactKind, FactKey);

/// What to load.
#[derive(Clone, Debug, Default)]
pub struct Keys {
    /// Customers whose summary and tiers are needed.
    pub customers: BTreeSet<CustomerId>,
    /// Customers whose record is needed too.
    pub records: BTreeSet<CustomerId>,
    /// Facts that may be there. Whether they are replaced is looked up for customers that have replacements at all.
    pub facts: BTreeSet<(CustomerId, FactRef)>,
    /// Customers of whom all facts of a kind are needed.
    pub all_facts: BTreeSet<(CustomerId, FactKind)>,
    /// Customers of whom it is needed how they were approached since a moment.
    pub approaches: BTreeMap<CustomerId, Timestamp>,
    /// Invitations that something may change about; beside them, those that the facts name which are loaded.
    pub invitations: BTreeSet<(CustomerId, String)>,
    pub requests: BTreeSet<(CustomerId, RequestId)>,
    pub external_ids: BTreeSet<ExternalId>,
    pub touchpoints: BTreeSet<TouchpointId>,
    pub attribute_definitions: bool,
}

/// What was there.
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    pub customers: HashMap<CustomerId, CustomerState>,
    pub external_ids: HashMap<ExternalId, CustomerId>,
    pub touchpoints: BTreeSet<TouchpointId>,
    pub attribute_definitions: HashMap<AttributeKey, AttributeDefinition>,
}

impl Loaded {
    /// The versions of the customers, 0 of those that are not there.
    pub fn versions(&self) -> BTreeMap<CustomerId, i64> {
        let version = |state: &CustomerState| state.summary.as_ref().map_or(0, |summary| summary.version);
        self.customers.iter().map(|(customer, state)| (customer.clone(), version(state))).collect()
    }
}

/// What was there about one customer. Empty for one that does not exist.
#[derive(Clone, Debug, Default)]
pub struct CustomerState {
    pub summary: Option<Summary>,
    pub record: Option<Record>,
    pub facts: HashMap<FactRef, Fact>,
    pub replacements: HashMap<FactRef, Replacement>,
    /// All facts of the kinds that were asked for.
    pub all_facts: BTreeMap<FactKind, Vec<Fact>>,
    pub approaches: Approaches,
    /// As they add up, by id; as far as they were asked for.
    pub invitations: HashMap<String, Invitation>,
    pub requests: HashMap<RequestId, Fingerprint>,
    pub tiers: BTreeMap<PyramidId, TierRow>,
    /// As far as the schemes in force ask for it.
    pub history: History,
}

impl CustomerState {
    /// An invitation as it adds up, one that nothing is known of if need be.
    pub fn invitation(&self, id: &str) -> Invitation {
        self.invitations.get(id).cloned().unwrap_or_else(|| Invitation::unseen(id.to_owned()))
    }
}

/// A hash of a request, to tell a retry from another request under the same id.
pub type Fingerprint = [u8; 16];

/// What took the place of a fact; nothing did where it was withdrawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replacement {
    pub by: Option<FactKey>,
    pub record_time: Timestamp,
}

/// Where a customer stands in a pyramid: the present slot, and the one a run fills.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TierRow {
    pub slot: Slot,
    pub generation: i64,
    /// Since when in the tier of the slot.
    pub assign_time: Timestamp,
    pub next: Option<NextSlot>,
    pub held: Option<Override>,
    /// The version of the summary it was judged by.
    pub version: i64,
}

impl TierRow {
    /// The row of a customer that never stood in the pyramid.
    pub fn unseen(now: Timestamp) -> TierRow {
        TierRow { slot: Slot::default(), generation: 0, assign_time: now, next: None, held: None, version: 0 }
    }
}

/// A place in a pyramid.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Slot {
    /// None where the customer is not ranked.
    pub tier: Option<TierId>,
    /// Reviews in a row that found it below what keeping the tier takes.
    pub below: i32,
    /// The day of the next review.
    pub review: Option<Day>,
    /// When the customer has to be looked at because time passes.
    pub due: Option<Timestamp>,
}

/// The slot that becomes the present one when its generation does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextSlot {
    pub slot: Slot,
    pub generation: i64,
    /// What was read of the customer, for the change of tier that is kept then.
    pub inputs: String,
}

/// What holds a customer in a tier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    pub tier: TierId,
    pub actor: String,
    pub reason: String,
    pub time: Timestamp,
    /// Until then; without an end where there is none.
    pub expire_time: Option<Timestamp>,
}

impl Override {
    /// Whether it still holds.
    pub fn holds(&self, now: Timestamp) -> bool {
        self.expire_time.is_none_or(|end| end > now)
    }
}

guanxi_model::words! {
    /// Why a customer's tier changed; the numbers are stored.
    TierChangeReason {
        OwnChange = 1, NewRevision = 2, NewCalibration = 3, Time = 4, OverrideSet = 5, OverrideEnded = 6
    }
}

/// A change of tier, to keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TierChange {
    pub customer: CustomerId,
    pub pyramid: PyramidId,
    pub generation: i64,
    pub version: i64,
    pub from: Option<TierId>,
    pub to: Option<TierId>,
    pub reason: TierChangeReason,
    pub time: Timestamp,
    /// What was read of the customer.
    pub inputs: String,
    /// Who decided so and why, where somebody did.
    pub decision: Option<(String, String)>,
}

/// What happened to a customer, for whoever follows along.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub customer: CustomerId,
    pub version: i64,
    pub kind: ChangeKind,
    pub fact: Option<FactId>,
}

/// The kinds of changes; the numbers are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    CustomerCreated = 1,
    CustomerUpdated = 2,
    CustomerDeleted = 3,
    CustomerUndeleted = 4,
    FactRecorded = 5,
    FactWithdrawn = 6,
}

/// A cell: what records of one revision that have something in common add up to.
pub type CellKey = ((QuestionnaireId, RevisionNumber), Placed);

/// What facts of a customer and a day add up to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bucket {
    pub tally: Tally,
    /// What was used, and how often.
    pub uses: BTreeMap<Use, i64>,
}

/// Everything a batch writes. What is kept per key is the state after the batch.
#[derive(Debug, Default)]
pub struct Effects {
    pub records: BTreeMap<CustomerId, Record>,
    /// The summaries, each with the version it was loaded with; 0 for a new one.
    pub summaries: BTreeMap<CustomerId, (i64, Summary)>,
    pub facts: BTreeMap<(CustomerId, FactRef), Fact>,
    pub fact_states: BTreeMap<(CustomerId, FactRef), FactState>,
    pub replacements: BTreeMap<(CustomerId, FactRef), Replacement>,
    /// Invitations as their facts add up now.
    pub invitations: BTreeMap<(CustomerId, String), Invitation>,
    /// What is added to how many records answer an invitation.
    pub answers: BTreeMap<(CustomerId, String), i64>,
    /// What is added to days.
    pub buckets: BTreeMap<(CustomerId, Day), Bucket>,
    pub tiers: BTreeMap<(CustomerId, PyramidId), TierRow>,
    pub tier_changes: Vec<TierChange>,
    pub changes: Vec<Change>,
    pub requests: BTreeMap<(CustomerId, RequestId), Fingerprint>,
    /// What is added to cells.
    pub cells: BTreeMap<CellKey, Sums>,
    /// What is added to how many invitations were sent and answered.
    pub responses: BTreeMap<ResponseCell, ResponseCount>,
    /// What is added to the contacts of days, and to what they are held against.
    pub contacts: BTreeMap<ContactCell, i64>,
}
