//! Recency, frequency and money (Hughes 1994) of the real purchases: three pyramids of one rank each, whose five tiers are
//! the scores. Codes and counts were computed elsewhere.

use std::collections::BTreeMap;

use guanxi::v1::{Measure, MeasureDirection, MeasureKind, PyramidRevision, Tier};
use guanxi_testkit::TestServer;

use super::kit::{active_pyramid, customer_of, everybody, measure, rank, scheme, thresholds};
use super::passing::clock;
use crate::laws::pyramid::explain;

const PYRAMIDS: [(&str, MeasureKind); 3] = [
    ("recency", MeasureKind::Recency),
    ("frequency", MeasureKind::PurchaseDayCount),
    ("money", MeasureKind::NetRevenue),
];

/// Codes by customers: 131 is a recency of 1, a frequency of 3 and money of 1.
const CODES: [(&str, &str); 7] =
    [("c-1", "131"), ("c-2", "134"), ("c-3", "555"), ("c-4", "454"), ("c-5", "455"), ("c-21", "144"), ("c-100", "543")];

/// Ranked by one measure, with a tier for each score: a fifth begins above the last share of the one below.
fn scored(kind: MeasureKind) -> PyramidRevision {
    let lower =
        if kind == MeasureKind::Recency { MeasureDirection::LowerIsBetter } else { MeasureDirection::HigherIsBetter };
    let by_rank = Measure { direction: lower.into(), ..measure(kind, rank()) };
    // Between a share of 23,570 customers that is a fifth and the next one lie 0.004 points.
    let fifths = thresholds(&[80.001, 60.001, 40.001, 20.001]);
    let tier = |score: i32| Tier { tier_id: format!("score-{score}"), ..Tier::default() };
    PyramidRevision { tiers: (1..=5).rev().map(tier).collect(), ..scheme(vec![by_rank], fifths) }
}

/// The rounding of a double may leave a fifth a hair above a whole number.
fn score(normalised: f64) -> u8 {
    (5.0 * normalised - 1e-9).ceil() as u8
}

/// The codes of customers as ExplainTier gives them.
async fn explained_code(guanxi: &TestServer, customer: &str) -> String {
    let mut code = String::new();
    for (pyramid, _) in PYRAMIDS {
        let why = explain(guanxi.channel(), customer, pyramid).await;
        code += &score(why.parts[0].normalized_value.unwrap()).to_string();
    }
    code
}

/// The codes of everybody as the lists give them.
async fn listed_codes(guanxi: &TestServer) -> BTreeMap<String, String> {
    let mut codes = BTreeMap::<String, String>::new();
    for (pyramid, _) in PYRAMIDS {
        for one in everybody(guanxi, pyramid).await {
            *codes.entry(customer_of(&one).to_owned()).or_default() += one.tier.trim_start_matches("score-");
        }
    }
    codes
}

/// On the last day of the data, on a server that holds all of it.
pub(super) async fn codes_are_those_computed_elsewhere(guanxi: &TestServer) {
    clock(guanxi, "1998-06-30T12:00:00Z");
    for (pyramid, kind) in PYRAMIDS {
        active_pyramid(guanxi, pyramid, scored(kind)).await;
    }
    let listed = listed_codes(guanxi).await;
    for (customer, code) in CODES {
        assert_eq!((customer, explained_code(guanxi, customer).await.as_str()), (customer, code));
        assert_eq!((customer, listed[customer].as_str()), (customer, code));
    }
    let mut counts = BTreeMap::<&str, usize>::new();
    for code in listed.values() {
        *counts.entry(code).or_default() += 1;
    }
    assert_eq!((listed.len(), counts["555"], counts.len()), (23_570, 2_622, 56));
    let frequency =
        |score| counts.iter().filter(|(code, _)| code.as_bytes()[1] == score).map(|(_, count)| count).sum::<usize>();
    assert_eq!([b'1', b'2', b'3', b'4', b'5'].map(frequency), [0, 0, 12_054, 6_245, 5_271]);
}
