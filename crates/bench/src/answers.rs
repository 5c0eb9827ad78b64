//! ImportSatisfaction of records of five answers beside a bare loader of the same rows; and GetSatisfactionIndex by month and
//! tier over all records that are there, beside a tenth of them: cells cost the same however many records they are of.

use std::time::Instant;

use guanxi::google::r#type::Date;
use guanxi::v1 as pb;
use guanxi::v1::satisfaction_service_client::SatisfactionServiceClient;
use guanxi_model::Zone;
use tonic::Status;
use tonic::transport::Channel;

use crate::Result;
use crate::bare::answers::Loader;
use crate::bench::{Bench, now, sides};
use crate::load::{Caller, Load};
use crate::memory::{Cpu, Watch};
use crate::report::{Goal, Measured, Row};
use crate::survey::{self, Reply};

const CHUNK: usize = 500;
/// The longest that an index may take, 99 times of 100.
const BUDGET_MICROS: u64 = 5_000;
/// Records of a bare load; its cells stay in memory.
const PART: u64 = 500_000;

#[derive(Clone)]
struct GetIndex {
    client: SatisfactionServiceClient<Channel>,
    question: pb::SatisfactionQuestion,
}

impl Caller for GetIndex {
    async fn call(&mut self, _: u64) -> Result<(), Status> {
        let request = pb::GetSatisfactionIndexRequest { question: Some(self.question.clone()) };
        let told = self.client.get_satisfaction_index(request).await?.into_inner();
        if told.rows.is_empty() { Err(Status::unknown("an index of nothing")) } else { Ok(()) }
    }
}

/// A questionnaire of this run, and how many records it has.
struct Survey {
    questionnaire: String,
    loader: Loader,
    records: u64,
}

pub(crate) async fn run(bench: &mut Bench) -> Result<()> {
    bench.restart().await?;
    let mut survey = Survey::new(bench).await?;
    let tenth = bench.args.answers / 10;
    survey.fill(bench, tenth).await?;
    let few = survey.index(bench).await?;
    survey.fill(bench, bench.args.answers).await?;
    let many = survey.index(bench).await?;
    report_index(bench, (few, many));
    survey.import(bench).await
}

impl Survey {
    async fn new(bench: &Bench) -> Result<Survey> {
        let questionnaire = format!("answers{}", bench.seed);
        let mut client = SatisfactionServiceClient::new(bench.channels[0].clone());
        let create = pb::CreateQuestionnaireRequest {
            questionnaire: Some(pb::Questionnaire { display_name: "Answers".to_owned(), ..Default::default() }),
            questionnaire_id: questionnaire.clone(),
            request_id: String::new(),
        };
        let parent = client.create_questionnaire(create).await?.into_inner().name;
        let revision = pb::CreateQuestionnaireRevisionRequest {
            parent,
            questionnaire_revision: Some(survey::revision()),
            request_id: String::new(),
        };
        let name = client.create_questionnaire_revision(revision).await?.into_inner().name;
        let activate = pb::ActivateQuestionnaireRevisionRequest { name, request_id: String::new() };
        client.activate_questionnaire_revision(activate).await?;
        let loader = Loader::new(&questionnaire, survey::scheme()?)?;
        Ok(Survey { questionnaire, loader, records: 0 })
    }

    fn replies(&mut self, bench: &Bench, count: u64) -> Vec<Reply> {
        let (first, now) = (self.records, now());
        self.records += count;
        let seed = bench.seed << 32;
        (first..self.records).map(|number| Reply::new(seed + number, bench.population.customers, now)).collect()
    }

    /// Loads past the server until there are so many records.
    async fn fill(&mut self, bench: &Bench, records: u64) -> Result<()> {
        let began = Instant::now();
        while self.records < records {
            let replies = self.replies(bench, PART.min(records - self.records));
            self.loader.load(&bench.database, &replies, ("old", now())).await?;
        }
        println!("{records} records of answers are there after {:.0} s", began.elapsed().as_secs_f64());
        Ok(())
    }

    /// A year by month and tier, one call after the other.
    async fn index(&self, bench: &Bench) -> Result<Vec<Measured>> {
        let today = Zone::utc().day_of(now());
        let date = |day: guanxi_model::Day| {
            let (year, month, day) = day.date();
            Some(Date { year, month, day })
        };
        let question = pb::SatisfactionQuestion {
            questionnaire: format!("questionnaires/{}", self.questionnaire),
            start_date: date(today.first_of_month().months_after(-12)),
            end_date: date(today.first_of_month().plus_days(-1)),
            period: pb::ReportPeriod::Month.into(),
            group_by: pb::SatisfactionGrouping::Tier.into(),
            pool_collection_methods: true,
            ..Default::default()
        };
        let load = Load { streams: 1, ..bench.load() };
        let mut rounds = Vec::new();
        for _ in 0..bench.args.rounds {
            let ask =
                |channel| GetIndex { client: SatisfactionServiceClient::new(channel), question: question.clone() };
            rounds.push(load.run(bench.ours(), 0, ask).await?.sound()?.0);
        }
        Ok(rounds)
    }

