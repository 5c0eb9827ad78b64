//! Long-running operations.

crate::ddl::migration!(UP, DOWN);

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
