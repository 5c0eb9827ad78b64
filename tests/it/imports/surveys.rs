//! `guanxi import satisfaction`: two real surveys as they are, every answer of every respondent.

use std::path::Path;
use std::process::ExitCode;

use clap::Parser as _;
use guanxi::v1::{IndexForm, ListSatisfactionRecordsRequest, QuestionKind, QuestionnaireItem, SatisfactionRecord};
use guanxi_server::cli::Cli;
use guanxi_testkit::{TestServer, data_file, on_each_backend};

use crate::satisfaction::kit::{asking, in_use, item, rated, scale, weighing};

on_each_backend! {
    mobile_survey_is_imported_as_it_is,
    bank_survey_is_imported_as_it_is,
    rows_that_are_no_answers_are_kept_apart,
    columns_that_answer_nothing_stop_the_import,
}

/// What `guanxi import satisfaction` says, and whether it went through without a rejected row.
pub(crate) async fn import(guanxi: &TestServer, file: &Path, more: &[String]) -> (String, bool) {
    let address = format!("http://{}", guanxi.address());
    let mut line = vec!["guanxi", "import", "satisfaction", file.to_str().unwrap(), "--address", &address];
    line.extend(["--create-missing", "--row-number", "customer", "--customer-prefix", "r-"]);
    line.extend(["--constant", "occur_time=2005-01-01", "--constant", "collection_method=interviewer"]);
    line.extend(["--constant", "questionnaire=survey", "--constant", "revision=1", "--constant", "wave=2005"]);
    line.extend(more.iter().map(String::as_str));
    let mut said = Vec::new();
    let code = match Cli::try_parse_from(line).unwrap().run_to(&mut said).await {
        Ok(code) => format!("{code:?}") == format!("{:?}", ExitCode::SUCCESS),
        Err(error) => {
            said = error.to_string().into_bytes();
            false
        }
    };
    (String::from_utf8(said).unwrap(), code)
}

/// Which question a column of the survey answers; the item is called by the column, but for what is held against another.
type Asked = fn(&str) -> (String, QuestionKind);

fn mobile(column: &str) -> (String, QuestionKind) {
    match column {
        "CUEX1" => ("perq1".to_owned(), QuestionKind::PredictiveExpectation),
        "PERQ1" => ("perq1".to_owned(), QuestionKind::Perception),
        _ => (column.to_lowercase(), QuestionKind::Rating),
    }
}

fn bank(column: &str) -> (String, QuestionKind) {
    match (column.strip_prefix("expe"), column.strip_prefix("qual")) {
        (Some(number), _) => (format!("qual{number}"), QuestionKind::PredictiveExpectation),
        (_, Some(_)) => (column.to_owned(), QuestionKind::Perception),
        _ => (column.to_owned(), QuestionKind::Rating),
    }
}

fn mapping(headers: &[&str], asked: Asked) -> Vec<String> {
    let column = |header: &&str| {
        let (item, question) = asked(header);
        let word = question.as_str_name().trim_start_matches("QUESTION_KIND_").to_lowercase();
        ["--column".to_owned(), format!("answer.{item}.{word}={header}")]
    };
    headers.iter().flat_map(column).collect()
}

/// All there are, in the order of the rows they were made of.
pub(crate) async fn everybody(guanxi: &TestServer) -> Vec<SatisfactionRecord> {
    let request =
        ListSatisfactionRecordsRequest { parent: "customers/-".into(), page_size: 1000, ..Default::default() };
    let mut records =
        guanxi.satisfaction().list_satisfaction_records(request).await.unwrap().into_inner().satisfaction_records;
    records.sort_by_key(|record| {
        let customer = &record.context.as_ref().unwrap().customer;
        customer.trim_start_matches("customers/r-").parse::<usize>().unwrap()
    });
    records
}

/// Imports a survey twice, and holds every answer against the file.
async fn imported(guanxi: &TestServer, file: &Path, asked: Asked) -> Vec<SatisfactionRecord> {
    let text = std::fs::read_to_string(file).unwrap();
    let mut lines = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let headers = lines.next().unwrap();
    let (first, clean) = import(guanxi, file, &mapping(&headers, asked)).await;
    assert!(clean && first.contains("satisfaction records recorded: 250\n"), "{first}");
    let (second, clean) = import(guanxi, file, &mapping(&headers, asked)).await;
    assert!(clean && second.contains("satisfaction records unchanged: 250\n"), "{second}");
    let records = everybody(guanxi).await;
    assert_eq!(records.len(), 250);
    for (row, record) in lines.zip(&records) {
        let mut wanted: Vec<_> = headers
            .iter()
            .zip(&row)
            .map(|(header, text)| (asked(header), Some(text.parse::<i32>().unwrap())))
            .map(|((item, question), value)| (item, question as i32, value))
            .collect();
        let mut kept: Vec<_> =
            record.answers.iter().map(|answer| (answer.item.clone(), answer.question, answer.value)).collect();
        wanted.sort();
        kept.sort();
        assert_eq!(kept, wanted);
        assert_eq!(record.wave, "2005");
    }
    records
}

