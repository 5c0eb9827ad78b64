//! Who holds an operation, and for how long that can be relied on.

use guanxi_model::{OperationId, Timestamp};

use super::{Opened, on_each_database, operation};
use crate::OperationState;

on_each_database! { lease_that_a_transaction_makes_sure_of_is_not_lost_before_its_end }

async fn lease_that_a_transaction_makes_sure_of_is_not_lost_before_its_end(opened: Opened) {
    let seen = operation(OperationId::new(Timestamp(0)));
    let tx = opened.store.begin().await.unwrap();
    tx.put_operation(&seen).await.unwrap();
    assert!(tx.take_operation(&seen, Timestamp(10), Timestamp(5)).await.unwrap());
    tx.commit().await.unwrap();

    let chunk = opened.store.begin().await.unwrap();
    assert!(!chunk.holds_operation(&seen.id, 0).await.unwrap(), "of before it was taken");
    assert!(chunk.holds_operation(&seen.id, 1).await.unwrap());
    let (store, taken) = (opened.store.clone(), crate::Operation { fence: 1, ..seen.clone() });
    let taker = tokio::spawn(async move {
        let tx = store.begin().await.unwrap();
        assert!(tx.take_operation(&taken, Timestamp(30), Timestamp(20)).await.unwrap());
        tx.commit().await.unwrap();
    });
    opened.until_one_waits().await;
    assert!(chunk.holds_operation(&seen.id, 1).await.unwrap(), "the lease has run out, but nobody has taken it");
    chunk.commit().await.unwrap();
    taker.await.unwrap();

    let tx = opened.store.begin().await.unwrap();
    assert!(!tx.holds_operation(&seen.id, 1).await.unwrap(), "it was taken");
    assert!(tx.end_operation(&seen.id, 2, OperationState::Succeeded, "{}", Timestamp(21)).await.unwrap());
    assert!(!tx.holds_operation(&seen.id, 2).await.unwrap(), "it has ended");
}
