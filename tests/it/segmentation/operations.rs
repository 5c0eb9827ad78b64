//! Long-running operations: looking at them, waiting, cancelling, forgetting.

use std::time::{Duration, Instant};

use guanxi::google::longrunning::{
    CancelOperationRequest, DeleteOperationRequest, GetOperationRequest, ListOperationsRequest, ListOperationsResponse,
    Operation, WaitOperationRequest, operation,
};
use guanxi_testkit::{TestServer, on_each_backend};
use tonic::{Code, Status};

use super::kit::{
    activate, add_revision, ask, buys, by_revenue, create_pyramid, crowd, ended, invalid, progress, refused,
};

on_each_backend! {
    operations_are_listed_from_the_newest_page_by_page,
    operations_are_filtered_by_done_and_kind,
    list_that_makes_no_sense_is_refused,
    operation_of_no_such_name_is_not_found,
    wait_returns_when_it_ends_or_when_the_time_is_over,
    ended_operation_is_as_it_was_after_a_cancellation,
    ended_operation_can_be_forgotten_and_running_one_cannot,
}

const NOBODY: &str = "operations/0198c5a0-0000-7000-8000-000000000000";

async fn get(guanxi: &TestServer, name: &str) -> Result<Operation, Status> {
    Ok(guanxi.operations().get_operation(GetOperationRequest { name: name.into() }).await?.into_inner())
}

async fn wait(guanxi: &TestServer, name: &str, timeout: Option<Duration>) -> Result<Operation, Status> {
    let timeout = timeout.map(|timeout| timeout.try_into().unwrap());
    let request = WaitOperationRequest { name: name.into(), timeout };
    Ok(guanxi.operations().wait_operation(request).await?.into_inner())
}

async fn cancel(guanxi: &TestServer, name: &str) -> Result<(), Status> {
    guanxi.operations().cancel_operation(CancelOperationRequest { name: name.into() }).await.map(drop)
}

async fn delete(guanxi: &TestServer, name: &str) -> Result<(), Status> {
    guanxi.operations().delete_operation(DeleteOperationRequest { name: name.into() }).await.map(drop)
}

fn of(filter: &str) -> ListOperationsRequest {
    ListOperationsRequest { name: "operations".into(), filter: filter.into(), ..ListOperationsRequest::default() }
}

async fn list(guanxi: &TestServer, request: ListOperationsRequest) -> Result<ListOperationsResponse, Status> {
    Ok(guanxi.operations().list_operations(request).await?.into_inner())
}

fn names(page: &ListOperationsResponse) -> Vec<String> {
    page.operations.iter().map(|one| one.name.clone()).collect()
}

/// A pyramid with a revision, and some operations of it, the oldest first; each a second after the one before.
async fn history(guanxi: &TestServer, length: usize) -> Vec<String> {
    buys(guanxi, "ada", 100).await;
    create_pyramid(guanxi, "value").await;
    let name = add_revision(guanxi, "value", by_revenue()).await;
    let mut history = Vec::new();
    for _ in 0..length {
        guanxi.clock.advance(Duration::from_secs(1));
        let asked = ask(guanxi, &name).await.unwrap();
        history.push(ended(guanxi, &asked.name).await.name);
    }
    history
}

/// An operation that cannot end: the server that worked on it has stopped, and its lease outlasts a clock that stands
/// still. With it the server that runs now.
async fn held_up(guanxi: TestServer) -> (TestServer, String) {
    crowd(&guanxi, 6000).await;
    create_pyramid(&guanxi, "value").await;
    let name = add_revision(&guanxi, "value", by_revenue()).await;
    let asked = ask(&guanxi, &name).await.unwrap().name;
    while progress(&get(&guanxi, &asked).await.unwrap()).phase == 0 {}
    let guanxi = guanxi.restart().await;
    assert!(!get(&guanxi, &asked).await.unwrap().done, "the server has stopped in the middle of the run");
    (guanxi, asked)
}

async fn operations_are_listed_from_the_newest_page_by_page(guanxi: TestServer) {
    assert_eq!(names(&list(&guanxi, of("")).await.unwrap()), [""; 0]);
    let mut expected = history(&guanxi, 5).await;
    expected.reverse();
    let mut request = ListOperationsRequest { page_size: 2, ..of("") };
    let mut pages = Vec::new();
    loop {
        let page = list(&guanxi, request.clone()).await.unwrap();
        pages.push(names(&page));
        if page.next_page_token.is_empty() {
            break;
        }
        request.page_token = page.next_page_token;
    }
    assert_eq!(pages, [&expected[..2], &expected[2..4], &expected[4..]]);
    let whole = list(&guanxi, ListOperationsRequest::default()).await.unwrap();
    assert_eq!(names(&whole), expected, "the name may be left out");
    for one in &whole.operations {
        assert_eq!(one, &get(&guanxi, &one.name).await.unwrap());
    }
}

