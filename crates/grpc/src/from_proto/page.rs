//! Paging: how many items, and after which key. A token belongs to one list with one parent, filter and order.

use guanxi_model::Violations;
use guanxi_model::filter::{Filter, Schema};
use guanxi_model::page::token::PageTokenError;
use guanxi_model::page::{self, KeyPart, QueryHash, token};

use super::Path;

/// Which page of a list is asked for.
#[derive(Clone, Debug)]
pub(crate) struct Paging {
    /// How many items at most.
    pub(crate) size: usize,
    /// The key of the last item of the page before.
    pub(crate) after: Option<Vec<KeyPart>>,
    /// The list that tokens belong to.
    pub(crate) query: QueryHash,
}

impl Paging {
    /// The key of the last item of the page before, in a list ordered by one text.
    pub(crate) fn after_text(&self) -> &str {
        match self.after.as_deref() {
            Some([KeyPart::Text(last)]) => last,
            _ => "",
        }
    }

    /// The key of the last item of the page before, in a list of numbers that fall.
    pub(crate) fn before_number(&self) -> i64 {
        match self.after.as_deref() {
            Some([KeyPart::Int(last)]) => *last,
            _ => i64::MAX,
        }
    }
}

/// A column of the key that a list is ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    Text,
    Int,
    Bytes,
}

/// Reads page size and token. `query` is what makes the list another list: its collection, parent, filter and order;
/// `columns` is its key.
pub(super) fn paging(
    v: &mut Violations,
    (size, token): (i32, &str),
    query: &[&str],
    columns: &[Column],
) -> Option<Paging> {
    let query = QueryHash::of(query);
    let size = v.field(Path::of("page_size"), page::page_size(size));
    let after = token::decode_optional(token, query).and_then(|after| match &after {
        // Our own tokens have the key of their list; nobody else's may reach the database.
        Some(key) if !key.iter().map(column).eq(columns.iter().copied()) => Err(PageTokenError::Malformed),
        _ => Ok(after),
    });
    let after = v.field(Path::of("page_token"), after);
    Some(Paging { size: size?, after: after?, query })
}

fn column(part: &KeyPart) -> Column {
    match part {
        KeyPart::Text(_) => Column::Text,
        KeyPart::Int(_) => Column::Int,
        KeyPart::Bytes(_) => Column::Bytes,
    }
}

/// Reads a filter by what the list can be filtered by.
pub(super) fn filter(v: &mut Violations, text: &str, schema: &Schema) -> Option<Filter> {
    v.field(Path::of("filter"), Filter::parse(text, schema))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn size_and_token_are_refused_together() {
        let mut v = Violations::new();
        assert!(paging(&mut v, (-1, "made up"), &["touchpoints"], &[Column::Text]).is_none());
        let paths: Vec<_> = v.iter().map(|violation| violation.path.as_str()).collect();
        assert_eq!(paths, ["page_size", "page_token"]);
    }

    #[test]
    fn a_token_gives_its_key_back_to_its_own_list_only() {
        let token = token::encode(QueryHash::of(&["touchpoints"]), &[KeyPart::Text("desk".into())]);
        let read = |query: &str, column| paging(&mut Violations::new(), (0, &token), &[query], &[column]);
        assert_eq!(read("touchpoints", Column::Text).unwrap().after_text(), "desk");
        assert!(read("pyramids", Column::Text).is_none());
        assert!(read("touchpoints", Column::Int).is_none(), "a forged key never reaches the database");
    }
}
