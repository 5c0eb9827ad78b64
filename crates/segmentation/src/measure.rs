//! The catalogue of measures: what each says about a customer, in which unit, and how completely it is known. A
//! measure reads one tally and does not ask which window the tally covers; there is no scoring here.
//!
//! Transaction, financial and contact measures follow the value segmentation of Zeithaml, Rust & Lemon (2001) and the
//! activity-based cost to serve of Kaplan & Narayanan (2001).

use guanxi_model::{Counter, Tally};
use serde::{Deserialize, Serialize};

/// What a measure is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    Transaction,
    Financial,
    Contact,
}

/// What the integer value of a measure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Count,
    /// Minor units of the deployment's currency.
    Money,
    Seconds,
}

/// One number about a customer. The serialised names are stored with every revision and never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MeasureKind {
    PurchaseCount,
    ReturnCount,
    UnitCount,
    PromotedPurchaseCount,
    /// After discounts, less returns.
    NetRevenue,
    DiscountAmount,
    /// Known for the lines that carry a cost.
    CostOfGoods,
    /// Known for the interactions that carry a handling cost.
    CostToServe,
    /// Net revenue of the costed lines - their cost of goods - cost to serve: revenue whose cost is unknown stays out,
    /// so that an unknown cost never passes for a margin.
    ContributionMargin,
    AmountPaid,
    AmountWithheld,
    InteractionCount,
    ComplaintCount,
    PraiseCount,
    /// Known for the interactions that carry a duration.
    ContactSeconds,
}

/// How many of the facts behind a reading carry what the measure needs. Nothing to know is fully known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    pub known: i64,
    pub total: i64,
}

/// A measure read from a tally.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// In the unit of the measure; nothing when too little is known. Zero is a value.
    pub value: Option<i64>,
    pub coverage: Coverage,
}

impl MeasureKind {
    /// Every kind, in the order of the catalogue.
    pub const ALL: [MeasureKind; 15] = [
        MeasureKind::PurchaseCount,
        MeasureKind::ReturnCount,
        MeasureKind::UnitCount,
        MeasureKind::PromotedPurchaseCount,
        MeasureKind::NetRevenue,
        MeasureKind::DiscountAmount,
        MeasureKind::CostOfGoods,
        MeasureKind::CostToServe,
        MeasureKind::ContributionMargin,
        MeasureKind::AmountPaid,
        MeasureKind::AmountWithheld,
        MeasureKind::InteractionCount,
        MeasureKind::ComplaintCount,
        MeasureKind::PraiseCount,
        MeasureKind::ContactSeconds,
    ];

    pub fn group(self) -> Group {
        match self {
            Self::PurchaseCount | Self::ReturnCount | Self::UnitCount | Self::PromotedPurchaseCount => {
                Group::Transaction
            }
            Self::NetRevenue
            | Self::DiscountAmount
            | Self::CostOfGoods
            | Self::CostToServe
            | Self::ContributionMargin
            | Self::AmountPaid
            | Self::AmountWithheld => Group::Financial,
            Self::InteractionCount | Self::ComplaintCount | Self::PraiseCount | Self::ContactSeconds => Group::Contact,
        }
    }

    pub fn unit(self) -> Unit {
        match (self, self.group()) {
            (Self::ContactSeconds, _) => Unit::Seconds,
            (_, Group::Financial) => Unit::Money,
            (_, Group::Transaction | Group::Contact) => Unit::Count,
        }
    }

    /// Reads the measure; missing when nothing of what it needs is known, or less than `min_coverage_bp` of it.
    pub fn read(self, tally: &Tally, min_coverage_bp: i32) -> Reading {
        let coverage = self.coverage(tally);
        let missing = coverage.knows_nothing() || !coverage.reaches(min_coverage_bp);
        Reading { value: (!missing).then(|| self.value(tally)), coverage }
    }

    /// The counters that a reading depends on.
    pub fn counters(self) -> &'static [Counter] {
        match self {
            Self::PurchaseCount => &[Counter::Purchases],
            Self::ReturnCount => &[Counter::Returns],
            Self::UnitCount => &[Counter::Units],
            Self::PromotedPurchaseCount => &[Counter::PromotedPurchases],
            Self::NetRevenue => &[Counter::NetRevenue],
            Self::DiscountAmount => &[Counter::DiscountAmount],
            Self::CostOfGoods => &[Counter::CostOfGoods, Counter::CostedLines, Counter::Lines],
            Self::CostToServe => &[Counter::HandlingCost, Counter::CostedInteractions, Counter::Interactions],
            Self::ContributionMargin => &[
                Counter::CostedRevenue,
                Counter::CostOfGoods,
                Counter::HandlingCost,
                Counter::CostedLines,
                Counter::Lines,
                Counter::CostedInteractions,
                Counter::Interactions,
            ],
            Self::AmountPaid => &[Counter::AmountPaid],
            Self::AmountWithheld => &[Counter::AmountWithheld],
            Self::InteractionCount => &[Counter::Interactions],
            Self::ComplaintCount => &[Counter::Complaints],
            Self::PraiseCount => &[Counter::Praises],
            Self::ContactSeconds => &[Counter::ContactSeconds, Counter::TimedInteractions, Counter::Interactions],
        }
    }

    fn value(self, tally: &Tally) -> i64 {
        match self {
            Self::PurchaseCount => tally[Counter::Purchases],
            Self::ReturnCount => tally[Counter::Returns],
            Self::UnitCount => tally[Counter::Units],
            Self::PromotedPurchaseCount => tally[Counter::PromotedPurchases],
            Self::NetRevenue => tally[Counter::NetRevenue],
            Self::DiscountAmount => tally[Counter::DiscountAmount],
            Self::CostOfGoods => tally[Counter::CostOfGoods],
            Self::CostToServe => tally[Counter::HandlingCost],
            // Each sum fits; where their difference would not, the nearest value keeps the order of customers.
            Self::ContributionMargin => tally[Counter::CostedRevenue]
                .saturating_sub(tally[Counter::CostOfGoods])
                .saturating_sub(tally[Counter::HandlingCost]),
            Self::AmountPaid => tally[Counter::AmountPaid],
            Self::AmountWithheld => tally[Counter::AmountWithheld],
            Self::InteractionCount => tally[Counter::Interactions],
            Self::ComplaintCount => tally[Counter::Complaints],
            Self::PraiseCount => tally[Counter::Praises],
            Self::ContactSeconds => tally[Counter::ContactSeconds],
        }
    }

    fn coverage(self, tally: &Tally) -> Coverage {
        let of = |known, total| Coverage { known: tally[known], total: tally[total] };
        let cost = of(Counter::CostedLines, Counter::Lines);
        let service = of(Counter::CostedInteractions, Counter::Interactions);
        match self {
            Self::CostOfGoods => cost,
            Self::CostToServe => service,
            Self::ContributionMargin if service.is_less_than(cost) => service,
            Self::ContributionMargin => cost,
            Self::ContactSeconds => of(Counter::TimedInteractions, Counter::Interactions),
            _ => Coverage::default(),
        }
    }
}

