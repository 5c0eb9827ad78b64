//! What is done for a tier: kept with the revision, served with every assignment.

use guanxi::v1::{AccountTeamRole, GetPyramidRevisionRequest, PyramidRevision, TierStrategy};
use guanxi_testkit::{TestServer, on_each_backend};

use super::kit::{
    activate, active_pyramid, add_revision, buys, by_revenue, create_pyramid, everybody, explained, invalid, standing,
    try_revision,
};
use crate::support::create_person;

on_each_backend! {
    strategy_of_the_tier_is_served_with_every_assignment,
    strategy_follows_the_revision_in_force,
    strategy_past_its_limits_is_refused_with_all_other_faults,
}

fn named_contact() -> TierStrategy {
    TierStrategy {
        service_level: "Named contact".into(),
        contact_interval_days: 14,
        response_deadline: Some(prost_types::Duration { seconds: 4 * 3600, nanos: 0 }),
        communication_policy: "By telephone first.\nNo mass mailings.".into(),
        owner_role: AccountTeamRole::Account.into(),
    }
}

/// By revenue, with what is done for the first of the tiers.
fn with_strategy(strategy: TierStrategy) -> PyramidRevision {
    let mut revision = by_revenue();
    revision.tiers[0].strategy = Some(strategy);
    revision
}

async fn strategy_of_the_tier_is_served_with_every_assignment(guanxi: TestServer) {
    buys(&guanxi, "ada", 70_000).await;
    buys(&guanxi, "ben", 100).await;
    create_person(&guanxi, "cy").await;
    let name = active_pyramid(&guanxi, "value", with_strategy(named_contact())).await;
    let kept = guanxi.segmentation().get_pyramid_revision(GetPyramidRevisionRequest { name }).await.unwrap();
    let strategies: Vec<_> = kept.into_inner().tiers.into_iter().map(|tier| tier.strategy).collect();
    assert_eq!(strategies, [Some(named_contact()), None, None]);
    assert_eq!(standing(&guanxi, "ada").await.strategy, Some(named_contact()));
    assert_eq!(explained(&guanxi, "ada").await.assignment.unwrap().strategy, Some(named_contact()));
    assert_eq!(standing(&guanxi, "ben").await.strategy, None, "its tier has none");
    assert_eq!(standing(&guanxi, "cy").await.strategy, None, "unranked");
    let listed: Vec<_> = everybody(&guanxi, "value").await.into_iter().map(|one| one.strategy).collect();
    assert_eq!(listed, [Some(named_contact()), None]);
    // A fact that lifts the customer brings the strategy of the tier above.
    buys(&guanxi, "ben", 70_000).await;
    assert_eq!(standing(&guanxi, "ben").await.strategy, Some(named_contact()));
}

async fn strategy_follows_the_revision_in_force(guanxi: TestServer) {
    buys(&guanxi, "ada", 70_000).await;
    active_pyramid(&guanxi, "value", with_strategy(named_contact())).await;
    let rarer = TierStrategy { contact_interval_days: 30, ..named_contact() };
    let next = add_revision(&guanxi, "value", with_strategy(rarer.clone())).await;
    assert_eq!(standing(&guanxi, "ada").await.strategy, Some(named_contact()), "until it is activated");
    activate(&guanxi, &next).await;
    assert_eq!(standing(&guanxi, "ada").await.strategy, Some(rarer));
}

async fn strategy_past_its_limits_is_refused_with_all_other_faults(guanxi: TestServer) {
    create_pyramid(&guanxi, "value").await;
    let deadline = |seconds, nanos| Some(prost_types::Duration { seconds, nanos });
    let spoiled = TierStrategy {
        service_level: "x".repeat(201),
        contact_interval_days: 3661,
        response_deadline: deadline(0, 0),
        communication_policy: "x".repeat(2001),
        owner_role: 7,
    };
    let revision = PyramidRevision { value_measure: 0, ..with_strategy(spoiled) };
    let at = |field| format!("pyramid_revision.tiers[0].strategy.{field}");
    let mut told = vec![at("owner_role"), "pyramid_revision.value_measure".to_owned()];
    told.extend(["service_level", "contact_interval_days", "response_deadline", "communication_policy"].map(at));
    let told: Vec<&str> = told.iter().map(String::as_str).collect();
    invalid(try_revision(&guanxi, "value", revision).await, &told);
    for response_deadline in [deadline(-1, 0), deadline(1, 1), deadline(366 * 86_400 + 1, 0)] {
        let strategy = TierStrategy { response_deadline, ..named_contact() };
        let refused = try_revision(&guanxi, "value", with_strategy(strategy)).await;
        invalid(refused, &["pyramid_revision.tiers[0].strategy.response_deadline"]);
    }
}
