//! How the lists are found: each page by an index that is in the order of the list, with nothing sorted and no table read
//! through. The statements are those the reader sends, caught on their way.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use guanxi_model::fact::{CollectionMethod, FactKey, FactKind};
use guanxi_model::filter::Filter;
use guanxi_model::page::KeyPart;
use guanxi_model::{
    Counter, CustomerId, Day, FactId, LabelKey, OperationId, PyramidId, QuestionnaireId, RevisionNumber,
    ServiceStandardId, SourceName, TargetDecisionId, TierId, Timestamp, Words as _,
};
use guanxi_satisfaction::cube::{Face, Place, Placed, Span, Sums};
use guanxi_segmentation::Needs;
use guanxi_testkit::Backend;
use sea_orm::{ConnectionTrait, Statement};

use super::{Opened, on_each_database};
use crate::ledger::TierChangeReason;
use crate::{
    Active, CUSTOMER_FILTER, CellQuery, CustomerOrder, CustomerQuery, Expired, FactQuery, MEASUREMENT_FILTER,
    MeasurementQuery, OccasionPlace, OccasionQuery, OperationFilter, Options, Reader, Run, Slots, Store,
    TARGET_DECISION_FILTER, TargetDecisionQuery, connect, fact_filter,
};

on_each_database! {
    facts_are_listed_by_their_indexes,
    customers_are_listed_by_their_indexes,
    customers_are_found_by_label_and_external_id_by_index,
    tiers_are_listed_by_their_indexes,
    changes_of_a_customer_are_found_by_key_also_while_a_run_is_folded,
    deleted_customers_are_found_by_their_index,
    operations_and_revisions_are_listed_by_their_indexes,
    population_is_read_in_the_order_of_its_key,
    decisions_are_listed_by_their_indexes,
    occasions_are_found_by_their_day,
    invitations_and_what_speaks_against_them_are_found_by_customer,
    cells_are_found_by_their_keys,
    measurements_are_listed_by_their_index_and_summed_by_key,
}

#[tokio::test]
async fn sqlite_keeps_its_plans_whatever_is_bound_and_its_connections_share_no_memory() {
    let opened = super::migrated(Backend::Sqlite).await.unwrap();
    let options = opened.texts("SELECT compile_options FROM pragma_compile_options").await;
    let has = |name: &str| options.iter().any(|option| option == name);
    assert!(has("ENABLE_QPSG") && has("DEFAULT_MEMSTATUS=0"), "{options:?}");
    assert!(!has("ENABLE_MEMORY_MANAGEMENT"), "{options:?}");
}

/// A reader whose statements are kept.
struct Watched {
    reader: Reader,
    store: Store,
    backend: Backend,
    sent: Arc<Mutex<Vec<Statement>>>,
    _opened: Opened,
}

impl Watched {
    async fn on(opened: Opened) -> Watched {
        fill(&opened).await;
        let options = Options { url: opened.url.clone(), read_connections: 0 };
        let mut pools = connect::open(&options).await.unwrap();
        let sent = Arc::new(Mutex::new(Vec::new()));
        for pool in [&mut pools.reader, &mut pools.reports, &mut pools.writer] {
            let sent = Arc::clone(&sent);
            pool.set_metric_callback(move |info| sent.lock().unwrap().push(info.statement.clone()));
        }
        let store = Store { pools: Arc::new(pools) };
        Watched { reader: store.reader(), store, backend: opened.backend, sent, _opened: opened }
    }

