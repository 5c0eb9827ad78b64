//! How the customers of a tier are mixed by labels, stages and channels, and what is not told of few.

use std::collections::HashMap;

use guanxi::v1::mix_word::Word;
use guanxi::v1::{
    CreateCustomerRequest, Customer, CustomerStage, FactKind, FigureBasis, Mix, Purchase, RecordStageChangeRequest,
    TierProfile, WithdrawFactRequest,
};
use guanxi_testkit::{TestServer, on_each_backend};

use super::super::kit::{BEFORE, active_pyramid, buys, by_revenue, creating, deal, member, new_source_id};
use super::{basis, bronze, calls, figures, profile};
use crate::support::{person, shop, stage_change, usd};

on_each_backend! {
    labels_stages_and_channels_are_mixed_by_tier,
    fewer_than_five_are_counted_and_not_described,
    what_few_have_does_not_come_out_by_subtraction,
}

async fn create(guanxi: &TestServer, id: &str, labels: &[(&str, &str)]) {
    let labels: HashMap<_, _> = labels.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect();
    let customer = Some(Customer { labels, ..person(id) });
    let request = CreateCustomerRequest { customer, customer_id: id.into(), request_id: String::new() };
    guanxi.customers().create_customer(request).await.unwrap();
}

/// A sale of a dollar through a channel; returns its source id.
async fn buys_through(guanxi: &TestServer, customer: &str, channel: &str) -> String {
    let purchase = Purchase { channel: channel.into(), ..deal(customer, 100) };
    let source_id = purchase.context.as_ref().unwrap().source_id.clone();
    guanxi.activity().record_purchase(creating(purchase)).await.unwrap();
    source_id
}

/// A word, how often it was met, and its share in percent.
type Counted = (String, i64, i64);

/// The words of a mix, and the others.
fn told(mix: Option<Mix>) -> (Option<FigureBasis>, Vec<Counted>, (i64, Option<i64>)) {
    let percent = |share: f64| (share * 100.0).round() as i64;
    let Mix { basis, words, other_count, other_share } = mix.unwrap();
    let words = words.into_iter().map(|one| {
        let word = match one.word.unwrap() {
            Word::LabelValue(word) | Word::Channel(word) => word,
            Word::Stage(stage) => CustomerStage::try_from(stage).unwrap().as_str_name().replace("CUSTOMER_STAGE_", ""),
        };
        (word, one.count, percent(one.share.unwrap()))
    });
    (basis, words.collect(), (other_count, other_share.map(percent)))
}

fn words(words: &[(&str, i64, i64)]) -> Vec<Counted> {
    words.iter().map(|(word, count, percent)| ((*word).to_owned(), *count, *percent)).collect()
}

async fn labels_stages_and_channels_are_mixed_by_tier(guanxi: TestServer) {
    for number in 0..12 {
        let region: &[_] = match number {
            0..6 => &[("region", "north"), ("size", "big")],
            6..11 => &[("region", "south")],
            _ => &[("size", "big")],
        };
        create(&guanxi, &member(number), region).await;
        buys_through(&guanxi, &member(number), if number < 6 { "web" } else { "" }).await;
    }
    for number in 0..5 {
        calls(&guanxi, &member(number), None, None).await;
        calls(&guanxi, &member(number), None, None).await;
        let stage_change = stage_change(&member(number), BEFORE, &new_source_id(), CustomerStage::Active);
        let request = RecordStageChangeRequest { stage_change: Some(stage_change), ..Default::default() };
        guanxi.activity().record_stage_change(request).await.unwrap();
    }
    // What was taken back was not used.
    let fact = Some(shop(&buys_through(&guanxi, &member(9), "fax").await));
    let customer = format!("customers/{}", member(9));
    let request = WithdrawFactRequest { customer, kind: FactKind::Purchase.into(), fact };
    guanxi.activity().withdraw_fact(request).await.unwrap();
    // In another tier, where nothing of it counts for bronze.
    create(&guanxi, "gold", &[("region", "north")]).await;
    buys(&guanxi, "gold", 90_000).await;
    active_pyramid(&guanxi, "value", by_revenue()).await;

    let bronze = bronze(&guanxi, &["size", "region", "nobody_has_it"]).await;
    let keys: Vec<_> = bronze.label_mixes.iter().map(|one| one.label_key.as_str()).collect();
    assert_eq!(keys, ["size", "region", "nobody_has_it"], "in the order asked for");
    let [size, region, none] = <[_; 3]>::try_from(bronze.label_mixes).unwrap().map(|one| told(one.mix));
    assert_eq!(size, (basis(7, 5), words(&[("big", 7, 100)]), (0, Some(0))));
    assert_eq!(region, (basis(11, 1), words(&[("north", 6, 55), ("south", 5, 45)]), (0, Some(0))));
    assert_eq!(none, (basis(0, 12), words(&[]), (0, None)));
    let stages = words(&[("PROSPECT", 7, 58), ("ACTIVE", 5, 42)]);
    assert_eq!(told(bronze.stage_mix), (basis(12, 0), stages, (0, Some(0))));
    let channels = words(&[("phone", 10, 63), ("web", 6, 38)]);
    assert_eq!(told(bronze.channel_mix), (basis(6, 6), channels, (0, Some(0))));
}

