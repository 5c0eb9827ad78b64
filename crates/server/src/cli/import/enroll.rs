//! Creating the customers of a file, many at a time.

use futures::StreamExt as _;
use guanxi::v1 as pb;
use guanxi::v1::customer_service_client::CustomerServiceClient;
use guanxi_model::CustomerId;
use tokio::sync::mpsc;
use tonic::transport::Channel;
use tonic::{Code, Status};
use uuid::Uuid;

use super::customer::{self, Definitions};
use super::reader::{Go, Opened, Row, rejected};
use super::rejects::Rejects;
use super::summary::Summary;
use super::{Error, Import, Rejected, Setting};
use crate::cli::client::chunk::Settled;
use crate::cli::client::progress::Progress;
use crate::cli::client::{self, Connection};

/// Calls at a time: enough for the server to write many with one transaction.
const IN_FLIGHT: usize = 64;
const PAGE: i32 = 1000;

/// A row that has been read.
struct Job {
    row: Row,
    weight: u64,
    customer: Result<(CustomerId, pb::Customer), String>,
}

pub(super) async fn customers(
    import: &Import,
    progress: &Progress,
    opened: Opened,
    (setting, rejects): (Setting, &mut Rejects),
) -> Result<Summary, Error> {
    let client = CustomerServiceClient::new(import.connection.channel());
    let definitions = match setting.columns.family("attribute.").next() {
        Some(_) => definitions(&import.connection, progress, &client).await.map_err(client::Error::from)?,
        None => Definitions::new(),
    };
    let (jobs, mut source) = mpsc::channel(IN_FLIGHT);
    let reading = tokio::task::spawn_blocking(move || {
        opened.each(|row, weight, fault| {
            let customer = fault.map_or_else(|| customer::customer(&setting, &definitions, &row), Err);
            match jobs.blocking_send(Job { row, weight, customer }) {
                Ok(()) => Go::On,
                Err(_) => Go::Stop,
            }
        })
    });
    let mut summary = Summary::default();
    let enroll = |job| enroll(&import.connection, progress, client.clone(), job);
    let mut settled =
        futures::stream::poll_fn(move |context| source.poll_recv(context)).map(enroll).buffer_unordered(IN_FLIGHT);
    while let Some(settled) = settled.next().await {
        summary.add(progress, rejects, settled?)?;
    }
    drop(settled);
    summary.rows = import.rows_read(reading).await?;
    Ok(summary)
}

/// Creates one customer. One that is there already and is as the file has it is unchanged.
async fn enroll(
    connection: &Connection,
    progress: &Progress,
    client: CustomerServiceClient<Channel>,
    job: Job,
) -> Result<Rejected, client::Error> {
    let Job { row, weight, customer } = job;
    let (id, wanted) = match customer {
        Ok(customer) => customer,
        Err(reason) => return Ok(rejected(vec![row], reason, weight)),
    };
    let settled = |recorded, unchanged| Settled { recorded, unchanged, rejected: Vec::new(), weight, count: 1 };
    let status = match create(connection, progress, &client, (&id, &wanted)).await {
        Ok(()) => return Ok(settled(1, 0)),
        Err(status) => status,
    };
    let reason = match status.code() {
        Code::AlreadyExists => match kept(connection, progress, &client, &id).await? {
            Some(kept) => match difference(&wanted, &kept) {
                None => return Ok(settled(0, 1)),
                Some(difference) => difference,
            },
            // It is not the id that is taken but an external id.
            None => status.message().to_owned(),
        },
        Code::InvalidArgument | Code::FailedPrecondition | Code::NotFound => status.message().to_owned(),
        _ => return Err(status.into()),
    };
    Ok(rejected(vec![row], reason, weight))
}

async fn create(
    connection: &Connection,
    progress: &Progress,
    client: &CustomerServiceClient<Channel>,
    (id, customer): (&CustomerId, &pb::Customer),
) -> Result<(), Status> {
    // One id for all attempts, so that an answer that was lost does not make the next attempt fail. It is another one
    // at the next import: that has to hear that the customer was there before.
    let request_id = Uuid::now_v7().to_string();
    let request =
        pb::CreateCustomerRequest { customer: Some(customer.clone()), customer_id: id.to_string(), request_id };
    let call = || {
        let (mut client, request) = (client.clone(), request.clone());
        async move { client.create_customer(request).await }
    };
    connection.call(progress, call).await.map(drop)
}

async fn kept(
    connection: &Connection,
    progress: &Progress,
    client: &CustomerServiceClient<Channel>,
    id: &CustomerId,
) -> Result<Option<pb::Customer>, client::Error> {
    let call = || {
        let (mut client, name) = (client.clone(), format!("customers/{id}"));
        async move { client.get_customer(pb::GetCustomerRequest { name }).await }
    };
    match connection.call(progress, call).await {
        Ok(customer) => Ok(Some(customer)),
        Err(status) if status.code() == Code::NotFound => Ok(None),
        Err(status) => Err(status.into()),
    }
}

fn difference(wanted: &pb::Customer, kept: &pb::Customer) -> Option<String> {
    if kept.delete_time.is_some() {
        return Some(format!("{} is deleted", kept.name));
    }
    let fields = customer::differences(wanted, kept);
    (!fields.is_empty()).then(|| format!("{} is there already and differs in {}", kept.name, fields.join(", ")))
}

async fn definitions(
    connection: &Connection,
    progress: &Progress,
    client: &CustomerServiceClient<Channel>,
) -> Result<Definitions, Status> {
    let mut definitions = Definitions::new();
    let mut page_token = String::new();
    loop {
        let request = pb::ListAttributeDefinitionsRequest { page_size: PAGE, page_token };
        let call = || {
            let (mut client, request) = (client.clone(), request.clone());
            async move { client.list_attribute_definitions(request).await }
        };
        let page = connection.call(progress, call).await?;
        definitions.extend(page.attribute_definitions.into_iter().filter_map(|definition| {
            let key = definition.name.strip_prefix("attributeDefinitions/")?;
            Some((key.to_owned(), definition.value_type()))
        }));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return Ok(definitions);
        }
    }
}
