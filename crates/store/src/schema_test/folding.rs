//! Folding a run changes nothing that is read of where customers stand and how they came to stand there.

use std::collections::BTreeSet;

use guanxi_model::{Counter, CustomerId, Day, PyramidId, RevisionNumber, TierId, Timestamp};
use guanxi_segmentation::Needs;
use guanxi_testkit::Backend;

use super::{Opened, migrated, on_each_database};
use crate::catalogue::execute;
use crate::ledger::{Slot, TierChange, TierChangeReason};
use crate::{Active, Arrival, Move, Placed, Reader, Run};

on_each_database! { folding_changes_nothing_that_is_read, row_that_a_fact_has_filled_since_is_left_alone }

/// When the first tiers were given, when readers were switched, and moments before, between and after.
const GIVEN: i64 = 10;
const SWITCHED: i64 = 20;
const MOMENTS: [i64; 3] = [5, 15, 25];

fn pyramid() -> PyramidId {
    PyramidId::parse("value").unwrap()
}

fn customers() -> [CustomerId; 3] {
    ["ada", "ben", "cyd"].map(|id| CustomerId::parse(id).unwrap())
}

/// Ada, who is in gold, goes to silver; Ben stays in silver; Cyd comes to be in gold.
async fn run(opened: &Opened) -> Run {
    for sql in [
        "INSERT INTO summaries (customer_id, version, stage, replacements, gross) \
         VALUES ('ada', 7, 1, 0, 0), ('ben', 8, 1, 0, 0), ('cyd', 9, 1, 0, 0)",
        "INSERT INTO tiers (customer_id, pyramid_id, tier, generation, assign_time, below, version) \
         VALUES ('ada', 'value', 'gold', 1, 10, 0, 7), ('ben', 'value', 'silver', 1, 10, 0, 8)",
        "INSERT INTO tier_changes VALUES ('ada', 'value', 1, 6, NULL, 'gold', 1, 10, '[]', NULL, NULL), \
         ('ben', 'value', 1, 6, NULL, 'silver', 1, 10, '[]', NULL, NULL)",
    ] {
        opened.rows(sql).await;
    }
    let placed = everybody(opened).await;
    put(opened, &placed, ["silver", "silver", "gold"]).await;
    let active = Active { number: RevisionNumber::FIRST, generation: 2, time: Timestamp(SWITCHED) };
    Run { active, reason: TierChangeReason::NewRevision }
}

async fn everybody(opened: &Opened) -> Vec<Placed> {
    opened.store.reader().placed((&pyramid(), None), &BTreeSet::new(), ("", 9)).await.unwrap()
}

/// Where they will stand.
async fn put(opened: &Opened, placed: &[Placed], tiers: [&str; 3]) {
    let slot = |tier: &str| Slot { tier: Some(TierId::parse(tier).unwrap()), ..Slot::default() };
    let moves: Vec<_> =
        placed.iter().zip(tiers).map(|(of, tier)| Move { of, to: slot(tier), inputs: "[1]".into() }).collect();
    let tx = opened.store.begin().await.unwrap();
    tx.put_next_tiers(&pyramid(), 2, &moves, Timestamp(GIVEN)).await.unwrap();
    tx.commit().await.unwrap();
}

type Read = (Vec<TierChange>, Vec<Option<TierChange>>, Vec<String>);

/// Where everybody stands, as a simulation and a report read it.
async fn stands(reader: &Reader, active: Option<Active>) -> Vec<String> {
    let (pyramid, counters) = (pyramid(), BTreeSet::from([Counter::Purchases]));
    let placed = reader.placed((&pyramid, active), &counters, ("", 9)).await.unwrap();
    let nothing = Needs::default();
    let (seated, _) = reader.seated((&pyramid, 2), &counters, (&nothing, Day(0)), ("", 9)).await.unwrap();
    let seated = seated.iter().map(|one| format!("{} {:?}", one.customer, one.tier));
    placed.iter().map(|one| format!("{one:?}")).chain(seated).collect()
}

async fn read(reader: &Reader, run: Option<&Run>) -> Read {
    let pyramid = pyramid();
    let (mut all, mut last, mut arrivals) = (Vec::new(), Vec::new(), Vec::new());
    for customer in customers() {
        all.extend(reader.tier_changes(&customer, (&pyramid, run), (99, 0, 0), 9).await.unwrap());
        for moment in MOMENTS {
            last.push(reader.tier_change_at(&customer, (&pyramid, run), Timestamp(moment)).await.unwrap());
        }
    }
    let [before, between, after] = MOMENTS.map(Timestamp);
    for times in [(before, between), (between, after), (before, after)] {
        let found = reader.arrivals((&pyramid, run), times, ("", 9)).await.unwrap();
        let line = |one: Arrival| format!("{times:?}: {} {:?} {:?}", one.customer, one.time, one.tier);
        arrivals.extend(found.unwrap().1.into_iter().map(line));
    }
    (all, last, arrivals)
}

