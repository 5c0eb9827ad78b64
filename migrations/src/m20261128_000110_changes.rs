//! What happened to customers, in the order in which it happened: new rows are the last of the key, so that a batch about
//! many customers writes a page of them, not one for each customer.

use crate::ddl::Each;

crate::ddl::migration!(each: Each(POSTGRES_UP, SQLITE_UP), Each(POSTGRES_DOWN, SQLITE_DOWN));

/// In place: servers may be writing meanwhile, and wait.
const POSTGRES_UP: &[&str] = &[
    "ALTER TABLE changes DROP CONSTRAINT changes_pkey, \
     ADD CONSTRAINT changes_pkey PRIMARY KEY (record_time, customer_id, version)",
    "DROP INDEX changes_by_time",
];

const POSTGRES_DOWN: &[&str] = &[
    "ALTER TABLE changes DROP CONSTRAINT changes_pkey, ADD CONSTRAINT changes_pkey PRIMARY KEY (customer_id, version)",
    "CREATE INDEX changes_by_time ON changes (record_time)",
];

/// SQLite cannot change a key: the rows go from one table into another.
macro_rules! changes_by_key {
    ($key:literal) => {
        concat!(
            "CREATE TABLE changes (
                customer_id KEY_TEXT NOT NULL,
                version BIGINT NOT NULL,
                kind SMALLINT NOT NULL,
                fact_id BYTES,
                record_time BIGINT NOT NULL,
                CONSTRAINT changes_pkey PRIMARY KEY (",
            $key,
            ")) AS_KEY"
        )
    };
}

const SQLITE_UP: &[&str] = &[
    "ALTER TABLE changes RENAME TO kept_changes",
    changes_by_key!("record_time, customer_id, version"),
    // By the index that has them in the new order: nothing is sorted in memory.
    "INSERT INTO changes SELECT * FROM kept_changes INDEXED BY changes_by_time \
     ORDER BY record_time, customer_id, version",
    "DROP TABLE kept_changes",
];

const SQLITE_DOWN: &[&str] = &[
    "ALTER TABLE changes RENAME TO kept_changes",
    changes_by_key!("customer_id, version"),
    "INSERT INTO changes SELECT * FROM kept_changes ORDER BY customer_id, version",
    "DROP TABLE kept_changes",
    "CREATE INDEX changes_by_time ON changes (record_time)",
];