    async fn import(mut self, bench: &mut Bench) -> Result<()> {
        const COUNT: &str = "SELECT COUNT(*) FROM facts WHERE kind = 5";
        let streams = bench.args.import_streams;
        let ours = format!("ImportSatisfaction, {streams} streams of 500 per message");
        let (mut ceiling, mut ours) = sides("bare loader: the same rows, 50,000 records per transaction", ours);
        let (before, watch) = (bench.database.number(COUNT).await?, Watch::start(bench.server.pid())?);
        for _ in 0..bench.args.rounds {
            let replies = self.replies(bench, bench.args.import_facts);
            let cpu = Cpu::start(std::process::id())?;
            let took = self.loader.load(&bench.database, &replies, ("bare", now())).await?;
            let count = replies.len() as u64;
            let cpu_us = cpu.micros_per(count)?;
            ceiling.rounds.push(Measured { count, seconds: took.as_secs_f64(), p50_us: None, p99_us: None, cpu_us });
            let replies = self.replies(bench, bench.args.import_facts);
            ours.rounds.push(import(bench, &self.questionnaire, &replies).await?);
        }
        let memory = watch.finish().await?;
        let all = i64::try_from(2 * bench.args.import_facts)? * i64::try_from(bench.args.rounds)?;
        bench.verify("records of answers", COUNT, before + all).await?;
        bench.report.add(Row {
            benchmark: bench.name("ImportSatisfaction"),
            unit: "records",
            ceiling,
            ours,
            goal: Goal::AtLeast(0.5),
            memory: Some(memory),
            memory_below_mib: Some(300.0),
            notes: vec![format!("{before} records were there before")],
        });
        Ok(())
    }
}

fn report_index(bench: &mut Bench, (few, many): (Vec<Measured>, Vec<Measured>)) {
    let records = bench.args.answers;
    let (mut ceiling, mut ours) = sides(format!("over {} records", records / 10), format!("over {records} records"));
    (ceiling.rounds, ours.rounds) = (few, many.clone());
    bench.report.add(Row {
        benchmark: bench.name("GetSatisfactionIndex by month and tier, ten times as many records"),
        unit: "calls",
        ceiling,
        ours,
        goal: Goal::LatencyAtMost(1.2),
        memory: None,
        memory_below_mib: None,
        notes: Vec::new(),
    });
    let (mut budget, mut ours) = sides("a budget of 5 ms", format!("over {records} records"));
    let p99_us = Some(BUDGET_MICROS);
    budget.rounds.push(Measured { count: 1, seconds: 0.005, p50_us: p99_us, p99_us, cpu_us: 0.0 });
    ours.rounds = many;
    bench.report.add(Row {
        benchmark: bench.name("GetSatisfactionIndex by month and tier, p99"),
        unit: "calls",
        ceiling: budget,
        ours,
        goal: Goal::LatencyAtMost(1.0),
        memory: None,
        memory_below_mib: None,
        notes: Vec::new(),
    });
}

/// Imports over several streams.
async fn import(bench: &Bench, questionnaire: &str, replies: &[Reply]) -> Result<Measured> {
    let per_stream = replies.len().div_ceil(bench.args.import_streams);
    let streams: Vec<Vec<pb::ImportSatisfactionRequest>> =
        replies.chunks(per_stream).map(|part| messages(questionnaire, part)).collect();
    let (cpu, began) = (Cpu::start(bench.server.pid())?, Instant::now());
    let running: Vec<_> = streams
        .into_iter()
        .zip(bench.channels.iter().cycle().cloned())
        .map(|(messages, channel)| tokio::spawn(import_stream(channel, messages)))
        .collect();
    let mut recorded = 0;
    for stream in running {
        recorded += stream.await??;
    }
    if recorded != replies.len() as u64 {
        return Err(format!("{recorded} of {} records were recorded", replies.len()).into());
    }
    let cpu_us = cpu.micros_per(recorded)?;
    let seconds = began.elapsed().as_secs_f64();
    Ok(Measured { count: recorded, seconds, p50_us: None, p99_us: None, cpu_us })
}

fn messages(questionnaire: &str, replies: &[Reply]) -> Vec<pb::ImportSatisfactionRequest> {
    let message = |(index, chunk): (usize, &[Reply])| pb::ImportSatisfactionRequest {
        first_index: (index * CHUNK) as i64,
        satisfaction_records: chunk.iter().map(|reply| reply.message(questionnaire, "import")).collect(),
        ..Default::default()
    };
    replies.chunks(CHUNK).enumerate().map(message).collect()
}

async fn import_stream(channel: Channel, messages: Vec<pb::ImportSatisfactionRequest>) -> Result<u64> {
    let mut client = SatisfactionServiceClient::new(channel);
    let mut answers = client.import_satisfaction(tokio_stream::iter(messages)).await?.into_inner();
    let mut recorded = 0;
    while let Some(progress) = answers.message().await? {
        if let Some(rejection) = progress.rejections.first() {
            return Err(format!("item {} was rejected: {:?}", rejection.index, rejection.error).into());
        }
        recorded += u64::from(progress.recorded_count.unsigned_abs());
    }
    Ok(recorded)
}
