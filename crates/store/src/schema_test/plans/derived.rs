//! The plans of what is read and written beside the facts, and of what reads everything: sums, cells, invitations,
//! populations, and what is forgotten.

use std::collections::{BTreeMap, BTreeSet};

use guanxi_model::customer::ExternalId;
use guanxi_model::fact::{CollectionMethod, FactKey, FactKind};
use guanxi_model::filter::Filter;
use guanxi_model::page::KeyPart;
use guanxi_model::{
    AttributeKey, CustomerId, Day, FactId, LabelKey, PyramidId, QuestionnaireId, RequestId, RevisionNumber,
    ServiceStandardId, SourceName, Timestamp,
};
use guanxi_satisfaction::cube::{Face, Place, Placed, Span, Sums};
use guanxi_segmentation::{self as segmentation, Needs};
use sea_orm::ConnectionTrait as _;

use super::super::{Opened, on_each_database};
use super::{Watched, counters, customer};
use crate::approaches::{Whose, approaches};
use crate::bulk::{self, Column, Rows, text};
use crate::ledger::Keys;
use crate::tiers::seats;
use crate::{Active, CellQuery, Expired, FactPlace, MEASUREMENT_FILTER, MeasurementQuery, PAGE};

on_each_database! {
    deleted_customers_are_found_by_their_index,
    what_a_batch_needs_is_found_by_key_before_there_are_statistics,
    population_is_read_in_the_order_of_its_key,
    population_is_read_in_the_order_of_its_key_before_there_are_statistics,
    invitations_and_what_speaks_against_them_are_found_by_customer,
    cells_are_found_by_their_keys,
    records_are_walked_by_customer,
    services_are_walked_by_customer,
    measurements_are_listed_by_their_index_and_summed_by_key,
}

async fn deleted_customers_are_found_by_their_index(opened: Opened) {
    let watched = Watched::on(opened).await;
    let tx = watched.store.begin().await.unwrap();
    watched.sent.lock().unwrap().clear();
    assert_eq!(tx.forget(Expired::Customers, Timestamp(0), 500).await.unwrap(), 0);
    drop(tx);
    watched.sent.lock().unwrap().truncate(1);
    watched.finds(&["customers_by_delete_time"]).await;
}

async fn what_a_batch_needs_is_found_by_key_before_there_are_statistics(opened: Opened) {
    const CUSTOMER: &[Column] = &[text("customer_id")];
    let watched = Watched::before_statistics(opened).await;
    let newcomers: Vec<CustomerId> = (1..=64).map(|n| CustomerId::parse(format!("d-{n}")).unwrap()).collect();
    for customer in &newcomers {
        let known = format!(
            "INSERT INTO summaries (customer_id, version, stage, replacements, gross) VALUES ('{customer}', 1, 1, 1, 0)"
        );
        watched.store.pools.writer.execute_unprepared(&known).await.unwrap();
    }
    watched.sent.lock().unwrap().clear();
    let tx = watched.store.begin().await.unwrap();
    tx.load(&everything_about(&newcomers), &every_need(), Day(0)).await.unwrap();
    for table in ["external_ids", "customer_labels", "customer_attributes", "occasions"] {
        let mut rows = Rows::new(CUSTOMER);
        newcomers.iter().for_each(|customer| rows.push([customer.as_str().into()]));
        assert_eq!(bulk::delete_of_customers(tx.connection(), table, rows).await.unwrap(), 0);
    }
    drop(tx);
    let indexes = [
        "summaries_pkey",
        "tiers_pkey",
        "buckets_pkey",
        "customer_attributes_pkey|customer_attributes_by_key",
        "customers_pkey",
        // Of a table as small as this, PostgreSQL takes one index for as good as the other.
        "facts_pkey|facts_by_customer",
        "invitations_pkey",
        "replacements_pkey",
        "facts_by_customer",
        "invitations_pkey",
        "facts_by_customer",
        "customer_requests_pkey",
        "external_ids_pkey",
        "external_ids_by_customer",
        "customer_labels_pkey",
        "customer_attributes_pkey",
        "occasions_pkey",
    ];
    watched.find_each(&indexes).await;
}

/// Of customers of whom there is nothing but their summaries.
fn everything_about(customers: &[CustomerId]) -> Keys {
    let (kind, key) =
        (FactKind::Purchase, FactKey { source: SourceName::parse("shop").unwrap(), source_id: "x".into() });
    let each = || customers.iter().cloned();
    Keys {
        customers: each().collect(),
        records: each().collect(),
        facts: each().map(|customer| (customer, (kind, key.clone()))).collect(),
        all_facts: each().map(|customer| (customer, FactKind::SatisfactionRecord)).collect(),
        approaches: each().map(|customer| (customer, Timestamp(0))).collect(),
        invitations: each().map(|customer| (customer, "i-1".to_owned())).collect(),
        requests: each().map(|customer| (customer, RequestId::from_bytes([7; 16]))).collect(),
        external_ids: each().map(|customer| external_id(&customer)).collect(),
        ..Keys::default()
    }
}

