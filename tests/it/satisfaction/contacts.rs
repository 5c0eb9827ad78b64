//! Contacts by reason, held against active customers and purchases.

use guanxi::google::r#type::Date;
use guanxi::v1::record_interaction_result::Result as Met;
use guanxi::v1::record_purchase_result::Result as Sold;
use guanxi::v1::{
    BatchRecordInteractionsRequest, BatchRecordPurchasesRequest, ContactBase, ContactReason, ContactReport,
    ControlChartStatus, CustomerStage, DeleteCustomerRequest, Direction, Emotion, FactKind, GetContactReportRequest,
    Interaction, InteractionPurpose, Purchase, PurchaseType, RecordInteractionRequest, RecordPurchaseRequest,
    RecordStageChangeRequest, ReportPeriod, UndeleteCustomerRequest, WithdrawFactRequest,
};
use guanxi_testkit::{TestServer, on_each_backend};
use tonic::Status;

use super::kit::near;
use super::standard_kit::{day, written};
use crate::support::{create_person, inbound, invalid, sale, shop, stage_change};

on_each_backend! {
    contacts_are_told_by_reason_channel_and_topic,
    corrected_and_withdrawn_contacts_count_no_longer,
    active_customers_are_those_whose_stage_says_so,
    u_chart_of_contacts_per_purchase,
    before_and_after_by_przyborowski_and_wilenski,
    bad_feelings_that_turn_good,
    wrong_questions_are_refused,
}

fn noon(number: i32) -> String {
    format!("{}T12:00:00Z", written(number))
}

fn asking(first: i32, last: i32) -> GetContactReportRequest {
    GetContactReportRequest { start_date: Some(day(first)), end_date: Some(day(last)), ..Default::default() }
}

async fn ask(guanxi: &TestServer, request: GetContactReportRequest) -> Result<ContactReport, Status> {
    Ok(guanxi.satisfaction().get_contact_report(request).await?.into_inner())
}

fn contact(on: i32, id: &str, purpose: InteractionPurpose, channel: &str, topic: &str) -> Interaction {
    Interaction { channel: channel.into(), topic: topic.into(), ..inbound("ada", &noon(on), id, purpose) }
}

/// Records contacts.
pub(super) async fn meet(guanxi: &TestServer, contacts: Vec<Interaction>) {
    for some in contacts.chunks(500) {
        let request =
            |one: &Interaction| RecordInteractionRequest { interaction: Some(one.clone()), ..Default::default() };
        let requests = some.iter().map(request).collect();
        let request = BatchRecordInteractionsRequest { requests, all_or_nothing: true };
        let results = guanxi.activity().batch_record_interactions(request).await.unwrap().into_inner().results;
        assert!(results.iter().all(|one| matches!(one.result, Some(Met::Interaction(_)))), "{results:?}");
    }
}

/// So many sales on a day.
async fn sell(guanxi: &TestServer, on: i32, count: usize) {
    let sales: Vec<Purchase> =
        (0..count).map(|number| sale("ada", &noon(on), &format!("o-{on}-{number}"), 100)).collect();
    for some in sales.chunks(500) {
        let request = |one: &Purchase| RecordPurchaseRequest { purchase: Some(one.clone()), ..Default::default() };
        let requests = some.iter().map(request).collect();
        let request = BatchRecordPurchasesRequest { requests, all_or_nothing: true };
        let results = guanxi.activity().batch_record_purchases(request).await.unwrap().into_inner().results;
        assert!(results.iter().all(|one| matches!(one.result, Some(Sold::Purchase(_)))), "{results:?}");
    }
}

async fn step(guanxi: &TestServer, customer: &str, on: i32, id: &str, stage: CustomerStage) {
    let stage_change = Some(stage_change(customer, &noon(on), id, stage));
    let request = RecordStageChangeRequest { stage_change, ..Default::default() };
    guanxi.activity().record_stage_change(request).await.unwrap();
}

async fn withdraw(guanxi: &TestServer, kind: FactKind, id: &str) {
    let request = WithdrawFactRequest { customer: "customers/ada".into(), kind: kind.into(), fact: Some(shop(id)) };
    guanxi.activity().withdraw_fact(request).await.unwrap();
}

