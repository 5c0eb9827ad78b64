//! Numbers that the literature works out, recorded as answers and asked of the index.

use guanxi::v1::{
    IndexForm, ListQuestionnairePresetsRequest, QuestionKind, QuestionnaireRevision, ReportPeriod, SatisfactionAnswer,
    SatisfactionIndexRow, SatisfactionMetric, SatisfactionQuestion, SatisfactionRecord, SatisfactionView,
};
use guanxi_testkit::{TestServer, on_each_backend};

use super::goal_kit::{metric, ones, said};
use super::index::ask;
use super::kit::{answer, asking, in_use, item, near, rating, record_all, scale, weighing};

on_each_backend! {
    clients_of_96_96_and_97_are_96_3,
    weights_of_40_35_and_25_in_both_forms,
    parasuraman_zeithaml_berry_1988_unweighted_and_weighted_gap,
    wilson_1927_shares_of_satisfied,
    reichheld_2003_and_rocks_2016_promoters,
    dixon_freeman_toman_2010_effort,
}

const DAYS: [&str; 3] = ["2026-01-10", "2026-01-11", "2026-01-12"];

/// The rows of so many days on which somebody answered.
async fn days<const N: usize>(guanxi: &TestServer, revision: &str) -> [SatisfactionIndexRow; N] {
    let question = SatisfactionQuestion {
        period: ReportPeriod::Day.into(),
        view: SatisfactionView::Items.into(),
        ..super::index::asking(revision, DAYS[0], DAYS[2])
    };
    ask(guanxi, question).await.unwrap().rows.try_into().unwrap()
}

fn index(row: &SatisfactionIndexRow) -> Option<f64> {
    row.index.as_ref().unwrap().mean
}

async fn clients_of_96_96_and_97_are_96_3(guanxi: TestServer) {
    let one = item("one", scale(0, 100), &[QuestionKind::Rating]);
    let revision = in_use(&guanxi, "service", asking(IndexForm::Ratio, vec![one])).await;
    // Alike, twice as many of them than three, since of fewer than five nothing is told; then by how many answers each gave.
    record_all(&guanxi, ones(DAYS[0], ("ada", &revision), &[(96, 2), (96, 2), (97, 2)])).await;
    record_all(&guanxi, ones(DAYS[1], ("ada", &revision), &[(96, 50), (96, 30), (97, 20)])).await;
    let [alike, by_answers] = days(&guanxi, &revision).await;
    near(index(&alike), 96.0 + 1.0 / 3.0);
    near(index(&by_answers), 96.2);
}

async fn weights_of_40_35_and_25_in_both_forms(guanxi: TestServer) {
    for (id, form, expected) in [("ratio", IndexForm::Ratio, 81.5), ("interval", IndexForm::Interval, 76.875)] {
        let items = [("a", 40), ("b", 35), ("c", 25)];
        let items = items.map(|(id, weight)| weighing(weight, item(id, scale(1, 5), &[QuestionKind::Rating])));
        let revision = in_use(&guanxi, id, asking(form, items.to_vec())).await;
        // Means of 4.5, 4.0 and 3.5.
        let records = (0..6).map(|number| {
            let answers = vec![rating("a", 4 + number % 2), rating("b", 4), rating("c", 3 + number % 2)];
            said(DAYS[0], ("ada", &format!("{id}-{number}"), &revision), answers)
        });
        record_all(&guanxi, records.collect()).await;
        let [row] = days(&guanxi, &revision).await;
        near(index(&row), expected);
    }
}

/// What ten respondents perceived beside an expectation of 5, so that gaps add up to so many tenths, with the points they
/// give each dimension.
const GAPS: [(&str, i32, i32, i32); 5] = [
    ("tangibles", 4, 9, 11),
    ("reliability", 5, -12, 32),
    ("responsiveness", 4, -12, 22),
    ("assurance", 4, -3, 19),
    ("empathy", 5, -4, 16),
];

fn respondent(number: i32, points: bool) -> Vec<SatisfactionAnswer> {
    let dimension = |(id, count, tenths, weight): (&str, i32, i32, i32)| {
        // Whole points for everybody, and one more for as many as it takes.
        let gap = tenths / 10 + if number < (tenths % 10).abs() { tenths.signum() } else { 0 };
        let pair = |item: i32| {
            let item = format!("{id}_{item}");
            let expected = answer(&item, QuestionKind::DesiredExpectation, 5);
            [expected, answer(&item, QuestionKind::Perception, 5 + gap)]
        };
        let mut answers: Vec<_> = (1..=count).flat_map(pair).collect();
        let said = SatisfactionAnswer { dimension: id.into(), value: Some(weight), ..SatisfactionAnswer::default() };
        answers.extend(points.then_some(said));
        answers
    };
    GAPS.into_iter().flat_map(dimension).collect()
}

