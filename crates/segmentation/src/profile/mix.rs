//! How words are mixed: how often each was met, of all that were met. What a word is about is for the caller to say.
//!
//! What few customers have is merged into the others rather than left out, since what is left out comes out by
//! subtraction; see "complementary suppression" in A. Hundepool et al. (2012), "Statistical Disclosure Control".

use std::borrow::Borrow;
use std::collections::BTreeMap;

use guanxi_model::statistics::evidence::TOLD;

/// Collects words; holds at most so many different ones.
#[derive(Debug)]
pub(super) struct Mix<W> {
    words: BTreeMap<W, Met>,
    /// Customers with a word.
    customers: u64,
    /// How often any word was met, held or not.
    times: u64,
}

/// How often a word was met, and with how many customers.
#[derive(Clone, Copy, Debug, Default)]
struct Met {
    customers: u64,
    times: u64,
}

/// The words of a mix.
#[derive(Clone, Debug, PartialEq)]
pub struct MixFigures<W> {
    /// The most frequent first, equals by word.
    pub listed: Vec<WordCount<W>>,
    /// How often all others were met.
    pub other_times: u64,
    pub other_share: f64,
}

#[derive(Clone, Debug, PartialEq)]
pub struct WordCount<W> {
    pub word: W,
    pub times: u64,
    /// Of all that were met.
    pub share: f64,
}

impl<W> Default for Mix<W> {
    fn default() -> Self {
        Mix { words: BTreeMap::new(), customers: 0, times: 0 }
    }
}

impl<W: Ord> Mix<W> {
    /// Words that are listed one by one.
    const MAX_LISTED: usize = 20;
    /// Words that are held; those that are first met afterwards are among the others.
    const MAX_HELD: usize = 1_000;

    /// The words of one more customer, each once, with how often they were met.
    pub(super) fn add<'a, Q>(&mut self, words: impl IntoIterator<Item = (&'a Q, u64)>)
    where
        W: Borrow<Q>,
        Q: Ord + ToOwned<Owned = W> + ?Sized + 'a,
    {
        let before = self.times;
        for (word, times) in words {
            self.times += times;
            // Looked up before it is entered: few words are new, and only those are copied.
            if let Some(met) = self.words.get_mut(word) {
                met.add(times);
            } else if self.words.len() < Self::MAX_HELD {
                let mut met = Met::default();
                met.add(times);
                self.words.insert(word.to_owned(), met);
            }
        }
        self.customers += u64::from(self.times > before);
    }

    /// How many customers have a word.
    pub(super) fn customers(&self) -> u64 {
        self.customers
    }

    /// What may be told of enough customers.
    pub(super) fn figures(self) -> MixFigures<W> {
        let Mix { words, customers, times } = self;
        let listed = listed(words, Met { customers, times });
        let share = |part: u64| part as f64 / times as f64;
        let other_times = times - listed.iter().map(|(_, met)| met.times).sum::<u64>();
        let count = |(word, met): (W, Met)| WordCount { word, times: met.times, share: share(met.times) };
        MixFigures { listed: listed.into_iter().map(count).collect(), other_times, other_share: share(other_times) }
    }
}

impl Met {
    fn add(&mut self, times: u64) {
        self.customers += u64::from(times > 0);
        self.times += times;
    }
}

