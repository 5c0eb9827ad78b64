//! `SegmentationService`: pyramids, their revisions, and where customers stand.

mod data_quality;
mod expressions;
mod in_force;
mod movement;
mod occasions;
mod overrides;
mod report;
mod seated;
mod standing;
mod tier_profile;

use guanxi::google::longrunning;
use guanxi::v1 as pb;
use guanxi::v1::segmentation_service_server::SegmentationService;
use guanxi_app::Error;
use guanxi_model::name;
use guanxi_store::Pyramid;
use tonic::{Request, Response, Status};

use super::Service;
use crate::from_proto;
use crate::{status, to_proto};

type Answer<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl SegmentationService for Service {
    async fn create_pyramid(&self, request: Request<pb::CreatePyramidRequest>) -> Answer<pb::Pyramid> {
        let new = from_proto::pyramid::create_request(&self.context(), request.into_inner());
        self.create(new, to_proto::pyramid::resource).await
    }

    async fn get_pyramid(&self, request: Request<pb::GetPyramidRequest>) -> Answer<pb::Pyramid> {
        let id = from_proto::pyramid::get_request(request.get_ref()).map_err(status::invalid)?;
        self.unit(|app| async move { Ok(to_proto::pyramid::resource(in_force::pyramid(&app, &id).await?)) }).await
    }

    async fn list_pyramids(&self, request: Request<pb::ListPyramidsRequest>) -> Answer<pb::ListPyramidsResponse> {
        let paging = from_proto::pyramid::list_request(request.get_ref()).map_err(status::invalid)?;
        self.unit(|app| async move {
            let found = app.reader().pyramids(paging.after_text(), paging.size + 1).await?;
            let page = to_proto::page::cut(found, paging.size, to_proto::pyramid::key);
            Ok(to_proto::pyramid::list_response(paging.query, page))
        })
        .await
    }

    async fn update_pyramid(&self, request: Request<pb::UpdatePyramidRequest>) -> Answer<pb::Pyramid> {
        let update = from_proto::pyramid::update_request(&self.context(), request.into_inner());
        self.update(update, to_proto::pyramid::resource).await
    }

    async fn delete_pyramid(&self, request: Request<pb::DeletePyramidRequest>) -> Answer<()> {
        self.delete::<Pyramid>(from_proto::pyramid::delete_request(request.into_inner())).await
    }

    async fn create_pyramid_revision(
        &self,
        request: Request<pb::CreatePyramidRevisionRequest>,
    ) -> Answer<pb::PyramidRevision> {
        let request = request.into_inner();
        self.unit(|app| async move {
            // What is wrong with its expressions depends on what attributes there are.
            let attributes = expressions::attributes(&app).await?;
            let new = from_proto::pyramid::create_revision_request((&super::context(&app), &attributes), request);
            let (new, guard) = new.map_err(Error::Invalid)?;
            let kept = app.catalogue().create_revision::<Pyramid>(new, &guard).await?;
            Ok(to_proto::pyramid::revision(&app.deployment().currency, kept))
        })
        .await
    }

    async fn list_pyramid_presets(
        &self,
        _request: Request<pb::ListPyramidPresetsRequest>,
    ) -> Answer<pb::ListPyramidPresetsResponse> {
        let currency = &self.app.deployment().currency;
        to_proto::preset::list_response(currency, guanxi_segmentation::presets()).map(Response::new).map_err(status::of)
    }

    async fn get_pyramid_revision(
        &self,
        request: Request<pb::GetPyramidRevisionRequest>,
    ) -> Answer<pb::PyramidRevision> {
        let (id, number) = from_proto::pyramid::get_revision_request(request.get_ref()).map_err(status::invalid)?;
        self.unit(move |app| async move {
            let kept = app.reader().revision(&id, number).await?;
            let kept = kept.ok_or_else(|| Error::NotFound(name::revision(&id, number)))?;
            Ok(to_proto::pyramid::revision(&app.deployment().currency, kept))
        })
        .await
    }

    async fn list_pyramid_revisions(
        &self,
        request: Request<pb::ListPyramidRevisionsRequest>,
    ) -> Answer<pb::ListPyramidRevisionsResponse> {
        let (id, paging) = from_proto::pyramid::list_revisions_request(request.get_ref()).map_err(status::invalid)?;
        self.unit(|app| async move {
            in_force::pyramid(&app, &id).await?;
            let found = app.reader().revisions(&id, paging.before_number(), paging.size + 1).await?;
            let page = to_proto::page::cut(found, paging.size, to_proto::pyramid::revision_key);
            Ok(to_proto::pyramid::list_revisions_response(&app.deployment().currency, paging.query, page))
        })
        .await
    }

    async fn set_primary_pyramid(&self, request: Request<pb::SetPrimaryPyramidRequest>) -> Answer<pb::Pyramid> {
        let (id, guard) = from_proto::pyramid::set_primary_request(request.get_ref()).map_err(status::invalid)?;
        self.unit(move |app| async move {
            app.catalogue().set_primary_pyramid(&id, &guard).await.map(to_proto::pyramid::resource)
        })
        .await
    }

    async fn activate_pyramid_revision(
        &self,
        request: Request<pb::ActivatePyramidRevisionRequest>,
    ) -> Answer<longrunning::Operation> {
        let (activation, request_id) =
            from_proto::pyramid::activate_request(request.get_ref()).map_err(status::invalid)?;
        self.begin(move |app| async move { app.operations().activate(activation, request_id).await }).await
    }

    async fn assign_tiers(&self, request: Request<pb::AssignTiersRequest>) -> Answer<longrunning::Operation> {
        let (pyramid, request_id) = from_proto::pyramid::assign_request(request.get_ref()).map_err(status::invalid)?;
        self.begin(move |app| async move { app.operations().assign(&pyramid, request_id).await }).await
    }

    async fn get_tier_assignment(&self, request: Request<pb::GetTierAssignmentRequest>) -> Answer<pb::TierAssignment> {
        let (of, day) = from_proto::tier::get_request(&self.context(), request.get_ref()).map_err(status::invalid)?;
        self.unit(move |app| async move { standing::assignment(&app, of, day).await }).await
    }

    async fn set_tier_override(&self, request: Request<pb::SetTierOverrideRequest>) -> Answer<pb::TierAssignment> {
        let change = from_proto::tier::set_override_request(&self.context(), request.into_inner());
        let change = change.map_err(status::invalid)?;
        self.unit(|app| async move { overrides::change(&app, change).await }).await
    }

    async fn clear_tier_override(&self, request: Request<pb::ClearTierOverrideRequest>) -> Answer<pb::TierAssignment> {
        let change = from_proto::tier::clear_override_request(request.into_inner()).map_err(status::invalid)?;
        self.unit(|app| async move { overrides::change(&app, change).await }).await
    }

    async fn list_tier_changes(
        &self,
        request: Request<pb::ListTierChangesRequest>,
    ) -> Answer<pb::ListTierChangesResponse> {
        let (of, paging) = from_proto::tier::list_changes_request(request.get_ref()).map_err(status::invalid)?;
        self.unit(|app| async move { standing::changes(&app, of, paging).await }).await
    }

    async fn list_tier_assignments(
        &self,
        request: Request<pb::ListTierAssignmentsRequest>,
    ) -> Answer<pb::ListTierAssignmentsResponse> {
        let list = from_proto::tier::list_request(request.get_ref()).map_err(status::invalid)?;
        self.unit(|app| async move { standing::list(&app, list).await }).await
    }

    async fn explain_tier(&self, request: Request<pb::ExplainTierRequest>) -> Answer<pb::TierExplanation> {
        let (of, day) =
            from_proto::tier::explain_request(&self.context(), request.get_ref()).map_err(status::invalid)?;
        self.unit(move |app| async move { standing::explanation(&app, of, day).await }).await
    }

    async fn get_pyramid_report(&self, request: Request<pb::GetPyramidReportRequest>) -> Answer<pb::PyramidReport> {
        let asked = from_proto::tier::report_request(&self.context(), request.get_ref());
        let (pyramid, days) = asked.map_err(status::invalid)?;
        self.unit(move |app| async move {
            let movement = match days {
                Some(days) => Some(movement::movement(&app, &pyramid, days).await?),
                None => None,
            };
            Ok(pb::PyramidReport { movement, ..report::report(&app, pyramid).await? })
        })
        .await
    }

    async fn simulate_pyramid(&self, request: Request<pb::SimulatePyramidRequest>) -> Answer<longrunning::Operation> {
        let request = request.into_inner();
        self.begin(|app| async move {
            let attributes = expressions::attributes(&app).await?;
            let simulation = from_proto::simulation::request((&super::context(&app), &attributes), request);
            let (simulation, request_id) = simulation.map_err(Error::Invalid)?;
            app.operations().simulate(simulation, request_id).await
        })
        .await
    }

    async fn record_target_decision(
        &self,
        request: Request<pb::RecordTargetDecisionRequest>,
    ) -> Answer<pb::TargetDecision> {
        let new = from_proto::target::record_request(&self.context(), request.into_inner());
        let (new, guard) = new.map_err(status::invalid)?;
        self.unit(|app| async move {
            Ok(to_proto::target::resource(app.catalogue().record_target_decision(new, &guard).await?))
        })
        .await
    }

    async fn get_target_decision(&self, request: Request<pb::GetTargetDecisionRequest>) -> Answer<pb::TargetDecision> {
        let (pyramid, id) = from_proto::target::get_request(request.get_ref()).map_err(status::invalid)?;
        self.unit(move |app| async move {
            let found = app.reader().target_decision(&pyramid, &id).await?;
            let found = found.ok_or_else(|| Error::NotFound(name::target_decision(&pyramid, &id)))?;
            Ok(to_proto::target::resource(found))
        })
        .await
    }

    async fn list_target_decisions(
        &self,
        request: Request<pb::ListTargetDecisionsRequest>,
    ) -> Answer<pb::ListTargetDecisionsResponse> {
        let (list, query) = from_proto::target::list_request(request.get_ref()).map_err(status::invalid)?;
        self.unit(|app| async move {
            in_force::pyramid(&app, &list.pyramid).await?;
            Ok(to_proto::target::list_response(query, app.reader().target_decisions(&list).await?))
        })
        .await
    }

    async fn list_upcoming_occasions(
        &self,
        request: Request<pb::ListUpcomingOccasionsRequest>,
    ) -> Answer<pb::ListUpcomingOccasionsResponse> {
        let list = from_proto::occasion::list_request(&self.context(), request.get_ref()).map_err(status::invalid)?;
        self.unit(|app| async move { occasions::list(&app, list).await }).await
    }

    async fn get_data_quality_report(
        &self,
        request: Request<pb::GetDataQualityReportRequest>,
    ) -> Answer<pb::DataQualityReport> {
        let (pyramid, days) = from_proto::tier::data_quality_request(request.get_ref()).map_err(status::invalid)?;
        self.unit(move |app| async move { data_quality::report(&app, pyramid, days).await }).await
    }

    async fn get_tier_profile(&self, request: Request<pb::GetTierProfileRequest>) -> Answer<pb::TierProfileReport> {
        let (pyramid, labels) = from_proto::tier::profile_request(request.into_inner()).map_err(status::invalid)?;
        self.unit(|app| async move { tier_profile::report(&app, pyramid, labels).await }).await
    }
}
