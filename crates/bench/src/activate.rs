//! Putting a revision of a pyramid in force over everybody, beside a bare read, score and write of the same rows: once
//! for a new pyramid, where everybody moves, and once for another revision, where some do.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use guanxi::google::longrunning::operation::Result as OperationResult;
use guanxi::google::longrunning::operations_client::OperationsClient;
use guanxi::google::longrunning::{GetOperationRequest, Operation};
use guanxi::v1 as pb;
use guanxi::v1::segmentation_service_client::SegmentationServiceClient;
use guanxi_segmentation::{
    Direction, MeasureDraft, MeasureKind, MissingRule, Normaliser, Population, PyramidScheme, SchemeDraft, TierDraft,
    TieringRule, Window,
};
use tonic::transport::Channel;

use crate::args::Kind;
use crate::bench::{Bench, now, sides};
use crate::memory::{Cpu, Memory, Watch};
use crate::report::{Goal, Measured, Row, Side};
use crate::{Result, bare};

/// Basis points of the customers in each tier: Curry's, and wider ones that move seven customers in a hundred.
const REVISIONS: [[i32; 4]; 2] = [[100, 400, 1_500, 8_000], [150, 550, 1_750, 7_550]];
const TIERS: [&str; 4] = ["top", "large", "medium", "small"];

pub(crate) async fn run(bench: &mut Bench) -> Result<()> {
    bench.restart().await?;
    let mut first = sides("bare read, score, write", "ActivatePyramidRevision of a new pyramid: everybody moves");
    let mut again = sides("bare read, score, write", "ActivatePyramidRevision of another revision: some move");
    let mut memory = Memory::default();
    let mut moved = (0, 0);
    for round in 0..bench.args.rounds {
        let (bare, ours) = (format!("bare{}-{round}", bench.seed), format!("ours{}-{round}", bench.seed));
        create_pyramid(bench, &ours).await?;
        for (revision, (ceiling, our_side), moved) in [(0, &mut first, &mut moved.0), (1, &mut again, &mut moved.1)] {
            let generation = revision as i64 + 1;
            create_revision(bench, &ours, revision).await?;
            let cpu = Cpu::start(std::process::id())?;
            let (count, took) = bare::activate(&bench.database, (&bare, generation), &scheme(revision)?, now()).await?;
            ceiling.rounds.push(measured(bench, took, &cpu)?);
            let (watch, cpu) = (Watch::start(bench.server.pid())?, Cpu::start(bench.server.pid())?);
            let took = activate(&bench.channels[0], &format!("pyramids/{ours}/revisions/{generation}")).await?;
            our_side.rounds.push(measured(bench, took, &cpu)?);
            memory = memory.max(watch.finish().await?);
            *moved = count;
            same_tiers(bench, (&bare, &ours)).await?;
        }
        retire(bench, &[&bare, &ours]).await?;
    }
    report(bench, "activation, everybody moves", first, (memory, moved.0));
    report(bench, "activation, some move", again, (memory, moved.1));
    Ok(())
}

fn report(bench: &mut Bench, what: &str, (ceiling, ours): (Side, Side), (memory, moved): (Memory, u64)) {
    let benchmark = bench.name(what);
    bench.report.add(Row {
        benchmark,
        unit: "customers",
        ceiling,
        ours,
        goal: Goal::AtMost(2.0),
        memory: Some(memory),
        memory_below_mib: Some(300.0),
        notes: vec![format!("{moved} customers moved; both sides leave the same number in each tier")],
    });
}

pub(crate) fn measured(bench: &Bench, took: Duration, cpu: &Cpu) -> Result<Measured> {
    let count = bench.population.customers;
    let cpu_us = cpu.micros_per(count)?;
    Ok(Measured { count, seconds: took.as_secs_f64(), p50_us: None, p99_us: None, cpu_us })
}

/// Both sides have to come to the same result.
async fn same_tiers(bench: &Bench, (bare, ours): (&str, &str)) -> Result<()> {
    for tier in TIERS {
        let count =
            |pyramid: &str| format!("SELECT COUNT(*) FROM tiers WHERE pyramid_id = '{pyramid}' AND tier = '{tier}'");
        let expected = bench.database.number(&count(bare)).await?;
        bench.verify(&format!("customers in tier {tier}"), &count(ours), expected).await?;
    }
    Ok(())
}

/// Has one pyramid in force, for facts to be judged by.
pub(crate) async fn make_active(bench: &Bench, what: &str) -> Result<String> {
    let pyramid = format!("{what}{}", bench.seed);
    create_pyramid(bench, &pyramid).await?;
    create_revision(bench, &pyramid, 0).await?;
    activate(&bench.channels[0], &format!("pyramids/{pyramid}/revisions/1")).await?;
    Ok(pyramid)
}

