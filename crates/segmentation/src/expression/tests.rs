//! What expressions give; beside it the faults they have, and what holds of any.

mod any;
mod faults;

use std::collections::{BTreeMap, BTreeSet};

use guanxi_model::customer::{AttributeValue, ValueType};
use guanxi_model::{AttributeKey, MeasureId, Timestamp};

use super::functions::FUNCTIONS;
use super::*;

/// A customer in gold, of 40 years, who may be written to.
#[derive(Clone, Default)]
struct Customer {
    attributes: BTreeMap<AttributeKey, AttributeValue>,
    measures: BTreeMap<MeasureId, f64>,
}

impl Values for Customer {
    fn attribute(&self, key: &AttributeKey) -> Option<&AttributeValue> {
        self.attributes.get(key)
    }

    fn measure(&self, id: &MeasureId) -> Option<f64> {
        self.measures.get(id).copied()
    }
}

fn key(key: &str) -> AttributeKey {
    AttributeKey::parse(key).unwrap()
}

fn id(id: &str) -> MeasureId {
    MeasureId::parse(id).unwrap()
}

fn customer() -> Customer {
    let attributes = [
        ("age", AttributeValue::Number(40.0)),
        ("in", AttributeValue::Number(7.0)),
        ("opted_in", AttributeValue::Boolean(true)),
        ("package", AttributeValue::Text("12.5".to_owned())),
        ("segment", AttributeValue::Text("gold".to_owned())),
        ("since", AttributeValue::Time(Timestamp(1_500_000))),
    ];
    let measures = [("orders", 4.0), ("returns", 0.0), ("revenue", 150.0)];
    Customer {
        attributes: attributes.into_iter().map(|(of, value)| (key(of), value)).collect(),
        measures: measures.into_iter().map(|(of, value)| (id(of), value)).collect(),
    }
}

/// Parses over the names of [`customer`].
fn parse(source: &str, wanted: Wanted) -> Result<Expression, Vec<String>> {
    let Customer { attributes, measures } = customer();
    let attributes: BTreeMap<AttributeKey, ValueType> =
        attributes.into_iter().map(|(key, value)| (key, value.value_type())).collect();
    let measures: BTreeSet<MeasureId> = measures.into_keys().collect();
    Expression::parse(source, &Names { attributes: &attributes, measures: &measures }, wanted)
}

#[track_caller]
fn number(source: &str) -> Option<f64> {
    parse(source, Wanted::Number).unwrap_or_else(|faults| panic!("{source}: {faults:?}")).number(&customer())
}

#[track_caller]
fn truth(source: &str) -> Option<bool> {
    parse(source, Wanted::Truth).unwrap_or_else(|faults| panic!("{source}: {faults:?}")).truth(&customer())
}

#[track_caller]
fn number_faults(source: &str, faults: &[&str]) {
    assert_eq!(parse(source, Wanted::Number).unwrap_err(), faults, "{source}");
}

#[test]
fn numbers_are_doubles_however_they_are_written() {
    assert_eq!(number("measure.revenue / 4"), Some(37.5));
    assert_eq!(number("7 / 2"), Some(3.5));
    assert_eq!(number("1 + 2.5 * 2 - -1"), Some(7.0));
    assert_eq!(number("-measure.orders"), Some(-4.0));
    assert_eq!(number("0x10 + 1e2"), Some(116.0));
    assert_eq!(truth("measure.orders > 3 && measure.orders == 4 && 4.0 == 4"), Some(true));
    assert_eq!(truth("measure.orders in [1, 4.0]"), Some(true));
    assert_eq!(number("attribute.segment.size() / 8"), Some(0.5));
}

#[test]
fn every_type_of_attribute_can_be_read() {
    assert_eq!(number("attribute.age"), Some(40.0));
    assert_eq!(number("attribute.since * 2"), Some(3.0));
    assert_eq!(truth("attribute.opted_in"), Some(true));
    assert_eq!(truth("attribute.segment == \"gold\" && attribute.segment < 'h'"), Some(true));
    assert_eq!(truth("attribute.segment in [\"silver\", \"gold\"]"), Some(true));
    assert_eq!(truth("attribute.segment + '!' != \"gold\""), Some(true));
}

