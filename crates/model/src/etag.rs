//! Etags: what a caller sends back to say which revision it saw. Whether a stale one stops a change is decided where
//! the change is made.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

/// Keeps our hashes apart from every other use of version 5 UUIDs; etags held by callers depend on it.
const NAMESPACE: Uuid = Uuid::from_u128(0x6775_616e_7869_4574_9167_7265_7669_7369);

/// The etag of one revision of the resource called `name`: quoted, opaque, and of no use on another resource.
pub fn etag(name: &str, revision: i64) -> String {
    format!("\"{}\"", opaque(name, revision))
}

/// Whether `given` is the etag of this revision. Etags are optional, so nothing given always matches; the quotes may be
/// missing, because shells and JSON tools eat them.
pub fn matches(given: &str, name: &str, revision: i64) -> bool {
    let bare = given.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(given);
    given.is_empty() || bare == opaque(name, revision)
}

fn opaque(name: &str, revision: i64) -> String {
    // The revision has a fixed width, so no name can run into it.
    let seen = [&revision.to_be_bytes(), name.as_bytes()].concat();
    URL_SAFE_NO_PAD.encode(Uuid::new_v5(&NAMESPACE, &seen))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn etag_is_quoted_and_never_changes() {
        assert_eq!(etag("customers/ada", 7), "\"xzO9PXcEX0u7xEjpBd_nVA\"");
    }

    #[test]
    fn only_nothing_at_all_matches_anything() {
        assert!(matches("", "customers/ada", 7));
        for given in ["\"\"", "\"", " ", "*", "7"] {
            assert!(!matches(given, "customers/ada", 7), "{given}");
        }
    }

    proptest! {
        #[test]
        fn etag_matches_its_own_revision_with_and_without_quotes(name in any::<String>(), revision: i64) {
            let etag = etag(&name, revision);
            prop_assert!(matches(&etag, &name, revision));
            prop_assert!(matches(etag.trim_matches('"'), &name, revision));
        }

        #[test]
        fn etag_matches_no_other_revision_or_resource(name: String, other: String, revision: i64, later: i64) {
            prop_assume!((&name, revision) != (&other, later));
            prop_assert!(!matches(&etag(&name, revision), &other, later));
        }
    }
}
