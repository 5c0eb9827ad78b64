//! Questionnaires and their revisions.

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
    CREATE TABLE questionnaires (
        questionnaire_id KEY_TEXT NOT NULL CONSTRAINT questionnaires_pkey PRIMARY KEY,
        display_name TEXT NOT NULL,
        description TEXT NOT NULL,
        revision BIGINT NOT NULL,
        active_revision BIGINT,
        activate_time BIGINT,
        create_time BIGINT NOT NULL,
        update_time BIGINT NOT NULL
    )
    "#,
    r#"
    CREATE TABLE questionnaire_revisions (
        questionnaire_id KEY_TEXT NOT NULL,
        number BIGINT NOT NULL,
        description TEXT NOT NULL,
        scheme TEXT NOT NULL,
        create_time BIGINT NOT NULL,
        CONSTRAINT questionnaire_revisions_pkey PRIMARY KEY (questionnaire_id, number)
    )
    "#,
];

const DOWN: &[&str] = &["DROP TABLE questionnaires", "DROP TABLE questionnaire_revisions"];
