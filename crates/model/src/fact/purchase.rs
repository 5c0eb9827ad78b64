//! A sale or a return, and what it adds to the sums.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{Amount, Counter, Day, SourceName, Tally};

/// A sale or a return. Amounts and quantities are positive in both; a return takes them away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Purchase {
    pub r#type: PurchaseType,
    pub lines: Vec<PurchaseLine>,
    pub net: Amount,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promotion: Option<Promotion>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub channel: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact_id: Option<SourceName>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_date: Option<Day>,
    /// Paid in another currency: code, units, nanos. Information only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original: Option<(String, i64, i32)>,
}

/// One product of a purchase. `list - discount = net` holds for every line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PurchaseLine {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub product: String,
    pub quantity: i64,
    pub list: Amount,
    pub discount: Amount,
    pub net: Amount,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<Amount>,
}

/// Why the amounts of a line do not go together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum LineError {
    #[error("must not be negative")]
    Negative,
    #[error("net_amount must be list_amount - discount_amount")]
    Unbalanced,
}

impl PurchaseLine {
    /// Fills in what follows of list and discount from the net amount, and checks that they go together.
    pub fn amounts(list: Option<Amount>, discount: Option<Amount>, net: Amount) -> Result<(Amount, Amount), LineError> {
        let (list, discount) = match (list, discount) {
            (Some(list), Some(discount)) => (list, discount),
            (Some(list), None) => (list, Amount(list.0.saturating_sub(net.0))),
            (None, Some(discount)) => (Amount(net.0.saturating_add(discount.0)), discount),
            (None, None) => (net, Amount(0)),
        };
        if list.0.checked_sub(discount.0) != Some(net.0) {
            return Err(LineError::Unbalanced);
        }
        if list.0 < 0 || discount.0 < 0 || net.0 < 0 {
            return Err(LineError::Negative);
        }
        Ok((list, discount))
    }
}

/// A promotion and what it is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promotion {
    pub id: String,
    pub purpose: Option<PromotionPurpose>,
}

crate::words! {
    /// Sale or return.
    PurchaseType { Sale = 1, Return = 2 }
    /// What a promotion is for.
    PromotionPurpose { Acquisition = 1, Retention = 2, Development = 3, WinBack = 4, Clearance = 5, Reward = 6 }
}

impl Purchase {
    /// The sum of the lines' net amounts.
    pub fn net_of(lines: &[PurchaseLine]) -> Option<Amount> {
        lines.iter().try_fold(0i64, |sum, line| sum.checked_add(line.net.0)).map(Amount)
    }

    pub(super) fn tally(&self) -> Option<Tally> {
        let mut tally = Tally::default();
        for line in &self.lines {
            let mut one = Tally::default();
            one[Counter::Units] = line.quantity;
            one[Counter::ListAmount] = line.list.0;
            one[Counter::DiscountAmount] = line.discount.0;
            one[Counter::NetRevenue] = line.net.0;
            if let Some(cost) = line.cost {
                one[Counter::CostedRevenue] = line.net.0;
                one[Counter::CostOfGoods] = cost.0;
            }
            tally = tally.plus(&one)?;
        }
        if self.r#type == PurchaseType::Return {
            tally = tally.negated()?;
        }
        tally[Counter::Lines] = i64::try_from(self.lines.len()).ok()?;
        tally[Counter::CostedLines] =
            i64::try_from(self.lines.iter().filter(|line| line.cost.is_some()).count()).ok()?;
        match self.r#type {
            PurchaseType::Sale => {
                tally[Counter::Purchases] = 1;
                tally[Counter::PromotedPurchases] = i64::from(self.promotion.is_some());
            }
            PurchaseType::Return => tally[Counter::Returns] = 1,
        }
        Some(tally)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(net: i64, cost: Option<i64>) -> PurchaseLine {
        PurchaseLine {
            product: String::new(),
            quantity: 2,
            list: Amount(net),
            discount: Amount(0),
            net: Amount(net),
            cost: cost.map(Amount),
        }
    }

    fn purchase(r#type: PurchaseType, lines: Vec<PurchaseLine>) -> Purchase {
        let net = Purchase::net_of(&lines).unwrap();
        Purchase {
            r#type,
            lines,
            net,
            promotion: None,
            channel: String::new(),
            contact_id: None,
            due_date: None,
            original: None,
        }
    }

    #[test]
    fn a_return_takes_away_what_a_sale_brought_but_counts_its_lines() {
        let lines = vec![line(100, Some(60)), line(50, None)];
        let sale = purchase(PurchaseType::Sale, lines.clone()).tally().unwrap();
        let back = purchase(PurchaseType::Return, lines).tally().unwrap();
        let both = sale.plus(&back).unwrap();
        assert_eq!(
            (sale[Counter::NetRevenue], sale[Counter::CostedRevenue], sale[Counter::CostOfGoods]),
            (150, 100, 60)
        );
        assert_eq!((both[Counter::NetRevenue], both[Counter::Units], both[Counter::CostOfGoods]), (0, 0, 0));
        assert_eq!((both[Counter::Purchases], both[Counter::Returns]), (1, 1));
        assert_eq!((both[Counter::Lines], both[Counter::CostedLines]), (4, 2));
    }

    #[test]
    fn amounts_of_a_line_complete_each_other() {
        let some = |n| Some(Amount(n));
        assert_eq!(PurchaseLine::amounts(None, None, Amount(90)), Ok((Amount(90), Amount(0))));
        assert_eq!(PurchaseLine::amounts(some(100), None, Amount(90)), Ok((Amount(100), Amount(10))));
        assert_eq!(PurchaseLine::amounts(None, some(10), Amount(90)), Ok((Amount(100), Amount(10))));
        assert_eq!(PurchaseLine::amounts(some(100), some(9), Amount(90)), Err(LineError::Unbalanced));
        assert_eq!(PurchaseLine::amounts(some(80), None, Amount(90)), Err(LineError::Negative));
    }
}
