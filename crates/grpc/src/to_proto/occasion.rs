//! The occasions of the days to come.

use guanxi::v1 as pb;
use guanxi_model::customer::{LifeEvent, Profile};
use guanxi_model::page::KeyPart;
use guanxi_model::{CustomerId, Day, name};
use guanxi_segmentation::{Occasion, OccasionKind, Tier};
use guanxi_store::OccasionPlace;

use super::{number, scheme, time};

/// An occasion on a day, of a customer in the tier of an index from the top.
pub(crate) fn resource(
    day: Day,
    (customer, profile): (&CustomerId, &Profile),
    occasion: Option<&Occasion<'_>>,
    tier: Option<(usize, &Tier)>,
) -> pb::Occasion {
    use pb::occasion::Kind;
    let event = occasion.and_then(|occasion| event(occasion.what));
    let contact = occasion.and_then(|occasion| occasion.contact);
    let contact_id = event.and_then(|event| event.contact_id.as_ref());
    pb::Occasion {
        customer: name::customer(customer),
        display_name: profile.display_name.clone(),
        date: Some(time::day(day)),
        title: event.map(|event| event.title.clone()).unwrap_or_default(),
        contact_id: contact_id.map(ToString::to_string).unwrap_or_default(),
        contact_display_name: contact.map(|contact| contact.display_name.clone()).unwrap_or_default(),
        years: occasion.and_then(|occasion| occasion.when.years_on(day)),
        tier: tier.map(|(_, tier)| tier.id.to_string()).unwrap_or_default(),
        tier_rank: tier.and_then(|(index, _)| i32::try_from(index + 1).ok()).unwrap_or(0),
        strategy: tier.and_then(|(_, tier)| tier.strategy.as_ref()).map(scheme::strategy),
        kind: occasion.map(|occasion| match occasion.what {
            OccasionKind::LifeEvent(event) => Kind::LifeEvent(number(event.kind)),
            OccasionKind::EndOf(lock_in) => Kind::LockInEnd(number(lock_in.kind)),
        }),
    }
}

fn event(what: OccasionKind<'_>) -> Option<&LifeEvent> {
    match what {
        OccasionKind::LifeEvent(event) => Some(event),
        OccasionKind::EndOf(_) => None,
    }
}

/// What they are listed by, after the first day of the window.
pub(crate) fn key(first: Day, place: &OccasionPlace) -> Vec<KeyPart> {
    let OccasionPlace { day, customer, ordinal } = place;
    vec![
        KeyPart::Int(i64::from(first.0)),
        KeyPart::Int(i64::from(day.0)),
        KeyPart::Text(customer.as_str().to_owned()),
        KeyPart::Int(*ordinal),
    ]
}
