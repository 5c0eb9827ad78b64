//! Revision numbers: counted from 1 within what is revised.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::IdError;

/// The number of a revision of a scheme: 1, 2, 3...
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct RevisionNumber(u32);

impl RevisionNumber {
    /// The first revision.
    pub const FIRST: Self = Self(1);
    /// What a text must look like to be a revision number.
    pub const ALLOWED: &'static str = "a number from 1 to 4294967295 without leading zeros";

    /// The revision with this number; none has number 0.
    pub fn new(number: u32) -> Option<Self> {
        (number >= 1).then_some(Self(number))
    }

    /// The number a caller wrote. One text per number, so that equal resource names are equal texts.
    ///
    /// # Errors
    ///
    /// If the text is not [`Self::ALLOWED`].
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let number = text.parse().ok().and_then(Self::new).filter(|number| number.to_string() == text);
        number.ok_or_else(|| IdError { allowed: Self::ALLOWED, got: text.to_owned() })
    }

    /// The number.
    pub fn get(self) -> u32 {
        self.0
    }

    /// The revision after this one; none after the last there can be.
    pub fn next(self) -> Option<Self> {
        self.0.checked_add(1).map(Self)
    }
}

impl fmt::Display for RevisionNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl TryFrom<u32> for RevisionNumber {
    type Error = IdError;

    fn try_from(number: u32) -> Result<Self, IdError> {
        Self::new(number).ok_or_else(|| IdError { allowed: Self::ALLOWED, got: number.to_string() })
    }
}

impl From<RevisionNumber> for u32 {
    fn from(number: RevisionNumber) -> Self {
        number.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_text_per_number() {
        assert_eq!(RevisionNumber::parse("1"), Ok(RevisionNumber::FIRST));
        assert_eq!(RevisionNumber::parse("4294967295").map(RevisionNumber::get), Ok(u32::MAX));
        for wrong in ["", "0", "01", "+1", "-1", " 1", "1.0", "4294967296", "latest"] {
            assert!(RevisionNumber::parse(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn numbers_end() {
        assert_eq!(RevisionNumber::FIRST.next(), RevisionNumber::new(2));
        assert_eq!(RevisionNumber::new(u32::MAX).and_then(RevisionNumber::next), None);
        assert_eq!(RevisionNumber::try_from(0).unwrap_err().got, "0");
    }
}
