//! How many of the invitations were answered, beside what the answers mean.

use guanxi::v1::{
    CollectionMethod, FactKind, GetResponseReportRequest, InvitationEvent, Invited, ReportPeriod,
    SatisfactionGrouping as By, SatisfactionIndexRow, SatisfactionQuestion, SatisfactionRecord, SatisfactionSet,
    WithdrawFactRequest,
};
use guanxi_testkit::{TestServer, on_each_backend};

use super::index::{analyze, ask, asking, rated_on};
use super::invitations::{sent, tell};
use super::kit::{in_use, near, plain, record};
use crate::segmentation::kit as pyramids;
use crate::support::{create_person, sale, shop};

on_each_backend! {
    shares_are_told_by_wave_channel_and_tier,
    late_events_and_answers_that_are_taken_back_count_as_they_stand,
    nothing_is_told_of_what_invitations_do_not_say,
}

/// Invites somebody on a day of January, as often as there are numbers.
async fn invite(guanxi: &TestServer, customer: &str, (wave, channel): (&str, &str), numbers: std::ops::Range<u32>) {
    for number in numbers {
        let event = sent(customer, &format!("i-{number}"), "service", 1 + number);
        let invited = event.invited.clone().map(|to| Invited { wave: wave.into(), channel: channel.into(), ..to });
        tell(guanxi, InvitationEvent { invited, ..event }).await.unwrap();
    }
}

/// An answer to an invitation, in a wave and through a channel of its own.
fn answer(customer: &str, revision: &str, number: u32, (wave, channel): (&str, &str)) -> SatisfactionRecord {
    let day = format!("2026-01-{:02}", 2 + number);
    SatisfactionRecord {
        invitation_id: format!("i-{number}"),
        wave: wave.into(),
        channel: channel.into(),
        ..rated_on(&day, (customer, &format!("a-{number}"), revision), (5, 5))
    }
}

async fn rows(guanxi: &TestServer, question: SatisfactionQuestion) -> Vec<SatisfactionIndexRow> {
    ask(guanxi, question).await.unwrap().rows
}

/// Of how many, and which share.
fn response(row: &SatisfactionIndexRow) -> Option<(i64, Option<f64>)> {
    row.response.as_ref().map(|share| (share.sample.unwrap().count, share.share))
}

fn january(group_by: By) -> SatisfactionQuestion {
    SatisfactionQuestion { group_by: group_by.into(), ..asking("questionnaires/service", "2026-01-01", "2026-01-31") }
}

/// Ada is golden, and was sent ten by mail in spring; bob, who is not, five by text in autumn.
async fn invited(guanxi: &TestServer) -> String {
    let revision = in_use(guanxi, "service", plain()).await;
    for (customer, cents) in [("ada", 90_000), ("bob", 100)] {
        create_person(guanxi, customer).await;
        crate::support::record(guanxi, sale(customer, pyramids::BEFORE, "o-1", cents)).await.unwrap();
    }
    pyramids::active_pyramid(guanxi, "value", pyramids::by_revenue()).await;
    invite(guanxi, "ada", ("spring", "mail"), 0..10).await;
    invite(guanxi, "bob", ("autumn", "text"), 0..5).await;
    revision
}

async fn shares_are_told_by_wave_channel_and_tier(guanxi: TestServer) {
    let revision = invited(&guanxi).await;
    for number in 0..4 {
        record(&guanxi, answer("ada", &revision, number, ("spring", "mail"))).await.unwrap();
    }
    record(&guanxi, answer("bob", &revision, 0, ("autumn", "text"))).await.unwrap();
    let whole = rows(&guanxi, january(By::Nothing)).await;
    assert_eq!(response(&whole[0]), Some((15, Some(5.0 / 15.0))));
    let told = whole[0].response.as_ref().unwrap();
    // Wilson 1927, of 5 of 15.
    near(told.lower_bound, 0.151_763_244_4);
    near(told.upper_bound, 0.582_864_522_6);
    let (few, many) = (Some((5, Some(0.2))), Some((10, Some(0.4))));
    let by_wave: Vec<_> =
        rows(&guanxi, january(By::Wave)).await.iter().map(|row| (row.wave.clone(), response(row))).collect();
    assert_eq!(by_wave, [("autumn".to_owned(), few), ("spring".to_owned(), many)]);
    let by_channel: Vec<_> =
        rows(&guanxi, january(By::Channel)).await.iter().map(|row| (row.channel.clone(), response(row))).collect();
    assert_eq!(by_channel, [("mail".to_owned(), many), ("text".to_owned(), few)]);
    // Who moves afterwards was where it was.
    crate::support::record(&guanxi, sale("bob", pyramids::BEFORE, "o-2", 90_000)).await.unwrap();
    let both = rows(&guanxi, january(By::TierAndChannel)).await;
    let both: Vec<_> = both.iter().map(|row| (row.tier.as_str(), row.channel.as_str(), response(row))).collect();
    assert_eq!(both, [("bronze", "text", few), ("gold", "mail", many)]);
    let golden = SatisfactionSet { tier: "gold".into(), ..Default::default() };
    let golden = rows(&guanxi, SatisfactionQuestion { set: Some(golden), ..january(By::Nothing) }).await;
    assert_eq!(response(&golden[0]), many);
    // Days of their own: those of invitations, not of answers.
    let by_day = SatisfactionQuestion { period: ReportPeriod::Day.into(), ..january(By::Nothing) };
    let by_day: Vec<_> =
        rows(&guanxi, by_day).await.iter().map(|row| (row.start_date.unwrap().day, response(row))).collect();
    assert_eq!(by_day, [(2, Some((2, None))), (3, Some((2, None))), (4, Some((2, None))), (5, Some((2, None)))]);
    let cut =
        rows(&guanxi, SatisfactionQuestion { ..asking("questionnaires/service", "2026-01-02", "2026-01-08") }).await;
    assert_eq!(response(&cut[0]), Some((11, Some(3.0 / 11.0))));
    // A half-life of 5 days: those of the 1st to the 5th twice, of the 6th to the 10th once, and the last weighs 1.
    let old = rows(&guanxi, SatisfactionQuestion { half_life_days: Some(5), ..january(By::Nothing) }).await;
    let weight = |number: u32| (-f64::from(9 - number) / 5.0).exp2();
    let all: f64 = (0..5).map(|number| 2.0 * weight(number)).sum::<f64>() + (5..10).map(weight).sum::<f64>();
    let answered = 2.0 * weight(0) + (1..4).map(weight).sum::<f64>();
    let (count, share) = response(&old[0]).unwrap();
    assert_eq!(count, 15);
    near(share, answered / all);
}

