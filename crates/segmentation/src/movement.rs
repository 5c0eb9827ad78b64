//! The rules of movement: a customer rises at once and falls late, a tier or so at a time. A pure state machine of one
//! customer's stay in one tier; who is placed where, and what keeping a tier takes, is for `tiering` and the caller.
//!
//! Airline and hotel programmes do it so: status comes at once, stays for a while, and is lost softly. The thresholds
//! for entering and for keeping lie apart, as in a Schmitt trigger, so that whoever is near one does not flutter.

mod rules;

use guanxi_model::Day;

pub use rules::{MovementDraft, MovementRules};

/// Where a ranked customer stands under rules of movement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stay {
    /// Index of the tier, from the top.
    pub tier: usize,
    /// The first day in the tier.
    pub since: Day,
    /// Consecutive reviews, up to the last, at which the tier was not kept.
    pub below: i32,
    /// The next monthly anniversary of `since`. Until then nothing but a rise can happen.
    pub next_review: Day,
}

/// What the facts and the calibration say of a customer on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Assessment {
    /// Index of the tier the tiering rule gives.
    pub placed: usize,
    /// Whether the customer meets what keeping the tier of the stay takes. Whoever is placed there keeps it anyway.
    pub keeps: bool,
}

/// What became of a stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Stayed(Stay),
    Raised(Stay),
    Lowered(Stay),
}

/// A stay that begins: the customer is new, has risen or fallen, or is placed afresh by a new revision or at the end of
/// an override.
pub fn enter(today: Day, placed: usize) -> Stay {
    Stay { tier: placed, since: today, below: 0, next_review: review_after(today, today) }
}

/// What becomes of a stay, seen today.
///
/// Reviews that passed unseen are held now, each by today's assessment: facts are looked at when they come, so since
/// the last look nothing changed but time. A fall ends it: the stay in the lower tier begins today, when it is seen, and
/// the reviews that passed since its own are dropped, because `keeps` speaks of the tier that was lost.
pub fn step(rules: &MovementRules, stay: Stay, today: Day, assessment: &Assessment) -> Step {
    let Assessment { placed, keeps } = *assessment;
    if placed < stay.tier {
        return Step::Raised(enter(today, placed));
    }
    let keeps = keeps || placed == stay.tier;
    let mut stay = stay;
    for review in due_reviews(stay, today) {
        stay.below = if keeps { 0 } else { stay.below.saturating_add(1) };
        if is_lost(rules, &stay, review) {
            return Step::Lowered(enter(today, landing(rules, &stay, placed)));
        }
        stay.next_review = review_after(stay.since, review);
    }
    Step::Stayed(stay)
}

/// Whether the tier is lost at a review that has been counted.
fn is_lost(rules: &MovementRules, stay: &Stay, review: Day) -> bool {
    let days = i64::from(review.0) - i64::from(stay.since.0);
    stay.below >= rules.reviews() && days >= i64::from(rules.min_stay_days())
}

/// The tier a customer falls to who is placed lower than he stands.
fn landing(rules: &MovementRules, stay: &Stay, placed: usize) -> usize {
    let max_fall = usize::try_from(rules.max_fall()).unwrap_or_default();
    placed.min(stay.tier.saturating_add(max_fall))
}

/// The reviews from the next one to today.
fn due_reviews(stay: Stay, today: Day) -> impl Iterator<Item = Day> {
    let following = move |review: &Day| Some(review_after(stay.since, *review)).filter(|next| next > review);
    std::iter::successors(Some(stay.next_review), following).take_while(move |review| *review <= today)
}

/// The first day on which a stay may end in a fall, if no review from now on finds the tier kept.
pub fn earliest_fall(rules: &MovementRules, stay: &Stay) -> Day {
    let missing = rules.reviews().saturating_sub(stay.below).max(1) as usize;
    let reviews = std::iter::successors(Some(stay.next_review), |review| Some(review_after(stay.since, *review)));
    let long_enough = |review: &Day| i64::from(review.0) - i64::from(stay.since.0) >= i64::from(rules.min_stay_days());
    reviews.skip(missing - 1).find(long_enough).unwrap_or(stay.next_review)
}

