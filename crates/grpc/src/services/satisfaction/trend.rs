//! A number over time.

use guanxi::v1 as pb;
use guanxi_app::{App, Error};
use guanxi_satisfaction::trend::{self, TrendQuestion};

use super::Answer;
use super::sets::{self, Asked};
use crate::from_proto::satisfaction_set::DaysOfSet;
use crate::from_proto::satisfaction_trend::{self as read, TrendAsked};
use crate::services::Service;
use crate::{status, to_proto};

pub(super) async fn get(service: &Service, request: pb::GetSatisfactionTrendRequest) -> Answer<pb::SatisfactionTrend> {
    let asked = read::request(request).map_err(status::invalid)?;
    service.unit(|app| async move { trend(&app, asked).await }).await
}

async fn trend(app: &App, asked: TrendAsked) -> Result<pb::SatisfactionTrend, Error> {
    let TrendAsked { of, period, quantity, baseline, rule, change } = asked;
    let DaysOfSet { questionnaire, number, days, set } = of;
    let asked = Asked::find(app, (questionnaire, number)).await?;
    let source = asked.source("quantity", &quantity)?;
    let at = ("set", &set);
    let held = asked.held(app, at, days, Some(period)).await?;
    let frozen = match baseline {
        Some(days) => Some(asked.held(app, at, days, Some(period)).await?),
        None => None,
    };
    let change = match change {
        Some((after, before)) => Some((asked.whole(app, at, after).await?, asked.whole(app, at, before).await?)),
        None => None,
    };
    let others = change.iter().flat_map(|(after, before)| [after, before]);
    let all: Vec<_> = std::iter::once(&held).chain(&frozen).chain(others).collect();
    let methods = sets::methods("set", &set, &all)?;
    let question = TrendQuestion { source, polarity: quantity.kind.polarity(), days, period, rule };
    let told = trend::trend(&question, &held.periods, frozen.as_ref().map(|frozen| &frozen.periods));
    let split = change.and_then(|(after, before)| trend::split(&question.source, (&after.total(), &before.total())));
    Ok(to_proto::satisfaction_trend::trend((asked.name(), quantity), &methods, &question, (told, split)))
}
