//! The commands: everything that writes about a customer, as data. What each one does is in `decide/`.

use guanxi_model::customer::{Customer, Profile};
use guanxi_model::fact::{Fact, FactKey, FactKind, Invitation, Invited, NewFact};
use guanxi_model::{CustomerId, PyramidId, RequestId, RevisionNumber, TierId, Timestamp, name};
use guanxi_satisfaction::{Asking, Objections, looks_back_to};
use guanxi_store::ledger::Fingerprint;
use serde::{Deserialize, Serialize};

use crate::fingerprint;

/// One write about one customer.
#[derive(Clone, Debug)]
pub enum Command {
    CreateCustomer(CreateCustomer),
    UpdateCustomer(UpdateCustomer),
    DeleteCustomer(ChangeCustomer),
    UndeleteCustomer(ChangeCustomer),
    RecordFact(Box<RecordFact>),
    WithdrawFact(WithdrawFact),
    ChangeOverride(Box<ChangeOverride>),
    ReserveInvitation(Box<Reserve>),
    /// Has a customer judged anew where that is due.
    Look(CustomerId),
}

impl Command {
    /// Whose override in which pyramid it changes, if any.
    pub(crate) fn overridden(&self) -> Option<(CustomerId, PyramidId)> {
        match self {
            Command::ChangeOverride(change) => Some(change.subject()),
            _ => None,
        }
    }
}

/// The id of a request, and what tells a retry of it from another request under the same id. Those who ask make it, many side
/// by side; who carries commands out carries out one batch after the other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Request {
    pub(crate) id: RequestId,
    pub(crate) print: Fingerprint,
}

impl Request {
    fn of(id: Option<RequestId>, (verb, subject): (&str, &str), content: &impl Serialize) -> Option<Request> {
        id.map(|id| Request { id, print: fingerprint::of(verb, subject, content) })
    }
}

/// A new customer. The id is the caller's, or follows from the request id.
#[derive(Clone, Debug)]
pub struct CreateCustomer {
    pub id: CustomerId,
    pub profile: Profile,
    pub(crate) request: Option<Request>,
}

impl CreateCustomer {
    pub fn new(id: CustomerId, profile: Profile, request_id: Option<RequestId>) -> CreateCustomer {
        let request = Request::of(request_id, ("create", id.as_str()), &profile);
        CreateCustomer { id, profile, request }
    }
}

/// New values for some groups of a customer's profile.
#[derive(Clone, Debug)]
pub struct UpdateCustomer {
    pub id: CustomerId,
    /// Holds the new values of the groups in `mask`; the rest of it is ignored.
    pub profile: Profile,
    /// The names of the groups to write, as in the contract.
    pub mask: Vec<&'static str>,
    /// Empty where any state may be changed.
    pub etag: String,
    pub(crate) request: Option<Request>,
}

impl UpdateCustomer {
    pub fn new(
        (id, etag): (CustomerId, String),
        (profile, mask): (Profile, Vec<&'static str>),
        request_id: Option<RequestId>,
    ) -> UpdateCustomer {
        let subject = format!("{id} {etag} {}", mask.join(","));
        let request = Request::of(request_id, ("update", &subject), &profile);
        UpdateCustomer { id, profile, mask, etag, request }
    }
}

/// A deletion or its undoing.
#[derive(Clone, Debug)]
pub struct ChangeCustomer {
    pub id: CustomerId,
    /// Empty where any state may be changed.
    pub etag: String,
    pub(crate) request: Option<Request>,
}

impl ChangeCustomer {
    pub fn delete(id: CustomerId, etag: String, request_id: Option<RequestId>) -> Command {
        Command::DeleteCustomer(ChangeCustomer::new("delete", (id, etag), request_id))
    }

    pub fn undelete(id: CustomerId, etag: String, request_id: Option<RequestId>) -> Command {
        Command::UndeleteCustomer(ChangeCustomer::new("undelete", (id, etag), request_id))
    }

