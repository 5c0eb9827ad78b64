//! The functions an expression may call, in one table that both the check of types and the evaluation use, and the
//! division that the operator `/` stands for. Every number is a double, results too; CEL's own library would mix in
//! integers.

use std::sync::{Arc, LazyLock};

use cel::common::ast::operators;
use cel::common::functions::Function as Run;
use cel::common::types::{self, CelBool, CelDouble, CelString};
use cel::common::value::CowVal;
use cel::{Env, ExecutionError};
use guanxi_model::violation::clip;

use super::types::Type;

/// What `/` is evaluated as; no caller can write it.
pub(super) const DIVISION: &str = "@divide";

/// What CEL's parser and interpreter are given: our functions and nothing else. Without its macros, loops and `has`
/// stay calls, which the check refuses by name.
pub(super) static ENVIRONMENT: LazyLock<Arc<Env>> = LazyLock::new(|| Arc::new(environment()));

/// How a function is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// `max(a, b)`
    Plain,
    /// `text.contains(part)`; what stands before the dot is the first of what the function takes.
    Member,
}

/// One function, or one of several with the same name.
pub(super) struct Function {
    pub(super) name: &'static str,
    pub(super) form: Form,
    pub(super) takes: &'static [Type],
    pub(super) gives: Type,
    run: Run,
}

use Form::{Member, Plain};
use Type::{Number, Text, Truth};

#[rustfmt::skip]
pub(super) const FUNCTIONS: [Function; 11] = [
    // The characters of a text.
    Function { name: "size", form: Plain, takes: &[Text], gives: Number, run: size },
    Function { name: "size", form: Member, takes: &[Text], gives: Number, run: size },
    Function { name: "contains", form: Member, takes: &[Text, Text], gives: Truth, run: contains },
    Function { name: "startsWith", form: Member, takes: &[Text, Text], gives: Truth, run: starts_with },
    Function { name: "endsWith", form: Member, takes: &[Text, Text], gives: Truth, run: ends_with },
    Function { name: "min", form: Plain, takes: &[Number, Number], gives: Number, run: min },
    Function { name: "max", form: Plain, takes: &[Number, Number], gives: Number, run: max },
    // The number itself, for those who are used to convert.
    Function { name: "double", form: Plain, takes: &[Number], gives: Number, run: same },
    // The number a text spells; it fails on any other text.
    Function { name: "double", form: Plain, takes: &[Text], gives: Number, run: spelled },
    // The whole part: 3 of 3.7, -3 of -3.7.
    Function { name: "int", form: Plain, takes: &[Number], gives: Number, run: whole },
    // The shortest decimal that reads back as the same number.
    Function { name: "string", form: Plain, takes: &[Number], gives: Text, run: decimal },
];

impl Function {
    pub(super) fn fits(&self, given: &[Type]) -> bool {
        self.takes.len() == given.len() && self.takes.iter().zip(given).all(|(takes, given)| takes.fits(*given))
    }

    /// `text.contains(text)`
    fn signature(&self) -> String {
        let words: Vec<&str> = self.takes.iter().map(|of| of.word()).collect();
        match (self.form, words.as_slice()) {
            (Form::Member, [target, rest @ ..]) => format!("{target}.{}({})", self.name, rest.join(", ")),
            (_, all) => format!("{}({})", self.name, all.join(", ")),
        }
    }
}

/// What to tell who calls a function that there is not.
pub(super) fn unknown(name: &str) -> String {
    match name {
        operators::HAS => "has is not part of this language: what is absent makes the whole absent".to_owned(),
        operators::ALL | operators::EXISTS | operators::EXISTS_ONE | operators::MAP | operators::FILTER => {
            format!("{name} is not part of this language, which has no loops")
        }
        _ => {
            let mut names: Vec<&str> = FUNCTIONS.iter().map(|function| function.name).collect();
            names.dedup();
            format!("unknown function \"{}\"; functions are {}", clip(name), names.join(", "))
        }
    }
}

/// `size(text) or text.size()`
pub(super) fn signatures(name: &str) -> String {
    let named = FUNCTIONS.iter().filter(|function| function.name == name);
    named.map(Function::signature).collect::<Vec<_>>().join(" or ")
}

type Arguments<'b, 'v> = Vec<CowVal<'b, 'v>>;
type Outcome<'b, 'v> = Result<CowVal<'b, 'v>, ExecutionError>;

