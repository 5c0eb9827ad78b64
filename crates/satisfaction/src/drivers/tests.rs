//! Drivers against what R's relaimpo 2.2-7 makes of public data, and what holds of any.

use proptest::prelude::*;

use super::*;
use crate::data;

/// R's data set swiss: fertility, agriculture, examination, education, catholic, infant mortality of 47 provinces in 1888.
const SWISS: [[f64; 6]; 47] = [
    [80.2, 17.0, 15.0, 12.0, 9.96, 22.2],
    [83.1, 45.1, 6.0, 9.0, 84.84, 22.2],
    [92.5, 39.7, 5.0, 5.0, 93.40, 20.2],
    [85.8, 36.5, 12.0, 7.0, 33.77, 20.3],
    [76.9, 43.5, 17.0, 15.0, 5.16, 20.6],
    [76.1, 35.3, 9.0, 7.0, 90.57, 26.6],
    [83.8, 70.2, 16.0, 7.0, 92.85, 23.6],
    [92.4, 67.8, 14.0, 8.0, 97.16, 24.9],
    [82.4, 53.3, 12.0, 7.0, 97.67, 21.0],
    [82.9, 45.2, 16.0, 13.0, 91.38, 24.4],
    [87.1, 64.5, 14.0, 6.0, 98.61, 24.5],
    [64.1, 62.0, 21.0, 12.0, 8.52, 16.5],
    [66.9, 67.5, 14.0, 7.0, 2.27, 19.1],
    [68.9, 60.7, 19.0, 12.0, 4.43, 22.7],
    [61.7, 69.3, 22.0, 5.0, 2.82, 18.7],
    [68.3, 72.6, 18.0, 2.0, 24.20, 21.2],
    [71.7, 34.0, 17.0, 8.0, 3.30, 20.0],
    [55.7, 19.4, 26.0, 28.0, 12.11, 20.2],
    [54.3, 15.2, 31.0, 20.0, 2.15, 10.8],
    [65.1, 73.0, 19.0, 9.0, 2.84, 20.0],
    [65.5, 59.8, 22.0, 10.0, 5.23, 18.0],
    [65.0, 55.1, 14.0, 3.0, 4.52, 22.4],
    [56.6, 50.9, 22.0, 12.0, 15.14, 16.7],
    [57.4, 54.1, 20.0, 6.0, 4.20, 15.3],
    [72.5, 71.2, 12.0, 1.0, 2.40, 21.0],
    [74.2, 58.1, 14.0, 8.0, 5.23, 23.8],
    [72.0, 63.5, 6.0, 3.0, 2.56, 18.0],
    [60.5, 60.8, 16.0, 10.0, 7.72, 16.3],
    [58.3, 26.8, 25.0, 19.0, 18.46, 20.9],
    [65.4, 49.5, 15.0, 8.0, 6.10, 22.5],
    [75.5, 85.9, 3.0, 2.0, 99.71, 15.1],
    [69.3, 84.9, 7.0, 6.0, 99.68, 19.8],
    [77.3, 89.7, 5.0, 2.0, 100.00, 18.3],
    [70.5, 78.2, 12.0, 6.0, 98.96, 19.4],
    [79.4, 64.9, 7.0, 3.0, 98.22, 20.2],
    [65.0, 75.9, 9.0, 9.0, 99.06, 17.8],
    [92.2, 84.6, 3.0, 3.0, 99.46, 16.3],
    [79.3, 63.1, 13.0, 13.0, 96.83, 18.1],
    [70.4, 38.4, 26.0, 12.0, 5.62, 20.3],
    [65.7, 7.7, 29.0, 11.0, 13.79, 20.5],
    [72.7, 16.7, 22.0, 13.0, 11.22, 18.9],
    [64.4, 17.6, 35.0, 32.0, 16.92, 23.0],
    [77.6, 37.6, 15.0, 7.0, 4.97, 20.0],
    [67.6, 18.7, 25.0, 7.0, 8.65, 19.5],
    [35.0, 1.2, 37.0, 53.0, 42.34, 18.0],
    [44.7, 46.6, 16.0, 29.0, 50.43, 18.2],
    [42.8, 27.7, 22.0, 29.0, 58.33, 19.3],
];

