//! Two real surveys (Tenenhaus et al. 2005; Sanchez, plspm), imported by `guanxi import satisfaction`. What the service says
//! of them is what was computed elsewhere (semPLS 1.0-10 and relaimpo 2.2-7 in R, plspm 0.5.7 in Python): every figure of the
//! `golden.json` beside each file that a call returns.

use guanxi::google::longrunning::operation;
use guanxi::v1::{
    CollectionMethod, DriverQuadrant, FitSatisfactionModelRequest, FitSatisfactionModelResponse,
    GetSatisfactionDriversRequest, IndexForm, ListQuestionnairePresetsRequest, QuestionKind, QuestionnaireRevision,
    SatisfactionBand, SatisfactionDrivers, SatisfactionIndexRow, SatisfactionInnerWeights, SatisfactionMetric,
    SatisfactionQuestion, SatisfactionRecord, SatisfactionView,
};
use guanxi_testkit::{TestServer, data_file, on_each_backend};
use prost::Message as _;
use serde_json::Value;

use super::index::{ask, date};
use super::kit::{add_revision, asking, item, record_all, scale};
use super::surveys::{BANK, Blocks, MOBILE, golden, imported, near, rated, ratings};
use crate::imports::surveys;
use crate::segmentation::kit::ended;

on_each_backend! {
    ecsi_mobile_is_modelled_as_elsewhere,
    ecsi_mobile_holds_quality_against_expectation_as_elsewhere,
    ecsi_mobile_depends_on_what_was_computed_elsewhere,
    bank_is_modelled_as_elsewhere,
    bank_holds_quality_against_expectation_as_elsewhere,
    bank_depends_on_what_was_computed_elsewhere,
}

const PAIR: [QuestionKind; 2] = [QuestionKind::Perception, QuestionKind::PredictiveExpectation];

/// All there is to say of everybody.
async fn everybody(guanxi: &TestServer, questionnaire: &str) -> SatisfactionIndexRow {
    let question = SatisfactionQuestion {
        view: SatisfactionView::Items.into(),
        ..super::index::asking(questionnaire, "2005-01-01", "2005-01-01")
    };
    let mut rows = ask(guanxi, question).await.unwrap().rows;
    assert_eq!((rows.len(), rows[0].record_count), (1, 250));
    rows.remove(0)
}

/// Records the same answers to a new revision, and returns its name.
async fn recorded_again(guanxi: &TestServer, records: &[SatisfactionRecord], content: QuestionnaireRevision) -> String {
    let revision = add_revision(guanxi, "survey", content).await;
    let again = |record: &SatisfactionRecord| {
        let questionnaire_revision = revision.clone();
        let mut record = SatisfactionRecord { questionnaire_revision, result: None, ..record.clone() };
        record.context.as_mut().unwrap().source.clone_from(&revision.replace('/', "-"));
        record
    };
    record_all(guanxi, records.iter().map(again).collect()).await;
    revision
}

async fn fitted(guanxi: &TestServer, inner_weights: SatisfactionInnerWeights) -> FitSatisfactionModelResponse {
    let request = FitSatisfactionModelRequest {
        questionnaire: "questionnaires/survey".into(),
        start_date: date("2005-01-01"),
        end_date: date("2005-01-01"),
        collection_methods: vec![CollectionMethod::Interviewer.into()],
        inner_weights: inner_weights.into(),
        ..FitSatisfactionModelRequest::default()
    };
    let asked = guanxi.satisfaction().fit_satisfaction_model(request).await.unwrap().into_inner();
    let done = ended(guanxi, &asked.name).await;
    let Some(operation::Result::Response(response)) = &done.result else { panic!("no success: {done:?}") };
    let fit = FitSatisfactionModelResponse::decode(response.value.as_slice()).unwrap();
    assert_eq!((fit.record_count, fit.incomplete_count, fit.inner_weights()), (250, 0, inner_weights));
    fit
}

/// Every figure there is of a model.
fn near_model(fit: &FitSatisfactionModelResponse, blocks: Blocks<'_>, golden: &Value) {
    let block = |id: &str| blocks.iter().find(|(dimension, _, _)| *dimension == id).unwrap().1.to_uppercase();
    assert_eq!(fit.paths.len(), golden["paths"].as_object().unwrap().len());
    for path in &fit.paths {
        near(path.coefficient, &golden["paths"][format!("{}->{}", block(&path.from), block(&path.to))], 8);
    }
    assert_eq!(fit.latents.len(), golden["index_0_100"].as_object().unwrap().len());
    for latent in &fit.latents {
        let block = block(&latent.dimension);
        near(latent.index, &golden["index_0_100"][&block], 6);
        assert!(latent.lower_bound < latent.index && latent.index < latent.upper_bound, "{latent:?}");
        if let Some(explained) = golden["r_squared"].get(&block) {
            near(latent.r_squared, explained, 8);
        }
        let weights = golden["weights_normalised"][&block].as_array();
        assert!(weights.is_none_or(|weights| weights.len() == latent.items.len()), "{block}");
        for (item, weight) in latent.items.iter().zip(weights.into_iter().flatten()) {
            near(item.share, weight, 6);
        }
    }
}

