//! Sets of records, on some days, and numbers that they come to.

use std::collections::BTreeMap;

use guanxi::v1 as pb;
use guanxi_model::customer::ContactRole;
use guanxi_model::{Day, Period, QuestionnaireId, RevisionNumber, TierId, Violations, Words as _, name, text};
use guanxi_satisfaction::cube::Key;
use guanxi_satisfaction::quantity::Quantity;
use guanxi_satisfaction::set::{RecordSet, TierOf};

use super::{Path, distinct, given, time, word, word_or_none};

/// What is wrong with a set that only an operation can look at.
pub(crate) const HELD_BY_NO_CELLS: &str =
    "no cells keep records apart by all these keys together; AnalyzeSatisfaction tells their index";
const MAX_METHODS: usize = 6;
const MAX_LINE: usize = 100;
const MAX_NAME: usize = 200;
/// The longest time of which days are read one by one, and of which months are.
const MAX_DAYS: i32 = 1100;
const MAX_DAYS_OF_MONTHS: i32 = 3660;

/// The records of a set on some days.
#[derive(Clone, Debug)]
pub(crate) struct DaysOfSet {
    pub(crate) questionnaire: QuestionnaireId,
    /// None for the active one.
    pub(crate) number: Option<RevisionNumber>,
    pub(crate) days: (Day, Day),
    pub(crate) set: RecordSet,
}

/// All records where none are named.
pub(super) fn record_set(v: &mut Violations, at: Path<'_>, set: pb::SatisfactionSet) -> RecordSet {
    let pb::SatisfactionSet {
        collection_methods,
        tier,
        pyramid,
        channel,
        touchpoint,
        wave,
        team,
        branch,
        handler,
        respondent_role,
    } = set;
    let tier = tier_of(v, at, (tier, &pyramid));
    let mut keys = BTreeMap::new();
    for (field, key, word, max) in [
        ("channel", Key::Channel, channel, MAX_LINE),
        ("wave", Key::Wave, wave, MAX_LINE),
        ("team", Key::Team, team, MAX_NAME),
        ("branch", Key::Branch, branch, MAX_NAME),
        ("handler", Key::Handler, handler, MAX_NAME),
    ] {
        keys.extend(v.field(at.field(field), text::optional(word, max)).map(|word| (key, word)));
    }
    if !touchpoint.is_empty() {
        let touchpoint = v.field(at.field("touchpoint"), name::parse_touchpoint(&touchpoint));
        keys.extend(touchpoint.map(|touchpoint| (Key::Touchpoint, String::from(touchpoint))));
    }
    let role = at.field("respondent_role");
    let role: Option<ContactRole> = word_or_none(v, role, respondent_role, pb::ContactRole::as_str_name);
    keys.extend(role.map(|role| (Key::Role, role.code().to_string())));
    keys.retain(|_, word| !word.is_empty());
    let methods = distinct(v, at.field("collection_methods"), (collection_methods, MAX_METHODS), |v, at, method| {
        word(v, at, method, pb::CollectionMethod::as_str_name)
    });
    RecordSet { methods, keys, tier }
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

/// A set that cells can tell of.
pub(super) fn kept_apart(v: &mut Violations, at: Path<'_>, set: Option<pb::SatisfactionSet>) -> RecordSet {
    let set = record_set(v, at, set.unwrap_or_default());
    if set.face().is_none() {
        v.push(at, HELD_BY_NO_CELLS);
    }
    set
}

/// A set on some days.
pub(super) fn days_of_set(v: &mut Violations, at: Path<'_>, days: pb::SatisfactionDays) -> Option<DaysOfSet> {
    let pb::SatisfactionDays { questionnaire, start_date, end_date, set } = days;
    let revision = revision(v, at.field("questionnaire"), &questionnaire);
    let days = time::days(v, at, (start_date, end_date));
    if let Some(days) = days {
        check_length(v, at.field("end_date"), days, false);
    }
    let set = kept_apart(v, at.field("set"), set);
    let ((questionnaire, number), days) = revision.zip(days)?;
    Some(DaysOfSet { questionnaire, number, days, set })
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

/// Whether the cells of months do not hold a period.
pub(super) fn needs_days(period: Period) -> bool {
    matches!(period, Period::Day | Period::Week)
}

/// Notes days that are too many for the cells they need, which are those of days or of months.
pub(super) fn check_length(v: &mut Violations, end: Path<'_>, (first, last): (Day, Day), needs_days: bool) {
    let length = i64::from(last.0) - i64::from(first.0) + 1;
    let most = if needs_days { MAX_DAYS } else { MAX_DAYS_OF_MONTHS };
    if length > i64::from(most) {
        let fault = format!(
            "must be within {most} days from the first, got {length}; days, weeks and half-lives are of at most {MAX_DAYS}"
        );
        v.push(end, fault);
    }
}

/// A number that answers come to and that can be held against another one.
pub(super) fn comparable_quantity(
    v: &mut Violations,
    at: Path<'_>,
    asked: Option<pb::SatisfactionQuantity>,
) -> Option<Quantity> {
    let quantity = quantity(v, at, asked)?;
    if quantity.kind.is_rate() {
        v.push(at.field("kind"), "is a count per record, which only GetSatisfactionTrend follows");
    }
    Some(quantity)
}

/// A number that answers come to.
pub(super) fn quantity(
    v: &mut Violations,
    at: Path<'_>,
    quantity: Option<pb::SatisfactionQuantity>,
) -> Option<Quantity> {
    let pb::SatisfactionQuantity { kind, dimension, item } = given(v, at, quantity)?;
    let kind = word(v, at.field("kind"), kind, pb::SatisfactionQuantityKind::as_str_name)?;
    match Quantity::new(kind, (&dimension, &item)) {
        Ok(quantity) => Some(quantity),
        Err(faults) => {
            v.merge(&String::from(at), faults);
            None
        }
    }
}
