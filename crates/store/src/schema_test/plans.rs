//! How what is read is found: each page by an index that is in its order, with nothing sorted and no table read through. The
//! statements are those the store sends, caught on their way; what is asked is as large as the code asks for.

mod derived;
mod lists;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use guanxi_model::{Counter, CustomerId};
use guanxi_testkit::Backend;
use sea_orm::{ConnectionTrait, DbBackend, Statement, TransactionTrait};

use super::Opened;
use crate::{Options, Reader, Store, connect};

#[tokio::test]
async fn sqlite_keeps_its_plans_whatever_is_bound_and_its_connections_share_no_memory() {
    let opened = super::migrated(Backend::Sqlite).await.unwrap();
    let options = opened.texts("SELECT compile_options FROM pragma_compile_options").await;
    let has = |name: &str| options.iter().any(|option| option == name);
    assert!(has("ENABLE_QPSG") && has("DEFAULT_MEMSTATUS=0"), "{options:?}");
    assert!(!has("ENABLE_MEMORY_MANAGEMENT"), "{options:?}");
}

#[tokio::test]
async fn postgres_reads_along_indexes_and_compiles_nothing() {
    let Some(opened) = super::migrated(Backend::Postgres).await else { return };
    let pools = &opened.store.pools;
    for connection in [&pools.writer, &pools.reader, &pools.reports] {
        for setting in ["enable_seqscan", "enable_bitmapscan", "jit"] {
            let sql = format!("SELECT current_setting('{setting}')");
            let row =
                connection.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await.unwrap().unwrap();
            assert_eq!(row.try_get_by_index::<String>(0).unwrap(), "off", "{setting}");
        }
    }
}

/// A reader whose statements are kept.
struct Watched {
    reader: Reader,
    store: Store,
    backend: Backend,
    sent: Arc<Mutex<Vec<Statement>>>,
    has_statistics: bool,
    _opened: Opened,
}

impl Watched {
    async fn on(opened: Opened) -> Watched {
        let watched = Watched::before_statistics(opened).await;
        watched.fill(&["ANALYZE"]).await;
        Watched { has_statistics: true, ..watched }
    }

    /// As it is just after it was filled.
    async fn before_statistics(opened: Opened) -> Watched {
        let options = Options { url: opened.url.clone(), read_connections: 0 };
        let mut pools = connect::open(&options).await.unwrap();
        let sent = Arc::new(Mutex::new(Vec::new()));
        for pool in [&mut pools.reader, &mut pools.reports, &mut pools.writer] {
            let sent = Arc::clone(&sent);
            pool.set_metric_callback(move |info| sent.lock().unwrap().push(info.statement.clone()));
        }
        let store = Store { pools: Arc::new(pools) };
        let watched = Watched {
            reader: store.reader(),
            store,
            backend: opened.backend,
            sent,
            has_statistics: false,
            _opened: opened,
        };
        watched.fill(FILL).await;
        watched
    }

    /// Puts rows into PostgreSQL; SQLite plans by the statement alone.
    async fn fill(&self, statements: &[&str]) {
        for sql in statements.iter().filter(|_| self.backend == Backend::Postgres) {
            let done = self.store.pools.writer.execute_unprepared(sql).await;
            done.unwrap_or_else(|error| panic!("{sql}: {error}"));
        }
        self.sent.lock().unwrap().clear();
    }

    /// How the one statement sent since the last time is carried out; not without these indexes, named as on PostgreSQL, `a|b`
    /// where either will do, and not with a table read through. Its limit is bound.
    async fn finds(&self, indexes: &[&str]) -> Vec<String> {
        let sent = std::mem::take(&mut *self.sent.lock().unwrap());
        let [statement] = sent.as_slice() else { panic!("{} statements: {sent:?}", sent.len()) };
        self.found(statement, indexes).await
    }

    /// As `finds`, of several statements by one index each.
    async fn find_each(&self, indexes: &[&str]) {
        let sent = std::mem::take(&mut *self.sent.lock().unwrap());
        assert_eq!(sent.len(), indexes.len(), "{sent:?}");
        for (statement, index) in sent.iter().zip(indexes) {
            self.found(statement, &[index]).await;
        }
    }

