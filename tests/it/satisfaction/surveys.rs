//! Public surveys, recorded through the service as their respondents answered.

use guanxi::google::r#type::Date;
use guanxi::v1::{IndexForm, QuestionKind, QuestionnaireRevision};
use guanxi_testkit::TestServer;

use super::kit::{answered, asking, dimension, item, rating, record_all, scale, within};

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
