//! The twin of bench/mutex.c, with the mutex that tasks may hold while they wait.
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::Mutex;

const CROWD: usize = 8;

async fn add(m: Arc<Mutex<usize>>, times: usize) {
    for _ in 0..times {
        *m.lock().await += 1;
    }
}

fn main() {
    let n = bench::count(20_000_000);
    bench::run(async move {
        let m = Arc::new(Mutex::new(0));
        let start = Instant::now();
        add(m.clone(), n).await;
        bench::each("uncontended", start, n);
        let start = Instant::now();
        let tasks: [_; CROWD] = std::array::from_fn(|_| tokio::spawn(add(m.clone(), n / CROWD)));
        for task in tasks {
            task.await.unwrap();
        }
        bench::each("contended8", start, n);
        assert_eq!(*m.lock().await, n + n / CROWD * CROWD);
    });
}