fn external_id(customer: &CustomerId) -> ExternalId {
    ExternalId { system: SourceName::parse("erp").unwrap(), id: customer.to_string() }
}

fn every_need() -> Needs {
    Needs {
        counters: counters(),
        days: segmentation::Span::Days(30),
        products: segmentation::Span::Days(60),
        attributes: BTreeSet::from([AttributeKey::parse("size").unwrap()]),
    }
}

async fn population_is_read_in_the_order_of_its_key(opened: Opened) {
    let watched = Watched::on(opened).await;
    pages_of_everybody(&watched).await;
    // A page of many: of nearly all, PostgreSQL reads the table through.
    let (page, keys) = (("c-5", "c-51"), ["k", "l"].map(|key| LabelKey::parse(key).unwrap()));
    watched.reader.labels_between(page, &keys).await.ok();
    watched.finds(&["customer_labels_pkey"]).await;
    watched.reader.channels_between(page).await.ok();
    watched.finds(&["buckets_pkey"]).await;
}

async fn population_is_read_in_the_order_of_its_key_before_there_are_statistics(opened: Opened) {
    pages_of_everybody(&Watched::before_statistics(opened).await).await;
}

async fn pages_of_everybody(watched: &Watched) {
    let somebody =
        "INSERT INTO summaries (customer_id, version, stage, replacements, gross) VALUES ('d-1', 1, 1, 0, 0)";
    watched.store.pools.writer.execute_unprepared(somebody).await.unwrap();
    watched.sent.lock().unwrap().clear();
    let pyramid = PyramidId::parse("p-1").unwrap();
    for after in ["", "c-5"] {
        let nothing = Needs::default();
        watched.reader.seated((&pyramid, 1), &counters(), (&nothing, Day(0)), (after, 1000)).await.ok();
        page_and_tiers(watched).await;
        watched.reader.population(&counters(), (after, 1000)).await.ok();
        watched.uses(&["summaries_pkey"]).await;
        watched.reader.placed((&pyramid, None), &counters(), (after, 1000)).await.unwrap();
        page_and_tiers(watched).await;
        watched.reader.ranked_records(&pyramid, after, 500).await.ok();
        watched.uses(&["customers_pkey", "tiers_pkey"]).await;
    }
}

/// Customers, and then where they stand.
async fn page_and_tiers(watched: &Watched) {
    let mut page = std::mem::take(&mut *watched.sent.lock().unwrap());
    page.retain(|statement| statement.sql.starts_with("SELECT"));
    let tiers = page.split_off(1);
    watched.sent.lock().unwrap().extend(page);
    watched.uses(&["summaries_pkey"]).await;
    watched.sent.lock().unwrap().extend(tiers);
    watched.finds(&["tiers_pkey"]).await;
}

async fn invitations_and_what_speaks_against_them_are_found_by_customer(opened: Opened) {
    let watched = Watched::on(opened).await;
    for after in ["", "i-7"] {
        watched.reader.invitations(&customer(), after, 51).await.ok();
        watched.finds(&["invitations_pkey"]).await;
    }
    let by_customer = ["invitations_pkey", "facts_by_customer", "facts_by_customer"];
    // Of customers without facts, since the bodies here say nothing.
    let silent = ["c-100", "c-101"].map(|id| CustomerId::parse(id).unwrap());
    watched.reader.approaches(&silent, Timestamp(30_000)).await.unwrap();
    // Nobody was told what came of answers that nobody has given.
    watched.find_each(&by_customer[..2]).await;
    let id = QuestionnaireId::parse("q-7").unwrap();
    watched.reader.responses(&id, (Timestamp(10), Timestamp(5_000)), (Timestamp(1), 1_001)).await.ok();
    watched.finds(&["invitations_by_questionnaire"]).await;
    let active = Active { number: RevisionNumber::FIRST, generation: 1, time: Timestamp(1) };
    let of = (&PyramidId::parse("p-1").unwrap(), active);
    // After the last one: nothing is asked of a page that is empty.
    watched.reader.drawable(Some(of), Timestamp(30_000), ("d", 50)).await.unwrap();
    watched.finds(&["customers_pkey", "summaries_pkey"]).await;
    seats(watched.reader.reports(), ("c-100", "c-101"), (of.0, active.generation)).await.unwrap();
    watched.finds(&["tiers_pkey"]).await;
    let page = Whose::Between("c-100", "c-101");
    approaches(watched.reader.reports(), &page, Timestamp(30_000)).await.unwrap();
    watched.find_each(&by_customer[..2]).await;
}

