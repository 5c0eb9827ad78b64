//! Where a customer comes to stand: the judgement of the moment, held against where it stood. A fact, the passing of
//! time, a run over everybody and a simulation all ask this one function, so they cannot disagree.

use guanxi_model::{CustomerId, Day};

use crate::calibration::Calibration;
use crate::due::next_look;
use crate::movement::{self, Assessment, MovementRules, Stay, Step};
use crate::readings::Readings;
use crate::scheme::PyramidScheme;
use crate::score::Unranked;
use crate::subject::Subject;
use crate::tiering::{Judgement, judge, keeps};

/// Where a ranked customer stands, and how its reviews are going.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Index of the tier, from the top.
    pub tier: usize,
    /// The day it came into the tier.
    pub since: Day,
    /// Reviews in a row that found it below what keeping the tier takes.
    pub below: i32,
    /// The next one; none without movement rules, and in the last tier, from which nobody falls.
    pub review: Option<Day>,
}

/// Why a customer is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// A fact, the passing of time, a new calibration: movement rules hold.
    Onward,
    /// A new revision, the end of an override: everybody begins anew.
    Afresh,
}

/// What a look comes to.
#[derive(Clone, Debug, PartialEq)]
pub struct Settled {
    pub place: Option<Place>,
    /// Where the customer belongs by the tiering rule, whatever the movement rules hold back.
    pub judgement: Result<Judgement, Unranked>,
    pub readings: Readings,
    /// The first day on which the customer has to be looked at again, if nothing happens until then.
    pub due: Option<Day>,
}

/// Looks at a customer that stood in `present`, if anywhere in this scheme.
pub fn settle(
    (scheme, calibration): (&PyramidScheme, &Calibration),
    customer: &CustomerId,
    subject: Subject<'_>,
    present: Option<Place>,
    look: Look,
) -> Settled {
    let readings = scheme.read(subject);
    let judgement = judge(scheme, calibration, customer, &readings);
    let place = judgement.ok().map(|judgement| {
        let present = present.filter(|place| place.tier < scheme.tiers().len());
        match (scheme.movement(), present, look) {
            (Some(rules), Some(present), Look::Onward) => {
                let part = rules.keep_basis_points();
                let keeps = keeps((scheme, calibration), (judgement, &readings), present.tier, part);
                moved(rules, present, subject.today, Assessment { placed: judgement.tier, keeps })
            }
            (rules, present, _) => begin(rules, present, subject.today, judgement.tier),
        }
    });
    let place = place.map(|place| Place { review: place.review.filter(|_| !is_last(scheme, place.tier)), ..place });
    let due = next_look((scheme, calibration), customer, subject, (&readings, place));
    Settled { place, judgement, readings, due }
}

/// What keeping the present tier takes is asked of the present tier only.
fn moved(rules: &MovementRules, present: Place, today: Day, assessment: Assessment) -> Place {
    let Place { tier, since, below, review } = present;
    let next_review = review.unwrap_or_else(|| movement::review_after(since, today));
    let step = movement::step(rules, Stay { tier, since, below, next_review }, today, &assessment);
    let (Step::Stayed(stay) | Step::Raised(stay) | Step::Lowered(stay)) = step;
    Place { tier: stay.tier, since: stay.since, below: stay.below, review: Some(stay.next_review) }
}

/// Placed by the tiering rule alone. Who is in that tier already has been there since it came.
fn begin(rules: Option<&MovementRules>, present: Option<Place>, today: Day, tier: usize) -> Place {
    let since = present.filter(|place| place.tier == tier).map_or(today, |place| place.since);
    Place { tier, since, below: 0, review: rules.map(|_| movement::review_after(since, today)) }
}

fn is_last(scheme: &PyramidScheme, tier: usize) -> bool {
    tier + 1 >= scheme.tiers().len()
}