async fn drivers(guanxi: &TestServer, outcome: &str, drivers: &[&str]) -> SatisfactionDrivers {
    let request = GetSatisfactionDriversRequest {
        questionnaire: "questionnaires/survey".into(),
        start_date: date("2005-01-01"),
        end_date: date("2005-01-01"),
        collection_methods: vec![CollectionMethod::Interviewer.into()],
        outcome: outcome.into(),
        drivers: drivers.iter().map(|id| (*id).into()).collect(),
        ..GetSatisfactionDriversRequest::default()
    };
    guanxi.satisfaction().get_satisfaction_drivers(request).await.unwrap().into_inner()
}

async fn ecsi_mobile_is_modelled_as_elsewhere(guanxi: TestServer) {
    let Some(file) = data_file("ecsi-mobile/mobi.csv") else { return };
    let golden = golden(&file);
    let presets = guanxi.satisfaction().list_questionnaire_presets(ListQuestionnairePresetsRequest {}).await.unwrap();
    let ecsi = presets.into_inner().presets.into_iter().find(|preset| preset.preset_id == "ecsi").unwrap();
    let ecsi = ecsi.questionnaire_revision.unwrap();
    imported(&guanxi, &file, ecsi.clone(), ratings(MOBILE)).await;
    let fit = fitted(&guanxi, SatisfactionInnerWeights::Centroid).await;
    near_model(&fit, MOBILE, &golden["centroid"]);
    near_model(&fitted(&guanxi, SatisfactionInnerWeights::Path).await, MOBILE, &golden["path_weighting"]);
    let whole = everybody(&guanxi, "questionnaires/survey").await;
    assert_eq!((fit.latents.len(), whole.dimensions.len()), (MOBILE.len(), MOBILE.len()));
    for ((latent, dimension), (id, block, _)) in fit.latents.iter().zip(&whole.dimensions).zip(MOBILE) {
        assert_eq!((latent.dimension.as_str(), dimension.dimension.as_str()), (*id, *id));
        near(dimension.score.as_ref().unwrap().mean, &golden["equal_weight_index_0_100"][*block], 6);
        match golden["cronbach_alpha"].get(*block) {
            Some(alpha) => near(latent.alpha, alpha, 6),
            None => assert_eq!((latent.alpha, latent.items.len()), (None, 1)),
        }
    }
    // Fornell et al. 1996: the index is that of three questions, weighted alike or as the model has it.
    near(whole.index.unwrap().mean, &golden["equal_weight_index_0_100"]["CUSA"], 6);
    let mut weighted = ecsi;
    let weights = golden["centroid"]["weights_normalised"]["CUSA"].as_array().unwrap();
    let asked = weighted.items.iter_mut().filter(|item| item.dimension == "satisfaction");
    for (item, weight) in asked.zip(weights) {
        item.weight = Some((weight.as_f64().unwrap() * 1e6) as i32);
    }
    let records = surveys::everybody(&guanxi).await;
    let revision = recorded_again(&guanxi, &records, weighted).await;
    // The weights have six digits.
    near(everybody(&guanxi, &revision).await.index.unwrap().mean, &golden["centroid"]["index_0_100"]["CUSA"], 5);
}

/// The first perception of quality against the first expectation, and the questions of two metrics.
fn mobile_pair() -> QuestionnaireRevision {
    let asked = |id: &str, metric: SatisfactionMetric| {
        let item = item(id, scale(1, 10), &[QuestionKind::Rating]);
        guanxi::v1::QuestionnaireItem { metric: metric.into(), ..item }
    };
    let items = vec![
        item("perq1", scale(1, 10), &PAIR),
        asked("cusa1", SatisfactionMetric::Csat),
        asked("cusl3", SatisfactionMetric::NetPromoter),
    ];
    asking(IndexForm::Interval, items)
}

