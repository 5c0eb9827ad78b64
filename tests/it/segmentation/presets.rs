//! The schemes of the literature: that they can be put in force, and whom their tiers get.

use std::collections::BTreeMap;

use guanxi::v1::{Interaction, InteractionPurpose, ListPyramidPresetsRequest, PurchaseLine, PyramidPreset};
use guanxi_testkit::{TestServer, on_each_backend};

use super::kit::{
    BEFORE, activate, add_revision, create_pyramid, creating, crowd, customer_of, everybody, new_source_id,
};
use super::passing::deal_at;
use crate::support::{inbound, line, usd};

on_each_backend! {
    every_preset_can_be_put_in_force,
    platinum_to_lead_go_by_profit,
    accounts_go_by_margin_and_what_serving_takes_of_it,
}

async fn presets(guanxi: &TestServer) -> Vec<PyramidPreset> {
    guanxi.segmentation().list_pyramid_presets(ListPyramidPresetsRequest {}).await.unwrap().into_inner().presets
}

/// Puts a preset in force, in a pyramid of its name; how many customers it ranks.
async fn put_in_force(guanxi: &TestServer, preset: &PyramidPreset) -> i64 {
    create_pyramid(guanxi, &preset.preset_id).await;
    let revision = add_revision(guanxi, &preset.preset_id, preset.pyramid_revision.clone().unwrap()).await;
    activate(guanxi, &revision).await.ranked_count
}

async fn every_preset_can_be_put_in_force(guanxi: TestServer) {
    crowd(&guanxi, 40).await;
    let presets = presets(&guanxi).await;
    let ids: Vec<_> = presets.iter().map(|preset| preset.preset_id.as_str()).collect();
    assert_eq!(ids, ["curry", "zeithaml", "abc", "accounts"]);
    for preset in &presets {
        // Nothing is known of the costs of these purchases, so of two presets nobody has the value.
        let ranked = if ["curry", "abc"].contains(&preset.preset_id.as_str()) { 40 } else { 0 };
        assert_eq!(put_in_force(&guanxi, preset).await, ranked, "{}", preset.preset_id);
    }
}

/// A sale of two thousand dollars with its cost, so that this many dollars are left.
async fn brings(guanxi: &TestServer, customer: &str, time: &str, dollars: i64) {
    let costed = PurchaseLine { cost_amount: Some(usd(200_000 - dollars * 100)), ..line(200_000) };
    let purchase = guanxi::v1::Purchase { lines: vec![costed], ..deal_at(customer, time, 1) };
    guanxi.activity().record_purchase(creating(purchase)).await.unwrap();
}

async fn is_served(guanxi: &TestServer, customer: &str, dollars: i64) {
    let interaction = Interaction {
        handling_cost: Some(usd(dollars * 100)),
        ..inbound(customer, BEFORE, &new_source_id(), InteractionPurpose::Service)
    };
    let request = guanxi::v1::RecordInteractionRequest { interaction: Some(interaction), ..Default::default() };
    guanxi.activity().record_interaction(request).await.unwrap();
}

/// Eleven who bring something: one to ten hundred dollars, and one 950 after 9,086 for serving it. Two who bring less than they
/// cost. And of 33 who bought three years ago, one still costs something: the others are three of four customers.
async fn company(guanxi: &TestServer) {
    for hundreds in 1..=10 {
        brings(guanxi, &format!("c{hundreds:02}"), BEFORE, hundreds * 100).await;
    }
    for (customer, dollars) in [("costly", 1_000), ("loss", -50), ("served", 100)] {
        brings(guanxi, customer, BEFORE, dollars).await;
    }
    for number in 0..9 {
        brings(guanxi, "costly", BEFORE, 1_000 + number).await;
    }
    is_served(guanxi, "costly", 9_086).await;
    is_served(guanxi, "served", 101).await;
    for number in 0..33 {
        brings(guanxi, &format!("gone{number:02}"), "2023-01-15T10:00:00Z", 1_900).await;
    }
    is_served(guanxi, "gone00", 1).await;
}

/// Who is in which tier, those who are gone as one: how many they are is told apart.
async fn tiers(guanxi: &TestServer, preset: &str) -> BTreeMap<String, (String, usize)> {
    company(guanxi).await;
    let all = presets(guanxi).await;
    let preset = all.iter().find(|one| one.preset_id == preset).unwrap();
    assert_eq!(put_in_force(guanxi, preset).await, 46);
    let mut tiers: BTreeMap<String, (Vec<String>, usize)> = BTreeMap::new();
    for one in everybody(guanxi, &preset.preset_id).await {
        let (present, gone) = tiers.entry(one.tier.clone()).or_default();
        match customer_of(&one) {
            customer if customer.starts_with("gone") && customer != "gone00" => *gone += 1,
            customer => present.push(customer.to_owned()),
        }
    }
    tiers.into_iter().map(|(tier, (present, gone))| (tier, (present.join(" "), gone))).collect()
}

fn expected(tiers: [(&str, &str, usize); 4]) -> BTreeMap<String, (String, usize)> {
    tiers.into_iter().map(|(tier, present, gone)| (tier.to_owned(), (present.to_owned(), gone))).collect()
}

/// They bring 6,450 dollars: platinum ends behind 3,225 of them, gold behind 5,160.
async fn platinum_to_lead_go_by_profit(guanxi: TestServer) {
    let found = tiers(&guanxi, "zeithaml").await;
    let by_profit = [
        ("platinum", "c08 c09 c10 costly", 0),
        ("gold", "c05 c06 c07", 0),
        ("iron", "c01 c02 c03 c04", 0),
        ("lead", "gone00 loss served", 32),
    ];
    assert_eq!(found, expected(by_profit));
}

/// Ranks are of eleven. Costly is the second of them, but nine tenths go into serving it.
async fn accounts_go_by_margin_and_what_serving_takes_of_it(guanxi: TestServer) {
    let found = tiers(&guanxi, "accounts").await;
    let by_margin_and_cost = [
        ("key", "c10", 0),
        ("prime", "c06 c07 c08 c09 costly", 0),
        ("marginal", "c01 c02 c03 c04 c05", 32),
        ("unprofitable", "gone00 loss served", 0),
    ];
    assert_eq!(found, expected(by_margin_and_cost));
}
