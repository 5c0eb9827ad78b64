//! Invitations to answer questionnaires, and by which rule a questionnaire may be asked.

crate::ddl::migration!(UP, DOWN);

const UP: &[&str] = &[
    r#"
    -- What the facts about an invitation add up to. answers counts the records that count and name it; they may come before
    -- anything else is known of it.
    CREATE TABLE invitations (
        customer_id KEY_TEXT NOT NULL,
        invitation_id KEY_TEXT NOT NULL,
        questionnaire_id KEY_TEXT,
        revision BIGINT,
        wave KEY_TEXT NOT NULL DEFAULT '',
        sample KEY_TEXT NOT NULL DEFAULT '',
        channel TEXT NOT NULL DEFAULT '',
        expire_time BIGINT,
        held_until BIGINT,
        send_time BIGINT,
        deliver_time BIGINT,
        open_time BIGINT,
        refuse_time BIGINT,
        end_time BIGINT,
        answers BIGINT NOT NULL DEFAULT 0,
        CONSTRAINT invitations_pkey PRIMARY KEY (customer_id, invitation_id)
    )
    "#,
    r#"
    CREATE INDEX invitations_by_questionnaire ON invitations (questionnaire_id, send_time)
    "#,
    r#"
    -- None where the defaults hold.
    ALTER TABLE questionnaires ADD COLUMN contact_rule TEXT
    "#,
];

const DOWN: &[&str] = &["ALTER TABLE questionnaires DROP COLUMN contact_rule", "DROP TABLE invitations"];
