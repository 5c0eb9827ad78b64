//! Reading RFC 3339, and nothing else that looks like it: jiff also takes other forms of ISO 8601 and zone names, which
//! other readers of the same text refuse, and it ends a day before the year 9999 does.

use super::{Day, MICROS_PER_SECOND, SECONDS, SECONDS_PER_DAY, TimeError, Timestamp};

/// What the text must look like up to its fraction; 0 stands for any digit.
const MOMENT: &str = "0000-00-00T00:00:00";

/// The text of a day.
const DAY: &str = "0000-00-00";

/// The day of a text; see [`Day::parse`].
pub(super) fn parse_day(text: &str) -> Result<Day, TimeError> {
    let field = |from: usize, to: usize| text.get(from..to).and_then(|digits| digits.parse::<i32>().ok());
    match (field(0, 4), field(5, 7), field(8, 10)) {
        (Some(year), Some(month), Some(day)) if has_form(text, DAY) => Day::from_date(year, month, day),
        _ => Err(TimeError::DayText(text.to_owned())),
    }
}

/// The moment of a text; see [`Timestamp::parse_rfc3339`].
pub(super) fn parse(text: &str) -> Result<Timestamp, TimeError> {
    let wrong = || TimeError::Text(text.to_owned());
    let (moment, rest) = text.split_at_checked(MOMENT.len()).ok_or_else(wrong)?;
    let fraction_len = rest.bytes().position(|byte| !matches!(byte, b'.' | b'0'..=b'9')).ok_or_else(wrong)?;
    let (fraction, zone) = rest.split_at(fraction_len);
    let local = local_seconds(moment).ok_or_else(wrong)??;
    let seconds = local - offset_seconds(zone).ok_or_else(wrong)?;
    let micros = micros(fraction).ok_or_else(wrong)?;
    if !SECONDS.contains(&seconds) {
        return Err(TimeError::Year);
    }
    Ok(Timestamp(seconds * MICROS_PER_SECOND + micros))
}

/// The seconds from 1970 to a moment as a clock on the wall shows it; none if the text has another form or the clock no
/// such time, an error if the calendar has no such day.
fn local_seconds(moment: &str) -> Option<Result<i64, TimeError>> {
    if !has_form(moment, MOMENT) {
        return None;
    }
    let field = |from: usize, to: usize| moment.get(from..to)?.parse::<i32>().ok();
    let (hour, minute, second) = (field(11, 13)?, field(14, 16)?, field(17, 19)?);
    // A leap second is the same moment to us as the second before it.
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let second_of_day = i64::from(hour * 3600 + minute * 60 + second.min(59));
    let day = Day::from_date(field(0, 4)?, field(5, 7)?, field(8, 10)?);
    Some(day.map(|day| i64::from(day.0) * SECONDS_PER_DAY + second_of_day))
}

/// Whole microseconds of a fraction such as `.5`; 0 where there is none.
fn micros(fraction: &str) -> Option<i64> {
    let Some(digits) = fraction.strip_prefix('.') else { return fraction.is_empty().then_some(0) };
    if digits.is_empty() || digits.contains('.') {
        return None;
    }
    format!("{digits:0<6}").get(..6)?.parse().ok()
}

/// How far a zone such as `Z` or `+02:00` is ahead of UTC.
fn offset_seconds(zone: &str) -> Option<i64> {
    if zone.eq_ignore_ascii_case("Z") {
        return Some(0);
    }
    let sign = if has_form(zone, "+00:00") {
        1
    } else if has_form(zone, "-00:00") {
        -1
    } else {
        return None;
    };
    let (hours, minutes): (i64, i64) = (zone.get(1..3)?.parse().ok()?, zone.get(4..6)?.parse().ok()?);
    (hours < 24 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

/// Whether `text` is `form` with any digits for its zeros and letters in any case.
fn has_form(text: &str, form: &str) -> bool {
    let fits = |(byte, form): (u8, u8)| match form {
        b'0' => byte.is_ascii_digit(),
        _ => byte.eq_ignore_ascii_case(&form),
    };
    text.len() == form.len() && text.bytes().zip(form.bytes()).all(fits)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn forms_of_one_moment() {
        let moment = parse("2026-03-29T07:30:00Z");
        assert_eq!(moment, Ok(Timestamp(1_774_769_400_000_000)));
        for same in ["2026-03-29t07:30:00z", "2026-03-29T09:30:00+02:00", "2026-03-29T02:00:00.0000009-05:30"] {
            assert_eq!(parse(same), moment, "{same}");
        }
        assert_eq!(parse("1969-12-31T23:59:59.9999999Z"), Ok(Timestamp(-1)));
        assert_eq!(parse("2016-12-31T23:59:60Z"), parse("2016-12-31T23:59:59Z"));
    }

    #[test]
    fn days_have_one_form() {
        assert_eq!(parse_day("1970-01-02"), Ok(Day(1)));
        assert_eq!(parse_day("2026-02-29"), Err(TimeError::Date { year: 2026, month: 2, day: 29 }));
        for wrong in ["", "2026-3-29", "2026-03-29T00:00:00Z", "2026/03/29", "+026-03-29", "2026-03-2ä", "2026-03-29 "]
        {
            assert_eq!(parse_day(wrong), Err(TimeError::DayText(wrong.to_owned())));
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for wrong in [
            "",
            "2026-03-29",
            "2026-03-29T09:30Z",
            "2026-03-29 09:30:00Z",
            "2026-03-29T09:30:00",
            "2026-03-29T09:30:00.Z",
            "2026-03-29T09:30:00..5Z",
            "2026-03-29T09:30:005Z",
            "2026-03-29T09:30:00,5Z",
            "2026-03-29T09:30:00+02",
            "2026-03-29T09:30:00+24:00",
            "2026-03-29T09:30:00Z[UTC]",
            "2026-03-29T24:00:00Z",
            "2026-03-29T23:60:00Z",
            "2026-03-29T+9:30:00Z",
            "+002026-03-29T09:30:00Z",
            "2026-03-29T09:30:00ä",
            "2026-03-29T09:30:0äZ",
        ] {
            assert_eq!(parse(wrong), Err(TimeError::Text(wrong.to_owned())));
        }
    }

    #[test]
    fn days_and_years_are_those_of_the_calendar() {
        let no_day = TimeError::Date { year: 2026, month: 2, day: 29 };
        assert_eq!(parse("2026-02-29T09:30:00Z"), Err(no_day));
        assert!(parse("0000-12-31T00:00:00Z").is_err());
        assert_eq!(parse("0001-01-01T00:00:00+00:01"), Err(TimeError::Year));
        assert_eq!(parse("9999-12-31T23:59:59-00:01"), Err(TimeError::Year));
    }

    proptest! {
        #[test]
        fn jiff_reads_the_same(text in "20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-5][0-9](\\.[0-9]{1,9})?(Z|[+-][01][0-9]:[0-5][0-9])") {
            let theirs = text.parse::<jiff::Timestamp>().ok();
            let theirs = theirs.map(|moment| Timestamp(moment.as_nanosecond().div_euclid(1000) as i64));
            prop_assert_eq!(parse(&text).ok(), theirs);
        }

        #[test]
        fn every_text_is_answered(text in "[0-9TZ:.+ä-]{0,30}") {
            let _ = parse(&text);
        }
    }
}
