//! The kinds of facts as streams carry them.

use futures::Stream;
use guanxi::v1 as pb;
use guanxi::v1::activity_service_client::ActivityServiceClient;
use guanxi::v1::satisfaction_service_client::SatisfactionServiceClient;
use tonic::transport::Channel;
use tonic::{Response, Status, Streaming};

/// A kind of fact that can be imported.
pub(in crate::cli) trait Fact: prost::Message + Clone + Default + 'static {
    /// Many of them, in words.
    const NOUN: &'static str;
    /// The request of a stream.
    type Chunk: Send + 'static;

    fn chunk(first_index: i64, facts: Vec<Self>, missing_customer: pb::MissingCustomer) -> Self::Chunk;

    fn import(
        channel: Channel,
        chunks: impl Stream<Item = Self::Chunk> + Send + 'static,
    ) -> impl Future<Output = Result<Response<Streaming<pb::ImportProgress>>, Status>> + Send;
}

macro_rules! facts {
    ($($fact:ident, $noun:literal: $chunk:ident { $items:ident }, $client:ident $import:ident;)+) => {$(
        impl Fact for pb::$fact {
            const NOUN: &'static str = $noun;
            type Chunk = pb::$chunk;

            fn chunk(first_index: i64, facts: Vec<Self>, missing_customer: pb::MissingCustomer) -> pb::$chunk {
                pb::$chunk { first_index, $items: facts, missing_customer: missing_customer.into() }
            }

            async fn import(
                channel: Channel,
                chunks: impl Stream<Item = pb::$chunk> + Send + 'static,
            ) -> Result<Response<Streaming<pb::ImportProgress>>, Status> {
                $client::new(channel).$import(chunks).await
            }
        }
    )+};
}

facts! {
    Purchase, "purchases": ImportPurchasesRequest { purchases }, ActivityServiceClient import_purchases;
    Interaction, "interactions": ImportInteractionsRequest { interactions }, ActivityServiceClient import_interactions;
    Payment, "payments": ImportPaymentsRequest { payments }, ActivityServiceClient import_payments;
    StageChange, "stage changes": ImportStageChangesRequest { stage_changes },
        ActivityServiceClient import_stage_changes;
    SatisfactionRecord, "satisfaction records": ImportSatisfactionRequest { satisfaction_records },
        SatisfactionServiceClient import_satisfaction;
    InvitationEvent, "invitation events": ImportInvitationEventsRequest { invitation_events },
        SatisfactionServiceClient import_invitation_events;
}
