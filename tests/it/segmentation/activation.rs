//! Putting a revision in force: what the operation says, and what readers see before, during and after it.

use std::time::Duration;

use guanxi::google::longrunning::{CancelOperationRequest, Operation, operation};
use guanxi::v1::{
    ActivatePyramidRevisionRequest, ActivationPhase, ExplainTierRequest, GetPyramidReportRequest, PyramidRevision,
    UpdatePyramidRequest,
};
use guanxi_testkit::{START, TestServer, on_each_backend};
use tonic::Code;

use super::kit::{
    activate, active_pyramid, add_revision, ask, buys, by_revenue, create_pyramid, crowd, customer_of, ended,
    everybody, get_pyramid, invalid, list_of, member, outcome, places, populate, progress, refused, report, revenue,
    scheme, standing, thresholds, try_standing,
};
use crate::support::{create_person, time};

on_each_backend! {
    activation_says_what_it_did,
    operation_names_revision_phase_and_counts,
    pyramid_without_a_revision_in_force_places_nobody,
    activation_of_nothing_is_not_found,
    retried_activation_is_the_same_operation,
    activation_over_nobody_succeeds,
    readers_see_nothing_of_a_run_until_it_switches,
    second_activation_while_one_runs_is_refused,
    cancelled_activation_leaves_what_is_in_force,
    cancelled_first_activation_leaves_nothing_in_force,
    cancelling_comes_too_late_once_readers_see_the_new_tiers,
    leavings_of_a_cancelled_run_do_not_show_in_a_later_one,
    pyramid_created_again_judges_by_its_own_scheme,
}

/// By net revenue with everybody in gold who has a dollar.
fn generous() -> PyramidRevision {
    scheme(vec![revenue()], thresholds(&[0.1, 0.0]))
}

async fn activation_says_what_it_did(guanxi: TestServer) {
    for (customer, cents) in [("ada", 70_000), ("ben", 40_000), ("cyd", 10_000)] {
        buys(&guanxi, customer, cents).await;
    }
    create_person(&guanxi, "dot").await;
    let created = create_pyramid(&guanxi, "value").await;
    let name = add_revision(&guanxi, "value", by_revenue()).await;
    guanxi.clock.advance(Duration::from_secs(60));
    let done = activate(&guanxi, &name).await;
    assert_eq!((done.ranked_count, done.moved_count), (3, 3));
    let pyramid = done.pyramid.unwrap();
    assert_eq!(pyramid.active_revision, name);
    assert_eq!(pyramid.activate_time, Some(time("2026-01-31T12:01:00Z")));
    assert_eq!(pyramid.update_time, pyramid.activate_time);
    assert_ne!(pyramid.etag, created.etag);
    assert_eq!(get_pyramid(&guanxi, "value").await.unwrap(), pyramid);
    let seen = everybody(&guanxi, "value").await;
    assert_eq!(places(&seen), [("ada", "gold"), ("ben", "silver"), ("cyd", "bronze")]);
    let again = activate(&guanxi, &name).await;
    assert_eq!((again.ranked_count, again.moved_count), (3, 0));
    let stricter = add_revision(&guanxi, "value", scheme(vec![revenue()], thresholds(&[90.0, 30.0]))).await;
    let moved = activate(&guanxi, &stricter).await;
    assert_eq!((moved.ranked_count, moved.moved_count), (3, 1));
    assert_eq!(standing(&guanxi, "ada").await.tier, "silver");
}

