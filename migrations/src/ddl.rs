//! Runs the statements of a migration, written once for both databases.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

/// Runs statements one by one. `KEY_TEXT` stands for text in byte order, which SQLite's is anyway, and `BYTES` for a byte
/// string.
pub(crate) async fn run(manager: &SchemaManager<'_>, statements: &[&str]) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    let (key, bytes) = match connection.get_database_backend() {
        DbBackend::Postgres => ("TEXT COLLATE \"C\"", "BYTEA"),
        _ => ("TEXT", "BLOB"),
    };
    for statement in statements {
        connection.execute_unprepared(&statement.replace("KEY_TEXT", key).replace("BYTES", bytes)).await?;
    }
    Ok(())
}
