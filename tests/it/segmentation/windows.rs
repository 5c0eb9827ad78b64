//! Measures over windows, and those of days, products, payments and contacts: their raw values, and how time alone moves
//! them.

use guanxi::v1::score_part::RawValue;
use guanxi::v1::{
    FactKind, InteractionPurpose, Measure, MeasureKind, MissingValueRule, Payment, Population, PyramidRevision,
    RecordInteractionRequest, RecordPaymentRequest, Window, WithdrawFactRequest, window,
};
use guanxi_testkit::{TestServer, empty_database, on_each_backend};

use super::kit::{
    activate, active_pyramid, add_revision, buys, by_revenue, create_pyramid, creating, explained, invalid, linear,
    measure, new_source_id, revenue, scheme, standing, thresholds, try_revision,
};
use super::passing::{buys_at, changes, clock, comes_into, date, deal_at, half_life, settled, steps, trailing, until};
use crate::support::{cents, create_person, inbound, paid, record, shop, time, usd};

on_each_backend! {
    windows_weigh_days_by_their_age,
    days_leave_a_window_at_midnight_of_the_zone,
    what_fades_moves_its_customer_on_the_day_it_crosses,
    days_and_products_are_taken_back_with_their_facts,
    payments_are_punctual_by_their_due_dates,
    contacts_count_by_their_purposes,
    missing_value_over_a_window_follows_its_rule,
    every_fault_of_a_window_is_named_by_its_path,
}

fn over(id: &str, kind: MeasureKind, window: Option<Window>) -> Measure {
    Measure { measure_id: id.into(), window, ..measure(kind, linear(0.0, 1000.0)) }
}

/// Measures of everybody, in a scheme that asks for nothing else.
fn of_everybody(measures: Vec<Measure>) -> PyramidRevision {
    PyramidRevision { population: Population::AllCustomers.into(), ..scheme(measures, thresholds(&[60.0, 30.0])) }
}

async fn raw(guanxi: &TestServer, customer: &str) -> Vec<Option<RawValue>> {
    explained(guanxi, customer).await.parts.into_iter().map(|part| part.raw_value).collect()
}

fn counts(counts: &[i64]) -> Vec<Option<RawValue>> {
    counts.iter().map(|count| Some(RawValue::Count(*count))).collect()
}

async fn windows_weigh_days_by_their_age(guanxi: TestServer) {
    let measures = vec![
        over("recent_revenue", MeasureKind::NetRevenue, trailing(3)),
        over("recent_count", MeasureKind::PurchaseCount, trailing(3)),
        over("recent_order", MeasureKind::AverageOrderValue, trailing(3)),
        over("fading_revenue", MeasureKind::NetRevenue, half_life(10)),
        over("fading_count", MeasureKind::PurchaseCount, half_life(10)),
        over("fading_days", MeasureKind::PurchaseDayCount, half_life(10)),
        over("fading_order", MeasureKind::AverageOrderValue, half_life(10)),
        over("all_revenue", MeasureKind::NetRevenue, Some(Window::default())),
    ];
    active_pyramid(&guanxi, "value", PyramidRevision { value_window: trailing(3), ..of_everybody(measures) }).await;
    for amount in [10_000, 5_000] {
        buys_at(&guanxi, "ada", "2026-01-31T10:00:00Z", amount).await;
    }
    let (money, number) = (|cents| Some(RawValue::Amount(usd(cents))), |number| Some(RawValue::Number(number)));
    let count = |count| Some(RawValue::Count(count));
    let recent = [money(15_000), count(2), money(7_500)];
    let gone = [money(0), count(0), None];
    for (now, recent, revenue, number_of, days) in [
        ("2026-01-31T12:00:00Z", &recent, 15_000, 2.0, 1.0),
        // 2^-0.2, then 2^-0.3 and so on, rounded to a cent and to a millionth.
        ("2026-02-02T23:59:59Z", &recent, 13_058, 1.741_101, 0.870_551),
        ("2026-02-03T00:00:00Z", &gone, 12_184, 1.624_505, 0.812_252),
        ("2026-02-04T00:00:00Z", &gone, 11_368, 1.515_717, 0.757_858),
        ("2026-02-10T00:00:00Z", &gone, 7_500, 1.0, 0.5),
        ("2026-02-20T00:00:00Z", &gone, 3_750, 0.5, 0.25),
    ] {
        clock(&guanxi, now);
        let fading = [money(revenue), number(number_of), number(days), money(7_500), money(15_000)];
        assert_eq!(raw(&guanxi, "ada").await, [&recent[..], &fading[..]].concat(), "{now}");
        let value = cents(&standing(&guanxi, "ada").await.value.unwrap());
        assert_eq!(value, if recent[2].is_some() { 15_000 } else { 0 }, "{now}");
    }
}

