//! The stage of a customer follows from the stage changes that count, whatever the order they come in.

use guanxi::v1::{CustomerStage, GetCustomerRequest, StageChange, WithdrawFactRequest};
use guanxi_testkit::{TestServer, on_each_backend};

use super::facts::{noon, replacing};
use super::kinds::{Kind, Recording, record};
use crate::support::{create_person, shop, stage_change};

on_each_backend! {
    the_latest_change_counts_in_any_order_of_arrival,
    between_equal_times_the_same_change_wins_in_any_order,
    a_corrected_change_gives_way_to_its_correction,
    a_withdrawn_change_gives_way_to_the_one_before,
    a_change_that_was_taken_back_before_it_came_never_counts,
    a_change_that_is_refused_changes_no_stage,
    a_batch_of_changes_leads_to_one_stage,
}

const ORDERS: [[usize; 3]; 6] = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];

async fn stage(guanxi: &TestServer, customer: &str) -> CustomerStage {
    let request = GetCustomerRequest { name: format!("customers/{customer}") };
    guanxi.customers().get_customer(request).await.unwrap().into_inner().stage()
}

fn change(customer: &str, day: u32, source_id: &str, stage: CustomerStage) -> StageChange {
    stage_change(customer, &noon(day), source_id, stage)
}

async fn withdraw(guanxi: &TestServer, customer: &str, source_id: &str) {
    let request = WithdrawFactRequest {
        customer: format!("customers/{customer}"),
        kind: StageChange::KIND.into(),
        fact: Some(shop(source_id)),
    };
    guanxi.activity().withdraw_fact(request).await.unwrap();
}

async fn the_latest_change_counts_in_any_order_of_arrival(guanxi: TestServer) {
    for (number, order) in ORDERS.into_iter().enumerate() {
        let customer = format!("c{number}");
        create_person(&guanxi, &customer).await;
        assert_eq!(stage(&guanxi, &customer).await, CustomerStage::Prospect);
        let changes = [
            change(&customer, 1, "s-1", CustomerStage::Active),
            change(&customer, 2, "s-2", CustomerStage::Churned),
            change(&customer, 3, "s-3", CustomerStage::WonBack),
        ];
        let mut latest = 0;
        for index in order {
            record(&guanxi.activity(), changes[index].clone()).await.unwrap();
            latest = latest.max(index);
            assert_eq!(stage(&guanxi, &customer).await, changes[latest].stage(), "{order:?}");
        }
    }
}

async fn between_equal_times_the_same_change_wins_in_any_order(guanxi: TestServer) {
    let mut stages = Vec::new();
    for (number, order) in ORDERS.into_iter().enumerate() {
        let customer = format!("c{number}");
        create_person(&guanxi, &customer).await;
        let changes = [
            change(&customer, 1, "s-9", CustomerStage::Active),
            change(&customer, 1, "s-10", CustomerStage::Churned),
            change(&customer, 1, "t", CustomerStage::Dormant),
        ];
        for index in order {
            record(&guanxi.activity(), changes[index].clone()).await.unwrap();
        }
        stages.push(stage(&guanxi, &customer).await);
    }
    stages.dedup();
    assert_eq!(stages.len(), 1, "{stages:?}");
}

async fn a_corrected_change_gives_way_to_its_correction(guanxi: TestServer) {
    for (number, order) in ORDERS.into_iter().enumerate() {
        let customer = format!("c{number}");
        create_person(&guanxi, &customer).await;
        let changes = [
            change(&customer, 1, "s-1", CustomerStage::Active),
            change(&customer, 9, "wrong", CustomerStage::Churned),
            // It happened before all others.
            replacing(change(&customer, 1, "a", CustomerStage::Dormant), "wrong"),
        ];
        for index in order {
            record(&guanxi.activity(), changes[index].clone()).await.unwrap();
        }
        assert_eq!(stage(&guanxi, &customer).await, CustomerStage::Active, "{order:?}");
        let correction = replacing(change(&customer, 8, "right", CustomerStage::WonBack), "a");
        record(&guanxi.activity(), correction).await.unwrap();
        assert_eq!(stage(&guanxi, &customer).await, CustomerStage::WonBack, "{order:?}");
    }
}

async fn a_withdrawn_change_gives_way_to_the_one_before(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    record(&guanxi.activity(), change("ada", 1, "s-1", CustomerStage::Active)).await.unwrap();
    record(&guanxi.activity(), change("ada", 2, "s-2", CustomerStage::Dormant)).await.unwrap();
    withdraw(&guanxi, "ada", "s-2").await;
    assert_eq!(stage(&guanxi, "ada").await, CustomerStage::Active);
    withdraw(&guanxi, "ada", "s-1").await;
    assert_eq!(stage(&guanxi, "ada").await, CustomerStage::Prospect);
}

async fn a_change_that_was_taken_back_before_it_came_never_counts(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    withdraw(&guanxi, "ada", "s-2").await;
    record(&guanxi.activity(), change("ada", 1, "s-1", CustomerStage::Active)).await.unwrap();
    record(&guanxi.activity(), change("ada", 2, "s-2", CustomerStage::Churned)).await.unwrap();
    assert_eq!(stage(&guanxi, "ada").await, CustomerStage::Active);
}

async fn a_change_that_is_refused_changes_no_stage(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    record(&guanxi.activity(), change("ada", 1, "s-1", CustomerStage::Active)).await.unwrap();
    record(&guanxi.activity(), change("ada", 1, "s-1", CustomerStage::Churned)).await.unwrap_err();
    record(&guanxi.activity(), change("ada", 2, "s-2", CustomerStage::Unspecified)).await.unwrap_err();
    let itself = replacing(change("ada", 3, "s-3", CustomerStage::Dormant), "s-3");
    record(&guanxi.activity(), itself).await.unwrap_err();
    assert_eq!(stage(&guanxi, "ada").await, CustomerStage::Active);
}

async fn a_batch_of_changes_leads_to_one_stage(guanxi: TestServer) {
    for all_or_nothing in [false, true] {
        let customer = format!("c-{all_or_nothing}");
        create_person(&guanxi, &customer).await;
        let changes = [
            change(&customer, 3, "s-3", CustomerStage::Churned),
            replacing(change(&customer, 1, "s-4", CustomerStage::Prospect), "s-3"),
            change(&customer, 2, "s-2", CustomerStage::Dormant),
            change(&customer, 1, "s-1", CustomerStage::Active),
        ];
        let recordings = changes.into_iter().map(Recording::of).collect();
        let results = StageChange::batch(guanxi.activity(), recordings, all_or_nothing).await.unwrap();
        assert!(results.iter().all(Result::is_ok), "{results:?}");
        assert_eq!(stage(&guanxi, &customer).await, CustomerStage::Dormant);
    }
}
