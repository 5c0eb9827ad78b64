//! Pages: closed where they would grow too large, with the token of the next one.

use guanxi_model::page::{KeyPart, Page, QueryHash, token};
use prost::Message;

/// What the items of a page may take together, encoded; one item may be larger.
pub(crate) const MAX_PAGE_BYTES: usize = 2 * 1024 * 1024;

/// The messages of a page and the token of the next one. `key` is what the list is ordered by.
pub(crate) fn close<T, M: Message>(
    page: Page<T>,
    query: QueryHash,
    key: impl Fn(&T) -> Vec<KeyPart>,
    message: impl Fn(T) -> M,
) -> (Vec<M>, String) {
    let Page { items, mut next } = page;
    let mut bytes = 0;
    let mut last = None;
    let mut messages = Vec::with_capacity(items.len());
    for item in items {
        let here = key(&item);
        let message = message(item);
        bytes += message.encoded_len();
        if bytes > MAX_PAGE_BYTES && last.is_some() {
            next = last;
            break;
        }
        last = Some(here);
        messages.push(message);
    }
    (messages, next.map(|key| token::encode(query, &key)).unwrap_or_default())
}

/// A page from rows of which one more was asked for than the page holds.
pub(crate) fn cut<T>(mut items: Vec<T>, size: usize, key: impl Fn(&T) -> Vec<KeyPart>) -> Page<T> {
    let more = items.len() > size;
    items.truncate(size);
    let next = if more { items.last().map(key) } else { None };
    Page { items, next }
}

#[cfg(test)]
mod tests {
    use guanxi::v1::LorenzPoint;

    use super::*;

    fn query() -> QueryHash {
        QueryHash::of(&["points"])
    }

    fn text(item: &str) -> Vec<KeyPart> {
        vec![KeyPart::Text(item.to_owned())]
    }

    #[test]
    fn the_last_page_has_no_token() {
        let page = Page { items: vec!["a".to_owned()], next: None };
        let (messages, token) = close(page, query(), |item: &String| text(item), |item| item);
        assert_eq!((messages.len(), token.as_str()), (1, ""));
    }

    #[test]
    fn a_page_is_closed_at_two_mebibytes_and_goes_on_after_its_last_item() {
        let large = |letter: &str| letter.repeat(900_000);
        let items: Vec<_> = ["a", "b", "c", "d"].map(large).to_vec();
        let (messages, token) = close(Page { items, next: None }, query(), |item: &String| text(item), |item| item);
        assert_eq!(messages.len(), 2);
        assert_eq!(token::decode(&token, query()), Ok(text(&large("b"))));
    }

    #[test]
    fn an_item_larger_than_a_page_has_one_of_its_own() {
        let page = Page { items: vec!["x".repeat(3_000_000), "y".to_owned()], next: None };
        let (messages, token) = close(page, query(), |_| vec![KeyPart::Int(7)], |item| item);
        assert_eq!(messages.len(), 1);
        assert_eq!(token::decode(&token, query()), Ok(vec![KeyPart::Int(7)]));
    }

    #[test]
    fn one_row_more_than_asked_for_means_there_is_a_next_page() {
        let point = |share| LorenzPoint { customer_share: Some(share), value_share: None };
        let key = |point: &LorenzPoint| vec![KeyPart::Int(point.customer_share.unwrap_or_default() as i64)];
        assert_eq!(cut(vec![point(1.0), point(2.0)], 1, key).next, Some(vec![KeyPart::Int(1)]));
        assert_eq!(cut(vec![point(1.0), point(2.0)], 2, key).next, None);
    }
}
