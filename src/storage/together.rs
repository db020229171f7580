//! Work at the parts of a graph on several threads at once, for as long as a call lasts.

use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

/// What `work` makes of each of so many parts, in their order; `None` if `is_over` has said meanwhile that nobody waits for
/// it any more. The calling thread is one of those that work. What unwinds one of them unwinds the call.
pub(crate) fn together<T: Send>(
    threads: usize,
    part_count: usize,
    is_over: &(dyn Fn() -> bool + Sync),
    work: &(dyn Fn(usize) -> T + Sync),
) -> Option<Vec<T>> {
    let (next, is_stopped) = (AtomicUsize::new(0), AtomicBool::new(false));
    let work_on = || {
        let _bell = Bell(&is_stopped);
        let mut made = Vec::new();
        while !is_stopped.load(Ordering::Relaxed) {
            let part = next.fetch_add(1, Ordering::Relaxed);
            if part >= part_count {
                break;
            }
            if is_over() {
                is_stopped.store(true, Ordering::Relaxed);
                break;
            }
            made.push((part, work(part)));
        }
        made
    };
    let mut made = thread::scope(|scope| {
        // Where the machine has no more threads, those that there are do it.
        let ask = |_| thread::Builder::new().name("averment".to_owned()).spawn_scoped(scope, work_on).ok();
        let others: Vec<_> = (1..threads.min(part_count)).map_while(ask).collect();
        let mut made = work_on();
        for other in others {
            made.extend(other.join().unwrap_or_else(|payload| resume_unwind(payload)));
        }
        made
    });
    made.sort_unstable_by_key(|(part, _)| *part);
    (made.len() == part_count).then(|| made.into_iter().map(|(_, made)| made).collect())
}

/// Tells the others when the thread that has it unwinds.
struct Bell<'b>(&'b AtomicBool);

impl Drop for Bell<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.store(true, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_parts_are_done_in_any_order_and_told_in_theirs() {
        for threads in [0, 1, 2, 5] {
            let made = together(threads, 100, &|| false, &|part| part * part);
            assert_eq!(made, Some((0..100).map(|part| part * part).collect()));
            assert_eq!(together(threads, 0, &|| false, &|part| part), Some(Vec::new()));
        }
    }

    #[test]
    fn nothing_is_told_once_it_is_over() {
        let done = AtomicUsize::new(0);
        let is_over = || done.load(Ordering::Relaxed) >= 10;
        let made = together(3, 1_000_000, &is_over, &|_| done.fetch_add(1, Ordering::Relaxed));
        assert_eq!(made, None);
        assert!(done.into_inner() < 100);
    }

    #[test]
    fn what_unwinds_a_thread_unwinds_the_call() {
        let work = |part: usize| if part == 7 { resume_unwind(Box::new("seven")) } else { part };
        let unwound = std::panic::catch_unwind(|| together(3, 1_000, &|| false, &work)).unwrap_err();
        assert_eq!(unwound.downcast_ref::<&str>(), Some(&"seven"));
    }
}
