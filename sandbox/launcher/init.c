// The sandbox's init: builds the view, forks the payload, watches it. PID 1 of its namespace in full isolation.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/sched.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "internal.h"
#include "raw.h"

void close_all_but(int *kept, size_t count) {
  for (size_t sorted = 1; sorted < count; sorted++)
    for (size_t index = sorted; index > 0 && kept[index - 1] > kept[index]; index--) {
      int larger = kept[index - 1];
      kept[index - 1] = kept[index];
      kept[index] = larger;
    }
  unsigned from = 0;
  for (size_t index = 0; index < count; index++) {
    if (kept[index] < 0) continue;
    if ((unsigned)kept[index] > from) raw(SYS_close_range, from, kept[index] - 1, 0);
    from = (unsigned)kept[index] + 1;
  }
  raw(SYS_close_range, from, ~0U, 0);
}

static void send_report(int descriptor, const struct airlock_report *report) {
  // The host reads until init is gone; a failed write means that it is gone itself.
  while (raw(SYS_write, descriptor, report, sizeof *report) == -EINTR) continue;
}

static _Noreturn void leave(int code) {
  for (;;) raw(SYS_exit_group, code);
}

_Noreturn void give_up(struct channels channels, struct failure failure) {
  struct airlock_report report = {.event = AIRLOCK_EVENT_FAILED, .step = failure.step, .error = failure.error};
  send_report(channels.report, &report);
  leave(70);
}

/// The host says when the identity maps stand; end-of-file means that it died.
struct failure wait_for_host(const struct airlock_plan *plan, int control) {
  char go = 0;
  ssize_t count;
  while ((count = read(control, &go, 1)) < 0 && errno == EINTR) continue;
  if (injected(plan, AIRLOCK_STEP_WAIT_FOR_HOST, 1) || count != 1) return fail(AIRLOCK_STEP_WAIT_FOR_HOST);
  return OK;
}

static struct failure become(const struct airlock_plan *plan) {
  if (injected(plan, AIRLOCK_STEP_IDENTITY, 0)) return fail(AIRLOCK_STEP_IDENTITY);
  bool mapped = (plan->namespaces & CLONE_NEWUSER) != 0;
  if (!mapped && !plan->change_identity) return OK;
  uid_t uid = mapped ? 1000 : plan->host_uid;
  gid_t gid = mapped ? 1000 : plan->host_gid;
  // Root's supplementary groups go; an ordinary user's cannot be dropped, and are its own anyway.
  if (plan->change_identity && syscall(SYS_setgroups, 0, NULL) != 0) return fail(AIRLOCK_STEP_IDENTITY);
  if (syscall(SYS_setresgid, gid, gid, gid) != 0) return fail(AIRLOCK_STEP_IDENTITY);
  if (syscall(SYS_setresuid, uid, uid, uid) != 0) return fail(AIRLOCK_STEP_IDENTITY);
  return OK;
}

/// Init dies with the host's supervising thread. Set after the identity, whose change would clear it (prctl(2)).
struct failure die_with_host(const struct airlock_plan *plan, int control) {
  if (injected(plan, AIRLOCK_STEP_PARENT_DEATH, 0) || prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0)
    return fail(AIRLOCK_STEP_PARENT_DEATH);
  // The host may have died just before: then the control pipe is at its end.
  struct pollfd lifeline = {.fd = control, .events = POLLIN};
  if (poll(&lifeline, 1, 0) > 0 && (lifeline.revents & POLLHUP)) _exit(70);
  return OK;
}

/// Without a PID namespace, orphans of the script come to init instead of to the host's init.
struct failure reap_for_all(const struct airlock_plan *plan) {
  if (injected(plan, AIRLOCK_STEP_SUBREAPER, 0) || prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0)
    return fail(AIRLOCK_STEP_SUBREAPER);
  return OK;
}

static struct failure build(const struct airlock_plan *plan, struct channels channels) {
  // Only the early view has a /proc. A process that is not dumpable may not open its own map there, nor may an ordinary
  // user's host write its identity maps (proc_pid_uid_map(5)): so both come first.
  struct failure failure = open_memory_map(plan);
  if (failure.step) return failure;
  failure = wait_for_host(plan, channels.control);
  if (failure.step) return failure;
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  bool mounts = (plan->namespaces & CLONE_NEWNS) != 0;
  int trees[MAX_BINDS];
  if (mounts && (failure = open_sources(plan, trees)).step) return failure;
  if ((failure = become(plan)).step) return failure;
  if ((failure = die_with_host(plan, channels.control)).step) return failure;
  if ((failure = open_process_table(plan)).step) return failure;
  if (mounts && (failure = build_root(plan, trees)).step) return failure;
  // What a zygote imports is not to find the old root; nor could it make a slot before that is gone: a process whose root
  // is not that of its mount namespace gets no user namespace (clone(2), EPERM).
  if (mounts && plan->role == AIRLOCK_ROLE_ZYGOTE && (failure = leave_old_root(plan)).step) return failure;
  if (plan->namespaces & CLONE_NEWUTS) {
    static const char name[] = "airlock";
    if (injected(plan, AIRLOCK_STEP_HOSTNAME, 0) || syscall(SYS_sethostname, name, sizeof name - 1) != 0 ||
        syscall(SYS_setdomainname, name, sizeof name - 1) != 0)
      return fail(AIRLOCK_STEP_HOSTNAME);
  }
  return reap_for_all(plan);
}