const PAIR: [QuestionKind; 2] = [QuestionKind::Perception, QuestionKind::PredictiveExpectation];

async fn mobile_survey_is_imported_as_it_is(guanxi: TestServer) {
    let Some(file) = data_file("ecsi-mobile/mobi.csv") else { return };
    let ten = |id: String| QuestionnaireItem { scale: Some(scale(1, 10)), ..rated(&id) };
    let names = ["cuex2", "cuex3", "cusa1", "cusa2", "cusa3", "cusco", "cusl1", "cusl2", "cusl3"].map(String::from);
    let numbered =
        |name: &'static str, numbers: std::ops::RangeInclusive<u8>| numbers.map(move |it| format!("{name}{it}"));
    let all =
        names.into_iter().chain(numbered("imag", 1..=5)).chain(numbered("perq", 2..=7)).chain(numbered("perv", 1..=2));
    let mut items = vec![item("perq1", scale(1, 10), &PAIR)];
    items.extend(all.map(ten));
    in_use(&guanxi, "survey", asking(IndexForm::Interval, items)).await;

    imported(&guanxi, &file, mobile).await;
}

async fn bank_survey_is_imported_as_it_is(guanxi: TestServer) {
    let Some(file) = data_file("bank-satisfaction/satisfaction.csv") else { return };
    let mut items: Vec<_> = (1..=5).map(|it| item(&format!("qual{it}"), scale(0, 10), &PAIR)).collect();
    for (name, last) in [("imag", 5), ("val", 4), ("sat", 4), ("loy", 4)] {
        let zero_to_ten = |id: String| QuestionnaireItem { scale: Some(scale(0, 10)), ..rated(&id) };
        items.extend((1..=last).map(|it| weighing(0, zero_to_ten(format!("{name}{it}")))));
    }
    in_use(&guanxi, "survey", asking(IndexForm::Gap, items)).await;

    let records = imported(&guanxi, &file, bank).await;
    let gaps: Vec<_> = records.iter().map(|record| record.result.as_ref().unwrap().index.unwrap()).collect();
    assert_eq!(gaps.iter().filter(|gap| **gap < 0.0).count(), 149, "59.6 % perceive less than they expected");
}

async fn rows_that_are_no_answers_are_kept_apart(guanxi: TestServer) {
    in_use(&guanxi, "survey", asking(IndexForm::Interval, vec![rated("speed"), rated("care")])).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("survey.csv");
    std::fs::write(&file, "speed,care\n5,4\n6,4\n3,-\n,2\nfast,2\n,\n").unwrap();
    let columns = ["--column", "answer.speed=speed", "--column", "answer.care.rating=care", "--not-rated=-"];
    let (said, clean) = import(&guanxi, &file, &columns.map(str::to_owned)).await;
    assert!(!clean && said.contains("recorded: 3\n") && said.contains("rows rejected: 3\n"), "{said}");
    let rejected = std::fs::read_to_string(folder.path().join("survey.csv.rejected.csv")).unwrap();
    let reasons: Vec<_> = rejected.lines().skip(1).collect();
    assert_eq!(reasons.len(), 3, "{rejected}");
    for (line, reason) in [("3,", "answers[1].value"), ("6,", "must be a decimal number"), ("7,", "answers")] {
        assert!(reasons.iter().any(|it| it.starts_with(line) && it.contains(reason)), "{line} {reason}: {rejected}");
    }
    let records = everybody(&guanxi).await;
    let answers: Vec<Vec<_>> = records
        .iter()
        .map(|it| it.answers.iter().map(|it| (it.item.as_str(), it.value, it.not_rated)).collect())
        .collect();
    assert_eq!(
        answers,
        [
            vec![("care", Some(4), false), ("speed", Some(5), false)],
            vec![("care", None, true), ("speed", Some(3), false)],
            vec![("care", Some(2), false)],
        ]
    );
}

async fn columns_that_answer_nothing_stop_the_import(guanxi: TestServer) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("survey.csv");
    std::fs::write(&file, "speed\n5\n").unwrap();
    let (said, clean) = import(&guanxi, &file, &["--constant".to_owned(), "colour=red".to_owned()]).await;
    assert!(!clean && said.contains("satisfaction records have no field colour"), "{said}");
    assert!(said.contains("answer.ITEM.QUESTION is required"), "{said}");
    let columns = ["colour=speed", "answer.care=slowness", "answer.speed.mood=speed", "answer.speed=speed"];
    let twice = "answer.speed.rating=speed";
    let columns: Vec<_> =
        columns.iter().chain([&twice]).flat_map(|it| ["--column".to_owned(), (*it).to_owned()]).collect();
    let (said, clean) = import(&guanxi, &file, &columns).await;
    for fault in [
        "satisfaction records have no field colour",
        "there is no column \"slowness\" for answer.care",
        "answer.speed.mood: the question must be one of rating",
        "answer.speed and answer.speed.rating answer the same question",
    ] {
        assert!(!clean && said.contains(fault), "{fault}: {said}");
    }
    assert_eq!(everybody(&guanxi).await, []);
}
