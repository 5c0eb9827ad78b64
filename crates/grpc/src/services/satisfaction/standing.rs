//! How satisfied one customer is: its newest records, read by index, and what they say together.

use std::sync::Arc;

use guanxi::v1 as pb;
use guanxi_app::questionnaires::Schemes;
use guanxi_app::{App, Error, Refusal};
use guanxi_model::fact::{Fact, FactBody, FactKind};
use guanxi_model::filter::Filter;
use guanxi_model::page::KeyPart;
use guanxi_model::{CustomerId, Timestamp, name};
use guanxi_satisfaction::{Heard, SatisfactionBand};
use guanxi_store::{FactQuery, fact_filter};
use tonic::Response;

use super::Answer;
use crate::from_proto::standing::{self as read, Question};
use crate::services::{Service, activity};
use crate::to_proto::standing::{Looked, Said};
use crate::{status, to_proto};

/// So many records are looked at.
const NEWEST: usize = 200;
const MICROSECONDS_PER_DAY: f64 = 86_400e6;

pub(super) async fn get(
    service: &Service,
    request: pb::GetCustomerSatisfactionRequest,
) -> Answer<pb::CustomerSatisfaction> {
    let asked = read::get_request(&request).map_err(status::invalid)?;
    service.unit(|app| async move { of(&app, asked).await }).await
}

/// Touches no database.
pub(super) async fn figures(
    _: &Service,
    request: pb::ListReferenceFiguresRequest,
) -> Answer<pb::ListReferenceFiguresResponse> {
    let pb::ListReferenceFiguresRequest {} = request;
    Ok(Response::new(to_proto::standing::figures_response()))
}

async fn of(app: &App, asked: Question) -> Result<pb::CustomerSatisfaction, Error> {
    let Question { customer, half_life_days, pooling } = asked;
    let kept = app.reader().customer(&customer).await?;
    let kept = kept.ok_or_else(|| Error::NotFound(name::customer(&customer)))?;
    if kept.delete_time.is_some() {
        return Err(Refusal::CustomerDeleted(name::customer(&customer)).into());
    }
    let now = app.now();
    let page = app.reader().list_facts(&newest_until(&customer, now)).await?;
    let schemes = activity::questionnaires(app, page.items.iter().map(|fact| &fact.body)).await?;
    let said: Vec<(Said, Heard)> = page.items.iter().filter_map(|fact| heard(&schemes, fact, now)).collect();
    let (said, heard): (Vec<_>, Vec<_>) = said.into_iter().unzip();
    let half_life = f64::from(half_life_days);
    let looked = Looked {
        customer: &customer,
        now,
        half_life_days,
        is_cut: page.next.is_some(),
        said: &said,
        heard: &heard,
        comparison: newest_comparison(&heard),
    };
    let questionnaires = guanxi_satisfaction::by_questionnaire(&heard, half_life, pooling);
    let scopes = guanxi_satisfaction::by_scope(&heard, half_life, pooling);
    Ok(to_proto::standing::resource(&looked, questionnaires, scopes))
}

/// The newest records that count, of what has occurred.
fn newest_until(customer: &CustomerId, now: Timestamp) -> FactQuery {
    FactQuery {
        kind: FactKind::SatisfactionRecord,
        customer: Some(customer.clone()),
        filter: Filter::everything(fact_filter(FactKind::SatisfactionRecord)),
        show_replaced: false,
        limit: NEWEST,
        after: Some(vec![KeyPart::Int(now.0.saturating_add(1)), KeyPart::Bytes(Vec::new())]),
    }
}

/// A record, and what it means.
fn heard(schemes: &Schemes, fact: &Fact, now: Timestamp) -> Option<(Said, Heard)> {
    let FactBody::SatisfactionRecord(record) = &fact.body else { return None };
    let scheme = schemes.get(&(record.questionnaire.clone(), record.revision))?;
    let said = Said { record: fact.id, time: fact.occur_time, scheme: Arc::clone(scheme) };
    let heard = Heard {
        questionnaire: record.questionnaire.clone(),
        scope: scheme.content().scope?,
        form: scheme.form(),
        method: record.method,
        age_days: (now.0 - fact.occur_time.0) as f64 / MICROSECONDS_PER_DAY,
        evaluation: scheme.evaluate(&record.answers),
    };
    Some((said, heard))
}

/// The newest record in which the customer itself compares what it got with what it expected, and how.
fn newest_comparison(heard: &[Heard]) -> Option<(usize, SatisfactionBand)> {
    heard
        .iter()
        .enumerate()
        .filter(|(_, one)| one.method.asks_the_customer())
        .find_map(|(index, one)| Some((index, one.evaluation.comparison?.band?)))
}