async fn operation_names_revision_phase_and_counts(guanxi: TestServer) {
    crowd(&guanxi, 20).await;
    create_pyramid(&guanxi, "value").await;
    let name = add_revision(&guanxi, "value", by_revenue()).await;
    let asked = ask(&guanxi, &name).await.unwrap();
    assert!(asked.name.starts_with("operations/"));
    assert!(!asked.done && asked.result.is_none());
    let metadata = progress(&asked);
    assert_eq!((metadata.pyramid_revision.as_str(), metadata.cancel_requested), (name.as_str(), false));
    assert_eq!((metadata.create_time, metadata.done_count), (Some(time(START)), 0));
    let done = ended(&guanxi, &asked.name).await;
    assert_eq!(done.name, asked.name);
    let metadata = progress(&done);
    assert_eq!(metadata.pyramid_revision, name);
    assert_eq!(metadata.phase(), ActivationPhase::Fold);
    assert_eq!((metadata.done_count, metadata.total_count), (20, 20));
    assert!(metadata.update_time.is_some());
    assert_eq!(outcome(&done).moved_count, 20);
}

async fn pyramid_without_a_revision_in_force_places_nobody(guanxi: TestServer) {
    buys(&guanxi, "ada", 70_000).await;
    create_pyramid(&guanxi, "value").await;
    add_revision(&guanxi, "value", by_revenue()).await;
    let name = || "customers/ada/tierAssignments/value".to_owned();
    let mut segmentation = guanxi.segmentation();
    let statuses = [
        try_standing(&guanxi, "ada", "value").await.unwrap_err(),
        segmentation.explain_tier(ExplainTierRequest { name: name(), as_of_date: None }).await.unwrap_err(),
        segmentation.list_tier_assignments(list_of("value")).await.unwrap_err(),
        segmentation
            .get_pyramid_report(GetPyramidReportRequest { name: "pyramids/value".into(), ..Default::default() })
            .await
            .unwrap_err(),
    ];
    for status in statuses {
        let refusal = refused::<()>(Err(status), Code::FailedPrecondition, "PYRAMID_NOT_ACTIVE");
        assert_eq!(refusal.metadata["pyramid"], "pyramids/value");
    }
}

async fn activation_of_nothing_is_not_found(guanxi: TestServer) {
    let name = "pyramids/value/revisions/1";
    let missing = refused(ask(&guanxi, name).await, Code::NotFound, "RESOURCE_NOT_FOUND");
    assert_eq!(missing.metadata["resource"], "pyramids/value");
    create_pyramid(&guanxi, "value").await;
    let missing = refused(ask(&guanxi, name).await, Code::NotFound, "RESOURCE_NOT_FOUND");
    assert_eq!(missing.metadata["resource"], name);
    invalid(ask(&guanxi, "pyramids/value").await, &["name"]);
    let request = ActivatePyramidRevisionRequest { name: name.into(), request_id: "no-uuid".into() };
    invalid(guanxi.segmentation().activate_pyramid_revision(request).await, &["request_id"]);
}

async fn retried_activation_is_the_same_operation(guanxi: TestServer) {
    buys(&guanxi, "ada", 70_000).await;
    create_pyramid(&guanxi, "value").await;
    let name = add_revision(&guanxi, "value", by_revenue()).await;
    let request = ActivatePyramidRevisionRequest { name, request_id: "0198c5a0-0000-7000-8000-000000000001".into() };
    let first = guanxi.segmentation().activate_pyramid_revision(request.clone()).await.unwrap().into_inner();
    let again = guanxi.segmentation().activate_pyramid_revision(request.clone()).await.unwrap().into_inner();
    assert_eq!(again.name, first.name);
    let done = ended(&guanxi, &first.name).await;
    let later = guanxi.segmentation().activate_pyramid_revision(request).await.unwrap().into_inner();
    assert_eq!(later, done);
}

async fn activation_over_nobody_succeeds(guanxi: TestServer) {
    create_pyramid(&guanxi, "value").await;
    let name = add_revision(&guanxi, "value", by_revenue()).await;
    let done = activate(&guanxi, &name).await;
    assert_eq!((done.ranked_count, done.moved_count), (0, 0));
    assert_eq!(everybody(&guanxi, "value").await, []);
    buys(&guanxi, "ada", 70_000).await;
    assert_eq!(standing(&guanxi, "ada").await.tier, "gold");
}

