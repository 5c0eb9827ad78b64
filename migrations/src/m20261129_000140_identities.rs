//! A fact is found by its identity in the order in which its source numbers its facts: those that come one after the other
//! lie side by side in the key, where each lay with its customer, on a page of its own.

use crate::ddl::Each;

crate::ddl::migration!(each: Each(POSTGRES_UP, SQLITE_UP), Each(POSTGRES_DOWN, SQLITE_DOWN));

macro_rules! by_source {
    () => {
        "source, source_id, kind, customer_id"
    };
}
macro_rules! by_customer {
    () => {
        "customer_id, kind, source, source_id"
    };
}

/// In place: what servers would write meanwhile is refused after their `lock_timeout`.
macro_rules! postgres {
    ($key:expr) => {
        &[concat!("ALTER TABLE facts DROP CONSTRAINT facts_pkey, ADD CONSTRAINT facts_pkey PRIMARY KEY (", $key, ")")]
    };
}

/// SQLite cannot change a key: the rows go from one table into another.
macro_rules! sqlite {
    ($key:expr) => {
        &[
            "ALTER TABLE facts RENAME TO kept_facts",
            concat!(
                "CREATE TABLE facts (
                    customer_id KEY_TEXT NOT NULL,
                    kind SMALLINT NOT NULL,
                    source KEY_TEXT NOT NULL,
                    source_id KEY_TEXT NOT NULL,
                    fact_id BYTES NOT NULL,
                    occur_time BIGINT NOT NULL,
                    record_time BIGINT NOT NULL,
                    state SMALLINT NOT NULL,
                    type SMALLINT NOT NULL,
                    channel KEY_TEXT,
                    replaces_source KEY_TEXT,
                    replaces_source_id KEY_TEXT,
                    body TEXT NOT NULL,
                    CONSTRAINT facts_pkey PRIMARY KEY (",
                $key,
                "))"
            ),
            "INSERT INTO facts SELECT * FROM kept_facts ORDER BY rowid",
            "DROP TABLE kept_facts",
            "CREATE INDEX facts_by_customer ON facts (customer_id, kind, occur_time, fact_id)",
            "CREATE INDEX facts_by_time ON facts (kind, occur_time, fact_id)",
        ]
    };
}

const POSTGRES_UP: &[&str] = postgres!(by_source!());
const POSTGRES_DOWN: &[&str] = postgres!(by_customer!());
const SQLITE_UP: &[&str] = sqlite!(by_source!());
const SQLITE_DOWN: &[&str] = sqlite!(by_customer!());
