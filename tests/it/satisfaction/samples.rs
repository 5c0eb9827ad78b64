//! Samples: drawn by a seed, in strata, of those who may be asked, and the same again.

use std::time::Duration;

use guanxi::google::longrunning::operations_client::OperationsClient;
use guanxi::google::longrunning::{
    CancelOperationRequest, GetOperationRequest, ListOperationsRequest, Operation, WaitOperationRequest, operation,
};
use guanxi::google::rpc;
use guanxi::v1::satisfaction_service_client::SatisfactionServiceClient;
use guanxi::v1::{
    ActivateQuestionnaireRevisionRequest, ContactRule, CustomerStage, DrawSampleMetadata, DrawSampleRequest,
    GetResponseReportRequest, Questionnaire, SampleReservation, StageChange, SurveyObjectionReason, SurveySample,
    TierSampleSize, UpdateQuestionnaireRequest,
};
use guanxi_model::CustomerId;
use guanxi_satisfaction::{Allocation, Draw};
use guanxi_testkit::{TestServer, on_each_backend};
use prost::Message as _;
use prost_types::FieldMask;
use tonic::transport::Channel;
use tonic::{Code, Status};

use super::eligibility::customer_in;
use super::invitations::{invitations, sent, tell};
use super::kit::{in_use, plain};
use crate::activity::kinds::{Kind as _, Recording};
use crate::segmentation::kit::{self as segmentation, active_pyramid, add_revision, by_revenue, create_pyramid, ended};
use crate::support::{invalid, record, refused, request_id, sale, stage_change};

on_each_backend! {
    seed_draws_the_same_of_the_same,
    tiers_are_strata,
    only_those_who_may_be_asked_are_drawn,
    slots_are_held_for_the_sample_once,
    everybody_is_seen_over_however_many_pages,
    drawing_is_asked_for_once_and_tells_how_far_it_is,
    drawing_that_a_server_left_goes_on_with_the_same_customers,
    cancelled_drawing_leaves_slots_that_the_next_one_finds,
    tier_that_is_gone_when_it_is_drawn_is_told,
    wrong_drawings_are_refused,
}

fn drawing(seed: i64, total_size: i32) -> DrawSampleRequest {
    DrawSampleRequest { questionnaire: "questionnaires/service".into(), seed, total_size, ..Default::default() }
}

async fn ask(guanxi: &TestServer, request: DrawSampleRequest) -> Result<Operation, Status> {
    Ok(guanxi.satisfaction().draw_sample(request).await?.into_inner())
}

async fn draw(guanxi: &TestServer, request: DrawSampleRequest) -> SurveySample {
    sample(&ended(guanxi, &ask(guanxi, request).await.unwrap().name).await)
}

fn sample(ended: &Operation) -> SurveySample {
    let Some(operation::Result::Response(response)) = &ended.result else { panic!("no success: {ended:?}") };
    assert_eq!(response.type_url, "type.googleapis.com/guanxi.v1.SurveySample");
    SurveySample::decode(response.value.as_slice()).unwrap()
}

/// The same, asked of another server.
async fn draw_through(channel: &Channel, request: DrawSampleRequest) -> SurveySample {
    let asked = SatisfactionServiceClient::new(channel.clone()).draw_sample(request).await.unwrap().into_inner();
    let mut wait = tonic::Request::new(WaitOperationRequest { name: asked.name, timeout: None });
    wait.set_timeout(Duration::from_secs(60));
    sample(&OperationsClient::new(channel.clone()).wait_operation(wait).await.unwrap().into_inner())
}

async fn get(guanxi: &TestServer, name: &str) -> Operation {
    guanxi.operations().get_operation(GetOperationRequest { name: name.into() }).await.unwrap().into_inner()
}

fn progress(operation: &Operation) -> DrawSampleMetadata {
    let metadata = operation.metadata.as_ref().unwrap();
    assert_eq!(metadata.type_url, "type.googleapis.com/guanxi.v1.DrawSampleMetadata");
    DrawSampleMetadata::decode(metadata.value.as_slice()).unwrap()
}

