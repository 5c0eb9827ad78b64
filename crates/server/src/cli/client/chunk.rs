//! Chunks of an import and what becomes of them: cut to size, numbered, kept until they are acknowledged. Nothing here
//! does I/O.

use std::collections::VecDeque;

use guanxi::v1 as pb;
use prost::Message;

/// The most items of one chunk.
const MAX_ITEMS: usize = 500;
/// The most bytes of one chunk: the server receives 256 KiB, framing included.
pub(in crate::cli) const MAX_BYTES: usize = 200 * 1024;
/// What a field of a message costs beside the message in it: a tag and a length.
const FRAME: usize = 6;
/// The most chunks that may be on their way.
const MAX_UNACKNOWLEDGED: usize = 4;

/// A fact on its way, and where it comes from.
#[derive(Debug)]
pub(in crate::cli) struct Item<F, O> {
    pub(in crate::cli) fact: F,
    pub(in crate::cli) origin: O,
    /// What it adds to the progress bar when it is done.
    pub(in crate::cli) weight: u64,
}

/// Facts that go together in one message.
pub(in crate::cli) type Chunk<F, O> = Vec<Item<F, O>>;

/// Puts items into chunks of at most 500 items and [`MAX_BYTES`].
#[derive(Debug)]
pub(in crate::cli) struct Chunker<F, O> {
    items: Chunk<F, O>,
    bytes: usize,
}

impl<F: Message, O> Chunker<F, O> {
    pub(in crate::cli) fn new() -> Self {
        Self { items: Vec::new(), bytes: 0 }
    }

    /// Whether an item can be sent at all.
    pub(in crate::cli) fn fits(fact: &F) -> bool {
        fact.encoded_len() + FRAME <= MAX_BYTES
    }

    /// Takes an item; a chunk that it has no room in is handed out.
    pub(in crate::cli) fn push(&mut self, item: Item<F, O>) -> Option<Chunk<F, O>> {
        let bytes = item.fact.encoded_len() + FRAME;
        let full = self.items.len() == MAX_ITEMS || self.bytes + bytes > MAX_BYTES;
        let cut = if full { self.take() } else { None };
        self.items.push(item);
        self.bytes += bytes;
        cut
    }

    /// What is left, if anything.
    pub(in crate::cli) fn take(&mut self) -> Option<Chunk<F, O>> {
        self.bytes = 0;
        let items = std::mem::take(&mut self.items);
        (!items.is_empty()).then_some(items)
    }
}

/// What became of a chunk, or of rows that never were in one.
#[derive(Debug)]
pub(in crate::cli) struct Settled<O> {
    pub(in crate::cli) recorded: u64,
    pub(in crate::cli) unchanged: u64,
    /// Where the refused items came from, and why each was refused.
    pub(in crate::cli) rejected: Vec<(O, String)>,
    pub(in crate::cli) weight: u64,
    /// How many items it was.
    pub(in crate::cli) count: u64,
}

/// The chunks that one stream has sent and that are not acknowledged, in an index space of their own.
#[derive(Debug)]
pub(super) struct Window<F, O> {
    chunks: VecDeque<(i64, Chunk<F, O>)>,
    next_index: i64,
}

impl<F: Clone, O> Window<F, O> {
    pub(super) fn new() -> Self {
        Self { chunks: VecDeque::new(), next_index: 0 }
    }

    pub(super) fn has_room(&self) -> bool {
        self.chunks.len() < MAX_UNACKNOWLEDGED
    }

    pub(super) fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }

    /// Keeps a chunk that is about to be sent.
    pub(super) fn push(&mut self, chunk: Chunk<F, O>) {
        let first = self.next_index;
        self.next_index += chunk.len() as i64;
        self.chunks.push_back((first, chunk));
    }

    /// The chunk that was pushed last, as it is sent: the index of its first item and its facts.
    pub(super) fn last(&self) -> Option<(i64, Vec<F>)> {
        self.chunks.back().map(facts)
    }

    /// All that has to be sent again over another stream.
    pub(super) fn unacknowledged(&self) -> impl Iterator<Item = (i64, Vec<F>)> {
        self.chunks.iter().map(facts)
    }

    /// Lets go of the oldest chunk, which `progress` must be about.
    pub(super) fn acknowledge(&mut self, progress: pb::ImportProgress) -> Result<Settled<O>, String> {
        let pb::ImportProgress { last_index, recorded_count, unchanged_count, rejections } = progress;
        let expected = self.chunks.front().map(|(first, chunk)| first + chunk.len() as i64 - 1);
        if expected != Some(last_index) {
            return Err(format!("item {last_index} is acknowledged where {expected:?} was expected"));
        }
        let (first, chunk) = self.chunks.pop_front().unwrap_or_default();
        let (weight, count) = (chunk.iter().map(|item| item.weight).sum(), chunk.len() as u64);
        let mut origins: Vec<Option<O>> = chunk.into_iter().map(|item| Some(item.origin)).collect();
        let mut rejected = Vec::with_capacity(rejections.len());
        for pb::ImportRejection { index, error } in rejections {
            let place = usize::try_from(index - first).ok();
            let origin = place.and_then(|place| origins.get_mut(place)).and_then(Option::take);
            let origin = origin.ok_or_else(|| format!("item {index} is rejected, which is not in the chunk"))?;
            rejected.push((origin, error.unwrap_or_default().message));
        }
        let (recorded, unchanged) = (recorded_count.max(0) as u64, unchanged_count.max(0) as u64);
        Ok(Settled { recorded, unchanged, rejected, weight, count })
    }
}