fn covariances(rows: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let (n, count) = (rows.len() as f64, rows[0].len());
    let mean = |column: usize| rows.iter().map(|row| row[column]).sum::<f64>() / n;
    let means: Vec<f64> = (0..count).map(mean).collect();
    let covariance =
        |a: usize, b: usize| rows.iter().map(|row| (row[a] - means[a]) * (row[b] - means[b])).sum::<f64>() / (n - 1.0);
    (0..count).map(|a| (0..count).map(|b| covariance(a, b)).collect()).collect()
}

/// Sums of blocks of columns; correlations do not know sums from means.
fn sums(table: &data::Table, blocks: &[Vec<usize>]) -> Vec<Vec<f64>> {
    let row = |row: &Vec<i64>| blocks.iter().map(|block| block.iter().map(|one| row[*one] as f64).sum()).collect();
    covariances(&table.rows().iter().map(row).collect::<Vec<_>>())
}

fn matrix(covariances: &[Vec<f64>]) -> DMatrix<f64> {
    DMatrix::from_fn(covariances.len(), covariances.len(), |row, column| covariances[row][column])
}

/// As Johnson, however few drivers there are.
fn relative_weights(covariances: &[Vec<f64>]) -> Vec<f64> {
    importance::relative_weights(&correlation::of_covariances(&matrix(covariances)).unwrap())
}

fn explained(drivers: &Drivers) -> Vec<f64> {
    drivers.drivers.iter().map(|driver| driver.explained).collect()
}

fn near(found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() < tolerance, "{found} is not {expected}");
    }
}

#[test]
fn swiss_of_relaimpo() {
    // Forty-seven provinces are too few for a ranking, and enough to compare programs.
    let rows: Vec<Vec<f64>> = SWISS.iter().map(|row| row[1..].iter().chain(&row[..1]).copied().collect()).collect();
    let told = explain(&matrix(&covariances(&rows))).unwrap();
    near(&[told.r_squared], &[0.706_735_002], 5e-10);
    near(&explained(&told), &[0.057_091_2, 0.171_173_0, 0.260_134_7, 0.105_570_2, 0.112_765_9], 5.1e-8);
    assert_eq!(analyse(47, &covariances(&rows)), Err(Unfit::TooFew { missing: 3 }));
}

#[test]
fn bank_of_relaimpo() {
    let Some(table) = data::table("bank-satisfaction/satisfaction.csv") else { return };
    let covariances = sums(&table, &["imag", "expe", "qual", "val", "sat"].map(|block| table.block(block)));
    let told = analyse(250, &covariances).unwrap();
    assert_eq!(told.method, ImportanceMethod::ShapleyValue);
    near(&[told.r_squared], &[0.683_913_753_95], 1e-11);
    let lmg = [0.149_550_411_385, 0.101_667_501_948, 0.147_649_047_254, 0.285_046_793_363];
    near(&explained(&told), &lmg, 1e-12);
    let betas: Vec<f64> = told.drivers.iter().map(|driver| driver.beta).collect();
    near(&betas, &[0.187_946_446_837, 0.008_925_180_705_78, 0.149_753_393_738, 0.557_983_550_457], 1e-12);
    let alone: Vec<f64> = told.drivers.iter().map(|driver| driver.correlation.powi(2)).collect();
    near(&alone, &[0.444_332_530_985, 0.372_550_669_956, 0.479_160_376_304, 0.649_023_938_093], 1e-12);
    let weights = relative_weights(&covariances);
    near(&weights, &[0.160_400_082_664, 0.102_716_320_763, 0.143_888_073_136, 0.276_909_277_386], 1e-12);
}

#[test]
fn ecsi_mobile_of_relaimpo() {
    let Some(table) = data::table("ecsi-mobile/mobi.csv") else { return };
    let overall = table.block("CUSA")[0];
    let blocks: Vec<Vec<usize>> = table.block("PERQ").into_iter().chain([overall]).map(|column| vec![column]).collect();
    let covariances = sums(&table, &blocks);
    let told = analyse(250, &covariances).unwrap();
    near(&[told.r_squared], &[0.446_748_555_05], 1e-11);
    let lmg = [
        0.134_762_767_7,
        0.050_853_985_2,
        0.045_326_058_3,
        0.075_339_548_8,
        0.035_288_23,
        0.043_936_791_5,
        0.061_241_173_5,
    ];
    near(&explained(&told), &lmg, 1e-10);
    let johnson = [
        0.129_505_193_7,
        0.055_247_694_3,
        0.045_586_554_2,
        0.075_746_798,
        0.035_169_975_7,
        0.042_755_573_5,
        0.062_736_765_6,
    ];
    near(&relative_weights(&covariances), &johnson, 1e-10);
}

