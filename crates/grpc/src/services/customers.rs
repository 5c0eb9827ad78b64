//! `CustomerService`: customers, and the catalogue around them.

use guanxi::v1 as pb;
use guanxi::v1::customer_service_server::CustomerService;
use guanxi_app::Error;
use guanxi_app::command::Command;
use guanxi_model::customer::{AttributeDefinition, Touchpoint};
use guanxi_model::name;
use tonic::{Request, Response, Status};

use super::Service;
use crate::from_proto;
use crate::{status, to_proto};

type Answer<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl CustomerService for Service {
    async fn create_customer(&self, request: Request<pb::CreateCustomerRequest>) -> Answer<pb::Customer> {
        let command = from_proto::customer::create_request(&self.context(), request.into_inner());
        self.changed(Command::CreateCustomer(command.map_err(status::invalid)?)).await
    }

    async fn get_customer(&self, request: Request<pb::GetCustomerRequest>) -> Answer<pb::Customer> {
        let id = from_proto::customer::get_request(request.get_ref()).map_err(status::invalid)?;
        self.unit(|app| async move {
            let customer = app.reader().customer(&id).await?;
            let customer = customer.ok_or_else(|| Error::NotFound(name::customer(&id)))?;
            Ok(to_proto::customer::resource(&app.deployment().currency, customer))
        })
        .await
    }

    async fn list_customers(&self, request: Request<pb::ListCustomersRequest>) -> Answer<pb::ListCustomersResponse> {
        let (list, query) = from_proto::customer::list_request(request.get_ref()).map_err(status::invalid)?;
        self.unit(move |app| async move {
            let page = app.reader().list_customers(&list).await?;
            Ok(to_proto::customer::list_response(&app.deployment().currency, list.order, query, page))
        })
        .await
    }

    async fn update_customer(&self, request: Request<pb::UpdateCustomerRequest>) -> Answer<pb::Customer> {
        let command = from_proto::customer::update_request(&self.context(), request.into_inner());
        self.changed(Command::UpdateCustomer(command.map_err(status::invalid)?)).await
    }

    async fn delete_customer(&self, request: Request<pb::DeleteCustomerRequest>) -> Answer<pb::Customer> {
        let command = from_proto::customer::delete_request(request.into_inner());
        self.changed(command.map_err(status::invalid)?).await
    }

    async fn undelete_customer(&self, request: Request<pb::UndeleteCustomerRequest>) -> Answer<pb::Customer> {
        let command = from_proto::customer::undelete_request(request.into_inner());
        self.changed(command.map_err(status::invalid)?).await
    }

    async fn batch_get_customers(
        &self,
        request: Request<pb::BatchGetCustomersRequest>,
    ) -> Answer<pb::BatchGetCustomersResponse> {
        let ids = from_proto::customer::batch_get_request(request.into_inner()).map_err(status::invalid)?;
        self.unit(|app| async move {
            let found = app.reader().customers(&ids).await?;
            to_proto::customer::batch_get_response(&app.deployment().currency, &ids, &found)
        })
        .await
    }

    async fn lookup_customer(&self, request: Request<pb::LookupCustomerRequest>) -> Answer<pb::Customer> {
        let id = from_proto::customer::lookup_request(request.into_inner()).map_err(status::invalid)?;
        self.unit(|app| async move {
            let customer = app.reader().customer_by_external_id(&id).await?;
            let customer = customer.ok_or_else(|| Error::NotFound(format!("customer {} of {}", id.id, id.system)))?;
            Ok(to_proto::customer::resource(&app.deployment().currency, customer))
        })
        .await
    }

    async fn create_attribute_definition(
        &self,
        request: Request<pb::CreateAttributeDefinitionRequest>,
    ) -> Answer<pb::AttributeDefinition> {
        let new = from_proto::attribute_definition::create_request(&self.context(), request.into_inner());
        self.create(new, to_proto::attribute_definition::resource).await
    }

    async fn get_attribute_definition(
        &self,
        request: Request<pb::GetAttributeDefinitionRequest>,
    ) -> Answer<pb::AttributeDefinition> {
        let key = from_proto::attribute_definition::get_request(request.get_ref()).map_err(status::invalid)?;
        self.unit(|app| async move {
            let kept = app.reader().attribute_definition(&key).await?;
            let kept = kept.ok_or_else(|| Error::NotFound(name::attribute_definition(&key)))?;
            Ok(to_proto::attribute_definition::resource(kept))
        })
        .await
    }

    async fn list_attribute_definitions(
        &self,
        request: Request<pb::ListAttributeDefinitionsRequest>,
    ) -> Answer<pb::ListAttributeDefinitionsResponse> {
        let paging = from_proto::attribute_definition::list_request(request.get_ref()).map_err(status::invalid)?;
        self.unit(|app| async move {
            let found = app.reader().attribute_definitions(paging.after_text(), paging.size + 1).await?;
            let page = to_proto::page::cut(found, paging.size, to_proto::attribute_definition::key);
            Ok(to_proto::attribute_definition::list_response(paging.query, page))
        })
        .await
    }

    async fn update_attribute_definition(
        &self,
        request: Request<pb::UpdateAttributeDefinitionRequest>,
    ) -> Answer<pb::AttributeDefinition> {
        let update = from_proto::attribute_definition::update_request(&self.context(), request.into_inner());
        self.update(update, to_proto::attribute_definition::resource).await
    }

    async fn delete_attribute_definition(&self, request: Request<pb::DeleteAttributeDefinitionRequest>) -> Answer<()> {
        let asked = from_proto::attribute_definition::delete_request(request.into_inner());
        self.delete::<AttributeDefinition>(asked).await
    }

    async fn create_touchpoint(&self, request: Request<pb::CreateTouchpointRequest>) -> Answer<pb::Touchpoint> {
        let new = from_proto::touchpoint::create_request(&self.context(), request.into_inner());
        self.create(new, to_proto::touchpoint::resource).await
    }

    async fn get_touchpoint(&self, request: Request<pb::GetTouchpointRequest>) -> Answer<pb::Touchpoint> {
        let id = from_proto::touchpoint::get_request(request.get_ref()).map_err(status::invalid)?;
        self.unit(|app| async move {
            let kept = app.reader().touchpoint(&id).await?;
            Ok(to_proto::touchpoint::resource(kept.ok_or_else(|| Error::NotFound(name::touchpoint(&id)))?))
        })
        .await
    }

    async fn list_touchpoints(
        &self,
        request: Request<pb::ListTouchpointsRequest>,
    ) -> Answer<pb::ListTouchpointsResponse> {
        let paging = from_proto::touchpoint::list_request(request.get_ref()).map_err(status::invalid)?;
        self.unit(|app| async move {
            let found = app.reader().touchpoints(paging.after_text(), paging.size + 1).await?;
            let page = to_proto::page::cut(found, paging.size, to_proto::touchpoint::key);
            Ok(to_proto::touchpoint::list_response(paging.query, page))
        })
        .await
    }

    async fn update_touchpoint(&self, request: Request<pb::UpdateTouchpointRequest>) -> Answer<pb::Touchpoint> {
        let update = from_proto::touchpoint::update_request(&self.context(), request.into_inner());
        self.update(update, to_proto::touchpoint::resource).await
    }

    async fn delete_touchpoint(&self, request: Request<pb::DeleteTouchpointRequest>) -> Answer<()> {
        let asked = from_proto::touchpoint::delete_request(request.into_inner());
        self.delete::<Touchpoint>(asked).await
    }
}

impl Service {
    /// Carries out a command and words the customer it leads to.
    async fn changed(&self, command: Command) -> Answer<pb::Customer> {
        let customer = self.customer(command).await.map_err(status::of)?;
        Ok(Response::new(to_proto::customer::resource(&self.app.deployment().currency, customer)))
    }
}
