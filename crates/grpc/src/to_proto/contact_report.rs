//! Why customers got in touch, and how often.

use guanxi::v1 as pb;
use guanxi_model::Day;
use guanxi_model::statistics::Interval;
use guanxi_model::statistics::chart::drift::Ewma;
use guanxi_model::statistics::proportion::Proportion;
use guanxi_satisfaction::contact::report::{
    BasePeriod, BeforeAfter, ContactQuestion, ContactReport, Reason, ReasonReport, Told,
};

use super::{chart, number, time};

/// GetContactReport.
pub(crate) fn report(question: &ContactQuestion, report: ContactReport) -> pb::ContactReport {
    let ContactReport { periods, reasons } = report;
    let starts: Vec<Day> = periods.iter().map(|period| period.days.0).collect();
    pb::ContactReport {
        period: number(question.period),
        base: number(question.base),
        periods: periods.into_iter().map(base_period).collect(),
        reasons: reasons.into_iter().map(|told| reason(told, question.ewma, &starts)).collect(),
    }
}

fn base_period(BasePeriod { days, active_customers, purchases }: BasePeriod) -> pb::ContactBasePeriod {
    pb::ContactBasePeriod {
        start_date: Some(time::day(days.0)),
        end_date: Some(time::day(days.1)),
        active_customer_count: active_customers,
        purchase_count: purchases,
    }
}

fn reason(told: ReasonReport, ewma: Ewma, starts: &[Day]) -> pb::ContactReason {
    let ReasonReport { reason, whole, periods, chart: drawn, comparison: compared, recovered } = told;
    let Reason { purpose, topic } = reason;
    let (chart, points) = chart::chart(drawn, ewma.into(), starts);
    let points = points.into_iter().chain(std::iter::repeat(None));
    let period = |(told, control)| pb::ContactReasonPeriod { rate: Some(rate(told)), control };
    pb::ContactReason {
        purpose: number(purpose),
        topic,
        total: Some(rate(whole)),
        periods: periods.into_iter().zip(points).map(period).collect(),
        chart: Some(chart),
        comparison: compared.map(comparison),
        recovery: recovered.map(recovery),
    }
}

fn rate(Told { contacts, per_active, per_purchase }: Told) -> pb::ContactRate {
    pb::ContactRate {
        contact_count: contacts,
        per_thousand_active_customers: per_active,
        per_thousand_purchases: per_purchase,
    }
}

fn comparison(BeforeAfter { before, after, test }: BeforeAfter) -> pb::ContactComparison {
    pb::ContactComparison {
        before_count: before.0,
        after_count: after.0,
        before_rate: before.1,
        after_rate: after.1,
        ratio: test.and_then(|test| test.ratio),
        p_value: test.map(|test| test.p_value),
    }
}

fn recovery(recovered: Proportion) -> pb::EmotionRecovery {
    let count = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let Interval { low, high } = recovered.interval();
    pb::EmotionRecovery {
        bad_start_count: count(recovered.of()),
        recovered_count: count(recovered.hits()),
        share: recovered.share(),
        lower_bound: low,
        upper_bound: high,
    }
}
