//! Resource names: the texts by which callers and the contract refer to things, from ids and back into them. Only the
//! patterns live here; whether a thing of that name exists is for storage to say.
//!
//! There is one name per thing: two names are the same thing exactly if they are the same text.

mod catalogue;
mod customers;
mod goals;

use thiserror::Error;

use crate::violation::clip;

pub use catalogue::*;
pub use customers::*;
pub use goals::*;

/// A text that is not the name it should be.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("must be {expected}, got \"{}\"", clip(.got))]
pub struct NameError {
    /// The pattern of the names allowed.
    pub expected: &'static str,
    /// What was given, whole.
    pub got: String,
}

/// What `ids` makes of the segments of `name` that stand where `pattern` has braces.
fn parse<const N: usize, T>(
    name: &str,
    pattern: &'static str,
    ids: impl FnOnce([&str; N]) -> Option<T>,
) -> Result<T, NameError> {
    let segments = braced_segments(name, pattern).and_then(|segments| segments.try_into().ok());
    segments.and_then(ids).ok_or_else(|| NameError { expected: pattern, got: name.to_owned() })
}

/// The segments of `name` in the braces of `pattern`, if all others are alike.
fn braced_segments<'a>(name: &'a str, pattern: &str) -> Option<Vec<&'a str>> {
    let mut given = name.split('/');
    let mut braced = Vec::with_capacity(2);
    for expected in pattern.split('/') {
        let segment = given.next()?;
        if expected.starts_with('{') {
            braced.push(segment);
        } else if segment != expected {
            return None;
        }
    }
    given.next().is_none().then_some(braced)
}

#[cfg(test)]
mod tests;
