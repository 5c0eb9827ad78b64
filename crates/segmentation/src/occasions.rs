//! Occasions to get in touch: what the record of a customer says about days to come. Birthdays and whatever else returns
//! every year, events of one day, the ends of what binds a customer to us. Which of them fall into a window is found by
//! look-up keys; both sides of that, the keys of an occasion and the keys of a day, are here.
//!
//! The 29th of February falls on the 28th in years that have none.

use guanxi_model::customer::{Contact, LifeEvent, LifeEventKind, LockIn, Profile};
use guanxi_model::{Date, Day};

/// One thing in a customer's record that has a day to come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Occasion<'a> {
    pub what: OccasionKind<'a>,
    pub when: When,
    /// Whose it is, where the record has that contact.
    pub contact: Option<&'a Contact>,
}

/// Where an occasion comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum OccasionKind<'a> {
    LifeEvent(&'a LifeEvent),
    /// The last day of it.
    EndOf(&'a LockIn),
}

/// The day of an occasion, or of its returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    Once(Day),
    Yearly(Date),
}

guanxi_model::words! {
    /// Whether the day of a look-up key is one day or one of every year.
    Recurrence { Once = 1, Yearly = 2 }
}

/// What an occasion is found by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OccasionKey {
    pub recurrence: Recurrence,
    /// The day; of what returns every year, 100 times the month and the day of the month.
    pub falls_on: i64,
}

/// The occasions of a record, in an order that depends on nothing else and stays: stored look-ups count by it. An event of one day whose year is not known has no
/// day, and so is none.
pub fn occasions(profile: &Profile) -> Vec<Occasion<'_>> {
    let events = profile.life_events.iter().filter_map(|event| {
        let contact = profile.contacts.iter().find(|contact| Some(&contact.id) == event.contact_id.as_ref());
        Some(Occasion { what: OccasionKind::LifeEvent(event), when: when(event)?, contact })
    });
    let lock_ins = profile.relationship.iter().flat_map(|relationship| &relationship.lock_ins);
    let ends = lock_ins.filter_map(|lock_in| {
        Some(Occasion { what: OccasionKind::EndOf(lock_in), when: When::Once(lock_in.end?), contact: None })
    });
    events.chain(ends).collect()
}

/// Birthdays and anniversaries return by nature, other events where the record says so.
fn when(event: &LifeEvent) -> Option<When> {
    let returns = event.yearly || matches!(event.kind, LifeEventKind::Birthday | LifeEventKind::Anniversary);
    if returns { Some(When::Yearly(event.date)) } else { known_day(event.date).map(When::Once) }
}

fn known_day(date: Date) -> Option<Day> {
    Day::from_date(date.year()?, date.month(), date.day()).ok()
}

impl When {
    /// What it is found by.
    pub fn key(self) -> OccasionKey {
        match self {
            When::Once(day) => OccasionKey { recurrence: Recurrence::Once, falls_on: i64::from(day.0) },
            When::Yearly(date) => yearly(date.month(), date.day()),
        }
    }

    /// The first day it falls on, of what returns every year and is known to have begun.
    pub fn since(self) -> Option<Day> {
        match self {
            When::Once(_) => None,
            When::Yearly(date) => known_day(date),
        }
    }

    /// The how-manieth return falls on a day: 40 on a fortieth birthday, 0 on the day itself. None where it does not
    /// return, or nobody knows since when.
    pub fn years_on(self, day: Day) -> Option<i32> {
        match self {
            When::Once(_) => None,
            When::Yearly(date) => date.year().map(|year| day.date().0 - year),
        }
    }
}

/// The keys of all occasions that fall on a day, but for those that have not begun by then.
pub fn keys_of(day: Day) -> Vec<OccasionKey> {
    let (year, month, day_of_month) = day.date();
    let mut keys = vec![When::Once(day).key(), yearly(month, day_of_month)];
    if (month, day_of_month) == (2, 28) && Day::from_date(year, 2, 29).is_err() {
        keys.push(yearly(2, 29));
    }
    keys
}

fn yearly(month: i32, day: i32) -> OccasionKey {
    OccasionKey { recurrence: Recurrence::Yearly, falls_on: i64::from(100 * month + day) }
}

#[cfg(test)]
mod tests {
    use guanxi_model::SourceName;
    use guanxi_model::customer::{CustomerKind, LockInKind, Relationship};
    use proptest::prelude::*;

    use super::*;

    fn event(kind: LifeEventKind, date: (Option<i32>, i32, i32), yearly: bool) -> LifeEvent {
        let date = Date::new(date.0, date.1, date.2).unwrap();
        LifeEvent { kind, title: String::new(), date, yearly, contact_id: None, provenance: None }
    }

