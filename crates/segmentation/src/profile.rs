//! What the customers of a tier look like: quartiles and mean of any measures, and how words (values of a label,
//! stages, channels) are mixed. Built from a stream of customers; which measures and words is for the caller to say.
//!
//! All sums are integers and all values are sorted, so the order of the stream does not show.

mod figures;
mod mix;

use mix::{Mix, RankedMix};

pub use figures::Figures;
pub use mix::{MixCounts, WordCount};

/// Fewer customers than this say nothing about a tier.
const SUPPRESSED_BELOW: u64 = 5;
/// Fewer customers than this say little.
const INDICATIVE_BELOW: u64 = 30;

/// Collects one customer at a time. Holds eight bytes per customer and measure, and one counter per tier for each
/// distinct word of a mix.
#[derive(Clone, Debug)]
pub struct ProfileBuilder {
    tiers: Vec<TierSums>,
    mixes: Vec<Mix>,
}

#[derive(Clone, Debug)]
struct TierSums {
    customers: u64,
    /// For each measure.
    values: Vec<Vec<i64>>,
    /// For each mix: the customers with a word of it.
    described: Vec<u64>,
}

/// A word of a mix that was met with a customer, and how often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mention<'a> {
    /// Index of the mix.
    pub mix: usize,
    pub word: &'a str,
    pub times: u64,
}

/// The profile of every tier.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// From top to bottom.
    pub tiers: Vec<TierProfile>,
    /// For each mix, the words that are listed, at most [`Profile::MAX_WORDS`]: the most frequent of all tiers
    /// together, equals by word.
    pub words: Vec<Vec<String>>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct TierProfile {
    pub customers: u64,
    pub measures: Vec<MeasureProfile>,
    pub mixes: Vec<MixProfile>,
}

/// One measure within a tier.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeasureProfile {
    pub base: Base,
    /// Nothing where the base is too small.
    pub figures: Option<Figures>,
}

/// One mix within a tier.
#[derive(Clone, Debug, PartialEq)]
pub struct MixProfile {
    pub base: Base,
    /// Nothing where the base is too small.
    pub counts: Option<MixCounts>,
}

/// The customers of a tier that figures rest on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Base {
    /// Of whom the measure is known, or a word of the mix.
    pub known: u64,
    pub missing: u64,
}

/// How much can be made of figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// Fewer than 5 customers: they are not shown.
    Suppressed,
    /// Fewer than 30: they are shown, to be marked.
    Indicative,
    Sound,
}

impl Profile {
    pub const MAX_WORDS: usize = RankedMix::MAX_LISTED;
}

impl Base {
    pub fn evidence(self) -> Evidence {
        match self.known {
            known if known < SUPPRESSED_BELOW => Evidence::Suppressed,
            known if known < INDICATIVE_BELOW => Evidence::Indicative,
            _ => Evidence::Sound,
        }
    }

    fn of(known: u64, customers: u64) -> Base {
        Base { known, missing: customers.saturating_sub(known) }
    }

    fn is_enough(self) -> bool {
        self.evidence() != Evidence::Suppressed
    }
}

impl ProfileBuilder {
    pub fn new(tiers: usize, measures: usize, mixes: usize) -> ProfileBuilder {
        let sums = TierSums { customers: 0, values: vec![Vec::new(); measures], described: vec![0; mixes] };
        ProfileBuilder { tiers: vec![sums; tiers], mixes: vec![Mix::default(); mixes] }
    }

