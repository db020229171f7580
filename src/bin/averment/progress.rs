//! A sign of life on standard error while a statement takes long.

use std::io::{self, IsTerminal, Write};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Before this, an answer needs no patience.
const PATIENCE: Duration = Duration::from_millis(700);

/// Between one picture of the sign and the next.
const BEAT: Duration = Duration::from_millis(100);

/// To the head of the line, whatever has been echoed on it, and all of it empty.
const CLEAR_LINE: &str = "\r\x1b[K";

/// Shows how long it takes, until dropped.
pub(crate) struct Progress(Option<(Sender<()>, JoinHandle<()>)>);

impl Progress {
    /// For a statement that begins now. Nothing is shown where nobody looks.
    pub(crate) fn start() -> Self {
        let is_seen = io::stderr().is_terminal() && io::stdout().is_terminal();
        if is_seen { Self::on(io::stderr(), PATIENCE) } else { Self::none() }
    }

    pub(crate) const fn none() -> Self {
        Self(None)
    }

    fn on(terminal: impl Write + Send + 'static, patience: Duration) -> Self {
        let started = Instant::now();
        let (done, waits) = mpsc::channel();
        let shown = thread::spawn(move || {
            if goes_on(&waits, patience) {
                // A sign that cannot be shown is not missed.
                let _ = show(terminal, started, &waits);
            }
        });
        Self(Some((done, shown)))
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((done, shown)) = self.0.take() {
            drop(done);
            let _ = shown.join();
        }
    }
}

fn show(mut terminal: impl Write, started: Instant, waits: &Receiver<()>) -> io::Result<()> {
    for picture in "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏".chars().cycle() {
        write!(terminal, "{CLEAR_LINE}{picture} {}s (Ctrl-C stops)", started.elapsed().as_secs())?;
        terminal.flush()?;
        if !goes_on(waits, BEAT) {
            break;
        }
    }
    write!(terminal, "{CLEAR_LINE}")?;
    terminal.flush()
}

/// Waits; whether the other end is there still.
fn goes_on(waits: &Receiver<()>, duration: Duration) -> bool {
    waits.recv_timeout(duration) == Err(RecvTimeoutError::Timeout)
}

/// An output before whose first byte the sign is taken away: both are seen on one terminal.
pub(crate) struct Awaited<W> {
    progress: Progress,
    out: W,
}

impl<W> Awaited<W> {
    pub(crate) const fn new(progress: Progress, out: W) -> Self {
        Self { progress, out }
    }
}

impl<W: Write> Write for Awaited<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.progress = Progress::none();
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.progress = Progress::none();
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Terminal(Arc<Mutex<Vec<u8>>>);

    impl Terminal {
        fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    impl Write for Terminal {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// The sign stood above the answer, and what it was taken from was the line below.
    #[test]
    fn the_sign_is_gone_before_the_answer() {
        let terminal = Terminal::default();
        let mut out = Awaited::new(Progress::on(terminal.clone(), Duration::ZERO), terminal.clone());
        while !terminal.text().contains("(Ctrl-C stops)") {
            thread::yield_now();
        }
        out.write_all(b"answer").unwrap();
        assert!(terminal.text().ends_with("(Ctrl-C stops)\r\x1b[Kanswer"), "{:?}", terminal.text());
    }
}
