//! What was due, what was paid, what was withheld and why.

use serde::{Deserialize, Serialize};

use crate::{Amount, Counter, Day, Tally};

/// A payment, or a refusal to pay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    pub due: Amount,
    pub paid: Amount,
    pub withheld: Amount,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withholding_reason: Option<WithholdingReason>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_date: Option<Day>,
    /// The purchase it is for: source and source id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purchase: Option<(crate::SourceName, String)>,
}

crate::words! {
    /// Why a payment was withheld.
    WithholdingReason { Quality = 1, Delivery = 2, Invoice = 3, Inability = 4, Retention = 5, Other = 6 }
}

impl Payment {
    pub(super) fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        tally[Counter::Payments] = 1;
        tally[Counter::AmountDue] = self.due.0;
        tally[Counter::AmountPaid] = self.paid.0;
        tally[Counter::AmountWithheld] = self.withheld.0;
        tally
    }
}
