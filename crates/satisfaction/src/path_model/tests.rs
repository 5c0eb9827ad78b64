//! Fits against what semPLS 1.0-10 (R) and plspm 0.5.7 (Python) make of public data; models and what is wrong with them.

use guanxi_model::fact::QuestionKind;

use super::*;
use crate::data;
use crate::presets::presets;
use crate::sample::{dimension, draft, item, rating, scale, scheme, within};
use crate::{AnswerScale, DimensionDraft, IndexForm, ScaleDirection};

const ECSI: [(&str, &str); 7] = [
    ("image", "IMAG"),
    ("expectations", "CUEX"),
    ("quality", "PERQ"),
    ("value", "PERV"),
    ("satisfaction", "CUSA"),
    ("complaints", "CUSCO"),
    ("loyalty", "CUSL"),
];
const BANK: [(&str, &str); 6] = [
    ("image", "imag"),
    ("expectations", "expe"),
    ("quality", "qual"),
    ("value", "val"),
    ("satisfaction", "sat"),
    ("loyalty", "loy"),
];

fn ecsi() -> QuestionnaireScheme {
    scheme(presets().into_iter().find(|preset| preset.id == "ecsi").unwrap().content)
}

/// A questionnaire of some dimensions, each with so many items on a scale.
fn asking(dimensions: &[(&str, usize)], on: &AnswerScale) -> QuestionnaireScheme {
    let items = dimensions.iter().flat_map(|(id, count)| {
        (1..=*count).map(move |index| within(id, item(&format!("{id}_{index}"), on.clone(), &[QuestionKind::Rating])))
    });
    let all = dimensions.iter().map(|(id, _)| dimension(id)).collect();
    scheme(draft(IndexForm::Interval, all, items.collect()))
}

/// The products of blocks of a table, in their order.
fn products(table: &data::Table, blocks: &[(&str, &str)]) -> Products {
    let columns: Vec<usize> = blocks.iter().flat_map(|(_, block)| table.block(block)).collect();
    let mut products = Products::of(columns.len());
    for row in table.rows() {
        products.add(&columns.iter().map(|column| i32::try_from(row[*column]).unwrap()).collect::<Vec<_>>());
    }
    products
}

fn near(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "{found} is not {expected}");
}

fn near_indices(fit: &Fit, expected: &[f64]) {
    assert_eq!(fit.latents.len(), expected.len());
    fit.latents.iter().zip(expected).for_each(|(latent, expected)| near(latent.index.unwrap().0, *expected, 5e-7));
}

fn near_paths(fit: &Fit, expected: &[(&str, &str, f64)]) {
    assert_eq!(fit.paths.len(), expected.len());
    for (from, to, expected) in expected {
        let path = fit.paths.iter().find(|path| path.from == *from && path.to == *to).unwrap();
        near(path.coefficient, *expected, 5.1e-9);
    }
}

#[test]
fn ecsi_mobile_of_sem_pls_by_centroids() {
    let Some(table) = data::table("ecsi-mobile/mobi.csv") else { return };
    let model = ecsi().path_model(&[], &[]).unwrap();
    let fit = model.fit(&products(&table, &ECSI), InnerWeights::Centroid).unwrap();
    near_paths(
        &fit,
        &[
            ("image", "expectations", 0.504_705_64),
            ("expectations", "quality", 0.557_247_86),
            ("expectations", "value", 0.050_787_55),
            ("quality", "value", 0.557_216_86),
            ("image", "satisfaction", 0.178_833_48),
            ("expectations", "satisfaction", 0.064_425_34),
            ("quality", "satisfaction", 0.512_545_24),
            ("value", "satisfaction", 0.191_815_66),
            ("satisfaction", "complaints", 0.526_097_31),
            ("image", "loyalty", 0.195_359_7),
            ("satisfaction", "loyalty", 0.483_474_72),
            ("complaints", "loyalty", 0.071_232_41),
        ],
    );
    near_indices(&fit, &[73.520_851, 72.471_432, 74.985_301, 62.297_926, 72.542_802, 67.422_222, 70.610_666]);
    let explained = [0.254_727_78, 0.310_525_17, 0.344_609_87, 0.680_281_09, 0.276_778_38, 0.457_286_05];
    assert_eq!(fit.latents[0].r_squared, None);
    fit.latents[1..].iter().zip(explained).for_each(|(one, expected)| near(one.r_squared.unwrap(), expected, 5.1e-9));
    let shares: Vec<f64> = fit.latents[4].items.iter().map(|item| item.share.unwrap()).collect();
    shares.iter().zip([0.394_838, 0.279_144, 0.326_018]).for_each(|(found, expected)| near(*found, expected, 5.1e-7));
    let alphas = [0.722_835, 0.451_903, 0.877_01, 0.823_632, 0.779_195];
    fit.latents.iter().zip(alphas).for_each(|(one, expected)| near(one.alpha.unwrap(), expected, 5.1e-7));
    assert_eq!((fit.latents[5].alpha, fit.n, &fit.constant), (None, 250, &vec![]));
    assert!((fit.latents[5].items[0].weight - 1.0).abs() < 1e-12, "a single item is its latent variable");
}

