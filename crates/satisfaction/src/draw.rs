//! Drawing a sample: by chance that can be repeated, in strata. Who is drawn depends on the seed and on who there is, not on
//! the order in which they are seen: everybody gets a number made of seed and id, and the lowest of each stratum are drawn.

use std::collections::BinaryHeap;

use guanxi_model::CustomerId;
use uuid::Uuid;

/// How many are drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Allocation {
    /// So many of each stratum.
    Each(Vec<usize>),
    /// So many of all, in proportion to how many may be asked, by the largest remainders.
    Proportional(usize),
}

impl Allocation {
    /// The most that can be drawn of a stratum.
    fn most(&self, stratum: usize) -> usize {
        match self {
            Allocation::Each(sizes) => sizes.get(stratum).copied().unwrap_or(0),
            Allocation::Proportional(total) => *total,
        }
    }

    /// How many are drawn of strata of these sizes.
    fn of(&self, available: &[usize]) -> Vec<usize> {
        match self {
            Allocation::Each(_) => {
                available.iter().enumerate().map(|(index, all)| self.most(index).min(*all)).collect()
            }
            Allocation::Proportional(total) => proportional(*total, available),
        }
    }
}

/// Shares of a total in proportion; what is left over after rounding down goes to the largest remainders, the first of
/// equal ones. Nobody gets more than there are.
fn proportional(total: usize, available: &[usize]) -> Vec<usize> {
    let whole: usize = available.iter().sum();
    if total >= whole {
        return available.to_vec();
    }
    let exact = |all: &usize| (*all as u128) * (total as u128);
    let mut shares: Vec<usize> = available.iter().map(|all| (exact(all) / whole as u128) as usize).collect();
    let mut order: Vec<usize> = (0..available.len()).collect();
    order.sort_by_key(|index| std::cmp::Reverse(exact(&available[*index]) % whole as u128));
    let left = total - shares.iter().sum::<usize>();
    for index in order.into_iter().take(left) {
        shares[index] += 1;
    }
    shares
}

/// A sample that is being drawn. Holds no more than can be drawn of each stratum.
#[derive(Debug)]
pub struct Draw {
    seed: u64,
    allocation: Allocation,
    strata: Vec<Stratum>,
}

/// Who is there in a stratum.
#[derive(Debug, Default)]
struct Stratum {
    /// Those who may be asked.
    available: usize,
    lowest: BinaryHeap<(u64, CustomerId)>,
}

/// What was drawn of a stratum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawn {
    pub available: usize,
    /// In the order of the draw.
    pub customers: Vec<CustomerId>,
}

impl Draw {
    /// Nobody was seen yet.
    pub fn new(seed: u64, allocation: Allocation, strata: usize) -> Draw {
        Draw { seed, allocation, strata: (0..strata).map(|_| Stratum::default()).collect() }
    }

    /// Takes somebody into account who may be asked.
    pub fn see(&mut self, stratum: usize, customer: &CustomerId) {
        let most = self.allocation.most(stratum);
        let Some(seen) = self.strata.get_mut(stratum) else { return };
        seen.available += 1;
        let number = number(self.seed, customer);
        if seen.lowest.len() < most {
            seen.lowest.push((number, customer.clone()));
        } else if let Some(mut highest) = seen.lowest.peek_mut()
            && (number, customer) < (highest.0, &highest.1)
        {
            *highest = (number, customer.clone());
        }
    }

    /// What was drawn, stratum by stratum.
    pub fn finish(self) -> Vec<Drawn> {
        let available: Vec<usize> = self.strata.iter().map(|stratum| stratum.available).collect();
        let sizes = self.allocation.of(&available);
        let drawn = |(stratum, size): (Stratum, usize)| {
            let lowest = stratum.lowest.into_sorted_vec().into_iter().take(size);
            Drawn { available: stratum.available, customers: lowest.map(|(_, customer)| customer).collect() }
        };
        self.strata.into_iter().zip(sizes).map(drawn).collect()
    }
}

/// A number by chance, the same for the same seed and customer for ever.
fn number(seed: u64, customer: &CustomerId) -> u64 {
    let bytes: Vec<u8> = seed.to_be_bytes().into_iter().chain(customer.as_str().bytes()).collect();
    Uuid::new_v5(&Uuid::NAMESPACE_OID, &bytes).as_u64_pair().0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn customer(number: usize) -> CustomerId {
        CustomerId::parse(format!("c-{number}")).unwrap()
    }

    fn draw(seed: u64, allocation: Allocation, order: &[usize]) -> Vec<Drawn> {
        let mut draw = Draw::new(seed, allocation, 3);
        for number in order {
            draw.see(number % 3, &customer(*number));
        }
        draw.finish()
    }

    #[test]
    fn left_over_places_go_to_the_largest_remainders() {
        // 10 x 7/12, 3/12, 2/12 is 5.83, 2.5, 1.67.
        assert_eq!(proportional(10, &[7, 3, 2]), [6, 2, 2]);
        assert_eq!(proportional(1, &[5, 5]), [1, 0], "the first of equal remainders");
        assert_eq!(proportional(100, &[7, 0, 2]), [7, 0, 2]);
        assert_eq!(proportional(3, &[]), Vec::<usize>::new());
    }

    #[test]
    fn another_seed_draws_others() {
        let everybody: Vec<usize> = (0..300).collect();
        let first = draw(1, Allocation::Each(vec![5, 5, 5]), &everybody);
        assert_ne!(first, draw(2, Allocation::Each(vec![5, 5, 5]), &everybody));
        assert!(first.iter().all(|drawn| drawn.available == 100 && drawn.customers.len() == 5));
    }

    /// Drawn a thousand times by other seeds, everybody of 30 is among the 10 about as often: 333 times, of which 60 are
    /// four standard deviations.
    #[test]
    fn everybody_is_drawn_about_as_often() {
        let mut times = [0; 30];
        for seed in 0..1000 {
            let mut draw = Draw::new(seed, Allocation::Proportional(10), 1);
            (0..30).for_each(|number| draw.see(0, &customer(number)));
            for drawn in &draw.finish()[0].customers {
                times[(0..30).find(|number| customer(*number) == *drawn).unwrap()] += 1;
            }
        }
        assert!(times.iter().all(|count| (273..394).contains(count)), "{times:?}");
    }

    proptest! {
        #[test]
        fn order_decides_nothing(seed: u64, total in 0_usize..40, order in Just((0..60).collect::<Vec<usize>>()).prop_shuffle()) {
            let sorted: Vec<usize> = (0..60).collect();
            let whole = draw(seed, Allocation::Proportional(total), &sorted);
            prop_assert_eq!(&whole, &draw(seed, Allocation::Proportional(total), &order));
            prop_assert_eq!(whole.iter().map(|drawn| drawn.customers.len()).sum::<usize>(), total);
        }
    }
}
