//! What was decided about tiers and customers: only ever added to, read the newest first.

use guanxi_model::filter::{Expr, Filter, Kind, Op, Schema, Value as Literal};
use guanxi_model::page::{KeyPart, Page};
use guanxi_model::{CustomerId, Day, PyramidId, RequestId, TargetDecisionId, TierId, Timestamp, Words, name};
use guanxi_segmentation::{NewTargetDecision, Target, TargetDecision, TargetDecisionKind};
use sea_orm::{QueryResult, Value};

use crate::catalogue::{execute, find, query, rows};
use crate::customers::page;
use crate::rows::{id_bytes, word};
use crate::{Error, Reader, Tx, filters};

/// What decisions may be filtered by. A customer is given by its resource name.
pub const TARGET_DECISION_FILTER: Schema = Schema(&[
    ("tier", Kind::Text),
    ("customer", Kind::Text),
    ("decision", Kind::Enum(&[("INVEST", 1), ("MAINTAIN", 2), ("REDUCE", 3), ("RELEASE", 4)])),
    ("review_date", Kind::Day),
    ("present", Kind::Bool),
]);

const _: () = assert!(TargetDecisionKind::ALL.len() == 4, "the filter's words are all there are");

fn place(field: &str) -> Option<&'static str> {
    Some(match field {
        "tier" => "NULLIF(d.tier, '')",
        "customer" => "'customers/' || NULLIF(d.customer_id, '')",
        "decision" => "d.kind",
        "review_date" => "d.review_day",
        "present" => PRESENT,
        _ => return None,
    })
}

/// 1 where there is no newer decision about the same target.
const PRESENT: &str = "CASE WHEN EXISTS (SELECT 1 FROM target_decisions n WHERE n.customer_id = d.customer_id AND \
     n.pyramid_id = d.pyramid_id AND n.tier = d.tier AND n.decision_id > d.decision_id) THEN 0 ELSE 1 END";
/// Whether a decision is told of: not about a customer who is deleted.
const TOLD: &str = "(d.customer_id = '' OR \
     (SELECT s.delete_time IS NULL FROM summaries s WHERE s.customer_id = d.customer_id))";
const COLUMNS: &str = "customer_id, pyramid_id, tier, decision_id, kind, decided_by, reason, review_day, record_time";

/// A list of decisions.
#[derive(Clone, Debug)]
pub struct TargetDecisionQuery {
    pub pyramid: PyramidId,
    pub filter: Filter,
    pub limit: usize,
    /// The id of the last decision of the page before.
    pub before: Option<Vec<u8>>,
}

impl Reader {
    /// One decision; nothing where it is about a customer who is deleted.
    pub async fn target_decision(
        &self,
        pyramid: &PyramidId,
        id: &TargetDecisionId,
    ) -> Result<Option<TargetDecision>, Error> {
        let sql = format!(
            "SELECT {COLUMNS}, CAST({PRESENT} AS BIGINT) FROM target_decisions d \
             WHERE d.pyramid_id = $1 AND d.decision_id = $2 AND {TOLD}"
        );
        let found = find(self.connection(), &sql, [pyramid.as_str().into(), id.as_bytes().to_vec().into()]).await?;
        found.as_ref().map(read).transpose()
    }

    /// A page of what was decided in a pyramid, the newest first. What is about deleted customers is left out.
    pub async fn target_decisions(&self, list: &TargetDecisionQuery) -> Result<Page<TargetDecision>, Error> {
        let filter = filters::condition(&list.filter, place, 2);
        let mut values: Vec<Value> = vec![list.pyramid.as_str().into()];
        values.extend(filter.values);
        let mut bind = |value: Value| {
            values.push(value);
            format!("${}", values.len())
        };
        let about = match one_target(&list.filter) {
            Some((customer, tier)) => {
                let (customer, tier) = (bind(customer.as_str().into()), bind(tier.as_str().into()));
                format!("AND d.customer_id = {customer} AND d.tier = {tier}")
            }
            None => String::new(),
        };
        let before = match &list.before {
            Some(id) => format!("AND d.decision_id < {}", bind(id.clone().into())),
            None => String::new(),
        };
        let limit = bind(rows(list.limit + 1));
        let sql = format!(
            "SELECT {COLUMNS}, CAST({PRESENT} AS BIGINT) FROM target_decisions d WHERE d.pyramid_id = $1 AND {} {about} \
             {before} AND {TOLD} ORDER BY d.decision_id DESC LIMIT {limit}",
            filter.sql
        );
        let found = query(self.connection(), &sql, values).await?;
        let decisions = found.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        Ok(page(decisions, list.limit, |decision| vec![KeyPart::Bytes(decision.id.as_bytes().to_vec())]))
    }
}