/// Looks at the pyramid until the operation has ended. Every look is at one revision, and once one has seen the new one
/// all later ones do.
async fn watch(guanxi: &TestServer, asked: &Operation, old: &str, new: &str) {
    let mut switched = false;
    loop {
        let done = guanxi.operations().get_operation(get(asked)).await.unwrap().into_inner().done;
        let one = standing(guanxi, &member(0)).await;
        let page = guanxi.segmentation().list_tier_assignments(list_of("value")).await.unwrap().into_inner();
        let whole = report(guanxi, "value").await;
        for one in std::iter::once(&one).chain(&page.tier_assignments) {
            let tier = if one.pyramid_revision == old { "bronze" } else { "gold" };
            assert_eq!((one.tier.as_str(), one.name.as_str()), (tier, one.name.as_str()));
            assert!(!switched || one.pyramid_revision == new, "{} fell back", one.name);
            switched = one.pyramid_revision == new;
        }
        let all_in = if whole.pyramid_revision == old { 2 } else { 0 };
        assert_eq!(whole.tiers[all_in].customer_count, whole.ranked_count);
        assert!(!switched || whole.pyramid_revision == new);
        if done {
            assert!(switched);
            return;
        }
    }
}

fn get(asked: &Operation) -> guanxi::google::longrunning::GetOperationRequest {
    guanxi::google::longrunning::GetOperationRequest { name: asked.name.clone() }
}

async fn readers_see_nothing_of_a_run_until_it_switches(guanxi: TestServer) {
    crowd(&guanxi, 3000).await;
    let old = active_pyramid(&guanxi, "value", by_revenue()).await;
    guanxi.clock.advance(Duration::from_secs(60));
    let new = add_revision(&guanxi, "value", generous()).await;
    let asked = ask(&guanxi, &new).await.unwrap();
    watch(&guanxi, &asked, &old, &new).await;
    assert_eq!(outcome(&ended(&guanxi, &asked.name).await).moved_count, 3000);
    for one in everybody(&guanxi, "value").await {
        assert_eq!((one.tier.as_str(), one.assign_time), ("gold", Some(time("2026-01-31T12:01:00Z"))));
    }
}

async fn second_activation_while_one_runs_is_refused(guanxi: TestServer) {
    crowd(&guanxi, 3000).await;
    create_pyramid(&guanxi, "value").await;
    create_pyramid(&guanxi, "other").await;
    let name = add_revision(&guanxi, "value", by_revenue()).await;
    let running = ask(&guanxi, &name).await.unwrap();
    let refusal = refused(ask(&guanxi, &name).await, Code::FailedPrecondition, "PYRAMID_BUSY");
    assert_eq!(refusal.metadata["pyramid"], "pyramids/value");
    assert_eq!(refusal.metadata["operation"], running.name);
    let request = guanxi::v1::DeletePyramidRequest { name: "pyramids/value".into(), ..Default::default() };
    let refusal = guanxi.segmentation().delete_pyramid(request).await;
    assert_eq!(refused(refusal, Code::FailedPrecondition, "PYRAMID_BUSY").metadata["operation"], running.name);
    let renamed = UpdatePyramidRequest {
        pyramid: Some(guanxi::v1::Pyramid {
            description: "meanwhile".into(),
            ..get_pyramid(&guanxi, "value").await.unwrap()
        }),
        update_mask: Some(prost_types::FieldMask { paths: vec!["description".into()] }),
        request_id: String::new(),
    };
    guanxi.segmentation().update_pyramid(renamed).await.expect("a pyramid may be described while it runs");
    let other = add_revision(&guanxi, "other", by_revenue()).await;
    activate(&guanxi, &other).await;
    assert_eq!(outcome(&ended(&guanxi, &running.name).await).ranked_count, 3000);
    let pyramid = get_pyramid(&guanxi, "value").await.unwrap();
    assert_eq!((pyramid.description.as_str(), pyramid.active_revision), ("meanwhile", name.clone()));
    activate(&guanxi, &name).await;
}

