//! Right first time: of the services that customers were given, those that needed nothing more. A service fails by what
//! follows it in the facts of the same customer; here is the rule, and the counting of one customer after the other. What
//! is told of the counts is in `report`.

pub mod report;

use std::collections::BTreeMap;
use std::ops::AddAssign;

use guanxi_model::fact::{FactBody, Interaction, InteractionOutcome, InteractionPurpose, PurchaseType};
use guanxi_model::statistics::chart::drift::Ewma;
use guanxi_model::{Day, Period, Timestamp, Zone};
use serde::{Deserialize, Serialize};

guanxi_model::words! {
    /// What services are told apart by.
    FirstTimeGrouping { Purpose = 1, Topic = 2, Channel = 3, Touchpoint = 4, Staff = 5 }
}

/// The most rows, one per period of each key, that are told.
pub const MOST_ROWS: usize = 10_000;

/// What is asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FirstTimeQuestion {
    /// The first and the last day of the services.
    pub days: (Day, Day),
    pub period: Period,
    /// How many days after its own a service must stand.
    pub window_days: i32,
    pub group_by: Option<FirstTimeGrouping>,
    pub ewma: Ewma,
}

/// How many services, and what became of them. Of those that are pending nothing else is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstTimeCounts {
    pub services: u64,
    /// Those whose days are not over.
    pub pending: u64,
    pub right: u64,
    /// Why others were not right; one may have several reasons.
    pub unresolved: u64,
    pub returned: u64,
    pub complained: u64,
    pub came_again: u64,
}

/// What was counted, by period.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstTimeCounted {
    /// Every service once.
    pub total: Vec<FirstTimeCounts>,
    /// By what was asked to be told apart; a service with several staff is with each of them.
    pub groups: BTreeMap<String, Vec<FirstTimeCounts>>,
}

/// Counts the services of one customer after the other. It holds what is told, and what happened to one customer.
pub struct FirstTime<'a> {
    question: &'a FirstTimeQuestion,
    zone: &'a Zone,
    today: Day,
    periods: Vec<(Day, Day)>,
    happened: Vec<Happening>,
    counted: FirstTimeCounted,
}

/// Something that happened to a customer, as far as it matters here.
struct Happening {
    at: Timestamp,
    day: Day,
    what: What,
}

enum What {
    Return,
    Complaint {
        topic: String,
    },
    /// A service, and where it counts if it is asked about.
    Service {
        topic: String,
        case: Option<Case>,
    },
}

/// A service that is asked about.
struct Case {
    keys: Vec<String>,
    is_resolved: bool,
}

impl FirstTimeQuestion {
    /// The last day on which something may follow that matters.
    pub fn last_day(&self) -> Day {
        self.days.1.plus_days(self.window_days)
    }

    fn keys(&self, contact: &Interaction) -> Vec<String> {
        match self.group_by {
            None => Vec::new(),
            Some(FirstTimeGrouping::Purpose) if contact.purpose == InteractionPurpose::Visit => {
                vec!["VISIT".to_owned()]
            }
            Some(FirstTimeGrouping::Purpose) => vec!["SERVICE".to_owned()],
            Some(FirstTimeGrouping::Topic) => vec![contact.topic.clone()],
            Some(FirstTimeGrouping::Channel) => vec![contact.channel.clone()],
            Some(FirstTimeGrouping::Touchpoint) => {
                vec![contact.touchpoint.as_ref().map(|touchpoint| touchpoint.as_str().to_owned()).unwrap_or_default()]
            }
            Some(FirstTimeGrouping::Staff) if contact.staff.is_empty() => vec![String::new()],
            Some(FirstTimeGrouping::Staff) => {
                let mut staff = contact.staff.clone();
                staff.sort();
                staff.dedup();
                staff
            }
        }
    }
}

