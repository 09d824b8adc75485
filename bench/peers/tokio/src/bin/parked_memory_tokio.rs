//! The twin of bench/parked_memory.c. The tasks wait for a Notify, which wakes all of them
//! like a channel that is closed.
use bench::{status, WaitGroup};
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::Notify;

struct Shared {
    gate: Notify,
    parked: WaitGroup,
    done: WaitGroup,
}

async fn waiter(shared: Arc<Shared>) {
    let opened = shared.gate.notified();
    shared.parked.done();
    opened.await;
    shared.done.done();
}

fn main() {
    let n = bench::count(1_000_000);
    bench::run(async move {
        let (rss, tables) = (status("VmRSS:"), status("VmPTE:"));
        let (parked, done) = (WaitGroup::new(n), WaitGroup::new(n));
        let shared = Arc::new(Shared {
            gate: Notify::new(),
            parked,
            done,
        });
        let start = Instant::now();
        for _ in 0..n {
            tokio::spawn(waiter(shared.clone()));
        }
        shared.parked.wait().await;
        let create = start.elapsed();
        for _ in 0..100 {
            tokio::task::yield_now().await; // until every task waits
        }
        let (rss, tables) = (status("VmRSS:") - rss, status("VmPTE:") - tables);
        let start = Instant::now();
        shared.gate.notify_waiters();
        shared.done.wait().await;
        let wake = start.elapsed();

        bench::metric("rss_per_g", rss / n as f64, "B");
        bench::metric("pagetable_per_g", tables / n as f64, "B");
        bench::metric("create", create.as_nanos() as f64 / n as f64, "ns");
        bench::metric("wake_join", wake.as_nanos() as f64 / n as f64, "ns");
    });
}