    /// A customer in the tier of this index, counted from the top; an index past the last tier counts as the last. One
    /// reading per measure, `None` where it is missing, and any words, in any order. A word met no times is none.
    pub fn add(&mut self, tier: usize, readings: &[Option<i64>], mentions: &[Mention<'_>]) {
        let tiers = self.tiers.len();
        let tier = tier.min(tiers.saturating_sub(1));
        let Some(sums) = self.tiers.get_mut(tier) else { return };
        sums.customers += 1;
        for (values, reading) in sums.values.iter_mut().zip(readings) {
            values.extend(*reading);
        }
        for (index, (mix, described)) in self.mixes.iter_mut().zip(&mut sums.described).enumerate() {
            let met = || mentions.iter().filter(|mention| mention.mix == index && mention.times > 0);
            *described += u64::from(met().next().is_some());
            met().for_each(|mention| mix.add(mention.word, mention.times, (tier, tiers)));
        }
    }

    /// The profile of every tier.
    pub fn finish(self) -> Profile {
        let ProfileBuilder { tiers, mixes } = self;
        let mixes: Vec<RankedMix> = mixes.into_iter().map(Mix::rank).collect();
        Profile {
            tiers: tiers.into_iter().enumerate().map(|(tier, sums)| sums.profile(tier, &mixes)).collect(),
            words: mixes.into_iter().map(RankedMix::listed).collect(),
        }
    }
}

impl TierSums {
    fn profile(self, tier: usize, mixes: &[RankedMix]) -> TierProfile {
        let TierSums { customers, values, described } = self;
        let measure = |mut values: Vec<i64>| {
            values.sort_unstable();
            let base = Base::of(values.len() as u64, customers);
            MeasureProfile { base, figures: Figures::of(&values).filter(|_| base.is_enough()) }
        };
        let mix = |(mix, described): (&RankedMix, u64)| {
            let base = Base::of(described, customers);
            MixProfile { base, counts: mix.counts(tier).filter(|_| base.is_enough()) }
        };
        TierProfile {
            customers,
            measures: values.into_iter().map(measure).collect(),
            mixes: mixes.iter().zip(described).map(mix).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn once(word: &str) -> Mention<'_> {
        Mention { mix: 0, word, times: 1 }
    }

    #[test]
    fn tiers_are_told_apart() {
        let mut builder = ProfileBuilder::new(2, 2, 0);
        (1..=5).for_each(|value| builder.add(0, &[Some(value), Some(-value)], &[]));
        (1..=30).for_each(|value| builder.add(9, &[Some(100), Some(value).filter(|value| value % 2 == 0)], &[]));
        let profile = builder.finish();
        assert_eq!(profile.tiers.iter().map(|tier| tier.customers).collect::<Vec<_>>(), [5, 30]);
        let first = Figures { min: 1, first_quartile: 2.0, median: 3.0, third_quartile: 4.0, max: 5, mean: 3.0 };
        assert_eq!(profile.tiers[0].measures[0].figures, Some(first));
        assert_eq!(profile.tiers[0].measures[1].figures.unwrap().max, -1);
        let half = profile.tiers[1].measures[1];
        assert_eq!((half.base, half.figures.unwrap().median), (Base { known: 15, missing: 15 }, 16.0));
        let evidence = |tier: usize| profile.tiers[tier].measures[0].base.evidence();
        assert_eq!((evidence(0), evidence(1)), (Evidence::Indicative, Evidence::Sound));
    }

    #[test]
    fn fewer_than_five_are_counted_and_not_shown() {
        let mut builder = ProfileBuilder::new(1, 1, 1);
        (0..4).for_each(|value| builder.add(0, &[Some(value)], &[once("red")]));
        builder.add(0, &[None], &[Mention { times: 0, ..once("red") }]);
        builder.add(0, &[], &[]);
        let tier = &builder.clone().finish().tiers[0];
        let base = Base { known: 4, missing: 2 };
        assert_eq!(base.evidence(), Evidence::Suppressed);
        assert_eq!(tier.measures, [MeasureProfile { base, figures: None }]);
        assert_eq!(tier.mixes, [MixProfile { base, counts: None }]);
        builder.add(0, &[Some(4)], &[once("red"), once("red")]);
        let tier = &builder.finish().tiers[0];
        assert_eq!(tier.measures[0].figures.unwrap().median, 2.0);
        let counts = tier.mixes[0].counts.as_ref().unwrap();
        assert_eq!(counts.listed, [WordCount { times: 6, share: 1.0 }]);
    }

    #[test]
    fn words_are_ranked_over_all_tiers_and_shared_within_one() {
        let mut builder = ProfileBuilder::new(2, 0, 2);
        (0..6).for_each(|_| builder.add(0, &[], &[once("shop")]));
        (0..6).for_each(|_| builder.add(1, &[], &[once("phone"), Mention { times: 3, ..once("web") }]));
        let profile = builder.finish();
        assert_eq!(profile.words, [vec!["web", "phone", "shop"], vec![]]);
        let shares = |tier: usize| {
            let counts = profile.tiers[tier].mixes[0].counts.as_ref().unwrap();
            counts.listed.iter().map(|count| count.share).collect::<Vec<_>>()
        };
        assert_eq!((shares(0), shares(1)), (vec![0.0, 0.0, 1.0], vec![0.75, 0.25, 0.0]));
        assert_eq!(profile.tiers[0].mixes[1].base, Base { known: 0, missing: 6 });
    }

    #[test]
    fn words_past_the_fiftieth_are_others() {
        let words: Vec<String> = (0..60).map(|number| format!("w{number:02}")).collect();
        let mut builder = ProfileBuilder::new(1, 0, 1);
        (0..5).for_each(|_| builder.add(0, &[], &words.iter().map(|word| once(word)).collect::<Vec<_>>()));
        builder.add(0, &[], &[once("w59")]);
        let profile = builder.finish();
        assert_eq!(profile.words[0].len(), Profile::MAX_WORDS);
        assert_eq!((profile.words[0][0].as_str(), profile.words[0][49].as_str()), ("w59", "w48"));
        let other = profile.tiers[0].mixes[0].counts.as_ref().unwrap().other;
        assert_eq!(other, WordCount { times: 50, share: 50.0 / 301.0 });
    }

    type Person = (usize, Option<i64>, Vec<(u8, u64)>);

    fn profile(people: &[Person]) -> Profile {
        let words = ["a", "b", "c", "d"];
        let mut builder = ProfileBuilder::new(2, 1, 1);
        for (tier, reading, met) in people {
            let mention = |(word, times): &(u8, u64)| Mention { times: *times, ..once(words[usize::from(*word)]) };
            builder.add(*tier, &[*reading], &met.iter().map(mention).collect::<Vec<_>>());
        }
        builder.finish()
    }

    proptest! {
        #[test]
        fn order_of_customers_does_not_show(
            people in prop::collection::vec(
                (0_usize..2, any::<Option<i64>>(), prop::collection::vec((0_u8..4, 0_u64..3), 0..4)), 0..40
            ).prop_flat_map(|people| (Just(people.clone()), Just(people).prop_shuffle()))
        ) {
            let first = profile(&people.0);
            prop_assert_eq!(&profile(&people.1), &first);
            for tier in &first.tiers {
                let bases = [tier.measures[0].base, tier.mixes[0].base];
                prop_assert!(bases.iter().all(|base| base.known + base.missing == tier.customers));
                prop_assert_eq!(tier.measures[0].figures.is_some(), bases[0].known >= 5);
                prop_assert_eq!(tier.mixes[0].counts.is_some(), bases[1].known >= 5);
                if let Some(counts) = &tier.mixes[0].counts {
                    let shares: f64 = counts.listed.iter().chain([&counts.other]).map(|count| count.share).sum();
                    prop_assert!((shares - 1.0).abs() < 1e-12);
                }
            }
        }
    }
}
