//! Schemes of pyramids, whose money is in whole units on the wire.

use std::collections::BTreeMap;

use guanxi::v1 as pb;
use guanxi_model::{AttributeKey, LabelKey, PyramidId, RevisionNumber};
use guanxi_segmentation::{
    DataStandard, Direction, MeasureDraft, MeasureKind, MissingRule, MovementDraft, Normaliser, Population,
    PyramidScheme, RecordItem, SchemeDraft, TierDraft, TierStrategy, TieringRule, Unit, Window,
};
use guanxi_store::Revision;
use prop::collection::{btree_set, vec};
use prop::option;
use prop::sample::select;
use proptest::prelude::*;

use crate::from_proto::{self, Context};
use crate::testing::{NOW, ctx, currencies, optional_line, words};
use crate::to_proto;

/// Parameters of money are whole minor units; others may be anything.
fn normalisers(kind: MeasureKind, window: Window) -> impl Strategy<Value = Normaliser> {
    let unit = kind.unit(window);
    let on_grid = move |parameter: f64| match unit {
        Unit::Money => parameter.round(),
        // Whole numbers survive the way from millionths and back.
        Unit::Number => (parameter / 1e6).round().abs().max(1.0).copysign(parameter) * 1e6,
        _ => parameter,
    };
    prop_oneof![
        (-1e12..1e12, 1.0..1e12).prop_map(move |(low, width): (f64, f64)| {
            let low = on_grid(low);
            Normaliser::Linear { low, high: low + on_grid(width) }
        }),
        (1.0..1e9, 1.0..1e14)
            .prop_map(move |(scale, cap)| Normaliser::Logarithmic { scale: on_grid(scale), cap: on_grid(cap) }),
        Just(Normaliser::Rank),
    ]
}

fn measures() -> impl Strategy<Value = MeasureDraft> {
    let kinds = select(MeasureKind::ALL.as_slice());
    let rules = select(&[MissingRule::Skip, MissingRule::Lowest, MissingRule::Unranked][..]);
    let directions = select(&[Direction::HigherIsBetter, Direction::LowerIsBetter][..]);
    let timed = (kinds, windows()).prop_map(|(kind, window)| match kind.allows(window) {
        true => (kind, window),
        false => (kind, Window::Lifetime),
    });
    let measured = timed.prop_flat_map(|(kind, window)| (Just((kind, window)), normalisers(kind, window)));
    (measured, directions, 1e-3..1e3, rules, 0..=10_000).prop_map(
        |(((kind, window), normaliser), direction, weight, missing, min_coverage_bp)| MeasureDraft {
            id: String::new(),
            kind: Some(kind),
            window,
            expression: String::new(),
            normaliser: Some(normaliser),
            direction,
            weight,
            missing,
            min_coverage_bp,
        },
    )
}

fn windows() -> impl Strategy<Value = Window> {
    prop_oneof![
        Just(Window::Lifetime),
        (1..=Window::MAX_DAYS).prop_map(|days| Window::Trailing { days }),
        (1..=Window::MAX_DAYS).prop_map(|days| Window::HalfLife { days }),
    ]
}

fn movement() -> impl Strategy<Value = Option<MovementDraft>> {
    let rules = (0..=10_000, 1..=120, 0..=3_660, 1..=19);
    prop::option::of(rules.prop_map(|(keep_basis_points, reviews, min_stay_days, max_fall)| MovementDraft {
        keep_basis_points,
        reviews,
        min_stay_days,
        max_fall,
    }))
}

fn rules() -> impl Strategy<Value = TieringRule> {
    let shares = btree_set(1..10_000, 1..5).prop_map(|cuts| {
        let ends: Vec<i32> = cuts.into_iter().chain([10_000]).collect();
        let starts = std::iter::once(0).chain(ends.iter().copied());
        ends.iter().zip(starts).map(|(end, start)| end - start).collect::<Vec<_>>()
    });
    let thresholds = btree_set(0..1_000_000, 1..5)
        .prop_map(|cuts| cuts.into_iter().rev().map(|cut| f64::from(cut) / 1e4).collect::<Vec<_>>());
    prop_oneof![
        thresholds.prop_map(TieringRule::ScoreThresholds),
        shares.clone().prop_map(TieringRule::CustomerShares),
        shares.prop_map(TieringRule::ValueShares),
    ]
}

