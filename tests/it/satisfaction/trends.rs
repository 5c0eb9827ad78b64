//! One number over time: its periods, the chart that fits, since when it has changed, and what a change of a gap is made of.

use guanxi::v1::compare_satisfaction_request::Against;
use guanxi::v1::get_satisfaction_trend_request::Drift;
use guanxi::v1::{
    CollectionMethod, ControlChartKind, ControlChartStatus, CusumTuning, DateRange, Evidence, EwmaTuning,
    GetSatisfactionTrendRequest, IndexForm, QuestionKind, QuestionnaireRevision, ReportPeriod, SatisfactionDays,
    SatisfactionDirection, SatisfactionGapChange, SatisfactionMetric, SatisfactionQuantity, SatisfactionQuantityKind,
    SatisfactionSet, SatisfactionTrend, SatisfactionVerdict,
};
use guanxi_testkit::{TestServer, on_each_backend};
use tonic::{Code, Status};

use super::comparisons::{against, compare};
use super::goal_kit::{day, metric, ones, said, score, speeds, whole};
use super::index::date;
use super::kit::{
    answer, asking, create_questionnaire, dimension, in_use, near, pair, plain, rated, record_all, within,
};
use crate::support::{create_person, invalid, refused};

on_each_backend! {
    a_change_that_stays_is_found_with_the_day_it_began,
    a_baseline_takes_twenty_periods_or_days_that_somebody_vouches_for,
    a_share_that_jumps_leaves_its_limits,
    items_that_fall_short_on_a_u_chart,
    a_change_of_a_gap_is_taken_apart,
    methods_are_not_pooled_unless_named,
    faults_of_a_question_are_named_together,
}

/// Days of 2026, from one to another.
fn asked(quantity: SatisfactionQuantity, from: i32, to: i32) -> GetSatisfactionTrendRequest {
    GetSatisfactionTrendRequest {
        questionnaire: "questionnaires/service".into(),
        start_date: date(&day(from)),
        end_date: date(&day(to)),
        period: ReportPeriod::Day.into(),
        quantity: Some(quantity),
        ..GetSatisfactionTrendRequest::default()
    }
}

fn range(from: i32, to: i32) -> Option<DateRange> {
    Some(DateRange { start_date: date(&day(from)), end_date: date(&day(to)) })
}

async fn trend(guanxi: &TestServer, request: GetSatisfactionTrendRequest) -> Result<SatisfactionTrend, Status> {
    Ok(guanxi.satisfaction().get_satisfaction_trend(request).await?.into_inner())
}

/// Twenty days of 3 on average and two of 4, with a standard deviation of sqrt(1/2) each, and a day of four answers.
async fn answers(guanxi: &TestServer) -> String {
    let revision = in_use(guanxi, "service", plain()).await;
    create_person(guanxi, "ada").await;
    let mut records = Vec::new();
    for number in 0..23 {
        let said: &[i32] = match number {
            0..20 => &[3, 3, 3, 4, 2],
            20..22 => &[4, 4, 4, 5, 3],
            _ => &[1, 1, 1, 1],
        };
        records.extend(speeds(&day(number), ("ada", &revision), said));
    }
    record_all(guanxi, records).await;
    revision
}

