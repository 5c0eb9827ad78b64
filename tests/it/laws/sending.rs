//! Sending events in some order, some of them more than once, over single calls, batches and imports, by several callers
//! at once.

use guanxi::v1::{FactKind, WithdrawFactRequest};
use proptest::prelude::*;

use super::facts::{Event, Fact};
use crate::activity::kinds::{Activity, Chunk, Kind, Recording};

/// How many callers send at once.
const CALLERS: usize = 4;

/// How facts are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Record,
    Batch,
    Import,
}

/// An event being sent by one of the callers.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) event: usize,
    caller: usize,
    way: Way,
}

/// An order of so many events, with repeats.
pub(super) fn steps(count: usize) -> impl Strategy<Value = Vec<Step>> {
    let all: Vec<usize> = (0..count).collect();
    let repeats = proptest::collection::vec(0..count, 0..=count);
    let order = repeats.prop_flat_map(move |repeats| {
        let sent: Vec<usize> = all.iter().copied().chain(repeats).collect();
        let count = sent.len();
        let way = prop_oneof![Just(Way::Record), Just(Way::Batch), Just(Way::Import)];
        let how = proptest::collection::vec((0..CALLERS, way), count);
        (Just(sent).prop_shuffle(), how)
    });
    order.prop_map(|(sent, how)| {
        let step = |(event, (caller, way))| Step { event, caller, way };
        sent.into_iter().zip(how).map(step).collect()
    })
}

/// The facts of one kind, as its messages.
macro_rules! of_kind {
    ($facts:expr, $kind:ident) => {
        $facts.filter_map(|fact| match fact {
            Fact::$kind(fact) => Some(fact),
            _ => None,
        })
    };
}

/// Sends the steps, each caller its own in their order, the callers at once; the callers take turns at the servers.
pub(super) async fn send(servers: &[Activity], events: &[Event], steps: &[Step]) {
    let callers = (0..CALLERS).map(|caller| {
        let own = steps.iter().filter(|step| step.caller == caller);
        let own: Vec<(Way, Event)> = own.map(|step| (step.way, events[step.event].clone())).collect();
        tokio::spawn(send_in_order(servers[caller % servers.len()].clone(), own))
    });
    for caller in callers.collect::<Vec<_>>() {
        caller.await.expect("everything is taken");
    }
}

async fn send_in_order(activity: Activity, steps: Vec<(Way, Event)>) {
    // What stands together and goes the same way goes together.
    for together in steps.chunk_by(|(way, one), (other_way, other)| way == other_way && go_together(one, other)) {
        let way = together[0].0;
        let facts = together.iter().map(|(_, event)| event.fact().clone());
        match &together[0].1 {
            Event::Withdraw(fact) => withdraw(&activity, fact).await,
            Event::Record(Fact::Purchase(_)) => deliver(&activity, way, of_kind!(facts, Purchase)).await,
            Event::Record(Fact::Interaction(_)) => deliver(&activity, way, of_kind!(facts, Interaction)).await,
            Event::Record(Fact::Payment(_)) => deliver(&activity, way, of_kind!(facts, Payment)).await,
            Event::Record(Fact::StageChange(_)) => deliver(&activity, way, of_kind!(facts, StageChange)).await,
        }
    }
}

fn go_together(one: &Event, other: &Event) -> bool {
    match (one, other) {
        (Event::Record(one), Event::Record(other)) => one.kind() == other.kind(),
        _ => false,
    }
}

async fn deliver<K: Kind>(activity: &Activity, way: Way, facts: impl Iterator<Item = K>) {
    let facts: Vec<K> = facts.collect();
    match way {
        Way::Record => {
            for fact in facts {
                K::record(activity.clone(), Recording::of(fact)).await.unwrap();
            }
        }
        Way::Batch => {
            let recordings = facts.into_iter().map(Recording::of).collect();
            for result in K::batch(activity.clone(), recordings, false).await.unwrap() {
                result.unwrap();
            }
        }
        Way::Import => {
            let chunk = |(index, facts): (usize, &[K])| Chunk {
                first_index: i64::try_from(index * 3).unwrap(),
                facts: facts.to_vec(),
                missing_customer: guanxi::v1::MissingCustomer::Refuse,
            };
            let chunks: Vec<Chunk<K>> = facts.chunks(3).enumerate().map(chunk).collect();
            let mut stream = K::import(activity.clone(), tokio_stream::iter(chunks)).await.unwrap();
            let mut done = 0;
            while let Some(progress) = stream.message().await.unwrap() {
                assert_eq!(progress.rejections, []);
                done += progress.recorded_count + progress.unchanged_count;
            }
            assert_eq!(usize::try_from(done), Ok(facts.len()));
        }
    }
}

async fn withdraw(activity: &Activity, fact: &Fact) {
    let request = WithdrawFactRequest {
        customer: fact.context().customer.clone(),
        kind: FactKind::try_from(fact.kind()).unwrap().into(),
        fact: Some(fact.key()),
    };
    activity.clone().withdraw_fact(request).await.unwrap();
}
