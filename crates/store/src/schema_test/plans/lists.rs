//! The plans of what callers list and look up.

use guanxi_model::fact::FactKind;
use guanxi_model::filter::Filter;
use guanxi_model::page::KeyPart;
use guanxi_model::{
    Day, FactId, OperationId, PyramidId, QuestionnaireId, RevisionNumber, TargetDecisionId, TierId, Timestamp,
    Words as _,
};
use guanxi_segmentation::Needs;
use guanxi_testkit::Backend;

use super::super::{Opened, on_each_database};
use super::{Watched, counters, customer};
use crate::ledger::TierChangeReason;
use crate::{
    Active, CUSTOMER_FILTER, CustomerOrder, CustomerQuery, FactQuery, OccasionPlace, OccasionQuery, OperationFilter,
    Run, Slots, TARGET_DECISION_FILTER, TargetDecisionQuery, fact_filter,
};

on_each_database! {
    facts_are_listed_by_their_indexes,
    customers_are_listed_by_their_indexes,
    customers_are_found_by_label_and_external_id_by_index,
    tiers_are_listed_by_their_indexes,
    changes_of_a_customer_are_found_by_key_also_while_a_run_is_folded,
    operations_and_revisions_are_listed_by_their_indexes,
    decisions_are_listed_by_their_indexes,
    occasions_are_found_by_their_day,
}

async fn facts_are_listed_by_their_indexes(opened: Opened) {
    let watched = Watched::on(opened).await;
    let key = || Some(vec![KeyPart::Int(20_000), KeyPart::Bytes(vec![7; 16])]);
    for (kind, _) in FactKind::ALL.iter().copied() {
        for (customer, index) in [(Some(customer()), "facts_by_customer"), (None, "facts_by_time")] {
            for after in [None, key()] {
                for filter in ["", "source = \"shop\" AND occur_time > \"1970-01-01T00:00:00Z\""] {
                    let filter = Filter::parse(filter, &fact_filter(kind)).unwrap();
                    let (customer, after, show_replaced) = (customer.clone(), after.clone(), after.is_some());
                    let list = FactQuery { kind, customer, filter, show_replaced, limit: 50, after };
                    watched.reader.list_facts(&list).await.ok();
                    watched.uses(&[index]).await;
                }
            }
        }
    }
    watched.reader.fact(FactKind::SatisfactionRecord, &customer(), &FactId::new(Timestamp(0))).await.ok();
    watched.finds(&[]).await;
}

async fn customers_are_listed_by_their_indexes(opened: Opened) {
    use CustomerOrder::{CreateTime, CreateTimeDescending, Name, NameDescending};
    let watched = Watched::on(opened).await;
    let (id, time) = (|| KeyPart::Text("c-5".into()), || KeyPart::Int(5));
    for (order, index, key) in [
        (Name, "customers_pkey", vec![id()]),
        (NameDescending, "customers_pkey", vec![id()]),
        (CreateTime, "customers_by_create_time", vec![time(), id()]),
        (CreateTimeDescending, "customers_by_create_time", vec![time(), id()]),
    ] {
        for (after, show_deleted) in [(None, false), (Some(key.clone()), false), (Some(key), true)] {
            let filter = Filter::parse("", &CUSTOMER_FILTER).unwrap();
            let list = CustomerQuery { filter, order, show_deleted, limit: 50, after };
            watched.reader.list_customers(&list).await.ok();
            watched.uses(&[index, "summaries_pkey"]).await;
        }
    }
}

async fn customers_are_found_by_label_and_external_id_by_index(opened: Opened) {
    let watched = Watched::on(opened).await;
    watched.reader.customer(&customer()).await.ok();
    watched.uses(&["customers_pkey", "summaries_pkey"]).await;
    let external = guanxi_model::customer::ExternalId {
        system: guanxi_model::SourceName::parse("erp").unwrap(),
        id: "x-7".into(),
    };
    watched.reader.customer_by_external_id(&external).await.ok();
    watched.uses(&["external_ids_pkey", "customers_pkey", "summaries_pkey"]).await;
}

async fn tiers_are_listed_by_their_indexes(opened: Opened) {
    let watched = Watched::on(opened).await;
    let pyramid = PyramidId::parse("p-1").unwrap();
    let (gold, none) = (TierId::parse("gold").unwrap(), None);
    let needs = Needs { counters: counters(), ..Needs::default() };
    // One tier while a run is being folded is the exception: it is looked for among all, as long as that takes.
    for (second, tier, index) in
        [(None, none, "tiers_pkey"), (None, Some(&gold), "tiers_by_tier"), (Some(2), none, "tiers_pkey")]
    {
        for after in ["", "c-5"] {
            let slots = Slots { pyramid: &pyramid, second };
            watched.reader.assignments(&slots, tier, (&needs, Day(0)), (after, 51)).await.ok();
            watched.uses(&[index, "summaries_pkey"]).await;
        }
    }
    watched.reader.standing(&customer(), &pyramid).await.ok();
    watched.uses(&["tiers_pkey", "summaries_pkey"]).await;
}

