//! The shared server: clones begin as the template and go their own ways.

use sqlx::{Connection, PgConnection};
use uuid::{NoContext, Timestamp, Uuid};

use super::{Postgres, is_left_behind, new_name, with_database};
use crate::skip_or_fail;

#[test]
fn clones_are_isolated() {
    let Some(shared) = Postgres::shared() else {
        return skip_or_fail("postgres", "no PostgreSQL");
    };
    // A template of its own on the shared server: that of the process belongs to the real migrations.
    let server: &Postgres = Box::leak(Box::new(Postgres::at(shared.url.clone(), None)));
    server.template(notes_table);
    let (one, other) = (server.clone_database(), server.clone_database());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let mut connection = PgConnection::connect(one.url()).await.unwrap();
        sqlx::query("INSERT INTO note VALUES ('here')").execute(&mut connection).await.unwrap();
        assert_eq!(notes(one.url()).await.unwrap(), 1);
        assert_eq!(notes(other.url()).await.unwrap(), 0);
        // Dropped in a runtime, with a connection still open.
        let url = one.url().to_owned();
        drop(one);
        assert!(notes(&url).await.is_err());
    });
}

#[test]
fn only_old_names_of_ours_are_left_behind() {
    let old = Uuid::new_v7(Timestamp::from_unix(NoContext, 1_700_000_000, 0)).simple();
    assert!(is_left_behind(&format!("t_{old}")));
    assert!(is_left_behind(&format!("guanxi_template_{old}")));
    assert!(!is_left_behind(&new_name("t_")));
    assert!(!is_left_behind("t_shirts"));
    assert!(!is_left_behind(&format!("guanxi_{old}")));
}

#[test]
fn another_database_of_the_same_server() {
    assert_eq!(
        with_database("postgres://me:pw@db:5433/a?sslmode=require", "b"),
        "postgres://me:pw@db:5433/b?sslmode=require"
    );
    assert_eq!(with_database("postgres://localhost", "b"), "postgres://localhost/b");
    assert_eq!(
        with_database("postgres://postgres@localhost/a?host=/tmp/x", "b"),
        "postgres://postgres@localhost/b?host=/tmp/x"
    );
}

async fn notes_table(url: String) -> sqlx::Result<()> {
    let mut connection = PgConnection::connect(&url).await?;
    sqlx::raw_sql("CREATE TABLE note (text TEXT NOT NULL)").execute(&mut connection).await?;
    Ok(())
}

async fn notes(url: &str) -> sqlx::Result<i64> {
    let mut connection = PgConnection::connect(url).await?;
    sqlx::query_scalar("SELECT count(*) FROM note").fetch_one(&mut connection).await
}
