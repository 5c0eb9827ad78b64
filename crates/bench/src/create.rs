//! CreateCustomer, each acknowledged once it is durable, beside a server that commits every call by itself.

use guanxi::v1::CreateCustomerRequest;
use guanxi::v1::customer_service_client::CustomerServiceClient;
use tonic::Status;
use tonic::transport::Channel;
use uuid::Uuid;

use crate::Result;
use crate::args::Kind;
use crate::bench::{Bench, sides};
use crate::data::customer;
use crate::load::Caller;
use crate::memory::Watch;
use crate::report::{Goal, Row};

struct Create {
    client: CustomerServiceClient<Channel>,
    seed: u64,
}

impl Caller for Create {
    async fn call(&mut self, number: u64) -> Result<(), Status> {
        let text = format!("{}-{number:09}", self.seed);
        let request = CreateCustomerRequest {
            customer: Some(customer(&text)),
            // Generated from the request id, as for a caller that has no ids of its own.
            customer_id: String::new(),
            request_id: Uuid::now_v7().to_string(),
        };
        self.client.create_customer(request).await.map(drop)
    }
}

pub(crate) async fn run(bench: &mut Bench) -> Result<()> {
    const COUNT: &str = "SELECT COUNT(*) FROM customers";
    let (mut ceiling, mut ours) =
        sides("the same over gRPC, one transaction per call", "CreateCustomer, acknowledged when durable");
    let before = bench.database.number(COUNT).await?;
    let (one_by_one, single) = bench.one_by_one().await?;
    let watch = Watch::start(bench.server.pid())?;
    let (mut first, mut all) = (0, 0);
    for _ in 0..bench.args.rounds {
        for (server, side) in [((&*single, one_by_one.pid()), &mut ceiling), (bench.ours(), &mut ours)] {
            let create = |channel| Create { client: CustomerServiceClient::new(channel), seed: bench.seed };
            let (measured, done) = bench.load().run(server, first, create).await?.sound()?;
            side.rounds.push(measured);
            first += done + 1_000;
            all += i64::try_from(done)?;
        }
    }
    let memory = watch.finish().await?;
    one_by_one.stop().await?;
    bench.verify("customers", COUNT, before + all).await?;
    let goal = if bench.args.database == Kind::Sqlite { 10.0 } else { 3.0 };
    bench.report.add(Row {
        benchmark: bench.name("CreateCustomer"),
        unit: "calls",
        ceiling,
        ours,
        goal: Goal::AtLeast(goal),
        memory: Some(memory),
        memory_below_mib: None,
        notes: vec![format!("{all} customers created and found in the database")],
    });
    Ok(())
}
