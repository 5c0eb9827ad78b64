//! What was used on a day becomes a part of the day: it is written with it and read with it, and had a page of its own to
//! find and to write for every purchase.

use crate::ddl::Each;

crate::ddl::migration!(
    each: Each(&[DAY, POSTGRES_UP, TABLE_GONE], &[DAY, SQLITE_UP, TABLE_GONE]),
    Each(&[TABLE, POSTGRES_DOWN, DAY_GONE], &[TABLE, SQLITE_DOWN, DAY_GONE])
);

/// A line each: an array of kind, word and how often.
const DAY: &str = "ALTER TABLE buckets ADD COLUMN uses TEXT NOT NULL DEFAULT ''";
const DAY_GONE: &str = "ALTER TABLE buckets DROP COLUMN uses";

const TABLE: &str = "
    CREATE TABLE uses (
        customer_id KEY_TEXT NOT NULL,
        kind SMALLINT NOT NULL,
        day BIGINT NOT NULL,
        word KEY_TEXT NOT NULL,
        uses BIGINT NOT NULL,
        CONSTRAINT uses_pkey PRIMARY KEY (customer_id, kind, day, word)
    ) AS_KEY
    ";
const TABLE_GONE: &str = "DROP TABLE uses";

const POSTGRES_UP: &str = "
    UPDATE buckets SET uses = used.uses FROM (
        SELECT u.customer_id, u.day, string_agg(json_build_array(u.kind, u.word, u.uses) || chr(10), '') AS uses
        FROM uses u WHERE u.uses <> 0 GROUP BY u.customer_id, u.day
    ) AS used WHERE buckets.customer_id = used.customer_id AND buckets.day = used.day
    ";
const SQLITE_UP: &str = "
    UPDATE buckets SET uses = COALESCE((
        SELECT group_concat(json_array(u.kind, u.word, u.uses) || char(10), '') FROM uses u
        WHERE u.customer_id = buckets.customer_id AND u.kind IN (1, 2) AND u.day = buckets.day AND u.uses <> 0
    ), '')
    ";

const POSTGRES_DOWN: &str = "
    INSERT INTO uses SELECT b.customer_id, (u.one ->> 0)::smallint, b.day, u.one ->> 1, SUM((u.one ->> 2)::bigint)
    FROM buckets b, json_array_elements(('[' || rtrim(replace(b.uses, chr(10), ','), ',') || ']')::json) AS u (one)
    GROUP BY 1, 2, 3, 4
    ";
const SQLITE_DOWN: &str = "
    INSERT INTO uses SELECT b.customer_id, u.value ->> 0, b.day, u.value ->> 1, SUM(u.value ->> 2)
    FROM buckets b, json_each('[' || rtrim(replace(b.uses, char(10), ','), ',') || ']') u
    GROUP BY 1, 2, 3, 4
    ";
