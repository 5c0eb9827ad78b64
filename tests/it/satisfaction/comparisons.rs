//! Two sets held against each other: goldens of the literature, and what is refused.

use guanxi::v1::compare_satisfaction_request::Against;
use guanxi::v1::{
    CompareSatisfactionRequest, CompareSatisfactionResponse, IndexForm, RevisionAgreement, SatisfactionDays,
    SatisfactionDifference, SatisfactionMetric, SatisfactionQuantity, SatisfactionQuantityKind, SatisfactionSet,
    SatisfactionTest, SatisfactionVerdict,
};
use guanxi_testkit::{TestServer, on_each_backend};
use tonic::{Code, Status};

use super::goal_kit::{days, metric, ones, score, speeds, whole};
use super::kit::{add_revision, asking, in_use, near, plain, rated, record_all};
use crate::support::{create_person, invalid, refused};

on_each_backend! {
    newcombe_1998_two_shares,
    two_promoter_scores,
    welch_1947_two_means_by_hand,
    sets_of_different_revisions_are_compared_where_they_are_alike,
    sets_that_may_share_records_are_refused,
}

const AFTER: (&str, &str) = ("2026-01-01", "2026-01-31");
const BEFORE: (&str, &str) = ("2025-12-01", "2025-12-31");

fn set(questionnaire: &str, (from, to): (&str, &str)) -> SatisfactionDays {
    days(questionnaire, from, to)
}

pub(crate) fn against(
    after: SatisfactionDays,
    against: Against,
    quantities: Vec<SatisfactionQuantity>,
) -> CompareSatisfactionRequest {
    CompareSatisfactionRequest { after: Some(after), against: Some(against), quantities }
}

pub(crate) async fn compare(
    guanxi: &TestServer,
    request: CompareSatisfactionRequest,
) -> Result<CompareSatisfactionResponse, Status> {
    Ok(guanxi.satisfaction().compare_satisfaction(request).await?.into_inner())
}

/// January against December.
async fn months(guanxi: &TestServer, quantity: SatisfactionQuantity) -> SatisfactionDifference {
    let service = "questionnaires/service";
    let request = against(set(service, AFTER), Against::Before(set(service, BEFORE)), vec![quantity.clone()]);
    let told = compare(guanxi, request).await.unwrap();
    assert_eq!((told.revisions(), told.differences.len()), (RevisionAgreement::Same, 1));
    assert_eq!(told.differences[0].quantity, Some(quantity));
    told.differences.into_iter().next().unwrap()
}

async fn newcombe_1998_two_shares(guanxi: TestServer) {
    let revision = in_use(&guanxi, "service", metric(SatisfactionMetric::Csat, (1, 5))).await;
    create_person(&guanxi, "ada").await;
    let mut records = ones("2026-01-10", ("ada", &revision), &[(5, 60), (1, 440)]);
    records.extend(ones("2025-12-10", ("ada", &revision), &[(5, 40), (1, 480)]));
    record_all(&guanxi, records).await;
    let told = months(&guanxi, whole(SatisfactionQuantityKind::Csat)).await;
    assert_eq!((told.test(), told.verdict()), (SatisfactionTest::TwoProportions, SatisfactionVerdict::Better));
    near(told.statistic, 2.312_797_029_6);
    near(told.p_value, 0.020_733_801_2);
    near(told.difference, 0.043_076_923_1);
    near(told.lower_bound, 0.006_477_790_0);
    near(told.upper_bound, 0.080_282_446_2);
    assert_eq!(told.degrees_of_freedom, None);
    assert_eq!(told.before.unwrap().sample.unwrap().count, 520);
}

async fn two_promoter_scores(guanxi: TestServer) {
    let revision = in_use(&guanxi, "service", metric(SatisfactionMetric::NetPromoter, (0, 10))).await;
    create_person(&guanxi, "ada").await;
    let mut records = ones("2026-01-10", ("ada", &revision), &[(9, 50), (7, 30), (6, 20)]);
    records.extend(ones("2025-12-10", ("ada", &revision), &[(10, 45), (8, 25), (0, 30)]));
    record_all(&guanxi, records).await;
    let told = months(&guanxi, whole(SatisfactionQuantityKind::NetPromoter)).await;
    assert_eq!((told.test(), told.verdict()), (SatisfactionTest::TwoPromoterScores, SatisfactionVerdict::NotReal));
    near(told.after.unwrap().value, 30.0);
    near(told.before.unwrap().value, 15.0);
    near(told.difference, 15.0);
    assert!((told.statistic.unwrap() - 1.297_013_1).abs() < 5e-8, "{told:?}");
    assert!((told.p_value.unwrap() - 0.194_626_7).abs() < 5e-7, "{told:?}");
    near(told.after.unwrap().lower_bound, 14.051_130_2);
}

