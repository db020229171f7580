//! A sign of life on standard error while a statement takes long.

use std::io::{self, IsTerminal};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// Before this, an answer needs no patience.
const PATIENCE: Duration = Duration::from_millis(700);

/// Shows how long it takes, until dropped. Nothing is shown where nobody looks.
pub(crate) struct Progress(Option<(Sender<()>, JoinHandle<()>)>);

impl Progress {
    pub(crate) fn start() -> Self {
        if !io::stderr().is_terminal() || !io::stdout().is_terminal() {
            return Self(None);
        }
        let (done, waits) = mpsc::channel();
        let shown = thread::spawn(move || {
            if waits.recv_timeout(PATIENCE) != Err(RecvTimeoutError::Timeout) {
                return;
            }
            let spinner = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed} (Ctrl-C stops)") {
                spinner.set_style(style);
            }
            spinner.enable_steady_tick(Duration::from_millis(100));
            // Until the other end is dropped.
            let _ = waits.recv();
            spinner.finish_and_clear();
        });
        Self(Some((done, shown)))
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((done, shown)) = self.0.take() {
            drop(done);
            // A sign that cannot be shown is not missed.
            let _ = shown.join();
        }
    }
}
