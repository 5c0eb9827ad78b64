//! Pyramids, their revisions and calibrations, and where customers stand.

crate::ddl::migration!(UP, DOWN);

const UP: &[&str] = &[
    r#"
    CREATE TABLE pyramids (
        pyramid_id KEY_TEXT NOT NULL CONSTRAINT pyramids_pkey PRIMARY KEY,
        display_name TEXT NOT NULL,
        description TEXT NOT NULL,
        revision BIGINT NOT NULL,
        active_revision BIGINT,
        active_generation BIGINT NOT NULL,
        activate_time BIGINT,
        next_revision BIGINT,
        next_generation BIGINT,
        last_generation BIGINT NOT NULL,
        operation_id BYTES,
        create_time BIGINT NOT NULL,
        update_time BIGINT NOT NULL
    )
    "#,
    r#"
    CREATE TABLE pyramid_revisions (
        pyramid_id KEY_TEXT NOT NULL,
        number BIGINT NOT NULL,
        description TEXT NOT NULL,
        scheme TEXT NOT NULL,
        create_time BIGINT NOT NULL,
        CONSTRAINT pyramid_revisions_pkey PRIMARY KEY (pyramid_id, number)
    )
    "#,
    r#"
    -- The immutable result of a run over everybody.
    CREATE TABLE calibrations (
        pyramid_id KEY_TEXT NOT NULL,
        generation BIGINT NOT NULL,
        number BIGINT NOT NULL,
        calibration TEXT NOT NULL,
        calibrate_time BIGINT NOT NULL,
        activate_time BIGINT,
        renewal SMALLINT NOT NULL,
        CONSTRAINT calibrations_pkey PRIMARY KEY (pyramid_id, generation)
    )
    "#,
    r#"
    -- Two slots: (tier, generation) and (next_tier, next_generation). A run fills the second, nobody sees it until the
    -- pyramid's active generation becomes the next one; then it is folded into the first.
    CREATE TABLE tiers (
        customer_id KEY_TEXT NOT NULL,
        pyramid_id KEY_TEXT NOT NULL,
        tier KEY_TEXT,
        generation BIGINT NOT NULL,
        assign_time BIGINT NOT NULL,
        below BIGINT NOT NULL,
        review_day BIGINT,
        due_time BIGINT,
        next_tier KEY_TEXT,
        next_generation BIGINT,
        next_below BIGINT,
        next_review_day BIGINT,
        next_due_time BIGINT,
        next_inputs TEXT,
        override_tier KEY_TEXT,
        override_actor TEXT,
        override_reason TEXT,
        override_time BIGINT,
        override_expire_time BIGINT,
        version BIGINT NOT NULL,
        CONSTRAINT tiers_pkey PRIMARY KEY (customer_id, pyramid_id)
    ) AS_KEY
    "#,
    r#"
    CREATE INDEX tiers_by_tier ON tiers (pyramid_id, tier, customer_id) WHERE tier IS NOT NULL
    "#,
    r#"
    -- Who has to be looked at because time passes; of everybody else there is nothing to read.
    CREATE INDEX tiers_by_due ON tiers (due_time) WHERE due_time IS NOT NULL
    "#,
    r#"
    CREATE TABLE tier_changes (
        customer_id KEY_TEXT NOT NULL,
        pyramid_id KEY_TEXT NOT NULL,
        generation BIGINT NOT NULL,
        version BIGINT NOT NULL,
        from_tier KEY_TEXT,
        to_tier KEY_TEXT,
        reason SMALLINT NOT NULL,
        change_time BIGINT NOT NULL,
        inputs TEXT NOT NULL,
        actor TEXT,
        actor_reason TEXT,
        CONSTRAINT tier_changes_pkey PRIMARY KEY (customer_id, pyramid_id, generation, version)
    ) AS_KEY
    "#,
];

const DOWN: &[&str] = &[
    "DROP TABLE pyramids",
    "DROP TABLE pyramid_revisions",
    "DROP TABLE calibrations",
    "DROP TABLE tiers",
    "DROP TABLE tier_changes",
];
