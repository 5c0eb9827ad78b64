//! Public surveys, recorded through the service as their respondents answered.

use std::path::Path;

use guanxi::google::r#type::Date;
use guanxi::v1::{IndexForm, QuestionKind, QuestionnaireRevision};
use guanxi_testkit::TestServer;

use serde_json::Value;

use super::kit::{answered, asking, dimension, in_use, item, rating, record_all, scale, within};
use crate::imports::surveys::import;

/// The items of a survey beside the columns of its file, block by block.
pub(crate) type Blocks<'a> = &'a [(&'a str, &'a str, usize)];

pub(crate) const MOBILE: Blocks<'static> = &[
    ("image", "IMAG", 5),
    ("expectations", "CUEX", 3),
    ("quality", "PERQ", 7),
    ("value", "PERV", 2),
    ("satisfaction", "CUSA", 3),
    ("complaints", "CUSCO", 1),
    ("loyalty", "CUSL", 3),
];
pub(crate) const BANK: Blocks<'static> = &[
    ("image", "imag", 5),
    ("expectations", "expe", 5),
    ("quality", "qual", 5),
    ("value", "val", 4),
    ("satisfaction", "sat", 4),
    ("loyalty", "loy", 4),
];

/// What each respondent of a file answered to each item.
pub(crate) fn rows(csv: &str, blocks: Blocks<'_>) -> Vec<Vec<(String, i32)>> {
    let mut lines = csv.lines();
    let names: Vec<&str> = lines.next().unwrap().split(',').collect();
    let columns = blocks.iter().flat_map(|(dimension, block, count)| {
        (1..=*count).map(move |number| {
            let column = if *count == 1 { (*block).to_owned() } else { format!("{block}{number}") };
            (format!("{dimension}_{number}"), column)
        })
    });
    let place = |column: &str| names.iter().position(|name| *name == column).unwrap();
    let columns: Vec<_> = columns.map(|(item, column)| (item, place(&column))).collect();
    let row = |line: &str| {
        let values: Vec<&str> = line.split(',').collect();
        columns.iter().map(|(item, column)| (item.clone(), values[*column].parse().unwrap())).collect()
    };
    lines.map(row).collect()
}

/// A questionnaire of blocks that are rated on a scale.
pub(crate) fn rated(blocks: Blocks<'_>, min: i32, max: i32) -> QuestionnaireRevision {
    let items = blocks.iter().flat_map(|(id, _, count)| {
        (1..=*count)
            .map(move |number| within(id, item(&format!("{id}_{number}"), scale(min, max), &[QuestionKind::Rating])))
    });
    let dimensions = blocks.iter().map(|(id, _, _)| dimension(id)).collect();
    QuestionnaireRevision { dimensions, ..asking(IndexForm::Interval, items.collect()) }
}

/// Records what respondents answered, each a customer.
pub(crate) async fn record_rows(guanxi: &TestServer, revision: &str, rows: &[Vec<(String, i32)>]) {
    let records = rows.iter().enumerate().map(|(index, row)| {
        let answers = row.iter().map(|(item, value)| rating(item, *value)).collect();
        answered(&format!("r-{index}"), &format!("s-{index}"), revision, answers)
    });
    record_all(guanxi, records.collect()).await;
}

/// The first and the last day of the month in which everybody answers here.
pub(crate) fn january() -> (Option<Date>, Option<Date>) {
    let day = |day| Some(Date { year: 2026, month: 1, day });
    (day(1), day(31))
}

/// The figures beside a file.
pub(crate) fn golden(of: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(of.with_file_name("golden.json")).unwrap()).unwrap()
}

/// A figure that is given with so many digits behind the point.
#[track_caller]
pub(crate) fn near(found: impl Into<Option<f64>>, golden: &Value, digits: i32) {
    let (found, golden) = (found.into().expect("a number"), golden.as_f64().expect("a figure"));
    assert!((found - golden).abs() <= 0.51 * 10f64.powi(-digits), "{found} is not {golden}");
}

/// Imports a file into a questionnaire; each item is answered by the column beside it, `item.question=COLUMN`.
pub(crate) async fn imported(guanxi: &TestServer, file: &Path, content: QuestionnaireRevision, columns: Vec<String>) {
    in_use(guanxi, "survey", content).await;
    let more: Vec<_> =
        columns.into_iter().flat_map(|column| ["--column".to_owned(), format!("answer.{column}")]).collect();
    let (said, clean) = import(guanxi, file, &more).await;
    assert!(clean && said.contains("satisfaction records recorded: 250\n"), "{said}");
}

/// Every item of the blocks is the rating in a column.
pub(crate) fn ratings(blocks: Blocks<'_>) -> Vec<String> {
    let column = |block: &str, number, count| if count == 1 { block.to_owned() } else { format!("{block}{number}") };
    let block = |(dimension, block, count): &(&str, &str, usize)| {
        (1..=*count).map(|number| format!("{dimension}_{number}={}", column(block, number, *count))).collect::<Vec<_>>()
    };
    blocks.iter().flat_map(block).collect()
}
