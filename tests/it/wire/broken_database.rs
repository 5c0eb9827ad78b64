//! A database that fails under a running server. The cases reach round the server to break it, and look on as callers.

use std::time::Duration;

use guanxi::v1::{Customer, GetCustomerRequest, UpdateCustomerRequest};
use guanxi_testkit::{Backend, TestServer, on_each_backend};
use prost_types::FieldMask;
use sqlx::{Connection as _, PgConnection, SqliteConnection};
use tonic::{Code, Response, Status};
use tonic_types::StatusExt as _;

use crate::support::{create_person, person, refused, request_id};

on_each_backend! {
    what_cannot_be_read_is_told_by_an_incident_only,
    a_write_that_others_always_win_is_given_up,
    while_nothing_can_be_written_reads_go_on,
}

/// A connection of our own to the server's database.
enum Intruder {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Intruder {
    async fn at(guanxi: &TestServer) -> Intruder {
        let url = guanxi.database().url();
        match guanxi.backend() {
            Backend::Sqlite => Intruder::Sqlite(SqliteConnection::connect(url).await.unwrap()),
            Backend::Postgres => Intruder::Postgres(PgConnection::connect(url).await.unwrap()),
        }
    }

    /// Runs the statement of the database's kind.
    async fn run(&mut self, sqlite: &'static str, postgres: &'static str) {
        match self {
            Intruder::Sqlite(connection) => drop(sqlx::raw_sql(sqlite).execute(connection).await.unwrap()),
            Intruder::Postgres(connection) => drop(sqlx::raw_sql(postgres).execute(connection).await.unwrap()),
        }
    }
}

async fn rename(guanxi: &TestServer, display_name: &str, request: u128) -> Result<Customer, Status> {
    let request = UpdateCustomerRequest {
        customer: Some(Customer { name: "customers/ada".into(), ..person(display_name) }),
        update_mask: Some(FieldMask { paths: vec!["display_name".into()] }),
        request_id: request_id(request),
    };
    guanxi.customers().update_customer(request).await.map(Response::into_inner)
}

async fn get(guanxi: &TestServer, id: &str) -> Result<Customer, Status> {
    let request = GetCustomerRequest { name: format!("customers/{id}") };
    guanxi.customers().get_customer(request).await.map(Response::into_inner)
}

fn asks_to_wait(status: &Status) -> bool {
    status
        .get_error_details()
        .retry_info()
        .and_then(|retry| retry.retry_delay)
        .is_some_and(|wait| wait > Duration::ZERO)
}

async fn what_cannot_be_read_is_told_by_an_incident_only(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    create_person(&guanxi, "bob").await;
    let spoil = "UPDATE customers SET document = 'secret rubbish' WHERE customer_id = 'ada'";
    Intruder::at(&guanxi).await.run(spoil, spoil).await;
    let mut incidents = Vec::new();
    for _ in 0..2 {
        let status = get(&guanxi, "ada").await.unwrap_err();
        let said = format!("{} {}", status.message(), String::from_utf8_lossy(status.details()));
        let refusal = refused(Err::<(), _>(status), Code::Internal, "INTERNAL");
        assert_eq!(refusal.metadata.keys().collect::<Vec<_>>(), ["incident"]);
        let incident = refusal.metadata["incident"].clone();
        // Its digits may spell anything.
        let said = said.replace(&incident, "");
        for secret in ["secret", "rubbish", "customer", "ada", "JSON", "expected"] {
            assert!(!said.contains(secret), "{said}");
        }
        incidents.push(incident);
    }
    assert_ne!(incidents[0], incidents[1]);
    refused(rename(&guanxi, "Ada", 1).await, Code::Internal, "INTERNAL");
    get(&guanxi, "bob").await.expect("nobody else is touched");
    create_person(&guanxi, "cyd").await;
}

async fn a_write_that_others_always_win_is_given_up(guanxi: TestServer) {
    let ada = create_person(&guanxi, "ada").await;
    let mut intruder = Intruder::at(&guanxi).await;
    // As if the version of the row had always changed since it was read.
    intruder
        .run(
            "CREATE TRIGGER lost BEFORE UPDATE ON summaries BEGIN SELECT RAISE(IGNORE); END",
            "CREATE FUNCTION lost() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; \
             CREATE TRIGGER lost BEFORE UPDATE ON summaries FOR EACH ROW EXECUTE FUNCTION lost()",
        )
        .await;
    let status = rename(&guanxi, "Ada", 1).await.unwrap_err();
    assert!(asks_to_wait(&status), "{status:?}");
    refused(Err::<(), _>(status), Code::Aborted, "WRITE_CONFLICT");
    assert_eq!(get(&guanxi, "ada").await.unwrap(), ada);
    intruder.run("DROP TRIGGER lost", "DROP TRIGGER lost ON summaries").await;
    assert_eq!(rename(&guanxi, "Ada", 1).await.unwrap().display_name, "Ada");
}

async fn while_nothing_can_be_written_reads_go_on(guanxi: TestServer) {
    let ada = create_person(&guanxi, "ada").await;
    let mut intruder = Intruder::at(&guanxi).await;
    intruder.run("BEGIN IMMEDIATE", "BEGIN; LOCK TABLE summaries IN EXCLUSIVE MODE").await;
    let read = async {
        // While the write waits for the lock.
        tokio::time::sleep(Duration::from_secs(1)).await;
        get(&guanxi, "ada").await
    };
    let (written, read) = tokio::join!(rename(&guanxi, "Ada", 1), read);
    assert_eq!(read.unwrap(), ada);
    let status = written.unwrap_err();
    assert!(asks_to_wait(&status), "{status:?}");
    refused(Err::<(), _>(status), Code::Unavailable, "STORAGE_UNAVAILABLE");
    assert_eq!(get(&guanxi, "ada").await.unwrap(), ada);
    intruder.run("ROLLBACK", "ROLLBACK").await;
    assert_eq!(rename(&guanxi, "Ada", 1).await.unwrap().display_name, "Ada");
}
