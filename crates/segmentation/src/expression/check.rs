//! Names and types of an expression, all faults at once. The same pass makes the tree ready for evaluation: names
//! become places in the list of what is read, whole numbers doubles, and `/` the division that refuses zero.
//!
//! CEL leaves types to the evaluation, where `attribute.segment == 3` is merely false and a fault in a branch that is
//! never taken stays hidden. The language is small enough to settle them beforehand.

use std::fmt;

use cel::IdedExpr;
use cel::common::ast::{CallExpr, Expr, ListExpr, LiteralValue, operators};
use guanxi_model::violation::clip;
use guanxi_model::{AttributeKey, MeasureId};

use super::functions::{self, DIVISION, FUNCTIONS, Form};
use super::syntax::{self, Places};
use super::types::Type;
use super::{Expression, Name, Names, Wanted};

/// Names listed in a fault; with more, the list would hide the fault.
const LISTED_NAMES: usize = 20;

/// The expression of a text, and the types of what it reads, in order. Without names, every name is known and any type
/// is wanted.
///
/// # Errors
/// Those of [`Expression::parse`], but for the trial.
pub(super) fn check(source: &str, known: Option<(&Names<'_>, Wanted)>) -> Result<(Expression, Vec<Type>), Vec<String>> {
    let syntax::Syntax { mut tree, places } = syntax::read(source)?;
    let names = known.map(|(names, _)| names);
    let mut checker = Checker { places: &places, names, slots: Vec::new(), faults: Vec::new() };
    checker.demand(&mut tree, known.map_or(Type::Any, |(_, wanted)| wanted.into()));
    if !checker.faults.is_empty() {
        return Err(checker.faults);
    }
    let (slots, types) = checker.slots.into_iter().unzip();
    Ok((Expression::new(source, tree, slots), types))
}

struct Checker<'a> {
    places: &'a Places<'a>,
    names: Option<&'a Names<'a>>,
    slots: Vec<(Name, Type)>,
    faults: Vec<String>,
}

