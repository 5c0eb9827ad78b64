//! The ceiling of CreateCustomer and RecordPurchase: the same transport, the same statements of the store, the same rows,
//! but a transaction per call and no committer. The writers' pool is the one of the server, and calls wait for it. It
//! reads less of a request than the server does and answers with less, which is in its favour.

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use guanxi::v1 as pb;
use guanxi_model::customer::Stage;
use guanxi_model::fact::{Fact, FactKind};
use guanxi_model::{CustomerId, Day, PyramidId, RequestId, Tally, Zone, name};
use guanxi_segmentation::{Inputs, Needs, Subject, judge};
use guanxi_server::config::Sources;
use guanxi_server::{Config, layers, transport};
use guanxi_store::ledger::{
    Bucket, Change, ChangeKind, CustomerState, Effects, Keys, Record, Slot, Summary, TierChange, TierChangeReason,
    TierRow,
};
use guanxi_store::{Judge, Options, Pyramid, Store, Tx};
use http::{Request, Response};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tonic::body::Body;
use tonic::server::{Grpc, NamedService, UnaryService};
use tonic::service::Routes;
use tonic::{Code, Status};
use tonic_prost::ProstCodec;
use tower::Service;

use crate::Result;
use crate::bench::now;
use crate::data::{profile, purchase_of};

/// Serves until it is killed.
pub(crate) async fn serve(address: SocketAddr) -> Result<()> {
    let (config, _) = Config::load(Sources::of_process(None, Vec::new()))?;
    let options = Options { url: config.storage.url.reveal().to_owned(), read_connections: 1 };
    let shared = Arc::new(Shared { store: Store::open(&options).await?, judges: Mutex::default() });
    let (_, health) = tonic_health::server::health_reporter();
    let routes = Routes::new(Customers(Arc::clone(&shared))).add_service(Activity(shared)).add_service(health);
    let listener = TcpListener::bind(address).await?;
    let path = layers::RequestPath::new(routes, (&config).into());
    transport::serve(listener, path, (&config).into(), CancellationToken::new()).await;
    Ok(())
}

struct Shared {
    store: Store,
    judges: Mutex<HashMap<(PyramidId, i64), Arc<Judge>>>,
}

#[derive(Clone)]
struct Customers(Arc<Shared>);

#[derive(Clone)]
struct Activity(Arc<Shared>);

impl NamedService for Customers {
    const NAME: &'static str = pb::customer_service_server::SERVICE_NAME;
}

impl NamedService for Activity {
    const NAME: &'static str = pb::activity_service_server::SERVICE_NAME;
}

/// The one method there is of each service.
#[derive(Clone)]
struct Create(Arc<Shared>);

#[derive(Clone)]
struct RecordOne(Arc<Shared>);

type Answer<T> = Pin<Box<dyn Future<Output = Result<T, Status>> + Send>>;

impl UnaryService<pb::CreateCustomerRequest> for Create {
    type Response = pb::Customer;
    type Future = Answer<tonic::Response<pb::Customer>>;

    fn call(&mut self, request: tonic::Request<pb::CreateCustomerRequest>) -> Self::Future {
        let shared = Arc::clone(&self.0);
        // A task of its own, as in the server: a caller that hangs up must not drop a transaction halfway.
        Box::pin(async move { in_task(async move { shared.create(request.into_inner()).await }).await })
    }
}

impl UnaryService<pb::RecordPurchaseRequest> for RecordOne {
    type Response = pb::Purchase;
    type Future = Answer<tonic::Response<pb::Purchase>>;

    fn call(&mut self, request: tonic::Request<pb::RecordPurchaseRequest>) -> Self::Future {
        let shared = Arc::clone(&self.0);
        Box::pin(async move { in_task(async move { shared.record_at_last(request.into_inner()).await }).await })
    }
}

