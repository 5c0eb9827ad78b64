//! How well a standard is kept: the numbers of the literature through the API, and by hand.

use guanxi::google::r#type::Date;
use guanxi::v1::service_baseline::Kind as Baseline;
use guanxi::v1::service_measurement::Result as Found;
use guanxi::v1::{
    ControlChartKind, ControlChartStatus, DateRange, Evidence, EwmaTuning, GetServiceStandardReportRequest,
    InspectedUnits, MeasuredValues, ReportPeriod, ServiceBaseline, ServiceBaselineLevel, ServiceMeasurement,
    ServiceStandard, ServiceStandardDirection, ServiceStandardFigures, ServiceStandardMetric, ServiceStandardReport,
};
use guanxi_testkit::{TestServer, on_each_backend};
use tonic::{Code, Status};

use super::kit::near;
use super::standard_kit::{create, day, inspected, listed, measured, record, standard, values, withdraw, written};
use crate::support::{invalid, refused, shop};

on_each_backend! {
    defects_per_million_of_harry,
    units_that_meet_the_standard_by_wilson,
    u_chart_of_qcc,
    u_chart_of_sizes_that_vary,
    shares_of_thousands_by_laney,
    average_of_montgomery,
    a_jump_is_named_by_its_period,
    a_chart_needs_twenty_periods_that_vary,
    values_by_hand,
    late_and_corrected_measurements_count_on_their_own_day,
    periods_are_cut_to_the_days_and_empty_ones_told,
    branches_and_teams_are_told_apart,
    of_too_few_units_only_sums_are_told,
    sums_are_those_of_what_counts,
    wrong_questions_are_refused,
}

/// Days of January, told by day.
fn asking(of: &str, first: i32, last: i32) -> GetServiceStandardReportRequest {
    GetServiceStandardReportRequest {
        name: format!("serviceStandards/{of}"),
        start_date: Some(day(first)),
        end_date: Some(day(last)),
        period: ReportPeriod::Day.into(),
        ..Default::default()
    }
}

async fn ask(guanxi: &TestServer, request: GetServiceStandardReportRequest) -> Result<ServiceStandardReport, Status> {
    Ok(guanxi.satisfaction().get_service_standard_report(request).await?.into_inner())
}

async fn total(guanxi: &TestServer, of: &str) -> ServiceStandardFigures {
    ask(guanxi, asking(of, 1, 31)).await.unwrap().total.expect("a total")
}

/// One measurement a day, from the first day of January on.
async fn daily(guanxi: &TestServer, of: &str, found: impl IntoIterator<Item = Found>) {
    for (number, found) in (1..).zip(found) {
        let one = measured(&written(number), &format!("d-{number}"), found);
        // Up to a day ahead of its own clock the server takes what it is told.
        record(guanxi, of, one).await.unwrap();
    }
}

fn level(mean: f64, standard_deviation: Option<f64>) -> Option<ServiceBaseline> {
    Some(ServiceBaseline { kind: Some(Baseline::Level(ServiceBaselineLevel { mean: Some(mean), standard_deviation })) })
}

/// As many digits as the source prints.
#[track_caller]
fn printed(found: impl Into<Option<f64>>, expected: f64, decimals: i32) {
    let found = found.into().expect("a number");
    assert!((found - expected).abs() <= 0.500_001 * 0.1_f64.powi(decimals), "{found} is not {expected}");
}

async fn defects_per_million_of_harry(guanxi: TestServer) {
    let six = ServiceStandard {
        opportunities_per_unit: Some(6),
        ..standard(ServiceStandardMetric::DefectsPerMillion, 3_000.0)
    };
    create(&guanxi, "loaves", six).await;
    record(&guanxi, "loaves", measured("2026-01-10", "b-1", inspected(1_000, 20))).await.unwrap();
    record(&guanxi, "loaves", measured("2026-01-11", "b-2", inspected(500, 7))).await.unwrap();
    let told = total(&guanxi, "loaves").await;
    assert_eq!((told.measurement_count, told.unit_count, told.total, told.met), (2, 1_500, 27, Some(true)));
    near(told.value, 3_000.0);
    // How many units have no defect is not known where one may have six.
    assert_eq!(told.attainment, None);
    let level = told.defect_level.unwrap();
    near(level.defects_per_million, 3_000.0);
    printed(level.sigma, 4.247_781_4, 7);
    assert_eq!((level.upper_bound, level.sigma_lower_bound), (None, None));
    create(&guanxi, "rolls", standard(ServiceStandardMetric::DefectShare, 0.0)).await;
    record(&guanxi, "rolls", measured("2026-01-10", "b-1", inspected(1_000, 0))).await.unwrap();
    let told = total(&guanxi, "rolls").await;
    assert_eq!((told.value, told.met), (Some(0.0), Some(true)));
    let level = told.defect_level.unwrap();
    assert_eq!((level.defects_per_million, level.sigma), (0.0, None));
    near(level.upper_bound, 2_991.249_55);
    printed(level.sigma_lower_bound, 4.248_739_1, 7);
}

