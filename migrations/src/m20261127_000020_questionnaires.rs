//! Questionnaires and their revisions.

crate::ddl::migration!(UP, DOWN);

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
