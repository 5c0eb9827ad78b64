//! What the customers of each tier are like.

use guanxi::v1 as pb;
use guanxi::v1::measure_figure::Figure;
use guanxi::v1::mix_word::Word;
use guanxi_model::{Amount, Currency, LabelKey, PyramidId, Timestamp, name};
use guanxi_segmentation::{
    Based, Basis, Measure, MeasureFigures, MixFigures, Profile, ServiceCost, Tier, TierProfile, Unit, WordCount,
};
use guanxi_store::Judge;

use super::report::count;
use super::{money, number, scheme, time};

/// The report on a pyramid.
pub(crate) fn report(
    currency: &Currency,
    (pyramid, judge): (&PyramidId, &Judge),
    made: Timestamp,
    profile: Profile,
) -> pb::TierProfileReport {
    let Profile { tiers, unranked } = profile;
    let of = |(one, profile)| tier(currency, (one, judge.scheme.measures()), profile);
    pb::TierProfileReport {
        pyramid: name::pyramid(pyramid),
        pyramid_revision: name::revision(pyramid, judge.number),
        report_time: Some(time::timestamp(made)),
        tiers: judge.scheme.tiers().iter().zip(tiers).map(of).collect(),
        unranked_count: count(unranked),
    }
}

fn tier(currency: &Currency, (tier, scheme): (&Tier, &[Measure]), profile: TierProfile) -> pb::TierProfile {
    let TierProfile { customers, customer_share, measures, labels, stages, channels, cost_to_serve } = profile;
    pb::TierProfile {
        tier: tier.id.to_string(),
        customer_count: count(customers),
        customer_share,
        strategy: tier.strategy.as_ref().map(scheme::strategy),
        measures: scheme.iter().zip(measures).map(|(of, one)| measure(currency, of, one)).collect(),
        label_mixes: labels.into_iter().map(label_mix).collect(),
        stage_mix: Some(mix(stages, |stage| Word::Stage(number(stage)))),
        channel_mix: Some(mix(channels, Word::Channel)),
        cost_to_serve: Some(service_cost(currency, cost_to_serve)),
    }
}

fn basis(basis: Basis) -> pb::FigureBasis {
    let Basis { known, missing } = basis;
    pb::FigureBasis { known_count: count(known), missing_count: count(missing), evidence: number(basis.evidence()) }
}

fn measure(currency: &Currency, measure: &Measure, profile: Based<MeasureFigures>) -> pb::MeasureProfile {
    let Based { basis: on, figures } = profile;
    let told = |of: fn(&MeasureFigures) -> f64| Some(figure(currency, measure.unit(), of(figures.as_ref()?)));
    pb::MeasureProfile {
        measure_id: measure.id.to_string(),
        kind: scheme::measure_kind(measure.kind).into(),
        basis: Some(basis(on)),
        first_quartile: told(|figures| figures.first_quartile),
        median: told(|figures| figures.median),
        third_quartile: told(|figures| figures.third_quartile),
        mean: told(|figures| figures.mean),
    }
}

fn figure(currency: &Currency, unit: Unit, figure: f64) -> pb::MeasureFigure {
    let figure = match unit {
        Unit::Count | Unit::Days | Unit::Number => Figure::Number(figure / unit.per_one() as f64),
        Unit::Money => Figure::Amount(money::money(currency, nearest(figure))),
        Unit::Seconds => Figure::Duration(time::fractional_seconds(figure)),
    };
    pb::MeasureFigure { figure: Some(figure) }
}

/// To the minor unit, halves away from zero.
fn nearest(minor_units: f64) -> Amount {
    Amount(minor_units.round() as i64)
}

fn label_mix((key, profile): (LabelKey, Based<MixFigures<String>>)) -> pb::LabelMix {
    pb::LabelMix { label_key: key.to_string(), mix: Some(mix(profile, Word::LabelValue)) }
}

fn mix<W>(profile: Based<MixFigures<W>>, worded: fn(W) -> Word) -> pb::Mix {
    let Based { basis: on, figures } = profile;
    let (listed, others) = match figures {
        Some(MixFigures { listed, other_times, other_share }) => (listed, Some((other_times, other_share))),
        None => (Vec::new(), None),
    };
    let word = |WordCount { word, times, share }| pb::MixWord {
        word: Some(worded(word)),
        count: count(times),
        share: Some(share),
    };
    pb::Mix {
        basis: Some(basis(on)),
        words: listed.into_iter().map(word).collect(),
        other_count: others.map_or(0, |(times, _)| count(times)),
        other_share: others.map(|(_, share)| share),
    }
}

fn service_cost(currency: &Currency, profile: Based<ServiceCost>) -> pb::ServiceCost {
    let Based { basis: on, figures } = profile;
    pb::ServiceCost {
        basis: Some(basis(on)),
        total_amount: figures.map(|figures| money::sum(currency, figures.total)),
        mean_amount: figures.map(|figures| money::money(currency, nearest(figures.mean))),
        coverage: figures.map(|figures| figures.coverage),
    }
}
