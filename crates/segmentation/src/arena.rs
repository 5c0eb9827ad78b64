//! The ids of a whole population in a few large blocks, where a string each would cost three words and an allocation.
//! Only the storage of short texts lives here; nothing is ever removed. The idea is the bump allocator.

const BLOCK_BYTES: usize = 1 << 20;

/// Texts that are kept until the arena goes.
#[derive(Debug, Default)]
pub(crate) struct Arena {
    blocks: Vec<Vec<u8>>,
}

/// Where a text lies in its arena.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slot {
    block: u32,
    start: u32,
}

impl Arena {
    /// Keeps a text. Texts over 255 bytes are cut there, which no customer id reaches.
    pub(crate) fn keep(&mut self, text: &str) -> Slot {
        let bytes = &text.as_bytes()[..text.len().min(usize::from(u8::MAX))];
        let needed = bytes.len() + 1;
        if self.blocks.last().is_none_or(|block| block.len() + needed > BLOCK_BYTES) {
            self.blocks.push(Vec::with_capacity(BLOCK_BYTES));
        }
        let index = self.blocks.len() - 1;
        let block = &mut self.blocks[index];
        let slot = Slot { block: index as u32, start: block.len() as u32 };
        block.push(bytes.len() as u8);
        block.extend_from_slice(bytes);
        slot
    }

    /// The bytes kept at a slot of this arena.
    pub(crate) fn bytes(&self, slot: Slot) -> &[u8] {
        let block = &self.blocks[slot.block as usize][slot.start as usize..];
        &block[1..=usize::from(block[0])]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_back_across_blocks() {
        let mut arena = Arena::default();
        let texts: Vec<String> = (0..100_000).map(|n| format!("customer-{n}")).chain([String::new()]).collect();
        let slots: Vec<Slot> = texts.iter().map(|text| arena.keep(text)).collect();
        assert!(arena.blocks.len() > 1);
        assert!(arena.blocks.iter().all(|block| block.capacity() == BLOCK_BYTES));
        for (text, slot) in texts.iter().zip(slots) {
            assert_eq!(arena.bytes(slot), text.as_bytes());
        }
    }
}
