//! How words are mixed: how often each was met in each tier. What a word is about is for the caller to say.

use std::collections::HashMap;

/// How often words were met, and of all that were met in the tier's mix.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WordCount {
    pub times: u64,
    pub share: f64,
}

/// The words of one mix within a tier.
#[derive(Clone, Debug, PartialEq)]
pub struct MixCounts {
    /// In the order of the mix's words.
    pub listed: Vec<WordCount>,
    /// All words that are not listed.
    pub other: WordCount,
}

/// Collects the words of one mix: for each, how often it was met in each tier.
#[derive(Clone, Debug, Default)]
pub(super) struct Mix(HashMap<String, Vec<u64>>);

/// The words of a mix, the most frequent of all tiers together first, equals by word.
pub(super) struct RankedMix(Vec<(String, Vec<u64>)>);

impl Mix {
    /// A word met in one of so many tiers.
    pub(super) fn add(&mut self, word: &str, times: u64, (tier, tiers): (usize, usize)) {
        // Looked up before it is entered: few words are new, and only those need a text of their own.
        if !self.0.contains_key(word) {
            self.0.insert(word.to_owned(), vec![0; tiers]);
        }
        if let Some(met) = self.0.get_mut(word).and_then(|met| met.get_mut(tier)) {
            *met += times;
        }
    }

    pub(super) fn rank(self) -> RankedMix {
        let total = |met: &[u64]| met.iter().sum::<u64>();
        let mut ranked: Vec<_> = self.0.into_iter().collect();
        ranked.sort_unstable_by(|(a, a_met), (b, b_met)| total(b_met).cmp(&total(a_met)).then(a.cmp(b)));
        RankedMix(ranked)
    }
}

impl RankedMix {
    /// Words that are listed one by one.
    pub(super) const MAX_LISTED: usize = 50;

    pub(super) fn listed(self) -> Vec<String> {
        self.0.into_iter().take(Self::MAX_LISTED).map(|(word, _)| word).collect()
    }

    /// Nothing when the tier has no words.
    pub(super) fn counts(&self, tier: usize) -> Option<MixCounts> {
        let met: Vec<u64> = self.0.iter().map(|(_, met)| met.get(tier).copied().unwrap_or_default()).collect();
        let all: u64 = met.iter().sum();
        let count = |times: u64| WordCount { times, share: times as f64 / all as f64 };
        let (listed, rest) = met.split_at(met.len().min(Self::MAX_LISTED));
        (all > 0)
            .then(|| MixCounts { listed: listed.iter().copied().map(count).collect(), other: count(rest.iter().sum()) })
    }
}
