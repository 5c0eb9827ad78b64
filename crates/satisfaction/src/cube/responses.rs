//! How many of the invitations that were sent were answered. An invitation counts by the day of its first sending, in the wave
//! and through the channel that this names, in the tier that the customer stood in when it came; and from then on also as
//! answered, while a record that counts names it. Whatever changes about it, what it counted for is subtracted and what it
//! counts for is added, so cells say the same in any order of events.

use std::collections::BTreeMap;

use guanxi_model::fact::Invitation;
use guanxi_model::{Day, QuestionnaireId, Words as _, Zone};

use super::Sums;
use super::layout::RECORDS;
use super::place::{Key, Span, tier_key};
use super::pool::Pool;
use super::question::{IndexQuestion, Weighting};
use super::summary::{Share, share};
use super::{IndexRow, Row};

/// Where in the sums of a cell it stands how many were answered; how many were sent stands where records are counted.
const ANSWERED: usize = RECORDS + 1;

/// Where invitations count.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResponseCell {
    pub questionnaire: QuestionnaireId,
    pub span: Span,
    /// The first day of the span.
    pub start: Day,
    /// Empty where none was given.
    pub wave: String,
    pub channel: String,
    /// See `tier_key`.
    pub tier: String,
}

/// What invitations count for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ResponseCount {
    pub sent: i64,
    pub answered: i64,
}

/// What a change of an invitation adds to cells.
pub fn response_changes(
    (before, after): (&Invitation, &Invitation),
    zone: &Zone,
) -> BTreeMap<ResponseCell, ResponseCount> {
    let mut changes: BTreeMap<ResponseCell, ResponseCount> = BTreeMap::new();
    for (invitation, times) in [(before, -1), (after, 1)] {
        let answered = if invitation.answers > 0 { times } else { 0 };
        for cell in cells(invitation, zone) {
            changes.entry(cell).or_default().plus(ResponseCount { sent: times, answered });
        }
    }
    changes.retain(|_, count| *count != ResponseCount::default());
    changes
}

/// The cells that an invitation counts in: none before it is sent, nor where it was sent before invitations were stamped.
fn cells(invitation: &Invitation, zone: &Zone) -> Vec<ResponseCell> {
    let sent = invitation.send_time.zip(invitation.invited.as_ref()).zip(invitation.stamp.as_ref());
    let Some(((time, invited), stamp)) = sent else { return Vec::new() };
    let day = zone.day_of(time);
    let cell = |(span, _): &(Span, i16)| ResponseCell {
        questionnaire: invited.questionnaire.clone(),
        span: *span,
        start: span.start_of(day),
        wave: invited.wave.clone(),
        channel: invited.channel.clone(),
        tier: tier_key(stamp),
    };
    Span::ALL.iter().map(cell).collect()
}

impl ResponseCount {
    /// Adds another.
    pub fn plus(&mut self, other: ResponseCount) {
        self.sent += other.sent;
        self.answered += other.answered;
    }
}

impl ResponseCell {
    /// What it holds of a key; none of what invitations do not say.
    fn get(&self, key: Key) -> Option<&str> {
        match key {
            Key::Wave => Some(&self.wave),
            Key::Channel => Some(&self.channel),
            Key::Tier => Some(&self.tier),
            Key::Touchpoint | Key::Team | Key::Branch | Key::Handler | Key::Role => None,
        }
    }
}

impl IndexQuestion {
    /// Whether invitations say all that is asked by: they name no touchpoint and nobody of ours, and nobody knows how one
    /// would be answered that was not, or how many customers count once.
    pub fn tells_responses(&self) -> bool {
        let is_said = |key: &Key| matches!(key, Key::Wave | Key::Channel | Key::Tier);
        let keys = self.group_by.keys().iter().chain(self.keys.keys());
        self.methods.is_empty() && self.weighting == Weighting::PerResponse && keys.into_iter().all(is_said)
    }
}

/// The invitations that belong to the rows which answer a question.
pub struct Responses<'a> {
    question: &'a IndexQuestion,
    /// By day where days weigh differently, else under one.
    rows: BTreeMap<Row, BTreeMap<Day, Sums>>,
}

