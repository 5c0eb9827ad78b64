//! `guanxi demo`: a made-up company in a running server, so that every call has something to show. It roasts coffee and
//! sells it, and the machines to make it, to households and businesses, who come, buy and leave at rates of their own.
//!
//! All of it follows from the seed. `people` says who a customer is, `life` what happens to it, `invite` when it is asked
//! and `survey` what it says of that, without I/O; `company` is what the customers find there, `pyramids` how they are
//! ranked, `goals` what their answers are held against, `decide` what people decide about them, and `found` tells it to the
//! server.

mod company;
mod decide;
mod dice;
mod found;
mod goals;
mod invite;
mod life;
mod people;
mod pyramids;
mod rank;
mod record;
mod survey;
mod talk;
#[cfg(test)]
mod tests;
mod trouble;
mod world;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Args;
use guanxi_model::{Currency, Day, Timestamp};

use self::found::{Founder, Report};
use self::world::World;
use super::client::count::grouped;
use super::client::progress::Progress;
use super::client::{self, Connection};

/// Why there is no demo.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Client(#[from] client::Error),
    #[error("{0} was not activated: {1}")]
    Activation(String, String),
    #[error("cannot write to standard output: {0}")]
    Output(#[from] io::Error),
}

#[derive(Debug, Args)]
pub(super) struct Demo {
    #[command(flatten)]
    connection: Connection,
    /// How many customers.
    #[arg(long, value_name = "NUMBER", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..))]
    customers: u32,
    /// What the company follows from.
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u32,
    /// The last day of the story, which begins in July 2022. A fixed one by default, so that a repeat changes nothing.
    #[arg(long, value_name = "DATE", default_value = "2025-12-31", value_parser = day)]
    until: Day,
    /// The currency of the deployment.
    #[arg(long, value_name = "CODE", default_value = "USD", value_parser = Currency::parse)]
    currency: Currency,
}

impl Demo {
    /// Makes the company; the exit code is 2 where the server refused some of it.
    pub(super) async fn run(self, out: &mut (dyn Write + Send)) -> Result<ExitCode, Error> {
        let world = World::new(self.seed, self.until, self.currency);
        let progress = Progress::new("demo", 0);
        self.connection.find(&progress).await?;
        let founder = Founder::new(&self.connection, &progress, world, self.customers);
        let founded = found::all(&founder).await;
        progress.finish();
        let (report, shown) = founded?;
        writeln!(out, "{}, seed {}, until {}", company::NAME, self.seed, self.until)?;
        print(out, &report)?;
        self.commands(out, &shown)?;
        Ok(ExitCode::from(if report.refused() > 0 { 2 } else { 0 }))
    }

    /// How deliveries were rated from month to month: a late carrier came and went.
    fn trend(&self) -> String {
        let (year, month, day) = self.until.date();
        format!(
            r#"{{"questionnaire": "questionnaires/{}", "start_date": {{"year": 2022, "month": 7, "day": 1}}, "end_date": {{"year": {year}, "month": {month}, "day": {day}}}, "quantity": {{"kind": "SATISFACTION_QUANTITY_KIND_SCORE", "item": "delivery"}}, "set": {{"collection_methods": ["COLLECTION_METHOD_SELF_COMPLETION"]}}}}"#,
            survey::QUESTIONNAIRE
        )
    }

    /// What to try next.
    fn commands(&self, out: &mut (dyn Write + Send), customer: &str) -> io::Result<()> {
        let server = self.connection.host_and_port();
        let ((year, month, day), questionnaire) = (self.until.date(), survey::QUESTIONNAIRE);
        let by_tier = format!(
            r#"{{"question": {{"questionnaire": "questionnaires/{questionnaire}", "start_date": {{"year": {year}, "month": 1, "day": 1}}, "end_date": {{"year": {year}, "month": {month}, "day": {day}}}, "group_by": "SATISFACTION_GROUPING_TIER"}}}}"#
        );
        let assignment = format!("{customer}/tierAssignments/{}", pyramids::CURRY);
        writeln!(out, "Try:")?;
        for (request, method) in [
            (format!(r#"{{"name": "pyramids/{}"}}"#, pyramids::CURRY), "SegmentationService/GetPyramidReport"),
            (
                format!(r#"{{"name": "pyramids/{}", "label_keys": ["region", "segment"]}}"#, pyramids::CURRY),
                "SegmentationService/GetTierProfile",
            ),
            (format!(r#"{{"name": "{assignment}"}}"#), "SegmentationService/ExplainTier"),
            (format!(r#"{{"parent": "{customer}", "page_size": 3}}"#), "ActivityService/ListInteractions"),
            (format!(r#"{{"parent": "{customer}", "page_size": 1}}"#), "SatisfactionService/ListSatisfactionRecords"),
            (by_tier, "SatisfactionService/GetSatisfactionIndex"),
            (self.trend(), "SatisfactionService/GetSatisfactionTrend"),
        ] {
            writeln!(out, "  grpcurl -plaintext -d '{request}' {server} guanxi.v1.{method}")?;
        }
        Ok(())
    }
}

fn print(out: &mut (dyn Write + Send), report: &Report) -> io::Result<()> {
    for line in &report.lines {
        let made = format!("{} made", grouped(line.made));
        writeln!(out, "  {:<22}{made:>14}{:>10} there already", line.noun, grouped(line.unchanged))?;
    }
    for (noun, reason) in report.lines.iter().filter_map(|line| Some((line.noun, line.refusal.as_ref()?))) {
        writeln!(out, "Some {noun} were refused, the first because: {reason}")?;
    }
    if report.lines.iter().all(|line| line.made == 0) {
        writeln!(out, "Nothing changed: all of it was there already.")?;
    }
    Ok(())
}

fn day(text: &str) -> Result<Day, String> {
    let midnight = Timestamp::parse_rfc3339(&format!("{text}T00:00:00Z"));
    midnight.map(|midnight| guanxi_model::Zone::utc().day_of(midnight)).map_err(|_| "must be YYYY-MM-DD".to_owned())
}
