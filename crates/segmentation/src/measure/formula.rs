//! How the value of a measure comes about: from which counters, what must be known of it, and where it is heading.

use std::cmp::Ordering;

use guanxi_model::Counter;

use super::{Coverage, MeasureKind};
use crate::subject::Subject;
use crate::window::{PARTS, Window};

/// How a value comes about.
#[derive(Clone, Copy, Debug)]
pub(super) enum Formula {
    Sum(Counter),
    Margin,
    /// Undefined where there is nothing to divide by.
    Ratio(Counter, Counter),
    PurchaseDays,
    DistinctProducts,
    SinceLastPurchase,
    SinceFirstPurchase,
    /// Read from the other readings, see `readings`.
    Elsewhere,
}

impl MeasureKind {
    pub(super) fn formula(self) -> Formula {
        match self {
            Self::PurchaseCount => Formula::Sum(Counter::Purchases),
            Self::ReturnCount => Formula::Sum(Counter::Returns),
            Self::UnitCount => Formula::Sum(Counter::Units),
            Self::PromotedPurchaseCount => Formula::Sum(Counter::PromotedPurchases),
            Self::PurchaseDayCount => Formula::PurchaseDays,
            Self::DistinctProductCount => Formula::DistinctProducts,
            Self::Recency => Formula::SinceLastPurchase,
            Self::Tenure => Formula::SinceFirstPurchase,
            Self::NetRevenue => Formula::Sum(Counter::NetRevenue),
            Self::DiscountAmount => Formula::Sum(Counter::DiscountAmount),
            Self::CostOfGoods => Formula::Sum(Counter::CostOfGoods),
            Self::CostToServe => Formula::Sum(Counter::HandlingCost),
            Self::ContributionMargin => Formula::Margin,
            Self::AmountPaid => Formula::Sum(Counter::AmountPaid),
            Self::AmountWithheld => Formula::Sum(Counter::AmountWithheld),
            Self::AverageOrderValue => Formula::Ratio(Counter::NetRevenue, Counter::Purchases),
            Self::PaidOnTimeShare => Formula::Ratio(Counter::PunctualPayments, Counter::DatedPayments),
            Self::DaysOverdue => Formula::Ratio(Counter::DaysOverdue, Counter::DatedPayments),
            Self::InteractionCount => Formula::Sum(Counter::Interactions),
            Self::ComplaintCount => Formula::Sum(Counter::Complaints),
            Self::PraiseCount => Formula::Sum(Counter::Praises),
            Self::SuggestionCount => Formula::Sum(Counter::Suggestions),
            Self::InquiryCount => Formula::Sum(Counter::Inquiries),
            Self::ServiceRequestCount => Formula::Sum(Counter::ServiceRequests),
            Self::VisitCount => Formula::Sum(Counter::Visits),
            Self::FollowUpCount => Formula::Sum(Counter::FollowUps),
            Self::CoCreationCount => Formula::Sum(Counter::CoCreations),
            Self::ReferralCount => Formula::Sum(Counter::Referrals),
            Self::ContactSeconds => Formula::Sum(Counter::ContactSeconds),
            Self::Expression => Formula::Elsewhere,
        }
    }

    pub(super) fn value(self, subject: Subject<'_>, window: Window) -> Option<i64> {
        let total = |counter| subject.total(window, counter);
        let scale = i128::from(self.unit(window).per_one());
        let since = |day| Some(i64::from(subject.age(day)));
        match self.formula() {
            Formula::Sum(counter) => Some(rounded(total(counter) * scale, PARTS)),
            Formula::Margin => {
                let margin = total(Counter::CostedRevenue) - total(Counter::CostOfGoods) - total(Counter::HandlingCost);
                Some(rounded(margin, PARTS))
            }
            Formula::Ratio(part, whole) => {
                let whole = total(whole);
                (whole > 0).then(|| rounded(total(part) * scale, whole))
            }
            Formula::PurchaseDays => Some(rounded(subject.purchase_days(window) * scale, PARTS)),
            Formula::DistinctProducts => Some(subject.distinct_products(window)),
            Formula::Elsewhere => None,
            Formula::SinceLastPurchase => subject.first_and_last_purchase().and_then(|(_, last)| since(last)),
            Formula::SinceFirstPurchase => subject.first_and_last_purchase().and_then(|(first, _)| since(first)),
        }
    }

    pub(super) fn coverage(self, subject: Subject<'_>, window: Window) -> Coverage {
        let pairs = self.covered_by().iter();
        let coverages = pairs.map(|(known, total)| Coverage {
            known: subject.total(window, *known),
            total: subject.total(window, *total),
        });
        let least = |least: Coverage, one: Coverage| if one.is_less_than(least) { one } else { least };
        coverages.reduce(least).unwrap_or_default()
    }

    /// Every counter that value and coverage are made of.
    pub(super) fn counters(self) -> Vec<Counter> {
        let mut counters = match self.formula() {
            Formula::Sum(counter) => vec![counter],
            Formula::Margin => vec![Counter::CostedRevenue, Counter::CostOfGoods, Counter::HandlingCost],
            Formula::Ratio(part, whole) => vec![part, whole],
            Formula::PurchaseDays | Formula::SinceLastPurchase | Formula::SinceFirstPurchase => {
                vec![Counter::Purchases]
            }
            Formula::DistinctProducts | Formula::Elsewhere => Vec::new(),
        };
        counters.extend(self.covered_by().iter().flat_map(|(known, total)| [*known, *total]));
        counters
    }

    /// What is known, and of how much: the least known pair counts.
    fn covered_by(self) -> &'static [(Counter, Counter)] {
        const COST: (Counter, Counter) = (Counter::CostedLines, Counter::Lines);
        const SERVICE: (Counter, Counter) = (Counter::CostedInteractions, Counter::Interactions);
        match self {
            Self::CostOfGoods => &[COST],
            Self::CostToServe => &[SERVICE],
            Self::ContributionMargin => &[COST, SERVICE],
            Self::PaidOnTimeShare | Self::DaysOverdue => &[(Counter::DatedPayments, Counter::Payments)],
            Self::ContactSeconds => &[(Counter::TimedInteractions, Counter::Interactions)],
            _ => &[],
        }
    }

    /// Where a value is heading from day to day although nothing happens; nothing where that cannot be told. What fades
    /// moves towards 0. What is a share of something that fades, as ratios and coverages are, would stay, but for the
    /// rounding of weights and the end of all that weighs: so a value that is missing for want of coverage may come back.
    pub(crate) fn drift(self, window: Window, value: Option<i64>) -> Option<Ordering> {
        let fades = matches!(window, Window::HalfLife { .. });
        if fades && !self.covered_by().is_empty() {
            return None;
        }
        let Some(value) = value else { return Some(Ordering::Equal) };
        match self.formula() {
            Formula::SinceFirstPurchase | Formula::SinceLastPurchase => Some(Ordering::Greater),
            Formula::Ratio(..) if fades => None,
            Formula::Sum(_) | Formula::Margin | Formula::PurchaseDays if fades => Some(0.cmp(&value)),
            _ => Some(Ordering::Equal),
        }
    }
}

/// The quotient to the nearest whole number, halves away from zero. Where it would leave the range, the nearest value
/// keeps the order of customers.
fn rounded(number: i128, by: i128) -> i64 {
    let half = if number < 0 { -by / 2 } else { by / 2 };
    let quotient = number.saturating_add(half) / by;
    i64::try_from(quotient).unwrap_or(if quotient < 0 { i64::MIN } else { i64::MAX })
}