#[test]
fn ecsi_mobile_of_sem_pls_by_path_weighting() {
    let Some(table) = data::table("ecsi-mobile/mobi.csv") else { return };
    let model = ecsi().path_model(&[], &[]).unwrap();
    let fit = model.fit(&products(&table, &ECSI), InnerWeights::Path).unwrap();
    near_paths(
        &fit,
        &[
            ("image", "expectations", 0.504_913_93),
            ("expectations", "quality", 0.556_748_96),
            ("expectations", "value", 0.049_988_39),
            ("quality", "value", 0.558_304_38),
            ("image", "satisfaction", 0.178_739_5),
            ("expectations", "satisfaction", 0.062_522_87),
            ("quality", "satisfaction", 0.512_023_94),
            ("value", "satisfaction", 0.194_765_1),
            ("satisfaction", "complaints", 0.528_066_25),
            ("image", "loyalty", 0.195_755_33),
            ("satisfaction", "loyalty", 0.485_477_62),
            ("complaints", "loyalty", 0.066_926_07),
        ],
    );
    near_indices(&fit, &[73.527_982, 72.473_818, 74.976_567, 62.346_757, 72.454_118, 67.422_222, 70.913_854]);
}

#[test]
fn bank_of_sem_pls() {
    let Some(table) = data::table("bank-satisfaction/satisfaction.csv") else { return };
    let sizes = BANK.map(|(id, block)| (id, table.block(block).len()));
    let model = asking(&sizes, &scale(0, 10)).path_model(&[], &[]).unwrap();
    let fit = model.fit(&products(&table, &BANK), InnerWeights::Centroid).unwrap();
    near_paths(
        &fit,
        &[
            ("image", "expectations", 0.560_003_26),
            ("image", "satisfaction", 0.183_332_52),
            ("image", "loyalty", 0.291_626_64),
            ("expectations", "quality", 0.845_555),
            ("expectations", "value", 0.119_113_71),
            ("expectations", "satisfaction", 0.007_202_5),
            ("quality", "value", 0.659_826_43),
            ("quality", "satisfaction", 0.138_876_02),
            ("value", "satisfaction", 0.582_134_95),
            ("satisfaction", "loyalty", 0.469_655_41),
        ],
    );
    near_indices(&fit, &[75.793_29, 75.413_314, 69.956_538, 70.908_843, 68.512_621, 72.010_871]);
}

/// Answers to two dimensions of two items which go together, made up by a rule.
fn made_up(rows: usize, row: impl Fn(i32) -> [i32; 4]) -> Products {
    let mut products = Products::of(4);
    (0..rows).for_each(|index| products.add(&row(index as i32)));
    products
}

fn two() -> PathModel {
    let path = PathDraft { from: "a".to_owned(), to: "b".to_owned() };
    asking(&[("a", 2), ("b", 2)], &scale(0, 10)).path_model(&[], &[path]).unwrap()
}

#[test]
fn a_hundred_records_are_needed() {
    let row = |index: i32| [index % 11, (index + 1) % 11, index % 9, (index + index % 2) % 9];
    assert_eq!(two().fit(&made_up(99, row), InnerWeights::Path), Err(Unfit::TooFew { missing: 1 }));
    assert!(two().fit(&made_up(100, row), InnerWeights::Path).is_ok());
}

#[test]
fn what_everybody_answered_alike_is_left_out_and_named() {
    let fit = two().fit(&made_up(110, |index| [index % 11, 4, index % 11, index % 7]), InnerWeights::Centroid).unwrap();
    assert_eq!((fit.constant, fit.latents[0].items.len()), (vec!["a_2".to_owned()], 1));
    let blind = two().fit(&made_up(110, |index| [3, 4, index % 11, index % 7]), InnerWeights::Centroid);
    assert_eq!(blind, Err(Unfit::Constant { latent: "a".to_owned() }));
}

