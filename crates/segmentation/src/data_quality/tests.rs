//! What each requirement asks of a record, what is told about how many, and ages by hand.

use guanxi_model::customer::{
    AccountTeamMember, Attribute, AttributeValue, Consent, ConsentBasis, ConsentState, Contact, ContactChannel,
    CustomerKind, LifeEvent, Relationship,
};
use guanxi_model::{Date, SourceName};
use proptest::prelude::*;

use super::*;
use crate::measure::MeasureKind;
use crate::sample::{draft, linear, scheme};
use crate::scheme::TieringRule;
use crate::strategy::TierStrategy;

fn nobody() -> Profile {
    Profile::named(CustomerKind::Person, "Ada".into())
}

fn source(verify_time: Option<i64>) -> Option<Provenance> {
    Some(Provenance { source: String::new(), verify_time: verify_time.map(Timestamp) })
}

fn id(text: &str) -> SourceName {
    SourceName::parse(text).unwrap()
}

/// A record that has everything, each part verified at another time.
fn somebody() -> Profile {
    let channel = |kind| ContactChannel { kind, address: "a".into() };
    let channels = [ContactChannelKind::Email, ContactChannelKind::Phone, ContactChannelKind::Post].map(channel);
    Profile {
        provenance: source(Some(1)),
        labels: BTreeMap::from([(LabelKey::parse("region").unwrap(), String::new())]),
        attributes: BTreeMap::from([(
            AttributeKey::parse("vat").unwrap(),
            Attribute { value: AttributeValue::Boolean(true), provenance: source(Some(2)) },
        )]),
        contacts: vec![Contact {
            id: id("bob"),
            display_name: "Bob".into(),
            job_title: String::new(),
            roles: vec![ContactRole::DecisionMaker],
            channels: channels.to_vec(),
            preferences: Vec::new(),
            interests: Vec::new(),
            provenance: source(Some(3)),
        }],
        life_events: vec![LifeEvent {
            kind: LifeEventKind::Birthday,
            title: String::new(),
            date: Date::new(None, 1, 1).unwrap(),
            yearly: true,
            contact_id: None,
            provenance: source(Some(4)),
        }],
        account_team: vec![AccountTeamMember {
            role: AccountTeamRole::Account,
            member: "eve".into(),
            display_name: String::new(),
            provenance: source(Some(5)),
        }],
        relationship: Some(Relationship { setting: None, lock_ins: Vec::new(), provenance: source(Some(6)) }),
        consents: vec![Consent {
            purpose: id("mail"),
            basis: ConsentBasis::Consent,
            state: ConsentState::Denied,
            time: Timestamp(0),
            source: String::new(),
            verify_time: Some(Timestamp(7)),
        }],
        ..nobody()
    }
}

fn everything() -> DataStandard {
    use guanxi_model::Words as _;
    DataStandard {
        items: RecordItem::ALL.iter().map(|(item, _)| *item).collect(),
        labels: vec![LabelKey::parse("region").unwrap()],
        attributes: vec![AttributeKey::parse("vat").unwrap()],
    }
}

/// Three tiers, the first of which asks for something.
fn builder(standard: DataStandard, strategy: Option<TierStrategy>) -> QualityBuilder {
    let revenue = linear(MeasureKind::NetRevenue, 1.0, 0.0, 100.0);
    let mut draft = draft(vec![revenue], TieringRule::ScoreThresholds(vec![60.0, 30.0]));
    (draft.tiers[0].data_standard, draft.tiers[0].strategy) = (Some(standard), strategy);
    QualityBuilder::new(&scheme(draft), 365)
}

#[test]
fn every_requirement_is_met_by_its_part_of_the_record() {
    let mut counted = builder(everything(), None);
    (0..3).for_each(|_| counted.add(0, &somebody(), None));
    (0..2).for_each(|_| counted.add(0, &nobody(), None));
    let figures = counted.finish().remove(0).figures.unwrap();
    assert_eq!(figures.complete_share, Some(0.6));
    assert_eq!(figures.lacking.len(), 9);
    assert!(figures.lacking.iter().all(|(_, lacking)| *lacking == 2), "{:?}", figures.lacking);
}

#[test]
fn owner_is_the_one_of_the_strategy() {
    let standard = || DataStandard { items: vec![RecordItem::AccountOwner], ..DataStandard::default() };
    let strategy = TierStrategy { owner_role: Some(AccountTeamRole::Delivery), ..TierStrategy::default() };
    for (strategy, complete) in [(None, 1.0), (Some(strategy), 0.0)] {
        let mut counted = builder(standard(), strategy);
        (0..5).for_each(|_| counted.add(0, &somebody(), None));
        assert_eq!(counted.finish()[0].figures.as_ref().unwrap().complete_share, Some(complete));
    }
}

#[test]
fn fewer_than_five_are_counted_and_not_told_about() {
    let mut counted = builder(everything(), None);
    (0..4).for_each(|_| counted.add(0, &nobody(), Some(1)));
    (0..5).for_each(|_| counted.add(1, &nobody(), None));
    (0..4).for_each(|_| counted.add(1, &nobody(), Some(9)));
    let [top, middle, last] = counted.finish().try_into().unwrap();
    assert_eq!(top, TierQuality { customers: 4, figures: None });
    assert_eq!(last, TierQuality { customers: 0, figures: None });
    let figures = middle.figures.unwrap();
    assert_eq!((figures.complete_share, figures.lacking.len()), (None, 0), "it asks for nothing");
    assert_eq!((figures.unverified, figures.median_age_days), (5, None), "four ages are too few");
    assert!((figures.verified_share - 4.0 / 9.0).abs() < 1e-15);
}

#[test]
fn ages_are_within_the_limit_up_to_the_day() {
    let mut counted = builder(everything(), None);
    for age in [Some(0), Some(10), Some(365), Some(366), Some(1000), Some(20), None, None] {
        counted.add(0, &nobody(), age);
    }
    let figures = counted.finish().remove(0).figures.unwrap();
    assert_eq!((figures.verified_share, figures.unverified), (0.5, 2));
    assert_eq!(figures.median_age_days, Some(192.5), "between 20 and 365");
}

#[test]
fn record_was_verified_when_the_last_part_of_it_was() {
    assert_eq!(verified(&nobody()), None);
    let mut profile = somebody();
    for newest in (1..=7).rev() {
        assert_eq!(verified(&profile), Some(Timestamp(newest)));
        match newest {
            7 => profile.consents.clear(),
            6 => profile.relationship = None,
            5 => profile.account_team[0].provenance = source(None),
            4 => profile.life_events.clear(),
            3 => profile.contacts.clear(),
            2 => profile.attributes.clear(),
            _ => profile.provenance = None,
        }
    }
    assert_eq!(verified(&profile), None);
}

proptest! {
    #[test]
    fn median_is_that_of_the_sorted_ages(mut ages in prop::collection::vec(0..500, 5..40)) {
        let mut counted = builder(everything(), None);
        ages.iter().for_each(|age| counted.add(2, &nobody(), Some(*age)));
        ages.sort_unstable();
        let middle = (ages[(ages.len() - 1) / 2], ages[ages.len() / 2]);
        let expected = f64::from(middle.0 + middle.1) / 2.0;
        prop_assert_eq!(counted.finish()[2].figures.as_ref().unwrap().median_age_days, Some(expected));
    }
}