/// Reasons with how many contacts.
fn counted(report: &ContactReport) -> Vec<(InteractionPurpose, &str, i64)> {
    let told = |one: &'_ ContactReason| one.total.as_ref().map_or(0, |total| total.contact_count);
    report.reasons.iter().map(|one| (one.purpose(), one.topic.as_str(), told(one))).collect()
}

const SERVICE: InteractionPurpose = InteractionPurpose::Service;
const COMPLAINT: InteractionPurpose = InteractionPurpose::Complaint;

async fn contacts_are_told_by_reason_channel_and_topic(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    for number in 0..10 {
        let id = format!("c-{number}");
        create_person(&guanxi, &id).await;
        step(&guanxi, &id, -30, "s-1", CustomerStage::Active).await;
    }
    meet(
        &guanxi,
        vec![
            contact(5, "i-1", COMPLAINT, "phone", "bill"),
            contact(6, "i-2", COMPLAINT, "phone", "delay"),
            contact(13, "i-3", COMPLAINT, "web", "bill"),
            contact(13, "i-4", SERVICE, "phone", ""),
            // We called: no answer to why customers get in touch.
            Interaction { direction: Direction::Outbound.into(), ..contact(13, "i-5", SERVICE, "phone", "bill") },
        ],
    )
    .await;
    sell(&guanxi, 7, 6).await;
    sell(&guanxi, 14, 8).await;
    // A return is no sale.
    let back = Purchase { r#type: PurchaseType::Return.into(), ..sale("ada", &noon(8), "r-1", 100) };
    crate::support::record(&guanxi, back).await.unwrap();
    let report = ask(&guanxi, asking(5, 18)).await.unwrap();
    assert_eq!(report.period(), ReportPeriod::Week);
    assert_eq!(counted(&report), [(SERVICE, "", 1), (COMPLAINT, "", 3)]);
    let bases: Vec<_> = report
        .periods
        .iter()
        .map(|one| (one.start_date.unwrap(), one.active_customer_count, one.purchase_count))
        .collect();
    assert_eq!(bases, [(day(5), 10.0, 6), (day(12), 10.0, 8)]);
    let complaints = &report.reasons[1];
    // 2 and 1 contacts of 10 customers in a week; 2 of 6 and 1 of 8 purchases; in all 3 of 20 and of 14.
    let rates: Vec<_> = complaints.periods.iter().map(|one| one.rate.unwrap()).collect();
    near(rates[0].per_thousand_active_customers, 200.0);
    near(rates[1].per_thousand_active_customers, 100.0);
    near(rates[0].per_thousand_purchases, 2_000.0 / 6.0);
    near(rates[1].per_thousand_purchases, 125.0);
    near(complaints.total.unwrap().per_thousand_active_customers, 150.0);
    near(complaints.total.unwrap().per_thousand_purchases, 3_000.0 / 14.0);
    let chart = complaints.chart.clone().unwrap();
    assert_eq!((chart.status(), chart.missing_period_count), (ControlChartStatus::TooFewPeriods, 18));
    let phone = GetContactReportRequest { channel: "phone".into(), by_topic: true, ..asking(5, 18) };
    let report = ask(&guanxi, phone).await.unwrap();
    assert_eq!(counted(&report), [(SERVICE, "", 1), (COMPLAINT, "bill", 1), (COMPLAINT, "delay", 1)]);
    near(report.reasons[1].total.unwrap().per_thousand_purchases, 1_000.0 / 14.0);
    // Three days of a week: as if it went on like this.
    let cut = ask(&guanxi, asking(5, 7)).await.unwrap();
    near(cut.reasons[0].total.unwrap().per_thousand_active_customers, 2_000.0 / (10.0 * 3.0 / 7.0));
    assert_eq!(ask(&guanxi, asking(20, 21)).await.unwrap().reasons, []);
}

async fn corrected_and_withdrawn_contacts_count_no_longer(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    meet(
        &guanxi,
        vec![
            contact(5, "i-1", COMPLAINT, "phone", ""),
            contact(5, "i-2", COMPLAINT, "phone", ""),
            contact(5, "i-1", COMPLAINT, "phone", ""),
        ],
    )
    .await;
    withdraw(&guanxi, FactKind::Interaction, "i-1").await;
    withdraw(&guanxi, FactKind::Interaction, "i-4").await;
    let mut corrected = contact(6, "i-3", SERVICE, "phone", "");
    corrected.context.as_mut().unwrap().replaces = Some(shop("i-2"));
    meet(&guanxi, vec![corrected, contact(6, "i-4", COMPLAINT, "phone", "")]).await;
    let report = ask(&guanxi, asking(1, 31)).await.unwrap();
    assert_eq!(counted(&report), [(SERVICE, "", 1)]);
    // Without active customers and purchases there is a count and no rate.
    let told = report.reasons[0].total.unwrap();
    assert_eq!((told.per_thousand_active_customers, told.per_thousand_purchases), (None, None));
    sell(&guanxi, 5, 6).await;
    withdraw(&guanxi, FactKind::Purchase, "o-5-0").await;
    let report = ask(&guanxi, asking(1, 31)).await.unwrap();
    near(report.reasons[0].total.unwrap().per_thousand_purchases, 200.0);
}

async fn active_customers_are_those_whose_stage_says_so(guanxi: TestServer) {
    for id in ["ada", "bob"] {
        create_person(&guanxi, id).await;
    }
    let active_on = async |first, last| {
        let daily = GetContactReportRequest { period: ReportPeriod::Day.into(), ..asking(first, last) };
        let report = ask(&guanxi, daily).await.unwrap();
        report.periods.iter().map(|one| one.active_customer_count).collect::<Vec<_>>()
    };
    let active = || active_on(5, 10);
    assert_eq!(active().await, [0.0; 6]);
    step(&guanxi, "ada", 6, "s-1", CustomerStage::Active).await;
    step(&guanxi, "bob", -400, "s-1", CustomerStage::Active).await;
    assert_eq!(active().await, [1.0, 2.0, 2.0, 2.0, 2.0, 2.0]);
    step(&guanxi, "ada", 9, "s-3", CustomerStage::WonBack).await;
    assert_eq!(active().await, [1.0, 2.0, 2.0, 2.0, 2.0, 2.0]);
    // It came late: ada was dormant for a while.
    step(&guanxi, "ada", 7, "s-2", CustomerStage::Dormant).await;
    assert_eq!(active().await, [1.0, 2.0, 1.0, 1.0, 2.0, 2.0]);
    // Twice on a day: the end of the day counts.
    step(&guanxi, "bob", 10, "s-2", CustomerStage::Churned).await;
    step(&guanxi, "bob", 10, "s-3", CustomerStage::Active).await;
    assert_eq!(active().await, [1.0, 2.0, 1.0, 1.0, 2.0, 2.0]);
    withdraw(&guanxi, FactKind::StageChange, "s-1").await;
    assert_eq!(active().await, [1.0, 1.0, 1.0, 1.0, 2.0, 2.0]);
    // Deleted on the 31st, and brought back on the same day.
    let on_31st = || active_on(30, 31);
    let name = String::from("customers/bob");
    let delete = DeleteCustomerRequest { name: name.clone(), ..Default::default() };
    guanxi.customers().delete_customer(delete).await.unwrap();
    assert_eq!(on_31st().await, [2.0, 1.0]);
    guanxi.customers().undelete_customer(UndeleteCustomerRequest { name, ..Default::default() }).await.unwrap();
    assert_eq!(on_31st().await, [2.0, 2.0]);
}

async fn u_chart_of_contacts_per_purchase(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    let counts = [10, 12, 8, 14, 10, 16, 11, 7, 10, 15, 9, 5, 7, 11, 12, 6, 8, 10, 7, 5];
    let mut contacts = Vec::new();
    for (on, count) in (1..).zip(counts) {
        sell(&guanxi, on, 5).await;
        contacts.extend((0..count).map(|number| contact(on, &format!("i-{on}-{number}"), COMPLAINT, "", "")));
    }
    meet(&guanxi, contacts).await;
    let daily = GetContactReportRequest {
        period: ReportPeriod::Day.into(),
        base: ContactBase::Purchases.into(),
        ..asking(1, 20)
    };
    let report = ask(&guanxi, daily).await.unwrap();
    let complaints = &report.reasons[0];
    let chart = complaints.chart.clone().unwrap();
    // Those of qcc, per thousand.
    near(chart.centre, 1_930.0);
    assert_eq!((chart.baseline_period_count, chart.alarm_dates.as_slice()), (Some(20), &[][..]));
    let first = complaints.periods[0].control.unwrap().limits.unwrap();
    near(first.value, 2_000.0);
    near(first.lower_limit, 66.133_052_0);
    near(first.upper_limit, 3_793.866_948_0);
}

async fn before_and_after_by_przyborowski_and_wilenski(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    sell(&guanxi, 5, 1_000).await;
    sell(&guanxi, 20, 1_100).await;
    let complaints =
        (0..45).map(|number| contact(if number < 30 { 6 } else { 21 }, &format!("i-{number}"), COMPLAINT, "", ""));
    meet(&guanxi, complaints.collect()).await;
    let request =
        GetContactReportRequest { base: ContactBase::Purchases.into(), change_date: Some(day(15)), ..asking(1, 31) };
    let report = ask(&guanxi, request).await.unwrap();
    let told = report.reasons[0].comparison.unwrap();
    assert_eq!((told.before_count, told.after_count), (30, 15));
    near(told.before_rate, 30.0);
    near(told.after_rate, 15_000.0 / 1_100.0);
    near(told.ratio, 1.0 / 2.2);
    near(told.p_value, 0.011_103_697_2);
}

async fn bad_feelings_that_turn_good(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    let feeling = |id: &str, start: Emotion, end: Emotion| Interaction {
        emotion_start: start.into(),
        emotion_end: end.into(),
        ..contact(5, id, COMPLAINT, "", "")
    };
    let mut contacts = vec![
        feeling("i-1", Emotion::Disappointed, Emotion::Calm),
        feeling("i-2", Emotion::Angry, Emotion::Happy),
        feeling("i-3", Emotion::Afraid, Emotion::Calm),
        feeling("i-4", Emotion::Angry, Emotion::Happy),
        // Neither of these is known to have begun badly and to have ended at all.
        feeling("i-5", Emotion::Calm, Emotion::Angry),
        feeling("i-6", Emotion::Angry, Emotion::Unspecified),
    ];
    meet(&guanxi, contacts.clone()).await;
    assert_eq!(ask(&guanxi, asking(1, 31)).await.unwrap().reasons[0].recovery, None);
    contacts = vec![feeling("i-7", Emotion::Angry, Emotion::Calm)];
    meet(&guanxi, contacts).await;
    let told = ask(&guanxi, asking(1, 31)).await.unwrap().reasons[0].recovery.unwrap();
    assert_eq!((told.bad_start_count, told.recovered_count, told.share), (5, 5, 1.0));
    near(told.lower_bound, 0.565_517_535_2);
    near(told.upper_bound, 1.0);
    meet(&guanxi, vec![feeling("i-8", Emotion::Angry, Emotion::Afraid)]).await;
    let told = ask(&guanxi, asking(1, 31)).await.unwrap().reasons[0].recovery.unwrap();
    assert_eq!((told.bad_start_count, told.recovered_count), (6, 5));
}

async fn wrong_questions_are_refused(guanxi: TestServer) {
    let wrong = GetContactReportRequest {
        start_date: None,
        end_date: Some(Date { year: 2026, month: 13, day: 1 }),
        period: 9,
        channel: "a\nb".into(),
        by_topic: false,
        base: 7,
        change_date: Some(Date::default()),
        ewma: Some(guanxi::v1::EwmaTuning { share: Some(2.0), width: Some(-1.0) }),
    };
    let told = ["start_date", "end_date", "period", "channel", "base", "change_date", "ewma.share", "ewma.width"];
    invalid(ask(&guanxi, wrong).await, &told);
    invalid(ask(&guanxi, asking(2, 1)).await, &["end_date"]);
    for change in [1, 32] {
        let request = GetContactReportRequest { change_date: Some(day(change)), ..asking(1, 31) };
        invalid(ask(&guanxi, request).await, &["change_date"]);
    }
    let daily = GetContactReportRequest { period: ReportPeriod::Day.into(), ..asking(1, 1_101) };
    invalid(ask(&guanxi, daily).await, &["end_date"]);
}