    /// How the one statement sent since the last time is carried out; not without these indexes, named as on PostgreSQL, and
    /// not with a table read through. Its limit is bound.
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
            let uses = |step: &&String| match (self.backend, index.strip_suffix("_pkey")) {
                // A table kept in its key shows neither name; every statement calls a table by its first letter.
                (Backend::Sqlite, Some(table)) => {
                    step.contains(&format!("sqlite_autoindex_{table}_1"))
                        || step.contains(&format!(" {} USING PRIMARY KEY", &table[..1]))
                }
                _ => step.contains(index),
            };
            assert!(plan.iter().any(|step| uses(&step)), "{index} is not used by {sql}: {plan:#?}");
        }
        // What the statement brings along, and what it has just found, may be read through.
        let own = |step: &str| {
            ["due", "k", "t"].contains(&step) || step.ends_with("CONSTANT ROWS") || step.ends_with("VALUES CLAUSE")
        };
        let through = |step: &&String| {
            let table = step.strip_prefix("SCAN ").filter(|rest| !rest.contains("USING"));
            step.contains("Seq Scan") || table.is_some_and(|table| !own(table))
        };
        assert_eq!(plan.iter().find(through), None, "{sql}: {plan:#?}");
        plan
    }

    /// As `finds`, and in the order of an index: with nothing sorted.
    async fn uses(&self, indexes: &[&str]) {
        let plan = self.finds(indexes).await;
        let sorts = |step: &&String| step.contains("TEMP B-TREE") || step.contains("Sort");
        assert_eq!(plan.iter().find(sorts), None, "{plan:#?}");
    }

    async fn plan(&self, statement: &Statement) -> Vec<String> {
        let connection = &self.store.pools.writer;
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

/// PostgreSQL reads small tables through, whatever indexes there are, so it is given large ones. SQLite plans by the
/// statement alone.
async fn fill(opened: &Opened) {
    const FILL: &[&str] = &[
        "INSERT INTO customers SELECT 'c-' || n, 1, 'n', '{}', 1, n, n, CASE WHEN n % 100 = 0 THEN n END \
         FROM generate_series(1, 20000) n",
        "INSERT INTO summaries (customer_id, version, stage, replacements, gross) \
         SELECT 'c-' || n, 1, 1, 0, 0 FROM generate_series(1, 20000) n",
        "INSERT INTO customer_labels SELECT 'c-' || n, 'k', 'v-' || n % 1000 FROM generate_series(1, 20000) n",
        "INSERT INTO uses SELECT 'c-' || n, 2, 1, 'web', 1 FROM generate_series(1, 20000) n",
        "INSERT INTO external_ids SELECT 'erp', 'x-' || n, 'c-' || n FROM generate_series(1, 20000) n",
        "INSERT INTO facts SELECT 'c-' || n % 20, 1 + n / 20 % 6, 'shop', 's-' || n, decode(md5(n::text), 'hex'), n, n, 1, 1, \
         NULL, NULL, NULL, '{}' FROM generate_series(1, 40000) n",
        "INSERT INTO fact_notes SELECT customer_id, fact_id, 'n' FROM facts WHERE occur_time % 3 = 0",
        "INSERT INTO tiers (customer_id, pyramid_id, tier, generation, assign_time, below, version) \
         SELECT 'c-' || n, 'p-' || p, CASE WHEN n % 100 = 0 THEN 'gold' ELSE 'lead' END, 1, 1, 0, 1 FROM generate_series(1, 20000) n, generate_series(1, 2) p",
        "INSERT INTO tier_changes SELECT 'c-' || n, 'p-1', 1, 1, NULL, 'gold', 1, 1, '[]', NULL, NULL \
         FROM generate_series(1, 20000) n",
        "INSERT INTO operations SELECT decode(md5(n::text), 'hex'), 'k', 's', 3, '{}', '{}', NULL, 0, 0, 0, n, n, n \
         FROM generate_series(1, 5000) n",
        "INSERT INTO pyramid_revisions SELECT 'p-' || n % 20, n, '', '{}', 1 FROM generate_series(1, 5000) n",
        "INSERT INTO measurements SELECT 's-' || n % 20, 'oven', 'm-' || n, decode(md5(n::text), 'hex'), n, n, 1, 1, 'north', '', \
         1, 0, NULL, NULL, NULL, NULL FROM generate_series(1, 20000) n",
        "INSERT INTO measurement_days SELECT 's-' || n % 20, n, '', '', 1, 1, 0, 0, 0, 1, 1 FROM generate_series(1, 20000) n",
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
        "ANALYZE",
    ];
    if opened.backend == Backend::Postgres {
        for sql in FILL {
            opened.store.pools.writer.execute_unprepared(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        }
    }
}

fn counters() -> BTreeSet<Counter> {
    BTreeSet::from([Counter::Purchases, Counter::NetRevenue])
}

fn customer() -> CustomerId {
    CustomerId::parse("c-5").unwrap()
}

async fn facts_are_listed_by_their_indexes(opened: Opened) {
    let watched = Watched::on(opened).await;
    let key = || Some(vec![KeyPart::Int(20_000), KeyPart::Bytes(vec![7; 16])]);
    for (kind, _) in FactKind::ALL.iter().copied() {
        for (customer, index) in [(Some(customer()), "facts_by_customer"), (None, "facts_by_time")] {
            for after in [None, key()] {
                for filter in ["", "source = \"shop\" AND occur_time > \"1970-01-01T00:00:00Z\""] {
                    let filter = Filter::parse(filter, &fact_filter(kind)).unwrap();
                    let (customer, after, show_replaced) = (customer.clone(), after.clone(), after.is_some());
                    let list = FactQuery { kind, customer, filter, show_replaced, limit: 50, after };
                    watched.reader.list_facts(&list).await.ok();
                    watched.uses(&[index]).await;
                }
            }
        }
    }
    watched.reader.fact(FactKind::SatisfactionRecord, &customer(), &FactId::new(Timestamp(0))).await.ok();
    watched.finds(&[]).await;
}

async fn customers_are_listed_by_their_indexes(opened: Opened) {
    use CustomerOrder::{CreateTime, CreateTimeDescending, Name, NameDescending};
    let watched = Watched::on(opened).await;
    let (id, time) = (|| KeyPart::Text("c-5".into()), || KeyPart::Int(5));
    for (order, index, key) in [
        (Name, "customers_pkey", vec![id()]),
        (NameDescending, "customers_pkey", vec![id()]),
        (CreateTime, "customers_by_create_time", vec![time(), id()]),
        (CreateTimeDescending, "customers_by_create_time", vec![time(), id()]),
    ] {
        for (after, show_deleted) in [(None, false), (Some(key.clone()), false), (Some(key), true)] {
            let filter = Filter::parse("", &CUSTOMER_FILTER).unwrap();
            let list = CustomerQuery { filter, order, show_deleted, limit: 50, after };
            watched.reader.list_customers(&list).await.ok();
            watched.uses(&[index, "summaries_pkey"]).await;
        }
    }
}

async fn customers_are_found_by_label_and_external_id_by_index(opened: Opened) {
    let watched = Watched::on(opened).await;
    watched.reader.customer(&customer()).await.ok();
    watched.uses(&["customers_pkey", "summaries_pkey"]).await;
    let external = guanxi_model::customer::ExternalId {
        system: guanxi_model::SourceName::parse("erp").unwrap(),
        id: "x-7".into(),
    };
    watched.reader.customer_by_external_id(&external).await.ok();
    watched.uses(&["external_ids_pkey", "customers_pkey", "summaries_pkey"]).await;
}

async fn tiers_are_listed_by_their_indexes(opened: Opened) {
    let watched = Watched::on(opened).await;
    let pyramid = PyramidId::parse("p-1").unwrap();
    let (gold, none) = (TierId::parse("gold").unwrap(), None);
    let needs = Needs { counters: counters(), ..Needs::default() };
    // One tier while a run is being folded is the exception: it is looked for among all, as long as that takes.
    for (second, tier, index) in
        [(None, none, "tiers_pkey"), (None, Some(&gold), "tiers_by_tier"), (Some(2), none, "tiers_pkey")]
    {
        for after in ["", "c-5"] {
            let slots = Slots { pyramid: &pyramid, second };
            watched.reader.assignments(&slots, tier, (&needs, Day(0)), (after, 51)).await.ok();
            watched.uses(&[index, "summaries_pkey"]).await;
        }
    }
    watched.reader.standing(&customer(), &pyramid).await.ok();
    watched.uses(&["tiers_pkey", "summaries_pkey"]).await;
}

async fn changes_of_a_customer_are_found_by_key_also_while_a_run_is_folded(opened: Opened) {
    let watched = Watched::on(opened).await;
    let pyramid = PyramidId::parse("p-1").unwrap();
    let active = Active { number: RevisionNumber::FIRST, generation: 2, time: Timestamp(2) };
    let run = Run { active, reason: TierChangeReason::NewRevision };
    for (run, indexes) in [(None, &["tier_changes_pkey"][..]), (Some(&run), &["tier_changes_pkey", "tiers_pkey"])] {
        watched.reader.tier_changes(&customer(), (&pyramid, run), (9, 9, 9), 51).await.ok();
        watched.finds(indexes).await;
        // SQLite asks for the last customer of nobody first; there the second statement is not sent.
        let times = (Timestamp(1), Timestamp(2));
        watched.reader.arrivals((&pyramid, run), times, ("", 50)).await.unwrap();
        let arrivals = watched.sent.lock().unwrap().split_off(1);
        watched.finds(&["summaries_pkey"]).await;
        if watched.backend == Backend::Postgres {
            watched.sent.lock().unwrap().extend(arrivals);
            watched.finds(indexes).await;
        }
    }
}

async fn deleted_customers_are_found_by_their_index(opened: Opened) {
    let watched = Watched::on(opened).await;
    let tx = watched.store.begin().await.unwrap();
    watched.sent.lock().unwrap().clear();
    assert_eq!(tx.forget(Expired::Customers, Timestamp(0), 500).await.unwrap(), 0);
    drop(tx);
    watched.sent.lock().unwrap().truncate(1);
    watched.finds(&["customers_by_delete_time"]).await;
}

async fn operations_and_revisions_are_listed_by_their_indexes(opened: Opened) {
    let watched = Watched::on(opened).await;
    let filters = [OperationFilter::default(), OperationFilter { done: Some(true), kind: Some("k".into()) }];
    for filter in filters {
        for before in [None, Some((Timestamp(9), OperationId::new(Timestamp(0))))] {
            watched.reader.operations(&filter, before, 51).await.ok();
            watched.uses(&["operations_by_create_time"]).await;
        }
    }
    let pyramid = PyramidId::parse("p-1").unwrap();
    watched.reader.revisions(&pyramid, i64::MAX, 51).await.ok();
    watched.uses(&["pyramid_revisions_pkey"]).await;
    watched.reader.revision(&pyramid, RevisionNumber::FIRST).await.ok();
    watched.uses(&["pyramid_revisions_pkey"]).await;
    let questionnaire = QuestionnaireId::parse("q-1").unwrap();
    watched.reader.revisions(&questionnaire, i64::MAX, 51).await.ok();
    watched.uses(&["questionnaire_revisions_pkey"]).await;
}

async fn population_is_read_in_the_order_of_its_key(opened: Opened) {
    let watched = Watched::on(opened).await;
    let pyramid = PyramidId::parse("p-1").unwrap();
    for after in ["", "c-5"] {
        let nothing = Needs::default();
        watched.reader.seated((&pyramid, 1), &counters(), (&nothing, Day(0)), (after, 1000)).await.ok();
        watched.uses(&["summaries_pkey", "tiers_pkey"]).await;
        watched.reader.population(&counters(), (after, 1000)).await.ok();
        watched.uses(&["summaries_pkey"]).await;
        watched.reader.placed((&pyramid, None), &counters(), (after, 1000)).await.unwrap();
        let tiers = watched.sent.lock().unwrap().split_off(1);
        watched.uses(&["summaries_pkey"]).await;
        // Of nobody there are no tiers to read.
        if watched.backend == Backend::Postgres {
            watched.sent.lock().unwrap().extend(tiers.into_iter().take(1));
            watched.finds(&["tiers_pkey"]).await;
        }
        watched.reader.ranked_records(&pyramid, after, 500).await.ok();
        watched.uses(&["customers_pkey", "tiers_pkey"]).await;
    }
    // A page of many: of nearly all, PostgreSQL reads the table through.
    let (page, keys) = (("c-5", "c-51"), ["k", "l"].map(|key| LabelKey::parse(key).unwrap()));
    watched.reader.labels_between(page, &keys).await.ok();
    watched.finds(&["customer_labels_pkey"]).await;
    watched.reader.channels_between(page).await.ok();
    watched.finds(&["uses_pkey"]).await;
}

async fn cells_are_found_by_their_keys(opened: Opened) {
    let watched = Watched::on(opened).await;
    let questionnaire = QuestionnaireId::parse("q-1").unwrap();
    let days = |from, to| (Day(from), Day(to));
    for (first, index) in [(None, "satisfaction_cells_pkey"), (Some("k-7".to_owned()), "satisfaction_cells_by_key")] {
        let spans = [(Span::Day, days(3, 5)), (Span::Month, days(6, 9)), (Span::Day, days(10, 12))];
        let wanted = CellQuery {
            questionnaire: questionnaire.clone(),
            number: RevisionNumber::FIRST,
            face: Face::Handler,
            spans: spans.into_iter().map(|(span, (from, to))| (span, from, to)).collect(),
            first,
        };
        watched.reader.cells(&wanted, |_, _| true).await.unwrap();
        watched.uses(&[index]).await;
    }
    let place = Place { face: Face::Handler, first: "k-7".into(), second: String::new() };
    let placed = Placed { place, span: Span::Day, start: Day(3), method: CollectionMethod::SelfCompletion };
    let cells = BTreeMap::from([(((questionnaire, RevisionNumber::FIRST), placed), Sums::decode(&[2, 4]).unwrap())]);
    let tx = watched.store.begin().await.unwrap();
    for _ in 0..2 {
        watched.sent.lock().unwrap().clear();
        tx.add_to_cells(&cells, 9).await.unwrap();
    }
    drop(tx);
    // What is there is read, and then changed: no more statements than that.
    let sent = std::mem::take(&mut *watched.sent.lock().unwrap());
    assert_eq!(sent.len(), 2, "{sent:?}");
    let time = (Timestamp(0), Timestamp(50_000));
    for after in
        [None, Some((customer(), FactKey { source: SourceName::parse("shop").unwrap(), source_id: "s".into() }))]
    {
        watched.reader.facts_after(FactKind::SatisfactionRecord, time, (after.as_ref(), 50)).await.ok();
        watched.uses(&["facts_pkey"]).await;
    }
}

async fn decisions_are_listed_by_their_indexes(opened: Opened) {
    let watched = Watched::on(opened).await;
    let ask = async |filter, before| {
        let filter = Filter::parse(filter, &TARGET_DECISION_FILTER).unwrap();
        let list = TargetDecisionQuery { pyramid: PyramidId::parse("p-1").unwrap(), filter, limit: 50, before };
        watched.reader.target_decisions(&list).await.ok();
    };
    let (pyramid, id) = (PyramidId::parse("p-1").unwrap(), TargetDecisionId::new(Timestamp(0)));
    watched.reader.target_decision(&pyramid, &id).await.ok();
    watched.uses(&["target_decisions_by_pyramid"]).await;
    for before in [None, Some(vec![7; 16])] {
        for filter in ["", "decision = INVEST"] {
            ask(filter, before.clone()).await;
            watched.uses(&["target_decisions_by_pyramid"]).await;
        }
        // So few about one target that PostgreSQL may sort them.
        for filter in ["tier = gold", "customer = customers/c-6 AND present = true"] {
            ask(filter, before.clone()).await;
            watched.finds(&["target_decisions_pkey"]).await;
        }
    }
}

async fn measurements_are_listed_by_their_index_and_summed_by_key(opened: Opened) {
    let watched = Watched::on(opened).await;
    let standard = ServiceStandardId::parse("s-1").unwrap();
    for after in [None, Some(vec![KeyPart::Int(10_000), KeyPart::Bytes(vec![7; 16])])] {
        for filter in ["", "branch = north"] {
            let filter = Filter::parse(filter, &MEASUREMENT_FILTER).unwrap();
            let (standard, after) = (standard.clone(), after.clone());
            let list = MeasurementQuery { standard, filter, show_replaced: false, limit: 50, after };
            watched.reader.measurements(&list).await.ok();
            watched.uses(&["measurements_by_time"]).await;
        }
    }
    watched.reader.measured_days(&standard, (Day(100), Day(200)), (Some("north"), None)).await.ok();
    watched.finds(&["measurement_days_pkey"]).await;
    watched.reader.contact_counts((Day(100), Day(110)), (Some("web"), true), 1_000).await.ok();
    watched.finds(&["contact_days_pkey"]).await;
}

async fn occasions_are_found_by_their_day(opened: Opened) {
    let watched = Watched::on(opened).await;
    let (pyramid, gold) = (PyramidId::parse("p-1").unwrap(), TierId::parse("gold").unwrap());
    let after = OccasionPlace { day: Day(20_000), customer: customer(), ordinal: 0 };
    for (tier, after, second) in [(None, None, None), (Some(&gold), Some(after), None), (Some(&gold), None, Some(2))] {
        // Two days: as many as are looked at in one statement.
        let slots = Slots { pyramid: &pyramid, second };
        let list = OccasionQuery { slots, tier, first: Day(20_000), last: Day(20_001), limit: 51, after };
        watched.reader.occasions(&list).await.ok();
        // What falls on two days is sorted.
        watched.finds(&["occasions_by_day", "customers_pkey"]).await;
    }
}

async fn invitations_and_what_speaks_against_them_are_found_by_customer(opened: Opened) {
    let watched = Watched::on(opened).await;
    for after in ["", "i-7"] {
        watched.reader.invitations(&customer(), after, 51).await.ok();
        watched.finds(&["invitations_pkey"]).await;
    }
    let by_customer = ["invitations_pkey", "facts_by_customer", "facts_by_customer"];
    // Of customers without facts, since the bodies here say nothing.
    let silent = ["c-100", "c-101"].map(|id| CustomerId::parse(id).unwrap());
    watched.reader.approaches(&silent, Timestamp(30_000)).await.unwrap();
    watched.find_each(&by_customer).await;
    let id = QuestionnaireId::parse("q-7").unwrap();
    watched.reader.responses(&id, (Timestamp(10), Timestamp(5_000)), (Timestamp(1), 1_001)).await.ok();
    watched.finds(&["invitations_by_questionnaire"]).await;
    watched.reader.drawable(Some(&PyramidId::parse("p-1").unwrap()), "c-5", 500).await.ok();
    watched.finds(&["customers_pkey", "summaries_pkey"]).await;
}
