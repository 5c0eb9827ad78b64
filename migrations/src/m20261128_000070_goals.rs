//! What satisfaction is held against: benchmarks that others report, and targets of our own.

crate::ddl::migration!(UP, DOWN);

const UP: &[&str] = &[
    r#"
    CREATE TABLE satisfaction_benchmarks (
        benchmark_id KEY_TEXT NOT NULL CONSTRAINT satisfaction_benchmarks_pkey PRIMARY KEY,
        document TEXT NOT NULL,
        revision BIGINT NOT NULL,
        create_time BIGINT NOT NULL,
        update_time BIGINT NOT NULL
    )
    "#,
    r#"
    CREATE TABLE satisfaction_targets (
        target_id KEY_TEXT NOT NULL CONSTRAINT satisfaction_targets_pkey PRIMARY KEY,
        document TEXT NOT NULL,
        revision BIGINT NOT NULL,
        create_time BIGINT NOT NULL,
        update_time BIGINT NOT NULL
    )
    "#,
];

const DOWN: &[&str] = &["DROP TABLE satisfaction_benchmarks", "DROP TABLE satisfaction_targets"];
