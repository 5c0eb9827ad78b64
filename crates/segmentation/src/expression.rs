//! Expressions of our customers: a measure or a gate of a tier written in CEL, the Common Expression Language, over
//! typed attributes and measures. Here are the checked expression and its evaluation; reading the text is in `syntax`,
//! names and types in `check`, the functions there are in `functions`, the trial in `trial`.
//!
//! The language is a small part of CEL, chosen so that an expression always ends, costs little, and means the same on
//! every day and machine:
//! - **Names** are `attribute.segment` and `measure.revenue`, or `attribute["segment"]`, the only form for the four
//!   keys that are words of CEL (`in`, `true`, `false`, `null`).
//! - **Numbers are doubles**, always. `3` is `3.0`, so that `measure.revenue / 2` needs no second thought. A time is
//!   the seconds since 1970.
//! - **Types are settled beforehand**: number, text, or true-or-false. `attribute.segment > 3` is a fault when the
//!   expression is written, not silence when a customer is judged.
//! - **Operators** are `+ - * /`, `== != < <= > >=`, `&& || !`, `c ? a : b`, and `x in [a, b]`; `+` joins texts too.
//!   Functions are those listed in `functions`. Loops (`all`, `map`) and `has` are none.
//! - **There is no `now`.** A score is a pure function of facts, scheme and calibration; one that changed by the mere
//!   passing of time could not be explained afterwards, nor could a run over everybody agree with a single judgement.
//! - **What is absent makes the whole absent**, also in a branch that is not taken: the rule for missing values decides
//!   then, in one place. Dividing by zero fails the same way, never with an infinite number that passes a gate; only
//!   where the other side of `&&` or `||` decides alone, or in a branch that is not taken, does it do no harm.

mod check;
mod functions;
mod syntax;
#[cfg(test)]
mod tests;
mod trial;
mod types;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use cel::common::types::{CelBool, CelDouble, CelString};
use cel::common::value::CowVal;
use cel::context::VariableResolver;
use cel::{Context, IdedExpr, Value};
use guanxi_model::customer::{AttributeValue, ValueType};
use guanxi_model::{AttributeKey, MeasureId, Timestamp};

/// A checked expression: read, its names known, of one type throughout, and not too costly. Equal when its text is.
#[derive(Clone)]
pub struct Expression {
    source: String,
    /// The names replaced by their place in `slots`, the numbers by doubles.
    tree: Arc<IdedExpr>,
    slots: Vec<Name>,
    reads: Reads,
}

/// What an expression must give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// A finite number.
    Number,
    /// True or false.
    Truth,
}

/// The names an expression may use.
#[derive(Clone, Copy, Debug)]
pub struct Names<'a> {
    pub attributes: &'a BTreeMap<AttributeKey, ValueType>,
    pub measures: &'a BTreeSet<MeasureId>,
}

/// The names an expression does use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reads {
    pub attributes: BTreeSet<AttributeKey>,
    pub measures: BTreeSet<MeasureId>,
}

/// What is known of one customer.
pub trait Values {
    fn attribute(&self, key: &AttributeKey) -> Option<&AttributeValue>;
    /// In the unit in which expressions are to see the measure.
    fn measure(&self, id: &MeasureId) -> Option<f64>;
}

/// One name in an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Name {
    Attribute(AttributeKey),
    Measure(MeasureId),
}

/// The value of one name while an expression is evaluated.
#[derive(Debug)]
enum Slot<'a> {
    Number(CelDouble),
    Text(CelString<'a>),
    Truth(CelBool),
}

/// The values of all names, in the order of the expression's slots.
struct Slots<'a>(Vec<Slot<'a>>);

impl Expression {
    /// The longest text of an expression, in characters.
    pub const MAX_CHARS: usize = 1_000;
    /// The most an expression may cost: every name, literal, operator and call counts as one, and none is evaluated
    /// more than once.
    pub const MAX_COST: usize = 200;
    /// How deep parentheses, lists, calls and conditions may be nested.
    pub const MAX_DEPTH: u16 = 32;