#[test]
fn keys_in_brackets_may_be_words_of_the_language() {
    assert_eq!(number("attribute[\"in\"] + attribute['age'] + measure[\"orders\"]"), Some(51.0));
    assert_eq!(number("double(attribute.package)"), Some(12.5));
    assert!(parse("attribute.in", Wanted::Number).is_err());
}

#[test]
fn conditions_choose() {
    let source = "attribute.segment == \"gold\" ? measure.revenue * 2.0 : measure.revenue";
    assert_eq!(number(source), Some(300.0));
    assert_eq!(number("measure.orders > 9 ? 1 : attribute.opted_in ? 2 : 3"), Some(2.0));
    assert_eq!(truth("!attribute.opted_in || measure.revenue >= 150"), Some(true));
}

#[test]
fn every_function_can_be_called() {
    let calls = [
        ("size", "size(\"关系\")", 2.0),
        ("size", "\"关系\".size()", 2.0),
        ("contains", "attribute.segment.contains('ol') ? 1 : 0", 1.0),
        ("startsWith", "attribute.segment.startsWith('ol') ? 1 : 0", 0.0),
        ("endsWith", "attribute.segment.endsWith('old') ? 1 : 0", 1.0),
        ("min", "min(measure.orders, 2)", 2.0),
        ("max", "max(measure.orders, 2)", 4.0),
        ("double", "double(3)", 3.0),
        ("double", "double('-0.25')", -0.25),
        ("int", "int(3.7) + int(-3.7)", 0.0),
        ("string", "string(2.50) == '2.5' && string(3) == '3' ? 1 : 0", 1.0),
    ];
    assert_eq!(calls.map(|(name, ..)| name), FUNCTIONS.each_ref().map(|function| function.name));
    for (_, source, expected) in calls {
        assert_eq!(number(source), Some(expected), "{source}");
    }
}

#[test]
fn what_is_absent_makes_the_whole_absent() {
    let source = "attribute.segment == \"gold\" || measure.revenue > 1";
    let expression = parse(source, Wanted::Truth).unwrap();
    assert_eq!(expression.truth(&customer()), Some(true));
    let without = |forgotten: &str| {
        let mut customer = customer();
        customer.attributes.remove(forgotten);
        customer.measures.remove(forgotten);
        expression.truth(&customer)
    };
    assert_eq!(without("age"), Some(true));
    assert_eq!(without("segment"), None);
    assert_eq!(without("revenue"), None);
    let mut odd = customer();
    odd.measures.insert(id("revenue"), f64::NAN);
    assert_eq!(expression.truth(&odd), None);
}

#[test]
fn division_by_zero_and_overflow_are_absent() {
    assert_eq!(number("measure.revenue / measure.returns"), None);
    assert_eq!(truth("measure.revenue / measure.returns > 1"), None);
    assert_eq!(truth("measure.revenue / measure.returns > 1 || attribute.opted_in"), Some(true));
    assert_eq!(number("measure.returns == 0 ? 0 : measure.revenue / measure.returns"), Some(0.0));
    assert_eq!(number("measure.revenue * 1e308"), None);
    assert_eq!(number("double(attribute.segment)"), None);
    let spelled = parse("double(attribute.package) > 1", Wanted::Truth).unwrap();
    for no_number in ["inf", "nan", "", "gold"] {
        let mut customer = customer();
        customer.attributes.insert(key("package"), AttributeValue::Text(no_number.to_owned()));
        assert_eq!(spelled.truth(&customer), None, "{no_number:?}");
    }
}

#[test]
fn reads_are_the_names_used() {
    let source = "measure.orders > 1 ? measure.orders : attribute.age + attribute[\"age\"]";
    let reads = Reads { attributes: [key("age")].into(), measures: [id("orders")].into() };
    assert_eq!(*parse(source, Wanted::Number).unwrap().reads(), reads);
    assert_eq!(*Expression::stored(source).unwrap().reads(), reads);
}

#[test]
fn stored_expressions_know_every_name() {
    let source = "attribute.gone == 'x' ? measure.gone / 2 : attribute.other";
    let expression = Expression::stored(source).unwrap();
    assert_eq!(expression.source(), source);
    assert_eq!(expression.number(&customer()), None);
    assert!(Expression::stored("attribute.gone >").is_err());
    assert!(Expression::stored("now").is_err());
    assert_eq!(Expression::stored("1").unwrap().truth(&customer()), None);
}