/// Asks for an activation and at once to cancel it; checks that it ends cancelled.
async fn cancelled(guanxi: &TestServer, revision: &str) {
    let asked = ask(guanxi, revision).await.unwrap();
    let request = CancelOperationRequest { name: asked.name.clone() };
    guanxi.operations().cancel_operation(request).await.unwrap();
    let ended = ended(guanxi, &asked.name).await;
    assert!(progress(&ended).cancel_requested);
    let Some(operation::Result::Error(status)) = ended.result else { panic!("not cancelled: {ended:?}") };
    assert_eq!(Code::from(status.code), Code::Cancelled);
    let status = tonic::Status::with_details(
        Code::Cancelled,
        status.message.clone(),
        prost::Message::encode_to_vec(&status).into(),
    );
    assert_eq!(refused::<()>(Err(status), Code::Cancelled, "OPERATION_CANCELLED").metadata["resource"], asked.name);
}

async fn cancelled_activation_leaves_what_is_in_force(guanxi: TestServer) {
    crowd(&guanxi, 3000).await;
    let old = active_pyramid(&guanxi, "value", by_revenue()).await;
    let before = (get_pyramid(&guanxi, "value").await.unwrap(), everybody(&guanxi, "value").await);
    let new = add_revision(&guanxi, "value", generous()).await;
    cancelled(&guanxi, &new).await;
    assert_eq!((get_pyramid(&guanxi, "value").await.unwrap(), everybody(&guanxi, "value").await), before);
    assert_eq!(before.0.active_revision, old);
    buys(&guanxi, &member(0), 40_000).await;
    assert_eq!(standing(&guanxi, &member(0)).await.tier, "silver", "facts are judged by what is in force");
    let done = activate(&guanxi, &new).await;
    assert_eq!((done.ranked_count, done.moved_count), (3000, 3000));
    assert!(everybody(&guanxi, "value").await.iter().all(|one| one.tier == "gold"));
}

async fn cancelled_first_activation_leaves_nothing_in_force(guanxi: TestServer) {
    crowd(&guanxi, 3000).await;
    create_pyramid(&guanxi, "value").await;
    let name = add_revision(&guanxi, "value", by_revenue()).await;
    cancelled(&guanxi, &name).await;
    let refusal = try_standing(&guanxi, &member(0), "value").await;
    refused(refusal, Code::FailedPrecondition, "PYRAMID_NOT_ACTIVE");
    let request = guanxi::v1::DeletePyramidRequest { name: "pyramids/value".into(), ..Default::default() };
    guanxi.segmentation().delete_pyramid(request).await.expect("it was never in force");
    active_pyramid(&guanxi, "value", generous()).await;
    assert!(everybody(&guanxi, "value").await.iter().all(|one| one.tier == "gold"));
}

/// Asks to cancel a run while it folds. Nothing where it ended before that was seen.
async fn cancelled_in_the_fold(guanxi: &TestServer, revision: &str) -> Option<Operation> {
    let asked = ask(guanxi, revision).await.unwrap();
    loop {
        // A caller, for whom the run makes way, so that its last phase is long enough to be seen.
        standing(guanxi, &member(0)).await;
        let seen = guanxi.operations().get_operation(get(&asked)).await.unwrap().into_inner();
        let told = progress(&seen);
        assert!(told.done_count <= told.total_count, "{told:?}");
        if seen.done || told.phase() == ActivationPhase::Fold {
            break;
        }
    }
    let cancel = CancelOperationRequest { name: asked.name.clone() };
    guanxi.operations().cancel_operation(cancel).await.unwrap();
    Some(ended(guanxi, &asked.name).await).filter(|ended| progress(ended).cancel_requested)
}

