//! What expressions give, and the faults they have.

use std::collections::{BTreeMap, BTreeSet};

use guanxi_model::customer::{AttributeValue, ValueType};
use guanxi_model::{AttributeKey, MeasureId, Timestamp};
use proptest::prelude::*;

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
fn syntax_has_places_in_characters() {
    number_faults("", &["must not be empty"]);
    number_faults(" \n", &["must not be empty"]);
    number_faults("1 +", &["line 1, column 4: ends too early"]);
    number_faults("size('é关') 2", &["line 1, column 12: unexpected \"2\""]);
    number_faults("1 +\n  )", &["line 2, column 3: unexpected \")\""]);
    number_faults("1 = 2", &["line 1, column 3: unexpected \"=\"", "line 1, column 5: unexpected \"2\""]);
    number_faults("1e400", &["line 1, column 1: invalid double literal"]);
    number_faults("a.?b", &["line 1, column 2: unsupported syntax '.?'"]);
}

#[test]
fn unknown_names_are_told_with_the_known_ones() {
    let attributes = "known are age, in, opted_in, package, segment, since";
    let measures = "known are orders, returns, revenue";
    let first = format!("line 2, column 6: unknown attribute \"sgment\"; {attributes}");
    let second = format!("line 3, column 5: unknown measure \"Orders!\"; {measures}");
    number_faults("'é'\n  == attribute.sgment ?\n1 : measure['Orders!']", &[first.as_str(), second.as_str()]);
    let now = "line 1, column 1: unknown name \"now\"; names are attribute.key and measure.key";
    number_faults("now - attribute.since", &[now]);
    number_faults("measure", &["line 1, column 1: measure stands for nothing by itself; write measure.key"]);
    let select = "line 1, column 14: \".x\" is not possible here; names are attribute.key and measure.key";
    number_faults("attribute.age.x", &[select]);
    let none = Names { attributes: &BTreeMap::new(), measures: &BTreeSet::new() };
    let faults = Expression::parse("measure.orders", &none, Wanted::Number).unwrap_err();
    assert_eq!(faults, ["line 1, column 1: unknown measure \"orders\"; there is no measure"]);
}

#[test]
fn types_must_go_together() {
    number_faults("attribute.segment > 3 ? 1 : 2", &["line 1, column 19: a text and a number do not go together"]);
    number_faults("attribute.segment", &["line 1, column 1: must be a number, is a text"]);
    number_faults("1 == 1", &["line 1, column 3: must be a number, is true or false"]);
    number_faults("1 ? 2 : 3", &["line 1, column 1: must be true or false, is a number"]);
    number_faults("true ? 2 : 'a'", &["line 1, column 6: a number and a text do not go together"]);
    number_faults("-'a' * 2", &["line 1, column 2: must be a number, is a text"]);
    let add = "line 1, column 6: is possible with numbers and with texts, not with true or false";
    number_faults("true + true", &[add]);
    number_faults("1 in [1, 'a'] ? 1 : 2", &["line 1, column 10: must be a number, is a text"]);
    number_faults("1 in 2 ? 1 : 2", &["line 1, column 6: must be a list in brackets, such as [\"a\", \"b\"]"]);
    number_faults("size(3)", &["line 1, column 5: size is called as size(text) or text.size()"]);
    number_faults("3.max(4)", &["line 1, column 6: max is called as max(number, number)"]);
    assert_eq!(
        parse("measure.orders", Wanted::Truth).unwrap_err(),
        ["line 1, column 1: must be true or false, is a number"]
    );
}

#[test]
fn the_rest_of_cel_is_refused_by_name() {
    number_faults(
        "has(attribute.age) ? 1 : 2",
        &["line 1, column 4: has is not part of this language: what is absent makes the whole absent"],
    );
    for name in ["all", "exists", "exists_one", "map", "filter"] {
        let fault =
            format!("line 1, column {}: {name} is not part of this language, which has no loops", 5 + name.len());
        number_faults(&format!("[1].{name}(x, x > 1)"), &[fault.as_str()]);
    }
    let functions = "size, contains, startsWith, endsWith, min, max, double, int, string";
    let matches = format!("line 1, column 12: unknown function \"matches\"; functions are {functions}");
    number_faults("'a'.matches('a') ? 1 : 2", &[matches.as_str()]);
    number_faults("7 % 2", &["line 1, column 3: % is not part of this language: numbers need not be whole"]);
    number_faults("3u", &["line 1, column 1: numbers have no suffix: write 3, not 3u"]);
    let faults = |source: &str| parse(source, Wanted::Number).unwrap_err().len();
    for source in
        ["null", "b'x'", "[1]", "{'a': 1}", "Foo{a: 1}", "'a'[0]", "package", "timestamp('a')", ".attribute.age"]
    {
        assert_eq!(faults(source), 1, "{source}");
    }
}

#[test]
fn all_faults_are_told_at_once() {
    let source = "atribute.x + measure.nope > 3 && attribute.age ? foo(1) : 'a' * 2";
    let faults = parse(source, Wanted::Number).unwrap_err();
    assert_eq!(faults.len(), 5, "{faults:#?}");
}

#[test]
fn what_never_gives_anything_is_refused() {
    number_faults("measure.revenue / 0", &[trial::FAULT]);
    number_faults("double('gold')", &[trial::FAULT]);
    number_faults("1e308 * 10", &[trial::FAULT]);
    assert!(parse("1 / measure.returns", Wanted::Number).is_ok());
    assert!(parse("1 / (measure.returns - measure.orders)", Wanted::Number).is_ok());
    assert!(parse("attribute.opted_in || measure.orders > 3 ? 1 / measure.orders : 0", Wanted::Number).is_ok());
}

