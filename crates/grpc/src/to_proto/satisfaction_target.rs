//! Targets.

use guanxi::v1 as pb;
use guanxi_model::page::{KeyPart, Page, QueryHash};
use guanxi_model::{TouchpointId, etag, name};
use guanxi_satisfaction::cube::Key;
use guanxi_satisfaction::set::RecordSet;
use guanxi_satisfaction::target::{Target, TargetContent};

use super::satisfaction_figure::quantity as word_quantity;
use super::{number, page, time};

/// A target.
pub(crate) fn resource(target: Target) -> pb::SatisfactionTarget {
    let Target { id, content, revision, create_time, update_time } = target;
    let TargetContent { display_name, description, questionnaire, set, quantity, value, due, owner } = content;
    let name = name::satisfaction_target(&id);
    pb::SatisfactionTarget {
        etag: etag::etag(&name, revision),
        name,
        display_name,
        description,
        questionnaire: name::questionnaire(&questionnaire),
        set: Some(set).filter(|set| *set != RecordSet::default()).map(record_set),
        quantity: Some(word_quantity(quantity)),
        value: Some(value),
        due_date: Some(time::day(due)),
        owner,
        create_time: Some(time::timestamp(create_time)),
        update_time: Some(time::timestamp(update_time)),
    }
}

fn record_set(set: RecordSet) -> pb::SatisfactionSet {
    let RecordSet { methods, mut keys, tier } = set;
    let mut key = |key| keys.remove(&key).unwrap_or_default();
    let touchpoint = Some(key(Key::Touchpoint)).filter(|id| !id.is_empty());
    let pyramid = tier.as_ref().and_then(|of| of.pyramid.as_ref());
    pb::SatisfactionSet {
        collection_methods: methods.into_iter().map(number).collect(),
        pyramid: pyramid.map(name::pyramid).unwrap_or_default(),
        tier: tier.map(|of| of.tier.to_string()).unwrap_or_default(),
        channel: key(Key::Channel),
        touchpoint: touchpoint.map(|id| name::touchpoint(&TouchpointId::from_trusted(id))).unwrap_or_default(),
        wave: key(Key::Wave),
        team: key(Key::Team),
        branch: key(Key::Branch),
        handler: key(Key::Handler),
        // A code of ours.
        respondent_role: key(Key::Role).parse().unwrap_or_default(),
    }
}

/// ListSatisfactionTargets.
pub(crate) fn list_response(query: QueryHash, targets: Page<Target>) -> pb::ListSatisfactionTargetsResponse {
    let (satisfaction_targets, next_page_token) = page::close(targets, query, key, resource);
    pb::ListSatisfactionTargetsResponse { satisfaction_targets, next_page_token }
}

/// What they are listed by.
pub(crate) fn key(target: &Target) -> Vec<KeyPart> {
    vec![KeyPart::Text(target.id.as_str().to_owned())]
}
