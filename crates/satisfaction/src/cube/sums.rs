//! Integers that add up. Their order of addition never matters, and neither do records that were counted and taken back.

/// Sums by place. Places that are not there hold 0.
///
/// 128 bits hold the squares, on the grid, of 2^50 records with an index of 0 to 100, and of 2 million that all have the
/// largest gap the largest scale allows. Beyond that sums wrap, so that what is taken back still leaves what it found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sums(Vec<i128>);

/// Seven bits of a number at a time.
const LOW: i128 = 0x7f;
const MORE: u8 = 0x80;
/// As many bytes as 128 bits need.
const LONGEST: usize = 19;

impl Sums {
    pub(crate) fn zero(places: usize) -> Sums {
        Sums(vec![0; places])
    }

    /// What is at a place.
    pub(crate) fn at(&self, place: usize) -> i128 {
        self.0.get(place).copied().unwrap_or_default()
    }

    pub(crate) fn add(&mut self, place: usize, value: impl Into<i128>) {
        if let Some(sum) = self.0.get_mut(place) {
            *sum = sum.wrapping_add(value.into());
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Adds others.
    pub fn plus(&mut self, others: &Sums) {
        if self.0.len() < others.0.len() {
            self.0.resize(others.0.len(), 0);
        }
        for (sum, other) in self.0.iter_mut().zip(&others.0) {
            *sum = sum.wrapping_add(*other);
        }
    }

    /// What takes these back.
    pub fn negated(&self) -> Sums {
        Sums(self.0.iter().map(|sum| sum.wrapping_neg()).collect())
    }

    /// As bytes: small numbers, of either sign, are short (zigzag, then seven bits a byte, the low ones first).
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.0.len() * 2);
        for sum in &self.0 {
            let mut rest = ((sum << 1) ^ (sum >> 127)) as u128;
            loop {
                let low = (rest as i128 & LOW) as u8;
                rest >>= 7;
                if rest == 0 {
                    bytes.push(low);
                    break;
                }
                bytes.push(low | MORE);
            }
        }
        bytes
    }

    /// What `encode` made; nothing where it did not.
    pub fn decode(bytes: &[u8]) -> Option<Sums> {
        let (mut sums, mut number, mut read) = (Vec::new(), 0_u128, 0);
        for byte in bytes {
            if read == LONGEST {
                return None;
            }
            number |= u128::from(byte & !MORE) << (7 * read);
            read += 1;
            if byte & MORE == 0 {
                sums.push((number >> 1) as i128 ^ -((number & 1) as i128));
                (number, read) = (0, 0);
            }
        }
        (read == 0).then_some(Sums(sums))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn small_numbers_are_short() {
        assert_eq!(Sums(vec![0, 1, -1, 63, -64, 64]).encode(), [0, 2, 1, 126, 127, 128, 1]);
        assert_eq!(Sums(vec![i128::MIN]).encode().len(), LONGEST);
    }

    #[test]
    fn what_was_cut_off_is_not_read() {
        let bytes = Sums(vec![5, 1 << 90]).encode();
        assert_eq!(Sums::decode(&bytes[..bytes.len() - 1]), None);
        assert_eq!(Sums::decode(&[MORE; LONGEST + 1]), None);
        assert_eq!(Sums::decode(&[]), Some(Sums::default()));
    }

    proptest! {
        #[test]
        fn sums_survive_their_bytes(sums in proptest::collection::vec(any::<i128>(), 0..8)) {
            let sums = Sums(sums);
            prop_assert_eq!(Sums::decode(&sums.encode()), Some(sums));
        }

        #[test]
        fn what_is_taken_back_leaves_what_it_found(
            found in proptest::collection::vec(any::<i128>(), 4),
            one in proptest::collection::vec(any::<i128>(), 4),
        ) {
            let (mut sums, one) = (Sums(found.clone()), Sums(one));
            sums.plus(&one);
            sums.plus(&one.negated());
            prop_assert_eq!(sums, Sums(found));
        }
    }
}