/// How a drawing failed.
fn failed(ended: Operation) -> Status {
    let Some(operation::Result::Error(rpc::Status { code, message, details })) = ended.result else {
        panic!("no failure: {ended:?}")
    };
    let encoded = rpc::Status { code, message: message.clone(), details }.encode_to_vec();
    Status::with_details(code.into(), message, encoded.into())
}

fn drawn(sample: &SurveySample) -> Vec<String> {
    sample.strata.iter().flat_map(|stratum| stratum.customers.clone()).collect()
}

/// Sixty active customers: every tenth bought for 700 dollars, the others for 100.
async fn crowd(guanxi: &TestServer) {
    in_use(guanxi, "service", plain()).await;
    for number in 0..60 {
        let id = format!("c-{number}");
        customer_in(guanxi, &id, CustomerStage::Active).await;
        let cents = if number % 10 == 0 { 70_000 } else { 10_000 };
        record(guanxi, sale(&id, "2026-01-02T00:00:00Z", "o", cents)).await.unwrap();
    }
}

async fn seed_draws_the_same_of_the_same(guanxi: TestServer) {
    crowd(&guanxi).await;
    let first = draw(&guanxi, drawing(1, 10)).await;
    assert_eq!((first.strata.len(), first.strata[0].customer_count, first.strata[0].eligible_count), (1, 60, 60));
    assert_eq!(drawn(&first).len(), 10);
    assert_eq!(draw(&guanxi, drawing(1, 10)).await, first);
    assert_ne!(drawn(&draw(&guanxi, drawing(2, 10)).await), drawn(&first));
    assert_ne!(drawn(&draw(&guanxi, drawing(-1, 10)).await), drawn(&first));
    let more = drawn(&draw(&guanxi, drawing(1, 20)).await);
    assert_eq!(more[..10], drawn(&first), "a larger sample begins with the smaller one");
    assert_eq!(drawn(&draw(&guanxi, drawing(1, 100)).await).len(), 60, "no more than there are");
}

async fn tiers_are_strata(guanxi: TestServer) {
    crowd(&guanxi).await;
    // No customer of the pyramid: it has bought nothing, and has no tier.
    customer_in(&guanxi, "new", CustomerStage::Active).await;
    active_pyramid(&guanxi, "value", by_revenue()).await;
    let of_value = |request: DrawSampleRequest| DrawSampleRequest { pyramid: "pyramids/value".into(), ..request };
    let sample = draw(&guanxi, of_value(drawing(7, 25))).await;
    let strata: Vec<_> = sample
        .strata
        .iter()
        .map(|it| (it.tier.as_str(), it.customer_count, it.eligible_count, it.customers.len()))
        .collect();
    // 25 x 6/60 is 2.5 and 25 x 54/60 is 22.5: of equal remainders the upper tier is first.
    assert_eq!(strata, [("gold", 6, 6, 3), ("silver", 0, 0, 0), ("bronze", 54, 54, 22)]);
    let size = |tier: &str, size| TierSampleSize { tier: tier.into(), size };
    let sizes = DrawSampleRequest { tier_sizes: vec![size("bronze", 4), size("gold", 50)], ..drawing(7, 0) };
    let sample = draw(&guanxi, of_value(sizes)).await;
    let sizes: Vec<_> = sample.strata.iter().map(|it| it.customers.len()).collect();
    assert_eq!(sizes, [6, 0, 4]);
    assert_eq!(
        (sample.pyramid.as_str(), sample.pyramid_revision.as_str()),
        ("pyramids/value", "pyramids/value/revisions/1")
    );
    let whole = draw(&guanxi, drawing(7, 100)).await;
    assert_eq!(whole.pyramid_revision, "");
    assert_eq!(whole.strata[0].customer_count, 61, "without a pyramid everybody counts");
}