fn facts<F: Clone, O>((first, chunk): &(i64, Chunk<F, O>)) -> (i64, Vec<F>) {
    (*first, chunk.iter().map(|item| item.fact.clone()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(line: u64, note_bytes: usize) -> Item<pb::FactContext, u64> {
        let fact = pb::FactContext { note: "x".repeat(note_bytes), ..Default::default() };
        Item { fact, origin: line, weight: 10 }
    }

    fn window(sizes: &[u64]) -> Window<pb::FactContext, u64> {
        let mut window = Window::new();
        let mut line = 0;
        for size in sizes {
            window.push((line..line + size).map(|line| item(line, 0)).collect());
            line += size;
        }
        window
    }

    fn progress(last_index: i64, rejected: &[i64]) -> pb::ImportProgress {
        let rejection = |&index: &i64| pb::ImportRejection {
            index,
            error: Some(guanxi::google::rpc::Status { message: format!("no {index}"), ..Default::default() }),
        };
        let rejections = rejected.iter().map(rejection).collect();
        pb::ImportProgress { last_index, recorded_count: 1, unchanged_count: 2, rejections }
    }

    #[test]
    fn chunks_have_at_most_500_items() {
        let mut chunker = Chunker::new();
        let cut: Vec<_> = (0..1001).filter_map(|line| chunker.push(item(line, 0))).collect();
        assert_eq!(cut.iter().map(Vec::len).collect::<Vec<_>>(), [500, 500]);
        assert_eq!(cut[1][0].origin, 500);
        assert_eq!(chunker.take().map(|chunk| chunk.len()), Some(1));
        assert!(chunker.take().is_none());
    }

    #[test]
    fn chunks_stay_under_the_receive_limit() {
        let mut chunker = Chunker::new();
        let cut: Vec<_> = (0..100).filter_map(|line| chunker.push(item(line, 30_000))).collect();
        assert!(cut.iter().all(|chunk| chunk.len() == 6), "6 x 30 kB");
        assert!(Chunker::<_, u64>::fits(&item(0, 100_000).fact));
        assert!(!Chunker::<_, u64>::fits(&item(0, MAX_BYTES).fact));
    }

    #[test]
    fn what_is_not_acknowledged_is_sent_again() {
        let mut window = window(&[3, 2]);
        let sent = |window: &Window<_, _>| {
            window.unacknowledged().map(|(first, facts): (i64, Vec<_>)| (first, facts.len())).collect::<Vec<_>>()
        };
        assert_eq!(sent(&window), [(0, 3), (3, 2)]);
        let settled = window.acknowledge(progress(2, &[1])).unwrap();
        assert_eq!((settled.recorded, settled.unchanged, settled.weight, settled.count), (1, 2, 30, 3));
        assert_eq!(settled.rejected, [(1, "no 1".to_owned())]);
        assert_eq!(sent(&window), [(3, 2)]);
        window.push(vec![item(5, 0)]);
        assert_eq!(window.last().map(|(first, _)| first), Some(5));
        window.acknowledge(progress(4, &[])).unwrap();
        window.acknowledge(progress(5, &[])).unwrap();
        assert!(window.is_empty());
    }

    #[test]
    fn at_most_four_chunks_are_on_their_way() {
        assert!(window(&[1, 1, 1]).has_room());
        assert!(!window(&[1, 1, 1, 1]).has_room());
    }

    #[test]
    fn acknowledgements_out_of_place_are_refused() {
        for (wrong, rejected) in [(1, None), (4, None), (2, Some(3)), (2, Some(-1))] {
            let rejected: Vec<_> = rejected.into_iter().collect();
            assert!(window(&[3, 2]).acknowledge(progress(wrong, &rejected)).is_err(), "{wrong} {rejected:?}");
        }
        assert!(window(&[]).acknowledge(progress(-1, &[])).is_err());
        assert!(window(&[3]).acknowledge(progress(2, &[1, 1])).is_err(), "one item twice");
    }
}