async fn units_that_meet_the_standard_by_wilson(guanxi: TestServer) {
    create(&guanxi, "loaves", standard(ServiceStandardMetric::DefectShare, 0.15)).await;
    record(&guanxi, "loaves", measured("2026-01-10", "b-1", inspected(50, 8))).await.unwrap();
    let told = total(&guanxi, "loaves").await;
    let met = told.attainment.unwrap();
    assert_eq!((met.known_unit_count, met.met_unit_count), (50, 42));
    near(met.share, 0.84);
    near(met.lower_bound, 0.714_857_839_4);
    near(met.upper_bound, 0.916_625_793_2);
    // The interval of the share of defects is the other side of it.
    near(told.lower_bound, 1.0 - 0.916_625_793_2);
    near(told.upper_bound, 1.0 - 0.714_857_839_4);
    assert_eq!((told.met, told.evidence()), (Some(false), Evidence::Sound));
    // Of several opportunities it is known where it is told.
    let two = ServiceStandard { opportunities_per_unit: Some(2), ..standard(ServiceStandardMetric::DefectShare, 0.5) };
    create(&guanxi, "rolls", two).await;
    let good = InspectedUnits { unit_count: 10, defect_count: 6, met_unit_count: Some(6) };
    record(&guanxi, "rolls", measured("2026-01-10", "b-1", Found::Inspection(good))).await.unwrap();
    record(&guanxi, "rolls", measured("2026-01-10", "b-2", inspected(10, 6))).await.unwrap();
    let told = total(&guanxi, "rolls").await;
    near(told.value, 0.3);
    let met = told.attainment.unwrap();
    assert_eq!((met.known_unit_count, met.met_unit_count), (10, 6));
}

const U: [i64; 20] = [10, 12, 8, 14, 10, 16, 11, 7, 10, 15, 9, 5, 7, 11, 12, 6, 8, 10, 7, 5];

async fn u_chart_of_qcc(guanxi: TestServer) {
    create(&guanxi, "slips", standard(ServiceStandardMetric::Count, 2.0)).await;
    daily(&guanxi, "slips", U.map(|count| values(5, count))).await;
    let report = ask(&guanxi, asking("slips", 1, 20)).await.unwrap();
    let chart = report.chart.unwrap();
    assert_eq!((chart.status(), chart.kind()), (ControlChartStatus::Drawn, ControlChartKind::Rate));
    assert_eq!(
        (chart.baseline_period_count, chart.alarm_dates.as_slice(), chart.change_date),
        (Some(20), &[][..], None)
    );
    near(chart.centre, 1.93);
    let first = report.periods[0].control.unwrap().limits.unwrap();
    near(first.value, 2.0);
    near(first.lower_limit, 0.066_133_052_0);
    near(first.upper_limit, 3.793_866_948_0);
}

async fn u_chart_of_sizes_that_vary(guanxi: TestServer) {
    // Half units are counted as whole ones, so everything is half of what the source has.
    let known = ServiceStandard { baseline: level(153.0 / 215.0, None), ..standard(ServiceStandardMetric::Count, 1.0) };
    create(&guanxi, "slips", known).await;
    let events = [14, 12, 20, 11, 7, 10, 21, 16, 19, 23];
    let sizes = [20, 16, 26, 20, 19, 20, 24, 21, 24, 25];
    daily(&guanxi, "slips", sizes.into_iter().zip(events).map(|(size, events)| values(size, events))).await;
    let report = ask(&guanxi, asking("slips", 1, 10)).await.unwrap();
    let chart = report.chart.unwrap();
    assert_eq!((chart.status(), chart.baseline_period_count), (ControlChartStatus::Drawn, None));
    printed(chart.centre.map(|centre| 2.0 * centre), 1.423_255_81, 8);
    let first = report.periods[0].control.unwrap().limits.unwrap();
    printed(2.0 * first.lower_limit, 0.291_473_93, 8);
    printed(2.0 * first.upper_limit, 2.555_037_70, 8);
}

