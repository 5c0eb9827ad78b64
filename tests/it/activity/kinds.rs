//! The four kinds of facts under one trait, so that what the contract promises of each is asked of each.

use std::fmt::Debug;

use guanxi::google::rpc;
use guanxi::v1::activity_service_client::ActivityServiceClient;
use guanxi::v1::{
    self, FactContext, FactKind, ImportProgress, Interaction, MissingCustomer, Payment, Purchase, StageChange,
};
use prost::Message as _;
use tokio_stream::{Stream, StreamExt as _};
use tonic::transport::Channel;
use tonic::{Code, Status, Streaming};

pub(crate) type Activity = ActivityServiceClient<Channel>;

/// What Record* takes.
#[derive(Clone, Debug)]
pub(crate) struct Recording<K> {
    pub(crate) fact: K,
    pub(crate) missing_customer: MissingCustomer,
    pub(crate) request_id: String,
}

/// A chunk of Import*.
#[derive(Clone, Debug)]
pub(crate) struct Chunk<K> {
    pub(crate) first_index: i64,
    pub(crate) facts: Vec<K>,
    pub(crate) missing_customer: MissingCustomer,
}

/// What List* takes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Query {
    pub(crate) parent: String,
    pub(crate) page_size: i32,
    pub(crate) page_token: String,
    pub(crate) filter: String,
    pub(crate) show_replaced: bool,
}

/// A kind of fact, as its message.
pub(crate) trait Kind: prost::Message + Clone + Debug + Default + PartialEq + 'static {
    const KIND: FactKind;
    /// The field of a request that holds one fact.
    const FIELD: &'static str;
    /// The collection in the names of its facts.
    const COLLECTION: &'static str;

    fn name_mut(&mut self) -> &mut String;
    fn context_mut(&mut self) -> &mut FactContext;
    fn context(&self) -> &FactContext;

    fn record(activity: Activity, recording: Recording<Self>) -> impl Future<Output = Result<Self, Status>> + Send;

    fn batch(
        activity: Activity,
        recordings: Vec<Recording<Self>>,
        all_or_nothing: bool,
    ) -> impl Future<Output = Result<Vec<Result<Self, Status>>, Status>> + Send;

    fn import(
        activity: Activity,
        chunks: impl Stream<Item = Chunk<Self>> + Send + 'static,
    ) -> impl Future<Output = Result<Streaming<ImportProgress>, Status>> + Send;

    fn list(activity: Activity, query: Query) -> impl Future<Output = Result<(Vec<Self>, String), Status>> + Send;
}

/// The status of one item, as if it were that of a call.
pub(crate) fn status_of(item: &rpc::Status) -> Status {
    Status::with_details(Code::from(item.code), item.message.clone(), item.encode_to_vec().into())
}

macro_rules! kinds {
    ($($fact:ident { $field:ident $items:ident $collection:literal $record:ident $batch:ident $import:ident $list:ident
        $record_request:ident $batch_request:ident $import_request:ident $list_request:ident $result:ident })+) => {$(
        impl Kind for $fact {
            const KIND: FactKind = FactKind::$fact;
            const FIELD: &'static str = stringify!($field);
            const COLLECTION: &'static str = $collection;

            fn name_mut(&mut self) -> &mut String {
                &mut self.name
            }

            fn context_mut(&mut self) -> &mut FactContext {
                self.context.as_mut().expect("a fact with a context")
            }

            fn context(&self) -> &FactContext {
                self.context.as_ref().expect("a fact with a context")
            }

            async fn record(mut activity: Activity, recording: Recording<Self>) -> Result<Self, Status> {
                Ok(activity.$record(v1::$record_request::from(recording)).await?.into_inner())
            }

            async fn batch(
                mut activity: Activity,
                recordings: Vec<Recording<Self>>,
                all_or_nothing: bool,
            ) -> Result<Vec<Result<Self, Status>>, Status> {
                let requests = recordings.into_iter().map(v1::$record_request::from).collect();
                let response = activity.$batch(v1::$batch_request { requests, all_or_nothing }).await?.into_inner();
                let result = |result: v1::$result::Result| match result {
                    v1::$result::Result::$fact(fact) => Ok(fact),
                    v1::$result::Result::Error(error) => Err(status_of(&error)),
                };
                Ok(response.results.into_iter().map(|item| result(item.result.expect("a result"))).collect())
            }

            async fn import(
                mut activity: Activity,
                chunks: impl Stream<Item = Chunk<Self>> + Send + 'static,
            ) -> Result<Streaming<ImportProgress>, Status> {
                let requests = chunks.map(|Chunk { first_index, facts, missing_customer }| v1::$import_request {
                    first_index,
                    $items: facts,
                    missing_customer: missing_customer.into(),
                });
                Ok(activity.$import(requests).await?.into_inner())
            }

            async fn list(mut activity: Activity, query: Query) -> Result<(Vec<Self>, String), Status> {
                let Query { parent, page_size, page_token, filter, show_replaced } = query;
                let request = v1::$list_request { parent, page_size, page_token, filter, show_replaced };
                let page = activity.$list(request).await?.into_inner();
                Ok((page.$items, page.next_page_token))
            }
        }

        impl From<Recording<$fact>> for v1::$record_request {
            fn from(Recording { fact, missing_customer, request_id }: Recording<$fact>) -> Self {
                Self { $field: Some(fact), missing_customer: missing_customer.into(), request_id }
            }
        }
    )+};
}

