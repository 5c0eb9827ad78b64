//! Simulating a revision over everybody, beside reading what it reads: the same pages through the same store, with
//! nothing computed.

use std::time::{Duration, Instant};

use guanxi::v1 as pb;
use guanxi::v1::segmentation_service_client::SegmentationServiceClient;
use guanxi_model::PyramidId;
use guanxi_segmentation::Needs;
use guanxi_store::{Options, PAGE, Store};
use prost::Message as _;

use crate::Result;
use crate::activate::{create_revision, make_active, measured, retire, scheme, wait};
use crate::bench::{Bench, sides};
use crate::memory::{Cpu, Memory, Watch};
use crate::report::{Goal, Row};

pub(crate) async fn run(bench: &mut Bench) -> Result<()> {
    let pyramid = make_active(bench, "simulated").await?;
    create_revision(bench, &pyramid, 1).await?;
    bench.restart().await?;
    let (mut ceiling, mut ours) = sides("reading the same, twice", "SimulatePyramid of another revision");
    let mut memory = Memory::default();
    let options = Options { url: bench.database.url(), read_connections: 1 };
    let store = Store::open(&options).await?;
    let mut moved = 0;
    for _ in 0..bench.args.rounds {
        let cpu = Cpu::start(std::process::id())?;
        let took = read(&store, &PyramidId::from_trusted(pyramid.clone()), &scheme(1)?.needs()).await?;
        ceiling.rounds.push(measured(bench, took, &cpu)?);
        let (watch, cpu) = (Watch::start(bench.server.pid())?, Cpu::start(bench.server.pid())?);
        let (took, found) = simulate(bench, &pyramid).await?;
        ours.rounds.push(measured(bench, took, &cpu)?);
        memory = memory.max(watch.finish().await?);
        moved = found.upward_count + found.downward_count;
    }
    store.close().await;
    retire(bench, &[&pyramid]).await?;
    bench.report.add(Row {
        benchmark: bench.name("simulation"),
        unit: "customers",
        ceiling,
        ours,
        goal: Goal::AtMost(1.2),
        memory: Some(memory),
        memory_below_mib: Some(300.0),
        notes: vec![format!("{moved} customers would move")],
    });
    Ok(())
}

/// Everybody once as a calibration reads them, and once more with where they stand.
async fn read(store: &Store, pyramid: &PyramidId, needs: &Needs) -> Result<Duration> {
    let (reader, began) = (store.reader(), Instant::now());
    let active = reader.pyramid(pyramid).await?.ok_or("the pyramid is gone")?.active;
    let mut after = String::new();
    while let Some((last, _)) = reader.population(&needs.counters, (&after, PAGE)).await?.last() {
        last.as_str().clone_into(&mut after);
    }
    after.clear();
    while let Some(last) = reader.placed((pyramid, active), &needs.counters, (&after, PAGE)).await?.last() {
        last.customer.as_str().clone_into(&mut after);
    }
    Ok(began.elapsed())
}

async fn simulate(bench: &Bench, pyramid: &str) -> Result<(Duration, pb::SimulatedMobility)> {
    let (channel, began) = (&bench.channels[0], Instant::now());
    let request = pb::SimulatePyramidRequest {
        name: format!("pyramids/{pyramid}"),
        candidate: Some(pb::simulate_pyramid_request::Candidate::PyramidRevision(format!(
            "pyramids/{pyramid}/revisions/2"
        ))),
        ..Default::default()
    };
    let operation = SegmentationServiceClient::new(channel.clone()).simulate_pyramid(request).await?.into_inner();
    let response = pb::SimulatePyramidResponse::decode(&*wait(channel, operation).await?.value)?;
    Ok((began.elapsed(), response.mobility.ok_or("both sides have the same tiers")?))
}