async fn cancelling_comes_too_late_once_readers_see_the_new_tiers(guanxi: TestServer) {
    crowd(&guanxi, 6000).await;
    let strict = active_pyramid(&guanxi, "value", by_revenue()).await;
    let loose = add_revision(&guanxi, "value", generous()).await;
    for revision in [&loose, &strict].into_iter().cycle().take(20) {
        let Some(ended) = cancelled_in_the_fold(&guanxi, revision).await else { continue };
        let done = outcome(&ended);
        assert_eq!((done.moved_count, &done.pyramid.unwrap().active_revision), (6000, revision));
        let tier = if *revision == loose { "gold" } else { "bronze" };
        assert!(everybody(&guanxi, "value").await.iter().all(|one| one.tier == tier));
        return;
    }
    panic!("no fold was seen");
}

async fn leavings_of_a_cancelled_run_do_not_show_in_a_later_one(guanxi: TestServer) {
    crowd(&guanxi, 6000).await;
    create_pyramid(&guanxi, "value").await;
    let (strict, loose) = (by_revenue(), generous());
    let (strict, loose) = (add_revision(&guanxi, "value", strict).await, add_revision(&guanxi, "value", loose).await);
    activate(&guanxi, &strict).await;
    let asked = ask(&guanxi, &loose).await.unwrap();
    // Cancelled as late as it can be asked for: while those who move are being written, if it is seen in time.
    while progress(&guanxi.operations().get_operation(get(&asked)).await.unwrap().into_inner()).phase()
        == ActivationPhase::Calibrate
    {}
    let cancel = CancelOperationRequest { name: asked.name.clone() };
    guanxi.operations().cancel_operation(cancel).await.unwrap();
    ended(&guanxi, &asked.name).await;
    // Some have moved since, and the later run has to put everybody right.
    populate(&guanxi, (0..100).map(|number| (member(number * 50), 40_000))).await;
    activate(&guanxi, &strict).await;
    for one in everybody(&guanxi, "value").await {
        let number: usize = customer_of(&one).trim_start_matches("m-").parse().unwrap();
        let tier = if number.is_multiple_of(50) && number < 5000 { "silver" } else { "bronze" };
        assert_eq!((customer_of(&one), one.tier.as_str()), (customer_of(&one), tier));
    }
}

async fn pyramid_created_again_judges_by_its_own_scheme(guanxi: TestServer) {
    crowd(&guanxi, 8000).await;
    create_pyramid(&guanxi, "value").await;
    let name = add_revision(&guanxi, "value", generous()).await;
    let asked = ask(&guanxi, &name).await.unwrap();
    let phase = async |guanxi: &TestServer| {
        progress(&guanxi.operations().get_operation(get(&asked)).await.unwrap().into_inner()).phase()
    };
    while phase(&guanxi).await < ActivationPhase::Assign {}
    // The run stands still until the clock moves, and this fact is judged by what it has found.
    let guanxi = guanxi.restart().await;
    assert_eq!(phase(&guanxi).await, ActivationPhase::Assign, "the server has stopped in the middle of the run");
    buys(&guanxi, &member(0), 100).await;
    let cancel = CancelOperationRequest { name: asked.name.clone() };
    guanxi.operations().cancel_operation(cancel).await.unwrap();
    guanxi.clock.advance(Duration::from_secs(60));
    ended(&guanxi, &asked.name).await;
    let request = guanxi::v1::DeletePyramidRequest { name: "pyramids/value".into(), ..Default::default() };
    guanxi.segmentation().delete_pyramid(request).await.unwrap();
    active_pyramid(&guanxi, "value", by_revenue()).await;
    buys(&guanxi, &member(0), 100).await;
    assert_eq!(standing(&guanxi, &member(0)).await.tier, "bronze");
    assert!(everybody(&guanxi, "value").await.iter().all(|one| one.tier == "bronze"));
}
