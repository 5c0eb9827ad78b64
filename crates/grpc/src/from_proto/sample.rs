//! Requests to draw samples, and how large they should be.

use std::collections::HashSet;

use guanxi::v1 as pb;
use guanxi_app::command::Slot;
use guanxi_app::operations::{Drawing, Sizes};
use guanxi_model::{RequestId, TierId, Violations, name, text};

use super::customer::request_id;
use super::invitation::{MAX_LINE, hold_seconds};
use super::{Path, done, list};

const MAX_SAMPLE: i32 = 10_000;
/// As many tiers as a pyramid may have, and some to spare.
const MAX_TIERS: usize = 100;
/// A share of which the most responses are needed.
const EVEN_SHARE: f64 = 0.5;
/// A margin or a rate below leads to numbers that nobody can ask.
const LEAST_SHARE: f64 = 0.0001;

/// DrawSample: what to draw, and the id of the request.
pub(crate) fn draw_request(request: pb::DrawSampleRequest) -> Result<(Drawing, Option<RequestId>), Violations> {
    let pb::DrawSampleRequest { questionnaire, pyramid, seed, total_size, tier_sizes, reserve, request_id: id } =
        request;
    let mut v = Violations::new();
    let request_id = request_id(&mut v, &id);
    let questionnaire = v.field(Path::of("questionnaire"), name::parse_questionnaire(&questionnaire));
    let pyramid = match pyramid.as_str() {
        "" => None,
        name => v.field(Path::of("pyramid"), name::parse_pyramid(name)).map(Some).unwrap_or_default(),
    };
    let sizes = match (total_size, tier_sizes.is_empty()) {
        (0, false) => tiers(&mut v, pyramid.is_some(), tier_sizes),
        (_, false) => {
            v.push(Path::of("tier_sizes"), "must not be given beside total_size");
            None
        }
        (total, true) => size(&mut v, Path::of("total_size"), total).map(Sizes::Total),
    };
    let reserve = reserve.and_then(|reserve| sample_slot(&mut v, Path::of("reserve"), reserve));
    let drawing = questionnaire.zip(sizes);
    let whole = |(questionnaire, sizes)| (Drawing { questionnaire, pyramid, seed, sizes, reserve }, request_id);
    done(v, drawing.map(whole))
}

/// How large a sample is asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Precision {
    pub(crate) margin: f64,
    pub(crate) share: f64,
    /// None of endlessly many.
    pub(crate) population: Option<u64>,
    pub(crate) response_rate: f64,
}

/// EstimateSampleSize.
pub(crate) fn estimate_request(request: &pb::EstimateSampleSizeRequest) -> Result<Precision, Violations> {
    let pb::EstimateSampleSizeRequest { margin_of_error, expected_share, population_size, expected_response_rate } =
        *request;
    let mut v = Violations::new();
    let share = expected_share.unwrap_or(EVEN_SHARE);
    if !(LEAST_SHARE..=0.5).contains(&margin_of_error) {
        v.push(Path::of("margin_of_error"), format!("is {margin_of_error}; {LEAST_SHARE} to 0.5 is allowed"));
    }
    if !(share > 0.0 && share < 1.0) {
        v.push(Path::of("expected_share"), format!("is {share}; more than 0 and less than 1 is allowed"));
    }
    let population = population_size.map(|size| u64::try_from(size).unwrap_or(0));
    if population == Some(0) {
        v.push(Path::of("population_size"), "must be at least 1");
    }
    let response_rate = expected_response_rate.unwrap_or(1.0);
    if !(LEAST_SHARE..=1.0).contains(&response_rate) {
        v.push(Path::of("expected_response_rate"), format!("is {response_rate}; {LEAST_SHARE} to 1 is allowed"));
    }
    done(v, Some(Precision { margin: margin_of_error, share, population, response_rate }))
}

fn tiers(v: &mut Violations, has_pyramid: bool, sizes: Vec<pb::TierSampleSize>) -> Option<Sizes> {
    let at = Path::of("tier_sizes");
    if !has_pyramid {
        v.push(at, "must only be given with a pyramid");
    }
    let mut seen = HashSet::new();
    let sizes = list(v, at, (sizes, MAX_TIERS), |v, at, one| {
        let pb::TierSampleSize { tier, size: number } = one;
        let tier = v.field(at.field("tier"), TierId::parse(tier));
        if tier.as_ref().is_some_and(|tier| !seen.insert(tier.clone())) {
            v.push(at.field("tier"), "is given twice");
        }
        tier.zip(size(v, at.field("size"), number))
    });
    let total: usize = sizes.iter().map(|(_, size)| *size).sum();
    if total > MAX_SAMPLE as usize {
        v.push(at, format!("add up to {total}; at most {MAX_SAMPLE} are allowed"));
    }
    Some(Sizes::Tiers(sizes))
}

fn size(v: &mut Violations, at: Path<'_>, size: i32) -> Option<usize> {
    if !(1..=MAX_SAMPLE).contains(&size) {
        v.push(at, format!("is {size}; 1 to {MAX_SAMPLE} is allowed"));
    }
    usize::try_from(size).ok()
}

/// The slots of a sample: each is called by its name.
fn sample_slot(v: &mut Violations, at: Path<'_>, reserve: pb::SampleReservation) -> Option<Slot> {
    let pb::SampleReservation { sample, hold, wave, channel } = reserve;
    let sample = v.field(at.field("sample"), text::required(sample, MAX_LINE));
    let hold_seconds = hold_seconds(v, at.field("hold"), hold);
    let [wave, channel] = [("wave", wave), ("channel", channel)]
        .map(|(field, line)| v.field(at.field(field), text::optional(line, MAX_LINE)));
    let (sample, hold_seconds) = sample.zip(hold_seconds)?;
    Some(Slot { invitation: sample.clone(), hold_seconds, wave: wave?, sample, channel: channel? })
}

#[cfg(test)]
mod tests {
    use prost_types::Duration;

    use super::*;
    use crate::testing::paths;

    #[test]
    fn every_fault_of_a_drawing_is_told_at_once() {
        let tier = |tier: &str, size| pb::TierSampleSize { tier: tier.into(), size };
        let wrong = pb::DrawSampleRequest {
            tier_sizes: vec![tier("gold", 0), tier("gold", 6000), tier("Gold", 6000)],
            reserve: Some(pb::SampleReservation {
                hold: Some(Duration { seconds: 59, nanos: 0 }),
                ..Default::default()
            }),
            ..Default::default()
        };
        let told = [
            "questionnaire",
            "tier_sizes",
            "tier_sizes[0].size",
            "tier_sizes[1].tier",
            "tier_sizes[2].tier",
            "reserve.sample",
            "reserve.hold",
        ];
        assert_eq!(paths(draw_request(wrong)), told);
        let both = pb::DrawSampleRequest {
            questionnaire: "questionnaires/service".into(),
            total_size: 10_001,
            ..Default::default()
        };
        assert_eq!(paths(draw_request(both.clone())), ["total_size"]);
        let both = pb::DrawSampleRequest { total_size: 1, tier_sizes: vec![tier("gold", 1)], ..both };
        assert_eq!(paths(draw_request(both)), ["tier_sizes"]);
    }
}