async fn days_leave_a_window_at_midnight_of_the_zone(guanxi: TestServer) {
    let backend = guanxi.backend();
    let database = tokio::task::spawn_blocking(move || empty_database(backend)).await.unwrap().unwrap();
    // Five and a half hours ahead: there a day begins at 18:30.
    let zone = |config: &mut guanxi_server::Config| config.deployment.time_zone = "Asia/Kolkata".into();
    let guanxi = TestServer::start_with(database, zone).await;
    let recent = Measure { window: trailing(3), ..revenue() };
    active_pyramid(&guanxi, "value", scheme(vec![recent], thresholds(&[60.0, 30.0]))).await;
    buys_at(&guanxi, "ada", "2026-01-30T18:29:59Z", 70_000).await;
    buys_at(&guanxi, "ben", "2026-01-30T18:30:00Z", 70_000).await;
    for (customer, leaves) in [("ada", "2026-02-01T18:30:00Z"), ("ben", "2026-02-02T18:30:00Z")] {
        assert_eq!(explained(&guanxi, customer).await.due_time, Some(time(leaves)));
    }
    for (now, customer, tier) in [("2026-02-01T18:30:00Z", "ada", "bronze"), ("2026-02-02T18:30:00Z", "ben", "bronze")]
    {
        clock(&guanxi, now);
        let seen = comes_into(&guanxi, customer, tier).await;
        assert_eq!((seen.assign_time, seen.score), (Some(time(now)), Some(0.0)));
        assert_eq!(steps(&changes(&guanxi, customer).await)[0], ("TIME", "gold", "bronze"));
        assert_eq!(explained(&guanxi, customer).await.due_time, None);
        if customer == "ada" {
            assert_eq!(standing(&guanxi, "ben").await.tier, "gold");
        }
    }
}

/// From 80 points, halving every ten days: 60 are crossed after 4.15 days, 30 after 14.15.
async fn what_fades_moves_its_customer_on_the_day_it_crosses(guanxi: TestServer) {
    let fading = Measure { window: half_life(10), ..revenue() };
    active_pyramid(&guanxi, "value", scheme(vec![fading], thresholds(&[60.0, 30.0]))).await;
    buys_at(&guanxi, "ada", "2026-01-31T10:00:00Z", 80_000).await;
    assert_eq!(explained(&guanxi, "ada").await.due_time, Some(time("2026-02-05T00:00:00Z")));
    clock(&guanxi, "2026-02-05T00:00:00Z");
    comes_into(&guanxi, "ada", "silver").await;
    assert_eq!(explained(&guanxi, "ada").await.due_time, Some(time("2026-02-15T00:00:00Z")));
    // Seen late, by one look for all.
    clock(&guanxi, "2026-06-15T08:00:00Z");
    comes_into(&guanxi, "ada", "bronze").await;
    assert_eq!(steps(&changes(&guanxi, "ada").await)[..2], [("TIME", "silver", "bronze"), ("TIME", "gold", "silver")]);
    settled(&guanxi, "ada").await;
}

async fn withdraw(guanxi: &TestServer, customer: &str, source_id: &str) {
    let request = WithdrawFactRequest {
        customer: format!("customers/{customer}"),
        kind: FactKind::Purchase.into(),
        fact: Some(shop(source_id)),
    };
    guanxi.activity().withdraw_fact(request).await.unwrap();
}