/// A zygote's interpreter, or a slot's. A slot's keeps the handler that names lines, which is its zygote's. OpenSSL and
/// others tell a fork by its number: a zygote's has to be another than those of its slots, which are the second processes of
/// their namespaces. Only clone3(2) can choose it: where there is none, nothing starts warm.
static pid_t clone_warm(uint32_t role, int *pidfd) {
  pid_t number = 1000;
  struct clone_args arguments = {
      .flags = CLONE_FILES | CLONE_PIDFD,
      .pidfd = (uint64_t)(uintptr_t)pidfd,
      .exit_signal = SIGCHLD,
  };
  if (role == AIRLOCK_ROLE_ZYGOTE) {
    arguments.set_tid = (uint64_t)(uintptr_t)&number;
    arguments.set_tid_size = 1;
  }
  return (pid_t)syscall(SYS_clone3, &arguments, sizeof arguments);
}

/// The payload shares init's descriptor table until it has installed its filter, so that the listener that the filter
/// gives is init's too. Passing it over a socket would need calls that the filter refuses.
struct failure fork_payload(const struct airlock_plan *plan, struct monitor *monitor, int *channel,
                            struct inheritance *inherited) {
  // The payload's descriptors land on 0 to 6 of the shared table: nothing of init's may lie there.
  for (int low = 0; low <= AIRLOCK_TRACE_DESCRIPTOR + 1; low++)
    if (injected(plan, AIRLOCK_STEP_DESCRIPTORS, 0) || syscall(SYS_dup3, plan->null_input, low, O_CLOEXEC) < 0)
      return fail(AIRLOCK_STEP_DESCRIPTORS);
  // Nobody ever waits on the trace pipe: what does not fit is dropped, what is not there is not read.
  int trace[2], ends[2];
  if (injected(plan, AIRLOCK_STEP_FORK_PAYLOAD, 0) || syscall(SYS_pipe2, ends, O_CLOEXEC) != 0 ||
      syscall(SYS_pipe2, trace, O_CLOEXEC | O_NONBLOCK) != 0)
    return fail(AIRLOCK_STEP_FORK_PAYLOAD);
  monitor->trace = trace[0];
  *channel = ends[0];
  *inherited = (struct inheritance){.init = getpid(), .channel = ends[1], .trace = trace[1]};
  pid_t pid = -1;
  if (!injected(plan, AIRLOCK_STEP_FORK_PAYLOAD, 1))
    pid = plan->role == AIRLOCK_ROLE_SCRIPT ? clone_process(CLONE_FILES, -1, &monitor->payload_pidfd)
                                            : clone_warm(plan->role, &monitor->payload_pidfd);
  if (pid < 0) return fail(AIRLOCK_STEP_FORK_PAYLOAD);
  monitor->payload = monitor->payload_listed = pid;
  return OK;
}

/// Waits for the payload's word that its filter stands, or for its end.
static struct failure await_payload(struct monitor *monitor, int channel) {
  struct pollfd sources[2] = {{.fd = channel, .events = POLLIN}, {.fd = monitor->payload_pidfd, .events = POLLIN}};
  if (injected(&monitor->plan, AIRLOCK_STEP_MONITOR, 0)) return fail(AIRLOCK_STEP_MONITOR);
  while (poll(sources, 2, -1) < 0)
    if (errno != EINTR) return fail(AIRLOCK_STEP_MONITOR);
  struct payload_message message = {.step = AIRLOCK_STEP_FORK_PAYLOAD, .error = ECHILD};
  if (sources[0].revents & POLLIN)
    if (injected(&monitor->plan, AIRLOCK_STEP_MONITOR, 1) || read(channel, &message, sizeof message) != sizeof message)
      return fail(AIRLOCK_STEP_MONITOR);
  if (message.step) return (struct failure){message.step, message.error};
  monitor->listener = message.listener;
  if (monitor->plan.role == AIRLOCK_ROLE_SLOT) {
    monitor->preparation = message;
    monitor->payload_listed = message.listed;
    monitor->plan.cpu_limit_ns += (message.user_us + message.system_us) * 1000;
  }
  return OK;
}

/// A payload that ends before its exec leaves nothing to receive, and older kernels would wait for it forever.
static void answer_exec(struct monitor *monitor) {
  struct pollfd sources[2] = {{.fd = monitor->listener, .events = POLLIN},
                              {.fd = monitor->payload_pidfd, .events = POLLIN}};
  while (poll(sources, 2, -1) < 0 && errno == EINTR) continue;
  if (sources[0].revents & POLLIN) answer_notification(monitor);
}