async fn shares_of_thousands_by_laney(guanxi: TestServer) {
    let known = ServiceStandard {
        baseline: level(1_100.0 / 80_800.0, None),
        ..standard(ServiceStandardMetric::DefectShare, 0.02)
    };
    create(&guanxi, "loaves", known).await;
    let events = [120, 135, 110, 160, 140, 125, 180, 130];
    let sizes = [10_000, 10_500, 9_800, 10_200, 10_100, 9_900, 10_300, 10_000];
    daily(&guanxi, "loaves", sizes.into_iter().zip(events).map(|(size, events)| inspected(size, events))).await;
    let report = ask(&guanxi, asking("loaves", 1, 8)).await.unwrap();
    let chart = report.chart.unwrap();
    assert_eq!(chart.kind(), ControlChartKind::LaneyShare);
    printed(chart.centre, 0.013_613_861_4, 10);
    printed(chart.spread, 2.119_969_0, 7);
    // The p-chart would alarm at the seventh, 3.3822 standard errors away.
    let seventh = report.periods[6].control.unwrap().limits.unwrap();
    assert!(!seventh.alarm);
    let width = seventh.upper_limit - 0.013_613_861_386_138_614;
    printed((seventh.value - 0.013_613_861_386_138_614) * 3.0 * 2.119_969_0 / width, 3.3822, 4);
}

async fn average_of_montgomery(guanxi: TestServer) {
    // In hundredths; each day is the mean of five alike.
    let series = [
        945, 799, 929, 1166, 1216, 1018, 804, 1146, 920, 1034, 903, 1147, 1051, 940, 1008, 937, 1062, 1031, 852, 1084,
        1090, 933, 1229, 1150, 1060, 1108, 1038, 1162, 1131, 1052,
    ];
    let known =
        ServiceStandard { baseline: level(1_000.0, Some(100.0)), ..standard(ServiceStandardMetric::Amount, 2_000.0) };
    create(&guanxi, "weight", known).await;
    daily(&guanxi, "weight", series.map(|value| values(5, 5 * value))).await;
    let tuned = EwmaTuning { share: Some(0.1), width: Some(2.7) };
    let report = ask(&guanxi, GetServiceStandardReportRequest { ewma: Some(tuned), ..asking("weight", 1, 30) });
    let report = report.await.unwrap();
    let drift = |index: usize| report.periods[index].control.unwrap().drift.unwrap();
    near(drift(0).value, 994.5);
    near(drift(0).lower_limit, 973.0);
    near(drift(0).upper_limit, 1_027.0);
    printed(drift(29).value, 1_063.414_11, 5);
    printed(drift(29).lower_limit, 938.113_43, 5);
    printed(drift(29).upper_limit, 1_061.886_57, 5);
    assert_eq!(report.periods[0].control.unwrap().limits, None);
    let chart = report.chart.unwrap();
    assert_eq!((chart.kind(), chart.ewma_share, chart.ewma_width), (ControlChartKind::Mean, 0.1, 2.7));
    assert_eq!(chart.alarm_dates, [day(29), day(30)]);
    // By hand: the average is 991.864 on the 19th, and above 1000 from the 20th, 1001.078, on.
    assert_eq!(chart.change_date, Some(day(20)));
}

async fn a_jump_is_named_by_its_period(guanxi: TestServer) {
    let days = DateRange { start_date: Some(day(1)), end_date: Some(day(20)) };
    let usual = ServiceBaseline { kind: Some(Baseline::Days(days)) };
    create(&guanxi, "slips", ServiceStandard { baseline: Some(usual), ..standard(ServiceStandardMetric::Count, 2.0) })
        .await;
    daily(&guanxi, "slips", U.into_iter().chain([9, 30, 11]).map(|count| values(5, count))).await;
    // Limits are those of the baseline, also where the report has nothing of it.
    for first in [1, 21] {
        let report = ask(&guanxi, asking("slips", first, 23)).await.unwrap();
        let chart = report.chart.unwrap();
        near(chart.centre, 1.93);
        assert_eq!((chart.baseline_period_count, chart.change_date), (Some(20), Some(day(22))));
        assert!(chart.alarm_dates.contains(&day(22)), "{:?}", chart.alarm_dates);
        let jump = report.periods.iter().find(|one| one.start_date == Some(day(22))).unwrap();
        let limits = jump.control.unwrap().limits.unwrap();
        assert!(limits.alarm && limits.value == 6.0, "{limits:?}");
    }
}