impl Coverage {
    /// The share known, or nothing when there is nothing to know.
    pub fn share(self) -> Option<f64> {
        (self.total > 0).then(|| self.known as f64 / self.total as f64)
    }

    fn knows_nothing(self) -> bool {
        self.total > 0 && self.known <= 0
    }

    fn reaches(self, basis_points: i32) -> bool {
        self.total <= 0 || i128::from(self.known) * 10_000 >= i128::from(basis_points) * i128::from(self.total)
    }

    fn is_less_than(self, other: Coverage) -> bool {
        let (known, total) = self.fraction();
        let (other_known, other_total) = other.fraction();
        known * other_total < other_known * total
    }

    fn fraction(self) -> (i128, i128) {
        if self.total > 0 { (self.known.into(), self.total.into()) } else { (1, 1) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(kind: MeasureKind, min_coverage_bp: i32, counters: &[(Counter, i64)]) -> Reading {
        kind.read(&counters.iter().copied().collect(), min_coverage_bp)
    }

    #[test]
    fn readings_depend_on_their_counters_and_on_each_of_them() {
        // Doubling from one counter to the next: every part of a tally has sums of its own.
        let whole: Tally = Counter::ALL.iter().enumerate().map(|(place, one)| (*one, 1 << place)).collect();
        let only = |counters: &[Counter]| counters.iter().map(|one| (*one, whole[*one])).collect::<Tally>();
        for kind in MeasureKind::ALL {
            let counters = kind.counters();
            assert_eq!(kind.read(&only(counters), 1), kind.read(&whole, 1), "{kind:?}");
            for left_out in counters {
                let rest: Vec<Counter> = counters.iter().copied().filter(|one| one != left_out).collect();
                assert_ne!(kind.read(&only(&rest), 1), kind.read(&whole, 1), "{kind:?} without {left_out:?}");
            }
        }
    }

    #[test]
    fn zero_facts_are_full_coverage_of_nothing() {
        for kind in MeasureKind::ALL {
            let reading = read(kind, 10_000, &[]);
            assert_eq!(reading, Reading { value: Some(0), coverage: Coverage::default() }, "{kind:?}");
        }
    }

    #[test]
    fn unknown_cost_does_not_become_margin() {
        let half_costed = [
            (Counter::Lines, 2),
            (Counter::CostedLines, 1),
            (Counter::NetRevenue, 300),
            (Counter::CostedRevenue, 100),
            (Counter::CostOfGoods, 60),
            (Counter::Interactions, 4),
            (Counter::CostedInteractions, 4),
            (Counter::HandlingCost, 15),
        ];
        let margin = read(MeasureKind::ContributionMargin, 5_000, &half_costed);
        assert_eq!(margin, Reading { value: Some(25), coverage: Coverage { known: 1, total: 2 } });
        assert_eq!(read(MeasureKind::ContributionMargin, 5_001, &half_costed).value, None);
    }

    #[test]
    fn margin_is_covered_as_far_as_the_less_known_cost() {
        let counters = [
            (Counter::Lines, 3),
            (Counter::CostedLines, 2),
            (Counter::Interactions, 10),
            (Counter::CostedInteractions, 5),
        ];
        assert_eq!(read(MeasureKind::ContributionMargin, 0, &counters).coverage, Coverage { known: 5, total: 10 });
    }

    #[test]
    fn nothing_known_is_missing_even_without_a_minimum() {
        let reading = read(MeasureKind::ContactSeconds, 0, &[(Counter::Interactions, 7)]);
        assert_eq!(reading, Reading { value: None, coverage: Coverage { known: 0, total: 7 } });
        assert_eq!(read(MeasureKind::InteractionCount, 10_000, &[(Counter::Interactions, 7)]).value, Some(7));
    }

    #[test]
    fn coverage_compares_without_overflow_or_rounding() {
        let huge = Coverage { known: i64::MAX - 1, total: i64::MAX };
        assert!(!huge.reaches(10_000));
        assert!(huge.reaches(9_999));
        assert!(huge.is_less_than(Coverage::default()));
    }

    #[test]
    fn only_financial_measures_are_money() {
        for kind in MeasureKind::ALL {
            assert_eq!(kind.unit() == Unit::Money, kind.group() == Group::Financial, "{kind:?}");
        }
    }
}
