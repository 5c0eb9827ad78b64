//! How well the customers of each tier are known: whether their records have what the tier asks for, and how long ago
//! somebody last made sure of them. QualityFigures about fewer than five customers are not told: they would be about persons.
//!
//! Which record is asked how, and which day it is, is the caller's to say.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use guanxi_model::customer::{AccountTeamRole, ContactChannelKind, ContactRole, LifeEventKind, Profile, Provenance};
use guanxi_model::statistics::Evidence;
use guanxi_model::{AttributeKey, LabelKey, Timestamp};
use serde::{Deserialize, Serialize};

use crate::scheme::{PyramidScheme, Tier};

/// What a record of a tier must have, each thing at most once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DataStandard {
    pub items: Vec<RecordItem>,
    pub labels: Vec<LabelKey>,
    pub attributes: Vec<AttributeKey>,
}

guanxi_model::words! {
    /// Something that a record may have.
    RecordItem { Email = 1, Phone = 2, Post = 3, DecisionMaker = 4, Birthday = 5, AccountOwner = 6, Consent = 7 }
}

/// One thing that a record must have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Requirement {
    Item(RecordItem),
    Label(LabelKey),
    Attribute(AttributeKey),
}

/// How well the customers of one tier are known.
#[derive(Clone, Debug, PartialEq)]
pub struct TierQuality {
    pub customers: u64,
    /// None where they are too few.
    pub figures: Option<QualityFigures>,
}

/// What is told about enough customers.
#[derive(Clone, Debug, PartialEq)]
pub struct QualityFigures {
    /// Of all, whose records have everything; none where the tier asks for nothing.
    pub complete_share: Option<f64>,
    /// How many lack each requirement, in the order of the standard.
    pub lacking: Vec<(Requirement, u64)>,
    /// Of all, who was verified within the age asked for.
    pub verified_share: f64,
    /// How many nobody is known to have verified.
    pub unverified: u64,
    /// Of those who were verified; none where they are too few.
    pub median_age_days: Option<f64>,
}

/// Adds up records, one by one; takes memory for the tiers and their ages in days, not for the records.
#[derive(Debug)]
pub struct QualityBuilder {
    max_age_days: i32,
    tiers: Vec<Counts>,
}

#[derive(Debug)]
struct Counts {
    /// Each with how many lack it.
    lacking: Vec<(Requirement, u64)>,
    owner: AccountTeamRole,
    customers: u64,
    complete: u64,
    recent: u64,
    /// How many records were verified so many days ago.
    ages: BTreeMap<i32, u64>,
}

impl DataStandard {
    fn requirements(&self) -> impl Iterator<Item = Requirement> + '_ {
        let items = self.items.iter().copied().map(Requirement::Item);
        let labels = self.labels.iter().cloned().map(Requirement::Label);
        items.chain(labels).chain(self.attributes.iter().cloned().map(Requirement::Attribute))
    }
}

impl Requirement {
    /// Whether a record has it; `owner` is the corner of the account team that owns the customer.
    fn is_met(&self, profile: &Profile, owner: AccountTeamRole) -> bool {
        let reached_by =
            |kind| profile.contacts.iter().flat_map(|one| &one.channels).any(|channel| channel.kind == kind);
        match self {
            Requirement::Item(RecordItem::Email) => reached_by(ContactChannelKind::Email),
            Requirement::Item(RecordItem::Phone) => reached_by(ContactChannelKind::Phone),
            Requirement::Item(RecordItem::Post) => reached_by(ContactChannelKind::Post),
            Requirement::Item(RecordItem::DecisionMaker) => {
                profile.contacts.iter().any(|contact| contact.roles.contains(&ContactRole::DecisionMaker))
            }
            Requirement::Item(RecordItem::Birthday) => {
                profile.life_events.iter().any(|event| event.kind == LifeEventKind::Birthday)
            }
            Requirement::Item(RecordItem::AccountOwner) => profile.account_team.iter().any(|one| one.role == owner),
            Requirement::Item(RecordItem::Consent) => !profile.consents.is_empty(),
            Requirement::Label(key) => profile.labels.contains_key(key),
            Requirement::Attribute(key) => profile.attributes.contains_key(key),
        }
    }
}