async fn a_chart_needs_twenty_periods_that_vary(guanxi: TestServer) {
    create(&guanxi, "slips", standard(ServiceStandardMetric::Count, 2.0)).await;
    daily(&guanxi, "slips", [0; 20].map(|count| values(5, count))).await;
    let few = ask(&guanxi, asking("slips", 1, 17)).await.unwrap();
    let chart = few.chart.unwrap();
    assert_eq!((chart.status(), chart.missing_period_count), (ControlChartStatus::TooFewPeriods, 3));
    assert_eq!((chart.kind(), chart.centre), (ControlChartKind::Unspecified, None));
    assert!(few.periods.iter().all(|period| period.control.is_none()) && few.periods.len() == 17);
    let same = ask(&guanxi, asking("slips", 1, 20)).await.unwrap().chart.unwrap();
    assert_eq!((same.status(), same.missing_period_count), (ControlChartStatus::WithoutVariation, 0));
}

async fn values_by_hand(guanxi: TestServer) {
    let quick = ServiceStandard {
        direction: ServiceStandardDirection::AtMost.into(),
        unit: "s".into(),
        ..standard(ServiceStandardMetric::Duration, 30.0)
    };
    create(&guanxi, "wait", quick).await;
    for (id, value) in ["b-1", "b-2", "b-3", "b-4", "b-5"].into_iter().zip([10, 20, 30, 40, 50]) {
        let one = Found::Values(MeasuredValues { sum: value, ..MeasuredValues::default() });
        record(&guanxi, "wait", measured("2026-01-10", id, one)).await.unwrap();
    }
    let told = total(&guanxi, "wait").await;
    assert_eq!((told.unit_count, told.total, told.value, told.met), (5, 150, Some(30.0), Some(true)));
    assert_eq!((told.evidence(), told.defect_level), (Evidence::Indicative, None));
    // Standard deviation 15.8113883, t of 4 degrees of freedom 2.7764451: 30 and 19.6324323 either way.
    printed(told.lower_bound, 10.367_568, 5);
    printed(told.upper_bound, 49.632_432, 5);
    let met = told.attainment.unwrap();
    assert_eq!((met.known_unit_count, met.met_unit_count), (5, 3));
    // Many at once: what is not told of them is not known.
    record(&guanxi, "wait", measured("2026-01-11", "day", values(10, 200))).await.unwrap();
    let told = total(&guanxi, "wait").await;
    near(told.value, 350.0 / 15.0);
    assert_eq!((told.lower_bound, told.attainment.unwrap().known_unit_count), (None, 5));
    let known =
        MeasuredValues { value_count: Some(5), sum: 100, sum_of_squares: Some(2_500), met_value_count: Some(4) };
    create(&guanxi, "queue", standard(ServiceStandardMetric::Duration, 30.0)).await;
    record(&guanxi, "queue", measured("2026-01-10", "day", Found::Values(known))).await.unwrap();
    let told = total(&guanxi, "queue").await;
    // The variance is (2500 - 2000) / 4.
    printed(told.upper_bound, 20.0 + 2.776_445_105 * (125.0_f64 / 5.0).sqrt(), 6);
    assert_eq!(told.attainment.unwrap().met_unit_count, 4);
    // Ten of a count: 10 (1 - 1/90 - 1.96/(3 root 10))^3 and 11 (1 - 1/99 + 1.96/(3 root 11))^3, by Byar.
    create(&guanxi, "slips", standard(ServiceStandardMetric::Count, 1.0)).await;
    record(&guanxi, "slips", measured("2026-01-10", "day", values(10, 10))).await.unwrap();
    let told = total(&guanxi, "slips").await;
    assert_eq!((told.value, told.met), (Some(1.0), Some(true)));
    printed(told.lower_bound, 0.478_4, 3);
    printed(told.upper_bound, 1.839_1, 3);
}

