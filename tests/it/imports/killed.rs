//! A server that is killed (SIGKILL) while it records: nothing that was acknowledged is lost, and nothing that is sent
//! again is there twice.

use std::collections::BTreeSet;
use std::time::Duration;

use guanxi::v1::{ImportProgress, MissingCustomer, Purchase, PurchaseType, TierExplanation};
use guanxi_testkit::{ServerProcess, TestServer, database, on_each_backend, serve_when_asked};
use tokio::task::spawn_blocking;
use tonic::Streaming;
use tonic::transport::Channel;

use super::streams::import;
use crate::activity::kinds::{Activity, Chunk, Kind, Recording, ever_listed};
use crate::laws::pyramid;
use crate::support::{line, sale};

on_each_backend! {
    a_killed_import_resumed_equals_an_uninterrupted_one,
    no_acknowledged_fact_of_many_writers_is_lost_or_doubled,
}

/// The full name of the test below.
const SERVING: &str = concat!(module_path!(), "::serves_a_process_that_is_killed");

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "not a test: what the tests here run in a process of its own"]
async fn serves_a_process_that_is_killed() {
    serve_when_asked().await;
}

/// Starts a process on the database of a server that has shut down.
pub(super) async fn start(guanxi: &TestServer) -> ServerProcess {
    // Without the name of the crate, as the harness has it.
    let serving = SERVING.split_once("::").unwrap().1;
    ServerProcess::start(guanxi.database(), serving).await
}

/// Numbers that look random and are the same in every run.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn throw(&mut self, sides: u64) -> u64 {
        // splitmix64
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % sides
    }
}

const CUSTOMERS: i64 = 40;
const PURCHASES: i64 = 4_000;
const CHUNK: i64 = 100;
const KILLS: usize = 6;

/// The purchases of the import; no two of them at the same time, some of them returns and corrections.
fn purchase(index: i64) -> Purchase {
    let second = index * 7_919 % PURCHASES;
    let time = format!("2026-01-{:02}T{:02}:{:02}:{:02}Z", 1 + second % 28, second / 28 % 24, second / 672, index % 60);
    let mut purchase = sale(&format!("c-{}", index % CUSTOMERS), &time, &format!("o-{index}"), 1 + index * 37 % 9_999);
    if index % 11 == 0 {
        purchase.r#type = PurchaseType::Return.into();
    }
    if index % 13 == 0 && index >= CUSTOMERS {
        purchase.context_mut().replaces = Some(crate::support::shop(&format!("o-{}", index - CUSTOMERS)));
    }
    purchase
}

/// The chunks from an index on.
fn chunks(next: i64) -> Vec<Chunk<Purchase>> {
    let chunk = |first_index: i64| Chunk {
        first_index,
        facts: (first_index..(first_index + CHUNK).min(PURCHASES)).map(purchase).collect(),
        missing_customer: MissingCustomer::Create,
    };
    (next..PURCHASES).step_by(usize::try_from(CHUNK).unwrap()).map(chunk).collect()
}

/// Reads what a stream says from an index on; kills its server after some acknowledgements and a while. The index to go on
/// from.
pub(super) async fn read_until_killed(
    server: ServerProcess,
    mut stream: Streaming<ImportProgress>,
    (mut next, acknowledgements, wait): (i64, u64, Duration),
) -> i64 {
    let mut server = Some(server);
    for count in 0.. {
        if count == acknowledgements {
            tokio::time::sleep(wait).await;
            server.take().into_iter().for_each(ServerProcess::kill);
        }
        match stream.message().await {
            Ok(Some(progress)) => {
                assert_eq!(progress.rejections, []);
                next = progress.last_index + 1;
            }
            Ok(None) => break,
            Err(_) => {
                assert!(server.is_none(), "the stream broke before the server was killed");
                break;
            }
        }
    }
    next
}

async fn a_killed_import_resumed_equals_an_uninterrupted_one(mut guanxi: TestServer) {
    let mut dice = Dice(17);
    pyramid::create(guanxi.channel(), "by-score").await;
    pyramid::activate(guanxi.channel(), "by-score").await;
    guanxi.shut_down().await;
    let mut next = 0;
    for kill in 0..KILLS {
        let moment = (next, dice.throw(6), Duration::from_micros(dice.throw(30_000)));
        let server = start(&guanxi).await;
        let stream = Purchase::import(server.activity(), tokio_stream::iter(chunks(next))).await.unwrap();
        let resumed = read_until_killed(server, stream, moment).await;
        println!("kill {kill}: {moment:?} to {resumed}");
        assert!(resumed < PURCHASES, "the server is to be killed midway");
        next = resumed;
    }
    let server = start(&guanxi).await;
    let (acknowledged, end) = import(&server.activity(), chunks(next)).await;
    end.unwrap();
    assert_eq!(acknowledged.last().map(|last| last.last_index), Some(PURCHASES - 1));
    let (_, uninterrupted) = uninterrupted(&guanxi).await;
    assert_eq!(everything(server.channel()).await, uninterrupted);
}

