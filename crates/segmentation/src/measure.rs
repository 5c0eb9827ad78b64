//! The catalogue of measures: what each says about a customer, in which unit, and how completely it is known. A
//! measure reads one customer over one window (formula.rs); there is no scoring here.
//!
//! Transaction, financial and contact measures follow the value segmentation of Zeithaml, Rust & Lemon (2001) and the
//! activity-based cost to serve of Kaplan & Narayanan (2001); recency, frequency and money are those of Hughes (1994).

mod coverage;
mod formula;

use serde::{Deserialize, Serialize};

use crate::subject::{Needs, Span, Subject};
use crate::window::Window;

pub use coverage::{Coverage, Reading};
use formula::Formula;

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
}

#[cfg(test)]
mod tests;
