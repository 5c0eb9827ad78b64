//! The real purchases of 23,570 customers (CDNOW 1997-98; Fader & Hardie 2001), tiered by this crate, against figures
//! computed independently with NumPy and in R. Only tests that read data live here.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use guanxi_model::{Counter, CustomerId};

use crate::sample::{People, calibration, draft, linear, scheme, tally};
use crate::{
    MeasureDraft, MeasureKind, Normaliser, PyramidReport, PyramidScheme, ReportBuilder, Subject, TieringRule, judge,
};

const CURRY: [i32; 4] = [100, 400, 1_500, 8_000];

fn data() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let folder = std::env::var_os("GUANXI_TEST_DATA").map_or_else(beside, PathBuf::from).join("cdnow");
    let required = std::env::var("GUANXI_REQUIRE").is_ok_and(|required| required.contains("data"));
    assert!(folder.is_dir() || !required, "no data in {}", folder.display());
    if !folder.is_dir() {
        eprintln!("skipped: no data");
    }
    folder.is_dir().then_some(folder)
}

/// The customers of transactions.csv (id, date, units, dollars).
fn customers(folder: &Path) -> People {
    let text = std::fs::read_to_string(folder.join("transactions.csv")).unwrap();
    let mut sums: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
    for row in text.lines().skip(1) {
        let fields: Vec<&str> = row.split(',').collect();
        let (whole, cents) = fields[3].split_once('.').unwrap();
        let sum = sums.entry(fields[0]).or_default();
        sum.0 += 1;
        sum.1 += whole.parse::<i64>().unwrap() * 100 + format!("{cents:0<2}").parse::<i64>().unwrap();
    }
    let person = |(id, (purchases, cents)): (&str, (i64, i64))| {
        let id = CustomerId::parse(format!("c{id:0>5}")).unwrap();
        (id, tally(&[(Counter::Purchases, purchases), (Counter::NetRevenue, cents)]))
    };
    sums.into_iter().map(person).collect()
}

fn report(scheme: &PyramidScheme, people: &People) -> PyramidReport {
    let calibration = calibration(scheme, people);
    let mut report = ReportBuilder::new(scheme.tiers().len());
    for (id, tally) in people {
        let judgement = judge(scheme, &calibration, id, &scheme.read(Subject::of_lifetime(tally))).unwrap();
        report.add(judgement.tier, Some(judgement.standing.value));
    }
    report.finish(100)
}

fn by_revenue(normaliser: Normaliser, rule: TieringRule) -> PyramidScheme {
    let revenue = linear(MeasureKind::NetRevenue, 1.0, 0.0, 1.0);
    scheme(draft(vec![MeasureDraft { normaliser: Some(normaliser), ..revenue }], rule))
}

fn counts(report: &PyramidReport) -> Vec<u64> {
    report.tiers.iter().map(|tier| tier.customers).collect()
}

fn near(actual: f64, golden: f64, within: f64) {
    assert!((actual - golden).abs() <= within, "{actual} is not {golden}");
}

#[test]
fn curry_pyramid_of_cdnow() {
    let Some(folder) = data() else { return };
    let people = customers(&folder);
    let normalisers = [
        Normaliser::Rank,
        Normaliser::Linear { low: 0.0, high: 2e6 },
        Normaliser::Logarithmic { scale: 1e3, cap: 2e6 },
    ];
    for normaliser in normalisers {
        let report = report(&by_revenue(normaliser, TieringRule::CustomerShares(CURRY.to_vec())), &people);
        assert_eq!(counts(&report), [236, 943, 3_535, 18_856]);
        assert_eq!(report.ranked.value, 250_031_563);
        for (tier, share) in report.tiers.iter().zip([0.158_757_62, 0.208_150_02, 0.310_866_18, 0.322_226_17]) {
            near(tier.value_share.unwrap(), share, 5.1e-9);
        }
        let cut_offs: Vec<_> = report.tiers.iter().filter_map(|tier| tier.lowest_value).collect();
        assert_eq!(cut_offs, [91_924, 38_100, 13_395, 0]);
        let above: f64 = report.tiers.iter().take(3).filter_map(|tier| tier.value_share).sum();
        near(above, 0.677_773_829_7, 1e-9);
    }
}

#[test]
fn abc_classes_of_cdnow() {
    let Some(folder) = data() else { return };
    let rule = TieringRule::ValueShares(vec![8_000, 1_500, 500]);
    let report = report(&by_revenue(Normaliser::Rank, rule), &customers(&folder));
    assert_eq!(counts(&report), [7_695, 8_044, 7_831]);
}

#[test]
fn top_shares_of_cdnow() {
    let Some(folder) = data() else { return };
    let people = customers(&folder);
    let top =
        [(100, 236, 0.158_757_62), (400, 943, 0.328_644_49), (500, 1_179, 0.366_907_65), (2_000, 4_714, 0.677_773_83)];
    for (basis_points, customers, share) in top {
        let rule = TieringRule::CustomerShares(vec![basis_points, 10_000 - basis_points]);
        let report = report(&by_revenue(Normaliser::Rank, rule), &people);
        assert_eq!(counts(&report)[0], customers);
        near(report.tiers[0].value_share.unwrap(), share, 5.1e-9);
    }
}

#[test]
fn inequality_of_cdnow() {
    let Some(folder) = data() else { return };
    let report = report(&by_revenue(Normaliser::Rank, TieringRule::ScoreThresholds(vec![50.0])), &customers(&folder));
    near(report.gini.unwrap(), 0.634_571_184_581_595_9, 1e-12);
    // 4,714 are exactly a fifth of all, so the curve at .80 leaves them their share.
    near(1.0 - report.lorenz[80].value_share, 0.677_773_829_7, 1e-9);
    // Twice the area over the trapezoids is nearly 1 - Gini.
    let area: f64 = report.lorenz.windows(2).map(|pair| (pair[0].value_share + pair[1].value_share) / 200.0).sum();
    near(1.0 - 2.0 * area, 0.634_571, 1e-3);
}
