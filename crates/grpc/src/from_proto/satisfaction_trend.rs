//! What is asked about a number over time.

use guanxi::v1 as pb;
use guanxi_model::statistics::chart::drift::Cusum;
use guanxi_model::{Day, Period, Violations};
use guanxi_satisfaction::cube::Period as Cells;
use guanxi_satisfaction::quantity::{Quantity, QuantityKind};
use guanxi_satisfaction::standard::chart::Rule;

use super::satisfaction_set::{DaysOfSet, check_length, days, kept_apart, quantity, revision};
use super::{Path, chart, done, word_or_none};

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
    let asked = days(&mut v, (Path::of("start_date"), end), (start_date, end_date));
    let period = word_or_none(&mut v, Path::of("period"), period, pb::ReportPeriod::as_str_name);
    let period = period.unwrap_or(Period::Month);
    if let Some(days) = asked {
        check_length(&mut v, end, days, cells(period));
    }
    let set = kept_apart(&mut v, Path::of("set"), set);
    let quantity = quantity(&mut v, Path::of("quantity"), number);
    let baseline = baseline.and_then(|baseline| frozen(&mut v, baseline, period));
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

/// Which cells a period is made of.
pub(crate) fn cells(period: Period) -> Cells {
    match period {
        Period::Day => Cells::Day,
        Period::Week => Cells::Week,
        Period::Month => Cells::Month,
        Period::Quarter => Cells::Quarter,
    }
}

fn frozen(v: &mut Violations, baseline: pb::SatisfactionBaseline, period: Period) -> Option<(Day, Day)> {
    let pb::SatisfactionBaseline { start_date, end_date } = baseline;
    let at = Path::of("baseline");
    let end = at.field("end_date");
    let days = days(v, (at.field("start_date"), end), (start_date, end_date))?;
    check_length(v, end, days, cells(period));
    Some(days)
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
    let pb::SatisfactionGapChange { before_start_date, before_end_date, after_start_date, after_end_date } = change;
    let at = Path::of("gap_change");
    let (before_end, after_end) = (at.field("before_end_date"), at.field("after_end_date"));
    let after_start = at.field("after_start_date");
    let before = days(v, (at.field("before_start_date"), before_end), (before_start_date, before_end_date));
    let after = days(v, (after_start, after_end), (after_start_date, after_end_date));
    for (end, days) in [(before_end, before), (after_end, after)] {
        if let Some(days) = days {
            check_length(v, end, days, Cells::Whole);
        }
    }
    let (before, after) = before.zip(after)?;
    if after.0 <= before.1 {
        v.push(after_start, format!("must be after before_end_date, {}, got {}", before.1, after.0));
    }
    Some((after, before))
}