/// The one target, customer and tier, that a filter asks for, so that it is found by the key.
fn one_target(filter: &Filter) -> Option<(String, String)> {
    let terms = match filter.expr() {
        Expr::And(parts) => parts.as_slice(),
        one => std::slice::from_ref(one),
    };
    terms.iter().find_map(|part| match part {
        Expr::Term(term) if term.op == Op::Eq => match (term.field, &term.value) {
            ("tier", Literal::Text(tier)) => Some((String::new(), tier.clone())),
            ("customer", Literal::Text(customer)) => {
                name::parse_customer(customer).ok().map(|id| (String::from(id), String::new()))
            }
            _ => None,
        },
        _ => None,
    })
}

impl Tx {
    /// Adds a decision; it is the present one about its target.
    pub async fn put_target_decision(
        &self,
        decision: &TargetDecision,
        request: Option<&RequestId>,
    ) -> Result<(), Error> {
        let sql = format!(
            "INSERT INTO target_decisions ({COLUMNS}, request_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
        );
        let TargetDecision { id, content, record_time, present: _ } = decision;
        let NewTargetDecision { pyramid, target, kind, decided_by, reason, review } = content;
        let (customer, tier) = key(target);
        let values: [Value; 10] = [
            customer.into(),
            pyramid.as_str().into(),
            tier.into(),
            id.as_bytes().to_vec().into(),
            kind.code().into(),
            decided_by.as_str().into(),
            reason.as_str().into(),
            review.map(|day| i64::from(day.0)).into(),
            record_time.0.into(),
            request.map(|request| request.as_bytes().to_vec()).into(),
        ];
        execute(self.connection(), &sql, values).await.map(drop)
    }

    /// The decision about a target that a request has recorded.
    pub async fn target_decision_of(
        &self,
        pyramid: &PyramidId,
        target: &Target,
        request: &RequestId,
    ) -> Result<Option<TargetDecision>, Error> {
        let sql = format!(
            "SELECT {COLUMNS}, CAST({PRESENT} AS BIGINT) FROM target_decisions d \
             WHERE d.customer_id = $1 AND d.pyramid_id = $2 AND d.tier = $3 AND d.request_id = $4"
        );
        let (customer, tier) = key(target);
        let values = [customer.into(), pyramid.as_str().into(), tier.into(), request.as_bytes().to_vec().into()];
        query(self.connection(), &sql, values).await?.first().map(read).transpose()
    }

    /// Whether a customer is there, and if so, since when it is deleted.
    pub async fn deletion(&self, customer: &CustomerId) -> Result<Option<Option<Timestamp>>, Error> {
        let sql = "SELECT delete_time FROM summaries WHERE customer_id = $1";
        let found = query(self.connection(), sql, [customer.as_str().into()]).await?;
        let read = |row: &QueryResult| row.try_get_by_index::<Option<i64>>(0).map(|time| time.map(Timestamp));
        Ok(found.first().map(read).transpose()?)
    }
}

/// Customer and tier of a target; the one that it is not about is empty.
fn key(target: &Target) -> (&str, &str) {
    match target {
        Target::Tier(tier) => ("", tier.as_str()),
        Target::Customer(customer) => (customer.as_str(), ""),
    }
}

fn read(row: &QueryResult) -> Result<TargetDecision, Error> {
    let (customer, tier): (String, String) = (row.try_get_by_index(0)?, row.try_get_by_index(2)?);
    let target = match customer.is_empty() {
        true => Target::Tier(TierId::from_trusted(tier)),
        false => Target::Customer(CustomerId::from_trusted(customer)),
    };
    let review = row.try_get_by_index::<Option<i64>>(7)?.map(i32::try_from).transpose();
    Ok(TargetDecision {
        id: TargetDecisionId::from_bytes(id_bytes(row, 3, "decision id")?),
        content: NewTargetDecision {
            pyramid: PyramidId::from_trusted(row.try_get_by_index(1)?),
            target,
            kind: word(row, 4, "decision")?,
            decided_by: row.try_get_by_index(5)?,
            reason: row.try_get_by_index(6)?,
            review: review.map_err(|error| Error::corrupt("review day", error))?.map(Day),
        },
        record_time: Timestamp(row.try_get_by_index(8)?),
        present: row.try_get_by_index::<i64>(9)? == 1,
    })
}
