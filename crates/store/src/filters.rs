//! Turns a typed filter into SQL for the fields a list documents. Which fields those are is the list's schema; here each
//! has its column, or its sub-query.

use guanxi_model::filter::{Expr, Filter, Op, Term, Value as Literal};
use sea_orm::Value;

/// A condition with its parameters, numbered from the one given.
pub(crate) struct Condition {
    pub(crate) sql: String,
    pub(crate) values: Vec<Value>,
}

/// Where the fields of a list are found.
pub(crate) type Field = fn(&str) -> Option<&'static str>;

/// The filter as SQL; parameters are numbered from `first`. A field's place may hold `{key}` and `{value}` conditions for
/// text maps.
pub(crate) fn condition(filter: &Filter, field: Field, first: usize) -> Condition {
    let mut builder = Builder { field, first, values: Vec::new() };
    let sql = builder.expr(filter.expr());
    Condition { sql, values: builder.values }
}

struct Builder {
    field: Field,
    first: usize,
    values: Vec<Value>,
}

impl Builder {
    fn expr(&mut self, expr: &Expr) -> String {
        match expr {
            Expr::And(parts) if parts.is_empty() => "TRUE".to_owned(),
            Expr::And(parts) => self.joined(parts, " AND "),
            Expr::Or(parts) => self.joined(parts, " OR "),
            Expr::Not(part) => format!("NOT ({})", self.expr(part)),
            Expr::Term(term) => self.term(term),
        }
    }

    fn joined(&mut self, parts: &[Expr], with: &str) -> String {
        let parts: Vec<String> = parts.iter().map(|part| self.expr(part)).collect();
        format!("({})", parts.join(with))
    }

    fn term(&mut self, term: &Term) -> String {
        // A schema names only fields that have a place; one without would match nothing.
        let Some(place) = (self.field)(term.field) else { return "FALSE".to_owned() };
        match &term.key {
            Some(key) => self.map_term(place, key, term),
            None => {
                let value = self.bind(literal(&term.value));
                // A column without a value is different from every value.
                match term.op {
                    Op::Ne => format!("({place} IS NULL OR {place} <> {value})"),
                    op => format!("({place} IS NOT NULL AND {place} {} {value})", sign(op)),
                }
            }
        }
    }

    fn map_term(&mut self, place: &str, key: &str, term: &Term) -> String {
        let key = self.bind(key.into());
        let condition = match &term.value {
            Literal::Present => "TRUE".to_owned(),
            value => format!("label_value = {}", self.bind(literal(value))),
        };
        let exists = place.replace("{key}", &key).replace("{condition}", &condition);
        if term.op == Op::Ne { format!("NOT {exists}") } else { exists }
    }

    fn bind(&mut self, value: Value) -> String {
        self.values.push(value);
        format!("${}", self.first + self.values.len() - 1)
    }
}

fn sign(op: Op) -> &'static str {
    match op {
        Op::Eq | Op::Has => "=",
        Op::Ne => "<>",
        Op::Lt => "<",
        Op::Le => "<=",
        Op::Gt => ">",
        Op::Ge => ">=",
    }
}

fn literal(value: &Literal) -> Value {
    match value {
        Literal::Text(text) => text.as_str().into(),
        Literal::Code(code) => i64::from(*code).into(),
        Literal::Bool(value) => i64::from(*value).into(),
        Literal::Int(number) => (*number).into(),
        Literal::Timestamp(time) => time.0.into(),
        Literal::Day(day) => i64::from(day.0).into(),
        Literal::Present => true.into(),
    }
}