async fn changes_of_a_customer_are_found_by_key_also_while_a_run_is_folded(opened: Opened) {
    let watched = Watched::on(opened).await;
    let pyramid = PyramidId::parse("p-1").unwrap();
    let active = Active { number: RevisionNumber::FIRST, generation: 2, time: Timestamp(2) };
    let run = Run { active, reason: TierChangeReason::NewRevision };
    for (run, indexes) in [(None, &["tier_changes_pkey"][..]), (Some(&run), &["tier_changes_pkey", "tiers_pkey"])] {
        watched.reader.tier_changes(&customer(), (&pyramid, run), (9, 9, 9), 51).await.ok();
        watched.finds(indexes).await;
        // SQLite asks for the last customer of nobody first; there the second statement is not sent.
        let times = (Timestamp(1), Timestamp(2));
        watched.reader.arrivals((&pyramid, run), times, ("", 50)).await.unwrap();
        let arrivals = watched.sent.lock().unwrap().split_off(1);
        watched.finds(&["summaries_pkey"]).await;
        if watched.backend == Backend::Postgres {
            watched.sent.lock().unwrap().extend(arrivals);
            watched.finds(indexes).await;
        }
    }
}

async fn operations_and_revisions_are_listed_by_their_indexes(opened: Opened) {
    let watched = Watched::on(opened).await;
    let filters = [OperationFilter::default(), OperationFilter { done: Some(true), kind: Some("k".into()) }];
    for filter in filters {
        for before in [None, Some((Timestamp(9), OperationId::new(Timestamp(0))))] {
            watched.reader.operations(&filter, before, 51).await.ok();
            watched.uses(&["operations_by_create_time"]).await;
        }
    }
    let pyramid = PyramidId::parse("p-1").unwrap();
    watched.reader.revisions(&pyramid, i64::MAX, 51).await.ok();
    watched.uses(&["pyramid_revisions_pkey"]).await;
    watched.reader.revision(&pyramid, RevisionNumber::FIRST).await.ok();
    watched.uses(&["pyramid_revisions_pkey"]).await;
    let questionnaire = QuestionnaireId::parse("q-1").unwrap();
    watched.reader.revisions(&questionnaire, i64::MAX, 51).await.ok();
    watched.uses(&["questionnaire_revisions_pkey"]).await;
}

async fn decisions_are_listed_by_their_indexes(opened: Opened) {
    let watched = Watched::on(opened).await;
    let ask = async |filter, before| {
        let filter = Filter::parse(filter, &TARGET_DECISION_FILTER).unwrap();
        let list = TargetDecisionQuery { pyramid: PyramidId::parse("p-1").unwrap(), filter, limit: 50, before };
        watched.reader.target_decisions(&list).await.ok();
    };
    let (pyramid, id) = (PyramidId::parse("p-1").unwrap(), TargetDecisionId::new(Timestamp(0)));
    watched.reader.target_decision(&pyramid, &id).await.ok();
    watched.uses(&["target_decisions_by_pyramid"]).await;
    for before in [None, Some(vec![7; 16])] {
        for filter in ["", "decision = INVEST"] {
            ask(filter, before.clone()).await;
            watched.uses(&["target_decisions_by_pyramid"]).await;
        }
        // So few about one target that PostgreSQL may sort them.
        for filter in ["tier = gold", "customer = customers/c-6 AND present = true"] {
            ask(filter, before.clone()).await;
            watched.finds(&["target_decisions_pkey"]).await;
        }
    }
}

async fn occasions_are_found_by_their_day(opened: Opened) {
    let watched = Watched::on(opened).await;
    let (pyramid, gold) = (PyramidId::parse("p-1").unwrap(), TierId::parse("gold").unwrap());
    let after = OccasionPlace { day: Day(20_000), customer: customer(), ordinal: 0 };
    for (tier, after, second) in [(None, None, None), (Some(&gold), Some(after), None), (Some(&gold), None, Some(2))] {
        // Two days: as many as are looked at in one statement.
        let slots = Slots { pyramid: &pyramid, second };
        let list = OccasionQuery { slots, tier, first: Day(20_000), last: Day(20_001), limit: 51, after };
        watched.reader.occasions(&list).await.ok();
        // What falls on two days is sorted.
        watched.finds(&["occasions_by_day", "customers_pkey"]).await;
    }
}
