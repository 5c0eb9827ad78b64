//! The cells in which invitations are counted, sent and answered.

crate::ddl::migration!(UP, DOWN);

const UP: &[&str] = &[
    r#"
    -- Where the customer stood when the sending that counts came; none of what was sent before this column.
    ALTER TABLE invitations ADD COLUMN stamp TEXT
    "#,
    r#"
    -- How many invitations were sent, and how many of those were answered, by the day or the month they were sent in. Not about
    -- one customer, and written as satisfaction_cells are: last, each writer in a shard of its own. Invitations without a stamp
    -- are in none.
    CREATE TABLE response_cells (
        questionnaire_id KEY_TEXT NOT NULL,
        span SMALLINT NOT NULL,
        start_day BIGINT NOT NULL,
        wave KEY_TEXT NOT NULL,
        channel KEY_TEXT NOT NULL,
        tier_key KEY_TEXT NOT NULL,
        shard SMALLINT NOT NULL,
        sent BIGINT NOT NULL,
        answered BIGINT NOT NULL,
        CONSTRAINT response_cells_pkey PRIMARY KEY
            (questionnaire_id, span, start_day, wave, channel, tier_key, shard)
    ) AS_KEY
    "#,
];

const DOWN: &[&str] = &["DROP TABLE response_cells", "ALTER TABLE invitations DROP COLUMN stamp"];
