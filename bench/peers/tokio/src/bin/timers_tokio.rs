//! The twin of bench/timers.c. Tokio's timers end at a whole millisecond.
use std::time::{Duration, Instant};

fn cputime() -> Duration {
    let mut t = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: t is there to be written.
    unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &mut t) };
    Duration::new(t.tv_sec as u64, t.tv_nsec as u32)
}

async fn sleeper(when: Duration) -> Duration {
    let start = Instant::now();
    tokio::time::sleep(when).await;
    start.elapsed() - when
}

fn main() {
    let n = bench::count(100_000);
    bench::run(async move {
        let mut lcg = 12345u32;
        let mut when = Vec::with_capacity(n);
        for _ in 0..n {
            lcg = lcg.wrapping_mul(1664525).wrapping_add(1013904223);
            when.push(Duration::from_micros(1000 + ((lcg >> 8) % 99000) as u64));
        }
        let (mut tasks, mut late) = (Vec::with_capacity(n), Vec::with_capacity(n));
        let (start, cpu) = (Instant::now(), cputime());
        for when in when {
            tasks.push(tokio::spawn(sleeper(when)));
        }
        for task in tasks {
            late.push(task.await.unwrap());
        }
        bench::total("wall", start);
        bench::metric("cpu", (cputime() - cpu).as_nanos() as f64 / 1e6, "ms");
        bench::lateness(&mut late);
    });
}