async fn late_and_corrected_measurements_count_on_their_own_day(guanxi: TestServer) {
    create(&guanxi, "loaves", standard(ServiceStandardMetric::DefectShare, 0.02)).await;
    let shares = || async {
        let report = ask(&guanxi, asking("loaves", 10, 12)).await.unwrap();
        let told = |period: &guanxi::v1::ServiceStandardPeriod| {
            let figures = period.figures.unwrap();
            (figures.measurement_count, figures.unit_count, figures.total)
        };
        report.periods.iter().map(told).collect::<Vec<_>>()
    };
    record(&guanxi, "loaves", measured("2026-01-12", "b-1", inspected(100, 1))).await.unwrap();
    record(&guanxi, "loaves", measured("2026-01-10", "b-2", inspected(200, 9))).await.unwrap();
    assert_eq!(shares().await, [(1, 200, 9), (0, 0, 0), (1, 100, 1)]);
    // It was another day, and fewer.
    let correction =
        ServiceMeasurement { replaces: Some(shop("b-2")), ..measured("2026-01-11", "b-3", inspected(150, 2)) };
    record(&guanxi, "loaves", correction).await.unwrap();
    assert_eq!(shares().await, [(0, 0, 0), (1, 150, 2), (1, 100, 1)]);
    withdraw(&guanxi, "loaves", shop("b-1")).await.unwrap();
    withdraw(&guanxi, "loaves", shop("b-9")).await.unwrap();
    record(&guanxi, "loaves", measured("2026-01-10", "b-9", inspected(7, 7))).await.unwrap();
    assert_eq!(shares().await, [(0, 0, 0), (1, 150, 2), (0, 0, 0)]);
}

async fn periods_are_cut_to_the_days_and_empty_ones_told(guanxi: TestServer) {
    create(&guanxi, "loaves", standard(ServiceStandardMetric::DefectShare, 0.02)).await;
    record(&guanxi, "loaves", measured("2026-01-07", "b-1", inspected(100, 1))).await.unwrap();
    record(&guanxi, "loaves", measured("2026-01-19", "b-2", inspected(100, 2))).await.unwrap();
    // That of the standard: weeks.
    let weekly = GetServiceStandardReportRequest { period: 0, ..asking("loaves", 7, 20) };
    let report = ask(&guanxi, weekly).await.unwrap();
    assert_eq!(report.period(), ReportPeriod::Week);
    let told: Vec<_> = report
        .periods
        .iter()
        .map(|one| (one.start_date.unwrap(), one.end_date.unwrap(), one.figures.unwrap().total))
        .collect();
    assert_eq!(told, [(day(7), day(11), 1), (day(12), day(18), 0), (day(19), day(20), 2)]);
    for (period, count) in [(ReportPeriod::Day, 90), (ReportPeriod::Month, 3), (ReportPeriod::Quarter, 1)] {
        let request = GetServiceStandardReportRequest { period: period.into(), ..asking("loaves", 1, 90) };
        let report = ask(&guanxi, request).await.unwrap();
        assert_eq!((report.periods.len(), report.total.unwrap().total), (count, 3), "{period:?}");
    }
}

async fn branches_and_teams_are_told_apart(guanxi: TestServer) {
    create(&guanxi, "loaves", standard(ServiceStandardMetric::DefectShare, 0.02)).await;
    for (id, branch, team, defects) in
        [("b-1", "north", "day", 1), ("b-2", "north", "night", 2), ("b-3", "south", "night", 4)]
    {
        let one = ServiceMeasurement {
            branch: branch.into(),
            team: team.into(),
            ..measured("2026-01-10", id, inspected(100, defects))
        };
        record(&guanxi, "loaves", one).await.unwrap();
    }
    for (branch, team, defects) in
        [("", "", 7), ("north", "", 3), ("", "night", 6), ("north", "night", 2), ("west", "", 0)]
    {
        let request =
            GetServiceStandardReportRequest { branch: branch.into(), team: team.into(), ..asking("loaves", 1, 31) };
        let told = ask(&guanxi, request).await.unwrap().total.unwrap();
        assert_eq!(told.total, defects, "{branch} {team}");
    }
}

