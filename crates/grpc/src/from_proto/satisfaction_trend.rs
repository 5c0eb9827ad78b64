//! What is asked about a number over time.

use guanxi::v1 as pb;
use guanxi_model::statistics::chart::drift::Cusum;
use guanxi_model::{Day, Period, Violations};
use guanxi_satisfaction::chart::Rule;
use guanxi_satisfaction::quantity::{Quantity, QuantityKind};

use super::satisfaction_set::{DaysOfSet, check_length, kept_apart, needs_days, quantity, revision};
use super::{Path, chart, done, given, time, word_or_none};

const MAX_ALLOWANCE: f64 = 10.0;
const MAX_LIMIT: f64 = 100.0;

/// GetSatisfactionTrend, as far as the request says.
#[derive(Clone, Debug)]
pub(crate) struct TrendAsked {
    pub(crate) of: DaysOfSet,
    pub(crate) period: Period,
    pub(crate) quantity: Quantity,
    pub(crate) baseline: Option<(Day, Day)>,
    pub(crate) rule: Rule,
    /// Of a gap: after, and before.
    pub(crate) change: Option<((Day, Day), (Day, Day))>,
}

/// GetSatisfactionTrend.
pub(crate) fn request(request: pb::GetSatisfactionTrendRequest) -> Result<TrendAsked, Violations> {
    let pb::GetSatisfactionTrendRequest {
        questionnaire,
        start_date,
        end_date,
        period,
        set,
        quantity: number,
        baseline,
        gap_change,
        drift,
    } = request;
    let mut v = Violations::new();
    let revision = revision(&mut v, Path::of("questionnaire"), &questionnaire);
    let end = Path::of("end_date");
    let asked = time::days(&mut v, Path::REQUEST, (start_date, end_date));
    let period = word_or_none(&mut v, Path::of("period"), period, pb::ReportPeriod::as_str_name);
    let period = period.unwrap_or(Period::Month);
    if let Some(days) = asked {
        check_length(&mut v, end, days, needs_days(period));
    }
    let set = kept_apart(&mut v, Path::of("set"), set);
    let quantity = quantity(&mut v, Path::of("quantity"), number);
    let baseline = baseline.and_then(|baseline| range(&mut v, Path::of("baseline"), (baseline, needs_days(period))));
    let rule = rule(&mut v, drift);
    let change = gap_change.and_then(|change| gap(&mut v, change));
    if change.is_some() && quantity.as_ref().is_some_and(|quantity| quantity.kind != QuantityKind::Gap) {
        v.push("gap_change", "must not be given of a quantity that is no gap");
    }
    let asked = revision.zip(asked).zip(quantity);
    let asked = asked.map(|(((questionnaire, number), days), quantity)| {
        let of = DaysOfSet { questionnaire, number, days, set };
        TrendAsked { of, period, quantity, baseline, rule, change }
    });
    done(v, asked)
}

fn rule(v: &mut Violations, drift: Option<pb::get_satisfaction_trend_request::Drift>) -> Rule {
    use pb::get_satisfaction_trend_request::Drift;
    match drift {
        None => Rule::Ewma(chart::ewma(v, Path::of("ewma"), None)),
        Some(Drift::Ewma(tuning)) => Rule::Ewma(chart::ewma(v, Path::of("ewma"), Some(tuning))),
        Some(Drift::Cusum(tuning)) => Rule::Cusum(cusum(v, Path::of("cusum"), tuning)),
    }
}

fn cusum(v: &mut Violations, at: Path<'_>, tuning: pb::CusumTuning) -> Cusum {
    let pb::CusumTuning { allowance, limit } = tuning;
    let mut cusum = Cusum::USUAL;
    for (field, given, tuned, most) in
        [("allowance", allowance, &mut cusum.allowance, MAX_ALLOWANCE), ("limit", limit, &mut cusum.limit, MAX_LIMIT)]
    {
        let Some(given) = given else { continue };
        if !(given > 0.0 && given <= most) {
            v.push(at.field(field), format!("must be above 0 and at most {most}, got {given}"));
        }
        *tuned = given;
    }
    cusum
}

fn gap(v: &mut Violations, change: pb::SatisfactionGapChange) -> Option<((Day, Day), (Day, Day))> {
    let pb::SatisfactionGapChange { before, after } = change;
    let at = Path::of("gap_change");
    let mut read = |at: Path<'_>, days| given(v, at, days).and_then(|days| range(v, at, (days, false)));
    let (before, after) = (read(at.field("before"), before), read(at.field("after"), after));
    let (before, after) = before.zip(after)?;
    if after.0 <= before.1 {
        let at = at.field("after");
        v.push(
            at.field("start_date"),
            format!("must be after the time before, which ends {}, got {}", before.1, after.0),
        );
    }
    Some((after, before))
}

/// Days, as many as there may be of the cells they need.
fn range(v: &mut Violations, at: Path<'_>, (range, needs_days): (pb::DateRange, bool)) -> Option<(Day, Day)> {
    let pb::DateRange { start_date, end_date } = range;
    let days = time::days(v, at, (start_date, end_date))?;
    check_length(v, at.field("end_date"), days, needs_days);
    Some(days)
}
