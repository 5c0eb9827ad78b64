//! Closed lists of words. Each word has a code, the number it has on the wire and in storage; 0 is no word.

/// A closed list of words with their codes.
pub trait Words: Copy + Eq + Sized + 'static {
    /// Every word with its code, in rising order.
    const ALL: &'static [(Self, i16)];

    /// The word of a code.
    fn from_code(code: i32) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| i32::from(*known) == code).map(|(word, _)| *word)
    }

    /// The code of the word.
    fn code(self) -> i16 {
        Self::ALL.iter().find(|(word, _)| *word == self).map_or(0, |(_, code)| *code)
    }
}

/// Declares enums of words; their serde form is the word in snake case.
#[macro_export]
macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($word:ident = $code:literal),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[allow(missing_docs, reason = "the words speak for themselves; the contract documents each")]
        pub enum $name { $($word),+ }

        impl $crate::Words for $name {
            const ALL: &'static [(Self, i16)] = &[$(($name::$word, $code)),+];
        }
    )+};
}
