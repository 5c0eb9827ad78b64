//! The catalogue of measures: what each says about a customer, in which unit, and how completely it is known. A
//! measure reads one customer over one window; there is no scoring here.
//!
//! Transaction, financial and contact measures follow the value segmentation of Zeithaml, Rust & Lemon (2001) and the
//! activity-based cost to serve of Kaplan & Narayanan (2001); recency, frequency and money are those of Hughes (1994).

use std::cmp::Ordering;

use guanxi_model::Counter;
use serde::{Deserialize, Serialize};

use crate::subject::{Needs, Span, Subject};
use crate::window::{PARTS, Window};

/// What a measure is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    Transaction,
    Financial,
    Contact,
    Characteristic,
}

/// What the integer value of a measure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Count,
    /// Minor units of the deployment's currency.
    Money,
    Seconds,
    Days,
    /// Millionths: of a mean, of a share, of a count that fades.
    Number,
}

/// One number about a customer. The serialised names are stored with every revision and never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MeasureKind {
    PurchaseCount,
    ReturnCount,
    UnitCount,
    PromotedPurchaseCount,
    /// Days with a purchase: several on one day are one.
    PurchaseDayCount,
    DistinctProductCount,
    /// Days since the last purchase.
    Recency,
    /// Days since the first purchase.
    Tenure,
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
    /// Net revenue for each purchase.
    AverageOrderValue,
    /// Of the payments whose due date is known, those that were not late.
    PaidOnTimeShare,
    /// By how many days, in the mean, those payments were late.
    DaysOverdue,
    InteractionCount,
    ComplaintCount,
    PraiseCount,
    SuggestionCount,
    InquiryCount,
    ServiceRequestCount,
    VisitCount,
    FollowUpCount,
    CoCreationCount,
    ReferralCount,
    /// Known for the interactions that carry a duration.
    ContactSeconds,
    /// Whatever an expression over attributes and other measures comes to.
    Expression,
}

/// How a value comes about.
#[derive(Clone, Copy, Debug)]
enum Formula {
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

/// How many of the facts behind a reading carry what the measure needs. Nothing to know is fully known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    pub known: i128,
    pub total: i128,
}

/// A measure of one customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// In the unit of the measure; nothing when too little is known. Zero is a value.
    pub value: Option<i64>,
    pub coverage: Coverage,
}

impl Unit {
    /// How many there are in one of what callers speak of, money apart.
    pub fn per_one(self) -> i64 {
        if self == Unit::Number { 1_000_000 } else { 1 }
    }
}

impl MeasureKind {
    /// Every kind that is read from facts, in the order of the catalogue.
    pub const ALL: [MeasureKind; 29] = [
        MeasureKind::PurchaseCount,
        MeasureKind::ReturnCount,
        MeasureKind::UnitCount,
        MeasureKind::PromotedPurchaseCount,
        MeasureKind::PurchaseDayCount,
        MeasureKind::DistinctProductCount,
        MeasureKind::Recency,
        MeasureKind::Tenure,
        MeasureKind::NetRevenue,
        MeasureKind::DiscountAmount,
        MeasureKind::CostOfGoods,
        MeasureKind::CostToServe,
        MeasureKind::ContributionMargin,
        MeasureKind::AmountPaid,
        MeasureKind::AmountWithheld,
        MeasureKind::AverageOrderValue,
        MeasureKind::PaidOnTimeShare,
        MeasureKind::DaysOverdue,
        MeasureKind::InteractionCount,
        MeasureKind::ComplaintCount,
        MeasureKind::PraiseCount,
        MeasureKind::SuggestionCount,
        MeasureKind::InquiryCount,
        MeasureKind::ServiceRequestCount,
        MeasureKind::VisitCount,
        MeasureKind::FollowUpCount,
        MeasureKind::CoCreationCount,
        MeasureKind::ReferralCount,
        MeasureKind::ContactSeconds,
    ];

