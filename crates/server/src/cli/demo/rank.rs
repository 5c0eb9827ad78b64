//! Setting up the pyramids and waiting until everybody has a place in them.

use guanxi::google::longrunning::operation::Result as Ended;
use guanxi::google::longrunning::operations_client::OperationsClient;
use guanxi::google::longrunning::{Operation, WaitOperationRequest};
use guanxi::v1 as pb;

use super::found::{Founder, Line, request_id};
use super::pyramids::{self, Plan};
use super::{Error, people};
use crate::cli::client;

/// How long one call waits for an operation; under the server's default deadline.
const WAIT_SECONDS: i64 = 5;

impl Founder<'_> {
    /// A pyramid with a revision in force, which is calibrated anew where there is something new to rank.
    pub(super) async fn pyramid(&self, plan: &Plan, has_changed: bool, line: &mut Line) -> Result<(), Error> {
        let pyramid = pb::Pyramid {
            display_name: plan.display_name.to_owned(),
            description: plan.description.to_owned(),
            ..Default::default()
        };
        let request = pb::CreatePyramidRequest {
            pyramid: Some(pyramid),
            pyramid_id: plan.id.to_owned(),
            request_id: request_id(),
        };
        let create = || {
            let (mut client, request) = (self.segmentation(), request.clone());
            async move { client.create_pyramid(request).await }
        };
        line.count(self.call(create).await)?;
        let name = format!("pyramids/{}", plan.id);
        let get = || {
            let (mut client, name) = (self.segmentation(), name.clone());
            async move { client.get_pyramid(pb::GetPyramidRequest { name }).await }
        };
        let pyramid = self.call(get).await.map_err(client::Error::from)?;
        let revision = match pyramid.active_revision {
            revision if !revision.is_empty() && !has_changed => return Ok(()),
            revision if revision.is_empty() => self.revision(&name, plan).await?,
            revision => revision,
        };
        self.activate(revision).await
    }

    /// The newest revision, made if there is none.
    async fn revision(&self, parent: &str, plan: &Plan) -> Result<String, client::Error> {
        let list = pb::ListPyramidRevisionsRequest { parent: parent.to_owned(), page_size: 1, ..Default::default() };
        let list = || {
            let (mut client, request) = (self.segmentation(), list.clone());
            async move { client.list_pyramid_revisions(request).await }
        };
        if let Some(newest) = self.call(list).await?.pyramid_revisions.into_iter().next() {
            return Ok(newest.name);
        }
        let request = pb::CreatePyramidRevisionRequest {
            parent: parent.to_owned(),
            pyramid_revision: Some(plan.revision.clone()),
            request_id: request_id(),
        };
        let create = || {
            let (mut client, request) = (self.segmentation(), request.clone());
            async move { client.create_pyramid_revision(request).await }
        };
        Ok(self.call(create).await?.name)
    }

    async fn activate(&self, revision: String) -> Result<(), Error> {
        let request = pb::ActivatePyramidRevisionRequest { name: revision.clone(), request_id: request_id() };
        let activate = || {
            let (mut client, request) = (self.segmentation(), request.clone());
            async move { client.activate_pyramid_revision(request).await }
        };
        let mut operation: Operation = self.call(activate).await.map_err(client::Error::from)?;
        while !operation.done {
            let timeout = prost_types::Duration { seconds: WAIT_SECONDS, nanos: 0 };
            let request = WaitOperationRequest { name: operation.name, timeout: Some(timeout) };
            let wait = || {
                let (mut client, request) = (OperationsClient::new(self.channel.clone()), request.clone());
                async move { client.wait_operation(request).await }
            };
            operation = self.call(wait).await.map_err(client::Error::from)?;
        }
        match operation.result {
            Some(Ended::Error(status)) => Err(Error::Activation(revision, status.message)),
            _ => Ok(()),
        }
    }

    /// One of the best customers; the first of all where there is none.
    pub(super) async fn top_customer(&self) -> Result<String, client::Error> {
        let parent = format!("pyramids/{}", pyramids::CURRY);
        let filter = "tier = \"top\"".to_owned();
        let request = pb::ListTierAssignmentsRequest { parent, filter, page_size: 1, ..Default::default() };
        let list = || {
            let (mut client, request) = (self.segmentation(), request.clone());
            async move { client.list_tier_assignments(request).await }
        };
        let assignment = self.call(list).await?.tier_assignments.into_iter().next().unwrap_or_default();
        let name = assignment.name.split_once("/tierAssignments/").map(|(customer, _)| customer.to_owned());
        Ok(name.unwrap_or_else(|| format!("customers/{}", people::person(&self.world, 1).id)))
    }
}
