//! Pages of ListCustomers: their sizes, their tokens, and that whatever is written meanwhile, a customer that is there
//! throughout is seen exactly once.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use guanxi::v1::{Contact, Customer, ListCustomersRequest};
use guanxi_testkit::{TestServer, on_each_backend};
use prost::Message as _;
use tokio::task::JoinSet;

use super::{all, create, delete, ids, list};
use crate::support::{create_person, person, wrong_fields};

on_each_backend! {
    sizes_are_defaulted_lowered_and_refused,
    the_last_page_has_no_token,
    a_token_is_good_for_its_own_list_only,
    a_made_up_token_is_refused,
    a_token_stays_good_after_a_restart,
    a_page_is_closed_at_two_mebibytes,
    whoever_is_there_throughout_is_seen_once,
}

fn page_of(page_size: i32) -> ListCustomersRequest {
    ListCustomersRequest { page_size, ..ListCustomersRequest::default() }
}

/// Creates `{prefix}0` and so on, many at a time.
async fn crowd(guanxi: &TestServer, prefix: &str, count: usize) {
    let mut calls = JoinSet::new();
    for index in 0..count {
        let mut client = guanxi.customers();
        let request = guanxi::v1::CreateCustomerRequest {
            customer: Some(person("x")),
            customer_id: format!("{prefix}{index}"),
            request_id: String::new(),
        };
        calls.spawn(async move { client.create_customer(request).await.map(drop) });
        if index % 100 == 99 {
            std::mem::take(&mut calls).join_all().await.into_iter().for_each(Result::unwrap);
        }
    }
    calls.join_all().await.into_iter().for_each(Result::unwrap);
}

async fn sizes_are_defaulted_lowered_and_refused(guanxi: TestServer) {
    crowd(&guanxi, "c", 1001).await;
    for (size, given) in [(0, 50), (1, 1), (7, 7), (1000, 1000), (1001, 1000), (i32::MAX, 1000)] {
        let page = list(&guanxi, page_of(size)).await.unwrap();
        assert_eq!(page.customers.len(), given, "{size}");
        assert!(!page.next_page_token.is_empty(), "{size}");
    }
    for size in [-1, i32::MIN] {
        assert_eq!(wrong_fields(list(&guanxi, page_of(size)).await), ["page_size"]);
    }
    let found = all(&guanxi, page_of(333)).await;
    assert_eq!(found.len(), 1001);
    assert_eq!(found.iter().collect::<BTreeSet<_>>().len(), 1001);
}

async fn the_last_page_has_no_token(guanxi: TestServer) {
    assert_eq!(list(&guanxi, page_of(3)).await.unwrap(), Default::default());
    crowd(&guanxi, "c", 6).await;
    for (size, sizes) in [(6, vec![6]), (3, vec![3, 3]), (4, vec![4, 2]), (7, vec![6])] {
        let mut request = page_of(size);
        for (index, expected) in sizes.iter().enumerate() {
            let page = list(&guanxi, request.clone()).await.unwrap();
            assert_eq!(page.customers.len(), *expected);
            assert_eq!(page.next_page_token.is_empty(), index + 1 == sizes.len(), "page {index} of {sizes:?}");
            request.page_token = page.next_page_token;
        }
    }
}

async fn a_token_is_good_for_its_own_list_only(guanxi: TestServer) {
    crowd(&guanxi, "c", 3).await;
    let first = ListCustomersRequest { filter: "kind = PERSON".into(), order_by: "name".into(), ..page_of(1) };
    let page_token = list(&guanxi, first.clone()).await.unwrap().next_page_token;
    let next = ListCustomersRequest { page_token, ..first };
    assert_eq!(ids(&list(&guanxi, next.clone()).await.unwrap().customers), ["c1"]);
    let same = ListCustomersRequest {
        filter: "(kind='person')".into(),
        order_by: String::new(),
        page_size: 2,
        ..next.clone()
    };
    assert_eq!(
        ids(&list(&guanxi, same).await.unwrap().customers),
        ["c1", "c2"],
        "the size and the spelling may change"
    );
    for other in [
        ListCustomersRequest { filter: String::new(), ..next.clone() },
        ListCustomersRequest { filter: "kind = UNKNOWN".into(), ..next.clone() },
        ListCustomersRequest { order_by: "name desc".into(), ..next.clone() },
        ListCustomersRequest { order_by: "create_time".into(), ..next.clone() },
        ListCustomersRequest { show_deleted: true, ..next.clone() },
    ] {
        assert_eq!(wrong_fields(list(&guanxi, other).await), ["page_token"]);
    }
    let elsewhere = guanxi::v1::ListTouchpointsRequest { page_size: 1, page_token: next.page_token };
    assert_eq!(wrong_fields(guanxi.customers().list_touchpoints(elsewhere).await), ["page_token"]);
}

