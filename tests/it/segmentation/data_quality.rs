//! How well the customers of each tier are known: completeness against the tier's standard, and age of verification.

use std::collections::HashMap;

use guanxi::v1::data_gap::Requirement;
use guanxi::v1::{
    AccountTeamMember, AccountTeamRole, Contact, ContactChannel, ContactChannelKind, CreateCustomerRequest, Customer,
    DataGap, DataQualityReport, DataStandard, DeleteCustomerRequest, Evidence, GetDataQualityReportRequest,
    GetPyramidRevisionRequest, Provenance, PyramidRevision, RecordItem,
};
use guanxi_testkit::{TestServer, on_each_backend};
use tonic::{Code, Status};

use super::kit::{active_pyramid, buys, by_revenue, create_pyramid, crowd, invalid, member, refused, try_revision};
use crate::support::{create_person, person, time};

on_each_backend! {
    report_counts_what_each_tier_lacks,
    report_tells_the_age_of_verification,
    fewer_than_five_are_suppressed,
    report_reads_every_page_of_records,
    fault_of_a_standard_is_named_with_all_others,
    report_on_nothing_is_refused,
}

fn standard() -> DataStandard {
    DataStandard {
        required: vec![RecordItem::Email.into(), RecordItem::AccountOwner.into()],
        required_labels: vec!["region".into()],
        required_attributes: vec!["vat".into()],
    }
}

/// By revenue, with a standard for the last of the three tiers.
fn with_standard(standard: DataStandard) -> PyramidRevision {
    let mut revision = by_revenue();
    revision.tiers[2].data_standard = Some(standard);
    revision
}

/// A customer of the last tier.
async fn create(guanxi: &TestServer, id: &str, customer: Customer) {
    let request = CreateCustomerRequest { customer: Some(customer), customer_id: id.into(), request_id: String::new() };
    guanxi.customers().create_customer(request).await.unwrap();
    buys(guanxi, id, 100).await;
}

fn reachable() -> Customer {
    let channel = ContactChannel { kind: ContactChannelKind::Email.into(), address: "a@b.example".into() };
    let contact =
        Contact { contact_id: "bob".into(), display_name: "Bob".into(), channels: vec![channel], ..Contact::default() };
    Customer { contacts: vec![contact], labels: HashMap::from([("region".into(), "north".into())]), ..person("Ada") }
}

fn verified(at: &str) -> Customer {
    let provenance = Provenance { source: "call".into(), verify_time: Some(time(at)) };
    Customer { provenance: Some(provenance), ..person("Ada") }
}

async fn try_report(guanxi: &TestServer, name: &str, max_age_days: i32) -> Result<DataQualityReport, Status> {
    let request = GetDataQualityReportRequest { name: name.into(), max_age_days };
    Ok(guanxi.segmentation().get_data_quality_report(request).await?.into_inner())
}

async fn report(guanxi: &TestServer) -> DataQualityReport {
    try_report(guanxi, "pyramids/value", 0).await.unwrap()
}

async fn report_counts_what_each_tier_lacks(guanxi: TestServer) {
    let owner = AccountTeamMember { role: AccountTeamRole::Account.into(), member: "eve".into(), ..Default::default() };
    let owned = Customer { account_team: vec![owner], ..reachable() };
    create(&guanxi, "a", owned).await;
    for id in ["b", "c"] {
        create(&guanxi, id, reachable()).await;
    }
    for id in ["d", "e"] {
        create(&guanxi, id, person(id)).await;
    }
    // Of no tier, and deleted: neither is counted.
    create_person(&guanxi, "f").await;
    create(&guanxi, "g", person("g")).await;
    let delete = DeleteCustomerRequest { name: "customers/g".into(), ..Default::default() };
    guanxi.customers().delete_customer(delete).await.unwrap();
    let name = active_pyramid(&guanxi, "value", with_standard(standard())).await;
    let kept = guanxi.segmentation().get_pyramid_revision(GetPyramidRevisionRequest { name: name.clone() }).await;
    assert_eq!(kept.unwrap().into_inner().tiers[2].data_standard, Some(standard()));

    let report = report(&guanxi).await;
    assert_eq!((report.pyramid.as_str(), report.pyramid_revision), ("pyramids/value", name));
    assert_eq!(report.max_age_days, 365);
    let bronze = &report.tiers[2];
    assert_eq!((bronze.tier.as_str(), bronze.customer_count), ("bronze", 5));
    assert_eq!((bronze.evidence(), bronze.complete_share), (Evidence::Indicative, Some(0.0)));
    let gap = |requirement, lacking: i64| DataGap {
        requirement: Some(requirement),
        lacking_count: lacking,
        lacking_share: Some(lacking as f64 / 5.0),
    };
    let expected = [
        gap(Requirement::Item(RecordItem::Email.into()), 2),
        gap(Requirement::Item(RecordItem::AccountOwner.into()), 4),
        gap(Requirement::Label("region".into()), 2),
        gap(Requirement::Attribute("vat".into()), 5),
    ];
    assert_eq!(bronze.gaps, expected);
}