async fn ecsi_mobile_holds_quality_against_expectation_as_elsewhere(guanxi: TestServer) {
    let Some(file) = data_file("ecsi-mobile/mobi.csv") else { return };
    let golden = golden(&file);
    let columns = ["perq1.perception=PERQ1", "perq1.predictive_expectation=CUEX1", "cusa1=CUSA1", "cusl3=CUSL3"];
    imported(&guanxi, &file, mobile_pair(), columns.map(str::to_owned).to_vec()).await;
    let whole = everybody(&guanxi, "questionnaires/survey").await;
    let compared = whole.items[0].comparisons[0];
    let gap = compared.gap.as_ref().unwrap();
    near(gap.mean, &golden["gap_PERQ1_minus_CUEX1"]["mean"], 8);
    near(gap.standard_deviation, &golden["gap_PERQ1_minus_CUEX1"]["sd"], 8);
    near(gap.lower_bound, &golden["gap_PERQ1_minus_CUEX1"]["ci95"][0], 8);
    near(gap.upper_bound, &golden["gap_PERQ1_minus_CUEX1"]["ci95"][1], 8);
    let ratios = &golden["ratio_PERQ1_over_CUEX1"];
    near(compared.ratio, &ratios["ratio_of_means"], 8);
    let count = |share: Option<guanxi::v1::SatisfactionShare>| share.unwrap().share.unwrap() * 250.0;
    near(count(compared.dissatisfied), &ratios["lt1"], 8);
    near(count(compared.satisfied), &ratios["eq1"], 8);
    near(count(compared.delighted), &ratios["gt1"], 8);
    // 60 * 22, and at least 82 * 8 + 108 * 10.
    let heard = |satisfied: bool| {
        let first = ["told-by-dissatisfied", "told-by-satisfied", "told-by-delighted"];
        let of = whole.word_of_mouth.iter().filter(|heard| first.contains(&heard.figure_id.as_str()));
        of.filter(|heard| (heard.band() != SatisfactionBand::Dissatisfied) == satisfied)
            .map(|heard| heard.people.unwrap())
            .sum::<f64>()
    };
    super::kit::near(heard(false), 1_320.0);
    super::kit::near(heard(true), 1_736.0);
    let csat = whole.csat.as_ref().unwrap();
    near(csat.share.unwrap() * 250.0, &golden["top2_CUSA1"]["k"], 8);
    near(csat.lower_bound, &golden["top2_CUSA1"]["wilson95"][0], 8);
    near(csat.upper_bound, &golden["top2_CUSA1"]["wilson95"][1], 8);
    let (promoters, expected) = (whole.net_promoter.unwrap(), &golden["nps_like_CUSL3"]);
    near(promoters.promoters.unwrap() * 250.0, &expected["promoters"], 8);
    near(promoters.passives.unwrap() * 250.0, &expected["passives"], 8);
    near(promoters.detractors.unwrap() * 250.0, &expected["detractors"], 8);
    near(promoters.score, &expected["nps"], 8);
    near(promoters.standard_error, &expected["se"], 8);
    near(promoters.lower_bound, &expected["adj_wald_ci95"][0], 8);
    near(promoters.upper_bound, &expected["adj_wald_ci95"][1], 8);
    let records = surveys::everybody(&guanxi).await;
    let ratio = |record: &SatisfactionRecord| record.result.as_ref().unwrap().items[0].comparisons[0].ratio.unwrap();
    near(records.iter().map(ratio).sum::<f64>() / 250.0, &ratios["mean_ratio"], 8);
    // Oliver 1980, by other tolerances: the same without any, and four as expected who were not.
    assert_eq!(bands(&guanxi, &records, 0).await, [60.0, 82.0, 108.0]);
    assert_eq!(bands(&guanxi, &records, 1_000).await, [56.0, 86.0, 108.0]);
}

/// How many are dissatisfied, satisfied and delighted by a revision of this tolerance.
async fn bands(guanxi: &TestServer, records: &[SatisfactionRecord], tolerance: i32) -> [f64; 3] {
    let content = QuestionnaireRevision { tolerance_basis_points: Some(tolerance), ..mobile_pair() };
    let revision = recorded_again(guanxi, records, content).await;
    let compared = everybody(guanxi, &revision).await.comparison.unwrap();
    [compared.dissatisfied, compared.satisfied, compared.delighted].map(|share| share.unwrap().share.unwrap() * 250.0)
}