async fn days_and_products_are_taken_back_with_their_facts(guanxi: TestServer) {
    let kinds =
        [MeasureKind::Recency, MeasureKind::Tenure, MeasureKind::PurchaseDayCount, MeasureKind::DistinctProductCount];
    let mut measures: Vec<_> = kinds.map(|kind| measure(kind, linear(0.0, 10.0))).into();
    measures.push(over("recent_products", MeasureKind::DistinctProductCount, trailing(10)));
    active_pyramid(&guanxi, "value", of_everybody(measures)).await;
    let bought = |day: i32, product: &str, id: &str| {
        let mut bought = deal_at("ada", &format!("2026-01-{day}T10:00:00Z"), 100);
        bought.lines[0].product = product.into();
        bought.context.as_mut().unwrap().source_id = id.into();
        bought
    };
    for (day, product, id) in [(20, "tea", "a"), (25, "cup", "b"), (25, "tea", "c")] {
        guanxi.activity().record_purchase(creating(bought(day, product, id))).await.unwrap();
    }
    assert_eq!(raw(&guanxi, "ada").await, counts(&[6, 11, 2, 2, 2]));
    withdraw(&guanxi, "ada", "b").await;
    assert_eq!(raw(&guanxi, "ada").await, counts(&[6, 11, 2, 1, 1]));
    let mut corrected = bought(21, "pot", "d");
    corrected.context.as_mut().unwrap().replaces = Some(shop("c"));
    record(&guanxi, corrected).await.unwrap();
    // The 21st is eleven days ago: not among the last ten.
    assert_eq!(raw(&guanxi, "ada").await, counts(&[10, 11, 2, 2, 0]));
    withdraw(&guanxi, "ada", "a").await;
    assert_eq!(raw(&guanxi, "ada").await, counts(&[10, 10, 1, 1, 0]));
    clock(&guanxi, "2026-02-01T00:00:00Z");
    assert_eq!(raw(&guanxi, "ada").await, counts(&[11, 11, 1, 1, 0]));
    withdraw(&guanxi, "ada", "d").await;
    assert_eq!(raw(&guanxi, "ada").await, [vec![None, None], counts(&[0, 0, 0])].concat());
}

async fn payments_are_punctual_by_their_due_dates(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    create_person(&guanxi, "ben").await;
    let kinds = [MeasureKind::PaidOnTimeShare, MeasureKind::DaysOverdue];
    active_pyramid(&guanxi, "value", of_everybody(kinds.map(|kind| measure(kind, linear(0.0, 1.0))).into())).await;
    // Early, on the day, four days late, and without a due date.
    for due in [Some(20), Some(15), Some(11), None] {
        let payment = Payment {
            due_date: due.map(|day| date(2026, 1, day)),
            ..paid("ada", super::kit::BEFORE, &new_source_id(), 1_000)
        };
        let request = RecordPaymentRequest { payment: Some(payment), ..Default::default() };
        guanxi.activity().record_payment(request).await.unwrap();
    }
    let seen = explained(&guanxi, "ada").await.parts;
    let known: Vec<_> = seen.iter().map(|part| (part.raw_value.clone().unwrap(), part.coverage)).collect();
    let number = RawValue::Number;
    assert_eq!(known, [(number(0.666_667), Some(0.75)), (number(1.333_333), Some(0.75))]);
    assert_eq!(raw(&guanxi, "ben").await, [None, None]);
}

async fn contacts_count_by_their_purposes(guanxi: TestServer) {
    use InteractionPurpose as Purpose;
    create_person(&guanxi, "ada").await;
    let kinds = [
        (Purpose::Complaint, MeasureKind::ComplaintCount),
        (Purpose::Praise, MeasureKind::PraiseCount),
        (Purpose::Suggestion, MeasureKind::SuggestionCount),
        (Purpose::Inquiry, MeasureKind::InquiryCount),
        (Purpose::Service, MeasureKind::ServiceRequestCount),
        (Purpose::Visit, MeasureKind::VisitCount),
        (Purpose::FollowUp, MeasureKind::FollowUpCount),
        (Purpose::CoCreation, MeasureKind::CoCreationCount),
        (Purpose::Referral, MeasureKind::ReferralCount),
    ];
    active_pyramid(&guanxi, "value", of_everybody(kinds.map(|(_, kind)| measure(kind, linear(0.0, 9.0))).into())).await;
    // One of the first, two of the next, and so on.
    for (index, (purpose, _)) in kinds.into_iter().enumerate() {
        for _ in 0..=index {
            let interaction = inbound("ada", super::kit::BEFORE, &new_source_id(), purpose);
            let request = RecordInteractionRequest { interaction: Some(interaction), ..Default::default() };
            guanxi.activity().record_interaction(request).await.unwrap();
        }
    }
    assert_eq!(raw(&guanxi, "ada").await, counts(&[1, 2, 3, 4, 5, 6, 7, 8, 9]));
}

