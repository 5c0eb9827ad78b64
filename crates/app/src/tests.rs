//! The committer against a real SQLite file: what the black-box suite cannot see from outside, two processes writing the
//! same customers at once.

use std::time::Duration;

use guanxi_model::customer::{CustomerKind, Profile};
use guanxi_model::fact::{CustomerRef, FactBody, FactKey, NewFact, Purchase, PurchaseLine, PurchaseType};
use guanxi_model::{Amount, Clock, Counter, Currency, CustomerId, SourceName, Timestamp, Zone};
use guanxi_store::{Deployment, Options, Store};

use crate::{App, Command, CreateCustomer, Error, Grouping, MissingCustomer, Outcome, RecordFact, Urgency};

/// A database that is not there yet, and the folder it will be in.
fn database() -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}?mode=rwc", folder.path().join("guanxi.db").display());
    (folder, url)
}

async fn open(url: &str) -> Store {
    Store::open(&Options { url: url.to_owned(), read_connections: 0 }).await.unwrap()
}

async fn app(url: &str) -> App {
    let deployment = Deployment { currency: Currency::parse("USD").unwrap(), zone: Zone::utc() };
    let store = open(url).await;
    store.migrate(&deployment, Timestamp(0)).await.unwrap();
    App::start(store, deployment, Clock::system()).await.unwrap()
}

fn customer(id: &str) -> CustomerId {
    CustomerId::parse(id).unwrap()
}

fn sale(customer_id: &str, source_id: &str, cents: i64) -> Command {
    let line = PurchaseLine {
        product: String::new(),
        quantity: 1,
        list: Amount(cents),
        discount: Amount(0),
        net: Amount(cents),
        cost: None,
    };
    let purchase = Purchase {
        r#type: PurchaseType::Sale,
        lines: vec![line],
        net: Amount(cents),
        promotion: None,
        channel: String::new(),
        contact_id: None,
        due_date: None,
        original: None,
    };
    Command::RecordFact(Box::new(RecordFact {
        fact: NewFact {
            customer: CustomerRef::Id(customer(customer_id)),
            occur_time: Timestamp(1_700_000_000_000_000),
            key: FactKey { source: SourceName::parse("shop").unwrap(), source_id: source_id.to_owned() },
            replaces: None,
            note: String::new(),
            body: FactBody::Purchase(purchase),
        },
        missing_customer: MissingCustomer::Refuse,
    }))
}

async fn create(app: &App, id: &str) {
    let profile = Profile::named(CustomerKind::Person, id.to_owned());
    let command = Command::CreateCustomer(CreateCustomer::new(customer(id), profile, None));
    app.run(command).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_on_one_file_lose_and_double_nothing() {
    let (_folder, url) = database();
    let (one, two) = (app(&url).await, app(&url).await);
    create(&one, "ada").await;
    // Each sale is sent to both: one of them records it, the other finds it there.
    let sales: Vec<Command> = (0..200).map(|index| sale("ada", &format!("o-{index}"), 100)).collect();
    let (mine, theirs) = tokio::join!(
        one.submit(sales.clone(), Grouping::Each, Urgency::Bulk),
        two.submit(sales, Grouping::Each, Urgency::Interactive),
    );
    let recorded = |answers: Vec<Result<Outcome, Error>>| {
        answers.into_iter().filter(|answer| matches!(answer, Ok(Outcome::Fact { recorded: true, .. }))).count()
    };
    assert_eq!(recorded(mine.unwrap()) + recorded(theirs.unwrap()), 200);
    let pyramid = guanxi_model::PyramidId::parse("none").unwrap();
    let summary = one.reader().standing(&customer("ada"), &pyramid).await.unwrap().unwrap().summary;
    assert_eq!((summary.tally[Counter::Purchases], summary.tally[Counter::NetRevenue]), (200, 20_000));
    one.stop().await;
    two.stop().await;
}

/// What a batch records has one record time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_while_another_process_writes_is_of_the_batch_that_waits_for_it() {
    let (_folder, url) = database();
    let app = app(&url).await;
    create(&app, "ada").await;
    let other = open(&url).await;
    let held = other.begin().await.unwrap();
    let record = async |index: u64| {
        tokio::time::sleep(Duration::from_millis(50 * index)).await;
        match app.run(sale("ada", &format!("o-{index}"), 100)).await {
            Ok(Outcome::Fact { fact, recorded: true }) => fact.record_time,
            other => panic!("{other:?}"),
        }
    };
    let release = async {
        tokio::time::sleep(Duration::from_millis(250)).await;
        drop(held);
    };
    let (first, second, third, ()) = tokio::join!(record(0), record(1), record(2), release);
    assert_eq!((second, third), (first, first));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_the_stop_nothing_is_taken_and_what_was_taken_is_there() {
    let (_folder, url) = database();
    let first = app(&url).await;
    create(&first, "bob").await;
    first.run(sale("bob", "o-1", 250)).await.unwrap();
    first.stop().await;
    assert!(matches!(first.run(sale("bob", "o-2", 250)).await, Err(Error::ShuttingDown)));
    let second = app(&url).await;
    assert!(matches!(second.run(sale("bob", "o-1", 250)).await, Ok(Outcome::Fact { recorded: false, .. })));
    assert!(matches!(second.run(sale("bob", "o-1", 251)).await, Err(Error::FactDiffers { .. })));
    second.stop().await;
}
