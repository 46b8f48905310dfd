// What the launcher's files share. Nothing here may be used before the fork but `airlock_launch` itself.
#ifndef AIRLOCK_INTERNAL_H
#define AIRLOCK_INTERNAL_H

#include <linux/seccomp.h>
#include <sys/resource.h>

#include "airlock_launcher.h"

#pragma clang assume_nonnull begin

/// The descriptors init keeps, all above the ones it hands to the payload.
struct channels {
  int control; ///< read end: a byte or end-of-file from the host ends the run
  int report;  ///< write end
};

/// Why a step failed: 0 in `step` means it did not.
struct failure {
  uint32_t step;
  int error;
};

#define OK ((struct failure){0, 0})

/// Closes all descriptors but these, which are put in order.
void close_all_but(int *kept, size_t count);

struct failure fail(uint32_t step);

/// The same file under a number above those that a payload is given; -1 for none. Of the host.
int high_descriptor(int descriptor);
/// pipe2(2), close-on-exec and raised: 0, or -1 and errno, with nothing left open.
int make_pipe(int ends[_Nonnull 2]);

/// Whether `plan` asks for this place of `step` to fail; always false in a release build.
///
/// A step that asks the kernel for several things, or that two processes take, has a place for each, numbered from 0
/// without a gap: tests go from one to the next until none fails.
bool injected(const struct airlock_plan *plan, uint32_t step, uint32_t place);

/// A copy of this process with `flags` of clone(2), and without its signal handlers (CLONE_CLEAR_SIGHAND): the caller has
/// blocked all signals. Where a filter answers clone3(2) with ENOSYS, since its flags lie behind a pointer, as container
/// engines' profiles do, by clone(2) instead, which knows no cgroup.
///
/// @param cgroup the descriptor of the cgroup to begin in, or -1.
/// @param pidfd gets a descriptor of the new process.
/// @return as fork(2).
pid_t clone_process(uint64_t flags, int cgroup, int *pidfd);

/// Writes all of `text` to a file that is there, in one call, as the entries of /proc want it; says why not in errno.
///
/// @param directory what `name` is below, as openat(2) has it.
bool write_text(int directory, const char *name, const char *text);

/// Init, cold: never returns.
_Noreturn void run_init(const struct airlock_plan *plan, struct channels channels);

/// What the payload has of init's.
struct inheritance {
  pid_t init;  ///< the number of the process that cloned it
  int channel; ///< progress and failure go there, as `struct payload_message`
  int trace;   ///< becomes the descriptor that the interpreter tells its place on
};

/// Forks a slot's init and, from it, the interpreter. Called in the zygote.
///
/// @param plan lies where all three can read it; so does what it points to.
/// @param process_table a directory of the zygote's own /proc.
/// @param processor for `stay_on_processor`.
/// @return in the zygote, init's number, with its pidfd in `*pidfd`, or -1 and errno; in the interpreter, 0. In init it
///         does not return.
pid_t fork_slot(const struct airlock_plan *plan, struct channels channels, int process_table, int processor,
                int *pidfd);
/// Called in the interpreter that `fork_slot` made, when it is prepared: takes away what it may do. Fails closed: on any
/// failure it does not return.
void lock_slot(void);
/// Called in a slot's init before it forks: both stay on this processor, -1 for any. Without it they are where the kernel puts
/// them.
void stay_on_processor(int number);
/// Called in init: it may run wherever its zygote may. The host says so for the interpreter.
void leave_processor(void);
/// Remembers, in the zygote, what a fork without the C library's knowledge has to set right.
void prepare_to_fork(void);

/// Mounts a slot's own scratch directory over the zygote's.
struct failure build_slot_root(const struct airlock_plan *plan);
/// Writes an identity map of one's own namespace, through a process table.
struct failure map_slot_identity(const struct airlock_plan *plan, int process_table);

/// Root, binds, scratch and pivot_root; the caller is in a mount namespace of its own.
struct failure open_sources(const struct airlock_plan *plan, int *trees);
struct failure build_root(const struct airlock_plan *plan, const int *trees);
/// Takes away the old root, which until then lies on the new one. It waits for a grace period of the kernel's
/// (synchronize_rcu), up to a millisecond, which the payload can use; until it is done, `/..` leads there, so that nothing
/// of a script's or of a package's may run before.
struct failure leave_old_root(const struct airlock_plan *plan);

/// The payload's half, cold: never returns.
_Noreturn void run_payload(const struct airlock_plan *plan, struct inheritance inherited);
/// The payload's own restrictions, the filter last.
struct failure restrict_self(const struct airlock_plan *plan, pid_t init, int *channel, int trace, int *listener);

