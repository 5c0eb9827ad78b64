//! How much weight a number can bear, by how many it rests on (methods of small numbers; both bounds are said in the
//! contract).

/// Of fewer nothing is told, so that nobody is found in it.
pub const TOLD: u64 = 5;
/// Fewer are no more than an indication.
pub const SOUND: u64 = 30;

crate::words! {
    /// How much weight a number can bear.
    Evidence { Suppressed = 1, Indicative = 2, Sound = 3 }
}

impl Evidence {
    /// Of so many that weigh alike.
    pub fn of(count: u64) -> Evidence {
        Evidence::weighing(count, count as f64)
    }

    /// Of so many that are worth an effective number.
    pub fn weighing(count: u64, effective: f64) -> Evidence {
        match count {
            ..TOLD => Evidence::Suppressed,
            _ if effective < SOUND as f64 => Evidence::Indicative,
            _ => Evidence::Sound,
        }
    }

    /// Whether more is told than how many there are.
    pub fn is_told(self) -> bool {
        self != Evidence::Suppressed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fewer_than_five_tell_nothing_and_fewer_than_thirty_little() {
        let kinds = [0, 4, 5, 29, 30].map(Evidence::of);
        let (suppressed, indicative) = (Evidence::Suppressed, Evidence::Indicative);
        assert_eq!(kinds, [suppressed, suppressed, indicative, indicative, Evidence::Sound]);
        assert_eq!(Evidence::weighing(100, 29.9), indicative, "a hundred that weigh like thirty at most");
    }
}
