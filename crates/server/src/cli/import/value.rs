//! Texts of a file as values of the contract. Every fault says what is allowed.

use guanxi::google::r#type::{Date, Money};
use guanxi_model::{Currency, Day, MoneyError, Timestamp, Zone};
use jiff::tz::TimeZone;

/// Whole units and billionths of a decimal number, both of its sign. No floating point: what is written is sent.
pub(super) fn decimal(text: &str) -> Result<(i64, i32), String> {
    let wrong = || format!("must be a decimal number such as 1234.50, got \"{text}\"");
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if (whole.is_empty() && fraction.is_empty()) || !is_number(whole) || !is_number(fraction) {
        return Err(wrong());
    }
    let significant = fraction.trim_end_matches('0');
    if significant.len() > 9 {
        return Err(format!("must have at most 9 decimals, got \"{text}\""));
    }
    let units: i64 = if whole.is_empty() { 0 } else { whole.parse().map_err(|_| wrong())? };
    let nanos: i32 = format!("{significant:0<9}").parse().map_err(|_| wrong())?;
    Ok(if negative { (-units, -nanos) } else { (units, nanos) })
}

/// An amount of a currency.
pub(super) fn money(text: &str, currency: &Currency) -> Result<Money, String> {
    let (units, nanos) = decimal(text)?;
    currency.amount(units, nanos).map_err(|error| match error {
        // The nanos that this error speaks of are nowhere in the file.
        MoneyError::Fraction { code, digits, .. } => format!("{code} has {digits} decimals, got \"{text}\""),
        _ => error.to_string(),
    })?;
    Ok(Money { currency_code: currency.code().to_owned(), units, nanos })
}

/// A whole number; `2.0` is one, as spreadsheets write it.
pub(super) fn whole(text: &str) -> Result<i64, String> {
    match decimal(text)? {
        (units, 0) => Ok(units),
        _ => Err(format!("must be a whole number, got \"{text}\"")),
    }
}

/// A moment: RFC 3339; the same without an offset, with a `T` or a blank and with or without seconds; or a day.
pub(super) fn moment(text: &str, zone: &Zone) -> Result<prost_types::Timestamp, String> {
    let moment = match day(text) {
        Ok(day) => zone.start_of(day),
        Err(_) => match Timestamp::parse_rfc3339(text) {
            Ok(moment) => moment,
            Err(_) => local(text, zone).ok_or_else(|| {
                format!("must be a time such as 2026-03-29T09:30:00Z or a day such as 2026-03-29, got \"{text}\"")
            })?,
        },
    };
    let (seconds, nanos) = moment.seconds_nanos();
    Ok(prost_types::Timestamp { seconds, nanos })
}

/// A time as the clocks of a zone show it. Where they show it twice, the first; where they leave it out, so much after
/// the gap.
fn local(text: &str, zone: &Zone) -> Option<Timestamp> {
    let seconds = if text.len() == "2026-03-29T09:30".len() { ":00" } else { "" };
    let moment = Timestamp::parse_rfc3339(&format!("{}{seconds}Z", text.replacen(' ', "T", 1))).ok()?;
    let clock = jiff::Timestamp::from_microsecond(moment.0).ok()?.to_zoned(TimeZone::UTC).datetime();
    let zone = TimeZone::get(zone.name()).ok()?;
    let there = zone.to_ambiguous_timestamp(clock).compatible().ok()?;
    Some(Timestamp(there.as_microsecond()))
}

/// A day of the calendar.
pub(super) fn date(text: &str) -> Result<Date, String> {
    let (year, month, day) = day(text)?.date();
    Ok(Date { year, month, day })
}

fn day(text: &str) -> Result<Day, String> {
    let wrong = || format!("must be a day such as 2026-03-29, got \"{text}\"");
    let fields: Vec<_> = text.split('-').collect();
    let [year, month, day] = fields.as_slice() else { return Err(wrong()) };
    if [year.len(), month.len(), day.len()] != [4, 2, 2] || !fields.concat().bytes().all(|it| it.is_ascii_digit()) {
        return Err(wrong());
    }
    let number = |text: &str| text.parse::<i32>().map_err(|_| wrong());
    Day::from_date(number(year)?, number(month)?, number(day)?).map_err(|error| error.to_string())
}

/// Yes or no.
pub(super) fn boolean(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "1" => Ok(true),
        "false" | "no" | "0" => Ok(false),
        _ => Err(format!("must be true or false, got \"{text}\"")),
    }
}

