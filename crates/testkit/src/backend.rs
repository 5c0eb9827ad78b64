//! The databases a case runs on, and the macro that makes one test per database of it.

use std::panic;

use tokio::task;

use crate::{TestServer, database};

/// A database under Guanxi.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    Sqlite,
    Postgres,
}

/// Runs a case against a server of its own, on a database of its own. Without that database it is skipped aloud.
///
/// # Panics
/// When the case does; when the database is absent but required.
pub async fn run<Case>(backend: Backend, case: Case)
where
    Case: AsyncFnOnce(TestServer),
{
    let found = task::spawn_blocking(move || database(backend)).await;
    let found = found.unwrap_or_else(|error| panic::resume_unwind(error.into_panic()));
    if let Some(database) = found {
        case(TestServer::start(database).await).await;
    }
}

/// Makes of each `async fn case(guanxi: TestServer)` of the calling module the tests `sqlite::case` and
/// `postgres::case`. A module calls it once; the calling crate has tokio among its dev-dependencies.
#[macro_export]
macro_rules! on_each_backend {
    ($($case:ident),+ $(,)?) => {
        mod sqlite {
            $($crate::on_each_backend!(@test Sqlite $case);)+
        }
        mod postgres {
            $($crate::on_each_backend!(@test Postgres $case);)+
        }
    };
    (@test $backend:ident $case:ident) => {
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $case() {
            $crate::run($crate::Backend::$backend, super::$case).await;
        }
    };
}

#[cfg(test)]
mod tests {
    use crate::{Backend, TestServer};

    async fn every_case_has_its_database(guanxi: TestServer) {
        let url = guanxi.database().url();
        match guanxi.backend() {
            Backend::Sqlite => assert!(url.starts_with("sqlite:///"), "{url}"),
            Backend::Postgres => assert!(url.starts_with("postgres"), "{url}"),
        }
    }

    on_each_backend! { every_case_has_its_database }
}