/// The first monthly anniversary after a day. It is reckoned from the beginning, never from the review before, or one
/// short month would move all that follow.
pub(crate) fn review_after(since: Day, day: Day) -> Day {
    let month_count = |day: Day| {
        let (year, month, _) = day.date();
        year * 12 + month
    };
    let months = (month_count(day) - month_count(since)).max(1);
    let this_month = since.months_after(months);
    if this_month > day { this_month } else { since.months_after(months + 1) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TIERS: usize = 4;

    fn day(year: i32, month: i32, day: i32) -> Day {
        Day::from_date(year, month, day).unwrap()
    }

    fn rules() -> MovementRules {
        MovementRules::new(MovementDraft::default()).unwrap()
    }

    fn after(step: Step) -> Stay {
        match step {
            Step::Stayed(stay) | Step::Raised(stay) | Step::Lowered(stay) => stay,
        }
    }

    fn falling(placed: usize) -> Assessment {
        Assessment { placed, keeps: false }
    }

    /// Gold takes 1,000 to enter and 800 to keep; values are looked at once a month.
    #[test]
    fn gold_is_lost_at_the_third_review_in_a_row() {
        let values = [1_010, 950, 790, 780, 820, 790, 780, 770, 760];
        let start = day(2026, 1, 31);
        let mut stay = enter(start, 1);
        let mut trace = Vec::new();
        for (month, value) in (1..).zip(values) {
            let placed = usize::from(value < 1_000);
            let keeps = stay.tier == 1 || value * 10_000 >= 1_000 * rules().keep_basis_points();
            let step = step(&rules(), stay, start.months_after(month), &Assessment { placed, keeps });
            stay = after(step);
            trace.push((stay.tier, stay.below, matches!(step, Step::Stayed(_))));
        }
        let raised = (0, 0, false);
        let lowered = (1, 0, false);
        let gold = |below| (0, below, true);
        assert_eq!(
            trace,
            [raised, gold(0), gold(1), gold(2), gold(0), gold(1), gold(2), lowered, (1, 0, true)],
            "the counter would be 3 at the review that lowers"
        );
    }

    #[test]
    fn earliest_fall_waits_for_the_reviews_and_the_least_stay() {
        let stay = enter(day(2026, 1, 10), 0);
        assert_eq!(earliest_fall(&rules(), &stay), day(2026, 4, 10));
        let nearly = Stay { below: 2, next_review: day(2026, 3, 10), ..stay };
        assert_eq!(earliest_fall(&rules(), &nearly), day(2026, 4, 10), "59 days are too few");
    }

    #[test]
    fn reviews_fall_on_the_day_of_the_month_the_stay_began() {
        let mut stay = enter(day(2028, 1, 31), 0);
        let mut reviews = Vec::new();
        for _ in 0..4 {
            reviews.push(stay.next_review);
            stay = after(step(&rules(), stay, stay.next_review, &Assessment { placed: 0, keeps: true }));
        }
        assert_eq!(reviews, [day(2028, 2, 29), day(2028, 3, 31), day(2028, 4, 30), day(2028, 5, 31)]);
        assert_eq!(stay.since, day(2028, 1, 31));
    }

    #[test]
    fn tier_is_not_lost_before_the_least_stay() {
        let long = MovementRules::new(MovementDraft { min_stay_days: 151, ..MovementDraft::default() }).unwrap();
        let mut stay = enter(day(2026, 1, 1), 0);
        for month in 1..=4 {
            let step = step(&long, stay, day(2026, 1, 1).months_after(month), &falling(1));
            stay = after(step);
            assert_eq!((step, stay.below), (Step::Stayed(stay), month));
        }
        let step = step(&long, stay, day(2026, 6, 1), &falling(1));
        assert_eq!(step, Step::Lowered(enter(day(2026, 6, 1), 1)));
    }

    #[test]
    fn reviews_that_passed_unseen_are_held_and_end_with_one_fall() {
        let stay = enter(day(2026, 1, 10), 0);
        let seen = step(&rules(), stay, day(2026, 3, 20), &falling(3));
        assert_eq!(seen, Step::Stayed(Stay { below: 2, next_review: day(2026, 4, 10), ..stay }));
        let late = step(&rules(), stay, day(2026, 12, 24), &falling(3));
        assert_eq!(late, Step::Lowered(enter(day(2026, 12, 24), 1)), "the stay begins when it is seen");
    }

    #[test]
    fn whoever_is_placed_in_a_tier_keeps_it() {
        let stay = Stay { below: 2, ..enter(day(2026, 1, 1), 2) };
        assert_eq!(after(step(&rules(), stay, day(2026, 12, 31), &falling(2))).below, 0);
    }

    #[test]
    fn last_days_of_the_calendar_end() {
        let stay = enter(Day(i32::MAX - 40), 0);
        let step = step(&rules(), stay, Day(i32::MAX), &falling(1));
        assert_eq!(after(step).tier, 0);
    }

    /// Rules that let falls happen within the days a test walks.
    fn any_rules() -> impl Strategy<Value = MovementRules> {
        (1..5, 0..150, 1..4).prop_map(|(reviews, min_stay_days, max_fall)| {
            let draft = MovementDraft { reviews, min_stay_days, max_fall, ..MovementDraft::default() };
            MovementRules::new(draft).unwrap()
        })
    }

    /// What is said of a customer on each of 400 days or so, in runs of some weeks.
    fn assessments() -> impl Strategy<Value = Vec<Assessment>> {
        let run = (0..TIERS, prop::bool::weighted(0.2), 1_usize..120)
            .prop_map(|(placed, keeps, days)| std::iter::repeat_n(Assessment { placed, keeps }, days));
        prop::collection::vec(run, 1..12).prop_map(|runs| runs.into_iter().flatten().collect())
    }

    proptest! {
        #[test]
        fn falls_are_late_and_soft_and_rises_are_not(
            rules in any_rules(), start in 20_000_i32..21_000, days in assessments()
        ) {
            let mut stay = enter(Day(start), days[0].placed);
            for (today, assessment) in (start..).map(Day).zip(&days) {
                let before = stay;
                let step = step(&rules, before, today, assessment);
                stay = after(step);
                prop_assert!(stay.next_review > today);
                match step {
                    Step::Stayed(_) => {
                        prop_assert_eq!((stay.tier, stay.since), (before.tier, before.since));
                        prop_assert!(assessment.placed >= before.tier);
                        prop_assert!(today == before.next_review || stay == before);
                    }
                    Step::Raised(_) => {
                        prop_assert!(assessment.placed < before.tier);
                        prop_assert_eq!(stay, enter(today, assessment.placed));
                    }
                    Step::Lowered(_) => {
                        prop_assert_eq!(today, before.next_review);
                        prop_assert!(stay.tier > before.tier && stay.tier <= assessment.placed);
                        prop_assert!(stay.tier - before.tier <= rules.max_fall() as usize);
                        prop_assert!(today.0 - before.since.0 >= rules.min_stay_days());
                        prop_assert!(!assessment.keeps && before.below + 1 >= rules.reviews());
                        prop_assert_eq!(stay, enter(today, stay.tier));
                    }
                }
            }
        }

        #[test]
        fn looking_daily_equals_looking_when_due(
            rules in any_rules(), start in 20_000_i32..21_000, days in assessments()
        ) {
            let first = enter(Day(start), days[0].placed);
            let (mut daily, mut due) = (first, first);
            for (today, assessment) in (start..).map(Day).zip(&days) {
                daily = after(step(&rules, daily, today, assessment));
                if today >= due.next_review || assessment.placed < due.tier {
                    due = after(step(&rules, due, today, assessment));
                }
                prop_assert_eq!(daily, due);
            }
        }

        #[test]
        fn looking_late_equals_having_looked_until_the_first_fall(
            rules in any_rules(), start in 20_000_i32..21_000, late in 0_i32..400, placed in 1..TIERS, keeps: bool
        ) {
            let assessment = Assessment { placed, keeps };
            let first = enter(Day(start), 1);
            let mut punctual = Step::Stayed(first);
            while let Step::Stayed(stay) = punctual && stay.next_review.0 <= start + late {
                punctual = step(&rules, stay, stay.next_review, &assessment);
            }
            let today = Day(start + late);
            match (step(&rules, first, today, &assessment), punctual) {
                (Step::Lowered(once), Step::Lowered(then)) => prop_assert_eq!(once, enter(today, then.tier)),
                (once, then) => prop_assert_eq!(once, then),
            }
        }
    }
}