async fn folding_changes_nothing_that_is_read(opened: Opened) {
    let (run, reader) = (run(&opened).await, opened.store.reader());
    let (seen, stood) = (read(&reader, Some(&run)).await, stands(&reader, Some(run.active)).await);
    let steps = seen.0.iter().map(|one| (one.customer.as_str(), one.time.0, one.version, one.reason));
    let (first, by_run) = (TierChangeReason::OwnChange, TierChangeReason::NewRevision);
    let expected = [("ada", 20, 7, by_run), ("ada", 10, 6, first), ("ben", 10, 6, first), ("cyd", 20, 9, by_run)];
    assert_eq!(steps.collect::<Vec<_>>(), expected);
    assert_eq!(reader.chunks("", 9, 2).await.unwrap(), ["cyd"]);
    assert_eq!(reader.chunks("", 1, 2).await.unwrap(), ["ada", "ben"]);
    let tx = opened.store.begin().await.unwrap();
    assert_eq!(tx.fold(&pyramid(), &run, ("", "cyd")).await.unwrap(), 3);
    assert_eq!(tx.fold(&pyramid(), &run, ("", "cyd")).await.unwrap(), 0, "twice is once");
    tx.commit().await.unwrap();
    assert_eq!(read(&reader, Some(&run)).await, seen, "the run has not ended yet");
    assert_eq!(read(&reader, None).await, seen);
    assert_eq!(stands(&reader, Some(run.active)).await, stood, "the run has not ended yet");
    assert_eq!(stands(&reader, None).await, stood);
    assert!(stood[0].contains("silver") && stood[0].contains("Timestamp(20)"), "{}", stood[0]);
}

/// The facts are of later versions than the page was read by.
async fn row_that_a_fact_has_filled_since_is_left_alone(opened: Opened) {
    run(&opened).await;
    opened.rows("DELETE FROM tiers WHERE customer_id <> 'ben'").await;
    opened.rows("UPDATE tiers SET next_tier = NULL, next_generation = NULL").await;
    let placed = everybody(&opened).await;
    opened.rows("UPDATE tiers SET next_tier = 'gold', next_generation = 2, version = 20").await;
    opened
        .rows(
            "INSERT INTO tiers (customer_id, pyramid_id, generation, assign_time, below, next_tier, next_generation, \
             version) VALUES ('cyd', 'value', 0, 10, 0, 'bronze', 2, 21)",
        )
        .await;
    put(&opened, &placed, ["silver"; 3]).await;
    let next = "SELECT customer_id || ' ' || next_tier || ' ' || version FROM tiers ORDER BY customer_id";
    assert_eq!(opened.texts(next).await, ["ada silver 7", "ben gold 20", "cyd bronze 21"]);
}

/// A fact folds its customer's row itself, the tier first and then the change. A fold that had the change before the tier
/// would wait for the fact, and the fact for it. (SQLite has one writer.)
#[tokio::test]
async fn a_fold_waits_for_a_fact_and_the_fact_never_for_it() {
    let Some(opened) = migrated(Backend::Postgres).await else { return };
    let run = run(&opened).await;
    let fact = opened.store.begin().await.unwrap();
    let fold_ada = "UPDATE tiers SET tier = next_tier, generation = 2, assign_time = 20, next_tier = NULL, \
                    next_generation = NULL, next_below = NULL, next_inputs = NULL WHERE customer_id = 'ada'";
    assert_eq!(execute(fact.connection(), fold_ada, []).await.unwrap(), 1);
    let store = opened.store.clone();
    let folding = tokio::spawn(async move {
        let tx = store.begin().await.unwrap();
        let folded = tx.fold(&pyramid(), &run, ("", "cyd")).await.unwrap();
        tx.commit().await.unwrap();
        folded
    });
    opened.until_one_waits().await;
    let keep = "INSERT INTO tier_changes VALUES ('ada', 'value', 2, 7, 'gold', 'silver', 2, 20, '[1]', NULL, NULL) \
                ON CONFLICT DO NOTHING";
    assert_eq!(execute(fact.connection(), keep, []).await.unwrap(), 1);
    fact.commit().await.unwrap();
    assert_eq!(folding.await.unwrap(), 2, "Ada's row was folded by the fact");
    let kept = opened.texts("SELECT customer_id FROM tier_changes WHERE generation = 2 ORDER BY customer_id").await;
    assert_eq!(kept, ["ada", "cyd"]);
}