    async fn found(&self, statement: &Statement, indexes: &[&str]) -> Vec<String> {
        assert!(!statement.sql.contains("LIMIT") || statement.sql.contains("LIMIT $"), "{}", statement.sql);
        let plan = self.plan(statement).await;
        self.sent.lock().unwrap().clear();
        let sql = &statement.sql;
        for index in indexes {
            let uses_index = |step: &String, index: &str| match (self.backend, index.strip_suffix("_pkey")) {
                // A table kept in its key does not show the name of that; a statement that has another table as well calls it by
                // its first letter.
                (Backend::Sqlite, Some(table)) => {
                    step.contains(&format!("sqlite_autoindex_{table}_1"))
                        || [table, &table[..1]].iter().any(|name| step.contains(&format!(" {name} USING PRIMARY KEY")))
                }
                _ => step.contains(index),
            };
            let uses = |step: &String| index.split('|').any(|index| uses_index(step, index));
            assert!(plan.iter().any(uses), "{index} is not used by {sql}: {plan:#?}");
        }
        // What the statement brings along, and what it has just found, may be read through, and pyramids, which are few.
        let own = |step: &str| {
            ["due", "found", "k", "t"].contains(&step)
                || step.ends_with("CONSTANT ROWS")
                || step.ends_with("VALUES CLAUSE")
        };
        let through = |step: &&String| {
            let table = step.strip_prefix("SCAN ").filter(|rest| !rest.contains("USING"));
            (step.contains("Seq Scan") && !step.ends_with("Seq Scan on pyramids"))
                || table.is_some_and(|table| !own(table))
        };
        assert_eq!(plan.iter().find(through), None, "{sql}: {plan:#?}");
        let next = plan.iter().skip(1).map(String::as_str).chain([""]);
        let unbounded =
            plan.iter().zip(next).any(|(step, next)| step.contains(" using ") && !next.contains("Index Cond"));
        assert!(self.has_statistics || !unbounded, "an index is read through by {sql}: {plan:#?}");
        plan
    }

    /// As `finds`, and in the order of an index: with nothing sorted.
    async fn uses(&self, indexes: &[&str]) {
        let plan = self.finds(indexes).await;
        let sorts = |step: &&String| step.contains("TEMP B-TREE") || step.contains("Sort");
        assert_eq!(plan.iter().find(sorts), None, "{plan:#?}");
    }

    /// With statistics, as PostgreSQL chooses by itself; without, as the connections let it.
    async fn plan(&self, statement: &Statement) -> Vec<String> {
        let connection = self.store.pools.writer.begin().await.unwrap();
        if self.backend == Backend::Postgres && self.has_statistics {
            connection
                .execute_unprepared("SET LOCAL enable_seqscan = on; SET LOCAL enable_bitmapscan = on")
                .await
                .unwrap();
        }
        let (explain, column) = match self.backend {
            Backend::Sqlite => ("EXPLAIN QUERY PLAN", 3),
            Backend::Postgres => ("EXPLAIN (COSTS OFF)", 0),
        };
        let sql = format!("{explain} {}", statement.sql);
        let explain = Statement { sql, values: statement.values.clone(), db_backend: statement.db_backend };
        let rows = connection.query_all_raw(explain).await.unwrap();
        rows.iter().map(|row| row.try_get_by_index::<String>(column).unwrap()).collect()
    }
}

