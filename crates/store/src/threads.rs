//! Threads beside those that calls are answered on, each with a runtime, for as long as the store is there.
//!
//! Some give way. Whoever reads everybody would take a whole processor from calls that somebody waits for, so what reads for
//! operations, and on SQLite for reports, runs there, and the operating system puts it behind everything else.
//!
//! Some write. A batch is a dozen statements, each of which is waited for; among calls every one of them would wait once
//! more, until the thread that goes on with it has looked at what the calls have to do.

use std::future::Future;
use std::io;

use thread_priority::ThreadPriority;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::JoinSet;

use crate::{Reader, Store};

/// See the module.
pub(crate) struct Threads {
    /// Nothing only while it is dropped.
    runtime: Option<Runtime>,
    handle: Handle,
}

impl Threads {
    /// One that gives way.
    pub(crate) fn behind_calls() -> io::Result<Threads> {
        Threads::start(
            Builder::new_multi_thread().worker_threads(1).thread_name("guanxi-behind").on_thread_start(give_way),
        )
    }

    /// As many as there are who write.
    pub(crate) fn writing(writers: usize) -> io::Result<Threads> {
        Threads::start(Builder::new_multi_thread().worker_threads(writers).thread_name("guanxi-writing"))
    }

    fn start(builder: &mut Builder) -> io::Result<Threads> {
        let runtime = builder.enable_all().build()?;
        let handle = runtime.handle().clone();
        Ok(Threads { runtime: Some(runtime), handle })
    }

    pub(crate) fn handle(&self) -> &Handle {
        &self.handle
    }

    /// Opens connections, which then belong to these threads.
    pub(crate) async fn open<T: Send + 'static>(
        &self,
        opening: impl Future<Output = Result<T, sqlx::Error>> + Send + 'static,
    ) -> Result<T, sqlx::Error> {
        self.handle.spawn(opening).await.map_err(|error| sqlx::Error::Io(io::Error::other(error)))?
    }
}

impl Drop for Threads {
    /// Without waiting: they may be dropped where waiting is not allowed.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Reader {
    /// Begins to read on the thread that gives way.
    pub fn read_ahead<T: Send + 'static>(&self, into: &mut JoinSet<T>, read: impl Future<Output = T> + Send + 'static) {
        into.spawn_on(read, self.pools.behind.handle());
    }
}

impl Store {
    /// Where whoever writes for callers runs.
    pub fn writing(&self) -> &Handle {
        self.pools.writing.handle()
    }
}

/// Puts the present thread, and those that it starts, behind all others: it runs when no other wants to, and stops as soon
/// as one does. Where that is not possible it runs beside them.
fn give_way() {
    #[cfg(target_os = "linux")]
    let given = {
        use thread_priority::unix::{
            NormalThreadSchedulePolicy, ThreadSchedulePolicy, set_thread_priority_and_policy, thread_native_id,
        };
        let idle = ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Idle);
        set_thread_priority_and_policy(thread_native_id(), ThreadPriority::Min, idle)
    };
    #[cfg(not(target_os = "linux"))]
    let given = thread_priority::set_current_thread_priority(ThreadPriority::Min);
    if let Err(error) = given {
        tracing::warn!(?error, "reports and operations run beside calls, not behind them");
    }
}