    fn day(year: i32, month: i32, day: i32) -> Day {
        Day::from_date(year, month, day).unwrap()
    }

    fn record(life_events: Vec<LifeEvent>) -> Profile {
        Profile { life_events, ..Profile::named(CustomerKind::Person, "Ada".into()) }
    }

    fn whens(profile: &Profile) -> Vec<When> {
        occasions(profile).iter().map(|occasion| occasion.when).collect()
    }

    #[test]
    fn birthdays_return_and_other_events_where_it_is_said() {
        use LifeEventKind::{Anniversary, Birthday, Founding, Move};
        let events = vec![
            event(Birthday, (None, 5, 1), false),
            event(Anniversary, (Some(2001), 6, 2), false),
            event(Founding, (Some(1990), 7, 3), true),
            event(Move, (Some(2026), 8, 4), false),
            event(Move, (None, 9, 5), false),
        ];
        let yearly = |year, month, day| When::Yearly(Date::new(year, month, day).unwrap());
        let expected =
            [yearly(None, 5, 1), yearly(Some(2001), 6, 2), yearly(Some(1990), 7, 3), When::Once(day(2026, 8, 4))];
        assert_eq!(whens(&record(events)), expected, "a day without a year that does not return is no day");
    }

    #[test]
    fn what_binds_a_customer_ends_on_its_last_day() {
        let lock_in = |end| LockIn { kind: LockInKind::ContractTerm, start: Day(0), end, switching_cost: None };
        let lock_ins = vec![lock_in(None), lock_in(Some(Day(90)))];
        let relationship = Some(Relationship { setting: None, lock_ins, provenance: None });
        assert_eq!(whens(&Profile { relationship, ..record(Vec::new()) }), [When::Once(Day(90))]);
    }

    #[test]
    fn occasion_of_a_contact_names_it_if_the_record_has_it() {
        let id = |id: &str| Some(SourceName::parse(id).unwrap());
        let of = |contact| LifeEvent { contact_id: id(contact), ..event(LifeEventKind::Birthday, (None, 1, 1), true) };
        let contact = Contact {
            id: id("bob").unwrap(),
            display_name: "Bob".into(),
            job_title: String::new(),
            roles: Vec::new(),
            channels: Vec::new(),
            preferences: Vec::new(),
            interests: Vec::new(),
            provenance: None,
        };
        let profile = Profile { contacts: vec![contact], ..record(vec![of("bob"), of("eve")]) };
        let names: Vec<_> =
            occasions(&profile).iter().map(|one| one.contact.map(|contact| &*contact.display_name)).collect();
        assert_eq!(names, [Some("Bob"), None]);
    }

    #[test]
    fn leap_day_falls_on_the_day_before_in_common_years() {
        let leap_day = When::Yearly(Date::new(Some(2000), 2, 29).unwrap());
        let falls_on = |day| keys_of(day).contains(&leap_day.key());
        assert!(falls_on(day(2028, 2, 29)) && !falls_on(day(2028, 2, 28)));
        assert!(falls_on(day(2027, 2, 28)) && !falls_on(day(2027, 3, 1)));
        assert_eq!(leap_day.years_on(day(2027, 2, 28)), Some(27));
        assert_eq!(leap_day.since(), Some(day(2000, 2, 29)));
    }

    #[test]
    fn years_are_told_where_they_are_known() {
        let yearly = |year| When::Yearly(Date::new(year, 5, 1).unwrap());
        assert_eq!(yearly(Some(1986)).years_on(day(2026, 5, 1)), Some(40));
        assert_eq!(yearly(Some(2026)).years_on(day(2026, 5, 1)), Some(0));
        assert_eq!(yearly(None).years_on(day(2026, 5, 1)), None);
        assert_eq!(When::Once(day(2026, 5, 1)).years_on(day(2026, 5, 1)), None);
    }

    proptest! {
        #[test]
        fn what_returns_falls_on_one_day_of_every_year(month in 1..=12, day_of_month in 1..=31, year in 1900..2200) {
            let Ok(date) = Date::new(None, month, day_of_month) else { return Ok(()) };
            let key = When::Yearly(date).key();
            let (first, next) = (day(year, 1, 1).0, day(year + 1, 1, 1).0);
            let falls = (first..next).filter(|day| keys_of(Day(*day)).contains(&key)).count();
            prop_assert_eq!(falls, 1);
        }

        #[test]
        fn what_happens_once_falls_on_its_own_day(day in -100_000..100_000, other in -100_000..100_000) {
            let key = When::Once(Day(day)).key();
            prop_assert!(keys_of(Day(day)).contains(&key));
            prop_assert_eq!(keys_of(Day(other)).contains(&key), day == other);
        }
    }
}