async fn missing_value_over_a_window_follows_its_rule(guanxi: TestServer) {
    buys(&guanxi, "ada", 50_000).await;
    create_pyramid(&guanxi, "value").await;
    let by_rule = |rule: MissingValueRule| {
        let order = over("order", MeasureKind::AverageOrderValue, trailing(20));
        scheme(vec![revenue(), Measure { missing_value_rule: rule.into(), ..order }], thresholds(&[60.0, 30.0]))
    };
    // The sale of the 15th leaves the twenty days on the 4th of February.
    let unranked = add_revision(&guanxi, "value", by_rule(MissingValueRule::Unranked)).await;
    activate(&guanxi, &unranked).await;
    assert_eq!(standing(&guanxi, "ada").await.score, Some(50.0));
    clock(&guanxi, "2026-02-04T00:00:00Z");
    let seen = until(async || standing(&guanxi, "ada").await, |seen| seen.tier.is_empty()).await;
    assert_eq!((seen.score, seen.unranked_reason), (None, 2));
    assert_eq!(steps(&changes(&guanxi, "ada").await)[0], ("TIME", "silver", ""));
    for (rule, score, tier) in [(MissingValueRule::Skip, 50.0, "silver"), (MissingValueRule::Lowest, 25.0, "bronze")] {
        let revision = add_revision(&guanxi, "value", by_rule(rule)).await;
        activate(&guanxi, &revision).await;
        let seen = standing(&guanxi, "ada").await;
        assert_eq!((seen.score, seen.tier.as_str()), (Some(score), tier), "{rule:?}");
    }
}

async fn every_fault_of_a_window_is_named_by_its_path(guanxi: TestServer) {
    create_pyramid(&guanxi, "value").await;
    let of = |kind, window| scheme(vec![over("m", kind, window)], thresholds(&[60.0, 30.0]));
    for days in [-1, 0, 3_661, i32::MAX] {
        let revision = PyramidRevision { value_window: half_life(days), ..of(MeasureKind::NetRevenue, trailing(days)) };
        let at = ["measures[0].window.trailing_days", "value_window.half_life_days"];
        let at = at.map(|field| format!("pyramid_revision.{field}"));
        invalid(try_revision(&guanxi, "value", revision).await, &at.each_ref().map(String::as_str));
    }
    for (kind, window) in [
        (MeasureKind::Recency, trailing(30)),
        (MeasureKind::Tenure, half_life(30)),
        (MeasureKind::DistinctProductCount, half_life(30)),
    ] {
        let refused = try_revision(&guanxi, "value", of(kind, window)).await;
        invalid(refused, &["pyramid_revision.measures[0].window"]);
    }
    let longest = PyramidRevision { value_window: half_life(3_660), ..of(MeasureKind::NetRevenue, trailing(3_660)) };
    let kept = try_revision(&guanxi, "value", longest).await.unwrap();
    let span = |window: &Option<Window>| window.as_ref().and_then(|window| window.span);
    assert_eq!(span(&kept.value_window), Some(window::Span::HalfLifeDays(3_660)));
    assert_eq!(span(&kept.measures[0].window), Some(window::Span::TrailingDays(3_660)));
    let unsaid = try_revision(&guanxi, "value", by_revenue()).await.unwrap();
    assert_eq!((span(&unsaid.value_window), span(&unsaid.measures[0].window)), (None, None));
}
