//! What the reading of every message needs: fields that must be there, lists with limits, and words for numbers.

use std::collections::HashSet;
use std::hash::Hash;

use guanxi_model::{Violations, Words};

use super::Path;

/// The value, if nothing was found wrong with any part of it.
pub(super) fn done<T>(violations: Violations, value: Option<T>) -> Result<T, Violations> {
    violations.finish()?;
    // Whatever leaves no value has noted why; this answers the caller even where somebody forgot.
    value.ok_or_else(|| Violations::one("", "cannot be read"))
}

/// A message that must be there.
pub(super) fn given<T>(v: &mut Violations, at: Path<'_>, message: Option<T>) -> Option<T> {
    if message.is_none() {
        v.push(at, "is required");
    }
    message
}

/// The items of a list of at most `max`; those past it are counted and not read.
pub(super) fn list<P, T>(
    v: &mut Violations,
    at: Path<'_>,
    (items, max): (Vec<P>, usize),
    mut read: impl FnMut(&mut Violations, Path<'_>, P) -> Option<T>,
) -> Vec<T> {
    if items.len() > max {
        v.push(at, format!("has {} items; at most {max} are allowed", items.len()));
    }
    items.into_iter().take(max).enumerate().filter_map(|(index, item)| read(v, at.index(index), item)).collect()
}

/// The items of a list of at most `max`, each at most once.
pub(super) fn distinct<P, T: Clone + Eq + Hash>(
    v: &mut Violations,
    at: Path<'_>,
    items: (Vec<P>, usize),
    read: impl Fn(&mut Violations, Path<'_>, P) -> Option<T>,
) -> Vec<T> {
    let mut seen = HashSet::new();
    list(v, at, items, |v, at, item| {
        let item = read(v, at, item)?;
        if !seen.insert(item.clone()) {
            v.push(at, "is given twice");
        }
        Some(item)
    })
}

/// All items of a list, whose number is for somebody else to limit.
pub(super) fn each<P, T>(items: Vec<P>, mut read: impl FnMut(usize, P) -> T) -> Vec<T> {
    items.into_iter().enumerate().map(|(index, item)| read(index, item)).collect()
}

/// Takes over the faults of a draft. What could not be read is missing in it, and that it is missing need not be told too.
pub(super) fn merge_untold(told: &mut Violations, more: &Violations) {
    // The place itself, or an item of the list there.
    let within = |path: &str, fault: &str| {
        path.strip_prefix(fault).is_some_and(|rest| rest.is_empty() || (rest.starts_with('[') && !rest.contains('.')))
    };
    let paths: Vec<_> = told.iter().map(|fault| fault.path.clone()).collect();
    for fault in more.iter().filter(|fault| !paths.iter().any(|path| within(path, &fault.path))) {
        told.push(fault.path.clone(), fault.description.clone());
    }
}

/// The word of a number that must be there. `P` is the enum of the contract, whose names `name` tells.
pub(super) fn word<W, P>(v: &mut Violations, at: Path<'_>, number: i32, name: fn(&P) -> &'static str) -> Option<W>
where
    W: Words,
    P: TryFrom<i32>,
{
    let word = W::from_code(number);
    if word.is_none() {
        v.push(at, not_a_word::<W, P>(number, name));
    }
    word
}

/// The word of a number, which may be left out. Faults are noted, so that none may be taken for nothing given.
pub(super) fn word_or_none<W, P>(
    v: &mut Violations,
    at: Path<'_>,
    number: i32,
    name: fn(&P) -> &'static str,
) -> Option<W>
where
    W: Words,
    P: TryFrom<i32>,
{
    if number == 0 { None } else { word(v, at, number, name) }
}

fn not_a_word<W: Words, P: TryFrom<i32>>(number: i32, name: fn(&P) -> &'static str) -> String {
    let names = W::ALL.iter().filter_map(|(_, code)| P::try_from(i32::from(*code)).ok());
    let names: Vec<_> = names.map(|word| name(&word)).collect();
    let fault = if number == 0 { "is required".to_owned() } else { format!("{number} is no value of it") };
    format!("{fault}; allowed: {}", names.join(", "))
}

#[cfg(test)]
mod tests {
    use guanxi::v1 as pb;
    use guanxi_model::customer::CustomerKind;

    use super::*;

    fn fault(number: i32) -> String {
        let mut v = Violations::new();
        assert_eq!(word::<CustomerKind, _>(&mut v, Path::of("kind"), number, pb::CustomerKind::as_str_name), None);
        v.to_string()
    }

    #[test]
    fn numbers_without_a_word_name_the_allowed_ones() {
        let allowed = "allowed: CUSTOMER_KIND_PERSON, CUSTOMER_KIND_ORGANIZATION, CUSTOMER_KIND_UNKNOWN";
        assert_eq!(fault(0), format!("kind: is required; {allowed}"));
        assert_eq!(fault(77), format!("kind: 77 is no value of it; {allowed}"));
        assert_eq!(fault(-1), format!("kind: -1 is no value of it; {allowed}"));
    }

    #[test]
    fn a_list_too_long_is_read_as_far_as_allowed() {
        let mut v = Violations::new();
        let read = list(&mut v, Path::of("staff"), (vec![1, 2, 3], 2), |v, at, item| {
            v.push(at, "odd");
            Some(item)
        });
        assert_eq!(read, [1, 2]);
        assert_eq!(v.to_string(), "staff: has 3 items; at most 2 are allowed; staff[0]: odd; staff[1]: odd");
    }

    #[track_caller]
    fn agree<W: Words + std::fmt::Debug, P: TryFrom<i32> + std::fmt::Debug>() {
        for code in -2..100 {
            let ours = W::from_code(code).map(|word| format!("{word:?}"));
            let theirs = P::try_from(code).ok().filter(|_| code != 0).map(|word| format!("{word:?}"));
            assert_eq!(ours, theirs, "{code}");
        }
    }

    #[test]
    fn the_domain_and_the_contract_have_the_same_words() {
        use guanxi_model::{customer, fact};
        agree::<customer::CustomerKind, pb::CustomerKind>();
        agree::<customer::Stage, pb::CustomerStage>();
        agree::<customer::ContactRole, pb::ContactRole>();
        agree::<customer::ContactChannelKind, pb::ContactChannelKind>();
        agree::<customer::LifeEventKind, pb::LifeEventKind>();
        agree::<customer::AccountTeamRole, pb::AccountTeamRole>();
        agree::<customer::RelationshipSetting, pb::RelationshipSetting>();
        agree::<customer::LockInKind, pb::LockInKind>();
        agree::<customer::ConsentBasis, pb::ConsentBasis>();
        agree::<customer::ConsentState, pb::ConsentState>();
        agree::<customer::ValueType, pb::ValueType>();
        agree::<customer::TouchpointKind, pb::TouchpointKind>();
        agree::<guanxi_satisfaction::QuestionnairePopulation, pb::QuestionnairePopulation>();
        agree::<guanxi_satisfaction::QuestionnaireScope, pb::QuestionnaireScope>();
        agree::<guanxi_satisfaction::IndexForm, pb::IndexForm>();
        agree::<guanxi_satisfaction::WeightSource, pb::WeightSource>();
        agree::<guanxi_satisfaction::ScaleDirection, pb::ScaleDirection>();
        agree::<guanxi_satisfaction::SatisfactionMetric, pb::SatisfactionMetric>();
        agree::<guanxi_satisfaction::SatisfactionBand, pb::SatisfactionBand>();
        agree::<guanxi_satisfaction::ZonePlace, pb::ZonePlace>();
        agree::<guanxi_satisfaction::PromoterClass, pb::PromoterClass>();
        agree::<guanxi_satisfaction::Gating, pb::Gating>();
        agree::<guanxi_satisfaction::quantity::QuantityKind, pb::SatisfactionQuantityKind>();
        agree::<guanxi_satisfaction::chart::ChartKind, pb::ControlChartKind>();
        agree::<guanxi_satisfaction::first_time::FirstTimeGrouping, pb::FirstTimeRightGrouping>();
        agree::<fact::QuestionKind, pb::QuestionKind>();
        agree::<fact::CollectionMethod, pb::CollectionMethod>();
        agree::<guanxi_segmentation::RecordItem, pb::RecordItem>();
        agree::<guanxi_segmentation::TargetDecisionKind, pb::TargetDecisionKind>();
        agree::<fact::InvitationEventKind, pb::InvitationEventType>();
        agree::<fact::InvitationState, pb::InvitationState>();
        agree::<guanxi_satisfaction::Objection, pb::SurveyObjectionReason>();
        agree::<fact::FactKind, pb::FactKind>();
        agree::<fact::FactState, pb::FactState>();
        agree::<fact::PurchaseType, pb::PurchaseType>();
        agree::<fact::PromotionPurpose, pb::PromotionPurpose>();
        agree::<fact::InteractionMode, pb::InteractionMode>();
        agree::<fact::Direction, pb::Direction>();
        agree::<fact::InteractionPurpose, pb::InteractionPurpose>();
        agree::<fact::Emotion, pb::Emotion>();
        agree::<fact::InteractionOutcome, pb::InteractionOutcome>();
        agree::<fact::WithholdingReason, pb::WithholdingReason>();
        agree::<fact::StageReasonGroup, pb::StageReasonGroup>();
        agree::<fact::StageReasonCause, pb::StageReasonCause>();
        agree::<fact::StageReasonBasis, pb::StageReasonBasis>();
    }
}