impl<'a> FirstTime<'a> {
    /// `today` is the day that is not over yet.
    pub fn new(question: &'a FirstTimeQuestion, (zone, today): (&'a Zone, Day)) -> FirstTime<'a> {
        let periods: Vec<_> = question.period.parts(question.days).collect();
        let total = vec![FirstTimeCounts::default(); periods.len()];
        let counted = FirstTimeCounted { total, groups: BTreeMap::new() };
        FirstTime { question, zone, today, periods, happened: Vec::new(), counted }
    }

    /// The next fact of the customer, in any order; those who ask may ask about some services only.
    pub fn add(&mut self, at: Timestamp, body: &FactBody, is_asked: impl FnOnce(&Interaction) -> bool) {
        let day = self.zone.day_of(at);
        let what = match body {
            FactBody::Purchase(purchase) if purchase.r#type == PurchaseType::Return => What::Return,
            FactBody::Interaction(contact) => match contact.purpose {
                InteractionPurpose::Complaint => What::Complaint { topic: contact.topic.clone() },
                InteractionPurpose::Service | InteractionPurpose::Visit => {
                    let is_case = self.is_on_a_day_asked(day) && was_given(contact) && is_asked(contact);
                    What::Service { topic: contact.topic.clone(), case: is_case.then(|| self.case(contact)) }
                }
                _ => return,
            },
            _ => return,
        };
        self.happened.push(Happening { at, day, what });
    }

    fn is_on_a_day_asked(&self, day: Day) -> bool {
        let (first, last) = self.question.days;
        (first..=last).contains(&day)
    }

    fn case(&self, contact: &Interaction) -> Case {
        let is_open = matches!(contact.outcome, Some(InteractionOutcome::Unresolved | InteractionOutcome::Escalated));
        Case { keys: self.question.keys(contact), is_resolved: !is_open }
    }

    /// There are no more facts of the customer: judges its services, from the last to the first.
    pub fn end_of_customer(&mut self) {
        let mut happened = std::mem::take(&mut self.happened);
        happened.sort_by_key(|one| std::cmp::Reverse(one.at));
        let mut later = Later::default();
        // What happens at one moment does not follow each other.
        for moment in happened.chunk_by(|one, other| one.at == other.at) {
            for Happening { at: _, day, what } in moment {
                if let What::Service { topic, case: Some(case) } = what {
                    self.count(*day, case, self.judged((*day, case), &later, topic));
                }
            }
            moment.iter().for_each(|one| later.note(one));
        }
    }

    fn judged(&self, (day, case): (Day, &Case), later: &Later, topic: &str) -> FirstTimeCounts {
        let until = day.plus_days(self.question.window_days);
        if until >= self.today {
            return FirstTimeCounts { services: 1, pending: 1, ..FirstTimeCounts::default() };
        }
        let next = later.about(topic);
        let is_within = |day: Option<Day>| day.is_some_and(|day| day <= until);
        let failed =
            [!case.is_resolved, is_within(later.returned), is_within(next.complained), is_within(next.came_again)];
        let [unresolved, returned, complained, came_again] = failed.map(u64::from);
        let right = u64::from(failed == [false; 4]);
        FirstTimeCounts { services: 1, pending: 0, right, unresolved, returned, complained, came_again }
    }

    fn count(&mut self, day: Day, case: &Case, counts: FirstTimeCounts) {
        if self.is_full() {
            return;
        }
        let index = self.periods.partition_point(|(_, last)| *last < day);
        self.counted.total[index] += counts;
        for key in &case.keys {
            let periods = || vec![FirstTimeCounts::default(); self.periods.len()];
            self.counted.groups.entry(key.clone()).or_insert_with(periods)[index] += counts;
        }
    }

    /// Whether there are more rows than are told.
    pub fn is_full(&self) -> bool {
        self.counted.groups.len() * self.periods.len() > MOST_ROWS
    }

    pub fn finish(self) -> FirstTimeCounted {
        self.counted
    }
}

/// Where nobody was reached, no service was given.
fn was_given(contact: &Interaction) -> bool {
    contact.outcome != Some(InteractionOutcome::NotReached)
}

/// What comes next, each on its day, after a moment that wanders backwards.
#[derive(Default)]
struct Later {
    returned: Option<Day>,
    /// Of contacts about anything.
    any: Next,
    by_topic: BTreeMap<String, Next>,
}

/// Contacts that come next.
#[derive(Clone, Copy, Default)]
struct Next {
    complained: Option<Day>,
    came_again: Option<Day>,
}

impl Later {
    fn note(&mut self, Happening { at: _, day, what }: &Happening) {
        let (topic, is_complaint) = match what {
            What::Return => {
                self.returned = Some(*day);
                return;
            }
            What::Complaint { topic } => (topic, true),
            What::Service { topic, case: _ } => (topic, false),
        };
        for next in [&mut self.any, self.by_topic.entry(topic.clone()).or_default()] {
            let of_kind = if is_complaint { &mut next.complained } else { &mut next.came_again };
            *of_kind = Some(*day);
        }
    }

    /// What comes next that is about a topic, or may be: where either does not say what it is about.
    fn about(&self, topic: &str) -> Next {
        let next = |topic: &str| self.by_topic.get(topic).copied().unwrap_or_default();
        if topic.is_empty() { self.any } else { next(topic).or_earlier(next("")) }
    }
}

impl Next {
    fn or_earlier(self, other: Next) -> Next {
        let earlier = |one: Option<Day>, other: Option<Day>| one.into_iter().chain(other).min();
        Next {
            complained: earlier(self.complained, other.complained),
            came_again: earlier(self.came_again, other.came_again),
        }
    }
}

impl AddAssign for FirstTimeCounts {
    fn add_assign(&mut self, other: FirstTimeCounts) {
        let FirstTimeCounts { services, pending, right, unresolved, returned, complained, came_again } = other;
        self.services += services;
        self.pending += pending;
        self.right += right;
        self.unresolved += unresolved;
        self.returned += returned;
        self.complained += complained;
        self.came_again += came_again;
    }
}

#[cfg(test)]
mod tests;
