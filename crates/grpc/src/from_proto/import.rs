//! Chunks of an import: where they begin, and their items, each read by itself.

use guanxi_app::command::RecordFact;
use guanxi_model::Violations;

use super::fact::{self, Unnamed};
use super::{Context, Path, done};
use crate::kinds::{ImportParts, Kind};

/// The most items of one chunk.
const MAX_CHUNK: usize = 500;

/// A chunk whose shape is right.
#[derive(Debug)]
pub(crate) struct Chunk {
    /// The index of the first item.
    pub(crate) first: i64,
    /// The index after the last item.
    pub(crate) end: i64,
    pub(crate) items: Vec<Result<RecordFact, Violations>>,
}

/// Reads a chunk; `expected` is where the one before ended.
pub(crate) fn chunk<K: Kind>(
    ctx: &Context<'_>,
    request: K::Import,
    expected: Option<i64>,
) -> Result<Chunk, Violations> {
    let ImportParts { first_index, items, missing_customer } = K::import(request);
    let mut v = Violations::new();
    let missing_customer = fact::missing_customer(&mut v, missing_customer);
    if items.is_empty() || items.len() > MAX_CHUNK {
        v.push(Path::of(K::ITEMS), format!("has {} items; 1 to {MAX_CHUNK} are allowed", items.len()));
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
    let end = i64::try_from(items.len()).ok().and_then(|count| first_index.checked_add(count));
    if end.is_none() {
        v.push(Path::of("first_index"), "the items after it would leave the range of 64 bits");
    }
    let (missing_customer, end) = done(v, missing_customer.zip(end))?;
    let read = |item| {
        let mut v = Violations::new();
        let fact = fact::new_fact(ctx, &mut v, Path::of(K::FIELD), (item, Unnamed::Refused));
        done(v, fact.map(|fact| RecordFact { fact, missing_customer }))
    };
    Ok(Chunk { first: first_index, end, items: items.into_iter().map(read).collect() })
}
