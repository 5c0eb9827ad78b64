//! What was read of a customer, and how completely it is known.

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

impl Coverage {
    /// The share known, or nothing when there is nothing to know.
    pub fn share(self) -> Option<f64> {
        (self.total > 0).then(|| self.known as f64 / self.total as f64)
    }

    pub(super) fn knows_nothing(self) -> bool {
        self.total > 0 && self.known <= 0
    }

    pub(super) fn reaches(self, basis_points: i32) -> bool {
        self.total <= 0 || self.known * 10_000 >= i128::from(basis_points) * self.total
    }

    pub(super) fn is_less_than(self, other: Coverage) -> bool {
        let share = |one: Coverage| one.share().unwrap_or(1.0);
        share(self) < share(other)
    }
}
