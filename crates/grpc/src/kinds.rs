//! The kinds of facts as the contract words them. Their requests and responses are alike but for their names; here
//! they are made alike, so that everything else is written once.

use guanxi::google::rpc;
use guanxi::v1 as pb;
use guanxi_model::fact::FactKind;

/// A fact as a message of its kind.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Message {
    Purchase(pb::Purchase),
    Interaction(pb::Interaction),
    Payment(pb::Payment),
    StageChange(pb::StageChange),
    SatisfactionRecord(pb::SatisfactionRecord),
    InvitationEvent(pb::InvitationEvent),
}

/// What Record* says.
pub(crate) struct RecordParts {
    pub(crate) fact: Option<Message>,
    pub(crate) missing_customer: i32,
    pub(crate) request_id: String,
}

/// What a chunk of Import* says.
pub(crate) struct ImportParts {
    pub(crate) first_index: i64,
    pub(crate) items: Vec<Message>,
    pub(crate) missing_customer: i32,
}

/// What List* says.
pub(crate) struct ListParts {
    pub(crate) parent: String,
    pub(crate) page_size: i32,
    pub(crate) page_token: String,
    pub(crate) filter: String,
    pub(crate) show_replaced: bool,
}

/// A kind of fact in the contract.
pub(crate) trait Kind: Send + Sync + 'static {
    /// Which one.
    const KIND: FactKind;
    /// The field that holds one fact.
    const FIELD: &'static str;
    /// The field that holds many.
    const ITEMS: &'static str;

    type Fact: prost::Message + Default + Send + 'static;
    type Record: Send + 'static;
    type Result: Send + 'static;
    type Batch: Send + 'static;
    type BatchResponse: Send + 'static;
    type Import: Send + 'static;
    type List: Send + 'static;
    type ListResponse: Send + 'static;

    fn record(request: Self::Record) -> RecordParts;
    fn batch(request: Self::Batch) -> (Vec<Self::Record>, bool);
    fn import(request: Self::Import) -> ImportParts;
    fn list(request: Self::List) -> ListParts;

    /// The message, if it is of this kind.
    fn own(message: Message) -> Option<Self::Fact>;
    fn result(result: Result<Self::Fact, rpc::Status>) -> Self::Result;
    fn batch_response(results: Vec<Self::Result>) -> Self::BatchResponse;
    fn list_response(facts: Vec<Self::Fact>, next_page_token: String) -> Self::ListResponse;
}

/// Declares the kinds by the names of their messages and fields.
macro_rules! kinds {
    ($($kind:ident { $fact:ident $field:ident $items:ident, $record:ident $result:ident $module:ident,
        $batch:ident $batch_response:ident, $import:ident, $list:ident $list_response:ident })+) => {$(
        pub(crate) enum $kind {}

        impl Kind for $kind {
            const KIND: FactKind = FactKind::$fact;
            const FIELD: &'static str = stringify!($field);
            const ITEMS: &'static str = stringify!($items);

            type Fact = pb::$fact;
            type Record = pb::$record;
            type Result = pb::$result;
            type Batch = pb::$batch;
            type BatchResponse = pb::$batch_response;
            type Import = pb::$import;
            type List = pb::$list;
            type ListResponse = pb::$list_response;

            fn record(request: Self::Record) -> RecordParts {
                let pb::$record { $field, missing_customer, request_id } = request;
                RecordParts { fact: $field.map(Message::$fact), missing_customer, request_id }
            }

            fn batch(request: Self::Batch) -> (Vec<Self::Record>, bool) {
                let pb::$batch { requests, all_or_nothing } = request;
                (requests, all_or_nothing)
            }

            fn import(request: Self::Import) -> ImportParts {
                let pb::$import { first_index, $items, missing_customer } = request;
                ImportParts { first_index, items: $items.into_iter().map(Message::$fact).collect(), missing_customer }
            }

            fn list(request: Self::List) -> ListParts {
                let pb::$list { parent, page_size, page_token, filter, show_replaced } = request;
                ListParts { parent, page_size, page_token, filter, show_replaced }
            }

            fn own(message: Message) -> Option<Self::Fact> {
                if let Message::$fact(fact) = message { Some(fact) } else { None }
            }

            fn result(result: Result<Self::Fact, rpc::Status>) -> Self::Result {
                let result = match result {
                    Ok(fact) => pb::$module::Result::$fact(fact),
                    Err(error) => pb::$module::Result::Error(error),
                };
                pb::$result { result: Some(result) }
            }

            fn batch_response(results: Vec<Self::Result>) -> Self::BatchResponse {
                pb::$batch_response { results }
            }

            fn list_response(facts: Vec<Self::Fact>, next_page_token: String) -> Self::ListResponse {
                pb::$list_response { $items: facts, next_page_token }
            }
        }
    )+};
}

kinds! {
    Purchases {
        Purchase purchase purchases, RecordPurchaseRequest RecordPurchaseResult record_purchase_result,
        BatchRecordPurchasesRequest BatchRecordPurchasesResponse, ImportPurchasesRequest,
        ListPurchasesRequest ListPurchasesResponse
    }
    Interactions {
        Interaction interaction interactions,
        RecordInteractionRequest RecordInteractionResult record_interaction_result,
        BatchRecordInteractionsRequest BatchRecordInteractionsResponse, ImportInteractionsRequest,
        ListInteractionsRequest ListInteractionsResponse
    }
    Payments {
        Payment payment payments, RecordPaymentRequest RecordPaymentResult record_payment_result,
        BatchRecordPaymentsRequest BatchRecordPaymentsResponse, ImportPaymentsRequest,
        ListPaymentsRequest ListPaymentsResponse
    }
    StageChanges {
        StageChange stage_change stage_changes,
        RecordStageChangeRequest RecordStageChangeResult record_stage_change_result,
        BatchRecordStageChangesRequest BatchRecordStageChangesResponse, ImportStageChangesRequest,
        ListStageChangesRequest ListStageChangesResponse
    }
    SatisfactionRecords {
        SatisfactionRecord satisfaction_record satisfaction_records,
        RecordSatisfactionRequest RecordSatisfactionResult record_satisfaction_result,
        BatchRecordSatisfactionRequest BatchRecordSatisfactionResponse, ImportSatisfactionRequest,
        ListSatisfactionRecordsRequest ListSatisfactionRecordsResponse
    }
    InvitationEvents {
        InvitationEvent invitation_event invitation_events,
        RecordInvitationEventRequest RecordInvitationEventResult record_invitation_event_result,
        BatchRecordInvitationEventsRequest BatchRecordInvitationEventsResponse, ImportInvitationEventsRequest,
        ListInvitationEventsRequest ListInvitationEventsResponse
    }
}
