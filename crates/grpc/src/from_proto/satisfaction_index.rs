//! Questions about what the records of a set mean together.

use guanxi::v1 as pb;
use guanxi_app::operations::RECORD_FILTER;
use guanxi_model::filter::Filter;
use guanxi_model::{QuestionnaireId, RequestId, RevisionNumber, Violations};
use guanxi_satisfaction::cube::{Detail, Grouping, IndexQuestion, Key, Weighting};
use guanxi_satisfaction::set::{RecordSet, TierOf};

use super::customer::request_id;
use super::{Path, done, given, page, satisfaction_set, time, word_or_none};

const MAX_HALF_LIFE_DAYS: i32 = 3650;

/// What is asked, as far as the request says.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) questionnaire: QuestionnaireId,
    /// None for the active one.
    pub(crate) number: Option<RevisionNumber>,
    pub(crate) tier: Option<TierOf>,
    /// Its tier is still to be put in.
    pub(crate) question: IndexQuestion,
}

/// What an operation is asked.
#[derive(Clone, Debug)]
pub(crate) struct Analysis {
    pub(crate) asked: Asked,
    pub(crate) filter: Filter,
    pub(crate) request_id: Option<RequestId>,
}

/// GetSatisfactionIndex.
pub(crate) fn index_request(request: pb::GetSatisfactionIndexRequest) -> Result<Asked, Violations> {
    let pb::GetSatisfactionIndexRequest { question } = request;
    let mut v = Violations::new();
    let at = Path::of("question");
    let asked = given(&mut v, at, question).and_then(|given| question_of(&mut v, at, given));
    if asked.as_ref().is_some_and(|asked| asked.question.face().is_none()) {
        v.merge("", held_by_no_cells());
    }
    done(v, asked)
}

/// A set that only an operation can look at.
pub(crate) fn held_by_no_cells() -> Violations {
    let fault =
        "no cells keep records apart by all that rows are grouped by and kept to; AnalyzeSatisfaction answers it";
    Violations::one("question.group_by", fault)
}

/// AnalyzeSatisfaction.
pub(crate) fn analysis_request(request: pb::AnalyzeSatisfactionRequest) -> Result<Analysis, Violations> {
    let pb::AnalyzeSatisfactionRequest { question, filter, weighting, request_id: id } = request;
    let mut v = Violations::new();
    let request_id = request_id(&mut v, &id);
    let at = Path::of("question");
    let filter = page::filter(&mut v, &filter, &RECORD_FILTER);
    let weighting = word_or_none(&mut v, Path::of("weighting"), weighting, pb::SatisfactionWeighting::as_str_name);
    let asked = given(&mut v, at, question).and_then(|given| question_of(&mut v, at, given)).map(|mut asked| {
        asked.question.weighting = weighting.unwrap_or(Weighting::PerResponse);
        asked
    });
    if let Some(IndexQuestion { weighting: Weighting::PerCustomer, half_life_days: Some(_), .. }) =
        asked.as_ref().map(|asked| &asked.question)
    {
        v.push(at.field("half_life_days"), "must not be given where each customer counts once");
    }
    done(v, asked.zip(filter).map(|(asked, filter)| Analysis { asked, filter, request_id }))
}

/// What both ways to ask have in common.
fn question_of(v: &mut Violations, at: Path<'_>, question: pb::SatisfactionQuestion) -> Option<Asked> {
    let pb::SatisfactionQuestion {
        questionnaire,
        start_date,
        end_date,
        period,
        group_by,
        set,
        pool_collection_methods,
        half_life_days,
        view,
    } = question;
    let revision = satisfaction_set::revision(v, at.field("questionnaire"), &questionnaire);
    let RecordSet { methods, mut keys, tier } =
        satisfaction_set::record_set(v, at.field("set"), set.unwrap_or_default());
    keys.extend(tier.as_ref().map(|of| (Key::Tier, of.tier.to_string())));
    let period = word_or_none(v, at.field("period"), period, pb::ReportPeriod::as_str_name);
    let group_by = word_or_none(v, at.field("group_by"), group_by, pb::SatisfactionGrouping::as_str_name);
    let detail = word_or_none(v, at.field("view"), view, pb::SatisfactionView::as_str_name);
    let half_life_days = half_life(v, at.field("half_life_days"), half_life_days);
    let days = time::days(v, at, (start_date, end_date));
    let question = IndexQuestion {
        days: days?,
        period,
        group_by: group_by.unwrap_or(Grouping::Nothing),
        keys,
        methods,
        pools_methods: pool_collection_methods,
        half_life_days,
        weighting: Weighting::PerResponse,
        detail: detail.unwrap_or(Detail::Index),
    };
    check_length(v, at, &question);
    let (questionnaire, number) = revision?;
    Some(Asked { questionnaire, number, tier, question })
}

fn half_life(v: &mut Violations, at: Path<'_>, days: Option<i32>) -> Option<i32> {
    if let Some(days) = days.filter(|days| !(1..=MAX_HALF_LIFE_DAYS).contains(days)) {
        v.push(at, format!("must be 1 to {MAX_HALF_LIFE_DAYS}, got {days}"));
    }
    days
}

/// Days weigh differently where there is a half-life, so they are read one by one.
fn check_length(v: &mut Violations, at: Path<'_>, question: &IndexQuestion) {
    satisfaction_set::check_length(v, at.field("end_date"), question.days, question.needs_days());
}
