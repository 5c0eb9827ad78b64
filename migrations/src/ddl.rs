//! A migration of statements, and how they are run; written once for both databases.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

/// Runs statements one by one. `KEY_TEXT` stands for text in byte order, which SQLite's is anyway, `BYTES` for a byte
/// string, and `AS_KEY` marks a table of small rows: SQLite keeps them in the tree of their primary key, where it would
/// otherwise keep the key twice and find each row by two look-ups.
pub(crate) async fn run(manager: &SchemaManager<'_>, statements: &[&str]) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    let words = match connection.get_database_backend() {
        DbBackend::Postgres => [("KEY_TEXT", "TEXT COLLATE \"C\""), ("BYTES", "BYTEA"), (" AS_KEY", "")],
        _ => [("KEY_TEXT", "TEXT"), ("BYTES", "BLOB"), ("AS_KEY", "WITHOUT ROWID")],
    };
    for statement in statements {
        let sql = words.iter().fold((*statement).to_owned(), |sql, (word, meaning)| sql.replace(word, meaning));
        connection.execute_unprepared(&sql).await?;
    }
    Ok(())
}

/// Statements, those for PostgreSQL and those for SQLite.
pub(crate) struct Each(pub(crate) &'static [&'static str], pub(crate) &'static [&'static str]);

/// Runs the statements that are for the database.
pub(crate) async fn run_each(manager: &SchemaManager<'_>, Each(postgres, sqlite): Each) -> Result<(), DbErr> {
    let is_postgres = manager.get_connection().get_database_backend() == DbBackend::Postgres;
    run(manager, if is_postgres { postgres } else { sqlite }).await
}

/// What each file of a migration says: statements there and statements back, the same on both databases or, with `each:`,
/// those of each. The migration is called as the file is.
macro_rules! migration {
    (each: $up:expr, $down:expr) => {
        $crate::ddl::migration!(run_each, $up, $down);
    };
    ($up:expr, $down:expr) => {
        $crate::ddl::migration!(run, $up, $down);
    };
    ($run:ident, $up:expr, $down:expr) => {
        use sea_orm_migration::prelude::*;

        #[derive(DeriveMigrationName)]
        pub(crate) struct Migration;

        #[async_trait::async_trait]
        impl MigrationTrait for Migration {
            async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
                $crate::ddl::$run(manager, $up).await
            }

            async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
                $crate::ddl::$run(manager, $down).await
            }
        }
    };
}
pub(crate) use migration;
