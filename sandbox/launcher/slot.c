// A slot: an interpreter that was forked, isolated and locked down before there is a script for it.
//
// The zygote is an interpreter itself, so that all here runs in a fork of one: the slot's init, as PID 1 of its own
// namespace, and from init the interpreter that goes on. Init empties the memory that it inherited, as a cold one does
// with the host's, and lives on raw system calls.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "internal.h"
#include "raw.h"

/// What the C library keeps of the only thread's number and of its robust futexes: fork(3) would renew both.
static pid_t *_Nullable thread_number;
static void *_Nullable robust_list;
static size_t robust_size;

/// Of the interpreter, between `fork_slot` and `lock_slot`.
static struct {
  const struct airlock_plan *plan;
  struct inheritance inherited;
  pid_t listed;
} slot;

void prepare_to_fork(void) {
  // Only with CONFIG_CHECKPOINT_RESTORE; without it, recursive locks go by the zygote's number, which no thread here has.
  if (prctl(PR_GET_TID_ADDRESS, &thread_number, 0, 0, 0) != 0) thread_number = NULL;
  if (syscall(SYS_get_robust_list, 0, &robust_list, &robust_size) != 0) robust_list = NULL;
}

static void renew_thread(void) {
  if (thread_number != NULL) *thread_number = (pid_t)raw(SYS_set_tid_address, thread_number);
  if (robust_list != NULL) raw(SYS_set_robust_list, robust_list, robust_size);
}

/// Inside, the script is 1000:1000, as the zygote is, which the host mapped. A process may write the map of one identity,
/// its own, itself; setgroups(2) it has to give up for it (user_namespaces(7)).
struct failure map_slot_identity(const struct airlock_plan *plan, int process_table) {
  if (injected(plan, AIRLOCK_STEP_ID_MAP, 0) || !write_text(process_table, "self/setgroups", "deny") ||
      !write_text(process_table, "self/uid_map", "1000 1000 1\n") ||
      !write_text(process_table, "self/gid_map", "1000 1000 1\n"))
    return fail(AIRLOCK_STEP_ID_MAP);
  return OK;
}

static struct failure build_slot(const struct airlock_plan *plan, struct channels channels, int process_table) {
  struct failure failure;
  // The entries of a process that is not dumpable are not its own to write.
  if ((failure = map_slot_identity(plan, process_table)).step) return failure;
  if ((failure = open_memory_map(plan)).step) return failure;
  if ((failure = wait_for_host(plan, channels.control)).step) return failure;
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  if ((failure = die_with_host(plan, channels.control)).step) return failure;
  if ((failure = build_slot_root(plan)).step) return failure;
  return reap_for_all(plan);
}

/// The interpreter's handlers are not init's.
static void clear_handlers(void) {
  for (int number = 1; number <= SIGRTMAX; number++)
    if (number != SIGKILL && number != SIGSTOP && number != SIGCHLD) signal(number, SIG_DFL);
}

/// The interpreter's number in the zygote's table.
static pid_t own_listing(int process_table) {
  char text[16];
  ssize_t length = readlinkat(process_table, "self", text, sizeof text);
  pid_t number = 0;
  for (ssize_t index = 0; index < length && text[index] >= '0' && text[index] <= '9'; index++)
    number = number * 10 + (text[index] - '0');
  return number;
}

/// Returns in the interpreter only.
static void run_slot(const struct airlock_plan *plan, struct channels channels, int process_table, int processor) {
  stay_on_processor(processor);
  use_process_table(process_table);
  struct monitor *monitor = begin_init(plan, channels, process_table);
  struct failure failure = build_slot(plan, channels, process_table);
  if (failure.step) give_up(channels, failure);
  int channel = -1;
  failure = fork_payload(plan, monitor, &channel, &slot.inherited);
  if (!failure.step && monitor->payload == 0) {
    slot.plan = plan;
    slot.listed = own_listing(process_table);
    renew_thread();
    return;
  }
  clear_handlers();
  watch_payload(monitor, channel, failure);
}

pid_t fork_slot(const struct airlock_plan *plan, struct channels channels, int process_table, int processor,
                int *pidfd) {
  if (plan->role != AIRLOCK_ROLE_SLOT || plan->namespaces != airlock_slot_namespaces() || plan->scratch_options == NULL ||
      plan->filter_length == 0 || plan->landlock_abi <= 0 || plan->tasks == AIRLOCK_TASKS_TREE) {
    errno = EINVAL;
    return -1;
  }
  if (injected(plan, AIRLOCK_STEP_CLONE, 0)) return -1;
  struct clone_args arguments = {
      .flags = plan->namespaces | CLONE_PIDFD,
      .pidfd = (uint64_t)(uintptr_t)pidfd,
      .exit_signal = SIGCHLD,
  };
  pid_t pid = (pid_t)syscall(SYS_clone3, &arguments, sizeof arguments);
  if (pid == 0) run_slot(plan, channels, process_table, processor);
  return pid;
}

void lock_slot(void) {
  struct payload_message message = {.listener = -1, .listed = slot.listed};
  int channel = slot.inherited.channel;
  struct failure failure =
      restrict_self(slot.plan, slot.inherited.init, &channel, slot.inherited.trace, &message.listener);
  message.step = failure.step;
  message.error = failure.error;
  struct rusage usage;
  if (getrusage(RUSAGE_SELF, &usage) == 0) {
    message.user_us = (uint64_t)usage.ru_utime.tv_sec * 1000000 + (uint64_t)usage.ru_utime.tv_usec;
    message.system_us = (uint64_t)usage.ru_stime.tv_sec * 1000000 + (uint64_t)usage.ru_stime.tv_usec;
    message.minor_faults = (uint64_t)usage.ru_minflt;
    message.major_faults = (uint64_t)usage.ru_majflt;
  }
  if (write(channel, &message, sizeof message) != sizeof message || failure.step) _exit(70);
  // Without an exec nothing else closes it.
  close(channel);
}