async fn late_events_and_answers_that_are_taken_back_count_as_they_stand(guanxi: TestServer) {
    let revision = invited(&guanxi).await;
    let whole = async || response(&rows(&guanxi, january(By::Nothing)).await[0]).unwrap();
    for number in 0..3 {
        record(&guanxi, answer("ada", &revision, number, ("", ""))).await.unwrap();
    }
    // The answer to an invitation that is not known to have been sent.
    record(&guanxi, answer("ada", &revision, 20, ("", ""))).await.unwrap();
    assert_eq!(whole().await, (15, Some(0.2)));
    invite(&guanxi, "ada", ("", ""), 20..21).await;
    assert_eq!(whole().await, (16, Some(0.25)));
    // A second answer to the same, then both taken back.
    let again = SatisfactionRecord { invitation_id: "i-20".into(), ..answer("ada", &revision, 21, ("", "")) };
    record(&guanxi, again).await.unwrap();
    for (source_id, expected) in [("a-20", 4.0), ("a-21", 3.0)] {
        withdraw(&guanxi, FactKind::SatisfactionRecord, source_id).await;
        assert_eq!(whole().await, (16, Some(expected / 16.0)), "{source_id}");
    }
    // Sent in February after all, and to somebody else's questionnaire never.
    let event = sent("ada", "i-0", "service", 1);
    let mut later = sent("ada", "i-0", "service", 2);
    let context = later.context.as_mut().unwrap();
    context.occur_time = Some(crate::support::time("2026-02-01T00:00:00Z"));
    context.replaces = event.context.map(|context| shop(&context.source_id));
    tell(&guanxi, later).await.unwrap();
    assert_eq!(whole().await, (15, Some(2.0 / 15.0)));
    let of_both = SatisfactionQuestion { end_date: super::index::date("2026-02-28"), ..january(By::Nothing) };
    assert_eq!(response(&rows(&guanxi, of_both).await[0]), Some((16, Some(3.0 / 16.0))));
    let report = GetResponseReportRequest { questionnaire: "questionnaires/service".into(), ..Default::default() };
    let total = guanxi.satisfaction().get_response_report(report).await.unwrap().into_inner().total.unwrap();
    assert_eq!((total.sent_count, total.answered_count), (16, 3));
}

async fn withdraw(guanxi: &TestServer, kind: FactKind, source_id: &str) {
    let request =
        WithdrawFactRequest { customer: "customers/ada".into(), kind: kind.into(), fact: Some(shop(source_id)) };
    guanxi.activity().withdraw_fact(request).await.unwrap();
}

async fn nothing_is_told_of_what_invitations_do_not_say(guanxi: TestServer) {
    let revision = invited(&guanxi).await;
    for number in 0..5 {
        record(&guanxi, answer("ada", &revision, number, ("spring", "mail"))).await.unwrap();
    }
    let told = |question| async { rows(&guanxi, question).await.iter().map(response).collect::<Vec<_>>() };
    assert_eq!(told(january(By::Nothing)).await, [Some((15, Some(1.0 / 3.0)))]);
    assert_eq!(told(january(By::TouchpointAndWave)).await, [None]);
    let phone = SatisfactionSet { collection_methods: vec![CollectionMethod::Phone.into()], ..Default::default() };
    assert_eq!(told(SatisfactionQuestion { set: Some(phone), ..january(By::Nothing) }).await, [None]);
    let summer = SatisfactionQuestion {
        set: Some(SatisfactionSet { wave: "summer".into(), ..Default::default() }),
        ..january(By::Nothing)
    };
    assert_eq!(told(summer).await, []);
    let analysis =
        guanxi::v1::AnalyzeSatisfactionRequest { question: Some(january(By::Nothing)), ..Default::default() };
    assert_eq!(analyze(&guanxi, analysis).await.rows[0].response, None);
    // Of another method: the invitations belong to neither, but to both where they are pooled.
    let by_mail = SatisfactionRecord {
        collection_method: CollectionMethod::SelfCompletion.into(),
        ..answer("bob", &revision, 0, ("autumn", "text"))
    };
    record(&guanxi, by_mail).await.unwrap();
    assert_eq!(told(january(By::Nothing)).await, [None, None]);
    let by_wave = [Some((5, Some(0.2))), Some((10, Some(0.5)))];
    assert_eq!(told(january(By::Wave)).await, by_wave, "one method in each");
    let pooled = SatisfactionQuestion { pool_collection_methods: true, ..january(By::Nothing) };
    assert_eq!(told(pooled).await, [Some((15, Some(0.4)))]);
    let by_team = rows(&guanxi, january(By::Team)).await;
    assert!(by_team.is_empty());
}