#[test]
fn martilla_and_james_1977() {
    let bank = [(0.2187, 75.496), (0.1487, 74.944), (0.2159, 69.568), (0.4168, 70.820)];
    use Quadrant::{ConcentrateHere, KeepUp, LowPriority, PossibleOverkill};
    assert_eq!(quadrants(&bank), [PossibleOverkill, PossibleOverkill, LowPriority, ConcentrateHere]);
    assert_eq!(quadrants(&[(0.1, 70.1); 3]), [KeepUp; 3], "what is on the line is high");
    assert_eq!(quadrants(&[]), []);
}

fn random(rows: usize, columns: usize) -> impl Strategy<Value = Vec<Vec<f64>>> {
    let answer = (0..=10_i32).prop_map(f64::from);
    prop::collection::vec(prop::collection::vec(answer, columns), rows)
}

#[test]
fn what_follows_from_others_is_named() {
    let row = |index: usize| {
        let (a, b, c) = (index % 7, index % 5, index % 3);
        [a, b, c, a + b, a + 2 * c + index % 2].map(|value| value as f64).to_vec()
    };
    let rows: Vec<Vec<f64>> = (0..210).map(row).collect();
    assert_eq!(analyse(210, &covariances(&rows)), Err(Unfit::Collinear(vec![0, 1, 3])));
    let constant: Vec<Vec<f64>> = rows.iter().map(|row| vec![row[0], 4.0, row[4]]).collect();
    assert_eq!(analyse(210, &covariances(&constant)), Err(Unfit::Constant(vec![1])));
    let satisfied: Vec<Vec<f64>> = rows.iter().map(|row| vec![row[0], row[1], 4.0]).collect();
    assert_eq!(analyse(210, &covariances(&satisfied)), Err(Unfit::OutcomeIsConstant));
}

#[test]
fn ten_answers_for_each_driver() {
    let uncorrelated = |row: usize| (0..14).map(|column| f64::from(u8::from(row == column))).collect();
    let thirteen: Vec<Vec<f64>> = (0..14).map(uncorrelated).collect();
    assert_eq!(analyse(129, &thirteen), Err(Unfit::TooFew { missing: 1 }));
    let told = analyse(130, &thirteen).unwrap();
    assert_eq!((told.method, told.r_squared), (ImportanceMethod::RelativeWeight, 0.0));
    assert_eq!(told.drivers[0].share, None, "of nothing there are no shares");
}

proptest! {
    #[test]
    fn parts_add_up_to_what_is_explained(rows in random(60, 6)) {
        let covariances = covariances(&rows);
        let Ok(told) = analyse(60, &covariances) else { return Ok(()) };
        let weights = relative_weights(&covariances);
        for parts in [explained(&told), weights] {
            prop_assert!((parts.iter().sum::<f64>() - told.r_squared).abs() < 1e-10, "{:?}", parts);
            prop_assert!(parts.iter().all(|part| *part >= 0.0), "{:?}", parts);
        }
    }

    #[test]
    fn the_order_of_drivers_does_not_matter(rows in random(60, 6)) {
        let turned: Vec<Vec<f64>> =
            rows.iter().map(|row| row[..5].iter().rev().chain(&row[5..]).copied().collect()).collect();
        let (Ok(there), Ok(back)) = (analyse(60, &covariances(&rows)), analyse(60, &covariances(&turned))) else {
            return Ok(());
        };
        for (one, other) in there.drivers.iter().zip(back.drivers.iter().rev()) {
            prop_assert!((one.explained - other.explained).abs() < 1e-10);
            prop_assert!((one.beta - other.beta).abs() < 1e-8);
        }
    }

    #[test]
    fn a_driver_told_in_another_unit_is_the_same(rows in random(60, 4)) {
        let other: Vec<Vec<f64>> =
            rows.iter().map(|row| vec![row[0] * 10.0 + 3.0, row[1], row[2], row[3]]).collect();
        let (Ok(one), Ok(other)) = (analyse(60, &covariances(&rows)), analyse(60, &covariances(&other))) else {
            return Ok(());
        };
        for (one, other) in one.drivers.iter().zip(&other.drivers) {
            prop_assert!((one.explained - other.explained).abs() < 1e-10);
        }
    }
}
