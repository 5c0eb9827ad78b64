//! What is left of a customer that is purged: an empty summary that keeps its id, and nothing else but its changes, which
//! go by themselves and are older than its deletion.

use guanxi_model::Timestamp;
use sea_orm::ConnectionTrait as _;

use super::catalogue::read;
use super::{Opened, on_each_database};
use crate::Expired;

on_each_database! {
    purge_leaves_nothing_about_a_customer_but_its_id,
}

async fn purge_leaves_nothing_about_a_customer_but_its_id(opened: Opened) {
    let tables: Vec<_> = read(&opened).await.tables.into_iter().collect();
    let about = tables.iter().filter(|(_, table)| table.columns.iter().any(|(column, _)| column == "customer_id"));
    let about: Vec<_> = about.collect();
    for customer in ["ada", "ben"] {
        for (name, table) in &about {
            let cell = |(column, kind): &(String, String)| match (column.as_str(), kind.as_str()) {
                ("customer_id", _) => format!("'{customer}'"),
                // Unique over all customers.
                ("external_id", _) => format!("'{customer}'"),
                ("delete_time", _) if customer == "ben" => "NULL".to_owned(),
                (_, "TEXT") => "'x'".to_owned(),
                (_, "BLOB") => "x'01'".to_owned(),
                (_, "BYTEA") => "'\\x01'".to_owned(),
                _ => "1".to_owned(),
            };
            let cells: Vec<String> = table.columns.iter().map(cell).collect();
            let sql = format!("INSERT INTO {name} VALUES ({})", cells.join(", "));
            opened.store.pools.writer.execute_unprepared(&sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        }
    }
    let tx = opened.store.begin().await.unwrap();
    assert_eq!(tx.forget(Expired::Customers, Timestamp(2), 500).await.unwrap(), 1);
    tx.commit().await.unwrap();
    for (name, _) in &about {
        let left = opened.texts(&format!("SELECT customer_id FROM {name} ORDER BY customer_id")).await;
        let keeps = ["summaries", "changes"].contains(&name.as_str());
        let expected: &[&str] = if keeps { &["ada", "ben"] } else { &["ben"] };
        assert_eq!(left, expected, "{name}");
    }
}
