//! The twin of bench/spawn_join.c. A batch is waited for by its handles.
use std::time::Instant;

async fn batches(name: &str, n: usize, batch: usize) {
    let mut tasks = Vec::with_capacity(batch);
    let start = Instant::now();
    for _ in 0..n / batch {
        for _ in 0..batch {
            tasks.push(tokio::spawn(async {}));
        }
        for task in tasks.drain(..) {
            task.await.unwrap();
        }
    }
    bench::each(name, start, n / batch * batch);
}

fn main() {
    let n = bench::count(4_000_000);
    bench::run(async move {
        batches("batch1000", n, 1000).await;
        batches("batch1", n / 4, 1).await;
    });
}
