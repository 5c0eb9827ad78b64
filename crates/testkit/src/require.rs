//! What a test run must not skip.
//!
//! A machine without PostgreSQL or without the real data still runs everything else; CI sets `GUANXI_REQUIRE` so that
//! there an absence is never green.

use std::{
    collections::BTreeSet,
    env,
    io::{self, Write},
    sync::Mutex,
};

const KNOWN: [&str; 2] = ["data", "postgres"];

/// Whether `GUANXI_REQUIRE`, a comma-separated list of `data` and `postgres`, names `what`.
///
/// # Panics
/// On a name that means nothing: a misspelt requirement would let everything be skipped.
pub fn required(what: &str) -> bool {
    names(&env::var("GUANXI_REQUIRE").unwrap_or_default(), what)
}

/// Says that something is skipped because `what` is not here, as `skipped: {message}`.
///
/// # Panics
/// When `what` is required.
pub fn skip_or_fail(what: &str, message: &str) {
    assert!(!required(what), "GUANXI_REQUIRE names {what}, but there is {message}");
    static SAID: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let said_first = SAID.lock().unwrap().insert(message.to_owned());
    if said_first {
        // Past the capture of the test harness, once: a plain `cargo test` has to show that something was skipped.
        let _ = writeln!(io::stdout().lock(), "skipped: {message}");
    } else {
        println!("skipped: {message}");
    }
}

fn names(list: &str, what: &str) -> bool {
    assert!(KNOWN.contains(&what), "{what:?} is nothing GUANXI_REQUIRE can name");
    let listed: Vec<_> = list.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
    for name in &listed {
        assert!(KNOWN.contains(name), "GUANXI_REQUIRE: {name:?} is none of {KNOWN:?}");
    }
    listed.contains(&what)
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn reads_a_comma_separated_list() {
        assert!(names("data, postgres", "postgres"));
        assert!(names("data", "data"));
        assert!(!names("data", "postgres"));
        assert!(!names("", "data"));
    }

    #[test]
    #[should_panic(expected = "none of")]
    fn refuses_a_misspelt_name() {
        names("postgresql", "postgres");
    }
}