#[test]
fn length_cost_and_depth_have_limits() {
    let spaces = " ".repeat(Expression::MAX_CHARS - 1);
    assert_eq!(number(&format!("{spaces}1")), Some(1.0));
    number_faults(&format!("{spaces}12"), &["must have at most 1000 characters, got 1001"]);
    let sum = |terms: usize| vec!["1"; terms].join("+");
    assert_eq!(number(&sum(100)), Some(100.0));
    number_faults(&sum(101), &["must have at most 200 names, literals, operators and calls, got 201"]);
    let nested = |depth: usize| format!("{}1{}", "(".repeat(depth), ")".repeat(depth));
    assert_eq!(number(&nested(32)), Some(1.0));
    number_faults(&format!("1 +\n{}", nested(33)), &["line 2, column 34: nests deeper than 32 levels"]);
    let chained = |conditions: usize| format!("{}3", "true?2:".repeat(conditions));
    assert_eq!(number(&chained(31)), Some(2.0));
    let faults = parse(&chained(40), Wanted::Number).unwrap_err();
    assert!(faults[0].ends_with("nests deeper than 32 levels"), "{faults:?}");
    number_faults(&"(".repeat(101), &["must have at most 100 opening brackets, got 101"]);
}

/// Each would overflow the stack of this thread if it were parsed on it.
#[test]
fn the_deepest_nesting_is_no_danger() {
    for (open, close) in [("(", ")"), ("[", "]"), ("{1:", "}"), ("f(", ")"), ("a.f(", ")"), ("a[", "]"), ("a?b:", "")] {
        for depth in [31, 32, 100, 200] {
            let source = format!("{}1{}", open.repeat(depth), close.repeat(depth));
            let unclosed = open.repeat(depth);
            for source in [source, unclosed] {
                let source: String = source.chars().take(Expression::MAX_CHARS).collect();
                let _faults = Expression::stored(&source);
            }
        }
    }
    for source in [
        format!(">{}?[{}{}l\0?(-", "{".repeat(61), "(".repeat(11), "{".repeat(26)),
        "(')'+".repeat(100),
        "(]".repeat(100),
        "[)(}".repeat(50),
        "1?".repeat(490),
        "?".repeat(990),
    ] {
        assert!(Expression::stored(&source).is_err());
    }
    for link in ["!", "-", "1+", "a||", "1<", "1-"] {
        let _faults = Expression::stored(&format!("{}1", link.repeat(900 / link.len())));
    }
    for link in [".a", "[1]", ".f(1)", ".size()"] {
        let _faults = Expression::stored(&format!("attribute.age{}", link.repeat(900 / link.len())));
    }
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

fn tokens() -> impl Strategy<Value = String> {
    let token = prop::sample::select(
        &[
            "attribute",
            "measure",
            ".",
            "segment",
            "age",
            "orders",
            "revenue",
            "(",
            ")",
            "[",
            "]",
            "{",
            "}",
            ",",
            "?",
            ":",
            "+",
            "-",
            "*",
            "/",
            "%",
            "==",
            "!=",
            "<",
            ">=",
            "&&",
            "||",
            "!",
            " in ",
            "1",
            "2.5",
            "0",
            "'a'",
            "\"",
            "'",
            "\\",
            "true",
            "null",
            "size",
            "max",
            "has",
            "all",
            "x",
            "\n",
            " ",
            "//",
            "`",
            "r'",
            "b'",
            "1u",
            "0x",
            "é",
            "关",
            "attribute.segment",
            "measure.orders",
            "attribute.opted_in",
            "double(",
            "@",
            "$",
            "1e",
        ][..],
    );
    prop::collection::vec(token, 0..40).prop_map(|tokens| tokens.concat())
}

/// Expressions of numbers, right in type and names.
fn numbers() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("attribute.age".to_owned()),
        Just("measure.revenue".to_owned()),
        Just("measure.returns".to_owned()),
        (0_u32..100).prop_map(|number| number.to_string()),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        let operator = prop::sample::select(&["+", "-", "*", "/"][..]);
        prop_oneof![
            (inner.clone(), operator, inner.clone()).prop_map(|(a, operator, b)| format!("({a} {operator} {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("max({a}, -{b})")),
            (inner.clone(), inner.clone(), inner).prop_map(|(a, b, c)| format!("({a} < {b} ? {b} : {c})")),
        ]
    })
}

proptest! {
    #[test]
    fn no_text_panics(source in any::<String>()) {
        let _faults = parse(&source, Wanted::Number);
        let _faults = Expression::stored(&source);
    }

    #[test]
    fn no_tokens_panic(source in tokens()) {
        for wanted in [Wanted::Number, Wanted::Truth] {
            if let Ok(expression) = parse(&source, wanted) {
                prop_assert!(Expression::stored(&source).is_ok());
                prop_assert_eq!(expression.number(&customer()).is_some() && wanted == Wanted::Truth, false);
            }
        }
    }

    #[test]
    fn evaluation_is_the_same_every_time(source in numbers()) {
        let Ok(expression) = parse(&source, Wanted::Number) else {
            // Too long, or nothing but division by zero.
            return Ok(());
        };
        let again = Expression::stored(&source).unwrap();
        prop_assert_eq!(&expression, &again);
        prop_assert_eq!(expression.number(&customer()).map(f64::to_bits), again.number(&customer()).map(f64::to_bits));
    }
}