async fn fewer_than_five_are_counted_and_not_described(guanxi: TestServer) {
    for number in 0..4 {
        create(&guanxi, &member(number), &[("region", "north")]).await;
        buys_through(&guanxi, &member(number), "web").await;
    }
    active_pyramid(&guanxi, "value", by_revenue()).await;
    let silent = |tier: TierProfile, customers| {
        assert_eq!(tier.customer_count, customers);
        assert_eq!(
            (tier.measures[0].basis, figures(&tier.measures[0])),
            (basis(customers, 0), [None, None, None, None])
        );
        let nothing = (basis(customers, 0), words(&[]), (0, None));
        for mix in [tier.label_mixes[0].mix.clone(), tier.stage_mix, tier.channel_mix] {
            assert_eq!(told(mix), nothing);
        }
        let cost = tier.cost_to_serve.unwrap();
        assert_eq!(cost.basis, basis(customers, 0));
        assert_eq!((cost.total_amount, cost.mean_amount, cost.coverage), (None, None, None));
    };
    let [gold, _, bronze_tier] = <[_; 3]>::try_from(profile(&guanxi, &["region"]).await.tiers).unwrap();
    assert_eq!(gold.customer_share, Some(0.0));
    silent(gold, 0);
    silent(bronze_tier, 4);
    create(&guanxi, &member(4), &[("region", "north")]).await;
    buys_through(&guanxi, &member(4), "web").await;
    let bronze = bronze(&guanxi, &["region"]).await;
    assert_eq!((bronze.measures[0].basis, figures(&bronze.measures[0])[1].is_some()), (basis(5, 0), true));
    assert_eq!(told(bronze.label_mixes[0].mix.clone()).1, words(&[("north", 5, 100)]));
    assert_eq!(told(bronze.channel_mix).1, words(&[("web", 5, 100)]));
    assert_eq!(bronze.cost_to_serve.unwrap().mean_amount, Some(usd(0)));
}

async fn what_few_have_does_not_come_out_by_subtraction(guanxi: TestServer) {
    for number in 0..16 {
        // Ten of the north and six of the south; two sizes of four each, and eight of a third.
        let region = if number < 10 { "north" } else { "south" };
        let size = ["big", "small", "middle", "middle"][number % 4];
        create(&guanxi, &member(number), &[("region", region), ("size", size)]).await;
        buys_through(&guanxi, &member(number), "web").await;
    }
    active_pyramid(&guanxi, "value", by_revenue()).await;
    let ask = async || {
        let bronze = bronze(&guanxi, &["region", "size"]).await;
        let [region, size] = <[_; 2]>::try_from(bronze.label_mixes).unwrap().map(|one| told(one.mix));
        (region, size, told(bronze.channel_mix))
    };
    let (region, size, _) = ask().await;
    assert_eq!(region, (basis(16, 0), words(&[("north", 10, 63), ("south", 6, 38)]), (0, Some(0))));
    assert_eq!(size, (basis(16, 0), words(&[("middle", 8, 50)]), (8, Some(50))), "two of four, of eight together");
    // One of the west: the south is among the others with him. Three who also use two channels more: others of three.
    create(&guanxi, &member(16), &[("region", "west"), ("size", "middle")]).await;
    buys_through(&guanxi, &member(16), "web").await;
    for number in 0..3 {
        buys_through(&guanxi, &member(number), "fax").await;
        buys_through(&guanxi, &member(number), "post").await;
    }
    let (region, _, channels) = ask().await;
    assert_eq!(region, (basis(17, 0), words(&[("north", 10, 59)]), (7, Some(41))));
    assert_eq!(channels, (basis(17, 0), words(&[]), (23, Some(100))));
}
