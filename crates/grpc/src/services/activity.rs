//! `ActivityService`: facts. The handlers of the four kinds are one, told apart by `Kind`.

pub(super) mod import;

use std::pin::Pin;

use futures::Stream;
use guanxi::v1 as pb;
use guanxi::v1::activity_service_server::ActivityService;
use guanxi_app::Error;
use guanxi_app::command::{Command, Grouping, Outcome, RecordFact, Urgency};
use guanxi_model::name;
use tonic::{Request, Response, Status, Streaming};

use super::{Service, unexpected};
use crate::from_proto;
use crate::kinds::{Interactions, Kind, Payments, Purchases, StageChanges};
use crate::{status, to_proto};

type Answer<T> = Result<Response<T>, Status>;
pub(super) type Progress = Pin<Box<dyn Stream<Item = Result<pb::ImportProgress, Status>> + Send>>;

/// The handlers of one kind.
macro_rules! handlers {
    ($($kind:ident { $record:ident, $batch:ident, $import:ident $stream:ident, $list:ident })+) => {
        #[tonic::async_trait]
        impl ActivityService for Service {
            $(
                async fn $record(
                    &self,
                    request: Request<<$kind as Kind>::Record>,
                ) -> Answer<<$kind as Kind>::Fact> {
                    self.record::<$kind>(request.into_inner()).await
                }

                async fn $batch(
                    &self,
                    request: Request<<$kind as Kind>::Batch>,
                ) -> Answer<<$kind as Kind>::BatchResponse> {
                    self.batch::<$kind>(request.into_inner()).await
                }

                type $stream = Progress;

                async fn $import(
                    &self,
                    request: Request<Streaming<<$kind as Kind>::Import>>,
                ) -> Answer<Progress> {
                    Ok(Response::new(import::acknowledged::<$kind, _>(&self.app, request.into_inner())))
                }

                async fn $list(
                    &self,
                    request: Request<<$kind as Kind>::List>,
                ) -> Answer<<$kind as Kind>::ListResponse> {
                    self.list::<$kind>(request.into_inner()).await
                }
            )+

            async fn withdraw_fact(
                &self,
                request: Request<pb::WithdrawFactRequest>,
            ) -> Answer<pb::WithdrawFactResponse> {
                self.withdraw(request.into_inner()).await
            }
        }
    };
}

handlers! {
    Purchases { record_purchase, batch_record_purchases, import_purchases ImportPurchasesStream, list_purchases }
    Interactions {
        record_interaction, batch_record_interactions, import_interactions ImportInteractionsStream, list_interactions
    }
    Payments { record_payment, batch_record_payments, import_payments ImportPaymentsStream, list_payments }
    StageChanges {
        record_stage_change, batch_record_stage_changes, import_stage_changes ImportStageChangesStream,
        list_stage_changes
    }
}

impl Service {
    async fn record<K: Kind>(&self, request: K::Record) -> Answer<K::Fact> {
        let command = from_proto::fact::record_request::<K>(&self.context(), request).map_err(status::invalid)?;
        let outcome = self.app.run(command_of(command)).await;
        outcome.and_then(|outcome| self.fact::<K>(outcome)).map(Response::new).map_err(status::of)
    }

    async fn batch<K: Kind>(&self, request: K::Batch) -> Answer<K::BatchResponse> {
        let (items, grouping) =
            from_proto::fact::batch_request::<K>(&self.context(), request).map_err(status::invalid)?;
        let items = items.into_iter().map(|item| item.map_err(Error::Invalid)).collect();
        let outcomes = self.record_all(items, grouping).await.map_err(status::of)?;
        let results = outcomes
            .into_iter()
            .map(|outcome| K::result(outcome.and_then(|outcome| self.fact::<K>(outcome)).map_err(status::to_rpc)));
        Ok(Response::new(K::batch_response(results.collect())))
    }

    async fn list<K: Kind>(&self, request: K::List) -> Answer<K::ListResponse> {
        let (list, query) = from_proto::fact::list_request::<K>(request).map_err(status::invalid)?;
        self.unit(move |app| async move {
            let page = app.reader().list_facts(&list).await?;
            // Only an empty list leaves open whether there is such a customer.
            if let Some(id) = list.customer.filter(|_| page.items.is_empty())
                && app.reader().customer(&id).await?.is_none()
            {
                return Err(Error::NotFound(name::customer(&id)));
            }
            Ok(to_proto::fact::list_response::<K>(&app.deployment().currency, query, page))
        })
        .await
    }

    async fn withdraw(&self, request: pb::WithdrawFactRequest) -> Answer<pb::WithdrawFactResponse> {
        let command = from_proto::fact::withdraw_request(request).map_err(status::invalid)?;
        match self.app.run(Command::WithdrawFact(command)).await.map_err(status::of)? {
            Outcome::Withdrawn { known, time } => Ok(Response::new(to_proto::fact::withdraw_response(known, time))),
            outcome @ (Outcome::Customer(_) | Outcome::Done | Outcome::Fact { .. }) => {
                Err(status::of(unexpected(&outcome)))
            }
        }
    }

    /// Records the facts that could be read; all or none where the grouping says so.
    async fn record_all(
        &self,
        items: Vec<Result<RecordFact, Error>>,
        grouping: Grouping,
    ) -> Result<Vec<Result<Outcome, Error>>, Error> {
        if let (Grouping::AllOrNothing, Some(first)) = (grouping, items.iter().position(Result::is_err)) {
            let refused = |item: Result<RecordFact, Error>| Err(item.err().unwrap_or(Error::BatchAborted(first)));
            return Ok(items.into_iter().map(refused).collect());
        }
        let mut commands = Vec::with_capacity(items.len());
        let refusals: Vec<Option<Error>> =
            items.into_iter().map(|item| item.map(|command| commands.push(command_of(command))).err()).collect();
        let mut outcomes = self.app.submit(commands, grouping, Urgency::Interactive).await?.into_iter();
        let outcome = |refusal: Option<Error>| match refusal {
            Some(refusal) => Err(refusal),
            None => outcomes.next().unwrap_or(Err(Error::ShuttingDown)),
        };
        Ok(refusals.into_iter().map(outcome).collect())
    }

    /// The fact that a command led to.
    fn fact<K: Kind>(&self, outcome: Outcome) -> Result<K::Fact, Error> {
        match outcome {
            Outcome::Fact { fact, recorded: _ } if fact.body.kind() == K::KIND => {
                let message = to_proto::fact::resource(&self.app.deployment().currency, *fact);
                Ok(K::own(message).unwrap_or_default())
            }
            outcome => Err(unexpected(&outcome)),
        }
    }
}

fn command_of(record: RecordFact) -> Command {
    Command::RecordFact(Box::new(record))
}
