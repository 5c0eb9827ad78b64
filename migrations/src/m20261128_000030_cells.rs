//! The primary pyramid, and the cells in which the answers of many records are summed.

crate::ddl::migration!(UP, DOWN);

const UP: &[&str] = &[
    "ALTER TABLE pyramids ADD COLUMN is_primary SMALLINT NOT NULL DEFAULT 0",
    // The one that has been in force the longest.
    r#"
    UPDATE pyramids SET is_primary = 1 WHERE pyramid_id = (
        SELECT pyramid_id FROM pyramids WHERE active_revision IS NOT NULL ORDER BY activate_time, pyramid_id LIMIT 1
    )
    "#,
    r#"
    -- What records add up to, by what they are looked at by. Not about one customer: the second exception to the rules.
    -- Writers that work side by side have a shard each, so that none waits for another's cells. Records from before this
    -- table are in none.
    CREATE TABLE satisfaction_cells (
        questionnaire_id KEY_TEXT NOT NULL,
        number BIGINT NOT NULL,
        face SMALLINT NOT NULL,
        span SMALLINT NOT NULL,
        start_day BIGINT NOT NULL,
        method SMALLINT NOT NULL,
        first_key KEY_TEXT NOT NULL,
        second_key KEY_TEXT NOT NULL,
        shard SMALLINT NOT NULL,
        sums BYTES NOT NULL,
        CONSTRAINT satisfaction_cells_pkey PRIMARY KEY
            (questionnaire_id, number, face, span, start_day, method, first_key, second_key, shard)
    ) AS_KEY
    "#,
    // One team, branch or handler over a long time, among all that there are.
    r#"
    CREATE INDEX satisfaction_cells_by_key
    ON satisfaction_cells (questionnaire_id, number, face, first_key, span, start_day)
    "#,
];

const DOWN: &[&str] = &["DROP TABLE satisfaction_cells", "ALTER TABLE pyramids DROP COLUMN is_primary"];