#[test]
fn a_latent_variable_with_a_negative_weight_has_no_index() {
    let fit =
        two().fit(&made_up(110, |index| [index % 11, 10 - index % 9, index % 11, index % 10]), InnerWeights::Path);
    let fit = fit.unwrap();
    assert!(fit.latents[0].items[1].weight < 0.0);
    assert_eq!((fit.latents[0].index, fit.latents[0].items[0].share), (None, None));
    assert!(fit.latents[1].index.is_some());
}

#[test]
fn what_goes_with_nothing_is_named() {
    // Every combination of the two sides is there as often.
    let row = |index: i32| [index % 10, index % 10, index / 10, index / 10];
    let fit = two().fit(&made_up(100, row), InnerWeights::Path);
    assert_eq!(fit, Err(Unfit::Unrelated { latent: "a".to_owned() }));
}

#[test]
fn the_least_and_the_most_are_0_and_100() {
    let fit = two().fit(&made_up(100, |index| [if index == 0 { 9 } else { 10 }; 4]), InnerWeights::Path).unwrap();
    let (index, interval) = fit.latents[0].index.unwrap();
    near(index, 99.9, 1e-9);
    assert!(interval.high <= 100.0 && interval.contains(index));
}

#[test]
fn answers_are_read_good_end_up_and_only_where_all_are_there() {
    let turned = AnswerScale { direction: ScaleDirection::LowerIsBetter, ..scale(1, 5) };
    let asked = asking(&[("a", 1), ("b", 1)], &turned);
    let path = PathDraft { from: "a".to_owned(), to: "b".to_owned() };
    let model = asked.path_model(&[], &[path]).unwrap();
    let reading = model.reading(&asked);
    assert_eq!(reading.row(&[rating("b_1", 2), rating("a_1", 1)]), Some(vec![5, 4]));
    assert_eq!(reading.row(&[rating("b_1", 2)]), None);
}

fn faults(asked: &QuestionnaireScheme, latents: &[&str], paths: &[(&str, &str)]) -> Vec<String> {
    let latents: Vec<String> = latents.iter().map(|id| (*id).to_owned()).collect();
    let path = |(from, to): &(&str, &str)| PathDraft { from: (*from).to_owned(), to: (*to).to_owned() };
    let paths: Vec<PathDraft> = paths.iter().map(path).collect();
    asked.path_model(&latents, &paths).unwrap_err().iter().map(ToString::to_string).collect()
}

#[test]
fn every_fault_of_a_model_is_told_at_once() {
    let asked = ecsi();
    assert_eq!(
        faults(&asked, &["image", "prestige", "image"], &[("image", "loyalty"), ("image", "image")]),
        [
            "latents[1]: \"prestige\" is no dimension of the questionnaire",
            "latents[2]: \"image\" is given twice",
            "paths[0].to: \"loyalty\" is no latent variable of the model",
            "paths[1]: leads from \"image\" to itself",
        ]
    );
    let twice = [("image", "value"), ("image", "value")];
    assert_eq!(faults(&asked, &["image", "value"], &twice), ["paths[1]: is there already"]);
    assert_eq!(faults(&asked, &["image"], &[]), ["latents: a model has 2 latent variables or more, here 1"]);
}

#[test]
fn latent_variables_are_joined_and_lead_nowhere_back() {
    let asked = ecsi();
    let circle = [("value", "loyalty"), ("loyalty", "image"), ("image", "value"), ("image", "quality")];
    assert_eq!(
        faults(&asked, &["image", "value", "loyalty", "quality", "complaints"], &circle),
        [
            "paths: \"complaints\" has no path to or from another latent variable",
            "paths: lead in a circle through some of image, value, loyalty, quality",
        ]
    );
    assert_eq!(faults(&asked, &["image", "complaints"], &[]).len(), 2, "the index has no path between these");
}

#[test]
fn dimensions_within_each_other_are_not_two() {
    let inner = DimensionDraft { parent: "a".to_owned(), ..dimension("b") };
    let rated = |place: &str, id: &str| within(place, item(id, scale(1, 5), &[QuestionKind::Rating]));
    let dimensions = vec![dimension("a"), inner, dimension("c")];
    let asked = scheme(draft(IndexForm::Interval, dimensions, vec![rated("b", "i"), rated("c", "j")]));
    assert_eq!(faults(&asked, &["a", "b"], &[("a", "b")]), ["latents[1]: \"b\" has an item that \"a\" has too"]);
    let told = faults(&asked, &[], &[]);
    assert!(told[0].starts_with("paths: must be given: ") && told[0].ends_with("and \"a\" is not"), "{told:?}");
    let path = PathDraft { from: "a".to_owned(), to: "c".to_owned() };
    let model = asked.path_model(&[], &[path]).unwrap();
    assert_eq!(model.latents[0].items[0].id, "i", "what lies in what lies in it is its own");
}