/// Takes pyramids out of force with all they have left, which would slow down whatever is measured next.
pub(crate) async fn retire(bench: &Bench, pyramids: &[&str]) -> Result<()> {
    let mut statements = Vec::new();
    for pyramid in pyramids {
        statements.push(format!("UPDATE pyramids SET active_revision = NULL WHERE pyramid_id = '{pyramid}'"));
        statements.push(format!("DELETE FROM tiers WHERE pyramid_id = '{pyramid}'"));
        statements.push(format!("DELETE FROM tier_changes WHERE pyramid_id = '{pyramid}'"));
    }
    if bench.args.database == Kind::Postgres {
        statements.push("VACUUM tiers, tier_changes".to_owned());
    }
    bench.database.execute(&statements).await
}

pub(crate) async fn create_pyramid(bench: &Bench, id: &str) -> Result<()> {
    let request = pb::CreatePyramidRequest {
        pyramid: Some(pb::Pyramid { display_name: id.to_owned(), ..Default::default() }),
        pyramid_id: id.to_owned(),
        request_id: String::new(),
    };
    SegmentationServiceClient::new(bench.channels[0].clone()).create_pyramid(request).await?;
    Ok(())
}

/// One of the two revisions there are.
pub(crate) async fn create_revision(bench: &Bench, pyramid: &str, which: usize) -> Result<()> {
    let request = pb::CreatePyramidRevisionRequest {
        parent: format!("pyramids/{pyramid}"),
        pyramid_revision: Some(revision(REVISIONS[which])),
        request_id: String::new(),
    };
    SegmentationServiceClient::new(bench.channels[0].clone()).create_pyramid_revision(request).await?;
    Ok(())
}

/// Asks for it and waits until the operation has ended.
pub(crate) async fn activate(channel: &Channel, name: &str) -> Result<Duration> {
    let began = Instant::now();
    let request = pb::ActivatePyramidRevisionRequest { name: name.to_owned(), request_id: String::new() };
    let mut client = SegmentationServiceClient::new(channel.clone());
    let operation = client.activate_pyramid_revision(request).await?.into_inner();
    wait(channel, operation).await?;
    Ok(began.elapsed())
}

/// What an operation leads to.
pub(crate) async fn wait(channel: &Channel, mut operation: Operation) -> Result<prost_types::Any> {
    let mut operations = OperationsClient::new(channel.clone());
    while !operation.done {
        tokio::time::sleep(Duration::from_millis(20)).await;
        operation = operations.get_operation(GetOperationRequest { name: operation.name }).await?.into_inner();
    }
    match operation.result {
        Some(OperationResult::Response(response)) => Ok(response),
        Some(OperationResult::Error(status)) => Err(format!("{}: {}", operation.name, status.message).into()),
        None => Err(format!("{} has ended without a result", operation.name).into()),
    }
}

/// The scheme as a caller gives it: money in whole units.
fn revision(shares: [i32; 4]) -> pb::PyramidRevision {
    use pb::measure::Normalizer::{Linear, Logarithmic};
    let revenue = pb::LogarithmicNormalizer { scale: 100.0, cap: 1_000_000.0 };
    let purchases = pb::LinearNormalizer { low: 0.0, high: 50.0 };
    pb::PyramidRevision {
        measures: vec![
            pb::Measure {
                measure_id: "revenue".into(),
                kind: pb::MeasureKind::NetRevenue.into(),
                weight: 0.7,
                normalizer: Some(Logarithmic(revenue)),
                ..Default::default()
            },
            pb::Measure {
                measure_id: "purchases".into(),
                kind: pb::MeasureKind::PurchaseCount.into(),
                weight: 0.3,
                normalizer: Some(Linear(purchases)),
                ..Default::default()
            },
        ],
        value_measure: pb::MeasureKind::NetRevenue.into(),
        tiers: TIERS.iter().map(|id| pb::Tier { tier_id: (*id).into(), ..pb::Tier::default() }).collect(),
        tiering_rule: Some(pb::pyramid_revision::TieringRule::CustomerShares(pb::CustomerShares {
            basis_points: shares.to_vec(),
        })),
        ..Default::default()
    }
}

/// The same as the scorer takes it: money in minor units.
pub(crate) fn scheme(which: usize) -> Result<PyramidScheme> {
    let measure = |id: &str, kind, weight, normaliser| MeasureDraft {
        id: id.to_owned(),
        kind: Some(kind),
        window: Window::Lifetime,
        expression: String::new(),
        normaliser: Some(normaliser),
        direction: Direction::default(),
        weight,
        missing: MissingRule::default(),
        min_coverage_bp: 0,
    };
    let revenue = Normaliser::Logarithmic { scale: 10_000.0, cap: 100_000_000.0 };
    let draft = SchemeDraft {
        measures: vec![
            measure("revenue", MeasureKind::NetRevenue, 0.7, revenue),
            measure("purchases", MeasureKind::PurchaseCount, 0.3, Normaliser::Linear { low: 0.0, high: 50.0 }),
        ],
        population: Population::default(),
        value: Some(MeasureKind::NetRevenue),
        value_window: Window::Lifetime,
        tiering: Some(TieringRule::CustomerShares(REVISIONS[which].to_vec())),
        tiers: TIERS.iter().map(|id| TierDraft { id: (*id).into(), ..TierDraft::default() }).collect(),
        movement: None,
        minor_units: 100,
    };
    PyramidScheme::new(draft, &BTreeMap::new()).map_err(|faults| format!("{faults:?}").into())
}