/// Lets go of everything but what the watch needs: capabilities, descriptors, the host's memory.
static struct failure retire(struct monitor *monitor, int channel) {
  struct failure failure = drop_capabilities(&monitor->plan, 1);
  if (failure.step) return failure;
  int usage[2] = {-1, -1};
  if (monitor->plan.role == AIRLOCK_ROLE_SLOT) open_memory_usage(monitor->payload_listed, usage);
  int kept[] = {monitor->channels.control, monitor->channels.report, channel,        monitor->listener,
                monitor->payload_pidfd,    memory_map_descriptor(),  monitor->trace, process_table_descriptor(),
                usage[0],                  usage[1]};
  close_all_but(kept, sizeof kept / sizeof *kept);
  // The compiler may call these for any structure: bound now, they need no linker later.
  volatile size_t some = sizeof monitor->scratch;
  char copy[sizeof monitor->scratch];
  memset(copy, 0, some);
  memcpy(copy, monitor->scratch, some);
  memcpy(monitor->scratch, copy, some);
  // So is errno's place.
  errno = 0;
  return forget_host_memory(&monitor->plan);
}

/// The payload's last word can only be that exec failed: then its exit says nothing about a script.
static struct failure last_word(int channel) {
  struct payload_message message;
  struct pollfd word = {.fd = channel, .events = POLLIN};
  struct timespec now = {0};
  if (raw(SYS_ppoll, &word, 1, &now, 0, 0) > 0 && (word.revents & POLLIN) &&
      raw(SYS_read, channel, &message, sizeof message) == sizeof message)
    return (struct failure){message.step, message.error};
  return OK;
}

static void end_payload(struct monitor *monitor) {
  if (monitor->payload > 0) raw(SYS_kill, monitor->payload, SIGKILL);
  long result;
  while ((result = raw(SYS_wait4, -1, 0, 0, 0)) > 0 || result == -EINTR) continue;
}

struct monitor *begin_init(const struct airlock_plan *plan, struct channels channels, int other) {
  // Static, not on the stack: the stack is small and the verdicts are not.
  static struct monitor monitor;
  prctl(PR_SET_NAME, "airlock-init", 0, 0, 0);
  // The clone keeps what is ignored, and with SIGCHLD ignored there would be nothing to wait for (wait(2)).
  signal(SIGCHLD, SIG_DFL);
  // The host may hold any number of descriptors; the script's limit on them counts from the lowest free one.
  int kept[] = {channels.control, channels.report, plan->null_input, plan->output,
                plan->errors,     plan->replies,   plan->requests,   other};
  close_all_but(kept, sizeof kept / sizeof *kept);
  monitor = (struct monitor){.plan = *plan, .channels = channels, .listener = -1, .payload_pidfd = -1, .trace = -1};
  for (size_t index = 0; index < sizeof monitor.scratch - 1 && plan->scratch[index]; index++)
    monitor.scratch[index] = plan->scratch[index];
  return &monitor;
}

_Noreturn void watch_payload(struct monitor *monitor, int channel, struct failure failure) {
  struct channels channels = monitor->channels;
  if (!failure.step) failure = await_payload(monitor, channel);
  leave_processor();
  // Where the exec waits for its answer, give that first, and tidy up while the interpreter starts. Where it does not, the
  // guest's lock-down does: no line of a script runs before that is answered. To leave the old root takes a grace period
  // of the kernel's, some 0.9 ms; it lies on the new one, where `/..` leads to it until then.
  bool exec_waits = monitor->plan.role == AIRLOCK_ROLE_SCRIPT &&
                    monitor->plan.verdicts[SYS_execve].action == AIRLOCK_STARTUP_ONLY;
  if (!failure.step && exec_waits) answer_exec(monitor);
  // A zygote has left it before, and a slot is forked in its zygote's root.
  if (!failure.step && monitor->plan.role == AIRLOCK_ROLE_SCRIPT && (monitor->plan.namespaces & CLONE_NEWNS))
    failure = leave_old_root(&monitor->plan);
  if (!failure.step) failure = retire(monitor, channel);
  if (failure.step) {
    end_payload(monitor);
    give_up(channels, failure);
  }
  struct airlock_report started = {.event = AIRLOCK_EVENT_STARTED, .payload = monitor->payload};
  send_report(channels.report, &started);
  failure = monitor_payload(monitor);
  if (monitor->reported) leave(0);
  if (!failure.step) failure = last_word(channel);
  if (failure.step) give_up(channels, failure);
  send_report(channels.report, &monitor->report);
  leave(0);
}

_Noreturn void run_init(const struct airlock_plan *plan, struct channels channels) {
  struct monitor *monitor = begin_init(plan, channels, -1);
  struct failure failure = build(plan, channels);
  if (failure.step) give_up(channels, failure);
  int channel;
  struct inheritance inherited;
  failure = fork_payload(plan, monitor, &channel, &inherited);
  if (!failure.step && monitor->payload == 0) run_payload(plan, inherited);
  watch_payload(monitor, channel, failure);
}