async fn cells_are_found_by_their_keys(opened: Opened) {
    let watched = Watched::on(opened).await;
    let questionnaire = QuestionnaireId::parse("q-1").unwrap();
    let days = |from, to| (Day(from), Day(to));
    for (first, index) in [(None, "satisfaction_cells_pkey"), (Some("k-7".to_owned()), "satisfaction_cells_by_key")] {
        let spans = [(Span::Day, days(3, 5)), (Span::Month, days(6, 9)), (Span::Day, days(10, 12))];
        let wanted = CellQuery {
            questionnaire: questionnaire.clone(),
            number: RevisionNumber::FIRST,
            face: Face::Handler,
            spans: spans.into_iter().map(|(span, (from, to))| (span, from, to)).collect(),
            first,
        };
        watched.reader.cells(&wanted, |_, _| true).await.unwrap();
        watched.uses(&[index]).await;
    }
    let days = [(Span::Day, Day(3), Day(5)), (Span::Month, Day(6), Day(9))];
    watched.reader.response_cells(&questionnaire, &days, |_, _| {}).await.unwrap();
    watched.uses(&["response_cells_pkey"]).await;
    let place = Place { face: Face::Handler, first: "k-7".into(), second: String::new() };
    let placed = Placed { place, span: Span::Day, start: Day(3), method: CollectionMethod::SelfCompletion };
    let cells = BTreeMap::from([(((questionnaire, RevisionNumber::FIRST), placed), Sums::decode(&[2, 4]).unwrap())]);
    let tx = watched.store.begin().await.unwrap();
    for _ in 0..2 {
        watched.sent.lock().unwrap().clear();
        tx.add_to_cells(&cells, 9).await.unwrap();
    }
    drop(tx);
    // What is there is read, and then changed: no more statements than that.
    let sent = std::mem::take(&mut *watched.sent.lock().unwrap());
    assert_eq!(sent.len(), 2, "{sent:?}");
}

fn place(kind: FactKind) -> FactPlace {
    FactPlace { customer: customer(), kind, occur_time: Timestamp(7), id: FactId::from_bytes([7; 16]) }
}

/// In pages as large as operations ask for, of a table of which such a page is a small part: of a table that is hardly larger
/// PostgreSQL rather sorts all of it.
async fn records_are_walked_by_customer(opened: Opened) {
    const MANY: &str = "INSERT INTO facts SELECT 'r-' || lpad((n / 10)::text, 6, '0'), 5, 'shop', 's-' || n % 10, \
         decode(md5(n::text), 'hex'), n / 10, n, 1, 1, NULL, NULL, NULL, '{}' FROM generate_series(1, 200000) n";
    let watched = Watched::on(opened).await;
    watched.fill(&[MANY, "ANALYZE facts"]).await;
    let time = (Timestamp(0), Timestamp(50_000));
    for after in [None, Some(place(FactKind::SatisfactionRecord))] {
        let page = (after.as_ref(), PAGE);
        watched.reader.facts_after(FactKind::SatisfactionRecord, time, page).await.ok();
        watched.uses(&["facts_by_customer"]).await;
    }
}

/// The same of contacts and returns, which are a part of what there is of a customer.
async fn services_are_walked_by_customer(opened: Opened) {
    const MANY: &str = "INSERT INTO facts SELECT 'r-' || lpad((n / 10)::text, 6, '0'), 1 + n % 2, 'shop', 's-' || n % 10, \
         decode(md5(n::text), 'hex'), n / 10, n, 1, 1 + n % 11, NULL, NULL, NULL, '{}' FROM generate_series(1, 200000) n";
    let watched = Watched::on(opened).await;
    watched.fill(&[MANY, "ANALYZE facts"]).await;
    let time = (Timestamp(0), Timestamp(50_000));
    for after in [None, Some(place(FactKind::Interaction))] {
        watched.reader.services_after(time, (after.as_ref(), PAGE)).await.ok();
        watched.uses(&["facts_by_customer"]).await;
    }
}

async fn measurements_are_listed_by_their_index_and_summed_by_key(opened: Opened) {
    let watched = Watched::on(opened).await;
    let standard = ServiceStandardId::parse("s-1").unwrap();
    for after in [None, Some(vec![KeyPart::Int(10_000), KeyPart::Bytes(vec![7; 16])])] {
        for filter in ["", "branch = north"] {
            let filter = Filter::parse(filter, &MEASUREMENT_FILTER).unwrap();
            let (standard, after) = (standard.clone(), after.clone());
            let list = MeasurementQuery { standard, filter, show_replaced: false, limit: 50, after };
            watched.reader.measurements(&list).await.ok();
            watched.uses(&["measurements_by_time"]).await;
        }
    }
    watched.reader.measured_days(&standard, (Day(100), Day(200)), (Some("north"), None)).await.ok();
    watched.finds(&["measurement_days_pkey"]).await;
    watched.reader.contact_counts((Day(100), Day(110)), (Some("web"), true), 1_000).await.ok();
    watched.finds(&["contact_days_pkey"]).await;
}
