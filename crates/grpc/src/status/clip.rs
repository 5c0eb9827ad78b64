//! Cutting texts to the room a status has.

use guanxi_model::Violations;

/// The most faults listed one by one.
const MAX_LISTED: usize = 20;
/// What all faults listed may take together, in bytes.
const MAX_LIST: usize = 1900;
/// What one fault takes beside its texts.
const FRAME: usize = 6;
/// Where the list is too long, descriptions are cut to the first of these lengths with which it fits.
const DESCRIPTIONS: [usize; 3] = [256, 128, 64];
const MAX_PATH: usize = 160;
const MAX_SUMMARY: usize = 200;

/// The text in at most `max` bytes, on one line.
pub(super) fn clipped(text: impl Into<String>, max: usize) -> String {
    const ELLIPSIS: &str = "…";
    let mut text = text.into();
    if text.contains(char::is_control) {
        text = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    }
    if text.len() > max {
        let end = text.floor_char_boundary(max.saturating_sub(ELLIPSIS.len()));
        text.truncate(end);
        text.push_str(ELLIPSIS);
    }
    text
}

/// One sentence about all the faults.
pub(super) fn summary(violations: &Violations) -> String {
    let first = violations.iter().next().map(ToString::to_string).unwrap_or_default();
    let first = clipped(first, MAX_SUMMARY);
    match violations.len() {
        0 | 1 => first,
        count => format!("{first} (and {} more)", count - 1),
    }
}

/// The faults, as paths and descriptions, that there is room for; where some are left out, the last entry says how many.
pub(super) fn listed(violations: &Violations) -> Vec<(String, String)> {
    let (shown, _) = violations.clipped(MAX_LISTED);
    let cut = |max: usize| {
        let entry = |violation: &&guanxi_model::Violation| {
            (clipped(violation.path.as_str(), MAX_PATH), clipped(violation.description.as_str(), max))
        };
        shown.iter().map(entry).collect::<Vec<_>>()
    };
    let mut entries = DESCRIPTIONS.map(cut).into_iter();
    let shortest = entries.next_back().unwrap_or_default();
    let mut entries = entries.find(|entries| size(entries) <= MAX_LIST).unwrap_or(shortest);
    while size(&entries) > MAX_LIST {
        entries.pop();
    }
    let more = violations.len() - entries.len();
    if more > 0 {
        entries.push((String::new(), format!("and {more} more")));
    }
    entries
}

fn size(entries: &[(String, String)]) -> usize {
    entries.iter().map(|(path, description)| path.len() + description.len() + FRAME).sum()
}