async fn ecsi_mobile_depends_on_what_was_computed_elsewhere(guanxi: TestServer) {
    let Some(file) = data_file("ecsi-mobile/mobi.csv") else { return };
    let golden = &golden(&file)["drivers_CUSA1_on_PERQ1..7"];
    let blocks = [("quality", "PERQ", 7), ("satisfaction", "CUSA", 3)];
    let items = |(block, _, count): &(&str, &str, usize)| {
        let one = |number| item(&format!("{block}_{number}"), scale(1, 10), &[QuestionKind::Rating]);
        (1..=*count).map(one).collect::<Vec<_>>()
    };
    let content = asking(IndexForm::Interval, blocks.iter().flat_map(items).collect());
    imported(&guanxi, &file, content, ratings(&blocks)).await;
    let qualities: Vec<String> = (1..=7).map(|number| format!("quality_{number}")).collect();
    let ids: Vec<&str> = qualities.iter().map(String::as_str).collect();
    let found = drivers(&guanxi, "satisfaction_1", &ids).await;
    near(found.r_squared, &golden["r2"], 10);
    assert_eq!(found.drivers.len(), 7);
    found.drivers.iter().enumerate().for_each(|(index, driver)| near(driver.explained, &golden["lmg"][index], 10));
}

async fn bank_is_modelled_as_elsewhere(guanxi: TestServer) {
    let Some(file) = data_file("bank-satisfaction/satisfaction.csv") else { return };
    let golden = golden(&file);
    imported(&guanxi, &file, rated(BANK, 0, 10), ratings(BANK)).await;
    let fit = fitted(&guanxi, SatisfactionInnerWeights::Centroid).await;
    near_model(&fit, BANK, &golden["pls_standardised_centroid"]);
    let whole = everybody(&guanxi, "questionnaires/survey").await;
    assert_eq!(whole.dimensions.len(), BANK.len());
    for (dimension, (id, block, _)) in whole.dimensions.iter().zip(BANK) {
        assert_eq!(dimension.dimension, *id);
        near(dimension.score.as_ref().unwrap().mean, &golden["equal_weight_index_0_100"][block.to_uppercase()], 6);
    }
}

async fn bank_holds_quality_against_expectation_as_elsewhere(guanxi: TestServer) {
    let Some(file) = data_file("bank-satisfaction/satisfaction.csv") else { return };
    let golden = &golden(&file)["gap_QUAL_minus_EXPE"];
    let items = (1..=5).map(|number| item(&format!("qual{number}"), scale(0, 10), &PAIR)).collect();
    let columns = (1..=5).flat_map(|number| {
        [format!("qual{number}.perception=qual{number}"), format!("qual{number}.predictive_expectation=expe{number}")]
    });
    imported(&guanxi, &file, asking(IndexForm::Gap, items), columns.collect()).await;
    let gap = everybody(&guanxi, "questionnaires/survey").await.index.unwrap();
    near(gap.mean, &golden["mean"], 8);
    near(gap.standard_deviation, &golden["sd"], 8);
    near(gap.lower_bound, &golden["ci95"][0], 8);
    near(gap.upper_bound, &golden["ci95"][1], 8);
}

async fn bank_depends_on_what_was_computed_elsewhere(guanxi: TestServer) {
    let Some(file) = data_file("bank-satisfaction/satisfaction.csv") else { return };
    let golden = golden(&file);
    imported(&guanxi, &file, rated(BANK, 0, 10), ratings(BANK)).await;
    let ids = ["image", "expectations", "quality", "value"];
    let found = drivers(&guanxi, "satisfaction", &ids).await;
    let expected = &golden["drivers_SAT_on_IMAG_EXPE_QUAL_VAL"];
    near(found.r_squared, &expected["r2"], 10);
    assert_eq!(found.drivers.iter().map(|driver| driver.part.as_str()).collect::<Vec<_>>(), ids);
    for ((index, driver), (_, block, _)) in found.drivers.iter().enumerate().zip(BANK) {
        near(driver.explained, &expected["lmg"][index], 10);
        near(driver.beta, &expected["std_beta"][index], 10);
        near(driver.correlation.powi(2), &expected["first"][index], 10);
        let importance = expected["lmg"][index].as_f64().unwrap() / expected["r2"].as_f64().unwrap();
        super::kit::near(driver.importance, importance);
        let latent = block.to_uppercase();
        near(driver.performance, &golden["equal_weight_index_0_100"][&latent], 6);
        let quadrant = match golden["ipa"][&latent].as_str().unwrap() {
            "concentrate here" => DriverQuadrant::ConcentrateHere,
            "keep up the good work" => DriverQuadrant::KeepUp,
            "low priority" => DriverQuadrant::LowPriority,
            "possible overkill" => DriverQuadrant::PossibleOverkill,
            other => panic!("no quadrant: {other}"),
        };
        assert_eq!(driver.quadrant(), quadrant, "{block}");
    }
}
