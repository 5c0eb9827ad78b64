//! Walks over the facts of everybody: page by page they find what there is, once, in the order of customers.

use guanxi_model::fact::{Direction, FactKind, InteractionPurpose};
use guanxi_model::{CustomerId, FactId, Timestamp, Words};
use guanxi_testkit::Backend;
use sea_orm::ConnectionTrait as _;

use super::{Opened, on_each_database};
use crate::FactPlace;

on_each_database! {
    facts_of_everybody_are_walked_page_by_page,
}

/// What is walked through: customers of whom one is called as another begins, moments that are the same and before 1970.
fn places() -> Vec<FactPlace> {
    let mut places = Vec::new();
    for customer in ["ben", "ada-1", "ada"] {
        for (number, time) in (1..).zip([7, 0, -5, 0, 0]) {
            places.push(place(customer, FactKind::Interaction, (time, number)));
        }
    }
    places
}

fn place(customer: &str, kind: FactKind, (time, number): (i64, u8)) -> FactPlace {
    // The later has the lower id.
    let id = FactId::from_bytes([255 - number; 16]);
    FactPlace { customer: CustomerId::parse(customer).unwrap(), kind, occur_time: Timestamp(time), id }
}

async fn put(opened: &Opened, FactPlace { customer, kind, occur_time, id }: &FactPlace, state: i16) {
    let hex: String = id.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    let id = match opened.backend {
        Backend::Sqlite => format!("x'{hex}'"),
        Backend::Postgres => format!("'\\x{hex}'"),
    };
    let purpose = InteractionPurpose::Service;
    let body = serde_json::json!({ "direction": Direction::Inbound, "purpose": purpose });
    let insert = format!(
        "INSERT INTO facts (customer_id, kind, source, source_id, fact_id, occur_time, record_time, state, type, body) \
         VALUES ('{customer}', {}, 'shop', '{hex}-{state}', {id}, {}, 0, {state}, {}, '{body}')",
        kind.code(),
        occur_time.0,
        purpose.code()
    );
    opened.store.pools.writer.execute_unprepared(&insert).await.unwrap();
}

async fn facts_of_everybody_are_walked_page_by_page(opened: Opened) {
    let mut wanted = places();
    for place in &wanted {
        put(&opened, place, 1).await;
    }
    // Replaced, too early, too late, of another kind.
    put(&opened, &place("ada", FactKind::Interaction, (0, 9)), 2).await;
    put(&opened, &place("ada", FactKind::Interaction, (-6, 9)), 1).await;
    put(&opened, &place("ada", FactKind::Interaction, (8, 8)), 1).await;
    put(&opened, &place("ada", FactKind::Payment, (0, 7)), 1).await;
    wanted.sort_by_key(|place| (place.customer.clone(), place.occur_time, *place.id.as_bytes()));
    let (reader, time) = (opened.store.reader(), (Timestamp(-5), Timestamp(7)));
    for limit in [1, 2, 4, 100] {
        let (mut facts, mut services) = (Vec::<FactPlace>::new(), Vec::<FactPlace>::new());
        loop {
            let page = reader.facts_after(FactKind::Interaction, time, (facts.last(), limit)).await.unwrap();
            facts.extend(page.iter().map(FactPlace::of));
            let page = reader.services_after(time, (services.last(), limit)).await.unwrap();
            services.extend(page.iter().map(|service| service.place.clone()));
            if page.is_empty() {
                break;
            }
        }
        assert_eq!(facts, wanted, "{limit} a page");
        assert_eq!(services, wanted, "{limit} a page");
    }
}
