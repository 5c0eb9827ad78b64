//! GetCustomer of random customers beside an empty call of the same server: what remains of the transport's speed once a
//! query is in it.

use guanxi::v1::GetCustomerRequest;
use guanxi::v1::customer_service_client::CustomerServiceClient;
use tonic::Status;
use tonic::transport::Channel;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

use crate::Result;
use crate::args::Kind;
use crate::bench::{Bench, sides};
use crate::data::{customer_name, mix};
use crate::load::Caller;
use crate::memory::Watch;
use crate::report::{Goal, Row};

struct Check(HealthClient<Channel>);

impl Caller for Check {
    async fn call(&mut self, _: u64) -> Result<(), Status> {
        self.0.check(HealthCheckRequest::default()).await.map(drop)
    }
}

struct Get {
    client: CustomerServiceClient<Channel>,
    customers: u64,
}

impl Caller for Get {
    async fn call(&mut self, number: u64) -> Result<(), Status> {
        let name = customer_name(mix(number) % self.customers);
        let found = self.client.get_customer(GetCustomerRequest { name: name.clone() }).await?.into_inner();
        if found.name == name { Ok(()) } else { Err(Status::unknown(format!("asked for {name}, got {}", found.name))) }
    }
}

pub(crate) async fn run(bench: &mut Bench) -> Result<()> {
    let (mut ceiling, mut ours) = sides("empty unary call (health check) of the same server", "GetCustomer");
    let watch = Watch::start(bench.server.pid())?;
    let customers = bench.population.customers;
    let mut first = bench.seed;
    for _ in 0..bench.args.rounds {
        let empty = bench.load().run(bench.ours(), 0, |channel| Check(HealthClient::new(channel))).await?;
        ceiling.rounds.push(empty.sound()?.0);
        let get = |channel| Get { client: CustomerServiceClient::new(channel), customers };
        let (measured, done) = bench.load().run(bench.ours(), first, get).await?.sound()?;
        ours.rounds.push(measured);
        first += done;
    }
    let goal = if bench.args.database == Kind::Sqlite { 0.20 } else { 0.15 };
    bench.report.add(Row {
        benchmark: bench.name("GetCustomer"),
        unit: "calls",
        ceiling,
        ours,
        goal: Goal::AtLeast(goal),
        memory: Some(watch.finish().await?),
        memory_below_mib: None,
        notes: Vec::new(),
    });
    Ok(())
}