async fn only_those_who_may_be_asked_are_drawn(guanxi: TestServer) {
    crowd(&guanxi).await;
    customer_in(&guanxi, "lost", CustomerStage::Churned).await;
    tell(&guanxi, sent("c-7", "i-1", "service", 20)).await.unwrap();
    let sample = draw(&guanxi, drawing(1, 100)).await;
    assert_eq!((sample.strata[0].customer_count, sample.strata[0].eligible_count), (61, 59));
    assert!(!drawn(&sample).iter().any(|it| it == "customers/c-7" || it == "customers/lost"));
    let reasons: Vec<_> = sample.objections.iter().map(|it| (it.reason(), it.customer_count)).collect();
    assert_eq!(reasons, [(SurveyObjectionReason::OtherPopulation, 1), (SurveyObjectionReason::Cooldown, 1)]);
}

/// Nobody is asked twice.
async fn once(guanxi: &TestServer) {
    let rule = ContactRule { max_invitations: 1, ..Default::default() };
    let questionnaire =
        Questionnaire { name: "questionnaires/service".into(), contact_rule: Some(rule), ..Default::default() };
    let update = UpdateQuestionnaireRequest {
        questionnaire: Some(questionnaire),
        update_mask: Some(FieldMask { paths: vec!["contact_rule".into()] }),
        request_id: String::new(),
    };
    guanxi.satisfaction().update_questionnaire(update).await.unwrap();
}

/// With slots for the sample.
fn holding(sample: &str, drawing: DrawSampleRequest) -> DrawSampleRequest {
    let slots = SampleReservation { sample: sample.into(), wave: "spring".into(), ..Default::default() };
    DrawSampleRequest { reserve: Some(slots), ..drawing }
}

async fn slots_are_held_for_the_sample_once(guanxi: TestServer) {
    crowd(&guanxi).await;
    once(&guanxi).await;
    let holding = |sample: &str| holding(sample, drawing(3, 15));
    let first = draw(&guanxi, holding("a")).await;
    assert_eq!((drawn(&first).len(), first.strata[0].lost_count), (15, 0));
    for name in drawn(&first) {
        let held = &invitations(&guanxi, name.trim_start_matches("customers/")).await[0];
        let invited = held.invited.as_ref().unwrap();
        assert_eq!((held.invitation_id.as_str(), invited.sample.as_str(), invited.wave.as_str()), ("a", "a", "spring"));
    }
    assert_eq!(draw(&guanxi, holding("a")).await, first, "the same call again draws the same");
    let second = draw(&guanxi, holding("b")).await;
    assert_eq!((drawn(&second).len(), second.strata[0].eligible_count), (15, 45));
    assert!(drawn(&second).iter().all(|name| !drawn(&first).contains(name)), "nobody is asked twice");
}

/// So many active customers.
async fn many(guanxi: &TestServer, count: usize) -> Vec<String> {
    let ids: Vec<String> = (0..count).map(|number| format!("c-{number}")).collect();
    for some in ids.chunks(500) {
        let step = |id: &String| stage_change(id, "2025-01-01T00:00:00Z", "stage", CustomerStage::Active);
        let steps = some.iter().map(|id| Recording::creating(step(id))).collect();
        StageChange::batch(guanxi.activity(), steps, true)
            .await
            .unwrap()
            .into_iter()
            .for_each(|one| drop(one.unwrap()));
    }
    ids
}

/// More customers than fit a page, and a sample that is held in two goes.
async fn everybody_is_seen_over_however_many_pages(guanxi: TestServer) {
    const CROWD: usize = 5_100;
    in_use(&guanxi, "service", plain()).await;
    once(&guanxi).await;
    let ids = many(&guanxi, CROWD).await;
    // Drawn from everybody at once, in another order.
    let alone = |seed: u64, total: usize| {
        let mut draw = Draw::new(seed, Allocation::Proportional(total), 1);
        ids.iter().rev().for_each(|id| draw.see(0, &CustomerId::parse(id).unwrap()));
        draw.finish()[0].customers.iter().map(|id| format!("customers/{id}")).collect::<Vec<_>>()
    };
    let other = guanxi.replica().await;
    for (seed, total) in [(1, 10), (1, 700), (2, 700), (3, 6_000)] {
        let told = draw(&guanxi, drawing(seed, total)).await;
        assert_eq!((told.strata[0].customer_count, told.strata[0].eligible_count), (5_100, 5_100));
        let expected = alone(seed.cast_unsigned(), usize::try_from(total).unwrap());
        assert_eq!(drawn(&told), expected, "{total} by {seed}");
        assert_eq!(draw_through(&other.channel, drawing(seed, total)).await, told);
    }
    let first = draw(&guanxi, holding("a", drawing(1, 700))).await;
    assert_eq!((drawn(&first), first.strata[0].lost_count), (alone(1, 700), 0));
    assert_eq!(draw_through(&other.channel, holding("a", drawing(1, 700))).await, first);
    let rest = draw(&guanxi, holding("b", drawing(1, 700))).await;
    assert_eq!((drawn(&rest).len(), rest.strata[0].eligible_count), (700, 4_400));
    // Slots are no invitations yet.
    let request = GetResponseReportRequest { questionnaire: "questionnaires/service".into(), ..Default::default() };
    let report = guanxi.satisfaction().get_response_report(request).await.unwrap().into_inner();
    assert_eq!(report.total.unwrap().sent_count, 0);
}

