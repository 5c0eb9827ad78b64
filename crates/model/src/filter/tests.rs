//! Tests of filters as a whole: what is read, what is refused and how, and the law that printing loses nothing.

use proptest::prelude::*;

use super::*;

const STATES: &[(&str, i16)] = &[("ACTIVE", 1), ("LAPSED", 2), ("NOT", 3)];
const SCHEMA: Schema = Schema(&[
    ("display_name", Kind::Text),
    ("state", Kind::Enum(STATES)),
    ("vip", Kind::Bool),
    ("score", Kind::Int),
    ("create_time", Kind::Timestamp),
    ("review_date", Kind::Day),
    ("labels", Kind::TextMap),
    ("address.city", Kind::Text),
]);

fn read(text: &str) -> Filter {
    Filter::parse(text, &SCHEMA).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// Checks the canonical text of a filter.
fn check(text: &str, canonical: &str) {
    assert_eq!(read(text).to_string(), canonical, "{text}");
}

/// Checks the whole error of a filter.
fn refused(text: &str, error: &str) {
    assert_eq!(Filter::parse(text, &SCHEMA).expect_err(text).to_string(), error, "{text}");
}

#[test]
fn nothing_lets_everything_through() {
    assert!(read("").is_empty() && read(" \t").is_empty());
    assert_eq!(read("").to_string(), "");
    assert!(!read("vip=true").is_empty());
}

#[test]
fn or_binds_tighter_than_and() {
    check("vip=true AND score=1 OR score=2", "vip = true AND (score = 1 OR score = 2)");
    check("score=1 OR score=2 vip=true", "(score = 1 OR score = 2) AND vip = true");
    check("(vip=true AND score=1) OR score=2", "(vip = true AND score = 1) OR score = 2");
    check("vip=true AND (score=1 AND ((score=2)))", "vip = true AND score = 1 AND score = 2");
}

#[test]
fn not_and_minus_are_the_same() {
    check("-vip=true NOT score=-1", "NOT vip = true AND NOT score = -1");
    check("NOT (vip=true) OR -(score=1 score=2)", "NOT vip = true OR NOT (score = 1 AND score = 2)");
    check("-(-vip=true)", "NOT (NOT vip = true)");
}

#[test]
fn values_take_the_kind_of_their_field() {
    let Expr::Term(term) = read("state != lapsed").expr else { panic!("one term") };
    assert_eq!(term, Term { field: "state", key: None, op: Op::Ne, value: Value::Code(2) });
    let Expr::Term(term) = read("create_time>=2026-01-31T12:00:00+02:00").expr else { panic!("one term") };
    assert_eq!(term.value, Value::Timestamp(Timestamp::parse_rfc3339("2026-01-31T10:00:00Z").unwrap()));
    assert_eq!(read("create_time<2026-01-31T10:00:00Z"), read("create_time < '2026-01-31T10:00:00Z'"));
    let Expr::Term(term) = read("review_date <= 1970-01-02").expr else { panic!("one term") };
    assert_eq!((term.op, term.value), (Op::Le, Value::Day(crate::Day(1))));
    check("review_date='2026-01-31'", "review_date = \"2026-01-31\"");
    check("state=\"not\" score<=\"7\"", "state = \"NOT\" AND score <= 7");
    check(
        "address.city = 42 display_name='O\\'Brien \"x\"'",
        r#"address.city = "42" AND display_name = "O'Brien \"x\"""#,
    );
    check("display_name = \"a\\n*\\\\\"", r#"display_name = "a\n*\\""#);
    check("display_name=关系", "display_name = \"关系\"");
}

#[test]
fn keys_of_a_map_are_present_or_compared() {
    for text in ["labels:region", "labels.region:*", "labels:\"region\"", "labels.\"region\" : *"] {
        check(text, "labels.region:*");
    }
    check("labels.region:north", "labels.region = \"north\"");
    check("labels.region:'*'", "labels.region = \"*\"");
    check("labels.cost-centre.id != 7", "labels.\"cost-centre.id\" != \"7\"");
    check("labels:\"a:b\"", "labels.\"a:b\":*");
}

#[test]
fn unknown_fields_operators_and_values_are_told_what_is_allowed() {
    const FIELDS: &str = "display_name, state, vip, score, create_time, review_date, labels, address.city";
    const KEY: &str = r#"labels needs a key: labels.KEY = "value", labels.KEY != "value" or labels:KEY"#;
    refused("vip=true tier=1", &format!("at character 10: tier is not a field to filter by; fields: {FIELDS}"));
    refused("vip.a=true", &format!("at character 1: vip.a is not a field to filter by; fields: {FIELDS}"));
    refused("vip=true AND", &format!("at character 13: expected a field or a parenthesis; fields: {FIELDS}"));
    refused("display_name < a", "at character 14: display_name takes = !=, not <");
    refused("vip != true", "at character 5: vip takes =, not !=");
    refused("state = gone", "at character 9: state takes one of ACTIVE, LAPSED, NOT, not gone");
    refused("score > 1.5", "at character 9: score takes a whole number of 64 bits, not 1.5");
    refused("vip = yes", "at character 7: vip takes true or false, not yes");
    refused(
        "create_time > 2026-01-31",
        "at character 15: create_time takes an RFC 3339 time such as 2026-01-31T12:00:00Z, not 2026-01-31",
    );
    refused("labels = a", &format!("at character 8: {KEY}"));
    refused("labels:*", &format!("at character 8: {KEY}"));
    refused("labels:region:north", &format!("at character 8: {KEY}"));
    refused("labels.'' = a", &format!("at character 1: {KEY}"));
}

#[test]
fn broken_texts_are_told_where() {
    refused(
        "é",
        "at character 1: é is not a field to filter by; fields: display_name, state, vip, score, create_time, review_date, labels, address.city",
    );
    refused("display_name = é vip", "at character 21: expected an operator; vip takes =");
    refused("(vip=true", "at character 10: expected AND, OR, another restriction or a closing parenthesis");
    refused("vip=true)", "at character 9: expected AND, OR, another restriction or the end");
    refused("vip=", "at character 5: expected a value; vip takes true or false");
    refused("state=NOT", "at character 7: expected a value; state takes one of ACTIVE, LAPSED, NOT");
    refused("display_name = \"a", "at character 16: this quote is never closed");
    refused("display_name = \"\\x\"", r#"at character 18: a backslash stands only before " ' \ n r t"#);
    refused("display_name = a*", "at character 16: wildcards are not supported; quote a text that has an asterisk");
    refused("display_name = a\0", "at character 17: the character U+0000 is not allowed");
    refused(
        "vip ~ true",
        "at character 5: expected a field, an operator (= != < <= > >= :), AND, OR, NOT or a parenthesis",
    );
}

#[test]
fn limits_hold_exactly() {
    let nested = |depth: usize| format!("{}vip=true{}", "(".repeat(depth), ")".repeat(depth));
    read(&nested(MAX_DEPTH));
    refused(&nested(MAX_DEPTH + 1), "at character 21: parentheses may be nested 20 deep at most");
    read(&"vip=true ".repeat(MAX_TERMS));
    refused(&"vip=true ".repeat(MAX_TERMS + 1), "at character 451: at most 50 restrictions are allowed");
    let long = |bytes: usize| format!("display_name={}", "a".repeat(bytes - 13));
    read(&long(MAX_BYTES));
    refused(&long(MAX_BYTES + 1), "at character 1: the filter has 4097 bytes, at most 4096 are allowed");
}

fn comparison() -> impl Strategy<Value = Op> {
    prop::sample::select(Kind::Int.operators())
}

fn equality() -> impl Strategy<Value = Op> {
    prop::sample::select(Kind::Text.operators())
}

fn words() -> impl Strategy<Value = String> {
    "[^\0]{0,12}|[a-z.*:'\"\\\\ \n-]{0,6}|AND|NOT"
}

fn term() -> impl Strategy<Value = Expr> {
    // From 1970 to 2100, in microseconds.
    let instant = (0..4_102_444_800_000_000i64).prop_map(|micros| Value::Timestamp(Timestamp(micros)));
    let key = words().prop_filter("keys are never empty", |key| !key.is_empty());
    let plain = |field| move |(op, value)| Term { field, key: None, op, value };
    prop_oneof![
        (equality(), words().prop_map(Value::Text)).prop_map(plain("display_name")),
        (equality(), words().prop_map(Value::Text)).prop_map(plain("address.city")),
        (equality(), (1..=3i16).prop_map(Value::Code)).prop_map(plain("state")),
        (Just(Op::Eq), any::<bool>().prop_map(Value::Bool)).prop_map(plain("vip")),
        (comparison(), any::<i64>().prop_map(Value::Int)).prop_map(plain("score")),
        (comparison(), instant).prop_map(plain("create_time")),
        (comparison(), (0..9999).prop_map(|day| Value::Day(Day(day)))).prop_map(plain("review_date")),
        (key, prop::option::of((equality(), words()))).prop_map(|(key, compared)| {
            let (op, value) = compared.map_or((Op::Has, Value::Present), |(op, text)| (op, Value::Text(text)));
            Term { field: "labels", key: Some(key), op, value }
        }),
    ]
    .prop_map(Expr::Term)
}

fn expr() -> impl Strategy<Value = Expr> {
    term().prop_recursive(3, 16, 3, |inner| {
        let parts = prop::collection::vec(inner.clone(), 1..4);
        prop_oneof![
            parts.clone().prop_map(Expr::all),
            parts.prop_map(Expr::any),
            inner.prop_map(|part| Expr::Not(Box::new(part))),
        ]
    })
}

proptest! {
    #[test]
    fn printing_loses_nothing(expr in expr()) {
        let filter = Filter { schema: SCHEMA, expr };
        let text = filter.to_string();
        prop_assume!(text.len() <= MAX_BYTES);
        prop_assert_eq!(Filter::parse(&text, &SCHEMA), Ok(filter), "{}", text);
    }

    #[test]
    fn any_text_is_answered_and_what_is_read_prints_the_same_again(
        text in "([ ()*:.'\"\\\\=<>!-]|vip=true|AND|OR |NOT |labels|score|create_time|[0-9TZé])*"
    ) {
        if let Ok(filter) = Filter::parse(&text, &SCHEMA) {
            prop_assert_eq!(Filter::parse(&filter.to_string(), &SCHEMA), Ok(filter), "{}", text);
        }
    }
}