async fn in_task<T: Send + 'static>(
    work: impl Future<Output = Result<T>> + Send + 'static,
) -> Result<tonic::Response<T>, Status> {
    let done = tokio::spawn(work).await.map_err(|error| Status::new(Code::Internal, error.to_string()))?;
    done.map(tonic::Response::new).map_err(|error| Status::new(Code::Internal, error.to_string()))
}

macro_rules! serves_one_method {
    ($service:ident, $method:ident) => {
        impl Service<Request<Body>> for $service {
            type Response = Response<Body>;
            type Error = Infallible;
            type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

            fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
                Poll::Ready(Ok(()))
            }

            fn call(&mut self, request: Request<Body>) -> Self::Future {
                let method = $method(Arc::clone(&self.0));
                Box::pin(async move { Ok(Grpc::new(ProstCodec::default()).unary(method, request).await) })
            }
        }
    };
}

serves_one_method!(Customers, Create);
serves_one_method!(Activity, RecordOne);

impl Shared {
    async fn create(&self, request: pb::CreateCustomerRequest) -> Result<pb::Customer> {
        let request_id = RequestId::parse(&request.request_id)?;
        let id = CustomerId::of_request(&request_id);
        let customer = request.customer.ok_or("no customer")?;
        let number = customer.external_ids.first().ok_or("no external id")?.id.clone();
        let profile = profile(&number);
        let mut keys = Keys::default();
        keys.customers.insert(id.clone());
        keys.records.insert(id.clone());
        keys.requests.insert((id.clone(), request_id));
        keys.external_ids.extend(profile.external_ids.iter().cloned());
        let tx = self.begin().await?.0;
        let loaded = tx.load(&keys, &Needs::default(), Day(0)).await?;
        if loaded.customers.get(&id).is_some_and(|state| state.summary.is_some()) || !loaded.external_ids.is_empty() {
            return Err("it is there already".into());
        }
        let now = now();
        let record = Record { profile, revision: 1, create_time: now, update_time: now, delete_time: None };
        let mut effects = Effects::default();
        effects.summaries.insert(id.clone(), (0, Summary { version: 1, ..nothing_known() }));
        effects.records.insert(id.clone(), record);
        let change = Change { customer: id.clone(), version: 1, kind: ChangeKind::CustomerCreated, fact: None };
        effects.changes.push(change);
        effects.requests.insert((id.clone(), request_id), *request_id.as_bytes());
        tx.write(&effects, now).await?;
        tx.commit().await?;
        Ok(pb::Customer { name: name::customer(&id), ..customer })
    }

    /// Two calls about one customer at the same time: the second is decided anew, as in the server.
    async fn record_at_last(&self, request: pb::RecordPurchaseRequest) -> Result<pb::Purchase> {
        loop {
            match self.record(request.clone()).await {
                Err(error) if matches!(error.downcast_ref(), Some(guanxi_store::Error::Conflict)) => {}
                done => return done,
            }
        }
    }

    async fn record(&self, request: pb::RecordPurchaseRequest) -> Result<pb::Purchase> {
        let purchase = request.purchase.ok_or("no purchase")?;
        let fact = purchase_of(&purchase, now())?;
        let own = (FactKind::Purchase, fact.key.clone());
        let mut keys = Keys::default();
        keys.customers.insert(fact.customer.clone());
        keys.facts.insert((fact.customer.clone(), own.clone()));
        let (tx, pyramids) = self.begin().await?;
        let loaded = tx.load(&keys, &Needs::default(), Day(0)).await?;
        let state = loaded.customers.get(&fact.customer).ok_or("the customer is not there")?;
        let summary = state.summary.clone().ok_or("the customer is not there")?;
        if state.facts.contains_key(&own) {
            return Err("it is there already".into());
        }
        let mut effects = counted(&fact, &summary)?;
        for pyramid in &pyramids {
            self.place(&tx, pyramid, (&fact, state), &mut effects).await?;
        }
        let name = name::fact(FactKind::Purchase, &fact.customer, &fact.id);
        effects.facts.insert((fact.customer.clone(), own), fact);
        tx.write(&effects, now()).await?;
        tx.commit().await?;
        Ok(pb::Purchase { name, ..purchase })
    }

