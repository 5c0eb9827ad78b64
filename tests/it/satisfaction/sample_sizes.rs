//! How large a sample should be. Golden numbers are those of Cochran's formula, computed elsewhere.

use guanxi::v1::EstimateSampleSizeRequest;
use guanxi_testkit::{TestServer, on_each_backend};
use tonic::Status;

use crate::support::invalid;

on_each_backend! {
    so_many_have_to_answer_and_to_be_invited,
    what_has_no_sample_size_is_refused_all_at_once,
}

/// How many have to answer, and how many to invite.
async fn estimate(guanxi: &TestServer, request: EstimateSampleSizeRequest) -> Result<(i64, i64), Status> {
    let told = guanxi.satisfaction().estimate_sample_size(request).await?.into_inner();
    Ok((told.response_count, told.invitation_count))
}

fn within(margin_of_error: f64, population_size: Option<i64>) -> EstimateSampleSizeRequest {
    EstimateSampleSizeRequest { margin_of_error, population_size, ..Default::default() }
}

async fn so_many_have_to_answer_and_to_be_invited(guanxi: TestServer) {
    for (margin, population, expected) in [
        (0.05, None, 385),
        (0.05, Some(1_000), 278),
        (0.05, Some(2_357), 331),
        (0.03, None, 1_068),
        (0.05, Some(1), 1),
        (0.0001, None, 96_036_471),
    ] {
        let told = estimate(&guanxi, within(margin, population)).await.unwrap();
        assert_eq!(told, (expected, expected), "{margin} of {population:?}");
    }
    let answering =
        |rate| EstimateSampleSizeRequest { expected_response_rate: Some(rate), ..within(0.05, Some(2_357)) };
    assert_eq!(estimate(&guanxi, answering(0.3)).await.unwrap(), (331, 1_104));
    // More than there are: so many will not answer.
    assert_eq!(estimate(&guanxi, answering(0.1)).await.unwrap(), (331, 3_310));
    // 1.96 x 1.96 x .9 x .1 / .0025 is 138.3.
    let seldom = EstimateSampleSizeRequest { expected_share: Some(0.1), ..within(0.05, None) };
    assert_eq!(estimate(&guanxi, seldom).await.unwrap(), (139, 139));
}

async fn what_has_no_sample_size_is_refused_all_at_once(guanxi: TestServer) {
    invalid(estimate(&guanxi, EstimateSampleSizeRequest::default()).await, &["margin_of_error"]);
    let wrong = EstimateSampleSizeRequest {
        margin_of_error: f64::NAN,
        expected_share: Some(1.0),
        population_size: Some(-1),
        expected_response_rate: Some(0.0),
    };
    let paths = ["margin_of_error", "expected_share", "population_size", "expected_response_rate"];
    invalid(estimate(&guanxi, wrong).await, &paths);
}