impl Checker<'_> {
    /// The type of a node, which is made ready for evaluation.
    fn settle(&mut self, node: &mut IdedExpr) -> Type {
        if let Some((family, key, place)) = reference(node) {
            return self.name(node, family, &key, place);
        }
        let place = node.id;
        match &mut node.expr {
            Expr::Literal(literal) => self.literal(literal, place),
            Expr::Call(call) => self.call(call, place),
            Expr::Ident(name) if Family::of(name).is_some() => {
                self.fault(place, format!("{name} stands for nothing by itself; write {name}.key"))
            }
            Expr::Ident(name) => {
                let text = format!("unknown name \"{}\"; names are attribute.key and measure.key", clip(name));
                self.fault(place, text)
            }
            Expr::Select(select) => {
                let field = clip(&select.field);
                self.fault(place, format!("\".{field}\" is not possible here; names are attribute.key and measure.key"))
            }
            Expr::List(_) => self.fault(place, "a list is possible only to the right of in"),
            Expr::Map(_) | Expr::Struct(_) => self.fault(place, "braces are not part of this language"),
            Expr::Comprehension(_) | Expr::Unspecified => self.fault(place, "is not part of this language"),
        }
    }

    /// Settles a node that must be of a type.
    fn demand(&mut self, node: &mut IdedExpr, wanted: Type) {
        let found = self.settle(node);
        if !found.fits(wanted) {
            self.fault(node.id, format!("must be {wanted}, is {found}"));
        }
    }

    /// Settles two nodes that must be of one type.
    fn same(&mut self, left: &mut IdedExpr, right: &mut IdedExpr, place: u64) -> Type {
        let (first, second) = (self.settle(left), self.settle(right));
        match first.fits(second) {
            true if first == Type::Any => second,
            true => first,
            false => self.fault(place, format!("{first} and {second} do not go together")),
        }
    }

    fn literal(&mut self, literal: &mut LiteralValue, place: u64) -> Type {
        match literal {
            LiteralValue::Double(_) => Type::Number,
            LiteralValue::Int(number) => {
                *literal = LiteralValue::Double((*number.inner() as f64).into());
                Type::Number
            }
            LiteralValue::String(_) => Type::Text,
            LiteralValue::Boolean(_) => Type::Truth,
            LiteralValue::UInt(_) => self.fault(place, "numbers have no suffix: write 3, not 3u"),
            LiteralValue::Bytes(_) => self.fault(place, "bytes are not part of this language; write a text"),
            LiteralValue::Null => {
                self.fault(place, "null is not part of this language; what is absent makes the whole absent")
            }
        }
    }

    fn call(&mut self, call: &mut CallExpr, place: u64) -> Type {
        let CallExpr { func_name, target, args } = call;
        match (func_name.as_str(), args.as_mut_slice()) {
            (operators::CONDITIONAL, [condition, left, right]) => {
                self.demand(condition, Type::Truth);
                self.same(left, right, place)
            }
            (operators::LOGICAL_AND | operators::LOGICAL_OR, [left, right]) => {
                self.demand(left, Type::Truth);
                self.demand(right, Type::Truth);
                Type::Truth
            }
            (operators::LOGICAL_NOT, [operand]) => {
                self.demand(operand, Type::Truth);
                Type::Truth
            }
            (operators::EQUALS | operators::NOT_EQUALS, [left, right]) => {
                self.same(left, right, place);
                Type::Truth
            }
            (
                operators::LESS | operators::LESS_EQUALS | operators::GREATER | operators::GREATER_EQUALS,
                [left, right],
            ) => {
                self.ordered(left, right, place);
                Type::Truth
            }
            (operators::IN, [item, list]) => {
                self.member(item, list);
                Type::Truth
            }
            (operators::ADD, [left, right]) => self.ordered(left, right, place),
            (operators::SUBSTRACT | operators::MULTIPLY, [left, right]) => self.arithmetic([left, right]),
            (operators::NEGATE, [operand]) => self.arithmetic([operand]),
            (operators::DIVIDE, [left, right]) => {
                DIVISION.clone_into(func_name);
                self.arithmetic([left, right])
            }
            (operators::MODULO, _) => self.fault(place, "% is not part of this language: numbers need not be whole"),
            (operators::INDEX, _) => {
                self.fault(place, "only attribute and measure have keys in brackets, each a text in quotes")
            }
            _ => self.function(func_name, target.as_deref_mut(), args, place),
        }
    }

    fn arithmetic<const N: usize>(&mut self, operands: [&mut IdedExpr; N]) -> Type {
        operands.into_iter().for_each(|operand| self.demand(operand, Type::Number));
        Type::Number
    }

    /// Both numbers or both texts: what has an order, and what can be added.
    fn ordered(&mut self, left: &mut IdedExpr, right: &mut IdedExpr, place: u64) -> Type {
        match self.same(left, right, place) {
            Type::Truth => self.fault(place, "is possible with numbers and with texts, not with true or false"),
            one => one,
        }
    }

    fn member(&mut self, item: &mut IdedExpr, list: &mut IdedExpr) {
        let of = self.settle(item);
        match &mut list.expr {
            Expr::List(ListExpr { elements, .. }) => elements.iter_mut().for_each(|element| self.demand(element, of)),
            _ => {
                self.fault(list.id, "must be a list in brackets, such as [\"a\", \"b\"]");
            }
        }
    }

    fn function(&mut self, name: &str, target: Option<&mut IdedExpr>, args: &mut [IdedExpr], place: u64) -> Type {
        let form = if target.is_some() { Form::Member } else { Form::Plain };
        let mut named = FUNCTIONS.iter().filter(|function| function.name == name).peekable();
        if named.peek().is_none() {
            return self.fault(place, functions::unknown(name));
        }
        let given: Vec<Type> = target.into_iter().chain(args).map(|argument| self.settle(argument)).collect();
        match named.find(|function| function.form == form && function.fits(&given)) {
            Some(function) => function.gives,
            None => self.fault(place, format!("{name} is called as {}", functions::signatures(name))),
        }
    }

    fn name(&mut self, node: &mut IdedExpr, family: Family, key: &str, place: u64) -> Type {
        node.id = place;
        let Some((name, of)) = self.known(family, key) else {
            let text = format!("unknown {family} \"{}\"{}", clip(key), self.listed(family));
            return self.fault(place, text);
        };
        let slot = self.slots.iter().position(|(slot, _)| *slot == name).unwrap_or_else(|| {
            self.slots.push((name, of));
            self.slots.len() - 1
        });
        node.expr = Expr::Ident(slot.to_string());
        of
    }

    fn known(&self, family: Family, key: &str) -> Option<(Name, Type)> {
        match family {
            Family::Attribute => {
                let key = AttributeKey::parse(key).ok()?;
                let of =
                    self.names.map_or(Some(Type::Any), |names| names.attributes.get(&key).map(|of| (*of).into()))?;
                Some((Name::Attribute(key), of))
            }
            Family::Measure => {
                let id = MeasureId::parse(key).ok()?;
                let known = self.names.is_none_or(|names| names.measures.contains(&id));
                known.then_some((Name::Measure(id), Type::Number))
            }
        }
    }

    /// The names there are of a family, as the end of a sentence.
    fn listed(&self, family: Family) -> String {
        let names: Vec<&str> = match (self.names, family) {
            (None, _) => return String::new(),
            (Some(names), Family::Attribute) => names.attributes.keys().map(AttributeKey::as_str).collect(),
            (Some(names), Family::Measure) => names.measures.iter().map(MeasureId::as_str).collect(),
        };
        match names.len() {
            0 => format!("; there is no {family}"),
            1..=LISTED_NAMES => format!("; known are {}", names.join(", ")),
            many => format!("; {many} others are known"),
        }
    }

    /// Notes a fault. The type is then anything, so that one mistake is one fault.
    fn fault(&mut self, place: u64, text: impl fmt::Display) -> Type {
        self.faults.push(format!("{}: {text}", self.places.of(place)));
        Type::Any
    }
}

/// What a name begins with.
#[derive(Clone, Copy)]
enum Family {
    Attribute,
    Measure,
}

impl Family {
    fn of(name: &str) -> Option<Family> {
        match name {
            "attribute" => Some(Family::Attribute),
            "measure" => Some(Family::Measure),
            _ => None,
        }
    }
}

/// The family and the key of `attribute.key` or `attribute["key"]`, and the node with which it begins.
fn reference(node: &IdedExpr) -> Option<(Family, String, u64)> {
    let (operand, key) = match &node.expr {
        Expr::Select(select) => (select.operand.as_ref(), select.field.as_str()),
        Expr::Call(CallExpr { func_name, target: None, args }) if func_name == operators::INDEX => {
            match args.as_slice() {
                [operand, IdedExpr { expr: Expr::Literal(LiteralValue::String(key)), .. }] => (operand, key.inner()),
                _ => return None,
            }
        }
        _ => return None,
    };
    family(operand).map(|family| (family, key.to_owned(), operand.id))
}

fn family(node: &IdedExpr) -> Option<Family> {
    match &node.expr {
        Expr::Ident(name) => Family::of(name),
        _ => None,
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Family::Attribute => "attribute",
            Family::Measure => "measure",
        })
    }
}