async fn a_change_that_stays_is_found_with_the_day_it_began(guanxi: TestServer) {
    let revision = answers(&guanxi).await;
    let told = trend(&guanxi, asked(score("speed"), 0, 22)).await.unwrap();
    assert_eq!((told.questionnaire_revision.as_str(), told.points.len()), (revision.as_str(), 23));
    assert_eq!(told.collection_methods().collect::<Vec<_>>(), [CollectionMethod::Phone]);
    // 3 of 1 to 5 is 50; t of 4 degrees is 2.7764451 for 25 * sqrt(.5 / 5).
    let first = told.points[0].figure.unwrap();
    near(first.value, 50.0);
    near(first.upper_bound, 50.0 + 2.776_445_105_197_79 * 25.0 * 0.1_f64.sqrt());
    let few = &told.points[22];
    assert_eq!((few.figure.unwrap().value, few.control), (None, None));
    assert_eq!(few.figure.unwrap().sample.unwrap().evidence(), Evidence::Suppressed);
    let chart = told.chart.as_ref().unwrap();
    assert_eq!((chart.status(), chart.kind()), (ControlChartStatus::Drawn, ControlChartKind::MeanOfAnswers));
    assert_eq!((chart.centre, chart.baseline_period_count), (Some(50.0), Some(20)));
    // 1 is sqrt(10) standard errors. The average is .2 of that, then 1.8 times as much, above 2.962 / 3 = .987.
    let drift = told.points[21].control.unwrap().drift.unwrap();
    near(Some(drift.value), 0.36 * 10.0_f64.sqrt());
    let settled = 2.962 * (0.2 / 1.8 * (1.0 - 0.8_f64.powi(44))).sqrt();
    near(Some(drift.upper_limit), settled);
    assert!(drift.alarm && !told.points[20].control.unwrap().drift.unwrap().alarm);
    assert_eq!((chart.alarm_dates.clone(), chart.change_date), (vec![date(&day(21)).unwrap()], date(&day(20))));
    let change = told.change.unwrap();
    assert_eq!((change.start_date, change.alarm_date), (date(&day(20)), date(&day(21))));
    assert_eq!((change.direction(), change.verdict()), (SatisfactionDirection::Rise, SatisfactionVerdict::Better));
    // Cumulative sums: sqrt(10) - .5 above the allowance, twice.
    let sums = GetSatisfactionTrendRequest {
        drift: Some(Drift::Cusum(CusumTuning::default())),
        ..asked(score("speed"), 0, 22)
    };
    let told = trend(&guanxi, sums).await.unwrap();
    let control = told.points[21].control.unwrap();
    near(control.sums.map(|sums| sums.above), 2.0 * (10.0_f64.sqrt() - 0.5));
    assert_eq!((control.drift, control.limits), (None, None));
    let chart = told.chart.unwrap();
    assert_eq!((chart.cusum_allowance, chart.cusum_limit, chart.ewma_share), (Some(0.5), Some(5.0), 0.0));
    assert_eq!(chart.change_date, date(&day(20)));
    // By weeks from Monday, the 1st of January 2026 being a Thursday: 4 days, then 7.
    let weeks = GetSatisfactionTrendRequest { period: ReportPeriod::Week.into(), ..asked(score("speed"), 0, 10) };
    let told = trend(&guanxi, weeks).await.unwrap();
    let counts: Vec<_> = told.points.iter().map(|point| point.figure.unwrap().sample.unwrap().count).collect();
    assert_eq!((counts, told.points[1].start_date), (vec![20, 35], date("2026-01-05")));
}

async fn a_baseline_takes_twenty_periods_or_days_that_somebody_vouches_for(guanxi: TestServer) {
    answers(&guanxi).await;
    let told = trend(&guanxi, asked(score("speed"), 1, 19)).await.unwrap();
    let chart = told.chart.unwrap();
    assert_eq!((chart.status(), chart.missing_period_count), (ControlChartStatus::TooFewPeriods, 1));
    assert!(told.change.is_none() && told.points.iter().all(|point| point.control.is_none()));
    let frozen =
        |from: i32, to: i32| GetSatisfactionTrendRequest { baseline: range(from, to), ..asked(score("speed"), 19, 21) };
    let chart = trend(&guanxi, frozen(0, 3)).await.unwrap().chart.unwrap();
    assert_eq!((chart.status(), chart.missing_period_count), (ControlChartStatus::TooFewPeriods, 1));
    // Now the average starts two days before the alarm: its limit after 3 days is 2.962 / 3 * sqrt(1 - .8^6) = .848.
    let chart = trend(&guanxi, frozen(0, 4)).await.unwrap().chart.unwrap();
    assert_eq!((chart.baseline_period_count, chart.change_date), (Some(5), date(&day(20))));
    // Everybody said 3 of care: nothing varies.
    let chart = trend(&guanxi, asked(score("care"), 0, 21)).await.unwrap().chart.unwrap();
    assert_eq!(chart.status(), ControlChartStatus::WithoutVariation);
}

