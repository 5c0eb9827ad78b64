//! `ActivityService`: facts. The handlers of all kinds are one, told apart by `Kind`; the one of another service too.

pub(super) mod import;

use std::collections::BTreeSet;
use std::pin::Pin;

use futures::Stream;
use guanxi::v1 as pb;
use guanxi::v1::activity_service_server::ActivityService;
use guanxi_app::command::{Command, Grouping, Outcome, RecordFact, Urgency};
use guanxi_app::questionnaires::{self, RevisionKey, Schemes};
use guanxi_app::{App, Error};
use guanxi_model::fact::{Fact, FactBody};
use guanxi_model::name;
use tonic::{Request, Response, Status, Streaming};

use super::{Service, unexpected};
use crate::from_proto;
use crate::kinds::{Interactions, Kind, Payments, Purchases, StageChanges};
use crate::to_proto::fact::Telling;
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
                    Ok(Response::new(import::acknowledged::<import::Facts<$kind>, _>(&self.app, request.into_inner())))
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
    pub(super) async fn record<K: Kind>(&self, request: K::Record) -> Answer<K::Fact> {
        let command = from_proto::fact::record_request::<K>(&self.context(), request).map_err(status::invalid)?;
        let outcome = self.app.run(command_of(command)).await.map_err(status::of)?;
        let schemes = self.answered([&outcome]).await?;
        self.fact::<K>(&schemes, outcome).map(Response::new).map_err(status::of)
    }

    pub(super) async fn batch<K: Kind>(&self, request: K::Batch) -> Answer<K::BatchResponse> {
        let (items, grouping) =
            from_proto::fact::batch_request::<K>(&self.context(), request).map_err(status::invalid)?;
        let items = items.into_iter().map(|item| item.map_err(Error::Invalid)).collect();
        let outcomes = self.record_all(items, grouping).await.map_err(status::of)?;
        let schemes = self.answered(outcomes.iter().flatten()).await?;
        let fact = |outcome| self.fact::<K>(&schemes, outcome);
        let results = outcomes.into_iter().map(|outcome| K::result(outcome.and_then(fact).map_err(status::to_rpc)));
        Ok(Response::new(K::batch_response(results.collect())))
    }

    pub(super) async fn list<K: Kind>(&self, request: K::List) -> Answer<K::ListResponse> {
        let (list, query) = from_proto::fact::list_request::<K>(request).map_err(status::invalid)?;
        self.unit(move |app| async move {
            let page = app.reader().list_facts(&list).await?;
            // Only an empty list leaves open whether there is such a customer.
            if let Some(id) = list.customer.filter(|_| page.items.is_empty())
                && app.reader().customer(&id).await?.is_none()
            {
                return Err(Error::NotFound(name::customer(&id)));
            }
            let questionnaires = &questionnaires(&app, page.items.iter().map(|fact| &fact.body)).await?;
            let telling = Telling { currency: &app.deployment().currency, questionnaires };
            Ok(to_proto::fact::list_response::<K>(telling, query, page))
        })
        .await
    }

    async fn withdraw(&self, request: pb::WithdrawFactRequest) -> Answer<pb::WithdrawFactResponse> {
        let command = from_proto::fact::withdraw_request(request).map_err(status::invalid)?;
        match self.app.run(Command::WithdrawFact(command)).await.map_err(status::of)? {
            Outcome::Withdrawn { known, time } => Ok(Response::new(to_proto::fact::withdraw_response(known, time))),
            outcome @ (Outcome::Customer(_) | Outcome::Approached { .. } | Outcome::Done | Outcome::Fact { .. }) => {
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
    fn fact<K: Kind>(&self, questionnaires: &Schemes, outcome: Outcome) -> Result<K::Fact, Error> {
        match outcome {
            Outcome::Fact { fact, recorded: _ } if fact.body.kind() == K::KIND => {
                let telling = Telling { currency: &self.app.deployment().currency, questionnaires };
                Ok(K::own(to_proto::fact::resource(telling, *fact)).unwrap_or_default())
            }
            outcome => Err(unexpected(&outcome)),
        }
    }

    /// What the facts answer that commands led to. Hardly ever asks the database: whoever decided had it in memory.
    async fn answered<'a>(&self, outcomes: impl IntoIterator<Item = &'a Outcome>) -> Result<Schemes, Status> {
        let body = |outcome: &'a Outcome| match outcome {
            Outcome::Fact { fact, recorded: _ } => Some(&fact.body),
            Outcome::Customer(_) | Outcome::Withdrawn { .. } | Outcome::Approached { .. } | Outcome::Done => None,
        };
        let (mut known, unknown) = self.app.known_questionnaires(revisions(outcomes.into_iter().filter_map(body)));
        if !unknown.is_empty() {
            let read = self.unit(|app| async move { app.read_questionnaires(unknown).await }).await;
            known.extend(read?.into_inner());
        }
        Ok(known)
    }
}

/// The revisions that facts answer.
fn revisions<'a>(bodies: impl Iterator<Item = &'a FactBody>) -> BTreeSet<RevisionKey> {
    bodies.filter_map(questionnaires::answered).collect()
}

/// What facts answer.
pub(super) async fn questionnaires<'a>(
    app: &App,
    bodies: impl Iterator<Item = &'a FactBody>,
) -> Result<Schemes, Error> {
    let (mut known, unknown) = app.known_questionnaires(revisions(bodies));
    known.extend(app.read_questionnaires(unknown).await?);
    Ok(known)
}

/// A fact as it is kept, in the words of its kind.
pub(super) async fn told<K: Kind>(app: &App, fact: Fact) -> Result<K::Fact, Error> {
    let questionnaires = &questionnaires(app, std::iter::once(&fact.body)).await?;
    let telling = Telling { currency: &app.deployment().currency, questionnaires };
    Ok(K::own(to_proto::fact::resource(telling, fact)).unwrap_or_default())
}

fn command_of(record: RecordFact) -> Command {
    Command::RecordFact(Box::new(record))
}