async fn drawing_is_asked_for_once_and_tells_how_far_it_is(guanxi: TestServer) {
    crowd(&guanxi).await;
    let request = DrawSampleRequest { request_id: request_id(1), ..holding("a", drawing(1, 10)) };
    let asked = ask(&guanxi, request.clone()).await.unwrap();
    let done = ended(&guanxi, &asked.name).await;
    let told = progress(&done);
    let revision = "questionnaires/service/revisions/1";
    assert_eq!((told.questionnaire_revision.as_str(), told.pyramid_revision.as_str()), (revision, ""));
    assert_eq!((told.done_count, told.total_count, told.held_count, told.cancel_requested), (60, 60, 10, false));
    // What is asked by now is another revision, but this was asked before.
    let name = super::kit::add_revision(&guanxi, "service", plain()).await;
    let activate = ActivateQuestionnaireRevisionRequest { name, request_id: String::new() };
    guanxi.satisfaction().activate_questionnaire_revision(activate).await.unwrap();
    assert_eq!(ask(&guanxi, request.clone()).await.unwrap(), done);
    let other = ask(&guanxi, DrawSampleRequest { seed: 2, ..request }).await.unwrap();
    assert_ne!(other.name, done.name, "another request is another operation");
    ended(&guanxi, &other.name).await;
    let of = ListOperationsRequest { filter: "kind = \"draw-sample\"".into(), ..Default::default() };
    assert_eq!(guanxi.operations().list_operations(of).await.unwrap().into_inner().operations.len(), 2);
}

/// An operation over many customers whose first slots are held.
async fn begun(guanxi: &TestServer, request: DrawSampleRequest) -> String {
    let asked = ask(guanxi, request).await.unwrap().name;
    while progress(&get(guanxi, &asked).await).held_count == 0 {
        tokio::task::yield_now().await;
    }
    asked
}

async fn drawing_that_a_server_left_goes_on_with_the_same_customers(guanxi: TestServer) {
    in_use(&guanxi, "service", plain()).await;
    once(&guanxi).await;
    let ids = many(&guanxi, 4_000).await;
    let asked = begun(&guanxi, holding("a", drawing(1, 4_000))).await;
    let guanxi = guanxi.restart().await;
    let left = get(&guanxi, &asked).await;
    let held = progress(&left).held_count;
    assert!(!left.done && held > 0 && held < 4_000, "the server has stopped in the middle: {left:?}");
    // Whoever was drawn and is asked elsewhere meanwhile is lost, and nobody comes instead.
    let mut unheld = None;
    for id in ids.iter().rev() {
        if invitations(&guanxi, id).await.is_empty() {
            unheld = Some(id.clone());
            break;
        }
    }
    tell(&guanxi, sent(&unheld.unwrap(), "elsewhere", "service", 20)).await.unwrap();
    many_more(&guanxi).await;
    guanxi.clock.advance(Duration::from_secs(16));
    let told = sample(&ended(&guanxi, &asked).await);
    assert_eq!((told.strata[0].customer_count, told.strata[0].lost_count, drawn(&told).len()), (4_000, 1, 3_999));
}

