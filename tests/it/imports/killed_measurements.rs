//! An import of measurements on a server that is killed (SIGKILL), resumed: every sum is that of what was sent, once.

use std::time::Duration;

use guanxi::google::r#type::Date;
use guanxi::v1::satisfaction_service_client::SatisfactionServiceClient;
use guanxi::v1::{
    GetServiceStandardReportRequest, ImportProgress, ImportServiceMeasurementsRequest, ReportPeriod,
    ServiceMeasurement, ServiceStandardMetric,
};
use guanxi_testkit::{TestServer, on_each_backend};
use tonic::Streaming;
use tonic::transport::Channel;

use super::killed::{Dice, read_until_killed, start};
use crate::satisfaction::standard_kit::{create, inspected, measured, standard};
use crate::support::shop;

on_each_backend! { a_killed_import_of_measurements_resumed_counts_nothing_twice }

const MEASUREMENTS: i64 = 4_000;
const CHUNK: i64 = 100;
const KILLS: usize = 5;
const DAYS: i64 = 5;
/// How many measurements earlier what is corrected was sent: it is in another chunk, of another day.
const EARLIER: i64 = 141;

/// So many units and defects, all of them different.
fn found(index: i64) -> (i64, i64) {
    (1_000 + index, index * 37 % 1_000)
}

/// Every thirteenth corrects an earlier one.
fn corrected(index: i64) -> Option<i64> {
    (index % 13 == 0).then(|| index - EARLIER).filter(|earlier| *earlier >= 0)
}

fn measurement(index: i64) -> ServiceMeasurement {
    let (units, defects) = found(index);
    let replaces = corrected(index).map(|earlier| shop(&format!("m-{earlier}")));
    let day = format!("2026-01-{:02}", 1 + index % DAYS);
    ServiceMeasurement { replaces, ..measured(&day, &format!("m-{index}"), inspected(units, defects)) }
}

/// Measurements, units and defects of each day, without what is corrected.
fn expected() -> Vec<(i64, i64, i64)> {
    let is_corrected = |index: &i64| corrected(index + EARLIER).is_some() && index + EARLIER < MEASUREMENTS;
    let of_day = |day: i64| {
        let kept: Vec<_> = (0..MEASUREMENTS).filter(|index| index % DAYS == day && !is_corrected(index)).collect();
        let found = kept.iter().map(|index| found(*index)).fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        (kept.len() as i64, found.0, found.1)
    };
    (0..DAYS).map(of_day).collect()
}

async fn import(channel: Channel, next: i64) -> Streaming<ImportProgress> {
    let chunk = |first_index: i64| ImportServiceMeasurementsRequest {
        parent: "serviceStandards/loaves".into(),
        first_index,
        service_measurements: (first_index..(first_index + CHUNK).min(MEASUREMENTS)).map(measurement).collect(),
    };
    let chunks: Vec<_> = (next..MEASUREMENTS).step_by(usize::try_from(CHUNK).unwrap()).map(chunk).collect();
    let mut client = SatisfactionServiceClient::new(channel);
    client.import_service_measurements(tokio_stream::iter(chunks)).await.unwrap().into_inner()
}

async fn sums(channel: Channel) -> Vec<(i64, i64, i64)> {
    let date = |day: i64| Some(Date { year: 2026, month: 1, day: i32::try_from(day).unwrap() });
    let request = GetServiceStandardReportRequest {
        name: "serviceStandards/loaves".into(),
        start_date: date(1),
        end_date: date(DAYS),
        period: ReportPeriod::Day.into(),
        ..Default::default()
    };
    let mut client = SatisfactionServiceClient::new(channel);
    let report = client.get_service_standard_report(request).await.unwrap().into_inner();
    let figures = report.periods.into_iter().map(|period| period.figures.unwrap());
    figures.map(|told| (told.measurement_count, told.unit_count, told.total)).collect()
}

async fn a_killed_import_of_measurements_resumed_counts_nothing_twice(mut guanxi: TestServer) {
    let mut dice = Dice(29);
    create(&guanxi, "loaves", standard(ServiceStandardMetric::DefectShare, 0.02)).await;
    guanxi.shut_down().await;
    let mut next = 0;
    for kill in 0..KILLS {
        let moment = (next, dice.throw(6), Duration::from_micros(dice.throw(30_000)));
        let server = start(&guanxi).await;
        let stream = import(server.channel(), next).await;
        next = read_until_killed(server, stream, moment).await;
        println!("kill {kill}: {moment:?} to {next}");
        assert!(next < MEASUREMENTS, "the server is to be killed midway");
    }
    let server = start(&guanxi).await;
    let mut stream = import(server.channel(), next).await;
    while let Some(progress) = stream.message().await.unwrap() {
        assert_eq!(progress.rejections, []);
        next = progress.last_index + 1;
    }
    assert_eq!(next, MEASUREMENTS);
    assert_eq!(sums(server.channel()).await, expected());
}
