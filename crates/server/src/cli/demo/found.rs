//! Telling the company to the server. Every step may be repeated: what is there already is left as it is.

use futures::StreamExt as _;
use guanxi::v1 as pb;
use guanxi::v1::customer_service_client::CustomerServiceClient;
use guanxi::v1::segmentation_service_client::SegmentationServiceClient;
use tokio::sync::mpsc;
use tonic::transport::Channel;
use tonic::{Code, Status};
use uuid::Uuid;

use super::life;
use super::people::{self, Person};
use super::pyramids;
use super::record::Facts;
use super::world::World;
use super::{Error, company};
use crate::cli::client::chunk::{Chunker, Item};
use crate::cli::client::fact::Fact;
use crate::cli::client::lane::{self, Manner};
use crate::cli::client::progress::Progress;
use crate::cli::client::{self, Connection};

const IN_FLIGHT: usize = 64;
const READ_AHEAD: usize = 4;
const STREAMS: usize = 2;

/// What became of the things of one kind.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) noun: &'static str,
    pub(super) made: u64,
    pub(super) unchanged: u64,
    refused: u64,
    /// Why the first of those was refused.
    pub(super) refusal: Option<String>,
}

/// What became of all.
#[derive(Clone, Debug, Default)]
pub(super) struct Report {
    pub(super) lines: Vec<Line>,
}

impl Report {
    pub(super) fn refused(&self) -> u64 {
        self.lines.iter().map(|line| line.refused).sum()
    }

    fn made(&self) -> u64 {
        self.lines.iter().map(|line| line.made).sum()
    }
}

impl Line {
    pub(super) fn new(noun: &'static str) -> Self {
        Self { noun, made: 0, unchanged: 0, refused: 0, refusal: None }
    }

    /// Counts the answer to a creation. What is there already need not be made.
    pub(super) fn count<T>(&mut self, created: Result<T, Status>) -> Result<(), client::Error> {
        match created {
            Ok(_) => self.made += 1,
            Err(status) if status.code() == Code::AlreadyExists => self.unchanged += 1,
            Err(status) if status.code() == Code::InvalidArgument || status.code() == Code::FailedPrecondition => {
                self.refuse(1, status.message());
            }
            Err(status) => return Err(status.into()),
        }
        Ok(())
    }

    /// Counts what was there already.
    pub(super) fn keep(&mut self) {
        self.unchanged += 1;
    }

    fn refuse(&mut self, count: u64, why: &str) {
        self.refused += count;
        self.refusal.get_or_insert_with(|| why.to_owned());
    }
}

pub(super) struct Founder<'a> {
    connection: &'a Connection,
    progress: &'a Progress,
    pub(super) world: World,
    customers: u32,
    pub(super) channel: Channel,
}

/// Everything, in the order in which one needs the other; and the name of a customer worth looking at.
pub(super) async fn all(founder: &Founder<'_>) -> Result<(Report, String), Error> {
    let mut report = Report::default();
    report.lines.push(founder.attribute_definitions().await?);
    report.lines.push(founder.touchpoints().await?);
    report.lines.push(founder.customers().await?);
    report.lines.push(founder.facts::<pb::Purchase>(|facts| facts.purchases).await?);
    report.lines.push(founder.facts::<pb::Payment>(|facts| facts.payments).await?);
    report.lines.push(founder.facts::<pb::Interaction>(|facts| facts.interactions).await?);
    report.lines.push(founder.facts::<pb::StageChange>(|facts| facts.stage_changes).await?);
    let has_changed = report.made() > 0;
    let mut line = Line::new("pyramids");
    for plan in pyramids::plans() {
        founder.pyramid(&plan, has_changed, &mut line).await?;
    }
    report.lines.push(line);
    // After the pyramids: records are stamped with the tiers of the first.
    report.lines.push(founder.questionnaires().await?);
    report.lines.push(founder.facts::<pb::InvitationEvent>(|facts| facts.invitation_events).await?);
    report.lines.push(founder.facts::<pb::SatisfactionRecord>(|facts| facts.satisfaction_records).await?);
    report.lines.push(founder.benchmarks().await?);
    report.lines.push(founder.targets().await?);
    let shown = founder.top_customer().await?;
    report.lines.push(founder.decisions(&shown).await?);
    Ok((report, shown))
}

impl<'a> Founder<'a> {
    pub(super) fn new(connection: &'a Connection, progress: &'a Progress, world: World, customers: u32) -> Self {
        Self { connection, progress, world, customers, channel: connection.channel() }
    }

