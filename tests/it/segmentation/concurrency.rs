//! Runs beside facts: what arrives while everybody is placed anew is never lost to it, through one server or two, and a
//! run goes on after a restart.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use guanxi::v1::activity_service_client::ActivityServiceClient;
use guanxi::v1::customer_service_client::CustomerServiceClient;
use guanxi::v1::segmentation_service_client::SegmentationServiceClient;
use guanxi::v1::{DeleteCustomerRequest, GetTierAssignmentRequest, RecordPurchaseRequest, TierAssignment};
use guanxi_testkit::{TestServer, on_each_backend};
use tokio::task::JoinSet;
use tonic::Code;
use tonic::transport::Channel;

use super::kit::{
    activate, active_pyramid, add_revision, ask, buys, by_revenue, crowd, customer_of, customer_shares, deal, ended,
    everybody, explained, member, outcome, progress, revenue, scheme, standing, thresholds,
};
use crate::support::cents;

on_each_backend! {
    facts_arriving_during_a_run_are_not_lost_to_it,
    facts_arriving_through_another_server_are_not_lost_to_a_run,
    run_goes_on_after_a_restart,
}

/// What customers have spent; none where they were deleted.
type Ledger = BTreeMap<String, Option<i64>>;

/// Somebody who records purchases of every `of`-th customer, and deletes a few, until told to stop or half of them have had
/// their turn: where everybody had bought, nobody would be left between the boundaries of the run.
struct Writer {
    channel: Channel,
    number: usize,
    of: usize,
    crowd: usize,
    stop: Arc<AtomicBool>,
}

impl Writer {
    /// The least each writer writes, however short the run is.
    const AT_LEAST: usize = 40;

    async fn write(self) -> Ledger {
        let mut ledger = Ledger::new();
        for step in 0..self.crowd / self.of / 2 {
            if step >= Self::AT_LEAST && self.stop.load(Ordering::Acquire) {
                break;
            }
            // All over the crowd, in an order unlike that of a run.
            let number = (step * 7919 % (self.crowd / self.of)) * self.of + self.number;
            let kept = ledger.entry(member(number)).or_insert(Some(100 + i64::try_from(number).unwrap()));
            match kept {
                Some(_) if step % 20 == 19 => *kept = self.delete(&member(number)).await,
                Some(spent) => *spent += self.buy(&member(number), i64::try_from(step * 6151 % 90_000).unwrap()).await,
                None => {}
            }
            if let Some(spent) = *kept {
                self.sees(&member(number), spent).await;
            }
        }
        ledger
    }

    async fn buy(&self, customer: &str, cents: i64) -> i64 {
        let request = RecordPurchaseRequest { purchase: Some(deal(customer, cents)), ..Default::default() };
        // Two servers on one SQLite file may keep each other waiting.
        loop {
            match ActivityServiceClient::new(self.channel.clone()).record_purchase(request.clone()).await {
                Ok(_) => return cents,
                Err(status) if status.code() == Code::Unavailable || status.code() == Code::Aborted => {}
                Err(status) => panic!("{status:?}"),
            }
        }
    }

    async fn delete(&self, customer: &str) -> Option<i64> {
        let request = DeleteCustomerRequest { name: format!("customers/{customer}"), ..Default::default() };
        CustomerServiceClient::new(self.channel.clone()).delete_customer(request).await.unwrap();
        None
    }

    /// What was acknowledged is seen by whoever reads next.
    async fn sees(&self, customer: &str, spent: i64) {
        let request =
            GetTierAssignmentRequest { name: format!("customers/{customer}/tierAssignments/value"), as_of_date: None };
        let mut segmentation = SegmentationServiceClient::new(self.channel.clone());
        let seen = segmentation.get_tier_assignment(request).await.unwrap().into_inner();
        assert_eq!((customer, cents(&seen.value.unwrap())), (customer, spent));
        assert_ne!(seen.tier, "", "{customer} stands nowhere");
    }
}

/// Runs an activation with writers beside it, and returns what everybody has spent then.
async fn run_beside_writers(guanxi: &TestServer, revisions: &[&str], channels: &[Channel], crowd: usize) -> Ledger {
    let stop = Arc::new(AtomicBool::new(false));
    let mut writers = JoinSet::new();
    for (number, channel) in channels.iter().enumerate() {
        let (channel, stop) = (channel.clone(), Arc::clone(&stop));
        writers.spawn(Writer { channel, number, of: channels.len(), crowd, stop }.write());
    }
    for revision in revisions {
        let asked = ask(guanxi, revision).await.unwrap();
        let ended = ended(guanxi, &asked.name).await;
        outcome(&ended);
        let told = progress(&ended);
        assert_eq!(told.done_count, told.total_count, "whoever a fact has moved meanwhile is done as well");
    }
    stop.store(true, Ordering::Release);
    let untouched = (0..crowd).map(|number| (member(number), Some(100 + i64::try_from(number).unwrap())));
    let mut ledger: Ledger = untouched.collect();
    for written in writers.join_all().await {
        ledger.extend(written);
    }
    ledger
}

/// The lower boundaries of gold and silver of the pyramid `value`, as a customer in silver is told them.
async fn boundaries(guanxi: &TestServer, seen: &[TierAssignment]) -> [(f64, i64); 2] {
    let silver = seen.iter().find(|one| one.tier == "silver").unwrap();
    let why = explained(guanxi, customer_of(silver)).await;
    [why.next_boundary, why.boundary_met].map(|boundary| {
        let boundary = boundary.unwrap();
        (boundary.score.unwrap(), cents(&boundary.value.unwrap()))
    })
}

