//! Requests about long-running operations.

use std::time::Duration;

use guanxi::google::longrunning as pb;
use guanxi_model::filter::{Expr, Filter, Kind, Op, Schema, Term, Value};
use guanxi_model::page::KeyPart;
use guanxi_model::{OperationId, Timestamp, Violations, name};
use guanxi_store::OperationFilter;

use super::customer::named;
use super::page::Column;
use super::{Paging, Path, done, page};

const SCHEMA: Schema = Schema(&[("done", Kind::Bool), ("kind", Kind::Text)]);
/// The longest and the default wait.
const MAX_WAIT: Duration = Duration::from_secs(30);

/// A list of operations.
#[derive(Clone, Debug)]
pub(crate) struct List {
    pub(crate) filter: OperationFilter,
    pub(crate) paging: Paging,
}

impl List {
    /// The key of the last operation of the page before.
    pub(crate) fn before(&self) -> Option<(Timestamp, OperationId)> {
        match self.paging.after.as_deref() {
            Some([KeyPart::Int(time), KeyPart::Bytes(id)]) => {
                Some((Timestamp(*time), OperationId::from_bytes(id.as_slice().try_into().ok()?)))
            }
            _ => None,
        }
    }
}

/// GetOperation.
pub(crate) fn get_request(request: &pb::GetOperationRequest) -> Result<OperationId, Violations> {
    let pb::GetOperationRequest { name } = request;
    named(name, name::parse_operation)
}

/// DeleteOperation.
pub(crate) fn delete_request(request: &pb::DeleteOperationRequest) -> Result<OperationId, Violations> {
    let pb::DeleteOperationRequest { name } = request;
    named(name, name::parse_operation)
}

/// CancelOperation.
pub(crate) fn cancel_request(request: &pb::CancelOperationRequest) -> Result<OperationId, Violations> {
    let pb::CancelOperationRequest { name } = request;
    named(name, name::parse_operation)
}

/// WaitOperation: which, and for how long at most.
pub(crate) fn wait_request(request: &pb::WaitOperationRequest) -> Result<(OperationId, Duration), Violations> {
    let pb::WaitOperationRequest { name, timeout } = request;
    let mut v = Violations::new();
    let id = v.field(Path::of("name"), name::parse_operation(name));
    let timeout = match timeout {
        Some(timeout) => {
            Duration::try_from(*timeout).map_err(|_| v.push(Path::of("timeout"), "must not be negative")).ok()
        }
        None => Some(MAX_WAIT),
    };
    done(v, id.zip(timeout.map(|timeout| timeout.min(MAX_WAIT))))
}

/// ListOperations.
pub(crate) fn list_request(request: &pb::ListOperationsRequest) -> Result<List, Violations> {
    let pb::ListOperationsRequest { name, filter, page_size, page_token } = request;
    let mut v = Violations::new();
    if !name.is_empty() && name != "operations" {
        v.push(Path::of("name"), "must be operations");
    }
    let filter = page::filter(&mut v, filter, &SCHEMA);
    let canonical = filter.as_ref().map(ToString::to_string).unwrap_or_default();
    let filter = filter.and_then(|filter| terms(&mut v, &filter));
    let paging =
        page::paging(&mut v, (*page_size, page_token), &["operations", &canonical], &[Column::Int, Column::Bytes]);
    done(v, filter.zip(paging).map(|(filter, paging)| List { filter, paging }))
}

/// The filter as far as operations can be listed by it: each field at most once, all of them together.
fn terms(v: &mut Violations, filter: &Filter) -> Option<OperationFilter> {
    let mut found = OperationFilter::default();
    let terms = match filter.expr() {
        Expr::And(parts) => parts.iter().collect(),
        one => vec![one],
    };
    for part in terms {
        let fits = match part {
            Expr::Term(term) if term.op == Op::Eq => take(&mut found, term),
            _ => false,
        };
        if !fits {
            v.push(Path::of("filter"), "allowed: done = true or false, kind = \"{kind}\", or both joined by AND");
            return None;
        }
    }
    Some(found)
}

/// Puts a term where it belongs, unless something is there.
fn take(found: &mut OperationFilter, term: &Term) -> bool {
    match &term.value {
        Value::Bool(done) => found.done.replace(*done).is_none(),
        Value::Text(kind) => found.kind.replace(kind.clone()).is_none(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::paths;

    fn read(filter: &str) -> Result<List, Violations> {
        let name = "operations".into();
        list_request(&pb::ListOperationsRequest { name, filter: filter.into(), ..Default::default() })
    }

    #[test]
    fn operations_are_listed_by_whether_they_are_done_and_by_kind() {
        let filter = read("done = false AND kind = activate").unwrap().filter;
        assert_eq!((filter.done, filter.kind.as_deref()), (Some(false), Some("activate")));
        assert_eq!(read("").unwrap().filter.done, None);
        for refused in ["done = true AND done = false", "done = true OR kind = a", "kind != a", "state = 1"] {
            assert_eq!(paths(read(refused)), ["filter"], "{refused}");
        }
    }

    #[test]
    fn a_wait_is_thirty_seconds_at_most() {
        let name = || "operations/0198c5a0-0000-7000-8000-000000000000".to_owned();
        let wait = |timeout: Option<i64>| {
            let timeout = timeout.map(|seconds| prost_types::Duration { seconds, nanos: 0 });
            wait_request(&pb::WaitOperationRequest { name: name(), timeout }).map(|(_, at_most)| at_most.as_secs())
        };
        assert_eq!((wait(None).unwrap(), wait(Some(3)).unwrap(), wait(Some(99)).unwrap()), (30, 3, 30));
        assert_eq!(paths(wait(Some(-1))), ["timeout"]);
    }
}
