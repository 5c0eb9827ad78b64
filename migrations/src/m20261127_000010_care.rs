//! What follows from a tier: decisions about tiers and customers, and the look-up of occasions.
//!
//! Occasions of customers that are there already are looked up from the next write of their records on: what is in a
//! document cannot be taken apart here.

crate::ddl::migration!(UP, DOWN);

const UP: &[&str] = &[
    r#"
    -- Only ever added to. About a customer, with an empty tier, or about a tier, with an empty customer: so all about one
    -- target lies together, in the order in which it was decided.
    CREATE TABLE target_decisions (
        customer_id KEY_TEXT NOT NULL,
        pyramid_id KEY_TEXT NOT NULL,
        tier KEY_TEXT NOT NULL,
        decision_id BYTES NOT NULL,
        kind SMALLINT NOT NULL,
        decided_by TEXT NOT NULL,
        reason TEXT NOT NULL,
        review_day BIGINT,
        request_id BYTES,
        record_time BIGINT NOT NULL,
        CONSTRAINT target_decisions_pkey PRIMARY KEY (customer_id, pyramid_id, tier, decision_id)
    )
    "#,
    r#"
    CREATE INDEX target_decisions_by_pyramid ON target_decisions (pyramid_id, decision_id)
    "#,
    r#"
    -- Days worth getting in touch on, copied out of the customer's document to look up by. kind is 1 for one day (days since
    -- 1970), 2 for one of every year (month * 100 + day of the month), which does not fall before since.
    CREATE TABLE occasions (
        customer_id KEY_TEXT NOT NULL,
        ordinal BIGINT NOT NULL,
        kind SMALLINT NOT NULL,
        falls_on BIGINT NOT NULL,
        since BIGINT,
        CONSTRAINT occasions_pkey PRIMARY KEY (customer_id, ordinal)
    )
    "#,
    r#"
    CREATE INDEX occasions_by_day ON occasions (kind, falls_on, customer_id)
    "#,
];

const DOWN: &[&str] = &["DROP TABLE target_decisions", "DROP TABLE occasions"];