/// A name or signature declared twice would be left out here; a test calls every function of the table.
fn environment() -> Env {
    let mut environment = Env::default().with_optional_support(false);
    for (index, function) in FUNCTIONS.iter().enumerate() {
        let id = format!("{}_{index}", function.name);
        let mut takes: Vec<types::Type> = function.takes.iter().map(|of| of.in_cel()).collect();
        let _declared = match function.form {
            Plain => environment.add_overload(function.name, &id, takes, function.run),
            Member => {
                let target = takes.remove(0);
                environment.add_member_overload(function.name, &id, target, takes, function.run)
            }
        };
    }
    let _declared = environment.add_overload(DIVISION, DIVISION, vec![types::DOUBLE_TYPE, types::DOUBLE_TYPE], divide);
    environment
}

fn size<'b, 'v>(arguments: Arguments<'b, 'v>) -> Outcome<'b, 'v> {
    let characters = text(&arguments, 0)?.chars().count();
    number_of(characters as f64)
}

fn contains<'b, 'v>(arguments: Arguments<'b, 'v>) -> Outcome<'b, 'v> {
    truth_of(text(&arguments, 0)?.contains(text(&arguments, 1)?))
}

fn starts_with<'b, 'v>(arguments: Arguments<'b, 'v>) -> Outcome<'b, 'v> {
    truth_of(text(&arguments, 0)?.starts_with(text(&arguments, 1)?))
}

fn ends_with<'b, 'v>(arguments: Arguments<'b, 'v>) -> Outcome<'b, 'v> {
    truth_of(text(&arguments, 0)?.ends_with(text(&arguments, 1)?))
}

/// `f64::min` leaves open which zero it takes; here it is the left one, for the same bits everywhere.
fn min<'b, 'v>(arguments: Arguments<'b, 'v>) -> Outcome<'b, 'v> {
    let (left, right) = (number(&arguments, 0)?, number(&arguments, 1)?);
    number_of(if right < left { right } else { left })
}

fn max<'b, 'v>(arguments: Arguments<'b, 'v>) -> Outcome<'b, 'v> {
    let (left, right) = (number(&arguments, 0)?, number(&arguments, 1)?);
    number_of(if right > left { right } else { left })
}

fn same<'b, 'v>(arguments: Arguments<'b, 'v>) -> Outcome<'b, 'v> {
    number_of(number(&arguments, 0)?)
}

fn spelled<'b, 'v>(arguments: Arguments<'b, 'v>) -> Outcome<'b, 'v> {
    match text(&arguments, 0)?.parse::<f64>() {
        // Rust reads "inf" and "nan" as numbers too.
        Ok(number) if number.is_finite() => number_of(number),
        _ => Err(ExecutionError::function_error("double", "the text is no number")),
    }
}

fn whole<'b, 'v>(arguments: Arguments<'b, 'v>) -> Outcome<'b, 'v> {
    number_of(number(&arguments, 0)?.trunc())
}

fn decimal<'b, 'v>(arguments: Arguments<'b, 'v>) -> Outcome<'b, 'v> {
    Ok(CowVal::owned(CelString::from(number(&arguments, 0)?.to_string())))
}

fn divide<'b, 'v>(arguments: Arguments<'b, 'v>) -> Outcome<'b, 'v> {
    match (number(&arguments, 0)?, number(&arguments, 1)?) {
        (_, 0.0) => Err(ExecutionError::function_error("/", "division by zero")),
        (dividend, divisor) => number_of(dividend / divisor),
    }
}

fn number(arguments: &[CowVal<'_, '_>], place: usize) -> Result<f64, ExecutionError> {
    let number = arguments.get(place).and_then(|argument| argument.downcast_ref::<CelDouble>());
    number.map(|number| *number.inner()).ok_or_else(ExecutionError::missing_argument_or_target)
}

fn text<'a>(arguments: &'a [CowVal<'_, '_>], place: usize) -> Result<&'a str, ExecutionError> {
    let text = arguments.get(place).and_then(|argument| argument.downcast_ref::<CelString<'_>>());
    text.map(CelString::inner).ok_or_else(ExecutionError::missing_argument_or_target)
}

fn number_of<'b, 'v>(number: f64) -> Outcome<'b, 'v> {
    Ok(CowVal::owned(CelDouble::from(number)))
}

fn truth_of<'b, 'v>(truth: bool) -> Outcome<'b, 'v> {
    Ok(CowVal::owned(CelBool::from(truth)))
}
