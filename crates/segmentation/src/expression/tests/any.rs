//! What holds of any text and of any expression.

use proptest::prelude::*;

use super::*;

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
