//! From a filter back to text, one for each tree, so that a page token can tell whether two filters are the same.

use std::fmt::{Display, Formatter, Result, Write};

use super::{Expr, Filter, Kind, Op, Schema, Term, Value};

impl Op {
    /// The operator as it is written.
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Eq => "=",
            Self::Ne => "!=",
            Self::Lt => "<",
            Self::Le => "<=",
            Self::Gt => ">",
            Self::Ge => ">=",
            Self::Has => ":",
        }
    }
}

impl Display for Filter {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        expr(f, &self.schema, &self.expr)
    }
}

fn expr(f: &mut Formatter<'_>, schema: &Schema, whole: &Expr) -> Result {
    match whole {
        Expr::And(parts) => joined(f, schema, parts, " AND "),
        Expr::Or(parts) => joined(f, schema, parts, " OR "),
        Expr::Not(inner) => {
            f.write_str("NOT ")?;
            operand(f, schema, inner, !matches!(**inner, Expr::Term(_)))
        }
        Expr::Term(restriction) => term(f, schema, restriction),
    }
}

fn joined(f: &mut Formatter<'_>, schema: &Schema, parts: &[Expr], word: &str) -> Result {
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            f.write_str(word)?;
        }
        // Not needed for an OR among ANDs, but few readers know that OR binds tighter here.
        operand(f, schema, part, matches!(part, Expr::And(_) | Expr::Or(_)))?;
    }
    Ok(())
}

fn operand(f: &mut Formatter<'_>, schema: &Schema, part: &Expr, in_parentheses: bool) -> Result {
    if !in_parentheses {
        return expr(f, schema, part);
    }
    f.write_char('(')?;
    expr(f, schema, part)?;
    f.write_char(')')
}

fn term(f: &mut Formatter<'_>, schema: &Schema, term: &Term) -> Result {
    f.write_str(term.field)?;
    if let Some(key) = &term.key {
        f.write_char('.')?;
        self::key(f, key)?;
    }
    match &term.value {
        Value::Present => return f.write_str(":*"),
        _ => write!(f, " {} ", term.op.sign())?,
    }
    match &term.value {
        Value::Text(text) => quoted(f, text),
        Value::Code(code) => self::code(f, schema, term.field, *code),
        Value::Bool(value) => write!(f, "{value}"),
        Value::Int(number) => write!(f, "{number}"),
        Value::Timestamp(instant) => write!(f, "\"{instant}\""),
        Value::Day(day) => write!(f, "\"{day}\""),
        Value::Present => Ok(()),
    }
}

fn key(f: &mut Formatter<'_>, key: &str) -> Result {
    let is_plain = key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    if is_plain { f.write_str(key) } else { quoted(f, key) }
}

/// The word of a code; its first, if it has several.
fn code(f: &mut Formatter<'_>, schema: &Schema, field: &str, code: i16) -> Result {
    let words = schema.0.iter().find_map(|(name, kind)| match kind {
        Kind::Enum(words) if *name == field => Some(*words),
        _ => None,
    });
    match words.unwrap_or_default().iter().find(|(_, stored)| *stored == code) {
        Some((word, _)) => quoted(f, word),
        None => write!(f, "{code}"),
    }
}

/// In one line, whatever the text holds.
fn quoted(f: &mut Formatter<'_>, text: &str) -> Result {
    f.write_char('"')?;
    for c in text.chars() {
        match c {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            _ => f.write_char(c)?,
        }
    }
    f.write_char('"')
}