    pub fn group(self) -> Group {
        match self {
            Self::PurchaseCount
            | Self::ReturnCount
            | Self::UnitCount
            | Self::PromotedPurchaseCount
            | Self::PurchaseDayCount
            | Self::DistinctProductCount
            | Self::Recency
            | Self::Tenure => Group::Transaction,
            Self::NetRevenue
            | Self::DiscountAmount
            | Self::CostOfGoods
            | Self::CostToServe
            | Self::ContributionMargin
            | Self::AmountPaid
            | Self::AmountWithheld
            | Self::AverageOrderValue
            | Self::PaidOnTimeShare
            | Self::DaysOverdue => Group::Financial,
            Self::InteractionCount
            | Self::ComplaintCount
            | Self::PraiseCount
            | Self::SuggestionCount
            | Self::InquiryCount
            | Self::ServiceRequestCount
            | Self::VisitCount
            | Self::FollowUpCount
            | Self::CoCreationCount
            | Self::ReferralCount
            | Self::ContactSeconds => Group::Contact,
            Self::Expression => Group::Characteristic,
        }
    }

    /// The unit over a window: a count that fades is no whole number.
    pub fn unit(self, window: Window) -> Unit {
        match self {
            Self::PaidOnTimeShare | Self::DaysOverdue | Self::Expression => Unit::Number,
            Self::ContactSeconds => Unit::Seconds,
            Self::Recency | Self::Tenure => Unit::Days,
            _ if self.group() == Group::Financial => Unit::Money,
            _ if matches!(window, Window::HalfLife { .. }) => Unit::Number,
            _ => Unit::Count,
        }
    }

    /// Whether the measure can be taken over a window.
    pub fn allows(self, window: Window) -> bool {
        match (self.formula(), window) {
            (_, Window::Lifetime) => true,
            (Formula::SinceFirstPurchase | Formula::SinceLastPurchase | Formula::Elsewhere, _) => false,
            (Formula::DistinctProducts, window) => !matches!(window, Window::HalfLife { .. }),
            _ => true,
        }
    }

    /// Reads the measure; missing when nothing of what it needs is known, or less than `min_coverage_bp` of it.
    pub fn read(self, subject: Subject<'_>, window: Window, min_coverage_bp: i32) -> Reading {
        let coverage = self.coverage(subject, window);
        if coverage.knows_nothing() || !coverage.reaches(min_coverage_bp) {
            return Reading { value: None, coverage };
        }
        Reading { value: self.value(subject, window), coverage }
    }

    /// What the measure asks for beside the sums over the life.
    pub(crate) fn needs(self, window: Window) -> Needs {
        let span = |wanted: bool| if wanted { window.span() } else { Span::Nothing };
        let is_of_products = matches!(self.formula(), Formula::DistinctProducts);
        let is_elsewhere = matches!(self.formula(), Formula::Elsewhere);
        let is_a_sum = matches!(self.formula(), Formula::Sum(_) | Formula::Margin | Formula::Ratio(..));
        Needs {
            counters: self.counters().into_iter().collect(),
            days: span(!(is_of_products || is_elsewhere || is_a_sum && window == Window::Lifetime)),
            products: span(is_of_products),
            ..Needs::default()
        }
    }

    /// Every counter that value and coverage are made of.
    fn counters(self) -> Vec<Counter> {
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

    fn formula(self) -> Formula {
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

    fn value(self, subject: Subject<'_>, window: Window) -> Option<i64> {
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

    fn coverage(self, subject: Subject<'_>, window: Window) -> Coverage {
        let pairs = self.covered_by().iter();
        let coverages = pairs.map(|(known, total)| Coverage {
            known: subject.total(window, *known),
            total: subject.total(window, *total),
        });
        let least = |least: Coverage, one: Coverage| if one.is_less_than(least) { one } else { least };
        coverages.reduce(least).unwrap_or_default()
    }
}

/// The quotient to the nearest whole number, halves away from zero. Where it would leave the range, the nearest value
/// keeps the order of customers.
fn rounded(number: i128, by: i128) -> i64 {
    let half = if number < 0 { -by / 2 } else { by / 2 };
    let quotient = number.saturating_add(half) / by;
    i64::try_from(quotient).unwrap_or(if quotient < 0 { i64::MIN } else { i64::MAX })
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
        self.total <= 0 || self.known * 10_000 >= i128::from(basis_points) * self.total
    }

    fn is_less_than(self, other: Coverage) -> bool {
        let share = |one: Coverage| one.share().unwrap_or(1.0);
        share(self) < share(other)
    }
}

#[cfg(test)]
mod tests;