    async fn begin(&self) -> Result<(Tx, Vec<Pyramid>)> {
        let tx = self.store.begin().await?;
        tx.hold_schemes().await?;
        let pyramids = tx.judging_pyramids().await?;
        Ok((tx, pyramids))
    }

    /// Judges the customer anew, as the committer does for everybody in a batch.
    async fn place(
        &self,
        tx: &Tx,
        pyramid: &Pyramid,
        (fact, state): (&Fact, &CustomerState),
        effects: &mut Effects,
    ) -> Result<()> {
        let Some(active) = pyramid.active else { return Ok(()) };
        let by = self.judge(tx, pyramid, active.generation).await?;
        let (_, summary) = effects.summaries.get(&fact.customer).ok_or("no summary")?;
        let readings = by.scheme.read(Subject::of_lifetime(&summary.tally));
        let judgement = judge(&by.scheme, &by.calibration, &fact.customer, &readings).ok();
        let tier = judgement.and_then(|it| by.scheme.tiers().get(it.tier)).map(|tier| tier.id.clone());
        let kept = state.tiers.get(&pyramid.id);
        let from = kept.and_then(|row| row.slot.tier.clone());
        if tier == from {
            return Ok(());
        }
        let (version, generation, time) = (summary.version, active.generation, fact.record_time);
        effects.tier_changes.push(TierChange {
            customer: fact.customer.clone(),
            pyramid: pyramid.id.clone(),
            generation,
            version,
            from,
            to: tier.clone(),
            reason: TierChangeReason::OwnChange,
            time,
            inputs: serde_json::to_string(&Inputs::from(&readings))?,
            decision: None,
        });
        let slot = Slot { tier, ..Slot::default() };
        let row = TierRow { slot, generation, version, ..TierRow::unseen(time) };
        effects.tiers.insert((fact.customer.clone(), pyramid.id.clone()), row);
        Ok(())
    }

    async fn judge(&self, tx: &Tx, pyramid: &Pyramid, generation: i64) -> Result<Arc<Judge>> {
        let key = (pyramid.id.clone(), generation);
        let known = self.judges.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some(judge) = known {
            return Ok(judge);
        }
        let judge = Arc::new(tx.judge(&pyramid.id, generation).await?.ok_or("no calibration")?);
        self.judges.lock().unwrap_or_else(PoisonError::into_inner).insert(key, Arc::clone(&judge));
        Ok(judge)
    }
}

/// Bucket, summary and change row of a fact.
fn counted(fact: &Fact, before: &Summary) -> Result<Effects> {
    let day = Zone::utc().day_of(fact.occur_time);
    let delta = fact.body.tally(day).ok_or("the sums are out of range")?;
    let size: i64 = delta.iter().map(|(_, value)| value.abs()).sum();
    let tally = before.tally.plus(&delta).ok_or("the sums are out of range")?;
    let version = before.version + 1;
    let summary = Summary { version, gross: before.gross + size, tally, ..before.clone() };
    let mut effects = Effects::default();
    effects.summaries.insert(fact.customer.clone(), (before.version, summary));
    effects.buckets.insert((fact.customer.clone(), day), Bucket { tally: delta, uses: fact.body.uses() });
    let (customer, kind) = (fact.customer.clone(), ChangeKind::FactRecorded);
    effects.changes.push(Change { customer, version, kind, fact: Some(fact.id) });
    Ok(effects)
}

fn nothing_known() -> Summary {
    Summary {
        version: 0,
        delete_time: None,
        stage: Stage::Prospect,
        replacements: 0,
        gross: 0,
        tally: Tally::default(),
    }
}