async fn servqual(guanxi: &TestServer) -> QuestionnaireRevision {
    let presets = guanxi.satisfaction().list_questionnaire_presets(ListQuestionnairePresetsRequest {}).await.unwrap();
    let mut presets = presets.into_inner().presets.into_iter();
    presets.find(|preset| preset.preset_id == "servqual").unwrap().questionnaire_revision.unwrap()
}

async fn parasuraman_zeithaml_berry_1988_unweighted_and_weighted_gap(guanxi: TestServer) {
    let revision = in_use(&guanxi, "servqual", servqual(&guanxi).await).await;
    for (day, points) in [(DAYS[0], true), (DAYS[1], false)] {
        let one = |number| said(day, ("ada", &format!("{day}-{number}"), &revision), respondent(number, points));
        record_all(&guanxi, (0..10).map(one).collect::<Vec<SatisfactionRecord>>()).await;
    }
    let [weighted, unweighted] = days(&guanxi, &revision).await;
    near(index(&weighted), -0.67);
    near(index(&unweighted), -0.44);
    assert_eq!(weighted.dimensions.len(), GAPS.len());
    for (dimension, (id, _, tenths, _)) in weighted.dimensions.iter().zip(GAPS) {
        assert_eq!(dimension.dimension, id);
        near(dimension.comparison.as_ref().unwrap().gap.as_ref().unwrap().mean, f64::from(tenths) / 10.0);
    }
}

async fn wilson_1927_shares_of_satisfied(guanxi: TestServer) {
    let revision = in_use(&guanxi, "csat", metric(SatisfactionMetric::Csat, (1, 5))).await;
    let golden = [
        (DAYS[0], (42, 50), (0.714_857_839_4, 0.916_625_793_2)),
        (DAYS[1], (0, 5), (0.0, 0.434_482_464_8)),
        (DAYS[2], (5, 5), (0.565_517_535_2, 1.0)),
    ];
    for (day, (satisfied, all), _) in golden {
        record_all(&guanxi, ones(day, ("ada", &revision), &[(4, satisfied), (3, all - satisfied)])).await;
    }
    for (row, (_, (satisfied, all), (low, high))) in days::<3>(&guanxi, &revision).await.iter().zip(golden) {
        let csat = row.csat.as_ref().unwrap();
        near(csat.share, satisfied as f64 / all as f64);
        near(csat.lower_bound, low);
        near(csat.upper_bound, high);
    }
}

async fn reichheld_2003_and_rocks_2016_promoters(guanxi: TestServer) {
    let revision = in_use(&guanxi, "nps", metric(SatisfactionMetric::NetPromoter, (0, 10))).await;
    record_all(&guanxi, ones(DAYS[0], ("ada", &revision), &[(9, 50), (8, 30), (6, 20)])).await;
    record_all(&guanxi, ones(DAYS[1], ("ada", &revision), &[(10, 5)])).await;
    let golden = [(30.0, 7.810_249_675_9, 14.051_130_2, 44.201_297_0), (100.0, 0.0, 17.491_453_0, 100.0)];
    for (row, (score, error, low, high)) in days::<2>(&guanxi, &revision).await.iter().zip(golden) {
        let told = row.net_promoter.as_ref().unwrap();
        near(told.score, score);
        near(told.standard_error, error);
        near(told.lower_bound, low);
        near(told.upper_bound, high);
    }
}

async fn dixon_freeman_toman_2010_effort(guanxi: TestServer) {
    let revision = in_use(&guanxi, "ces", metric(SatisfactionMetric::CustomerEffort, (1, 7))).await;
    record_all(&guanxi, ones(DAYS[0], ("ada", &revision), &[(7, 2), (6, 1), (5, 2), (4, 1), (2, 1)])).await;
    let [row] = days(&guanxi, &revision).await;
    near(row.effort_easy.as_ref().unwrap().share, 5.0 / 7.0);
    near(row.items[0].answer.as_ref().unwrap().mean, 36.0 / 7.0);
}
