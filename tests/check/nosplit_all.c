// nosplit_all.c - refers to every function of rt.h, and has an array of variable length,
// so that all of the runtime is linked.
#include <rt.h>

extern char __rt0_leakfinder; // what rtcc -g links for GODEBUG=leaks

// Any pointer type will do: nothing is called.
static void *const all[] = {
	rt_exit, rt_getenv,
	rt_go, rt_go_copy, rt_gosched, rt_goexit, rt_goid, rt_num_goroutine, rt_num_cpu, rt_wait_alone,
	rt_gomaxprocs, rt_set_max_threads, rt_lock_os_thread, rt_unlock_os_thread,
	rt_chan_make, rt_chan_free, rt_chan_send, rt_chan_recv, rt_chan_try_send,
	rt_chan_try_recv, rt_chan_close, rt_chan_len, rt_chan_cap, rt_chan_send_until,
	rt_chan_recv_until, rt_select, rt_select_until,
	rt_spawn, rt_join, rt_join_until, rt_detach,
	rt_nanotime, rt_walltime, rt_sleep, rt_sleep_until,
	rt_timer_func, rt_timer_chan, rt_timer_c, rt_timer_stop, rt_timer_reset, rt_timer_free,
	rt_mutex_lock, rt_mutex_lock_until, rt_mutex_try_lock, rt_mutex_unlock,
	rt_rwmutex_rlock, rt_rwmutex_rlock_until, rt_rwmutex_try_rlock, rt_rwmutex_runlock,
	rt_rwmutex_lock, rt_rwmutex_lock_until, rt_rwmutex_try_lock, rt_rwmutex_unlock,
	rt_waitgroup_add, rt_waitgroup_done, rt_waitgroup_wait, rt_waitgroup_wait_until,
	rt_cond_wait, rt_cond_wait_until, rt_cond_signal, rt_cond_broadcast,
	rt_once_do, rt_once_do_until,
	rt_sem_acquire, rt_sem_acquire_until, rt_sem_try_acquire, rt_sem_release,
	rt_ctx_background, rt_ctx_with_cancel, rt_ctx_with_deadline, rt_ctx_with_timeout,
	rt_ctx_cancel, rt_ctx_done, rt_ctx_err, rt_ctx_deadline, rt_ctx_ref, rt_ctx_free,
	rt_ctx_bind, rt_group_new, rt_group_ctx, rt_group_go, rt_group_limit, rt_group_wait,
	rt_panic, rt_deferproc, rt_deferreturn, rt_recover, rt_stack,
	rt_trace_start, rt_trace_stop, rt_test, rt_test_seeds, rt_test_wait,
	rt_malloc, rt_calloc, rt_realloc, rt_free, rt_malloc_usable_size, rt_memstats,
	rt_gc_alloc, rt_gc_alloc_noscan, rt_gc_alloc_typed, rt_gc, rt_gc_finalizer,
	rt_gc_percent,
	rt_leaks, rt_root_add, rt_root_remove, &__rt0_leakfinder,
	rt_open, rt_read, rt_write, rt_close, rt_pipe, rt_raw_syscall, rt_raw_syscall_any,
	rt_raw_syscall_all, rt_process_start, rt_process_wait, rt_process_wait_until,
	rt_process_signal, rt_process_pid, rt_process_detach, rt_environ,
	rt_signal_notify, rt_signal_stop, rt_cgocall,
	rt_readv, rt_writev, rt_sendfile, rt_listen, rt_listen_with, rt_accept, rt_dial,
	rt_shutdown, rt_local_address, rt_peer_address, rt_set_deadline, rt_recv_from,
	rt_send_to, rt_address_parse, rt_address_format, rt_lookup_host,
	rt_wait, rt_copy, rt_recv_message, rt_send_message, rt_address_equal,
	rt_printf, rt_eprintf, rt_snprintf, rt_vsnprintf, rt_strerror,
};

int rt_main(int argc, char **argv)
{
	void *volatile some[argc];

	(void)argv;
	some[0] = all[argc % (int)(sizeof all / sizeof all[0])];
	return some[0] == NULL;
}
