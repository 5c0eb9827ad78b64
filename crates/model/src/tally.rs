//! What is counted per customer: integer counts and sums, kept for each customer-day (the bucket) and for the
//! customer's whole life (the summary). Only what can be added and taken back again lives here, so that a tally does
//! not depend on the order in which facts came; averages, shares and scores are read from it elsewhere.
//!
//! The idea is the commutative group of integer vectors: a fact adds its tally, its correction adds the negation.

use std::ops::{Index, IndexMut};

/// Declares the counters once; the order of the list is the order of `Counter::ALL` and of the storage columns.
macro_rules! counters {
    ($($(#[$doc:meta])+ $variant:ident = $name:literal,)+) => {
        /// One count or sum of a [`Tally`]. Money is in minor units of the deployment's currency.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Counter {
            $($(#[$doc])+ $variant,)+
        }

        impl Counter {
            /// Every counter, in storage order.
            pub const ALL: &'static [Counter] = &[$(Counter::$variant,)+];

            /// The name of the counter's column, in snake case.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Counter::$variant => $name,)+
                }
            }
        }
    };
}

counters! {
    /// Sales; a return is not a purchase.
    Purchases = "purchases",
    /// Returns.
    Returns = "returns",
    /// Sales made under a promotion.
    PromotedPurchases = "promoted_purchases",
    /// Units sold; returned units enter negatively.
    Units = "units",
    /// Lines of sales and returns.
    Lines = "lines",
    /// Those of `Lines` whose cost of goods is known.
    CostedLines = "costed_lines",
    /// Money at list prices; returns negative.
    ListAmount = "list_amount",
    /// Money taken off list prices; returns negative.
    DiscountAmount = "discount_amount",
    /// Money after discounts; returns negative.
    NetRevenue = "net_revenue",
    /// The part of `NetRevenue` that comes from lines whose cost is known; money.
    CostedRevenue = "costed_revenue",
    /// Money the goods of the costed lines cost us; returns negative.
    CostOfGoods = "cost_of_goods",
    /// Contacts of every purpose.
    Interactions = "interactions",
    /// Contacts whose purpose was a complaint.
    Complaints = "complaints",
    /// Contacts whose purpose was praise.
    Praises = "praises",
    /// Contacts whose purpose was a suggestion.
    Suggestions = "suggestions",
    /// Contacts whose purpose was an inquiry.
    Inquiries = "inquiries",
    /// Contacts whose purpose was service.
    ServiceRequests = "service_requests",
    /// Contacts whose purpose was a visit.
    Visits = "visits",
    /// Contacts whose purpose was to follow up.
    FollowUps = "follow_ups",
    /// Contacts whose purpose was co-creation.
    CoCreations = "co_creations",
    /// Those of `Interactions` whose duration is known.
    TimedInteractions = "timed_interactions",
    /// Seconds spent in the timed interactions.
    ContactSeconds = "contact_seconds",
    /// Those of `Interactions` whose handling cost is known.
    CostedInteractions = "costed_interactions",
    /// Money the costed interactions cost us.
    HandlingCost = "handling_cost",
    /// Payments, whether or not they settled all that was due.
    Payments = "payments",
    /// Money that was due.
    AmountDue = "amount_due",
    /// Money that was paid.
    AmountPaid = "amount_paid",
    /// Money that was withheld.
    AmountWithheld = "amount_withheld",
    /// Contacts in which the customer recommended us to somebody.
    Referrals = "referrals",
    /// Those of `Payments` that paid something by or after a known due date.
    DatedPayments = "dated_payments",
    /// Those of `DatedPayments` that were not late.
    PunctualPayments = "punctual_payments",
    /// Days by which the dated payments came after their due dates.
    DaysOverdue = "days_overdue",
}

impl Counter {
    /// How many counters a tally has.
    pub const COUNT: usize = Counter::ALL.len();
}

/// One value per [`Counter`]; zero everywhere by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tally([i64; Counter::COUNT]);

impl Tally {
    /// Zero everywhere.
    pub const ZERO: Tally = Tally([0; Counter::COUNT]);

    /// The sum counter by counter, or nothing when one of them would leave the range of `i64`.
    pub fn plus(&self, other: &Tally) -> Option<Tally> {
        self.combine(other, i64::checked_add)
    }

    /// The difference counter by counter, or nothing when one of them would leave the range of `i64`.
    pub fn minus(&self, other: &Tally) -> Option<Tally> {
        self.combine(other, i64::checked_sub)
    }

    /// What takes this tally back, or nothing when a counter is `i64::MIN`.
    pub fn negated(&self) -> Option<Tally> {
        Tally::default().minus(self)
    }

    /// Whether every counter is zero.
    pub fn is_zero(&self) -> bool {
        self.0.iter().all(|value| *value == 0)
    }

    /// The counters with their values, in storage order.
    pub fn iter(&self) -> impl Iterator<Item = (Counter, i64)> + '_ {
        Counter::ALL.iter().copied().zip(self.0.iter().copied())
    }

    fn combine(&self, other: &Tally, apply: impl Fn(i64, i64) -> Option<i64>) -> Option<Tally> {
        let mut result = Tally::default();
        for (slot, (left, right)) in result.0.iter_mut().zip(self.0.iter().zip(&other.0)) {
            *slot = apply(*left, *right)?;
        }
        Some(result)
    }
}

