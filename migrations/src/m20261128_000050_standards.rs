//! Service standards, what was measured against them, and the sums of each day.

crate::ddl::migration!(UP, DOWN);

const UP: &[&str] = &[
    r#"
    -- Who records measurements locks the row of their standard. measurements counts all that were ever recorded; gross
    -- bounds the sums of all days together.
    CREATE TABLE service_standards (
        standard_id KEY_TEXT NOT NULL CONSTRAINT service_standards_pkey PRIMARY KEY,
        document TEXT NOT NULL,
        measurements BIGINT NOT NULL,
        gross BIGINT NOT NULL,
        revision BIGINT NOT NULL,
        create_time BIGINT NOT NULL,
        update_time BIGINT NOT NULL
    )
    "#,
    r#"
    -- units and total are units and defects, or values and their sum.
    CREATE TABLE measurements (
        standard_id KEY_TEXT NOT NULL,
        source KEY_TEXT NOT NULL,
        source_id KEY_TEXT NOT NULL,
        measurement_id BYTES NOT NULL,
        occur_time BIGINT NOT NULL,
        record_time BIGINT NOT NULL,
        state SMALLINT NOT NULL,
        kind SMALLINT NOT NULL,
        branch KEY_TEXT NOT NULL,
        team KEY_TEXT NOT NULL,
        units BIGINT NOT NULL,
        total BIGINT NOT NULL,
        squares BIGINT,
        met_units BIGINT,
        replaces_source KEY_TEXT,
        replaces_source_id KEY_TEXT,
        CONSTRAINT measurements_pkey PRIMARY KEY (standard_id, source, source_id)
    )
    "#,
    r#"
    CREATE INDEX measurements_by_time ON measurements (standard_id, occur_time, measurement_id)
    "#,
    r#"
    -- As replacements: which measurements are replaced (by whom) or withdrawn (by nobody), also before they have come.
    CREATE TABLE measurement_replacements (
        standard_id KEY_TEXT NOT NULL,
        source KEY_TEXT NOT NULL,
        source_id KEY_TEXT NOT NULL,
        by_source KEY_TEXT,
        by_source_id KEY_TEXT,
        record_time BIGINT NOT NULL,
        CONSTRAINT measurement_replacements_pkey PRIMARY KEY (standard_id, source, source_id)
    ) AS_KEY
    "#,
    r#"
    -- What the counting measurements of one day, branch and team add up to.
    CREATE TABLE measurement_days (
        standard_id KEY_TEXT NOT NULL,
        day BIGINT NOT NULL,
        branch KEY_TEXT NOT NULL,
        team KEY_TEXT NOT NULL,
        measurements BIGINT NOT NULL,
        units BIGINT NOT NULL,
        total BIGINT NOT NULL,
        squared_units BIGINT NOT NULL,
        squares BIGINT NOT NULL,
        judged_units BIGINT NOT NULL,
        met_units BIGINT NOT NULL,
        CONSTRAINT measurement_days_pkey PRIMARY KEY (standard_id, day, branch, team)
    ) AS_KEY
    "#,
];

const DOWN: &[&str] = &[
    "DROP TABLE service_standards",
    "DROP TABLE measurements",
    "DROP TABLE measurement_replacements",
    "DROP TABLE measurement_days",
];
