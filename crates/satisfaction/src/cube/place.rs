//! In which cells a record counts. A face is a way to look at records by one or two of their keys; each keeps cells by day
//! and by month. The collection method is in every cell: methods are never pooled unless that is asked for.

use std::collections::BTreeSet;

use guanxi_model::fact::{CollectionMethod, Handler, SatisfactionRecord, Stamp};
use guanxi_model::{Day, Words as _};
use serde::{Deserialize, Serialize};

guanxi_model::words! {
    /// By what records are kept apart.
    Face { Tier = 1, Touchpoint = 2, Team = 3, Branch = 4, Handler = 5, Role = 6, Moments = 7 }
    /// The days of a cell.
    Span { Day = 1, Month = 2 }
}

/// Something that records are kept apart by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Key {
    Tier,
    Channel,
    Touchpoint,
    Wave,
    Team,
    Branch,
    Handler,
    Role,
}

/// Where on a face a record counts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    pub face: Face,
    /// By the first key of the face, and by the second; empty where a record does not say.
    pub first: String,
    pub second: String,
}

/// A place with the days and the method.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Placed {
    pub place: Place,
    pub span: Span,
    /// The first day of the span.
    pub start: Day,
    pub method: CollectionMethod,
}

impl Face {
    /// The keys of the face that indices are made of.
    fn keys(self) -> &'static [Key] {
        match self {
            Face::Tier => &[Key::Tier, Key::Channel],
            Face::Touchpoint => &[Key::Touchpoint, Key::Wave],
            Face::Team => &[Key::Team],
            Face::Branch => &[Key::Branch],
            Face::Handler => &[Key::Handler],
            Face::Role => &[Key::Role],
            Face::Moments => &[],
        }
    }

    /// The face that keeps records apart by all of these; the tiers where there are none, for every record is there.
    pub fn holding(keys: &BTreeSet<Key>) -> Option<Face> {
        let faces = Face::ALL.iter().map(|(face, _)| *face);
        faces.into_iter().find(|face| keys.iter().all(|key| face.keys().contains(key)))
    }

    /// Whether it is the first or the second key; none where the face does not have it.
    pub fn rank(self, key: Key) -> Option<usize> {
        self.keys().iter().position(|one| *one == key)
    }
}

impl Span {
    /// The first day of the span that a day lies in.
    pub fn start_of(self, day: Day) -> Day {
        match self {
            Span::Day => day,
            Span::Month => day.first_of_month(),
        }
    }
}

impl Place {
    /// What it holds of a key of its face.
    pub fn get(&self, key: Key) -> Option<&str> {
        match self.face.rank(key)? {
            0 => Some(&self.first),
            _ => Some(&self.second),
        }
    }
}

/// A tier with the pyramid it is one of; of nobody's primary pyramid it is empty, and the unranked end in a slash.
pub fn tier_key(stamp: &Stamp) -> String {
    let Stamp { pyramid, tier } = stamp;
    let tier = tier.as_ref().map_or("", |tier| tier.as_str());
    pyramid.as_ref().map_or_else(String::new, |pyramid| format!("{pyramid}/{tier}"))
}

/// Where a record counts; of the faces beside that of the tiers, where it says something to count by. Nowhere where it
/// came before records were stamped.
pub fn places(record: &SatisfactionRecord) -> BTreeSet<Place> {
    let Some(stamp) = &record.stamp else { return BTreeSet::new() };
    let place = |face, first: &str, second: &str| Place { face, first: first.to_owned(), second: second.to_owned() };
    let tier = tier_key(stamp);
    let mut places = BTreeSet::from([place(Face::Tier, &tier, &record.channel), place(Face::Moments, &tier, "")]);
    let (touchpoint, wave) = (said(record, Key::Touchpoint), said(record, Key::Wave));
    if !(touchpoint.is_empty() && wave.is_empty()) {
        let (touchpoint, wave) = (touchpoint.first().cloned(), wave.first().cloned());
        places.insert(place(Face::Touchpoint, &touchpoint.unwrap_or_default(), &wave.unwrap_or_default()));
    }
    for (face, key) in
        [(Face::Team, Key::Team), (Face::Branch, Key::Branch), (Face::Handler, Key::Handler), (Face::Role, Key::Role)]
    {
        places.extend(said(record, key).iter().map(|word| place(face, word, "")));
    }
    places
}

/// What a record says of a key; of our people it may name several.
pub fn said(record: &SatisfactionRecord, key: Key) -> BTreeSet<String> {
    let ours = |word: fn(&Handler) -> &String| record.handlers.iter().map(|one| word(one).clone()).collect();
    let mut words: BTreeSet<String> = match key {
        Key::Tier => record.stamp.as_ref().map(tier_key).into_iter().collect(),
        Key::Channel => [record.channel.clone()].into(),
        Key::Touchpoint => record.touchpoint.iter().map(ToString::to_string).collect(),
        Key::Wave => [record.wave.clone()].into(),
        Key::Team => ours(|one| &one.team),
        Key::Branch => ours(|one| &one.branch),
        Key::Handler => ours(|one| &one.handler),
        Key::Role => {
            let role = record.respondent.as_ref().and_then(|respondent| respondent.role);
            role.map(|role| role.code().to_string()).into_iter().collect()
        }
    };
    words.remove("");
    words
}
