//! What is told about tiers, by hand; what holds of any customers.

use guanxi_model::statistics::evidence::TOLD;
use proptest::prelude::*;

use super::*;
use crate::sample::{draft, linear, scheme, tally};
use crate::scheme::TieringRule;

/// Two tiers; by revenue, and by interactions.
fn two_tiers() -> PyramidScheme {
    let measures =
        vec![linear(MeasureKind::NetRevenue, 1.0, 0.0, 1e3), linear(MeasureKind::InteractionCount, 1.0, 0.0, 10.0)];
    scheme(draft(measures, TieringRule::ScoreThresholds(vec![50.0])))
}

fn region() -> LabelKey {
    LabelKey::parse("region").unwrap()
}

/// A customer of a tier, with a reading of the one measure, the other one missing, and no costs.
#[derive(Clone, Debug)]
struct One {
    tier: usize,
    revenue: Option<i64>,
    region: Option<&'static str>,
    channels: Vec<(String, u64)>,
    /// Interactions, those with a cost, and what they cost.
    service: [i64; 3],
}

const NOBODY: One = One { tier: 0, revenue: None, region: None, channels: Vec::new(), service: [0; 3] };

fn profile(customers: &[One]) -> Profile {
    let mut builder = ProfileBuilder::new(&two_tiers(), vec![region()]);
    for One { tier, revenue, region: value, channels, service: [interactions, costed, cost] } in customers {
        let reading = |value| Reading { value, coverage: Coverage::default() };
        let labels: Vec<_> = value.iter().map(|value| (region(), (*value).to_owned())).collect();
        let lifetime = tally(&[
            (Counter::Interactions, *interactions),
            (Counter::CostedInteractions, *costed),
            (Counter::HandlingCost, *cost),
        ]);
        let customer = Profiled {
            readings: &[reading(*revenue), reading(None)],
            stage: Stage::Active,
            labels: &labels,
            channels,
            lifetime: &lifetime,
        };
        builder.add(*tier, &customer);
    }
    builder.finish()
}

#[test]
fn tiers_are_told_apart() {
    let in_first = (1..=5).map(|value| One { revenue: Some(value), ..NOBODY });
    let in_second = (1..=30).map(|value| One {
        tier: 1,
        revenue: Some(value).filter(|value| value % 2 == 0),
        region: Some("north"),
        ..NOBODY
    });
    let profile = profile(&in_first.chain(in_second).collect::<Vec<_>>());
    let [first, second] = profile.tiers.as_slice() else { panic!("{profile:?}") };
    assert_eq!((first.customers, first.customer_share), (5, Some(5.0 / 35.0)));
    let figures = MeasureFigures { first_quartile: 2.0, median: 3.0, third_quartile: 4.0, mean: 3.0 };
    assert_eq!(first.measures[0], Based { basis: Basis { known: 5, missing: 0 }, figures: Some(figures) });
    assert_eq!(first.measures[1], Based { basis: Basis { known: 0, missing: 5 }, figures: None });
    assert_eq!(first.labels[0].1, Based { basis: Basis { known: 0, missing: 5 }, figures: None });
    let half = &second.measures[0];
    assert_eq!((half.basis, half.figures.unwrap().median), (Basis { known: 15, missing: 15 }, 16.0));
    let north = WordCount { word: "north".to_owned(), times: 30, share: 1.0 };
    let all_north = MixFigures { listed: vec![north], other_times: 0, other_share: 0.0 };
    assert_eq!(
        second.labels[0],
        (region(), Based { basis: Basis { known: 30, missing: 0 }, figures: Some(all_north) })
    );
    assert_eq!(second.stages.figures.as_ref().unwrap().listed[0].word, Stage::Active);
}

#[test]
fn fewer_than_five_are_counted_and_not_described() {
    let basis = |known| Basis { known, missing: 0 };
    assert_eq!([4, 5].map(|known| basis(known).evidence()), [Evidence::Suppressed, Evidence::Indicative]);
    let mut customers = vec![One { revenue: Some(1), region: Some("north"), ..NOBODY }; 4];
    let told = |customers: &[One]| {
        let tier = profile(customers).tiers.remove(0);
        (tier.customers, tier.measures[0].figures.is_some(), tier.labels[0].1.figures.is_some(), tier.stages)
    };
    assert_eq!(told(&customers), (4, false, false, Based { basis: basis(4), figures: None }));
    customers.push(One { region: Some("north"), ..NOBODY });
    let (customers, measure, label, stages) = told(&customers);
    assert_eq!((customers, measure, label, stages.figures.is_some()), (5, false, true, true));
}

#[test]
fn cost_is_of_those_of_whom_it_is_known() {
    let service = [[0, 0, 0], [0, 0, 0], [2, 2, 300], [4, 1, 150], [1, 1, 0], [3, 0, 0]];
    let customers = service.map(|service| One { service, ..NOBODY });
    let cost = profile(&customers).tiers[0].cost_to_serve.clone();
    assert_eq!(cost.basis, Basis { known: 5, missing: 1 });
    assert_eq!(cost.figures, Some(ServiceCost { total: 450, mean: 90.0, coverage: 0.4 }));
    let idle = profile(&vec![NOBODY; 5]).tiers[0].cost_to_serve.clone();
    assert_eq!(idle.figures, Some(ServiceCost { total: 0, mean: 0.0, coverage: 1.0 }));
}

#[test]
fn empty_tier_has_no_figures() {
    let profile = profile(&[]);
    let tier = &profile.tiers[1];
    assert_eq!((profile.unranked, tier.customers, tier.customer_share), (0, 0, None));
    assert!(!tier.stages.basis.evidence().is_told() && tier.stages.figures.is_none());
    assert!(tier.cost_to_serve.figures.is_none());
}

fn customers() -> impl Strategy<Value = Vec<One>> {
    let channels = prop::collection::btree_map("[ab]", 1_u64..4, 0..3);
    let region = prop::option::of(prop::sample::select(vec!["north", "south", "east"]));
    let one = (0_usize..2, any::<Option<i64>>(), region, channels, 0_i64..3).prop_map(
        |(tier, revenue, region, channels, costed)| One {
            tier,
            revenue,
            region,
            channels: channels.into_iter().collect(),
            service: [2, costed, costed * 7],
        },
    );
    prop::collection::vec(one, 0..60)
}

proptest! {
    #[test]
    fn order_of_customers_does_not_show(
        (some, shuffled) in customers().prop_flat_map(|some| (Just(some.clone()), Just(some).prop_shuffle()))
    ) {
        prop_assert_eq!(profile(&shuffled), profile(&some));
    }

    #[test]
    fn no_word_and_no_remainder_is_of_fewer_than_five(customers in customers()) {
        for (index, tier) in profile(&customers).tiers.iter().enumerate() {
            let Some(told) = &tier.labels[0].1.figures else { continue };
            let of = |word: &str| customers.iter().filter(|one| one.tier == index && one.region == Some(word)).count();
            for WordCount { word, times, share: _ } in &told.listed {
                prop_assert_eq!(of(word) as u64, *times);
                prop_assert!(*times >= TOLD);
            }
            prop_assert!(told.other_times == 0 || told.other_times >= TOLD, "{:?}", told);
            let shares: f64 = told.listed.iter().map(|one| one.share).sum::<f64>() + told.other_share;
            prop_assert!((shares - 1.0).abs() < 1e-12);
        }
    }
}
