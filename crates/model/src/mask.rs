//! Update masks: from the paths a caller sent to the fields of one resource, by the rules of AIP-134 and AIP-161. What
//! each field holds is not known here.

use crate::violation::{Violations, clip};

const PATH: &str = "update_mask";

/// The writable fields that `paths` names, each once, in the order of `writable`. `*` alone means all of them; names may
/// be spelled `display_name` or `displayName`; output-only fields are ignored, so that a resource can be sent back whole.
///
/// # Errors
///
/// No path at all, `*` beside other paths, and one violation for every path that is not a field.
pub fn fields(
    paths: &[String],
    writable: &[&'static str],
    output_only: &[&'static str],
) -> Result<Vec<&'static str>, Violations> {
    let mut violations = Violations::new();
    if paths.is_empty() {
        violations.push(PATH, format!("is required; allowed: {}", allowed(writable)));
    }
    if paths == ["*"] {
        return Ok(writable.to_vec());
    }
    let is_known = |path: &String| writable.iter().chain(output_only).any(|field| names(path, field));
    for (index, path) in paths.iter().enumerate().filter(|(_, path)| !is_known(path)) {
        violations.push(format!("{PATH}.paths[{index}]"), refusal(path, writable));
    }
    violations.finish()?;
    Ok(writable.iter().copied().filter(|field| paths.iter().any(|path| names(path, field))).collect())
}

fn refusal(path: &str, writable: &[&str]) -> String {
    if path == "*" {
        return "* must be the only path".to_owned();
    }
    format!("\"{}\" is not a field that can be updated; allowed: {}", clip(path), allowed(writable))
}

fn allowed(writable: &[&str]) -> String {
    format!("{}, or * alone", writable.join(", "))
}

fn names(path: &str, field: &str) -> bool {
    path == field || path == lower_camel(field)
}

fn lower_camel(field: &str) -> String {
    let mut camel = String::with_capacity(field.len());
    let mut after_underscore = false;
    for letter in field.chars() {
        match letter {
            '_' => after_underscore = true,
            _ if after_underscore => {
                camel.push(letter.to_ascii_uppercase());
                after_underscore = false;
            }
            _ => camel.push(letter),
        }
    }
    camel
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const WRITABLE: &[&str] = &["display_name", "labels", "address.postal_code"];
    const OUTPUT_ONLY: &[&str] = &["create_time", "etag"];

    fn read(paths: &[&str]) -> Result<Vec<&'static str>, Violations> {
        fields(&paths.iter().map(ToString::to_string).collect::<Vec<_>>(), WRITABLE, OUTPUT_ONLY)
    }

    #[test]
    fn star_alone_is_every_writable_field() {
        assert_eq!(read(&["*"]).unwrap(), WRITABLE);
    }

    #[test]
    fn both_spellings_are_one_field() {
        assert_eq!(read(&["labels", "displayName", "display_name"]).unwrap(), ["display_name", "labels"]);
        assert_eq!(read(&["address.postalCode"]).unwrap(), ["address.postal_code"]);
    }

    #[test]
    fn output_only_fields_are_ignored() {
        assert_eq!(read(&["createTime", "etag", "labels"]).unwrap(), ["labels"]);
        assert!(read(&["create_time"]).unwrap().is_empty());
    }

    #[test]
    fn nothing_is_refused_and_every_unknown_path_is_named() {
        assert!(read(&[]).unwrap_err().to_string().contains("is required; allowed: display_name, labels"));
        let refused = read(&["labels", "colour", "", "*"]).unwrap_err().to_string();
        for part in ["update_mask.paths[1]", "colour", "update_mask.paths[2]", "paths[3]", "* must be the only path"] {
            assert!(refused.contains(part), "{part} in {refused}");
        }
        assert!(!refused.contains("paths[0]"));
    }

    proptest! {
        #[test]
        fn only_writable_fields_come_out_each_once(paths in prop::collection::vec("[a-zA-Z_.*]{0,8}|labels|displayName", 0..6)) {
            if let Ok(found) = fields(&paths, WRITABLE, OUTPUT_ONLY) {
                let in_order: Vec<_> = WRITABLE.iter().copied().filter(|field| found.contains(field)).collect();
                prop_assert_eq!(found, in_order);
            }
        }
    }
}
