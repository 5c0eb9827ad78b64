//! Which services were right first time, by an operation that reads what followed each.

use guanxi::google::longrunning::{Operation, operation};
use guanxi::v1::{
    AnalyzeFirstTimeRightRequest, ControlChartKind, ControlChartStatus, DeleteCustomerRequest, Evidence, FactKind,
    FirstTimeRightFigures, FirstTimeRightGrouping, FirstTimeRightReport, Interaction, InteractionOutcome,
    InteractionPurpose, Purchase, PurchaseType, ReportPeriod, UndeleteCustomerRequest, WithdrawFactRequest,
};
use guanxi_testkit::{TestServer, on_each_backend};
use prost::Message as _;
use tonic::Status;

use super::contacts::meet;
use super::kit::{create_touchpoint, near};
use super::standard_kit::{day, written};
use crate::segmentation::kit::ended;
use crate::support::{create_person, inbound, record, sale, shop};

on_each_backend! {
    services_fail_by_what_follows_them,
    services_are_pending_until_their_days_are_over,
    corrected_and_withdrawn_facts_follow_no_longer,
    services_of_deleted_customers_stay_until_they_are_purged,
    services_are_told_apart_and_filtered,
    share_on_a_p_chart,
}

pub(super) const SERVICE: InteractionPurpose = InteractionPurpose::Service;
const VISIT: InteractionPurpose = InteractionPurpose::Visit;
const COMPLAINT: InteractionPurpose = InteractionPurpose::Complaint;

/// Services of the first to the last day, which must stand for a week. The clock stands at the 31st.
pub(super) fn asking(first: i32, last: i32) -> AnalyzeFirstTimeRightRequest {
    AnalyzeFirstTimeRightRequest {
        start_date: Some(day(first)),
        end_date: Some(day(last)),
        period: ReportPeriod::Month.into(),
        window_days: Some(7),
        ..Default::default()
    }
}

pub(super) async fn ask(guanxi: &TestServer, request: AnalyzeFirstTimeRightRequest) -> Result<Operation, Status> {
    Ok(guanxi.satisfaction().analyze_first_time_right(request).await?.into_inner())
}

pub(crate) async fn told(guanxi: &TestServer, request: AnalyzeFirstTimeRightRequest) -> FirstTimeRightReport {
    let asked = ask(guanxi, request).await.unwrap();
    let done = ended(guanxi, &asked.name).await;
    let Some(operation::Result::Response(response)) = &done.result else { panic!("it failed: {done:?}") };
    assert_eq!(response.type_url, "type.googleapis.com/guanxi.v1.FirstTimeRightReport");
    FirstTimeRightReport::decode(response.value.as_slice()).unwrap()
}

async fn total(guanxi: &TestServer, request: AnalyzeFirstTimeRightRequest) -> FirstTimeRightFigures {
    told(guanxi, request).await.total.unwrap().total.unwrap()
}

/// Services, those that are pending, and those that were right; then why others were not: unresolved, returned, complained,
/// came again.
fn counts(figures: &FirstTimeRightFigures) -> ([i64; 3], [i64; 4]) {
    (
        [figures.service_count, figures.pending_count, figures.right_count],
        [figures.unresolved_count, figures.returned_count, figures.complained_count, figures.came_again_count],
    )
}

pub(super) fn contact(
    customer: &str,
    at: (i32, &str),
    id: &str,
    (purpose, topic): (InteractionPurpose, &str),
) -> Interaction {
    let (on, time) = at;
    Interaction { topic: topic.into(), ..inbound(customer, &format!("{}T{time}Z", written(on)), id, purpose) }
}

/// At noon.
pub(super) fn noon(customer: &str, on: i32, id: &str, purpose: InteractionPurpose) -> Interaction {
    contact(customer, (on, "12:00:00"), id, (purpose, "boiler"))
}

