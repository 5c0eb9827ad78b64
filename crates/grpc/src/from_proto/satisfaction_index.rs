//! Questions about what the records of a set mean together.

use std::collections::BTreeMap;

use guanxi::google::r#type::Date as PbDate;
use guanxi::v1 as pb;
use guanxi_app::operations::RECORD_FILTER;
use guanxi_model::customer::ContactRole;
use guanxi_model::filter::Filter;
use guanxi_model::{
    Day, PyramidId, QuestionnaireId, RequestId, RevisionNumber, TierId, Violations, Words as _, name, text,
};
use guanxi_satisfaction::cube::{Detail, Grouping, IndexQuestion, Key, Period, Weighting};

use super::customer::request_id;
use super::{Path, distinct, done, given, page, time, word, word_or_none};

const MAX_METHODS: usize = 6;
const MAX_LINE: usize = 100;
const MAX_NAME: usize = 200;
const MAX_HALF_LIFE_DAYS: i32 = 3650;
/// The longest time of which days are read one by one, and of which months are.
const MAX_DAYS: i32 = 1100;
const MAX_DAYS_OF_MONTHS: i32 = 3660;

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

/// A tier of a pyramid.
#[derive(Clone, Debug)]
pub(crate) struct TierOf {
    pub(crate) tier: TierId,
    /// None for the one that is primary.
    pub(crate) pyramid: Option<PyramidId>,
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
        collection_methods,
        pool_collection_methods,
        tier,
        pyramid,
        channel,
        touchpoint,
        wave,
        team,
        branch,
        handler,
        respondent_role,
        half_life_days,
        view,
    } = question;
    let revision = revision(v, at.field("questionnaire"), &questionnaire);
    let tier = tier_of(v, at, (tier, &pyramid));
    let words = [
        ("channel", Key::Channel, channel, MAX_LINE),
        ("wave", Key::Wave, wave, MAX_LINE),
        ("team", Key::Team, team, MAX_NAME),
        ("branch", Key::Branch, branch, MAX_NAME),
        ("handler", Key::Handler, handler, MAX_NAME),
    ];
    let mut keys = keys(v, at, (words, &touchpoint, respondent_role));
    keys.extend(tier.as_ref().map(|of| (Key::Tier, of.tier.to_string())));
    let methods = distinct(v, at.field("collection_methods"), (collection_methods, MAX_METHODS), |v, at, method| {
        word(v, at, method, pb::CollectionMethod::as_str_name)
    });
    let period = word_or_none(v, at.field("period"), period, pb::SatisfactionPeriod::as_str_name);
    let group_by = word_or_none(v, at.field("group_by"), group_by, pb::SatisfactionGrouping::as_str_name);
    let detail = word_or_none(v, at.field("view"), view, pb::SatisfactionView::as_str_name);
    let half_life_days = half_life(v, at.field("half_life_days"), half_life_days);
    let days = days(v, at, (start_date, end_date));
    let question = IndexQuestion {
        days: days?,
        period: period.unwrap_or(Period::Whole),
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

/// A field with its key, what it says, and how long it may be.
type Word = (&'static str, Key, String, usize);

/// The keys that records are kept to, as far as they are words.
fn keys(v: &mut Violations, at: Path<'_>, (words, touchpoint, role): ([Word; 5], &str, i32)) -> BTreeMap<Key, String> {
    let mut keys = BTreeMap::new();
    for (field, key, word, max) in words {
        keys.extend(v.field(at.field(field), text::optional(word, max)).map(|word| (key, word)));
    }
    if !touchpoint.is_empty() {
        let touchpoint = v.field(at.field("touchpoint"), name::parse_touchpoint(touchpoint));
        keys.extend(touchpoint.map(|touchpoint| (Key::Touchpoint, String::from(touchpoint))));
    }
    let role: Option<ContactRole> = word_or_none(v, at.field("respondent_role"), role, pb::ContactRole::as_str_name);
    keys.extend(role.map(|role| (Key::Role, role.code().to_string())));
    keys.retain(|_, word| !word.is_empty());
    keys
}

/// A revision, or a questionnaire for its active one.
pub(super) fn revision(
    v: &mut Violations,
    at: Path<'_>,
    name: &str,
) -> Option<(QuestionnaireId, Option<RevisionNumber>)> {
    if let Ok(questionnaire) = name::parse_questionnaire(name) {
        return Some((questionnaire, None));
    }
    v.field(at, name::parse_questionnaire_revision(name)).map(|(questionnaire, number)| (questionnaire, Some(number)))
}

pub(super) fn tier_of(v: &mut Violations, at: Path<'_>, (tier, pyramid): (String, &str)) -> Option<TierOf> {
    let pyramid = match pyramid {
        "" => None,
        name => v.field(at.field("pyramid"), name::parse_pyramid(name)),
    };
    if tier.is_empty() {
        if pyramid.is_some() {
            v.push(at.field("pyramid"), "must not be given without a tier");
        }
        return None;
    }
    v.field(at.field("tier"), TierId::parse(tier)).map(|tier| TierOf { tier, pyramid })
}

fn half_life(v: &mut Violations, at: Path<'_>, days: Option<i32>) -> Option<i32> {
    if let Some(days) = days.filter(|days| !(1..=MAX_HALF_LIFE_DAYS).contains(days)) {
        v.push(at, format!("must be 1 to {MAX_HALF_LIFE_DAYS}, got {days}"));
    }
    days
}

pub(super) fn days(
    v: &mut Violations,
    at: Path<'_>,
    (start, end): (Option<PbDate>, Option<PbDate>),
) -> Option<(Day, Day)> {
    let start = given(v, at.field("start_date"), start).and_then(|date| time::day(v, at.field("start_date"), date));
    let end = given(v, at.field("end_date"), end).and_then(|date| time::day(v, at.field("end_date"), date));
    let days = start.zip(end)?;
    if days.1 < days.0 {
        v.push(at.field("end_date"), format!("must not be before the start date, {}", days.0));
    }
    Some(days)
}

pub(super) fn check_length(v: &mut Violations, at: Path<'_>, question: &IndexQuestion) {
    let (first, last) = question.days;
    let length = i64::from(last.0) - i64::from(first.0) + 1;
    let most = if question.needs_days() { MAX_DAYS } else { MAX_DAYS_OF_MONTHS };
    if length > i64::from(most) {
        let fault = format!(
            "must be within {most} days from the start date, got {length}; days, weeks and half-lives are of at most {MAX_DAYS}"
        );
        v.push(at.field("end_date"), fault);
    }
}
