//! What the answers of a record add to the cells that it counts in, and take from them where the record is taken back.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use guanxi_model::fact::{CollectionMethod, Fact, FactBody};
use guanxi_model::{Day, Zone};
use guanxi_satisfaction::cube::{Counted, Face, Place, Placed, Span, Sums, places};
use guanxi_store::ledger::CellKey;

use crate::questionnaires::{RevisionKey, Wanted, answered};

/// A record that is counted, or taken back.
#[derive(Debug)]
pub(crate) struct CountedAnswers {
    revision: RevisionKey,
    day: Day,
    method: CollectionMethod,
    places: BTreeSet<Place>,
    counted: Counted,
}

impl CountedAnswers {
    /// Of a fact that is the answers to a questionnaire, by the revision that they answer.
    pub(crate) fn of(
        fact: &Fact,
        questionnaires: &HashMap<RevisionKey, Wanted>,
        zone: &Zone,
    ) -> Option<CountedAnswers> {
        let FactBody::SatisfactionRecord(record) = &fact.body else { return None };
        let revision = answered(&fact.body)?;
        let Some(Wanted::InUse(scheme)) = questionnaires.get(&revision) else { return None };
        Some(CountedAnswers {
            revision,
            day: zone.day_of(fact.occur_time),
            method: record.method,
            places: places(record),
            counted: scheme.count(&record.answers),
        })
    }

    /// The record taken back.
    pub(crate) fn negated(self) -> CountedAnswers {
        CountedAnswers { counted: self.counted.negated(), ..self }
    }

    /// Adds it to each of its cells, of the day and of the month.
    pub(crate) fn add_to(self, cells: &mut BTreeMap<CellKey, Sums>) {
        let CountedAnswers { revision, day, method, places, counted } = self;
        for place in places {
            let sums = match place.face {
                Face::Moments => counted.moments.as_ref(),
                _ => Some(&counted.sums),
            };
            let Some(sums) = sums else { continue };
            for span in [Span::Day, Span::Month] {
                let placed = Placed { place: place.clone(), span, start: span.start_of(day), method };
                cells.entry((revision.clone(), placed)).or_default().plus(sums);
            }
        }
    }
}
