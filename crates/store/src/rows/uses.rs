//! What a customer used on a day, as its bucket keeps it: lines such as `[1,"p-1",2]`, kind, word and how often, those of
//! each batch behind the ones before. How often in all is their sum, so it is added to without being read.

use std::collections::BTreeMap;

use guanxi_model::Words as _;
use guanxi_model::fact::{Use, UseKind};

use super::to_json;
use crate::Error;

const WHAT: &str = "use";

pub(crate) fn write(uses: &BTreeMap<Use, i64>) -> Result<String, Error> {
    let counted = uses.iter().filter(|(_, times)| **times != 0);
    counted.map(|(used, times)| Ok(to_json(&(used.kind.code(), &used.word, times), WHAT)? + "\n")).collect()
}

/// What was used of one kind, as it was written: a word may come again.
pub(crate) fn read(text: &str, kind: UseKind) -> impl Iterator<Item = Result<(String, i64), Error>> {
    let all = serde_json::Deserializer::from_str(text).into_iter::<(i16, String, i64)>();
    all.filter_map(move |one| match one {
        Ok((code, word, times)) => (code == kind.code()).then_some(Ok((word, times))),
        Err(error) => Some(Err(Error::corrupt(WHAT, error))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_behind_the_other_is_read_by_kind() {
        let used = |kind, word: &str| Use { kind, word: word.into() };
        let first = BTreeMap::from([(used(UseKind::Product, "a \"b\"\n["), 2), (used(UseKind::Channel, "web"), 1)]);
        let second = BTreeMap::from([
            (used(UseKind::Channel, "\u{e9}"), -1),
            (used(UseKind::Channel, "web"), 3),
            (used(UseKind::Product, "back"), 0),
        ]);
        let text = write(&first).unwrap() + &write(&second).unwrap();
        let of = |kind| read(&text, kind).map(Result::unwrap).collect::<Vec<_>>();
        assert_eq!(of(UseKind::Product), [("a \"b\"\n[".to_owned(), 2)]);
        assert_eq!(of(UseKind::Channel), [("web".to_owned(), 1), ("web".to_owned(), 3), ("\u{e9}".to_owned(), -1)]);
        assert_eq!(write(&BTreeMap::new()).unwrap(), "");
        assert_eq!(read("", UseKind::Product).count(), 0);
        assert!(read("[1,\"a\",1]\n[1", UseKind::Product).any(|one| one.is_err()));
    }
}
