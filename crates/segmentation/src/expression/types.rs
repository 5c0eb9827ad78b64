//! The types of the language: what an expression and its parts can be.

use std::fmt;

use cel::common::types;
use guanxi_model::customer::ValueType;

use super::Wanted;

/// What an expression is made of. A list is none of them: it stands only to the right of `in`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Number,
    Text,
    Truth,
    /// Not known, after a fault or in an expression read back; taken for what is needed.
    Any,
}

impl Type {
    pub(super) fn fits(self, other: Type) -> bool {
        self == other || self == Type::Any || other == Type::Any
    }

    /// As a signature names it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Type::Number => "number",
            Type::Text => "text",
            Type::Truth => "truth",
            Type::Any => "anything",
        }
    }

    /// As CEL declares functions.
    pub(super) fn in_cel(self) -> types::Type {
        match self {
            Type::Number => types::DOUBLE_TYPE,
            Type::Text => types::STRING_TYPE,
            Type::Truth => types::BOOL_TYPE,
            Type::Any => types::DYN_TYPE,
        }
    }
}

impl From<Wanted> for Type {
    fn from(wanted: Wanted) -> Type {
        match wanted {
            Wanted::Number => Type::Number,
            Wanted::Truth => Type::Truth,
        }
    }
}

impl From<ValueType> for Type {
    fn from(of: ValueType) -> Type {
        match of {
            ValueType::Number | ValueType::Time => Type::Number,
            ValueType::Text => Type::Text,
            ValueType::Boolean => Type::Truth,
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Type::Number => "a number",
            Type::Text => "a text",
            Type::Truth => "true or false",
            Type::Any => "anything",
        })
    }
}