async fn a_made_up_token_is_refused(guanxi: TestServer) {
    crowd(&guanxi, "c", 2).await;
    let token = list(&guanxi, page_of(1)).await.unwrap().next_page_token;
    assert!(!token.contains("c0"), "a token is opaque");
    let mut altered = token.clone().into_bytes();
    altered[12] = if altered[12] == b'A' { b'B' } else { b'A' };
    let altered = String::from_utf8(altered).unwrap();
    let shorter = token[..token.len() - 1].to_owned();
    for forged in
        ["c0".into(), "x".repeat(100_000), "AAAA".into(), "=".into(), "\n".into(), altered, shorter, token + "A"]
    {
        let request = ListCustomersRequest { page_token: forged, ..page_of(1) };
        assert_eq!(wrong_fields(list(&guanxi, request).await), ["page_token"]);
    }
}

async fn a_token_stays_good_after_a_restart(guanxi: TestServer) {
    crowd(&guanxi, "c", 2).await;
    let page_token = list(&guanxi, page_of(1)).await.unwrap().next_page_token;
    let guanxi = guanxi.restart().await;
    let next = list(&guanxi, ListCustomersRequest { page_token, ..page_of(1) }).await.unwrap();
    assert_eq!(ids(&next.customers), ["c1"]);
}

async fn a_page_is_closed_at_two_mebibytes(guanxi: TestServer) {
    let contact = |number: usize| Contact {
        contact_id: format!("c{number}"),
        display_name: "C".into(),
        preferences: vec!["x".repeat(200); 20],
        interests: vec!["y".repeat(200); 9],
        ..Contact::default()
    };
    let large = Customer { contacts: (0..40).map(contact).collect(), ..person("Large") };
    for index in 0..15 {
        create(&guanxi, &format!("l{index:02}"), large.clone()).await.unwrap();
    }
    let page = list(&guanxi, page_of(1000)).await.unwrap();
    assert!(page.encoded_len() <= 2 * 1024 * 1024 + 1024, "{} bytes", page.encoded_len());
    assert!((2..15).contains(&page.customers.len()) && !page.next_page_token.is_empty(), "{}", page.customers.len());
    assert_eq!(all(&guanxi, page_of(1000)).await, (0..15).map(|index| format!("l{index:02}")).collect::<Vec<_>>());
}

/// Creates and deletes customers between the others, and counts them, until it is aborted.
async fn churn(guanxi: Arc<TestServer>, written: Arc<AtomicUsize>) {
    for turn in 0.. {
        // Ids all over the list: the steadfast ones begin with every letter.
        let letter = char::from(b'a' + u8::try_from(turn * 7 % 26).unwrap());
        let id = format!("{letter}-{turn}");
        create_person(&guanxi, &id).await;
        guanxi.clock.advance(Duration::from_micros(1));
        if turn % 3 > 0 {
            delete(&guanxi, &id).await.unwrap();
        }
        written.store(turn, Ordering::Relaxed);
    }
}

async fn whoever_is_there_throughout_is_seen_once(guanxi: TestServer) {
    let mut steadfast: Vec<String> = Vec::new();
    for letter in 'a'..='z' {
        steadfast.push(format!("{letter}m"));
        create_person(&guanxi, &steadfast[steadfast.len() - 1]).await;
        guanxi.clock.advance(Duration::from_micros(1));
    }
    let (guanxi, written) = (Arc::new(guanxi), Arc::new(AtomicUsize::new(0)));
    let writer = tokio::spawn(churn(Arc::clone(&guanxi), Arc::clone(&written)));
    for round in (0..).take_while(|round| *round < 12 || written.load(Ordering::Relaxed) < 10) {
        let order_by = ["name", "name desc", "create_time", "create_time desc"][round % 4];
        let request = ListCustomersRequest { order_by: order_by.into(), show_deleted: round % 3 == 0, ..page_of(3) };
        let found = all(&guanxi, request).await;
        let mut seen: Vec<_> = found.iter().filter(|id| steadfast.contains(id)).cloned().collect();
        if order_by.ends_with("desc") {
            seen.reverse();
        }
        assert_eq!(seen, steadfast, "{order_by}");
        assert_eq!(found.iter().collect::<BTreeSet<_>>().len(), found.len(), "twice on the list: {found:?}");
    }
    writer.abort();
    assert!(writer.await.is_err_and(|ended| ended.is_cancelled()), "a write has failed");
}