    /// One call, tried again while the server is away.
    pub(super) async fn call<T, F>(&self, call: impl FnMut() -> F) -> Result<T, Status>
    where
        F: Future<Output = Result<tonic::Response<T>, Status>>,
    {
        self.connection.call(self.progress, call).await
    }

    async fn attribute_definitions(&self) -> Result<Line, client::Error> {
        let mut line = Line::new("attribute definitions");
        for (key, definition) in company::attribute_definitions() {
            let request = pb::CreateAttributeDefinitionRequest {
                attribute_definition: Some(definition),
                attribute_definition_id: key.to_owned(),
                request_id: request_id(),
            };
            let create = || {
                let (mut client, request) = (CustomerServiceClient::new(self.channel.clone()), request.clone());
                async move { client.create_attribute_definition(request).await }
            };
            line.count(self.call(create).await)?;
        }
        Ok(line)
    }

    async fn touchpoints(&self) -> Result<Line, client::Error> {
        let mut line = Line::new("touchpoints");
        for (id, touchpoint) in company::touchpoints() {
            let request = pb::CreateTouchpointRequest {
                touchpoint: Some(touchpoint),
                touchpoint_id: id.to_owned(),
                request_id: request_id(),
            };
            let create = || {
                let (mut client, request) = (CustomerServiceClient::new(self.channel.clone()), request.clone());
                async move { client.create_touchpoint(request).await }
            };
            line.count(self.call(create).await)?;
        }
        Ok(line)
    }

    async fn customers(&self) -> Result<Line, client::Error> {
        let mut line = Line::new("customers");
        let known = everybody(self.world, self.customers);
        let mut created = futures::stream::iter(known).map(|person| self.customer(person)).buffer_unordered(IN_FLIGHT);
        while let Some(created) = created.next().await {
            line.count(created)?;
            self.progress.advance(1, line.made + line.unchanged);
        }
        Ok(line)
    }

    async fn customer(&self, person: Person) -> Result<pb::Customer, Status> {
        let request = pb::CreateCustomerRequest {
            customer: Some(person.record),
            customer_id: person.id,
            request_id: request_id(),
        };
        let create = || {
            let (mut client, request) = (CustomerServiceClient::new(self.channel.clone()), request.clone());
            async move { client.create_customer(request).await }
        };
        self.call(create).await
    }

    /// The facts of one kind. The stories are thought of anew for each kind, so that they need not be kept.
    async fn facts<F: Fact>(&self, of: fn(Facts) -> Vec<F>) -> Result<Line, client::Error> {
        let (chunks, source) = mpsc::channel(READ_AHEAD);
        let (settled, mut results) = mpsc::channel(READ_AHEAD);
        let (world, customers) = (self.world, self.customers);
        tokio::task::spawn_blocking(move || {
            let mut chunker = Chunker::new();
            let facts = everybody(world, customers).flat_map(|person| of(life::facts(&world, &person)));
            for chunk in facts.filter_map(|fact| chunker.push(Item { fact, origin: (), weight: 1 })) {
                if chunks.blocking_send(chunk).is_err() {
                    return;
                }
            }
            if let Some(chunk) = chunker.take() {
                // Where nobody listens any more, the demo has failed and says so itself.
                let _ = chunks.blocking_send(chunk);
            }
        });
        let manner = Manner { streams: STREAMS, missing_customer: pb::MissingCustomer::Refuse };
        let mut line = Line::new(F::NOUN);
        let sending = lane::send_all(self.connection, (manner, self.progress), source, settled);
        let collecting = async {
            while let Some(result) = results.recv().await {
                line.made += result.recorded;
                line.unchanged += result.unchanged;
                result.rejected.iter().for_each(|((), why)| line.refuse(1, why));
                self.progress.advance(result.weight, line.made + line.unchanged);
            }
            Ok(())
        };
        tokio::try_join!(sending, collecting)?;
        Ok(line)
    }

    pub(super) fn segmentation(&self) -> SegmentationServiceClient<Channel> {
        SegmentationServiceClient::new(self.channel.clone())
    }
}

/// Everybody who is known by the last day of the story.
fn everybody(world: World, customers: u32) -> impl Iterator<Item = Person> {
    (1..=customers).map(move |number| people::person(&world, number)).filter(move |it| world.has_come(it.known_since))
}

/// Kept over the attempts of one call, and another at the next run, which has to hear what was there already.
pub(super) fn request_id() -> String {
    Uuid::now_v7().to_string()
}