async fn a_share_that_jumps_leaves_its_limits(guanxi: TestServer) {
    let revision = in_use(&guanxi, "service", metric(SatisfactionMetric::Csat, (1, 5))).await;
    create_person(&guanxi, "ada").await;
    let mut records = Vec::new();
    for number in 0..21 {
        let said = if number < 20 { [(5, 8), (1, 2)] } else { [(5, 3), (1, 7)] };
        records.extend(ones(&day(number), ("ada", &revision), &said));
    }
    record_all(&guanxi, records).await;
    let told = trend(&guanxi, asked(whole(SatisfactionQuantityKind::Csat), 0, 20)).await.unwrap();
    let chart = told.chart.unwrap();
    assert_eq!((chart.kind(), chart.change_date), (ControlChartKind::Share, date(&day(20))));
    near(chart.centre, 0.8);
    // Three times sqrt(.8 * .2 / 10) below.
    let limits = told.points[20].control.unwrap().limits.unwrap();
    near(Some(limits.lower_limit), 0.8 - 3.0 * 0.016_f64.sqrt());
    assert!(limits.alarm && limits.upper_limit == 1.0, "{limits:?}");
    let change = told.change.unwrap();
    assert_eq!((change.direction(), change.verdict()), (SatisfactionDirection::Fall, SatisfactionVerdict::Worse));
    near(told.total.unwrap().value, 163.0 / 210.0);
}

/// The series of qcc: so many items fell short of what was expected, among five records a day.
async fn items_that_fall_short_on_a_u_chart(guanxi: TestServer) {
    const ITEMS: [&str; 4] = ["pace", "word", "care", "look"];
    let mut items: Vec<_> =
        ITEMS.iter().map(|item| within(if *item == "look" { "" } else { "deep" }, pair(item))).collect();
    items.push(rated("speed"));
    let dimensions = vec![dimension("deep")];
    let revision = QuestionnaireRevision { dimensions, ..asking(IndexForm::Interval, items) };
    let revision = in_use(&guanxi, "service", revision).await;
    create_person(&guanxi, "ada").await;
    let counts = [10, 12, 8, 14, 10, 16, 11, 7, 10, 15, 9, 5, 7, 11, 12, 6, 8, 10, 7, 5, 20];
    let mut records = Vec::new();
    for (number, count) in (0..).zip(counts) {
        for one in 0..5 {
            // The first of all five, then the second of all five, and so on.
            let short = |item: usize| item * 5 + one < count;
            let answers = ITEMS.iter().enumerate().flat_map(|(index, item)| {
                let perceived = if short(index) { 4 } else { 5 };
                [answer(item, QuestionKind::Perception, perceived), answer(item, QuestionKind::DesiredExpectation, 5)]
            });
            let answers = answers.collect();
            records.push(said(&day(number), ("ada", &format!("{number}-{one}"), &revision), answers));
        }
    }
    record_all(&guanxi, records).await;
    let fallen = whole(SatisfactionQuantityKind::DissatisfiedItems);
    let told = trend(&guanxi, asked(fallen.clone(), 0, 20)).await.unwrap();
    let first = told.points[0].figure.unwrap();
    assert_eq!((first.sample.unwrap().count, first.value), (5, Some(2.0)));
    // Byar's of 10 events: 10 * (1 - 1/90 - 1.96 / (3 * sqrt(10)))^3, and of one more above.
    near(first.lower_bound, 4.7874499140 / 5.0);
    near(first.upper_bound, 18.3914586058 / 5.0);
    let chart = told.chart.unwrap();
    assert_eq!((chart.kind(), chart.baseline_period_count), (ControlChartKind::Rate, Some(20)));
    near(chart.centre, 1.93);
    let limits = told.points[0].control.unwrap().limits.unwrap();
    near(limits.lower_limit, 0.066_133_052_0);
    near(limits.upper_limit, 3.793_866_948_0);
    assert_eq!((chart.alarm_dates, chart.change_date), (vec![date(&day(20)).unwrap()], date(&day(20))));
    assert_eq!(told.change.unwrap().verdict(), SatisfactionVerdict::Worse);
    near(told.total.unwrap().value, 213.0 / 105.0);
    // Without the last item: the 16th falls away on the 6th day, and five on the last.
    let deep = SatisfactionQuantity { dimension: "deep".into(), ..fallen.clone() };
    let told = trend(&guanxi, asked(deep, 0, 20)).await.unwrap();
    near(told.total.unwrap().value, 207.0 / 105.0);
    let item = SatisfactionQuantity { item: "pace".into(), ..fallen.clone() };
    invalid(trend(&guanxi, asked(item, 0, 20)).await, &["quantity.item"]);
    let nowhere = SatisfactionQuantity { dimension: "none".into(), ..fallen.clone() };
    invalid(trend(&guanxi, asked(nowhere, 0, 20)).await, &["quantity.dimension"]);
    in_use(&guanxi, "other", plain()).await;
    let other =
        GetSatisfactionTrendRequest { questionnaire: "questionnaires/other".into(), ..asked(fallen.clone(), 0, 20) };
    invalid(trend(&guanxi, other).await, &["quantity.kind"]);
    let sides = [(0, 9), (10, 20)].map(|(from, to)| SatisfactionDays {
        questionnaire: revision.clone(),
        start_date: date(&day(from)),
        end_date: date(&day(to)),
        set: None,
    });
    let [before, after] = sides;
    let compared = against(after, Against::Before(before), vec![fallen]);
    invalid(compare(&guanxi, compared).await, &["quantities[0].kind"]);
}

