//! What is wrong with an input, all of it at once: paths into the input and a sentence each. Only the collecting lives
//! here; the rules are the constructors of the domain types, whose errors become the sentences.
//!
//! The idea is the error accumulator of linkerd and svix: a caller who made three mistakes makes one more call, not three.

use std::fmt;

/// How many characters of a caller's value an error repeats.
const ECHOED_CHARS: usize = 64;

/// One fault of an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Where, from the root of the input: `customer.contacts[2].email`. Empty means the input as a whole.
    pub path: String,
    /// What is allowed there, and what was found.
    pub description: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => f.write_str(&self.description),
            path => write!(f, "{path}: {}", self.description),
        }
    }
}

/// The faults of an input, in the order in which they were found. All are kept; [`Violations::clipped`] shortens.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Violations(Vec<Violation>);

impl Violations {
    /// No faults yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A single fault.
    pub fn one(path: impl Into<String>, description: impl Into<String>) -> Self {
        let mut one = Self::new();
        one.push(path, description);
        one
    }

    /// The value of a field, or its error noted under `path`.
    pub fn field<T, E: fmt::Display>(&mut self, path: impl Into<String>, result: Result<T, E>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                self.push(path, error.to_string());
                None
            }
        }
    }

    /// Notes a fault.
    pub fn push(&mut self, path: impl Into<String>, description: impl Into<String>) {
        self.0.push(Violation { path: path.into(), description: description.into() });
    }

    /// Takes over the faults of a part that lies at `prefix`.
    pub fn merge(&mut self, prefix: &str, other: Violations) {
        self.0.extend(
            other.0.into_iter().map(|violation| Violation { path: joined(prefix, &violation.path), ..violation }),
        );
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many faults there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The faults in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Violation> {
        self.0.iter()
    }

    /// The first `limit` faults, and how many more there are.
    pub fn clipped(&self, limit: usize) -> (Vec<&Violation>, usize) {
        let shown: Vec<&Violation> = self.0.iter().take(limit).collect();
        let more = self.0.len() - shown.len();
        (shown, more)
    }

    /// Refuses if anything was noted.
    ///
    /// # Errors
    ///
    /// The violations themselves, unless there are none.
    pub fn finish(self) -> Result<(), Violations> {
        if self.is_empty() { Ok(()) } else { Err(self) }
    }
}

impl fmt::Display for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, violation) in self.0.iter().enumerate() {
            let separator = if i == 0 { "" } else { "; " };
            write!(f, "{separator}{violation}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Violations {}

fn joined(prefix: &str, path: &str) -> String {
    let dot = if prefix.is_empty() || path.is_empty() || path.starts_with('[') { "" } else { "." };
    format!("{prefix}{dot}{path}")
}

/// A caller's value as an error may repeat it: at most 64 characters, the last an ellipsis if some were cut, and no
/// control characters, since the text ends in logs and terminals.
pub fn clip(value: &str) -> String {
    let cut = value.chars().nth(ECHOED_CHARS).is_some();
    let kept = if cut { ECHOED_CHARS - 1 } else { ECHOED_CHARS };
    let mut clipped: String =
        value.chars().take(kept).map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect();
    if cut {
        clipped.push('…');
    }
    clipped
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn paths(violations: &Violations) -> Vec<&str> {
        violations.iter().map(|violation| violation.path.as_str()).collect()
    }

    #[test]
    fn fields_yield_values_and_keep_every_fault() {
        let mut violations = Violations::new();
        assert_eq!(violations.field("a", "7".parse::<i32>()), Some(7));
        assert_eq!(violations.field("b", "x".parse::<i32>()), None);
        assert_eq!(violations.field("c", Err::<(), _>("must be set")), None);
        assert_eq!(violations.to_string(), "b: invalid digit found in string; c: must be set");
        assert_eq!(violations.len(), 2);
        assert_eq!(violations.clone().finish(), Err(violations));
        assert_eq!(Violations::new().finish(), Ok(()));
    }

    #[test]
    fn merging_joins_paths() {
        let mut inner = Violations::one("email", "bad");
        inner.push("[2].name", "bad");
        inner.push("", "bad");
        let mut outer = Violations::new();
        outer.merge("customer.contacts", inner.clone());
        assert_eq!(paths(&outer), ["customer.contacts.email", "customer.contacts[2].name", "customer.contacts"]);
        let mut root = Violations::new();
        root.merge("", inner.clone());
        assert_eq!(root, inner);
    }

    #[test]
    fn clipping_counts_the_rest() {
        let mut violations = Violations::new();
        (0..25).for_each(|i| violations.push(format!("[{i}]"), "bad"));
        let (shown, more) = violations.clipped(20);
        assert_eq!((shown.len(), more), (20, 5));
        assert_eq!(violations.clipped(25).1, 0);
    }

    #[test]
    fn echo_keeps_64_characters_and_shows_the_cut() {
        assert_eq!(clip(&"ä".repeat(64)), "ä".repeat(64));
        assert_eq!(clip(&"ä".repeat(65)), "ä".repeat(63) + "…");
        assert_eq!(clip("a\u{1b}[2J\nb"), "a\u{fffd}[2J\u{fffd}b");
    }

    proptest! {
        #[test]
        fn echo_is_short_and_printable(value in any::<String>()) {
            let echoed = clip(&value);
            prop_assert!(echoed.chars().count() <= ECHOED_CHARS);
            prop_assert!(!echoed.contains(char::is_control));
        }
    }
}