/// Every customer stands where score and value put it by these boundaries; one who is a boundary stands inside.
fn stand_by(seen: &[TierAssignment], boundaries: [(f64, i64); 2]) {
    for one in seen {
        let key = (one.score.unwrap(), cents(one.value.as_ref().unwrap()));
        let above = boundaries.iter().position(|boundary| key >= *boundary).unwrap_or(2);
        assert_eq!((one.tier.as_str(), &one.name), (super::kit::TIERS[above], &one.name), "{key:?} by {boundaries:?}");
    }
}

/// Everybody of a pyramid, who must be those of the ledger with what they have spent.
async fn all_of(guanxi: &TestServer, pyramid: &str, ledger: &Ledger) -> Vec<TierAssignment> {
    let seen = everybody(guanxi, pyramid).await;
    let spent = seen.iter().map(|one| (customer_of(one).to_owned(), Some(cents(one.value.as_ref().unwrap()))));
    let present = ledger.iter().filter(|(_, spent)| spent.is_some()).map(|(id, spent)| (id.clone(), *spent));
    assert_eq!(spent.collect::<Ledger>(), present.collect::<Ledger>());
    seen
}

/// Each customer read alone stands where the list has it.
async fn are_the_same_read_alone(guanxi: &TestServer, seen: &[TierAssignment]) {
    let mut readers = JoinSet::new();
    for part in seen.chunks(seen.len().div_ceil(8)) {
        let (mut segmentation, part) = (guanxi.segmentation(), part.to_vec());
        readers.spawn(async move {
            for one in part {
                let request = GetTierAssignmentRequest { name: one.name.clone(), as_of_date: None };
                assert_eq!(segmentation.get_tier_assignment(request).await.unwrap().into_inner(), one);
            }
        });
    }
    readers.join_all().await;
}

/// Runs both pyramids beside writers and checks that everybody stands right, and that running them again moves only
/// those whom the new boundaries move.
async fn nobody_is_lost(guanxi: &TestServer, channels: &[Channel], size: usize) {
    crowd(guanxi, size).await;
    active_pyramid(guanxi, "value", scheme(vec![revenue()], thresholds(&[90.0, 80.0]))).await;
    active_pyramid(guanxi, "score", scheme(vec![revenue()], thresholds(&[90.0, 80.0]))).await;
    let by_shares = scheme(vec![revenue()], customer_shares(&[1000, 3000, 6000]));
    let by_shares = add_revision(guanxi, "value", by_shares).await;
    let by_score = add_revision(guanxi, "score", by_revenue()).await;
    let ledger = run_beside_writers(guanxi, &[&by_shares, &by_score], channels, size).await;
    let before = all_of(guanxi, "value", &ledger).await;
    stand_by(&before, boundaries(guanxi, &before).await);
    are_the_same_read_alone(guanxi, &before).await;
    for one in all_of(guanxi, "score", &ledger).await {
        let tier = if one.score >= Some(60.0) {
            "gold"
        } else if one.score >= Some(30.0) {
            "silver"
        } else {
            "bronze"
        };
        assert_eq!((one.tier.as_str(), &one.name), (tier, &one.name));
    }
    assert_eq!(activate(guanxi, &by_score).await.moved_count, 0, "thresholds are the same in every run");
    let moved = activate(guanxi, &by_shares).await.moved_count;
    let after = everybody(guanxi, "value").await;
    stand_by(&after, boundaries(guanxi, &after).await);
    assert_eq!(before.iter().zip(&after).filter(|(before, after)| before.tier != after.tier).count() as i64, moved);
    let present = after.len();
    let sizes = ["gold", "silver", "bronze"].map(|tier| after.iter().filter(|one| one.tier == tier).count());
    let (gold, above) = (present.div_ceil(10), (present * 4).div_ceil(10));
    assert_eq!(sizes, [gold, above - gold, present - above]);
}

async fn facts_arriving_during_a_run_are_not_lost_to_it(guanxi: TestServer) {
    let channels = [guanxi.channel(), guanxi.channel(), guanxi.channel(), guanxi.channel()];
    nobody_is_lost(&guanxi, &channels, 5500).await;
}

async fn facts_arriving_through_another_server_are_not_lost_to_a_run(guanxi: TestServer) {
    let replica = guanxi.replica().await;
    let channels = [guanxi.channel(), replica.channel.clone()];
    nobody_is_lost(&guanxi, &channels, 1500).await;
}

async fn run_goes_on_after_a_restart(guanxi: TestServer) {
    crowd(&guanxi, 6000).await;
    active_pyramid(&guanxi, "value", by_revenue()).await;
    let generous = add_revision(&guanxi, "value", scheme(vec![revenue()], thresholds(&[0.1, 0.0]))).await;
    let asked = ask(&guanxi, &generous).await.unwrap();
    let guanxi = guanxi.restart().await;
    buys(&guanxi, &member(17), 29_000).await;
    assert_eq!(cents(&standing(&guanxi, &member(17)).await.value.unwrap()), 29_117);
    // The lease of the server that has stopped runs out.
    guanxi.clock.advance(Duration::from_secs(60));
    let done = outcome(&ended(&guanxi, &asked.name).await);
    assert_eq!((done.ranked_count, done.moved_count), (6000, 6000));
    assert_eq!(done.pyramid.unwrap().active_revision, generous);
    let seen = everybody(&guanxi, "value").await;
    assert_eq!(seen.iter().filter(|one| one.tier == "gold").count(), 6000);
    assert_eq!(activate(&guanxi, &generous).await.moved_count, 0);
}