async fn operations_are_filtered_by_done_and_kind(guanxi: TestServer) {
    let (guanxi, running) = held_up(guanxi).await;
    create_pyramid(&guanxi, "other").await;
    let name = add_revision(&guanxi, "other", by_revenue()).await;
    guanxi.clock.advance(Duration::from_secs(1));
    activate(&guanxi, &name).await;
    let all = names(&list(&guanxi, of("")).await.unwrap());
    let kind = "kind = \"activate-pyramid-revision\"";
    assert_eq!((all.len(), all[1].as_str()), (2, running.as_str()));
    for (filter, expected) in [
        ("done = false".to_owned(), &all[1..]),
        ("done = true".to_owned(), &all[..1]),
        (kind.to_owned(), &all[..]),
        (format!("{kind} AND done = true"), &all[..1]),
        (format!("done = false {kind}"), &all[1..]),
        ("kind = other".to_owned(), &[]),
    ] {
        assert_eq!(names(&list(&guanxi, of(&filter)).await.unwrap()), expected, "{filter}");
    }
}

async fn list_that_makes_no_sense_is_refused(guanxi: TestServer) {
    history(&guanxi, 2).await;
    for filter in
        ["state = 3", "done = maybe", "done", "done != true", "done = true OR done = false", "NOT done = true", "("]
    {
        invalid(list(&guanxi, of(filter)).await, &["filter"]);
    }
    let elsewhere = ListOperationsRequest { name: "pyramids/value".into(), page_size: -1, ..of("") };
    invalid(list(&guanxi, elsewhere).await, &["name", "page_size"]);
    let first = list(&guanxi, ListOperationsRequest { page_size: 1, ..of("") }).await.unwrap();
    let other = ListOperationsRequest { page_token: first.next_page_token, ..of("done = true") };
    invalid(list(&guanxi, other).await, &["page_token"]);
}

async fn operation_of_no_such_name_is_not_found(guanxi: TestServer) {
    let refusals = [
        get(&guanxi, NOBODY).await.map(drop),
        wait(&guanxi, NOBODY, None).await.map(drop),
        cancel(&guanxi, NOBODY).await,
        delete(&guanxi, NOBODY).await,
    ];
    for refusal in refusals {
        assert_eq!(refused(refusal, Code::NotFound, "RESOURCE_NOT_FOUND").metadata["resource"], NOBODY);
    }
    for name in ["", "operations", "operations/7", "pyramids/0198c5a0-0000-7000-8000-000000000000"] {
        invalid(get(&guanxi, name).await, &["name"]);
        invalid(cancel(&guanxi, name).await, &["name"]);
        invalid(delete(&guanxi, name).await, &["name"]);
        invalid(wait(&guanxi, name, None).await, &["name"]);
    }
    let backwards = prost_types::Duration { seconds: -1, nanos: 0 };
    let request = WaitOperationRequest { name: "operations/7".into(), timeout: Some(backwards) };
    invalid(guanxi.operations().wait_operation(request).await, &["name", "timeout"]);
}

async fn wait_returns_when_it_ends_or_when_the_time_is_over(guanxi: TestServer) {
    let (guanxi, running) = held_up(guanxi).await;
    let begun = Instant::now();
    assert!(!wait(&guanxi, &running, Some(Duration::ZERO)).await.unwrap().done);
    assert!(!wait(&guanxi, &running, Some(Duration::from_millis(300))).await.unwrap().done);
    assert!(begun.elapsed() >= Duration::from_millis(300));
    guanxi.clock.advance(Duration::from_secs(60));
    let waited = wait(&guanxi, &running, Some(Duration::from_secs(9))).await.unwrap();
    assert!(waited.done && matches!(waited.result, Some(operation::Result::Response(_))), "{waited:?}");
    let begun = Instant::now();
    assert_eq!(wait(&guanxi, &running, None).await.unwrap(), waited);
    assert!(begun.elapsed() < Duration::from_secs(5), "what has ended is not waited for");
}

async fn ended_operation_is_as_it_was_after_a_cancellation(guanxi: TestServer) {
    let name = history(&guanxi, 1).await.remove(0);
    let before = get(&guanxi, &name).await.unwrap();
    cancel(&guanxi, &name).await.unwrap();
    assert_eq!(get(&guanxi, &name).await.unwrap(), before);
}

async fn ended_operation_can_be_forgotten_and_running_one_cannot(guanxi: TestServer) {
    let (guanxi, name) = held_up(guanxi).await;
    let refusal = refused(delete(&guanxi, &name).await, Code::FailedPrecondition, "OPERATION_RUNNING");
    assert_eq!(refusal.metadata["resource"], name);
    cancel(&guanxi, &name).await.unwrap();
    assert!(progress(&get(&guanxi, &name).await.unwrap()).cancel_requested);
    guanxi.clock.advance(Duration::from_secs(60));
    let ended = ended(&guanxi, &name).await;
    assert!(matches!(ended.result, Some(operation::Result::Error(_))), "{ended:?}");
    delete(&guanxi, &name).await.unwrap();
    refused(get(&guanxi, &name).await, Code::NotFound, "RESOURCE_NOT_FOUND");
    refused(delete(&guanxi, &name).await, Code::NotFound, "RESOURCE_NOT_FOUND");
    assert_eq!(names(&list(&guanxi, of("")).await.unwrap()), [""; 0]);
}
