//! Requests about the occasions of the days to come.

use guanxi::v1 as pb;
use guanxi_model::page::{KeyPart, QueryHash};
use guanxi_model::{CustomerId, Day, PyramidId, TierId, Violations, name};
use guanxi_store::OccasionPlace;

use super::page::Column;
use super::{Context, Path, done, page, tier, time};

const DEFAULT_DAYS: i32 = 30;
const MAX_DAYS: i32 = 366;
/// 9999-12-31, after which no caller can write a day.
const LAST_DAY: Day = Day(2_932_896);

/// A list of occasions. Its token holds the first day of the window, which may be the day of the first page.
#[derive(Clone, Debug)]
pub(crate) struct List {
    pub(crate) pyramid: PyramidId,
    /// None for all.
    pub(crate) tier: Option<TierId>,
    pub(crate) first: Day,
    /// The last day.
    pub(crate) last: Day,
    pub(crate) size: usize,
    pub(crate) after: Option<OccasionPlace>,
    pub(crate) query: QueryHash,
}

/// ListUpcomingOccasions.
pub(crate) fn list_request(ctx: &Context<'_>, request: &pb::ListUpcomingOccasionsRequest) -> Result<List, Violations> {
    let pb::ListUpcomingOccasionsRequest { parent, start_date, days, page_size, page_token, filter } = request;
    let mut v = Violations::new();
    let pyramid = v.field(Path::of("parent"), name::parse_pyramid(parent));
    let start = time::day_if_given(&mut v, Path::of("start_date"), *start_date);
    let days = match *days {
        0 => DEFAULT_DAYS,
        days => days,
    };
    if !(1..=MAX_DAYS).contains(&days) {
        v.push(Path::of("days"), format!("is {days}; 1 to {MAX_DAYS} is allowed, or 0 for {DEFAULT_DAYS}"));
    }
    let filter = page::filter(&mut v, filter, &tier::SCHEMA);
    let canonical = filter.as_ref().map(ToString::to_string).unwrap_or_default();
    let tier = filter.and_then(|filter| tier::tier(&mut v, &filter));
    let window = format!("{} {days}", start.map(|day| day.to_string()).unwrap_or_default());
    let query = ["occasions", parent, &window, &canonical];
    let key = [Column::Int, Column::Int, Column::Text, Column::Int];
    let paging = page::paging(&mut v, (*page_size, page_token), &query, &key);
    let list = paging.and_then(|paging| {
        let (begun, after) = paging.after.as_deref().and_then(place).unzip();
        let first = start.or(begun).unwrap_or(ctx.today);
        let last = first.plus_days(days.saturating_sub(1)).min(LAST_DAY);
        Some(List { pyramid: pyramid?, tier, first, last, size: paging.size, after, query: paging.query })
    });
    done(v, list)
}

/// The first day of the window and the last occasion of the page before; see `to_proto::occasion::key`.
fn place(key: &[KeyPart]) -> Option<(Day, OccasionPlace)> {
    let day = |number: &i64| i32::try_from(*number).ok().map(Day);
    match key {
        [KeyPart::Int(first), KeyPart::Int(at), KeyPart::Text(customer), KeyPart::Int(ordinal)] => {
            let customer = CustomerId::from_trusted(customer.clone());
            Some((day(first)?, OccasionPlace { day: day(at)?, customer, ordinal: *ordinal }))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use guanxi::google::r#type::Date;

    use super::*;
    use crate::testing::{TODAY, ctx, paths};

    fn read(days: i32, start_date: Option<Date>, filter: &str) -> Result<List, Violations> {
        let request = pb::ListUpcomingOccasionsRequest {
            parent: "pyramids/value".into(),
            start_date,
            days,
            filter: filter.into(),
            ..Default::default()
        };
        list_request(&ctx(), &request)
    }

    #[test]
    fn window_is_thirty_days_from_today_unless_it_is_said() {
        let list = read(0, None, "").unwrap();
        assert_eq!((list.first, list.last, list.tier), (TODAY, TODAY.plus_days(29), None));
        let list = read(366, Some(Date { year: 2028, month: 2, day: 29 }), "tier = gold").unwrap();
        assert_eq!((list.first.to_string(), list.last.to_string()), ("2028-02-29".into(), "2029-02-28".into()));
        assert_eq!(list.tier.unwrap().as_str(), "gold");
        let end = read(366, Some(Date { year: 9999, month: 12, day: 31 }), "").unwrap();
        assert_eq!((end.first, end.last), (LAST_DAY, LAST_DAY));
    }

    #[test]
    fn every_fault_is_told_at_once() {
        let no_year = Some(Date { year: 0, month: 2, day: 1 });
        for days in [-1, 367, i32::MIN] {
            assert_eq!(paths(read(days, no_year, "tier != gold")), ["start_date", "days", "filter"]);
        }
    }
}
