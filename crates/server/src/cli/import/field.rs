//! What a row may hold: the one place where the fields of each kind are declared. The help is made of it.

use clap::ValueEnum;

/// What the rows of a file are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Kind {
    /// One customer a row.
    Customers,
    /// One purchase a row, or one line of it where there is a field `order`.
    Purchases,
    /// One interaction a row.
    Interactions,
    /// What one respondent answered a row.
    Satisfaction,
}

/// A field that a column may hold.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) required: bool,
    about: &'static str,
}

const fn needed(name: &'static str, about: &'static str) -> Field {
    Field { name, required: true, about }
}

const fn maybe(name: &'static str, about: &'static str) -> Field {
    Field { name, required: false, about }
}

const CUSTOMERS: &[Field] = &[
    needed("customer", "the customer id, or with --customer-system its id in that system"),
    needed("kind", "person, organization or unknown"),
    needed("display_name", "the name"),
    maybe("external_id.SYSTEM", "what another system calls the customer"),
    maybe("label.KEY", "a label"),
    maybe("attribute.KEY", "an attribute that is defined, of its type"),
    maybe("contact_name", "the person to talk to; display_name where only a way to reach them is given"),
    maybe("email", "an e-mail address of the contact"),
    maybe("phone", "a telephone number of the contact"),
    maybe("post", "a postal address of the contact"),
    maybe("setting", "contractual or noncontractual"),
    maybe("provenance", "where this comes from"),
    maybe("verify_time", "when it was last verified"),
];

const PURCHASES: &[Field] = &[
    needed("customer", "the customer id, or with --customer-system its id in that system"),
    needed("occur_time", "when it was bought"),
    needed("net_amount", "what was paid for the line"),
    maybe("type", "sale or return; without it, what has a negative net_amount or quantity is a return"),
    maybe(
        "order",
        "consecutive rows of one customer with the same order are lines of one purchase, whose\n\
        source_id it is; the first row tells all that is not of the line",
    ),
    maybe("product", "the product"),
    maybe("quantity", "how many; 1 when not given"),
    maybe("list_amount", "the price by the list"),
    maybe("discount_amount", "what was taken off it"),
    maybe("cost_amount", "what the goods cost us"),
    maybe("promotion", "the promotion"),
    maybe("promotion_purpose", "acquisition, retention, development, win_back, clearance or reward"),
    maybe("channel", "where it was bought: web, store"),
    maybe("contact", "the contact id of who bought"),
    maybe("due_date", "when the payment is due"),
    maybe("currency", "the currency of the amounts; --currency when not given"),
    maybe("note", "in words"),
    maybe("source", "the system that says so; --source when not given"),
    maybe("source_id", "its id there"),
];

const INTERACTIONS: &[Field] = &[
    needed("customer", "the customer id, or with --customer-system its id in that system"),
    needed("occur_time", "when it began"),
    needed("direction", "inbound or outbound"),
    needed(
        "purpose",
        "service, visit, complaint, suggestion, praise, inquiry, co_creation, follow_up, sales\n\
        or other",
    ),
    maybe("touchpoint", "the id of the touchpoint"),
    maybe("mode", "in_person, voice, video, written or self_service"),
    maybe("channel", "by what: phone, chat"),
    maybe("topic", "what it was about"),
    maybe("staff", "our people, separated by semicolons"),
    maybe("contacts", "the contact ids of the customer's people, separated by semicolons"),
    maybe("emotion_start", "calm, happy, disappointed, angry or afraid"),
    maybe("emotion_end", "the same, at the end"),
    maybe("outcome", "resolved, unresolved, escalated, not_reached or order"),
    maybe("next_step", "what is to be done next"),
    maybe("next_step_due_date", "by when"),
    maybe("next_step_owner", "by whom"),
    maybe("duration_seconds", "how long it took"),
    maybe("handling_cost", "what it cost us"),
    maybe("currency", "the currency of the amount; --currency when not given"),
    maybe("note", "in words"),
    maybe("source", "the system that says so; --source when not given"),
    maybe("source_id", "its id there"),
];

const SATISFACTION: &[Field] = &[
    needed("customer", "the customer id, or with --customer-system its id in that system"),
    needed("occur_time", "when it was answered"),
    needed("questionnaire", "the id of the questionnaire"),
    needed("revision", "the number of the revision that was answered"),
    needed("collection_method", "self_completion, phone, interviewer, mystery_shopper, inspection or third_party"),
    needed(
        "answer.ITEM.QUESTION",
        "the answer to a question of an item: rating, perception, predictive_expectation,\n\
        desired_expectation, adequate_expectation, promised_expectation or importance;\n\
        answer.ITEM is its rating",
    ),
    maybe("importance.DIMENSION", "how important a dimension is to the respondent"),
    maybe("channel", "through what it was asked: web, phone"),
    maybe("touchpoint", "the id of the touchpoint it is about"),
    maybe("subject_kind", "the kind of the fact it is about, where it is about one: purchase, interaction"),
    maybe("subject_source", "the source of that fact; --source when not given"),
    maybe("subject_source_id", "its id there"),
    maybe("wave", "the wave of the survey"),
    maybe("invitation", "the id of the invitation that it answers"),
    maybe("contact", "the contact id of who answered"),
    maybe("role", "payer, decision_maker, user, maintainer or influencer"),
    maybe("handler", "who of our people was involved"),
    maybe("team", "the team of the handler"),
    maybe("branch", "the branch of the handler"),
    maybe("emotion", "calm, happy, disappointed, angry or afraid"),
    maybe("note", "the comment, in words"),
    maybe("source", "the system that says so; --source when not given"),
    maybe("source_id", "its id there"),
];

