//! How a law is tried: on cases made of a seed. `GUANXI_LAW_CASES` says on how many, `GUANXI_LAW_SEED` of which, a text of up to
//! 32 bytes; without them each law has its own, so that a suite that passed passes again.

use std::cell::Cell;
use std::env;
use std::fmt::Debug;

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use tokio::runtime::Handle;
use tokio::task::block_in_place;

/// How often a law is tried if nobody says otherwise.
pub(super) struct Law {
    pub(super) seed: &'static str,
    pub(super) cases: u32,
    /// How many simpler cases are looked for where one fails; each takes as long as a case.
    pub(super) shrinks: u32,
}

impl Law {
    /// Has the law hold for each case, which is told its number, from 1.
    pub(super) fn holds<S: Strategy>(&self, cases: &S, hold: impl AsyncFn(u32, S::Value) -> Result<(), TestCaseError>)
    where
        S::Value: Debug,
    {
        let count = env::var("GUANXI_LAW_CASES").map_or(self.cases, |count| count.parse().expect("a number of cases"));
        let seed = env::var("GUANXI_LAW_SEED").unwrap_or_else(|_| self.seed.to_owned());
        println!("GUANXI_LAW_CASES={count} GUANXI_LAW_SEED='{seed}'");
        let config =
            Config { cases: count, failure_persistence: None, max_shrink_iters: self.shrinks, ..Config::default() };
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes(&seed));
        let number = Cell::new(0);
        let outcome = TestRunner::new_with_rng(config, rng).run(cases, |case| {
            number.set(number.get() + 1);
            block_in_place(|| Handle::current().block_on(hold(number.get(), case)))
        });
        match outcome {
            Ok(()) => {}
            Err(TestError::Fail(why, case)) => panic!("{why}\nof {case:#?}"),
            Err(TestError::Abort(why)) => panic!("given up: {why}"),
        }
    }
}

fn bytes(seed: &str) -> [u8; 32] {
    let mut bytes = [0; 32];
    assert!(seed.len() <= bytes.len(), "GUANXI_LAW_SEED has {} bytes; up to {} are allowed", seed.len(), bytes.len());
    bytes[..seed.len()].copy_from_slice(seed.as_bytes());
    bytes
}