async fn a_change_of_a_gap_is_taken_apart(guanxi: TestServer) {
    let revision = in_use(&guanxi, "service", asking(IndexForm::Gap, vec![pair("pace")])).await;
    create_person(&guanxi, "ada").await;
    let mut records = Vec::new();
    // Perceptions stay; expectations rise by one.
    for (at, said_then) in
        [(0, [(5, 5), (5, 5), (5, 6), (4, 4), (6, 5)]), (25, [(5, 6), (5, 6), (5, 7), (4, 5), (6, 6)])]
    {
        for (index, (perceived, expected)) in said_then.into_iter().enumerate() {
            let answers = vec![
                answer("pace", QuestionKind::Perception, perceived),
                answer("pace", QuestionKind::DesiredExpectation, expected),
            ];
            records.push(said(&day(at), ("ada", &format!("{at}-{index}"), &revision), answers));
        }
    }
    record_all(&guanxi, records).await;
    let change = SatisfactionGapChange { before: range(0, 20), after: range(21, 29) };
    let request =
        GetSatisfactionTrendRequest { gap_change: Some(change), ..asked(whole(SatisfactionQuantityKind::Gap), 0, 29) };
    let split = trend(&guanxi, request.clone()).await.unwrap().gap_split.unwrap();
    let (gap, perception, expectation) = (split.gap.unwrap(), split.perception.unwrap(), split.expectation.unwrap());
    assert_eq!(
        (gap.difference, perception.difference, expectation.difference),
        (Some(-1.0), Some(0.0), Some(1.0)),
        "the gap fell because more is expected"
    );
    assert_eq!(
        (perception.verdict(), expectation.verdict()),
        (SatisfactionVerdict::NotReal, SatisfactionVerdict::NotReal)
    );
    // Expectations vary by 1/2 both times: 1 by sqrt(.1 + .1), with 8 degrees, of which t is 2.3060041.
    near(expectation.statistic, 5.0_f64.sqrt());
    near(expectation.degrees_of_freedom, 8.0);
    near(expectation.lower_bound, 1.0 - 2.306_004_135_204_166 * 0.2_f64.sqrt());
    let index = whole(SatisfactionQuantityKind::Index);
    let of_index = GetSatisfactionTrendRequest { quantity: Some(index), ..request.clone() };
    invalid(trend(&guanxi, of_index).await, &["gap_change"]);
    for (before, after, path) in [
        (None, range(21, 29), "gap_change.before"),
        (range(0, 20), range(20, 29), "gap_change.after.start_date"),
        (range(0, 20), range(29, 21), "gap_change.after.end_date"),
    ] {
        let gap_change = Some(SatisfactionGapChange { before, after });
        invalid(trend(&guanxi, GetSatisfactionTrendRequest { gap_change, ..request.clone() }).await, &[path]);
    }
}

