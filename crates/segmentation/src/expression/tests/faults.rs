//! What is wrong with expressions is told, all at once and with its place.

use super::*;

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