/// The words that are told one by one: those of enough customers, so that the others are of enough customers, too.
fn listed<W: Ord>(words: BTreeMap<W, Met>, all: Met) -> Vec<(W, Met)> {
    let (mut listed, few): (Vec<_>, Vec<_>) = words.into_iter().partition(|(_, met)| met.customers >= TOLD);
    // Stable: equals stay in the order of words.
    listed.sort_by_key(|(_, met)| std::cmp::Reverse(met.times));
    let rest = listed.split_off(listed.len().min(Mix::<W>::MAX_LISTED));
    let sum = |of: fn(&Met) -> u64| listed.iter().map(|(_, met)| of(met)).sum::<u64>();
    let are_all_listed = sum(|met| met.times) == all.times;
    // How many customers the others are of at least: those of any word among them, and whoever has no listed word.
    let without_listed = all.customers.saturating_sub(sum(|met| met.customers));
    let of_one_word = few.iter().chain(&rest).map(|(_, met)| met.customers).max().unwrap_or(0);
    if !are_all_listed && without_listed.max(of_one_word) < TOLD {
        listed.pop();
    }
    listed
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A mix of so many customers with each word.
    fn of(words: &[(&str, u64)]) -> Mix<String> {
        let mut mix = Mix::default();
        for (word, customers) in words {
            (0..*customers).for_each(|_| mix.add([(*word, 1)]));
        }
        mix
    }

    fn told(mix: Mix<String>) -> (Vec<(String, u64)>, u64) {
        let MixFigures { listed, other_times, other_share: _ } = mix.figures();
        (listed.into_iter().map(|one| (one.word, one.times)).collect(), other_times)
    }

    fn named(words: &[(&str, u64)]) -> Vec<(String, u64)> {
        words.iter().map(|(word, times)| ((*word).to_owned(), *times)).collect()
    }

    #[test]
    fn most_frequent_come_first_and_equals_by_word() {
        let figures = of(&[("b", 6), ("a", 6), ("c", 8)]).figures();
        let words: Vec<&str> = figures.listed.iter().map(|one| one.word.as_str()).collect();
        assert_eq!((words, figures.other_times, figures.other_share), (vec!["c", "a", "b"], 0, 0.0));
        assert_eq!(figures.listed[0].share, 0.4);
    }

    #[test]
    fn what_few_customers_have_is_among_the_others() {
        assert_eq!(told(of(&[("a", 9), ("b", 5), ("c", 4), ("d", 1)])), (named(&[("a", 9), ("b", 5)]), 5));
    }

    #[test]
    fn others_of_too_few_customers_take_the_least_listed_word_with_them() {
        assert_eq!(told(of(&[("a", 9), ("b", 5), ("c", 4)])), (named(&[("a", 9)]), 9));
        assert_eq!(told(of(&[("a", 9), ("b", 1)])), (vec![], 10));
        assert_eq!(told(of(&[("a", 4), ("b", 4)])), (vec![], 8), "none may be listed");
    }

    #[test]
    fn customers_with_several_words_are_not_taken_for_several() {
        let mut mix = of(&[("shop", 10)]);
        // Two words of the same three customers: six times, and yet only of three.
        (0..3).for_each(|_| mix.add([("shop", 1), ("fax", 1), ("post", 1)]));
        assert_eq!(told(mix), (vec![], 19));
    }

    #[test]
    fn word_met_no_times_is_none() {
        let mut mix = of(&[("a", 5)]);
        mix.add([("a", 0), ("b", 0)]);
        assert_eq!((mix.customers(), told(mix)), (5, (named(&[("a", 5)]), 0)));
    }

    #[test]
    fn words_past_the_twentieth_are_others() {
        let words: Vec<String> = (0..25).map(|number| format!("w{number:02}")).collect();
        let mut counted: Vec<(&str, u64)> = words.iter().map(|word| (word.as_str(), 5)).collect();
        counted[24].1 = 6;
        let (listed, others) = told(of(&counted));
        assert_eq!((listed.len(), others), (20, 25));
        assert_eq!((listed[0].0.as_str(), listed[19].0.as_str()), ("w24", "w18"));
    }

    #[test]
    fn words_that_are_not_held_are_counted() {
        let words: Vec<String> = (0..Mix::<String>::MAX_HELD + 50).map(|number| number.to_string()).collect();
        let mut mix = of(&[("zzz", 7)]);
        words.iter().for_each(|word| mix.add([(word.as_str(), 1)]));
        (0..50).for_each(|_| mix.add([("late", 1)]));
        assert_eq!(mix.words.len(), Mix::<String>::MAX_HELD);
        assert_eq!((mix.customers(), told(mix)), (1_107, (named(&[("zzz", 7)]), 1_100)));
    }
}
