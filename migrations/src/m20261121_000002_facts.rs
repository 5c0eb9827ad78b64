//! Facts, their notes and replacements, and what is summed from them: day buckets and summaries.

crate::ddl::migration!(UP, DOWN);

const UP: &[&str] = &[
    r#"
    CREATE TABLE facts (
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
        CONSTRAINT facts_pkey PRIMARY KEY (customer_id, kind, source, source_id)
    )
    "#,
    r#"
    CREATE INDEX facts_by_customer ON facts (customer_id, kind, occur_time, fact_id)
    "#,
    r#"
    CREATE INDEX facts_by_time ON facts (kind, occur_time, fact_id)
    "#,
    r#"
    -- Personal text, apart from the facts so that it can be erased without touching them.
    CREATE TABLE fact_notes (
        customer_id KEY_TEXT NOT NULL,
        fact_id BYTES NOT NULL,
        note TEXT NOT NULL,
        CONSTRAINT fact_notes_pkey PRIMARY KEY (customer_id, fact_id)
    )
    "#,
    r#"
    -- Which facts are replaced (by whom) or withdrawn (by nobody), also before they have come.
    CREATE TABLE replacements (
        customer_id KEY_TEXT NOT NULL,
        kind SMALLINT NOT NULL,
        source KEY_TEXT NOT NULL,
        source_id KEY_TEXT NOT NULL,
        by_source KEY_TEXT,
        by_source_id KEY_TEXT,
        record_time BIGINT NOT NULL,
        CONSTRAINT replacements_pkey PRIMARY KEY (customer_id, kind, source, source_id)
    ) AS_KEY
    "#,
    r#"
    -- What the facts of one customer on one day of the reporting time zone add up to.
    CREATE TABLE buckets (
        customer_id KEY_TEXT NOT NULL,
        day BIGINT NOT NULL,
        purchases BIGINT NOT NULL DEFAULT 0,
        returns BIGINT NOT NULL DEFAULT 0,
        promoted_purchases BIGINT NOT NULL DEFAULT 0,
        units BIGINT NOT NULL DEFAULT 0,
        lines BIGINT NOT NULL DEFAULT 0,
        costed_lines BIGINT NOT NULL DEFAULT 0,
        list_amount BIGINT NOT NULL DEFAULT 0,
        discount_amount BIGINT NOT NULL DEFAULT 0,
        net_revenue BIGINT NOT NULL DEFAULT 0,
        costed_revenue BIGINT NOT NULL DEFAULT 0,
        cost_of_goods BIGINT NOT NULL DEFAULT 0,
        interactions BIGINT NOT NULL DEFAULT 0,
        complaints BIGINT NOT NULL DEFAULT 0,
        praises BIGINT NOT NULL DEFAULT 0,
        suggestions BIGINT NOT NULL DEFAULT 0,
        inquiries BIGINT NOT NULL DEFAULT 0,
        service_requests BIGINT NOT NULL DEFAULT 0,
        visits BIGINT NOT NULL DEFAULT 0,
        follow_ups BIGINT NOT NULL DEFAULT 0,
        co_creations BIGINT NOT NULL DEFAULT 0,
        timed_interactions BIGINT NOT NULL DEFAULT 0,
        contact_seconds BIGINT NOT NULL DEFAULT 0,
        costed_interactions BIGINT NOT NULL DEFAULT 0,
        handling_cost BIGINT NOT NULL DEFAULT 0,
        payments BIGINT NOT NULL DEFAULT 0,
        amount_due BIGINT NOT NULL DEFAULT 0,
        amount_paid BIGINT NOT NULL DEFAULT 0,
        amount_withheld BIGINT NOT NULL DEFAULT 0,
        referrals BIGINT NOT NULL DEFAULT 0,
        dated_payments BIGINT NOT NULL DEFAULT 0,
        punctual_payments BIGINT NOT NULL DEFAULT 0,
        days_overdue BIGINT NOT NULL DEFAULT 0,
        CONSTRAINT buckets_pkey PRIMARY KEY (customer_id, day)
    ) AS_KEY
    "#,
    r#"
    -- How often a customer used what on a day: products it bought, channels it came through. Counted like the days, and
    -- apart from them because the words are open.
    CREATE TABLE uses (
        customer_id KEY_TEXT NOT NULL,
        kind SMALLINT NOT NULL,
        day BIGINT NOT NULL,
        word KEY_TEXT NOT NULL,
        uses BIGINT NOT NULL,
        CONSTRAINT uses_pkey PRIMARY KEY (customer_id, kind, day, word)
    ) AS_KEY
    "#,
    r#"
    -- One row per customer: what all its facts add up to. Its version is the compare-and-set of every write about the
    -- customer.
    CREATE TABLE summaries (
        customer_id KEY_TEXT NOT NULL CONSTRAINT summaries_pkey PRIMARY KEY,
        version BIGINT NOT NULL,
        delete_time BIGINT,
        stage SMALLINT NOT NULL,
        replacements BIGINT NOT NULL,
        gross BIGINT NOT NULL,
        purchases BIGINT NOT NULL DEFAULT 0,
        returns BIGINT NOT NULL DEFAULT 0,
        promoted_purchases BIGINT NOT NULL DEFAULT 0,
        units BIGINT NOT NULL DEFAULT 0,
        lines BIGINT NOT NULL DEFAULT 0,
        costed_lines BIGINT NOT NULL DEFAULT 0,
        list_amount BIGINT NOT NULL DEFAULT 0,
        discount_amount BIGINT NOT NULL DEFAULT 0,
        net_revenue BIGINT NOT NULL DEFAULT 0,
        costed_revenue BIGINT NOT NULL DEFAULT 0,
        cost_of_goods BIGINT NOT NULL DEFAULT 0,
        interactions BIGINT NOT NULL DEFAULT 0,
        complaints BIGINT NOT NULL DEFAULT 0,
        praises BIGINT NOT NULL DEFAULT 0,
        suggestions BIGINT NOT NULL DEFAULT 0,
        inquiries BIGINT NOT NULL DEFAULT 0,
        service_requests BIGINT NOT NULL DEFAULT 0,
        visits BIGINT NOT NULL DEFAULT 0,
        follow_ups BIGINT NOT NULL DEFAULT 0,
        co_creations BIGINT NOT NULL DEFAULT 0,
        timed_interactions BIGINT NOT NULL DEFAULT 0,
        contact_seconds BIGINT NOT NULL DEFAULT 0,
        costed_interactions BIGINT NOT NULL DEFAULT 0,
        handling_cost BIGINT NOT NULL DEFAULT 0,
        payments BIGINT NOT NULL DEFAULT 0,
        amount_due BIGINT NOT NULL DEFAULT 0,
        amount_paid BIGINT NOT NULL DEFAULT 0,
        amount_withheld BIGINT NOT NULL DEFAULT 0,
        referrals BIGINT NOT NULL DEFAULT 0,
        dated_payments BIGINT NOT NULL DEFAULT 0,
        punctual_payments BIGINT NOT NULL DEFAULT 0,
        days_overdue BIGINT NOT NULL DEFAULT 0
    ) AS_KEY
    "#,
    r#"
    -- What happened to a customer, in the order of its versions; ids only; kept for 30 days.
    CREATE TABLE changes (
        customer_id KEY_TEXT NOT NULL,
        version BIGINT NOT NULL,
        kind SMALLINT NOT NULL,
        fact_id BYTES,
        record_time BIGINT NOT NULL,
        CONSTRAINT changes_pkey PRIMARY KEY (customer_id, version)
    ) AS_KEY
    "#,
    r#"
    CREATE INDEX changes_by_time ON changes (record_time)
    "#,
];

const DOWN: &[&str] = &[
    "DROP TABLE facts",
    "DROP TABLE fact_notes",
    "DROP TABLE replacements",
    "DROP TABLE buckets",
    "DROP TABLE uses",
    "DROP TABLE summaries",
    "DROP TABLE changes",
];
