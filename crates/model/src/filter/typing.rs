//! From the words of a restriction to a term of its schema: which field is meant, which operators and values it takes.
//! Refusals are sentences that say what is allowed; `parser` adds where.

use super::{Kind, Op, Schema, Term, Value};
use crate::time::{Day, Timestamp};
use crate::violation::clip;

/// A field of the schema, with the key if a text in a map is meant.
pub(super) struct Field {
    name: &'static str,
    kind: Kind,
    key: Option<String>,
}

/// The field called `path`; `quoted` is a key that followed it in quotes.
pub(super) fn resolve(schema: &Schema, path: &str, quoted: Option<String>) -> Result<Field, String> {
    let found = schema.0.iter().find_map(|&(name, kind)| match (&quoted, kind) {
        (None, _) if path == name => Some(Field { name, kind, key: None }),
        (None, Kind::TextMap) => {
            let key = path.strip_prefix(name)?.strip_prefix('.')?;
            Some(Field { name, kind, key: Some(key.to_owned()) })
        }
        (Some(key), Kind::TextMap) if path == name => Some(Field { name, kind, key: Some(key.clone()) }),
        _ => None,
    });
    match found {
        Some(Field { name, key: Some(key), .. }) if key.is_empty() => Err(needs_key(name)),
        Some(field) => Ok(field),
        None => Err(format!("{} is not a field to filter by; fields: {}", clip(path), fields(schema))),
    }
}

/// The operator, if the field takes it.
pub(super) fn operator(field: &Field, op: Op) -> Result<Op, String> {
    if !field.kind.operators().contains(&op) {
        return Err(format!("{}, not {}", operators(field), op.sign()));
    }
    if field.kind == Kind::TextMap && field.key.is_none() && op != Op::Has {
        return Err(needs_key(field.name));
    }
    Ok(op)
}

/// The term of a field, an operator that [`operator`] let through, and a value.
pub(super) fn term(field: Field, op: Op, text: String, quoted: bool) -> Result<Term, String> {
    if op == Op::Has {
        return has(field, text, quoted);
    }
    let value = value(&field, text, quoted)?;
    Ok(Term { field: field.name, key: field.key, op, value })
}

/// `map:key`, `map.key:*` and `map.key:value`.
fn has(field: Field, text: String, quoted: bool) -> Result<Term, String> {
    let is_star = !quoted && text == "*";
    match field.key {
        Some(key) if is_star => Ok(Term { field: field.name, key: Some(key), op: Op::Has, value: Value::Present }),
        Some(_) => {
            let value = value(&field, text, quoted)?;
            Ok(Term { field: field.name, key: field.key, op: Op::Eq, value })
        }
        // A second colon is a key and a value in other dialects; taken as a key it would quietly match nothing.
        None if text.is_empty() || (!quoted && text.contains([':', '*'])) => Err(needs_key(field.name)),
        None => Ok(Term { field: field.name, key: Some(text), op: Op::Has, value: Value::Present }),
    }
}

fn value(field: &Field, text: String, quoted: bool) -> Result<Value, String> {
    if !quoted && text.contains('*') {
        return Err("wildcards are not supported; quote a text that has an asterisk".to_owned());
    }
    let refused = || format!("{}, not {}", values(field), clip(&text));
    match field.kind {
        Kind::Enum(words) => {
            let word = words.iter().find(|(word, _)| word.eq_ignore_ascii_case(&text));
            word.map(|(_, code)| Value::Code(*code)).ok_or_else(refused)
        }
        Kind::Bool => text.parse().map(Value::Bool).map_err(|_| refused()),
        Kind::Int => text.parse().map(Value::Int).map_err(|_| refused()),
        Kind::Timestamp => Timestamp::parse_rfc3339(&text).map(Value::Timestamp).map_err(|_| refused()),
        Kind::Day => Day::parse(&text).map(Value::Day).map_err(|_| refused()),
        Kind::Text | Kind::TextMap => Ok(Value::Text(text)),
    }
}

/// The fields of a schema.
pub(super) fn fields(schema: &Schema) -> String {
    schema.0.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
}

/// The operators that a field takes.
pub(super) fn operators(field: &Field) -> String {
    let signs: Vec<_> = field.kind.operators().iter().map(|op| op.sign()).collect();
    format!("{} takes {}", field.name, signs.join(" "))
}

/// The values that a field takes.
pub(super) fn values(field: &Field) -> String {
    let taken = match field.kind {
        Kind::Enum(words) => {
            let words: Vec<_> = words.iter().map(|(word, _)| *word).collect();
            format!("one of {}", words.join(", "))
        }
        Kind::Text => "a text, quoted if it is more than a word".to_owned(),
        Kind::Bool => "true or false".to_owned(),
        Kind::Int => "a whole number of 64 bits".to_owned(),
        Kind::Timestamp => "an RFC 3339 time such as 2026-01-31T12:00:00Z".to_owned(),
        Kind::Day => "a day such as 2026-01-31".to_owned(),
        Kind::TextMap => "a text, quoted if it is more than a word, or * for the presence of a key".to_owned(),
    };
    format!("{} takes {taken}", field.name)
}

fn needs_key(map: &str) -> String {
    format!(r#"{map} needs a key: {map}.KEY = "value", {map}.KEY != "value" or {map}:KEY"#)
}
