//! The progress bar, on standard error and only where that is a terminal.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::count::grouped;

const TEMPLATE: &str = "{prefix} [{bar:30}] {percent:>3}%  {msg}  {eta} left";
/// Without an end in sight there is nothing to draw a bar of.
const OPEN_TEMPLATE: &str = "{spinner} {prefix} {msg}";
const TICK: Duration = Duration::from_millis(200);
/// How soon the same words are an echo.
const ECHO: Duration = Duration::from_millis(150);

/// How far the work is, in `total` parts of any unit.
#[derive(Clone, Debug)]
pub(in crate::cli) struct Progress {
    bar: ProgressBar,
    began: Instant,
    said: Arc<Mutex<(String, Instant)>>,
}

impl Progress {
    /// `total` of 0 is not known.
    pub(in crate::cli) fn new(what: &str, total: u64) -> Self {
        let target = ProgressDrawTarget::stderr();
        let (bar, template) = match total {
            0 => (ProgressBar::with_draw_target(None, target), OPEN_TEMPLATE),
            _ => (ProgressBar::with_draw_target(Some(total), target), TEMPLATE),
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.set_prefix(what.to_owned());
        bar.enable_steady_tick(TICK);
        let began = Instant::now();
        Self { bar, began, said: Arc::new(Mutex::new((String::new(), began))) }
    }

    /// `weight` more parts are done, and `count` things altogether.
    pub(in crate::cli) fn advance(&self, weight: u64, count: u64) {
        self.bar.inc(weight);
        self.bar.set_message(format!("{}, {}/s", grouped(count), grouped(self.rate(count))));
    }

    /// Things per second since the beginning.
    pub(in crate::cli) fn rate(&self, count: u64) -> u64 {
        (count as f64 / self.elapsed().as_secs_f64().max(1e-3)).round() as u64
    }

    pub(in crate::cli) fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    /// Says something beside the bar, also where there is none. What all streams say at once is said once.
    pub(in crate::cli) fn note(&self, text: &str) {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        if said.0 != text || said.1.elapsed() > ECHO {
            self.bar.suspend(|| eprintln!("guanxi: {text}"));
            *said = (text.to_owned(), Instant::now());
        }
    }

    pub(in crate::cli) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
