//! Imports that break off: what is left of them, and how they go on. Nothing that was acknowledged is lost, nothing is
//! there twice.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use guanxi::v1::{ImportProgress, Payment, Purchase};
use guanxi_testkit::{TestServer, database, on_each_backend};
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;
use tokio_stream::StreamExt as _;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Code;

use super::streams::{chunk, import};
use crate::activity::facts::{Sample, least};
use crate::activity::kinds::{Chunk, Kind, ever_listed, of_each_kind, source_ids};
use crate::support::{create_person, refusal};

on_each_backend! {
    a_stream_broken_midway_keeps_at_least_what_it_acknowledged,
    an_import_goes_on_after_the_last_acknowledgement_without_doubling,
    two_imports_of_the_same_facts_record_each_once,
    a_sender_is_held_back_at_four_unacknowledged_chunks,
    a_stream_on_which_nothing_comes_is_cancelled_and_can_go_on,
}

const CHUNK: i64 = 50;
const CHUNKS: i64 = 12;

/// The chunk that begins at an index.
fn chunk_at<K: Sample>(first_index: i64) -> Chunk<K> {
    let facts = (first_index..first_index + CHUNK).map(|index| least("ada", 1, &format!("o-{index:04}")));
    chunk(first_index, facts.collect())
}

/// Sends some chunks from an index on, reads some acknowledgements, and hangs up; the index to go on from.
async fn hang_up<K: Sample>(guanxi: &TestServer, first_index: i64, sent: i64, read: usize) -> i64 {
    let (sender, chunks) = mpsc::channel(100);
    for number in 0..sent {
        sender.send(chunk_at::<K>(first_index + number * CHUNK)).await.unwrap();
    }
    let mut stream = K::import(guanxi.activity(), ReceiverStream::new(chunks)).await.unwrap();
    let mut next = first_index;
    for _ in 0..read {
        next = stream.message().await.unwrap().expect("an acknowledgement").last_index + 1;
    }
    next
}

async fn keeps_what_it_acknowledged<K: Sample>(guanxi: &TestServer) {
    let next = hang_up::<K>(guanxi, 0, 6, 2).await;
    assert_eq!(next, 2 * CHUNK);
    // What was taken may still be on its way.
    tokio::time::sleep(Duration::from_millis(100)).await;
    let there = ever_listed::<K>(&guanxi.activity(), "customers/-").await;
    let there: BTreeSet<&str> = source_ids(&there).into_iter().collect();
    let sent: Vec<String> = (0..6 * CHUNK).map(|index| format!("o-{index:04}")).collect();
    assert!(sent[..usize::try_from(next).unwrap()].iter().all(|id| there.contains(id.as_str())), "{there:?}");
    assert!(there.iter().all(|id| sent.iter().any(|one| one == id)), "{there:?}");
}

async fn a_stream_broken_midway_keeps_at_least_what_it_acknowledged(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    of_each_kind!(keeps_what_it_acknowledged, &guanxi);
}

async fn goes_on<K: Sample>(guanxi: &TestServer) {
    let mut next = 0;
    for (sent, read) in [(1, 0), (5, 1), (3, 3), (4, 2)] {
        next = hang_up::<K>(guanxi, next, sent, read).await;
    }
    assert_eq!(next, 6 * CHUNK);
    let rest = (next / CHUNK..CHUNKS).map(|number| chunk_at::<K>(number * CHUNK)).collect();
    let (acknowledged, end) = import(&guanxi.activity(), rest).await;
    end.unwrap();
    assert_eq!(acknowledged.last().map(|last| last.last_index), Some(CHUNKS * CHUNK - 1));
    assert!(acknowledged.iter().all(|progress| progress.rejections.is_empty()));
    let all = ever_listed::<K>(&guanxi.activity(), "customers/-").await;
    let ids: BTreeSet<&str> = source_ids(&all).into_iter().collect();
    assert_eq!((all.len(), ids.len()), (600, 600));
}

async fn an_import_goes_on_after_the_last_acknowledgement_without_doubling(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    of_each_kind!(goes_on, &guanxi);
}

fn counted(acknowledged: &[ImportProgress]) -> (i32, i32) {
    let recorded = acknowledged.iter().map(|progress| progress.recorded_count).sum();
    (recorded, acknowledged.iter().map(|progress| progress.unchanged_count).sum())
}

async fn two_imports_of_the_same_facts_record_each_once(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    let chunks = || (0..CHUNKS).map(|number| chunk_at::<Payment>(number * CHUNK)).collect();
    let activity = guanxi.activity();
    let (one, two) = tokio::join!(import(&activity, chunks()), import(&activity, chunks()));
    one.1.unwrap();
    two.1.unwrap();
    let ((one_new, one_old), (two_new, two_old)) = (counted(&one.0), counted(&two.0));
    assert_eq!((one_new + two_new, one_old + two_old), (600, 600));
    assert_eq!(ever_listed::<Payment>(&activity, "customers/-").await.len(), 600);
}

/// Chunks of a quarter of a megabyte, so that few of them fit into the pipes between caller and server.
async fn a_sender_is_held_back_at_four_unacknowledged_chunks(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    let fact = |index: i64| {
        let mut fact = least::<Purchase>("ada", 1, &format!("o-{index}"));
        fact.context_mut().note = "n".repeat(400);
        fact
    };
    let chunks = (0..40).map(move |number| chunk(number * 500, (number * 500..number * 500 + 500).map(fact).collect()));
    let sent = Arc::new(AtomicI64::new(0));
    let counting = Arc::clone(&sent);
    let chunks = tokio_stream::iter(chunks).map(move |chunk| {
        counting.fetch_add(1, Ordering::SeqCst);
        chunk
    });
    let mut stream = Purchase::import(guanxi.activity(), chunks).await.unwrap();
    let (mut taken, mut widest) = (0, 0);
    while let Some(progress) = stream.message().await.unwrap() {
        assert_eq!(progress.recorded_count, 500);
        widest = widest.max(sent.load(Ordering::SeqCst) - taken);
        taken += 1;
    }
    assert_eq!(taken, 40);
    // Four that the server has taken, and what lies between: chunks in the window of HTTP/2, acknowledgements on their way.
    assert!((2..=12).contains(&widest), "{widest} chunks were sent and not acknowledged");
}

async fn a_stream_on_which_nothing_comes_is_cancelled_and_can_go_on(guanxi: TestServer) {
    let backend = guanxi.backend();
    let other = spawn_blocking(move || database(backend)).await.unwrap().expect("the database that the test runs on");
    let impatient =
        TestServer::start_with(other, |config| config.server.stream_idle = Duration::from_millis(500)).await;
    create_person(&impatient, "ada").await;
    let (sender, chunks) = mpsc::channel(1);
    sender.send(chunk_at::<Payment>(0)).await.unwrap();
    let mut stream = Payment::import(impatient.activity(), ReceiverStream::new(chunks)).await.unwrap();
    assert_eq!(stream.message().await.unwrap().map(|progress| progress.recorded_count), Some(50));
    let idle = refusal(&stream.message().await.unwrap_err());
    assert_eq!((idle.code, idle.reason.as_str()), (Code::Cancelled, "STREAM_IDLE"));
    let (acknowledged, end) = import(&impatient.activity(), vec![chunk_at::<Payment>(0), chunk_at(CHUNK)]).await;
    end.unwrap();
    assert_eq!(counted(&acknowledged), (50, 50));
}
