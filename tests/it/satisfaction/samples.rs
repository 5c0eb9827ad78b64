//! Samples: drawn by a seed, in strata, of those who may be asked, and the same again.

use guanxi::v1::satisfaction_service_client::SatisfactionServiceClient;
use guanxi::v1::{
    ContactRule, CustomerStage, DrawSampleRequest, GetResponseReportRequest, Questionnaire, SampleReservation,
    StageChange, SurveyObjectionReason, SurveySample, TierSampleSize, UpdateQuestionnaireRequest,
};
use guanxi_model::CustomerId;
use guanxi_satisfaction::{Allocation, Draw};
use guanxi_testkit::{TestServer, on_each_backend};
use prost_types::FieldMask;
use tonic::{Code, Status};

use super::eligibility::customer_in;
use super::invitations::{invitations, sent, tell};
use super::kit::{in_use, plain};
use crate::activity::kinds::{Kind as _, Recording};
use crate::segmentation::kit::{active_pyramid, by_revenue, create_pyramid};
use crate::support::{invalid, record, refused, sale, stage_change};

on_each_backend! {
    seed_draws_the_same_of_the_same,
    tiers_are_strata,
    only_those_who_may_be_asked_are_drawn,
    slots_are_held_for_the_sample_once,
    everybody_is_seen_over_however_many_pages,
    wrong_drawings_are_refused,
}

fn drawing(seed: i64, total_size: i32) -> DrawSampleRequest {
    DrawSampleRequest { questionnaire: "questionnaires/service".into(), seed, total_size, ..Default::default() }
}

async fn try_draw(guanxi: &TestServer, request: DrawSampleRequest) -> Result<SurveySample, Status> {
    Ok(guanxi.satisfaction().draw_sample(request).await?.into_inner())
}

async fn draw(guanxi: &TestServer, request: DrawSampleRequest) -> SurveySample {
    try_draw(guanxi, request).await.unwrap()
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
    let whole = draw(&guanxi, drawing(7, 100)).await;
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

/// More customers than fit two pages, and a sample that is held in two goes.
async fn everybody_is_seen_over_however_many_pages(guanxi: TestServer) {
    const CROWD: usize = 1_100;
    in_use(&guanxi, "service", plain()).await;
    once(&guanxi).await;
    let ids: Vec<String> = (0..CROWD).map(|number| format!("c-{number}")).collect();
    for some in ids.chunks(500) {
        let step = |id: &String| stage_change(id, "2025-01-01T00:00:00Z", "stage", CustomerStage::Active);
        let steps = some.iter().map(|id| Recording::creating(step(id))).collect();
        StageChange::batch(guanxi.activity(), steps, true)
            .await
            .unwrap()
            .into_iter()
            .for_each(|one| drop(one.unwrap()));
    }
    // Drawn from everybody at once, in another order.
    let alone = |seed: u64, total: usize| {
        let mut draw = Draw::new(seed, Allocation::Proportional(total), 1);
        ids.iter().rev().for_each(|id| draw.see(0, &CustomerId::parse(id).unwrap()));
        draw.finish()[0].customers.iter().map(|id| format!("customers/{id}")).collect::<Vec<_>>()
    };
    let other = guanxi.replica().await;
    let mut replica = SatisfactionServiceClient::new(other.channel.clone());
    for (seed, total) in [(1, 10), (1, 700), (2, 700), (3, 2_000)] {
        let told = draw(&guanxi, drawing(seed, total)).await;
        assert_eq!((told.strata[0].customer_count, told.strata[0].eligible_count), (1_100, 1_100));
        let expected = alone(seed.cast_unsigned(), usize::try_from(total).unwrap());
        assert_eq!(drawn(&told), expected, "{total} by {seed}");
        assert_eq!(replica.draw_sample(drawing(seed, total)).await.unwrap().into_inner(), told);
    }
    let first = draw(&guanxi, holding("a", drawing(1, 700))).await;
    assert_eq!((drawn(&first), first.strata[0].lost_count), (alone(1, 700), 0));
    assert_eq!(replica.draw_sample(holding("a", drawing(1, 700))).await.unwrap().into_inner(), first);
    let rest = draw(&guanxi, holding("b", drawing(1, 700))).await;
    assert_eq!((drawn(&rest).len(), rest.strata[0].eligible_count), (400, 400));
    // Slots are no invitations yet.
    let request = GetResponseReportRequest { questionnaire: "questionnaires/service".into(), ..Default::default() };
    let report = guanxi.satisfaction().get_response_report(request).await.unwrap().into_inner();
    assert_eq!(report.total.unwrap().sent_count, 0);
}

async fn wrong_drawings_are_refused(guanxi: TestServer) {
    in_use(&guanxi, "service", plain()).await;
    invalid(try_draw(&guanxi, drawing(1, 0)).await, &["total_size"]);
    let size = |tier: &str| vec![TierSampleSize { tier: tier.into(), size: 1 }];
    let alone = DrawSampleRequest { tier_sizes: size("gold"), ..drawing(1, 0) };
    invalid(try_draw(&guanxi, alone).await, &["tier_sizes"]);
    let of_value =
        |tier| DrawSampleRequest { pyramid: "pyramids/value".into(), tier_sizes: size(tier), ..drawing(1, 0) };
    refused(try_draw(&guanxi, of_value("gold")).await, Code::NotFound, "RESOURCE_NOT_FOUND");
    create_pyramid(&guanxi, "value").await;
    refused(try_draw(&guanxi, of_value("gold")).await, Code::FailedPrecondition, "PYRAMID_NOT_ACTIVE");
    active_pyramid(&guanxi, "worth", by_revenue()).await;
    let unknown = DrawSampleRequest { pyramid: "pyramids/worth".into(), ..of_value("iron") };
    invalid(try_draw(&guanxi, unknown).await, &["tier_sizes[0].tier"]);
    let nothing = DrawSampleRequest { questionnaire: "questionnaires/nothing".into(), ..drawing(1, 1) };
    refused(try_draw(&guanxi, nothing).await, Code::NotFound, "RESOURCE_NOT_FOUND");
}
