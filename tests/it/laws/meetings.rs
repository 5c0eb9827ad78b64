//! What happens to a few customers in the law about contacts: they get in touch, buy, change their stage, are deleted and brought
//! back, and time passes; all of it told late, corrected and taken back.

use proptest::prelude::*;
use proptest::sample::Index;

/// The first of them are never deleted, and told of whenever.
pub(super) const KEPT: usize = 3;
/// The others come and go, and their stages are told as they change: what is told late of the time before somebody was
/// deleted and brought back is held against nothing, since nobody remembers when that was.
pub(super) const CUSTOMERS: usize = 5;
pub(super) const CHANNELS: [&str; 3] = ["", "phone", "web"];
pub(super) const TOPICS: [&str; 2] = ["", "bill"];

/// What a fact takes the place of: another one of them, perhaps one that is yet to come or of another kind.
pub(super) type Replaces = Option<Index>;

/// One thing that happens.
#[derive(Clone, Debug)]
pub(super) enum Event {
    Meet {
        customer: usize,
        day: i32,
        said: Said,
        replaces: Replaces,
    },
    Buy {
        customer: usize,
        day: i32,
        back: bool,
        replaces: Replaces,
    },
    /// Of one who is kept, on any day.
    Step {
        customer: usize,
        day: i32,
        stage: i32,
        replaces: Replaces,
    },
    /// Of one who comes and goes, now.
    Turn {
        customer: usize,
        stage: i32,
    },
    Withdraw(Index),
    /// Whoever is there is deleted; whoever is deleted is brought back.
    ComeOrGo {
        customer: usize,
    },
    Pass {
        hours: u64,
    },
}

/// A contact, by words that are few so that contacts meet in counts.
#[derive(Clone, Debug)]
pub(super) struct Said {
    /// Whether the customer began it.
    pub(super) by_customer: bool,
    pub(super) purpose: i32,
    pub(super) channel: usize,
    pub(super) topic: usize,
    pub(super) feelings: [i32; 2],
}

pub(super) fn event() -> impl Strategy<Value = Event> {
    let replaces = || prop_oneof![2 => Just(None), 1 => any::<Index>().prop_map(Some)];
    let said = (prop::bool::weighted(0.8), 1..=2, 0..CHANNELS.len(), 0..TOPICS.len(), [2..=5, 0..=5]).prop_map(
        |(by_customer, purpose, channel, topic, feelings)| Said { by_customer, purpose, channel, topic, feelings },
    );
    // Mostly active, so that it is seen when somebody goes.
    let turn = prop_oneof![2 => Just(2), 1 => 1..=5];
    prop_oneof![
        10 => (0..CUSTOMERS, 0..30, said, replaces())
            .prop_map(|(customer, day, said, replaces)| Event::Meet { customer, day, said, replaces }),
        4 => (0..CUSTOMERS, 0..30, prop::bool::weighted(0.2), replaces())
            .prop_map(|(customer, day, back, replaces)| Event::Buy { customer, day, back, replaces }),
        6 => (0..KEPT, 0..30, 1..=5, replaces())
            .prop_map(|(customer, day, stage, replaces)| Event::Step { customer, day, stage, replaces }),
        6 => (KEPT..CUSTOMERS, turn).prop_map(|(customer, stage)| Event::Turn { customer, stage }),
        3 => any::<Index>().prop_map(Event::Withdraw),
        4 => (KEPT..CUSTOMERS).prop_map(|customer| Event::ComeOrGo { customer }),
        2 => (1_u64..60).prop_map(|hours| Event::Pass { hours }),
    ]
}