/// All kinds, as the help tells them.
const KINDS: [Kind; 4] = [Kind::Customers, Kind::Purchases, Kind::Interactions, Kind::Satisfaction];

impl Kind {
    pub(super) fn fields(self) -> &'static [Field] {
        match self {
            Self::Customers => CUSTOMERS,
            Self::Purchases => PURCHASES,
            Self::Interactions => INTERACTIONS,
            Self::Satisfaction => SATISFACTION,
        }
    }

    /// Many of them, in words.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::Customers => "customers",
            Self::Purchases => "purchases",
            Self::Interactions => "interactions",
            Self::Satisfaction => "satisfaction records",
        }
    }

    /// Whether there is such a field. `label.region` is one of the fields `label.KEY`.
    pub(super) fn knows(self, name: &str) -> bool {
        self.fields().iter().any(|field| field.is(name))
    }
}

impl Field {
    /// Whether this is the field of that name, or the family that it belongs to.
    pub(super) fn is(&self, name: &str) -> bool {
        match self.open() {
            Some(prefix) => name.strip_prefix(prefix).is_some_and(|key| !key.is_empty()),
            None => self.name == name,
        }
    }

    /// What the names of an open family of fields begin with.
    fn open(&self) -> Option<&'static str> {
        let key = self.name.split(|letter: char| letter.is_ascii_uppercase()).next()?;
        (key.len() < self.name.len()).then_some(key)
    }
}

const NOTES: &str = "\
Values:
  Times are RFC 3339, or without an offset, or a day, which means its midnight; the last two in --time-zone.
  Amounts are decimal numbers with a point and without a sign for the currency: 1234.50.
  Words such as sale are in any case; spaces and hyphens are underscores. An empty column is a field not given.
  An answer is a whole number of its scale, or --not-rated; an empty one was not given.

The same twice:
  A fact is known by its customer, source and source_id: one that is there already is not recorded again. Without a
  source_id it is made of all the row's columns, and of how many rows before it in the file are the same: two equal rows
  are two facts, and the same file again changes nothing. (That takes up to 20 bytes of memory a row; with a source_id,
  memory does not depend on the file.)
  A customer that is there already is left alone, and rejected if it is not as the file has it. Many customers are sent
  at a time: of two rows that claim the same id, either may be the one that is rejected.

When something fails:
  While the server is away, it is tried again for --retry-for, from the last acknowledged row.
  Exit code: 0 if no row was rejected, 2 if some were, 1 if the import did not come to its end.

Example, the file having the header id,date,units,dollars:
  guanxi import purchases transactions.csv --create-missing --customer-prefix c- \\
    --column customer=id --column occur_time=date --column quantity=units --column net_amount=dollars

Example, a survey with the header expected,perceived,recommend and nothing else:
  guanxi import satisfaction survey.csv --create-missing --row-number customer --customer-prefix survey- \\
    --constant occur_time=2026-01-31 --constant questionnaire=service --constant revision=1 \\
    --constant collection_method=phone --column answer.repair.predictive_expectation=expected \\
    --column answer.repair.perception=perceived --column answer.recommend=recommend";

/// The long help: every field of every kind.
pub(super) fn help() -> String {
    let mut text = String::new();
    for kind in KINDS {
        text.push_str(&format!("Fields of {} (* is required):\n", kind.noun()));
        for Field { name, required, about } in kind.fields() {
            let star = if *required { '*' } else { ' ' };
            let about = about.replace('\n', &format!("\n{:26}", ""));
            text.push_str(&format!("  {star} {name:<21} {about}\n"));
        }
        text.push('\n');
    }
    text + NOTES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_fields_have_any_key() {
        assert!(Kind::Customers.knows("label.region"));
        assert!(Kind::Customers.knows("external_id.shop"));
        assert!(!Kind::Customers.knows("label."));
        assert!(!Kind::Purchases.knows("label.region"));
        assert!(Kind::Satisfaction.knows("answer.speed.perception"));
        assert!(Kind::Purchases.knows("net_amount"));
        assert!(!Kind::Purchases.knows("net"));
    }

    #[test]
    fn help_names_every_field() {
        let help = help();
        for kind in KINDS {
            assert!(kind.fields().iter().all(|field| help.contains(field.name)));
        }
        assert!(help.lines().all(|line| line.chars().count() <= 120));
    }
}
