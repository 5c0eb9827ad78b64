//! How well the customers of a pyramid are known.

use guanxi::v1 as pb;
use guanxi_model::statistics::Evidence;
use guanxi_model::{PyramidId, Timestamp, name};
use guanxi_segmentation::{QualityFigures, Requirement, Tier, TierQuality};
use guanxi_store::Judge;

use super::report::count;
use super::{number, time};

/// The report on a pyramid.
pub(crate) fn report(
    (pyramid, judge): (&PyramidId, &Judge),
    made: Timestamp,
    max_age_days: i32,
    tiers: Vec<TierQuality>,
) -> pb::DataQualityReport {
    pb::DataQualityReport {
        pyramid: name::pyramid(pyramid),
        pyramid_revision: name::revision(pyramid, judge.number),
        report_time: Some(time::timestamp(made)),
        max_age_days,
        tiers: judge.scheme.tiers().iter().zip(tiers).map(|(of, one)| tier(of, one)).collect(),
    }
}

fn tier(tier: &Tier, quality: TierQuality) -> pb::TierDataQuality {
    let TierQuality { customers, figures } = quality;
    let (tier, customer_count) = (tier.id.to_string(), count(customers));
    let evidence = number(Evidence::of(customers));
    match figures {
        None => pb::TierDataQuality {
            tier,
            customer_count,
            evidence,
            complete_share: None,
            gaps: Vec::new(),
            verified_share: None,
            unverified_count: 0,
            median_age_days: None,
        },
        Some(QualityFigures { complete_share, lacking, verified_share, unverified, median_age_days }) => {
            pb::TierDataQuality {
                tier,
                customer_count,
                evidence,
                complete_share,
                gaps: lacking.into_iter().map(|one| gap(one, customers)).collect(),
                verified_share: Some(verified_share),
                unverified_count: count(unverified),
                median_age_days,
            }
        }
    }
}

fn gap((requirement, lacking): (Requirement, u64), customers: u64) -> pb::DataGap {
    use pb::data_gap::Requirement as Pb;
    pb::DataGap {
        lacking_count: count(lacking),
        lacking_share: Some(lacking as f64 / customers as f64),
        requirement: Some(match requirement {
            Requirement::Item(item) => Pb::Item(number(item)),
            Requirement::Label(key) => Pb::Label(key.into()),
            Requirement::Attribute(key) => Pb::Attribute(key.into()),
        }),
    }
}
