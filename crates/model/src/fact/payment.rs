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
    /// `day` is the one on which it was paid.
    pub(super) fn tally(&self, day: Day) -> Tally {
        let mut tally = Tally::default();
        tally[Counter::Payments] = 1;
        tally[Counter::AmountDue] = self.due.0;
        tally[Counter::AmountPaid] = self.paid.0;
        tally[Counter::AmountWithheld] = self.withheld.0;
        if let Some(due) = self.due_date.filter(|_| self.paid.0 > 0) {
            let late = (i64::from(day.0) - i64::from(due.0)).max(0);
            tally[Counter::DatedPayments] = 1;
            tally[Counter::PunctualPayments] = i64::from(late == 0);
            tally[Counter::DaysOverdue] = late;
        }
        tally
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn overdue(paid: i64, due: Option<Day>) -> [i64; 3] {
        let (due_date, withholding_reason, purchase) = (due, None, None);
        let payment =
            Payment { due: Amount(9), paid: Amount(paid), withheld: Amount(0), withholding_reason, due_date, purchase };
        let tally = payment.tally(Day(100));
        [tally[Counter::DatedPayments], tally[Counter::PunctualPayments], tally[Counter::DaysOverdue]]
    }

    #[test]
    fn payment_is_late_from_the_day_after_it_was_due() {
        assert_eq!(
            [101, 100, 99, 60].map(|due| overdue(9, Some(Day(due)))),
            [[1, 1, 0], [1, 1, 0], [1, 0, 1], [1, 0, 40]]
        );
    }

    #[test]
    fn nothing_paid_or_no_due_date_is_neither_late_nor_punctual() {
        assert_eq!([overdue(0, Some(Day(60))), overdue(9, None)], [[0; 3]; 2]);
    }
}
