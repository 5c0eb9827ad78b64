//! Identifiers: what names a thing, as types that cannot be taken for each other. Only their grammar and making live
//! here, the text ids in this file and the others in a module each; how they are put into resource names is in `name`.
//!
//! An id that exists has the right form (parse, don't validate), except where storage vouches for it
//! (`from_trusted`): a rule made stricter later must not make stored rows unreadable.

use std::borrow::Borrow;
use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use uuid::Uuid;

use crate::violation::clip;

/// The text form of an id, for people and for serde. Before the modules, which use it too.
macro_rules! plain_text {
    ($name:ident) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;

            fn try_from(text: String) -> Result<Self, IdError> {
                Self::parse(text.as_str())
            }
        }
    };
}

mod revision;
mod unique;

pub use revision::RevisionNumber;
pub use unique::{FactId, MeasurementId, OperationId, RequestId, TargetDecisionId};

/// The longest id, in bytes, which are its characters: a DNS label.
const MAX_BYTES: usize = 63;

/// The namespace of ids derived from what the caller gave; fixed for ever, or retries would find other rows.
const DERIVED: Uuid = Uuid::from_u128(0x9f2c_51d6_3b0e_4d7a_8e61_c40b_77a3_1e95);

/// A text that is not the id it should be.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("must be {allowed}, got \"{}\"", clip(.got))]
pub struct IdError {
    /// What is allowed there.
    pub allowed: &'static str,
    /// What was given, whole.
    pub got: String,
}

/// Declares text ids that differ in meaning and share a grammar.
macro_rules! text_ids {
    (joined by $joint:literal: $($(#[$doc:meta])+ $name:ident,)+) => {$(
        $(#[$doc])+
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// What a text must look like to be this id.
            pub const ALLOWED: &'static str =
                concat!("1 to 63 characters of a-z, 0-9 and ", $joint, ", beginning with a letter");

            /// The id a caller wrote.
            ///
            /// # Errors
            ///
            /// If the text is not [`Self::ALLOWED`].
            pub fn parse(text: impl Into<String>) -> Result<Self, IdError> {
                let text = text.into();
                match is_id(&text, $joint) {
                    true => Ok(Self(text)),
                    false => Err(IdError { allowed: Self::ALLOWED, got: text }),
                }
            }

            /// The id read back from storage, where it was put after having been parsed.
            pub fn from_trusted(text: String) -> Self {
                Self(text)
            }

            /// The text of the id.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        plain_text!($name);

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    )+};
}

text_ids! { joined by '-':
    /// A customer: the key everywhere, never reused, not personal data.
    CustomerId,
    /// A place or channel where we meet customers.
    TouchpointId,
    /// A customer pyramid.
    PyramidId,
    /// A tier of a pyramid revision.
    TierId,
    /// A questionnaire.
    QuestionnaireId,
    /// What a service is held to.
    ServiceStandardId,
    /// A number that somebody else reports of satisfaction.
    BenchmarkId,
    /// A number that satisfaction shall reach.
    SatisfactionTargetId,
    /// A system that reports facts or has its own ids for customers.
    SourceName,
}

text_ids! { joined by '_':
    /// An attribute that the deployment defined for its customers.
    AttributeKey,
    /// A label put on a customer.
    LabelKey,
    /// A measure of the segmentation.
    MeasureId,
    /// A dimension of a questionnaire.
    DimensionId,
    /// An item of a questionnaire.
    ItemId,
}

impl CustomerId {
    /// The id that follows from `parts`, always the same: `c-` and 32 hexadecimal digits.
    pub fn derived(parts: &[&str]) -> Self {
        let mut bytes = Vec::new();
        for part in parts {
            // The length keeps ["ab", "c"] and ["a", "bc"] apart.
            bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
            bytes.extend_from_slice(part.as_bytes());
        }
        Self(format!("c-{}", Uuid::new_v5(&DERIVED, &bytes).simple()))
    }

    /// The id of the customer that a request makes, always the same: `c-` and the hexadecimal digits of the request's. Not
    /// a hash of it: where callers number their requests in the order of time (UUIDv7), new customers lie side by side in
    /// the database instead of each on a page of its own.
    pub fn of_request(request: &RequestId) -> Self {
        Self(format!("c-{}", Uuid::from_bytes(*request.as_bytes()).simple()))
    }
}

fn is_id(text: &str, joint: char) -> bool {
    let rest = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == joint;
    text.len() <= MAX_BYTES && text.starts_with(|c: char| c.is_ascii_lowercase()) && text.chars().all(rest)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn grammar_has_edges() {
        let longest = "a".repeat(63);
        for good in ["a", "a-", "z9-x", longest.as_str()] {
            assert_eq!(CustomerId::parse(good).unwrap().as_str(), good);
        }
        let too_long = "a".repeat(64);
        for bad in ["", "-", "9a", "A", "a_b", "a b", "ä", "aä", "a\n", too_long.as_str()] {
            assert!(CustomerId::parse(bad).is_err(), "{bad:?}");
        }
        assert!(LabelKey::parse("a_b").is_ok());
        let error = LabelKey::parse("a-b").unwrap_err().to_string();
        assert_eq!(error, "must be 1 to 63 characters of a-z, 0-9 and _, beginning with a letter, got \"a-b\"");
    }

    #[test]
    fn derived_ids_never_change() {
        let id = CustomerId::derived(&["anna", "0198c0de"]);
        assert_eq!(id.as_str(), "c-2d303e6a3b0150e79a0c5ff211995f29");
        assert_ne!(CustomerId::derived(&["ab", "c"]), CustomerId::derived(&["a", "bc"]));
        assert_ne!(CustomerId::derived(&["a"]), CustomerId::derived(&["a", ""]));
    }

    #[test]
    fn customers_of_requests_sort_like_them() {
        let request = RequestId::parse("0198C0DE-0000-7000-8000-00000000000a").unwrap();
        let customer = CustomerId::of_request(&request);
        assert_eq!(customer.as_str(), "c-0198c0de00007000800000000000000a");
        assert_eq!(CustomerId::parse(customer.as_str()).unwrap(), customer);
    }

    proptest! {
        #[test]
        fn accepted_ids_are_kept(text in "[a-z][a-z0-9-]{0,62}") {
            let id = CustomerId::parse(text.as_str()).unwrap();
            prop_assert_eq!(id.to_string(), text.as_str());
            prop_assert_eq!(String::from(id.clone()), text.as_str());
            prop_assert_eq!(CustomerId::from_trusted(text), id);
        }

        #[test]
        fn derived_ids_are_ids(parts in proptest::collection::vec(any::<String>(), 0..4)) {
            let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
            let id = CustomerId::derived(&parts);
            prop_assert_eq!(CustomerId::parse(id.as_str()), Ok(id.clone()));
            prop_assert_eq!(CustomerId::derived(&parts), id);
        }
    }
}
