//! A thread that gives way. Whoever reads everybody would take a whole processor from calls that somebody waits for, so
//! what reads for reports and operations runs here, and the operating system puts it behind everything else.

use std::future::Future;

use thread_priority::ThreadPriority;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::JoinSet;

use crate::Reader;

/// See the module.
pub(crate) struct Background {
    /// Nothing only while it is dropped.
    runtime: Option<Runtime>,
    handle: Handle,
}

impl Background {
    pub(crate) fn start() -> std::io::Result<Background> {
        let mut builder = Builder::new_multi_thread();
        builder.worker_threads(1).thread_name("guanxi-background").enable_all().on_thread_start(give_way);
        let runtime = builder.build()?;
        let handle = runtime.handle().clone();
        Ok(Background { runtime: Some(runtime), handle })
    }

    pub(crate) fn handle(&self) -> &Handle {
        &self.handle
    }
}

impl Drop for Background {
    /// Without waiting: it may be dropped where waiting is not allowed.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Reader {
    /// Begins to read on the thread that gives way.
    pub fn read_ahead<T: Send + 'static>(&self, into: &mut JoinSet<T>, read: impl Future<Output = T> + Send + 'static) {
        into.spawn_on(read, self.pools.background.handle());
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