async fn methods_are_not_pooled_unless_named(guanxi: TestServer) {
    let revision = in_use(&guanxi, "service", plain()).await;
    create_person(&guanxi, "ada").await;
    let mut records = speeds(&day(0), ("ada", &revision), &[3; 10]);
    records.iter_mut().take(5).for_each(|record| record.collection_method = CollectionMethod::SelfCompletion.into());
    record_all(&guanxi, records).await;
    let request = asked(score("speed"), 0, 0);
    invalid(trend(&guanxi, request.clone()).await, &["set.collection_methods"]);
    let methods = [CollectionMethod::Phone, CollectionMethod::SelfCompletion];
    for (named, count) in [(&methods[..1], 5), (&methods[..], 10)] {
        let named = named.iter().map(|method| (*method).into()).collect();
        let set = Some(SatisfactionSet { collection_methods: named, ..SatisfactionSet::default() });
        let told = trend(&guanxi, GetSatisfactionTrendRequest { set, ..request.clone() }).await.unwrap();
        assert_eq!(told.total.unwrap().sample.unwrap().count, count);
    }
}

async fn faults_of_a_question_are_named_together(guanxi: TestServer) {
    let spoiled = GetSatisfactionTrendRequest {
        questionnaire: "service".into(),
        start_date: date("2026-02-01"),
        end_date: date("2026-01-01"),
        period: 9,
        set: Some(SatisfactionSet { team: "one".into(), branch: "north".into(), ..SatisfactionSet::default() }),
        quantity: Some(whole(SatisfactionQuantityKind::Score)),
        drift: Some(Drift::Ewma(EwmaTuning { share: Some(0.0), width: Some(f64::NAN) })),
        ..GetSatisfactionTrendRequest::default()
    };
    let told = ["questionnaire", "end_date", "period", "set", "quantity.dimension", "ewma.share", "ewma.width"];
    invalid(trend(&guanxi, spoiled).await, &told);
    create_questionnaire(&guanxi, "service").await;
    let index = whole(SatisfactionQuantityKind::Index);
    let unused = trend(&guanxi, asked(index.clone(), 0, 0)).await;
    refused(unused, Code::FailedPrecondition, "QUESTIONNAIRE_NOT_ACTIVE");
    in_use(&guanxi, "other", plain()).await;
    let about = |quantity| GetSatisfactionTrendRequest {
        questionnaire: "questionnaires/other".into(),
        ..asked(quantity, 0, 0)
    };
    for (quantity, path) in [
        (whole(SatisfactionQuantityKind::NetPromoter), "quantity.kind"),
        (whole(SatisfactionQuantityKind::Gap), "quantity.kind"),
        (score("pace"), "quantity.item"),
    ] {
        invalid(trend(&guanxi, about(quantity)).await, &[path]);
    }
    let long = GetSatisfactionTrendRequest { end_date: date("2029-12-31"), ..about(index.clone()) };
    invalid(trend(&guanxi, long.clone()).await, &["end_date"]);
    let months = GetSatisfactionTrendRequest { period: ReportPeriod::Month.into(), ..long };
    assert_eq!(trend(&guanxi, months).await.unwrap().points.len(), 48);
    let unknown =
        GetSatisfactionTrendRequest { questionnaire: "questionnaires/other/revisions/9".into(), ..about(index) };
    refused(trend(&guanxi, unknown).await, Code::NotFound, "RESOURCE_NOT_FOUND");
}