    fn new(verb: &str, (id, etag): (CustomerId, String), request_id: Option<RequestId>) -> ChangeCustomer {
        let request = Request::of(request_id, (verb, &format!("{id} {etag}")), &());
        ChangeCustomer { id, etag, request }
    }
}

/// A fact to keep.
#[derive(Clone, Debug)]
pub struct RecordFact {
    pub fact: NewFact,
    pub missing_customer: MissingCustomer,
}

/// What to do with a fact whose customer is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MissingCustomer {
    Refuse,
    Create,
}

/// A fact to take back.
#[derive(Clone, Debug)]
pub struct WithdrawFact {
    pub customer: CustomerId,
    pub kind: FactKind,
    pub key: FactKey,
}

/// A tier, and until when it holds.
pub type Hold = (TierId, Option<Timestamp>);

/// Holds a customer in a tier of a pyramid, or no longer.
#[derive(Clone, Debug)]
pub struct ChangeOverride {
    pub(crate) customer: CustomerId,
    pub(crate) pyramid: PyramidId,
    pub(crate) hold: Option<Hold>,
    pub(crate) actor: String,
    pub(crate) reason: String,
    pub(crate) request: Option<Request>,
}

impl ChangeOverride {
    /// By whom and why it is to be held in a tier and until when, or by nothing any longer.
    pub fn new(
        (customer, pyramid): (CustomerId, PyramidId),
        hold: Option<Hold>,
        (actor, reason): (String, String),
        request_id: Option<RequestId>,
    ) -> ChangeOverride {
        let assignment = name::tier_assignment(&customer, &pyramid);
        let request = Request::of(request_id, ("override", &assignment), &(&hold, &actor, &reason));
        ChangeOverride { customer, pyramid, hold, actor, reason, request }
    }

    /// Whom it holds in which pyramid.
    pub fn subject(&self) -> (CustomerId, PyramidId) {
        (self.customer.clone(), self.pyramid.clone())
    }
}

/// A slot to hold for an invitation, where nothing speaks against asking.
#[derive(Clone, Debug)]
pub struct Reserve {
    pub customer: CustomerId,
    pub asking: Asking,
    /// What the invitation is called.
    pub invitation: String,
    pub invited: Invited,
    /// From when on it counts how the customer was approached.
    pub since: Timestamp,
}

/// A slot to hold, for whomever.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slot {
    /// What the invitation is called.
    pub invitation: String,
    pub hold_seconds: i64,
    pub wave: String,
    pub sample: String,
    pub channel: String,
}

impl Slot {
    /// The command that holds it for a customer from now on, for the revision that is asked now.
    pub fn reserve(
        &self,
        customer: &CustomerId,
        (asking, revision): (&Asking, RevisionNumber),
        now: Timestamp,
    ) -> Command {
        let Slot { invitation, hold_seconds, wave, sample, channel } = self.clone();
        let invited = Invited {
            questionnaire: asking.questionnaire.clone(),
            revision: Some(revision),
            wave,
            sample,
            channel,
            expire_time: Some(now.plus_seconds(hold_seconds)),
        };
        let (customer, asking, since) = (customer.clone(), asking.clone(), looks_back_to(now));
        Command::ReserveInvitation(Box::new(Reserve { customer, asking, invitation, invited, since }))
    }
}

/// What a command led to.
#[derive(Clone, Debug)]
pub enum Outcome {
    Customer(Box<Customer>),
    /// `recorded` is false where the fact was there already.
    Fact {
        fact: Box<Fact>,
        recorded: bool,
    },
    Withdrawn {
        known: bool,
        time: Timestamp,
    },
    /// What speaks against asking; where nothing does, the slot that is held.
    Approached {
        objections: Objections,
        reserved: Option<Box<Invitation>>,
    },
    /// There is nothing more to say.
    Done,
}

/// Whether the commands of one submission stand or fall together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grouping {
    Each,
    AllOrNothing,
}

/// Whether somebody waits for each answer, or for the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Urgency {
    Interactive,
    Bulk,
}
