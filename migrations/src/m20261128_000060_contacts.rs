//! How many contacts there were for what reason, and what they are held against: purchases and active customers.

crate::ddl::migration!(UP, DOWN);

const UP: &[&str] = &[r#"
    -- Not about one customer, and written as satisfaction_cells are: last, each writer in a shard of its own. Facts from
    -- before this table are not counted. kind is 1 for contacts, 2 for sales, 3 for customers who became active less those
    -- who are no longer; of 2 and 3 the rest of the key is empty. course is 1 where bad feelings turned good, 2 where they
    -- did not.
    CREATE TABLE contact_days (
        kind SMALLINT NOT NULL,
        day BIGINT NOT NULL,
        purpose SMALLINT NOT NULL,
        channel KEY_TEXT NOT NULL,
        topic KEY_TEXT NOT NULL,
        course SMALLINT NOT NULL,
        shard SMALLINT NOT NULL,
        occurrences BIGINT NOT NULL,
        CONSTRAINT contact_days_pkey PRIMARY KEY (kind, day, purpose, channel, topic, course, shard)
    ) AS_KEY
    "#];

const DOWN: &[&str] = &["DROP TABLE contact_days"];
