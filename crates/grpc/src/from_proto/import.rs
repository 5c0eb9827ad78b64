//! Chunks of an import: where they begin, and their items, each to be read by itself.

use guanxi_app::command::RecordFact;
use guanxi_model::Violations;

use super::fact::{self, Unnamed};
use super::{Context, Path, done};
use crate::kinds::{ImportParts, Kind};

/// The most items of one chunk.
const MAX_CHUNK: usize = 500;

/// An item as it came, and how it is read. A whole chunk takes milliseconds to read, in which its thread answers nobody.
pub(crate) type Unread<T> = Box<dyn FnOnce(&Context<'_>) -> Result<T, Violations> + Send>;

/// A chunk whose shape is right, of items as they came or as they were read.
pub(crate) struct Chunk<T> {
    /// The index of the first item.
    pub(crate) first: i64,
    /// The index after the last item.
    pub(crate) end: i64,
    pub(crate) items: Vec<T>,
}

/// A chunk of facts, boxed as they are passed on from one to the next; `expected` is where the one before ended.
pub(crate) fn chunk<K: Kind>(
    request: K::Import,
    expected: Option<i64>,
) -> Result<Chunk<Unread<Box<RecordFact>>>, Violations> {
    let ImportParts { first_index, items, missing_customer } = K::import(request);
    let mut v = Violations::new();
    let missing_customer = fact::missing_customer(&mut v, missing_customer);
    let end = end(&mut v, (first_index, expected), (K::ITEMS, items.len()));
    let (missing_customer, end) = done(v, missing_customer.zip(end))?;
    let unread = |item| -> Unread<Box<RecordFact>> {
        Box::new(move |ctx| {
            let mut v = Violations::new();
            let fact = fact::new_fact(ctx, &mut v, Path::of(K::FIELD), (item, Unnamed::Refused));
            done(v, fact.map(|fact| Box::new(RecordFact { fact, missing_customer })))
        })
    };
    Ok(Chunk { first: first_index, end, items: items.into_iter().map(unread).collect() })
}

/// The index after the last of so many items in the field of that name.
pub(super) fn end(
    v: &mut Violations,
    (first_index, expected): (i64, Option<i64>),
    (items, count): (&str, usize),
) -> Option<i64> {
    if count == 0 || count > MAX_CHUNK {
        v.push(Path::of(items), format!("has {count} items; 1 to {MAX_CHUNK} are allowed"));
    }
    match expected {
        Some(expected) if first_index != expected => {
            v.push(
                Path::of("first_index"),
                format!("must be {expected}, where the chunk before ended, got {first_index}"),
            );
        }
        _ if first_index < 0 => v.push(Path::of("first_index"), format!("must not be negative, got {first_index}")),
        _ => {}
    }
    let end = i64::try_from(count).ok().and_then(|count| first_index.checked_add(count));
    if end.is_none() {
        v.push(Path::of("first_index"), "the items after it would leave the range of 64 bits");
    }
    end
}

#[cfg(test)]
mod tests {
    use guanxi::v1 as pb;

    use super::*;
    use crate::from_proto::testing::purchase;
    use crate::kinds::Purchases;
    use crate::testing::{ctx, paths};

    /// Where a chunk begins and ends, and how many items it has.
    fn read(first_index: i64, count: usize, expected: Option<i64>) -> Result<(i64, i64, usize), Violations> {
        let purchases = vec![purchase(); count];
        let request = pb::ImportPurchasesRequest { first_index, purchases, missing_customer: 2 };
        chunk::<Purchases>(request, expected).map(|chunk| (chunk.first, chunk.end, chunk.items.len()))
    }

    #[test]
    fn chunks_follow_each_other() {
        assert_eq!(read(7, 3, None).unwrap(), (7, 10, 3));
        assert_eq!(read(10, 500, Some(10)).unwrap(), (10, 510, 500));
        assert_eq!(paths(read(11, 1, Some(10))), ["first_index"]);
        assert_eq!(paths(read(9, 1, Some(10))), ["first_index"]);
    }

    #[test]
    fn chunks_have_items_and_a_place() {
        assert_eq!(paths(read(0, 0, None)), ["purchases"]);
        assert_eq!(paths(read(0, 501, None)), ["purchases"]);
        assert_eq!(paths(read(-1, 0, None)), ["purchases", "first_index"]);
        assert_eq!(paths(read(i64::MAX, 1, None)), ["first_index"]);
    }

    #[test]
    fn an_item_needs_an_id_of_its_own_and_refuses_nobody_but_itself() {
        let mut unnamed = purchase();
        unnamed.context.as_mut().unwrap().source_id.clear();
        let purchases = vec![purchase(), unnamed];
        let request = pb::ImportPurchasesRequest { first_index: 0, purchases, missing_customer: 0 };
        let Ok(chunk) = chunk::<Purchases>(request, None) else { panic!("its shape is right") };
        let [good, bad] = <[_; 2]>::try_from(chunk.items).ok().unwrap().map(|item| item(&ctx()));
        assert!(good.is_ok());
        assert_eq!(paths(bad), ["purchase.context.source_id"]);
    }
}
