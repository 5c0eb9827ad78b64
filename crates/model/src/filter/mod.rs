//! Filters of lists: a small part of AIP-160, read into a typed tree. Here are the tree and the schema that says what a
//! list can be filtered by; reading is in `lexer`, `parser` and `typing`, printing in `print`. Turning a filter into
//! a query belongs to the store.
//!
//! Restrictions (`field op value`) are joined by `AND` (or by standing side by side), `OR`, `NOT` or `-`, and
//! parentheses; `OR` binds tighter than `AND`, as AIP-160 has it. Quotes never change what a value means, save that
//! keywords and anything with `*` must be quoted to be taken literally: there are no wildcards.

mod lexer;
mod parser;
mod print;
#[cfg(test)]
mod tests;
mod typing;

use crate::time::{Day, Timestamp};

/// The longest filter, in bytes.
pub const MAX_BYTES: usize = 4096;
/// The most restrictions in one filter.
pub const MAX_TERMS: usize = 50;
/// The deepest nesting of parentheses.
pub const MAX_DEPTH: usize = 20;

/// What a list can be filtered by: names of fields and their kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schema(pub &'static [(&'static str, Kind)]);

/// The kind of a field, which settles the values and operators it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Any text, compared byte by byte.
    Text,
    /// One of some words, in any case, each with its stored code.
    Enum(&'static [(&'static str, i16)]),
    /// `true` or `false`.
    Bool,
    /// A whole number.
    Int,
    /// An instant, written as RFC 3339.
    Timestamp,
    /// A day, written as 2026-01-31.
    Day,
    /// Text by key: `labels.region = "north"`, or `labels:region` for the presence of a key.
    TextMap,
}

impl Kind {
    /// The operators a field of this kind takes.
    pub const fn operators(self) -> &'static [Op] {
        match self {
            Self::Text | Self::Enum(_) => &[Op::Eq, Op::Ne],
            Self::Bool => &[Op::Eq],
            Self::Int | Self::Timestamp | Self::Day => &[Op::Eq, Op::Ne, Op::Lt, Op::Le, Op::Gt, Op::Ge],
            Self::TextMap => &[Op::Eq, Op::Ne, Op::Has],
        }
    }
}

/// A filter whose every field, operator and value its schema allows. Prints as a canonical text, the same for all
/// spellings of the same tree, which reads back as an equal filter unless it outgrew the limits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    schema: Schema,
    expr: Expr,
}

impl Filter {
    /// Reads a filter; the empty text is the filter that lets everything through.
    ///
    /// # Errors
    ///
    /// The first thing that is not allowed, where it stands, and what would be.
    pub fn parse(text: &str, schema: &Schema) -> Result<Self, FilterError> {
        Ok(Self { schema: *schema, expr: parser::parse(text, schema)? })
    }

    /// The condition, `And` of nothing when everything passes.
    pub const fn expr(&self) -> &Expr {
        &self.expr
    }

    /// Whether something passes of which it is known whether a restriction holds.
    pub fn admits(&self, holds: &impl Fn(&Term) -> bool) -> bool {
        self.expr.admits(holds)
    }

    /// The restrictions, in no particular order.
    pub fn terms(&self) -> Vec<&Term> {
        let (mut open, mut terms) = (vec![&self.expr], Vec::new());
        while let Some(expr) = open.pop() {
            match expr {
                Expr::And(parts) | Expr::Or(parts) => open.extend(parts),
                Expr::Not(part) => open.push(part),
                Expr::Term(term) => terms.push(term),
            }
        }
        terms
    }

    /// Whether everything passes.
    pub fn is_empty(&self) -> bool {
        matches!(&self.expr, Expr::And(parts) if parts.is_empty())
    }
}

/// A condition. An `And` or `Or` holds two parts or more, none of its own sort, except for the empty filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expr {
    /// All of these; of none, everything.
    And(Vec<Expr>),
    /// Any of these.
    Or(Vec<Expr>),
    /// Not this.
    Not(Box<Expr>),
    /// One restriction.
    Term(Term),
}

impl Expr {
    fn admits(&self, holds: &impl Fn(&Term) -> bool) -> bool {
        match self {
            Self::And(parts) => parts.iter().all(|part| part.admits(holds)),
            Self::Or(parts) => parts.iter().any(|part| part.admits(holds)),
            Self::Not(part) => !part.admits(holds),
            Self::Term(term) => holds(term),
        }
    }

    fn all(parts: Vec<Self>) -> Self {
        let nested = |part| match part {
            Self::And(inner) => inner,
            other => vec![other],
        };
        single(parts.into_iter().flat_map(nested).collect(), Self::And)
    }

    fn any(parts: Vec<Self>) -> Self {
        let nested = |part| match part {
            Self::Or(inner) => inner,
            other => vec![other],
        };
        single(parts.into_iter().flat_map(nested).collect(), Self::Or)
    }
}

fn single(mut parts: Vec<Expr>, joined: fn(Vec<Expr>) -> Expr) -> Expr {
    match (parts.pop(), parts.is_empty()) {
        (Some(only), true) => only,
        (last, _) => {
            parts.extend(last);
            joined(parts)
        }
    }
}

/// One restriction of one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// The field, as the schema spells it.
    pub field: &'static str,
    /// The key in a [`Kind::TextMap`]: there for every such field, and for no other.
    pub key: Option<String>,
    /// How the field is compared; one of its kind's operators.
    pub op: Op,
    /// What it is compared with.
    pub value: Value,
}

/// How a field is compared with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// `=`
    Eq,
    /// `!=`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
    /// `:`, only ever with [`Value::Present`].
    Has,
}

/// A value of the kind of its field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Of a text, or of a key in a map of texts.
    Text(String),
    /// The stored code of an enum's word.
    Code(i16),
    /// Of a boolean.
    Bool(bool),
    /// Of a whole number.
    Int(i64),
    /// Of an instant.
    Timestamp(Timestamp),
    /// Of a day.
    Day(Day),
    /// No value: the key need only be there.
    Present,
}

/// Why a filter was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("at character {position}: {reason}")]
pub struct FilterError {
    /// The character it stands at, counted from 1.
    pub position: usize,
    /// What is wrong and what is allowed.
    pub reason: String,
}
