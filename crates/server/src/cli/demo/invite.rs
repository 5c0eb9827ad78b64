//! How customers are asked what they think, and who answers: after a purchase, and once more where nothing was heard of them
//! for long. Who complained wants to be heard; who is asleep hardly looks.

use guanxi::v1 as pb;
use pb::InvitationEventType::{Delivered, Expired, Opened, Refused, Sent};

use super::life::Life;
use super::survey::QUESTIONNAIRE;
use super::trouble::Trouble;
use super::world::{DAY, Moment, date, timestamp, working_hours};

/// How long an invitation may be answered.
const OPEN: Moment = 21 * DAY;
/// Nobody is asked again sooner.
const REST: Moment = 30 * DAY;

/// What somebody is asked about.
struct About<'a> {
    invitation: String,
    order: &'a str,
    bought: Moment,
    /// How the customer feels about it, 0 to 1.
    mood: f64,
    /// How probable it is that the customer answers once it has seen that it is asked.
    will: f64,
}

impl Life<'_> {
    /// Four of five purchases are asked about, unless the customer was asked just now. Trouble shows, less where it was settled; and it makes people talk.
    pub(super) fn survey(&mut self, bought: Moment, order: &str, trouble: Option<&Trouble>) {
        if !self.survey_dice.chance(0.8) {
            return;
        }
        let (mood, will) = match trouble {
            None if self.orders == 1 => (0.85, 0.4),
            None => (0.85, 0.3),
            Some(trouble) if trouble.settled => (0.6, 0.55),
            Some(_) => (0.2, 0.65),
        };
        // What became of a complaint is waited for.
        let (least, most) = if trouble.is_some() { (11, 14) } else { (2, 5) };
        let days = self.survey_dice.between(least, most);
        let at = working_hours(&mut self.survey_dice, bought, days);
        self.invite(at, &About { invitation: order.to_owned(), order, bought, mood, will });
    }

    /// Who is taken to be asleep is asked about its last purchase, mostly in vain.
    pub(super) fn ask_the_silent(&mut self, at: Moment, (bought, order): (Moment, &str)) {
        let days = self.survey_dice.between(1, 10);
        let at = working_hours(&mut self.survey_dice, at, days);
        let invitation = format!("{order}-again");
        self.invite(at, &About { invitation, order, bought, mood: 0.55, will: 0.06 });
    }

    fn invite(&mut self, at: Moment, about: &About<'_>) {
        if self.asked.is_some_and(|asked| at < asked + REST) {
            return;
        }
        self.asked = Some(at);
        let by_phone = self.survey_dice.chance(0.2);
        let invited = pb::Invited {
            questionnaire: format!("questionnaires/{QUESTIONNAIRE}"),
            wave: wave(at),
            channel: if by_phone { "phone" } else { "e-mail" }.to_owned(),
            expire_time: Some(timestamp(at + OPEN)),
            ..Default::default()
        };
        self.record.invitation(at, &about.invitation, (Sent, Some(invited.clone())));
        let answered = if by_phone { self.call_up(at, about, &invited) } else { self.mail(at, about, &invited) };
        if !answered {
            self.record.invitation(at + OPEN, &about.invitation, (Expired, None));
        }
    }

    /// Whether the customer picked up and said something, be it no.
    fn call_up(&mut self, at: Moment, about: &About<'_>, invited: &pb::Invited) -> bool {
        let invitation = about.invitation.as_str();
        if !self.survey_dice.chance(0.55) {
            return false;
        }
        self.record.invitation(at + 30, invitation, (Delivered, None));
        if !self.survey_dice.chance(about.will + 0.25) {
            self.record.invitation(at + 60, invitation, (Refused, None));
            return true;
        }
        self.answer(
            at + 600,
            (about.order, invitation, invited),
            pb::CollectionMethod::Phone,
            (about.bought, about.mood),
        );
        true
    }

    /// Whether the customer answered the mail, be it that it wants no more of them.
    fn mail(&mut self, at: Moment, about: &About<'_>, invited: &pb::Invited) -> bool {
        let invitation = about.invitation.as_str();
        if !self.survey_dice.chance(0.97) {
            return false;
        }
        self.record.invitation(at + 5, invitation, (Delivered, None));
        let opened = at + self.survey_dice.between(600, 6 * DAY);
        let (answers, refuses, looks) =
            (self.survey_dice.chance(about.will), self.survey_dice.chance(0.04), self.survey_dice.chance(0.4));
        if answers || refuses || looks {
            self.record.invitation(opened, invitation, (Opened, None));
        }
        if answers {
            let method = pb::CollectionMethod::SelfCompletion;
            self.answer(opened + 300, (about.order, invitation, invited), method, (about.bought, about.mood));
        } else if refuses {
            self.record.invitation(opened + 30, invitation, (Refused, None));
        }
        answers || refuses
    }
}

/// The quarter in which it was asked.
fn wave(at: Moment) -> String {
    let date = date(at);
    format!("{}-Q{}", date.year, (date.month + 2) / 3)
}
