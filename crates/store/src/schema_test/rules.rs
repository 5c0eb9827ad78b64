//! The rules of the schema: everything about customers can be spread by customer, names are ours, keys are in byte
//! order, and what is counted has its column.

use std::collections::BTreeSet;

use guanxi_model::Counter;
use guanxi_testkit::Backend;

use super::catalogue::{Schema, Table, read};
use super::{Opened, on_each_database};

on_each_database! {
    tables_about_customers_have_the_customer_in_their_key_and_begin_with_it_but_for_two,
    nothing_crosses_customers,
    constraints_and_indexes_have_names_of_ours,
    keys_are_in_byte_order,
    counters_are_the_columns_of_buckets_and_summaries,
    times_sums_and_versions_have_64_bits,
}

/// What is not about one customer, or finds one: the settings, what other systems call customers, the catalogue,
/// pyramids, questionnaires, what the answers and contacts of many add up to, service standards with what was measured,
/// what satisfaction is held against, operations, and the list of the migrations.
const APART: [&str; 21] = [
    "attribute_definitions",
    "calibrations",
    "catalogue_requests",
    "contact_days",
    "deployment",
    "external_ids",
    "measurement_days",
    "measurement_replacements",
    "measurements",
    "operations",
    "pyramid_revisions",
    "pyramids",
    "questionnaire_revisions",
    "questionnaires",
    "response_cells",
    "satisfaction_benchmarks",
    "satisfaction_cells",
    "satisfaction_targets",
    "seaql_migrations",
    "service_standards",
    "touchpoints",
];
const MIGRATIONS: &str = "seaql_migrations";

fn about_customers(schema: &Schema) -> Vec<(&String, &Table)> {
    schema.tables.iter().filter(|(name, _)| !APART.contains(&name.as_str())).collect()
}

async fn tables_about_customers_have_the_customer_in_their_key_and_begin_with_it_but_for_two(opened: Opened) {
    let schema = read(&opened).await;
    let begins = |name: &str, table: &Table| {
        let by: &[&str] = match name {
            // What happened to customers is kept in the order in which it happened,
            "changes" => &["record_time", "customer_id"],
            // and facts are found in the order in which their sources number them.
            "facts" => &["source", "source_id", "kind", "customer_id"],
            _ => &["customer_id"],
        };
        table.primary_key.iter().zip(by).filter(|(one, by)| one == by).count() == by.len()
    };
    let others: Vec<_> = about_customers(&schema).into_iter().filter(|(name, table)| !begins(name, table)).collect();
    assert!(others.is_empty(), "{others:#?}");
    assert!(about_customers(&schema).len() >= 11, "{:?}", schema.tables.keys());
    for name in APART {
        let table = schema.tables.get(name).unwrap_or_else(|| panic!("{name} is gone: take it off the list"));
        assert!(!table.primary_key.iter().any(|column| column == "customer_id"), "{name} is no exception any more");
        let names_customers = table.columns.iter().any(|(column, _)| column == "customer_id");
        assert_eq!(names_customers, name == "external_ids", "{name}");
    }
}

async fn nothing_crosses_customers(opened: Opened) {
    let schema = read(&opened).await;
    assert_eq!((schema.triggers.as_slice(), schema.foreign_keys.as_slice()), (&[][..], &[][..]));
    for (name, table) in about_customers(&schema) {
        for (index, about) in table.indexes.iter().filter(|(_, index)| index.unique) {
            assert!(about.columns.iter().any(|column| column == "customer_id"), "{index} of {name} is unique over all");
        }
    }
}

async fn constraints_and_indexes_have_names_of_ours(opened: Opened) {
    let schema = read(&opened).await;
    for (name, table) in schema.tables.iter().filter(|(name, _)| *name != MIGRATIONS) {
        assert_eq!(table.constraints, [Some(format!("{name}_pkey"))], "{name}");
        for index in table.indexes.keys() {
            assert!(index.starts_with(&format!("{name}_by_")), "{index} of {name}");
        }
    }
}

async fn keys_are_in_byte_order(opened: Opened) {
    let byte_order = if opened.backend == Backend::Postgres { ["C", ""] } else { ["BINARY", "BINARY"] };
    for (name, table) in read(&opened).await.tables.iter().filter(|(name, _)| *name != MIGRATIONS) {
        assert!(!table.collations.is_empty(), "{name} has a key");
        for (column, collation) in &table.collations {
            assert!(byte_order.contains(&collation.as_str()), "{name}.{column} is in the order of {collation}");
            let has_one = table.columns.iter().any(|(known, kind)| known == column && kind == "TEXT");
            assert!(!(has_one && collation.is_empty()), "{name}.{column} is text without an order");
        }
    }
}

async fn counters_are_the_columns_of_buckets_and_summaries(opened: Opened) {
    let schema = read(&opened).await;
    let counters: Vec<&str> = Counter::ALL.iter().map(|counter| counter.name()).collect();
    for (table, fixed) in [
        ("buckets", &["customer_id", "day", "uses"][..]),
        ("summaries", &["customer_id", "version", "delete_time", "stage", "replacements", "gross"]),
    ] {
        let fixed = BTreeSet::from_iter(fixed.iter().copied());
        let columns = schema.tables[table].columns.iter().map(|(column, _)| column.as_str());
        let (others, counted): (Vec<&str>, Vec<&str>) = columns.partition(|column| fixed.contains(column));
        assert_eq!((counted, others.len()), (counters.clone(), fixed.len()), "{table}");
    }
}

async fn times_sums_and_versions_have_64_bits(opened: Opened) {
    /// Words and flags, which are few.
    const SMALL: [&str; 13] = [
        "id",
        "kind",
        "value_type",
        "state",
        "type",
        "stage",
        "reason",
        "face",
        "span",
        "method",
        "shard",
        "purpose",
        "course",
    ];
    for (name, table) in read(&opened).await.tables.iter().filter(|(name, _)| *name != MIGRATIONS) {
        for (column, kind) in &table.columns {
            let small = SMALL.contains(&column.as_str())
                || ["cancel_requested", "renewal", "is_primary"].contains(&column.as_str());
            match kind.as_str() {
                "TEXT" | "BLOB" | "BYTEA" => assert!(!column.ends_with("_time"), "{name}.{column} is {kind}"),
                "SMALLINT" => assert!(small, "{name}.{column} is {kind}"),
                kind => assert_eq!(kind, "BIGINT", "{name}.{column}"),
            }
        }
    }
}