/// A value of an enumeration by its name without what all of them begin with, as in `co_creation`.
pub(super) fn word<E: TryFrom<i32>>(text: &str, prefix: &str, name: fn(&E) -> &'static str) -> Result<i32, String> {
    let wanted = text.to_ascii_uppercase().replace([' ', '-'], "_");
    let names = || (1..64).filter_map(|number| Some((number, name(&E::try_from(number).ok()?))));
    let plain = |name: &'static str| name.strip_prefix(prefix).unwrap_or(name);
    let found = names().find(|(_, name)| plain(name) == wanted || *name == wanted);
    found.map(|(number, _)| number).ok_or_else(|| {
        let allowed: Vec<_> = names().map(|(_, name)| plain(name).to_ascii_lowercase()).collect();
        format!("must be one of {}, got \"{text}\"", allowed.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use guanxi::v1 as pb;

    use super::*;

    fn usd(text: &str) -> Result<(i64, i32), String> {
        money(text, &Currency::parse("USD").unwrap()).map(|money| (money.units, money.nanos))
    }

    fn seconds(text: &str, zone: &str) -> Result<i64, String> {
        moment(text, &Zone::parse(zone).unwrap()).map(|moment| moment.seconds)
    }

    #[test]
    fn amounts_are_exact() {
        for (text, amount) in [
            ("11.77", (11, 770_000_000)),
            ("12.0", (12, 0)),
            ("12", (12, 0)),
            ("0.00", (0, 0)),
            (".5", (0, 500_000_000)),
            ("5.", (5, 0)),
            ("-0.01", (0, -10_000_000)),
            ("-3.10", (-3, -100_000_000)),
            ("+7.000000000000", (7, 0)),
            ("0.1", (0, 100_000_000)),
            ("9999999999999.99", (9_999_999_999_999, 990_000_000)),
        ] {
            assert_eq!(usd(text), Ok(amount), "{text}");
        }
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for text in ["", ".", "-", "1e3", "1,5", "$5", "1.2.3", "NaN", "inf", "--1", "1 000", "٣", "0.0000000001"] {
            assert!(decimal(text).is_err(), "{text}");
        }
        assert!(usd("1.005").unwrap_err().contains("USD has 2 decimals"));
        assert!(usd("10000000000001").is_err());
        assert!(decimal("99999999999999999999").is_err());
    }

    #[test]
    fn whole_numbers_may_have_zeros_behind_the_point() {
        assert_eq!(whole("2.0"), Ok(2));
        assert_eq!(whole("-3"), Ok(-3));
        assert!(whole("2.5").is_err());
    }

    #[test]
    fn days_are_their_midnight_in_the_zone() {
        assert_eq!(seconds("1997-01-01", "UTC"), Ok(852_076_800));
        assert_eq!(seconds("1997-01-01", "America/New_York"), Ok(852_076_800 + 5 * 3600));
        for wrong in ["1997-02-29", "97-01-01", "1997-1-1", "1997/01/01", "19970101", "+997-01-01", ""] {
            assert!(seconds(wrong, "UTC").is_err(), "{wrong}");
        }
    }

    #[test]
    fn times_without_an_offset_are_local() {
        let nine = seconds("2026-01-15T09:30:00Z", "UTC");
        for text in ["2026-01-15 09:30", "2026-01-15T09:30", "2026-01-15T09:30:00", "2026-01-15 09:30:00.000"] {
            assert_eq!(seconds(text, "UTC"), nine, "{text}");
            assert_eq!(seconds(text, "Europe/Vienna"), nine.clone().map(|it| it - 3600), "{text}");
        }
        assert_eq!(seconds("2026-01-15T10:30:00+01:00", "Asia/Tokyo"), nine, "an offset wins");
        assert_eq!(
            seconds("2026-03-29 02:30", "Europe/Vienna"),
            seconds("2026-03-29T01:30:00Z", "UTC"),
            "left out by the clocks"
        );
        assert!(seconds("2026-01-15 25:00", "UTC").is_err());
    }

    #[test]
    fn words_are_those_of_the_contract() {
        let purpose = |text| word(text, "INTERACTION_PURPOSE_", pb::InteractionPurpose::as_str_name);
        assert_eq!(purpose("complaint"), Ok(pb::InteractionPurpose::Complaint as i32));
        assert_eq!(purpose("Co-creation"), Ok(pb::InteractionPurpose::CoCreation as i32));
        assert_eq!(purpose("INTERACTION_PURPOSE_FOLLOW_UP"), Ok(pb::InteractionPurpose::FollowUp as i32));
        let fault = purpose("unspecified").unwrap_err();
        assert!(fault.starts_with("must be one of service, visit, complaint,"), "{fault}");
    }

    #[test]
    fn yes_and_no_have_three_names_each() {
        assert_eq!(["true", "YES", "1"].map(boolean), [Ok(true), Ok(true), Ok(true)]);
        assert_eq!(["False", "no", "0"].map(boolean), [Ok(false), Ok(false), Ok(false)]);
        assert!(boolean("maybe").is_err());
    }
}
