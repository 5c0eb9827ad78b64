//! The orders of ListCustomers.

use std::time::Duration;

use guanxi::v1::ListCustomersRequest;
use guanxi_testkit::{TestServer, on_each_backend};
use tonic::Code;

use super::{all, list};
use crate::support::{create_person, refused};

on_each_backend! {
    names_are_in_byte_order,
    create_times_come_before_names,
    another_order_is_refused_with_those_there_are,
}

fn ordered(order_by: &str, page_size: i32) -> ListCustomersRequest {
    ListCustomersRequest { order_by: order_by.into(), page_size, ..ListCustomersRequest::default() }
}

/// Linguistic collations put hyphens aside and digits elsewhere.
async fn names_are_in_byte_order(guanxi: TestServer) {
    let mut expected = ["a", "a-", "a-b", "a-z", "a0", "a10", "a2", "aa", "ab", "b", "b-a", "ba"];
    for id in ["ab", "a10", "b-a", "a", "aa", "a-z", "a2", "ba", "a-b", "b", "a0", "a-"] {
        create_person(&guanxi, id).await;
    }
    for order_by in ["", "name", "name asc", " name "] {
        assert_eq!(all(&guanxi, ordered(order_by, 0)).await, expected);
        assert_eq!(all(&guanxi, ordered(order_by, 5)).await, expected);
    }
    expected.reverse();
    assert_eq!(all(&guanxi, ordered("name desc", 0)).await, expected);
    assert_eq!(all(&guanxi, ordered("name  desc", 5)).await, expected);
}

/// Those made at the same moment are in the order of their names, in either direction of time that of the list.
async fn create_times_come_before_names(guanxi: TestServer) {
    for group in [["d", "b-1", "b0"], ["c", "a-1", "a0"]] {
        for id in group {
            create_person(&guanxi, id).await;
        }
        guanxi.clock.advance(Duration::from_micros(1));
    }
    let mut expected = ["b-1", "b0", "d", "a-1", "a0", "c"];
    for page_size in [0, 1, 2, 4] {
        assert_eq!(all(&guanxi, ordered("create_time", page_size)).await, expected, "{page_size}");
    }
    expected.reverse();
    for page_size in [0, 1, 2, 4] {
        assert_eq!(all(&guanxi, ordered("create_time desc", page_size)).await, expected, "{page_size}");
    }
}

async fn another_order_is_refused_with_those_there_are(guanxi: TestServer) {
    for order_by in ["display_name", "name,create_time", "name DESC", "Name", "name desc desc", "createTime", "-name"] {
        let refusal = refused(list(&guanxi, ordered(order_by, 0)).await, Code::InvalidArgument, "INVALID_FIELDS");
        assert_eq!(refusal.fields, ["order_by"], "{order_by}");
        assert!(refusal.faults[0].contains("name, name desc, create_time, create_time desc"), "{}", refusal.faults[0]);
    }
}