fn strategies() -> impl Strategy<Value = TierStrategy> {
    let (line, deadline) = (optional_line, option::of(1..=TierStrategy::MAX_RESPONSE_DEADLINE_SECONDS));
    (line(), 0..=TierStrategy::MAX_CONTACT_INTERVAL_DAYS, deadline, line(), option::of(words())).prop_map(
        |(service_level, contact_interval_days, response_deadline_seconds, communication_policy, owner_role)| {
            TierStrategy {
                service_level,
                contact_interval_days,
                response_deadline_seconds,
                communication_policy,
                owner_role,
            }
        },
    )
}

fn standards() -> impl Strategy<Value = DataStandard> {
    let keys = || btree_set("[a-z][a-z0-9_]{0,9}", 0..4);
    (btree_set(words::<RecordItem>(), 0..8), keys(), keys()).prop_map(|(items, labels, attributes)| DataStandard {
        items: items.into_iter().collect(),
        labels: labels.into_iter().map(|key| LabelKey::parse(key).unwrap()).collect(),
        attributes: attributes.into_iter().map(|key| AttributeKey::parse(key).unwrap()).collect(),
    })
}

fn schemes() -> impl Strategy<Value = PyramidScheme> {
    let population = select(&[Population::Purchasers, Population::Everyone][..]);
    let value = select(&[MeasureKind::NetRevenue, MeasureKind::ContributionMargin][..]);
    let value = (value, windows());
    let named = vec((optional_line(), option::of(strategies()), option::of(standards())), 6);
    (vec(measures(), 1..5), rules(), population, value, named, movement()).prop_map(
        |(mut measures, rule, population, (value, value_window), named, movement)| {
            for (index, measure) in measures.iter_mut().enumerate() {
                measure.id = format!("measure_{index}");
            }
            let tiers = match &rule {
                TieringRule::ScoreThresholds(thresholds) => thresholds.len() + 1,
                TieringRule::CustomerShares(shares) | TieringRule::ValueShares(shares) => shares.len(),
            };
            let tier = |(index, (display_name, strategy, data_standard))| TierDraft {
                id: format!("tier-{index}"),
                display_name,
                strategy,
                data_standard,
                gate: String::new(),
            };
            let tiers = named.into_iter().take(tiers).enumerate().map(tier).collect();
            let (value, tiering) = (Some(value), Some(rule));
            let draft =
                SchemeDraft { measures, population, value, value_window, tiering, tiers, movement, minor_units: 0 };
            PyramidScheme::new(draft, &BTreeMap::new()).unwrap()
        },
    )
}

proptest! {
    #[test]
    fn schemes_survive(scheme in schemes(), description in optional_line(), currency in currencies()) {
        // Expressions see money in whole units of the deployment's currency.
        let minor_units = 10_u32.pow(u32::from(currency.digits()));
        let scheme = PyramidScheme::try_from(SchemeDraft { minor_units, ..scheme.into() }).unwrap();
        let kept = Revision {
            of: PyramidId::parse("value").unwrap(),
            number: RevisionNumber::FIRST,
            description: description.clone(),
            scheme: scheme.clone(),
            create_time: NOW,
        };
        let request = pb::CreatePyramidRevisionRequest {
            parent: "pyramids/value".into(),
            pyramid_revision: Some(to_proto::pyramid::revision(&currency, kept)),
            request_id: String::new(),
        };
        let ctx = Context { currency: &currency, ..ctx() };
        let (new, _) = from_proto::pyramid::create_revision_request((&ctx, &BTreeMap::new()), request).unwrap();
        prop_assert_eq!((new.description, new.scheme), (description, scheme));
    }
}
