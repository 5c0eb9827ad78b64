//! What happened to customers, in the order in which it happened.

crate::ddl::migration!(UP, DOWN);

const UP: &[&str] = &[
    r#"
    CREATE TABLE kept_changes AS SELECT * FROM changes
    "#,
    r#"
    DROP TABLE changes
    "#,
    r#"
    -- What happened to customers, in the order in which it happened; ids only; kept for 30 days. New rows are the last of the key,
    -- so that a batch about many customers writes a page of them, not one for each customer.
    CREATE TABLE changes (
        customer_id KEY_TEXT NOT NULL,
        version BIGINT NOT NULL,
        kind SMALLINT NOT NULL,
        fact_id BYTES,
        record_time BIGINT NOT NULL,
        CONSTRAINT changes_pkey PRIMARY KEY (record_time, customer_id, version)
    ) AS_KEY
    "#,
    r#"
    INSERT INTO changes (customer_id, version, kind, fact_id, record_time)
    SELECT customer_id, version, kind, fact_id, record_time FROM kept_changes
    ORDER BY record_time, customer_id, version
    "#,
    r#"
    DROP TABLE kept_changes
    "#,
];

const DOWN: &[&str] = &[
    "CREATE TABLE kept_changes AS SELECT * FROM changes",
    "DROP TABLE changes",
    r#"
    CREATE TABLE changes (
        customer_id KEY_TEXT NOT NULL,
        version BIGINT NOT NULL,
        kind SMALLINT NOT NULL,
        fact_id BYTES,
        record_time BIGINT NOT NULL,
        CONSTRAINT changes_pkey PRIMARY KEY (customer_id, version)
    ) AS_KEY
    "#,
    "CREATE INDEX changes_by_time ON changes (record_time)",
    r#"
    INSERT INTO changes (customer_id, version, kind, fact_id, record_time)
    SELECT customer_id, version, kind, fact_id, record_time FROM kept_changes
    "#,
    "DROP TABLE kept_changes",
];