async fn of_too_few_units_only_sums_are_told(guanxi: TestServer) {
    create(&guanxi, "loaves", standard(ServiceStandardMetric::DefectShare, 0.02)).await;
    record(&guanxi, "loaves", measured("2026-01-10", "b-1", inspected(4, 1))).await.unwrap();
    let told = total(&guanxi, "loaves").await;
    let only = ServiceStandardFigures {
        measurement_count: 1,
        unit_count: 4,
        total: 1,
        evidence: Evidence::Suppressed.into(),
        ..ServiceStandardFigures::default()
    };
    assert_eq!(told, only);
    record(&guanxi, "loaves", measured("2026-01-10", "b-2", inspected(25, 0))).await.unwrap();
    let told = total(&guanxi, "loaves").await;
    assert_eq!((told.evidence(), told.value), (Evidence::Indicative, Some(1.0 / 29.0)));
    record(&guanxi, "loaves", measured("2026-01-10", "b-3", inspected(1, 0))).await.unwrap();
    assert_eq!(total(&guanxi, "loaves").await.evidence(), Evidence::Sound);
    let nothing = ask(&guanxi, asking("loaves", 20, 21)).await.unwrap().total.unwrap();
    assert_eq!((nothing.unit_count, nothing.evidence(), nothing.value), (0, Evidence::Suppressed, None));
}

/// Whatever comes in whatever order: each day holds what of its measurements counts.
async fn sums_are_those_of_what_counts(guanxi: TestServer) {
    create(&guanxi, "wait", standard(ServiceStandardMetric::Duration, 60.0)).await;
    let mut state: u64 = 7;
    let mut dice = move |most: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % most
    };
    for step in 0..120 {
        let target = format!("m-{}", dice(60));
        if dice(4) == 0 {
            let _ = withdraw(&guanxi, "wait", shop(&target)).await;
            continue;
        }
        let found = values(1 + i64::try_from(dice(3)).unwrap(), i64::try_from(dice(500)).unwrap());
        let replaces = (dice(3) == 0).then(|| shop(&target)).filter(|key| key.source_id != format!("m-{step}"));
        let one = measured(&written(1 + i32::try_from(dice(5)).unwrap()), &format!("m-{step}"), found);
        let _ = record(&guanxi, "wait", ServiceMeasurement { replaces, ..one }).await;
    }
    let mut expected = [(0, 0, 0); 5];
    for one in listed(&guanxi, "wait", "", false).await.iter() {
        let Some(Found::Values(found)) = &one.result else { panic!("{one:?}") };
        let (seconds, first) = (one.occur_time.unwrap().seconds, crate::support::time("2026-01-01T12:00:00Z").seconds);
        let at = usize::try_from((seconds - first) / 86_400).unwrap();
        let (measurements, units, sum) = expected[at];
        expected[at] = (measurements + 1, units + found.value_count.unwrap(), sum + found.sum);
    }
    let report = ask(&guanxi, asking("wait", 1, 5)).await.unwrap();
    let told: Vec<_> = report
        .periods
        .iter()
        .map(|one| one.figures.unwrap())
        .map(|one| (one.measurement_count, one.unit_count, one.total))
        .collect();
    assert_eq!(told, expected);
    assert!(expected.iter().map(|one| one.0).sum::<i64>() > 20, "{expected:?}");
}

async fn wrong_questions_are_refused(guanxi: TestServer) {
    create(&guanxi, "loaves", standard(ServiceStandardMetric::DefectShare, 0.02)).await;
    let wrong = GetServiceStandardReportRequest {
        name: "loaves".into(),
        start_date: Some(Date { year: 2026, month: 2, day: 30 }),
        end_date: None,
        period: 9,
        branch: "a\nb".into(),
        team: "x".repeat(201),
        ewma: Some(EwmaTuning { share: Some(0.0), width: Some(f64::NAN) }),
    };
    let told = ["name", "start_date", "end_date", "period", "branch", "team", "ewma.share", "ewma.width"];
    invalid(ask(&guanxi, wrong).await, &told);
    invalid(ask(&guanxi, asking("loaves", 2, 1)).await, &["end_date"]);
    invalid(ask(&guanxi, asking("loaves", 1, 1_101)).await, &["end_date"]);
    assert_eq!(ask(&guanxi, asking("loaves", 1, 1_100)).await.unwrap().periods.len(), 1_100);
    refused(ask(&guanxi, asking("rolls", 1, 2)).await, Code::NotFound, "RESOURCE_NOT_FOUND");
}