pub(super) async fn bring_back(guanxi: &TestServer, customer: &str, on: i32, id: &str) {
    let back = sale(customer, &format!("{}T12:00:00Z", written(on)), id, 100);
    record(guanxi, Purchase { r#type: PurchaseType::Return.into(), ..back }).await.unwrap();
}

async fn withdraw(guanxi: &TestServer, customer: &str, kind: FactKind, id: &str) {
    let customer = format!("customers/{customer}");
    let request = WithdrawFactRequest { customer, kind: kind.into(), fact: Some(shop(id)) };
    guanxi.activity().withdraw_fact(request).await.unwrap();
}

async fn services_fail_by_what_follows_them(guanxi: TestServer) {
    for id in ["ada", "bob", "cid", "dan", "eve", "fay", "gil"] {
        create_person(&guanxi, id).await;
    }
    let ended = |contact, outcome: InteractionOutcome| Interaction { outcome: outcome.into(), ..contact };
    meet(
        &guanxi,
        vec![
            // Right: what follows is about something else, or comes on the eighth day after it.
            noon("ada", 5, "s", SERVICE),
            contact("ada", (6, "12:00:00"), "c", (COMPLAINT, "bill")),
            contact("ada", (13, "00:00:00"), "d", (COMPLAINT, "boiler")),
            // Complained about at the last moment of the seventh.
            noon("bob", 5, "s", SERVICE),
            contact("bob", (12, "23:59:59"), "c", (COMPLAINT, "boiler")),
            // Visited again; the second visit was right.
            noon("cid", 5, "s", SERVICE),
            noon("cid", 7, "v", VISIT),
            // Returned, and complained without saying about what.
            noon("dan", 5, "s", VISIT),
            contact("dan", (6, "12:00:00"), "c", (COMPLAINT, "")),
            // Not done.
            ended(noon("eve", 5, "s", SERVICE), InteractionOutcome::Escalated),
            // Nobody was there; a complaint before, and one at the same moment, do not follow.
            ended(noon("fay", 4, "n", SERVICE), InteractionOutcome::NotReached),
            noon("fay", 4, "b", COMPLAINT),
            noon("fay", 5, "c", COMPLAINT),
            ended(noon("fay", 5, "s", SERVICE), InteractionOutcome::Resolved),
            // Of another day, and of another customer.
            noon("gil", 32, "s", SERVICE),
            noon("gil", 5, "i", InteractionPurpose::Inquiry),
        ],
    )
    .await;
    bring_back(&guanxi, "dan", 8, "r").await;
    let report = told(&guanxi, asking(1, 20)).await;
    let whole = report.total.as_ref().unwrap();
    let figures = whole.total.unwrap();
    assert_eq!(counts(&figures), ([7, 0, 3], [1, 1, 2, 1]));
    assert_eq!(figures.evidence(), Evidence::Indicative);
    // Wilson's of 3 of 7.
    near(figures.share, 3.0 / 7.0);
    near(figures.lower_bound, 0.158_219_855_3);
    near(figures.upper_bound, 0.749_541_635_5);
    assert_eq!((report.period(), report.window_days, report.rows.len()), (ReportPeriod::Month, 7, 0));
    assert_eq!(report.periods.len(), 1);
    assert_eq!((report.periods[0].start_date, report.periods[0].end_date), (Some(day(1)), Some(day(20))));
    assert_eq!(whole.periods[0].figures, Some(figures));
    let chart = whole.chart.as_ref().unwrap();
    assert_eq!((chart.status(), chart.missing_period_count), (ControlChartStatus::TooFewPeriods, 19));
    // Of a day later nobody has come back: six days and twelve hours are too few for the visit, and the boiler is its topic.
    let longer = AnalyzeFirstTimeRightRequest { window_days: Some(8), ..asking(1, 20) };
    assert_eq!(counts(&total(&guanxi, longer).await), ([7, 0, 2], [1, 1, 3, 1]));
}

async fn services_are_pending_until_their_days_are_over(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    // The 31st is not over yet: what was on the 24th may still fail, also where it has failed already.
    meet(
        &guanxi,
        vec![
            contact("ada", (23, "12:00:00"), "a", (SERVICE, "bill")),
            contact("ada", (24, "00:00:00"), "b", (SERVICE, "boiler")),
            contact("ada", (24, "01:00:00"), "c", (COMPLAINT, "boiler")),
        ],
    )
    .await;
    assert_eq!(counts(&total(&guanxi, asking(1, 31)).await), ([2, 1, 1], [0; 4]));
    guanxi.clock.advance(std::time::Duration::from_secs(12 * 3_600));
    let after = told(&guanxi, asking(1, 31)).await;
    let figures = after.total.unwrap().total.unwrap();
    assert_eq!(counts(&figures), ([2, 0, 1], [0, 0, 1, 0]));
    assert_eq!(
        (figures.evidence(), figures.share),
        (Evidence::Suppressed, None),
        "of fewer than five no share is told"
    );
    assert_eq!(after.read_time, Some(crate::support::time("2026-02-01T00:00:00Z")));
}

async fn corrected_and_withdrawn_facts_follow_no_longer(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    meet(&guanxi, vec![noon("ada", 5, "s", SERVICE), noon("ada", 6, "c", COMPLAINT), noon("ada", 7, "again", SERVICE)])
        .await;
    bring_back(&guanxi, "ada", 7, "r").await;
    let now = async || counts(&total(&guanxi, asking(1, 20)).await);
    assert_eq!(now().await, ([2, 0, 1], [0, 1, 1, 1]));
    withdraw(&guanxi, "ada", FactKind::Purchase, "r").await;
    assert_eq!(now().await, ([2, 0, 1], [0, 0, 1, 1]));
    // It was an inquiry.
    let mut inquiry = noon("ada", 6, "q", InteractionPurpose::Inquiry);
    inquiry.context.as_mut().unwrap().replaces = Some(shop("c"));
    meet(&guanxi, vec![inquiry]).await;
    assert_eq!(now().await, ([2, 0, 1], [0, 0, 0, 1]));
    // It was another day, and then it was none at all.
    let mut later = noon("ada", 13, "later", SERVICE);
    later.context.as_mut().unwrap().replaces = Some(shop("again"));
    meet(&guanxi, vec![later]).await;
    assert_eq!(now().await, ([2, 0, 2], [0; 4]));
    withdraw(&guanxi, "ada", FactKind::Interaction, "s").await;
    assert_eq!(now().await, ([1, 0, 1], [0; 4]));
}

async fn services_of_deleted_customers_stay_until_they_are_purged(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    meet(&guanxi, vec![noon("ada", 5, "s", SERVICE), noon("ada", 6, "c", COMPLAINT)]).await;
    let name = String::from("customers/ada");
    guanxi
        .customers()
        .delete_customer(DeleteCustomerRequest { name: name.clone(), ..Default::default() })
        .await
        .unwrap();
    assert_eq!(counts(&total(&guanxi, asking(1, 20)).await), ([1, 0, 0], [0, 0, 1, 0]));
    guanxi.customers().undelete_customer(UndeleteCustomerRequest { name, ..Default::default() }).await.unwrap();
    assert_eq!(counts(&total(&guanxi, asking(1, 20)).await), ([1, 0, 0], [0, 0, 1, 0]));
}

async fn services_are_told_apart_and_filtered(guanxi: TestServer) {
    create_touchpoint(&guanxi, "desk").await;
    for id in ["ada", "bob"] {
        create_person(&guanxi, id).await;
    }
    let by = |staff: &[&str], contact| Interaction {
        staff: staff.iter().map(|one| (*one).to_owned()).collect(),
        channel: "phone".into(),
        ..contact
    };
    let desk = |contact| Interaction { touchpoint: "touchpoints/desk".into(), ..contact };
    meet(
        &guanxi,
        vec![
            by(&["mei", "bo"], noon("ada", 5, "s", SERVICE)),
            desk(by(&["bo"], noon("ada", 6, "v", VISIT))),
            noon("bob", 5, "s", SERVICE),
        ],
    )
    .await;
    let rows = async |group_by: FirstTimeRightGrouping, filter: &str| {
        let request =
            AnalyzeFirstTimeRightRequest { group_by: group_by.into(), filter: filter.into(), ..asking(1, 20) };
        let report = told(&guanxi, request).await;
        assert_eq!(report.group_by(), group_by);
        let row = |row: &guanxi::v1::FirstTimeRightRow| {
            let figures = row.total.unwrap();
            (row.key.clone(), figures.service_count, figures.right_count)
        };
        report.rows.iter().map(row).collect::<Vec<_>>()
    };
    let told = |rows: &[(&str, i64, i64)]| {
        rows.iter().map(|(key, services, right)| ((*key).to_owned(), *services, *right)).collect::<Vec<_>>()
    };
    use FirstTimeRightGrouping as By;
    assert_eq!(rows(By::Staff, "").await, told(&[("", 1, 1), ("bo", 2, 1), ("mei", 1, 0)]));
    assert_eq!(rows(By::Purpose, "").await, told(&[("SERVICE", 2, 1), ("VISIT", 1, 1)]));
    assert_eq!(rows(By::Topic, "").await, told(&[("boiler", 3, 2)]));
    assert_eq!(rows(By::Channel, "").await, told(&[("", 1, 1), ("phone", 2, 1)]));
    assert_eq!(rows(By::Touchpoint, "").await, told(&[("", 2, 1), ("desk", 1, 1)]));
    // What follows is looked for among everything: the visit of bo after the service of mei.
    assert_eq!(rows(By::Topic, "staff = mei").await, told(&[("boiler", 1, 0)]));
    assert_eq!(rows(By::Topic, "staff != mei purpose = SERVICE").await, told(&[("boiler", 1, 1)]));
    assert_eq!(rows(By::Topic, "touchpoint = desk OR channel = \"\"").await, told(&[("boiler", 1, 1)]));
    assert_eq!(rows(By::Topic, "topic = bill AND source = shop").await, []);
    assert_eq!(rows(By::Unspecified, "source = shop").await, []);
}

async fn share_on_a_p_chart(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    // 20 days with 10 services, each about something of its own; one of them unresolved, on the last day six.
    let mut contacts = Vec::new();
    for on in 1..=20 {
        for number in 0..10 {
            let outcome = if number < if on == 20 { 6 } else { 1 } {
                InteractionOutcome::Unresolved
            } else {
                InteractionOutcome::Resolved
            };
            let id = format!("s-{on}-{number}");
            let one = contact("ada", (on, "12:00:00"), &id, (SERVICE, id.as_str()));
            contacts.push(Interaction { outcome: outcome.into(), ..one });
        }
    }
    meet(&guanxi, contacts).await;
    let daily = AnalyzeFirstTimeRightRequest { period: ReportPeriod::Day.into(), ..asking(1, 20) };
    let whole = told(&guanxi, daily).await.total.unwrap();
    assert_eq!(counts(&whole.total.unwrap()), ([200, 0, 175], [25, 0, 0, 0]));
    let chart = whole.chart.unwrap();
    assert_eq!((chart.status(), chart.kind()), (ControlChartStatus::Drawn, ControlChartKind::Share));
    near(chart.centre, 0.875);
    // .875 - 3 * sqrt(.875 * .125 / 10) = .5613; four of ten are below.
    let limits = whole.periods[19].control.unwrap().limits.unwrap();
    near(limits.value, 0.4);
    near(limits.lower_limit, 0.875 - 3.0 * 0.010_937_5_f64.sqrt());
    near(limits.upper_limit, 1.0);
    assert!(limits.alarm && !whole.periods[18].control.unwrap().limits.unwrap().alarm);
    assert_eq!((chart.alarm_dates.as_slice(), chart.change_date), (&[day(20)][..], Some(day(20))));
}