/// When somebody last made sure of anything in a record.
pub fn verified(profile: &Profile) -> Option<Timestamp> {
    let Profile { provenance, attributes, contacts, life_events, account_team, relationship, consents, .. } = profile;
    let sources = provenance
        .iter()
        .chain(attributes.values().filter_map(|one| one.provenance.as_ref()))
        .chain(contacts.iter().filter_map(|one| one.provenance.as_ref()))
        .chain(life_events.iter().filter_map(|one| one.provenance.as_ref()))
        .chain(account_team.iter().filter_map(|one| one.provenance.as_ref()))
        .chain(relationship.iter().filter_map(|one| one.provenance.as_ref()));
    let times = sources.filter_map(|Provenance { source: _, verify_time }| *verify_time);
    times.chain(consents.iter().filter_map(|consent| consent.verify_time)).max()
}

impl QualityBuilder {
    /// Nothing read yet. A record is verified recently enough if that is at most so many days ago.
    pub fn new(scheme: &PyramidScheme, max_age_days: i32) -> QualityBuilder {
        QualityBuilder { max_age_days, tiers: scheme.tiers().iter().map(Counts::of).collect() }
    }

    /// Adds the record of a customer in the tier of this index, last verified so many days ago.
    pub fn add(&mut self, tier: usize, profile: &Profile, age_days: Option<i32>) {
        let Some(counts) = self.tiers.get_mut(tier) else { return };
        counts.customers += 1;
        let mut complete = true;
        for (requirement, lacking) in &mut counts.lacking {
            if !requirement.is_met(profile, counts.owner) {
                complete = false;
                *lacking += 1;
            }
        }
        counts.complete += u64::from(complete);
        if let Some(age) = age_days {
            counts.recent += u64::from(age <= self.max_age_days);
            *counts.ages.entry(age).or_default() += 1;
        }
    }

    /// The tiers, from the top.
    pub fn finish(self) -> Vec<TierQuality> {
        self.tiers.into_iter().map(Counts::quality).collect()
    }
}

impl Counts {
    fn of(tier: &Tier) -> Counts {
        let requirements = tier.data_standard.iter().flat_map(DataStandard::requirements);
        Counts {
            lacking: requirements.map(|requirement| (requirement, 0)).collect(),
            owner: tier.strategy.as_ref().and_then(|one| one.owner_role).unwrap_or(AccountTeamRole::Account),
            customers: 0,
            complete: 0,
            recent: 0,
            ages: BTreeMap::new(),
        }
    }

    fn quality(self) -> TierQuality {
        let Counts { lacking, owner: _, customers, complete, recent, ages } = self;
        let share = |part: u64| part as f64 / customers as f64;
        let known: u64 = ages.values().sum();
        let figures = Evidence::of(customers).is_told().then(|| QualityFigures {
            complete_share: (!lacking.is_empty()).then(|| share(complete)),
            lacking,
            verified_share: share(recent),
            unverified: customers - known,
            median_age_days: if Evidence::of(known).is_told() { median(&ages, known) } else { None },
        });
        TierQuality { customers, figures }
    }
}

/// The middle one of the ages, or the mean of the middle two.
fn median(ages: &BTreeMap<i32, u64>, known: u64) -> Option<f64> {
    let nth = |wanted: u64| {
        let mut before = 0;
        let found = ages.iter().find(|(_, count)| {
            before += **count;
            before > wanted
        });
        found.map(|(age, _)| f64::from(*age))
    };
    Some(f64::midpoint(nth(known.checked_sub(1)? / 2)?, nth(known / 2)?))
}