impl Default for Tally {
    fn default() -> Self {
        Tally::ZERO
    }
}

impl FromIterator<(Counter, i64)> for Tally {
    /// Sets the counters named; a counter named twice keeps the later value.
    fn from_iter<I: IntoIterator<Item = (Counter, i64)>>(values: I) -> Self {
        let mut tally = Tally::default();
        for (counter, value) in values {
            tally[counter] = value;
        }
        tally
    }
}

impl Index<Counter> for Tally {
    type Output = i64;

    fn index(&self, counter: Counter) -> &i64 {
        &self.0[counter as usize]
    }
}

impl IndexMut<Counter> for Tally {
    fn index_mut(&mut self, counter: Counter) -> &mut i64 {
        &mut self.0[counter as usize]
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tallies() -> impl Strategy<Value = Tally> {
        proptest::collection::vec(-1_000_000_000_i64..1_000_000_000, Counter::COUNT)
            .prop_map(|values| Counter::ALL.iter().copied().zip(values).collect())
    }

    #[test]
    fn names_are_distinct_snake_case() {
        let mut names: Vec<_> = Counter::ALL.iter().map(|counter| counter.name()).collect();
        assert!(names.iter().all(|name| name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')));
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Counter::COUNT);
    }

    #[test]
    fn index_follows_storage_order() {
        for (position, counter) in Counter::ALL.iter().enumerate() {
            assert_eq!(*counter as usize, position);
        }
    }

    #[test]
    fn overflow_is_refused_whichever_counter_it_hits() {
        for counter in Counter::ALL {
            let full = Tally::from_iter([(*counter, i64::MAX)]);
            let one = Tally::from_iter([(*counter, 1)]);
            assert_eq!(full.plus(&one), None);
            assert_eq!(Tally::from_iter([(*counter, i64::MIN)]).minus(&one), None);
            assert_eq!(Tally::from_iter([(*counter, i64::MIN)]).negated(), None);
        }
    }

    #[test]
    fn zero_is_zero() {
        assert!(Tally::default().is_zero());
        assert!(!Tally::from_iter([(Counter::Visits, -1)]).is_zero());
    }

    proptest! {
        #[test]
        fn tallies_form_a_commutative_group(a in tallies(), b in tallies(), c in tallies()) {
            prop_assert_eq!(a.plus(&b), b.plus(&a));
            prop_assert_eq!(a.plus(&b).unwrap().plus(&c), b.plus(&c).unwrap().plus(&a));
            prop_assert_eq!(a.plus(&b).unwrap().minus(&b), Some(a));
            prop_assert!(a.plus(&a.negated().unwrap()).unwrap().is_zero());
        }
    }
}