struct payload_message {
  uint32_t step; ///< 0: ready to exec
  int error;
  int listener; ///< the seccomp listener, in the descriptor table that init shares
  pid_t listed; ///< of a slot: its number in the process table
  uint64_t user_us, system_us, minor_faults, major_faults; ///< of a slot: what its preparation took
};

struct failure drop_capabilities(const struct airlock_plan *plan, uint32_t place);
struct failure restrict_paths(const struct airlock_plan *plan);

/// A refused call that waits for its answer while the interpreter says where it is.
struct question {
  bool is_open;
  bool kills; ///< the run ends with it
  struct seccomp_notif call;
  struct seccomp_notif_resp reply;
  uint64_t deadline_ns; ///< CLOCK_MONOTONIC
};

/// What init knows of the payload that it watches.
struct monitor {
  struct airlock_plan plan; ///< a copy: the host's memory, which holds the original, is emptied
  char scratch[256];
  struct channels channels;
  int listener;
  int payload_pidfd;
  pid_t payload;
  pid_t payload_listed;               ///< its number in the process table
  struct payload_message preparation; ///< of a slot: what is not the script's
  bool locked;
  bool reported; ///< the payload has made its last call, and the host knows
  uint32_t new_process_attempts;
  uint64_t cpus;
  int trace; ///< the read end; -1 when the interpreter is not asked, or no more
  struct question question;
  uint32_t traces;
  uint8_t traces_of_kind[AIRLOCK_REFUSED_KINDS];
  uint64_t next_look_ns; ///< CLOCK_MONOTONIC
  struct rusage reaped;  ///< of orphans that came to init
  struct airlock_report report;
};

/// The steps of init that a cold start and a slot share. `begin_init` makes it what it is and keeps no descriptor but the
/// plan's, the channels and `other`, if that is one.
struct monitor *begin_init(const struct airlock_plan *plan, struct channels channels, int other);
/// Ends init, which says why.
_Noreturn void give_up(struct channels channels, struct failure failure);
struct failure wait_for_host(const struct airlock_plan *plan, int control);
struct failure die_with_host(const struct airlock_plan *plan, int control);
struct failure reap_for_all(const struct airlock_plan *plan);
/// Returns twice: in the payload `monitor->payload` is 0.
struct failure fork_payload(const struct airlock_plan *plan, struct monitor *monitor, int *channel,
                            struct inheritance *inherited);
/// The rest of init's life, unless a step has failed already.
_Noreturn void watch_payload(struct monitor *monitor, int channel, struct failure failure);

/// Answers the payload's notifications until it ends, and fills the report.
struct failure monitor_payload(struct monitor *monitor);
/// Ends the payload, and with it the run. The first cause wins.
void kill_payload(struct monitor *monitor, uint32_t cause, int number);
uint64_t cpu_time_of(pid_t pid);
/// Makes ready to say what a process takes of memory while it has not ended.
///
/// @param listed its number in the process table.
/// @param descriptors what has to stay open for it; -1 where there is no table.
void open_memory_usage(pid_t listed, int descriptors[_Nonnull 2]);
/// Its peak, and its page faults; once.
///
/// @return false where there was no table to read it from.
bool read_memory_usage(struct rusage *usage);
/// Adds the usage of one more process that was reaped.
void add_usage(struct rusage *sum, const struct rusage *more);
void answer_notification(struct monitor *monitor);

/// Asks the interpreter where it is, before `call` is answered with `reply`.
///
/// @return false when it is not asked: then the call is to be answered now.
bool ask_for_line(struct monitor *monitor, const struct seccomp_notif *call, const struct seccomp_notif_resp *reply,
                  int kind, bool kills);
/// Whether `call` is the one asked about, which its thread makes again once it has said its place.
bool is_asked_about(const struct monitor *monitor, const struct seccomp_notif *call);
/// Reports what the interpreter said.
void report_line(struct monitor *monitor);
uint64_t monotonic_ns(void);
/// A /proc that init alone can reach, where there may be more than one task to watch; opened while the host's is there.
struct failure open_process_table(const struct airlock_plan *plan);
/// -1 when there is none.
int process_table_descriptor(void);
/// The zygote's, for a slot; -1 for none.
void use_process_table(int descriptor);
/// Looks, from time to time, at what all of the run's processes take together, and ends the run beyond its limits.
///
/// @return the milliseconds until the next look.
int check_tasks(struct monitor *monitor);
/// Looks once more when the payload has ended, at what it left: a script may end of its own because of a limit.
void check_tasks_left(struct monitor *monitor);

/// Empties the host's private writable memory in init, which is a fork of the host and must not keep its secrets.
struct failure open_memory_map(const struct airlock_plan *plan);
struct failure forget_host_memory(const struct airlock_plan *plan);
int memory_map_descriptor(void);

#pragma clang assume_nonnull end

#define MAX_BINDS 32

#endif