kinds! {
    Purchase { purchase purchases "purchases" record_purchase batch_record_purchases import_purchases list_purchases
        RecordPurchaseRequest BatchRecordPurchasesRequest ImportPurchasesRequest ListPurchasesRequest
        record_purchase_result }
    Interaction { interaction interactions "interactions"
        record_interaction batch_record_interactions import_interactions list_interactions
        RecordInteractionRequest BatchRecordInteractionsRequest ImportInteractionsRequest ListInteractionsRequest
        record_interaction_result }
    Payment { payment payments "payments" record_payment batch_record_payments import_payments list_payments
        RecordPaymentRequest BatchRecordPaymentsRequest ImportPaymentsRequest ListPaymentsRequest
        record_payment_result }
    StageChange { stage_change stage_changes "stageChanges"
        record_stage_change batch_record_stage_changes import_stage_changes list_stage_changes
        RecordStageChangeRequest BatchRecordStageChangesRequest ImportStageChangesRequest ListStageChangesRequest
        record_stage_change_result }
}

impl<K: Kind> Recording<K> {
    /// A fact of a customer that is there.
    pub(crate) fn of(fact: K) -> Self {
        Recording { fact, missing_customer: MissingCustomer::Unspecified, request_id: String::new() }
    }

    /// The same, creating the customer where it is not there.
    pub(crate) fn creating(fact: K) -> Self {
        Recording { missing_customer: MissingCustomer::Create, ..Self::of(fact) }
    }

    /// The same under a request id.
    pub(crate) fn under(self, request_id: &str) -> Self {
        Recording { request_id: request_id.into(), ..self }
    }
}

/// Records a fact of a customer that is there.
pub(crate) async fn record<K: Kind>(activity: &Activity, fact: K) -> Result<K, Status> {
    K::record(activity.clone(), Recording::of(fact)).await
}

/// All facts of the kind, of one customer or of all, over as many pages as there are.
pub(crate) async fn list_all<K: Kind>(activity: &Activity, query: Query) -> Vec<K> {
    let mut query = Query { page_size: 1000, ..query };
    let mut all = Vec::new();
    loop {
        let (facts, next) = K::list(activity.clone(), query.clone()).await.unwrap();
        all.extend(facts);
        if next.is_empty() {
            return all;
        }
        query.page_token = next;
    }
}

/// The facts of the kind that count.
pub(crate) async fn listed<K: Kind>(activity: &Activity, parent: &str) -> Vec<K> {
    list_all(activity, Query { parent: parent.into(), ..Query::default() }).await
}

/// Those that were replaced or withdrawn too.
pub(crate) async fn ever_listed<K: Kind>(activity: &Activity, parent: &str) -> Vec<K> {
    list_all(activity, Query { parent: parent.into(), show_replaced: true, ..Query::default() }).await
}

/// The source ids, in the order of the facts.
pub(crate) fn source_ids<K: Kind>(facts: &[K]) -> Vec<&str> {
    facts.iter().map(|fact| fact.context().source_id.as_str()).collect()
}

/// Asks the same of each kind: calls an async function with a type parameter.
macro_rules! of_each_kind {
    ($promise:ident, $guanxi:expr) => {{
        $promise::<guanxi::v1::Purchase>($guanxi).await;
        $promise::<guanxi::v1::Interaction>($guanxi).await;
        $promise::<guanxi::v1::Payment>($guanxi).await;
        $promise::<guanxi::v1::StageChange>($guanxi).await;
    }};
}
pub(crate) use of_each_kind;
