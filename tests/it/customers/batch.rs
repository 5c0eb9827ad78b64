//! BatchGetCustomers: in the order asked for, all or none.

use guanxi::v1::{BatchGetCustomersRequest, BatchGetCustomersResponse};
use guanxi_testkit::{TestServer, on_each_backend};
use tonic::{Code, Status};

use super::{delete, ids, name};
use crate::support::{create_person, refused, wrong_fields};

on_each_backend! {
    customers_come_in_the_order_asked_for,
    one_that_is_missing_refuses_all_and_is_named,
    from_one_name_to_a_thousand,
}

async fn batch(guanxi: &TestServer, names: Vec<String>) -> Result<BatchGetCustomersResponse, Status> {
    Ok(guanxi.customers().batch_get_customers(BatchGetCustomersRequest { names }).await?.into_inner())
}

async fn customers_come_in_the_order_asked_for(guanxi: TestServer) {
    for id in ["ada", "bob", "cyd"] {
        create_person(&guanxi, id).await;
    }
    delete(&guanxi, "bob").await.unwrap();
    let wanted = ["cyd", "ada", "cyd", "bob"];
    let found = batch(&guanxi, wanted.map(name).to_vec()).await.unwrap().customers;
    assert_eq!(ids(&found), wanted);
    assert_eq!(found[0], found[2]);
    assert!(found[3].delete_time.is_some(), "a deleted customer is there until it is purged");
}

async fn one_that_is_missing_refuses_all_and_is_named(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    let names = ["ada", "zoe", "bob", "ada"].map(name).to_vec();
    let refusal = refused(batch(&guanxi, names).await, Code::NotFound, "RESOURCE_NOT_FOUND");
    assert_eq!(refusal.metadata["resource"], "customers/zoe");
}

async fn from_one_name_to_a_thousand(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    assert_eq!(wrong_fields(batch(&guanxi, vec![]).await), ["names"]);
    assert_eq!(batch(&guanxi, vec![name("ada"); 1000]).await.unwrap().customers.len(), 1000);
    assert_eq!(wrong_fields(batch(&guanxi, vec![name("ada"); 1001]).await), ["names"]);
    let names = vec![name("ada"), name("Bob"), String::new(), name("-")];
    assert_eq!(wrong_fields(batch(&guanxi, names).await), ["names[1]", "names[2]", "names[3]"]);
}
