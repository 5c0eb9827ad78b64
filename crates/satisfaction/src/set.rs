//! Which records of a questionnaire are one set: by their keys, and by how they were come by.

use std::collections::{BTreeMap, BTreeSet};

use guanxi_model::fact::CollectionMethod;
use guanxi_model::{Day, Period, PyramidId, TierId};
use serde::{Deserialize, Serialize};

use crate::cube::{Detail, Face, Grouping, IndexQuestion, Key, Weighting};

/// See the module.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordSet {
    /// All of one method where none is named.
    pub methods: Vec<CollectionMethod>,
    /// What is said of records beside their tier.
    pub keys: BTreeMap<Key, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<TierOf>,
}

/// A tier of a pyramid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TierOf {
    pub tier: TierId,
    /// None for the one that is primary.
    pub pyramid: Option<PyramidId>,
}

impl TierOf {
    /// A record is stamped with one tier of one pyramid. The primary one may be that which the other names.
    fn is_apart_from(&self, other: &TierOf) -> bool {
        let pyramids = self.pyramid.as_ref().zip(other.pyramid.as_ref());
        self.tier != other.tier || pyramids.is_some_and(|(ours, theirs)| ours != theirs)
    }
}

impl RecordSet {
    /// The face whose cells hold it; none where no face keeps records apart by all of its keys.
    pub fn face(&self) -> Option<Face> {
        let keys: BTreeSet<Key> = self.keys.keys().copied().chain(self.tier.as_ref().map(|_| Key::Tier)).collect();
        Face::holding(&keys)
    }

    /// What is asked of cells, by period where one is given. The tier is still to be put in.
    pub fn question(&self, days: (Day, Day), period: Option<Period>) -> IndexQuestion {
        let tier = self.tier.as_ref().map(|of| (Key::Tier, of.tier.to_string()));
        IndexQuestion {
            days,
            period,
            group_by: Grouping::Nothing,
            keys: self.keys.clone().into_iter().chain(tier).collect(),
            methods: self.methods.clone(),
            pools_methods: true,
            half_life_days: None,
            weighting: Weighting::PerResponse,
            detail: Detail::Index,
        }
    }

    /// Whether no record can be in both: some key or the method differs. Of our people a record may name several, but it is
    /// about the work of each.
    pub fn is_apart_from(&self, other: &RecordSet) -> bool {
        let differs = |(key, word): (&Key, &String)| other.keys.get(key).is_some_and(|theirs| theirs != word);
        let tiers =
            self.tier.as_ref().zip(other.tier.as_ref()).is_some_and(|(ours, theirs)| ours.is_apart_from(theirs));
        let methods_differ = !self.methods.is_empty()
            && !other.methods.is_empty()
            && self.methods.iter().all(|method| !other.methods.contains(method));
        methods_differ || self.keys.iter().any(differs) || tiers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(key: Key, word: &str) -> RecordSet {
        RecordSet { keys: [(key, word.to_owned())].into(), ..RecordSet::default() }
    }

    #[test]
    fn sets_are_apart_where_something_differs() {
        let all = RecordSet::default();
        assert!(!all.is_apart_from(&all) && !all.is_apart_from(&of(Key::Wave, "spring")));
        assert!(of(Key::Wave, "autumn").is_apart_from(&of(Key::Wave, "spring")));
        assert!(!of(Key::Wave, "autumn").is_apart_from(&of(Key::Branch, "north")));
        let by = |method| RecordSet { methods: vec![method], ..RecordSet::default() };
        assert!(by(CollectionMethod::Phone).is_apart_from(&by(CollectionMethod::SelfCompletion)));
        assert!(!by(CollectionMethod::Phone).is_apart_from(&all));
        let tier_of = |tier: &str, pyramid: Option<&str>| {
            let pyramid = pyramid.map(|pyramid| PyramidId::parse(pyramid).unwrap());
            RecordSet { tier: Some(TierOf { tier: TierId::parse(tier).unwrap(), pyramid }), ..RecordSet::default() }
        };
        let tier = |tier: &str| tier_of(tier, None);
        assert!(tier_of("gold", Some("value")).is_apart_from(&tier_of("gold", Some("use"))));
        assert!(!tier_of("gold", Some("value")).is_apart_from(&tier("gold")), "it may be the primary one");
        assert!(tier("gold").is_apart_from(&tier("iron")) && !tier("gold").is_apart_from(&all));
        assert_eq!(tier("gold").face(), Some(Face::Tier));
        let both = RecordSet { keys: of(Key::Team, "one").keys, ..tier("gold") };
        assert_eq!(both.face(), None);
    }
}