/// Customers who came after a sample was drawn.
async fn many_more(guanxi: &TestServer) {
    for number in 0..5 {
        customer_in(guanxi, &format!("late-{number}"), CustomerStage::Active).await;
    }
}

async fn cancelled_drawing_leaves_slots_that_the_next_one_finds(guanxi: TestServer) {
    in_use(&guanxi, "service", plain()).await;
    once(&guanxi).await;
    many(&guanxi, 4_000).await;
    let asked = begun(&guanxi, holding("a", drawing(1, 4_000))).await;
    guanxi.operations().cancel_operation(CancelOperationRequest { name: asked.clone() }).await.unwrap();
    let done = ended(&guanxi, &asked).await;
    let held = progress(&done).held_count;
    assert!(progress(&done).cancel_requested && held > 0 && held < 4_000, "{done:?}");
    assert_eq!(failed(done).code(), Code::Cancelled);
    let others = draw(&guanxi, holding("b", drawing(1, 1))).await;
    assert_eq!(others.strata[0].eligible_count, 4_000 - i64::from(held), "so many slots were left");
    let again = draw(&guanxi, holding("a", drawing(1, 4_000))).await;
    assert_eq!((drawn(&again).len(), again.strata[0].lost_count), (3_999, 0));
}

async fn tier_that_is_gone_when_it_is_drawn_is_told(guanxi: TestServer) {
    in_use(&guanxi, "service", plain()).await;
    once(&guanxi).await;
    many(&guanxi, 4_000).await;
    active_pyramid(&guanxi, "value", by_revenue()).await;
    let without_bronze = segmentation::scheme(vec![segmentation::revenue()], segmentation::thresholds(&[60.0]));
    let other = add_revision(&guanxi, "value", without_bronze).await;
    // Operations are done one after the other, in the order in which they were asked for: while the first is under way the
    // revision is put in force that the last will find.
    begun(&guanxi, holding("a", drawing(1, 4_000))).await;
    guanxi.clock.advance(Duration::from_secs(1));
    let activation = segmentation::ask(&guanxi, &other).await.unwrap();
    guanxi.clock.advance(Duration::from_secs(1));
    let size = |tier: &str| TierSampleSize { tier: tier.into(), size: 1 };
    let of_bronze = DrawSampleRequest {
        pyramid: "pyramids/value".into(),
        tier_sizes: vec![size("gold"), size("bronze")],
        ..drawing(1, 0)
    };
    let asked = ask(&guanxi, of_bronze).await.unwrap();
    assert!(!get(&guanxi, &activation.name).await.done);
    invalid(Err::<(), _>(failed(ended(&guanxi, &asked.name).await)), &["tier_sizes[1].tier"]);
}

async fn wrong_drawings_are_refused(guanxi: TestServer) {
    in_use(&guanxi, "service", plain()).await;
    invalid(ask(&guanxi, drawing(1, 0)).await, &["total_size"]);
    let size = |tier: &str| vec![TierSampleSize { tier: tier.into(), size: 1 }];
    let alone = DrawSampleRequest { tier_sizes: size("gold"), ..drawing(1, 0) };
    invalid(ask(&guanxi, alone).await, &["tier_sizes"]);
    let of_value =
        |tier| DrawSampleRequest { pyramid: "pyramids/value".into(), tier_sizes: size(tier), ..drawing(1, 0) };
    refused(ask(&guanxi, of_value("gold")).await, Code::NotFound, "RESOURCE_NOT_FOUND");
    create_pyramid(&guanxi, "value").await;
    refused(ask(&guanxi, of_value("gold")).await, Code::FailedPrecondition, "PYRAMID_NOT_ACTIVE");
    active_pyramid(&guanxi, "worth", by_revenue()).await;
    let unknown = DrawSampleRequest { pyramid: "pyramids/worth".into(), ..of_value("iron") };
    invalid(ask(&guanxi, unknown).await, &["tier_sizes[0].tier"]);
    let nothing = DrawSampleRequest { questionnaire: "questionnaires/nothing".into(), ..drawing(1, 1) };
    refused(ask(&guanxi, nothing).await, Code::NotFound, "RESOURCE_NOT_FOUND");
}
