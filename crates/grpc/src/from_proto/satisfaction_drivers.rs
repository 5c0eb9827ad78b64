//! The request for drivers.

use std::collections::BTreeMap;

use guanxi::v1 as pb;
use guanxi_model::Violations;
use guanxi_satisfaction::QuestionnaireScheme;
use guanxi_satisfaction::cube::{Detail, Grouping, IndexQuestion, Weighting};
use guanxi_satisfaction::drivers::DriverQuestion;
use guanxi_satisfaction::set::TierOf;

use super::satisfaction_model::methods;
use super::satisfaction_set::{check_length, revision, tier_of};
use super::{Path, done, list, time};

const MAX_DRIVERS: usize = 24;

/// What is asked.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// Which records; its tier is still to be put in.
    pub(crate) set: IndexQuestion,
    pub(crate) tier: Option<TierOf>,
    pub(crate) question: DriverQuestion,
}

/// GetSatisfactionDrivers. Without a scheme, its questionnaire could not be read.
pub(crate) fn request(
    scheme: Option<&QuestionnaireScheme>,
    request: pb::GetSatisfactionDriversRequest,
) -> Result<Asked, Violations> {
    let pb::GetSatisfactionDriversRequest {
        questionnaire,
        start_date,
        end_date,
        collection_methods,
        tier,
        pyramid,
        outcome,
        drivers,
    } = request;
    let mut v = Violations::new();
    revision(&mut v, Path::of("questionnaire"), &questionnaire);
    let days = time::days(&mut v, Path::REQUEST, (start_date, end_date));
    let methods = methods(&mut v, collection_methods);
    let tier = tier_of(&mut v, Path::REQUEST, (tier, &pyramid));
    let drivers = list(&mut v, Path::of("drivers"), (drivers, MAX_DRIVERS), |_, _, id| Some(id));
    let question = scheme.map(|scheme| scheme.driver_question(&outcome, &drivers));
    let question = question.and_then(|question| question.map_err(|faults| v.merge("", faults)).ok());
    let set = days.map(|days| IndexQuestion {
        days,
        period: None,
        group_by: Grouping::Nothing,
        keys: BTreeMap::new(),
        methods,
        pools_methods: true,
        half_life_days: None,
        weighting: Weighting::PerResponse,
        detail: Detail::Index,
    });
    if let Some(days) = days {
        check_length(&mut v, Path::of("end_date"), days, false);
    }
    done(v, set.zip(question).map(|(set, question)| Asked { set, tier, question }))
}