    /// The expression a caller wrote, over `names`.
    ///
    /// # Errors
    /// Every fault, each a sentence, with line and column (from 1, in characters) where it has a place. A text that is
    /// not CEL has faults of syntax only. Beyond syntax, names and types, an expression is at fault that gives nothing
    /// on any of some sample values.
    pub fn parse(source: &str, names: &Names<'_>, wanted: Wanted) -> Result<Expression, Vec<String>> {
        let (expression, types) = check::check(source, Some((names, wanted)))?;
        match trial::succeeds(&expression, &types, wanted) {
            true => Ok(expression),
            false => Err(vec![trial::FAULT.to_owned()]),
        }
    }

    /// The expression of a text that was parsed before it was stored, when its names are not at hand: they are taken
    /// for known and of the right type.
    ///
    /// # Errors
    /// As for [`Expression::parse`], without unknown names, what follows from their types, and the trial.
    pub fn stored(source: &str) -> Result<Expression, Vec<String>> {
        check::check(source, None).map(|(expression, _)| expression)
    }

    /// The text as it was written.
    pub fn source(&self) -> &str {
        &self.source
    }

    pub fn reads(&self) -> &Reads {
        &self.reads
    }

    /// The number; absent when something it reads is, when it divides by zero or otherwise fails, and when it is not
    /// finite.
    pub fn number(&self, values: &impl Values) -> Option<f64> {
        self.number_of(&self.slots(values)?)
    }

    /// The truth; absent when something it reads is, and when it divides by zero or otherwise fails.
    pub fn truth(&self, values: &impl Values) -> Option<bool> {
        self.truth_of(&self.slots(values)?)
    }

    fn new(source: &str, tree: IdedExpr, slots: Vec<Name>) -> Expression {
        let mut reads = Reads::default();
        for name in &slots {
            match name {
                Name::Attribute(key) => reads.attributes.insert(key.clone()),
                Name::Measure(id) => reads.measures.insert(id.clone()),
            };
        }
        Expression { source: source.to_owned(), tree: Arc::new(tree), slots, reads }
    }

    fn slots<'a>(&self, values: &'a impl Values) -> Option<Slots<'a>> {
        let slot = |name: &Name| match name {
            Name::Attribute(key) => values.attribute(key).and_then(Slot::of),
            Name::Measure(id) => values.measure(id).and_then(Slot::number),
        };
        self.slots.iter().map(slot).collect::<Option<_>>().map(Slots)
    }

    fn number_of(&self, slots: &Slots<'_>) -> Option<f64> {
        match self.evaluate(slots)? {
            Value::Float(number) => Some(number).filter(|number| number.is_finite()),
            _ => None,
        }
    }

    fn truth_of(&self, slots: &Slots<'_>) -> Option<bool> {
        match self.evaluate(slots)? {
            Value::Bool(truth) => Some(truth),
            _ => None,
        }
    }

    fn evaluate(&self, slots: &Slots<'_>) -> Option<Value> {
        let mut context = Context::with_env(Arc::clone(&functions::ENVIRONMENT));
        context.set_variable_resolver(slots);
        Value::resolve(&self.tree, &context).ok()
    }
}

impl PartialEq for Expression {
    fn eq(&self, other: &Expression) -> bool {
        self.source == other.source
    }
}

impl Eq for Expression {}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Expression").field(&self.source).finish()
    }
}

impl<'a> Slot<'a> {
    fn of(value: &'a AttributeValue) -> Option<Slot<'a>> {
        match value {
            AttributeValue::Text(text) => Some(Slot::Text(CelString::from(text.as_str()))),
            AttributeValue::Number(number) => Slot::number(*number),
            AttributeValue::Boolean(truth) => Some(Slot::Truth(CelBool::from(*truth))),
            AttributeValue::Time(time) => Slot::number(seconds(*time)),
        }
    }

    fn number(number: f64) -> Option<Slot<'a>> {
        number.is_finite().then(|| Slot::Number(CelDouble::from(number)))
    }
}

impl VariableResolver for Slots<'_> {
    fn resolve<'b>(&'b self, place: &str) -> Option<CowVal<'b, 'b>> {
        self.0.get(place.parse::<usize>().ok()?).map(|slot| match slot {
            Slot::Number(number) => CowVal::Borrowed(number),
            Slot::Text(text) => CowVal::Borrowed(text),
            Slot::Truth(truth) => CowVal::Borrowed(truth),
        })
    }
}

/// Seconds since 1970. Until the year 2242 a double keeps microseconds apart.
fn seconds(time: Timestamp) -> f64 {
    time.0 as f64 / 1e6
}
