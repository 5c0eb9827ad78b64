//! Customers, their look-up tables, attribute definitions, touchpoints, and the settings of the deployment.

crate::ddl::migration!(UP, DOWN);

const UP: &[&str] = &[
    r#"
    CREATE TABLE deployment (
        id SMALLINT NOT NULL CONSTRAINT deployment_pkey PRIMARY KEY,
        currency TEXT NOT NULL,
        time_zone TEXT NOT NULL,
        create_time BIGINT NOT NULL
    )
    "#,
    r#"
    -- Narrow columns for filters and one JSON document, read and written whole. Facts never touch this table.
    CREATE TABLE customers (
        customer_id KEY_TEXT NOT NULL CONSTRAINT customers_pkey PRIMARY KEY,
        kind SMALLINT NOT NULL,
        display_name KEY_TEXT NOT NULL,
        document TEXT NOT NULL,
        revision BIGINT NOT NULL,
        create_time BIGINT NOT NULL,
        update_time BIGINT NOT NULL,
        delete_time BIGINT
    )
    "#,
    r#"
    CREATE INDEX customers_by_create_time ON customers (create_time, customer_id)
    "#,
    r#"
    -- Of the deleted ones only: a list of all others must not be tempted to begin here and sort.
    CREATE INDEX customers_by_delete_time ON customers (delete_time) WHERE delete_time IS NOT NULL
    "#,
    r#"
    -- The one table keyed by something else than the customer: what other systems call them.
    CREATE TABLE external_ids (
        system KEY_TEXT NOT NULL,
        external_id KEY_TEXT NOT NULL,
        customer_id KEY_TEXT NOT NULL,
        CONSTRAINT external_ids_pkey PRIMARY KEY (system, external_id)
    ) AS_KEY
    "#,
    r#"
    CREATE TABLE customer_labels (
        customer_id KEY_TEXT NOT NULL,
        label_key KEY_TEXT NOT NULL,
        label_value KEY_TEXT NOT NULL,
        CONSTRAINT customer_labels_pkey PRIMARY KEY (customer_id, label_key)
    ) AS_KEY
    "#,
    r#"
    CREATE INDEX customer_labels_by_value ON customer_labels (label_key, label_value, customer_id)
    "#,
    r#"
    CREATE TABLE customer_attributes (
        customer_id KEY_TEXT NOT NULL,
        attribute_key KEY_TEXT NOT NULL,
        value TEXT NOT NULL,
        CONSTRAINT customer_attributes_pkey PRIMARY KEY (customer_id, attribute_key)
    ) AS_KEY
    "#,
    r#"
    CREATE INDEX customer_attributes_by_key ON customer_attributes (attribute_key, customer_id)
    "#,
    r#"
    -- Makes a retried mutation of a customer harmless; kept for 7 days.
    CREATE TABLE customer_requests (
        customer_id KEY_TEXT NOT NULL,
        request_id BYTES NOT NULL,
        fingerprint BYTES NOT NULL,
        record_time BIGINT NOT NULL,
        CONSTRAINT customer_requests_pkey PRIMARY KEY (customer_id, request_id)
    ) AS_KEY
    "#,
    r#"
    CREATE INDEX customer_requests_by_time ON customer_requests (record_time)
    "#,
    r#"
    -- The same for resources that are not customers, by resource name.
    CREATE TABLE catalogue_requests (
        name KEY_TEXT NOT NULL,
        request_id BYTES NOT NULL,
        fingerprint BYTES NOT NULL,
        record_time BIGINT NOT NULL,
        CONSTRAINT catalogue_requests_pkey PRIMARY KEY (name, request_id)
    ) AS_KEY
    "#,
    r#"
    CREATE TABLE attribute_definitions (
        attribute_key KEY_TEXT NOT NULL CONSTRAINT attribute_definitions_pkey PRIMARY KEY,
        display_name TEXT NOT NULL,
        description TEXT NOT NULL,
        value_type SMALLINT NOT NULL,
        unit TEXT NOT NULL,
        revision BIGINT NOT NULL,
        create_time BIGINT NOT NULL,
        update_time BIGINT NOT NULL
    )
    "#,
    r#"
    CREATE TABLE touchpoints (
        touchpoint_id KEY_TEXT NOT NULL CONSTRAINT touchpoints_pkey PRIMARY KEY,
        display_name TEXT NOT NULL,
        journey KEY_TEXT NOT NULL,
        place BIGINT NOT NULL,
        kind SMALLINT NOT NULL,
        description TEXT NOT NULL,
        revision BIGINT NOT NULL,
        create_time BIGINT NOT NULL,
        update_time BIGINT NOT NULL
    )
    "#,
];

const DOWN: &[&str] = &[
    "DROP TABLE deployment",
    "DROP TABLE customers",
    "DROP TABLE external_ids",
    "DROP TABLE customer_labels",
    "DROP TABLE customer_attributes",
    "DROP TABLE customer_requests",
    "DROP TABLE catalogue_requests",
    "DROP TABLE attribute_definitions",
    "DROP TABLE touchpoints",
];