impl<'a> Responses<'a> {
    /// Of nothing yet. Other rows than these are not held, however many words invitations use.
    pub fn of(question: &'a IndexQuestion, rows: &[IndexRow]) -> Responses<'a> {
        Responses { question, rows: rows.iter().map(|one| (pooled(&one.row), BTreeMap::new())).collect() }
    }

    /// Adds what invitations in a cell count for, where they are asked for.
    pub fn add(&mut self, cell: &ResponseCell, count: ResponseCount) {
        let is_wanted = |(key, wanted): (&Key, &String)| cell.get(*key) == Some(wanted);
        let (first, last) = self.question.days;
        if !(first..=last).contains(&cell.start) || !self.question.keys.iter().all(is_wanted) {
            return;
        }
        let keys = self.question.group_by.keys().iter().map(|key| Some((*key, cell.get(*key)?.to_owned())));
        let Some(keys) = keys.collect() else { return };
        let Some(row) = self.question.row_of((cell.start, None), keys) else { return };
        let Some(days) = self.rows.get_mut(&row) else { return };
        let mut sums = Sums::zero(ANSWERED + 1);
        sums.add(RECORDS, count.sent);
        sums.add(ANSWERED, count.answered);
        let day = self.question.half_life_days.map_or(row.days.0, |_| cell.start);
        days.entry(day).or_default().plus(&sums);
    }

    /// Puts them into the rows. An invitation has no collection method, so where there are rows of several in one period and
    /// group it belongs to none of them.
    pub fn tell(mut self, rows: &mut [IndexRow]) {
        let mut times: BTreeMap<Row, usize> = BTreeMap::new();
        rows.iter().for_each(|one| *times.entry(pooled(&one.row)).or_default() += 1);
        for one in rows {
            let row = pooled(&one.row);
            if times.get(&row) == Some(&1) {
                one.response = self.rows.remove(&row).and_then(|sums| self.share(&sums));
            }
        }
    }

    /// None where nothing was sent.
    fn share(&self, sums: &BTreeMap<Day, Sums>) -> Option<Share> {
        let pool = Pool::of_days(sums, self.question.half_life_days);
        (pool.records() > 0).then(|| share(&pool, ANSWERED, &[RECORDS]))
    }
}

/// The row of all methods.
fn pooled(row: &Row) -> Row {
    Row { method: None, ..row.clone() }
}

#[cfg(test)]
mod tests {
    use guanxi_model::Timestamp;
    use guanxi_model::fact::{Invited, Stamp};

    use super::*;

    const DAY: i64 = 86_400_000_000;

    fn sent(day: i64, wave: &str, answers: i64) -> Invitation {
        let invited = Invited {
            questionnaire: QuestionnaireId::parse("service").unwrap(),
            revision: None,
            wave: wave.to_owned(),
            sample: String::new(),
            channel: "mail".to_owned(),
            expire_time: None,
        };
        Invitation {
            invited: Some(invited),
            send_time: Some(Timestamp(day * DAY)),
            stamp: Some(Stamp::default()),
            answers,
            ..Invitation::unseen("i-1".to_owned())
        }
    }

    fn changes(before: &Invitation, after: &Invitation) -> Vec<(Span, i32, String, i64, i64)> {
        let changes = response_changes((before, after), &Zone::utc());
        let told = |(cell, count): (ResponseCell, ResponseCount)| {
            (cell.span, cell.start.0, cell.wave, count.sent, count.answered)
        };
        changes.into_iter().map(told).collect()
    }

    #[test]
    fn an_invitation_counts_from_its_sending_in_its_day_and_month() {
        let (unseen, one) = (Invitation::unseen("i-1".to_owned()), sent(40, "spring", 0));
        let spring = || "spring".to_owned();
        assert_eq!(changes(&unseen, &one), [(Span::Day, 40, spring(), 1, 0), (Span::Month, 31, spring(), 1, 0)]);
        assert_eq!(changes(&one, &unseen)[0], (Span::Day, 40, spring(), -1, 0));
        // Answered before it is known to have been sent.
        let answered = Invitation { answers: 2, ..unseen.clone() };
        assert_eq!(changes(&unseen, &answered), []);
        assert_eq!(changes(&answered, &sent(40, "spring", 2))[0], (Span::Day, 40, spring(), 1, 1));
        let unstamped = Invitation { stamp: None, ..sent(40, "spring", 1) };
        assert_eq!(changes(&unseen, &unstamped), [], "what came before cells were kept is in none");
    }

    #[test]
    fn what_changes_moves_it_and_what_does_not_adds_nothing() {
        let one = sent(40, "spring", 1);
        assert_eq!(changes(&one, &sent(40, "spring", 2)), [], "a second answer changes nothing");
        assert_eq!(changes(&one, &sent(40, "spring", 0))[0], (Span::Day, 40, "spring".to_owned(), 0, -1));
        // Earlier in the same month.
        let days = [(Span::Day, 35, "spring".to_owned(), 1, 1), (Span::Day, 40, "spring".to_owned(), -1, -1)];
        assert_eq!(changes(&one, &sent(35, "spring", 1)), days);
        let waves: Vec<_> = changes(&one, &sent(40, "autumn", 1)).into_iter().map(|(.., sent, _)| sent).collect();
        assert_eq!(waves, [1, -1, 1, -1]);
    }
}
