//! What commands do to customers.

use std::collections::BTreeMap;

use guanxi_model::customer::Stage;
use guanxi_model::fact::{Fact, FactState, Invitation, Use};
use guanxi_model::{CustomerId, Day, FactId, PyramidId, RequestId, Tally};
use guanxi_satisfaction::contact::ContactCell;
use guanxi_satisfaction::cube::{ResponseCell, ResponseCount};
use guanxi_store::ledger::{ChangeKind, FactRef, Fingerprint, Override, Record, Replacement, TierChangeReason};

use crate::cells::CountedAnswers;

/// What a command does to a customer. Made by `decide`, which changes nothing itself.
#[derive(Debug)]
pub(crate) enum Effect {
    PutRecord(Record),
    PutFact(Box<Fact>),
    SetFactState(FactRef, FactState),
    PutReplacement(FactRef, Replacement),
    /// What is added to a day.
    Count(Day, Tally, BTreeMap<Use, i64>),
    /// What is added to contacts, or to what they are held against.
    CountContact(Box<ContactCell>, i64),
    /// What answers count for, and where.
    CountAnswers(Box<CountedAnswers>),
    SetTotals {
        tally: Tally,
        gross: i64,
    },
    SetStage(Stage),
    /// What the facts about an invitation add up to.
    PutInvitation(Invitation),
    /// What is added to how many records answer an invitation.
    CountAnswer(String, i64),
    /// What is added to how many invitations were sent and answered.
    CountResponse(Box<ResponseCell>, ResponseCount),
    PutRequest(RequestId, Fingerprint),
    Note(ChangeKind, Option<FactId>),
    /// Holds the customer in a tier of a pyramid, or no longer; who decided so, and why.
    SetOverride(PyramidId, Option<Override>, (String, String)),
    /// Has the customer judged anew because time has passed.
    Look,
}

/// Why a customer is judged anew.
#[derive(Debug, Default)]
pub(crate) struct Touch {
    /// Something about the customer itself changed.
    pub(crate) own_change: bool,
    /// Overrides that were set or cleared.
    pub(super) decisions: BTreeMap<PyramidId, (TierChangeReason, (String, String))>,
}

impl Touch {
    /// What somebody decided about a pyramid, and why.
    pub(crate) fn decision(&self, pyramid: &PyramidId) -> Option<(TierChangeReason, &(String, String))> {
        self.decisions.get(pyramid).map(|(reason, by)| (*reason, by))
    }

    /// Whether an override of the pyramid was cleared.
    pub(crate) fn begins_anew(&self, pyramid: &PyramidId) -> bool {
        self.decision(pyramid).is_some_and(|(reason, _)| reason == TierChangeReason::OverrideEnded)
    }
}

/// The effects of one command, all about one customer.
#[derive(Debug)]
pub(crate) struct Decision {
    pub(crate) customer: CustomerId,
    pub(crate) effects: Vec<Effect>,
}
