//! Ids that are UUIDs: their reading and making. Whoever makes one hands in the time.

use std::fmt;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use serde::{Deserialize, Serialize};
use uuid::{Builder, NoContext, Uuid};

use super::IdError;
use crate::time::Timestamp;

/// Declares ids that are UUIDs and are read by the function named.
macro_rules! uuid_ids {
    (read by $read:ident, allowed $allowed:literal: $($(#[$doc:meta])+ $name:ident,)+) => {$(
        $(#[$doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Uuid);

        impl $name {
            /// What a text must look like to be this id.
            pub const ALLOWED: &'static str = $allowed;

            /// The id a caller wrote.
            ///
            /// # Errors
            ///
            /// If the text is not [`Self::ALLOWED`].
            pub fn parse(text: &str) -> Result<Self, IdError> {
                $read(text).map(Self).ok_or_else(|| IdError { allowed: Self::ALLOWED, got: text.to_owned() })
            }

            /// The id in storage form.
            pub fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }

            /// The id read back from storage.
            pub fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }
        }

        plain_text!($name);

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0.to_string()
            }
        }
    )+};
}

uuid_ids! { read by lower_uuid, allowed "a UUID of 36 characters in lower case":
    /// A fact. Ids made here sort by the time of recording.
    FactId,
    /// A long-running operation.
    OperationId,
    /// What was measured of a service. Ids made here sort by the time of recording.
    MeasurementId,
    /// What was decided about a tier or a customer. Ids made here sort by the time of recording.
    TargetDecisionId,
}

uuid_ids! { read by any_case_uuid, allowed "a UUID of 36 characters":
    /// What the caller calls one of its requests, so that a retry is known as such.
    RequestId,
}

impl FactId {
    /// A new id for what is recorded at `at`.
    pub fn new(at: Timestamp) -> Self {
        Self(time_ordered_uuid(at))
    }
}

impl OperationId {
    /// A new id for what is begun at `at`.
    pub fn new(at: Timestamp) -> Self {
        Self(time_ordered_uuid(at))
    }
}

impl MeasurementId {
    /// A new id for what is recorded at `at`.
    pub fn new(at: Timestamp) -> Self {
        Self(time_ordered_uuid(at))
    }
}

impl TargetDecisionId {
    /// A new id for what is recorded at `at`.
    pub fn new(at: Timestamp) -> Self {
        Self(time_ordered_uuid(at))
    }
}

/// Callers' libraries write UUIDs in either case; the other forms the uuid crate reads are no canonical text.
fn any_case_uuid(text: &str) -> Option<Uuid> {
    (text.len() == 36).then(|| Uuid::try_parse(text).ok()).flatten()
}

/// Our own ids have one text, so that equal resource names are equal texts.
fn lower_uuid(text: &str) -> Option<Uuid> {
    any_case_uuid(text).filter(|_| !text.contains(|c: char| c.is_ascii_uppercase()))
}

/// A UUIDv7 of the moment: milliseconds, the microsecond within, a count (RFC 9562 section 6.2, methods 3 and 1), and
/// randomness. What one process makes, in the order of time, sorts in the order of making.
fn time_ordered_uuid(at: Timestamp) -> Uuid {
    // Half of the 30 bits are left at the start, so that the count turns over after 500 million ids at the earliest.
    static COUNT: LazyLock<AtomicU32> = LazyLock::new(|| AtomicU32::new(random_u32() >> 3));
    let micros = u64::try_from(at.0).unwrap_or_default();
    let mut rest = [0; 10];
    rest[..2].copy_from_slice(&((micros % 1000) as u16).to_be_bytes());
    rest[2..6].copy_from_slice(&(COUNT.fetch_add(1, Ordering::Relaxed) & 0x3fff_ffff).to_be_bytes());
    rest[6..].copy_from_slice(&random_u32().to_be_bytes());
    Builder::from_unix_timestamp_millis(micros / 1000, &rest).into_uuid()
}

/// Random bits from the one source that the uuid crate exposes: the tail of a fresh id.
fn random_u32() -> u32 {
    Uuid::new_v7(uuid::Timestamp::from_unix(NoContext, 0, 0)).as_u128() as u32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CANONICAL: &str = "0198c0de-1234-7abc-8def-00112233aabb";

    #[test]
    fn only_canonical_text_is_read() {
        let compact = CANONICAL.replace('-', "");
        let braced = format!("{{{CANONICAL}}}");
        let urn = format!("urn:uuid:{CANONICAL}");
        for wrong in ["", "x", compact.as_str(), braced.as_str(), urn.as_str(), &CANONICAL.replace('a', "g")] {
            assert!(FactId::parse(wrong).is_err(), "{wrong}");
            assert!(RequestId::parse(wrong).is_err(), "{wrong}");
        }
        assert_eq!(FactId::parse(CANONICAL).unwrap().to_string(), CANONICAL);
    }

    #[test]
    fn only_request_ids_may_be_in_upper_case() {
        let upper = CANONICAL.to_uppercase();
        assert_eq!(RequestId::parse(&upper), RequestId::parse(CANONICAL));
        let error = FactId::parse(&upper).unwrap_err().to_string();
        assert_eq!(error, format!("must be a UUID of 36 characters in lower case, got \"{upper}\""));
    }

    #[test]
    fn new_ids_are_version_7_of_their_millisecond() {
        let id = FactId::new(Timestamp(1_774_776_600_123_456));
        assert_eq!((id.0.get_version_num(), id.0.get_variant()), (7, uuid::Variant::RFC4122));
        assert_eq!(id.0.as_u128() >> 80, 1_774_776_600_123);
        assert_eq!(OperationId::new(Timestamp(-1)).0.as_u128() >> 80, 0);
    }

    #[test]
    fn ids_of_one_moment_sort_as_made() {
        let ids: Vec<FactId> = (0..1000).map(|_| FactId::new(Timestamp(5))).collect();
        assert!(ids.is_sorted_by(|a, b| a < b));
    }

    proptest! {
        #[test]
        fn later_ids_sort_later(earlier in 0_i64..1 << 57, by in 1_i64..10_000) {
            prop_assert!(FactId::new(Timestamp(earlier + by)) > FactId::new(Timestamp(earlier)));
        }

        #[test]
        fn ids_survive_text_and_bytes(bytes: [u8; 16]) {
            let id = FactId::from_bytes(bytes);
            prop_assert_eq!(id.as_bytes(), &bytes);
            prop_assert_eq!(FactId::parse(&id.to_string()), Ok(id));
            let request = RequestId::from_bytes(bytes);
            prop_assert_eq!(RequestId::parse(&request.to_string().to_uppercase()), Ok(request));
        }
    }
}
