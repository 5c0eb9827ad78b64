//! Text that people wrote: names, notes, words. Only its limits live here. What is accepted is kept byte for byte, never
//! trimmed or normalised, so that a caller reads back what it wrote.

use thiserror::Error;

/// A text that is refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TextError {
    /// Nothing, or only blanks, where text is required.
    #[error("must not be empty or blank")]
    Blank,
    /// More characters than allowed.
    #[error("must have at most {max} characters, got {got}")]
    TooLong {
        /// How many are allowed.
        max: usize,
        /// How many there are.
        got: usize,
    },
    /// A character that is not text, such as NUL or an escape.
    #[error("must not contain the control character U+{:04X}", u32::from(*.0))]
    Control(char),
}

/// One line of text that must be there.
///
/// # Errors
///
/// If it is blank, longer than `max_chars` characters, or contains control characters.
pub fn required(value: impl Into<String>, max_chars: usize) -> Result<String, TextError> {
    let value = value.into();
    if value.trim().is_empty() {
        return Err(TextError::Blank);
    }
    optional(value, max_chars)
}

/// One line of text that may be empty.
///
/// # Errors
///
/// If it is longer than `max_chars` characters or contains control characters.
pub fn optional(value: impl Into<String>, max_chars: usize) -> Result<String, TextError> {
    checked(value.into(), max_chars, |_| false)
}

/// Text of several lines that may be empty; line breaks of any system and tabs are allowed.
///
/// # Errors
///
/// If it is longer than `max_chars` characters or contains other control characters.
pub fn note(value: impl Into<String>, max_chars: usize) -> Result<String, TextError> {
    checked(value.into(), max_chars, |c| matches!(c, '\n' | '\r' | '\t'))
}

/// Text of several lines that must be there.
///
/// # Errors
///
/// If it is blank, or as `note`.
pub fn required_note(value: impl Into<String>, max_chars: usize) -> Result<String, TextError> {
    let value = value.into();
    if value.trim().is_empty() {
        return Err(TextError::Blank);
    }
    note(value, max_chars)
}

fn checked(value: String, max: usize, spared: impl Fn(char) -> bool) -> Result<String, TextError> {
    // Bytes bound the characters from above: most texts need no counting.
    if value.len() > max {
        let got = value.chars().count();
        if got > max {
            return Err(TextError::TooLong { max, got });
        }
    }
    match value.chars().find(|&c| c.is_control() && !spared(c)) {
        Some(control) => Err(TextError::Control(control)),
        None => Ok(value),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn blank_is_refused_only_where_text_is_required() {
        for blank in ["", "  ", "\u{a0}\u{3000}"] {
            assert_eq!(required(blank, 10), Err(TextError::Blank));
            assert_eq!(optional(blank, 10), Ok(blank.to_owned()));
            assert_eq!(note(blank, 10), Ok(blank.to_owned()));
        }
    }

    #[test]
    fn length_is_counted_in_characters() {
        assert_eq!(required("关系关系", 4), Ok("关系关系".to_owned()));
        assert_eq!(required("关系关系", 3), Err(TextError::TooLong { max: 3, got: 4 }));
        assert_eq!(note("abcd", 3).unwrap_err().to_string(), "must have at most 3 characters, got 4");
    }

    #[test]
    fn control_characters_are_refused_but_notes_have_lines() {
        for control in ["a\0", "\u{7f}a", "a\u{85}b", "a\u{1b}[0m"] {
            assert!(matches!(optional(control, 10), Err(TextError::Control(_))), "{control:?}");
            assert!(matches!(note(control, 10), Err(TextError::Control(_))), "{control:?}");
        }
        assert_eq!(note("a\n\tb\r\n", 10), Ok("a\n\tb\r\n".to_owned()));
        assert_eq!(required("a\n\tb", 10), Err(TextError::Control('\n')));
        assert_eq!(optional("\0", 1).unwrap_err().to_string(), "must not contain the control character U+0000");
    }

    proptest! {
        #[test]
        fn accepted_text_is_kept_byte_for_byte(value in "\\PC{0,12}", max in 0_usize..12) {
            for accepted in [required(value.as_str(), max), optional(value.as_str(), max), note(value.as_str(), max)]
                .into_iter()
                .flatten()
            {
                prop_assert_eq!(&accepted, &value);
                prop_assert!(value.chars().count() <= max);
            }
        }
    }
}