async fn report_tells_the_age_of_verification(guanxi: TestServer) {
    let at = [
        "2026-01-31T09:00:00Z",
        "2026-01-21T23:59:59Z",
        "2025-01-31T00:00:00Z",
        "2025-01-30T23:59:59Z",
        "2020-01-01T00:00:00Z",
    ];
    for (number, at) in at.into_iter().enumerate() {
        create(&guanxi, &member(number), verified(at)).await;
    }
    for id in ["x", "y", "z"] {
        create(&guanxi, id, person(id)).await;
    }
    active_pyramid(&guanxi, "value", by_revenue()).await;
    let bronze = report(&guanxi).await.tiers.remove(2);
    assert_eq!((bronze.complete_share, bronze.gaps.len()), (None, 0), "it asks for nothing");
    // Ages 0, 10, 365, 366 and more.
    assert_eq!((bronze.verified_share, bronze.unverified_count), (Some(3.0 / 8.0), 3));
    assert_eq!(bronze.median_age_days, Some(365.0));
    let stricter = try_report(&guanxi, "pyramids/value", 9).await.unwrap();
    assert_eq!((stricter.max_age_days, stricter.tiers[2].verified_share), (9, Some(1.0 / 8.0)));
    guanxi.clock.advance(std::time::Duration::from_secs(86_400));
    let bronze = report(&guanxi).await.tiers.remove(2);
    assert_eq!((bronze.verified_share, bronze.median_age_days), (Some(2.0 / 8.0), Some(366.0)), "a day later");
}

async fn fewer_than_five_are_suppressed(guanxi: TestServer) {
    for number in 0..4 {
        create(&guanxi, &member(number), verified("2026-01-30T00:00:00Z")).await;
    }
    active_pyramid(&guanxi, "value", with_standard(standard())).await;
    let bronze = report(&guanxi).await.tiers.remove(2);
    assert_eq!((bronze.customer_count, bronze.evidence()), (4, Evidence::Suppressed));
    assert_eq!((bronze.complete_share, bronze.verified_share, bronze.median_age_days), (None, None, None));
    assert_eq!((bronze.gaps.len(), bronze.unverified_count), (0, 0));
    create(&guanxi, &member(4), person("e")).await;
    let bronze = report(&guanxi).await.tiers.remove(2);
    assert_eq!((bronze.customer_count, bronze.evidence(), bronze.gaps.len()), (5, Evidence::Indicative, 4));
    assert_eq!(bronze.median_age_days, None, "four ages are too few");
}

async fn report_reads_every_page_of_records(guanxi: TestServer) {
    crowd(&guanxi, 1_100).await;
    active_pyramid(&guanxi, "value", with_standard(standard())).await;
    let bronze = report(&guanxi).await.tiers.remove(2);
    assert_eq!((bronze.customer_count, bronze.unverified_count, bronze.evidence()), (1_100, 1_100, Evidence::Sound));
    assert!(bronze.gaps.iter().all(|gap| gap.lacking_count == 1_100), "{:?}", bronze.gaps);
}

async fn fault_of_a_standard_is_named_with_all_others(guanxi: TestServer) {
    create_pyramid(&guanxi, "value").await;
    let spoiled = DataStandard {
        required: vec![RecordItem::Email.into(), 0, 8, RecordItem::Email.into()],
        required_labels: vec!["Region".into()],
        required_attributes: vec!["vat".into(), "vat".into()],
    };
    let revision = PyramidRevision { value_measure: 0, ..with_standard(spoiled) };
    let at = |field| format!("pyramid_revision.tiers[2].data_standard.{field}");
    let fields = ["required[1]", "required[2]", "required[3]", "required_labels[0]", "required_attributes[1]"];
    let mut told = fields.map(at).to_vec();
    told.push("pyramid_revision.value_measure".into());
    let told: Vec<&str> = told.iter().map(String::as_str).collect();
    invalid(try_revision(&guanxi, "value", revision).await, &told);
    let too_many = DataStandard {
        required_labels: (0..51).map(|number| format!("l{number}")).collect(),
        ..DataStandard::default()
    };
    let refused = try_revision(&guanxi, "value", with_standard(too_many)).await;
    invalid(refused, &["pyramid_revision.tiers[2].data_standard.required_labels"]);
}

async fn report_on_nothing_is_refused(guanxi: TestServer) {
    let missing = try_report(&guanxi, "pyramids/value", 1).await;
    assert_eq!(refused(missing, Code::NotFound, "RESOURCE_NOT_FOUND").metadata["resource"], "pyramids/value");
    create_pyramid(&guanxi, "value").await;
    let inactive = try_report(&guanxi, "pyramids/value", 1).await;
    refused(inactive, Code::FailedPrecondition, "PYRAMID_NOT_ACTIVE");
    for days in [-1, 36_601] {
        invalid(try_report(&guanxi, "value", days).await, &["name", "max_age_days"]);
    }
}
