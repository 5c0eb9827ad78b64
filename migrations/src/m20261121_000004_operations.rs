//! Long-running operations.

use sea_orm_migration::prelude::*;

use crate::ddl;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, DOWN).await
    }
}

const UP: &[&str] = &[
    r#"
    -- Taken by compare-and-set of the fence; whoever holds the lease works on it, chunk by chunk.
    CREATE TABLE operations (
        operation_id BYTES NOT NULL CONSTRAINT operations_pkey PRIMARY KEY,
        kind KEY_TEXT NOT NULL,
        subject KEY_TEXT NOT NULL,
        state SMALLINT NOT NULL,
        request TEXT NOT NULL,
        progress TEXT NOT NULL,
        outcome TEXT,
        cancel_requested SMALLINT NOT NULL,
        lease_until BIGINT NOT NULL,
        fence BIGINT NOT NULL,
        create_time BIGINT NOT NULL,
        update_time BIGINT NOT NULL,
        end_time BIGINT
    )
    "#,
    r#"
    CREATE INDEX operations_by_create_time ON operations (create_time, operation_id)
    "#,
];

const DOWN: &[&str] = &["DROP TABLE operations"];