async fn welch_1947_two_means_by_hand(guanxi: TestServer) {
    let revision = in_use(&guanxi, "service", plain()).await;
    create_person(&guanxi, "ada").await;
    let mut records = speeds("2026-01-10", ("ada", &revision), &[4, 4, 4, 5, 3]);
    records.extend(speeds("2025-12-10", ("ada", &revision), &[3, 3, 3, 4, 2]));
    records.extend(speeds("2025-11-10", ("ada", &revision), &[3, 3, 3, 4]));
    record_all(&guanxi, records).await;
    // One point of four is 25; the standard errors are 25 * sqrt(.1) each, with 8 degrees together.
    let told = months(&guanxi, score("speed")).await;
    assert_eq!((told.test(), told.verdict()), (SatisfactionTest::Welch, SatisfactionVerdict::NotReal));
    near(told.difference, 25.0);
    near(told.statistic, 5.0_f64.sqrt());
    near(told.degrees_of_freedom, 8.0);
    near(told.upper_bound, 25.0 + 2.306_004_135_204_166 * 25.0 * 0.2_f64.sqrt());
    near(told.after.unwrap().standard_deviation, 25.0 * 0.5_f64.sqrt());
    // Without names all there is: here the index alone, of speeds and of a care of 3. Of a set of four nothing is told.
    let service = "questionnaires/service";
    let november = set(service, ("2025-11-01", "2025-11-30"));
    let told = compare(&guanxi, against(set(service, AFTER), Against::Before(november), Vec::new())).await.unwrap();
    assert_eq!((told.after_record_count, told.before_record_count, told.differences.len()), (5, 4, 1));
    let index = &told.differences[0];
    assert_eq!(index.quantity, Some(whole(SatisfactionQuantityKind::Index)));
    assert_eq!((index.after.unwrap().value, index.before.unwrap().value), (Some(62.5), None));
    assert_eq!(
        (index.difference, index.test(), index.verdict()),
        (None, SatisfactionTest::Unspecified, SatisfactionVerdict::Unspecified)
    );
    // Care does not vary, so there is nothing to test.
    let care = months(&guanxi, score("care")).await;
    assert_eq!((care.difference, care.statistic, care.verdict()), (Some(0.0), None, SatisfactionVerdict::Unspecified));
}

async fn sets_of_different_revisions_are_compared_where_they_are_alike(guanxi: TestServer) {
    let first = in_use(&guanxi, "service", plain()).await;
    let longer = asking(IndexForm::Interval, vec![rated("speed"), rated("care"), rated("price")]);
    let second = add_revision(&guanxi, "service", longer).await;
    let other_form =
        add_revision(&guanxi, "service", asking(IndexForm::Ratio, vec![rated("speed"), rated("care")])).await;
    create_person(&guanxi, "ada").await;
    let mut records = speeds("2025-12-10", ("ada", &first), &[3, 3, 3, 4, 2]);
    records.extend(speeds("2025-12-11", ("ada", &second), &[4, 4, 4, 5, 3]));
    record_all(&guanxi, records).await;
    // The same days, but of different revisions: they share no record.
    let asked =
        |after: &str, quantity| against(set(after, BEFORE), Against::Before(set(&first, BEFORE)), vec![quantity]);
    let told = compare(&guanxi, asked(&second, score("speed"))).await.unwrap();
    assert_eq!((told.revisions(), told.before_revision.as_str()), (RevisionAgreement::Different, first.as_str()));
    near(told.differences[0].difference, 25.0);
    invalid(compare(&guanxi, asked(&second, score("price"))).await, &["quantities[0].item"]);
    invalid(compare(&guanxi, asked(&other_form, score("speed"))).await, &["before.questionnaire"]);
}

async fn sets_that_may_share_records_are_refused(guanxi: TestServer) {
    let first = in_use(&guanxi, "service", plain()).await;
    let service = || set("questionnaires/service", BEFORE);
    let wave = |wave: &str| {
        let set = Some(SatisfactionSet { wave: wave.into(), ..SatisfactionSet::default() });
        SatisfactionDays { set, ..service() }
    };
    let asked = |after, before| against(after, Against::Before(before), Vec::new());
    assert!(compare(&guanxi, asked(wave("spring"), wave("autumn"))).await.is_ok());
    invalid(compare(&guanxi, asked(service(), wave("autumn"))).await, &["before"]);
    // The revision that is active is the one that is named.
    invalid(compare(&guanxi, asked(set(&first, BEFORE), service())).await, &["before"]);
    let other = set("questionnaires/other", AFTER);
    invalid(compare(&guanxi, asked(service(), other)).await, &["before.questionnaire"]);
    let gone = asked(set("questionnaires/service/revisions/7", AFTER), service());
    refused(compare(&guanxi, gone).await, Code::NotFound, "RESOURCE_NOT_FOUND");
    let nothing = CompareSatisfactionRequest {
        quantities: vec![whole(SatisfactionQuantityKind::Index), whole(SatisfactionQuantityKind::Index)],
        ..CompareSatisfactionRequest::default()
    };
    invalid(compare(&guanxi, nothing).await, &["after", "before", "quantities[1]"]);
    let benchmark = against(service(), Against::Benchmark("satisfactionBenchmarks/none".into()), Vec::new());
    refused(compare(&guanxi, benchmark).await, Code::NotFound, "RESOURCE_NOT_FOUND");
}