/// PostgreSQL reads small tables through, whatever indexes there are, so it is given large ones.
const FILL: &[&str] = &[
    "INSERT INTO customers SELECT 'c-' || n, 1, 'n', '{}', 1, n, n, CASE WHEN n % 100 = 0 THEN n END \
     FROM generate_series(1, 20000) n",
    "INSERT INTO summaries (customer_id, version, stage, replacements, gross) \
     SELECT 'c-' || n, 1, 1, 0, 0 FROM generate_series(1, 20000) n",
    "INSERT INTO customer_labels SELECT 'c-' || n, 'k', 'v-' || n % 1000 FROM generate_series(1, 20000) n",
    "INSERT INTO external_ids SELECT 'erp', 'x-' || n, 'c-' || n FROM generate_series(1, 20000) n",
    "INSERT INTO facts SELECT 'c-' || n % 20, 1 + n / 20 % 6, 'shop', 's-' || n, decode(md5(n::text), 'hex'), n, n, 1, 1, \
     NULL, NULL, NULL, '{}' FROM generate_series(1, 40000) n",
    "INSERT INTO fact_notes SELECT customer_id, fact_id, 'n' FROM facts WHERE occur_time % 3 = 0",
    "INSERT INTO tiers (customer_id, pyramid_id, tier, generation, assign_time, below, version) \
     SELECT 'c-' || n, 'p-' || p, CASE WHEN n % 100 = 0 THEN 'gold' ELSE 'lead' END, 1, 1, 0, 1 \
     FROM generate_series(1, 20000) n, generate_series(1, 2) p",
    "INSERT INTO tier_changes SELECT 'c-' || n, 'p-1', 1, 1, NULL, 'gold', 1, 1, '[]', NULL, NULL \
     FROM generate_series(1, 20000) n",
    "INSERT INTO operations SELECT decode(md5(n::text), 'hex'), 'k', 's', 3, '{}', '{}', NULL, 0, 0, 0, n, n, n \
     FROM generate_series(1, 5000) n",
    "INSERT INTO pyramid_revisions SELECT 'p-' || n % 20, n, '', '{}', 1 FROM generate_series(1, 5000) n",
    "INSERT INTO measurements SELECT 's-' || n % 20, 'oven', 'm-' || n, decode(md5(n::text), 'hex'), n, n, 1, 1, 'north', '', \
     1, 0, NULL, NULL, NULL, NULL FROM generate_series(1, 20000) n",
    "INSERT INTO measurement_days SELECT 's-' || n % 20, n, '', '', 1, 1, 0, 0, 0, 1, 1 FROM generate_series(1, 20000) n",
    "INSERT INTO response_cells SELECT 'q-' || n % 4, 1 + n / 4 % 2, n / 200, 'w-' || n % 100, 'c-' || n, '', n % 4, 1, 1 \
     FROM generate_series(1, 20000) n",
    "INSERT INTO contact_days SELECT 1, n / 10, n % 10, 'web', '', 0, 0, 1 FROM generate_series(1, 20000) n",
    "INSERT INTO questionnaire_revisions SELECT 'q-' || n % 20, n, '', '{}', 1 FROM generate_series(1, 5000) n",
    "INSERT INTO target_decisions SELECT CASE WHEN n % 2 = 0 THEN 'c-' || n % 1000 ELSE '' END, 'p-' || n / 2 % 2, \
     CASE WHEN n % 2 = 0 THEN '' WHEN n % 100 < 4 THEN 'gold' ELSE 'lead' END, decode(md5(n::text), 'hex'), 1, 'b', 'r', \
     NULL, NULL, n FROM generate_series(1, 20000) n",
    "INSERT INTO occasions SELECT 'c-' || n, 0, 2, 100 * (1 + n % 12) + 1 + n % 28, NULL FROM generate_series(1, 20000) n",
    "INSERT INTO invitations (customer_id, invitation_id, questionnaire_id, send_time) \
     SELECT 'c-' || n % 2000, 'i-' || n, 'q-' || n % 200, n FROM generate_series(1, 20000) n",
    "INSERT INTO satisfaction_cells SELECT 'q-' || n % 4, 1, 1 + n / 4 % 5, 1 + n % 2, n / 200, 1, 'k-' || n % 100, 's-' || n, n % 4, \
     decode('0204', 'hex') FROM generate_series(1, 40000) n",
    "INSERT INTO buckets (customer_id, day) SELECT 'c-' || n % 2000, n / 2000 FROM generate_series(1, 20000) n",
    "INSERT INTO customer_attributes SELECT 'c-' || n, 'k', '1' FROM generate_series(1, 20000) n",
    "INSERT INTO customer_requests SELECT 'c-' || n % 2000, decode(md5(n::text), 'hex'), decode(md5(n::text), 'hex'), n \
     FROM generate_series(1, 20000) n",
    "INSERT INTO replacements SELECT 'c-' || n % 20, 1, 'shop', 's-' || n, NULL, NULL, n FROM generate_series(1, 20000) n",
];

fn counters() -> BTreeSet<Counter> {
    BTreeSet::from([Counter::Purchases, Counter::NetRevenue])
}

fn customer() -> CustomerId {
    CustomerId::parse("c-5").unwrap()
}