/// All purchases, without what the moment of recording gives them, and where everybody stands.
async fn everything(channel: Channel) -> (Vec<Purchase>, Vec<TierExplanation>) {
    let mut purchases: Vec<Purchase> = ever_listed(&Activity::new(channel.clone()), "customers/-").await;
    purchases.iter_mut().for_each(|purchase| purchase.name_mut().clear());
    purchases.sort_by(|a, b| a.context().source_id.cmp(&b.context().source_id));
    let mut standing = Vec::new();
    for customer in 0..CUSTOMERS {
        standing.push(pyramid::explain(channel.clone(), &format!("c-{customer}"), "by-score").await);
    }
    (purchases, standing)
}

/// Everything after the same import into another server, which nothing befell.
async fn uninterrupted(guanxi: &TestServer) -> (TestServer, (Vec<Purchase>, Vec<TierExplanation>)) {
    let backend = guanxi.backend();
    let other = spawn_blocking(move || database(backend)).await.unwrap().expect("the database that the test runs on");
    let other = TestServer::start(other).await;
    pyramid::create(other.channel(), "by-score").await;
    pyramid::activate(other.channel(), "by-score").await;
    let (_, end) = import(&other.activity(), chunks(0)).await;
    end.unwrap();
    let everything = everything(other.channel()).await;
    assert_eq!(everything.0.len(), usize::try_from(PURCHASES).unwrap());
    (other, everything)
}

const WRITERS: u32 = 32;
const EACH: u32 = 40;
const ROUNDS: usize = 4;

/// The request id of a writer's purchase, under which it is known.
fn request(writer: u32, number: u32) -> String {
    format!("00000000-0000-4000-8000-{writer:06}{number:06}")
}

/// Records a writer's purchases one after the other until one fails; how many were acknowledged.
async fn write(activity: Activity, writer: u32, first: u32) -> u32 {
    for number in first..EACH {
        let mut purchase = sale(&format!("w-{}", writer % 8), "2026-01-02T03:04:05Z", "", 100);
        purchase.context_mut().source.clear();
        purchase.lines = vec![line(1 + i64::from(writer))];
        let recording = Recording::creating(purchase).under(&request(writer, number));
        if Purchase::record(activity.clone(), recording).await.is_err() {
            return number;
        }
    }
    EACH
}

/// All writers go on from where they are until the server is gone, or until they are through.
async fn write_all(activity: &Activity, done: &[u32]) -> Vec<u32> {
    let writers = (0..).zip(done).map(|(writer, first)| tokio::spawn(write(activity.clone(), writer, *first)));
    let mut now_done = Vec::new();
    for writer in writers.collect::<Vec<_>>() {
        now_done.push(writer.await.unwrap());
    }
    now_done
}

/// What is there is all that was acknowledged, and of each writer at most the one purchase that it got no answer to.
async fn check(activity: &Activity, done: &[u32]) {
    let purchases = ever_listed::<Purchase>(activity, "customers/-").await;
    let there: BTreeSet<&str> = purchases.iter().map(|purchase| purchase.context().source_id.as_str()).collect();
    assert_eq!(there.len(), purchases.len(), "nothing is there twice");
    let acknowledged = (0..).zip(done).flat_map(|(writer, done)| (0..*done).map(move |number| request(writer, number)));
    let acknowledged: Vec<String> = acknowledged.collect();
    assert!(acknowledged.iter().all(|id| there.contains(id.as_str())), "an acknowledged purchase is lost");
    let unanswered: Vec<String> = (0..).zip(done).map(|(writer, done)| request(writer, *done)).collect();
    let known: BTreeSet<&str> = acknowledged.iter().chain(&unanswered).map(String::as_str).collect();
    assert!(there.is_subset(&known), "{:?} were not sent", there.difference(&known));
}

async fn no_acknowledged_fact_of_many_writers_is_lost_or_doubled(mut guanxi: TestServer) {
    let mut dice = Dice(23);
    guanxi.shut_down().await;
    let mut done = vec![0; usize::try_from(WRITERS).unwrap()];
    for round in 0..ROUNDS {
        let server = start(&guanxi).await;
        check(&server.activity(), &done).await;
        let activity = server.activity();
        let moment = Duration::from_millis(20 + dice.throw(60));
        let kill = async {
            tokio::time::sleep(moment).await;
            server.kill();
        };
        (done, ()) = tokio::join!(write_all(&activity, &done), kill);
        println!("round {round}: {moment:?}, {} acknowledged", done.iter().sum::<u32>());
    }
    assert!(done.iter().any(|done| (1..EACH).contains(done)), "the server is to be killed midway: {done:?}");
    let server = start(&guanxi).await;
    check(&server.activity(), &done).await;
    assert_eq!(write_all(&server.activity(), &done).await, vec![EACH; done.len()]);
    let purchases = ever_listed::<Purchase>(&server.activity(), "customers/-").await;
    assert_eq!(purchases.len(), usize::try_from(WRITERS * EACH).unwrap());
    check(&server.activity(), &vec![EACH; done.len()]).await;
}
